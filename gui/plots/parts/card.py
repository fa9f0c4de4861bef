"""A small card over the plots: pinned until it is closed."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.plots.parts.plot_theme import PlotTheme, blend

GAP = 10
"""Pixels between a card and what it is about."""


class Card(QFrame):
    """A frame with a title and a button that closes it; Esc closes it too."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAutoFillBackground(True)
        self.title = QLabel(self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        close = QToolButton(self)
        close.setText("×")
        close.setAutoRaise(True)
        close.setToolTip(self.tr("Close (Esc)"))
        close.setAccessibleName(self.tr("Close"))
        close.clicked.connect(self.hide)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(10, 6, 6, 8)
        self.body.setSpacing(4)
        self.body.addLayout(head)
        self.recolour(PlotTheme.of(parent.palette()))
        self.hide()

    def recolour(self, theme: PlotTheme) -> None:
        """Follow a theme."""
        edge = blend(theme.text, theme.background, 0.55).name()
        style = (
            f"#card {{ background: {theme.background.name()}; border: 1px solid {edge}; border-radius: 4px }}"
        )
        if style != self.styleSheet():
            self.setStyleSheet(style)

    def words(self, *, muted: bool = False) -> QLabel:
        """A paragraph for a card's body, which can be selected and copied."""
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setEnabled(not muted)
        return label

    def pin_beside(self, place: QRect, inside: QRect) -> None:
        """Show beside a place of the parent, on the side with more room, inside a part of it."""
        width = min(max(self.minimumWidth(), self.sizeHint().width()), inside.width())
        self.resize(width, max(self.heightForWidth(width), self.minimumSizeHint().height()))
        at_right = inside.right() - place.right() >= place.left() - inside.left()
        x = place.right() + GAP if at_right else place.left() - GAP - self.width()
        x = min(max(x, inside.left()), max(inside.left(), inside.right() - self.width()))
        y = min(max(place.top(), inside.top()), max(inside.top(), inside.bottom() - self.height()))
        self.move(QPoint(x, y))
        self.show()
        self.raise_()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self.closed.emit()
