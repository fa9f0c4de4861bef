"""Painting the legend with its values and verdicts, the strips beside it, and their key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen

from engine import Band, Format, Regime
from gui.document.covering import covered_words
from gui.plots.content.marks import LaneLabel, Reading, Strip
from gui.plots.content.verdicts import verdict_of
from gui.plots.parts.joined import joined
from gui.plots.parts.line_sample import draw_sample
from gui.plots.parts.painting import fill_regime
from gui.plots.parts.plot_theme import PlotTheme, blend
from gui.plots.parts.room import bold, small
from gui.plots.parts.words import reach_text, sentence
from gui.plots.scales.logit_span import LogitSpan
from gui.services.colours import regime_fill, regime_name
from gui.services.look.marks import draw_mark

TOP = 2.0
"""Pixels above the first line."""

LANE_GAP = 2
"""Pixels between lanes, and between a formula's and the next one's."""

SIDE = 8.0
"""Pixels left of a formula's line sample."""

SWATCH = 22.0
GAP = 6.0

MARK = 14.0
"""Side of a verdict's mark."""

CHIP = 10.0
"""Height of a sample of a hatch."""

CHOSEN = 0.85
"""Share of the background behind the formula that is shaded."""

UNSETTLED = 0.4
"""Opacity of bands whose edges belong to the problem before the last edit."""

LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class StripLayout(NamedTuple):
    """Heights in logical pixels of the rows, one below the other.

    Some strips have a `bare` line without lanes. A formula's row holds its lanes, and two lines of words
    unless it is `compact`.
    """

    bare: tuple[bool, ...]
    lanes: int
    line: int
    compact: bool

    @property
    def row(self) -> int:
        """Height of a formula's row."""
        return max(self.lanes, 1 if self.compact else 2) * self.line

    @property
    def tops(self) -> tuple[float, ...]:
        """Where each strip begins, and where the last one ends."""
        heights = (self.line + LANE_GAP if bare else self.row + LANE_GAP for bare in self.bare)
        return tuple(accumulate(heights, initial=TOP))

    @property
    def height(self) -> int:
        """Of everything."""
        return int(self.tops[-1])

    @property
    def lane(self) -> float:
        """Height of a lane: one alone has half as much again where its row has the room."""
        alone = self.lanes == 1 and not self.compact
        return self.line * (1.5 if alone else 1.0) - LANE_GAP


