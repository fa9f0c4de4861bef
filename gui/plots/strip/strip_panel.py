"""The heat strip below the plots: every formula, every lane, where it fails and in which way.

It is the legend and the readout as well. Each formula has a line with its swatch, its title and its
value at the crosshair (or at the selected sample), and below it one lane a target.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine import Regime
from gui.plots.content.marks import LaneLabel, Reading, Strip
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.parts.words import sentence
from gui.plots.scales.logit_span import LogitSpan
from gui.plots.strip.strip_layout import StripLayout
from gui.plots.strip.strip_paint import StripPaint

FAILURES = tuple(regime for regime in Regime if regime is not Regime.EXACT)


class StripPanel(QWidget):
    """Lanes, swatches and values, aligned with the plots above."""

    formula_chosen = Signal(str)
    """The key of the formula whose failures the plot is to shade."""

    def __init__(self, theme: PlotTheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._span = LogitSpan(-1.0, 1.0, 0.0, 1.0)
        self._strips: tuple[Strip, ...] = ()
        self._lanes: tuple[LaneLabel, ...] = ()
        self._readings: dict[str, Reading] = {}
        self._settled = True
        self._shaded = ""
        self._cursor: float | None = None
        self._corner: QWidget | None = None
        self._made: StripPaint | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
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
            corner.setGeometry(self.width() - size.width() - 2, 1, size.width(), self._layout.head + 3)

    # -- what is shown ------------------------------------------------------------------------------

    def show_strips(
        self, strips: Sequence[Strip], lanes: Sequence[LaneLabel], *, settled: bool = True
    ) -> None:
        """Show these formulas (or formats) and lanes; dimmed while bands are being looked for anew."""
        state = (tuple(strips), tuple(lanes), settled)
        if state == (self._strips, self._lanes, self._settled):
            return
        before = self._layout.height
        self._strips, self._lanes, self._settled = state
        self.setAccessibleDescription(self._described())
        self._renew()
        if self._layout.height != before:
            self.updateGeometry()

    def show_readings(self, readings: dict[str, Reading]) -> None:
        """Show every formula's value at one logit."""
        if readings == self._readings:
            return
        self._readings = dict(readings)
        for top in self._paint.tops[:-1]:  # the lanes and the key stay as they are
            self.update(0, int(top), self.width(), self._layout.head)

    def set_shaded(self, key: str) -> None:
        """Mark the formula whose failures the plot shades."""
        if key != self._shaded:
            self._shaded = key
            self.update()

    def set_span(self, span: LogitSpan) -> None:
        """Align with the plots."""
        if span != self._span:
            self._span = span
            self._renew()

    def set_cursor_logit(self, logit: float | None) -> None:
        """Continue the crosshair."""
        if logit != self._cursor:
            self._cursor = logit
            self.update()

    def recolour(self, theme: PlotTheme) -> None:
        """Follow a theme."""
        self._theme = theme
        self._renew()

    @property
    def strips(self) -> tuple[Strip, ...]:
        """The formulas shown."""
        return self._strips

    @property
    def readings(self) -> dict[str, Reading]:
        """The values shown, by formula."""
        return dict(self._readings)

    def _described(self) -> str:
        """Everything in words, for those who cannot see it."""
        parts = []
        for strip in self._strips:
            if strip.bands:
                lanes = "; ".join(
                    f"{lane.text}: {sentence(bands, strip.format)}"
                    for lane, bands in zip(self._lanes, strip.bands, strict=True)
                )
                parts.append(f"{strip.title}: {lanes}.")
        return " ".join(parts)

    # -- geometry -----------------------------------------------------------------------------------

    @property
    def _paint(self) -> StripPaint:
        if self._made is None:
            self._made = StripPaint(
                self._strips, self._lanes, self._span, self._theme, self.font(), self._settled
            )
        return self._made

    @property
    def _layout(self) -> StripLayout:
        return self._paint.layout

    def _renew(self) -> None:
        self._made = None
        self.update()

    def lane_rect(self, key: str, lane: int) -> QRectF:
        """Where a lane is drawn.

        Raises
        ------
        KeyError
            If the formula is not shown.
        """
        for index, strip in enumerate(self._strips):
            if strip.key == key:
                return self._paint.lane_rect(index, lane)
        raise KeyError(key)

    def _strip_at(self, y: float) -> Strip | None:
        ends = self._paint.tops[1:]
        return next((strip for strip, end in zip(self._strips, ends, strict=True) if y < end), None)

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
            self._renew()
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, paint, exposed = QPainter(self), self._paint, event.region()
        painter.fillRect(event.rect(), self._theme.background)
        for index, strip in enumerate(self._strips):
            if exposed.intersects(paint.head_rect(index).toAlignedRect()):
                shaded = strip.key == self._shaded
                paint.draw_head(painter, index, self._readings.get(strip.key), shaded=shaded)
            for at in range(len(self._lanes) if strip.bands else 0):
                lane = paint.lane_rect(index, at).toAlignedRect()
                if exposed.intersects(lane.adjusted(-lane.left(), 0, 0, 0)):
                    paint.draw_lane(painter, index, at)
        below = round(paint.tops[-1])
        if exposed.intersects(QRect(0, below, self.width(), self.height() - below)):
            paint.draw_key(painter, FAILURES)
        if self._cursor is not None and self._span.shows(self._cursor):
            paint.draw_cursor(painter, self._cursor)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        strip = self._strip_at(event.position().y())
        if event.button() is Qt.MouseButton.LeftButton and strip is not None and not strip.exact:
            self.formula_chosen.emit(strip.key)
        super().mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            strip = self._strip_at(event.pos().y())
            QToolTip.showText(event.globalPos(), self._tip(strip), self)
            return True
        return super().event(event)

    def _tip(self, strip: Strip | None) -> str:
        if strip is None or not strip.bands:
            return ""
        lines = [strip.title]
        for lane, bands in zip(self._lanes, strip.bands, strict=True):
            lines.append(f"{lane.text}: {sentence(bands, strip.format)}")
        lines.append(self.tr("Click to shade these in the plot."))
        return "\n".join(lines)
