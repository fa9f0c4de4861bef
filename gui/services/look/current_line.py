"""How the current line of a list with lines of our own painting is marked: a tint, and a bar before it."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

TINT, BAR = 38, 3
"""How strongly the current line is tinted, of 255, and the width of the bar before it."""


def paint_current(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """Mark the line if it is the current one."""
    if option.state & QStyle.StateFlag.State_Selected:
        area, accent = option.rect, option.palette.color(QPalette.ColorRole.Highlight)
        painter.fillRect(area, QColor(accent.red(), accent.green(), accent.blue(), TINT))
        painter.fillRect(QRect(area.left(), area.top(), BAR, area.height()), accent)