@dataclass(frozen=True, eq=False)
class StripPaint:
    """Where everything in the heat strip stands and how it looks; made anew when any of it changes.

    It is not `settled` while its bands are those of the problem before an edit. A `compact` one shows the
    row's own target alone.
    """

    strips: tuple[Strip, ...]
    lanes: tuple[LaneLabel, ...]
    span: LogitSpan
    theme: PlotTheme
    font: QFont
    settled: bool
    compact: bool = False

    # -- geometry -----------------------------------------------------------------------------------

    @cached_property
    def layout(self) -> StripLayout:
        """Heights."""
        return StripLayout(
            bare=tuple(not strip.bands for strip in self.strips),
            lanes=len(self.shown_lanes),
            line=QFontMetrics(self.font).height() + LANE_GAP,
            compact=self.compact,
        )

    @cached_property
    def shown_lanes(self) -> tuple[int, ...]:
        """Which lanes have room."""
        every = range(len(self.lanes))
        own = tuple(at for at in every if self.lanes[at].own)
        return own if self.compact and own else tuple(every)

    @cached_property
    def tops(self) -> tuple[float, ...]:
        """Where each strip begins, and where the last one ends."""
        return self.layout.tops

    @cached_property
    def small_font(self) -> QFont:
        """Of the lanes, the verdicts and the key."""
        return small(self.font)

    @cached_property
    def words_right(self) -> float:
        """Where a formula's words end: beside the names of the lanes."""
        metrics = QFontMetrics(bold(self.small_font))
        widest = max((metrics.horizontalAdvance(lane.text) for lane in self.lanes), default=0)
        return self.span.left - GAP - widest - GAP

    def row_rect(self, strip: int) -> QRectF:
        """A formula's row, from the left edge of the widget to the strip's end."""
        height = self.tops[strip + 1] - self.tops[strip] - LANE_GAP
        return QRectF(0.0, self.tops[strip], self.span.left + self.span.width, height)

    def head_rect(self, strip: int) -> QRectF:
        """A formula's words, left of the plots."""
        row = self.row_rect(strip)
        row.setRight(self.words_right + GAP / 2.0)
        return row

    def lane_rect(self, strip: int, lane: int) -> QRectF:
        """A lane of a formula; empty for one that has no room."""
        row, layout = self.row_rect(strip), self.layout
        if lane not in self.shown_lanes:
            return QRectF()
        share = row.height() / layout.lanes
        middle = row.top() + (self.shown_lanes.index(lane) + 0.5) * share
        return QRectF(self.span.left, middle - layout.lane / 2.0, self.span.width, layout.lane)

    def labelled(self, lane: QRectF) -> QRectF:
        """A lane with its name left of it."""
        return lane.adjusted(self.words_right + GAP / 2.0 + 1.0 - lane.left(), 0.0, 0.0, 0.0)

    # -- the legend ---------------------------------------------------------------------------------

    def draw_head(self, painter: QPainter, index: int, reading: Reading | None, *, shaded: bool) -> None:
        """A formula's line sample, title, verdict and value."""
        strip, area = self.strips[index], self.head_rect(index)
        if shaded and strip.bands:
            painter.fillRect(area, blend(self.theme.accent, self.theme.background, CHOSEN))
        two_lines = bool(strip.bands) and not self.compact
        first = QRectF(SIDE, area.top(), self.words_right - SIDE, self.layout.line)
        start = QPointF(SIDE, first.center().y())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_sample(painter, strip.style, start, SWATCH, self.theme, exact=strip.exact)
        second = first.translated(0.0, self.layout.line) if two_lines else QRectF(first)
        value = "" if reading is None else reading.value
        wide = QFontMetrics(bold(self.font)).horizontalAdvance(value)
        painter.setPen(self.theme.text)
        painter.setFont(bold(self.font))
        painter.drawText(second, RIGHT, value)
        title = QRectF(first)
        title.setLeft(SIDE + SWATCH + GAP)
        if not two_lines:
            mark = MARK + GAP if reading is not None and strip.bands else 0.0
            title.setRight(title.right() - wide - GAP - mark)
        else:
            title.setRight(self.span.left - 2.0 * GAP if not self.lanes else self.words_right)
        self._write(painter, strip.title, title)
        if reading is not None and strip.bands:
            second.setRight(second.right() - wide - GAP)
            self._draw_verdict(painter, reading, second, with_words=two_lines)

    def _write(self, painter: QPainter, words: str, room: QRectF) -> None:
        """A formula in the panel's font, in a smaller one, without its argument, or shortened."""
        without = words.replace("(z)", "")
        text = without
        for font, text in ((self.font, words), (self.small_font, words), (self.small_font, without)):
            painter.setFont(font)
            if painter.fontMetrics().horizontalAdvance(text) <= room.width():
                break
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(room.width()))
        painter.drawText(room, LEFT, shown)

    def _draw_verdict(self, painter: QPainter, reading: Reading, room: QRectF, *, with_words: bool) -> None:
        verdict = verdict_of(reading)
        if not with_words:
            room.setLeft(room.right() - MARK)
        mark = QRectF(room.left() + (SWATCH - MARK) / 2.0 if with_words else room.left(), 0.0, MARK, MARK)
        mark.moveTop(room.center().y() - MARK / 2.0)
        draw_mark(painter, verdict.mark, mark, self.theme.dark)
        if with_words:
            room.setLeft(SIDE + SWATCH + GAP)
            painter.setFont(self.small_font)
            metrics = painter.fontMetrics()
            words = metrics.elidedText(verdict.words, Qt.TextElideMode.ElideRight, max(int(room.width()), 0))
            painter.drawText(room, LEFT, words)

    # -- lanes --------------------------------------------------------------------------------------

    def draw_lane(self, painter: QPainter, index: int, at: int) -> None:
        """One target's failures of a formula."""
        strip, lane, rect, theme = self.strips[index], self.lanes[at], self.lane_rect(index, at), self.theme
        painter.fillRect(rect, blend(theme.grid, theme.background, 0.45))
        painter.setFont(bold(self.small_font) if lane.own else self.small_font)
        painter.setPen(theme.text if lane.own else theme.muted)
        painter.drawText(QRectF(0, rect.top(), rect.left() - GAP, rect.height()), RIGHT, lane.text)
        painter.setFont(self.small_font)
        painter.setOpacity(1.0 if self.settled else UNSETTLED)
        for band in joined(strip.bands[at], self.span.hides):
            draw_band(painter, band, rect, strip.format, self.span, self.theme)
        painter.setOpacity(1.0)
        if not strip.bands[at]:
            painter.setPen(theme.muted)
            words = lane_words(strip, ())
            if painter.fontMetrics().horizontalAdvance(words) <= rect.width():
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)

    def draw_key(self, painter: QPainter, regimes: Sequence[Regime], until: float) -> None:
        """What each hatch means, in the strip of the form that has no failures."""
        painter.setFont(self.small_font)
        metrics = painter.fontMetrics()
        x, row = self.span.left, self.row_rect(0)
        for regime in regimes:
            chip = QRectF(x, row.center().y() - CHIP / 2, 18.0, CHIP)
            name = regime_name(regime)
            words = QRectF(chip.right() + 5.0, row.top(), metrics.horizontalAdvance(name) + 2.0, row.height())
            if words.right() > until:
                return
            fill_regime(painter, regime, chip, self.theme)
            painter.setPen(self.theme.muted)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, name)
            x = words.right() + 14.0

    def draw_cursor(self, painter: QPainter, logit: float) -> None:
        """The crosshair across the lanes."""
        painter.setPen(QPen(self.theme.text, 1.0))
        x = self.span.to_pixel(logit)
        for index, strip in enumerate(self.strips):
            if strip.bands and self.shown_lanes:
                first, last = (self.lane_rect(index, self.shown_lanes[at]) for at in (0, -1))
                painter.drawLine(QPointF(x, first.top()), QPointF(x, last.bottom()))


def lane_words(strip: Strip, bands: tuple[Band, ...]) -> str:
    """What a lane shows, in words."""
    if strip.covered:
        return covered_words()
    if not strip.searched:
        return QCoreApplication.translate("strip", "looking for where it fails…")
    return sentence(joined(bands), strip.format)


def draw_band(
    painter: QPainter, band: Band, rect: QRectF, fmt: Format, span: LogitSpan, theme: PlotTheme
) -> None:
    """A stretch of failures, with its name and reach where there is room."""
    if band.stop < span.low or band.start > span.high:
        return
    left, right = span.stretch(band.start, band.stop)
    area = QRectF(left, rect.top(), max(right - left, 1.5), rect.height())
    fill_regime(painter, band.regime, area, theme)
    metrics = painter.fontMetrics()
    name = regime_name(band.regime)
    for text in (f"{name}  {reach_text(band, fmt)}", name):
        width = metrics.horizontalAdvance(text)
        if width + 12.0 <= area.width():
            plate = QRectF(0, area.top(), width + 8.0, area.height())
            plate.moveCenter(area.center())
            painter.fillRect(plate, regime_fill(band.regime, theme.dark))
            painter.setPen(theme.text)
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
            return
