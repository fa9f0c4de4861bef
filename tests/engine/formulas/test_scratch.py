"""The textbook forms fail where they must, and agree with the losses where they can."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import engine.formulas.scratch
from engine.floats.formats import FloatArray
from engine.formulas.scratch import (
    scratch_binary_cross_entropy,
    scratch_binary_cross_entropy_grad,
    scratch_cross_entropy,
    scratch_cross_entropy_grad,
    scratch_log_softmax,
)
from engine.gradients import binary_cross_entropy_grad, cross_entropy_grad
from engine.losses import binary_cross_entropy, cross_entropy
from engine.pytorch.activations import sigmoid, sigmoid_grad

ROWS = hnp.arrays(np.float64, (5, 3), elements=st.floats(-10, 10))


def _binary(z: float, y: float) -> tuple[float, float]:
    p, target = sigmoid(np.array([z], dtype=np.float32)), np.array([y], dtype=np.float32)
    gradient = sigmoid_grad(p, scratch_binary_cross_entropy_grad(p, target))
    return float(scratch_binary_cross_entropy(p, target)[0]), float(gradient[0])


@pytest.mark.parametrize(
    ("z", "y", "loss"),
    [(-200, 1, np.inf), (-200, 0, np.nan), (17, 0, np.inf), (17, 1, np.nan), (-20, 0, 0.0)],
)
def test_float32_fails_on_both_sides(z: float, y: float, loss: float) -> None:
    computed, gradient = _binary(z, y)
    np.testing.assert_equal(abs(computed), loss)
    assert np.isnan(gradient) == (loss != 0)


@given(ROWS)
def test_moderate_rows_agree_with_the_losses(z: FloatArray) -> None:
    p, y = 0.01 + 0.98 * sigmoid(z), np.linspace(0, 1, z.size).reshape(z.shape)
    np.testing.assert_allclose(
        scratch_binary_cross_entropy(p, y), binary_cross_entropy(p, y, reduction="none"), rtol=1e-12
    )
    np.testing.assert_allclose(
        scratch_binary_cross_entropy_grad(p, y), binary_cross_entropy_grad(p, y, reduction="none"), atol=1e-11
    )
    for target in (np.array([0, 1, 2, 1, 0]), y):
        np.testing.assert_allclose(
            scratch_cross_entropy(z, target), cross_entropy(z, target, reduction="none"), atol=1e-12
        )
        np.testing.assert_allclose(
            scratch_cross_entropy_grad(z, target), cross_entropy_grad(z, target, reduction="none"), atol=1e-12
        )


def test_an_underflowed_class_spoils_the_gradient_of_a_right_row() -> None:
    z = np.array([[104.0, 0.0, 0.0]], dtype=np.float32)
    assert scratch_log_softmax(z)[0].tolist() == [0, -np.inf, -np.inf]
    assert scratch_cross_entropy(z, np.array([0])).tolist() == [0]
    assert np.isnan(scratch_cross_entropy_grad(z, np.array([0]))).all()
    assert np.isnan(scratch_cross_entropy(z, np.array([[1.0, 0.0, 0.0]], dtype=np.float32))).all()


def test_it_never_imports_the_stable_forms() -> None:
    tree = ast.parse(Path(engine.formulas.scratch.__file__).read_text(encoding="utf-8"))
    imported = {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "engine.pytorch.activations"
        for name in node.names
    }
    assert imported <= {"class_axis", "sigmoid", "sigmoid_grad", "softmax", "softmax_grad"}
