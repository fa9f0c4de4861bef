"""A formula's curve."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

HALF_WIDTH = 0.4
"""Pixels by which the second stroke is moved: two strokes one pixel wide look like one of nearly two and
cost a fifth of it (Qt paints wider antialiased lines as polygons)."""


class CurveItem(pg.PlotCurveItem):  # type: ignore[misc]  # pyqtgraph is untyped
    """A thin antialiased curve, drawn twice where it is to stand out."""

    def __init__(self, *, bold: bool) -> None:
        super().__init__(antialias=True, connect="finite", skipFiniteCheck=False)
        self.bold = bold
        self._bounds = QRectF()

    def draw_as(self, colour: QColor, dash: Qt.PenStyle, width: float = 1.0) -> None:
        """Take a look; not for use on every frame."""
        pen = QPen(colour, width, dash)
        pen.setCosmetic(True)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        self.setPen(pen)

    def show_points(self, logits: NDArray[np.float64], values: NDArray[np.float64], pad: float) -> None:
        """Show these points; the arrays are kept and must not change.

        Parameters
        ----------
        logits, values : float64 array
            Places; nan values are gaps.
        pad : float
            Room for the stroke above and below, on the value scale.
        """
        finite = not np.isnan(values).any()
        self.prepareGeometryChange()
        self._bounds = _bounds(logits, values, pad)
        self.setData(logits, values, connect="all" if finite else "finite", skipFiniteCheck=finite)

    def boundingRect(self) -> QRectF:
        """Asked for many times a frame; pyqtgraph would work it out from the pen each time."""
        return self._bounds

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        if not self.bold:
            super().paint(painter, option, widget)
            return
        scale = abs(painter.worldTransform().m22())
        shift = HALF_WIDTH / scale if scale > 0.0 else 0.0
        for offset in (shift, -shift):
            painter.save()
            painter.translate(0.0, offset)
            super().paint(painter, option, widget)
            painter.restore()


def _bounds(logits: NDArray[np.float64], values: NDArray[np.float64], pad: float) -> QRectF:
    if not len(logits) or np.isnan(values).all():
        return QRectF()
    low, high = float(np.nanmin(values)) - pad, float(np.nanmax(values)) + pad
    first, last = float(logits[0]), float(logits[-1])
    return QRectF(first, low, last - first, high - low)
