"""A line of words over plots, which are painted: a label would ask for a new layout with each new text."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.parts.room import bold, small


class CaptionLine(QWidget):
    """Says what is shown below it, with room for switches at the right.

    A `leading` one is set in bold, the others in small soft letters that begin at `indent`. A title that is
    too long gives way to its short form.
    """

    def __init__(self, parent: QWidget | None = None, *, leading: bool = False) -> None:
        super().__init__(parent)
        self.title = self.short_title = ""
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
        """Say this, or where it has no room what is short."""
        if (text, short) != (self.title, self.short_title):
            self.title, self.short_title = text, short
            self.setAccessibleName(text)
            self.setToolTip(text)
            self.update()

    @property
    def shown_title(self) -> str:
        """What there is room for."""
        metrics, room = QFontMetrics(self._words), self._title_room().width()
        for text in (self.title, self.short_title):
            if text and metrics.horizontalAdvance(text) <= room:
                return text
        return metrics.elidedText(self.short_title or self.title, Qt.TextElideMode.ElideRight, room)

    def _title_room(self) -> QRect:
        taken = sum(switch.sizeHint().width() + self._row.spacing() for switch in self.switches())
        return QRect(self.indent, 0, max(self.width() - self.indent - taken - 4, 0), self.height())

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
        painter.setPen(theme.text if self._leading else theme.muted)
        where = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(self._title_room(), where, self.shown_title)
        painter.end()
