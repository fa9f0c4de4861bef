"""A small button that shows one of a few choices and opens the others."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup, QPaintEvent
from PySide6.QtWidgets import (
    QMenu,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from gui.plots.parts.room import small


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


class Switch(MenuButton):
    """One of several named choices: keys and the words for them, and what is chosen in a tooltip."""

    chosen = Signal(str)
    """The key that the user picked."""

    def __init__(self, choices: Mapping[str, str], name: str, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._actions: dict[str, QAction] = {}
        group = QActionGroup(self)
        for key, words in choices.items():
            action = QAction(words, group)
            action.setCheckable(True)
            action.setData(key)
            self.menu().addAction(action)
            self._actions[key] = action
        group.triggered.connect(self._pick)
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.show_choice(next(iter(choices)))

    @property
    def key(self) -> str:
        """The choice shown."""
        return next(key for key, action in self._actions.items() if action.isChecked())

    def show_choice(self, key: str) -> None:
        """Show a choice without telling anybody."""
        self._actions[key].setChecked(True)
        self.show_words(self._actions[key].text())

    def _pick(self, action: QAction) -> None:
        self.show_words(action.text())
        self.chosen.emit(action.data())
