"""What a card has: a title, paragraphs, a line of buttons. It stands in a place kept for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.plots.parts.room import small

PADDING = 6
"""Pixels beside the words of a card's button."""


class CardPlace(Protocol):
    """Where cards stand, one on top of the other."""

    def open(self, card: Card) -> None:
        """Lay a card on top."""

    def close_card(self, card: Card) -> bool:
        """Take a card away; False if it was not there."""

    def is_open(self, card: Card) -> bool:
        """Whether a card is there."""


class CardButton(QPushButton):
    """A button that gives way in a narrow card; its tooltip says what it does."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setAutoDefault(False)
        self.setFont(small(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.text().replace("&", ""))
        return QSize(words + 2 * PADDING, self.fontMetrics().height() + 8)

    def minimumSizeHint(self) -> QSize:
        # So much it can give way, its words stay whole.
        return self.sizeHint() - QSize(2 * PADDING - 4, 0)


class Card(QWidget):
    """A title in bold over a body; Esc takes what it says away."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = QLabel(self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(2)
        self.body.addWidget(self.title)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(4)

    def words(self) -> QLabel:
        """A paragraph for the body, which can be selected and copied."""
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def add_buttons(self, buttons: Sequence[CardButton]) -> None:
        """End the body with a line of buttons, at the bottom."""
        for button in buttons:
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)
        self.body.addStretch(1)
        self.body.addLayout(self._buttons)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
