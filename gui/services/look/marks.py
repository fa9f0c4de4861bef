"""How bad something is, as an icon: octagon, triangle, tick in a circle, or an i; never colour alone."""

from __future__ import annotations

from typing import Literal, NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPixmap, QPixmapCache

from gui.services.look.icons import draw, pixmap

Mark = Literal["wrong", "beware", "right", "note"]


class Drawing(NamedTuple):
    """A mark's drawing, and its colour on light and on dark."""

    icon: str
    light: str
    dark: str

    def colour(self, dark: bool) -> QColor:
        """The colour on one of the themes."""
        return QColor(self.dark if dark else self.light)


DRAWINGS: dict[Mark, Drawing] = {
    "wrong": Drawing("octagon-x", "#a3150f", "#ff8f80"),
    "beware": Drawing("triangle-alert", "#945c00", "#f0b04a"),
    "right": Drawing("circle-check", "#1d6b3a", "#6fcf8f"),
    "note": Drawing("info", "#00609c", "#6fbdf0"),
}


def mark_pixmap(mark: Mark, side: int, dark: bool, ratio: float) -> QPixmap:
    """A mark `side` logical pixels wide and high, kept by Qt: cards are painted at every frame of a drag.

    `ratio` is how many pixels of the device a logical one has.
    """
    key = f"mark {mark} {side} {dark} {ratio}"
    kept = QPixmap()
    if not QPixmapCache.find(key, kept):
        drawing = DRAWINGS[mark]
        kept = pixmap(drawing.icon, drawing.colour(dark), side, ratio)
        QPixmapCache.insert(key, kept)
    return kept


def draw_mark(painter: QPainter, mark: Mark, area: QRectF, dark: bool) -> None:
    """Paint a mark as lines, which stay lines in an exported picture."""
    drawing = DRAWINGS[mark]
    draw(painter, drawing.icon, drawing.colour(dark), area)
