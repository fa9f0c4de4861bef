"""Binary rows of targets 0 and 1 counted by their logits alone: what a cell of the edge table says of each.

A histogram of the logits' upper halves by target gives every count whose bucket lies in one cell. Rows in the
other buckets, and those that may be among the worst or the first of a kind, are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FLOAT64
from engine.floats.rounding import failures_are_results
from engine.floats.verdicts import Regime
from engine.scan.block import Block, Options, check, ones_and_zeros
from engine.scan.edges import BUCKETS, TARGET, UPPER, binary_edges
from engine.scan.evaluated import added_up, evaluated, only_counted
from engine.scan.summary import PLACES, Counts, Named, Summary
from engine.scan.tables import Tables, histogram_of_logits
from engine.scan.worst import Worst, sampled, worst_of

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Array = NDArray[Any]

ROWS = 2**16
"""Counted together: as many as caches hold."""

TOGETHER = 2**14
"""Rows that are looked at one by one, or whose losses are computed, together."""


def is_served(block: Block, options: Options) -> bool:
    """Whether the edges can say what a block's rows do, should its targets be 0 and 1."""
    return options.family == "binary" and block.weight is None and options.pos_weight is None


@failures_are_results
def counted(
    block: Block, options: Options, known: Summary | None = None, stop: Event | None = None
) -> Summary:
    """The summary of a block that `is_served`; rows with other targets than 0 and 1 are evaluated.

    Parameters
    ----------
    block : Block
    options : Options
    known : Summary, optional
        Of other blocks of the same scan: rows that are not told of beside these may be left out.
    stop : Event, optional
        See `engine.scan.evaluated.evaluated`.

    Returns
    -------
    Summary
        As `engine.scan.evaluated.evaluated` gives it, but for lost digits: rows that lie where digits are
        lost count as losing some; `inside` counts them, and `engine.scan.luck` says how many of them do not.
    """
    others, left = Summary.empty(options.family, options.keys), []
    count = _Count(Tables.of(options.format), block, known or others)
    for start in range(0, len(block.logits), ROWS):
        check(stop)
        part = block.part(slice(start, start + ROWS))
        is_one, is_zero = ones_and_zeros(part.target)
        is_left = None
        if np.count_nonzero(is_one) + np.count_nonzero(is_zero) < len(is_one):
            is_left = ~(is_one | is_zero)
        z = part.logits.astype(np.float32, copy=False)
        if part.logits.dtype == FLOAT64.dtype:
            near = _is_near(part.logits, z, is_one)
            is_left = near if is_left is None else near | is_left
        if is_left is not None and is_left.any():
            left.append(np.flatnonzero(is_left) + start)
            kept = np.flatnonzero(~is_left)
            part, z, is_one = part.chosen(kept), z[kept], is_one[kept]
        if len(z):
            count.add(np.ascontiguousarray(z), is_one, part)
            if options.losses:
                for at in range(0, len(z), TOGETHER):
                    others = others.merged(added_up(part.part(slice(at, at + TOGETHER)), options))
    rest = block
    if left:
        some = np.concatenate(left)
        others = others.merged(evaluated(block.chosen(some), options, stop))
        rest = block.chosen(np.delete(np.arange(len(block.logits)), some))
    return others.merged(replace(count.summary(options), sample=sampled(rest)))


def _is_near(wide: NDArray[np.float64], z: Floats, is_one: Mask) -> Mask:
    """Which float64 numbers may lie on the other side of an edge than the float32 that they round to."""
    upper = z.view(np.uint16)[UPPER::2]
    crossed = np.flatnonzero(Tables.crossed().take(upper))
    some = z[crossed]
    near = np.where(is_one[crossed], binary_edges(1).is_near(some), binary_edges(0).is_near(some))
    found = np.zeros(len(z), dtype=bool)
    found[crossed] = (near & ~np.isnan(some)) | (np.isinf(some) & np.isfinite(wide[crossed]))
    return found


