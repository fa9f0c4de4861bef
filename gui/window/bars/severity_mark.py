"""How bad something is, as a small icon: drawn once the window stands, since QtSvg costs the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.services.colours import is_dark

if TYPE_CHECKING:
    from gui.services.look.marks import Mark

SIDE = 18
"""Pixels of width and height where a line of text has 14."""

MARKS: tuple[Mark, ...] = ("wrong", "beware", "right", "note")


class SeverityMark(QWidget):
    """One of the four marks, or an empty place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = "none"
        self._is_loaded = False
        side = max(SIDE, round(self.fontMetrics().height() * SIDE / 14))
        self.setFixedSize(QSize(side, side))

    @property
    def mark(self) -> str:
        """What is shown."""
        return self._mark

    def load(self) -> None:
        """Draw from here on."""
        self._is_loaded = True
        self.update()

    def show_mark(self, mark: str) -> None:
        """Show 'wrong', 'beware', 'right', 'note' or, by any other name, nothing."""
        if mark != self._mark:
            self._mark = mark
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  # painted whole
        mark = next((each for each in MARKS if each == self._mark), None)
        if mark is None or not self._is_loaded:
            return
        from gui.services.look.marks import mark_pixmap  # noqa: PLC0415  # after the first paint

        painter = QPainter(self)
        drawn = mark_pixmap(mark, self.height(), is_dark(self.palette()), self.devicePixelRatioF())
        painter.drawPixmap(0, 0, drawn)
        painter.end()
