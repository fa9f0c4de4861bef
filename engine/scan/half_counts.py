"""Binary rows with half logits and targets 0 and 1: of few different floats, each is evaluated once.

A histogram of the bits by target then gives every count and every sum without a doubt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from threading import Event, Lock
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FORMATS, Format, format_of
from engine.floats.rounding import failures_are_results
from engine.problem import BinaryProblem
from engine.scan.block import Block, Options, ones_and_zeros
from engine.scan.edges import BUCKETS, TARGET
from engine.scan.evaluated import evaluated, judge, named_of, severities
from engine.scan.exact_sums import ExactSum, exact_sum
from engine.scan.summary import PLACES, Counts, Named, Summary, logit_histogram, loss_histogram
from engine.scan.worst import MOST, Worst, worst_of

Mask = NDArray[np.bool_]

ROWS = 2**16
KEYS = 2 * BUCKETS

LOWER_HALF = np.int64(2**27 - 1)
"""Bits of a float64's significand."""


def is_half(block: Block, options: Options) -> bool:
    """Whether each different logit is worth a look of its own."""
    plain = options.family == "binary" and block.weight is None and options.pos_weight is None
    return plain and any(fmt.is_half and fmt.dtype == block.logits.dtype for fmt in FORMATS)


class HalfTable:
    """What becomes of each float of a half format, by its bits and, above them, its target.

    Attributes
    ----------
    losses, gradients : uint8 arrays, shape (formats, formulas, keys)
    own : float64 array, shape (formulas + 1, keys)
        Losses in the format that decides, and the true ones.
    severity : uint8 array, shape (keys,)
    logit : float64 array, shape (keys,)
    named : dict of str to bool array, shape (keys,)
    """

    def __init__(self, fmt: Format, own: Format) -> None:
        self.options = Options(family="binary", format=own)
        width = len(self.options.keys)
        bits = np.arange(KEYS, dtype=np.int64).astype(np.uint16)
        with np.errstate(invalid="ignore"):
            self.logit = bits.view(fmt.dtype).astype(np.float64)
        self.losses = np.zeros((len(FORMATS), width, KEYS), dtype=np.uint8)
        self.gradients = np.zeros_like(self.losses)
        self.own = np.zeros((width + 1, KEYS))
        self.severity = np.zeros(KEYS, dtype=np.uint8)
        self.named: dict[str, Mask] = {}
        self._known = np.zeros(KEYS, dtype=bool)
        self._lock = Lock()

    def know(self, keys: Counts) -> None:
        """Evaluate those of the floats that are new."""
        with self._lock:
            new = keys[~self._known[keys]]
            if new.size:
                self._evaluate(new)
                self._known[new] = True

    def _evaluate(self, keys: Counts) -> None:
        z, y = self.logit[keys], (keys >= BUCKETS).astype(np.float64)
        problem = BinaryProblem(logits=z, target=y, reduction="none")
        for place, fmt in enumerate(FORMATS):
            judged, truth = judge(problem.replace(format=fmt), self.options, np.isnan(z))
            for at, each in enumerate(judged):
                self.losses[place, at, keys] = each.of_loss
                self.gradients[place, at, keys] = each.of_gradient
            if fmt != self.options.format:
                continue
            self.severity[keys] = severities(
                self.options, [(each.of_loss, each.of_gradient) for each in judged]
            )
            self.own[:, keys] = [*(each.loss.astype(np.float64) for each in judged), truth]
            for name, holds in named_of(problem, self.options, judged).items():
                if holds.any():
                    self.named.setdefault(name, np.zeros(KEYS, dtype=bool))[keys] = holds


@cache
def half_table(fmt: Format, own: Format) -> HalfTable:
    """The table of a half format that fills as floats are met."""
    return HalfTable(fmt, own)


@failures_are_results
def counted_halves(
    block: Block, options: Options, known: Summary | None = None, stop: Event | None = None
) -> Summary:
    """The summary of a block that `is_half`, just as `engine.scan.evaluated.evaluated` gives it.

    Parameters
    ----------
    block : Block
    options : Options
    known : Summary, optional
        Of other blocks of the same scan: rows that are not among the worst beside these may be left out.
    stop : Event, optional
        See `engine.scan.evaluated.evaluated`.

    Returns
    -------
    Summary
    """
    others = Summary.empty(options.family, options.keys)
    is_one, is_zero = ones_and_zeros(block.target)
    is_left = ~(is_one | is_zero)
    if is_left.any():
        others = evaluated(block.chosen(np.flatnonzero(is_left)), options, stop)
        kept = np.flatnonzero(~is_left)
        block, is_one = block.chosen(kept), is_one[kept]
    bits = np.ascontiguousarray(block.logits).view(np.uint16)
    keys = np.empty(len(bits), dtype=np.int32)
    histogram, ones = np.zeros(KEYS, dtype=np.int64), np.ones(ROWS, dtype=np.int64)
    wide = np.zeros(ROWS, dtype=np.int64)  # what `add.at` takes without a copy
    for at in range(0, len(bits), ROWS):
        part = wide[: len(bits) - at]
        part[:] = bits[at : at + ROWS]
        part.view(np.uint8)[TARGET::8] = is_one[at : at + ROWS].view(np.uint8)
        np.add.at(histogram, part, ones[: len(part)])
        keys[at : at + ROWS] = part
    occupied = np.flatnonzero(histogram)
    table = half_table(format_of(block.logits.dtype), options.format)
    table.know(occupied)
    rows = _Rows(block, keys, is_one)
    return others.merged(
        _summary(rows, histogram, occupied, table, options, Worst.none() if known is None else known.worst)
    )


