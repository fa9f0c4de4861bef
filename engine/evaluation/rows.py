"""Some rows of a problem alone: rows do not depend on one another before the reduction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.evaluate import Evaluation, evaluate, refusal_of
from engine.formulas.catalogue import Catalogue
from engine.problem import BinaryProblem, Problem


def rows_of(problem: Problem, rows: slice | NDArray[np.intp]) -> Problem:
    """The problem of some rows alone, in the order in which they are named."""
    fields: dict[str, Any] = {"logits": problem.logits[rows], "target": problem.target[rows]}
    if isinstance(problem, BinaryProblem) and problem.weight is not None:
        fields["weight"] = problem.weight[rows]
    return problem.replace(**fields)


def refusals_of(problem: Problem, formulas: Catalogue) -> tuple[str | None, ...]:
    """Why PyTorch refuses the whole call, for each formula of the problem's family."""
    own = (formula for formula in formulas if formula.family == problem.family)
    return tuple(refusal_of(formula, problem) for formula in own)


def evaluate_rows(
    problem: Problem,
    rows: slice | NDArray[np.intp],
    formulas: Catalogue,
    refusals: Sequence[str | None] | None = None,
) -> Evaluation:
    """Evaluate some rows alone.

    Parameters
    ----------
    problem : Problem
    rows : slice or integer array
    formulas : tuple of Formula
    refusals : sequence of str or None, optional
        What `refusals_of` gives of the whole problem, by which its rows are judged; by default the rows are
        judged as a call of their own.

    Returns
    -------
    Evaluation
        Its first row is the first one named.
    """
    part = evaluate(rows_of(problem, rows), formulas=formulas)
    if refusals is None or list(refusals) == [column.refusal for column in part.columns]:
        return part
    pairs = zip(part.columns, refusals, strict=True)
    return replace(part, columns=tuple(replace(column, refusal=refusal) for column, refusal in pairs))
