"""Every measure of error, with every special case."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.floats.accuracy import (
    absolute_error,
    bits_lost,
    relative_error,
    ulp_error,
)
from engine.floats.formats import (
    BFLOAT16,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    FORMATS,
    Format,
    floats_apart,
    next_float,
)

INF, NAN = math.inf, math.nan

every_format = pytest.mark.parametrize("fmt", FORMATS, ids=str)


@every_format
def test_rounding_costs_at_most_half_an_ulp(fmt: Format) -> None:
    rng = np.random.default_rng(3)
    exact = rng.normal(size=500) * 2.0 ** rng.integers(-140, 15, 500)
    assert ulp_error(fmt.round(exact), exact).max() <= 0.5
    assert bits_lost(fmt.round(exact), exact).max() == 0.0


@every_format
@pytest.mark.parametrize("exact", [1.0, -1.0, 1.5, 0.0, 2.0**-10])
def test_the_next_float_up_is_one_ulp_and_one_bit_away(fmt: Format, exact: float) -> None:
    neighbour = next_float(fmt.round([abs(exact)]))
    assert ulp_error(neighbour, np.array([abs(exact)])) == 1.0
    assert ulp_error(-neighbour, np.array([-abs(exact)])) == 1.0
    assert bits_lost(neighbour, np.array([abs(exact)])) == 1.0


@every_format
def test_below_a_power_of_two_the_unit_stays_that_of_the_power(fmt: Format) -> None:
    below = next_float(fmt.round([1.0]), -1)
    assert ulp_error(below, np.array([1.0])) == 0.5
    assert ulp_error(fmt.round([1.0]), below.astype(np.float64)) == 1.0


@every_format
def test_among_subnormals_the_unit_is_their_spacing(fmt: Format) -> None:
    smallest = fmt.smallest_subnormal
    np.testing.assert_array_equal(
        ulp_error(fmt.round([0.0, 3 * smallest, 0.0]), np.array([smallest, smallest, 0.0])), [1, 2, 0]
    )
    assert ulp_error(fmt.round([1.0]), np.array([0.0])) == 1.0 / smallest or fmt is FLOAT64


def test_an_ulp_error_counts_what_the_formats_rounding_hides() -> None:
    third = np.array([1 / 3])
    assert ulp_error(FLOAT16.round(third), third) == pytest.approx(1 / 3, abs=1e-3)
    assert bits_lost(FLOAT16.round(third), third) == 0.0


@every_format
@pytest.mark.parametrize(
    ("computed", "exact", "ulps", "is_bits_whole"),
    [
        (INF, INF, 0.0, False),
        (-INF, -INF, 0.0, False),
        (INF, -INF, INF, True),
        (NAN, 1.0, INF, True),
        (INF, 1.0, INF, True),
        (1.0, INF, INF, True),
        (NAN, INF, INF, True),
        (0.0, -0.0, 0.0, False),
    ],
)
def test_what_is_not_finite_is_all_right_or_all_wrong(
    fmt: Format, computed: float, exact: float, ulps: float, *, is_bits_whole: bool
) -> None:
    value, truth = fmt.round([computed]), np.array([exact])
    assert ulp_error(value, truth) == ulps
    assert bits_lost(value, truth) == (8 * fmt.dtype.itemsize if is_bits_whole else 0.0)


@every_format
@pytest.mark.parametrize("computed", [NAN, INF, 1.0])
def test_no_error_can_be_named_where_there_is_no_true_value(fmt: Format, computed: float) -> None:
    value, truth = fmt.round([computed]), np.array([NAN])
    for measure in (ulp_error, bits_lost, absolute_error, relative_error):
        assert np.isnan(measure(value, truth)).all()


@pytest.mark.parametrize("fmt", [FLOAT16, BFLOAT16, FLOAT32], ids=str)
def test_inf_is_the_nearest_float_where_the_true_value_is_too_large_for_the_format(fmt: Format) -> None:
    truth = np.array([fmt.max * 4.0])
    assert ulp_error(fmt.round([INF]), truth) == 0.0
    assert bits_lost(fmt.round([INF]), truth) == 0.0
    assert ulp_error(fmt.round([fmt.max]), truth) == INF


@given(computed=st.floats(width=32), exact=st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_bits_lost_never_exceed_the_formats_width_nor_warn(computed: float, exact: float) -> None:
    value = np.array([computed], np.float32)
    bits = bits_lost(value, np.array([exact]))[0]
    assert 0.0 <= bits <= 32.0
    if math.isfinite(computed):
        assert bits == np.log2(1.0 + floats_apart(value, np.array([exact], np.float32))[0]) <= 32.0


@given(computed=st.floats(), exact=st.floats())
def test_every_measure_has_an_answer_for_any_two_numbers(computed: float, exact: float) -> None:
    for fmt in FORMATS:
        value, truth = fmt.round([computed]), np.array([exact])
        for measure in (absolute_error, relative_error, ulp_error, bits_lost):
            error = measure(value, truth)
            assert error.dtype == np.float64
            assert error[0] >= 0 or np.isnan(error[0])


def test_absolute_and_relative_error_settle_zeros_and_infinities() -> None:
    computed = np.array([0.0, 1.0, INF, INF, 1.1], np.float32)
    exact = np.array([0.0, 0.0, INF, 1.0, 1.0])
    np.testing.assert_allclose(absolute_error(computed, exact), [0, 1, 0, INF, 0.1], rtol=1e-6)
    np.testing.assert_allclose(relative_error(computed, exact), [0, INF, 0, INF, 0.1], rtol=1e-6)
    assert relative_error(np.float32(1.0), np.float64(INF)) != 0


def test_measures_broadcast() -> None:
    computed, exact = np.ones((2, 1), np.float32), np.array([1.0, 2.0, NAN])
    for measure in (absolute_error, relative_error, ulp_error, bits_lost):
        assert measure(computed, exact).shape == (2, 3)
        assert measure(np.float32(1.0), np.float64(2.0)).shape == ()
