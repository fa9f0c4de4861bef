"""How far a computed value lies from the true one.

Every measure takes what a formula computed, in one of the four formats, and the true value in
float64. Before ULPs or floats are counted the true value is rounded to the format: a formula cannot
do better than that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FloatArray, floats_apart, format_of
from engine.floats.rounding import failures_are_results

Floats = NDArray[np.float64]


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
def ulp_error(computed: FloatArray, exact: Floats, *, rounded: FloatArray | None = None) -> Floats:
    """|computed - exact| in units in the last place of the format, at exact.

    Parameters
    ----------
    computed : array of any of the four formats
    exact : float64 array
        Broadcasts against `computed`.
    rounded : array, shape of `exact`, optional
        `exact` rounded to the format, where that is known.

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
    target = (fmt.nearest(truth) if rounded is None else rounded).astype(np.float64)
    number = value.astype(np.float64)
    # frexp gives |truth| = f * 2**e with f in [0.5, 1): the last place is 2**(e - precision),
    # which for a truth of 0 (f = e = 0) the place of the subnormals stands in for.
    lowest = np.int32(np.frexp(fmt.smallest_subnormal)[1] - 1)
    place = np.maximum(np.where(truth == 0.0, lowest, np.frexp(truth)[1] - fmt.precision), lowest)
    error = np.abs(np.ldexp(number, -place) - np.ldexp(truth, -place))  # infinities and nan: below
    off_scale = ~np.isfinite(number) | ~np.isfinite(target)
    error = np.where(off_scale, np.inf, error)
    error = np.where((number == target) & off_scale, 0.0, error)
    return np.where(np.isnan(truth), np.nan, error)


@failures_are_results
def bits_lost(computed: FloatArray, exact: Floats, *, rounded: FloatArray | None = None) -> Floats:
    """log2(1 + floats apart) between computed and the true value rounded to the format.

    Parameters
    ----------
    computed : array of any of the four formats
    exact : float64 array
        Broadcasts against `computed`.
    rounded : array, shape of `exact`, optional
        `exact` rounded to the format, where that is known.

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
    target = fmt.nearest(np.asarray(exact, dtype=np.float64)) if rounded is None else rounded
    apart = floats_apart(value, target)
    off_scale = ~(np.isfinite(value) & np.isfinite(target)) & (apart != 0.0)
    bits = np.where(off_scale, 8.0 * fmt.dtype.itemsize, np.log2(1.0 + apart))
    return np.where(np.isnan(target), np.nan, bits)
