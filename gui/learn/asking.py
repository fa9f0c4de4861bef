"""Which word F1 asks about: what a widget says itself, else what it, or what it stands in, is called."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget

WORD = "word"
"""The property of a widget that names its card."""


@runtime_checkable
class Asked(Protocol):
    """A widget in which several words stand, and one of them is meant now."""

    def asked_word(self) -> tuple[str, QRect] | None:
        """The word's key, and where it stands on the screen; None if no word is there."""


def call(widget: QWidget, key: str) -> None:
    """Let a widget, and all in it that is not called otherwise, be explained by a card."""
    widget.setProperty(WORD, key)


def asked_word(widget: QWidget | None) -> tuple[str, QRect] | None:
    """The word that is meant at a widget, and its place on the screen; None if nothing leads anywhere."""
    inner = widget
    while widget is not None:
        if isinstance(widget, Asked) and (found := widget.asked_word()) is not None:
            return found
        key = widget.property(WORD)
        if isinstance(key, str) and inner is not None:
            return key, QRect(inner.mapToGlobal(QPoint(0, 0)), inner.size())
        widget = None if widget.isWindow() else widget.parentWidget()
    return None
