"""A short piece of a formula's line, as its curve is drawn."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.plots.parts.plot_theme import PlotTheme, blend
from gui.services.colours import FormulaStyle

CASING = 6.0
"""Pixels of the exact form's line, which is wide and pale: the others run on it while they are right."""


def draw_sample(
    painter: QPainter, style: FormulaStyle, start: QPointF, length: float, theme: PlotTheme, *, exact: bool
) -> None:
    """Draw a level piece from `start` on."""
    colour = blend(style.colour, theme.background, 0.45) if exact else style.colour
    pen = QPen(colour, CASING if exact else 2.0, style.dash)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawLine(start, start + QPointF(length, 0.0))
