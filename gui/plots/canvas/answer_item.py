"""Where along the curve a loss stands that somebody asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QGuiApplication, QPainter, QPen

from gui.plots.canvas.pixel_items import PAD, Canvas, PixelItem
from gui.plots.scales.plot_view import View
from gui.services.look.type_sizes import bold

LEAST, HEIGHT, ROUND = 14.0, 14.0, 4.0
"""Pixels of the mark: its least width, its height, its corners."""

BELOW = 6.0
"""Pixels from the mark to its words."""


@dataclass(frozen=True, slots=True)
class MarkedAnswer:
    """A loss, the logits that give it, from `low` to `high`, and what is said of them."""

    low: float
    high: float
    loss: float
    words: str


class AnswerItem(PixelItem):
    """A rounded box around a stretch of a curve, with words below it, or above where there is no room."""

    def __init__(self, plot: Canvas, place_of: Callable[[float], float]) -> None:
        super().__init__(plot, depth=105.0)
        self._place_of = place_of
        self.marked: MarkedAnswer | None = None
        self.hide()

    def mark(self, marked: MarkedAnswer | None) -> None:
        """Stand around these logits, or vanish."""
        self.marked = marked
        self.setVisible(marked is not None)
        self.update()

    def box(self, view: View) -> QRectF | None:
        """Where the mark stands in the plot's pixels; None where its logits or its loss are out of view."""
        marked, area = self.marked, self.boundingRect()
        if marked is None or marked.high < view.span.low or marked.low > view.span.high:
            return None
        left = view.x(max(marked.low, view.span.low))
        right = view.x(min(marked.high, view.span.high))
        if right - left < LEAST:
            left, right = (left + right - LEAST) / 2, (left + right + LEAST) / 2
        box = QRectF(left, view.y(self._place_of(marked.loss)) - HEIGHT / 2, right - left, HEIGHT)
        return box if area.intersects(box) else None

    def draw(self, painter: QPainter, view: View) -> None:
        box = self.box(view)
        if box is None or self.marked is None:
            return
        theme, area = self.plot.theme, self.boundingRect()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.accent, 2.0))
        painter.drawRoundedRect(box, ROUND, ROUND)
        font = bold(QGuiApplication.font())
        metrics = QFontMetricsF(font)
        told = metrics.elidedText(self.marked.words, Qt.TextElideMode.ElideRight, area.width() - 2 * PAD)
        size = metrics.horizontalAdvance(told) + 2 * PAD, metrics.height() + PAD
        left = max(min(box.center().x() - size[0] / 2, area.right() - size[0]), area.left())
        top = box.bottom() + BELOW
        if top + size[1] > area.bottom():
            top = box.top() - BELOW - size[1]
        words = QRectF(left, top, *size)
        painter.fillRect(words, theme.background)
        painter.setFont(font)
        painter.setPen(theme.text)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, told)
