"""Triple-double arithmetic: some 118 bits of softmax, for targets that lie next to it.

A target that is another model's softmax agrees with the row's own in all the bits it has, 53 from a
float64, and what is left of the difference must have 53 more. Numbers are unevaluated sums of three
floats, without an exponent of their own: `engine.exact.multiclass` uses them where every product is an
ordinary float, and leaves the rest to `engine.exact.hard_cases`.

References
----------
Y. Hida, X. S. Li, D. H. Bailey, "Algorithms for quad-double precision floating point arithmetic", 2001,
for the order in which parts are added; P. T. P. Tang as in `engine.exact.exp_log1p` for exp.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.exact.double_double import DoubleDouble, Floats, fast_two_sum, two_sum

_CELLS = 128
_CELL_BITS = 7
_SPLIT = 2.0**27 + 1
_DIGITS = 60

_EXACT_TERMS = (720, 120, 24, 6, 2)
"""Factorials below the terms of exp's series that a float's 53 bits would not do for, the last first."""
_ROUGH_TERMS = (39916800, 3628800, 362880, 40320, 5040)
"""Those of the terms beyond: r**11/11! is 2**-119 for the largest reduced argument, 2**-8.5."""


@dataclass(frozen=True, slots=True)
class TripleDouble:
    """The numbers high + middle + low, each part at most about an ULP of the one before."""

    high: Floats
    middle: Floats
    low: Floats

    def __neg__(self) -> TripleDouble:
        return TripleDouble(-self.high, -self.middle, -self.low)

    def __add__(self, other: TripleDouble) -> TripleDouble:
        """Sum, to 2**-150 of the larger term."""
        high, first = two_sum(self.high, other.high)
        middle, second = two_sum(self.middle, other.middle)
        middle, third = two_sum(middle, first)
        return _settled(high, middle, self.low + other.low + (second + third))

    def __sub__(self, other: TripleDouble) -> TripleDouble:
        return self + (-other)

    def __mul__(self, other: TripleDouble) -> TripleDouble:
        """Product, to 2**-150 of itself."""
        high, rest = exact_product(self.high, other.high)
        first, first_low = exact_product(self.high, other.middle)
        second, second_low = exact_product(self.middle, other.high)
        middle, lost = two_sum(rest, first)
        middle, more = two_sum(middle, second)
        low = self.middle * other.middle + (self.high * other.low + self.low * other.high)
        return _settled(high, middle, low + ((first_low + second_low) + (lost + more)))

    def without(self, left_out: NDArray[np.bool_]) -> TripleDouble:
        """The same numbers with some replaced by 0."""
        return TripleDouble(
            *(np.where(left_out, 0.0, part) for part in (self.high, self.middle, self.low))
        )

    def sum(self) -> TripleDouble:
        """Sum along the first axis, which is not empty, as a tree of halves."""
        terms = self
        while (count := len(terms.high)) > 1:
            half, odd = count // 2, terms._slice(2 * (count // 2), count)
            terms = terms._slice(0, half) + terms._slice(half, 2 * half)
            if count % 2:
                terms = TripleDouble(
                    np.concatenate((terms.high, odd.high)),
                    np.concatenate((terms.middle, odd.middle)),
                    np.concatenate((terms.low, odd.low)),
                )
        return terms

    def _slice(self, start: int, stop: int) -> TripleDouble:
        return TripleDouble(self.high[start:stop], self.middle[start:stop], self.low[start:stop])

    def to_double_double(self) -> DoubleDouble:
        """The two leading parts, once what cancelled has been carried up."""
        high, middle = two_sum(self.high, self.middle)
        middle, low = two_sum(middle, self.low)
        high, middle = two_sum(high, middle)
        return DoubleDouble(*fast_two_sum(high, middle + low))


def from_fraction(value: Fraction) -> TripleDouble:
    """One rational number, to 2**-159."""
    return TripleDouble(*(np.asarray(part) for part in _parts(value)))


def from_product(first: Floats, second: Floats) -> TripleDouble:
    """The exact products of floats."""
    high, middle = exact_product(first, second)
    return TripleDouble(high, middle, np.zeros_like(high))


def where(condition: NDArray[np.bool_], yes: TripleDouble, no: TripleDouble) -> TripleDouble:
    """``np.where`` for triple-doubles."""
    pairs = ((yes.high, no.high), (yes.middle, no.middle), (yes.low, no.low))
    return TripleDouble(*(np.where(condition, first, second) for first, second in pairs))


def exp(x: DoubleDouble) -> TripleDouble:
    """The exponential of numbers from -500 to 0, to 2**-118 of itself.

    Notes
    -----
    exp(x) = 2**(n/128) * (1 + r + r**2 * q(r)) with r = x - n * log(2)/128. The terms of q that matter
    beyond a float's 53 bits are added in double-double arithmetic, the others before them.
    """
    tables, steps = _tables(), _steps()
    count = np.rint(x.high * (_CELLS / np.log(2.0)))
    # Products of the count, 17 bits, with a step's parts, 36 bits each, are exact.
    high, first = two_sum(x.high, -count * steps[0])
    middle, second = two_sum(first, x.low)
    middle, third = two_sum(middle, -count * steps[1])
    r = _settled(high, middle, (second + third) - (count * steps[2] + count * steps[3]))
    short = DoubleDouble(r.high, r.middle)
    rough = np.full_like(r.high, 1.0 / _ROUGH_TERMS[0])
    for factorial in _ROUGH_TERMS[1:]:
        rough = rough * r.high + 1.0 / factorial
    series = DoubleDouble(rough, np.zeros_like(rough))
    for factorial in _EXACT_TERMS:
        term, rest, _ = _parts(Fraction(1, factorial))
        series = series * short + DoubleDouble(np.full_like(rough, term), np.full_like(rough, rest))
    square = series * (short * short)
    growth = r + TripleDouble(square.high, square.low, np.zeros_like(rough))
    number = count.astype(np.int64)
    cell, power = number & (_CELLS - 1), (number >> _CELL_BITS).astype(np.int32)
    base = TripleDouble(*(table[cell] for table in tables))
    result = base + base * growth
    return TripleDouble(*(np.ldexp(part, power) for part in (result.high, result.middle, result.low)))


def exact_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The rounded product and its rounding error, exactly (Dekker, with Veltkamp's halves)."""
    product = a * b
    (a_upper, a_lower), (b_upper, b_lower) = _halves(a), _halves(b)
    rest = ((a_upper * b_upper - product) + a_upper * b_lower + a_lower * b_upper) + a_lower * b_lower
    return product, rest


