"""Every preset opens, says what to look at, and shows the numbers it names."""

from __future__ import annotations

import math
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from engine import CATALOGUE, Evaluation, evaluate
from gui.session.problem_file import ProblemFile, read_problem_file

FILES = sorted((Path(__file__).resolve().parents[2] / "resources" / "presets").glob("*.json"))
MOST_WORDS = 25
"""Of a sentence: a longer one is two."""

SENTENCE_END = re.compile(r"[.?!](?= |$)")
E = math.e
INF, NAN = math.inf, math.nan


@cache
def preset(name: str) -> ProblemFile:
    return read_problem_file(next(path for path in FILES if path.stem == name))


@cache
def evaluated(name: str) -> Evaluation:
    return evaluate(preset(name).problem, formulas=CATALOGUE)


@pytest.mark.parametrize("name", [path.stem for path in FILES])
def test_a_preset_has_a_short_title_a_group_and_a_note_of_few_plain_sentences(name):
    file = preset(name)
    assert 0 < len(file.title) <= 50
    assert file.group
    assert len(SENTENCE_END.findall(file.look_at)) in {2, 3, 4}
    assert max(len(each.split()) for each in SENTENCE_END.split(file.look_at)) <= MOST_WORDS


def test_titles_are_unique():
    titles = [preset(path.stem).title for path in FILES]
    assert len(set(titles)) == len(titles)


def test_files_sort_by_group():
    groups = [preset(path.stem).group for path in FILES]
    changes = sum(a != b for a, b in pairwise(groups))
    assert changes == len(set(groups)) - 1


# The number of the question answered, preset, formula, and each row's loss as PyTorch 2.13 gives it.
ROWS = [
    (1, "12-infinite-logits", "bce_with_logits", [NAN, NAN, NAN, INF]),
    (1, "12-infinite-logits", "bce_sigmoid", [0, 100, 0, 100]),
    (1, "12-infinite-logits", "binary_exact", [0, INF, 0, INF]),
    (2, "10-clamped-at-100", "bce_sigmoid", [100, 100]),
    (2, "10-clamped-at-100", "bce_with_logits", [1000, 20]),
    (3, "11-dead-gradient", "bce_sigmoid", [25, 28, 30, 40, 50]),
    (4, "30-target-outside", "bce_with_logits", [-0.025923, -4.9933]),
    (5, "31-input-outside", "bce_with_logits", [0.47408, NAN, 0.20141]),
    (6, "17-unsafe-to-autocast", "bce_sigmoid", [2.127, 6.0156, 100]),
    (6, "17-unsafe-to-autocast", "bce_with_logits", [2.127, 6.0039, 10]),
    (7, "20-weighted-mean", "cross_entropy", [5.6390, 4.9593]),
    (8, "21-class-indices", "cross_entropy", [64.590, 44.221]),
    (9, "23-all-ignored", "cross_entropy", [0, 0]),
    (10, "24-three-options-at-once", "cross_entropy", [0, 0.76214]),
    (11, "40-ignored-class", "cross_entropy", [1.0986, 0.86199, 0.69315]),
    (12, "50-negative-loss", "nll_softmax", [-0.9]),
    (13, "52-softmax-before-cross-entropy", "cross_entropy_of_softmax", [1.4612, 2.4612]),
    (13, "52-softmax-before-cross-entropy", "cross_entropy", [0, 50]),
    (14, "41-smoothing-of-masked-classes", "cross_entropy", [INF, INF]),
    (14, "41-smoothing-of-masked-classes", "nll_log_softmax", [0.69315, 0.31326]),
    (16, "26-pos-weight-far-out", "bce_with_logits", [0.69315, 120]),
]

# The question's number, preset, formula, numerator, denominator and reduced loss.
LEDGERS = [
    (7, "20-weighted-mean", "cross_entropy", 10.598, 6 + 4, 1.0598),
    (8, "21-class-indices", "cross_entropy", 108.81, 125, 0.87048),
    (8, "22-one-hot-targets", "cross_entropy", 108.81, 2, 54.405),
    (9, "23-all-ignored", "cross_entropy", 0, 0, NAN),
    (10, "24-three-options-at-once", "cross_entropy", 0.76214, 0.3, 2.5405),
    (15, "32-target-of-the-wrong-kind", "cross_entropy", 1.9086, 2, 0.95429),
    (16, "26-pos-weight-far-out", "bce_with_logits", 120.69, 2, 60.347),
    (17, "25-empty-batch", "bce_with_logits", 0, 0, NAN),
    (17, "25-empty-batch", "bce_sigmoid", 0, 0, NAN),
    (18, "33-target-of-another-shape", "binary_scratch", 7.4248, 9, 0.82498),
]

# The question's number, preset, formula, and what PyTorch says.
REFUSALS = [
    (4, "30-target-outside", "bce_sigmoid", "all elements of target should be between 0 and 1"),
    (5, "31-input-outside", "bce_sigmoid", "all elements of input should be between 0 and 1"),
    (15, "32-target-of-the-wrong-kind", "nll_log_softmax", "0D or 1D target tensor expected"),
]

