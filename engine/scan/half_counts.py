"""Binary rows with half logits and targets 0 and 1: a table says of each float what becomes of it.

A histogram of the bits by target then gives every count and every sum without a doubt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from threading import Event, Lock
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FORMATS, Format, format_of
from engine.floats.rounding import failures_are_results
from engine.problem import BinaryProblem
from engine.scan.block import Block, Options, ones_and_zeros
from engine.scan.edges import BUCKETS, TARGET, half_cells
from engine.scan.evaluated import evaluated, judge
from engine.scan.exact_sums import ExactSum, exact_sum
from engine.scan.summary import LOGIT_BINS, PLACES, Counts, Named, Summary, logit_bins, loss_histogram
from engine.scan.tables import Cells
from engine.scan.worst import MOST, Worst, worst_of

Mask = NDArray[np.bool_]

ROWS = 2**16
KEYS = 2 * BUCKETS
"""A float's bits and, above them, its target."""

SIZE = np.uint16(0x7FFF)
"""The bits of a half float without its sign: they ascend as its size does, and nan's come last."""

LOWER_HALF = np.int64(2**27 - 1)
"""Bits of a float64's significand."""


def is_half(block: Block, options: Options) -> bool:
    """Whether a table says what becomes of each logit."""
    plain = options.family == "binary" and block.weight is None and options.pos_weight is None
    return plain and any(fmt.is_half and fmt.dtype == block.logits.dtype for fmt in FORMATS)


@dataclass(frozen=True, eq=False)
class HalfTable(Cells):
    """What becomes of each float of a half format.

    Attributes
    ----------
    cell : int64 array, shape (KEYS,)
    logit, margin : float64 arrays, shape (KEYS,)
        nan's margin is inf.
    """

    cell: Counts
    logit: NDArray[np.float64]
    margin: NDArray[np.float64]

    @classmethod
    @cache
    def of(cls, fmt: Format, own: Format) -> HalfTable:
        """Of a half format, for the format that decides."""
        options = Options(family="binary", format=own)
        cells, is_wrong, cell = half_cells(fmt)
        width = len(options.keys)
        logit = logits_of(fmt)
        margin = np.where(np.arange(KEYS) >= BUCKETS, -logit, logit)
        margin[np.isnan(margin)] = np.inf
        return cls(cells[:, :, :width], cells[:, :, width:], is_wrong, options, cell, logit, margin)

    @cached_property
    def bins(self) -> Counts:
        """Each finite logit's place in a histogram by target and bin, and one more for the others."""
        found = logit_bins(np.where(np.isfinite(self.logit), self.logit, 0.0))
        found[BUCKETS:] += 2 * LOGIT_BINS
        return np.where(np.isfinite(self.logit), found, 4 * LOGIT_BINS)

    @cached_property
    def worst(self) -> tuple[Counts, Counts]:
        """The keys with a hard verdict, the worst first, and numbers equal where neither is worse."""
        severity = self.severity[self.cell]
        bad = np.flatnonzero(severity)
        order = bad[np.lexsort((-self.margin[bad], -severity[bad].astype(np.int64)))]
        steps = (np.diff(severity[order]) != 0) | (self.margin[order[1:]] != self.margin[order[:-1]])
        return order, np.append(0, np.cumsum(steps)) if len(order) else order


def logits_of(fmt: Format) -> NDArray[np.float64]:
    """The logit of each key."""
    with np.errstate(invalid="ignore"):
        return np.arange(KEYS).astype(np.uint16).view(fmt.dtype).astype(np.float64)


class _Losses:
    """Losses in the format that decides, and the true ones, by key: computed once they are asked for."""

    def __init__(self, fmt: Format, own: Format) -> None:
        self._options, self._logit = Options(family="binary", format=own), logits_of(fmt)
        self._values = np.zeros((len(self._options.keys) + 1, KEYS))
        self._known = np.zeros(KEYS, dtype=bool)
        self._lock = Lock()

    @classmethod
    @cache
    def of(cls, fmt: Format, own: Format) -> _Losses:
        return cls(fmt, own)

    def at(self, keys: Counts) -> NDArray[np.float64]:
        """The caller's copy: another thread may be filling the table's own."""
        with self._lock:
            new = keys[~self._known[keys]]
            if new.size:
                z, y = self._logit[new], (new >= BUCKETS).astype(np.float64)
                problem = BinaryProblem(logits=z, target=y, format=self._options.format, reduction="none")
                judged, truth = judge(problem, self._options, np.isnan(z))
                self._values[:, new] = [*(each.loss.astype(np.float64) for each in judged), truth]
                self._known[new] = True
            return self._values[:, keys]


@failures_are_results
def counted_halves(
    block: Block, options: Options, known: Summary | None = None, stop: Event | None = None
) -> Summary:
    """The summary of a block that `is_half`, just as `engine.scan.evaluated.evaluated` gives it.

    `known` and `stop` are as `engine.scan.binary_counts.counted` has them.
    """
    others = Summary.empty(options.family, options.keys)
    is_one, is_zero = ones_and_zeros(block.target)
    if np.count_nonzero(is_one) + np.count_nonzero(is_zero) < len(is_one):
        is_left = ~(is_one | is_zero)
        others = evaluated(block.chosen(np.flatnonzero(is_left)), options, stop)
        kept = np.flatnonzero(~is_left)
        block, is_one = block.chosen(kept), is_one[kept]
    bits = np.ascontiguousarray(block.logits).view(np.uint16)
    histogram, ones = np.zeros(KEYS, dtype=np.int64), np.ones(ROWS, dtype=np.int64)
    wide = np.zeros(ROWS, dtype=np.int64)  # what `add.at` takes without a copy
    for at in range(0, len(bits), ROWS):
        part = wide[: len(bits) - at]
        part[:] = bits[at : at + ROWS]
        part.view(np.uint8)[TARGET::8] = is_one[at : at + ROWS].view(np.uint8)
        np.add.at(histogram, part, ones[: len(part)])
    table = HalfTable.of(format_of(block.logits.dtype), options.format)
    return others.merged(_Count(block, options, table, bits, is_one, histogram).summary(known or others))