@dataclass(eq=False)
class _Count:
    """What is known of the parts of one block."""

    tables: Tables
    block: Block
    known: Summary
    worst: Worst = field(default_factory=Worst.none)
    places: dict[str, list[int]] = field(default_factory=dict)
    rows: int = 0
    infinite: int = 0
    _left: int = 0

    def __post_init__(self) -> None:
        self.histogram: Counts = np.zeros(2 * BUCKETS, dtype=np.int64)
        self.cells: Counts = np.zeros(len(self.tables.severity), dtype=np.int64)
        self.places = {name: [] for name in (*self.tables.names, "inf_logit", "nan_logit")}
        self._told = {name for name in self.tables.names if self.known.tells(name, self.block)}
        self._keys = np.zeros(ROWS, dtype=np.int64)
        self._wanted = self._buckets()
        self._waiting: list[tuple[NDArray[np.int64], Array, Floats, Mask, NDArray[np.int64]]] = []

    def add(self, z: Floats, is_one: Mask, part: Block) -> None:
        """Count a part whose logits are `z` in float32."""
        n = len(z)
        keys = self._keys[:n]
        np.right_shift(z.view(np.uint32), 16, out=keys, casting="unsafe")
        keys.view(np.uint8)[TARGET::8] = is_one.view(np.uint8)
        np.add.at(self.histogram, keys, 1)
        self.rows += n
        rows = np.flatnonzero(self._wanted.take(keys, mode="wrap"))  # which does not check the keys first
        numbers = rows + part.first if part.rows is None else part.rows[rows]
        cells = self.tables.bucket_cell.take(keys[rows])
        self._waiting.append((numbers, part.logits[rows].astype(np.float64), z[rows], is_one[rows], cells))
        self._left += len(rows)
        if self._left >= TOGETHER:
            self._look()

    def _buckets(self) -> Mask:
        """The buckets whose rows are to be looked at: crossed, or with rows that may be told of."""
        tables, (least, margin) = self.tables, self._bound()
        told = (self._lacking() | (tables.severity > least)).take(tables.bucket_cell, mode="wrap")
        equal = (tables.bucket_severity == least) & (tables.bucket_margin >= margin)
        found: Mask = told | equal | tables.bucket_crossed
        return found

    def _is_lacking(self, name: str) -> bool:
        return len(self.places[name]) < PLACES and name not in self._told

    def _bound(self) -> tuple[int, float]:
        """The severity and the margin that a row has to reach to be among the worst."""
        worst = self.known.worst.merged(self.worst)
        return (int(worst.severity[-1]), float(worst.margin[-1])) if worst.is_full else (0, np.inf)

    def _lacking(self) -> Mask:
        """The cells with a name of which too few rows are known."""
        lacking = [cells for name, cells in self.tables.names.items() if self._is_lacking(name)]
        return np.any(lacking, axis=0) if lacking else np.zeros(len(self.cells), dtype=bool)

    def _look(self) -> None:
        """Look at the rows that wait for it, one by one."""
        if not self._waiting:
            return
        rows, wide, z, is_one, cells = map(np.concatenate, zip(*self._waiting, strict=True))
        self._waiting.clear()
        self._left = 0
        crossed = np.flatnonzero(cells < 0)
        cells[crossed] = self.tables.cells_of(z[crossed], is_one[crossed])
        self.cells += np.bincount(cells[crossed], minlength=len(self.cells))
        self._name(rows, z, cells)
        severity, (least, bound) = self.tables.severity.take(cells), self._bound()
        margin = np.where(is_one, -wide, wide)
        # As in `worst_of`, nan is the worst.
        enters = (severity > least) | ((severity == least) & ~(margin < bound))
        bad = np.flatnonzero(enters & (severity > 0))
        logit, target = wide[bad], is_one[bad].astype(np.float64)
        shard = np.full(len(bad), self.block.shard)
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
                if self._is_lacking(name):
                    self._place(name, rows[some[holding.take(cells[some])]])

    def _place(self, name: str, rows: NDArray[np.int64]) -> None:
        found = self.places[name]
        self.places[name] = found + rows[: PLACES - len(found)].tolist()

    def summary(self, options: Options) -> Summary:
        """Of all parts that were added."""
        self._look()
        tables, made = self.tables, Summary.empty(options.family, options.keys)
        cells = self.cells.copy()
        occupied = np.flatnonzero(self.histogram)
        counted_by = self.histogram[occupied]
        whole = tables.bucket_cell[occupied] >= 0
        np.add.at(cells, tables.bucket_cell[occupied[whole]], counted_by[whole])
        losses, gradients = tables.counted(cells)
        counts = {name: int(cells[holds].sum()) for name, holds in tables.names.items()}
        nans = [tables.first[1] - 1, len(cells) - 1]
        counts |= {"inf_logit": self.infinite, "nan_logit": int(cells[nans].sum())}
        named = {
            name: Named(count, tuple((self.block.shard, row) for row in self.places[name]))
            for name, count in counts.items()
        }
        digits = Regime.LOSING_DIGITS
        return replace(
            made,
            rows=self.rows,
            losses=losses,
            gradients=gradients,
            inside=np.concatenate((losses[:, :, digits], gradients[:, :, digits]), axis=1),
            logits=histogram_of_logits(occupied, counted_by),
            named=only_counted(named),
            worst=self.worst,
        )
