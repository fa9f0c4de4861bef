"""Binary rows with half logits and targets 0 and 1: a table says of each float what becomes of it.

A histogram of the bits by target then gives every count and every sum without a doubt.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from engine.scan.block import Block, Options, check, ones_and_zeros
from engine.scan.edges import BUCKETS, TARGET, half_cells
from engine.scan.evaluated import evaluated, judge, only_counted
from engine.scan.exact_sums import ExactSum, exact_sum
from engine.scan.summary import LOGIT_BINS, PLACES, Counts, Named, Summary, logit_bins, loss_histogram
from engine.scan.tables import Cells, added
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
    def worst(self) -> tuple[Counts, NDArray[np.uint8], NDArray[np.float64]]:
        """The keys with a hard verdict, the worst first, and their severities and margins."""
        severity = self.severity[self.cell]
        bad = np.flatnonzero(severity)
        order = bad[np.lexsort((-self.margin[bad], -severity[bad].astype(np.int64)))]
        return order, severity[order], self.margin[order]


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
    others, is_one = Summary.empty(options.family, options.keys), np.empty(len(block.target), dtype=bool)
    histogram = np.zeros(KEYS, dtype=np.int64)
    wide = np.zeros(ROWS, dtype=np.int64)  # what `add.at` takes without a copy
    bits = np.ascontiguousarray(block.logits).view(np.uint16)
    for at in range(0, len(bits), ROWS):
        check(stop)
        some = slice(at, at + ROWS)
        is_one[some], is_zero = ones_and_zeros(block.target[some])
        if np.count_nonzero(is_one[some]) + np.count_nonzero(is_zero) < len(is_zero):
            return _parted(block, options, known, stop)
        part = wide[: len(is_zero)]
        part[:] = bits[some]
        part.view(np.uint8)[TARGET::8] = is_one[some].view(np.uint8)
        np.add.at(histogram, part, 1)
    table = HalfTable.of(format_of(block.logits.dtype), options.format)
    return others.merged(_Count(block, options, table, bits, is_one, histogram).summary(known or others))


def _parted(block: Block, options: Options, known: Summary | None, stop: Event | None) -> Summary:
    """Of a block with other targets than 0 and 1, whose rows are evaluated."""
    is_one, is_zero = ones_and_zeros(block.target)
    others = evaluated(block.chosen(np.flatnonzero(~(is_one | is_zero))), options, stop)
    return others.merged(counted_halves(block.chosen(np.flatnonzero(is_one | is_zero)), options, known, stop))


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
        cells = added(table.cell, self.histogram, len(table.losses))
        losses, gradients = table.counted(cells)
        return replace(
            made,
            rows=len(self.bits),
            losses=losses,
            gradients=gradients,
            logits=added(table.bins, self.histogram, 4 * LOGIT_BINS + 1)[:-1].reshape(made.logits.shape),
            named=self._named(cells, known),
            worst=self._worst(known.worst),
            **(self._sums() if options.losses and len(self.bits) else {}),
        )

    def _named(self, cells: Counts, known: Summary) -> Mapping[str, Named]:
        table, shard = self.table, self.block.shard
        odd = {"inf_logit": np.isinf(table.logit), "nan_logit": np.isnan(table.logit)}
        counts = {name: int(cells[holds].sum()) for name, holds in table.names.items()}
        counts |= {name: int(self.histogram[holds].sum()) for name, holds in odd.items()}
        made = {}
        for name, count in sorted(counts.items()):
            rows: list[int] = []
            if count and not known.tells(name, self.block):
                keys = np.flatnonzero(odd[name] if name in odd else table.names[name][table.cell])
                rows = self.block.numbers_at(self._rows_with(keys, min(count, PLACES))).tolist()
            made[name] = Named(count, tuple((shard, row) for row in rows))
        return only_counted(made)

    def _rows_with(self, keys: Counts, most: int) -> NDArray[np.intp]:
        """The places of the first so many rows with these keys."""
        found, count = [np.zeros(0, dtype=np.intp)], 0
        wanted = np.zeros(KEYS, dtype=bool)
        wanted[keys] = True
        keys = keys[self.histogram[keys] > 0]
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
        ranked, severity, margin = self.table.worst
        if known.is_full:
            least, bound = known.severity[-1], known.margin[-1]
            end = np.count_nonzero((severity > least) | ((severity == least) & ~(margin < bound)))
            ranked = ranked[:end]
        counts = np.cumsum(self.histogram[ranked])
        if not len(ranked) or not counts[-1]:
            return Worst.none()
        last = int(np.searchsorted(counts, min(MOST, counts[-1])))
        equal = (severity == severity[last]) & (margin == margin[last])
        first = int(np.argmax(equal))
        stop = min(first + int(np.count_nonzero(equal)), len(ranked))
        if counts[stop - 1] <= 4 * MOST:
            rows = self._rows_with(ranked[:stop], 4 * MOST)
        else:  # one value that many rows share
            parts = [self._rows_with(keys, MOST) for keys in (ranked[:first], ranked[first:stop])]
            rows = np.concatenate(parts)
        keys = self._keys(rows)
        is_one, logit = self.is_one[rows], self.table.logit[keys]
        return worst_of(
            self.table.severity[self.table.cell[keys]],
            np.where(is_one, -logit, logit),
            np.full(len(rows), self.block.shard),
            self.block.numbers_at(rows),
            logit,
            is_one.astype(np.float64),
        )

    def _sums(self) -> dict[str, Any]:
        occupied = np.flatnonzero(self.histogram)
        counts, fmt = self.histogram[occupied], format_of(self.block.logits.dtype)
        values = _Losses.of(fmt, self.options.format).at(occupied)
        names = (*self.options.keys, "exact")
        sums = {name: _weighted_sum(each, counts) for name, each in zip(names, values, strict=True)}
        return {
            "sums": MappingProxyType(dict(sorted(sums.items()))),
            "true_losses": loss_histogram(values[-1], counts),
        }


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
