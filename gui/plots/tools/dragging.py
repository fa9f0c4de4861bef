"""Dragging a sample's marker along the axis: its logit follows in the table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt

from gui.document.document import Document
from gui.document.selection import Selection
from gui.plots.tools.gestures import Pointer
from gui.plots.tools.logit_moves import LogitGesture, LogitMoves

REACH = 9.0
"""Pixels from a marker within which a press takes it: the selected one is 13 wide."""

MOST_CANDIDATES = 200
"""Rows to compare below one pointer; of more the markers cover one another."""


class SampleDrag(QObject):
    """The tool that takes a marker and moves its row's logit, as one step of the history."""

    def __init__(
        self, document: Document, selection: Selection, moves: LogitMoves, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._moves = moves
        self._gesture: LogitGesture | None = None
        self._offset = 0.0

    # -- Tool ---------------------------------------------------------------------------------------

    def cursor(self, pointer: Pointer) -> Qt.CursorShape | None:
        """A hand that could grasp a marker."""
        return None if row_at(pointer) is None else Qt.CursorShape.OpenHandCursor

    def take(self, pointer: Pointer) -> bool:
        """Select the row whose marker is here and begin to move it."""
        if pointer.modifiers != Qt.KeyboardModifier.NoModifier:
            return False
        row = row_at(pointer)
        if row is None:
            return False
        self._selection.select(self._document.page, row)
        self._gesture = self._moves.begin()
        if self._gesture is None:
            return False
        at = pointer.plot.span.to_pixel(self._gesture.logit)
        self._offset = at - pointer.position.x()
        pointer.plot.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        return True

    def drag(self, pointer: Pointer) -> None:
        """Move the logit to where the pointer is."""
        if self._gesture is not None:
            self._gesture.move_to(pointer.plot.span.to_logit(pointer.position.x() + self._offset))

    def drop(self) -> None:
        """Leave it there."""
        if self._gesture is not None:
            self._gesture.finish()
        self._gesture = None

    def cancel(self) -> None:
        """Put it back."""
        if self._gesture is not None:
            self._gesture.cancel()
        self._gesture = None


def row_at(pointer: Pointer) -> int | None:
    """The row whose marker is here, the selected one first; None if there is none."""
    marked = pointer.plot.samples
    own = [sample.value for sample in marked.selected]
    at = [sample.logit for sample in marked.selected]
    if (_distances(pointer, np.array(at), np.array(own)) <= REACH).any():
        return marked.row
    span, x = pointer.plot.span, pointer.position.x()
    low, high = span.to_logit(x - REACH), span.to_logit(x + REACH)
    rows = np.flatnonzero((marked.logits >= low) & (marked.logits <= high))
    rows = rows[:: max(1, -(-len(rows) // MOST_CANDIDATES))]
    distances = _distances(pointer, marked.logits[rows], marked.values[rows])
    return marked.number(int(rows[np.argmin(distances)])) if (distances <= REACH).any() else None


def _distances(
    pointer: Pointer, logits: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Pixels to markers, those out of view at its edge; what has no place stands on a rail, far off."""
    view, at = pointer.plot.view, pointer.position - pointer.plot.area.topLeft()
    places = view.scale.places(values)
    x = np.array([view.x(logit) for logit in logits.tolist()])
    y = view.top - np.clip(places, view.bottom, view.top)
    away = np.hypot(x - at.x(), y / (view.top - view.bottom) * view.height - at.y())
    return np.where(np.isfinite(places) & ~np.isnan(logits), away, np.inf)
