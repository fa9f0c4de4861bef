"""What is drawn in a plot in pixels over the whole view: shaded bands below the curves, words above."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication, QPainter, QPen

from engine import Band, Format
from gui.plots.marks import Note
from gui.plots.plot_theme import PlotTheme
from gui.plots.regime_paint import fill_regime, regime_tint
from gui.plots.words import reach_text
from gui.services.colours import regime_name

TINT = 0.86
"""Share of the background in a shade: the curves on it keep their contrast."""

HATCH = 0.70
"""Share of the background in a shade's hatch."""

PAD = 4.0


class PixelItem(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph is untyped
    """An item that fills a view box and paints in its pixels; repainted when the range changes."""

    def __init__(self, box: pg.ViewBox, theme: PlotTheme, depth: float) -> None:
        super().__init__()
        self._box = box
        self._theme = theme
        self.setParentItem(box)
        self.setZValue(depth)
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

    def _pixel(self, x: float, y: float) -> QPointF:
        (x0, x1), (y0, y1) = self._box.viewRange()
        area = self._box.rect()
        return QPointF(
            area.left() + (x - x0) / (x1 - x0) * area.width(),
            area.bottom() - (y - y0) / (y1 - y0) * area.height(),
        )

    def boundingRect(self) -> QRectF:
        return QRectF(self._box.rect())


class ShadeItem(PixelItem):
    """The stretches of logits where one formula fails, each with its name and the exact edge."""

    def __init__(self, box: pg.ViewBox, theme: PlotTheme) -> None:
        super().__init__(box, theme, depth=-100.0)
        self._bands: tuple[Band, ...] = ()
        self._format: Format | None = None

    @property
    def name_height(self) -> float:
        """Pixels below the top edge that the names take up."""
        return 2 * QFontMetricsF(QGuiApplication.font()).height() + 3 * PAD

    @property
    def bands(self) -> tuple[Band, ...]:
        """What is shaded."""
        return self._bands

    def show_bands(self, bands: Sequence[Band], fmt: Format) -> None:
        """Shade these bands."""
        if (tuple(bands), fmt) != (self._bands, self._format):
            self._bands, self._format = tuple(bands), fmt
            self.update()

    def paint(self, painter: QPainter, *_: Any) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        area = self.boundingRect()
        for band in self._bands:
            stretch = self._stretch(band, area)
            if stretch is not None:
                self._paint_band(painter, band, stretch)

    def _stretch(self, band: Band, area: QRectF) -> QRectF | None:
        (low, high), _ = self._box.viewRange()
        if band.stop < low or band.start > high:
            return None
        left = self._pixel(max(band.start, low), 0.0).x()
        right = self._pixel(min(band.stop, high), 0.0).x()
        return QRectF(left, area.top(), max(right - left, 1.0), area.height())

    def _paint_band(self, painter: QPainter, band: Band, stretch: QRectF) -> None:
        fill_regime(painter, band.regime, stretch, self._theme, tint=TINT, hatch=HATCH)
        (low, high), _ = self._box.viewRange()
        painter.setPen(QPen(regime_tint(band.regime, self._theme, 0.25), 1.0))
        if low < band.start <= high:
            painter.drawLine(stretch.topLeft(), stretch.bottomLeft())
        if low <= band.stop < high:
            painter.drawLine(stretch.topRight(), stretch.bottomRight())
        self._write(painter, band, stretch, regime_tint(band.regime, self._theme, TINT))

    def _write(self, painter: QPainter, band: Band, stretch: QRectF, plate: QColor) -> None:
        """The regime's name and, where it fits, the edge below it."""
        assert self._format is not None
        metrics = QFontMetricsF(painter.font())
        lines = [regime_name(band.regime), reach_text(band, self._format)]
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

    def __init__(self, box: pg.ViewBox, theme: PlotTheme) -> None:
        super().__init__(box, theme, depth=100.0)
        self._notes: tuple[Note, ...] = ()

    def show_notes(self, notes: Sequence[Note]) -> None:
        """Write these notes."""
        if tuple(notes) != self._notes:
            self._notes = tuple(notes)
            self.update()

    def paint(self, painter: QPainter, *_: Any) -> None:
        for note, text, box in self.placed():
            painter.setPen(note.colour)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def placed(self) -> list[tuple[Note, str, QRectF]]:
        """The notes in view with the words that fit and where they stand, each clear of those before."""
        metrics = QFontMetricsF(QGuiApplication.font())
        (low, high), (bottom, top) = self._box.viewRange()
        found: list[tuple[Note, str, QRectF]] = []
        for note in self._notes:
            if low <= note.x <= high and bottom <= note.y <= top:
                text = self._fitting(note, metrics)
                box = self._place(note, text, metrics)
                for *_, other in found:
                    if box.intersects(other):
                        box.moveTop(other.bottom())
                found.append((note, text, box))
        return found

    def _fitting(self, note: Note, metrics: QFontMetricsF) -> str:
        if note.until is None:
            return note.text
        room = abs(self._pixel(note.until, note.y).x() - self._pixel(note.x, note.y).x())
        return note.text if metrics.horizontalAdvance(note.text) + 3 * PAD <= room else note.short

    def _place(self, note: Note, text: str, metrics: QFontMetricsF) -> QRectF:
        area = self.boundingRect().adjusted(PAD, PAD, -PAD, -PAD)
        point = self._pixel(note.x, note.y)
        box = QRectF(0, 0, metrics.horizontalAdvance(text) + 2 * PAD, metrics.height())
        box.moveBottomLeft(QPointF(point.x() - note.align * box.width(), point.y() - 2.0))
        if box.top() < area.top() + 2 * metrics.height() + PAD:
            box.moveTop(point.y() + 2.0)
        box.moveLeft(min(max(box.left(), area.left()), max(area.left(), area.right() - box.width())))
        box.moveTop(min(max(box.top(), area.top()), area.bottom() - box.height()))
        return box
