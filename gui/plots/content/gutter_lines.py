"""What stands left of the plots, as lines of words: the selected row, and formulas with a value each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from engine import FLOAT64, BinaryProblem, Format, sigmoid, softmax
from engine.data import MINUS
from gui.plots.content.marks import Reading
from gui.plots.content.readings import LogitReading
from gui.plots.content.subject import Subject
from gui.plots.content.verdicts import verdict_of
from gui.plots.parts.words import float_text, value_text
from gui.services.colours import FormulaStyle, formula_style
from gui.services.look.marks import Mark
from gui.services.numbers.number_text import ERROR_DIGITS, format_number

TRUE_DIGITS = 9
"""Significant digits of a true value: as many as identify a float32."""

translate = QCoreApplication.translate


class FormulaLine(NamedTuple):
    """A formula with a value.

    Attributes
    ----------
    value : str
        What is shown; `fuller` is a second line for those who ask for more.
    mark : Mark or None
        How bad the value is; None where nothing is judged.
    cells : tuple of str
        Everything that is known, for the tooltip and for screen readers, each with its name.
    """

    title: str
    style: FormulaStyle
    exact: bool
    value: str
    fuller: str
    mark: Mark | None
    cells: tuple[str, ...]


def selected_lines(subject: Subject) -> tuple[str, ...]:
    """The selected row: its target, its logit, its probability."""
    if not subject.lanes:
        return (translate("gutter", "no rows"),)
    problem, row, moved = subject.problem, subject.row, subject.moved
    logit = float_text(subject.logit, problem.format)
    label = subject.lanes[subject.own].label
    if moved is None:
        assert isinstance(problem, BinaryProblem)
        p = float(sigmoid(problem.format.round(problem.logits[row : row + 1]))[0])
        names = ("z", "p")
    else:
        p = float(softmax(problem.format.round(problem.logits[row : row + 1]))[0, moved])
        names = (f"z[{moved}]", f"p[{moved}]")
    first = translate("gutter", "row {0}: {1}").format(row + 1, label)
    return (first, f"{names[0]} = {logit}", f"{names[1]} = {value_text(p)}")


def pointer_lines(readings: Sequence[LogitReading], fmt: Format, dark: bool) -> tuple[FormulaLine, ...]:
    """Every formula's loss at one logit, the true one first, with errors and gradient on demand."""
    return tuple(_pointer_line(reading, fmt, dark) for reading in readings)


def _pointer_line(reading: LogitReading, fmt: Format, dark: bool) -> FormulaLine:
    title, style = reading.formula.title, formula_style(reading.formula, dark)
    if reading.refused:
        refused = translate("gutter", "refused")
        return FormulaLine(title, style, False, refused, "", "wrong", (refused, "", "", ""))
    if reading.exact:
        loss, slope = true_text(reading.loss), true_text(reading.gradient)
        fuller = translate("gutter", "gradient {0}").format(slope)
        return FormulaLine(title, style, True, loss, fuller, None, (loss, "", "", slope))
    loss, slope = reading_text(reading.loss, fmt), reading_text(reading.gradient, fmt)
    bits = f"{reading.bits:.1f}"
    fuller = translate("gutter", "{0} bits lost, gradient {1}").format(bits, slope)
    judged = verdict_of(Reading(loss, reading.regime, None, False))
    cells = (loss, bits, short_text(reading.absolute), slope)
    return FormulaLine(title, style, False, loss, fuller, judged.mark, cells)


def reading_text(value: float, fmt: Format) -> str:
    """A float of a format: all digits that identify it, of a float64 the first of them."""
    return true_text(value) if fmt is FLOAT64 else float_text(value, fmt)


def short_text(error: float) -> str:
    """An error: its size matters, not its last digits."""
    return format_number(error, ERROR_DIGITS).replace("-", MINUS)


def true_text(value: float) -> str:
    """A true value, with as many digits as a float32 has."""
    return format_number(value, TRUE_DIGITS).replace("-", MINUS)
