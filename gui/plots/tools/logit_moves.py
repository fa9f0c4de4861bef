"""Moving the selected row's logit in the document: how far a step goes, and one undo step a gesture."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from engine import Format, next_float
from gui.document.changes import Page
from gui.document.document import Document
from gui.document.selection import Selection
from gui.plots.scales.logit_span import LogitSpan
from gui.services.numbers.number_text import exact_text

EXACT_DIGITS = 400
"""Decimal digits that hold any sum of a float64 and a step of 1e-320 without rounding."""


def snapped(logit: float, fmt: Format) -> float:
    """The nearest float of the format."""
    return float(fmt.round(logit))


def floats_away(logit: float, count: int, fmt: Format) -> float:
    """The float `count` further up (down where negative)."""
    return float(next_float(fmt.round(np.array(logit)), count))


def stepped(logit: float, steps: int, size: float, fmt: Format) -> float:
    """A logit moved by steps, as a person would add them: 1.3 and 0.1 make 1.4.

    nan stays nan; an infinity moves to the last float of the format. Where a step is smaller than the
    distance to the next float, that float is taken.
    """
    if not math.isfinite(logit):
        return floats_away(logit, int(math.copysign(1, steps)), fmt) if math.isinf(logit) else logit
    with localcontext() as context:
        context.prec = EXACT_DIGITS
        moved = Decimal(exact_text(logit, fmt)) + steps * Decimal(repr(size))
    result = snapped(float(moved), fmt)
    return floats_away(logit, int(math.copysign(1, steps)), fmt) if result == snapped(logit, fmt) else result


def even_step(span: LogitSpan, logit: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that moves a marker by a pixel or more; 0 for none."""
    pixel = min(max(span.to_pixel(logit), span.left + 1.0), span.left + span.width - 1.0)
    a_pixel = abs(span.to_logit(pixel + 1.0) - span.to_logit(pixel - 1.0)) / 2.0
    if not 0.0 < a_pixel < math.inf:
        return 0.0
    power = 10.0 ** math.floor(math.log10(a_pixel))
    exponent = math.floor(math.log10(a_pixel))
    factor = next((each for each in (1, 2, 5) if each * power >= a_pixel * (1 - 1e-9)), 10)
    return float(f"{factor}e{exponent}")


class LogitGesture:
    """One gesture that moves one logit: any number of moves, one step of the history.

    `where` is the cell of `logits`, and `text` what the Edit menu calls the step.
    """

    def __init__(self, document: Document, page: Page, where: tuple[int, ...], text: str) -> None:
        self._document = document
        self._page: Page = page
        self._where = where
        self._text = text
        self._start = self.logit

    @property
    def logit(self) -> float:
        """The logit as the document holds it."""
        return float(self._document.problem(self._page).logits[self._where])

    @property
    def format(self) -> Format:
        """The format whose floats it moves along."""
        return self._document.problem(self._page).format

    def move_to(self, logit: float) -> None:
        """Set the logit to the nearest float of the format."""
        held = snapped(logit, self.format)
        if held != self.logit:
            self._document.set_cells(self._page, "logits", self._where, held, self._text, gesture=self)

    def finish(self) -> None:
        """End it; one that leads back to its start leaves no step."""
        if self.logit == self._start:
            self._document.withdraw(self)

    def cancel(self) -> None:
        """Put the logit back."""
        self._document.withdraw(self)


class LogitMoves(QObject):
    """Begins gestures that move the selected row's logit on the page in front."""

    def __init__(self, document: Document, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection

    def begin(self) -> LogitGesture | None:
        """A gesture for the selected logit; None where the page has no rows."""
        document = self._document
        page, row = document.page, self._selection.place().row
        if row >= document.problem().rows:
            return None
        if page == "binary":
            text = self.tr("move logit of row {row}").format(row=row + 1)
            return LogitGesture(document, page, (row,), text)
        moved = self._selection.moved_class()
        text = self.tr("move logit of row {row}, class {moved}").format(row=row + 1, moved=moved)
        return LogitGesture(document, page, (row, moved), text)

    def move_to(self, logit: float) -> None:
        """Set the selected logit, as one step."""
        gesture = self.begin()
        if gesture is not None:
            gesture.move_to(logit)

    def move_to_target(self, logit: float, target: NDArray[Any], label: str) -> None:
        """Set the selected row's logit and target (a row of targets, with its name), as one step."""
        page, row = self._document.page, self._selection.place().row
        with self._document.one_step(self.tr("put row {row} at {target}").format(row=row + 1, target=label)):
            self._document.set_cells(page, "target", (row,), target, self.tr("set target"))
            self.move_to(logit)
