"""How an action is put together: text, shortcut, tips, what it does; and separators between actions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence, QPixmap
from PySide6.QtWidgets import QWidget

ICON_SIDE = 16
"""Pixels of an icon on a button."""

Keys = str | QKeySequence.StandardKey | None
"""A shortcut as Qt writes it, the platform's own for something, or none."""


def make_action(
    parent: QObject,
    text: str,
    keys: Keys = None,
    tip: str = "",
    *,
    slot: Callable[[], object] | None = None,
    within: QWidget | None = None,
    value: str | None = None,
    checkable: bool = False,
) -> QAction:
    """An action that belongs to `parent`.

    `within` is the widget that has the action, while whose focus its shortcut works; without one it works
    everywhere. `value` is what a choice among several stands for.
    """
    action = QAction(text, parent)
    action.setIconText(without_mnemonic(text))  # Qt would leave an ellipsis away on a button
    if isinstance(keys, str):
        action.setShortcut(QKeySequence(keys))
    elif keys is not None:
        action.setShortcuts(keys)
    if within is not None:
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        within.addAction(action)
    if tip:
        action.setToolTip(tip)
        action.setStatusTip(tip)
    if slot is not None:
        action.triggered.connect(slot)
    action.setData(value)
    action.setCheckable(checkable)
    return action


def separator(parent: QObject) -> QAction:
    """A line between actions."""
    line = QAction(parent)
    line.setSeparator(True)
    return line


def separated(parent: QObject, groups: Iterable[Iterable[QAction]]) -> list[QAction]:
    """All actions in order, a separator between groups."""
    actions: list[QAction] = []
    for group in groups:
        if actions:
            actions.append(separator(parent))
        actions += group
    return actions


def blank_icon() -> QIcon:
    """As large as icons are, and nothing in it."""
    pixmap = QPixmap(ICON_SIDE, ICON_SIDE)
    pixmap.fill(Qt.GlobalColor.transparent)
    return QIcon(pixmap)


def without_mnemonic(text: str) -> str:
    """An action's words for a place where its letter belongs to something else: ``&Binary``, ``이진(&B)``."""
    return re.sub(r"\(&\w\)|&(?=\w)", "", text)
