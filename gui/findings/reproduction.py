"""The rows of a finding as a problem of their own, small enough to paste into a bug report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine import BinaryProblem, Evaluation, Problem, torch_snippet

MOST_NUMBERS = 20_000
"""Logits of a script; of more rows the first are taken."""


def reproduction(evaluation: Evaluation, rows: Sequence[int]) -> tuple[str, int]:
    """A PyTorch script of these rows, or of all where none are named, and how many rows it holds."""
    problem = evaluation.problem
    wanted = rows or range(problem.rows)
    across = max(1, problem.logits.size // max(1, problem.rows))
    kept = list(wanted[: max(1, MOST_NUMBERS // across)])
    formulas = tuple(column.formula for column in evaluation.columns)
    return torch_snippet(_of_rows(problem, kept), formulas), len(kept)


def _of_rows(problem: Problem, rows: list[int]) -> Problem:
    fields: dict[str, Any] = {"logits": problem.logits[rows], "target": problem.target[rows]}
    if isinstance(problem, BinaryProblem) and problem.weight is not None:
        fields["weight"] = problem.weight[rows]
    return problem.replace(**fields)