@dataclass(frozen=True, eq=False)
class _Rows:
    """A block's rows and their keys."""

    block: Block
    keys: NDArray[np.int32]
    is_one: Mask

    def with_keys(self, wanted: Mask, most: int | None = None) -> NDArray[np.intp]:
        """The places of the rows whose keys are wanted, or the first ones of them."""
        found: list[NDArray[np.intp]] = []
        count = 0
        for at in range(0, len(self.keys), ROWS):
            found.append(np.flatnonzero(wanted.take(self.keys[at : at + ROWS])) + at)
            count += len(found[-1])
            if most is not None and count >= most:
                break
        return np.concatenate(found)[:most] if found else np.zeros(0, dtype=np.intp)


def _summary(
    rows: _Rows, histogram: Counts, occupied: Counts, table: HalfTable, options: Options, known: Worst
) -> Summary:
    made = Summary.empty(options.family, options.keys)
    counts, losses, gradients = histogram[occupied], made.losses.copy(), made.gradients.copy()
    for place in range(len(FORMATS)):
        for at in range(len(options.keys)):
            np.add.at(losses[place, at], table.losses[place, at, occupied], counts)
            np.add.at(gradients[place, at], table.gradients[place, at, occupied], counts)
    z, is_one = table.logit[occupied], occupied >= BUCKETS
    told: dict[str, Any] = {}
    if options.losses and len(rows.keys):
        own = table.own[:, occupied]
        sums = {name: _weighted_sum(own[at], counts) for at, name in enumerate((*options.keys, "exact"))}
        told["sums"] = MappingProxyType(dict(sorted(sums.items())))
        told["true_losses"] = loss_histogram(own[-1], counts)
    return replace(
        made,
        rows=len(rows.keys),
        losses=losses,
        gradients=gradients,
        logits=logit_histogram(z, is_one, counts),
        named=_named(rows, histogram, table),
        worst=_worst(rows, histogram, occupied, table, known),
        **told,
    )


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


def _named(rows: _Rows, histogram: Counts, table: HalfTable) -> MappingProxyType[str, Named]:
    made: dict[str, Named] = {}
    for name, holds in sorted(table.named.items()):
        count = int(histogram[holds].sum())
        if count:
            places = rows.with_keys(holds, min(count, PLACES))
            numbers = rows.block.numbers_at(places).tolist()
            made[name] = Named(count, tuple((rows.block.shard, row) for row in numbers))
    return MappingProxyType(made)


def _worst(rows: _Rows, histogram: Counts, occupied: Counts, table: HalfTable, known: Worst) -> Worst:
    bad = occupied[table.severity[occupied] > 0]
    severity = table.severity[bad]
    margin = np.where(bad >= BUCKETS, -table.logit[bad], table.logit[bad])
    margin[np.isnan(margin)] = np.inf
    order = np.lexsort((-margin, -severity.astype(np.int64)))
    # Floats of one margin are told apart by their rows: all of them may enter.
    before = np.cumsum(histogram[bad[order]]) - histogram[bad[order]]
    last = np.searchsorted(before, MOST)
    enters = np.zeros(len(bad), dtype=bool)
    if len(bad):
        end = order[min(int(last), len(order)) - 1]
        enters = (severity > severity[end]) | ((severity == severity[end]) & (margin >= margin[end]))
    if known.is_full:
        least, bound = known.severity[-1], known.margin[-1]
        enters &= (severity > least) | ((severity == least) & ~(margin < bound))
    if not enters.any():
        return Worst.none()
    wanted = np.zeros(KEYS, dtype=bool)
    wanted[bad[enters]] = True
    places = rows.with_keys(wanted)
    keys = rows.keys[places]
    z, is_one = table.logit[keys], rows.is_one[places]
    return worst_of(
        table.severity[keys],
        np.where(is_one, -z, z),
        np.full(len(places), rows.block.shard),
        rows.block.numbers_at(places),
        z,
        is_one.astype(np.float64),
    )
