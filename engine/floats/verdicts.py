"""What floating point did to a loss or a gradient: one verdict for each, and the order they are told in.

A value is *right* if it lies within a per cent and fewer than ten floats of the true one, or, below the
format's smallest normal number, where a float may be more than a per cent, within one float; a 0 is right
only where the true value rounds to 0. That is fair to every format: in float16, float32 and float64 ten
floats are less than a per cent, in bfloat16 one float is 0.4 to 0.8 %.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FloatArray, Format, floats_apart, format_of
from engine.floats.rounding import failures_are_results

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

LOST_DIGIT = 10.0
"""Floats apart from which on a value counts as losing digits: its last decimal digit, log2(10) = 3.3
bits, is wrong. Two good evaluations of one formula differ by less."""

RIGHT_WITHIN = 0.01
"""Share of the true value beyond which nothing is right that the format could hold better."""


class Regime(enum.IntEnum):
    """What floating point did to a loss, the harmless first."""

    EXACT = 0
    LOSING_DIGITS = 1
    UNDERFLOWED = 2
    MISTAKEN = 3
    CLAMPED = 4
    BEYOND = 5
    INFINITE = 6
    NAN = 7
    REFUSED = 8
    TRUE_INFINITY = 9
    NO_TRUTH = 10


class GradientRegime(enum.IntEnum):
    """What floating point did to a gradient, the harmless first."""

    EXACT = 0
    LOSING_DIGITS = 1
    MISTAKEN = 2
    DEAD = 3
    EXPLODED = 4
    BEYOND = 5
    NAN = 6
    REFUSED = 7
    NO_TRUTH = 8


class Kind(enum.StrEnum):
    """What happened, in the order in which everything that lists failures goes."""

    INPUT = "input not finite"
    REFUSED = "refused"
    NAN = "nan"
    INFINITE = "inf"
    CLAMPED = "clamped"
    GRADIENT = "gradient"
    FEEDING = "wrong feeding"
    UNDERFLOW = "underflow"
    DIGITS = "digits"


KINDS: tuple[Kind, ...] = tuple(Kind)

DESCRIPTIONS: Mapping[Regime, str] = MappingProxyType(
    {
        Regime.EXACT: "Right: within a per cent and ten floats of the true value, or next to it.",
        Regime.LOSING_DIGITS: "At least one decimal digit is wrong.",
        Regime.UNDERFLOWED: "Vanished: 0 where the true value is not.",
        Regime.MISTAKEN: "Wrong by design: another function than the loss, in any format.",
        Regime.CLAMPED: "Cut off: the formula limits a logarithm or a probability.",
        Regime.BEYOND: "The true value is finite and larger than the format's largest number.",
        Regime.INFINITE: "Infinite where the true value is finite.",
        Regime.NAN: "Not a number where the true value is one.",
        Regime.REFUSED: "PyTorch refuses the call.",
        Regime.TRUE_INFINITY: "An input is infinite, and so is the true value.",
        Regime.NO_TRUTH: "There is no true value: an input is nan, or infinities meet.",
    }
)
"""One plain line a regime, as source text for translation."""

GRADIENT_DESCRIPTIONS: Mapping[GradientRegime, str] = MappingProxyType(
    {
        GradientRegime.EXACT: "Right: within a per cent and ten floats of the true value, or next to it.",
        GradientRegime.LOSING_DIGITS: "At least one decimal digit is wrong.",
        GradientRegime.MISTAKEN: "Wrong by design: the gradient of another function than the loss.",
        GradientRegime.DEAD: "Less than half of the true gradient is left: learning stalls.",
        GradientRegime.EXPLODED: "More than twice the true gradient, infinite, or of the wrong sign.",
        GradientRegime.BEYOND: "The true gradient is finite and larger than the format's largest number.",
        GradientRegime.NAN: "Not a number: one such value spoils every weight.",
        GradientRegime.REFUSED: "PyTorch refuses the call.",
        GradientRegime.NO_TRUTH: "There is no true gradient: an input is nan, or infinities meet.",
    }
)
"""One plain line a gradient's regime, as source text for translation."""

