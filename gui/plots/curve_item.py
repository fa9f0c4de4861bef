"""A formula's curve."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen

HALF_WIDTH = 0.4
"""Pixels by which the second stroke is moved: two strokes one pixel wide look like one of nearly two and
cost a fifth of it (Qt paints wider antialiased lines as polygons)."""


class CurveItem(pg.PlotCurveItem):  # type: ignore[misc]  # pyqtgraph is untyped
    """A thin antialiased curve, drawn twice where it is to stand out."""

    def __init__(self, *, bold: bool) -> None:
        super().__init__(antialias=True, connect="finite", skipFiniteCheck=False)
        self.bold = bold

    def draw_as(self, colour: QColor, dash: Qt.PenStyle, width: float = 1.0) -> None:
        """Take a look; not for use on every frame."""
        pen = QPen(colour, width, dash)
        pen.setCosmetic(True)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        self.setPen(pen)

    def show_points(self, logits: NDArray[np.float64], values: NDArray[np.float64]) -> None:
        """Show these points; the arrays are kept and must not change."""
        finite = not np.isnan(values).any()
        self.setData(logits, values, connect="all" if finite else "finite", skipFiniteCheck=finite)

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
