"""Where everything of a card stands, for one width: nothing is cut, and no word is broken."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics

from gui.explain.card_text import CardText, LineText, breaks_here

MARGIN, GAP = 8, 6
"""Pixels around a card's text, and between its columns."""

EDGE = 3
"""Pixels above and below."""

LEADING = 1
"""Pixels between two lines of the card."""

SAMPLE = 24
"""Width of the piece of the formula's curve before its title."""

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
WRAPPED = int(Qt.TextFlag.TextWordWrap)
ENDLESS = 1 << 16

MAY_BREAK = "\u200b"
"""A space without width, at which a long title may go on in the next line."""

MOST_KEPT = 1000
"""Texts whose size is remembered."""


class Letters:
    """One font, and how wide and high its texts are: most of a card stays the same during a drag."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self._metrics = QFontMetrics(font)
        self.line = self._metrics.height()
        self.ascent = self._metrics.ascent()
        self._widths: dict[str, int] = {}
        self._heights: dict[tuple[str, int], int] = {}

    def width(self, text: str) -> int:
        """How wide a text is in one line."""
        if text not in self._widths:
            _make_room(self._widths)
            self._widths[text] = self._metrics.horizontalAdvance(text)
        return self._widths[text]

    def height(self, text: str, width: int) -> int:
        """How high a text is that is wrapped at a width."""
        if self.width(text) <= width:
            return self.line
        if (text, width) not in self._heights:
            _make_room(self._heights)
            area = self._metrics.boundingRect(QRect(0, 0, width, ENDLESS), WRAPPED, text)
            self._heights[text, width] = max(self.line, area.height())
        return self._heights[text, width]


def _make_room(kept: dict[Any, int]) -> None:
    if len(kept) >= MOST_KEPT:
        kept.clear()


class Fonts:
    """The kinds of letters of a card, made of one font."""

    def __init__(self, font: QFont) -> None:
        bold, slanted = QFont(font), QFont(font)
        bold.setBold(True)
        slanted.setItalic(True)
        self.plain, self.bold, self.slanted = Letters(font), Letters(bold), Letters(slanted)


class Placed(NamedTuple):
    """A text and its place; where one line holds it, its start on the base line, too."""

    area: QRect
    text: str
    font: QFont
    flags: int
    start: QPoint | None


class Laid(NamedTuple):
    """A card laid out from 0 down; from `rule` on it may be moved down to the card's lower edge."""

    sample: QRect
    texts: tuple[Placed, ...]
    filled: tuple[QRect, ...]
    rule: int
    marks: tuple[QRect, ...]
    verdicts: tuple[Placed, ...]
    height: int


def lay_out(card: CardText, width: int, fonts: Fonts) -> Laid:
    """Lay a card out in `width` pixels."""
    return _Builder(width, fonts).build(card)


class _Builder:
    """Goes down a card and notes what stands where."""

    def __init__(self, width: int, fonts: Fonts) -> None:
        self._plain, self._bold, self._slanted = fonts.plain, fonts.bold, fonts.slanted
        self._left, self._right = MARGIN, max(MARGIN + 1, width - MARGIN)
        self._line = fonts.bold.line
        self._texts: list[Placed] = []
        self._filled: list[QRect] = []

    def build(self, card: CardText) -> Laid:
        """The whole card."""
        sample = QRect(self._left, EDGE, SAMPLE, self._line)
        y = self._head(card, EDGE)
        names = max((self._slanted.width(line.name) for line in card.lines), default=0)
        for line in card.lines:
            y = self._step(line, names, y)
        rule = y + 2 * LEADING
        marks, verdicts, y = self._verdicts(card, rule + 3 * LEADING)
        return Laid(sample, tuple(self._texts), tuple(self._filled), rule, marks, verdicts, y + EDGE)

    def _head(self, card: CardText, y: int) -> int:
        loss = self._bold.width(card.loss) + 2
        start = self._left + SAMPLE + GAP
        room = self._right - start - loss - GAP
        title = card.title.replace("(", "(" + MAY_BREAK, 1)
        height = self._bold.height(title, room)
        self._texts.append(self._placed(QRect(start, y, room, height), title, self._bold))
        at_right = QRect(self._right - loss, y, loss, self._line)
        self._texts.append(self._placed(at_right, card.loss, self._bold, RIGHT))
        return y + height + 3 * LEADING

    def _step(self, line: LineText, names: int, y: int) -> int:
        """A step in three columns; its value stands below where the expression would get too narrow."""
        is_loss = line.name == "loss"
        letters = self._bold if line.breaks or is_loss else self._plain
        text = f"{line.value} ◂ {breaks_here()}" if line.breaks else line.value
        start = self._left + names + GAP
        equals = self._plain.width("= ")
        whole = self._right - start - equals
        wide = min(letters.width(text) + 2, whole)
        room = whole - wide - GAP
        longest = max((self._plain.width(word) for word in line.expression.split()), default=0)
        value_height = letters.height(text, wide)
        beside = room > longest and (
            self._plain.height(line.expression, room)
            <= self._plain.height(line.expression, whole) + value_height
        )
        room = room if beside else whole
        height = self._plain.height(line.expression, room) if line.expression else self._line
        below = 0 if beside or not line.expression else height
        tall = max(height, below + value_height)
        if line.breaks:
            self._filled.append(QRect(self._left - EDGE, y, self._right - self._left + 2 * EDGE, tall))
        self._texts.append(self._placed(QRect(self._left, y, names, self._line), line.name, self._slanted))
        if line.expression:
            self._texts.append(self._placed(QRect(start, y, equals, self._line), "=", self._plain))
            self._texts.append(
                self._placed(QRect(start + equals, y, room, height), line.expression, self._plain)
            )
        area = QRect(self._right - wide, y + below, wide, value_height)
        self._texts.append(self._placed(area, text, letters, RIGHT))
        return y + tall + LEADING

    def _verdicts(self, card: CardText, y: int) -> tuple[tuple[QRect, ...], tuple[Placed, ...], int]:
        marks, texts = [], []
        side = self._plain.ascent + 2
        start = self._left + side + GAP
        for verdict in card.verdicts:
            height = self._plain.height(verdict.text, self._right - start)
            marks.append(QRect(self._left, y + (self._line - side) // 2, side, side))
            texts.append(
                self._placed(QRect(start, y, self._right - start, height), verdict.text, self._plain)
            )
            y += height + LEADING
        return tuple(marks), tuple(texts), y

    def _placed(self, area: QRect, text: str, letters: Letters, align: Qt.AlignmentFlag = LEFT) -> Placed:
        spare = area.width() - letters.width(text)
        start = None
        if spare >= 0:
            start = area.topLeft() + QPoint(spare if align == RIGHT else 0, letters.ascent)
        return Placed(area, text, letters.font, int(align) | WRAPPED, start)
