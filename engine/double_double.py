"""Double-double arithmetic: twice float64's precision and any exponent, for the exact losses.

A `DoubleDouble` is (high + low) * 2**exponent. Two floats hold some 100 bits, so the roundings of a
dozen operations vanish when the result is rounded to float64; the exponent of its own lets a product
such as weight * pos_weight * target * logit pass through 1e-600 or 1e600 on its way to a result that
float64 can hold. NumPy's ``longdouble`` would do on Linux, but is plain float64 on Windows and ARM
Macs, and NumPy's own ``log1p`` is off by more than an ULP on some machines.

References
----------
T. J. Dekker, "A floating-point technique for extending the available precision", 1971.
J. R. Shewchuk, "Adaptive precision floating-point arithmetic", 1997, theorems 6, 7 and 18.
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

_FARTHEST_ARGUMENT = 8192.0
"""exp's argument is clipped here: e**-8192 times any product of four floats is 0 in float64."""


@dataclass(frozen=True, slots=True)
class DoubleDouble:
    """The numbers (high + low) * 2**exponent, |low| at most about an ULP of high.

    Attributes
    ----------
    high, low : float64 arrays
        The significand, neither inf nor subnormal unless it is 0 or negligible.
    exponent : int32 array
        The parts of an operation's result have one shape.
    """

    high: Floats
    low: Floats
    exponent: Exponents

    def __getitem__(self, index: Any) -> DoubleDouble:
        """The same selection from all three parts."""
        return DoubleDouble(self.high[index], self.low[index], self.exponent[index])

    def __neg__(self) -> DoubleDouble:
        return DoubleDouble(-self.high, -self.low, self.exponent)

    def __add__(self, other: DoubleDouble) -> DoubleDouble:
        """Sum, to 2**-100 of the larger term."""
        own = np.where(self.high == 0.0, _NO_EXPONENT, self.exponent)
        others = np.where(other.high == 0.0, _NO_EXPONENT, other.exponent)
        exponent = np.maximum(own, others)
        first, second = self._shifted(own - exponent), other._shifted(others - exponent)
        high, low = two_sum(first[0], second[0])
        return DoubleDouble(*fast_two_sum(high, low + (first[1] + second[1])), exponent)

    def __sub__(self, other: DoubleDouble) -> DoubleDouble:
        return self + (-other)

    def __mul__(self, other: DoubleDouble) -> DoubleDouble:
        """Product, to 2**-100 of itself."""
        high, low = two_product(self.high, other.high)
        low = low + (self.high * other.low + self.low * other.high)
        return DoubleDouble(*fast_two_sum(high, low), self.exponent + other.exponent)

    def __truediv__(self, other: DoubleDouble) -> DoubleDouble:
        """Quotient, to 2**-100 of itself; the divisor may not be 0."""
        high = self.high / other.high
        product, error = two_product(high, other.high)
        remainder = ((self.high - product) - error) + (self.low - high * other.low)
        parts = fast_two_sum(high, remainder / other.high)
        return DoubleDouble(*parts, self.exponent - other.exponent)

    def _shifted(self, exponent: Exponents) -> tuple[Floats, Floats]:
        shift = np.maximum(exponent, _FARTHEST_SHIFT)
        return np.ldexp(self.high, shift), np.ldexp(self.low, shift)

    def normalised(self) -> DoubleDouble:
        """The same numbers, with high brought to [0.5, 1)."""
        high, shift = np.frexp(self.high)
        return DoubleDouble(high, np.ldexp(self.low, -shift), self.exponent + shift)

    def sum(self) -> DoubleDouble:
        """Sum along the last axis, as a tree of halves; no terms give 0."""
        used = np.where(self.high == 0.0, _NO_EXPONENT, self.exponent)
        exponent = np.max(used, axis=-1, keepdims=True, initial=_NO_EXPONENT)
        high, low = self._shifted(self.exponent - exponent)
        while (count := high.shape[-1]) > 1:
            half = count // 2
            total, error = two_sum(high[..., :half], high[..., half : 2 * half])
            error = error + (low[..., :half] + low[..., half : 2 * half])
            if count % 2:
                total = np.concatenate((total, high[..., -1:]), axis=-1)
                error = np.concatenate((error, low[..., -1:]), axis=-1)
            high, low = fast_two_sum(total, error)
        if count == 0:
            high = low = np.zeros((*high.shape[:-1], 1))
        return DoubleDouble(high[..., 0], low[..., 0], exponent[..., 0])

    def to_float64(self) -> Floats:
        """Round to float64; where the result is subnormal, twice (an error below 0.51 ULP there)."""
        return np.asarray(np.ldexp(self.high + self.low, self.exponent))


