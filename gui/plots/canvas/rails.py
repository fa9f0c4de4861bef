"""Rails for what has no place on a value axis: nan and the infinities stand beside it, never left out."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen

from engine.data import MINUS
from gui.plots.content.curve_points import Rail
from gui.plots.content.marks import RailContent, RailDot, RailLine
from gui.plots.parts.plot_theme import blend
from gui.plots.parts.room import bold, small
from gui.plots.scales.aligned import AlignedWidget

DOT = 3.0
FADED = 0.6
"""Share of the background in the lines of a target that the selected row does not have."""


def rail_name(rail: Rail) -> str:
    """A rail's label; the logarithm has no place for 0 either."""
    return {"-inf": f"{MINUS}inf", "zero": "0"}.get(rail, rail)


def short_count(rows: int) -> str:
    """A count of at most four letters: 49,967 as 50k."""
    for unit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if rows >= unit * 0.9995:
            share = rows / unit
            return f"{share:.1f}{letter}" if share < 9.95 else f"{share:.0f}{letter}"
    return str(rows)


class Rails(AlignedWidget):
    """Some of the rails of one plot: nan and inf above it, -inf and 0 below it where there is any."""

    content = RailContent()
    """What is drawn."""

    def show_content(self, content: RailContent) -> None:
        """Draw these rails with their stretches and rows."""
        before, self.content = self.content, content
        if content.rails != before.rails:
            self.updateGeometry()
        if content != before:
            self.update()

    def count_text(self, rail: Rail) -> str:
        """How many rows stand on a rail, in words; empty for none."""
        count = self.content.counts.get(rail)
        return count.text if count else ""

    def _rail_rect(self, rail: Rail) -> QRectF:
        top = self.content.rails.index(rail) * self.rail_height
        return QRectF(self.span.left, top, self.span.width, self.rail_height)

    @property
    def rail_height(self) -> int:
        """Of each rail: a line of its label."""
        return QFontMetrics(small(self.font())).height() + 1

    def _paint_rail(self, painter: QPainter, rail: Rail) -> None:
        rect = self._rail_rect(rail)
        theme = self.theme
        painter.fillRect(rect, blend(theme.grid, theme.background, 0.45))
        painter.setPen(QPen(theme.grid, 1.0))
        painter.drawLine(rect.topLeft(), rect.topRight())
        label = QRectF(0.0, rect.top(), self.span.left - 8.0, rect.height())
        count = self.content.counts.get(rail)
        painter.setPen(theme.muted if count is None else theme.text)
        painter.setFont(small(self.font()) if count is None else bold(small(self.font())))
        metrics = painter.fontMetrics()
        texts = [rail_name(rail)]
        if count is not None:
            texts = [
                f"{number} {texts[0]}" for number in (f"{count.rows:,}", short_count(count.rows))
            ] + texts
        text = next((each for each in texts if metrics.horizontalAdvance(each) <= label.width()), texts[-1])
        painter.drawText(label, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _slot_y(self, rail: Rail, slot: int) -> float:
        rect = self._rail_rect(rail)
        return rect.top() + (slot + 1) * rect.height() / (self.content.slots + 1)

    def _paint_line(self, painter: QPainter, line: RailLine) -> None:
        run, span = line.run, self.span
        if run.stop < span.low or run.start > span.high:
            return
        colour = line.style.colour
        pen = QPen(colour if line.own else blend(colour, self.theme.background, FADED), 2.0)
        pen.setStyle(line.style.dash)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        y = self._slot_y(run.rail, line.slot)
        left, right = span.stretch(run.start, run.stop)
        painter.drawLine(QPointF(left, y), QPointF(max(right, left + 2.0), y))

    def _paint_dot(self, painter: QPainter, dot: RailDot, y: float) -> None:
        size = DOT + 1.5 if dot.selected else DOT
        painter.setPen(QPen(self.theme.background, 1.0))
        painter.setBrush(dot.style.colour)
        # A row whose logit is nan has no place along the axis; it stands at its end.
        x = self.span.to_pixel(dot.logit if dot.logit == dot.logit else self.span.high)
        painter.drawEllipse(QPointF(x, y), size, size)

    def sizeHint(self) -> QSize:
        return QSize(200, self.rail_height * len(self.content.rails))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.rail_height * len(self.content.rails))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.background)
        for rail in self.content.rails:
            self._paint_rail(painter, rail)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self.content.lines:
            self._paint_line(painter, line)
        if self.cursor_logit is not None and self.span.shows(self.cursor_logit):
            painter.setPen(QPen(self.theme.muted, 1.0))
            x = self.span.to_pixel(self.cursor_logit)
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        places = {(dot.rail, dot.slot) for dot in self.content.dots}
        heights = {place: self._slot_y(*place) for place in places}
        for dot in self.content.dots:
            self._paint_dot(painter, dot, heights[dot.rail, dot.slot])
        painter.end()

    def tip_at(self, place: QPointF) -> str:
        if not self.content.rails:
            return ""
        rail = self.content.rails[min(int(place.y()) // self.rail_height, len(self.content.rails) - 1)]
        text = self.tr("Where a value is {0}: it has no place on the axis.").format(rail_name(rail))
        return " ".join(filter(None, (text, self.count_text(rail))))
