"""A formula's curve."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from gui.plots.parts.painting import never_raising

HALF_WIDTH = 0.4
"""Pixels by which the second stroke is moved: two strokes one pixel wide look like one of nearly two and
cost a fifth of it (Qt paints wider antialiased lines as polygons)."""


class CurveItem(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph is untyped
    """A thin antialiased curve, drawn twice where it is to stand out.

    pyqtgraph's own curve item costs as much in Python at every frame as its stroke does in Qt.
    """

    def __init__(self, *, bold: bool) -> None:
        super().__init__()
        self.bold = bold
        self.pen = QPen()
        self.logits = self.values = np.empty(0)
        self._path = QPainterPath()
        self._bounds = QRectF()

    def draw_as(self, colour: QColor, dash: Qt.PenStyle, width: float = 1.0) -> None:
        """Take a look; not for use on every frame."""
        pen = QPen(colour, width, dash)
        pen.setCosmetic(True)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        self.set_pen(pen)

    def set_pen(self, pen: QPen) -> None:
        """Draw with this pen, which must be cosmetic: the two directions have different scales."""
        self.pen = pen
        self.update()

    def show_points(self, logits: NDArray[np.float64], values: NDArray[np.float64], pad: float) -> None:
        """Show these places, gaps where nan, with a stroke's room above and below.

        The arrays are kept and must not change.
        """
        finite = not np.isnan(values).any()
        self.logits, self.values = logits, values
        self._path = pg.arrayToQPath(
            logits, values, connect="all" if finite else "finite", finiteCheck=not finite
        )
        bounds = _bounds(logits, values, pad)
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    @never_raising
    def paint(self, painter: QPainter, *_: Any) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(_for_device(self.pen, painter.device().devicePixelRatioF()))
        if not self.bold:
            painter.drawPath(self._path)
            return
        scale = abs(painter.worldTransform().m22())
        shift = HALF_WIDTH / scale if scale > 0.0 else 0.0
        painter.translate(0.0, shift)
        painter.drawPath(self._path)
        painter.translate(0.0, -2.0 * shift)
        painter.drawPath(self._path)


def _for_device(pen: QPen, ratio: float) -> QPen:
    """The pen on a device with so many pixels for a logical one: Qt counts a cosmetic width in its pixels."""
    if ratio == 1.0:
        return pen
    wide = QPen(pen)
    wide.setWidthF(max(pen.widthF(), 1.0) * ratio)
    return wide


def _bounds(logits: NDArray[np.float64], values: NDArray[np.float64], pad: float) -> QRectF:
    # fmin and fmax pass nan over, and are several times as fast as nanmin and nanmax.
    low = float(np.fmin.reduce(values, initial=np.inf)) - pad
    high = float(np.fmax.reduce(values, initial=-np.inf)) + pad
    if not low <= high:
        return QRectF()
    first, last = float(logits[0]), float(logits[-1])
    return QRectF(first, low, last - first, high - low)
