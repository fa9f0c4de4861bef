"""The three sizes of type, 11 to 12 to 15, scaled from the font in use."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontMetrics

SMALL, LARGE = 11 / 12, 15 / 12


def small(font: QFont) -> QFont:
    """A font for what is said in passing."""
    return scaled(font, SMALL)


def large(font: QFont) -> QFont:
    """A font for what is read first."""
    return scaled(font, LARGE)


def icon_size(font: QFont) -> QSize:
    """An icon beside words of a font: 16 pixels where a line of text has 14."""
    side = max(16, round(QFontMetrics(font).height() * 16 / 14))
    return QSize(side, side)


def bold(font: QFont) -> QFont:
    """The same font in bold."""
    made = QFont(font)
    made.setBold(True)
    return made


def scaled(font: QFont, factor: float) -> QFont:
    """A font of another size, whether it was given in points or in pixels."""
    made = QFont(font)
    if font.pixelSize() > 0:
        made.setPixelSize(round(font.pixelSize() * factor))
    else:
        made.setPointSizeF(font.pointSizeF() * factor)
    return made
