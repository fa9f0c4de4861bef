"""exp and log1p in double-double arithmetic, by tables.

NumPy's own are only as good as the machine's library, an ULP at best, and have no low part. The
losses need some 60 bits of them so that one rounding is left, and the gradients' differences more.

References
----------
P. T. P. Tang, "Table-driven implementation of the exponential function in IEEE floating-point
arithmetic", ACM TOMS 15, 1989, and "... of the logarithm function ...", ACM TOMS 16, 1990.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, localcontext
from itertools import accumulate, repeat
from operator import mul

import numpy as np

from engine.exact.double_double import DoubleDouble, Floats, fast_two_sum, two_sum, upper_half

_CELLS = 128
"""Cells of the tables of 2**(j/128) and log(1 + j/128): an argument reduced to one is below 1/256."""
_CELL_BITS = 7

_FARTHEST_ARGUMENT = 8192.0
"""exp's argument is clipped here: e**-8192 times any product of four floats is 0 in float64."""


def _short_parts(value: Decimal, *places: int) -> list[float]:
    """Split a number into floats that end at the given binary places, and the rest."""
    parts = []
    for place in places:
        scaled = (value * 2**place).to_integral_value()
        parts.append(int(scaled) / 2**place)
        value -= scaled / 2**place
    return [*parts, float(value)]


def _table(values: Iterable[Decimal], place: int) -> tuple[Floats, Floats]:
    high, low = zip(*(_short_parts(value, place) for value in values), strict=True)
    return np.array(high), np.array(low)


def _log_ratio(number: int) -> Decimal:
    """The logarithm of (n + 1)/n, n >= 128, as 2 artanh(1/(2n + 1)): faster than `Decimal.ln`."""
    x = Decimal(1) / (2 * number + 1)
    square, power, total = x * x, x, x
    for odd in range(3, 27, 2):
        power *= square
        total += power / odd
    return 2 * total


# 60 digits leave the rests, some 26 to 50 binary places down, all of float64's bits. The high parts end
# where their product with a 26-bit significand or a 21-bit integer is exact.
with localcontext(prec=60):
    _ROOT = Decimal(2) ** (Decimal(1) / _CELLS)
    _EXP2_HIGH, _EXP2_LOW = _table(accumulate(repeat(_ROOT, _CELLS - 1), mul, initial=Decimal(1)), 25)
    _LOG_HIGH, _LOG_LOW = _table(
        accumulate(map(_log_ratio, range(_CELLS, 2 * _CELLS)), initial=Decimal(0)), 50
    )
    _STEP, _STEP_MIDDLE, _STEP_LOW = _short_parts(Decimal(2).ln() / _CELLS, 38, 70)
    _LN2_HIGH, _LN2_LOW = _short_parts(Decimal(2).ln(), 32)


def exp(x: DoubleDouble) -> DoubleDouble:
    """e**x, to about 2**-69 of itself.

    Parameters
    ----------
    x : DoubleDouble
        Without an exponent only where e**x is a normal float64 with room for its low part, |x| <= 500.

    Notes
    -----
    With n the integer nearest to 128 x/ln(2) and r = x - n ln(2)/128, |r| < 0.0028:
    e**x = 2**(n // 128) * 2**(n % 128 / 128) * e**r, the second factor from a table and e**r - 1 as
    r, in two floats, plus r**2/2 + ... + r**6/720 (Tang 1989).
    """
    high, low = x.high, x.low
    if x.exponent is not None:
        given = np.ldexp(high, x.exponent)
        high = np.minimum(np.maximum(given, -_FARTHEST_ARGUMENT), _FARTHEST_ARGUMENT)
        low = np.where(high == given, np.ldexp(low, x.exponent), 0.0)
    number = np.rint(high * (1.0 / _STEP))
    r, error = two_sum(high - number * _STEP, number * -_STEP_MIDDLE)
    error = error + (low - number * _STEP_LOW)
    tail = r * r * (0.5 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720)))))
    tail = tail + (error + r * error)
    index = number.astype(np.int64)
    cell = index & (_CELLS - 1)
    head = _EXP2_HIGH[cell]
    product, upper = head * r, upper_half(r)
    rest = (head * upper - product) + head * (r - upper)
    total, lost = fast_two_sum(head, product)
    high, low = fast_two_sum(total, lost + (rest + (_EXP2_LOW[cell] * (1.0 + (r + tail)) + head * tail)))
    twos = index >> _CELL_BITS
    if x.exponent is not None:
        return DoubleDouble(high, low, twos.astype(np.int32))
    power = ((twos + 1023) << 52).view(np.float64)  # 2**twos by its bits: ldexp takes ten times as long
    return DoubleDouble(high * power, low * power)


def log1p(x: DoubleDouble) -> DoubleDouble:
    """log(1 + x) for x >= 0, to about 2**-61 of itself.

    Notes
    -----
    1 + x = 2**e (1 + f) with f in [0, 1], e = 0 where x is below 1; with j/128 next to f and
    u = (f - j/128)/(1 + j/128): log(1 + x) = e ln(2) + log(1 + j/128) + log1p(u), the second term
    from a table (0 at j = 0, so that a small x keeps its digits) and the third as a series (Tang 1990).
    """
    if x.exponent is not None:
        # Below 2**-80 the result is x itself: it passes at 2**-80 and gets its exponent back.
        magnitude = np.where(x.high == 0.0, np.int32(0), np.frexp(x.high)[1] + x.exponent)
        outside = np.minimum(magnitude + np.int32(80), np.int32(0))
        shift = x.exponent - outside
        inside = log1p(DoubleDouble(np.ldexp(x.high, shift), np.ldexp(x.low, shift)))
        return DoubleDouble(inside.high, inside.low, outside)
    if not (x.high > 1.0).any():
        return DoubleDouble(*_log1p_up_to_one(x.high, x.low))
    twos = ((1.0 + x.high).view(np.int64) >> 52) - 1023
    scale = ((1023 - twos) << 52).view(np.float64)
    # f = (1 + x) / 2**e - 1 = x / 2**e - (1 - 2**-e), of which the first is the larger
    f, error = fast_two_sum(x.high * scale, scale - 1.0)
    high, low = _log1p_up_to_one(f, error + x.low * scale)
    number = twos.astype(np.float64)
    total, lost = fast_two_sum(number * _LN2_HIGH, high)
    return DoubleDouble(*fast_two_sum(total, lost + (low + number * _LN2_LOW)))


def _log1p_up_to_one(f: Floats, error: Floats) -> tuple[Floats, Floats]:
    number = np.rint(f * _CELLS)
    offset = number * (1.0 / _CELLS)
    grid = 1.0 + offset
    rest = f - offset
    u = rest / grid
    upper = upper_half(u)
    error = error + ((rest - upper * grid) - (u - upper) * grid)
    series = 1 / 5 - u * (1 / 6 - u * (1 / 7 - u * (1 / 8)))
    tail = u * u * (-0.5 + u * (1 / 3 - u * (1 / 4 - u * series))) + error / grid
    index = number.astype(np.int64)
    total, lost = fast_two_sum(_LOG_HIGH[index], u)
    return fast_two_sum(total, lost + (_LOG_LOW[index] + tail))
