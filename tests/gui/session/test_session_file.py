"""Session files: every float comes back, older schemas open, later ones are refused."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine import BFLOAT16, FLOAT16, FLOAT64, FORMATS, REDUCTIONS, BinaryProblem, MulticlassProblem, Problem
from gui.document.sample import Sample
from gui.document.selection import Place
from gui.session.packed_array import LONGEST_LIST
from gui.session.sample_file import sample_of
from gui.session.session_file import (
    SCHEMA,
    Session,
    SessionFileError,
    migrated,
    parse_session,
    read_session,
    session_pieces,
)

SESSIONS = Path(__file__).parent / "sessions"
LARGEST = 1.7976931348623157e308

BINARY = BinaryProblem(logits=[0.5, -2.0], target=[1, 0])
MULTICLASS = MulticlassProblem(logits=[[0.5, -2.0, 3.0]], target=[1])

floats = st.floats(width=64)
options = {"format": st.sampled_from(FORMATS), "reduction": st.sampled_from(REDUCTIONS)}
weights = st.none() | st.floats(0, 1e308)


def arrays(shape, dtype=np.float64, elements=floats):
    return hnp.arrays(dtype, shape, elements=elements)


@st.composite
def binary_problems(draw):
    rows = draw(st.integers(0, 6))
    chosen = {name: draw(each) for name, each in options.items()}
    weight = draw(st.none() | arrays(rows))
    return BinaryProblem(
        logits=draw(arrays(rows)),
        target=draw(arrays(rows)),
        weight=weight,
        pos_weight=draw(weights),
        **chosen,
    )


@st.composite
def multiclass_problems(draw):
    rows, classes = draw(st.integers(0, 5)), draw(st.integers(1, 4))
    chosen = {name: draw(each) for name, each in options.items()}
    indices = arrays(rows, np.int64, st.integers(0, classes - 1) | st.just(-7))
    return MulticlassProblem(
        logits=draw(arrays((rows, classes))),
        target=draw(indices | arrays((rows, classes))) if rows else draw(indices),
        weight=draw(st.none() | arrays(classes)),
        ignore_index=-7,
        label_smoothing=draw(st.floats(0, 1)),
        class_names=draw(
            st.none() | st.tuples(*[st.text(st.characters(exclude_categories=["Cs"]))] * classes)
        ),
        **chosen,
    )


def assert_same(problem: Problem, other: Problem) -> None:
    """Field by field, numbers bit for bit, but that one nan is as good as another."""
    assert type(problem) is type(other)
    for name, value in vars(problem).items():
        assert bits(value) == bits(getattr(other, name)), name


def bits(value: object) -> object:
    if isinstance(value, np.ndarray):
        known = np.where(np.isnan(value), math.nan, value) if value.dtype.kind == "f" else value
        return value.dtype, value.shape, known.tobytes()
    return "nan" if value != value else value  # noqa: PLR0124  # only nan is not itself


@given(binary_problems(), multiclass_problems())
def test_a_session_comes_back_as_it_was(binary, multiclass):
    session = Session.of("multiclass", (binary, multiclass), {"multiclass": Place(1, 0)})
    again = parse_session("".join(session_pieces(session)))
    assert again.page == "multiclass"
    assert again.places == {"multiclass": Place(1, 0)}
    assert_same(binary, again.problems["binary"].problem)
    assert_same(multiclass, again.problems["multiclass"].problem)


def test_a_large_table_is_packed_and_comes_back():
    logits = np.linspace(-1, 1, 2 * LONGEST_LIST)
    logits[:4] = [math.nan, math.inf, -0.0, 5e-324]
    large = BinaryProblem(logits=logits, target=np.zeros(len(logits)))
    text = "".join(session_pieces(Session.of("binary", (large, MULTICLASS), {})))
    assert json.loads(text)["binary"]["logits"]["dtype"] == "<f8"
    assert_same(large, parse_session(text).problems["binary"].problem)


def test_a_small_table_is_written_as_people_read_it():
    text = "".join(session_pieces(Session.of("binary", (BINARY, MULTICLASS), {})))
    assert '"logits": [0.5, -2.0]' in text
    assert json.loads(text)["schema"] == SCHEMA


# -- schemas --------------------------------------------------------------------------------------------


def test_there_is_a_golden_file_of_every_schema():
    assert sorted(path.name for path in SESSIONS.glob("*.json")) == [
        f"schema-{number}.json" for number in range(SCHEMA + 1)
    ]


def test_schema_0_is_one_page_that_says_what_to_look_at():
    session = read_session(SESSIONS / "schema-0.json")
    file = session.problems["multiclass"]
    expected = MulticlassProblem(
        logits=[[0.1, -math.inf, 3e38], [-0.0, math.nan, 5e-324]],
        target=[2, -1],
        weight=[1, 2, 0.5],
        ignore_index=-1,
        label_smoothing=0.1,
        class_names=("cat", "dog", "고양이"),
        format=BFLOAT16,
        reduction="sum",
    )
    assert not session.is_whole
    assert (file.title, file.look_at) == ("A problem of its own", "The second row.")
    assert_same(expected, file.problem)


def test_schema_1_is_both_pages_and_what_is_selected():
    session = read_session(SESSIONS / "schema-1.json")
    binary = BinaryProblem(
        logits=[0.1, -math.inf, -0.0],
        target=[0, 1, 0.3],
        weight=[1, math.inf, 0.25],
        pos_weight=3.0,
        format=FLOAT16,
        reduction="none",
    )
    multiclass = MulticlassProblem(
        logits=[[0.1, -math.inf, 5e-324], [math.nan, -0.0, LARGEST]],
        target=[[1, 0, 0], [0.25, 0.25, 0.5]],
        format=FLOAT64,
    )
    assert session.is_whole
    assert session.page == "multiclass"
    assert session.places == {"binary": Place(2), "multiclass": Place(1, 0)}
    assert_same(binary, session.problems["binary"].problem)
    assert_same(multiclass, session.problems["multiclass"].problem)


def test_schema_2_has_the_sample_of_the_page_with_all_four_losses():
    session = read_session(SESSIONS / "schema-2.json")
    assert (session.front, session.page) == ("all-four", "binary")
    assert session.sample == Sample(
        1.0 - 2.0**-24,
        given="p",
        target=0.3,
        format=BFLOAT16,
        feedings=frozenset({"nll_softmax", "bce_of_logits"}),
        row=2,
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"given": "q"}, "all_four: given: expected one of z, p"),
        ({"given": "p", "number": 1.5}, "all_four: p: expected a number from 0 to 1"),
        ({"target": "nan"}, "all_four: y: expected a number from 0 to 1"),
        ({"number": True}, "all_four: number: expected a number"),
        ({"feedings": ["none"]}, "all_four: feedings, item 1: expected one of"),
        ({"logit": 1.0}, "all_four: unknown field"),
        ([], "all_four: expected an object"),
    ],
)
def test_a_sample_that_cannot_be_is_refused_with_its_place(fields, words):
    with pytest.raises(ValueError, match=words):
        sample_of(fields)


@given(st.floats(width=64), st.floats(0, 1), st.sampled_from(FORMATS), st.none() | st.integers(0, 9))
def test_a_sample_comes_back(number, target, form, row):
    sample = Sample(number, target=target, format=form, row=row)
    session = Session("multiclass", {}, sample=sample, all_four=False)
    text = "".join(session_pieces(session))
    assert sample_of(json.loads(text)["all_four"]).same_as(sample)


def test_a_later_schema_is_refused_with_a_clear_word(tmp_path):
    file = tmp_path / "later.json"
    file.write_text(json.dumps({"format": "logitscope-session", "schema": SCHEMA + 1, "news": True}))
    with pytest.raises(
        SessionFileError, match=r"later\.json: written by a later Logitscope \(schema 3; this"
    ):
        read_session(file)


def test_a_migration_leaves_its_input_alone():
    fields = {"page": "binary", "logits": [1], "target": [0]}
    before = json.dumps(fields)
    migrated(fields)
    assert json.dumps(fields) == before


# -- refusals -------------------------------------------------------------------------------------------

WHOLE = json.loads("".join(session_pieces(Session.of("binary", (BINARY, MULTICLASS), {}))))
PACKED = {"dtype": "<f8", "shape": [1], "base64": "AAAAAAAA8D8="}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "neither"),
        ({"format": "logitscope-session"}, "schema: expected a whole number from 1 on, got null"),
        (WHOLE | {"schema": True}, "schema: expected a whole number"),
        (WHOLE | {"schema": 0}, "schema: expected a whole number from 1 on, got 0"),
        (WHOLE | {"format": "another"}, "neither"),
        (WHOLE | {"page": "ternary"}, "page: expected one of binary, multiclass"),
        (WHOLE | {"binary": 3}, "binary: expected an object, got 3"),
        (WHOLE | {"binary": {"logits": []}}, 'binary: expected the field "target"'),
        (WHOLE | {"binary": WHOLE["multiclass"] | {"page": "binary"}}, "belongs to the session"),
        (WHOLE | {"notes": "x"}, 'unknown field "notes"; a session has'),
        ({k: v for k, v in WHOLE.items() if k != "binary"}, 'expected the field "binary", the page in front'),
        (WHOLE | {"file": 3}, "file: expected text"),
    ],
)
def test_a_wrong_session_is_refused_by_place(fields, said):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011  # the message is what is tested
        parse_session(json.dumps(fields))
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dtype": "<f4"}, 'dtype: expected "<f8", got "<f4"'),
        ({"dtype": "|O"}, "dtype"),
        ({"shape": [2]}, "expected the base64 of 2 numbers, got another length"),
        ({"shape": [2**39]}, "logits: expected at most 1000000 rows"),
        ({"shape": [-1]}, "shape: expected 1 whole number(s)"),
        ({"shape": [1, 1]}, "shape"),
        ({"shape": [True]}, "shape"),
        ({"base64": "!" * 12}, "expected base64"),
        ({"base64": 5}, "another length"),
        ({"more": 1}, "expected a list, or an object with dtype, shape and base64"),
    ],
)
def test_a_wrong_packed_array_is_refused_by_place(changes, said):
    binary = {"logits": PACKED | changes, "target": [0]}
    with pytest.raises(ValueError) as refusal:  # noqa: PT011  # the message is what is tested
        parse_session(json.dumps(WHOLE | {"binary": binary}))
    assert said in str(refusal.value)
    assert "binary: logits" in str(refusal.value)


@pytest.mark.parametrize(
    "view", [3, {"binary": 3}, {"binary": {"row": -1}}, {"binary": {"row": 2**40}}, {"x": 1}]
)
def test_a_selection_that_makes_no_sense_is_passed_over(view):
    assert parse_session(json.dumps(WHOLE | {"view": view})).places == {}


def test_half_a_surrogate_pair_is_refused_since_it_could_not_be_saved():
    text = '{"page": "binary", "logits": [], "target": [], "title": "\\ud800"}'
    with pytest.raises(ValueError, match=r'title: expected text, got "\\ud800"'):
        parse_session(text)


def test_fields_by_the_hundred_thousand_are_refused_before_they_are_parsed(monkeypatch):
    monkeypatch.setattr(json, "loads", lambda *_arguments, **_hooks: pytest.fail("parsed"))
    with pytest.raises(ValueError, match="expected at most 100000 fields, got more"):
        parse_session("{" + '"k":1,' * 100_001 + '"k":1}')
