"""The rows of an answer: a problem and the formula that makes the typed loss of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from engine.arguments.checks import Reduction
from engine.evaluation.evaluate import values_of
from engine.floats.formats import FLOAT32, Format
from engine.floats.rounding import failures_are_results, opmath
from engine.formulas.catalogue import formula_named
from engine.formulas.formula import Formula
from engine.problem import BinaryProblem, MulticlassProblem, Problem

FAR = 200.0
"""A logit at which the sigmoid is exactly 0 or 1 in float16, bfloat16 and float32."""

FAR_IN_FLOAT64 = 800.0


class Unit(StrEnum):
    """What a log makes of the loss before it prints it."""

    NATS = "nats"
    BITS = "bits"
    TENS = "base 10"
    PERPLEXITY = "perplexity"


_IN_UNIT = {
    Unit.NATS: lambda loss: loss,
    Unit.BITS: lambda loss: loss / math.log(2),
    Unit.TENS: lambda loss: loss / math.log(10),
    Unit.PERPLEXITY: math.exp,
}


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """Rows that give a loss.

    Attributes
    ----------
    problem : BinaryProblem or MulticlassProblem
        With 'none' the loss is the plain mean over all rows, as ``.mean()`` takes it afterwards.
    formula : Formula
        It honours every option that the problem has.
    unit : Unit
    """

    problem: Problem
    formula: Formula
    unit: Unit = Unit.NATS

    @property
    @failures_are_results
    def value(self) -> float:
        """The loss that the formula gives, in the rows' format and then in the unit."""
        problem, formula = self.problem, self.formula
        results = formula.run(values_of(problem))
        loss = results["loss"]
        if problem.reduction == "none":
            total = np.sum(loss.astype(np.float64)).astype(opmath(loss.dtype)) / len(loss)
            value = float(total.astype(loss.dtype))
        else:
            value = float(formula.ledger(results, problem.reduction).value or 0.0)
        return float(_IN_UNIT[self.unit](value))


def far(form: Format) -> float:
    """A logit at which the format's sigmoid is exactly 0 or 1."""
    return FAR_IN_FLOAT64 if form.name == "float64" else FAR


def binary(
    formula: str | Formula,
    logits: ArrayLike,
    target: ArrayLike,
    *,
    form: Format = FLOAT32,
    reduction: Reduction = "mean",
    pos_weight: float | None = None,
) -> Rows:
    """Binary rows, by a formula of the catalogue or one's own."""
    problem = BinaryProblem(
        logits=logits,  # type: ignore[arg-type]  # the problem makes arrays of lists
        target=target,  # type: ignore[arg-type]
        format=form,
        reduction=reduction,
        pos_weight=pos_weight,
    )
    return Rows(problem, formula_named(formula) if isinstance(formula, str) else formula)


def multiclass(
    formula: str | Formula,
    logits: ArrayLike,
    target: ArrayLike,
    *,
    form: Format = FLOAT32,
    reduction: Reduction = "mean",
    smoothing: float = 0.0,
    weight: Sequence[float] | None = None,
    unit: Unit = Unit.NATS,
) -> Rows:
    """Rows of classes, by a formula of the catalogue or one's own."""
    problem = MulticlassProblem(
        logits=logits,  # type: ignore[arg-type]
        target=target,  # type: ignore[arg-type]
        format=form,
        reduction=reduction,
        label_smoothing=smoothing,
        weight=weight,  # type: ignore[arg-type]
    )
    return Rows(problem, formula_named(formula) if isinstance(formula, str) else formula, unit)


def alike(classes: int, rows: int = 1, **options: object) -> Rows:
    """Rows of equal logits: chance."""
    zeros = np.zeros((rows, classes))
    return multiclass("cross_entropy", zeros, np.zeros(rows, np.int64), **options)  # type: ignore[arg-type]


def one_hot(classes: int, hot: int, *, on: float = 1.0, off: float = 0.0, form: Format = FLOAT32) -> Rows:
    """One row with class 0 as target, whose logits are `off` but for class `hot`."""
    logits = np.full((1, classes), off)
    logits[0, hot] = on
    return multiclass("cross_entropy", logits, [0], form=form)


@failures_are_results
def mean_of_equals(loss: float, rows: int, form: Format) -> float:
    """The mean over `rows` rows of classes that all have this loss, as the format adds them up."""
    log_p = form.round(np.full((rows, 1), -loss)).astype(np.float64)
    return multiclass(_nll(), log_p, np.zeros(rows, np.int64), form=form).value


def _nll() -> Formula:
    from engine.loss_values.formulas import NLL_OF_LOGITS  # noqa: PLC0415  # few questions need it

    return NLL_OF_LOGITS
