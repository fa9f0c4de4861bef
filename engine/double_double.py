"""Double-double arithmetic: twice float64's precision, at any exponent, for the exact losses.

Two floats hold some 100 bits, so the roundings of a dozen operations vanish when the result is
rounded to float64. An exponent beside them, where asked for, lets a product such as weight *
pos_weight * target * logit pass through 1e-600 or 1e600 on its way to a result that float64 can
hold. NumPy's ``longdouble`` would do on Linux, but is plain float64 on Windows and on ARM Macs, and
NumPy's ``exp`` and ``log1p`` are as good as the machine's library: hence the tables here.

References
----------
T. J. Dekker, "A floating-point technique for extending the available precision", 1971.
J. R. Shewchuk, "Adaptive precision floating-point arithmetic", 1997, theorems 6 and 7.
P. T. P. Tang, "Table-driven implementation of the exponential function", ACM TOMS 15, 1989, and of
the logarithm, ACM TOMS 16, 1990.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Exponents = NDArray[np.int32]

_NO_EXPONENT = np.int32(-(2**20))
"""The exponent that addition gives a zero, so that it never decides the common one."""

_FARTHEST_SHIFT = np.int32(-2000)
"""Shifted down by this much, a significand of any size that occurs here is 0."""

_UPPER_HALF = np.int64(-(2**27))
"""A mask that keeps the upper 26 bits of a float64 significand: products of such halves are exact."""

_CELLS = 128
"""Cells of the tables of 2**(j/128) and log(1 + j/128): an argument reduced to one is below 1/256."""
_CELL_BITS = 7

_FARTHEST_ARGUMENT = 8192.0
"""exp's argument is clipped here: e**-8192 times any product of four floats is 0 in float64."""


@dataclass(frozen=True, slots=True)
class DoubleDouble:
    """The numbers (high + low) * 2**exponent, |low| at most about an ULP of high.

    Attributes
    ----------
    high, low : float64 arrays of one shape
    exponent : int32 array of that shape, or None
        None stands for 0 and costs nothing: for where no product can leave float64's range.
    """

    high: Floats
    low: Floats
    exponent: Exponents | None = None

    def __getitem__(self, index: Any) -> DoubleDouble:
        """The same selection from all parts."""
        exponent = None if self.exponent is None else self.exponent[index]
        return DoubleDouble(self.high[index], self.low[index], exponent)

    def __neg__(self) -> DoubleDouble:
        return DoubleDouble(-self.high, -self.low, self.exponent)

    def __add__(self, other: DoubleDouble) -> DoubleDouble:
        """Sum, to 2**-100 of the larger term."""
        first, second, exponent = self, other, None
        if self.exponent is not None or other.exponent is not None:
            exponent = np.maximum(self.decisive_exponent(), other.decisive_exponent())
            first, second = self.at_exponent(exponent), other.at_exponent(exponent)
        high, low = two_sum(first.high, second.high)
        return DoubleDouble(*fast_two_sum(high, low + (first.low + second.low)), exponent)

    def __sub__(self, other: DoubleDouble) -> DoubleDouble:
        return self + (-other)

    def __mul__(self, other: DoubleDouble) -> DoubleDouble:
        """Product, to 2**-100 of itself."""
        high, low = two_product(self.high, other.high)
        low = low + (self.high * other.low + self.low * other.high)
        return DoubleDouble(*fast_two_sum(high, low), _combine(np.add, self.exponent, other.exponent))

    def __truediv__(self, other: DoubleDouble) -> DoubleDouble:
        """Quotient, to 2**-100 of itself; the divisor may not be 0."""
        high = self.high / other.high
        product, error = two_product(high, other.high)
        remainder = ((self.high - product) - error) + (self.low - high * other.low)
        exponent = _combine(np.subtract, self.exponent, other.exponent)
        return DoubleDouble(*fast_two_sum(high, remainder / other.high), exponent)

    def decisive_exponent(self) -> Exponents:
        """The exponent as an array, far down where the number is 0."""
        return np.where(self.high == 0.0, _NO_EXPONENT, _or_zero(self.exponent))

    def at_exponent(self, exponent: Exponents) -> DoubleDouble:
        """The same numbers with the exponent given, which is not smaller than the decisive one."""
        shift = np.maximum(_or_zero(self.exponent) - exponent, _FARTHEST_SHIFT)
        return DoubleDouble(np.ldexp(self.high, shift), np.ldexp(self.low, shift), exponent)

    def without(self, left_out: NDArray[np.bool_]) -> DoubleDouble:
        """The same numbers with some replaced by 0."""
        high, low = np.where(left_out, 0.0, self.high), np.where(left_out, 0.0, self.low)
        return DoubleDouble(high, low, self.exponent)

    def sum(self, *, of_one: bool = False) -> DoubleDouble:
        """Sum along the first axis, which is not empty, as a tree of halves.

        With `of_one` no sum has more than one term that is not 0, and plain addition is exact.
        """
        terms = self
        if self.exponent is not None:
            terms = self.at_exponent(np.max(self.decisive_exponent(), axis=0, keepdims=True))
        high, low = terms.high, terms.low
        if of_one:
            high, low = high.sum(axis=0, keepdims=True), low.sum(axis=0, keepdims=True)
        while (count := len(high)) > 1:
            half = count // 2
            total, error = two_sum(high[:half], high[half : 2 * half])
            error = error + (low[:half] + low[half : 2 * half])
            if count % 2:
                total, error = np.concatenate((total, high[-1:])), np.concatenate((error, low[-1:]))
            high, low = fast_two_sum(total, error)
        return DoubleDouble(high, low, terms.exponent)[0]

    def to_float64(self) -> Floats:
        """Round to float64; where the result is subnormal, twice (an error below 0.76 ULP there)."""
        rounded = self.high + self.low
        return rounded if self.exponent is None else np.asarray(np.ldexp(rounded, self.exponent))


