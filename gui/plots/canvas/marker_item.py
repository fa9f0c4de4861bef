"""The selected row's markers: a handful, moved with every frame of a drag."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyqtgraph as pg
from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from gui.plots.parts.painting import never_raising
from gui.plots.scales.plot_view import View

ROOM = 9.0
"""Pixels around a marker's middle that it may cover."""


@dataclass(frozen=True, slots=True)
class Marker:
    """One marker.

    Attributes
    ----------
    x, y : float
        Its places on the plot's scales, inside the view.
    symbol : str
        One of pyqtgraph's.
    size : float
        In pixels.
    fill, line : QColor
    """

    x: float
    y: float
    symbol: str
    size: float
    fill: QColor
    line: QColor


class MarkerItem(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph is untyped
    """Draws markers in pixels; pyqtgraph's scatter item costs a millisecond for each of its updates."""

    def __init__(self, box: pg.ViewBox, view: Callable[[], View], depth: float) -> None:
        super().__init__()
        self._view = view
        self._markers: tuple[Marker, ...] = ()
        self._bounds = QRectF()
        self.setParentItem(box)
        self.setZValue(depth)
        box.sigRangeChanged.connect(self._place)
        box.sigResized.connect(self._place)

    @property
    def markers(self) -> tuple[Marker, ...]:
        """What is drawn, the last on top."""
        return self._markers

    def show_markers(self, markers: Sequence[Marker]) -> None:
        """Draw these and no others."""
        if tuple(markers) != self._markers:
            self._markers = tuple(markers)
            self._place()

    def _place(self) -> None:
        """Cover the markers and no more, so that a move repaints little."""
        bounds = QRectF()
        view = self._view()
        for marker in self._markers:
            middle = self._pixel(marker, view)
            bounds |= QRectF(middle.x() - ROOM, middle.y() - ROOM, 2 * ROOM, 2 * ROOM)
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self.update()

    @staticmethod
    def _pixel(marker: Marker, view: View) -> QPointF:
        span = view.span
        x = (marker.x - span.start) / (span.stop - span.start) * span.width
        return QPointF(x, view.y(marker.y))

    def boundingRect(self) -> QRectF:
        return self._bounds

    @never_raising
    def paint(self, painter: QPainter, *_: Any) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        view = self._view()
        for marker in self._markers:
            painter.save()
            painter.translate(self._pixel(marker, view))
            painter.scale(marker.size, marker.size)
            pen = QPen(marker.line, 1.0)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(marker.fill)
            painter.drawPath(Symbols[marker.symbol])
            painter.restore()
