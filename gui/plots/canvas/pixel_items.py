"""What is drawn in a plot in pixels over the whole view: shades below the curves, words and tools above."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication, QPainter, QPen, QPolygonF

from engine import Band
from gui.plots.content.marks import Note, Shades
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
            self.shades = shades
            self.update()

    def draw(self, painter: QPainter, view: View) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setOpacity(1.0 if self.shades is None or self.shades.settled else UNSETTLED)
        for band in joined(self.bands, view.span.hides):
            stretch = self._stretch(band, view)
            if stretch is not None:
                self._paint_band(painter, band, stretch, view)

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
        self._write(painter, band, stretch, regime_fill(band.regime, self.plot.theme.dark))

    def _write(self, painter: QPainter, band: Band, stretch: QRectF, plate: QColor) -> None:
        """The regime's name and, where it fits, the edge below it."""
        assert self.shades is not None
        metrics = QFontMetricsF(painter.font())
        lines = [regime_name(band.regime), reach_text(band, self.shades.format)][: self._lines]
        fitting = [line for line in lines if metrics.horizontalAdvance(line) + 4 * PAD <= stretch.width()]
        if lines[0] not in fitting:
            return
        width = max(metrics.horizontalAdvance(line) for line in fitting) + 2 * PAD
        box = QRectF(0, stretch.top() + PAD, width, metrics.height() * len(fitting) + PAD)
        box.moveCenter(QPointF(stretch.center().x(), box.center().y()))
        painter.fillRect(box, plate)
        painter.setPen(self.plot.theme.text)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "\n".join(fitting))


class NoteItem(PixelItem):
    """Words beside curves: which target a curve belongs to, where a clamp holds it."""

    notes: tuple[Note, ...] = ()

    def __init__(self, plot: Canvas) -> None:
        super().__init__(plot, depth=100.0, kept=True)

    def show_notes(self, notes: Sequence[Note]) -> None:
        """Write these notes."""
        if tuple(notes) != self.notes:
            self.notes = tuple(notes)
            self.update()

    def draw(self, painter: QPainter, _view: View) -> None:
        for note, text, box in self.placed():
            painter.setPen(note.colour)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def placed(self) -> list[tuple[Note, str, QRectF]]:
        """The notes in view with the words that fit and where they stand, each clear of those before."""
        metrics = QFontMetricsF(QGuiApplication.font())
        view = self.plot.view
        found: list[tuple[Note, str, QRectF]] = []
        for note in self.notes:
            if view.span.shows(note.x) and view.bottom <= note.y <= view.top:
                text = self._fitting(note, metrics, view)
                box = self._place(note, text, metrics, view)
                for *_, other in found:
                    if box.intersects(other):
                        box.moveTop(other.bottom())
                found.append((note, text, box))
        return found

    def _fitting(self, note: Note, metrics: QFontMetricsF, view: View) -> str:
        if note.until is None:
            return note.text
        room = abs(view.x(note.until) - view.x(note.x))
        return note.text if metrics.horizontalAdvance(note.text) + 3 * PAD <= room else note.short

    def _place(self, note: Note, text: str, metrics: QFontMetricsF, view: View) -> QRectF:
        area = self.boundingRect().adjusted(PAD, PAD, -PAD, -PAD)
        point = QPointF(view.x(note.x), view.y(note.y))
        box = QRectF(0, 0, metrics.horizontalAdvance(text) + 2 * PAD, metrics.height())
        box.moveBottomLeft(QPointF(point.x() - note.align * box.width(), point.y() - 2.0))
        if box.top() < area.top() + 2 * metrics.height() + PAD:
            box.moveTop(point.y() + 2.0)
        box.moveLeft(min(max(box.left(), area.left()), max(area.left(), area.right() - box.width())))
        box.moveTop(min(max(box.top(), area.top()), area.bottom() - box.height()))
        return box


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
