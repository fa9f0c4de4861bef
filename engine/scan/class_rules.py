"""What becomes of a row of several classes, told from two numbers of it: no loss is computed.

With the label y, r is the sum of exp(z_j - z_y) over the other classes: the true loss is log(1 + r), and the
true gradient to the label's logit is -r / (1 + r). The other number is the least probability of a class.
Where a row lies too near to where a verdict turns, it is in doubt, and is evaluated
(`engine.scan.class_counts.looked`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.blocked.odds import NUMBERS, Odds, odds
from engine.floats.formats import FLOAT16, FLOAT32, FORMATS, FloatArray, Format
from engine.floats.verdicts import GradientRegime, Regime
from engine.formulas.formula import Formula
from engine.formulas.multiclass import LOG_SOFTMAX, SOFTMAX
from engine.scan.block import Block, places_with
from engine.scan.edges import BUCKETS, TARGET, UPPER
from engine.scan.summary import Counts

Floats = NDArray[np.float64]
Narrow = NDArray[np.float32]
Mask = NDArray[np.bool_]
Codes = NDArray[np.uint8]

LARGEST = 256.0
"""Logits from which on a row is evaluated."""

LEVEL = 2**16
"""A key is the upper half of r in float32 and, above it, the row's level."""

TOGETHER = 2**13
"""Rows whose keys are made together, at least."""

EVALUATED = 7 * LEVEL
"""The key of rows that are evaluated: with logits that are not finite, or very large."""

KEYS = 8 * LEVEL

DEEP, HIGH = 1e-37, 1e38
"""Where r in float32 tells nothing more."""

SLACK = 0.02
"""Share of r within which a verdict may turn beside its threshold: float32 rounds sums and logarithms."""

CLOSE = 2e-4
"""The same of half formats where r is that of the rounded logits, beside what additions in float32 lose."""


@dataclass(frozen=True)
class _Limits:
    """Where verdicts turn in a format, of so many classes.

    Attributes
    ----------
    unit : float
        The largest error of rounding a number to the format, relative to it.
    vanished : float
        What a true value has to stay below to be 0.
    no_loss, dead : (float, float)
        From below the first on, log_softmax's sum is surely 1, and its loss 0; from the second on surely
        not. The same of the gradient: less than half is left, surely, and surely neither this nor twice.
    certain : (float, float)
        The same where the label's probability becomes 1.
    digits : float
        True losses below it may lose digits.
    no_digits : float
        True losses above it may lose digits where the probability is computed: it is too small.
    no_slope, no_probability : (float, float)
        True losses up to which 1 / p and p surely are neither infinite nor 0, and from which they are.
    """

    unit: float
    vanished: float
    no_loss: tuple[float, float]
    dead: tuple[float, float]
    certain: tuple[float, float]
    digits: float
    no_digits: float
    no_slope: tuple[float, float]
    no_probability: tuple[float, float]


@cache
def _limits(fmt: Format, classes: int, is_rounded: bool = False) -> _Limits:
    unit = fmt.eps / 2
    # Additions that the label's 1 goes through: one by one, or in pairs of pairs (`pytorch.activations`).
    added = classes if classes < 16 else 24 + classes.bit_length()
    slack = min(SLACK, CLOSE + added * FLOAT32.eps / unit) if is_rounded else SLACK
    low, high = unit * (1 - slack), unit * (1 + slack)
    if fmt.is_half:
        no_loss = dead = (low, high)
        half = unit / (2 - unit)  # of it 1 / (1 + r) lies midway between 1 and the float below
        certain = (half * (1 - slack), half * (1 + slack))
        digits = (2.0 if fmt.eps > 2**-8 else 0.3) * (1 + np.log(classes))
    else:
        no_loss = certain = (low, high * added)
        dead = (low, 2.3 * (added + 2) * unit)
        digits = (added + 4 + np.log(classes)) / 9
    vanished = fmt.smallest_subnormal / 2
    zero, steep = float(np.log(2) - np.log(fmt.smallest_subnormal)), float(np.log(fmt.max))
    # A sum of subnormals has few digits, and bfloat16's least numbers are subnormal in float32.
    apart = (CLOSE if is_rounded and fmt == FLOAT16 else SLACK) if fmt.is_half else 1.2
    return _Limits(
        unit=unit,
        vanished=vanished,
        no_loss=no_loss,
        dead=dead,
        certain=certain,
        digits=float(digits),
        no_digits=-float(np.log(fmt.smallest_normal)) - 1,
        no_slope=(steep - SLACK, steep + SLACK),
        no_probability=(zero - apart, zero + apart),
    )


