"""The part of a plot that holds its curves: how far and by which gestures it zooms."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal

from gui.plots.value_scale import HIGHEST

NARROWEST = 1e-300
"""Places across the view at the closest zoom that pyqtgraph's transforms stand."""


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

    def mouseClickEvent(self, event: Any) -> None:
        if event.double() and event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.whole_asked.emit()
