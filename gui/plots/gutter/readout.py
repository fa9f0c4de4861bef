"""The values at the pointer, and the line in which a logit can be typed instead."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from engine import FLOAT64, Format
from gui.plots.content.gutter_lines import FormulaLine
from gui.plots.parts.words import float_text
from gui.services.numbers.number_text import parse_number

STEPS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}


class Readout(QObject):
    """What is read at one logit; its line edit stands in the gutter, which paints the rest."""

    logit_typed = Signal(object)
    """A finite float at which to hold the crosshair; None to let it go."""
    step_asked = Signal(int, bool)
    """Steps up or down from where the crosshair is, and whether of single floats."""
    changed = Signal()

    def __init__(self, gutter: QWidget) -> None:
        super().__init__(gutter)
        self._format: Format = FLOAT64
        self._empty = self.tr("point at the picture")
        self.rows: tuple[FormulaLine, ...] = ()
        self.on = False
        """Whether there is anything to read."""
        self.full = False
        """Whether each formula has a second line, with its error and gradient."""
        self.refusal = ""
        """Why the last text was refused."""
        self.edit = QLineEdit(gutter)
        self.edit.setFrame(False)
        self.edit.setPlaceholderText(self._empty)
        self.edit.setToolTip(
            self.tr(
                "Type a logit and press Enter: the crosshair stays there. Up and Down move it by a step, "
                "with Ctrl by one float. Empty it to let the crosshair follow the pointer again."
            )
        )
        self.edit.setAccessibleName(self.tr("Logit of the crosshair"))
        self.edit.returnPressed.connect(self._enter)
        self.edit.installEventFilter(self)

    # -- what is shown ------------------------------------------------------------------------------

    def show_readings(self, rows: Sequence[FormulaLine], fmt: Format, logit: float | None) -> None:
        """Show what every formula gives at a logit; None where there is no crosshair."""
        self._format = fmt
        place = self._empty if logit is None else f"z = {float_text(logit, fmt)}"
        state = (tuple(rows), bool(rows), place)
        if state != (self.rows, self.on, self.edit.placeholderText()):
            self.rows, self.on = state[:2]
            self.edit.setPlaceholderText(place)
            self.changed.emit()

    def show_full(self, full: bool) -> None:
        """Show errors and gradients as well, or losses alone."""
        if full != self.full:
            self.full = full
            self.changed.emit()

    def told(self) -> list[str]:
        """In words, a line a formula."""
        if not self.on:
            return [self._empty]
        names = (
            self.tr("loss"),
            self.tr("bits lost"),
            self.tr("absolute error"),
            self.tr("gradient"),
        )
        lines = [self.edit.text() or self.edit.placeholderText()]
        for row in self.rows:
            pairs = (f"{name} {cell}" for name, cell in zip(names, row.cells, strict=True) if cell)
            lines.append(f"{row.title}: {', '.join(pairs)}")
        return lines

    def show_held(self, logit: float | None, fmt: Format) -> None:
        """Show where the crosshair is held, in the line where it can be typed."""
        self._format = fmt
        self.edit.setText("" if logit is None else float_text(logit, fmt))
        self._say("")

    def _say(self, words: str) -> None:
        self.refusal = words
        self.edit.setAccessibleDescription(words)
        self.changed.emit()

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
