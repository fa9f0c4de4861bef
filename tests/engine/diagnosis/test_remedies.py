"""Every finding says how bad it is and what to change, in an order that puts the worst first."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted_mistakes import PLANTED, planted
from random_problems import any_problem

from engine import (
    CATALOGUE,
    FINDING_KEYS,
    KINDS,
    SEVERITIES,
    BinaryProblem,
    Finding,
    Kind,
    MulticlassProblem,
    Severity,
    evaluate,
    findings,
    softmax,
)


def all_planted() -> Iterator[tuple[BinaryProblem | MulticlassProblem, Finding]]:
    for name in PLANTED:
        evaluation = planted(name, np.random.default_rng(3))[1]
        yield from ((evaluation.problem, each) for each in findings(evaluation))


def test_every_sort_of_finding_is_planted_somewhere_but_the_rarest():
    named = {name.split(",")[0] for name in PLANTED}
    assert set(FINDING_KEYS) - named == {"empty_batch", "exploded_gradient"}


def test_every_finding_has_a_cause_a_change_and_a_line_of_python():
    for _, each in all_planted():
        assert each.message
        assert each.change
        assert "{" not in each.message + each.change
        ast.parse(each.code)


def test_kinds_and_severities_stand_in_their_order():
    assert [str(severity) for severity in SEVERITIES] == [
        "broken",
        "wrong number",
        "suspicious",
        "good to know",
    ]
    assert KINDS[0] is Kind.INPUT
    assert KINDS.index(Kind.REFUSED) < KINDS.index(Kind.NAN) < KINDS.index(Kind.INFINITE)
    assert KINDS.index(Kind.CLAMPED) < KINDS.index(Kind.GRADIENT) < KINDS.index(Kind.FEEDING)
    assert KINDS[-2:] == (Kind.UNDERFLOW, Kind.DIGITS)


@given(seed=st.integers(0, 2**32 - 1))
def test_the_worst_comes_first_then_the_kind_then_pytorch_s_formulas_then_rows(seed):
    there = findings(evaluate(any_problem(np.random.default_rng(seed)), formulas=CATALOGUE))
    places = {formula.key: place for place, formula in enumerate(CATALOGUE)}

    def order(each: Finding) -> tuple[int, int, int, int]:
        place = -1 if each.formula is None else places[each.formula]
        return (
            SEVERITIES.index(each.severity),
            KINDS.index(each.kind),
            place,
            each.rows[0] if each.rows else -1,
        )

    assert [order(each) for each in there] == sorted(order(each) for each in there)


@pytest.mark.parametrize(
    ("kind", "severities"),
    [
        (Kind.REFUSED, {Severity.BROKEN}),
        (Kind.NAN, {Severity.BROKEN}),
        (Kind.INFINITE, {Severity.BROKEN}),
        (Kind.CLAMPED, {Severity.WRONG}),
        (Kind.UNDERFLOW, {Severity.GOOD_TO_KNOW}),
        (Kind.DIGITS, {Severity.GOOD_TO_KNOW}),
    ],
)
def test_a_kind_says_how_bad_it_is(kind, severities):
    assert {each.severity for _, each in all_planted() if each.kind is kind} <= severities


def test_options_in_force_stand_in_the_line_to_copy():
    problem = MulticlassProblem(
        logits=softmax(np.random.default_rng(0).normal(size=(8, 3))),
        target=np.arange(8) % 3,
        weight=[1, 2, 3],
        ignore_index=7,
        label_smoothing=0.1,
        reduction="sum",
    )
    code = next(each.code for each in findings(evaluate(problem)) if each.key == "softmax_twice")
    options = "weight=weight, ignore_index=7, label_smoothing=0.1, reduction='sum'"
    assert code.startswith(f"loss = F.cross_entropy(logits, target, {options})")


def test_every_line_to_copy_runs_in_pytorch():
    torch = pytest.importorskip("torch")
    stopped: list[str] = []
    for problem, each in all_planted():
        dtype = getattr(torch, problem.format.name)
        indices = problem.family == "multiclass" and not problem.has_probabilities
        names = {
            "torch": torch,
            "F": torch.nn.functional,
            "logits": torch.tensor(problem.logits, dtype=dtype, requires_grad=True),
            "target": torch.tensor(problem.target, dtype=torch.int64 if indices else dtype),
            "features": torch.zeros(2, 2),
            "head": torch.nn.Identity(),
        }
        for option in ("weight", "pos_weight"):
            if getattr(problem, option, None) is not None:
                names[option] = torch.tensor(getattr(problem, option), dtype=dtype)
        try:
            exec(each.code, names)
        except AssertionError:
            stopped.append(each.code)
    # A line that stops at what is wrong is a change, too: it fails on purpose.
    assert stopped
    assert all(code.startswith("assert ") for code in stopped)
