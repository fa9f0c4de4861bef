"""The reduced value of every formula in words: what it is, and how it comes about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial

from PySide6.QtCore import QCoreApplication

from engine import FLOAT64, Column, Evaluation, Formula, Role
from gui.document.covering import COVERED, OPEN, Cover, covered_words
from gui.services.numbers.number_text import format_number, shortest_text
from gui.services.verdicts.words import passed_over_text
from gui.tables.results.ledger_text import (
    ledger_line,
    levels_line,
    levels_words,
    row_lines,
)

_translate = QCoreApplication.translate

VALUE_DIGITS = 7


@dataclass(frozen=True)
class ReducedLine:
    """One formula's reduced value: in words, where it comes from, and on request the details.

    Attributes
    ----------
    formula : Formula
    title : str
    value : str
        The value, or why there is none in a word.
    origin : str
        The ledger in one line.
    number : float or None
        The value itself.
    parts : tuple of float, or None
        Sum and count; the count alone is None where nothing is divided.
    details : callable
        Makes `tip`.
    """

    formula: Formula
    title: str
    value: str
    origin: str
    number: float | None = field(default=None, compare=False)
    parts: tuple[float, float | None] | None = field(default=None, compare=False)
    details: Callable[[], str] | None = field(default=None, compare=False)

    @cached_property
    def tip(self) -> str:
        """All of it, and the first rows' parts; made when it is asked for, as it looks at every row."""
        return self.origin if self.details is None else self.details()


def reduced_lines(evaluation: Evaluation, cover: Cover = OPEN) -> tuple[ReducedLine, ...]:
    """A line a formula, in the catalogue's order, the exact one last; those covered tell nothing."""
    columns = sorted(evaluation.columns, key=lambda column: column.formula.role is Role.EXACT)
    return tuple(
        _covered(column) if cover.hides_mean(column.formula.key) else _line(evaluation, column)
        for column in columns
    )


def _covered(column: Column) -> ReducedLine:
    return ReducedLine(column.formula, column.formula.title, COVERED, covered_words())


def _line(evaluation: Evaluation, column: Column) -> ReducedLine:
    title, ledger = column.formula.title, column.ledger
    if column.refusal is not None:
        words = _translate("reduced_values", "PyTorch: {words}").format(words=column.refusal)
        return ReducedLine(column.formula, title, _translate("reduced_values", "refused"), words)
    origin = ledger_line(ledger)
    if ledger.value is None:
        return ReducedLine(column.formula, title, "–", origin)
    return ReducedLine(
        column.formula,
        title,
        format_number(ledger.value, VALUE_DIGITS),
        origin,
        ledger.value,
        (ledger.numerator, ledger.denominator if ledger.reduction == "mean" else None),
        partial(_tip, evaluation, column, origin),
    )


def _tip(evaluation: Evaluation, column: Column, origin: str) -> str:
    """A reduced value with all its digits, its division, where it stands, and the first rows' parts."""
    fmt = FLOAT64 if column.formula.role is Role.EXACT else evaluation.problem.format
    value = column.ledger.value
    assert value is not None
    levels = levels_line(evaluation, column)
    parts = (
        f"{column.formula.title} = {shortest_text(value, fmt)} ({fmt})",
        origin,
        *((levels, levels_words()) if levels else ()),
        passed_over_text(column.formula, evaluation.problem),
        *row_lines(column.ledger),
    )
    return "\n".join(part for part in parts if part)