_KINDS: Mapping[Regime, Kind | None] = MappingProxyType(
    {
        Regime.EXACT: None,
        Regime.LOSING_DIGITS: Kind.DIGITS,
        Regime.UNDERFLOWED: Kind.UNDERFLOW,
        Regime.MISTAKEN: Kind.FEEDING,
        Regime.CLAMPED: Kind.CLAMPED,
        Regime.BEYOND: Kind.INFINITE,
        Regime.INFINITE: Kind.INFINITE,
        Regime.NAN: Kind.NAN,
        Regime.REFUSED: Kind.REFUSED,
        Regime.TRUE_INFINITY: Kind.INPUT,
        Regime.NO_TRUTH: Kind.INPUT,
    }
)
_GRADIENT_KINDS: Mapping[GradientRegime, Kind | None] = MappingProxyType(
    {
        GradientRegime.EXACT: None,
        GradientRegime.LOSING_DIGITS: Kind.DIGITS,
        GradientRegime.MISTAKEN: Kind.FEEDING,
        GradientRegime.DEAD: Kind.GRADIENT,
        GradientRegime.EXPLODED: Kind.GRADIENT,
        GradientRegime.BEYOND: Kind.INFINITE,
        GradientRegime.NAN: Kind.NAN,
        GradientRegime.REFUSED: Kind.REFUSED,
        GradientRegime.NO_TRUTH: Kind.INPUT,
    }
)


def kind_of(regime: Regime | GradientRegime) -> Kind | None:
    """Which kind of failure a regime is, of losses and gradients alike; None where it is right."""
    # The two enumerations share their integers, and so one dictionary could not hold both.
    return _GRADIENT_KINDS[regime] if isinstance(regime, GradientRegime) else _KINDS[regime]


def rank_of(regime: Regime | GradientRegime) -> int:
    """How bad a regime is: 0 where it is right, the more the worse; losses and gradients in one order.

    A gradient that fails comes after the losses that do, whether it is nan or dead: as findings about it do.

    Examples
    --------
    >>> rank_of(Regime.CLAMPED) > rank_of(GradientRegime.NAN) == rank_of(GradientRegime.DEAD)
    True
    """
    kind = kind_of(regime)
    if isinstance(regime, GradientRegime) and kind in {Kind.NAN, Kind.INFINITE}:
        kind = Kind.GRADIENT
    return 0 if kind is None else len(KINDS) - KINDS.index(kind)


_RANKS = {
    kind: np.array([rank_of(regime) for regime in kind], dtype=np.uint8) for kind in (Regime, GradientRegime)
}


def ranks_of(
    regimes: NDArray[np.uint8], kind: type[Regime] | type[GradientRegime] = Regime
) -> NDArray[np.uint8]:
    """`rank_of` of every element.

    Parameters
    ----------
    regimes : uint8 array of values of `kind`, any shape
    kind : type
        `Regime` or `GradientRegime`.

    Returns
    -------
    uint8 array of the same shape
    """
    return _RANKS[kind][regimes]


@failures_are_results
def classify_loss(
    computed: FloatArray,
    exact: Floats,
    *,
    clamped: Mask | None = None,
    refused: Mask | None = None,
    overflowed: Mask | None = None,
    mistaken: bool = False,
    rounded: FloatArray | None = None,
) -> NDArray[np.uint8]:
    """The `Regime` of each computed loss.

    Parameters
    ----------
    computed : array of any of the four formats
    exact : float64 array
        Broadcasts against `computed`.
    clamped : bool array, optional
        Where the formula's own limit (BCELoss: -100) took effect.
    refused : bool array, optional
        Where PyTorch raises in place of giving `computed`.
    overflowed : bool array, optional
        Where an infinite `exact` is a finite value too large for float64, and not a limit.
    mistaken : bool
        Whether the formula is a wrong feeding, which computes another function.
    rounded : array, shape of `exact`, optional
        `exact` rounded to the format, where that is known.

    Returns
    -------
    uint8 array of `Regime` values
        The first that holds of: NO_TRUTH, exact is nan; REFUSED; NAN; INFINITE, computed is infinite
        and exact rounds to a finite number or to the other infinity; BEYOND, both are the same infinity
        once exact is rounded to the format, but exact is finite; TRUE_INFINITY, both are the same
        infinity; EXACT, the definition of right at the top of this module; MISTAKEN; CLAMPED;
        UNDERFLOWED, computed is 0; else LOSING_DIGITS.

    Raises
    ------
    TypeError
        If `computed` is in none of the four formats.
    ValueError
        If the arrays do not broadcast.
    """
    value, truth, target, right = _compared(computed, exact, rounded)
    regimes = np.zeros(right.shape, dtype=np.uint8)
    wrong = ~right  # seldom many: all the rest is asked of them alone
    if not wrong.any():
        return regimes
    value, truth, target = value[wrong], truth[wrong], target[wrong]
    found = np.where(value == 0, Regime.UNDERFLOWED, Regime.LOSING_DIGITS).astype(np.uint8)
    if clamped is not None:
        found[np.broadcast_to(clamped, right.shape)[wrong]] = Regime.CLAMPED
    if mistaken:
        found[:] = Regime.MISTAKEN
    infinite = np.isinf(value)
    if infinite.any():
        limit = np.isinf(truth)
        if overflowed is not None:
            limit &= ~np.broadcast_to(overflowed, right.shape)[wrong]
        found[infinite] = Regime.BEYOND
        found[infinite & limit] = Regime.TRUE_INFINITY
        found[infinite & (value != target)] = Regime.INFINITE
    found[np.isnan(value)] = Regime.NAN
    if refused is not None:
        found[np.broadcast_to(refused, right.shape)[wrong]] = Regime.REFUSED
    found[np.isnan(truth)] = Regime.NO_TRUTH
    regimes[wrong] = found
    return regimes


