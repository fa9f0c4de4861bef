"""Class probabilities with class weights: the scratch form and its repairs honour both."""

from __future__ import annotations

import numpy as np
import pytest

from engine import FIRST_TRY, FLOAT64, MulticlassProblem, Regime, evaluate, formula_named, stabilisers_of

FORMULAS = [
    formula_named("multiclass_scratch"),
    *(make(FIRST_TRY[name]) for name, make in stabilisers_of("multiclass").items()),
]
IDS = [formula.key for formula in FORMULAS]
LOGITS = [[2.3, 2.1, 4.5], [4.2, 3.2, 5.1]]
SHARES = [[0.0, 1.0, 0.0], [0.25, 0.25, 0.5]]
WEIGHT = [25.0, 50.0, 100.0]


def column_of(formula, **changes):
    problem = MulticlassProblem(logits=LOGITS, target=SHARES, weight=WEIGHT, format=FLOAT64)
    return evaluate(problem.replace(**changes), formulas=(formula,)).columns[0]


@pytest.mark.parametrize("formula", FORMULAS, ids=IDS)
def test_class_weights_multiply_the_terms_of_class_probabilities(formula):
    column = column_of(formula)
    log_p = column.values["log_p"]
    np.testing.assert_allclose(column.loss, -(np.array(SHARES) * log_p * WEIGHT).sum(axis=1), rtol=1e-15)


def test_a_healthy_scratch_form_loses_no_digits_to_class_weights():
    assert column_of(FORMULAS[0]).regimes.tolist() == [Regime.EXACT, Regime.EXACT]


@pytest.mark.parametrize("formula", FORMULAS, ids=IDS)
def test_the_gradient_is_that_of_the_weighted_loss(formula):
    step = 1e-6
    for moved in range(3):
        shift = step * np.eye(3)[moved]
        above, below = (column_of(formula, logits=LOGITS + sign * shift).loss for sign in (1, -1))
        gradient = column_of(formula).gradient[:, moved]
        np.testing.assert_allclose(gradient, (above - below) / (2 * step), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("formula", FORMULAS, ids=IDS)
def test_the_mean_divides_by_the_number_of_rows(formula):
    column = column_of(formula)
    assert column.ledger.denominator == 2.0
    assert column.ledger.value == pytest.approx(column.loss.sum() / 2, rel=1e-15)