def moved_by(fmt: Format, largest: float) -> float:
    """By how much rounding logits up to so large to a format moves the logarithm of a probability or of r."""
    return 2 * largest * fmt.eps / 2 if fmt.is_half else 0.0


def levels(classes: int, largest: float, is_rounded: bool = False) -> tuple[float, ...]:
    """Logarithms of a row's least probability; below so many of them it lies at that level.

    Up to level 0 no format makes it 0; level 1 leaves it open for the first, from 2 on it is 0 there; and so
    on for the second and the third. float64 holds it for logits below `LARGEST`.
    """
    found: list[float] = []
    for fmt in FORMATS[:-1]:
        low, high = _limits(fmt, classes, is_rounded).no_probability
        moved = moved_by(fmt, largest)
        found += [-low + moved, -high - moved]
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Told:
    """What keys or rows say.

    Attributes
    ----------
    losses, gradients : uint8 arrays, shape (formats, 2, n)
        Of formulas that begin with log_softmax, and of those that begin with softmax. Where a row is in
        doubt, what it is if no hard verdict holds.
    doubt : bool array, shape (formats, n)
    """

    losses: Codes
    gradients: Codes
    doubt: Mask


@dataclass(frozen=True, eq=False)
class _Range:
    low: Floats
    high: Floats

    def meets(self, window: tuple[float, float]) -> Mask:
        return np.asarray((self.high > window[0]) & (self.low < window[1]))


def told_of(keys: Counts, classes: int, largest: float) -> Told:
    """What keys of rows with logits up to `largest` say."""
    told = [
        _told(
            _Range(*sums_of_keys(keys)), keys // LEVEL, place, _limits(fmt, classes), moved_by(fmt, largest)
        )
        for place, fmt in enumerate(FORMATS)
    ]
    losses, gradients, doubt = map(np.stack, zip(*told, strict=True))
    return Told(losses, gradients, doubt | (keys == EVALUATED))


def told_of_rounded(z: FloatArray, target: NDArray[Any], place: int) -> tuple[Codes, Codes, Mask]:
    """What rows of logits that a half format holds say in it, from r itself: as `Told`, of one format."""
    classes = z.shape[1]
    found = odds(z, target)
    odd, _ = _size(z, found)
    level = _levels_of(found, levels(classes, 0.0, is_rounded=True))
    r = found.rest.astype(np.float64)
    limits = _limits(FORMATS[place], classes, is_rounded=True)
    losses, gradients, doubt = _told(_Range(r * (1 - 1e-5), r * (1 + 1e-5)), level, place, limits, 0.0)
    doubt[odd] = True
    return losses, gradients, doubt


def _told(
    sums: _Range, level: NDArray[Any], place: int, limits: _Limits, moved: float
) -> tuple[Codes, Codes, Mask]:
    moved, is_half = np.exp(moved), FORMATS[place].is_half
    r = _Range(sums.low / moved, sums.high * moved)
    loss = _Range(np.log1p(r.low), np.log1p(r.high))
    soft = _soft(_Range(np.log1p(sums.low), np.log1p(sums.high)), limits)
    losses, gradients = soft.copy(), np.full_like(soft, GradientRegime.LOSING_DIGITS)
    doubt = (sums.low < DEEP) | ~(sums.high < HIGH)
    is_nothing = r.high <= limits.vanished * (1 - SLACK)
    doubt |= r.meets((limits.vanished * (1 - SLACK), limits.vanished * (1 + SLACK)))
    for at, (no_loss, dead) in enumerate(
        ((limits.no_loss, limits.dead), (limits.certain, limits.certain if is_half else limits.dead))
    ):
        losses[at, (r.high <= no_loss[0]) & ~is_nothing] = Regime.UNDERFLOWED
        gradients[at, (r.high <= dead[0]) & ~is_nothing] = GradientRegime.DEAD
        doubt |= r.meets(no_loss)
        if at == 0:
            doubt |= r.meets(dead)
    losses[1, loss.low >= limits.no_probability[1]] = Regime.INFINITE
    doubt |= loss.meets(limits.no_probability)
    is_nan = (loss.low >= limits.no_slope[1]) | (level > 2 * place + 1)
    gradients[1, is_nan] = GradientRegime.NAN
    doubt |= ~is_nan & (r.meets(dead) | loss.meets(limits.no_slope) | (level == 2 * place + 1))
    # In doubt no hard verdict is told.
    losses = np.where(doubt, soft, losses)
    gradients[:, doubt] = GradientRegime.LOSING_DIGITS
    return losses, gradients, doubt


