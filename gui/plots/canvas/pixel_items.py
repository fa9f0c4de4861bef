"""What is drawn in a plot in pixels over the whole view: shades below the curves, words and tools above."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication, QPainter, QPen, QPolygonF

from engine import Band
from gui.plots.canvas.free_room import FreeRoom
from gui.plots.content.marks import Shades
from gui.plots.parts.joined import joined
from gui.plots.parts.painting import fill_regime, never_raising
from gui.plots.parts.plot_theme import PlotTheme, blend
from gui.plots.parts.words import reach_text
from gui.plots.scales.plot_view import View
from gui.services.colours import regime_colour, regime_fill, regime_name

TWO_LINES = 110.0
"""Height of a plot from which on its shades' names have a second line."""

UNSETTLED = 0.4
"""Opacity of bands whose edges belong to the problem before the last edit."""

PAD = 4.0

GRIP = 6.0
"""Half the width of the handle at the top of a held crosshair."""


class Canvas(Protocol):
    """What items are painted over: a plot."""

    theme: PlotTheme

    @property
    def box(self) -> pg.ViewBox:
        """Where the curves are."""

    @property
    def view(self) -> View:
        """The visible part."""

    def free_room(self) -> FreeRoom:
        """Where words have room."""


class PixelItem(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph is untyped
    """An item that fills a plot's box and paints in its pixels; repainted when the view changes.

    One that is `kept` stays as it is while markers and tools move over it, and is only copied.
    """

    def __init__(self, plot: Canvas, depth: float, *, kept: bool = False) -> None:
        super().__init__()
        self.plot = plot
        self.setParentItem(plot.box)
        self.setZValue(depth)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        if kept:
            self.setCacheMode(self.CacheMode.DeviceCoordinateCache)
        plot.box.sigRangeChanged.connect(self.follow_view)
        plot.box.sigResized.connect(self._resize)

    def follow_view(self) -> None:
        """Paint anew."""
        self.update()

    def _resize(self) -> None:
        self.prepareGeometryChange()
        self.follow_view()

    def draw(self, painter: QPainter, view: View) -> None:
        """Paint on the plot's pixels, of which `boundingRect` is the area."""
        raise NotImplementedError

    def boundingRect(self) -> QRectF:
        return QRectF(self.plot.box.rect())

    @never_raising
    def paint(self, painter: QPainter, *_: Any) -> None:
        self.draw(painter, self.plot.view)


class ShadeItem(PixelItem):
    """The stretches of logits where one formula fails, each with its name and the exact edge."""

    shades: Shades | None = None

    def __init__(self, plot: Canvas) -> None:
        super().__init__(plot, depth=-100.0, kept=True)
        self._drawn: list[tuple[Band, str, QRectF]] = []
        self._placed_in: tuple[View, QFont] | None = None
        """Where and how large the names were when they were placed; None of others than are shown."""

    @property
    def name_height(self) -> float:
        """Pixels below the top edge that the names take up."""
        return self._lines * QFontMetricsF(QGuiApplication.font()).height() + 3 * PAD

    @property
    def _lines(self) -> int:
        """Lines of a name: in a low plot the edges are left to the plot above."""
        return 2 if self.boundingRect().height() >= TWO_LINES else 1

    @property
    def bands(self) -> tuple[Band, ...]:
        """What is shaded."""
        return () if self.shades is None else self.shades.bands

    def show_shades(self, shades: Shades) -> None:
        """Shade these bands; dimmed while their edges are being looked for anew."""
        if shades != self.shades:
            self.shades, self._placed_in = shades, None
            self.update()

    def draw(self, painter: QPainter, view: View) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setOpacity(1.0 if self.shades is None or self.shades.settled else UNSETTLED)
        for band in joined(self.bands, view.span.hides):
            stretch = self._stretch(band, view)
            if stretch is not None:
                self._paint_band(painter, band, stretch, view)
        if self._placed_in != (view, QGuiApplication.font()):
            self._drawn = self.named(self.plot.free_room())
        for band, text, box in self._drawn:
            painter.fillRect(box, regime_fill(band.regime, self.plot.theme.dark))
            painter.setPen(self.plot.theme.text)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    @property
    def boxes(self) -> list[QRectF]:
        """Where words stand."""
        return [box for *_, box in self._drawn]

    def look_again(self, room: FreeRoom) -> None:
        """Name the bands elsewhere if something is drawn over the names by now."""
        named, self._placed_in = self.named(room), (self.plot.view, QGuiApplication.font())
        if named != self._drawn:
            self._drawn = named
            self.update()

    def _stretch(self, band: Band, view: View) -> QRectF | None:
        if band.stop < view.span.low or band.start > view.span.high:
            return None
        left, right = (pixel - view.span.left for pixel in view.span.stretch(band.start, band.stop))
        return QRectF(left, 0.0, max(right - left, 1.0), view.height)

    def _paint_band(self, painter: QPainter, band: Band, stretch: QRectF, view: View) -> None:
        fill_regime(painter, band.regime, stretch, self.plot.theme)
        painter.setPen(QPen(regime_colour(band.regime, self.plot.theme.dark), 1.0))
        if view.span.low < band.start <= view.span.high:
            painter.drawLine(stretch.topLeft(), stretch.bottomLeft())
        if view.span.low <= band.stop < view.span.high:
            painter.drawLine(stretch.topRight(), stretch.bottomRight())

    def named(self, room: FreeRoom) -> list[tuple[Band, str, QRectF]]:
        """The bands with their names and where they stand; without, where a name has no room."""
        metrics, view = QFontMetricsF(QGuiApplication.font()), self.plot.view
        found = []
        for band in joined(self.bands, view.span.hides):
            stretch = self._stretch(band, view)
            if stretch is None:
                continue
            for text in self._names(band):
                box = room.first_free(_name_boxes(text, stretch, metrics))
                if box is not None:
                    found.append((band, text, box))
                    break
        return found

    def _names(self, band: Band) -> tuple[str, ...]:
        """The regime's name, in a plot that is high enough with the edge below it."""
        assert self.shades is not None
        name = regime_name(band.regime)
        full = f"{name}\n{reach_text(band, self.shades.format)}"
        return (full, name) if self._lines > 1 else (name,)


def _name_boxes(text: str, stretch: QRectF, metrics: QFontMetricsF) -> Iterator[QRectF]:
    """Where words fit into a stretch, from the top down."""
    lines = text.split("\n")
    width = max(metrics.horizontalAdvance(line) for line in lines) + 2 * PAD
    height = metrics.height() * len(lines) + PAD
    top = stretch.top() + PAD
    while width + 2 * PAD <= stretch.width() and top + height + PAD <= stretch.bottom():
        box = QRectF(0.0, top, width, height)
        box.moveCenter(QPointF(stretch.center().x(), box.center().y()))
        yield box
        top += metrics.height()


class GripItem(PixelItem):
    """The handle of a crosshair that stays where it was put."""

    def __init__(self, plot: Canvas) -> None:
        super().__init__(plot, depth=110.0)
        self._logit: float | None = None
        self.hide()

    def show_at(self, logit: float | None) -> None:
        """Stand at a logit, or vanish."""
        self._logit = logit
        self.setVisible(logit is not None)
        self.update()

    def draw(self, painter: QPainter, view: View) -> None:
        if self._logit is None or not view.span.low <= self._logit <= view.span.high:
            return
        x, area = view.x(self._logit), self.boundingRect()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.plot.theme.text, 1.0))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setBrush(self.plot.theme.text)
        for edge, inwards in ((area.top(), GRIP), (area.bottom(), -GRIP)):
            corners = (QPointF(x - GRIP, edge), QPointF(x + GRIP, edge), QPointF(x, edge + inwards))
            painter.drawPolygon(QPolygonF(corners))


class RangeItem(PixelItem):
    """A brushed range of logits."""

    def __init__(self, plot: Canvas) -> None:
        super().__init__(plot, depth=-90.0)
        self._range: tuple[float, float] | None = None
        self.hide()

    def show_range(self, logits: tuple[float, float] | None) -> None:
        """Cover these logits, or none."""
        self._range = logits
        self.setVisible(logits is not None)
        self.update()

    def draw(self, painter: QPainter, view: View) -> None:
        if self._range is None:
            return
        left, right = (view.x(logit) for logit in self._range)
        area, theme = self.boundingRect(), self.plot.theme
        stretch = QRectF(left, area.top(), max(right - left, 1.0), area.height())
        colour = blend(theme.text, theme.background, 0.3)
        colour.setAlphaF(0.16)
        painter.fillRect(stretch, colour)
        painter.setPen(QPen(theme.muted, 1.0, Qt.PenStyle.DashLine))
        for x in (left, right):
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
