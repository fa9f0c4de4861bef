"""An evaluation after an edit of a few rows, from the one before it."""

from __future__ import annotations

from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.column import Column, Put, Truth
from engine.evaluation.evaluate import Evaluation, evaluate, truth_for
from engine.evaluation.rows import rows_of
from engine.floats.formats import FloatArray
from engine.problem import MulticlassProblem, Problem


def reevaluate(evaluation: Evaluation, problem: Problem, rows: NDArray[np.intp]) -> Evaluation:
    """The evaluation of a problem that differs from an evaluated one in a few rows.

    Parameters
    ----------
    evaluation : Evaluation
        Stays as it is.
    problem : Problem
        As `evaluation.problem` in everything but the logits, targets and binary weights of `rows`.
    rows : integer array, shape (K,)
        Without repetition.

    Returns
    -------
    Evaluation
        Equal to ``evaluate(problem, formulas=...)`` with the same formulas. Ledgers are made anew
        when read; what else has been read of `evaluation` is carried over.

    Raises
    ------
    ValueError
        If the problem has another family, format or shape than the one evaluated.
    IndexError
        If a row is out of bounds.

    Notes
    -----
    Rows do not depend on one another before the reduction, so K rows are evaluated and put into
    copies of the other arrays: 100,000 rows cost a copy of memory instead of their logarithms.
    """
    before = evaluation.problem
    same = ("family", "format", "logits.shape", "target.ndim")
    if any(attrgetter(name)(before) != attrgetter(name)(problem) for name in same):
        raise ValueError("problem: expected the family, format and shape of the one evaluated")
    formulas = tuple(column.formula for column in evaluation.columns)
    if any(isinstance(each, MulticlassProblem) and each.outside is not None for each in (before, problem)):
        return evaluate(problem, formulas=formulas)
    part = evaluate(rows_of(problem, rows), formulas=formulas)
    put, truths = _patch(rows), dict[int, Truth]()

    def patched(old: Column, new: Column) -> Column:
        formula = old.formula
        if id(old.truth) not in truths:
            truths[id(old.truth)] = old.truth.patched(new.truth, put, lambda: truth_for(problem, formula))
        refusal = formula.refusal(problem) if formula.refusal else None
        return old.patched(new, put, truths[id(old.truth)], refusal)

    columns = tuple(map(patched, evaluation.columns, part.columns))
    return Evaluation(problem, put(evaluation.activation, part.activation), columns)


def _patch(rows: NDArray[np.intp]) -> Put:
    """Puts results of some rows into copies of all rows' arrays, one copy for each shared array."""
    copies: dict[int, FloatArray] = {}

    def put(old: FloatArray, new: FloatArray) -> FloatArray:
        if id(old) not in copies:
            copies[id(old)] = np.array(old)
            copies[id(old)][rows] = new
        return copies[id(old)]

    return put
