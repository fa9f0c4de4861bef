"""Findings of slices, put together, against those of the whole."""

from __future__ import annotations

import numpy as np
import pytest
from random_problems import any_problem, healthy_problem

from engine import BinaryProblem, MulticlassProblem, evaluate, findings
from engine.diagnosis.finding import RowNumbers
from engine.diagnosis.findings import OF_ONE_BREAK, look_at_rows
from engine.evaluation.large import evaluate_large, reevaluate_large

NOT_COMPARED = {"result", "part"}
"""What a break gives in its first row: see `engine.diagnosis.findings`."""


def facts(finding):
    """What a finding says, in comparable form."""
    cause = "break" if finding.cause in OF_ONE_BREAK else finding.cause
    said = {name: repr(value) for name, value in finding.values.items() if name not in NOT_COMPARED}
    return finding.key, finding.severity, finding.kind, tuple(finding.rows), cause, finding.code, said


def assert_same_findings(problem, elements):
    whole = findings(evaluate(problem))
    sliced = findings(evaluate_large(problem, elements=elements, look=look_at_rows))
    assert list(map(facts, sliced)) == list(map(facts, whole))


def larger(make, rng):
    """A problem of several random ones after one another, as far as they fit."""
    first = make(rng)
    rows = np.concatenate([np.arange(first.rows), rng.integers(0, first.rows, 12)])
    fields = {"logits": first.logits[rows], "target": first.target[rows]}
    if isinstance(first, BinaryProblem) and first.weight is not None:
        fields["weight"] = first.weight[rows]
    fields["logits"] = np.where(
        rng.random(fields["logits"].shape) < 0.3, fields["logits"], fields["logits"] * 0.5
    )
    return first.replace(**fields)


@pytest.mark.parametrize("seed", range(150))
def test_findings_of_slices_are_those_of_the_whole(seed):
    rng = np.random.default_rng(seed)
    problem = larger(any_problem if seed % 5 else healthy_problem, rng)
    assert_same_findings(problem, int(rng.integers(1, 60)))


def test_rows_quoted_are_the_first_and_the_worst_of_all_slices():
    logits = np.array([1.0, -3.6, -11.0, 1.0, -12.5, -14.0, 200.0])
    assert_same_findings(BinaryProblem(logits=logits, target=np.zeros(7)), 2)


def test_after_an_edit_only_the_slice_of_the_row_is_looked_at_again():
    looked = []

    def look(part):
        looked.append(part.problem.rows)
        return look_at_rows(part)

    problem = BinaryProblem(logits=[1.0, 200.0, 2.0, 200.0, 3.0], target=np.zeros(5))
    known = evaluate_large(problem, elements=2, look=look)
    edited = problem.replace(logits=[1.0, 2.0, 2.0, 200.0, 3.0])
    evaluation = reevaluate_large(known, edited, np.array([1]))
    looked.clear()
    evaluation.look(look)
    assert looked == [2]
    assert list(map(facts, findings(evaluation))) == list(map(facts, findings(evaluate(edited))))


def test_rows_of_a_finding_are_a_tuple_to_whoever_reads_them():
    rows = RowNumbers(np.array([2, 5, 9]))
    assert rows == (2, 5, 9)
    assert 5 in rows
    assert 6 not in rows
    assert list(rows[:2]) == [2, 5]
    assert rows[-1] == 9
    assert RowNumbers.union([rows, RowNumbers(np.array([0, 5]))]) == (0, 2, 5, 9)


def test_a_large_problem_is_told_how_far_the_look_has_come():
    problem = MulticlassProblem(logits=np.zeros((6, 2)), target=np.zeros(6, dtype=int))
    done = []
    findings(evaluate_large(problem, elements=4), lambda rows, total: done.append((rows, total)))
    assert done == [(0, 6), (2, 6), (4, 6)]
