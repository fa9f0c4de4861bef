"""The four formats and the integer line their floats lie on."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.floats.formats import (
    BFLOAT16,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    FORMATS,
    Format,
    floats_apart,
    format_of,
    from_ordinals,
    narrowed,
    next_float,
    ordinals,
    ulp,
)

INF, NAN = math.inf, math.nan

every_format = pytest.mark.parametrize("fmt", FORMATS, ids=str)
halves = pytest.mark.parametrize("fmt", [FLOAT16, BFLOAT16], ids=str)


def all_finite(fmt: Format) -> np.ndarray:
    """Every finite float of a half format, in order, one zero."""
    last = int(ordinals(fmt.round(fmt.max)))
    return from_ordinals(np.arange(-last, last + 1), fmt)


@pytest.mark.parametrize(
    ("fmt", "precision", "largest", "smallest"),
    [
        (FLOAT16, 11, 65504.0, 2.0**-24),
        (BFLOAT16, 8, 3.3895313892515355e38, 2.0**-133),
        (FLOAT32, 24, 3.4028234663852886e38, 2.0**-149),
        (FLOAT64, 53, 1.7976931348623157e308, 5e-324),
    ],
    ids=str,
)
def test_a_format_knows_its_limits(fmt: Format, precision: int, largest: float, smallest: float) -> None:
    assert (fmt.precision, fmt.max, fmt.smallest_subnormal) == (precision, largest, smallest)
    assert fmt.eps == 2.0 ** (1 - precision)
    assert fmt.smallest_normal == smallest * 2.0 ** (precision - 1)
    assert fmt.is_half == (fmt in {FLOAT16, BFLOAT16})


@every_format
def test_a_format_is_found_by_name_and_by_dtype(fmt: Format) -> None:
    assert format_of(fmt.name) is format_of(fmt.dtype) is format_of(fmt.dtype.type) is fmt
    assert str(fmt) == fmt.name


@pytest.mark.parametrize("kind", ["float8", "int32", np.int64, np.bool_, "", object])
def test_anything_else_is_refused_with_the_four_names(kind: object) -> None:
    with pytest.raises(TypeError, match="float16, bfloat16, float32, float64"):
        format_of(kind)  # type: ignore[arg-type]


@every_format
def test_rounding_overflows_to_inf_and_underflows_to_0_without_a_warning(fmt: Format) -> None:
    beyond = np.array([fmt.max * 2, -fmt.max * 2, fmt.smallest_subnormal / 4, NAN])
    with np.errstate(over="ignore"):
        rounded = fmt.round(beyond).astype(np.float64)
    np.testing.assert_array_equal(rounded, [INF, -INF, 0.0, NAN])


@every_format
def test_rounding_goes_to_the_nearest_and_ties_go_to_even(fmt: Format) -> None:
    half = fmt.eps / 2
    if fmt is not FLOAT64:
        np.testing.assert_array_equal(
            fmt.round([1 + half, 1 + 3 * half, 1 + half * 1.01]).astype(np.float64),
            [1.0, 1 + 4 * half, 1 + 2 * half],
        )
    assert fmt.round([1.0, 2.5]).dtype == fmt.dtype


@pytest.mark.parametrize("wide", [np.float32, np.float64])
def test_narrowing_to_float16_is_numpys_from_float32_at_every_float_and_tie(wide: type[np.floating]) -> None:
    floats = np.arange(0x7C01, dtype=np.uint16).view(np.float16).astype(wide)  # 0 to inf
    with np.errstate(all="ignore"):
        ties = (floats[:-1] + floats[1:]) / wide(2)
        points = np.concatenate([floats, ties, np.nextafter(ties, wide(0)), np.nextafter(ties, wide(INF))])
        signed = np.concatenate([points, -points, [wide(NAN)]])
        expected = signed.astype(np.float32).astype(np.float16)
        result = narrowed(signed, FLOAT16.dtype)
    np.testing.assert_array_equal(result.view(np.uint16), expected.view(np.uint16))


@pytest.mark.parametrize("fmt", [BFLOAT16, FLOAT32, FLOAT64], ids=str)
def test_narrowing_to_another_format_is_numpys_conversion(fmt: Format) -> None:
    values = np.array([1e-45, -1e-7, 0.1, 3.0])
    assert np.array_equal(narrowed(values, fmt.dtype), values.astype(fmt.dtype))


@halves
def test_ordinals_number_every_float_of_a_half_format_in_order(fmt: Format) -> None:
    values = all_finite(fmt)
    assert (np.diff(values.astype(np.float64)) > 0).all()
    np.testing.assert_array_equal(np.diff(ordinals(values)), 1)
    assert ordinals(values)[len(values) // 2] == 0


@every_format
def test_ordinals_start_at_zero_and_end_past_the_largest(fmt: Format) -> None:
    tiny = fmt.round([0.0, -0.0, fmt.smallest_subnormal, -fmt.smallest_subnormal])
    np.testing.assert_array_equal(ordinals(tiny), [0, 0, 1, -1])
    ends = fmt.round([fmt.max, INF, -fmt.max, -INF])
    numbers = ordinals(ends)
    assert numbers[1] - numbers[0] == 1
    assert numbers[3] - numbers[2] == -1


@given(value=st.floats(allow_nan=False))
def test_ordinals_are_undone_by_from_ordinals(value: float) -> None:
    for fmt in FORMATS:
        rounded = fmt.round([value])
        np.testing.assert_array_equal(from_ordinals(ordinals(rounded), fmt), rounded)


@given(first=st.floats(allow_nan=False), second=st.floats(allow_nan=False))
def test_floats_apart_is_the_difference_of_the_ordinals(first: float, second: float) -> None:
    a, b = np.array([first]), np.array([second])
    expected = abs(int(ordinals(a)[0]) - int(ordinals(b)[0]))
    assert floats_apart(a, b)[0] == floats_apart(b, a)[0] == float(expected)


@every_format
def test_floats_apart_settles_zeros_and_nan(fmt: Format) -> None:
    first, second = fmt.round([0.0, NAN, NAN, 1.0, INF]), fmt.round([-0.0, NAN, 1.0, NAN, INF])
    np.testing.assert_array_equal(floats_apart(first, second), [0, 0, NAN, NAN, 0])


def test_floats_apart_broadcasts_and_takes_single_numbers() -> None:
    assert floats_apart(np.ones((2, 1), np.float32), np.ones(3, np.float32)).shape == (2, 3)
    assert floats_apart(np.float32(1.0), np.nextafter(np.float32(1.0), np.float32(2.0))) == 1.0


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@given(value=st.floats(allow_nan=False, width=16))
def test_the_next_float_is_numpys(dtype: type[np.floating], value: float) -> None:
    number = np.array([value], dtype)
    with np.errstate(over="ignore", under="ignore"):
        up, down = np.nextafter(number, dtype(INF)), np.nextafter(number, dtype(-INF))
    np.testing.assert_array_equal(next_float(number), up)
    np.testing.assert_array_equal(next_float(number, -1), down)


@every_format
def test_the_next_float_stops_at_infinity(fmt: Format) -> None:
    ends = fmt.round([INF, fmt.max, -INF])
    np.testing.assert_array_equal(next_float(ends).astype(np.float64), [INF, INF, -fmt.max])
    np.testing.assert_array_equal(next_float(ends, -5)[-1:].astype(np.float64), [-INF])


@every_format
def test_the_ulp_is_the_distance_to_the_next_larger_float(fmt: Format) -> None:
    values = fmt.round([1.0, -1.0, 1.5, 2.0, 0.0, fmt.smallest_normal])
    tiny = fmt.smallest_subnormal
    np.testing.assert_array_equal(ulp(values), [fmt.eps, fmt.eps, fmt.eps, 2 * fmt.eps, tiny, tiny])


def test_bfloat16_is_ml_dtypes_own() -> None:
    assert BFLOAT16.dtype == np.dtype(ml_dtypes.bfloat16)


@pytest.mark.parametrize(
    ("value", "nearest"),
    [
        (1 + 2.0**-8 + 2.0**-40, 1.0078125),
        (1 + 2.0**-8 - 2.0**-40, 1.0),
        (1 + 2.0**-8, 1.0),
        (2.0**-134 * (1 + 1e-13), 2.0**-133),
        (2.0**-134, 0.0),
        (1e-300, 0.0),
        (3.3961775292304600e38, INF),
        (INF, INF),
    ],
)
def test_a_true_value_is_rounded_to_bfloat16_once(value: float, nearest: float) -> None:
    for sign in (1.0, -1.0):
        assert float(BFLOAT16.nearest(np.array([sign * value]))[0]) == sign * nearest
    assert np.isnan(BFLOAT16.nearest(np.array([NAN]))).all()


@every_format
@given(st.floats(allow_nan=False))
def test_the_nearest_float_is_no_further_than_its_neighbours(fmt: Format, value: float) -> None:
    found = fmt.nearest(np.array([value]))
    for neighbour in (next_float(found, -1), next_float(found)):
        if np.isfinite(neighbour) and np.isfinite(found):
            distance = abs(Fraction(float(found[0])) - Fraction(value)) if math.isfinite(value) else 0
            assert distance <= abs(Fraction(float(neighbour[0])) - Fraction(value))


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_the_float_next_to_nan_is_nan(fmt: Format) -> None:
    assert np.isnan(next_float(fmt.round([np.nan, -np.nan])).astype(np.float64)).all()


@pytest.mark.parametrize("function", [ordinals, next_float, ulp])
def test_what_is_in_none_of_the_formats_is_refused(function: Any) -> None:
    with pytest.raises(TypeError, match="float formats"):
        function(np.array([1, 2]))


def test_a_float64_becomes_a_float16_by_way_of_float32_and_a_true_value_at_once() -> None:
    rng = np.random.default_rng(16)
    halves = np.arange(1, 0x7BFF, dtype=np.uint16).view(np.float16).astype(np.float64)
    ties = (halves[1:] + halves[:-1]) / 2
    beside = ties * (1 + rng.choice([-1.0, 1.0], ties.shape) * 2.0 ** -rng.integers(25, 53, ties.shape))
    for values in (beside, -beside, ties):
        by_way = values.astype(np.float32).astype(np.float16)
        np.testing.assert_array_equal(FLOAT16.round(values), by_way)
        np.testing.assert_array_equal(FLOAT16.nearest(values), values.astype(np.float16))
    assert (FLOAT16.round(beside) != FLOAT16.nearest(beside)).mean() > 0.3
