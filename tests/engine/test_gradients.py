"""The gradients as autograd gives them: against differences, and dead, nan and infinite where they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.floats.formats import FORMATS, FloatArray, Format
from engine.gradients import (
    binary_cross_entropy_grad,
    binary_cross_entropy_with_logits_grad,
    cross_entropy_grad,
    nll_loss_grad,
)
from engine.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    nll_loss,
)
from engine.pytorch.activations import sigmoid, sigmoid_grad

REDUCTIONS = ["none", "mean", "sum"]
LOGITS = hnp.arrays(np.float64, (4, 3), elements=st.floats(-8, 8))


def _difference(loss: Callable[[FloatArray], Any], x: FloatArray) -> FloatArray:
    step = 1e-6
    result = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        shift = np.zeros_like(x)
        shift[index] = step
        result[index] = (np.sum(loss(x + shift)) - np.sum(loss(x - shift))) / (2 * step)
    return result


@pytest.mark.parametrize("reduction", REDUCTIONS)
@settings(max_examples=30)
@given(z=LOGITS)
def test_binary_gradients_match_differences(reduction: Any, z: FloatArray) -> None:
    y, w = np.linspace(0, 1, z.size).reshape(z.shape), np.array([0.5, 1.0, 2.0])
    p = 0.05 + 0.9 * sigmoid(z)
    np.testing.assert_allclose(
        binary_cross_entropy_grad(p, y, w, reduction=reduction),
        _difference(lambda x: binary_cross_entropy(x, y, w, reduction=reduction), p),
        atol=1e-5,
    )
    options: dict[str, Any] = {"pos_weight": np.array([3.0, 0.5, 1.0]), "reduction": reduction}
    np.testing.assert_allclose(
        binary_cross_entropy_with_logits_grad(z, y, w, **options),
        _difference(lambda x: binary_cross_entropy_with_logits(x, y, w, **options), z),
        atol=1e-6,
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@settings(max_examples=30)
@given(z=LOGITS)
def test_class_gradients_match_differences(reduction: Any, smoothing: float, z: FloatArray) -> None:
    w = np.array([0.5, 1.0, 2.0])
    options: dict[str, Any] = {"reduction": reduction, "label_smoothing": smoothing}
    for target in (np.array([0, 2, -100, 1]), np.linspace(0, 1, 12).reshape(4, 3)):
        np.testing.assert_allclose(
            cross_entropy_grad(z, target, w, **options),
            _difference(lambda x, y=target: cross_entropy(x, y, w, **options), z),  # type: ignore[misc]
            atol=1e-6,
        )
    indices = np.array([0, 2, -100, 1])
    np.testing.assert_allclose(
        nll_loss_grad(z, indices, w, reduction=reduction),
        _difference(lambda x: nll_loss(x, indices, w, reduction=reduction), z),
        atol=1e-6,
    )


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_the_gradient_has_the_inputs_shape_and_format(fmt: Format) -> None:
    z, y = np.zeros((2, 3), dtype=fmt.dtype), np.zeros(2, dtype=np.int64)
    half = np.full((2, 3), 0.5).astype(fmt.dtype)
    float64 = np.zeros((2, 3))
    for gradient in (
        cross_entropy_grad(z, y, label_smoothing=0.1),
        cross_entropy_grad(z, float64),
        nll_loss_grad(z, y),
        binary_cross_entropy_grad(half, half),
        binary_cross_entropy_with_logits_grad(z, float64),
    ):
        assert gradient.shape == z.shape
        assert gradient.dtype == fmt.dtype


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("float16", -np.inf),
        ("bfloat16", -996432412672.0),
        ("float32", -999999995904.0),
        ("float64", -1000000003995.8029),
    ],
)
def test_the_denominator_of_bce_has_pytorchs_floor(name: str, expected: float) -> None:
    fmt = next(known for known in FORMATS if known.name == name)
    gradient = binary_cross_entropy_grad(fmt.round([0.0]), fmt.round([1.0]))
    assert float(gradient[0]) == expected


def test_in_float16_a_right_and_certain_row_has_no_gradient() -> None:
    certain = np.array([0.0, 1.0], dtype=np.float16)
    assert np.isnan(binary_cross_entropy_grad(certain, certain)).all()


def test_the_gradient_of_bce_dies_long_before_its_loss_is_wrong() -> None:
    z, y = np.array([-50.0, -200.0, 17.0], dtype=np.float32), np.array([1, 1, 0], dtype=np.float32)
    p = sigmoid(z)
    gradient = sigmoid_grad(p, binary_cross_entropy_grad(p, y, reduction="sum"))
    assert gradient[0] == pytest.approx(-1.92875e-10, rel=1e-4)
    assert gradient[1:].tolist() == [0, 0]
    assert binary_cross_entropy_with_logits_grad(z, y, reduction="sum").tolist() == [-1, -1, 1]


def test_all_ignored_has_gradient_0_although_the_loss_is_nan() -> None:
    z, y = np.zeros((2, 3)), np.full(2, -100)
    for gradient in (nll_loss_grad(z, y), cross_entropy_grad(z, y)):
        assert not gradient.any()


@pytest.mark.parametrize("row", [[np.nan, 0.0], [np.inf, 0.0], [-np.inf, -np.inf]])
def test_an_ignored_row_that_is_not_finite_has_a_nan_gradient(row: list[float]) -> None:
    z, y = np.array([row, [0.0, 0.0]]), np.array([-100, 0])
    assert np.isfinite(cross_entropy(z, y))
    gradient = cross_entropy_grad(z, y)
    assert np.isnan(gradient[0]).all()
    assert gradient[1].tolist() == [-0.5, 0.5]


def test_a_masked_class_gives_a_nan_loss_and_a_right_gradient() -> None:
    z, y = np.array([[0.0, -np.inf, 0.0]]), np.array([[1.0, 0.0, 0.0]])
    assert cross_entropy_grad(z, y).tolist() == [[-0.5, 0.0, 0.5]]


def test_weights_that_add_up_to_0_make_the_mean_gradient_nan() -> None:
    gradient = nll_loss_grad(np.zeros((1, 2)), np.array([0]), np.zeros(2))
    assert np.isnan(gradient[0, 0])


def test_float16_gradients_vanish_over_70000_rows() -> None:
    z = np.zeros((70_000, 2), dtype=np.float16)
    assert not cross_entropy_grad(z, np.zeros(70_000, dtype=np.int64)).any()


@pytest.mark.parametrize("shape", [(0, 3), (0, 3, 2)])
def test_an_empty_batch_has_an_empty_gradient(shape: tuple[int, ...]) -> None:
    z, y = np.zeros(shape), np.zeros((0, *shape[2:]), dtype=np.int64)
    assert cross_entropy_grad(z, y).shape == shape
    assert binary_cross_entropy_with_logits_grad(z, z).shape == shape
