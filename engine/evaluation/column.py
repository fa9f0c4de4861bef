"""One formula's results over all rows, and the truth that they are judged by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.arguments.checks import Reduction
from engine.exact import exact_binary_loss_then_grad, exact_multiclass_loss_then_grad
from engine.exact.no_truth import NoTruth, why_no_truth
from engine.floats.accuracy import bits_lost, ulp_error
from engine.floats.formats import FLOAT64, FloatArray, Format, format_of
from engine.floats.rounding import failures_are_results
from engine.floats.verdicts import classify_gradient, classify_loss
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
    "no_truth",
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

    def loss_in(self, form: Format) -> FloatArray:
        """The losses rounded to a format: the best that a formula can give."""
        if form.name not in self._losses:
            self._losses[form.name] = form.nearest(self.loss)
        return self._losses[form.name]

    def gradient_in(self, form: Format) -> FloatArray:
        """The same of the gradient."""
        if form.name not in self._gradients:
            self._gradients[form.name] = form.nearest(self.gradient)
        return self._gradients[form.name]

    @cached_property
    def _losses(self) -> dict[str, FloatArray]:
        return {}

    @cached_property
    def _gradients(self) -> dict[str, FloatArray]:
        return {}

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
    """The truth for what the values (`engine.formulas.values.values_of`) say of the options."""
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
    outside : bool array, shape (N,), optional
        The rows whose label is no class.
    """

    formula: Formula
    values: Values
    loss: FloatArray
    truth: Truth
    reduction: Reduction
    refusal: str | None
    outside: NDArray[np.bool_] | None = None

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
        return ulp_error(self.loss, self.truth.loss, rounded=self._best_loss)

    @cached_property
    def error_bits(self) -> NDArray[np.float64]:
        """log2(1 + floats between the loss and the truth)."""
        return bits_lost(self.loss, self.truth.loss, rounded=self._best_loss)

    @cached_property
    def regimes(self) -> NDArray[np.uint8]:
        """Each row's `engine.floats.verdicts.Regime`."""
        return classify_loss(
            self.loss,
            self.truth.loss,
            clamped=self.formula.clamped(self.values) if self.formula.clamped else None,
            refused=self._refused,
            overflowed=self._overflowed,
            mistaken=self.formula.role is Role.MISTAKE,
            rounded=self._best_loss,
        )

    @cached_property
    def gradient_error_bits(self) -> NDArray[np.float64]:
        """log2(1 + floats between the gradient and the true one), shaped as the logits."""
        return bits_lost(self.gradient, self.truth.gradient, rounded=self._best_gradient)

    @cached_property
    def gradient_regimes(self) -> NDArray[np.uint8]:
        """Each gradient's `engine.floats.verdicts.GradientRegime`, shaped as the logits."""
        return self._judged(self.gradient, self.truth.gradient, self._best_gradient)

    def gradient_regimes_of(self, moved: int | None) -> NDArray[np.uint8]:
        """The same for the logit of one class alone, shape (N,); None for a binary problem."""
        if moved is None:
            return self.gradient_regimes
        return self._judged(self.gradient[:, moved], self.truth.gradient[:, moved])

    def _judged(
        self, gradient: FloatArray, truth: NDArray[np.float64], best: FloatArray | None = None
    ) -> NDArray[np.uint8]:
        refused = self._refused
        if refused is not None and gradient.ndim > 1:
            refused = refused[:, np.newaxis]
        mistaken = self.formula.role is Role.MISTAKE
        return classify_gradient(gradient, truth, refused=refused, mistaken=mistaken, rounded=best)

    @property
    def _best_loss(self) -> FloatArray:
        return self.truth.loss_in(format_of(self.loss.dtype))

    @property
    def _best_gradient(self) -> FloatArray:
        return self.truth.gradient_in(format_of(self.gradient.dtype))

    @cached_property
    def no_truth(self) -> NDArray[np.uint8]:
        """Why each row has no true value: `engine.exact.no_truth.NoTruth`, NONE where it has one."""
        undefined = np.isnan(self.truth.loss)
        if not undefined.any():
            return np.zeros(len(undefined), dtype=np.uint8)
        names = ("weight", "pos_weight", "label_smoothing")
        options = {name: self.values[name] for name in names if name in self.values}
        reasons = why_no_truth(self.values["z"], self.values["y"], **options)
        reasons[~undefined] = NoTruth.NONE
        # Targets below 0 have limits of either sign.
        reasons[undefined & (reasons == NoTruth.NONE)] = NoTruth.INFINITIES_MEET
        if self.outside is not None:
            reasons[self.outside] = NoTruth.NO_CLASS
        return reasons

    @property
    def _refused(self) -> NDArray[np.bool_] | None:
        """The rows for which PyTorch raises; a refusal is one of the whole call."""
        return None if self.refusal is None else np.isnan(self.loss)

    @property
    def _overflowed(self) -> NDArray[np.bool_] | None:
        """Where the true loss is infinite in float64 alone: at finite logits. Other formats have none."""
        if self.values["z"].dtype != FLOAT64.dtype or not np.isinf(self.truth.loss).any():
            return None
        logits = np.isfinite(self.values["z"])
        return logits if logits.ndim == 1 else np.asarray(logits.all(axis=1))

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
