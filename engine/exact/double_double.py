"""Double-double arithmetic: twice float64's precision, at any exponent, for the exact losses.

Two floats hold some 100 bits, so the roundings of a dozen operations vanish when the result is
rounded to float64. An exponent beside them, where asked for, lets a product such as weight *
pos_weight * target * logit pass through 1e-600 or 1e600 on its way to a result that float64 can
hold. NumPy's ``longdouble`` would do on Linux, but is plain float64 on Windows and on ARM Macs.

References
----------
T. J. Dekker, "A floating-point technique for extending the available precision", 1971.
J. R. Shewchuk, "Adaptive precision floating-point arithmetic", 1997, theorems 6 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass
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
_HALF_UNIT = np.int64(2**26)

FARTHEST_ORDINARY_ARGUMENT = 500.0
"""e**-500 = 2**-721: it times three ordinary factors, and the low part of that, are normal floats."""


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
    """The rounded product and its rounding error, exactly (Dekker; halves cut off by a bit mask)."""
    product = a * b
    a_upper, b_upper = upper_half(a), upper_half(b)
    a_lower, b_lower = a - a_upper, b - b_upper
    rest = ((a_upper * b_upper - product) + a_upper * b_lower) + a_lower * b_upper
    return product, rest + a_lower * b_lower


def upper_half(values: Floats) -> Floats:
    """Each significand rounded to 26 bits, so that what is left has 26 too."""
    return ((values.view(np.int64) + _HALF_UNIT) & _UPPER_HALF).view(np.float64)


def from_float64(values: Floats, *, scaled: bool) -> DoubleDouble:
    """Finite floats, exactly; with an exponent of their own if `scaled`."""
    if not scaled:
        return DoubleDouble(values, np.zeros_like(values))
    high, exponent = np.frexp(values)
    return DoubleDouble(high, np.zeros_like(high), exponent)


def from_fraction(value: Fraction, *, scaled: bool) -> DoubleDouble:
    """One rational number, to 2**-106; with an exponent of its own if `scaled`."""
    shift = value.numerator.bit_length() - value.denominator.bit_length() if scaled else 0
    significand = value / Fraction(2) ** shift
    high = float(significand)
    parts = np.asarray(high), np.asarray(float(significand - Fraction(high)))
    return DoubleDouble(*parts, np.asarray(shift, np.int32) if scaled else None)


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


def is_ordinary(factor: Floats) -> bool:
    """Whether all values are 0 or of a size that leaves room for products of three and e**-500."""
    size = np.abs(factor)
    return bool(((size == 0.0) | ((size >= 2.0**-60) & (size <= 2.0**60))).all())
