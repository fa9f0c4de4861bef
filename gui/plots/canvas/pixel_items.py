"""What is drawn in a plot in pixels over the whole view: shaded bands below the curves, words above."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication, QPainter, QPen

from engine import Band, Format
from gui.plots.content.marks import Note
from gui.plots.parts.painting import never_raising
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.parts.regime_paint import fill_regime, regime_tint
from gui.plots.parts.words import reach_text
from gui.plots.scales.plot_view import View
from gui.services.colours import regime_name

TINT = 0.86
"""Share of the background in a shade: the curves on it keep their contrast."""

HATCH = 0.70
"""Share of the background in a shade's hatch."""

TWO_LINES = 110.0
"""Height of a plot from which on its shades' names have a second line."""

UNSETTLED = 0.4
"""Opacity of bands whose edges belong to the problem before the last edit."""

PAD = 4.0


class PixelItem(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph is untyped
    """An item that fills a view box and paints in its pixels; repainted when the range changes."""

    def __init__(self, box: pg.ViewBox, view: Callable[[], View], theme: PlotTheme, depth: float) -> None:
        super().__init__()
        self._box = box
        self._view = view
        self._theme = theme
        self.setParentItem(box)
        self.setZValue(depth)
        # Markers move over shades and words that stay as they are: those are only copied.
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache)
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

    def boundingRect(self) -> QRectF:
        return QRectF(self._box.rect())


class ShadeItem(PixelItem):
    """The stretches of logits where one formula fails, each with its name and the exact edge."""

    def __init__(self, box: pg.ViewBox, view: Callable[[], View], theme: PlotTheme) -> None:
        super().__init__(box, view, theme, depth=-100.0)
        self._bands: tuple[Band, ...] = ()
        self._format: Format | None = None
        self._settled = True

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
        return self._bands

    def show_bands(self, bands: Sequence[Band], fmt: Format, *, settled: bool = True) -> None:
        """Shade these bands; dimmed while their edges are being looked for anew."""
        state = (tuple(bands), fmt, settled)
        if state != (self._bands, self._format, self._settled):
            self._bands, self._format, self._settled = state
            self.update()

    @never_raising
    def paint(self, painter: QPainter, *_: Any) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setOpacity(1.0 if self._settled else UNSETTLED)
        view = self._view()
        for band in self._bands:
            stretch = self._stretch(band, view)
            if stretch is not None:
                self._paint_band(painter, band, stretch, view)

    def _stretch(self, band: Band, view: View) -> QRectF | None:
        if band.stop < view.span.low or band.start > view.span.high:
            return None
        left, right = (pixel - view.span.left for pixel in view.span.stretch(band.start, band.stop))
        return QRectF(left, 0.0, max(right - left, 1.0), view.height)

    def _paint_band(self, painter: QPainter, band: Band, stretch: QRectF, view: View) -> None:
        fill_regime(painter, band.regime, stretch, self._theme, tint=TINT, hatch=HATCH)
        painter.setPen(QPen(regime_tint(band.regime, self._theme, 0.25), 1.0))
        if view.span.low < band.start <= view.span.high:
            painter.drawLine(stretch.topLeft(), stretch.bottomLeft())
        if view.span.low <= band.stop < view.span.high:
            painter.drawLine(stretch.topRight(), stretch.bottomRight())
        self._write(painter, band, stretch, regime_tint(band.regime, self._theme, TINT))

    def _write(self, painter: QPainter, band: Band, stretch: QRectF, plate: QColor) -> None:
        """The regime's name and, where it fits, the edge below it."""
        assert self._format is not None
        metrics = QFontMetricsF(painter.font())
        lines = [regime_name(band.regime), reach_text(band, self._format)][: self._lines]
        fitting = [line for line in lines if metrics.horizontalAdvance(line) + 4 * PAD <= stretch.width()]
        if lines[0] not in fitting:
            return
        width = max(metrics.horizontalAdvance(line) for line in fitting) + 2 * PAD
        box = QRectF(0, stretch.top() + PAD, width, metrics.height() * len(fitting) + PAD)
        box.moveCenter(QPointF(stretch.center().x(), box.center().y()))
        painter.fillRect(box, plate)
        painter.setPen(self._theme.text)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "\n".join(fitting))


class NoteItem(PixelItem):
    """Words beside curves: which target a curve belongs to, where a clamp holds it."""

    def __init__(self, box: pg.ViewBox, view: Callable[[], View], theme: PlotTheme) -> None:
        super().__init__(box, view, theme, depth=100.0)
        self._notes: tuple[Note, ...] = ()

    def show_notes(self, notes: Sequence[Note]) -> None:
        """Write these notes."""
        if tuple(notes) != self._notes:
            self._notes = tuple(notes)
            self.update()

    @never_raising
    def paint(self, painter: QPainter, *_: Any) -> None:
        for note, text, box in self.placed():
            painter.setPen(note.colour)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def placed(self) -> list[tuple[Note, str, QRectF]]:
        """The notes in view with the words that fit and where they stand, each clear of those before."""
        metrics = QFontMetricsF(QGuiApplication.font())
        view = self._view()
        found: list[tuple[Note, str, QRectF]] = []
        for note in self._notes:
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
