"""From a problem to everything that is shown of it: one evaluation for each change.

Tables, plots, explanation and status bar read an `Evaluation` and compute nothing themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.column import Column, Truth, truth_of
from engine.floats.formats import FloatArray
from engine.floats.rounding import failures_are_results
from engine.formulas.binary import SIGMOID
from engine.formulas.catalogue import Catalogue, formulas_of
from engine.formulas.formula import Formula, Role, Step, Values
from engine.formulas.multiclass import SOFTMAX
from engine.formulas.values import values_of
from engine.problem import MulticlassProblem, Problem

NOT_HONOURED: dict[str, Any] = {"weight": None, "pos_weight": None, "label_smoothing": 0.0}
"""What an option means to a formula that does not take it."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Everything shown of a problem.

    Attributes
    ----------
    problem : Problem
    activation : array, shaped as the logits
        sigmoid(z) or softmax(z), as PyTorch evaluates it in the problem's format.
    columns : tuple of Column
        In the catalogue's order.
    """

    problem: Problem
    activation: FloatArray
    columns: tuple[Column, ...]
    is_large: ClassVar[bool] = False
    """Whether only one number a row is kept (`engine.evaluation.large`)."""

    @property
    def is_complete(self) -> bool:
        """Whether all rows have been evaluated."""
        return True

    def of_row(self, row: int) -> tuple[Evaluation, int]:
        """An evaluation with every step and gradient of a row, and the row's number in it."""
        return self, row

    def column(self, key: str) -> Column:
        """The column of the formula with this key; KeyError if it was not evaluated."""
        for column in self.columns:
            if column.formula.key == key:
                return column
        raise KeyError(key)

    @property
    def exact(self) -> Column:
        """The column with the true values of what the problem's options ask for."""
        return next(c for c in self.columns if c.formula.role is Role.EXACT)


def evaluate(problem: Problem, *, formulas: Catalogue | None = None) -> Evaluation:
    """Evaluate a problem by every formula of its family.

    Parameters
    ----------
    problem : BinaryProblem or MulticlassProblem
    formulas : tuple of Formula, optional
        Which ones; those of other families are passed over. By default what a first start shows.

    Returns
    -------
    Evaluation
    """
    chosen = formulas_of(problem.family) if formulas is None else formulas
    values = values_of(problem)
    shared = _Shared({}, {})
    columns = [
        _column(problem, formula, values, shared) for formula in chosen if formula.family == problem.family
    ]
    first = SIGMOID if problem.family == "binary" else SOFTMAX
    return Evaluation(problem, shared.first_result(first, values), tuple(columns))


class _Shared(NamedTuple):
    """What the columns of one evaluation have in common, by the options their formulas pass over.

    Attributes
    ----------
    truths : dict
    steps : dict
        Results by a formula's steps up to the one that gave them: formulas that begin with the same
        steps compute them once.
    """

    truths: dict[frozenset[str], Truth]
    steps: dict[tuple[frozenset[str], tuple[Step, ...]], FloatArray]

    def run(self, formula: Formula, ignored: frozenset[str], values: Values) -> dict[str, Any]:
        """`Formula.run`, without computing again what another column has."""
        results = dict(values)
        for count, step in enumerate(formula.steps, start=1):
            known = (ignored, formula.steps[:count])
            if known not in self.steps:
                self.steps[known] = step.compute(results)
            results[step.name] = self.steps[known]
        return results

    def first_result(self, step: Step, values: Values) -> FloatArray:
        """The result of a step of the logits alone, whatever the options."""
        known = (result for (_, steps), result in self.steps.items() if steps == (step,))
        result = next(known, None)
        return step.compute(values) if result is None else result


def _ignored(formula: Formula, values: Values) -> frozenset[str]:
    """The options in force that the formula does not take."""
    return frozenset(
        name
        for name, off in NOT_HONOURED.items()
        if name in values and name not in formula.honours and values[name] is not off and values[name] != off
    )


def _without(values: Values, ignored: frozenset[str]) -> dict[str, Any]:
    return {**values, **{name: NOT_HONOURED[name] for name in ignored}}


def honoured_values(problem: Problem, formula: Formula) -> dict[str, Any]:
    """`values_of` a problem without the options that the formula does not take."""
    values = values_of(problem)
    return _without(values, _ignored(formula, values))


def truth_for(problem: Problem, formula: Formula) -> Truth:
    """The truth with the options that the formula takes."""
    return truth_of(problem.family, honoured_values(problem, formula))


@failures_are_results
def _column(problem: Problem, formula: Formula, values: Values, shared: _Shared) -> Column:
    ignored = _ignored(formula, values)
    honoured = _without(values, ignored)
    if ignored not in shared.truths:
        truth = truth_of(problem.family, honoured)
        told = _without_outside(problem, truth.loss)
        shared.truths[ignored] = truth if told is truth.loss else replace(truth, loss=told)
    truth = shared.truths[ignored]
    is_truth = formula.role is Role.EXACT
    results = {**honoured, "loss": truth.loss} if is_truth else shared.run(formula, ignored, honoured)
    return Column(
        formula=formula,
        values=results,
        loss=_without_outside(problem, results["loss"]),
        truth=truth,
        reduction=problem.reduction,
        refusal=refusal_of(formula, problem),
        outside=_outside(problem),
    )


def refusal_of(formula: Formula, problem: Problem) -> str | None:
    """Why PyTorch refuses the whole call, in its words; None if it does not."""
    refusal = formula.refusal(problem) if formula.refusal else None
    if refusal is None and isinstance(problem, MulticlassProblem) and formula.role is not Role.EXACT:
        return problem.out_of_bounds
    return refusal


def _outside(problem: Problem) -> NDArray[np.bool_] | None:
    return problem.outside if isinstance(problem, MulticlassProblem) else None


def _without_outside(problem: Problem, loss: FloatArray) -> FloatArray:
    """Losses, nan where the label is no class."""
    outside = _outside(problem)
    if outside is None:
        return loss
    told = np.array(loss)
    told[outside] = np.nan
    return told
