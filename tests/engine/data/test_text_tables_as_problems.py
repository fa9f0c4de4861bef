"""Text tables as people have them, from the file to which columns are logits and target."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import inspect, no_progress
from engine.data.guesses.label_words import class_numbers, order_of
from engine.data.guesses.roles import roles_of


def told(folder, text, name="a.csv"):
    """A file's logits and target by its guesses, with what is asked."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    file = inspect(path)
    names = [entry.name for entry in file.entries]
    guess = roles_of(names, file.first_values(), has_names=file.has_header)
    logits = np.stack(file.read(guess.value.logits, no_progress), axis=-1)
    target = file.read(guess.value.target, no_progress)
    return guess, logits.tolist(), [column.tolist() for column in target], sorted(file.guesses.asked())


def test_numbered_columns_are_the_classes_and_label_the_target(tmp_path):
    guess, logits, target, asked = told(tmp_path, "class_0,class_1,class_2,label\n1,2,3,0\n4,5,6,2\n")
    assert (logits, target, asked, guess.is_sure) == ([[1, 2, 3], [4, 5, 6]], [[0, 2]], [], True)


def test_a_pandas_index_is_no_class(tmp_path):
    text = ",cat,dog,owl,label\n0,.4,-.4,1.9,0\n1,.3,-1.6,1.1,2\n"
    guess, logits, target, asked = told(tmp_path, text)
    assert (logits, target) == ([[0.4, -0.4, 1.9], [0.3, -1.6, 1.1]], [[0, 2]])
    assert guess.value.class_names == ("cat", "dog", "owl")
    assert asked == ["has_index"]


@pytest.mark.parametrize("stem", ["target_", "label_", "y"])
def test_one_hot_columns_are_the_target(tmp_path, stem):
    rows = [f"{k}.5,1.5,-2.5,{int(k % 3 == 0)},{int(k % 3 == 1)},{int(k % 3 == 2)}" for k in range(9)]
    guess, _, target, asked = told(tmp_path, f"z0,z1,z2,{stem}0,{stem}1,{stem}2\n" + "\n".join(rows))
    assert (guess.value.target_kind, guess.is_sure, asked) == ("one_hot", True, [])
    assert target[0][:4] == [1, 0, 0, 1]


def test_decimal_commas_without_a_header_are_asked_about(tmp_path):
    _, logits, target, asked = told(tmp_path, "1,5\n-2,5\n")
    assert (logits, target) == ([[1.5], [-2.5]], [])
    assert asked == ["decimal", "delimiter"]


def test_integer_names_are_a_header(tmp_path):
    guess, logits, target, asked = told(tmp_path, "0,1\n1.5,0.0\n-2.5,1.0\n")
    assert (logits, target, asked) == ([[1.5, 0], [-2.5, 1]], [], [])
    assert guess.reason.key == "no_target_found"


@pytest.mark.parametrize(
    ("header", "logits", "target"),
    [
        ("predicted_label,label,z", (2,), (1,)),
        ("pred,logits,label", (1,), (2,)),
        ("y_true,z,id", (1,), (0,)),
        ("z,y_test,pred", (0,), (1,)),
        ("score,gt,pred", (0,), (1,)),
        ("logit,actual,prediction", (0,), (1,)),
    ],
)
def test_predicted_classes_are_neither_logits_nor_target(tmp_path, header, logits, target):
    columns = {
        name: ["1.5", "-2.5", "0.25"] if k in logits else ["0", "1", "1"]
        for k, name in enumerate(header.split(","))
    }
    guess, *_ = told(
        tmp_path, header + "\n" + "\n".join(",".join(row) for row in zip(*columns.values(), strict=True))
    )
    assert (guess.value.logits, guess.value.target) == (logits, target)


@pytest.mark.parametrize("mark", ["255", "-1", "3", "-100"])
def test_labels_that_mark_rows_come_in(tmp_path, mark):
    _, _, target, asked = told(tmp_path, f"z0,z1,z2,label\n1.5,2,3,0\n4,5,6,{mark}\n")
    assert (target, asked) == ([[0, float(mark)]], [])


def test_words_are_the_classes_of_columns_of_their_names(tmp_path):
    guess, _, (words,), _ = told(tmp_path, "cat,dog,label\n1.5,2,dog\n3,4,Cat\n5,6,\n")
    assert (guess.value.target_kind, guess.is_sure) == ("words", True)
    order = order_of(words, guess.value.class_names)
    assert order.is_sure
    assert class_numbers(words, order.value).tolist() == [1, 0, -100]


def test_lists_in_cells_with_a_label(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('logits,label\n"[0.1, 0.2, 0.7]",2\n"[1, 2, 3]",0\n', encoding="utf-8")
    file = inspect(path)
    logits, label = file.read((0, 1), no_progress)
    assert (file.entries[0].shape, logits.shape, label.tolist()) == ((None, 3), (2, 3), [2, 0])
