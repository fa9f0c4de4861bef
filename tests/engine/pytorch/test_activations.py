"""sigmoid, log_sigmoid, softmax and log_softmax: the edges PyTorch's have, in every format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.floats.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FORMATS, FloatArray, Format, next_float
from engine.pytorch.activations import (
    class_major,
    log_sigmoid,
    log_softmax,
    log_softmax_grad,
    sigmoid,
    sigmoid_grad,
    softmax,
    softmax_grad,
)

FIRST_ONE = {FLOAT16: 8.3203125, BFLOAT16: 6.25, FLOAT32: 16.63553237915039, FLOAT64: 36.73680056967711}
LAST_ZERO = {FLOAT16: -17.34375, BFLOAT16: -89.0, FLOAT32: -88.72283935546875, FLOAT64: -709.7827128933841}
LOSS_IS_ZERO = {FLOAT16: 17.34375, BFLOAT16: 93.0, FLOAT32: 102.87346649169922, FLOAT64: 744.0346068132732}
EXP_UNDERFLOWS = {FLOAT16: 17.34375, BFLOAT16: 93.0, FLOAT32: 103.97208404541016, FLOAT64: 745.1332191019412}
CONFIDENT = {FLOAT16: 7.625, BFLOAT16: 5.5625, FLOAT32: 16.63553237915039, FLOAT64: 36.73680056967711}

logits = hnp.arrays(np.float32, hnp.array_shapes(max_dims=3, max_side=20), elements=st.floats(width=32))


def _at(value: float, fmt: Format) -> FloatArray:
    return np.array([value]).astype(fmt.dtype)


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_sigmoid_is_1_from_pytorchs_logit_on(fmt: Format) -> None:
    edge = _at(FIRST_ONE[fmt], fmt)
    assert sigmoid(edge) == 1
    assert sigmoid(next_float(edge, -1)) < 1


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_sigmoid_is_0_up_to_pytorchs_logit(fmt: Format) -> None:
    edge = _at(LAST_ZERO[fmt], fmt)
    assert sigmoid(edge) == 0
    assert sigmoid(next_float(edge)) > 0


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_log_sigmoid_of_a_large_logit_is_0_from_pytorchs_logit_on(fmt: Format) -> None:
    edge = _at(LOSS_IS_ZERO[fmt], fmt)
    assert log_sigmoid(edge) == 0
    assert log_sigmoid(next_float(edge, -1)) < 0


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_log_sigmoid_stays_finite_where_sigmoid_underflows(fmt: Format) -> None:
    z = _at(-1024.0, fmt)
    assert sigmoid(z) == 0
    assert log_sigmoid(z) == z


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_softmax_underflows_from_pytorchs_gap_on(fmt: Format) -> None:
    edge = EXP_UNDERFLOWS[fmt]
    below = float(next_float(_at(edge, fmt), -1)[0])
    rows = np.array([[edge, 0.0], [below, 0.0]]).astype(fmt.dtype)
    p = softmax(rows)
    assert p[0, 1] == 0
    assert p[1, 1] > 0


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_log_softmax_of_a_confident_row_is_0_from_pytorchs_gap_on(fmt: Format) -> None:
    edge = CONFIDENT[fmt]
    below = float(next_float(_at(edge, fmt), -1)[0])
    log_p = log_softmax(np.array([[edge, 0.0], [below, 0.0]]).astype(fmt.dtype))
    assert log_p[0, 0] == 0
    assert log_p[1, 0] < 0


@pytest.mark.parametrize(("fmt", "gap"), [(FLOAT16, 16.640625), (BFLOAT16, 16.75)], ids=str)
def test_half_log_softmax_rounds_its_sum_only_with_classes_on_the_last_axis(fmt: Format, gap: float) -> None:
    row = np.array([[gap - 1, 0.0], [gap, 0.0]]).astype(fmt.dtype)
    assert log_softmax(row)[:, 0].tolist() == [0, 0]
    log_p = log_softmax(row[:, :, None])[:, 0, 0]
    assert log_p[0] < 0
    assert log_p[1] == 0


@pytest.mark.parametrize("function", [softmax, log_softmax])
@pytest.mark.parametrize("row", [[np.inf, 0.0], [-np.inf, -np.inf], [np.nan, 0.0], [np.inf, -np.inf]])
def test_a_row_without_a_finite_largest_logit_is_nan(
    function: Callable[[FloatArray], FloatArray], row: list[float]
) -> None:
    assert np.isnan(function(np.array([row, [0.0, 0.0]]))[0]).all()


def test_a_masked_class_has_probability_0() -> None:
    z = np.array([[0.0, 0.0, -np.inf]])
    assert softmax(z).tolist() == [[0.5, 0.5, 0.0]]
    assert log_softmax(z)[0, 2] == -np.inf


def test_small_terms_are_added_one_by_one() -> None:
    # 1 + 4e-8 + 4e-8 in float32: together the small terms would carry, one by one they vanish.
    z = np.array([[17.0, 0.0, 0.0]], dtype=np.float32)
    assert log_softmax(z)[0, 0] == 0


@pytest.mark.parametrize("function", [sigmoid, log_sigmoid, softmax, log_softmax])
@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_the_format_is_kept_and_the_input_untouched(
    function: Callable[[FloatArray], FloatArray], fmt: Format
) -> None:
    z = np.array([[-3.0, 2.0], [0.5, 1e4]]).astype(fmt.dtype)
    z.flags.writeable = False
    assert function(z).dtype == fmt.dtype


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 4)])
def test_empty_input_gives_empty_output(shape: tuple[int, ...]) -> None:
    assert softmax(np.zeros(shape)).shape == shape
    assert log_softmax(np.zeros(shape)).shape == shape


def test_the_class_axis_is_1_or_0_for_one_sample() -> None:
    z = np.arange(24.0).reshape(2, 3, 4)
    np.testing.assert_array_equal(softmax(z), softmax(z, axis=1))
    np.testing.assert_array_equal(softmax(z[0, :, 0]), softmax(z[:1, :, 0])[0])


@given(logits)
def test_no_logit_raises_a_warning(z: FloatArray) -> None:
    p = sigmoid(z)
    assert not ((p < 0) | (p > 1)).any()
    assert not (log_sigmoid(z) > 0).any()
    assert not (log_softmax(z) > 0).any()
    softmax(z)


@given(hnp.arrays(np.float64, (4, 3), elements=st.floats(-20, 20)))
def test_gradients_match_differences(z: FloatArray) -> None:
    weight = np.array([[1.0, -2.0, 0.5]])
    step = 1e-6
    for function, gradient in (
        (sigmoid, sigmoid_grad(sigmoid(z), np.broadcast_to(weight, z.shape))),
        (softmax, softmax_grad(softmax(z), np.broadcast_to(weight, z.shape))),
        (log_softmax, log_softmax_grad(log_softmax(z), np.broadcast_to(weight, z.shape))),
    ):
        shifted = np.eye(3)[:, None, :] * step
        ahead = [(function(z + s) * weight).sum(axis=1) for s in shifted]
        behind = [(function(z - s) * weight).sum(axis=1) for s in shifted]
        difference = (np.array(ahead) - np.array(behind)).T / (2 * step)
        np.testing.assert_allclose(gradient, difference, atol=1e-8)


def test_the_gradient_of_a_nan_row_is_nan_even_with_nothing_upstream() -> None:
    log_p = log_softmax(np.array([[np.nan, 0.0], [0.0, 0.0]]))
    gradient = log_softmax_grad(log_p, np.zeros((2, 2)))
    assert np.isnan(gradient[0]).all()
    assert gradient[1].tolist() == [0, 0]


def test_one_infinite_gradient_spoils_the_whole_row_of_softmax() -> None:
    p = np.array([[1.0, 0.0]])
    assert np.isnan(softmax_grad(p, np.array([[0.0, np.nan]]))).all()


@pytest.mark.parametrize("classes", [1, 2, 3, 15, 16, 100])
@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_few_classes_put_class_by_class_in_memory_give_the_same_floats(fmt: Format, classes: int) -> None:
    z = fmt.round(12 * np.random.default_rng(classes).standard_normal((40, classes)))
    for function in (softmax, log_softmax):
        np.testing.assert_array_equal(_bits(function(class_major(z))), _bits(function(z)))


def _bits(values: FloatArray) -> FloatArray:
    return np.ascontiguousarray(values).view(f"u{values.dtype.itemsize}")


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_a_number_alone_is_the_one_class_of_one_sample(fmt: Format, axis: int | None) -> None:
    z = fmt.round(3.5)
    assert (softmax(z, axis).shape, log_softmax(z, axis).shape) == ((), ())
    assert (float(softmax(z, axis)), float(log_softmax(z, axis))) == (1, 0)
    assert softmax(z).dtype == log_softmax(z).dtype == fmt.dtype
    assert np.isnan(float(log_softmax(fmt.round(np.inf), axis)))


@pytest.mark.parametrize("function", [softmax, log_softmax])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 3)])
def test_an_axis_that_is_not_there_is_refused_and_so_is_what_is_no_float(function: Any, shape: Any) -> None:
    with pytest.raises(IndexError):
        function(np.zeros(shape), 2)
    with pytest.raises(TypeError, match="float formats"):
        function(np.zeros(shape, dtype=np.int64))
