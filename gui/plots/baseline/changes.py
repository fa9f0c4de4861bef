"""What has changed since a baseline was pinned, as values."""

from __future__ import annotations

from typing import NamedTuple

from engine import Column, Formula
from gui.plots.content.readings import slope_of
from gui.plots.content.subject import Subject


class Change(NamedTuple):
    """A value at the baseline and as it is; None where there is none."""

    before: float | None
    now: float | None

    @property
    def difference(self) -> float | None:
        """How far it has moved; 0 where they are the same infinity or nan both."""
        if self.before is None or self.now is None:
            return None
        if self.before == self.now or (self.before != self.before and self.now != self.now):
            return 0.0
        return self.now - self.before


class FormulaChange(NamedTuple):
    """A formula's reduced loss, and the selected row's loss and gradient to the moved logit."""

    formula: Formula
    reduced: Change
    loss: Change
    gradient: Change


def changes_since(baseline: Subject, now: Subject) -> tuple[FormulaChange, ...]:
    """Every formula's change, for formulas that both have.

    The selected row is compared with the row that had its number.
    """
    before = {column.formula.key: column for column in baseline.evaluation.columns}
    return tuple(
        FormulaChange(
            column.formula,
            Change(before[column.formula.key].ledger.value, column.ledger.value),
            Change(*(_loss(each, now.row) for each in (before[column.formula.key], column))),
            Change(_slope(baseline, column.formula.key, now), _slope(now, column.formula.key, now)),
        )
        for column in now.evaluation.columns
        if column.formula.key in before
    )


def _loss(column: Column, row: int) -> float | None:
    return float(column.loss[row]) if row < len(column.loss) else None


def _slope(subject: Subject, key: str, now: Subject) -> float | None:
    """The gradient of the selected row to the moved logit, as a subject has it."""
    if now.row >= subject.problem.rows:
        return None
    evaluation, row = subject.evaluation.of_row(now.row)
    column = evaluation.column(key)
    if now.moved is not None and now.moved >= column.gradient.shape[1]:
        return None
    return slope_of(column.gradient, row, now.moved)
