"""From a problem to everything that is shown of it: one evaluation for each change.

Tables, plots, explanation and status bar read an `Evaluation` and compute nothing themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arguments.checks import Reduction
from engine.exact import exact_binary_loss_then_grad, exact_multiclass_loss_then_grad
from engine.floats.accuracy import bits_lost, classify_gradient, classify_loss, ulp_error
from engine.floats.formats import FloatArray
from engine.floats.rounding import failures_are_results
from engine.formulas.binary import SIGMOID
from engine.formulas.catalogue import CATALOGUE, Catalogue, formulas_of
from engine.formulas.formula import Formula, Role, Step, Values
from engine.formulas.multiclass import SOFTMAX
from engine.problem import BinaryProblem, MulticlassProblem, Problem
from engine.pytorch.class_activations import class_major
from engine.pytorch.reduction import Ledger

NOT_HONOURED: dict[str, Any] = {"weight": None, "pos_weight": None, "label_smoothing": 0.0}
"""What an option means to a formula that does not take it."""


def values_of(problem: Problem) -> dict[str, Any]:
    """The names a formula's first step may use, in the problem's format.

    Returns
    -------
    dict
        Binary: `z` (N,), `y` (N,), `weight` (N,) or None, `pos_weight` () or None. Multiclass: `z`
        (N, C), `y` int64 (N,) or (N, C), `weight` (C,) or None, `ignore_index`, `label_smoothing`.
    """
    rounded = problem.format.round
    if isinstance(problem, BinaryProblem):
        return {
            "z": problem.input,
            "y": rounded(problem.target),
            "weight": None if problem.weight is None else rounded(problem.weight),
            "pos_weight": None if problem.pos_weight is None else rounded(problem.pos_weight),
        }
    assert isinstance(problem, MulticlassProblem)
    return {
        "z": problem.input if problem.has_probabilities else class_major(problem.input),
        "y": rounded(problem.target) if problem.has_probabilities else problem.target,
        "weight": None if problem.weight is None else rounded(problem.weight),
        "ignore_index": problem.ignore_index,
        "label_smoothing": problem.label_smoothing,
    }


@dataclass(frozen=True, eq=False)
class Truth:
    """The true losses and gradients for one set of honoured options, in float64.

    Attributes
    ----------
    loss : float64 array, shape (N,)
    compute_gradient : callable
        Gives `gradient`, when it is first read.
    """

    loss: NDArray[np.float64]
    compute_gradient: Callable[[], NDArray[np.float64]]

    @cached_property
    def gradient(self) -> NDArray[np.float64]:
        """Of each row's own true loss, shaped as the logits."""
        return self.compute_gradient()


@dataclass(frozen=True, eq=False)
class Column:
    """One formula's results over all rows.

    Attributes
    ----------
    formula : Formula
    values : mapping
        Every step's result by name, for the explanation of a row.
    loss : array, shape (N,)
        Each row's own loss, weighted, in the problem's format (the exact form's in float64).
    truth : Truth
        What the formula should have given.
    reduction : {'none', 'mean', 'sum'}
    refusal : str or None
        Why PyTorch refuses the whole call, if it does.
    """

    formula: Formula
    values: Values
    loss: FloatArray
    truth: Truth
    reduction: Reduction
    refusal: str | None

    @cached_property
    @failures_are_results
    def gradient(self) -> FloatArray:
        """Of each row's own loss with respect to its logits, shaped as the logits."""
        if self.formula.role is Role.EXACT:
            return self.truth.gradient
        return self.formula.gradient(self.values)

    @cached_property
    @failures_are_results
    def ledger(self) -> Ledger:
        """How the reduced value comes about."""
        return self.formula.ledger(self.values, self.reduction)

    @cached_property
    def error_ulp(self) -> NDArray[np.float64]:
        """The loss's distance from the truth, in units in the last place of the format."""
        return ulp_error(self.loss, self.truth.loss)

    @cached_property
    def error_bits(self) -> NDArray[np.float64]:
        """log2(1 + floats between the loss and the truth)."""
        return bits_lost(self.loss, self.truth.loss)

    @cached_property
    def regimes(self) -> NDArray[np.uint8]:
        """Each row's `engine.floats.accuracy.Regime`."""
        clamped = self.formula.clamped(self.values) if self.formula.clamped else None
        return classify_loss(self.loss, self.truth.loss, clamped=clamped)

    @cached_property
    def gradient_error_bits(self) -> NDArray[np.float64]:
        """log2(1 + floats between the gradient and the true one), shaped as the logits."""
        return bits_lost(self.gradient, self.truth.gradient)

    @cached_property
    def gradient_regimes(self) -> NDArray[np.uint8]:
        """Each gradient's `engine.floats.accuracy.GradientRegime`, shaped as the logits."""
        return classify_gradient(self.gradient, self.truth.gradient)


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


@dataclass(frozen=True, slots=True)
class _Shared:
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

    def run(self, formula: Formula, ignored: frozenset[str], values: Mapping[str, Any]) -> dict[str, Any]:
        """`Formula.run`, without computing again what another column has."""
        results = dict(values)
        for count, step in enumerate(formula.steps, start=1):
            known = (ignored, formula.steps[:count])
            if known not in self.steps:
                self.steps[known] = step.compute(results)
            results[step.name] = self.steps[known]
        return results

    def first_result(self, step: Step, values: Mapping[str, Any]) -> FloatArray:
        """The result of a step of the logits alone, whatever the options."""
        known = (result for (_, steps), result in self.steps.items() if steps == (step,))
        result = next(known, None)
        return step.compute(values) if result is None else result


@failures_are_results
def _column(problem: Problem, formula: Formula, values: Mapping[str, Any], shared: _Shared) -> Column:
    ignored = frozenset(
        name
        for name, off in NOT_HONOURED.items()
        if name in values and name not in formula.honours and values[name] is not off and values[name] != off
    )
    honoured = {**values, **{name: NOT_HONOURED[name] for name in ignored}}
    if ignored not in shared.truths:
        shared.truths[ignored] = truth_of(problem, honoured)
    truth = shared.truths[ignored]
    is_truth = formula.role is Role.EXACT
    results = {**honoured, "loss": truth.loss} if is_truth else shared.run(formula, ignored, honoured)
    return Column(
        formula=formula,
        values=results,
        loss=results["loss"],
        truth=truth,
        reduction=problem.reduction,
        refusal=formula.refusal(problem) if formula.refusal else None,
    )


def truth_of(problem: Problem, values: Values) -> Truth:
    """The truth for what the values (`values_of`) say of the options."""
    z, y = values["z"], values["y"]
    if problem.family == "binary":
        options = {name: values[name] for name in ("weight", "pos_weight")}
        return Truth(*exact_binary_loss_then_grad(z, y, **options))
    options = {name: values[name] for name in ("weight", "ignore_index", "label_smoothing")}
    return Truth(*exact_multiclass_loss_then_grad(z, y, **options))


__all__ = ["CATALOGUE", "Column", "Evaluation", "Truth", "evaluate", "truth_of", "values_of"]
