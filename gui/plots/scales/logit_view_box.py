"""The part of a plot that holds its curves: how far and by which gestures it zooms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal

from gui.plots.scales.value_scale import HIGHEST

NARROWEST = 1e-300
"""Places across the view at the closest zoom that pyqtgraph's transforms stand."""


CLOSEST = 1e-12
"""Share of its distance from 0 that a view spans at least: places much closer are one float64."""


Ends = tuple[float, float]


class LogitViewBox(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph is untyped
    """A view box whose wheel zooms the logit, with Ctrl both axes; a double click shows the whole."""

    whole_asked = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.disableAutoRange()
        self._ends = (-HIGHEST, HIGHEST), (-HIGHEST, HIGHEST)
        self.setLimits(minXRange=NARROWEST, minYRange=NARROWEST)
        self._keep_within(*self._ends)

    def show_places(self, places: Ends, values: Ends, logit_ends: Ends, value_ends: Ends) -> None:
        """Show these places, and let nobody leave these ends.

        Ends and ranges change as one: places of one scale mean nothing on another, and a range of 1e30
        that is pushed between the ends of a logarithm is left without a height.
        """
        before, self._ends = self._ends, (logit_ends, value_ends)
        self._keep_within(*(_hull(*each) for each in zip(before, self._ends, strict=True)))
        wanted = [list(_held(each, ends)) for each, ends in zip((places, values), self._ends, strict=True)]
        if self.viewRange() != wanted:
            self.setRange(xRange=wanted[0], yRange=wanted[1], padding=0.0, disableAutoRange=True)
        self._keep_within(*self._ends)

    def _keep_within(self, logit_ends: Ends, value_ends: Ends) -> None:
        (left, right), (bottom, top) = logit_ends, value_ends
        self.setLimits(xMin=left, xMax=right, yMin=bottom, yMax=top)

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        both = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        super().wheelEvent(event, axis if axis is not None or both else self.XAxis)

    def scaleBy(
        self, s: Sequence[float | None] | None = None, center: Any = None, x: Any = None, y: Any = None
    ) -> None:
        """Zoom, and stop before the ends of the view are one and the same place."""
        factors = (x, y) if s is None else s
        within = zip(factors, self.viewRange(), strict=True)
        super().scaleBy([each if _can_scale(each, *ends) else None for each, ends in within], center)

    def mouseClickEvent(self, event: Any) -> None:
        if event.double() and event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.whole_asked.emit()


def _hull(one: Ends, other: Ends) -> Ends:
    return min(one[0], other[0]), max(one[1], other[1])


def _held(places: Ends, ends: Ends) -> Ends:
    """The part of a range between two ends; all between them where it has none."""
    low, high = max(places[0], ends[0]), min(places[1], ends[1])
    return (low, high) if low < high else ends


def _can_scale(factor: float | None, low: float, high: float) -> bool:
    """Whether a range can become `factor` times as long."""
    far = max(abs(low), abs(high))
    return factor is None or factor >= 1.0 or (high - low) * factor >= far * CLOSEST
