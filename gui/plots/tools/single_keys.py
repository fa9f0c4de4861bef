"""Keys without modifiers as shortcuts, which must not take letters away from menus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget


class SingleKey(QShortcut):
    """Triggers an action while a widget, or something inside it, has the keyboard.

    Not the action's own shortcut: that counts wherever the action is, and so in a menu bar that has the
    keyboard, where the letter is the mnemonic of something else.
    """

    def __init__(self, key: str, action: QAction, place: QWidget) -> None:
        super().__init__(QKeySequence(key), place)
        self.action = action
        self.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.activated.connect(self._press)

    def _press(self) -> None:
        menu = QApplication.activePopupWidget()
        if menu is None:
            self.action.trigger()
            return
        # A menu that the pointer opened leaves the keyboard's focus behind, but its letters are its own.
        self.setEnabled(False)  # a sent key is looked up among the shortcuts as well
        QApplication.sendEvent(menu, _typed(self.key().toString()))
        self.setEnabled(True)


def _typed(letter: str) -> QKeyEvent:
    return QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key[f"Key_{letter}"], Qt.KeyboardModifier.NoModifier, letter.lower()
    )
