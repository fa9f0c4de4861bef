"""How low a loss can get, where it stands, and what guessing costs: the answer to 'why is it never 0?'."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis import remedies
from engine.diagnosis.finding import Diagnosis, Finding, Rows, Severity
from engine.diagnosis.inputs import class_name
from engine.diagnosis.subject import AnyProblem, Subject
from engine.evaluation.column import Column
from engine.evaluation.evaluate import Evaluation
from engine.floats.rounding import failures_are_results
from engine.floats.verdicts import Kind
from engine.formulas.formula import Role
from engine.problem import BinaryProblem, MulticlassProblem

Floats = NDArray[np.float64]

MEASURED = frozenset({Role.EXACT, Role.PYTORCH, Role.SCRATCH})
"""The roles whose formulas mean the cross-entropy itself; mistakes and repairs have floors of their own."""


CHANCE_MEAN = 0.02
CHANCE_ROW = 0.1
"""A loss is at chance where its mean lies within 2 % of ln C and every row within 10 %. An untrained
model gives such rows; of losses from trained ones a mean alone comes as near by accident too often."""

FEWEST_AT_CHANCE = 2
"""One row at ln C is a coincidence, or somebody's first example."""

MOVED = 0.01
"""An optimum that moves p(true) by less is not worth a word."""

CHANCE = Diagnosis(
    "chance",
    Kind.FEEDING,
    Severity.GOOD_TO_KNOW,
    "The loss {value:.4g} is near ln {classes} = {chance:.4g}, and so is every row: that is chance, as from "
    "a model that has not begun to learn.",
    "",
    "If it stays so: do the gradients reach the model, and do the logits differ from row to row?",
)
MOVED_OPTIMUM = Diagnosis(
    "smoothing_optimum",
    Kind.FEEDING,
    Severity.GOOD_TO_KNOW,
    "Label smoothing with unequal weights moves the optimum: for class {name} the loss is lowest at p(true) "
    "= {p:.4g}, where smoothing alone has {plain:.4g}.",
    "weight[{name}] = {weight:.4g} against {others:.4g} for the heaviest other class: smoothing is "
    "weighted, too.",
    "Use smoothing or weights, or draw rare classes more often instead of weighting them.",
)

SORTS = (CHANCE, MOVED_OPTIMUM)


class LossLevels(NamedTuple):
    """A reduced loss between the least that its targets allow and what guessing costs.

    Attributes
    ----------
    least : float
        With the best logits for every row by itself: the entropy of soft or smoothed targets, weighted.
        -inf where a target or weight below 0 lets the loss fall without end.
    now : float
        The formula's present value.
    frequencies : float
        With the best logits that are the same for all rows: a model that knows how frequent classes are.
    chance : float
        With logits that are all alike: a model that knows nothing.
    """

    least: float
    now: float
    frequencies: float
    chance: float


@failures_are_results
def loss_levels(evaluation: Evaluation, column: Column) -> LossLevels | None:
    """The levels of a column's reduced value.

    Parameters
    ----------
    evaluation : Evaluation
    column : Column
        One of its columns; the options that its formula has no argument for are left out, as in its value.

    Returns
    -------
    LossLevels or None
        None for 'none', for formulas that are mistakes or home-made repairs, and for calls refused.

    Notes
    -----
    A row's loss is sum_c a_c (log sum_k e^z_k - z_c) with a_c the share of class c in its target, smoothed
    and weighted. With A = sum_c a_c it is least at softmax(z) = a / A, where it is A ln A - sum_c a_c ln a_c;
    one z for all rows does best against the rows' sum of a, and equal logits cost A ln C. A binary row is
    the same with two classes. The mean divides by what PyTorch divides by (`Column.ledger`).

    Examples
    --------
    >>> from engine import MulticlassProblem, evaluate
    >>> evaluation = evaluate(MulticlassProblem(logits=[[9.0, 0.0]], target=[0], label_smoothing=0.1))
    >>> round(loss_levels(evaluation, evaluation.column("cross_entropy")).least, 4)
    0.1985
    """
    ledger = column.ledger
    if ledger.value is None or column.formula.role not in MEASURED or column.refusal is not None:
        return None
    coefficients, times = _coefficients(evaluation, column, ledger.counted)
    whole = coefficients.sum(axis=1)
    classes = coefficients.shape[1]
    divisor = float(ledger.row_denominators[ledger.counted].sum()) if ledger.reduction == "mean" else 1.0
    together = times @ coefficients
    return LossLevels(
        least=_over((times * _least(coefficients, whole)).sum(), divisor),
        now=ledger.value,
        frequencies=_over(_least(together[None], together.sum(keepdims=True))[0], divisor),
        chance=_over((times * whole).sum() * math.log(classes) if classes else 0.0, divisor),
    )