@failures_are_results
def classify_gradient(
    computed: FloatArray,
    exact: Floats,
    *,
    refused: Mask | None = None,
    mistaken: bool = False,
    rounded: FloatArray | None = None,
) -> NDArray[np.uint8]:
    """The `GradientRegime` of each computed gradient.

    Parameters
    ----------
    computed : array of any of the four formats
    exact : float64 array
        Broadcasts against `computed`. No true gradient is infinite: one that is was too large for
        float64.
    refused : bool array, optional
        Where PyTorch raises in place of giving `computed`.
    mistaken : bool
        Whether the formula is a wrong feeding, which computes another function.
    rounded : array, shape of `exact`, optional
        `exact` rounded to the format, where that is known.

    Returns
    -------
    uint8 array of `GradientRegime` values
        The first that holds of: NO_TRUTH, exact is nan; REFUSED; NAN; BEYOND, computed is the infinity
        to which exact rounds in the format; EXPLODED, any other infinity; EXACT, the definition of
        right at the top of this module; MISTAKEN; DEAD, |computed| < |exact|/2, 0 and the wrong sign
        included; EXPLODED, |computed| > 2 |exact| or the wrong sign; else LOSING_DIGITS.

    Raises
    ------
    TypeError
        If `computed` is in none of the four formats.
    ValueError
        If the arrays do not broadcast.
    """
    value, truth, target, right = _compared(computed, exact, rounded)
    regimes = np.zeros(right.shape, dtype=np.uint8)
    wrong = ~right
    if not wrong.any():
        return regimes
    number, truth, nearest = value[wrong].astype(np.float64), truth[wrong], target[wrong].astype(np.float64)
    size, true_size = np.abs(number), np.abs(np.where(np.isinf(nearest), truth, nearest))
    found = np.full(number.shape, GradientRegime.LOSING_DIGITS, dtype=np.uint8)
    found[(size > 2.0 * true_size) | (np.sign(number) * np.sign(nearest) < 0)] = GradientRegime.EXPLODED
    found[size < 0.5 * true_size] = GradientRegime.DEAD
    if mistaken:
        found[:] = GradientRegime.MISTAKEN
    infinite = np.isinf(number)
    found[infinite] = GradientRegime.EXPLODED
    found[infinite & (number == nearest)] = GradientRegime.BEYOND
    found[np.isnan(number)] = GradientRegime.NAN
    if refused is not None:
        found[np.broadcast_to(refused, right.shape)[wrong]] = GradientRegime.REFUSED
    found[np.isnan(nearest)] = GradientRegime.NO_TRUTH
    regimes[wrong] = found
    return regimes


def _compared(
    computed: FloatArray, exact: Floats, rounded: FloatArray | None
) -> tuple[FloatArray, Floats, FloatArray, Mask]:
    """Values, truths, truths rounded to the format, and where a value is right; all of one shape."""
    value, truth = np.asarray(computed), np.asarray(exact, dtype=np.float64)
    fmt = format_of(value.dtype)
    target = fmt.nearest(truth) if rounded is None else rounded
    if value.shape != truth.shape:
        value, truth, target = np.broadcast_arrays(value, truth, target)
    return value, truth, target, _right(value, truth, target, fmt)


def _right(value: FloatArray, truth: Floats, rounded: FloatArray, fmt: Format) -> Mask:
    apart = floats_apart(value, rounded)
    right = np.asarray((apart < LOST_DIGIT) & np.isfinite(value))
    near = np.asarray(right & (apart > 0.0))
    if LOST_DIGIT * fmt.eps >= RIGHT_WITHIN:  # many are
        return right & ~(near & _is_far(value, truth, apart, fmt))
    # A per cent is only exceeded at the ends of the line.
    size = np.abs(truth)
    near &= (size < fmt.smallest_normal) | (size > fmt.max)
    if near.any():
        right[near] = ~_is_far(value[near], truth[near], apart[near], fmt)
    return right


def _is_far(value: FloatArray, truth: Floats, apart: Floats, fmt: Format) -> Mask:
    """Where a value some floats from the truth is more than a per cent off, though it could be better."""
    number, size = value.astype(np.float64), np.abs(truth)
    far = ~(np.abs(number - truth) <= RIGHT_WITHIN * size)
    far &= (size >= fmt.smallest_normal) | (apart > 1.0)
    return np.asarray(far | (number == 0.0))  # vanished: the truth does not round to 0
