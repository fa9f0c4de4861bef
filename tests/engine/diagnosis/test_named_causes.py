"""The cause that is named is the one that did it: inputs that once were explained wrongly, or not at all."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine import (
    BFLOAT16,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    BinaryProblem,
    MulticlassProblem,
    Severity,
    evaluate,
    findings,
    loss_levels,
    passed_over,
    softmax,
)

INF, NAN = math.inf, math.nan
LEAST = float(np.finfo(np.float32).min)


def found(problem):
    """The findings by key, of several with one key the first."""
    by_key = {}
    for each in findings(evaluate(problem)):
        by_key.setdefault(each.key, each)
    return by_key


def worst(problem):
    return findings(evaluate(problem))[0]


def binary(logits, target, **options):
    return BinaryProblem(logits=logits, target=target, **options)


def multiclass(logits, target, **options):
    return MulticlassProblem(logits=logits, target=target, **options)


# -- which sum -------------------------------------------------------------------------------------


def test_weights_whose_sum_leaves_float16_are_not_blamed_on_the_number_of_rows():
    problem = multiclass([[9, -9]] * 3, [0, 0, 0], weight=[30000, 30000], format=FLOAT16)
    first = worst(problem)
    assert first.key == "weight_sum_overflow"
    assert "90000 is more than 65504" in first.message
    assert "the mean is 0, and every gradient is 0 too" in first.message
    assert "count_overflow" not in found(problem)


def test_an_infinite_weight_in_the_sum_is_named_by_its_class():
    problem = multiclass([[2, 0], [0, 1]], [0, 1], weight=[1, 7e4], format=FLOAT16)
    assert worst(problem).key == "infinite_weight"
    assert "class 1 is infinite" in found(problem)["weight_sum_overflow"].message


def test_too_many_rows_for_float16_are_named_with_the_gradient_that_goes_with_them():
    problem = multiclass(np.tile([2.0, 0.0], (66000, 1)), np.zeros(66000, dtype=int), format=FLOAT16)
    message = found(problem)["count_overflow"].message
    assert "66000 of them" in message
    assert "the mean is 0, and every gradient is 0 too" in message
    smoothed = found(problem.replace(label_smoothing=0.1))["count_overflow"].message
    assert "only label smoothing is left" in smoothed


def test_a_sum_over_the_classes_inside_label_smoothing_is_named_with_its_value():
    problem = multiclass([[70.0] + [0.0] * 999], [0], label_smoothing=0.1, format=FLOAT16)
    first = worst(problem)
    assert (first.key, first.rows, first.formula) == ("inner_sum", (0,), "cross_entropy")
    assert "smooth = −Σ log_p" in first.message
    assert "69930" in first.message
    assert "6.993" in first.message


def test_a_sum_of_smoothing_parts_over_the_rows_is_told_from_one_of_losses():
    logits = np.zeros((40, 500))
    logits[:, 0] = 30.0
    problem = multiclass(logits, np.zeros(40, dtype=int), label_smoothing=0.01, format=FLOAT16)
    sums = [each for each in findings(evaluate(problem)) if each.key == "sum_overflow"]
    assert [each.formula for each in sums] == ["cross_entropy"]
    assert "label smoothing's part" in sums[0].message
    plain = binary(np.full(700, 99.0), np.zeros(700), format=FLOAT16, reduction="sum")
    assert "they add up to 69300" in found(plain)["sum_overflow"].message


def test_an_exponential_sum_that_float16_cannot_hold_is_named():
    classes = 70_000
    problem = multiclass(np.zeros((1, classes)), [0], format=FLOAT16)
    assert "Σ exp" in found(problem)["inner_sum"].message


# -- beyond the format, and digits -----------------------------------------------------------------


def test_a_true_loss_beyond_the_format_has_a_name_of_its_own():
    problem = binary([-5.0, 1.0], [1.0, 1.0], pos_weight=20000, format=FLOAT16)
    first = worst(problem)
    assert (first.key, first.rows, first.severity) == ("beyond_format", (0,), Severity.BROKEN)
    assert "100134" in first.message
    assert "log_sigmoid(z)·((pos_weight − 1)·y + 1)" in first.message
    assert ".float()" in first.code


def test_a_loss_some_per_cent_off_is_told_with_the_format_s_step():
    digits = found(binary([5.109375], [0.0], format=BFLOAT16))["digits"]
    assert digits.formula == "bce_sigmoid"
    assert "4.84375 where the true loss is 5.13093, 5.6 % off" in digits.message
    assert "0.0312 apart" in digits.message


# -- what came in ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("problem", "key", "rows", "words"),
    [
        (binary([NAN, 1.0], [1, 0]), "nan_logit", (0,), "row 1"),
        (binary([2.0, 1.0], [1, 0], weight=[1, NAN]), "nan_weight", (1,), "weight is nan"),
        (binary([2.0, 1.0], [1, 0], pos_weight=NAN), "nan_weight", (0, 1), "pos_weight is nan"),
        (binary([2.0, 1.0], [1, 0], pos_weight=INF), "infinite_weight", (0, 1), "pos_weight inf"),
        (binary([2.0, 1.0], [1, NAN]), "nan_target", (1,), "row 2"),
        (binary([INF, 1.0], [0, 0]), "inf_logit", (0,), "Infinite logit in row 1"),
        (multiclass([[1, 2], [1, 2]], [0, 1], weight=[NAN, 1]), "nan_weight", (0,), "class 0"),
        (
            multiclass([[1, 2], [1, 2]], [0, 1], weight=[NAN, 1], label_smoothing=0.1),
            "nan_weight",
            (0, 1),
            "class 0",
        ),
        (multiclass([[1, 2], [NAN, 2]], [0, 1]), "nan_logit", (1,), "every mean is nan"),
    ],
)
def test_what_was_not_finite_before_the_loss_comes_first(problem, key, rows, words):
    first = worst(problem)
    assert (first.key, first.rows) == (key, rows)
    assert words in first.message


def test_two_nan_logits_among_200000_rows_come_before_the_refusal_that_they_cause():
    logits = np.random.default_rng(0).normal(size=200_000)
    logits[[777, 50_001]] = NAN
    first, second, *_ = findings(evaluate(binary(logits, np.ones(200_000))))
    assert first.message.startswith("nan logit in rows 778, 50002: every mean is nan.")
    assert (second.key, second.rows) == ("refused", (777, 50_001))


def test_an_ignored_row_of_nan_has_a_sound_loss_and_spoils_the_gradient():
    problem = multiclass([[NAN, 1], [1, 2], [-INF, -INF]], [-100, 0, -100])
    finding = found(problem)["ignored_not_finite"]
    assert finding.rows == (0, 2)
    assert "gradient is nan" in finding.message
    assert "nan_logit" not in found(problem)


# -- wrong feedings --------------------------------------------------------------------------------


def test_one_class_has_nothing_to_learn():
    finding = worst(multiclass([[3], [-2], [0.5]], [0, 0, 0]))
    assert finding.key == "one_class"
    assert "BCEWithLogitsLoss is meant" in finding.message


@pytest.mark.parametrize("mask", [-1e9, -1e4, LEAST])
def test_a_finite_mask_on_the_target_s_own_class_is_told_as_an_infinite_one_is(mask):
    finding = worst(multiclass([[mask, 2, 1], [1, 2, 0]], [0, 1]))
    assert (finding.key, finding.rows) == ("target_masked", (0,))
    assert f"{mask:g}" in finding.message


@pytest.mark.parametrize("mask", [-1e9, -1e4, LEAST])
def test_smoothing_leaks_into_a_finite_mask(mask):
    finding = found(multiclass([[0, 2, mask], [1, 2, 0]], [0, 1], label_smoothing=0.1))["smoothing_leak"]
    assert finding.rows == (0,)
    assert "without smoothing 2.127" in finding.message


@pytest.mark.parametrize("logits", [[[-1e5, -1e5 + 2, -1e5 + 1]], [[-1e30, 2e30, 1e30]]])
def test_a_row_that_is_low_or_explodes_as_a_whole_has_no_mask(logits):
    assert "target_masked" not in found(multiclass(logits, [0]))


def test_a_row_of_zero_targets_has_no_loss_but_counts():
    finding = worst(multiclass([[1, 2], [2, 3]], [[0, 0], [0, 1]]))
    assert (finding.key, finding.rows) == ("zero_target", (0,))
    assert "no loss, but counts in the mean" in finding.message
    assert "0.5 of what it is" in finding.message


@pytest.mark.parametrize("value", [-100, 255, -1])
def test_bce_losses_have_no_ignore_index(value):
    finding = found(binary([1, 2, 3], [1, value, 0]))["ignore_index_in_bce"]
    assert finding.rows == (1,)
    assert "BCE losses have no ignore_index" in finding.message
    assert f"target != {value}" in finding.code


def test_several_values_for_rows_that_should_not_count_are_all_named_and_left_out():
    finding = found(binary([1, 2, 3], [-100, 255, 1]))["ignore_index_in_bce"]
    assert "The target is -100, 255 in rows 1, 2" in finding.message
    assert finding.code.startswith("kept = (target >= 0) & (target <= 1); ")


def test_the_line_against_inf_minus_inf_leaves_out_what_there_is():
    above = found(multiclass([[np.inf, 0], [0, 1]], [1, 0]))["inf_minus_inf"]
    assert above.code.startswith("kept = ~torch.isposinf(logits).any(dim=1); ")
    empty = found(multiclass([[-np.inf, -np.inf], [0, 1]], [1, 0]))["inf_minus_inf"]
    assert empty.code.startswith("kept = ~torch.isneginf(logits).all(dim=1); ")


def test_targets_of_minus_one_and_one_are_a_convention_and_not_rows_left_out():
    target = np.where(np.arange(20) % 3 == 0, -1.0, 1.0)
    keys = found(binary(np.linspace(-2, 2, 20), target))
    assert "target_signed" in keys
    assert "ignore_index_in_bce" not in keys


def test_weighted_smoothing_moves_the_optimum_to_where_a_search_finds_it():
    problem = multiclass([[1, 2], [2, 3]], [0, 1], weight=[0.01, 0.99], label_smoothing=0.1)
    finding = found(problem)["smoothing_optimum"]
    logits = np.linspace(-10, 10, 200_001)
    rows = np.stack([logits, np.zeros_like(logits)], axis=1)
    probe = multiclass(rows, np.zeros(len(logits), dtype=int), weight=[0.01, 0.99], label_smoothing=0.1)
    lowest = logits[np.argmin(evaluate(probe.replace(format=FLOAT64)).exact.loss)]
    assert finding.values["p"] == pytest.approx(1 / (1 + math.exp(-lowest)), abs=1e-4)
    assert f"{finding.values['p']:.3f}" == "0.161"
    assert "smoothing_optimum" not in found(problem.replace(weight=[0.5, 0.5]))


def test_nll_loss_beside_a_smoothed_cross_entropy_is_said_to_be_another_loss():
    evaluation = evaluate(multiclass([[1, 2, -1], [2, 3, 0]], [0, 1], label_smoothing=0.1))
    named = {c.formula.key: passed_over(c.formula, evaluation.problem) for c in evaluation.columns}
    assert named["nll_log_softmax"] == ("label_smoothing",)
    assert named["cross_entropy"] == ()
    floors = [
        loss_levels(evaluation, evaluation.column(key)).least for key in ("cross_entropy", "nll_log_softmax")
    ]
    assert floors == pytest.approx([0.29113984, 0.0])


@pytest.mark.parametrize("digits", [2, 3, 4])
def test_probabilities_printed_with_few_decimals_are_recognised(digits):
    rng = np.random.default_rng(4)
    for _ in range(50):
        rows = np.round(softmax(rng.normal(size=(8, 10)) * 2), digits)
        finding = found(multiclass(rows, np.arange(8)))["softmax_twice"]
        assert finding.severity is Severity.SUSPICIOUS


def test_logits_narrowed_before_the_loss_are_recognised():
    logits = np.random.default_rng(0).normal(size=(20, 5))
    target = np.arange(20) % 5
    for narrow, wide in ((FLOAT16, FLOAT32), (BFLOAT16, FLOAT32), (BFLOAT16, FLOAT64)):
        problem = multiclass(narrow.round(logits).astype(float), target, format=wide)
        assert found(problem)["cast_before_loss"].values["narrow"] == narrow.name
        assert "cast_before_loss" not in found(problem.replace(format=narrow))
    assert "cast_before_loss" not in found(multiclass(logits.astype(np.float32).astype(float), target))


def test_short_numbers_that_people_type_were_not_narrowed():
    typed = np.arange(-20, 20).reshape(-1, 2) / 4
    assert "cast_before_loss" not in found(multiclass(typed, np.zeros(len(typed), dtype=int)))


def test_the_true_class_s_gradient_is_lost_near_1_in_bfloat16():
    finding = found(multiclass([[6, 0], [5.5, 0]], [0, 0], format=BFLOAT16))["confident_gradient"]
    assert finding.rows == (0, 1)
    assert "it is 0 where it should be -0.00247" in finding.message
    assert "confident_gradient" not in found(multiclass([[6, 0], [5.5, 0]], [0, 0]))
    off = found(binary([6.0, 5.5, 6.5], [1, 1, 1], format=BFLOAT16))["confident_gradient"]
    assert "-0.00391 where it should be -0.00247" in off.message


@pytest.mark.parametrize(
    "problem",
    [
        multiclass([[1, 2], [2, 0]], [-100, -100], reduction="sum"),
        binary([1, 2], [0, 1], weight=[0, 0]),
        multiclass([[1, 2], [2, 0]], [0, 1], weight=[0, 0], reduction="sum"),
        multiclass([[1, 2], [2, 0]], [[0, 1], [1, 0]], weight=[0, 0]),
    ],
)
def test_a_healthy_looking_number_where_nothing_counted_is_told(problem):
    assert "no row counts" in found(problem)["nothing_counted"].message
    assert all(column.ledger.value in {0, None} for column in evaluate(problem).columns if not column.refusal)


# -- labels that count from 1 ----------------------------------------------------------------------


def test_labels_from_1_are_named_where_the_largest_is_refused():
    with pytest.raises(ValueError, match=r"the labels count from 1: none of 24 is 0\. Subtract 1"):
        multiclass(np.zeros((24, 3)), [1, 2, 3] * 8)


@pytest.mark.parametrize("target", [[1, 2, 3], [0, 1, 2, 3] * 6, [1, 2, 4] * 8])
def test_a_batch_that_proves_nothing_about_labels_is_refused_without_a_guess(target):
    with pytest.raises(ValueError, match="expected a class index") as caught:
        multiclass(np.zeros((len(target), 3)), target)
    assert "count from 1" not in str(caught.value)


def test_labels_from_1_are_suspected_where_every_other_class_occurs():
    target = 1 + np.arange(200) % 4
    finding = found(multiclass(np.random.default_rng(0).normal(size=(200, 5)), target))["labels_from_one"]
    assert "target - 1" in finding.code
    assert "labels_from_one" not in found(multiclass(np.eye(5)[target[:12]], target[:12]))


# -- gradients that cancel -------------------------------------------------------------------------


def test_an_entry_that_cancels_under_class_probabilities_is_told_with_its_rows():
    logits = np.array([[0.3, -1.0, 2.0], [1.0, 0.5, -2.0], [2.0, 0.0, -1.0], [0.0, 0.0, 1.0]])
    target = softmax(logits)  # what the model says already, as in distillation
    target[[0, 3]] = [[0.2, 0.5, 0.3], [0.0, 1.0, 0.0]]
    told = found(MulticlassProblem(logits=logits, target=target))
    assert told.keys() == {"gradient_underflow"}
    each = told["gradient_underflow"]
    assert each.rows == (1, 2)
    assert each.formula == "cross_entropy"
    assert each.severity is Severity.GOOD_TO_KNOW
    assert "In row 2 it is 0 where it should be -5.69e-09" in each.message


def test_an_entry_that_cancels_under_label_smoothing_is_told_with_its_rows():
    problem = MulticlassProblem(logits=[[math.log(3), 0.0], [1.0, 0.0]], target=[0, 0], label_smoothing=0.5)
    column = evaluate(problem).column("cross_entropy")
    assert (column.gradient[0] == 0).any()
    assert np.abs(column.truth.gradient[0]).min() > 1e-9
    assert found(problem)["gradient_underflow"].rows == (0,)


def test_a_gradient_that_is_truly_0_is_not_said_to_vanish():
    even = MulticlassProblem(logits=[[0.0, 0.0]], target=[[0.5, 0.5]])
    assert "gradient_underflow" not in found(even)