@dataclass(frozen=True, eq=False)
class _Count:
    """A block's rows, and how often each key occurs."""

    block: Block
    options: Options
    table: HalfTable
    bits: NDArray[np.uint16]
    is_one: Mask
    histogram: Counts

    def summary(self, known: Summary) -> Summary:
        table, options, made = self.table, self.options, Summary.empty(self.options.family, self.options.keys)
        cells = _added(table.cell, self.histogram, len(table.losses))
        losses, gradients = table.counted(cells)
        return replace(
            made,
            rows=len(self.bits),
            losses=losses,
            gradients=gradients,
            logits=_added(table.bins, self.histogram, 4 * LOGIT_BINS + 1)[:-1].reshape(made.logits.shape),
            named=MappingProxyType(dict(sorted(self._named(cells, known)))),
            worst=self._worst(known.worst),
            **(self._sums() if options.losses and len(self.bits) else {}),
        )

    def _named(self, cells: Counts, known: Summary) -> list[tuple[str, Named]]:
        table, made = self.table, []
        found = {name: holds[table.cell] for name, holds in table.names.items() if cells[holds].any()}
        odd = {"inf_logit": np.isinf(table.logit), "nan_logit": np.isnan(table.logit)}
        for name, holds in (found | odd).items():
            keys = np.flatnonzero(holds & (self.histogram > 0))
            if count := int(self.histogram[keys].sum()):
                most = 0 if known.tells(name, self.block) else min(count, PLACES)
                numbers = self.block.numbers_at(self._rows_with(keys, most)).tolist()
                made.append((name, Named(count, tuple((self.block.shard, row) for row in numbers))))
        return made

    def _rows_with(self, keys: Counts, most: int) -> NDArray[np.intp]:
        """The places of the first so many rows with these keys."""
        found, count = [np.zeros(0, dtype=np.intp)], 0
        wanted = np.zeros(KEYS, dtype=bool)
        wanted[keys] = True
        least = (keys.astype(np.uint16) & SIZE).min(initial=SIZE)
        for at in range(0, len(self.bits), ROWS):
            if count >= most:
                break
            bits = self.bits[at : at + ROWS]
            some = np.flatnonzero((bits & SIZE) >= least)  # many times as fast as to ask the table for each
            found.append(some[wanted[self._keys(some + at)]] + at)
            count += len(found[-1])
        return np.concatenate(found)[:most]

    def _keys(self, rows: NDArray[np.intp]) -> Counts:
        return self.bits[rows] + BUCKETS * self.is_one[rows].astype(np.int64)

    def _worst(self, known: Worst) -> Worst:
        """Floats of one margin are told apart by their rows: the first ones enter."""
        ranked, rank = self.table.worst
        occurs = self.histogram[ranked] > 0
        ranked, rank = ranked[occurs], rank[occurs]
        margin, severity = self.table.margin, self.table.severity[self.table.cell]
        if known.is_full:
            least, bound = known.severity[-1], known.margin[-1]
            enters = (severity[ranked] > least) | (severity[ranked] == least) & ~(margin[ranked] < bound)
            ranked, rank = ranked[enters], rank[enters]
        if not len(ranked):
            return Worst.none()
        last = min(int(np.searchsorted(np.cumsum(self.histogram[ranked]), MOST)), len(ranked) - 1)
        above, level = ranked[rank < rank[last]], ranked[rank == rank[last]]
        rows = np.concatenate((self._rows_with(above, MOST), self._rows_with(level, MOST)))
        keys = self._keys(rows)
        return worst_of(
            severity[keys],
            np.where(self.is_one[rows], -self.table.logit[keys], self.table.logit[keys]),
            np.full(len(rows), self.block.shard),
            self.block.numbers_at(rows),
            self.table.logit[keys],
            self.is_one[rows].astype(np.float64),
        )

    def _sums(self) -> dict[str, Any]:
        occupied = np.flatnonzero(self.histogram)
        counts, of = (
            self.histogram[occupied],
            _Losses.of(format_of(self.block.logits.dtype), self.options.format),
        )
        values = of.at(occupied)
        names = (*self.options.keys, "exact")
        sums = {name: _weighted_sum(each, counts) for name, each in zip(names, values, strict=True)}
        return {
            "sums": MappingProxyType(dict(sorted(sums.items()))),
            "true_losses": loss_histogram(values[-1], counts),
        }


def _added(places: Counts, counts: Counts, length: int) -> Counts:
    """The counts that go to each place; whole numbers below 2**53 add up without an error."""
    return np.bincount(places, counts, length).astype(np.int64)


def _weighted_sum(values: NDArray[np.float64], counts: Counts) -> ExactSum:
    """The exact sum of values that each occur so many times."""
    values = np.ascontiguousarray(values)
    finite = np.isfinite(values)
    upper = (values[finite].view(np.int64) & ~LOWER_HALF).view(np.float64)
    lower = values[finite] - upper  # both are so short that their products with a count are exact
    often = counts[finite].astype(np.float64)
    total = exact_sum(np.concatenate((upper * often, lower * often)))
    above, below = values == np.inf, values == -np.inf
    return ExactSum(
        int(counts.sum()),
        total.units,
        int(counts[above].sum()),
        int(counts[below].sum()),
        int(counts[np.isnan(values)].sum()),
    )
