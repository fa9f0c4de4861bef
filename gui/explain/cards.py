"""What the explanation says of one row, as values: one card a formula, one line a step."""

from __future__ import annotations

from math import isfinite
from typing import Any, NamedTuple

import numpy as np

from engine import (
    Column,
    Evaluation,
    Formula,
    GradientRegime,
    NoTruth,
    Problem,
    Regime,
    Role,
    format_of,
    relative_error,
    ulp,
)
from gui.services.verdicts.words import passed_over_text

PROBABILITIES = frozenset({"p", "one_minus_p"})
"""Steps whose true value is never 0 or 1 for a finite logit."""

NOT_BROKEN = frozenset({Regime.EXACT, Regime.MISTAKEN, Regime.TRUE_INFINITY, Regime.NO_TRUTH})
"""Regimes that are no step's fault: it is right, meant so, or the input's."""


class Line(NamedTuple):
    """One step, or one factor of it: its name, its formula and what it gave for the row.

    A factor that comes straight from the options, a weight for example, has no formula. `value` holds
    one number, or one a class. `breaks` marks the first step at which the format could not hold what
    the step should give.
    """

    name: str
    expression: str
    value: tuple[float, ...]
    breaks: bool


class Lost(NamedTuple):
    """How far off a loss is that has lost digits.

    `relative` is the error as a share of the truth, `step` the distance from the truth to the next float
    of the loss's format.
    """

    bits: float
    relative: float
    step: float


class Card(NamedTuple):
    """One formula's way to one row's loss, and what that is worth.

    `lost` is None where no digits are, and `no_truth` says why there is no true loss. `passed_over` says
    which options in force the formula has no argument for, if any.
    """

    formula: Formula
    lines: tuple[Line, ...]
    loss: float
    truth: float
    lost: Lost | None
    regime: Regime
    gradient: float
    true_gradient: float
    gradient_regime: GradientRegime
    no_truth: NoTruth
    refusal: str | None
    passed_over: str


def cards_of(evaluation: Evaluation, row: int, moved: int | None = None) -> tuple[Card, ...]:
    """One card for every formula but the exact one, which each card quotes.

    `moved` is the class whose logit's gradient is shown; a binary problem has none.
    """
    evaluation, row = evaluation.of_row(row)
    return tuple(
        _card(column, evaluation.problem, row, moved)
        for column in evaluation.columns
        if column.formula.role is not Role.EXACT
    )


def _card(column: Column, problem: Problem, row: int, moved: int | None) -> Card:
    place = row if moved is None else (row, moved)
    regime = Regime(int(column.regimes[row]))
    return Card(
        formula=column.formula,
        lines=_lines(column, row, regime),
        loss=float(column.loss[row]),
        truth=float(column.truth.loss[row]),
        lost=_lost(column, row) if regime is Regime.LOSING_DIGITS else None,
        regime=regime,
        gradient=float(column.gradient[place]),
        true_gradient=float(column.truth.gradient[place]),
        gradient_regime=GradientRegime(int(column.gradient_regimes[place])),
        no_truth=NoTruth(int(column.no_truth[row])),
        refusal=column.refusal,
        passed_over=passed_over_text(column.formula, problem),
    )


def _lost(column: Column, row: int) -> Lost:
    loss, truth = column.loss[row : row + 1], column.truth.loss[row : row + 1]
    return Lost(
        bits=float(column.error_bits[row]),
        relative=float(relative_error(loss, truth)[0]),
        step=float(ulp(format_of(loss.dtype).nearest(truth))[0]),
    )


def _lines(column: Column, row: int, regime: Regime) -> tuple[Line, ...]:
    logits = np.asarray(column.values["z"][row], dtype=np.float64)
    searching = regime not in NOT_BROKEN and bool(np.isfinite(logits).all())
    lines = []
    for step in column.formula.steps:
        told = step.told(column.values, row)
        lines += [Line(f.name, f.expression, _numbers(f.value), breaks=False) for f in told.factors]
        value = _numbers(column.values[step.name][row])
        breaks = searching and broken_entry(step.name, value) is not None
        searching = searching and not breaks
        lines.append(Line(step.name, told.expression, value, breaks))
    return tuple(lines)


def _numbers(value: Any) -> tuple[float, ...]:
    return tuple(np.atleast_1d(np.asarray(value, dtype=np.float64)).tolist())


def broken_entry(name: str, value: tuple[float, ...]) -> int | None:
    """The first of a step's numbers that the format could not hold as it should be."""
    edges = (0.0, 1.0) if name in PROBABILITIES else ()
    broken = (at for at, number in enumerate(value) if not isfinite(number) or number in edges)
    return next(broken, None)
