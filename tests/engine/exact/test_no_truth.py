"""Why a row has no true value: wherever the exact loss is nan, and nowhere else."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import (
    NO_TRUTH_REASONS,
    BinaryProblem,
    MulticlassProblem,
    NoTruth,
    evaluate,
    exact_binary_loss,
    exact_multiclass_loss,
    why_no_truth,
)

INF, NAN = math.inf, math.nan

numbers = st.sampled_from([0.0, 1.0, -2.5, 0.25, 300.0, INF, -INF, NAN])


@given(z=numbers, y=numbers, weight=st.none() | numbers, pos_weight=st.none() | numbers)
def test_a_binary_row_has_a_reason_just_where_the_truth_is_nan(
    z: float, y: float, weight: float | None, pos_weight: float | None
) -> None:
    options = {"weight": weight, "pos_weight": pos_weight}
    reason = why_no_truth([z], [y], **options)[0]
    assert (reason != NoTruth.NONE) == np.isnan(exact_binary_loss(z, y, **options))


@given(st.data(), st.integers(1, 3), st.booleans(), st.booleans(), st.sampled_from([0.0, 0.1]))
def test_a_multiclass_row_has_a_reason_just_where_the_truth_is_nan(
    data: st.DataObject, classes: int, soft: bool, weighted: bool, smoothing: float
) -> None:
    several = st.lists(numbers, min_size=classes, max_size=classes)
    not_negative = st.lists(numbers.map(abs), min_size=classes, max_size=classes)
    z = data.draw(several)
    y = [data.draw(not_negative)] if soft else [data.draw(st.integers(0, classes - 1))]
    options = {"weight": data.draw(not_negative) if weighted else None, "label_smoothing": smoothing}
    reason = why_no_truth([z], y, **options)[0]
    assert (reason != NoTruth.NONE) == np.isnan(exact_multiclass_loss([z], y, **options)[0])


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"logits": [NAN]}, NoTruth.NAN_LOGIT),
        ({"target": [NAN]}, NoTruth.NAN_TARGET),
        ({"weight": [NAN]}, NoTruth.NAN_WEIGHT),
        ({"pos_weight": NAN}, NoTruth.NAN_POS_WEIGHT),
        ({"pos_weight": INF}, NoTruth.INFINITE_POS_WEIGHT),
        ({"weight": [INF]}, NoTruth.INFINITE_WEIGHT),
        ({"target": [INF]}, NoTruth.INFINITE_TARGET),
        ({"logits": [NAN], "weight": [INF]}, NoTruth.NAN_LOGIT),
        ({"logits": [INF]}, NoTruth.NONE),
    ],
)
def test_a_binary_column_names_the_input_at_fault(options: dict[str, object], reason: NoTruth) -> None:
    problem = BinaryProblem(**{"logits": [1.0], "target": [1.0], **options})
    assert evaluate(problem).column("bce_with_logits").no_truth.tolist() == [reason]


def test_a_formula_that_passes_an_option_over_has_the_truth_without_it() -> None:
    problem = BinaryProblem(logits=[1.0], target=[1.0], pos_weight=NAN)
    assert evaluate(problem).column("bce_sigmoid").no_truth.tolist() == [NoTruth.NONE]


def test_multiclass_rows_name_the_input_at_fault_each_for_itself() -> None:
    logits = [[NAN, 0.0], [INF, INF], [-INF, -INF], [INF, 0.0], [1.0, 2.0], [1.0, 2.0], [NAN, NAN]]
    target = [0, 0, 0, 0, 0, 1, -100]
    problem = MulticlassProblem(logits=logits, target=target, weight=[1.0, NAN])
    meet = NoTruth.INFINITIES_MEET
    expected = [NoTruth.NAN_LOGIT, meet, meet, NoTruth.NONE, NoTruth.NONE, NoTruth.NAN_WEIGHT, NoTruth.NONE]
    assert evaluate(problem).column("cross_entropy").no_truth.tolist() == expected


def test_limits_of_either_sign_that_meet_are_a_reason_too() -> None:
    problem = MulticlassProblem(logits=[[0.0, 0.0, INF]], target=[[1.0, -2.5, 0.0]])
    column = evaluate(problem).column("cross_entropy")
    assert np.isnan(column.truth.loss[0])
    assert column.no_truth.tolist() == [NoTruth.INFINITIES_MEET]


def test_every_reason_is_told_in_words() -> None:
    assert set(NO_TRUTH_REASONS) == set(NoTruth)
    assert all(NO_TRUTH_REASONS[reason] for reason in NoTruth if reason)
