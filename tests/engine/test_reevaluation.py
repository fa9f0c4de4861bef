"""An evaluation patched row by row against a whole one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from same_bits import assert_same

from engine import (
    FORMATS,
    BinaryProblem,
    MulticlassProblem,
    evaluate,
    formulas_of,
    reevaluate,
)
from engine.evaluation.column import ROW_RESULTS

LOGITS = st.one_of(
    st.floats(width=64), st.sampled_from([-200.0, -0.0, 17.0, 89.0, 1e-46, 1e38, np.inf, -np.inf, np.nan])
)


def assert_equal(patched, whole):
    assert_same(patched.activation, whole.activation)
    for mine, theirs in zip(patched.columns, whole.columns, strict=True):
        assert mine.formula is theirs.formula
        assert mine.refusal == theirs.refusal
        assert_same(mine.loss, theirs.loss)
        assert_same(mine.truth.loss, theirs.truth.loss)
        assert_same(mine.truth.gradient, theirs.truth.gradient)
        assert mine.values.keys() == theirs.values.keys()
        for name, value in mine.values.items():
            assert_same(value, theirs.values[name], name)
        for name in ROW_RESULTS:
            assert_same(getattr(mine, name), getattr(theirs, name), name)
        assert str(mine.ledger.value) == str(theirs.ledger.value)
        assert_same(mine.ledger.row_numerators, theirs.ledger.row_numerators)


def read_everything(evaluation):
    for column in evaluation.columns:
        for name in (*ROW_RESULTS, "ledger"):
            getattr(column, name)


@st.composite
def edited_problems(draw):
    """A problem, the same one with a few rows edited, and these rows."""
    count = draw(st.integers(1, 6))
    fmt = draw(st.sampled_from(FORMATS))
    if draw(st.booleans()):
        shape, target = (count,), draw(st.lists(st.floats(0, 1), min_size=count, max_size=count))
        weight = draw(st.none() | st.just(np.linspace(0.5, 2, count)))
        kind = BinaryProblem
        options = {"pos_weight": draw(st.none() | st.just(3.0))}
    else:
        shape, kind = (count, 3), MulticlassProblem
        target = draw(st.lists(st.sampled_from([0, 1, 2, -100]), min_size=count, max_size=count))
        if draw(st.booleans()):
            target = np.eye(3)[np.clip(target, 0, 2)]
        weight = draw(st.none() | st.just(np.array([1.0, 2.0, 0.5])))
        options = {"label_smoothing": draw(st.sampled_from([0.0, 0.1]))}
    size = int(np.prod(shape))
    before, after = (
        np.reshape(draw(st.lists(LOGITS, min_size=size, max_size=size)), shape) for _ in range(2)
    )
    rows = np.array(sorted(draw(st.sets(st.integers(0, count - 1), min_size=1))), dtype=np.intp)
    logits = np.array(before)
    logits[rows] = after[rows]
    problem = kind(logits=before, target=target, weight=weight, format=fmt, **options)
    return problem, problem.replace(logits=logits), rows


@given(edited_problems(), st.booleans())
@settings(max_examples=60)
def test_an_edit_of_some_rows_gives_what_a_whole_evaluation_gives(edited, read_before):
    before, after, rows = edited
    formulas = formulas_of(before.family)
    evaluation = evaluate(before, formulas=formulas)
    if read_before:
        read_everything(evaluation)
    assert_equal(reevaluate(evaluation, after, rows), evaluate(after, formulas=formulas))


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_rows_of_a_table_longer_than_a_block_are_what_they_are_alone(fmt):
    rng = np.random.default_rng(5)
    problem = BinaryProblem(logits=rng.normal(0, 30, 40_001), target=rng.integers(0, 2, 40_001), format=fmt)
    evaluation = evaluate(problem)
    read_everything(evaluation)
    rows = np.array([0, 17, 20_000, 40_000])
    logits = np.array(problem.logits)
    logits[rows] = [-89.0, np.nan, 1.5, 17.0]
    after = problem.replace(logits=logits)
    assert_equal(reevaluate(evaluation, after, rows), evaluate(after))


def test_the_evaluation_before_the_edit_stays_as_it_was():
    problem = BinaryProblem(logits=[1.0, 2.0], target=[1, 0])
    evaluation = evaluate(problem)
    losses = np.array(evaluation.exact.loss)
    reevaluate(evaluation, problem.replace(logits=[1.0, 5.0]), np.array([1]))
    np.testing.assert_array_equal(evaluation.exact.loss, losses)


def test_a_refusal_comes_and_goes_with_the_row_at_fault():
    problem = BinaryProblem(logits=[1.0, 2.0], target=[1.0, 0.0])
    wrong = problem.replace(target=[1.0, 2.0])
    refused = reevaluate(evaluate(problem), wrong, np.array([1]))
    assert "between 0 and 1" in refused.column("bce_sigmoid").refusal
    assert reevaluate(refused, problem, np.array([1])).column("bce_sigmoid").refusal is None


def test_a_weight_a_class_stays_where_there_are_as_many_classes_as_rows():
    problem = MulticlassProblem(logits=np.eye(3), target=[0, 1, 2], weight=[1.0, 2.0, 3.0])
    after = problem.replace(logits=np.eye(3) * 2)
    assert_equal(reevaluate(evaluate(problem), after, np.arange(3)), evaluate(after))


@pytest.mark.parametrize(
    "other",
    [
        BinaryProblem(logits=[1.0, 2.0, 3.0], target=[1, 0, 1]),
        BinaryProblem(logits=[1.0, 2.0], target=[1, 0], format=FORMATS[0]),
        MulticlassProblem(logits=[[1.0], [2.0]], target=[0, 0]),
    ],
    ids=["another number of rows", "another format", "another family"],
)
def test_a_problem_of_another_kind_is_refused(other):
    with pytest.raises(ValueError, match="family, format and shape"):
        reevaluate(evaluate(BinaryProblem(logits=[1.0, 2.0], target=[1, 0])), other, np.array([0]))


def test_a_row_out_of_bounds_is_refused():
    problem = BinaryProblem(logits=[1.0, 2.0], target=[1, 0])
    with pytest.raises(IndexError):
        reevaluate(evaluate(problem), problem, np.array([2]))
