"""Every loss that people read is explained by its true cause, and by nothing where nothing is known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import FORMATS, evaluate
from engine.loss_values.answer import Answer
from engine.loss_values.asked import LossOptions, Typed, read_typed
from engine.loss_values.explain import CAUSES, explain_loss, play
from engine.loss_values.rows import Unit
from tests.benchmarks.loss_values import random_losses
from tests.engine.loss_values.known import NOTHING_SURE, Known, known_values

KNOWN = known_values()
EXPLAINED = [known for known in KNOWN if known.cause != NOTHING_SURE]
SINGLE = [known for known in EXPLAINED if len(known.typed) == 1]

MANY = 60_000
"""Logits of rows that are too many for a test."""


@pytest.mark.parametrize("known", EXPLAINED, ids=lambda known: known.name)
def test_the_true_cause_is_among_the_equally_ranked_first(known: Known):
    explanation = known.explained()
    assert any(known.is_true(answer) for answer in explanation.first), [
        (answer.rank, answer.title) for answer in explanation.answers
    ]


@pytest.mark.parametrize(
    "known", [known for known in KNOWN if known.cause == NOTHING_SURE], ids=lambda known: known.name
)
def test_what_nothing_explains_gets_no_confident_answer(known: Known):
    assert not known.explained().is_confident


def test_parts_and_threads_of_the_file_are_all_there():
    assert {known.part for known in KNOWN} == {"1", "2", "3", "4", "5", "6", "7", "8", "11"}
    assert len(KNOWN) > 300
    assert sum(bool(known.where) for known in KNOWN) > 25


def loss_in_the_table(answer: Answer) -> float:
    """What the rows give where the window evaluates them, in the unit that the log prints."""
    rows = answer.rows
    assert rows is not None
    column = evaluate(rows.problem, formulas=(rows.formula,)).columns[0]
    value = column.ledger.value if rows.problem.reduction != "none" else float(np.mean(column.loss))
    assert value is not None
    if rows.unit is Unit.PERPLEXITY:
        return float(np.exp(value))
    return value / {Unit.NATS: 1.0, Unit.BITS: np.log(2), Unit.TENS: np.log(10)}[rows.unit]


def reproduces(answer: Answer, typed: Typed) -> bool:
    value = loss_in_the_table(answer)
    if not (np.isfinite(value) and np.isfinite(typed.value)):
        return bool(np.array_equal(value, typed.value, equal_nan=True))
    room = typed.half + 1e-9 * abs(value) + play(value, answer.candidate.form) + answer.candidate.allowance
    return abs(value - typed.value) <= room


@pytest.mark.parametrize("known", SINGLE, ids=lambda known: known.name)
def test_every_claimed_row_set_gives_the_typed_digits(known: Known):
    explanation = known.explained()
    for answer in explanation.answers:
        assert answer.rows is not None or answer.source
        if answer.key == "near_chance" or answer.rows is None or answer.rows.problem.logits.size > MANY:
            continue
        assert reproduces(answer, explanation.typed[0]), answer.title


def test_texts_name_only_fields_that_are_there_and_every_answer_asks_something():
    for known in KNOWN:
        for answer in known.explained().answers:
            assert answer.title
            assert answer.sentence.endswith(".")
            assert answer.question.endswith("?")
            assert "{" not in answer.title + answer.sentence + answer.question


def test_every_cause_has_a_key_of_its_own_and_is_met_by_a_known_value():
    keys = [cause.key for cause in CAUSES]
    assert len(keys) == len(set(keys))
    met = {answer.key for known in KNOWN for answer in known.explained().answers}
    assert set(keys) - met == set()


@pytest.mark.parametrize("seed", range(2))
def test_random_losses_are_hardly_ever_claimed(seed):
    losses = random_losses(seed)[::10]
    assert sum(explain_loss(loss).is_confident for loss in losses) <= 6


LOSSES_OF_ANY_KIND = st.one_of(
    st.floats(),
    st.floats(-1e4, 1e4),
    st.integers(-1000, 1000).map(float),
    st.sampled_from([float(known.typed[0]) for known in SINGLE if "x" not in known.typed[0]]),
)


@given(
    loss=LOSSES_OF_ANY_KIND,
    pattern=st.sampled_from(["{!r}", "{:.4f}", "{:.4g}", "{:.8g}", "{:.0f}"]),
    rows=st.none() | st.integers(1, 2000),
    classes=st.none() | st.integers(1, 2000),
    form=st.none() | st.sampled_from(FORMATS),
)
@settings(max_examples=150)
def test_any_loss_with_any_options_is_answered_and_sure_rows_reproduce_it(loss, pattern, rows, classes, form):
    explanation = explain_loss(pattern.format(loss), LossOptions(rows=rows, classes=classes, format=form))
    assert all(each.text for each in explanation.ruled_out)
    for answer in explanation.answers:
        assert answer.question.endswith("?")
        if answer.confident and answer.rows is not None and answer.rows.problem.logits.size <= MANY:
            assert reproduces(answer, explanation.typed[0]), answer.title


AMBIGUOUS = (
    ("0.6931", LossOptions(), {"chance", "zero_logits", "sigmoid_twice", "soft_target_floor"}),
    ("0.3133", LossOptions(), {"softmax_twice", "sigmoid_twice"}),
    ("1.3133", LossOptions(), {"softmax_twice_wrong", "sigmoid_twice"}),
    ("1.4612", LossOptions(), {"softmax_twice", "sigmoid_before_cross_entropy"}),
    ("1.3863", LossOptions(), {"chance", "gan_at_chance", "pos_weight_at_chance"}),
    ("2.3979", LossOptions(), {"chance"}),
    ("2.3979", LossOptions(classes=10), {"one_class_too_wide"}),
    ("4.1589", LossOptions(rows=64), {"chance", "softmax_over_the_batch"}),
    ("6.9078", LossOptions(), {"chance", "epsilon_added", "clip_above"}),
    ("4.6052", LossOptions(rows=4), {"chance", "epsilon_added", "rows_at_a_limit"}),
    ("5.5452", LossOptions(), {"chance", "sum_of_rows"}),
    ("6.9315", LossOptions(), {"chance", "bce_summed_over_classes", "pos_weight_at_chance"}),
    ("0.1985", LossOptions(), {"soft_target_floor", "smoothing_floor", "one_hot_through_bce"}),
    (
        "15.9424",
        LossOptions(),
        {"edge_of_log_1_minus_sigmoid", "other_library", "epsilon_added", "clip_above"},
    ),
    ("16.1181", LossOptions(), {"epsilon_added", "other_library"}),
    ("36.0437", LossOptions(), {"edge_of_log_1_minus_sigmoid", "other_library", "epsilon_added"}),
    ("36.8414", LossOptions(), {"epsilon_added", "other_library", "sum_of_rows"}),
    ("100", LossOptions(), {"clamp", "perplexity_at_chance", "masked_target"}),
)


@pytest.mark.parametrize(("typed", "options", "keys"), AMBIGUOUS, ids=[case[0] for case in AMBIGUOUS])
def test_of_numbers_with_several_causes_each_is_told_apart_by_a_question(typed, options, keys):
    answers = explain_loss(typed, options).answers
    assert keys <= {answer.key for answer in answers}
    asked = {answer.key: answer.question for answer in answers if answer.key in keys}
    assert len(set(asked.values())) == len(asked)


def test_sure_answers_come_before_possible_ones_and_ranks_count_up():
    for typed in ("0.6931", "15.9424", "2.3026", "100", "0", "1.2345"):
        answers = explain_loss(typed).answers
        assert answers[0].rank == 1
        for before, after in pairwise(answers):
            assert before.confident >= after.confident
            assert after.rank - before.rank in {0, 1}


def test_what_contradicts_the_options_is_left_out():
    assert "chance" not in {answer.key for answer in explain_loss("2.3026", LossOptions(classes=7)).answers}
    assert {answer.key for answer in explain_loss("100", LossOptions(loss="BCELoss")).first} == {"clamp"}


def test_a_number_is_told_what_it_is_not():
    said = {each.key: each.text for each in explain_loss("15.9424").ruled_out}
    assert said["not_sigmoid_twice"] == "sigmoid twice (always from 0.31326 to 1.3133)"
    assert said["not_k_of_any"] == "k of N rows clamped at 100 (no N up to 2,000)"
    assert "not_chance" in said


def test_three_digits_are_never_enough_for_a_claim():
    assert not explain_loss("0.693").is_confident
    assert explain_loss("0.6931").is_confident


def test_an_x_is_a_digit_that_is_not_known():
    typed = read_typed("4.8xxx")
    assert (typed.value - typed.half, typed.value + typed.half) == pytest.approx((4.8, 4.9))
    assert read_typed("\N{MINUS SIGN}0.5").value == -0.5
