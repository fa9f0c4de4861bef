"""The rows of an answer: a problem and the formula that makes the typed loss of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby, pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from engine.arguments.checks import Reduction
from engine.floats.formats import FLOAT32, Format, from_ordinals, ordinals
from engine.floats.rounding import failures_are_results, opmath
from engine.formulas.catalogue import formula_named
from engine.formulas.formula import Formula
from engine.formulas.values import values_of
from engine.problem import BinaryProblem, MulticlassProblem, Problem

FAR = 200.0
"""A logit at which the sigmoid is exactly 0 or 1 in float16, bfloat16 and float32."""

FAR_IN_FLOAT64 = 800.0


TOLD_SINGLY, MOST_RUNS = 2, 6
"""More equal numbers, and more different rows, are told in short."""


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

    @property
    def told(self) -> str:
        """The rows in one line: what to type to see the loss."""
        return rows_in_words(self)


def rows_in_words(rows: Rows) -> str:
    """The rows of an answer in one line: what to type to see the loss.

    Examples
    --------
    >>> rows_in_words(alike(10))
    'z = [10 x 0], y = 0; CrossEntropyLoss(z), float32, mean'
    >>> rows_in_words(binary("bce_sigmoid", [-200.0, 200.0, 200.0], [1.0, 1.0, 1.0]))
    'z = -200, y = 1; 2 x (z = 200, y = 1); BCELoss(sigmoid(z)), float32, mean'
    """
    problem, formula = rows.problem, rows.formula
    how = [formula.title, problem.format.name, problem.reduction, *_options(problem)]
    if problem.reduction == "none":
        how[2] = "none, then .mean()"
    if rows.unit is not Unit.NATS:
        how.append(str(rows.unit))
    runs = [_times(count, _row(problem, row)) for row, count in _runs_of_equal_rows(problem)]
    if len(runs) > MOST_RUNS:
        runs = [*runs[: MOST_RUNS - 1], f"and {len(runs) - MOST_RUNS + 1} more"]
    return "; ".join([*(runs or ["no row"]), ", ".join(how)])


def _runs_of_equal_rows(problem: Problem) -> Iterator[tuple[int, int]]:
    """The first row of each run of equal ones, and how many they are."""
    arrays = (a if a.ndim == 2 else a[:, np.newaxis] for a in (problem.logits, problem.target))
    other = np.any([(a[1:] != a[:-1]).any(axis=1) for a in arrays], axis=0)
    firsts = [0, *(np.flatnonzero(other) + 1).tolist(), problem.rows]
    return ((first, after - first) for first, after in pairwise(firsts) if after > first)


def _row(problem: Problem, row: int) -> str:
    if not isinstance(problem, MulticlassProblem):
        return f"z = {problem.logits[row]:.8g}, y = {problem.target[row]:g}"
    target = problem.target[row]
    y = _numbers(target.tolist()) if problem.has_probabilities else str(int(target))
    return f"z = {_numbers(problem.logits[row].tolist())}, y = {y}"


def _numbers(values: list[float]) -> str:
    runs = [(len(list(run)), value) for value, run in groupby(values)]
    parts = (
        f"{count} x {value:.8g}" if count > TOLD_SINGLY else ", ".join([f"{value:.8g}"] * count)
        for count, value in runs
    )
    return f"[{', '.join(parts)}]"


def _times(count: int, words: str) -> str:
    return words if count == 1 else f"{count} x ({words})"


def _options(problem: Problem) -> Iterator[str]:
    for name in ("pos_weight", "label_smoothing"):
        if value := getattr(problem, name, None):
            yield f"{name} {value:g}"
    weight: Any = getattr(problem, "weight", None)
    if weight is not None:
        yield f"weight {_numbers(weight.tolist())}"


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


def logits_alike(rows: Rows) -> tuple[float, float] | None:
    """From which logit to which a single binary row gives the same loss, to the last digit.

    Parameters
    ----------
    rows : Rows

    Returns
    -------
    tuple of float, or None
        The first and the last float of the stretch around the row's own; None for other rows, and for nan.

    Examples
    --------
    >>> logits_alike(binary("bce_sigmoid", [16.0], [0.0]))
    (15.536920547485352, 16.635530471801758)
    """
    problem, loss = rows.problem, rows.value
    if not isinstance(problem, BinaryProblem) or problem.rows != 1 or math.isnan(loss):
        return None
    form = problem.format

    def gives_it(number: int) -> bool:
        logit = float(from_ordinals(np.int64(number), form))
        return replace(rows, problem=problem.replace(logits=np.array([logit]))).value == loss

    own = int(ordinals(form.round(problem.logits[0])))
    ends = []
    for furthest in (-form.max, form.max):
        inside, outside = own, int(ordinals(form.round(furthest)))
        if gives_it(outside):
            inside = outside
        while abs(outside - inside) > 1:
            middle = (inside + outside) // 2
            inside, outside = (middle, outside) if gives_it(middle) else (inside, middle)
        ends.append(float(from_ordinals(np.int64(inside), form)))
    return ends[0], ends[1]


@failures_are_results
def mean_of_equals(loss: float, rows: int, form: Format) -> float:
    """The mean over `rows` rows of classes that all have this loss, as the format adds them up."""
    log_p = form.round(np.full((rows, 1), -loss)).astype(np.float64)
    return multiclass(_nll(), log_p, np.zeros(rows, np.int64), form=form).value


def _nll() -> Formula:
    from engine.loss_values.formulas import NLL_OF_LOGITS  # noqa: PLC0415  # few questions need it

    return NLL_OF_LOGITS
