"""Where the words of a painted text stand, and the dotted line below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPen, QTextLayout, QTextOption

from gui.services.terms.words import mentions


class DottedWord(NamedTuple):
    """A word that has a card, and the place of its letters."""

    key: str
    area: QRect


def dotted_words(text: str, font: QFont, area: QRect, most: int | None = None) -> tuple[DottedWord, ...]:
    """The words of a text that is painted into an area from its upper left corner, wrapped at its width.

    `most` is how many of them are dotted, the first ones; None for all.
    """
    found = mentions(text)[:most]
    if not found:
        return ()
    layout = QTextLayout(text, font)
    option = QTextOption(Qt.AlignmentFlag.AlignLeft)
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    words, top = [], 0.0
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(area.width())
        first, last = line.textStart(), line.textStart() + line.textLength()
        for mention in found:
            start, stop = max(mention.start, first), min(mention.stop, last)
            if start < stop and start == mention.start:
                left, right = (_x(line.cursorToX(at)) for at in (start, stop))
                corner = area.topLeft() + QPoint(round(left), round(top))
                size = QSize(round(right - left), round(line.height()))
                words.append(DottedWord(mention.key, QRect(corner, size)))
        top += line.height()
    layout.endLayout()
    return tuple(words)


def _x(place: object) -> float:
    """PySide6 gives the cursor's place with the place in the text that it belongs to."""
    return float(place[0] if isinstance(place, tuple) else place)  # type: ignore[arg-type]


def draw_dots(painter: QPainter, words: Sequence[DottedWord]) -> None:
    """Draw a dotted line below each word, in the pen's colour."""
    painter.save()
    pen = QPen(painter.pen().color(), 1, Qt.PenStyle.DotLine)
    painter.setPen(pen)
    for word in words:
        painter.drawLine(word.area.bottomLeft(), word.area.bottomRight())
    painter.restore()


def word_at(place: QPoint, words: Sequence[DottedWord]) -> DottedWord | None:
    """The word at a place."""
    return next((word for word in words if word.area.contains(place)), None)