def soft_losses(keys: Counts, classes: int) -> Codes:
    """Shape (formats, 2, keys): LOSING_DIGITS where a loss may lose digits, else EXACT.

    Every gradient may: of several classes one is always so small that its digits hang on luck.
    """
    least, most = sums_of_keys(keys)
    loss = _Range(np.log1p(least), np.log1p(most))
    return np.stack([_soft(loss, _limits(fmt, classes)) for fmt in FORMATS])


def _soft(loss: _Range, limits: _Limits) -> Codes:
    found = np.tile((loss.low <= limits.digits).astype(np.uint8), (2, 1))
    found[1] |= loss.high >= limits.no_digits
    return found


def sums_of_keys(keys: Counts) -> tuple[Floats, Floats]:
    """The least and the largest r that rows of each key may have."""
    first = (keys % LEVEL).astype(np.uint32) << 16
    ends = [bits.view(np.float32).astype(np.float64) for bits in (first, first | 0xFFFF)]
    return ends[0], np.where(np.isinf(ends[0]), np.inf, ends[1])


def route(formula: Formula) -> int | None:
    """Whether a formula begins with log_softmax (0) or softmax (1); None if with neither."""
    first = formula.steps[0]
    return 0 if first == LOG_SOFTMAX else 1 if first == SOFTMAX else None


@dataclass(eq=False)
class Passed:
    """What is known of each row.

    Attributes
    ----------
    keys : int32 array, shape (n,)
        See `engine.scan.class_rules.LEVEL`.
    histogram : int64 array, shape (KEYS,), optional
        Of many rows; of few their keys are sorted at less cost.
    logits : int64 array, shape (2 * 65536,)
        By their upper halves, each row's largest logit, and then its label's.
    size : float
        Of the largest logit in rows that are not evaluated, whatever its sign.
    """

    keys: NDArray[np.int32]
    histogram: Counts | None
    logits: Counts
    size: float

    def occupied(self) -> tuple[Counts, Counts]:
        """The keys that occur, and how often."""
        if self.histogram is None:
            found, often = np.unique(self.keys, return_counts=True)
            return found.astype(np.int64), often
        places = np.flatnonzero(self.histogram)
        return places, self.histogram[places]

    def with_keys(self, wanted: NDArray[np.bool_], most: int | None = None) -> NDArray[np.intp]:
        """The places of the rows whose keys are wanted, or the first ones of them."""
        return places_with(self.keys, wanted, most)


def passed(block: Block) -> Passed:
    """The pass over a block with labels that are classes."""
    n, classes = block.logits.shape
    histogram = np.zeros(KEYS, np.int64) if n > KEYS // 32 else None
    made = Passed(np.empty(n, np.int32), histogram, np.zeros(2 * BUCKETS, np.int64), 0.0)
    room, key = np.empty(max(NUMBERS, classes), np.float32), np.empty(TOGETHER, np.int64)
    for at in range(0, n, TOGETHER):
        z = block.logits[at : at + TOGETHER]
        found = odds(z, block.target[at : at + TOGETHER], room)
        key = key[: len(z)]
        odd, size = _size(z, found)
        made.size = max(made.size, size)
        for half, logits in enumerate((found.largest, found.own)):
            key[:] = logits.view(np.uint16)[UPPER::2]
            kept = np.delete(key, odd) if odd.size else key
            np.add.at(made.logits[half * BUCKETS : (half + 1) * BUCKETS], kept, 1)
        key[:] = found.rest.view(np.uint16)[UPPER::2]
        key.view(np.uint8)[TARGET::8] = _levels_of(found, levels(classes, size))
        key[odd] = EVALUATED
        if made.histogram is not None:
            np.add.at(made.histogram, key, 1)
        made.keys[at : at + TOGETHER] = key
    return made


def _size(z: FloatArray, found: Odds) -> tuple[NDArray[np.intp], float]:
    """The rows that are evaluated, and the size of the largest logit of the others."""
    sizes = np.abs(z[found.far].astype(np.float64)).max(axis=1)
    is_odd = ~(sizes < LARGEST)  # nan, too
    return found.far[is_odd], max(found.size, float(sizes.max(initial=0.0, where=~is_odd)))


def _levels_of(found: Odds, bounds: tuple[float, ...]) -> NDArray[np.uint8]:
    """How many bounds the logarithm of each row's least probability is below."""
    level = np.zeros(len(found.least), dtype=np.uint8)
    far = found.least[found.far]
    found.least[found.far] = 1.0
    for bound in np.exp(np.array(bounds[:2], dtype=np.float32)):  # the next ones are out of the others' reach
        level += found.least < bound
    for bound in bounds if far.size else ():
        level[found.far] += far < bound
    return level