# Presets that answer no question: preset, formula, and the numbers their text names.
NAMED = [
    ("13-confidently-wrong", "bce_sigmoid", [15.942, 100, 100, 16, 80, 100]),
    ("13-confidently-wrong", "binary_scratch", [15.942, INF, INF, 16, 80, INF]),
    ("14-saturated", "bce_with_logits", [4.1399e-8, 4.2484e-18, 0, 0, 0]),
    ("14-saturated", "bce_sigmoid", [0, 0, 4.1399e-8, 4.2484e-18, 0]),
    ("15-gan-at-the-start", "bce_with_logits", [6.0025, 15, 27, 40, 95]),
    ("16-half-precision", "bce_sigmoid", [7.625, 7.625, 100, 100, 11.5, 100]),
    ("34-label-smoothing", "cross_entropy", [0.61811, 0.29197, 0.66676]),
    ("43-masked-logits", "cross_entropy", [0.31326, INF, NAN]),
    ("53-softmax-twice", "cross_entropy", [0.56427, 0.57732, 0.58398, 1.4678]),
]
NAMED_REDUCED = [
    ("27-class-imbalance", "bce_with_logits", 0.93431),
    ("42-ignored-padding", "cross_entropy", 0.66485),
    ("51-log-forgotten", "nll_softmax", -0.61696),
    ("53-softmax-twice", "cross_entropy", 0.79834),
]


def close(expected):
    return pytest.approx(expected, rel=5e-5, nan_ok=True)


@pytest.mark.parametrize(("number", "name", "key", "expected"), ROWS)
def test_a_question_s_rows_show_pytorch_s_losses(number, name, key, expected):
    assert evaluated(name).column(key).loss.astype(np.float64).tolist() == close(expected)


@pytest.mark.parametrize(("number", "name", "key", "numerator", "denominator", "value"), LEDGERS)
def test_a_question_s_ledger_shows_pytorch_s_division(number, name, key, numerator, denominator, value):
    ledger = evaluated(name).column(key).ledger
    assert [ledger.numerator, ledger.denominator, ledger.value] == close([numerator, denominator, value])


@pytest.mark.parametrize(("number", "name", "key", "words"), REFUSALS)
def test_a_question_s_refusal_has_pytorch_s_words(number, name, key, words):
    assert words in (evaluated(name).column(key).refusal or "")


def test_each_of_the_eighteen_questions_has_a_preset():
    assert {case[0] for case in (*ROWS, *LEDGERS, *REFUSALS)} == set(range(1, 19))


@pytest.mark.parametrize(("name", "key", "expected"), NAMED)
def test_a_preset_s_rows_show_what_its_text_names(name, key, expected):
    assert evaluated(name).column(key).loss.astype(np.float64).tolist() == close(expected)


@pytest.mark.parametrize(("name", "key", "expected"), NAMED_REDUCED)
def test_a_preset_s_reduced_loss_is_what_its_text_names(name, key, expected):
    assert evaluated(name).column(key).ledger.value == close(expected)


def test_the_gradient_of_bceloss_fades_while_its_loss_is_right():
    gradient = evaluated("11-dead-gradient").column("bce_sigmoid").gradient
    assert gradient.tolist() == pytest.approx([-1, -0.69144, -0.093576, -4.2484e-6, -1.9287e-10], rel=5e-5)
    assert evaluated("11-dead-gradient").column("bce_with_logits").gradient[-1] == -1


def test_half_precision_s_gradient_is_nan_from_the_float_where_sigmoid_is_1():
    gradient = evaluated("16-half-precision").column("bce_sigmoid").gradient
    assert np.isnan(gradient).tolist() == [False, False, True, True, False, True]


def test_softmax_before_cross_entropy_keeps_the_band_of_ten_classes():
    rows = evaluated("52-softmax-before-cross-entropy").column("cross_entropy_of_softmax").loss.tolist()
    assert rows == pytest.approx([math.log(E + 9) - 1, math.log(E + 9)], rel=1e-6)


def test_sigmoid_twice_keeps_both_bands():
    evaluation = evaluated("54-sigmoid-twice")
    loss, target = evaluation.column("bce_with_logits").loss, evaluation.problem.target
    assert np.all((loss[target == 1] > 0.3132) & (loss[target == 1] < 0.6932))
    assert np.all((loss[target == 0] > 0.6931) & (loss[target == 0] < 1.3133))


def test_one_data_two_targets_are_62_times_apart():
    indices, one_hot = (evaluated(name) for name in ("21-class-indices", "22-one-hot-targets"))
    np.testing.assert_array_equal(indices.problem.logits, one_hot.problem.logits)
    ratio = one_hot.column("cross_entropy").ledger.value / indices.column("cross_entropy").ledger.value
    assert ratio == pytest.approx(62.5)


@pytest.mark.parametrize("name", [path.stem for path in FILES])
def test_a_role_to_show_has_a_formula_on_the_page(name):
    file = preset(name)
    for role in file.show:
        assert any(f.role is role and f.family == file.page for f in CATALOGUE)
