"""Silent mistakes and surprising losses, told by the exact signature each one leaves.

A finding states a fact that the numbers prove; where they only suggest it (logits that look like
probabilities, a loss at chance), the threshold is a constant with its reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.diagnosis.binary import binary_findings
from engine.diagnosis.finding import Finding, finding, first
from engine.diagnosis.multiclass import multiclass_findings
from engine.evaluation.column import Column
from engine.evaluation.evaluate import Evaluation
from engine.floats.rounding import failures_are_results
from engine.formulas.formula import Role
from engine.problem import BinaryProblem, MulticlassProblem, Problem

CHANCE_MEAN = 0.02
CHANCE_ROW = 0.1
"""A loss is at chance where its mean lies within 2 % of ln C and every row within 10 %. An untrained
model gives such rows; of losses from trained ones a mean alone comes as near by accident too often."""

FEWEST_AT_CHANCE = 2
"""One row at ln C is a coincidence, or somebody's first example."""

REFUSED = "{title}: PyTorch refuses the whole call: {reason}."
EMPTY_BATCH = "The mean of nothing: there are no rows, and 0 / 0 is nan. The sum is 0."
NO_WEIGHT = "The weights of the rows that count add up to 0, and the mean of {title} is {value:g}."
OVERFLOWED_LOGIT = (
    "The logit {value:g} in row {row} is too large for {format}, whose largest number is {largest:g}: "
    "it has become infinite ({count} of {total} rows)."
)
INFINITE_WEIGHT = (
    "{name} {value:g} is infinite in {format}, whose largest number is {largest:g}: a row that it meets is "
    "inf, or nan where it meets a 0."
)
SUM_OVERFLOW = (
    "Every row of {title} is finite, but their sum {total_loss:.6g} is beyond {largest:g}, the largest "
    "number of {format}: the loss is {value:g}."
)
COUNT_OVERFLOW = (
    "{title} divides by the number of rows in {format}, and {count} of them are more than {largest:g}: the "
    "mean is {value:g}."
)
NEGATIVE_LOSS = (
    "{title} is negative in {count} of {total} rows, first {loss:.4g} in row {row}: a cross-entropy of "
    "probabilities never is."
)
NEGATIVE_NLL = (
    "{title} is negative in {count} of {total} rows, first {loss:.4g} in row {row}: NLLLoss is fed "
    "probabilities where it takes their logarithms."
)
CHANCE = (
    "The loss {value:.4g} is near ln {classes} = {chance:.4g}, and so is every row: that is chance, as from "
    "a model that has not begun to learn."
)


@failures_are_results
def findings(evaluation: Evaluation) -> tuple[Finding, ...]:
    """What a user should know about an evaluation, the most certain first.

    Parameters
    ----------
    evaluation : Evaluation
        Findings about a formula come from its columns; what it does not hold is not looked for.

    Returns
    -------
    tuple of Finding
        Empty where nothing is suspicious.

    Examples
    --------
    >>> from engine import BinaryProblem, evaluate
    >>> [f.key for f in findings(evaluate(BinaryProblem(logits=[20.0], target=[0.0])))]
    ['clamped', 'dead_gradient']
    """
    problem = evaluation.problem
    found = [
        *_refusals(evaluation),
        *_of_size(evaluation),
        *_infinite_logits(problem),
        *_infinite_weights(problem),
    ]
    if isinstance(problem, BinaryProblem):
        found += binary_findings(problem, evaluation)
    elif isinstance(problem, MulticlassProblem):
        found += multiclass_findings(problem)
    for column in evaluation.columns:
        if column.formula.role is not Role.EXACT and column.refusal is None:
            found += _of_column(problem, column)
    found += _at_chance(problem, evaluation)
    return tuple(found)


def _refusals(evaluation: Evaluation) -> Iterator[Finding]:
    for column in evaluation.columns:
        if column.refusal is not None:
            formula = column.formula
            facts: dict[str, Any] = {"title": formula.title, "reason": column.refusal}
            yield finding("refused", REFUSED, formula=formula.key, **facts)


