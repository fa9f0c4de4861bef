"""The formulas that only explanations use: their values, their gradients, and the code they bring."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest

from engine import FLOAT64, BinaryProblem, MulticlassProblem, evaluate, numpy_snippet, sigmoid
from engine.loss_values.formulas import NLL_OF_LOGITS, OF_GIVEN_P, SOFTPLUS, clip_and_add, focal

STEP = 1e-6
ONE_A_ROW = (OF_GIVEN_P, SOFTPLUS, clip_and_add(1e-3), focal(None), focal(0.25))


def problem_of(formula, logits):
    target = [0.0, 1.0, 1.0, 0.0]
    return BinaryProblem(logits=logits, target=target, format=FLOAT64, reduction="none")


def logits_of(formula):
    z = np.array([-1.5, 0.25, 2.0, 0.75])
    return sigmoid(z) if formula is OF_GIVEN_P else z


@pytest.mark.parametrize("formula", ONE_A_ROW, ids=lambda formula: formula.key)
def test_the_gradient_is_the_slope_of_the_loss(formula):
    z = logits_of(formula)

    def loss(moved):
        return evaluate(problem_of(formula, moved), formulas=(formula,)).columns[0].loss

    slope = (loss(z + STEP) - loss(z - STEP)) / (2 * STEP)
    column = evaluate(problem_of(formula, z), formulas=(formula,)).columns[0]
    assert column.gradient == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize("formula", ONE_A_ROW, ids=lambda formula: formula.key)
def test_the_numpy_code_computes_the_same(formula):
    problem = problem_of(formula, logits_of(formula))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(numpy_snippet(problem, (formula,)), {})  # what a user runs
    losses = printed.getvalue().rpartition("[")[2].rstrip("]\n").split(",")
    column = evaluate(problem, formulas=(formula,)).columns[0]
    assert [float(loss) for loss in losses] == pytest.approx(column.loss.tolist())


def test_nll_of_logits_is_minus_the_targets_logit():
    problem = MulticlassProblem(logits=[[7.25, 1.0], [0.5, -3.0]], target=[0, 1], format=FLOAT64)
    column = evaluate(problem, formulas=(NLL_OF_LOGITS,)).columns[0]
    assert column.loss.tolist() == [-7.25, 3.0]
    assert column.ledger.value == (-7.25 + 3.0) / 2
    assert column.gradient.tolist() == [[-1.0, 0.0], [0.0, -1.0]]
