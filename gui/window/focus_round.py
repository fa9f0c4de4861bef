"""F6: from one part of the window to the next, as the eye goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

Part = Callable[[], QWidget | None]
"""Gives a part of the window as it is now; None while there is none."""


class FocusRound(QObject):
    """Gives the keyboard to one part after the other; each remembers where it was inside."""

    def __init__(self, parts: Sequence[Part], parent: QObject) -> None:
        super().__init__(parent)
        self._parts = parts

    def move(self, step: int) -> None:
        """Go to the next part (`step` 1) or the one before (-1) that can take the keyboard."""
        parts = [part() for part in self._parts]
        now = QApplication.focusWidget()
        at = next((n for n, part in enumerate(parts) if part is not None and _holds(part, now)), None)
        if at is None:
            at = -1 if step > 0 else 0
        for _ in parts:
            at = (at + step) % len(parts)
            target = _first_inside(parts[at])
            if target is not None:
                target.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return


def _holds(part: QWidget, widget: QWidget | None) -> bool:
    return widget is not None and (widget is part or part.isAncestorOf(widget))


def _first_inside(part: QWidget | None) -> QWidget | None:
    """What had the keyboard in a part, else the first widget that takes it."""
    if part is None or not part.isVisible():
        return None
    known = part.focusWidget()
    if known is not None and known.isVisible() and known.isEnabled():
        return known
    widget: QWidget | None = part
    for _ in range(10_000):  # a chain of focus is closed
        if widget is None or _takes_keyboard(widget):
            return widget
        widget = widget.nextInFocusChain()
        if widget is part or not _holds(part, widget):
            break
    inside = (each for each in part.findChildren(QWidget) if _takes_keyboard(each))
    return next(inside, None)


def _takes_keyboard(widget: QWidget) -> bool:
    policy = widget.focusPolicy()
    return bool(policy & Qt.FocusPolicy.TabFocus) and widget.isVisible() and widget.isEnabled()


def takers_of_tab(window: QWidget) -> list[QWidget]:
    """Every widget of a window that the Tab key reaches, in their present order."""
    found = []
    widget = window.nextInFocusChain()
    while widget is not None and widget is not window:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found
