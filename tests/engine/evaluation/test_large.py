"""A large problem's evaluation, slice after slice, against a whole one."""

from __future__ import annotations

import numpy as np
import pytest
from random_problems import any_problem
from same_bits import assert_same

from engine import BinaryProblem, MulticlassProblem, Role, evaluate, formulas_of
from engine.evaluation.large import KEPT, LargeEvaluation, evaluate_large, reevaluate_large

ROLES = frozenset(Role)
LEDGER = ("row_numerators", "row_denominators", "counted", "row_nll", "row_smooth")


def assert_equal(large, whole):
    """Everything that is kept is that of a whole evaluation, float for float."""
    assert len(large.columns) == len(whole.columns)
    for mine, theirs in zip(large.columns, whole.columns, strict=True):
        assert mine.formula is theirs.formula
        assert mine.refusal == theirs.refusal
        assert_same(mine.truth.loss, theirs.truth.loss)
        for name in (*KEPT[whole.problem.family], "error_ulp", "error_bits"):
            assert_same(getattr(mine, name), getattr(theirs, name), name)
        for name in ("reduction", "numerator", "denominator", "value"):
            assert str(getattr(mine.ledger, name)) == str(getattr(theirs.ledger, name)), name
        for name in LEDGER:
            assert_same(getattr(mine.ledger, name), getattr(theirs.ledger, name), name)


def assert_same_row(large, whole, row):
    """Every step and gradient of a row is that of a whole evaluation."""
    part, at = large.of_row(row)
    assert_same(part.activation[at : at + 1], whole.activation[row : row + 1])
    one, same = slice(at, at + 1), slice(row, row + 1)
    for mine, theirs in zip(part.columns, whole.columns, strict=True):
        for step in mine.formula.steps:
            assert_same(mine.values[step.name][one], theirs.values[step.name][same], step.name)
        for name in ("gradient", "gradient_regimes", "no_truth", "regimes"):
            assert_same(getattr(mine, name)[one], getattr(theirs, name)[same], name)
        assert_same(mine.truth.gradient[one], theirs.truth.gradient[same])


@pytest.mark.parametrize("seed", range(60))
def test_slices_give_what_a_whole_evaluation_gives(seed):
    rng = np.random.default_rng(seed)
    problem = any_problem(rng)
    formulas = formulas_of(problem.family, roles=ROLES)
    elements = int(rng.integers(1, 40))
    large = evaluate_large(problem, formulas=formulas, elements=elements)
    whole = evaluate(problem, formulas=formulas)
    assert_equal(large, whole)
    assert_same_row(large, whole, int(rng.integers(problem.rows)))


@pytest.mark.parametrize("seed", range(6))
def test_labels_that_are_no_class_are_told_of_in_every_slice(seed):
    rng = np.random.default_rng(seed)
    target = rng.choice([0, 1, 2, 7, -100], 12)
    smoothing = 0.1 * (seed % 2)
    logits = rng.normal(0, 30, (12, 3))
    problem = MulticlassProblem(logits=logits, target=target, label_smoothing=smoothing, takes_any_label=True)
    assert_equal(evaluate_large(problem, elements=6), evaluate(problem))


@pytest.mark.parametrize("seed", range(60))
def test_an_edit_of_some_rows_gives_what_a_new_evaluation_gives(seed):
    rng = np.random.default_rng(seed)
    before = any_problem(rng)
    rows = np.flatnonzero(rng.random(before.rows) < 0.4)
    logits = before.logits.copy()
    logits[rows] = rng.choice([0.0, 17.0, -200.0, np.nan, np.inf], size=logits[rows].shape)
    problem = before.replace(logits=logits)
    known = evaluate_large(before, elements=int(rng.integers(1, 40)), look=lambda part: part.problem.rows)
    large = reevaluate_large(known, problem, rows)
    assert isinstance(large, LargeEvaluation)
    assert_equal(large, evaluate(problem))


def test_what_was_found_in_a_slice_is_looked_for_again_only_where_a_row_changed():
    seen = []

    def look(part):
        seen.append(part.problem.logits.tolist())
        return part.problem.rows

    problem = BinaryProblem(logits=np.arange(6.0), target=np.zeros(6))
    large = evaluate_large(problem, elements=2, look=look)
    assert large.look(look) == [2, 2, 2]
    seen.clear()
    edited = problem.replace(logits=[0.0, 1.0, 2.0, -3.0, 4.0, 5.0])
    assert reevaluate_large(large, edited, np.array([3])).look(look) == [2, 2, 2]
    assert seen == [[2.0, -3.0]]


def test_progress_may_end_the_work():
    class EndedError(Exception):
        pass

    done = []

    def progress(rows, total):
        done.append((rows, total))
        if rows >= 4:
            raise EndedError

    problem = BinaryProblem(logits=np.zeros(10), target=np.zeros(10))
    with pytest.raises(EndedError):
        evaluate_large(problem, elements=2, progress=progress)
    assert done == [(0, 10), (2, 10), (4, 10)]


def test_a_problem_without_rows_is_one_empty_slice():
    empty = MulticlassProblem(logits=np.zeros((0, 3)), target=np.zeros(0, dtype=int))
    assert_equal(evaluate_large(empty), evaluate(empty))


def test_no_step_and_no_gradient_of_all_rows_of_classes_is_kept():
    rng = np.random.default_rng(0)
    problem = MulticlassProblem(logits=rng.normal(size=(40, 5)), target=rng.integers(0, 5, 40))
    large = evaluate_large(problem, elements=20)
    for column in large.columns:
        held = [each for each in vars(column).values() if isinstance(each, np.ndarray)]
        assert all(each.ndim == 1 for each in held)