def _or_zero(exponent: Exponents | None) -> Exponents:
    return np.zeros((), np.int32) if exponent is None else exponent


def _combine(operation: np.ufunc, first: Exponents | None, second: Exponents | None) -> Exponents | None:
    if first is None and second is None:
        return None
    exponents: Exponents = operation(_or_zero(first), _or_zero(second))
    return exponents


def where(condition: NDArray[np.bool_], yes: DoubleDouble, no: DoubleDouble) -> DoubleDouble:
    """``np.where`` for double-doubles."""
    exponent = None
    if yes.exponent is not None or no.exponent is not None:
        exponent = np.where(condition, _or_zero(yes.exponent), _or_zero(no.exponent))
    return DoubleDouble(
        np.where(condition, yes.high, no.high), np.where(condition, yes.low, no.low), exponent
    )


def two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The rounded sum and its rounding error, exactly (Shewchuk, theorem 7)."""
    total = a + b
    other = total - a
    return total, (a - (total - other)) + (b - other)


def fast_two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """`two_sum` where |a| >= |b| or a is 0 (Shewchuk, theorem 6)."""
    total = a + b
    return total, b - (total - a)


def two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The rounded product and its rounding error, to 2**-106 (Dekker; halves cut off by a bit mask)."""
    product = a * b
    a_upper, b_upper = _upper_half(a), _upper_half(b)
    a_lower, b_lower = a - a_upper, b - b_upper
    crossed = a_upper * b_lower + a_lower * b_upper
    return product, ((a_upper * b_upper - product) + crossed) + a_lower * b_lower


def _upper_half(values: Floats) -> Floats:
    return (values.view(np.int64) & _UPPER_HALF).view(np.float64)


def from_float64(values: Floats, *, scaled: bool) -> DoubleDouble:
    """Finite floats, exactly; with an exponent of their own if `scaled`."""
    if not scaled:
        return DoubleDouble(values, np.zeros_like(values))
    high, exponent = np.frexp(values)
    return DoubleDouble(high, np.zeros_like(high), exponent)


def from_fraction(value: Fraction) -> DoubleDouble:
    """One rational number of ordinary size, to 2**-106."""
    high = float(value)
    return DoubleDouble(np.asarray(high), np.asarray(float(value - Fraction(high))))


