"""Triple-double arithmetic against rational numbers and mpmath."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
from mpmath import mpf

from engine.exact.double_double import DoubleDouble, two_product, two_sum
from engine.exact.triple_double import TripleDouble, exp, from_float64, from_fraction

RNG = np.random.default_rng(3)


def number(value: TripleDouble, index: int) -> Fraction:
    return sum(
        (Fraction(float(part[index])) for part in (value.high, value.middle, value.low)), start=Fraction(0)
    )


def random_numbers(count: int) -> TripleDouble:
    high = RNG.uniform(0.5, 1, count) * 2.0 ** RNG.integers(-30, 30, count)
    middle = high * RNG.uniform(-(2.0**-53), 2.0**-53, count)
    return TripleDouble(high, middle, middle * RNG.uniform(-(2.0**-53), 2.0**-53, count))


def test_a_product_of_floats_and_its_error_are_exact() -> None:
    # The two cross products of the halves have 54 bits together: their sum once lost the last.
    a, b = RNG.uniform(1, 2, 3000), RNG.uniform(-2, 2, 3000)
    product, error = two_product(a, b)
    for x, y, high, low in zip(*(v.tolist() for v in (a, b, product, error)), strict=True):
        assert Fraction(high) + Fraction(low) == Fraction(x) * Fraction(y)


def test_sum_difference_and_product_keep_150_bits() -> None:
    a, b = random_numbers(500), random_numbers(500)
    total, difference, product = a + b, a - b, a * b
    for i in range(500):
        x, y = number(a, i), number(b, i)
        assert abs(number(total, i) - (x + y)) <= max(x, y) / 2**150
        assert abs(number(difference, i) - (x - y)) <= max(x, y) / 2**150
        assert abs(number(product, i) - x * y) <= x * y / 2**150


def test_a_sum_along_the_first_axis_keeps_150_bits() -> None:
    for count in (1, 2, 3, 7, 100):
        terms = random_numbers(count)
        column = TripleDouble(*(part[:, None] for part in (terms.high, terms.middle, terms.low)))
        truth = sum((number(terms, i) for i in range(count)), start=Fraction(0))
        assert abs(number(column.sum(), 0) - truth) <= truth / 2**150


def test_a_fraction_keeps_150_bits() -> None:
    parts = from_fraction(Fraction(1, 3))
    value = sum(Fraction(float(part)) for part in (parts.high, parts.middle, parts.low))
    assert abs(value - Fraction(1, 3)) <= Fraction(1, 2**150)


def test_what_cancels_is_carried_up() -> None:
    nearly_one = from_float64(np.ones(1)) - TripleDouble(np.ones(1), np.zeros(1), np.full(1, 2.0**-130))
    assert nearly_one.to_double_double().to_float64() == -(2.0**-130)


def test_exp_keeps_125_bits_from_0_to_its_farthest_argument() -> None:
    boundaries = -np.arange(1, 300) * (np.log(2) / 8192)
    x = np.concatenate([-RNG.uniform(0, 500, 700), -(10.0 ** RNG.uniform(-300, 0, 100)), boundaries])
    high, low = two_sum(x, x * RNG.uniform(-(2.0**-54), 2.0**-54, len(x)))
    powers = exp(DoubleDouble(high, low))
    with mpmath.workprec(300):
        for i in range(len(x)):
            value = mpf(powers.high[i]) + mpf(powers.middle[i]) + mpf(powers.low[i])
            truth = mpmath.exp(mpf(high[i]) + mpf(low[i]))
            assert abs(value - truth) <= truth * mpf(2) ** -125


def test_exp_of_0_is_1() -> None:
    one = exp(DoubleDouble(np.zeros(1), np.zeros(1)))
    assert (one.high, one.middle, one.low) == (1.0, 0.0, 0.0)
