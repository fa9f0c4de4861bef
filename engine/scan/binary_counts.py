"""Binary rows of targets 0 and 1 counted by their logits alone: what a cell of the edge table says of each.

A histogram of the logits' upper halves by target gives every count whose bucket lies in one cell. Rows in the
other buckets, and those that may be among the worst or the first of a kind, are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.evaluate import evaluate
from engine.floats.formats import FLOAT64, FORMATS, Format
from engine.floats.rounding import failures_are_results
from engine.floats.verdicts import GradientRegime, Regime
from engine.problem import BinaryProblem
from engine.scan.block import Block, Options
from engine.scan.edges import BUCKETS, binary_edges
from engine.scan.evaluated import (
    HARD,
    HARD_GRADIENT,
    STALLED,
    Judged,
    evaluated,
    only_counted,
    severities,
    sums_of,
)
from engine.scan.sample import Sample, sampled
from engine.scan.summary import LOGIT_BINS, PLACES, Counts, Named, Summary, logit_bins
from engine.scan.worst import Worst, worst_of

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

ROWS = 2**17
"""Looked at together: as many as caches hold."""


def is_served(block: Block, options: Options) -> bool:
    """Whether the edges can say what a block's rows do, should its targets be 0 and 1."""
    narrow = any(fmt.dtype == block.logits.dtype for fmt in FORMATS if fmt != FLOAT64)
    return options.family == "binary" and narrow and block.weight is None and options.pos_weight is None


@failures_are_results
def counted(block: Block, options: Options, known: Worst | None = None) -> Summary:
    """The summary of a block that `is_served`; parts with other targets than 0 and 1 are evaluated.

    Parameters
    ----------
    block : Block
    options : Options
    known : Worst, optional
        Of other blocks of the same scan: rows that are not among the worst beside these may be left out.

    Returns
    -------
    Summary
        As `engine.scan.evaluated.evaluated` gives it, but for lost digits: rows that lie where digits are
        lost count as losing some; `inside` counts them, and `engine.scan.luck` says how many of them do not.
    """
    tables = Tables.of(options.format)
    count = _Count(tables, block.shard, known or Worst.none())
    others = Summary.empty(options.family, options.keys)
    samples = [Sample.none()]
    for start in range(0, len(block.logits), ROWS):
        part = block.part(slice(start, start + ROWS))
        z, is_one = part.logits.astype(np.float32, copy=False), part.target == 1
        if np.count_nonzero(is_one) + np.count_nonzero(part.target == 0) < len(z):
            others = others.merged(evaluated(part, options))
            continue
        count.add(np.ascontiguousarray(z), is_one, part.first)
        samples.append(sampled(part))
        if options.losses:
            others = others.merged(_with_sums(part, options))
    return others.merged(replace(count.summary(options), sample=Sample.joined(samples)))


