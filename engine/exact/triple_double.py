"""Triple-double arithmetic: some 125 bits of softmax, for targets that lie next to it.

A target that is another model's softmax agrees with the row's own in all the bits it has, 53 from a
float64 and by chance a dozen more, and what is left of the difference must have 53 itself. Numbers are
unevaluated sums of three floats, without an exponent of their own.

References
----------
Y. Hida, X. S. Li, D. H. Bailey, "Algorithms for quad-double precision floating point arithmetic", 2001,
for the order in which parts are added; P. T. P. Tang as in `engine.exact.exp_log1p` for exp.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from itertools import accumulate, repeat
from operator import mul
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.exact.double_double import DoubleDouble, Floats, fast_two_sum, two_product, two_sum

_CELLS = 4096
_CELL_BITS = 12
_DIGITS = 60

_EXACT_TERMS = tuple((1 / n, float(Fraction(1, n) - Fraction(1 / n))) for n in (24, 6, 2))
"""1/4!, 1/3! and 1/2! of exp's series, in two parts each."""
_LAST_TERMS = (40320, 5040, 720, 120)
"""Factorials of exp's series, r**8/8! first, whose terms need no more bits than a float has: the reduced
argument is below 2**-13.5, so that r**5/5! is below 2**-74 and r**9/9! below 2**-140."""


@dataclass(frozen=True, slots=True)
class TripleDouble:
    """The numbers high + middle + low, each part at most a few ULP of the one before.

    Nothing is carried up between operations: of a difference that cancels, `to_double_double` does it.
    """

    high: Floats
    middle: Floats
    low: Floats

    def __getitem__(self, index: Any) -> TripleDouble:
        """The same selection from all parts."""
        return TripleDouble(self.high[index], self.middle[index], self.low[index])

    def __setitem__(self, index: Any, value: TripleDouble) -> None:
        self.high[index], self.middle[index], self.low[index] = value.high, value.middle, value.low

    def __neg__(self) -> TripleDouble:
        return TripleDouble(-self.high, -self.middle, -self.low)

    def __add__(self, other: TripleDouble) -> TripleDouble:
        """Sum, to 2**-150 of the larger term."""
        high, first = two_sum(self.high, other.high)
        middle, second = two_sum(self.middle, other.middle)
        middle, third = two_sum(middle, first)
        return TripleDouble(high, middle, (self.low + other.low) + (second + third))

    def __sub__(self, other: TripleDouble) -> TripleDouble:
        return self + (-other)

    def __mul__(self, other: TripleDouble) -> TripleDouble:
        """Product, to 2**-150 of itself."""
        high, rest = two_product(self.high, other.high)
        first, first_low = two_product(self.high, other.middle)
        second, second_low = two_product(self.middle, other.high)
        middle, lost = two_sum(rest, first)
        middle, more = two_sum(middle, second)
        low = self.middle * other.middle + (self.high * other.low + self.low * other.high)
        return TripleDouble(high, middle, low + ((first_low + second_low) + (lost + more)))

    def sum(self) -> TripleDouble:
        """Sum along the first axis, which is not empty, as a tree of halves."""
        terms = self
        while (count := len(terms.high)) > 1:
            half = count // 2
            paired = terms[:half] + terms[half : 2 * half]
            if count % 2:
                paired[:1] = paired[:1] + terms[-1:]
            terms = paired
        return terms[0]

    def to_double_double(self) -> DoubleDouble:
        """The two leading parts, once what cancelled has been carried up."""
        middle, low = two_sum(self.middle, self.low)
        high, middle = two_sum(self.high, middle)
        return DoubleDouble(*fast_two_sum(high, middle + low))


def from_float64(values: Floats) -> TripleDouble:
    """Floats, exactly."""
    return TripleDouble(values, np.zeros_like(values), np.zeros_like(values))


def from_fraction(value: Fraction) -> TripleDouble:
    """One rational number, to 2**-159."""
    with localcontext(prec=_DIGITS):
        parts = _parts(Decimal(value.numerator) / Decimal(value.denominator))
    return TripleDouble(*map(np.asarray, parts))


def where(condition: NDArray[np.bool_], yes: TripleDouble, no: TripleDouble) -> TripleDouble:
    """``np.where`` for triple-doubles."""
    pairs = ((yes.high, no.high), (yes.middle, no.middle), (yes.low, no.low))
    return TripleDouble(*(np.where(condition, first, second) for first, second in pairs))


def exp(x: DoubleDouble) -> TripleDouble:
    """The exponential of numbers from -500 to 0, to 2**-125 of itself.

    Notes
    -----
    exp(x) = 2**(n/4096) * (1 + r + r**2 * q(r)) with r = x - n log(2)/4096. The terms of q that matter
    beyond a float's 53 bits are added in double-double arithmetic, the others before them.
    """
    steps = _steps()
    count = np.rint(x.high * (_CELLS / np.log(2.0)))
    # Products of the count, 22 bits, with a step's parts, 31 bits each, are exact, and the first cancels.
    high, first = two_sum(x.high - count * steps[0], -count * steps[1])
    middle, second = two_sum(x.low, -count * steps[2])
    middle, third = two_sum(middle, first)
    high, middle = two_sum(high, middle)
    low = (second + third) - count * steps[3]
    r, short = TripleDouble(high, middle, low), DoubleDouble(high, middle + low)
    rough = np.zeros_like(high)
    for factorial in _LAST_TERMS:
        rough = rough * high + 1.0 / factorial
    (leading, rest), *more = _EXACT_TERMS
    series = DoubleDouble(np.full_like(high, leading), rest + rough * high)
    for leading, rest in more:
        product = series * short
        total, lost = fast_two_sum(np.asarray(leading), product.high)
        series = DoubleDouble(total, lost + (product.low + rest))
    square = series * (short * short)
    growth = r + TripleDouble(square.high, square.low, np.zeros_like(high))
    number = count.astype(np.int64)
    base = TripleDouble(*(part[number & (_CELLS - 1)] for part in _table()))
    result = base + base * growth
    power = (((number >> _CELL_BITS) + 1023) << 52).view(np.float64)
    return TripleDouble(result.high * power, result.middle * power, result.low * power)


def _parts(value: Decimal) -> tuple[float, float, float]:
    """Split a number; the context has `_DIGITS` digits."""
    high = float(value)
    middle = float(value := value - Decimal(high))
    return high, middle, float(value - Decimal(middle))


@cache
def _table() -> tuple[Floats, Floats, Floats]:
    """2**(j/4096) in three parts."""
    with localcontext(prec=_DIGITS):
        root = Decimal(2) ** (Decimal(1) / _CELLS)
        powers = accumulate(repeat(root, _CELLS - 1), mul, initial=Decimal(1))
        high, middle, low = zip(*map(_parts, powers), strict=True)
    return np.array(high), np.array(middle), np.array(low)


@cache
def _steps() -> tuple[float, float, float, float]:
    """log(2)/4096 in four parts, of which the first three have 31 bits."""
    with localcontext(prec=_DIGITS):
        rest, parts = Fraction(Decimal(2).ln()) / _CELLS, []
    for place in (43, 74, 105):
        part = Fraction(round(rest * 2**place), 2**place)
        parts.append(float(part))
        rest -= part
    return parts[0], parts[1], parts[2], float(rest)
