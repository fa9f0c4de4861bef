"""Dragging the marker in the curves: z follows, as one step of the history."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from engine import Format, next_float
from gui.plots.canvas.logit_plot import LogitPlot
from gui.plots.tools.gestures import Pointer

REACH = 9.0
"""Pixels from the marker within which a press takes it."""

Move = Callable[[float, object | None], None]
"""Takes a logit and the gesture it belongs to."""


class MarkerDrag:
    """The tool of `gui.plots.tools.gestures` that takes the marker."""

    def __init__(self, place: Callable[[], float | None], move: Move) -> None:
        self._place = place
        self._move = move
        self._gesture: object | None = None
        self._before: float | None = None
        self._offset = 0.0

    def cursor(self, pointer: Pointer) -> Qt.CursorShape | None:
        """A hand that could grasp it."""
        return Qt.CursorShape.OpenHandCursor if self._away(pointer) <= REACH else None

    def _away(self, pointer: Pointer) -> float:
        z = self._place()
        if z is None or np.isnan(z):
            return float("inf")
        return abs(pointer.plot.span.to_pixel(z) - pointer.position.x())

    def take(self, pointer: Pointer) -> bool:
        """Begin to move it."""
        if pointer.modifiers != Qt.KeyboardModifier.NoModifier or self._away(pointer) > REACH:
            return False
        self._gesture, self._before = object(), self._place()
        assert self._before is not None
        self._offset = pointer.plot.span.to_pixel(self._before) - pointer.position.x()
        pointer.plot.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        return True

    def drag(self, pointer: Pointer) -> None:
        """Move it to where the pointer is."""
        if self._gesture is not None:
            self._move(pointer.plot.span.to_logit(pointer.position.x() + self._offset), self._gesture)

    def drop(self) -> None:
        """Leave it there."""
        self._gesture = None

    def cancel(self) -> None:
        """Put it back."""
        if self._gesture is not None and self._before is not None:
            self._move(self._before, self._gesture)
        self._gesture = None


class MarkerKeys(QObject):
    """Arrows move the marker a pixel, with Shift ten and with Ctrl one float; Page keys from edge to edge."""

    def __init__(
        self,
        plot: LogitPlot,
        place: Callable[[], float | None],
        move: Move,
        form: Callable[[], Format],
        edges: Callable[[], list[float]],
    ) -> None:
        super().__init__(plot)
        self._plot = plot
        self._place = place
        self._move = move
        self._form = form
        self._edges = edges
        self._gesture: object | None = None
        plot.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            if not event.isAutoRepeat():
                self._gesture = None
            return False
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        target = self._target(event)
        if target is None:
            return False
        self._gesture = self._gesture or object()
        self._move(target, self._gesture)
        return True

    def _target(self, event: QKeyEvent) -> float | None:
        z, form = self._place(), self._form()
        if z is None or not np.isfinite(z):
            return None
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps:
            step = steps[Qt.Key(event.key())]
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                moved = float(next_float(form.round(np.array([z])), step)[0])
                return min(max(moved, -form.max), form.max)
            pixels = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            span = self._plot.span
            return span.to_logit(span.to_pixel(z) + step * pixels)
        edges = sorted(set(self._edges()))
        if event.key() == Qt.Key.Key_PageDown:
            return next((edge for edge in edges if edge > z), None)
        if event.key() == Qt.Key.Key_PageUp:
            return next((edge for edge in reversed(edges) if edge < z), None)
        return None
