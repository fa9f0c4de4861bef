"""Painting the heat strip's lines, lanes and key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen

from engine import Band, Format, Regime
from gui.plots.content.marks import LaneLabel, Reading, Strip
from gui.plots.parts.painting import fill_regime
from gui.plots.parts.plot_theme import PlotTheme, blend
from gui.plots.parts.words import reach_text, sentence
from gui.plots.scales.logit_span import LogitSpan
from gui.services.colours import regime_fill, regime_name

TOP = 4.0
"""Pixels above the first line."""

LANE_GAP = 2
"""Pixels between lanes."""

SWATCH = 30
GAP = 8
CHIP = 10.0
"""Height of a sample of a hatch."""

UNSETTLED = 0.4
"""Opacity of bands whose edges belong to the problem before the last edit."""

SMALL, SMALLEST = 0.82, 6.5
"""Size of the words in the lanes as a share of the others', and in points at the least."""

WIDEST_VALUE = "\N{MINUS SIGN}0.000000e\N{MINUS SIGN}00"
"""Room for the widest value, so that nothing moves while the crosshair does."""

LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class StripLayout:
    """Heights in logical pixels: of a line of words, the head, and of each of the lanes below it.

    Some strips have a `bare` line without lanes.
    """

    bare: tuple[bool, ...]
    lanes: int
    head: int
    lane: int

    @property
    def tops(self) -> tuple[float, ...]:
        """Where each strip begins, and where the key below them does."""
        of_lanes = self.lanes * self.lane_step
        heights = (self.head + LANE_GAP + (0 if bare else of_lanes) for bare in self.bare)
        return tuple(accumulate(heights, initial=TOP))

    @property
    def height(self) -> int:
        """Of everything, the key included."""
        return int(self.tops[-1]) + self.head + LANE_GAP

    @property
    def lane_step(self) -> int:
        """From one lane to the next."""
        return self.lane + LANE_GAP


