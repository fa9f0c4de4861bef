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
from engine.scan.block import Block, Options, ones_and_zeros, places_with
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


@dataclass(frozen=True, eq=False)
class Told:
    """What becomes of some floats of a half format.

    Attributes
    ----------
    losses, gradients : uint8 arrays, shape (formats, formulas, keys)
    own : float64 array, shape (formulas + 1, keys)
        Losses in the format that decides, and the true ones.
    severity : uint8 array, shape (keys,)
    named : dict of str to bool array, shape (keys,)
    """

    losses: NDArray[np.uint8]
    gradients: NDArray[np.uint8]
    own: NDArray[np.float64]
    severity: NDArray[np.uint8]
    named: dict[str, Mask]


class HalfTable:
    """What becomes of each float of a half format, by its bits and, above them, its target.

    Attributes
    ----------
    logit : float64 array, shape (KEYS,)
    """

    def __init__(self, fmt: Format, own: Format) -> None:
        self.options = Options(family="binary", format=own)
        width = len(self.options.keys)
        bits = np.arange(KEYS, dtype=np.int64).astype(np.uint16)
        with np.errstate(invalid="ignore"):
            self.logit = bits.view(fmt.dtype).astype(np.float64)
        shape = (len(FORMATS), width, KEYS)
        self._told = Told(
            losses=np.zeros(shape, dtype=np.uint8),
            gradients=np.zeros(shape, dtype=np.uint8),
            own=np.zeros((width + 1, KEYS)),
            severity=np.zeros(KEYS, dtype=np.uint8),
            named={},
        )
        self._known = np.zeros(KEYS, dtype=bool)
        self._lock = Lock()

    def told(self, keys: Counts) -> Told:
        """What becomes of these floats; those that are new are evaluated.

        The arrays are the caller's: another thread may be filling the table's own.
        """
        with self._lock:
            new = keys[~self._known[keys]]
            if new.size:
                self._evaluate(new)
                self._known[new] = True
            told = self._told
            return Told(
                losses=told.losses[..., keys],
                gradients=told.gradients[..., keys],
                own=told.own[:, keys],
                severity=told.severity[keys],
                named={name: holds[keys] for name, holds in told.named.items()},
            )

    def _evaluate(self, keys: Counts) -> None:
        told, z, y = self._told, self.logit[keys], (keys >= BUCKETS).astype(np.float64)
        problem = BinaryProblem(logits=z, target=y, reduction="none")
        for place, fmt in enumerate(FORMATS):
            judged, truth = judge(problem.replace(format=fmt), self.options, np.isnan(z))
            for at, each in enumerate(judged):
                told.losses[place, at, keys] = each.of_loss
                told.gradients[place, at, keys] = each.of_gradient
            if fmt != self.options.format:
                continue
            told.severity[keys] = severities(self.options, [each.verdicts for each in judged])
            told.own[:, keys] = [*(each.loss.astype(np.float64) for each in judged), truth]
            for name, holds in named_of(problem, self.options, judged).items():
                if holds.any():
                    told.named.setdefault(name, np.zeros(KEYS, dtype=bool))[keys] = holds


@cache
def half_table(fmt: Format, own: Format) -> HalfTable:
    """The table of a half format that fills as floats are met."""
    return HalfTable(fmt, own)


