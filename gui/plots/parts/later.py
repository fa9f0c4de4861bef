"""Work that waits until control returns to Qt, so that a burst of changes asks for it once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def later(parent: QObject, slot: Callable[[], None]) -> QTimer:
    """A timer that runs `slot` once when control returns to Qt, however often it is started."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(0)
    timer.timeout.connect(slot)
    return timer
