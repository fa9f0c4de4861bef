"""The histogram of logits by target on a logarithmic scale, with the strips of formulas below it."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine import FLOAT32, Format, Regime, formula_named
from engine.scan import LOGIT_STEP
from gui.plots.parts.joined import joined
from gui.plots.parts.line_sample import draw_sample
from gui.plots.parts.painting import draw_swatch, never_raising
from gui.plots.parts.plot_theme import PlotTheme, blend
from gui.plots.parts.words import float_text, sentence
from gui.plots.scales.logit_span import LogitSpan
from gui.plots.strip.strip_paint import draw_band
from gui.scan.shape import Lane, Shape, loud_edges
from gui.services.colours import formula_style, regime_fill, regime_name
from gui.services.look.type_sizes import small
from gui.services.speech.roles import RoleInterface, install_roles

GUTTER = 150
"""Pixels left of the axis where a line of text has 14: names of formulas, and logits without a place."""

SIDE, GAP = 10.0, 2.0
SWATCH = 20.0
LIGHTER = 0.45
"""Share of the background in the bars of target 1."""

SOONER = 58.0
"""Pixels from one number of the axis to the next at the least."""

KEY = (Regime.LOSING_DIGITS, Regime.UNDERFLOWED, Regime.CLAMPED, Regime.INFINITE, Regime.NAN)
STEPS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter


class Histogram(QWidget):
    """Paints a `Shape` and its `Lane`s; says what is under the pointer."""

    spoken_role = QAccessible.Role.Chart
    spoken: RoleInterface | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        install_roles()
        self._shape: Shape | None = None
        self._lanes: tuple[Lane, ...] = ()
        self._format: Format = FLOAT32
        self._without = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Histogram of logits over the strips of formulas"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_shape(self, shape: Shape | None) -> None:
        """Draw other bars."""
        self._shape = shape
        self._tell()
        self.update()

    def show_lanes(self, lanes: tuple[Lane, ...], fmt: Format, without: str) -> None:
        """Draw other strips; `without` is said where there are none."""
        self._lanes, self._format, self._without = lanes, fmt, without
        self.update()

    def _tell(self) -> None:
        shape = self._shape
        if shape is None:
            self.setAccessibleDescription("")
            return
        words = self.tr("Logits from {low} to {high}; {nan} nan, {inf} infinite, {further} further out")
        self.setAccessibleDescription(
            words.format(
                low=f"{shape.low:g}",
                high=f"{shape.high:g}",
                nan=f"{shape.nan:,}",
                inf=f"{shape.infinite:,}",
                further=f"{sum(shape.further):,}",
            )
        )

    # -- where everything is ------------------------------------------------------------------------

    @property
    def _line(self) -> int:
        return self.fontMetrics().height()

    @property
    def _left(self) -> float:
        return GUTTER * self._line / 14.0

    @property
    def _lane(self) -> float:
        return float(self._line)

    @property
    def span(self) -> LogitSpan:
        """The axis."""
        shape = self._shape
        low, high = (-20.0, 20.0) if shape is None else (shape.low, shape.high)
        return LogitSpan(low, high, self._left, max(self.width() - self._left - SIDE, 1.0))

    def _below(self) -> float:
        """Pixels below the bars: numbers of the axis, strips, key."""
        strips = len(self._lanes) * self._lane + len(self._lanes) // 2 * GAP
        return self._line + 2.0 + strips + (self._line + 8.0 if self._lanes else self._line + 4.0)

    @property
    def bars(self) -> QRectF:
        """The area of the bars."""
        top = float(self._line + 2)
        return QRectF(self._left, top, self.span.width, max(self.height() - top - self._below(), 10.0))

    def lane_rect(self, index: int) -> QRectF:
        """The area of a strip."""
        top = self.bars.bottom() + self._line + 2.0 + index * self._lane + index // 2 * GAP
        return QRectF(self._left, top, self.span.width, self._lane - 1.0)

    def sizeHint(self) -> QSize:
        return QSize(700, round(self._below()) + 12 * self._line)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, round(self._below()) + 5 * self._line)

    # -- painting -----------------------------------------------------------------------------------

    @never_raising
    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), PlotTheme.of(self.palette())
        painter.fillRect(self.rect(), theme.background)
        painter.setFont(small(self.font()))
        shape = self._shape
        if shape is not None:
            self._draw_scale(painter, shape, theme)
            self._draw_bars(painter, shape, theme)
            self._draw_ends(painter, shape, theme)
        self._draw_axis(painter, theme)
        self._draw_lanes(painter, theme)
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, 1.0, Qt.PenStyle.DotLine))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _draw_scale(self, painter: QPainter, shape: Shape, theme: PlotTheme) -> None:
        bars = self.bars
        decade = bars.height() * (shape.height(10.0) - shape.height(1.0))
        step = max(1, math.ceil(1.4 * self._line / max(decade, 1.0)))
        for power in range(0, math.floor(shape.top) + 1, step):
            y = bars.bottom() - shape.height(10.0**power) * bars.height()
            painter.setPen(theme.grid)
            painter.drawLine(QPointF(bars.left(), y), QPointF(bars.right(), y))
            painter.setPen(theme.muted)
            words = QRectF(0.0, y - self._line / 2.0, bars.left() - 6.0, self._line)
            painter.drawText(words, RIGHT, f"{10**power:,}")

    def _draw_bars(self, painter: QPainter, shape: Shape, theme: PlotTheme) -> None:
        bars, span = self.bars, self.span
        wide = LOGIT_STEP / (shape.high - shape.low) * span.width
        half = max(wide / 2.0 - (0.5 if wide > 6.0 else 0.0), 1.0)
        floor = bars.bottom()
        for target, colour in enumerate(bar_colours(theme)):
            areas = []
            for place in shape.counts[target].nonzero()[0].tolist():
                height = shape.height(float(shape.counts[target, place])) * bars.height()
                left = span.left + place * wide + target * wide / 2.0
                areas.append(QRectF(left, floor - height, half, height))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRects(areas)  # in one call: beside a scan's threads each call has to wait for them

    def _draw_ends(self, painter: QPainter, shape: Shape, theme: PlotTheme) -> None:
        """What has no place on the axis."""
        line, top = self._line, self.bars.top()
        chips = (
            (shape.nan, Regime.NAN, self.tr("{count} nan")),
            (shape.infinite, Regime.INFINITE, self.tr("{count} inf")),
        )
        if shape.nan or shape.infinite or any(shape.further):
            painter.setPen(theme.muted)
            painter.drawText(
                QRectF(SIDE, top - 2.0, 90.0 * line / 14.0, line), LEFT, self.tr("off the axis:")
            )
        top += line + 2.0
        for count, regime, text in chips:
            if count:
                words = text.format(count=f"{count:,}")
                area = QRectF(SIDE, top, painter.fontMetrics().horizontalAdvance(words) + 14.0, line + 2.0)
                draw_swatch(painter, regime, area, theme)
                painter.fillRect(area.adjusted(4, 1, -4, -1), regime_fill(regime, theme.dark))
                painter.setPen(theme.text)
                painter.drawText(area, CENTRE, words)
                top += line + 6.0
        painter.setPen(theme.muted)
        for count, text in zip(
            shape.further,
            (self.tr("{count} ◂ further left"), self.tr("{count} further right ▸")),
            strict=True,
        ):
            if count:
                painter.drawText(QRectF(SIDE, top, self._left, line), LEFT, text.format(count=f"{count:,}"))
                top += line + 2.0

    def _draw_axis(self, painter: QPainter, theme: PlotTheme) -> None:
        bars, span = self.bars, self.span
        painter.setPen(theme.muted)
        painter.drawLine(bars.bottomLeft(), bars.bottomRight())
        room = SOONER * self._line / 14.0
        step = next((s for s in STEPS if s / (span.stop - span.start) * span.width >= room), STEPS[-1])
        for number in range(math.ceil(span.start / step), math.floor(span.stop / step) + 1):
            logit = number * step
            place = QRectF(span.to_pixel(logit) - room / 2.0, bars.bottom() + 1.0, room, self._line)
            # Numbers at the ends stay inside of the widget.
            place.moveRight(min(place.right(), self.width() - 1.0 + room / 2.0 - 12.0))
            painter.drawText(place, CENTRE, float_text(logit, FLOAT32))
        if self._lanes:
            taken: QRectF | None = None
            for logit, is_left in reversed(loud_edges(self._format)):
                if self.span.shows(logit):
                    taken = self._draw_edge(painter, logit, theme, taken, is_left=is_left)

    def _draw_edge(
        self, painter: QPainter, logit: float, theme: PlotTheme, taken: QRectF | None, *, is_left: bool
    ) -> QRectF:
        """A line at an edge, with words where these are not `taken`; gives the place of the words."""
        x, bars = self.span.to_pixel(logit), self.bars
        painter.setPen(QPen(theme.text, 1.0, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, bars.top() - self._line), QPointF(x, bars.bottom()))
        words = self.tr("clamped: z ≤ {z}") if is_left else self.tr("clamped: z ≥ {z}")
        text = words.format(z=float_text(logit, FLOAT32))
        wide = painter.fontMetrics().horizontalAdvance(text) + 8.0
        left = x + 4.0 if x + 4.0 + wide <= self.width() else x - 4.0 - wide
        place = QRectF(left, bars.top() - self._line, wide, self._line)
        if taken is None or not taken.intersects(place):
            painter.drawText(place, LEFT, text)
        return place

    def _draw_lanes(self, painter: QPainter, theme: PlotTheme) -> None:
        span, line = self.span, self._line
        shown: set[Regime] = set()
        for index, lane in enumerate(self._lanes):
            area = self.lane_rect(index)
            painter.fillRect(area, blend(theme.grid, theme.background, 0.45))
            painter.setPen(theme.muted)
            painter.drawText(QRectF(0.0, area.top(), area.left() - 6.0, area.height()), RIGHT, lane.target)
            if index % 2 == 0:
                self._draw_name(painter, lane, area, theme)
            for band in joined(lane.bands, span.hides):
                if isinstance(band.regime, Regime):
                    shown.add(band.regime)
                draw_band(painter, band, area, FLOAT32, span, theme)
        top = (
            self.lane_rect(len(self._lanes) - 1).bottom() if self._lanes else self.bars.bottom() + line
        ) + 4.0
        if not self._lanes:
            painter.setPen(theme.muted)
            painter.drawText(QRectF(self._left, top, span.width, line), LEFT, self._without)
            return
        self._draw_key(painter, [regime for regime in KEY if regime in shown], top, theme)

    def _draw_key(self, painter: QPainter, regimes: list[Regime], top: float, theme: PlotTheme) -> None:
        metrics, line = painter.fontMetrics(), self._line
        widths = [metrics.horizontalAdvance(regime_name(regime)) + 38.0 for regime in regimes]
        x = min(self._left, max(self.width() - sum(widths), SIDE))
        for regime, wide in zip(regimes, widths, strict=True):
            chip = QRectF(x, top + 2.0, 16.0, line - 4.0)
            draw_swatch(painter, regime, chip, theme)
            painter.setPen(theme.text)
            painter.drawText(QRectF(x + 21.0, top, wide, line), LEFT, regime_name(regime))
            x += wide

    def _draw_name(self, painter: QPainter, lane: Lane, area: QRectF, theme: PlotTheme) -> None:
        middle = area.bottom() + 0.5
        style = formula_style(formula_named(lane.key), theme.dark)
        draw_sample(painter, style, QPointF(SIDE, middle), SWATCH, theme, exact=False)
        painter.setPen(theme.text)
        room = QRectF(SIDE + SWATCH + 5.0, middle - self._line / 2.0, 0.0, self._line)
        room.setRight(self._left - 34.0 * self._line / 14.0)
        name = lane.title
        metrics = painter.fontMetrics()
        if metrics.horizontalAdvance(name) > room.width():
            name = name.removesuffix("Loss")
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, LEFT, text)

    # -- Qt -----------------------------------------------------------------------------------------

    def tip_at(self, place: QPointF) -> str:
        """What is there, in words."""
        for index, lane in enumerate(self._lanes):
            if self.lane_rect(index).adjusted(-self._left, 0, 0, 0).contains(place):
                said = sentence(joined(lane.bands), FLOAT32)
                title = formula_named(lane.key).title
                return f"{title}, {lane.target}, {lane.format.name}: {said}"
        shape = self._shape
        if shape is None or not self.bars.contains(place):
            return ""
        found = shape.at(self.span.to_logit(place.x()))
        if found is None:
            return ""
        start, zeros, ones = found
        words = self.tr("z from {start} to {stop}: {zeros} and {ones} rows")
        return words.format(
            start=f"{start:g}", stop=f"{start + LOGIT_STEP:g}", zeros=f"{zeros:,}", ones=f"{ones:,}"
        )

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)


def bar_colours(theme: PlotTheme) -> tuple[QColor, QColor]:
    """The colours of the two targets' bars."""
    dark = blend(theme.text, theme.background, 0.18)
    return dark, blend(theme.text, theme.background, LIGHTER)
