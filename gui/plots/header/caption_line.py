"""A line of words over plots, which are painted: a label would ask for a new layout with each new text."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.parts.room import bold, small


class CaptionLine(QWidget):
    """Says what is shown below it, with room for switches at the right.

    A `leading` one is set in bold, the others in small soft letters that begin at `indent`.
    """

    def __init__(self, parent: QWidget | None = None, *, leading: bool = False) -> None:
        super().__init__(parent)
        self.title = self._short = ""
        self.indent = 0
        self._leading = leading
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 2, 0)
        self._row.setSpacing(2)
        self._row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def add_switch(self, switch: QWidget) -> None:
        """Put a control at the right."""
        self._row.addWidget(switch)

    def switches(self) -> list[QWidget]:
        """The controls at the right."""
        items = (self._row.itemAt(at) for at in range(self._row.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [widget for widget in widgets if widget is not None]

    def set_title(self, text: str, short: str = "") -> None:
        """Say this, or something shorter where there is no room for it."""
        if text != self.title:
            self.title, self._short = text, short or text
            self.setAccessibleName(text)
            self.setToolTip(text)
            self.update()

    @property
    def _words(self) -> QFont:
        return bold(self.font()) if self._leading else small(self.font())

    def sizeHint(self) -> QSize:
        least = max((switch.sizeHint().height() for switch in self.switches()), default=0)
        return QSize(120, max(self.fontMetrics().height() + 3, least))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange):
            self.updateGeometry()
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), PlotTheme.of(self.palette())
        painter.setFont(self._words)
        taken = sum(switch.sizeHint().width() + self._row.spacing() for switch in self.switches())
        inside = QRect(self.indent, 0, max(self.width() - self.indent - taken - 4, 0), self.height())
        metrics = painter.fontMetrics()
        fits = metrics.horizontalAdvance(self.title) <= inside.width()
        text = metrics.elidedText(
            self.title if fits else self._short, Qt.TextElideMode.ElideRight, inside.width()
        )
        painter.setPen(theme.text if self._leading else theme.muted)
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()
