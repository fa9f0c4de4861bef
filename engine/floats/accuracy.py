"""How far a computed value lies from the true one, and the name of what went wrong.

Every measure takes what a formula computed, in one of the four formats, and the true value in
float64. Before ULPs or floats are counted the true value is rounded to the format: a formula cannot
do better than that.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FloatArray, floats_apart, format_of
from engine.floats.rounding import failures_are_results

Floats = NDArray[np.float64]

LOST_DIGIT = 10.0
"""Floats apart from which on a value counts as losing digits: its last decimal digit, log2(10) = 3.3
bits, is wrong. Two good evaluations of one formula differ by less."""


@failures_are_results
def absolute_error(computed: FloatArray, exact: Floats) -> Floats:
    """|computed - exact|.

    Parameters
    ----------
    computed : array of any of the four formats
    exact : float64 array
        Broadcasts against `computed`.

    Returns
    -------
    float64 array
        0 where both are the same infinity, nan where either is nan.
    """
    value, truth = np.asarray(computed).astype(np.float64), np.asarray(exact)
    return np.where(value == truth, 0.0, np.abs(value - truth))  # inf - inf is settled by the comparison


@failures_are_results
def relative_error(computed: FloatArray, exact: Floats) -> Floats:
    """|computed - exact| / |exact|.

    Parameters
    ----------
    computed : array of any of the four formats
    exact : float64 array
        Broadcasts against `computed`.

    Returns
    -------
    float64 array
        0 where the two are equal (zeros and infinities of one sign included), inf where exact is 0
        and computed is not, nan where either is nan or exact alone is infinite.
    """
    error = absolute_error(computed, exact)
    return np.where(error == 0.0, 0.0, error / np.abs(exact))


@failures_are_results
def ulp_error(computed: FloatArray, exact: Floats) -> Floats:
    """|computed - exact| in units in the last place of the format, at exact.

    Parameters
    ----------
    computed : array of any of the four formats
    exact : float64 array
        Broadcasts against `computed`.

    Returns
    -------
    float64 array
        At most 0.5 for a correctly rounded value.

        - The unit is the distance from |exact|, rounded towards 0 to the format, to the next float;
          the subnormal spacing at the bottom, 0 included.
        - 0 where both are infinite with one sign, and where exact is finite but so large that it
          rounds to the infinity computed. Signed zeros are equal.
        - inf where computed is nan or infinite and exact rounds to a finite number, and where the
          two are infinities of different sign or only exact rounds to infinity.
        - nan where exact is nan.
    """
    value = np.asarray(computed)
    fmt = format_of(value.dtype)
    truth = np.asarray(exact, dtype=np.float64)
    rounded = fmt.nearest(truth).astype(np.float64)
    number = value.astype(np.float64)
    # frexp gives |truth| = f * 2**e with f in [0.5, 1): the last place is 2**(e - precision),
    # which for a truth of 0 (f = e = 0) the place of the subnormals stands in for.
    lowest = np.int32(np.frexp(fmt.smallest_subnormal)[1] - 1)
    place = np.maximum(np.where(truth == 0.0, lowest, np.frexp(truth)[1] - fmt.precision), lowest)
    error = np.abs(np.ldexp(number, -place) - np.ldexp(truth, -place))  # infinities and nan: below
    off_scale = ~np.isfinite(number) | ~np.isfinite(rounded)
    error = np.where(off_scale, np.inf, error)
    error = np.where((number == rounded) & off_scale, 0.0, error)
    return np.where(np.isnan(truth), np.nan, error)


@failures_are_results
def bits_lost(computed: FloatArray, exact: Floats) -> Floats:
    """log2(1 + floats apart) between computed and the true value rounded to the format.

    Parameters
    ----------
    computed : array of any of the four formats
    exact : float64 array
        Broadcasts against `computed`.

    Returns
    -------
    float64 array
        0 for the best value that the format has, 1 for its neighbours. The format's whole width (16,
        32 or 64 bits) where one of the two is nan or infinite and the other is not, or where they
        are infinities of different sign; finite floats lie closer than that. nan where exact is nan.

    Notes
    -----
    floats apart counts on through 0 and the subnormals, so that a value of 0 in place of 1e-30 costs
    25 bits or more although the absolute error is 1e-30: show both.
    """
    value = np.asarray(computed)
    fmt = format_of(value.dtype)
    rounded = fmt.nearest(np.asarray(exact, dtype=np.float64))
    apart = floats_apart(value, rounded)
    off_scale = ~(np.isfinite(value) & np.isfinite(rounded)) & (apart != 0.0)
    bits = np.where(off_scale, 8.0 * fmt.dtype.itemsize, np.log2(1.0 + apart))
    return np.where(np.isnan(rounded), np.nan, bits)


class Regime(enum.IntEnum):
    """What floating point did to a loss, the harmless first."""

    EXACT = 0
    LOSING_DIGITS = 1
    UNDERFLOWED = 2
    CLAMPED = 3
    INFINITE = 4
    NAN = 5


class GradientRegime(enum.IntEnum):
    """What floating point did to a gradient, the harmless first."""

    EXACT = 0
    LOSING_DIGITS = 1
    DEAD = 2
    EXPLODED = 3
    NAN = 4


DESCRIPTIONS: Mapping[Regime, str] = MappingProxyType(
    {
        Regime.EXACT: "Right to the last digit, or nearly.",
        Regime.LOSING_DIGITS: "At least one decimal digit is wrong.",
        Regime.UNDERFLOWED: "Vanished: 0 where the true value is not.",
        Regime.CLAMPED: "Cut off: the formula limits a logarithm or a probability.",
        Regime.INFINITE: "Infinite where the true value is finite.",
        Regime.NAN: "Not a number where the true value is one.",
    }
)
"""One plain line a regime, as source text for translation."""

GRADIENT_DESCRIPTIONS: Mapping[GradientRegime, str] = MappingProxyType(
    {
        GradientRegime.EXACT: "Right to the last digit, or nearly.",
        GradientRegime.LOSING_DIGITS: "At least one decimal digit is wrong.",
        GradientRegime.DEAD: "Less than half of the true gradient is left: learning stalls.",
        GradientRegime.EXPLODED: "More than twice the true gradient, infinite, or of the wrong sign.",
        GradientRegime.NAN: "Not a number: one such value spoils every weight.",
    }
)
"""One plain line a gradient's regime, as source text for translation."""


