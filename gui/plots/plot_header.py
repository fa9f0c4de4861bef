"""The line above the plots: what is shown, and where the values below are read."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.plots.plot_theme import PlotTheme

SIDE = 8
GAP = 16


class PlotHeader(QWidget):
    """A title at the left and a place at the right.

    Painted, not made of labels: a label asks for a new layout with each new text, and the place changes
    with every move of the pointer.
    """

    def __init__(self, theme: PlotTheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = ""
        self._place = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def title(self) -> str:
        """What is shown."""
        return self._title

    @property
    def place(self) -> str:
        """Where the values are read."""
        return self._place

    def set_title(self, text: str) -> None:
        """Name what is shown."""
        if text != self._title:
            self._title = text
            self.setAccessibleName(text)
            self.update()

    def set_place(self, text: str) -> None:
        """Name the place where the values are read."""
        if text != self._place:
            self._place = text
            self.setAccessibleDescription(text)
            self.update()

    def recolour(self, theme: PlotTheme) -> None:
        """Follow a theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.background)
        metrics = self.fontMetrics()
        inside = self.rect().adjusted(SIDE, 0, -SIDE, 0)
        painter.setPen(self._theme.muted)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, self._place)
        room = inside.width() - metrics.horizontalAdvance(self._place) - GAP
        title = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, max(room, 0))
        painter.setPen(self._theme.text)
        painter.drawText(QRect(inside.topLeft(), inside.size()), middle | Qt.AlignmentFlag.AlignLeft, title)
        painter.end()
