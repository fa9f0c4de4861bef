"""One row in one sentence: the worst formula against the truth, the shaded one by name, the right ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import CATALOGUE, FLOAT16, FORMATS, BinaryProblem, MulticlassProblem, Role, evaluate, formulas_of
from gui.explain.row_sentence import row_sentence


def binary(z: float, y: float, shaded: str | None = None, **options: object):
    return row_sentence(evaluate(BinaryProblem(logits=[z], target=[y], **options)), 0, shaded=shaded)


def test_the_first_start_speaks_of_the_worst_and_names_the_others():
    said = binary(17.0, 0.0)
    assert said.lead == "Row 1: scratch says inf where the true loss is 17, and its gradient is nan."
    assert said.rest == "BCELoss(sigmoid(z)) says 100; BCEWithLogitsLoss(z) is right."
    assert said.mark == "wrong"
    assert said.formula == "binary_scratch"


def test_what_all_formulas_give_is_said_once():
    said = binary(1.51, 0.0)
    assert said.lead == "Row 1: all formulas give 1.7096."
    assert (said.mark, said.rest, said.formula) == ("right", "", None)


def test_a_loss_that_vanishes_is_only_worth_a_note():
    said = binary(-20.0, 0.0)
    assert said.mark == "note"
    assert "says 0 where the true loss is 2.06115e-09" in said.lead


def test_pytorch_comes_before_scratch_where_both_are_as_bad():
    said = binary(np.inf, 1.0)
    assert said.lead.startswith("Row 1: BCEWithLogitsLoss(z) says nan where the true loss is 0")
    assert said.rest.startswith("scratch says nan")


@pytest.mark.parametrize("shaded", ["bce_sigmoid", "binary_scratch", "bce_with_logits"])
def test_the_shaded_formula_is_named(shaded):
    title = next(formula.title for formula in CATALOGUE if formula.key == shaded)
    said = binary(17.0, 0.0, shaded)
    assert title in said.lead + said.rest


def test_the_shaded_formula_comes_first_of_the_others():
    evaluation = evaluate(
        BinaryProblem(logits=[-200.0], target=[1.0]), formulas=formulas_of("binary", roles=frozenset(Role))
    )
    said = row_sentence(evaluation, 0, shaded="bce_with_logits_of_sigmoid")
    assert said.rest.startswith("BCEWithLogitsLoss(sigmoid(z)) says")


def test_numbers_that_differ_read_differently():
    said = binary(16.0, 0.0)
    loss, truth = said.lead.partition(" says ")[2].split(" where the true loss is ")
    assert loss != truth.rstrip(".")


def test_a_right_loss_with_a_dead_gradient_is_told():
    said = binary(-40.0, 1.0)
    assert said.lead == "Row 1: BCELoss(sigmoid(z)) says 40, but its gradient is -4.24835e-06, not -1."
    assert said.mark == "beware"


def test_an_ignored_row_says_that_it_is():
    problem = MulticlassProblem(logits=[[1.0, 2.0]], target=[-100])
    assert row_sentence(evaluate(problem), 0, 0).lead == "Row 1 is ignored: its target is -100."


def test_of_many_classes_the_moved_ones_gradient_is_told():
    problem = MulticlassProblem(logits=[[-200.0, 0.0, 0.0]], target=[0])
    said = row_sentence(evaluate(problem), 0, 0)
    assert said.lead == (
        "Row 1: NLLLoss(log(softmax(z))) says inf where the true loss is 200.693, and its gradient is nan."
    )
    assert said.rest.endswith("CrossEntropyLoss(z), NLLLoss(log_softmax(z)) are right.")


def test_a_loss_that_takes_no_class_probabilities_is_no_news_of_a_row():
    soft = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
    evaluation = evaluate(MulticlassProblem(logits=[[1.0, 0.5, -2.0], [0.0, 0.3, 1.0]], target=soft))
    said = row_sentence(evaluation, 0, 0)
    assert said.mark == "right"
    assert said.lead == "Row 1: all formulas give 0.904597."
    assert "refused" not in said.rest
    shown = [each for each in CATALOGUE if each.key in {"nll_log_softmax", "multiclass_exact"}]
    alone = row_sentence(evaluate(evaluation.problem, formulas=tuple(shown)), 0, 0)
    assert alone.lead == "Row 1: the true loss is 0.904597."


def test_a_refusal_of_these_numbers_stays_the_row_s():
    said = row_sentence(evaluate(BinaryProblem(logits=[1.0], target=[2.0])), 0)
    assert "PyTorch refuses BCELoss(sigmoid(z))" in said.lead


def test_a_row_that_is_right_is_not_blamed_for_a_refusal():
    evaluation = evaluate(BinaryProblem(logits=[1.0, np.nan], target=[1.0, 0.0]))
    lead = row_sentence(evaluation, 0).lead
    assert "refuses BCELoss(sigmoid(z)) because of another row" in lead
    assert lead.endswith("the true loss here is 0.313262.")
    assert "another row" not in row_sentence(evaluation, 1).lead


def test_a_gradient_of_nan_comes_after_a_loss_of_inf_and_is_as_bad():
    masked = MulticlassProblem(logits=[[0.0, 200.0, 0.0]], target=[1])
    said = row_sentence(evaluate(masked), 0, 1)
    assert "NLLLoss(log(softmax(z))) says -0, but its gradient is nan" in said.lead
    assert said.mark == "wrong"
    both = MulticlassProblem(logits=[[0.0, 200.0, 0.0]], target=[0], weight=[3e38, 1, 1])
    assert row_sentence(evaluate(both), 0, 0).lead.startswith("Row 1: CrossEntropyLoss(z) says inf")


def test_without_rows_it_says_what_to_do():
    said = row_sentence(evaluate(BinaryProblem(logits=[], target=[])), 0)
    assert "type a logit" in said.lead
    assert said.mark == "none"


LOGITS = st.one_of(st.floats(-300, 300), st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -0.0, 88.8, -103.98]))


@given(LOGITS, st.sampled_from([0.0, 0.5, 1.0, 2.0, np.nan]), st.sampled_from(FORMATS))
def test_there_is_a_sentence_for_every_number(z, y, fmt):
    said = binary(z, y, "bce_sigmoid", format=fmt)
    assert said.lead.startswith("Row 1: ")
    assert said.lead.endswith(".")
    assert "{" not in said.lead + said.rest


def multiclass(logits, target, **options: object):
    problem = MulticlassProblem(logits=logits, target=target, **options)
    return row_sentence(evaluate(problem), 0, moved=0)


def test_zero_has_no_sign_where_all_agree():
    assert multiclass([[3.0]], [0]).lead == "Row 1: all formulas give 0."


def test_formulas_that_differ_in_the_last_digit_give_one_number_within_their_rounding():
    said = binary(1.0, 0.0, format=FLOAT16)
    assert said.lead == "Row 1: all formulas give 1.31326 within their rounding."
    assert said.rest == "1.31348 by BCEWithLogitsLoss(z); 1.3125 by BCELoss(sigmoid(z)), scratch."


def test_losses_without_the_option_in_force_are_right_and_not_the_same_loss():
    said = multiclass([[1.0, 2.0, 4.0]], [0], label_smoothing=0.1)
    assert said.lead == "Row 1: all formulas are right, but not of the same loss."
    assert said.rest.startswith(
        "3.03651 by CrossEntropyLoss(z); 3.16985 without label_smoothing, by NLLLoss("
    )
    assert said.rest.endswith("scratch.")


def test_a_formula_of_another_loss_is_not_called_right_beside_one_that_fails():
    said = binary(-5.0, 1.0, pos_weight=20000.0, format=FLOAT16)
    assert said.lead == "Row 1: BCEWithLogitsLoss(z) says inf where the true loss is 100134."
    assert "BCELoss(sigmoid(z)) has no pos_weight: another loss" in said.rest
    assert "right" not in said.rest


def test_an_ignored_row_that_spoils_the_gradient_says_so():
    said = multiclass([[np.nan, 1.0], [0.0, 1.0]], [-100, 1])
    assert said.mark == "wrong"
    assert said.lead == "Row 1 is ignored: its target is -100, and yet its gradient is nan."


def test_a_loss_that_is_right_beside_a_broken_gradient_has_no_more_digits_than_usual():
    said = multiclass([[1.0, 0.0, -np.inf]], [0])
    assert said.lead.startswith("Row 1: NLLLoss(log(softmax(z))) says 0.313262, but its gradient is nan")
