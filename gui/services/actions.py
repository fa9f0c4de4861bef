"""How an action is put together: text, shortcut, status tip."""

from __future__ import annotations

import re

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

Keys = str | QKeySequence.StandardKey | None
"""A shortcut as Qt writes it, the platform's own for something, or none."""


def make_action(
    parent: QObject, text: str, keys: Keys = None, tip: str = "", *, here: bool = False
) -> QAction:
    """An action that belongs to `parent`; `here` limits its shortcut to the widgets that have the action."""
    action = QAction(text, parent)
    if isinstance(keys, str):
        action.setShortcut(QKeySequence(keys))
    elif keys is not None:
        action.setShortcuts(keys)
    if here:
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.setStatusTip(tip)
    return action


def without_mnemonic(text: str) -> str:
    """An action's words for a place where its letter belongs to something else: ``&Binary``, ``이진(&B)``."""
    return re.sub(r"\(&\w\)|&(?=\w)", "", text)
