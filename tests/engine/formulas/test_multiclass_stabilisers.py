"""The home-made stabilisers over C classes, each with the failure that it keeps."""

import math

import numpy as np
import pytest

from engine import (
    FIRST_TRY,
    FLOAT16,
    FLOAT32,
    GradientRegime,
    MulticlassProblem,
    Regime,
    Role,
    evaluate,
    regime_bands,
    stabilisers_of,
)
from engine.formulas.multiclass_stabilisers import (
    clipped_log_of_softmax,
    clipped_softmax,
    epsilon_in_log_of_softmax,
)

MAKERS = stabilisers_of("multiclass")


def column_of(formula, logits, target, **options):
    problem = MulticlassProblem(logits=logits, target=target, **options)
    return evaluate(problem, formulas=(formula,)).columns[0]


def test_both_families_have_the_same_repairs_and_a_first_number_for_each():
    assert MAKERS.keys() == stabilisers_of("binary").keys() == FIRST_TRY.keys()


def test_an_epsilon_bounds_the_loss_and_kills_the_gradient():
    column = column_of(epsilon_in_log_of_softmax(1e-7), [[200.0, 0.0]], [1])
    assert float(column.loss[0]) == pytest.approx(-math.log(1e-7), rel=1e-6)
    assert column.gradient[0].tolist() == [0.0, 0.0]
    assert set(column.gradient_regimes[0]) == {GradientRegime.DEAD}


def test_a_clipped_softmax_stops_learning_where_the_target_is_clipped():
    column = column_of(clipped_softmax(1e-3), [[9.0, 0.0, 1.0], [1.0, 0.0, 0.5]], [1, 1])
    assert column.regimes[0] == Regime.CLAMPED
    assert column.gradient[0].tolist() == [0.0, 0.0, 0.0]
    assert column.regimes[1] == Regime.EXACT
    assert column.gradient[1].all()


def test_a_clipped_softmax_calls_a_clip_of_other_classes_none_of_the_loss():
    column = column_of(clipped_softmax(1e-3), [[9.0, 0.0, 8.9]], [0])
    assert column.regimes[0] == Regime.EXACT


def test_a_clipped_log_keeps_the_gradient_nan_even_where_the_loss_is_right():
    column = column_of(clipped_log_of_softmax(-100.0), [[200.0, 0.0], [200.0, 0.0]], [1, 0])
    assert column.loss.tolist() == [100.0, 0.0]
    assert column.regimes.tolist() == [Regime.CLAMPED, Regime.EXACT]
    assert np.isnan(column.gradient.astype(np.float64)).all()


def test_a_clipped_log_in_the_format_clips_at_the_rounded_limit():
    column = column_of(clipped_log_of_softmax(-10.01), [[30.0, 0.0]], [1], format=FLOAT16)
    assert float(column.loss[0]) == -float(np.float16(-10.01))


@pytest.mark.parametrize("name", MAKERS)
def test_an_ignored_row_has_no_loss_but_a_gradient_of_nan_where_a_logarithm_divides_by_0(name):
    formula = MAKERS[name](FIRST_TRY[name])
    column = column_of(formula, [[200.0, 0.0]], [-100])
    assert column.loss.tolist() == [0.0]
    expected = math.nan if name == "clipped_log" else 0.0
    np.testing.assert_array_equal(column.gradient.astype(np.float64), [[expected, expected]])


@pytest.mark.parametrize("name", MAKERS)
def test_the_mean_divides_by_the_weights_of_the_rows_that_count(name):
    formula = MAKERS[name](FIRST_TRY[name])
    column = column_of(
        formula, [[0.0, 0.0], [0.0, 0.0], [5.0, 0.0]], [0, 1, -1], weight=[6.0, 4.0], ignore_index=-1
    )
    assert column.ledger.denominator == 10.0
    assert column.ledger.value == pytest.approx(math.log(2), rel=1e-5)


@pytest.mark.parametrize("name", MAKERS)
def test_class_probabilities_share_the_loss(name):
    formula = MAKERS[name](FIRST_TRY[name])
    column = column_of(formula, [[0.0, 0.0]], [[0.25, 0.75]])
    assert float(column.loss[0]) == pytest.approx(math.log(2), rel=1e-5)


@pytest.mark.parametrize("name", MAKERS)
def test_every_stabiliser_has_bands_like_any_other_formula(name):
    formula = MAKERS[name](FIRST_TRY[name])
    problem = MulticlassProblem(logits=[[0.0, 1.0, 2.0]], target=[1], format=FLOAT32)
    assert formula.role is Role.STABILISER
    assert regime_bands(problem, 0, 1, formulas=(formula,))


@pytest.mark.parametrize("family", ["binary", "multiclass"])
@pytest.mark.parametrize("name", FIRST_TRY)
def test_two_numbers_that_differ_in_the_last_place_make_two_formulas(family, name):
    make, number = stabilisers_of(family)[name], FIRST_TRY[name]
    assert make(number).key != make(math.nextafter(number, 0.0)).key


@pytest.mark.parametrize(("name", "bad"), [("epsilon_in_log", math.inf), ("clipped_probability", 0.5)])
def test_a_number_that_makes_no_sense_is_refused_by_name(name, bad):
    with pytest.raises(ValueError, match="epsilon: expected a"):
        MAKERS[name](bad)