def _halves(values: Floats) -> tuple[Floats, Floats]:
    scaled = values * _SPLIT
    upper = scaled - (scaled - values)
    return upper, values - upper


def _settled(high: Floats, middle: Floats, low: Floats) -> TripleDouble:
    middle, low = two_sum(middle, low)
    high, middle = two_sum(high, middle)
    middle, low = fast_two_sum(middle, low)
    return TripleDouble(high, middle, low)


def _parts(value: Fraction) -> tuple[float, float, float]:
    high = float(value)
    middle = float(value - Fraction(high))
    return high, middle, float(value - Fraction(high) - Fraction(middle))


@cache
def _tables() -> tuple[Floats, Floats, Floats]:
    """2**(j/128) in three parts."""
    with localcontext(prec=_DIGITS):
        powers = ((Decimal(2) ** (Decimal(j) / _CELLS)) for j in range(_CELLS))
        return _columns(_parts(Fraction(power)) for power in powers)


def _columns(rows: Iterable[tuple[float, float, float]]) -> tuple[Floats, Floats, Floats]:
    high, middle, low = zip(*rows, strict=True)
    return np.array(high), np.array(middle), np.array(low)


@cache
def _steps() -> tuple[float, float, float, float]:
    """log(2)/128 in four parts, of which the first three end after 36 bits."""
    with localcontext(prec=_DIGITS):
        rest, parts = Fraction(Decimal(2).ln()) / _CELLS, []
    for place in (43, 79, 115):
        part = Fraction(round(rest * 2**place), 2**place)
        parts.append(float(part))
        rest -= part
    return parts[0], parts[1], parts[2], float(rest)
