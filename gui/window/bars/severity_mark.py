"""How bad something is, as a small icon: drawn once the window stands, since QtSvg costs the start."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.services.colours import is_dark

SIDE = 18

DRAWINGS = {
    "wrong": ("octagon-x", "#a3150f", "#ff8f80"),
    "beware": ("triangle-alert", "#945c00", "#f0b04a"),
    "right": ("circle-check", "#1d6b3a", "#6fcf8f"),
    "note": ("info", "#00609c", "#6fbdf0"),
}
"""A mark's drawing, and its colour on light and on dark."""


class SeverityMark(QWidget):
    """One of the four marks, or an empty place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = "none"
        self._is_loaded = False
        self.setFixedSize(QSize(SIDE, SIDE))

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
        if self._mark not in DRAWINGS or not self._is_loaded:
            return
        from gui.services.look.icons import draw  # noqa: PLC0415  # after the first paint

        name, light, dark = DRAWINGS[self._mark]
        painter = QPainter(self)
        draw(painter, name, QColor(dark if is_dark(self.palette()) else light), QRectF(self.rect()))
        painter.end()