@dataclass(frozen=True, eq=False)
class Tables:
    """The edge tables of both targets as one: cells of target 0, then of target 1, each ended by nan's.

    Attributes
    ----------
    losses, gradients : uint8 arrays, shape (cells, formats, formulas)
    severity : uint8 array, shape (cells,)
    is_wrong : bool array, shape (cells,)
        Whether a cell lies where the logit speaks against the target. No cell in which a gradient is dead
        holds numbers of both signs.
    bucket_cell : int64 array, shape (2 * 65536,)
        -1 where a bucket is crossed.
    first : tuple of int
        Where each target's cells begin.
    """

    losses: NDArray[np.uint8]
    gradients: NDArray[np.uint8]
    severity: NDArray[np.uint8]
    is_wrong: Mask
    bucket_cell: NDArray[np.int64]
    first: tuple[int, int]
    options: Options

    @classmethod
    @cache
    def of(cls, own: Format) -> Tables:
        """For the format that decides."""
        options = Options(family="binary", format=own)
        width = len(options.formulas)
        nan = np.full((1, len(FORMATS), 2 * width), Regime.NO_TRUTH, dtype=np.uint8)
        nan[:, :, width:] = GradientRegime.NO_TRUTH
        edges = [binary_edges(target) for target in (0, 1)]
        cells = np.concatenate([part for each in edges for part in (each.cells, nan)])
        losses, gradients = cells[:, :, :width], cells[:, :, width:]
        second = len(edges[0].cells) + 1
        buckets = [each.bucket_cell for each in edges]
        buckets[1] = np.where(buckets[1] < 0, -1, buckets[1] + second)
        place = FORMATS.index(own)
        judged = [(losses[:, place, at], gradients[:, place, at]) for at in range(width)]
        severity = severities(options, judged)
        nowhere = np.zeros(1, dtype=bool)
        above = [np.append(False, each.cuts >= 0) for each in edges]
        is_wrong = np.concatenate((above[0], nowhere, ~above[1], nowhere))
        return cls(losses, gradients, severity, is_wrong, np.concatenate(buckets), (0, second), options)

    def cells_of(self, z: Floats, is_one: Mask) -> NDArray[np.int64]:
        """Each row's cell."""
        cells = np.empty(len(z), dtype=np.int64)
        for target, rows in ((0, np.flatnonzero(~is_one)), (1, np.flatnonzero(is_one))):
            edges, some = binary_edges(target), z[rows]
            found = edges.cell_of(some)
            found[np.isnan(some)] = len(edges.cells)
            cells[rows] = found + self.first[target]
        return cells

    @cached_property
    def bucket_severity(self) -> NDArray[np.uint8]:
        """The rows' of each bucket in one cell; 0 of the others, which are looked at in any case."""
        return np.where(self.bucket_cell < 0, 0, self.severity[self.bucket_cell]).astype(np.uint8)

    @cached_property
    def bucket_margin(self) -> Floats:
        """The largest margin that a row of each bucket can have."""
        first = np.arange(BUCKETS, dtype=np.uint32) << 16
        high, low = (first | 0xFFFF).view(np.float32), first.view(np.float32)
        return np.concatenate((np.fmax(low, high), np.fmax(-low, -high)))

    @cached_property
    def names(self) -> dict[str, Mask]:
        """By the name of a formula's hard regime the cells in which it holds."""
        own = FORMATS.index(self.options.format)
        found: dict[str, Mask] = {}
        for at, key in enumerate(self.options.keys):
            for kind in HARD:
                found[f"{key}:loss:{kind.name.lower()}"] = self.losses[:, own, at] == kind
            dead = self.gradients[:, own, at] == GradientRegime.DEAD
            found[f"{key}:{STALLED}"] = dead & self.is_wrong
            for slope in HARD_GRADIENT:
                found[f"{key}:gradient:{slope.name.lower()}"] = self.gradients[:, own, at] == slope
        return {name: cells for name, cells in found.items() if cells.any()}


