"""What lanes and wrong feedings are painted with: columns, boxes, arrows, shaded numbers, verdicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPicture, QPixmap

from engine import Regime
from gui.plots.parts.painting import fill_regime
from gui.plots.parts.plot_theme import PlotTheme
from gui.services.colours import FormulaStyle, is_filled, regime_colour, regime_fill
from gui.services.look.marks import DRAWINGS, Mark, draw_mark, mark_pixmap

ROUND = 3.0
ARROW = 5.0
EDGE = 3.0
"""Pixels of a failing number's left edge."""

LETTER = 9.0
"""Pixels of a letter of common text in a font at 12 pixels: shorter text need not be measured."""

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter


def write(
    painter: QPainter,
    area: QRectF,
    text: str,
    font: QFont,
    colour: QColor,
    align: Qt.AlignmentFlag = LEFT,
) -> bool:
    """Write one line of text, cut with an ellipsis where it has no room; whether it had."""
    painter.setFont(font)
    shown = text
    if len(text) * LETTER * painter.fontMetrics().height() / 14 > area.width():
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.setPen(colour)
    painter.drawText(area, align | Qt.TextFlag.TextSingleLine, shown)
    return shown == text


def first_fitting(texts: tuple[str, ...], font: QFont, width: float) -> str:
    """The first of some texts for which there is room, else the last."""
    metrics = QFontMetricsF(font)
    return next((text for text in texts if metrics.horizontalAdvance(text) <= width), texts[-1])


def box(painter: QPainter, area: QRectF, line: QColor, fill: QColor) -> None:
    """A box with round corners."""
    painter.setPen(QPen(line, 1.4))
    painter.setBrush(fill)
    painter.drawRoundedRect(area.adjusted(0.7, 0.7, -0.7, -0.7), ROUND, ROUND)


def arrow(painter: QPainter, start: QPointF, stop: QPointF, colour: QColor) -> None:
    """A level arrow."""
    painter.setPen(QPen(colour, 1.4))
    painter.drawLine(QLineF(start, stop - QPointF(ARROW, 0.0)))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon([stop, stop + QPointF(-ARROW - 2, -4.0), stop + QPointF(-ARROW - 2, 4.0)])


def line_sample(painter: QPainter, area: QRectF, style: FormulaStyle, *, thin: bool) -> None:
    """A piece of a curve, as the picture draws it."""
    pen = QPen(style.colour, 1.4 if thin else 2.6, style.dash)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    middle = area.center().y()
    painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle))


def number(
    painter: QPainter,
    area: QRectF,
    text: str,
    regime: Regime | None,
    font: QFont,
    theme: PlotTheme,
) -> None:
    """A loss, on its verdict's fill with the hatch and the left edge where it is not right."""
    if regime not in (None, Regime.EXACT):
        fill_regime(painter, regime, area, theme)
        edge = QRectF(area.left(), area.top(), EDGE, area.height())
        painter.fillRect(edge, regime_colour(regime, theme.dark))
        if is_filled(regime):  # words stand on the fill alone
            room = QFontMetricsF(font).horizontalAdvance(text) + 12.0
            behind = QRectF(area.right() - 6.0 - room, area.top(), room, area.height())
            painter.fillRect(
                behind.intersected(area.adjusted(EDGE, 0, 0, 0)), regime_fill(regime, theme.dark)
            )
    write(painter, room_in(area), text, font, theme.text, RIGHT)


def room_in(area: QRectF) -> QRectF:
    """Where in its area a number is written."""
    return area.adjusted(EDGE + 4.0, 0.0, -12.0, 0.0)


def is_recorded(painter: QPainter) -> bool:
    """Whether a picture is taken, in which lines stay lines."""
    return isinstance(painter.device(), QPicture)


def draw_still(
    painter: QPainter, size: QSize, kept: QPixmap | None, draw: Callable[[QPainter], None]
) -> QPixmap | None:
    """Draw what stands still, from its pixels where they are `kept`; gives those to keep."""
    if is_recorded(painter):
        draw(painter)
        return kept
    ratio = painter.device().devicePixelRatioF()
    if kept is None or kept.devicePixelRatio() != ratio:
        kept = QPixmap(size * ratio)
        kept.setDevicePixelRatio(ratio)
        kept.fill(Qt.GlobalColor.transparent)
        own = QPainter(kept)
        own.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(own)
        own.end()
    painter.drawPixmap(0, 0, kept)
    return kept


def mark(painter: QPainter, name: Mark, left: float, middle: float, side: int, dark: bool) -> None:
    """How bad it is, as an icon."""
    if is_recorded(painter):
        draw_mark(painter, name, QRectF(left, middle - side / 2.0, side, side), dark)
        return
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(QPointF(left, middle - side / 2.0), mark_pixmap(name, side, dark, ratio))


def mark_colour(name: Mark, theme: PlotTheme) -> QColor:
    """The colour of words about it; right ones have the text's."""
    return theme.text if name in ("right", "note") else DRAWINGS[name].colour(theme.dark)


DRAWN_WIDTH = 1366
"""Pixels for which the columns below are drawn."""

SAMPLE, TAKES, THEN, LOSS, GIVES, MARK = (4, 20), (24, 164), (196, 420), (452, 700), (732, 852), (872, 888)
"""First and last pixel of a line's sample, of the three boxes, of the number, and of the verdict's mark."""

WIDEST = 1.5
"""Beyond so many times the drawn width the verdict has all the room."""

MARGIN = 8


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a widget so wide."""

    width: int

    def _place(self, ends: tuple[int, int], height: float) -> QRectF:
        factor = min(self.width / DRAWN_WIDTH, WIDEST)
        return QRectF(ends[0] * factor, 0.0, (ends[1] - ends[0]) * factor, height)

    def sample(self, height: float) -> QRectF:
        """Of the line as its curve is drawn."""
        return self._place(SAMPLE, height)

    def takes(self, height: float) -> QRectF:
        """Of the input."""
        return self._place(TAKES, height)

    def then(self, height: float) -> QRectF:
        """Of the activation."""
        return self._place(THEN, height)

    def loss(self, height: float) -> QRectF:
        """Of the call and its target."""
        return self._place(LOSS, height)

    def gives(self, height: float) -> QRectF:
        """Of the number."""
        return self._place(GIVES, height)

    def rest(self, height: float) -> QRectF:
        """Of the verdict and the gradient."""
        left = self._place(MARK, height).left()
        return QRectF(left, 0.0, max(self.width - MARGIN - left, 0.0), height)
