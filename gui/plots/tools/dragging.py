"""Dragging a sample's marker along the axis: its logit follows in the table."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt

from gui.document.document import Document
from gui.document.selection import Selection
from gui.plots.canvas.logit_plot import LogitPlot
from gui.plots.canvas.overlay import plot_area
from gui.plots.content.subject import Subject
from gui.plots.tools.gestures import Pointer
from gui.plots.tools.logit_moves import LogitGesture, LogitMoves

REACH = 9.0
"""Pixels from a marker within which a press takes it: the selected one is 13 wide."""

MOST_CANDIDATES = 200
"""Rows to compare below one pointer; of more the markers cover one another."""

Heights = Callable[[LogitPlot, Subject], tuple[NDArray[np.float64], NDArray[np.float64]]]
"""For a plot the values at which it marks the selected row, by every formula, and all rows, one each."""


class SampleDrag(QObject):
    """The tool that takes a marker and moves its row's logit, as one step of the history.

    Parameters
    ----------
    document, selection
    moves : LogitMoves
    heights : callable
        Where a plot draws its markers.
    """

    def __init__(
        self,
        document: Document,
        selection: Selection,
        moves: LogitMoves,
        heights: Heights,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._moves = moves
        self._heights = heights
        self._subject: Subject | None = None
        self._gesture: LogitGesture | None = None
        self._offset = 0.0

    def show_subject(self, subject: Subject) -> None:
        """Pick among this subject's rows."""
        self._subject = subject

    # -- picking ------------------------------------------------------------------------------------

    def row_at(self, pointer: Pointer) -> int | None:
        """The row whose marker is here, the selected one first; None if there is none."""
        subject = self._subject
        if subject is None or not subject.lanes:
            return None
        own, others = self._heights(pointer.plot, subject)
        at = np.full(own.shape, subject.logits[subject.row])
        if (_distances(pointer, at, own) <= REACH).any():
            return subject.row
        rows = self._rows_around(pointer, subject)
        distances = _distances(pointer, subject.logits[rows], others[rows])
        if not (distances <= REACH).any():
            return None
        return int(rows[np.argmin(distances)])

    def _rows_around(self, pointer: Pointer, subject: Subject) -> NDArray[np.intp]:
        span, x = pointer.plot.span, pointer.position.x()
        low, high = span.to_logit(x - REACH), span.to_logit(x + REACH)
        rows = np.flatnonzero((subject.logits >= low) & (subject.logits <= high))
        return rows[:: max(1, -(-len(rows) // MOST_CANDIDATES))]

    # -- Tool ---------------------------------------------------------------------------------------

    def cursor(self, pointer: Pointer) -> Qt.CursorShape | None:
        """A hand that could grasp a marker."""
        return None if self.row_at(pointer) is None else Qt.CursorShape.OpenHandCursor

    def take(self, pointer: Pointer) -> bool:
        """Select the row whose marker is here and begin to move it."""
        if pointer.modifiers != Qt.KeyboardModifier.NoModifier:
            return False
        row = self.row_at(pointer)
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


def _distances(
    pointer: Pointer, logits: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Pixels to markers, those out of view at its edge; what is not finite stands on a rail, far off."""
    found = np.full(logits.shape, np.inf)
    at, span = pointer.position, pointer.plot.span
    top, bottom = plot_area(pointer.plot).top(), plot_area(pointer.plot).bottom()
    for index in np.flatnonzero(np.isfinite(values) & ~np.isnan(logits)).tolist():
        logit, value = float(logits[index]), float(values[index])
        height = pointer.plot.pixel_of(min(max(logit, span.low), span.high), value).y()
        x, y = span.to_pixel(logit), min(max(height, top), bottom)
        found[index] = np.hypot(x - at.x(), y - at.y())
    return found
