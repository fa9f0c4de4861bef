"""What interactions draw over or below a plot's curves, in its pixels and on any scale."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from gui.plots.canvas.logit_plot import LogitPlot
from gui.plots.parts.painting import never_raising
from gui.plots.parts.plot_theme import PlotTheme, blend

GRIP = 6.0
"""Half the width of the handle at the top of a held crosshair."""


def plot_area(plot: LogitPlot) -> QRectF:
    """Where a plot's curves stand, in its own pixels."""
    return QRectF(plot.box.sceneBoundingRect())


class Overlay(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph is untyped
    """An item over the whole of a plot that paints in its pixels; repainted when the view changes."""

    def __init__(self, plot: LogitPlot, theme: PlotTheme, depth: float) -> None:
        super().__init__()
        self._plot = plot
        self._theme = theme
        box = plot.box
        self.setParentItem(box)
        self.setZValue(depth)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        box.sigRangeChanged.connect(self._repaint)
        box.sigResized.connect(self._resize)

    def recolour(self, theme: PlotTheme) -> None:
        """Follow a theme."""
        self._theme = theme
        self.update()

    def _repaint(self) -> None:
        self.update()

    def _resize(self) -> None:
        self.prepareGeometryChange()
        self.update()

    def _x(self, logit: float) -> float:
        span = self._plot.span
        return span.to_pixel(logit) - span.left

    def boundingRect(self) -> QRectF:
        return QRectF(self._plot.box.rect())


class GripItem(Overlay):
    """The handle of a crosshair that stays where it was put."""

    def __init__(self, plot: LogitPlot, theme: PlotTheme) -> None:
        super().__init__(plot, theme, depth=110.0)
        self._logit: float | None = None
        self.hide()

    def show_at(self, logit: float | None) -> None:
        """Stand at a logit, or vanish."""
        if logit != self._logit:
            self._logit = logit
            self.setVisible(logit is not None)
            self.update()

    @never_raising
    def paint(self, painter: QPainter, *_: Any) -> None:
        span = self._plot.span
        if self._logit is None or not span.low <= self._logit <= span.high:
            return
        x, area = self._x(self._logit), self.boundingRect()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.text, 1.0))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setBrush(self._theme.text)
        for edge, inwards in ((area.top(), GRIP), (area.bottom(), -GRIP)):
            corners = (QPointF(x - GRIP, edge), QPointF(x + GRIP, edge), QPointF(x, edge + inwards))
            painter.drawPolygon(QPolygonF(corners))


class RangeItem(Overlay):
    """A brushed range of logits."""

    def __init__(self, plot: LogitPlot, theme: PlotTheme) -> None:
        super().__init__(plot, theme, depth=-90.0)
        self._range: tuple[float, float] | None = None
        self.hide()

    def show_range(self, logits: tuple[float, float] | None) -> None:
        """Cover these logits, or none."""
        if logits != self._range:
            self._range = logits
            self.setVisible(logits is not None)
            self.update()

    @never_raising
    def paint(self, painter: QPainter, *_: Any) -> None:
        if self._range is None:
            return
        left, right = (self._x(logit) for logit in self._range)
        area = self.boundingRect()
        stretch = QRectF(left, area.top(), max(right - left, 1.0), area.height())
        colour = blend(self._theme.text, self._theme.background, 0.3)
        colour.setAlphaF(0.16)
        painter.fillRect(stretch, colour)
        painter.setPen(QPen(self._theme.muted, 1.0, Qt.PenStyle.DashLine))
        for x in (left, right):
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
