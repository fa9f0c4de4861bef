"""Rails for what has no place on a value axis: nan and the infinities stand beside it, never left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.data import MINUS
from gui.plots.content.curve_points import Rail
from gui.plots.content.marks import RailCount, RailDot, RailLine
from gui.plots.parts.plot_theme import PlotTheme, blend
from gui.plots.scales.logit_span import LogitSpan

RAIL_HEIGHT = 15
DOT = 3.0
FADED = 0.6
"""Share of the background in the lines of a target that the selected row does not have."""


def rail_name(rail: Rail) -> str:
    """A rail's label; the logarithm has no place for 0 either."""
    return {"-inf": f"{MINUS}inf", "zero": "0"}.get(rail, rail)


class Rails(QWidget):
    """Some of the rails of one plot: nan and inf above it, -inf and 0 below it where there is any."""

    def __init__(self, theme: PlotTheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rails: tuple[Rail, ...] = ()
        self._theme = theme
        self._span = LogitSpan(-1.0, 1.0, 0.0, 1.0)
        self._lines: tuple[RailLine, ...] = ()
        self._dots: tuple[RailDot, ...] = ()
        self._slots = 1
        self._counts: dict[Rail, RailCount] = {}
        self._cursor: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def show_runs(
        self,
        rails: Sequence[Rail],
        lines: Sequence[RailLine],
        dots: Sequence[RailDot],
        slots: int,
        counts: Mapping[Rail, RailCount],
    ) -> None:
        """Draw these rails with their stretches and rows; `counts` names those that have rows."""
        if tuple(rails) != self._rails:
            self._rails = tuple(rails)
            self.updateGeometry()
            self.update()
        before = (self._lines, self._dots, self._slots, self._counts)
        self._lines = tuple(line for line in lines if line.run.rail in self._rails)
        self._dots = tuple(dot for dot in dots if dot.rail in self._rails)
        self._slots = max(1, slots)
        self._counts = dict(counts)
        if before != (self._lines, self._dots, self._slots, self._counts):
            self.update()

    def set_span(self, span: LogitSpan) -> None:
        """Align with the plot."""
        if span != self._span:
            self._span = span
            self.update()

    def set_cursor_logit(self, logit: float | None) -> None:
        """Continue the crosshair."""
        if logit != self._cursor:
            self._cursor = logit
            self.update()

    def recolour(self, theme: PlotTheme) -> None:
        """Follow a theme."""
        self._theme = theme
        self.update()

    @property
    def rails(self) -> tuple[Rail, ...]:
        """Which rails there are, from the top."""
        return self._rails

    @property
    def lines(self) -> tuple[RailLine, ...]:
        """What is drawn."""
        return self._lines

    @property
    def dots(self) -> tuple[RailDot, ...]:
        """The rows that stand here."""
        return self._dots

    def count_text(self, rail: Rail) -> str:
        """How many rows stand on a rail, in words; empty for none."""
        count = self._counts.get(rail)
        return count.text if count else ""

    def _rail_rect(self, rail: Rail) -> QRectF:
        top = self._rails.index(rail) * RAIL_HEIGHT
        return QRectF(self._span.left, top, self._span.width, RAIL_HEIGHT)

    def _paint_rail(self, painter: QPainter, rail: Rail) -> None:
        rect = self._rail_rect(rail)
        theme = self._theme
        painter.fillRect(rect, blend(theme.grid, theme.background, 0.45))
        painter.setPen(QPen(theme.grid, 1.0))
        painter.drawLine(rect.topLeft(), rect.topRight())
        label = QRectF(0.0, rect.top(), self._span.left - 8.0, rect.height())
        count = self._counts.get(rail)
        painter.setPen(theme.muted if count is None else theme.text)
        text = (
            rail_name(rail) if count is None else f"{count.short} \N{MULTIPLICATION SIGN} {rail_name(rail)}"
        )
        painter.drawText(label, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _slot_y(self, rail: Rail, slot: int) -> float:
        rect = self._rail_rect(rail)
        return rect.top() + (slot + 1) * rect.height() / (self._slots + 1)

    def _paint_line(self, painter: QPainter, line: RailLine) -> None:
        run, span = line.run, self._span
        if run.stop < span.low or run.start > span.high:
            return
        colour = line.style.colour
        pen = QPen(colour if line.own else blend(colour, self._theme.background, FADED), 2.0)
        pen.setStyle(line.style.dash)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        y = self._slot_y(run.rail, line.slot)
        left, right = span.stretch(run.start, run.stop)
        painter.drawLine(QPointF(left, y), QPointF(max(right, left + 2.0), y))

    def _paint_dot(self, painter: QPainter, dot: RailDot) -> None:
        size = DOT + 1.5 if dot.selected else DOT
        painter.setPen(QPen(self._theme.background, 1.0))
        painter.setBrush(dot.style.colour)
        # A row whose logit is nan has no place along the axis; it stands at its end.
        x = self._span.to_pixel(dot.logit if dot.logit == dot.logit else self._span.high)
        painter.drawEllipse(QPointF(x, self._slot_y(dot.rail, dot.slot)), size, size)

    def sizeHint(self) -> QSize:
        return QSize(200, RAIL_HEIGHT * len(self._rails))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, RAIL_HEIGHT * len(self._rails))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.background)
        for rail in self._rails:
            self._paint_rail(painter, rail)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self._lines:
            self._paint_line(painter, line)
        if self._cursor is not None and self._span.shows(self._cursor):
            painter.setPen(QPen(self._theme.muted, 1.0))
            x = self._span.to_pixel(self._cursor)
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        for dot in self._dots:
            self._paint_dot(painter, dot)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._rails:
            index = min(event.pos().y() // RAIL_HEIGHT, len(self._rails) - 1)
            rail = self._rails[index]
            text = self.tr("Where a value is {0}: it has no place on the axis.").format(rail_name(rail))
            QToolTip.showText(event.globalPos(), " ".join(filter(None, (text, self.count_text(rail)))), self)
            return True
        return super().event(event)