@dataclass(frozen=True, eq=False)
class StripPaint:
    """Where everything in the heat strip stands and how it looks; made anew when any of it changes.

    It is not `settled` while its bands are those of the problem before an edit.
    """

    strips: tuple[Strip, ...]
    lanes: tuple[LaneLabel, ...]
    span: LogitSpan
    theme: PlotTheme
    font: QFont
    settled: bool

    # -- geometry -----------------------------------------------------------------------------------

    @cached_property
    def layout(self) -> StripLayout:
        """Heights."""
        return StripLayout(
            bare=tuple(not strip.bands for strip in self.strips),
            lanes=len(self.lanes),
            head=QFontMetrics(self.font).height() + 1,
            lane=QFontMetrics(self.small_font).height(),
        )

    @cached_property
    def tops(self) -> tuple[float, ...]:
        """Where each strip begins, and where the key below them does."""
        return self.layout.tops

    @cached_property
    def small_font(self) -> QFont:
        """Of the lanes and the key."""
        font = QFont(self.font)
        font.setPointSizeF(max(SMALLEST, font.pointSizeF() * SMALL))
        return font

    @cached_property
    def bold_font(self) -> QFont:
        """Of the values."""
        font = QFont(self.font)
        font.setBold(True)
        return font

    @cached_property
    def _title_width(self) -> float:
        metrics = QFontMetrics(self.font)
        return max((metrics.horizontalAdvance(strip.title) for strip in self.strips), default=0) + 4.0

    @cached_property
    def _value_width(self) -> float:
        return float(QFontMetrics(self.bold_font).horizontalAdvance(WIDEST_VALUE))

    def head_rect(self, strip: int) -> QRectF:
        """The line of a formula, from the left edge of the widget."""
        return QRectF(0.0, self.tops[strip], self.span.left + self.span.width, self.layout.head)

    def lane_rect(self, strip: int, lane: int) -> QRectF:
        """A lane of a formula."""
        top = self.tops[strip] + self.layout.head + lane * self.layout.lane_step
        return QRectF(self.span.left, top, self.span.width, self.layout.lane)

    # -- lines --------------------------------------------------------------------------------------

    def draw_head(self, painter: QPainter, index: int, reading: Reading | None, *, shaded: bool) -> None:
        """A formula's swatch, title and value."""
        strip, line, left = self.strips[index], self.head_rect(index), self.span.left
        middle = line.center().y()
        pen = QPen(strip.style.colour, 6.0 if strip.exact else 2.0, strip.style.dash)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(left, middle), QPointF(left + SWATCH, middle))
        title = QRectF(left + SWATCH + GAP, line.top(), self._title_width, line.height())
        painter.setFont(self.font)
        painter.setPen(self.theme.text)
        painter.drawText(title, LEFT, strip.title)
        rest = QRectF(line)
        rest.setLeft(title.right() + GAP)
        if reading is not None:
            self._draw_reading(painter, reading, rest)
        words = translate("strips", "shaded above")
        if shaded and strip.bands and self._fits(words, rest):
            painter.setPen(self.theme.muted)
            painter.drawText(rest, RIGHT, words)

    def _fits(self, words: str, room: QRectF) -> bool:
        return QFontMetrics(self.font).horizontalAdvance(words) + GAP <= room.width()

    def _draw_reading(self, painter: QPainter, reading: Reading, rest: QRectF) -> None:
        painter.setPen(self.theme.text)
        painter.setFont(self.bold_font)
        painter.drawText(rest, LEFT, reading.value)
        painter.setFont(self.font)
        rest.setLeft(rest.left() + self._value_width)
        if reading.regime is Regime.EXACT or rest.width() < CHIP:
            return
        chip = QRectF(rest.left(), rest.center().y() - CHIP / 2, CHIP, CHIP)
        fill_regime(painter, reading.regime, chip, self.theme)
        text = regime_name(reading.regime)
        if reading.bits is not None:
            text = translate("strips", "{0} ({1} bits)").format(text, f"{reading.bits:.1f}")
        rest.setLeft(chip.right() + 5.0)
        painter.setPen(self.theme.text)
        self._write(painter, text if self._fits(text, rest) else regime_name(reading.regime), rest)

    def _write(self, painter: QPainter, words: str, rest: QRectF) -> None:
        """Words that are left out where they do not fit; `rest` becomes the room beside them."""
        if self._fits(words, rest):
            painter.drawText(rest, LEFT, words)
            rest.setLeft(rest.left() + QFontMetrics(self.font).horizontalAdvance(words) + GAP)

    # -- lanes --------------------------------------------------------------------------------------

    def draw_lane(self, painter: QPainter, index: int, at: int) -> None:
        """One target's failures of a formula."""
        strip, lane, rect, theme = self.strips[index], self.lanes[at], self.lane_rect(index, at), self.theme
        painter.fillRect(rect, blend(theme.grid, theme.background, 0.45))
        font = QFont(self.small_font)
        font.setBold(lane.own)
        painter.setFont(font)
        painter.setPen(theme.text if lane.own else theme.muted)
        painter.drawText(QRectF(0, rect.top(), rect.left() - GAP, rect.height()), RIGHT, lane.text)
        painter.setFont(self.small_font)
        painter.setOpacity(1.0 if self.settled else UNSETTLED)
        for band in strip.bands[at]:
            self._draw_band(painter, band, rect, strip.format)
        painter.setOpacity(1.0)
        if not strip.bands[at]:
            painter.setPen(theme.muted)
            words = sentence((), strip.format)
            if painter.fontMetrics().horizontalAdvance(words) <= rect.width():
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)

    def _draw_band(self, painter: QPainter, band: Band, rect: QRectF, fmt: Format) -> None:
        span = self.span
        if band.stop < span.low or band.start > span.high:
            return
        left, right = span.stretch(band.start, band.stop)
        area = QRectF(left, rect.top(), max(right - left, 1.5), rect.height())
        fill_regime(painter, band.regime, area, self.theme)
        metrics = painter.fontMetrics()
        name = regime_name(band.regime)
        for text in (f"{name}  {reach_text(band, fmt)}", name):
            width = metrics.horizontalAdvance(text)
            if width + 12.0 <= area.width():
                plate = QRectF(0, area.top(), width + 8.0, area.height())
                plate.moveCenter(area.center())
                painter.fillRect(plate, regime_fill(band.regime, self.theme.dark))
                painter.setPen(self.theme.text)
                painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
                return

    def draw_key(self, painter: QPainter, regimes: Sequence[Regime]) -> None:
        """What each hatch means, once for all lanes."""
        painter.setFont(self.small_font)
        metrics = painter.fontMetrics()
        x, top, height = self.span.left, self.tops[-1], self.layout.head
        for regime in regimes:
            chip = QRectF(x, top + (height - CHIP) / 2, 18.0, CHIP)
            name = regime_name(regime)
            width = metrics.horizontalAdvance(name)
            if chip.right() + 5.0 + width > self.span.left + self.span.width:
                return
            fill_regime(painter, regime, chip, self.theme)
            painter.setPen(self.theme.muted)
            words = QRectF(chip.right() + 5.0, top, width + 2.0, height)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, name)
            x = words.right() + 14.0

    def draw_cursor(self, painter: QPainter, logit: float) -> None:
        """The crosshair across the lanes."""
        painter.setPen(QPen(self.theme.text, 1.0))
        x = self.span.to_pixel(logit)
        for index, strip in enumerate(self.strips):
            if strip.bands:
                first, last = self.lane_rect(index, 0), self.lane_rect(index, len(self.lanes) - 1)
                painter.drawLine(QPointF(x, first.top()), QPointF(x, last.bottom()))
