"""Home-made stabilisers are judged like any other formula, and each keeps a failure of its own."""

import numpy as np
import pytest

from engine import FLOAT16, FLOAT32, BinaryProblem, GradientRegime, Regime, evaluate, regime_bands
from engine.formulas.binary_stabilisers import (
    FIRST_TRY,
    STABILISERS,
    clipped_log,
    clipped_probability,
    epsilon_in_log,
)
from engine.formulas.formula import Role


def column_of(formula, logit, target, fmt=FLOAT32):
    problem = BinaryProblem(logits=[logit], target=[target], format=fmt)
    return evaluate(problem, formulas=(formula,)).columns[0]


def test_an_epsilon_bounds_the_loss_and_kills_the_gradient():
    column = column_of(epsilon_in_log(1e-7), -200.0, 1.0)
    assert float(column.loss[0]) == pytest.approx(-np.log(1e-7), rel=1e-6)
    assert float(column.gradient[0]) == 0.0
    assert column.gradient_regimes[0] == GradientRegime.DEAD


def test_an_epsilon_bends_the_loss_long_before_it_bounds_it():
    column = column_of(epsilon_in_log(1e-3), -3.0, 1.0)
    assert column.regimes[0] == Regime.LOSING_DIGITS


def test_clipping_p_stops_learning_at_the_clip():
    column = column_of(clipped_probability(1e-7), -20.0, 1.0)
    assert float(column.loss[0]) == pytest.approx(16.118095, rel=1e-6)
    assert float(column.gradient[0]) == 0.0
    assert column.regimes[0] == Regime.CLAMPED


def test_an_upper_clip_finer_than_the_format_leaves_inf():
    column = column_of(clipped_probability(1e-9), 20.0, 0.0)
    assert column.regimes[0] == Regime.INFINITE


def test_clipping_the_logarithm_leaves_the_gradient_nan():
    column = column_of(clipped_log(-100.0), -200.0, 1.0)
    assert float(column.loss[0]) == 100.0
    assert column.regimes[0] == Regime.CLAMPED
    assert column.gradient_regimes[0] == GradientRegime.NAN


def test_an_epsilon_too_small_for_float16_changes_nothing():
    column = column_of(epsilon_in_log(1e-9), -20.0, 1.0, FLOAT16)
    assert float(column.loss[0]) == np.inf


@pytest.mark.parametrize("name", STABILISERS)
def test_every_stabiliser_has_bands_like_any_other_formula(name):
    formula = STABILISERS[name](FIRST_TRY[name])
    problem = BinaryProblem(logits=[0.0], target=[1.0])
    assert formula.role is Role.STABILISER
    assert regime_bands(problem, 0, formulas=(formula,))


@pytest.mark.parametrize(
    ("make", "bad"),
    [(epsilon_in_log, 0.0), (epsilon_in_log, np.nan), (clipped_probability, 0.5), (clipped_log, 1.0)],
)
def test_a_number_that_makes_no_sense_is_refused_by_name(make, bad):
    with pytest.raises(ValueError, match="expected a"):
        make(bad)