def difference(a: Floats, b: Floats, *, scaled: bool) -> DoubleDouble:
    """The differences of finite floats, to 2**-106; with an exponent of their own if `scaled`.

    Notes
    -----
    If scaled, it is taken at a quarter of the size where a or b is near overflow; the bits which the
    smaller of the two may lose at that lie far below 2**-106 of the difference.
    """
    if not scaled:
        return DoubleDouble(*two_sum(a, -b))
    quarter = np.where(np.maximum(np.abs(a), np.abs(b)) > 2.0**1000, np.int32(2), np.int32(0))
    total, low = two_sum(np.ldexp(a, -quarter), -np.ldexp(b, -quarter))
    high, exponent = np.frexp(total)
    return DoubleDouble(high, np.ldexp(low, -exponent), exponent + quarter)


def _short_parts(value: Fraction, bits: Sequence[int]) -> list[float]:
    """Split a number into floats that end at the given binary places, and the rest."""
    parts = []
    for place in bits:
        part = Fraction(round(value * 2**place), 2**place)
        parts.append(float(part))
        value -= part
    return [*parts, float(value)]


def _table(values: Sequence[Decimal], bits: int) -> tuple[Floats, Floats]:
    high, low = zip(*(_short_parts(Fraction(value), [bits]) for value in values), strict=True)
    return np.array(high), np.array(low)


# The high parts end where their product with a 26-bit significand or a 21-bit integer is exact.
with localcontext(prec=60):
    _EXP2_HIGH, _EXP2_LOW = _table([Decimal(2) ** (Decimal(j) / _CELLS) for j in range(_CELLS)], 25)
    _LOG_HIGH, _LOG_LOW = _table([(1 + Decimal(j) / _CELLS).ln() for j in range(_CELLS + 1)], 50)
    _STEP, _STEP_MIDDLE, _STEP_LOW = _short_parts(Fraction(Decimal(2).ln()) / _CELLS, [38, 70])
    _LN2_HIGH, _LN2_LOW = _short_parts(Fraction(Decimal(2).ln()), [32])


def exp(x: DoubleDouble) -> DoubleDouble:
    """e**x, to about 2**-69 of itself.

    Parameters
    ----------
    x : DoubleDouble
        Without an exponent only where e**x is a normal float64 with room for its low part, |x| < 600.

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
    product, upper = head * r, _upper_half(r)
    rest = (head * upper - product) + head * (r - upper)
    total, lost = fast_two_sum(head, product)
    high, low = fast_two_sum(total, lost + (rest + (_EXP2_LOW[cell] * (1.0 + (r + tail)) + head * tail)))
    twos = index >> _CELL_BITS
    if x.exponent is not None:
        return DoubleDouble(high, low, twos.astype(np.int32))
    power = ((twos + 1023) << 52).view(np.float64)  # 2**twos by its bits: ldexp takes ten times as long
    return DoubleDouble(high * power, low * power)


def log1p(x: DoubleDouble) -> DoubleDouble:
    """log(1 + x) for x >= 0, to about 2**-54 of itself.

    Notes
    -----
    1 + x = 2**e (1 + f) with f in [0, 1], e = 0 where x is; with j/128 next to f and
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
    twos = np.where(x.high > 1.0, np.frexp(1.0 + x.high)[1] - np.int32(1), np.int32(0))
    # f = (1 + x) / 2**e - 1 = x / 2**e - (1 - 2**-e)
    f, error = two_sum(np.ldexp(x.high, -twos), np.ldexp(1.0, -twos) - 1.0)
    high, low = _log1p_up_to_one(f, error + np.ldexp(x.low, -twos))
    total, lost = two_sum(twos * _LN2_HIGH, high)
    return DoubleDouble(*fast_two_sum(total, lost + (low + twos * _LN2_LOW)))


def _log1p_up_to_one(f: Floats, error: Floats) -> tuple[Floats, Floats]:
    number = np.rint(f * _CELLS)
    offset = number * (1.0 / _CELLS)
    grid = 1.0 + offset
    rest = f - offset
    u = rest / grid
    upper = _upper_half(u)
    error = error + ((rest - upper * grid) - (u - upper) * grid)
    series = 1 / 5 - u * (1 / 6 - u * (1 / 7 - u * (1 / 8)))
    tail = u * u * (-0.5 + u * (1 / 3 - u * (1 / 4 - u * series))) + error / grid
    index = number.astype(np.int64)
    total, lost = fast_two_sum(_LOG_HIGH[index], u)
    return fast_two_sum(total, lost + (_LOG_LOW[index] + tail))
