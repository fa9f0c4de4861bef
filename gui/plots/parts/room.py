"""Sizes drawn for letters of one height, for letters of any."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontMetrics

DRAWN_FOR = 14
"""Pixels from line to line of the letters for which the sizes are drawn: 12 pixels, of most sans serifs."""

SMALL, SMALLEST = 0.9, 6.5
"""Size of second-rank words as a share of the others', and in points at the least."""


def scaled(pixels: float, font: QFont) -> int:
    """As many pixels as a font needs where the drawing has these."""
    return round(pixels * QFontMetrics(font).height() / DRAWN_FOR)


def small(font: QFont) -> QFont:
    """The font of second-rank words."""
    smaller = QFont(font)
    if font.pointSizeF() > 0:
        smaller.setPointSizeF(max(SMALLEST, font.pointSizeF() * SMALL))
    return smaller


def bold(font: QFont) -> QFont:
    """The same font, bold."""
    heavier = QFont(font)
    heavier.setBold(True)
    return heavier
