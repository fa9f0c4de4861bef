"""The plots as a picture: pixels, SVG or PDF, with a caption below."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeGuard

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QMarginsF,
    QObject,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    QSizeF,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontInfo,
    QFontMetricsF,
    QImage,
    QPageSize,
    QPaintDevice,
    QPainter,
    QPdfWriter,
    QPicture,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QAbstractButton, QGraphicsItem, QGraphicsView, QLineEdit, QWidget

from gui.plots.export.figure_caption import Caption
from gui.plots.export.svg_text import portable
from gui.plots.gutter.gutter import Gutter
from gui.plots.header.chips import PanelChips
from gui.plots.parts.plot_theme import PlotTheme

SIDE, FOOT = 8.0, 6.0
"""Pixels around the caption."""

SMALLER = 0.9
"""Size of the caption's letters against the panel's."""


@dataclass(frozen=True)
class Figure:
    """A panel of plots, ready to be drawn on any device with a caption below.

    The panel is the picture's own, and `resolution` the pixels of an image for each of its logical ones.
    """

    panel: QWidget
    caption: Caption | None
    resolution: int = 2

    @property
    def size(self) -> QSize:
        """Of the whole picture, in logical pixels."""
        return QSize(self.panel.width(), self.panel.height() + math.ceil(self._caption_height()))

    def image(self) -> QImage:
        """The picture in pixels."""
        image = QImage(self.size * self.resolution, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self.resolution)
        self._draw(image)
        for key, text in self._texts().items():
            image.setText(key, text)
        return image

    def png(self) -> bytes:
        """The content of a PNG file."""
        buffer = _buffer()
        self.image().save(buffer, "PNG")  # type: ignore[call-overload]  # PySide's stub lacks QIODevice
        return _content(buffer)

    def svg(self) -> bytes:
        """The content of an SVG file, one unit a logical pixel."""
        buffer = _buffer()
        # SVG 1.1: Qt's Tiny profile has no clip paths, and curves would run over the ticks.
        generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
        generator.setOutputDevice(buffer)
        generator.setResolution(self.panel.logicalDpiX())  # else axes come out at 72/96 of their size
        generator.setSize(self.size)
        generator.setViewBox(QRect(QPoint(0, 0), self.size))
        texts = self._texts()
        generator.setTitle(texts.get("Title", ""))
        generator.setDescription(texts.get("Description", ""))
        self._draw(generator)
        family = QFontInfo(self.panel.font()).family()
        return portable(_content(buffer), self.size.width(), self.size.height(), family)

    def pdf(self) -> bytes:
        """The content of a PDF file of one page, as large as the panel on the screen."""
        buffer = _buffer()
        writer = QPdfWriter(buffer)
        dpi = self.panel.logicalDpiX()
        writer.setResolution(dpi)
        writer.setPageSize(QPageSize(QSizeF(self.size) / dpi, QPageSize.Unit.Inch))
        writer.setPageMargins(QMarginsF())
        writer.setTitle(self._texts().get("Title", ""))
        self._draw(writer)
        return _content(buffer)

    def close(self) -> None:
        """Let the picture's own panel go: it follows the document as long as it lives."""
        self.panel.close()
        self.panel.deleteLater()

    def _texts(self) -> dict[str, str]:
        """What the file says of itself."""
        if self.caption is None:
            return {}
        return {"Title": self.caption.sample, "Description": "\n".join(self.caption.lines)}

    # -- drawing ------------------------------------------------------------------------------------

    def _draw(self, device: QPaintDevice) -> None:
        with _drawn_afresh(self.panel):
            painter = QPainter(device)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            plot_theme = PlotTheme.of(self.panel.palette())
            painter.fillRect(QRect(QPoint(0, 0), self.size), plot_theme.background)
            _draw_widget(painter, self.panel, QPoint(0, 0))
            self._write_caption(painter, plot_theme.muted)
            painter.end()

    @property
    def _font(self) -> QFont:
        font = QFont(self.panel.font())
        font.setPointSizeF(font.pointSizeF() * SMALLER)
        return font

    def _caption_rects(self) -> Iterator[tuple[str, QRectF]]:
        """Each line of the caption and where it is written, broken where it is too long."""
        metrics = QFontMetricsF(self._font, self.panel)
        top, width = float(self.panel.height()), self.panel.width() - 2 * SIDE
        for line in self.caption.lines if self.caption else ():
            room = metrics.boundingRect(QRectF(0, 0, width, 1e4), Qt.TextFlag.TextWordWrap, line)
            yield line, QRectF(SIDE, top, width, room.height())
            top += room.height()

    def _caption_height(self) -> float:
        *_, (_, last) = [("", QRectF()), *self._caption_rects()]
        return last.bottom() - self.panel.height() + FOOT if last.height() else 0.0

    def _write_caption(self, painter: QPainter, colour: QColor) -> None:
        painter.setFont(self._font)
        painter.setPen(colour)
        for line, where in self._caption_rects():
            painter.drawText(where, Qt.TextFlag.TextWordWrap, line)


def _draw_widget(painter: QPainter, widget: QWidget, at: QPoint) -> None:
    """Draw a widget and its children.

    Not by one `QWidget.render`: it moves what it draws in a way that Qt's SVG clip paths do not follow.
    A recording is moved by the painter's own transform, and a scene as well.
    """
    if isinstance(widget, QGraphicsView):
        widget.render(painter, QRectF(QPointF(at), QSizeF(widget.size())), widget.viewport().rect())
        return
    recording = QPicture()
    widget.render(recording, renderFlags=QWidget.RenderFlag.DrawWindowBackground)
    painter.drawPicture(at, recording)
    for child in widget.children():
        if _belongs_in_a_picture(child):
            _draw_widget(painter, child, at + child.pos())


def _belongs_in_a_picture(child: QObject) -> TypeGuard[QWidget]:
    """Whether a child is a part of the plots, and nothing that only a window can use."""
    if not isinstance(child, QWidget) or isinstance(child, QAbstractButton | QLineEdit | PanelChips):
        return False
    return not child.isHidden() and not child.isWindow()


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


def _content(buffer: QBuffer) -> bytes:
    content: QByteArray = buffer.data()
    return bytes(content.data())


@contextmanager
def _drawn_afresh(panel: QWidget) -> Iterator[None]:
    """Plots that draw their lines and markers, not the pixels kept of them; no places for a pointer."""
    gutters = panel.findChildren(Gutter)
    views = panel.findChildren(QGraphicsView)
    before = [view.cacheMode() for view in views]
    items = [item for view in views for item in view.items()]
    exported = [item for item in items if hasattr(item, "setExportMode")]
    caches = [(item, item.cacheMode()) for item in items]
    for view in views:
        view.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
    for item, _ in caches:
        item.setCacheMode(QGraphicsItem.CacheMode.NoCache)
    for item in exported:
        item.setExportMode(True, {})
    for gutter in gutters:
        gutter.alone = True
    try:
        yield
    finally:
        for gutter in gutters:
            gutter.alone = False
        for item in exported:
            item.setExportMode(False)
        for item, cache in caches:
            item.setCacheMode(cache)
        for view, mode in zip(views, before, strict=True):
            view.setCacheMode(mode)