@failures_are_results
def classify_loss(
    computed: FloatArray, exact: Floats, *, clamped: NDArray[np.bool_] | None = None
) -> NDArray[np.uint8]:
    """The `Regime` of each computed loss.

    Parameters
    ----------
    computed : array of any of the four formats
    exact : float64 array
        Broadcasts against `computed`.
    clamped : bool array, optional
        Where the formula's own limit (BCELoss: -100) took effect.

    Returns
    -------
    uint8 array of `Regime` values
        The first that holds of: NAN, computed is nan and exact is not; INFINITE, computed is
        infinite and exact rounds to a finite number or to the other infinity; EXACT, fewer than
        `LOST_DIGIT` floats apart from exact rounded to the format, or exact is nan, a limit that
        does not exist; CLAMPED; UNDERFLOWED, computed is 0; else LOSING_DIGITS.

        One exception: a computed 0 has UNDERFLOWED also where exact is within those few floats of
        it, unless exact itself rounds to 0.

    Raises
    ------
    TypeError
        If `computed` is in none of the four formats.
    ValueError
        If the arrays do not broadcast.
    """
    value, fmt = np.asarray(computed), format_of(np.asarray(computed).dtype)
    truth = np.asarray(exact, dtype=np.float64)
    rounded = fmt.nearest(truth)
    apart = floats_apart(value, rounded)
    value, rounded = np.broadcast_arrays(value, rounded)
    vanished = (value == 0) & (rounded != 0)
    regimes = np.where(apart >= LOST_DIGIT, Regime.LOSING_DIGITS, Regime.EXACT).astype(np.uint8)
    regimes[vanished] = Regime.UNDERFLOWED
    if clamped is not None:
        regimes[np.broadcast_to(clamped, regimes.shape) & (regimes != Regime.EXACT)] = Regime.CLAMPED
    regimes[np.isinf(value) & (value != rounded)] = Regime.INFINITE
    regimes[np.isnan(value)] = Regime.NAN
    regimes[np.isnan(rounded)] = Regime.EXACT
    return regimes


@failures_are_results
def classify_gradient(computed: FloatArray, exact: Floats) -> NDArray[np.uint8]:
    """The `GradientRegime` of each computed gradient.

    Parameters
    ----------
    computed : array of any of the four formats
    exact : float64 array
        Broadcasts against `computed`.

    Returns
    -------
    uint8 array of `GradientRegime` values
        The first that holds of: NAN; EXACT, as for `classify_loss`; DEAD, |computed| < |exact|/2, 0
        and the wrong sign included; EXPLODED, infinite, |computed| > 2 |exact| or the wrong sign;
        else LOSING_DIGITS. A computed 0 is DEAD wherever exact does not round to 0.
    """
    value, fmt = np.asarray(computed), format_of(np.asarray(computed).dtype)
    truth = np.asarray(exact, dtype=np.float64)
    rounded = fmt.nearest(truth)
    wrong = floats_apart(value, rounded) >= LOST_DIGIT
    number, target = np.broadcast_arrays(value.astype(np.float64), rounded.astype(np.float64))
    size, true_size = np.abs(number), np.abs(target)
    regimes = np.where(wrong, GradientRegime.LOSING_DIGITS, GradientRegime.EXACT).astype(np.uint8)
    exploded = (size > 2.0 * true_size) | (np.sign(number) * np.sign(target) < 0)
    regimes[wrong & exploded] = GradientRegime.EXPLODED
    regimes[wrong & (size < 0.5 * true_size)] = GradientRegime.DEAD
    regimes[(number == 0.0) & (target != 0.0)] = GradientRegime.DEAD
    regimes[np.isinf(number) & (number != target)] = GradientRegime.EXPLODED
    regimes[np.isnan(number)] = GradientRegime.NAN
    regimes[np.isnan(target)] = GradientRegime.EXACT
    return regimes