def where(condition: NDArray[np.bool_], yes: DoubleDouble, no: DoubleDouble) -> DoubleDouble:
    """``np.where`` for double-doubles."""
    return DoubleDouble(
        np.where(condition, yes.high, no.high),
        np.where(condition, yes.low, no.low),
        np.where(condition, yes.exponent, no.exponent),
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
    a_upper = (a.view(np.int64) & _UPPER_HALF).view(np.float64)
    b_upper = (b.view(np.int64) & _UPPER_HALF).view(np.float64)
    a_lower, b_lower = a - a_upper, b - b_upper
    crossed = a_upper * b_lower + a_lower * b_upper
    return product, ((a_upper * b_upper - product) + crossed) + a_lower * b_lower


def from_float64(values: Floats) -> DoubleDouble:
    """Finite floats, exactly."""
    high, exponent = np.frexp(values)
    return DoubleDouble(high, np.zeros_like(high), exponent)


def from_fraction(value: Fraction) -> DoubleDouble:
    """One rational number of ordinary size, to 2**-106."""
    high = float(value)
    low = float(value - Fraction(high))
    return DoubleDouble(np.asarray(high), np.asarray(low), np.zeros((), np.int32))


def difference(a: Floats, b: Floats) -> DoubleDouble:
    """The differences of finite floats, to 2**-106.

    Notes
    -----
    Taken at a quarter of the size where a or b is near overflow; the bits which the smaller of the
    two may lose at that lie far below 2**-106 of the difference.
    """
    exponent = np.where(np.maximum(np.abs(a), np.abs(b)) > 2.0**1000, np.int32(2), np.int32(0))
    high, low = two_sum(np.ldexp(a, -exponent), -np.ldexp(b, -exponent))
    return DoubleDouble(high, low, exponent).normalised()


def _split_ln2() -> tuple[float, float, float]:
    """ln(2)/128 in three parts, the first two short enough that a 21-bit integer times one is exact."""
    with localcontext(prec=60):
        rest = Fraction(Decimal(2).ln()) / _CELLS
    parts = []
    for scale in (2**38, 2**70):
        part = Fraction(round(rest * scale), scale)
        parts.append(float(part))
        rest -= part
    return parts[0], parts[1], float(rest)


def _table(values: Sequence[Decimal]) -> tuple[Floats, Floats]:
    high = [float(value) for value in values]
    low = [float(Fraction(value) - Fraction(head)) for value, head in zip(values, high, strict=True)]
    return np.array(high), np.array(low)


with localcontext(prec=60):
    _EXP2_HIGH, _EXP2_LOW = _table([Decimal(2) ** (Decimal(j) / _CELLS) for j in range(_CELLS)])
    _LOG_HIGH, _LOG_LOW = _table([(1 + Decimal(j) / _CELLS).ln() for j in range(_CELLS + 1)])
    _LN2 = from_fraction(Fraction(Decimal(2).ln()))

_STEP, _STEP_MIDDLE, _STEP_LOW = _split_ln2()


def exp(x: DoubleDouble) -> DoubleDouble:
    """e**x, to about 2**-69 of itself; x may be infinite.

    Notes
    -----
    With n the integer nearest to 128 x/ln(2) and r = x - n ln(2)/128, |r| < 0.0028:
    e**x = 2**(n // 128) * 2**(n % 128 / 128) * e**r, the second factor from a table and e**r - 1 as
    r, in two floats, plus r**2/2 + ... + r**6/720 (Tang 1989).
    """
    exact = np.ldexp(x.high, x.exponent)
    high = np.minimum(np.maximum(exact, -_FARTHEST_ARGUMENT), _FARTHEST_ARGUMENT)
    low = np.where(high == exact, np.ldexp(x.low, x.exponent), 0.0)
    number = np.rint(high * (1.0 / _STEP))
    r, error = two_sum(high - number * _STEP, -(number * _STEP_MIDDLE))
    error = error + (low - number * _STEP_LOW)
    tail = r * r * (0.5 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720)))))
    # e**(r + error) - 1; the cross term r * error is some 2**-62 of it
    tail = tail + (error + r * error)
    index = number.astype(np.int32)
    cell = index & np.int32(_CELLS - 1)
    head = _EXP2_HIGH[cell]
    product, rest = two_product(head, r)
    rest = rest + (_EXP2_LOW[cell] * (1.0 + r) + head * tail)
    total, lost = fast_two_sum(head, product)
    return DoubleDouble(*fast_two_sum(total, lost + rest), index >> np.int32(_CELLS.bit_length() - 1))


def log1p(x: DoubleDouble) -> DoubleDouble:
    """log(1 + x) for x >= 0, to about 2**-54 of itself.

    Notes
    -----
    1 + x = 2**e (1 + f) with f in [0, 1], e = 0 where x is; with j/128 next to f and
    u = (f - j/128)/(1 + j/128): log(1 + x) = e ln(2) + log(1 + j/128) + log1p(u), the second term
    from a table (0 at j = 0, so that a small x keeps its digits) and the third as a series (Tang 1990).
    """
    # Below 2**-80 the result is x itself: it passes through at 2**-80 and gets its exponent back.
    magnitude = np.where(x.high == 0.0, 0, np.frexp(x.high)[1] + x.exponent)
    outside = np.minimum(magnitude + np.int32(80), np.int32(0))
    shift = x.exponent - outside
    high, low = np.ldexp(x.high, shift), np.ldexp(x.low, shift)
    twos = np.maximum(np.frexp(1.0 + high)[1] - 1, 0).astype(np.int32)
    twos[high <= 1.0] = 0
    # f = (1 + x) / 2**e - 1 = x / 2**e - (1 - 2**-e)
    f, error = two_sum(np.ldexp(high, -twos), np.ldexp(1.0, -twos) - 1.0)
    error = error + np.ldexp(low, -twos)
    cell = np.minimum(np.maximum(np.rint(f * _CELLS), 0.0), float(_CELLS))
    grid = 1.0 + cell * (1.0 / _CELLS)
    rest = f - cell * (1.0 / _CELLS)
    u = rest / grid
    tail = (1 / 6 - u * (1 / 7 - u * (1 / 8))) * u
    tail = u * u * (-0.5 + u * (1 / 3 - u * (1 / 4 - u * (1 / 5 - tail))))
    index = cell.astype(np.int32)
    total, lost = fast_two_sum(_LOG_HIGH[index], u)
    result = DoubleDouble(*fast_two_sum(total, lost + (_LOG_LOW[index] + (tail + error / grid))), outside)
    if not twos.any():
        return result
    count = twos.astype(np.float64)
    return result + from_float64(count) * _LN2
