"""Which columns belong together, which are logits and which the target: by names, then by values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.guesses.groups import groups_of
from engine.data.guesses.index_column import index_of
from engine.data.guesses.names import role_of
from engine.data.guesses.roles import Roles, roles_of
from engine.data.guesses.values import are_class_numbers, decimals_of, look_of

RNG = np.random.default_rng(5)
ROWS = 40
NORMAL = list(RNG.normal(size=(4, ROWS)).round(4))
ONE_HOT = list(np.eye(3)[RNG.integers(0, 3, ROWS)].T)
SOFT = list(RNG.dirichlet(np.ones(3), ROWS).T)
ROUNDED = [np.round(column, 2) for column in SOFT]
HALVES = [ROUNDED[0], 1 - ROUNDED[0]]
BITS = list(RNG.integers(0, 2, (3, ROWS)).astype(float))
CLASSES = RNG.integers(0, 3, ROWS).astype(float)
WORDS = np.array(["cat", "dog", "owl"])[CLASSES.astype(int)]


def guessed(names, *columns):
    return roles_of(names.split(","), [column for part in columns for column in part])


def outcome(guess):
    roles = guess.value
    return roles.logits, roles.target, roles.target_kind, guess.is_sure


@pytest.mark.parametrize(
    ("names", "columns", "logits", "target", "kind"),
    [
        ("class_0,class_1,class_2,label", [NORMAL[:3], [CLASSES]], (0, 1, 2), (3,), "numbers"),
        ("x1,x2,x3,label", [NORMAL[:3], [CLASSES]], (0, 1, 2), (3,), "numbers"),
        ("label,z2,z0,z1", [[CLASSES], NORMAL[:3]], (2, 3, 1), (0,), "numbers"),
        ("z0,z1,z2,target_0,target_1,target_2", [NORMAL[:3], ONE_HOT], (0, 1, 2), (3, 4, 5), "one_hot"),
        ("z0,z1,z2,label_0,label_1,label_2", [NORMAL[:3], ONE_HOT], (0, 1, 2), (3, 4, 5), "one_hot"),
        ("y1,y2,y3,z1,z2,z3", [ONE_HOT, NORMAL[:3]], (3, 4, 5), (0, 1, 2), "one_hot"),
        ("z0,z1,z2,y0,y1,y2", [NORMAL[:3], SOFT], (0, 1, 2), (3, 4, 5), "probabilities"),
        ("z0,z1,z2,y0,y1,y2", [NORMAL[:3], ROUNDED], (0, 1, 2), (3, 4, 5), "probabilities"),
        ("z0,z1,z2,label0,label1,label2", [NORMAL[:3], BITS], (0, 1, 2), (3, 4, 5), "multi_label"),
        ("score_0,score_1,class_0,class_1", [NORMAL[:2], HALVES], (0, 1), (2, 3), "probabilities"),
        ("logit_0,logit_1,prob_0,prob_1,label", [NORMAL[:2], SOFT[:2], [CLASSES]], (0, 1), (4,), "numbers"),
        ("cat,dog,owl,label", [NORMAL[:3], [CLASSES]], (0, 1, 2), (3,), "numbers"),
        ("cat,dog,owl,label", [NORMAL[:3], [WORDS]], (0, 1, 2), (3,), "words"),
        ("predicted_label,label,z", [[CLASSES], [CLASSES], NORMAL[:1]], (2,), (1,), "numbers"),
        ("label,predicted_label,z0,z1,z2", [[CLASSES], [CLASSES], NORMAL[:3]], (2, 3, 4), (0,), "numbers"),
        ("pred,logits,y_true", [[CLASSES], NORMAL[:1], [BITS[0]]], (1,), (2,), "numbers"),
        ("pred,logits,gt", [[CLASSES], NORMAL[:1], [BITS[0]]], (1,), (2,), "numbers"),
        ("logits,target,sigmoid,BCE loss", [NORMAL[:1], BITS[:1], SOFT[:2]], (0,), (1,), "numbers"),
        ("z,y", [NORMAL[:1], [BITS[0]]], (0,), (1,), "numbers"),
        ("pred,label", [NORMAL[:1], [BITS[0]]], (0,), (1,), "numbers"),
    ],
)  # fmt: skip
def test_what_names_and_values_say_together_is_sure(names, columns, logits, target, kind):
    assert outcome(guessed(names, *columns)) == (logits, target, kind, True)


@pytest.mark.parametrize(
    ("names", "columns", "why"),
    [
        ("prob_0,prob_1,prob_2", [SOFT], "only_probabilities"),
        ("p0,p1,p2,label", [SOFT, [CLASSES]], "only_probabilities"),
        ("y_1,y_2,y_3", [ONE_HOT], "only_targets"),
        ("x1,y1,x2,y2", [NORMAL], "many_groups"),
        ("feature_0,feature_1,logit_0,logit_1", [NORMAL], "many_groups"),
        ("a0,a1,a2,label", [SOFT, [CLASSES]], "perhaps_probabilities"),
        ("a0,a1,a2,b0,b1,b2", [NORMAL[:3], ONE_HOT], "many_groups"),
        ("z0,z1,z2", [NORMAL[:3]], "no_target_found"),
        ("cat,dog,owl,label", [NORMAL[:3], [SOFT[0]]], "no_class_numbers"),
        ("z,species", [NORMAL[:1], [WORDS]], "words_as_target"),
        ("z0,z1,z2,label", [NORMAL[:3], [WORDS]], "words_of_classes"),
        ("pred,label", [SOFT[:1], [BITS[0]]], "perhaps_probabilities"),
        ("z0,z1,label,class", [NORMAL[:2], [BITS[0]], [BITS[1]]], None),
    ],
)
def test_what_they_leave_open_is_asked(names, columns, why):
    guess = guessed(names, *columns)
    assert guess.is_sure is (why is None)
    assert why is None or guess.reason.key == why


def test_a_pandas_index_is_no_class_and_names_are_the_classes():
    guess = guessed(",cat,dog,owl,label", [np.arange(float(ROWS))], NORMAL[:3], [CLASSES])
    assert guess.value == Roles((1, 2, 3), (4,), "numbers", ("cat", "dog", "owl"))
    assert guess.is_sure


def test_three_one_hot_rows_may_be_several_labels():
    columns = [column[:3] for column in (*NORMAL[:2], np.array([1.0, 0, 1]), np.array([0.0, 1, 0]))]
    guess = roles_of(["z0", "z1", "y0", "y1"], columns)
    assert guess.value.target_kind == "one_hot"
    assert not guess.is_sure
    assert guess.reason.key == "one_bit"


def test_a_table_without_names_has_its_labels_in_the_one_column_of_classes():
    assert roles_of([""] * 3, [NORMAL[0], CLASSES, NORMAL[1]]).value.target == (1,)
    guess = roles_of(["column 1", "column 2"], NORMAL[:2], has_names=False)
    assert (guess.value.target, guess.is_sure) == ((1,), False)


def test_labels_beyond_the_classes_or_marked_are_labels_all_the_same():
    marked = np.array([0, 1, -100, 255, -1, 3])
    assert are_class_numbers(marked, 3)
    guess = guessed("z0,z1,z2,label", [np.ones(6) * 1.5] * 3, [marked])
    assert guess.is_sure


def test_a_thousand_classes_and_a_label_are_one_group():
    names = [f"class_{k}" for k in range(1000)]
    guess = roles_of([*names, "label"], [np.array([1.5, -2.0])] * 1000 + [np.array([3.0, 999.0])])
    assert guess.value.logits == tuple(range(1000))
    assert guess.value.target == (1000,)
    assert guess.is_sure


@pytest.mark.parametrize(
    "names", [["class_10", "class_2", "class_0"], ["z0"], ["z2", "z3"], ["z0", "z0", "z1"]]
)
def test_numbers_with_a_gap_or_twice_are_no_group(names):
    assert groups_of(names) == ()


def test_words_behind_two_stems_are_the_classes_in_the_logits_order():
    names = "logit_cat,logit_dog,logit_owl,target_dog,target_owl,target_cat"
    guess = guessed(names, NORMAL[:3], [ONE_HOT[1], ONE_HOT[2], ONE_HOT[0]])
    assert guess.value == Roles((0, 1, 2), (5, 3, 4), "one_hot", ("cat", "dog", "owl"))
    assert guess.is_sure


@pytest.mark.parametrize(
    "names", ["y_true,y_pred", "y_true,y_test", "label_name,label_kind", "cat_a,cat_b", "x_cat,x_dog"]
)
def test_other_words_behind_a_stem_are_no_group(names):
    assert groups_of(names.split(",")) == ()


def test_words_in_brackets_are_the_classes_of_an_export():
    names = ["logits[고양이]", "logits[개]", "target", "softmax[고양이]", "softmax[개]"]
    guess = roles_of(names, [*NORMAL[:2], BITS[0], *SOFT[:2]])
    assert guess.value == Roles((0, 1), (2,), "numbers", ("고양이", "개"))


@given(st.permutations(range(12)), st.sampled_from(["z{}", "logit[{}]", "class_{:02d}", "{}", "p.{}"]))
def test_a_group_is_sorted_by_its_numbers_whatever_order_it_stands_in(order, pattern):
    (group,) = groups_of([pattern.format(number) for number in order])
    assert [order[place] for place in group.places] == list(range(12))


@pytest.mark.parametrize(
    ("names", "role"),
    [
        ("logits logit_3 scores output pred_logits z x1 log_probs raw_score decision_function", "logits"),
        ("target labels y y_true y_test gt actual ground_truth yTrue class t gold_label", "target"),
        ("pred predicted_label y_pred yhat predictions", "predicted"),
        ("prob_1 softmax probs pred_proba", "probabilities"),
        ("sample_weight pos_weight weights", "weight"),
        ("loss grad_logits", "computed"),
        ("mask attention_mask", "mask"),
        ("index Unnamed:_0 row_id", "index"),
    ],
)
def test_a_name_says_what_an_array_is(names, role):
    assert {name: role_of(name) for name in names.split()} == dict.fromkeys(names.split(), role)


def test_names_of_classes_say_nothing():
    assert [role_of(name) for name in ("cat", "고양이", "", "3", "age")] == [None] * 5


# -- the index column -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "values", "has_name", "expected"),
    [
        ("", np.arange(5.0), True, (True, True)),
        ("Unnamed: 0", np.arange(1, 6), True, (True, True)),
        ("index", np.array([3, 5, 9, 40]), True, (True, True)),
        ("", RNG.permutation(50), True, (True, True)),
        ("", np.array([4, 1, 3, 0, 2]), True, (True, False)),
        ("level_0", np.array([0, 1, 2, 0, 1, 2]), True, (True, False)),
        ("", np.array([0, 1]), True, (True, False)),
        ("", np.array(["a", "b", "c"]), True, (True, True)),
        ("", np.array(["a", "b", "a"]), True, (True, False)),
        ("z", np.array([0, 1, 2]), False, (True, True)),
        ("id", np.arange(5.0), True, (False, True)),
        ("", np.array([0.5, 1.5, 2.5]), True, (True, False)),
        ("z", np.arange(5.0), True, None),
    ],
)
def test_an_index_is_left_out_kept_or_asked_about(name, values, has_name, expected):
    guess = index_of(name, values, has_name=has_name)
    assert (None if guess is None else (guess.value, guess.is_sure)) == expected


# -- values ---------------------------------------------------------------------------------------------


@given(st.integers(2, 30), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_probabilities_rounded_to_any_digits_still_sum_to_one(classes, decimals, seed):
    rows = np.random.default_rng(seed).dirichlet(np.ones(classes), 20).round(decimals)
    assert look_of(rows, decimals).value in {"probabilities", "one_hot", "bits"}


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_a_softmax_of_any_format_is_told(kind):
    z = RNG.normal(size=(50, 10))
    rows = (np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)).astype(kind)
    assert look_of(rows).value == "probabilities"


def test_nan_rows_decimals_and_other_numbers():
    assert look_of(np.array([[np.nan, 1], [0, 1.0]])).value == "one_hot"
    assert look_of(np.array([[0.5, 0.9], [0.1, 0.2]])).value == "numbers"
    assert look_of(np.empty((0, 3))).value == "numbers"
    assert decimals_of(np.array([1.25, 3], dtype=np.float32)) == 2
    assert decimals_of(np.array([1e300, 0.123456789])) is None
