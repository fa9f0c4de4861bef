"""The table of every formula's loss, error and gradient at the crosshair, and the place to type it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from engine import FLOAT64, Format
from engine.data import MINUS
from gui.plots.content.readings import LogitReading
from gui.plots.parts.text_table import TextRow, TextTable
from gui.plots.parts.words import float_text
from gui.services.colours import formula_style
from gui.services.numbers.number_text import ERROR_DIGITS, format_number, parse_number

TRUE_DIGITS = 9
"""Significant digits of a true value: as many as identify a float32."""

STEPS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}


class Readout(QWidget):
    """Readings in a table below a line where a logit can be typed."""

    logit_typed = Signal(object)
    """A finite float at which to hold the crosshair; None to let it go."""
    step_asked = Signal(int, bool)
    """Steps up or down from where the crosshair is, and whether of single floats."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._format: Format = FLOAT64
        self.edit = QLineEdit(self)
        self.edit.setPlaceholderText(self.tr("a logit"))
        self.edit.setMaximumWidth(170)
        self.edit.setToolTip(
            self.tr(
                "Type a logit and press Enter: the crosshair stays there. Up and Down move it by a step, "
                "with Ctrl by one float. Empty it to let the crosshair follow the pointer again."
            )
        )
        self.edit.setAccessibleName(self.tr("Logit of the crosshair"))
        label = QLabel(self.tr("Crosshair at z ="), self)
        label.setBuddy(self.edit)
        self.words = QLabel(self)  # why the last text was refused
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.table = TextTable(self, narrow=(2, 3))
        self.table.setAccessibleName(self.tr("Every formula at the crosshair"))
        line = QHBoxLayout()
        line.setContentsMargins(2, 2, 2, 0)
        line.addWidget(label)
        line.addWidget(self.edit)
        line.addWidget(self.words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 2, 6, 4)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self.table)
        self.edit.returnPressed.connect(self._enter)
        self.edit.installEventFilter(self)

    # -- what is shown ------------------------------------------------------------------------------

    def show_readings(self, readings: Sequence[LogitReading], fmt: Format, dark: bool) -> None:
        """Show these."""
        self._format = fmt
        headers = (
            self.tr("formula"),
            self.tr("loss"),
            self.tr("bits lost"),
            self.tr("absolute error"),
            self.tr("gradient"),
        )
        rows = [self._row(reading, dark) for reading in readings]
        self.table.show_rows(headers, rows)
        self.table.setAccessibleDescription(
            "; ".join(f"{row.title}: {', '.join(filter(None, row.cells))}" for row in rows)
        )

    def _row(self, reading: LogitReading, dark: bool) -> TextRow:
        style = formula_style(reading.formula, dark)
        if reading.exact:
            values = (true_text(reading.loss), "", "", true_text(reading.gradient))
            return TextRow(reading.formula.title, style, values)
        if reading.refused:
            return TextRow(reading.formula.title, style, (self.tr("refused"), "", "", ""))
        values = (
            reading_text(reading.loss, self._format),
            f"{reading.bits:.1f}",
            short_text(reading.absolute),
            reading_text(reading.gradient, self._format),
        )
        return TextRow(reading.formula.title, style, values)

    def show_held(self, logit: float | None, fmt: Format) -> None:
        """Show where the crosshair is held, in the line where it can be typed."""
        self._format = fmt
        self.edit.setText("" if logit is None else float_text(logit, fmt))
        self._say("")

    def _say(self, words: str) -> None:
        self.words.setText(words)
        self.edit.setAccessibleDescription(words)

    # -- typing -------------------------------------------------------------------------------------

    def _enter(self) -> None:
        text = self.edit.text()
        try:
            logit = None if not text.strip() else self._parsed(text)
        except ValueError as error:
            self._say(str(error))
            return
        self._say("")
        self.logit_typed.emit(logit)

    def _parsed(self, text: str) -> float:
        logit = parse_number(text)
        if math.isfinite(float(self._format.round(logit))):
            return logit
        largest = float_text(self._format.max, self._format)
        message = self.tr("expected a finite logit of {format}, at most {largest} in size, got {text}")
        raise ValueError(message.format(format=self._format, largest=largest, text=text.strip()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.edit and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in STEPS:
                fine = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
                self.step_asked.emit(STEPS[key], fine)
                return True
        return super().eventFilter(watched, event)


def reading_text(value: float, fmt: Format) -> str:
    """A float of a format: all digits that identify it, of a float64 the first of them."""
    return true_text(value) if fmt is FLOAT64 else float_text(value, fmt)


def short_text(error: float) -> str:
    """An error: its size matters, not its last digits."""
    return format_number(error, ERROR_DIGITS).replace("-", MINUS)


def true_text(value: float) -> str:
    """A true value, with as many digits as a float32 has."""
    return format_number(value, TRUE_DIGITS).replace("-", MINUS)
