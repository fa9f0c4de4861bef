"""A small button that opens a menu."""

from __future__ import annotations

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QMenu,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from gui.services.look.type_sizes import small


class MenuButton(QToolButton):
    """A flat button that opens a menu, with a small triangle after its words."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMenu(QMenu(self))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAutoRaise(True)
        self.setFont(small(self.font()))
        self.show_words(words)

    def show_words(self, words: str) -> None:
        """Say this."""
        self.setText(f"{words} \N{BLACK DOWN-POINTING SMALL TRIANGLE}")

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw no arrow of the style: it stands below the words' baseline, and the text has one.

        Not by a style sheet, which would keep the colours of the theme that it was set in.
        """
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.features = QStyleOptionToolButton.ToolButtonFeature.None_
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        painter.end()
