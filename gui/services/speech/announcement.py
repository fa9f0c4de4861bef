"""What is said without being asked for."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, words: str) -> None:
    """Let a screen reader say something, after what it says now."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))