def _of_size(evaluation: Evaluation) -> Iterator[Finding]:
    if evaluation.problem.rows == 0 and evaluation.problem.reduction == "mean":
        yield finding("empty_batch", EMPTY_BATCH)


def _infinite_logits(problem: Problem) -> Iterator[Finding]:
    over = np.isfinite(problem.logits) & np.isinf(problem.input.astype(np.float64))
    if over.any():
        yield finding(
            "overflowed_logit",
            OVERFLOWED_LOGIT,
            at=np.any(over.reshape(problem.rows, -1), axis=1),
            value=float(problem.logits[over][0]),
            format=problem.format.name,
            largest=problem.format.max,
        )


def _infinite_weights(problem: Problem) -> Iterator[Finding]:
    for name in ("weight", "pos_weight"):
        given = getattr(problem, name, None)
        weight = np.atleast_1d(np.asarray(1.0 if given is None else given))
        infinite = np.isinf(problem.format.round(weight).astype(np.float64))
        if infinite.any():
            yield finding(
                "infinite_weight",
                INFINITE_WEIGHT,
                name=name,
                value=first(weight, infinite),
                format=problem.format.name,
                largest=problem.format.max,
            )


def _of_column(problem: Problem, column: Column) -> Iterator[Finding]:
    yield from _of_reduction(problem, column)
    loss, formula = column.loss.astype(np.float64), column.formula
    negative = loss < 0
    if negative.any() and formula.role in {Role.PYTORCH, Role.MISTAKE} and not _has_negative_weights(problem):
        of_nll = formula.key.startswith("nll")
        yield finding(
            "negative_loss",
            NEGATIVE_NLL if of_nll else NEGATIVE_LOSS,
            at=negative,
            formula=formula.key,
            title=formula.title,
            loss=first(loss, negative),
        )


def _has_negative_weights(problem: Problem) -> bool:
    assert isinstance(problem, BinaryProblem | MulticlassProblem)
    return problem.weight is not None and bool((problem.weight < 0).any())


def _of_reduction(problem: Problem, column: Column) -> Iterator[Finding]:
    ledger, form = column.ledger, problem.format
    if ledger.value is None or not ledger.counted.any():
        return
    about: dict[str, Any] = {
        "formula": column.formula.key,
        "title": column.formula.title,
        "format": form.name,
        "largest": form.max,
        "value": ledger.value,
    }
    loss = column.loss.astype(np.float64)
    total = float(loss.sum())
    if ledger.reduction == "mean" and ledger.denominator == 0:
        yield finding("no_weight", NO_WEIGHT, **about)
    elif math.isinf(ledger.denominator):
        yield finding("count_overflow", COUNT_OVERFLOW, count=int(ledger.counted.sum()), **about)
    elif math.isinf(ledger.value) and np.isfinite(loss).all():
        yield finding("sum_overflow", SUM_OVERFLOW, total_loss=total, **about)


def _is_plain(problem: Problem) -> bool:
    """Whether nothing weights or smooths the losses, so that chance is ln C."""
    if isinstance(problem, BinaryProblem):
        return problem.weight is None and problem.pos_weight in {None, 1.0}
    assert isinstance(problem, MulticlassProblem)
    return problem.weight is None and problem.label_smoothing == 0.0


def _at_chance(problem: Problem, evaluation: Evaluation) -> Iterator[Finding]:
    exact = next((c for c in evaluation.columns if c.formula.role is Role.EXACT), None)
    if exact is None or not _is_plain(problem):
        return
    classes = problem.classes if isinstance(problem, MulticlassProblem) else 2
    loss, chance = exact.loss[exact.ledger.counted], math.log(classes)
    if len(loss) < FEWEST_AT_CHANCE or classes < 2:
        return
    value = float(loss.mean())
    near = abs(value / chance - 1) <= CHANCE_MEAN and bool((np.abs(loss / chance - 1) <= CHANCE_ROW).all())
    if near:
        yield finding("chance", CHANCE, value=value, classes=classes, chance=chance)
