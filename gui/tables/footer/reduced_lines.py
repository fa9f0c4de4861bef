"""The reduced value of every formula in words: what it is, and how it comes about."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from engine import FLOAT64, Column, Evaluation, Formula, Role
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


@dataclass(frozen=True, slots=True)
class ReducedLine:
    """One formula's reduced value: in words, where it comes from, and the details.

    Attributes
    ----------
    formula : Formula
    title : str
    value : str
        The value, or why there is none in a word.
    origin : str
        The ledger in one line.
    tip : str
        All of it, and the first rows' parts.
    number : float or None
        The value itself.
    parts : tuple of float, or None
        Sum and count; the count alone is None where nothing is divided.
    """

    formula: Formula
    title: str
    value: str
    origin: str
    tip: str
    number: float | None = None
    parts: tuple[float, float | None] | None = None


def reduced_lines(evaluation: Evaluation) -> tuple[ReducedLine, ...]:
    """A line a formula, in the catalogue's order, the exact one last."""
    columns = sorted(evaluation.columns, key=lambda column: column.formula.role is Role.EXACT)
    return tuple(_line(evaluation, column) for column in columns)


def _line(evaluation: Evaluation, column: Column) -> ReducedLine:
    title, ledger = column.formula.title, column.ledger
    if column.refusal is not None:
        words = _translate("reduced_values", "PyTorch: {words}").format(words=column.refusal)
        return ReducedLine(column.formula, title, _translate("reduced_values", "refused"), words, words)
    origin = ledger_line(ledger)
    if ledger.value is None:
        return ReducedLine(column.formula, title, "–", origin, origin)
    fmt = FLOAT64 if column.formula.role is Role.EXACT else evaluation.problem.format
    exact_value = f"{title} = {shortest_text(ledger.value, fmt)} ({fmt})"
    levels = levels_line(evaluation, column)
    standing = [levels, levels_words()] if levels else []
    passed_over = passed_over_text(column.formula, evaluation.problem)
    parts = (exact_value, origin, *standing, passed_over, *row_lines(ledger))
    tip = "\n".join(part for part in parts if part)
    divided = ledger.denominator if ledger.reduction == "mean" else None
    return ReducedLine(
        column.formula,
        title,
        format_number(ledger.value, VALUE_DIGITS),
        origin,
        tip,
        ledger.value,
        (ledger.numerator, divided),
    )
