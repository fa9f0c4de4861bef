"""Any problem, written and opened again, is the same problem bit for bit."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine import FLOAT32, FORMATS, REDUCTIONS, BinaryProblem, MulticlassProblem
from gui.files.export import export_now
from gui.files.first_session import likeliest, read_files
from gui.session.session_file import Session, read_session, session_pieces

FLOATS = st.floats(allow_nan=True, allow_infinity=True, width=64)
NAMES = st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1, max_size=6)

ROW_NAMES = st.one_of(
    st.builds("{} {}".format, st.integers(1, 99), NAMES),
    st.integers(-9, 9).map(str),
    st.sampled_from(["", "NA", "nan", "1,5", " a ", "True", "#N/A", 'say "no"', "01", "x" * 90]),
    st.text(st.characters(exclude_categories=("C",)), max_size=8),
)
"""Samples' and labels' names, and numbers, blanks and others that a table's cells could take for values."""


def floats(*shape: int):
    return arrays.arrays(np.float64, shape, elements=FLOATS)


@st.composite
def binary_problems(draw, least_rows: int = 1):
    rows = draw(st.integers(least_rows, 6))
    return BinaryProblem(
        logits=draw(floats(rows)),
        target=draw(floats(rows)),
        weight=draw(st.none() | floats(rows)),
        pos_weight=draw(st.none() | FLOATS),
        row_names=draw(st.none() | st.lists(ROW_NAMES, min_size=rows, max_size=rows)),
        format=draw(st.sampled_from(FORMATS)),
        reduction=draw(st.sampled_from(REDUCTIONS)),
    )


@st.composite
def multiclass_problems(draw, least_rows: int = 1):
    rows, classes = draw(st.integers(least_rows, 5)), draw(st.integers(2, 4))
    labels = arrays.arrays(np.int64, rows, elements=st.sampled_from([*range(classes), -100, -1, 255]))
    names = st.lists(NAMES, min_size=classes, max_size=classes, unique=True).map(tuple)
    return MulticlassProblem(
        logits=draw(floats(rows, classes)),
        target=draw(labels | floats(rows, classes)),
        weight=draw(st.none() | floats(classes)),
        ignore_index=draw(st.sampled_from([-100, -1, 255, 0])),
        label_smoothing=draw(st.floats(0, 1)),
        class_names=draw(st.none() | names),
        takes_any_label=True,
        format=draw(st.sampled_from(FORMATS)),
        reduction=draw(st.sampled_from(REDUCTIONS)),
    )


def assert_same(problem, again) -> None:
    """Every field equal, arrays bit for bit but for the sign and payload of a nan."""
    assert type(problem) is type(again)
    for field in fields(problem):
        one, other = getattr(problem, field.name), getattr(again, field.name)
        if isinstance(one, np.ndarray):
            assert one.shape == other.shape
            assert one.dtype.kind == other.dtype.kind
            np.testing.assert_array_equal(one, other, err_msg=field.name)
            if one.dtype.kind == "f":
                numbers = ~np.isnan(one)
                np.testing.assert_array_equal(np.signbit(one[numbers]), np.signbit(other[numbers]))
        elif isinstance(one, float) and np.isnan(one):
            assert np.isnan(other)
        else:
            assert one == other, field.name


def exported_and_opened(problem, suffix: str):
    with TemporaryDirectory() as folder:
        path = Path(folder, f"table{suffix}")
        export_now(problem, path)
        return likeliest(read_files([path]), FLOAT32)


@pytest.mark.parametrize("suffix", [".npz", ".csv"])
@settings(max_examples=60, deadline=None)
@given(problem=binary_problems() | multiclass_problems())
def test_an_export_opens_as_the_problem_it_was(suffix, problem):
    assert_same(problem, exported_and_opened(problem, suffix))


@settings(max_examples=60, deadline=None)
@given(problem=binary_problems(0) | multiclass_problems(0))
def test_a_session_opens_as_the_problem_it_was(problem):
    with TemporaryDirectory() as folder:
        path = Path(folder, "work.json")
        path.write_text("".join(session_pieces(Session.of(problem.family, (problem,), {}))), encoding="utf-8")
        assert_same(problem, read_session(path).problems[problem.family].problem)


@pytest.mark.parametrize("suffix", [".npz", ".csv"])
@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_the_format_and_korean_names_come_back(suffix, fmt):
    problem = MulticlassProblem(
        logits=[[0.1, 2.0], [3.0, -0.0]], target=[0, 1], format=fmt, class_names=("고양이", "개, 강아지")
    )
    assert_same(problem.replace(takes_any_label=True), exported_and_opened(problem, suffix))


@pytest.mark.parametrize("suffix", [".npz", ".csv"])
@pytest.mark.parametrize("classes", [1, 130, 1000])
def test_one_class_and_a_thousand_come_back(suffix, classes):
    logits = np.linspace(-5, 5, 2 * classes).reshape(2, classes)
    problem = MulticlassProblem(logits=logits, target=[0, classes - 1], takes_any_label=True)
    assert_same(problem, exported_and_opened(problem, suffix))
