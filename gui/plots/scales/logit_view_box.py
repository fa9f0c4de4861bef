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


class LogitViewBox(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph is untyped
    """A view box whose wheel zooms the logit, with Ctrl both axes; a double click shows the whole."""

    whole_asked = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.disableAutoRange()
        self.setLimits(
            xMin=-HIGHEST, xMax=HIGHEST, yMin=-HIGHEST, yMax=HIGHEST, minXRange=NARROWEST, minYRange=NARROWEST
        )

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


def _can_scale(factor: float | None, low: float, high: float) -> bool:
    """Whether a range can become `factor` times as long."""
    far = max(abs(low), abs(high))
    return factor is None or factor >= 1.0 or (high - low) * factor >= far * CLOSEST
