"""An evaluation after an edit of a few rows, from the one before it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evaluate import Column, Evaluation, Truth, evaluate, truth_of
from engine.floats.formats import FloatArray
from engine.formulas.formula import Values
from engine.problem import BinaryProblem, MulticlassProblem, Problem

RESULTS = (
    "gradient",
    "error_ulp",
    "error_bits",
    "regimes",
    "gradient_error_bits",
    "gradient_regimes",
)
"""A column's results with one entry a row, made when first read."""


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

    Notes
    -----
    Rows do not depend on one another before the reduction, so K rows are evaluated and put into
    copies of the other arrays: 100,000 rows cost a copy of memory instead of their logarithms.
    """
    formulas = tuple(column.formula for column in evaluation.columns)
    part = evaluate(_rows_of(problem, rows), formulas=formulas)
    patch = _Patch(rows, problem.rows)
    columns = tuple(
        _patched_column(old, new, problem, patch)
        for old, new in zip(evaluation.columns, part.columns, strict=True)
    )
    return Evaluation(problem, patch(evaluation.activation, part.activation), columns)


def _rows_of(problem: Problem, rows: NDArray[np.intp]) -> Problem:
    fields: dict[str, Any] = {"logits": problem.logits[rows], "target": problem.target[rows]}
    if isinstance(problem, BinaryProblem) and problem.weight is not None:
        fields["weight"] = problem.weight[rows]
    return problem.replace(**fields)


class _Patch:
    """Puts results of some rows into copies of all rows' arrays, one copy for each shared array."""

    def __init__(self, rows: NDArray[np.intp], count: int) -> None:
        self._rows = rows
        self._count = count
        self._copies: dict[int, FloatArray] = {}
        self._truths: dict[int, Truth] = {}

    def __call__(self, old: FloatArray, new: FloatArray) -> FloatArray:
        if id(old) not in self._copies:
            copy = np.array(old)
            copy[self._rows] = new
            self._copies[id(old)] = copy
        return self._copies[id(old)]

    def step(self, old: Any, new: Any) -> Any:
        """One of a formula's values; those without an entry a row are options and stay."""
        has_rows = isinstance(old, np.ndarray) and old.ndim > 0 and len(old) == self._count
        return self(old, new) if has_rows else old

    def truth(self, old: Truth, new: Truth, problem: Problem, values: Values) -> Truth:
        """The truth of all rows, for one set of honoured options; `values` are those of the problem.

        A gradient that nobody has read is not computed for the sake of the few rows either, and then does
        not hold on to the evaluation before.
        """
        if id(old) not in self._truths:
            loss = self(old.loss, new.loss)
            if "gradient" in vars(old):
                gradient = self(old.gradient, new.gradient)
                self._truths[id(old)] = Truth(loss, lambda: gradient)
            else:
                self._truths[id(old)] = Truth(loss, lambda: truth_of(problem, values).gradient)
        return self._truths[id(old)]


def _patched_column(old: Column, new: Column, problem: Problem, patch: _Patch) -> Column:
    # The weight of a multiclass problem has one entry a class, perhaps as many as there are rows.
    options = {"weight"} if isinstance(problem, MulticlassProblem) else set()
    values = {
        name: value if name in options else patch.step(value, new.values[name])
        for name, value in old.values.items()
    }
    column = replace(
        old,
        values=values,
        loss=patch(old.loss, new.loss),
        truth=patch.truth(old.truth, new.truth, problem, values),
        refusal=old.formula.refusal(problem) if old.formula.refusal else None,
    )
    for name in RESULTS:
        if name in old.__dict__:
            column.__dict__[name] = patch(getattr(old, name), getattr(new, name))
    return column
