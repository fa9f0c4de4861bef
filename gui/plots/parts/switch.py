"""A small button that shows one of a few choices and opens the others."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QWidget

from gui.services.look.menu_button import MenuButton


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
