"""Binary rows of targets 0 and 1 counted by their logits alone: what a cell of the edge table says of each.

A histogram of the logits' upper halves by target gives every count whose bucket lies in one cell. Rows in the
other buckets, and those that may be among the worst or the first of a kind, are looked at one by one.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

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
"""Counted together: as many as caches hold."""

TOGETHER = 2**14
"""Rows that are looked at one by one together."""

UPPER, TARGET = (1, 2) if sys.byteorder == "little" else (0, 5)
"""Where a float32 has its upper half, and an int64 its third byte from the lowest."""


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
        z, (is_one, is_zero) = part.logits.astype(np.float32, copy=False), _ones_and_zeros(part.target)
        if np.count_nonzero(is_one) + np.count_nonzero(is_zero) < len(z):
            others = others.merged(evaluated(part, options))
            continue
        count.add(np.ascontiguousarray(z), is_one, part.first)
        samples.append(sampled(part))
        if options.losses:
            others = others.merged(_with_sums(part, options))
    return others.merged(replace(count.summary(options), sample=Sample.joined(samples)))


def _ones_and_zeros(target: NDArray[Any]) -> tuple[Mask, Mask]:
    """Where targets are 1 and where they are 0."""
    half = next((fmt for fmt in FORMATS if fmt.is_half and fmt.dtype == target.dtype), None)
    if half is None:
        return target == 1, target == 0
    bits = np.ascontiguousarray(target).view(np.uint16)  # many times as fast to compare as half floats
    return bits == np.ones(1, half.dtype).view(np.uint16)[0], (bits & 0x7FFF) == 0


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
        self._wanted = self._buckets()
        self._waiting: list[tuple[NDArray[np.int64], Floats, Mask, NDArray[np.int64]]] = []

    def add(self, z: Floats, is_one: Mask, first: int) -> None:
        """Count a part whose rows begin with `first`."""
        n = len(z)
        keys = self._keys[:n]
        keys[:] = z.view(np.uint16)[UPPER::2]
        keys.view(np.uint8)[TARGET::8] = is_one.view(np.uint8)
        np.add.at(self.histogram, keys, self._ones[:n])
        self.rows += n
        rows = np.flatnonzero(self._wanted.take(keys))
        self._waiting.append((rows + first, z[rows], is_one[rows], self.tables.bucket_cell.take(keys[rows])))
        if sum(len(each[0]) for each in self._waiting) >= TOGETHER:
            self._look()

    def _buckets(self) -> Mask:
        """The buckets whose rows are to be looked at: crossed, or with rows that may be told of."""
        tables, least, margin = self.tables, *self._bound()
        equal = (tables.bucket_severity == least) & (tables.bucket_margin >= margin)
        told = self._lacking()[tables.bucket_cell]
        found: Mask = (tables.bucket_severity > least) | equal | told | (tables.bucket_cell < 0)
        return found

    def _bound(self) -> tuple[int, float]:
        """The severity and the margin that a row has to reach to be among the worst."""
        worst = self.known.merged(self.worst)
        return (int(worst.severity[-1]), float(worst.margin[-1])) if worst.is_full else (0, np.inf)

    def _lacking(self) -> Mask:
        """The cells with a name of which too few rows are known."""
        names = self.tables.names
        lacking = [cells for name, cells in names.items() if len(self.places[name]) < PLACES]
        return np.any(lacking, axis=0) if lacking else np.zeros(len(self.cells), dtype=bool)

    def _look(self) -> None:
        """Look at the rows that wait for it, one by one."""
        if not self._waiting:
            return
        rows, z, is_one, cells = map(np.concatenate, zip(*self._waiting, strict=True))
        self._waiting.clear()
        crossed = np.flatnonzero(cells < 0)
        cells[crossed] = self.tables.cells_of(z[crossed], is_one[crossed])
        self.cells += np.bincount(cells[crossed], minlength=len(self.cells))
        self._name(rows, z, cells)
        severity, (least, bound) = self.tables.severity.take(cells), self._bound()
        margin = np.where(is_one, -z, z).astype(np.float64)
        # As in `worst_of`, nan is the worst.
        enters = (severity > least) | ((severity == least) & ~(margin < bound))
        bad = np.flatnonzero(enters & (severity > 0))
        logit, target = z[bad].astype(np.float64), is_one[bad].astype(np.float64)
        shard = np.full(len(bad), self.shard)
        self.worst = self.worst.merged(worst_of(severity[bad], margin[bad], shard, rows[bad], logit, target))
        if len(crossed) < 0.9 * len(rows):  # most were looked at for what they may no longer be told of
            self._wanted = self._buckets()

    def _name(self, rows: NDArray[np.int64], z: Floats, cells: NDArray[np.int64]) -> None:
        infinite = np.isinf(z)
        self.infinite += int(np.count_nonzero(infinite))
        for name, holds in (("inf_logit", infinite), ("nan_logit", np.isnan(z))):
            self._place(name, rows[holds])
        some = np.flatnonzero(self._lacking().take(cells))
        if some.size:
            for name, holding in self.tables.names.items():
                if len(self.places[name]) < PLACES:
                    self._place(name, rows[some[holding.take(cells[some])]])

    def _place(self, name: str, rows: NDArray[np.int64]) -> None:
        found = self.places[name]
        self.places[name] = found + rows[: PLACES - len(found)].tolist()

    def summary(self, options: Options) -> Summary:
        """Of all parts that were added."""
        self._look()
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
