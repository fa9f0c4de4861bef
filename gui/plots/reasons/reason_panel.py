"""The place of the cards: why a formula fails, or what lies in a brushed range; else what to do for one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from gui.plots.parts.card import Card
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.reasons.reason_card import ReasonCard
from gui.plots.tools.brush import BrushCard


class ReasonPanel(QWidget):
    """Shows one of its cards; the one that was asked for last lies on top."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open: list[Card] = []
        self._stack = QStackedWidget(self)
        self._empty = QLabel(self.tr("Click a shaded band: why it breaks stands here."), self._stack)
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setEnabled(False)
        self.reason = ReasonCard(self._stack)
        self.brush = BrushCard(self._stack)
        for page in (self._empty, self.reason, self.brush):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(9, 5, 9, 6)
        column.addWidget(self._stack)
        self.setAccessibleName(self.tr("Why it breaks"))

    def open(self, card: Card) -> None:
        """Lay a card on top."""
        self._open = [*(each for each in self._open if each is not card), card]
        self._stack.setCurrentWidget(card)
        self.update()

    def close_card(self, card: Card) -> bool:
        """Take a card away; False if it was not there."""
        was_there = card in self._open
        self._open = [each for each in self._open if each is not card]
        self._stack.setCurrentWidget(self._open[-1] if self._open else self._empty)
        self.update()
        return was_there

    def is_open(self, card: Card) -> bool:
        """Whether a card is there, on top or below another."""
        return card in self._open

    def offer_fix(self, action: QAction) -> None:
        """Let the reason's card offer to copy what to write instead."""
        self.reason.offer_fix(action)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), PlotTheme.of(self.palette())
        painter.fillRect(self.rect(), theme.background)
        painter.setPen(QPen(theme.accent if self._open else theme.grid.darker(115), 1.0))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
