"""What need not follow every frame: at once after a pause, then at most once in an interval."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

TURNS = 2
"""Of the event loop until all is painted: widgets in the first, and scenes, which ask a turn later."""

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
        self._turns = TURNS if after_paint else 0
        self._turns_left = 0
        self._is_requested = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._end_pause)

    def request(self) -> None:
        """Have `due` emitted: now, or at the end of the interval that the last one began."""
        if self._pause.isActive():
            self._is_requested = True
        elif self._turns:
            self._is_requested = True
            self._turns_left = self._turns
            self._pause.start(0)
        else:
            self._pass_on()

    def _pass_on(self) -> None:
        self._is_requested = False
        self._pause.start(self._interval)
        self.due.emit()

    def _end_pause(self) -> None:
        if self._turns_left > 1:
            self._turns_left -= 1
            self._pause.start(0)
        elif self._is_requested:
            self._pass_on()
