"""Every formula's loss, error and gradient at one logit, as values."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine import (
    BinaryProblem,
    Column,
    FloatArray,
    Formula,
    GradientRegime,
    MulticlassProblem,
    Problem,
    Regime,
    Role,
    absolute_error,
    evaluate,
)
from gui.plots.content.lanes import Lane
from gui.plots.content.subject import Subject


class LogitReading(NamedTuple):
    """One formula at one logit.

    Attributes
    ----------
    loss, gradient : float
        The gradient is the one with respect to the moved logit.
    bits, absolute : float
        The loss's error: log2(1 + floats apart from the true value), and |loss - true value|.
    refused : bool
        Whether PyTorch refuses the call, so that there is no loss.
    """

    formula: Formula
    loss: float
    gradient: float
    bits: float
    absolute: float
    regime: Regime
    gradient_regime: GradientRegime
    refused: bool

    @property
    def exact(self) -> bool:
        """Whether these are the true values."""
        return self.formula.role is Role.EXACT


def readings_at(subject: Subject, logit: float | None) -> tuple[LogitReading, ...]:
    """What every formula gives for the selected row, the true values first.

    Its logit is moved to `logit`; None leaves it as the table has it.
    """
    if not subject.lanes:
        return ()
    if logit is None:
        evaluation, row = subject.evaluation.of_row(subject.row)
    else:
        along = at_logits(subject.lanes[subject.own], logit)
        evaluation, row = evaluate(along, formulas=subject.formulas), 0
    found = [_reading(column, row, subject.moved) for column in evaluation.columns]
    return tuple(sorted(found, key=lambda reading: not reading.exact))


def at_logits(lane: Lane, *logits: float) -> Problem:
    """A lane's row with its logit at each of these."""
    if isinstance(lane.problem, BinaryProblem):
        return lane.problem.along(0, logits)
    assert isinstance(lane.problem, MulticlassProblem)
    return lane.problem.along(0, logits, lane.moved or 0)


def slope_of(gradient: FloatArray, row: int, moved: int | None) -> float:
    """A row's gradient with respect to the moved logit."""
    return float(gradient[row] if moved is None else gradient[row, moved])


def _reading(column: Column, row: int, moved: int | None) -> LogitReading:
    loss = column.loss[row : row + 1]
    regime, slopes = Regime(int(column.regimes[row])), column.gradient_regimes[row]
    return LogitReading(
        formula=column.formula,
        loss=float(loss[0]),
        gradient=slope_of(column.gradient, row, moved),
        bits=float(column.error_bits[row]),
        absolute=float(absolute_error(loss, column.truth.loss[row : row + 1])[0]),
        regime=regime,
        gradient_regime=GradientRegime(int(slopes if moved is None else slopes[moved])),
        refused=column.refusal is not None and bool(np.isnan(loss[0])),
    )
