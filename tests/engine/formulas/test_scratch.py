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
from engine import BinaryProblem, Column, MulticlassProblem, evaluate
from engine.floats.formats import FLOAT64, FloatArray
from engine.formulas.scratch import scratch_binary_cross_entropy, scratch_cross_entropy, scratch_log_softmax
from engine.gradients import binary_cross_entropy_with_logits_grad, cross_entropy_grad
from engine.losses import binary_cross_entropy, cross_entropy
from engine.pytorch.activations import sigmoid

ROWS = hnp.arrays(np.float64, (5, 3), elements=st.floats(-10, 10))


def _column(problem: BinaryProblem | MulticlassProblem) -> Column:
    return evaluate(problem).column(f"{problem.family}_scratch")


@pytest.mark.parametrize(
    ("z", "y", "loss"),
    [(-200, 1, np.inf), (-200, 0, np.nan), (17, 0, np.inf), (17, 1, np.nan), (-20, 0, 0.0)],
)
def test_float32_fails_on_both_sides(z: float, y: float, loss: float) -> None:
    column = _column(BinaryProblem(logits=[z], target=[y]))
    np.testing.assert_equal(abs(float(column.loss[0])), loss)
    assert np.isnan(column.gradient[0]) == (loss != 0)


@given(ROWS)
def test_moderate_rows_agree_with_the_losses(z: FloatArray) -> None:
    y = np.linspace(0, 1, z.size)
    p = sigmoid(z.ravel() / 2)
    np.testing.assert_allclose(
        scratch_binary_cross_entropy(p, y), binary_cross_entropy(p, y, reduction="none"), rtol=1e-12
    )
    binary = _column(BinaryProblem(logits=z.ravel() / 2, target=y, format=FLOAT64))
    expected = binary_cross_entropy_with_logits_grad(z.ravel() / 2, y, reduction="none")
    np.testing.assert_allclose(binary.gradient, expected, atol=1e-12)
    for target in (np.array([0, 1, 2, 1, 0]), y.reshape(z.shape)):
        np.testing.assert_allclose(
            scratch_cross_entropy(z, target), cross_entropy(z, target, reduction="none"), atol=1e-12
        )
        multiclass = _column(MulticlassProblem(logits=z, target=target, format=FLOAT64))
        expected = cross_entropy_grad(z, target, reduction="none")
        np.testing.assert_allclose(multiclass.gradient, expected, atol=1e-12)


def test_an_underflowed_class_spoils_the_gradient_of_a_right_row() -> None:
    z = np.array([[104.0, 0.0, 0.0]], dtype=np.float32)
    assert scratch_log_softmax(z)[0].tolist() == [0, -np.inf, -np.inf]
    assert scratch_cross_entropy(z, np.array([0])).tolist() == [0]
    assert np.isnan(_column(MulticlassProblem(logits=z, target=[0])).gradient).all()
    assert np.isnan(scratch_cross_entropy(z, np.array([[1.0, 0.0, 0.0]], dtype=np.float32))).all()


def test_it_never_imports_the_stable_forms() -> None:
    tree = ast.parse(Path(engine.formulas.scratch.__file__).read_text(encoding="utf-8"))
    imported = {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "engine.pytorch.activations"
        for name in node.names
    }
    assert imported <= {"sigmoid", "softmax"}
