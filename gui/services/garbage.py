"""Garbage is collected between two events of the GUI thread, and nowhere else."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 1000
"""Time between two looks at what has gathered."""


class GarbageCollector(QObject):
    """Collects in Python's place while it lives.

    Python collects wherever an allocation happens to cross a threshold: inside an item's `paint`, or on a
    worker's thread. A widget or item that is freed there, because only a cycle still held it, takes the
    process with it: the painter of the one is in use, and the other may not touch widgets.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(collect_what_is_due)
        self._timer.start()


def collect_what_is_due() -> None:
    """Collect the oldest generation whose threshold is crossed, as Python would have."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        if 0 < thresholds[generation] < counts[generation]:  # 0 is Python's word for never
            gc.collect(generation)
            return
