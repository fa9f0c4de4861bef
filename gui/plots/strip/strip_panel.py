"""Below the plots: every formula with its value and verdict in the selected row, and where it fails.

Each formula has one row: at the left, its line sample, title, verdict and value; aligned with the plots,
one lane a target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from engine import Regime
from gui.plots.content.marks import LaneLabel, Reading, Strip
from gui.plots.scales.aligned import AlignedWidget
from gui.plots.strip.strip_paint import StripLayout, StripPaint, lane_words

ALWAYS_KEYED = frozenset(
    {Regime.LOSING_DIGITS, Regime.UNDERFLOWED, Regime.CLAMPED, Regime.INFINITE, Regime.NAN}
)
"""The failures that the key always explains; the rarer ones where a lane has them."""


class StripPanel(AlignedWidget):
    """Lanes, swatches and values, aligned with the plots above."""

    formula_chosen = Signal(str)
    """The key of the formula whose failures the plot is to shade."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strips: tuple[Strip, ...] = ()
        self._lanes: tuple[LaneLabel, ...] = ()
        self.readings: dict[str, Reading] = {}
        self._settled = True
        self._shaded = ""
        self._corner: QWidget | None = None
        self._made: StripPaint | None = None
        self._compact = False
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Failures of every formula along the logit"))

    def set_corner(self, widget: QWidget) -> None:
        """Put a control at the right end of the first line."""
        widget.setParent(self)
        self._corner = widget
        self._place_corner()

    def _place_corner(self) -> None:
        corner = self._corner
        if corner is not None:
            size = corner.sizeHint()
            corner.setGeometry(self.width() - size.width() - 2, 0, size.width(), self._layout.line + 4)

    # -- what is shown ------------------------------------------------------------------------------

    def show_strips(
        self, strips: Sequence[Strip], lanes: Sequence[LaneLabel], *, settled: bool = True
    ) -> None:
        """Show these formulas (or formats) and lanes; dimmed while bands are being looked for anew."""
        state = (tuple(strips), tuple(lanes), settled)
        if state == (self.strips, self._lanes, self._settled):
            return
        before = self._layout.height
        self.strips, self._lanes, self._settled = state
        self.setAccessibleDescription(self._described())
        self.renew()
        if self._layout.height != before:
            self.updateGeometry()

    def show_readings(self, readings: dict[str, Reading]) -> None:
        """Show every formula's value at one logit."""
        if readings == self.readings:
            return
        self.readings = dict(readings)
        for index in range(len(self.strips)):  # the lanes and the key stay as they are
            self.update(self._paint.head_rect(index).toAlignedRect())

    def set_compact(self, compact: bool) -> None:
        """Show the row's own target alone, on one line a formula, or every target again."""
        if compact != self._compact:
            self._compact = compact
            self.renew()
            self.updateGeometry()

    def height_if(self, *, compact: bool) -> int:
        """How high it is with the row's own target alone, or with all."""
        return replace(self._paint, compact=compact).layout.height

    def set_shaded(self, key: str) -> None:
        """Mark the formula whose failures the plot shades."""
        if key != self._shaded:
            self._shaded = key
            self.update()

    def _described(self) -> str:
        """Everything in words, for those who cannot see it."""
        parts = []
        for strip in self.strips:
            if strip.bands:
                lanes = "; ".join(
                    f"{lane.text}: {lane_words(strip, bands)}"
                    for lane, bands in zip(self._lanes, strip.bands, strict=True)
                )
                parts.append(f"{strip.title}: {lanes}.")
        return " ".join(parts)

    # -- geometry -----------------------------------------------------------------------------------

    @property
    def _paint(self) -> StripPaint:
        if self._made is None:
            self._made = StripPaint(
                self.strips,
                self._lanes,
                self.span,
                self.theme,
                self.font(),
                self._settled,
                self._compact,
            )
        return self._made

    @property
    def _layout(self) -> StripLayout:
        return self._paint.layout

    def _keyed(self) -> tuple[Regime, ...]:
        present = {band.regime for strip in self.strips for lane in strip.bands for band in lane}
        return tuple(regime for regime in Regime if regime in ALWAYS_KEYED or regime in present)

    def renew(self) -> None:
        self._made = None
        self.update()

    def lane_rect(self, key: str, lane: int) -> QRectF:
        """Where a lane is drawn."""
        index = next(index for index, strip in enumerate(self.strips) if strip.key == key)
        return self._paint.lane_rect(index, lane)

    def _strip_at(self, y: float) -> Strip | None:
        ends = self._paint.tops[1:]
        return next((strip for strip, end in zip(self.strips, ends, strict=True) if y < end), None)

    # -- Qt -----------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(320, self._layout.height)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self._layout.height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_corner()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.renew()
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, paint, exposed = QPainter(self), self._paint, event.region()
        painter.fillRect(event.rect(), self.theme.background)
        for index, strip in enumerate(self.strips):
            if exposed.intersects(paint.head_rect(index).toAlignedRect()):
                shaded = strip.key == self._shaded
                paint.draw_head(painter, index, self.readings.get(strip.key), shaded=shaded)
            for at in paint.shown_lanes if strip.bands else ():
                if exposed.intersects(paint.labelled(paint.lane_rect(index, at)).toAlignedRect()):
                    paint.draw_lane(painter, index, at)
        if self.strips and not self.strips[0].bands and event.rect().right() > self.span.left:
            until = self.width() if self._corner is None else self._corner.x() - 4
            paint.draw_key(painter, self._keyed(), until)
        if self.cursor_logit is not None and self.span.shows(self.cursor_logit):
            paint.draw_cursor(painter, self.cursor_logit)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        strip = self._strip_at(event.position().y())
        if event.button() is Qt.MouseButton.LeftButton and strip is not None and not strip.exact:
            self.formula_chosen.emit(strip.key)
        super().mousePressEvent(event)

    def tip_at(self, place: QPointF) -> str:
        strip = self._strip_at(place.y())
        if strip is None or not strip.bands:
            return ""
        lines = [strip.title]
        for lane, bands in zip(self._lanes, strip.bands, strict=True):
            lines.append(f"{lane.text}: {lane_words(strip, bands)}")
        lines.append(self.tr("Click to shade these in the plot."))
        return "\n".join(lines)
