"""The selected row's markers: a handful, moved with every frame of a drag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from gui.plots.canvas.pixel_items import PixelItem
from gui.plots.content.marks import Sample
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.scales.plot_view import View

ROOM = 9.0
"""Pixels around a marker's middle that it may cover."""

APART = 3.0
"""Pixels between a formula's marker and the true one from which on both are drawn."""


class Marker(NamedTuple):
    """One marker: its places on the plot's scales, inside the view, one of pyqtgraph's symbols, pixels."""

    x: float
    y: float
    symbol: str
    size: float
    fill: QColor
    line: QColor


class MarkerItem(PixelItem):
    """Draws markers in pixels; pyqtgraph's scatter item costs a millisecond for each of its updates."""

    markers: tuple[Marker, ...] = ()
    """What is drawn, the last on top."""
    _bounds = QRectF()

    def show_markers(self, markers: Sequence[Marker]) -> None:
        """Draw these and no others."""
        if tuple(markers) != self.markers:
            self.markers = tuple(markers)
            self.follow_view()

    def follow_view(self) -> None:
        """Cover the markers and no more, so that a move repaints little."""
        bounds = QRectF()
        view = self.plot.view
        for marker in self.markers:
            middle = _pixel(marker, view)
            bounds |= QRectF(middle.x() - ROOM, middle.y() - ROOM, 2 * ROOM, 2 * ROOM)
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def draw(self, painter: QPainter, view: View) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for marker in self.markers:
            painter.save()
            painter.translate(_pixel(marker, view))
            painter.scale(marker.size, marker.size)
            pen = QPen(marker.line, 1.0)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(marker.fill)
            painter.drawPath(Symbols[marker.symbol])
            painter.restore()


def _pixel(marker: Marker, view: View) -> QPointF:
    span = view.span
    return QPointF((marker.x - span.start) / (span.stop - span.start) * span.width, view.y(marker.y))


def markers_of(selected: Sequence[Sample], view: View, theme: PlotTheme) -> list[Marker]:
    """One marker for the true value and for each formula's that stands apart from it."""
    placed = [(sample, view.scale.place(sample.value)) for sample in selected]
    truths = [view.y(place) for sample, place in placed if sample.exact]
    return [
        _marker(sample, place, view, theme)
        for sample, place in placed
        if np.isfinite(place)
        and (sample.exact or not any(abs(view.y(place) - truth) < APART for truth in truths))
    ]


def _marker(sample: Sample, place: float, view: View, theme: PlotTheme) -> Marker:
    """A marker; where the sample is out of view, an arrow at the edge that points to it."""
    symbol, span = sample.style.marker, view.span
    x = span.scale.place(sample.logit)
    if place > view.top or place < view.bottom:
        symbol = "t1" if place > view.top else "t"
    if x < span.start or x > span.stop:
        symbol = "t3" if x < span.start else "t2"
    return Marker(
        x=min(max(x, span.start), span.stop),
        y=min(max(place, view.bottom), view.top),
        symbol=symbol,
        size=13.0 if sample.exact else 10.0,
        fill=theme.background if sample.exact else sample.style.colour,
        line=theme.text if sample.exact else theme.background,
    )