@failures_are_results
def counted_halves(
    block: Block, options: Options, known: Summary | None = None, stop: Event | None = None
) -> Summary:
    """The summary of a block that `is_half`, just as `engine.scan.evaluated.evaluated` gives it.

    `known` and `stop` are as `engine.scan.binary_counts.counted` has them.
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
    rows = _Rows(block, keys, is_one, histogram, occupied, table.told(occupied), table.logit)
    return others.merged(_summary(rows, options, known or others))


@dataclass(frozen=True, eq=False)
class _Rows:
    """A block's rows and their keys; what is told of the keys that occur.

    Attributes
    ----------
    keys : int32 array, shape (n,)
    is_one : bool array, shape (n,)
    histogram : int64 array, shape (KEYS,)
    occupied : int64 array, shape (keys,)
    told : Told
        Of the occupied ones.
    logit : float64 array, shape (KEYS,)
    """

    block: Block
    keys: NDArray[np.int32]
    is_one: Mask
    histogram: Counts
    occupied: Counts
    told: Told
    logit: NDArray[np.float64]

    def with_keys(self, keys: Counts, most: int | None = None) -> NDArray[np.intp]:
        """The places of the rows with these keys, or the first ones of them."""
        wanted = np.zeros(KEYS, dtype=bool)
        wanted[keys] = True
        return places_with(self.keys, wanted, most)


def _summary(rows: _Rows, options: Options, known: Summary) -> Summary:
    made, told, occupied = Summary.empty(options.family, options.keys), rows.told, rows.occupied
    counts, losses, gradients = rows.histogram[occupied], made.losses.copy(), made.gradients.copy()
    often = counts.astype(np.float64)  # which adds whole numbers below 2**53 without an error
    for place in range(len(FORMATS)):
        for at in range(len(options.keys)):
            losses[place, at] = np.bincount(told.losses[place, at], often, losses.shape[-1])
            gradients[place, at] = np.bincount(told.gradients[place, at], often, gradients.shape[-1])
    sums: dict[str, Any] = {}
    if options.losses and len(rows.keys):
        of = {name: _weighted_sum(told.own[at], counts) for at, name in enumerate((*options.keys, "exact"))}
        sums["sums"] = MappingProxyType(dict(sorted(of.items())))
        sums["true_losses"] = loss_histogram(told.own[-1], counts)
    return replace(
        made,
        rows=len(rows.keys),
        losses=losses,
        gradients=gradients,
        logits=logit_histogram(rows.logit[occupied], occupied >= BUCKETS, counts),
        named=_named(rows, known),
        worst=_worst(rows, known.worst),
        **sums,
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


def _named(rows: _Rows, known: Summary) -> MappingProxyType[str, Named]:
    made: dict[str, Named] = {}
    for name, holds in sorted(rows.told.named.items()):
        keys = rows.occupied[holds]
        count = int(rows.histogram[keys].sum())
        if count:
            most = 0 if known.tells(name, rows.block) else min(count, PLACES)
            numbers = rows.block.numbers_at(rows.with_keys(keys, most)).tolist()
            made[name] = Named(count, tuple((rows.block.shard, row) for row in numbers))
    return MappingProxyType(made)


def _worst(rows: _Rows, known: Worst) -> Worst:
    of_keys = rows.told.severity
    bad = rows.occupied[of_keys > 0]
    severity = of_keys[of_keys > 0]
    margin = np.where(bad >= BUCKETS, -rows.logit[bad], rows.logit[bad])
    margin[np.isnan(margin)] = np.inf
    order = np.lexsort((-margin, -severity.astype(np.int64)))
    # Floats of one margin are told apart by their rows: all of them may enter.
    often = rows.histogram[bad[order]]
    last = np.searchsorted(np.cumsum(often) - often, MOST)
    enters = np.zeros(len(bad), dtype=bool)
    if len(bad):
        end = order[min(int(last), len(order)) - 1]
        enters = (severity > severity[end]) | ((severity == severity[end]) & (margin >= margin[end]))
    if known.is_full:
        least, bound = known.severity[-1], known.margin[-1]
        enters &= (severity > least) | ((severity == least) & ~(margin < bound))
    if not enters.any():
        return Worst.none()
    by_key = np.zeros(KEYS, dtype=np.uint8)
    by_key[bad] = severity
    places = rows.with_keys(bad[enters])
    keys = rows.keys[places]
    z, is_one = rows.logit[keys], rows.is_one[places]
    return worst_of(
        by_key[keys],
        np.where(is_one, -z, z),
        np.full(len(places), rows.block.shard),
        rows.block.numbers_at(places),
        z,
        is_one.astype(np.float64),
    )
