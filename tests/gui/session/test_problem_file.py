"""Problem files: what they hold, and a clear word for every file that holds none."""

from __future__ import annotations

import contextlib
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import BinaryProblem, MulticlassProblem, Role
from gui.services.resources import PRESETS
from gui.session.problem_file import ProblemFileError, parse_problem, read_problem_file

BINARY = {"page": "binary", "logits": [0.5, -2], "target": [1, 0]}
MULTICLASS = {"page": "multiclass", "logits": [[0.5, -2, 3], [1, 2, 3]], "target": [1, -100]}


def parsed(fields: dict, **changes: object):
    return parse_problem(json.dumps(fields | changes)).problem


@pytest.mark.parametrize("path", sorted(PRESETS.glob("*.json")), ids=lambda path: path.stem)
def test_every_preset_is_readable_and_says_what_to_look_at(path):
    preset = read_problem_file(path)
    assert preset.title
    assert preset.look_at
    assert preset.group


def test_a_file_may_name_its_submenu_and_the_roles_to_show():
    file = parse_problem(json.dumps(BINARY | {"group": "Targets", "show": ["mistake", "stabiliser"]}))
    assert (file.group, file.show) == ("Targets", {Role.MISTAKE, Role.STABILISER})
    plain = parse_problem(json.dumps(BINARY))
    assert (plain.group, plain.show) == ("", frozenset())


def test_an_unknown_role_is_refused():
    with pytest.raises(ValueError, match=r'show, item 1: expected one of exact, .*, got "all"'):
        parse_problem(json.dumps(BINARY | {"show": ["all"]}))


def test_a_binary_problem_keeps_every_field():
    problem = parsed(BINARY, format="float16", reduction="sum", weight=[1, 2], pos_weight=3)
    assert isinstance(problem, BinaryProblem)
    np.testing.assert_array_equal(problem.logits, [0.5, -2.0])
    np.testing.assert_array_equal(problem.target, [1.0, 0.0])
    np.testing.assert_array_equal(problem.weight, [1.0, 2.0])
    assert (problem.format.name, problem.reduction, problem.pos_weight) == ("float16", "sum", 3.0)


def test_a_multiclass_problem_keeps_every_field():
    problem = parsed(
        MULTICLASS, weight=[1, 2, 3], ignore_index=-100, label_smoothing=0.1, class_names=["a", "b", "c"]
    )
    assert isinstance(problem, MulticlassProblem)
    np.testing.assert_array_equal(problem.target, [1, -100])
    assert problem.target.dtype == np.int64
    assert (problem.ignore_index, problem.label_smoothing) == (-100, 0.1)
    assert problem.class_names == ("a", "b", "c")


def test_a_target_of_lists_is_class_probabilities():
    problem = parsed(MULTICLASS, target=[[0.25, 0.25, 0.5], [1, 0, 0]])
    assert isinstance(problem, MulticlassProblem)
    assert problem.has_probabilities


def test_specials_are_written_as_strings():
    problem = parsed(BINARY, logits=["-inf", "nan"])
    assert problem.logits[0] == -math.inf
    assert math.isnan(problem.logits[1])


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8))
def test_every_float_comes_back_bit_for_bit(logits):
    problem = parsed(BINARY, logits=logits, target=[0] * len(logits))
    assert problem.logits.tobytes() == np.array(logits, dtype=np.float64).tobytes()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            BINARY | {"logits": [0.5, "x"]},
            'logits, row 2: expected a number, "inf", "-inf" or "nan", got "x"',
        ),
        (BINARY | {"logits": [True, 1]}, "logits, row 1: expected a number"),
        (BINARY | {"logits": 3}, "logits: expected a list, got 3"),
        (BINARY | {"logits": [10**400, 1]}, "that float64 can hold"),
        (BINARY | {"target": [1]}, "target: expected one value a row (2 rows), got 1"),
        (BINARY | {"page": "ternary"}, 'page: expected one of binary, multiclass, got "ternary"'),
        (BINARY | {"format": "float8"}, "format: expected one of float16, bfloat16, float32, float64"),
        (BINARY | {"reduction": "max"}, "reduction: expected one of none, mean, sum"),
        (BINARY | {"pos_wieght": 2}, 'unknown field "pos_wieght"'),
        (BINARY | {"label_smoothing": 0.1}, 'unknown field "label_smoothing"'),
        ({"page": "binary"}, 'expected the field "logits"'),
        ({}, 'expected the field "page"'),
        (
            MULTICLASS | {"logits": [[1, 2], [1, 2, 3]]},
            "logits, row 2: expected 2 numbers as in row 1, got 3",
        ),
        (MULTICLASS | {"logits": []}, "at least one row"),
        (MULTICLASS | {"logits": [[], []]}, "logits, row 1: expected a list of numbers"),
        (MULTICLASS | {"target": [0, 3]}, "target: expected a class index 0..2"),
        (MULTICLASS | {"target": [0.0, 1]}, "target, row 1: expected a whole number"),
        (MULTICLASS | {"target": [2**70, 1]}, "target, row 1: expected a whole number of at most 64 bits"),
        (MULTICLASS | {"target": [[1, 0, 0], 2]}, "target, row 2: expected a list of numbers"),
        (MULTICLASS | {"label_smoothing": 2}, "label_smoothing: expected a number between 0.0 and 1.0"),
        (MULTICLASS | {"class_names": ["a"]}, "class_names: expected 3 names, got 1"),
        (MULTICLASS | {"class_names": [1, 2, 3]}, "class_names, item 1: expected text, got 1"),
    ],
)
def test_a_wrong_field_is_named_with_what_was_expected(fields, said):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011  # the message is what is tested
        parse_problem(json.dumps(fields))
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1, column 1"),
        ('{\n"page": binary}', "line 2, column 9"),
        ("[1, 2]", "the file: expected a JSON object"),
        ('{"page": "binary", "logits": [NaN], "target": [0]}', "NaN is not JSON"),
        ('{"page": "binary", "logits": [1e999], "target": [0]}', "1e999 is too large for float64"),
        ('{"page": "binary", "page": "binary"}', 'the field "page" stands there twice'),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_text_that_is_no_problem_is_refused(text, said):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011  # the message is what is tested
        parse_problem(text)
    assert said in str(refusal.value)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
def test_no_text_raises_anything_but_a_word_for_people(text):
    with contextlib.suppress(ValueError):
        parse_problem(text)


def test_a_file_that_is_not_text_is_refused_by_name(tmp_path):
    file = tmp_path / "picture.json"
    file.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(ProblemFileError, match=r"picture\.json: expected UTF-8"):
        read_problem_file(file)


def test_a_folder_is_refused_by_name(tmp_path):
    with pytest.raises(ProblemFileError, match="directory"):
        read_problem_file(tmp_path)


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    file = tmp_path / "notepad.json"
    file.write_text(json.dumps(BINARY), encoding="utf-8-sig")
    assert read_problem_file(file).title == "notepad"