@dataclass(eq=False)
class _Count:
    """What is known of the parts of one block."""

    tables: Tables
    shard: int
    known: Worst
    worst: Worst = field(default_factory=Worst.none)
    places: dict[str, list[int]] = field(default_factory=dict)
    rows: int = 0
    infinite: int = 0

    def __post_init__(self) -> None:
        self.histogram: Counts = np.zeros(2 * BUCKETS, dtype=np.int64)
        self.cells: Counts = np.zeros(len(self.tables.severity), dtype=np.int64)
        self.places = {name: [] for name in (*self.tables.names, "inf_logit", "nan_logit")}
        self._keys = np.zeros(ROWS, dtype=np.int64)
        self._ones = np.ones(ROWS, dtype=np.int64)
        self._wanted: Mask | None = None
        self._looks = 0

    def add(self, z: Floats, is_one: Mask, first: int) -> None:
        """Count a part whose rows begin with `first`."""
        n = len(z)
        keys = self._keys[:n]
        keys[:] = z.view(np.uint16)[1::2]
        keys.view(np.uint8)[2::8] = is_one
        np.add.at(self.histogram, keys, self._ones[:n])
        self.rows += n
        if self._wanted is None or self._looks & (self._looks - 1) == 0:  # at the 1st, 2nd, 4th, 8th ... part
            self._wanted = self._buckets()
        self._looks += 1
        rows = np.flatnonzero(self._wanted.take(keys))
        if rows.size:
            self._look_at(rows, z[rows], is_one[rows], self.tables.bucket_cell.take(keys[rows]), first)

    def _buckets(self) -> Mask:
        """The buckets whose rows are to be looked at: crossed, or with rows that may be told of."""
        tables, worst = self.tables, self.known.merged(self.worst)
        wanted = tables.bucket_severity > 0
        if worst.is_full:
            least, margin = worst.severity[-1], worst.margin[-1]
            equal = (tables.bucket_severity == least) & (tables.bucket_margin >= margin)
            wanted = (tables.bucket_severity > least) | equal
        lacking = [
            tables.names[name]
            for name, found in self.places.items()
            if len(found) < PLACES and name in tables.names
        ]
        cells = np.any(lacking, axis=0) if lacking else np.zeros(len(self.cells), dtype=bool)
        found: Mask = wanted | (tables.bucket_cell < 0) | cells[tables.bucket_cell]
        return found

    def _look_at(
        self, rows: NDArray[np.intp], z: Floats, is_one: Mask, bucket: NDArray[np.int64], first: int
    ) -> None:
        crossed = np.flatnonzero(bucket < 0)
        cells = bucket
        cells[crossed] = self.tables.cells_of(z[crossed], is_one[crossed])
        self.cells += np.bincount(cells[crossed], minlength=len(self.cells))
        infinite, nan = np.isinf(z), np.isnan(z)
        self.infinite += int(np.count_nonzero(infinite))
        holding = {name: found for name, found in self.places.items() if len(found) < PLACES}
        for name, found in holding.items():
            if name in self.tables.names:
                at = np.flatnonzero(self.tables.names[name].take(cells))
            else:
                at = np.flatnonzero(infinite if name == "inf_logit" else nan)
            self.places[name] = found + (rows[at[: PLACES - len(found)]] + first).tolist()
        severity = self.tables.severity.take(cells)
        bad = np.flatnonzero(severity)
        if not bad.size:
            return
        logit, target = z[bad].astype(np.float64), is_one[bad].astype(np.float64)
        margin = (1.0 - 2.0 * target) * logit
        shard = np.full(len(bad), self.shard)
        new = worst_of(severity[bad], margin, shard, rows[bad] + first, logit, target)
        self.worst = self.worst.merged(new)

    def summary(self, options: Options) -> Summary:
        """Of all parts that were added."""
        tables, made = self.tables, Summary.empty(options.family, options.keys)
        cells = self.cells.copy()
        whole = tables.bucket_cell >= 0
        np.add.at(cells, tables.bucket_cell[whole], self.histogram[whole])
        losses, gradients = made.losses.copy(), made.gradients.copy()
        for place in range(len(FORMATS)):
            for at in range(len(options.keys)):
                np.add.at(losses[place, at], tables.losses[:, place, at], cells)
                np.add.at(gradients[place, at], tables.gradients[:, place, at], cells)
        counts = {name: int(cells[holds].sum()) for name, holds in tables.names.items()}
        nans = [tables.first[1] - 1, len(cells) - 1]
        counts |= {"inf_logit": self.infinite, "nan_logit": int(cells[nans].sum())}
        named = {
            name: Named(count, tuple((self.shard, row) for row in self.places[name]))
            for name, count in counts.items()
        }
        digits = Regime.LOSING_DIGITS
        return replace(
            made,
            rows=self.rows,
            losses=losses,
            gradients=gradients,
            inside=np.concatenate((losses[:, :, digits], gradients[:, :, digits]), axis=1),
            logits=_bins(self.histogram),
            named=only_counted(named),
            worst=self.worst,
        )


@cache
def _bucket_bins() -> tuple[Counts, Counts]:
    """The buckets of finite numbers and their bins of the histogram of logits; none parts a bucket."""
    lowest = (np.arange(BUCKETS, dtype=np.uint32) << 16).view(np.float32)
    finite = np.flatnonzero(np.isfinite(lowest))
    return finite, logit_bins(lowest[finite])


def _bins(histogram: Counts) -> Counts:
    """The histogram of logits from that of their upper halves."""
    finite, bins = _bucket_bins()
    found = np.zeros((2, 2 * LOGIT_BINS), dtype=np.int64)
    for target in (0, 1):
        np.add.at(found[target], bins, histogram[target * BUCKETS + finite])
    return found


def _problem(part: Block, options: Options) -> BinaryProblem:
    logits, target = part.logits.astype(np.float64), part.target.astype(np.float64)
    return BinaryProblem(logits=logits, target=target, format=options.format, reduction="none")


def _with_sums(part: Block, options: Options) -> Summary:
    """The losses of a part, added up."""
    evaluation = evaluate(_problem(part, options), formulas=options.formulas)
    none = np.zeros(0, dtype=np.uint8)
    judged = [Judged(column.loss, none, none, none.astype(bool)) for column in evaluation.columns]
    everything = np.ones(len(part.logits), dtype=bool)
    sums = sums_of(options, judged, evaluation.columns[0].truth.loss, everything)
    return replace(Summary.empty(options.family, options.keys), **sums)
