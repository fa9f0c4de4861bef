"""The verdicts that stand below a card's steps: what became of loss and gradient, in numbers and words."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine import (
    BFLOAT16,
    CATALOGUE,
    FLOAT16,
    FLOAT32,
    FORMATS,
    BinaryProblem,
    GradientRegime,
    MulticlassProblem,
    Regime,
    evaluate,
)
from gui.explain.cards import Lost, cards_of
from gui.explain.verdict_words import Verdict, gradient_verdict, loss_verdict, remarks
from gui.services.numbers.number_text import told_apart


def card_of(problem, key, row=0, moved=None):
    return next(c for c in cards_of(evaluate(problem), row, moved) if c.formula.key == key)


def verdict_of(problem, key, row=0, moved=None):
    return loss_verdict(card_of(problem, key, row, moved), problem.format).text


def test_a_loss_the_format_cannot_hold_is_never_right():
    problem = BinaryProblem(logits=[-5.0], target=[1.0], pos_weight=20000.0, format=FLOAT16)
    assert verdict_of(problem, "bce_with_logits") == (
        "inf: the true loss is 100134, beyond the largest number of float16, 65504"
    )


def test_a_bfloat16_loss_some_per_cent_off_names_the_formats_step():
    problem = BinaryProblem(logits=[5.109375], target=[0.0], format=BFLOAT16)
    verdict = verdict_of(problem, "bce_sigmoid")
    assert verdict.startswith("4.84375: 3.3 of 8 bits lost, 5.6 % off: the true loss is 5.13093")
    assert verdict.endswith("where bfloat16 has a number every 0.03125")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"logits": [np.nan]}, "a logit is nan"),
        ({"weight": [np.nan]}, "the weight is nan"),
        ({"pos_weight": np.nan}, "pos_weight is nan"),
        ({"pos_weight": np.inf}, "pos_weight is infinite"),
    ],
)
def test_a_loss_without_a_true_value_says_why(options, reason):
    problem = BinaryProblem(**{"logits": [1.0], "target": [1.0], **options})
    card = card_of(problem, "bce_with_logits")
    assert f"no true value, because {reason}" in loss_verdict(card, problem.format).text
    assert "right" not in loss_verdict(card, problem.format).text
    assert f"because {reason}" in gradient_verdict(card).text
    assert not any(line.breaks for line in card.lines)


def test_an_ignored_row_of_nan_has_a_right_loss_and_a_nan_gradient():
    card = card_of(MulticlassProblem(logits=[[np.nan, 0.0]], target=[-100]), "cross_entropy", moved=0)
    assert (card.regime, card.gradient_regime) == (Regime.EXACT, GradientRegime.NAN)


def test_nllloss_beside_smoothing_is_said_to_be_another_loss():
    problem = MulticlassProblem(logits=[[1.0, 2.0, 3.0]], target=[0], label_smoothing=0.1)
    card = card_of(problem, "nll_log_softmax", moved=0)
    assert card.regime is Regime.EXACT
    (remark,) = remarks(card)
    assert remark == Verdict(
        "note",
        "NLLLoss(log_softmax(z)) has no label_smoothing: it is not the same loss as those that have",
    )
    assert remarks(card_of(problem, "cross_entropy", moved=0)) == ()


def test_a_mistaken_formula_is_wrong_by_design_and_loses_no_digits():
    card = card_of_any(BinaryProblem(logits=[3.0], target=[1.0]), "bce_with_logits_of_sigmoid")
    assert card.regime is Regime.MISTAKEN
    assert "wrong by design" in loss_verdict(card, FLOAT32).text
    assert "bits" not in loss_verdict(card, FLOAT32).text


def card_of_any(problem, key):
    return next(c for c in cards_of(evaluate(problem, formulas=CATALOGUE), 0) if c.formula.key == key)


@given(st.floats(-30, 30), st.sampled_from([0.0, 1.0, 0.3]), st.sampled_from(FORMATS))
def test_a_card_that_speaks_of_a_difference_shows_it(logit, target, fmt):
    problem = BinaryProblem(logits=[logit], target=[target], format=fmt)
    for card in cards_of(evaluate(problem), 0):
        if card.regime is Regime.LOSING_DIGITS:
            words = loss_verdict(card, fmt).text
            loss, truth = told_apart(card.loss, card.truth)
            assert loss != truth
            assert f"{loss}:" in words
            assert f"the true loss is {truth}" in words


@given(st.floats(), st.floats())
@example(0.0, -0.0)
def test_numbers_are_told_apart_where_they_differ(first, second):
    one, other = told_apart(first, second)
    alike = first == second and np.signbit(first) == np.signbit(second)
    assert (one == other) == (alike or (np.isnan(first) and np.isnan(second)))


def test_every_verdict_has_words():
    card = card_of(BinaryProblem(logits=[1.0], target=[1.0]), "bce_with_logits")
    lost = {Regime.LOSING_DIGITS: Lost(bits=3.0, relative=1e-6, step=1e-7)}
    cards = [card._replace(regime=regime, lost=lost.get(regime)) for regime in Regime]
    losses = {loss_verdict(each, FLOAT32).text for each in cards}
    slopes = {gradient_verdict(card._replace(gradient_regime=regime)).text for regime in GradientRegime}
    assert len(losses) == len(Regime)
    assert len(slopes) == len(GradientRegime)
