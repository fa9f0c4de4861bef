"""One formula's results over all rows, and the truth that they are judged by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.arguments.checks import Reduction
from engine.exact import exact_binary_loss_then_grad, exact_multiclass_loss_then_grad
from engine.floats.accuracy import bits_lost, classify_gradient, classify_loss, ulp_error
from engine.floats.formats import FloatArray
from engine.floats.rounding import failures_are_results
from engine.formulas.formula import Formula, Role, Values
from engine.problem import Family
from engine.pytorch.reduction import Ledger

Put = Callable[[FloatArray, FloatArray], FloatArray]
"""From the results of all rows and new ones of a few to a copy with the new ones in their places."""

ROW_RESULTS = (
    "gradient",
    "error_ulp",
    "error_bits",
    "regimes",
    "gradient_error_bits",
    "gradient_regimes",
)
"""A column's results with one entry a row, made when first read."""


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

    def patched(self, part: Truth, put: Put, anew: Callable[[], Truth]) -> Truth:
        """The same truth with the rows of `part` put in their places.

        A gradient that nobody has read is computed `anew` when it is, and not for the sake of a few rows.
        """
        loss = put(self.loss, part.loss)
        if "gradient" not in vars(self):
            return Truth(loss, lambda: anew().gradient)
        gradient = put(self.gradient, part.gradient)
        return Truth(loss, lambda: gradient)


def truth_of(family: Family, values: Values) -> Truth:
    """The truth for what the values (`engine.evaluation.evaluate.values_of`) say of the options."""
    z, y = values["z"], values["y"]
    if family == "binary":
        options = {name: values[name] for name in ("weight", "pos_weight")}
        return Truth(*exact_binary_loss_then_grad(z, y, **options))
    options = {name: values[name] for name in ("weight", "ignore_index", "label_smoothing")}
    return Truth(*exact_multiclass_loss_then_grad(z, y, **options))


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

    def patched(self, part: Column, put: Put, truth: Truth, refusal: str | None) -> Column:
        """The same column with the rows of `part` put in their places; what has been read is carried over.

        Parameters
        ----------
        part : Column
            The same formula's, over the changed rows alone.
        put : callable
        truth : Truth
            Of all rows, after the change.
        refusal : str or None
        """
        formula = self.formula
        with_rows = {"z", "y", *(step.name for step in formula.steps)}
        if formula.family == "binary":  # where the other family's weight has one entry a class
            with_rows.add("weight")
        values = {
            name: put(value, part.values[name]) if name in with_rows and value is not None else value
            for name, value in self.values.items()
        }
        column = replace(self, values=values, loss=put(self.loss, part.loss), truth=truth, refusal=refusal)
        read = [name for name in ROW_RESULTS if name in vars(self)]
        vars(column).update({name: put(getattr(self, name), getattr(part, name)) for name in read})
        return column