def _over(total: float, divisor: float) -> float:
    # A sum that rounding left at -1e-17 is none.
    value = float(np.float64(total) / divisor)
    return max(value, 0.0) if value > -1e-12 else value


def _coefficients(evaluation: Evaluation, column: Column, counted: Rows) -> tuple[Floats, Floats]:
    """What multiplies each class's log-probability in the loss of rows that count, and in how many rows.

    Of shape (K, C), binary rows having two classes: rows that have them in common, such as those with one
    target, are one.
    """
    problem, v, honours = evaluation.problem, column.values, column.formula.honours
    y = np.asarray(v["y"])[counted]
    times = np.ones(len(y))
    of_row = isinstance(problem, BinaryProblem) and v["weight"] is not None
    if y.ndim == 1 and not of_row:
        y, counts = np.unique(y.astype(np.float64) if y.dtype.kind != "i" else y, return_counts=True)
        times = counts.astype(np.float64)
    weight = None if v["weight"] is None else v["weight"].astype(np.float64)
    if isinstance(problem, BinaryProblem):
        y = y.astype(np.float64)
        positive = 1.0 if "pos_weight" not in honours or v["pos_weight"] is None else float(v["pos_weight"])
        shares = np.stack([1 - y, positive * y], axis=1)
        return (shares if weight is None else shares * weight[counted, None]), times
    assert isinstance(problem, MulticlassProblem)
    if y.ndim == 2:
        shares = y.astype(np.float64)
    else:
        shares = (y[:, None] == np.arange(problem.classes)).astype(np.float64)
    smoothing = problem.label_smoothing if "label_smoothing" in honours else 0.0
    shares = shares * (1 - smoothing) + smoothing / max(1, problem.classes)
    return (shares if weight is None else shares * weight), times


def _least(coefficients: Floats, whole: Floats) -> Floats:
    """A ln A - sum of a ln a for each row; -inf where some a is negative."""
    least = _x_log_x(whole) - _x_log_x(coefficients).sum(axis=1)
    return np.where((coefficients < 0).any(axis=1), -np.inf, least)


def _x_log_x(x: Floats) -> Floats:
    return np.where(x > 0, x * np.log(np.where(x > 0, x, 1.0)), np.where(np.isnan(x), np.nan, 0.0))


def floor_findings(subject: Subject) -> Iterator[Finding]:
    """Chance, and an optimum that options have moved."""
    yield from _moved(subject)
    yield from _at_chance(subject)


def _moved(subject: Subject) -> Iterator[Finding]:
    problem, given = subject.problem, subject.weight
    if isinstance(problem, BinaryProblem) or given is None or not problem.label_smoothing:
        return
    if problem.classes < 2 or not (np.isfinite(given).all() and (given >= 0).all() and given.any()):
        return
    smoothing, classes = problem.label_smoothing, problem.classes
    weight = given / given.max()
    own = 1 - smoothing + smoothing / classes
    rest = (weight.sum() - weight) * smoothing / classes
    with np.errstate(invalid="ignore"):  # a class whose weights are all 0 has no optimum
        p = weight * own / (weight * own + rest)
    p = np.where(np.isnan(p), own, p)
    moved = int(np.argmax(own - p))
    if own - p[moved] < MOVED:
        return
    yield MOVED_OPTIMUM.found(
        code=remedies.line(problem, label_smoothing=""),
        formula="cross_entropy",
        name=class_name(problem, moved),
        p=float(p[moved]),
        plain=own,
        weight=float(given[moved]),
        others=float(np.delete(given, moved).max()),
    )


def _is_plain(problem: AnyProblem) -> bool:
    """Whether nothing weights or smooths the losses, so that chance is ln C."""
    if isinstance(problem, BinaryProblem):
        return problem.weight is None and problem.pos_weight in {None, 1.0}
    return problem.weight is None and problem.label_smoothing == 0.0


def _at_chance(subject: Subject) -> Iterator[Finding]:
    problem = subject.problem
    exact = next((c for c in subject.evaluation.columns if c.formula.role is Role.EXACT), None)
    if exact is None or not _is_plain(problem):
        return
    classes = problem.classes if isinstance(problem, MulticlassProblem) else 2
    loss = exact.loss[subject.counted]
    if len(loss) < FEWEST_AT_CHANCE or classes < 2:
        return
    value, chance = float(loss.mean()), math.log(classes)
    if abs(value / chance - 1) <= CHANCE_MEAN and bool((np.abs(loss / chance - 1) <= CHANCE_ROW).all()):
        yield CHANCE.found(
            value=value, classes=classes, chance=chance, code="print(logits.std(dim=0), logits.grad)"
        )
