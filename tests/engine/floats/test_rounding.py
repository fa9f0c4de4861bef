"""Rounding and promotion of single operations, as PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.floats.formats import (
    BFLOAT16,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    FORMATS,
    FloatArray,
    Format,
    floats_apart,
)
from engine.floats.rounding import combine, exp, log, log1p, promoted


def _array(fmt: Format, *values: float) -> FloatArray:
    return np.array(values).astype(fmt.dtype)


@pytest.mark.parametrize(("function", "true"), [(exp, np.exp), (log, np.log), (log1p, np.log1p)])
@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_a_narrow_function_is_the_wide_one_rounded(function: Any, true: Any, fmt: Format) -> None:
    x = np.linspace(0.01, 9, 500).astype(fmt.dtype)
    assert function(x).dtype == fmt.dtype
    assert floats_apart(function(x), fmt.round(true(x.astype(np.float64)))).max() <= 1


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (_array(FLOAT16, 1), _array(BFLOAT16, 1), FLOAT32),
        (_array(FLOAT16, 1), _array(FLOAT64, 1), FLOAT64),
        (_array(FLOAT16, 1), _array(FLOAT64, 1)[0], FLOAT16),
        (_array(FLOAT16, 1)[0], _array(FLOAT64, 1)[0], FLOAT64),
        (_array(BFLOAT16, 1), np.array([1]), BFLOAT16),
    ],
)
def test_promotion_is_pytorchs(first: FloatArray, second: FloatArray, expected: Format) -> None:
    assert promoted(np.asarray(first), np.asarray(second)) == expected.dtype


def test_a_factor_without_dimensions_is_not_rounded_first() -> None:
    third = np.array(1 / 3, dtype=np.float32)
    seven = _array(FLOAT16, 7)
    assert combine(np.multiply, seven, third) == _array(FLOAT16, 7 / 3)
    assert combine(np.multiply, seven, _array(FLOAT16, 1 / 3)) != _array(FLOAT16, 7 / 3)


def test_a_term_without_dimensions_is() -> None:
    tiny = np.array(1.0004, dtype=np.float32)
    assert combine(np.add, _array(FLOAT16, 1e-4), tiny) == _array(FLOAT16, 1e-4) + _array(FLOAT16, 1.0004)


def test_an_operation_in_place_is_computed_wide_and_rounded_back() -> None:
    result = combine(np.multiply, _array(FLOAT16, 3), _array(FLOAT64, 1 / 3), out=FLOAT16.dtype)
    assert result.dtype == np.float16
    assert result == 1
