"""What need not follow every frame: at once after a pause, then at most once in an interval."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

INTERVAL_MS = 50
"""Numbers that change faster than twenty times a second cannot be read."""


class Throttle(QObject):
    """Passes requests on, the first at once and those of a burst together; the last is never lost.

    One that waits for the paint lets Qt first show what was changed, and only then does what follows from it.
    """

    due = Signal()
    """What was requested is to be done."""

    def __init__(
        self, parent: QObject | None = None, interval: int = INTERVAL_MS, *, after_paint: bool = False
    ) -> None:
        super().__init__(parent)
        self._interval = interval
        self._after_paint = after_paint
        self._is_requested = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._end_pause)

    def request(self) -> None:
        """Have `due` emitted: now, or at the end of the interval that the last one began."""
        if self._pause.isActive():
            self._is_requested = True
        elif self._after_paint:  # which Qt asks for by an event, and so before any timer
            self._is_requested = True
            self._pause.start(0)
        else:
            self._pass_on()

    def _pass_on(self) -> None:
        self._is_requested = False
        self._pause.start(self._interval)
        self.due.emit()

    def _end_pause(self) -> None:
        if self._is_requested:
            self._pass_on()
