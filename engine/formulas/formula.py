"""What a formula is: one way to compute a loss from logits, as named steps.

The entries themselves stand in `engine.formulas.binary` and `engine.formulas.multiclass`, the
catalogue of all of them in `engine.formulas.catalogue`. Table columns, curves, legends, the explanation of a
row and the code snippets are derived from these values; nothing else lists the losses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.arguments.checks import Reduction
from engine.floats.formats import FloatArray
from engine.floats.rounding import failures_are_results
from engine.problem import Family, Problem
from engine.pytorch.reduction import Ledger

Values = Mapping[str, Any]
"""The names a step may use: `z`, `y`, the options, and every earlier step's result."""


class Role(StrEnum):
    """What a formula is there to show."""

    EXACT = "exact"
    """The true value; every other formula's error is measured against it."""
    PYTORCH = "pytorch"
    """One of the four losses, fed as its documentation asks."""
    SCRATCH = "scratch"
    """The textbook form, kept as it is."""
    MISTAKE = "mistake"
    """A well-known wrong feeding that raises no error."""
    STABILISER = "stabiliser"
    """A home-made repair of the textbook form."""


class Factor(NamedTuple):
    """A number that an option puts into one row's loss, for example ``weight[y] = 6``."""

    name: str
    expression: str
    value: Any


class Told(NamedTuple):
    """What a step computes for one row: its expression, and the factors in it that are no steps."""

    expression: str
    factors: tuple[Factor, ...] = ()


Tell = Callable[[Values, int], Told]
"""From the values after all steps and a row to what a step computes there."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One named intermediate result; formulas that share the object share its result.

    Attributes
    ----------
    name : str
        How later steps and the explanation call it, for example ``p``.
    expression : str
        What it is in terms of earlier names where no option is in force, for example ``sigmoid(z)``.
    compute : callable
        The vectorised function of the values so far; keeps their format.
    tell : callable, optional
        Gives `told` of a step into which options enter (`engine.formulas.row_expressions`).
    """

    name: str
    expression: str
    compute: Callable[[Values], FloatArray]
    tell: Tell | None = None

    @failures_are_results
    def told(self, values: Values, row: int) -> Told:
        """What the step computes for a row, with the options that the values hold."""
        return Told(self.expression) if self.tell is None else self.tell(values, row)


@dataclass(frozen=True, slots=True)
class Formula:
    """One way to compute a loss from logits.

    Attributes
    ----------
    key : str
        Identifies it in files and settings.
    title : str
        As columns and legends show it, for example ``BCELoss(sigmoid(z))``.
    family : {'binary', 'multiclass'}
    role : Role
    expression : str
        The whole formula as text.
    steps : tuple of Step
        In order; the last one is named ``loss`` and gives each row's own loss, weighted, unreduced.
    gradient : callable
        From the values after all steps to the gradient of each row's own loss with respect to the
        logits, shaped as the logits, as autograd gives it through the whole chain.
        Called by `engine.evaluation.column.Column.gradient`, which silences NumPy's warnings.
    ledger : callable
        From the values and the reduction to how the reduced value comes about.
    source : str
        Where formula and order of operations come from.
    honours : frozenset of str
        The options that the formula takes into account (`weight`, `pos_weight`, `ignore_index`,
        `label_smoothing`). Its error is measured against the true loss with just these.
    torch_code, numpy_code : str
        One expression each for the reduced loss, in terms of `z`, `y`, `reduction`, the options and
        the functions of `engine.snippets`, for the code snippets.
    clamped : callable, optional
        From the values to the rows in which a clamp replaced the logarithm.
    refusal : callable, optional
        From a problem to why PyTorch refuses the whole call, or None. The rows that it would take
        are still computed, so that a table can show them.
    """

    key: str
    title: str
    family: Family
    role: Role
    expression: str
    steps: tuple[Step, ...]
    gradient: Callable[[Values], FloatArray]
    ledger: Callable[[Values, Reduction], Ledger]
    source: str
    honours: frozenset[str]
    torch_code: str
    numpy_code: str
    clamped: Callable[[Values], NDArray[np.bool_]] | None = None
    refusal: Callable[[Problem], str | None] | None = None

    def __post_init__(self) -> None:
        if not self.steps or self.steps[-1].name != "loss":
            raise ValueError(f"formula {self.key!r}: the last step must be named 'loss'")

    @failures_are_results
    def run(self, values: Values) -> dict[str, Any]:
        """Compute every step in order.

        Parameters
        ----------
        values : mapping
            What `engine.formulas.values.values_of` gives for a problem.

        Returns
        -------
        dict
            The given values and each step's result under its name; `loss` has one value a row.
        """
        results = dict(values)
        for step in self.steps:
            results[step.name] = step.compute(results)
        return results
