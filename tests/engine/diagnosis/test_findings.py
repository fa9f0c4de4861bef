"""Silent mistakes are named by the signature they leave, and nothing else is."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import (
    CATALOGUE,
    FORMATS,
    REDUCTIONS,
    SHOWN_FIRST,
    BinaryProblem,
    Finding,
    MulticlassProblem,
    evaluate,
    findings,
    format_of,
    formulas_of,
    softmax,
)
from gui.session.problem_file import read_problem_file

PRESETS = {
    path.stem: path for path in (Path(__file__).resolve().parents[3] / "resources" / "presets").glob("*.json")
}
HALF = format_of("float16")
INF, NAN = math.inf, math.nan


def found(problem, **options) -> dict[str, Finding]:
    return {each.key: each for each in findings(evaluate(problem, **options))}


def binary(logits, target, **options):
    return BinaryProblem(logits=logits, target=target, **options)


def multiclass(logits, target, **options):
    return MulticlassProblem(logits=logits, target=target, **options)


# Preset, the finding it is there for, its rows, and facts that its message states.
EXPECTED = [
    ("10-clamped-at-100", "clamped", (0, 1), ["100", "1000"]),
    ("11-dead-gradient", "dead_gradient", (2, 3, 4), ["-0.0936", "-1"]),
    ("12-infinite-logits", "infinite_logit", (0, 1, 2), ["inf - inf", "limit of the loss is 0"]),
    ("16-half-precision", "half_gradient", (2, 3, 4, 5), ["nan", "float16"]),
    ("23-all-ignored", "all_ignored", (0, 1), ["0 / 0", "-100"]),
    ("25-empty-batch", "empty_batch", (), ["mean of nothing"]),
    ("30-target-outside", "target_outside", (0, 1), ["2 in row 1", "does not check"]),
    ("30-target-outside", "negative_loss", (0, 1), ["-0.02592"]),
    ("14-saturated", "underflow", (4,), ["0 in row 5", "sigmoid"]),
    ("14-saturated", "gradient_underflow", (0, 1, 3, 4), ["-4.14e-08"]),
    ("24-three-options-at-once", "smoothing_optimum", (), ["class 0", "0.9268", "0.95"]),
    ("31-input-outside", "nan_logit", (1,), ["row 2", "every mean is nan", "only passes it on"]),
    ("31-input-outside", "refused", (1,), ["all elements of input should be between 0 and 1", "row 2"]),
    ("40-ignored-class", "ignored_class", (0, 1, 2), ["ignore_index 2", "0.3333"]),
    ("41-smoothing-of-masked-classes", "smoothing_leak", (0, 1), ["Class 2", "0.03333", "0.6931"]),
    ("43-masked-logits", "inf_minus_inf", (2,), ["row 3"]),
    ("43-masked-logits", "target_masked", (1,), ["row 2"]),
    ("50-negative-loss", "negative_loss", (0,), ["-0.9", "probabilities"]),
    ("53-softmax-twice", "softmax_twice", (), ["3 classes", "[0.5514, 1.5514]"]),
    ("54-sigmoid-twice", "sigmoid_twice", (), ["[0.3133, 0.6931]", "[0.6931, 1.3133]"]),
]
UNSUSPICIOUS = [
    "00-tutorial-binary",
    "01-tutorial-multiclass",
    "20-weighted-mean",
    "21-class-indices",
    "27-class-imbalance",
    "32-target-of-the-wrong-kind",
    "33-target-of-another-shape",
    "34-label-smoothing",
    "42-ignored-padding",
]


@pytest.mark.parametrize(("name", "key", "rows", "facts"), EXPECTED)
def test_a_preset_s_mistake_is_found_with_its_facts(name, key, rows, facts):
    file = read_problem_file(PRESETS[name])
    shown = formulas_of(file.page, roles=SHOWN_FIRST | file.show)
    finding = found(file.problem, formulas=shown)[key]
    assert finding.rows == rows
    assert [fact for fact in facts if fact not in finding.message] == []


@pytest.mark.parametrize("name", UNSUSPICIOUS)
def test_a_sound_preset_has_no_finding(name):
    assert found(read_problem_file(PRESETS[name]).problem) == {}


def test_a_loss_that_takes_no_probabilities_is_no_finding_but_says_so_in_its_column():
    evaluation = evaluate(multiclass([[1.0, 2.0], [2.0, 3.0]], [[0.3, 0.7], [0.0, 1.0]]))
    assert findings(evaluation) == ()
    assert "multi-target not supported" in evaluation.column("nll_log_softmax").refusal


def test_log_probabilities_are_named_harmless():
    logits = np.log(softmax(np.array([[2.0, 1.0, 0.5], [0.1, 0.2, 3.0]])))
    assert "harmless" in found(multiclass(logits, [0, 2]))["log_probabilities"].message


def test_softmax_s_own_output_is_recognised_in_every_format():
    for form in FORMATS:
        rows = softmax(form.round(np.random.default_rng(1).normal(size=(20, 7)))).astype(np.float64)
        assert "softmax_twice" in found(multiclass(rows, np.zeros(20, dtype=int), format=form))


@pytest.mark.parametrize(
    "logits",
    [
        [[1.0, 0.0]],  # one row
        [[0.9, 0.1], [0.8, 0.3]],  # a row that does not sum to 1
        [[1.5, -0.5], [0.5, 0.5]],  # sums to 1 outside [0, 1]
    ],
)
def test_logits_that_only_resemble_probabilities_are_left_alone(logits):
    assert "softmax_twice" not in found(multiclass(logits, [0] * len(logits)))


@pytest.mark.parametrize("logits", [[0.5, 0.2, 0.9, 0.1], [0.0] * 8, [0.1, 0.2, 0.3, 0.4, 1.01]])
def test_few_equal_or_larger_binary_logits_are_no_probabilities(logits):
    assert "sigmoid_twice" not in found(binary(logits, [1.0] * len(logits)))


@pytest.mark.parametrize(("target", "at"), [([1.5, 0.0], (0,)), ([0.0, -0.1], (1,)), ([NAN, NAN], (0, 1))])
def test_binary_targets_outside_are_counted(target, at):
    assert found(binary([0.0, 0.0], target))["target_outside"].rows == at


def test_probability_targets_may_miss_1_by_the_digits_people_copy():
    assert "target_sum" not in found(multiclass([[1, 2, 3]], [[0.333, 0.333, 0.333]]))
    assert found(multiclass([[1, 2, 3]], [[0.3, 0.3, 0.3]]))["target_sum"].rows == (0,)


def test_a_negative_target_probability_is_named_once():
    keys = found(multiclass([[1, 2]], [[-0.5, 0.7]]))
    assert "target_outside" in keys
    assert "target_sum" not in keys


def test_a_mask_under_a_zero_target_probability_is_zero_times_inf():
    finding = found(multiclass([[0.0, 0.0, -INF]], [[1.0, 0.0, 0.0]]))["zero_times_inf"]
    assert finding.formula == "cross_entropy"
    assert "0.6931" in finding.message


def test_findings_about_the_data_need_no_column():
    problem = multiclass([[0.0, 0.0, -INF]], [[1.0, 0.0, 0.0]])
    assert found(problem, formulas=()).keys() == {"zero_times_inf"}


def test_a_leaking_class_is_called_by_its_name():
    names = ("cat", "dog", "cow")
    problem = multiclass([[0.0, 0.0, -INF]], [0], label_smoothing=0.1, class_names=names)
    assert found(problem)["smoothing_leak"].values["name"] == "cow"


def test_an_ignored_row_s_mask_does_not_leak():
    problem = multiclass([[0.0, -INF], [1.0, 0.0]], [-100, 0], label_smoothing=0.1)
    assert found(problem).keys() == {"gradient_of_log_zero"}


def test_a_saturated_row_adds_100_times_its_weight():
    finding = found(binary([20.0, 20.0], [0.0, 0.0], weight=[0.5, 0.0]))["clamped"]
    assert finding.rows == (0,)
    assert finding.values["loss"] == 50.0


def test_a_right_row_s_vanishing_gradient_is_no_finding():
    assert "dead_gradient" not in found(binary([30.0, -30.0], [1.0, 0.0]))


@pytest.mark.parametrize("classes", [3, 10])
def test_rows_near_ln_c_are_chance(classes):
    logits = np.random.default_rng(3).normal(scale=0.02, size=(8, classes))
    finding = found(multiclass(logits, np.arange(8) % classes))["chance"]
    assert finding.values["chance"] == math.log(classes)


@pytest.mark.parametrize("pos_weight", [None, 1.0])
def test_unweighted_binary_rows_near_ln_2_are_chance(pos_weight):
    logits, target = np.random.default_rng(3).normal(scale=0.02, size=8), np.arange(8) % 2
    finding = found(binary(logits, target, pos_weight=pos_weight))["chance"]
    assert finding.values["chance"] == math.log(2)
    assert finding.values["classes"] == 2


@pytest.mark.parametrize("options", [{"pos_weight": 1.01}, {"weight": np.full(8, 1.01)}])
def test_weighted_binary_rows_near_ln_2_are_not_called_chance(options):
    logits, target = np.random.default_rng(3).normal(scale=0.02, size=8), np.arange(8) % 2
    assert "chance" not in found(binary(logits, target, **options))


def test_a_mean_near_ln_2_of_unlike_rows_is_not_chance():
    logits = [0.0, 2.5, -math.log(math.expm1(2 * math.log(2) - math.log1p(math.exp(-2.5))))]
    problem = binary(logits, [1.0, 1.0, 1.0])
    assert evaluate(problem).exact.ledger.value == pytest.approx(math.log(2))
    assert "chance" not in found(problem)


def test_negative_weights_excuse_a_negative_loss():
    assert "negative_loss" not in found(binary([1.0], [0.0], weight=[-1.0]))


def test_weights_that_cancel_leave_nothing_to_divide_by():
    problem = multiclass([[1.0, 0.0], [1.0, 0.0]], [0, 1], weight=[1.0, -1.0])
    assert "no_weight" in found(problem)


def test_a_logit_beyond_the_format_is_named():
    finding = found(binary([1e5, 1.0], [1.0, 1.0], format=HALF))["overflowed_logit"]
    assert finding.rows == (0,)
    assert "65504" in finding.message


@pytest.mark.parametrize(
    ("problem", "name", "value"),
    [
        (binary([1.0], [0.0], pos_weight=1e5, format=HALF), "pos_weight", 1e5),
        (binary([1.0], [0.0], pos_weight=INF), "pos_weight", INF),
        (binary([1.0, 2.0], [0.0, 1.0], weight=[1.0, 7e4], format=HALF), "weight", 7e4),
        (multiclass([[1.0, 0.0]], [0], weight=[1.0, 1e39]), "weight", 1e39),
    ],
)
def test_a_weight_beyond_the_format_is_named(problem, name, value):
    finding = found(problem)["infinite_weight"]
    assert finding.values["value"] == value
    assert finding.message.startswith(f"{name} ")


def test_large_weights_that_the_format_holds_are_no_finding():
    assert "infinite_weight" not in found(binary([1.0], [0.0], weight=[6e4], pos_weight=6e4, format=HALF))


def test_a_float16_sum_overflows_without_a_bad_row():
    problem = binary(np.full(700, 99.0), np.zeros(700), format=HALF, reduction="sum")
    assert found(problem)["sum_overflow"].values["value"] == INF
    assert "sum_overflow" not in found(problem.replace(reduction="mean"))


def test_a_float16_count_of_rows_overflows():
    problem = multiclass(np.tile([2.0, 0.0], (66000, 1)), np.zeros(66000, dtype=int), format=HALF)
    chosen = tuple(f for f in formulas_of("multiclass") if f.key == "nll_log_softmax")
    assert found(problem, formulas=chosen)["count_overflow"].values["value"] == 0.0


@given(
    logits=st.lists(st.floats(), min_size=1, max_size=6),
    target=st.sampled_from([0.0, 0.5, 1.0, 2.0, -1.0, INF, NAN]),
    weight=st.sampled_from([None, 0.0, 1.0, -2.0, INF]),
    form=st.sampled_from(FORMATS),
    reduction=st.sampled_from(REDUCTIONS),
)
def test_every_binary_problem_has_findings_that_can_be_told(logits, target, weight, form, reduction):
    rows = len(logits)
    weights = None if weight is None else [weight] * rows
    problem = binary(logits, [target] * rows, weight=weights, format=form, reduction=reduction)
    told(problem)


@given(
    row=st.lists(st.floats(), min_size=1, max_size=4),
    rows=st.integers(0, 3),
    soft=st.booleans(),
    ignore_index=st.sampled_from([-100, 0, 1]),
    label_smoothing=st.sampled_from([0.0, 0.1, 1.0]),
    form=st.sampled_from(FORMATS),
    reduction=st.sampled_from(REDUCTIONS),
)
def test_every_multiclass_problem_has_findings_that_can_be_told(
    row, rows, soft, ignore_index, label_smoothing, form, reduction
):
    logits = np.tile(row, (rows, 1))
    target = np.full(logits.shape, 1 / len(row)) if soft else np.zeros(rows, dtype=np.int64)
    options = {"label_smoothing": label_smoothing, "format": form, "reduction": reduction}
    if not soft:
        options["ignore_index"] = ignore_index
    told(multiclass(logits, target, **options))


def told(problem):
    assert len(findings(evaluate(problem, formulas=()))) <= len(findings(evaluate(problem)))
    for finding in findings(evaluate(problem, formulas=CATALOGUE)):
        assert finding.message
        assert all(0 <= row < problem.rows for row in finding.rows)
        assert all(isinstance(value, (int, float, str)) for value in finding.values.values())
