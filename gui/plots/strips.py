"""The heat strip below the plots: every formula, every lane, where it fails and in which way.

It is the legend and the readout as well. Each formula has a line with its swatch, its title and its
value at the crosshair (or at the selected sample), and below it one lane a target.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine import Band, Format, Regime
from gui.plots.logit_span import LogitSpan
from gui.plots.marks import LaneLabel, Reading, Strip
from gui.plots.plot_theme import PlotTheme, blend
from gui.plots.regime_paint import fill_regime, regime_tint
from gui.plots.strip_layout import StripLayout
from gui.plots.words import reach_text, sentence
from gui.services.colours import regime_name

SWATCH = 30
GAP = 8
TINT, HATCH, PLATE = 0.55, 0.15, 0.8
"""Shares of the background in a lane's colour, in its hatch, and below the words in it."""


UNSETTLED = 0.4
"""Opacity of bands whose edges belong to the problem before the last edit."""

WIDEST_VALUE = "\N{MINUS SIGN}0.000000e\N{MINUS SIGN}00"
"""Room for the widest value, so that nothing moves while the crosshair does."""


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
        self._strips, self._lanes, self._settled = state
        self.setAccessibleDescription(self._described())
        self.updateGeometry()
        self.update()

    def show_readings(self, readings: dict[str, Reading]) -> None:
        """Show every formula's value at one logit."""
        if readings == self._readings:
            return
        self._readings = dict(readings)
        for top in self._layout.tops:  # the lanes stay as they are
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
    def _layout(self) -> StripLayout:
        return StripLayout(
            bare=tuple(not strip.bands for strip in self._strips),
            lanes=len(self._lanes),
            head=QFontMetrics(self.font()).height() + 1,
            lane=QFontMetrics(self._small_font()).height(),
        )

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(6.5, font.pointSizeF() * 0.82))
        return font

    def lane_rect(self, key: str, lane: int) -> QRectF:
        """Where a lane is drawn.

        Raises
        ------
        KeyError
            If the formula is not shown.
        """
        for index, strip in enumerate(self._strips):
            if strip.key == key:
                top = self._layout.lane_top(index, lane)
                return QRectF(self._span.left, top, self._span.width, self._layout.lane)
        raise KeyError(key)

    def _strip_at(self, y: float) -> Strip | None:
        ends = self._layout.tops[1:]
        return next((strip for strip, end in zip(self._strips, ends, strict=True) if y < end), None)

    # -- painting -----------------------------------------------------------------------------------

    def _paint_head(self, painter: QPainter, strip: Strip, top: float) -> None:
        left, height = self._span.left, self._layout.head
        middle = top + height / 2
        pen = QPen(strip.style.colour, 6.0 if strip.exact else 2.0, strip.style.dash)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(left, middle), QPointF(left + SWATCH, middle))
        metrics = painter.fontMetrics()
        title = QRectF(left + SWATCH + GAP, top, self._title_width(metrics), height)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setPen(self._theme.text)
        painter.drawText(title, flags, strip.title)
        reading = self._readings.get(strip.key)
        if reading is not None:
            rest = QRectF(title.right() + GAP, top, left + self._span.width - title.right() - GAP, height)
            self._paint_reading(painter, reading, rest)
        if strip.key == self._shaded and strip.bands:
            painter.setPen(self._theme.muted)
            right = QRectF(left, top, self._span.width, height)
            painter.drawText(
                right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.tr("shaded above")
            )

    def _title_width(self, metrics: QFontMetrics) -> float:
        return max((metrics.horizontalAdvance(strip.title) for strip in self._strips), default=0) + 4.0

    def _paint_reading(self, painter: QPainter, reading: Reading, rest: QRectF) -> None:
        font = QFont(painter.font())
        font.setBold(True)
        painter.save()
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(WIDEST_VALUE)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(rest.left(), rest.top(), width, rest.height()), flags, reading.value)
        painter.restore()
        if reading.refused:
            words = QRectF(rest.left() + width, rest.top(), rest.width() - width, rest.height())
            painter.drawText(words, flags, self.tr("refused by PyTorch"))
            return
        if reading.regime is Regime.EXACT:
            return
        chip = QRectF(rest.left() + width, rest.center().y() - 5.0, 10.0, 10.0)
        fill_regime(painter, reading.regime, chip, self._theme, tint=TINT, hatch=HATCH)
        words = QRectF(chip.right() + 5.0, rest.top(), rest.right() - chip.right(), rest.height())
        painter.setPen(self._theme.text)
        text = regime_name(reading.regime)
        if reading.bits is not None:
            text = self.tr("{0} ({1} bits)").format(text, f"{reading.bits:.1f}")
        painter.drawText(words, flags, text)

    def _paint_lane(self, painter: QPainter, strip: Strip, index: int) -> None:
        rect = self.lane_rect(strip.key, index)
        theme, lane = self._theme, self._lanes[index]
        painter.fillRect(rect, blend(theme.grid, theme.background, 0.45))
        label = QRectF(0, rect.top(), rect.left() - 8.0, rect.height())
        font = self._small_font()
        font.setBold(lane.own)
        painter.setFont(font)
        painter.setPen(theme.text if lane.own else theme.muted)
        painter.drawText(label, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, lane.text)
        painter.setFont(self._small_font())
        painter.setOpacity(1.0 if self._settled else UNSETTLED)
        for band in strip.bands[index]:
            self._paint_band(painter, band, rect, strip.format)
        painter.setOpacity(1.0)
        if not strip.bands[index]:
            painter.setPen(theme.muted)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, sentence((), strip.format))

    def _paint_band(self, painter: QPainter, band: Band, rect: QRectF, fmt: Format) -> None:
        span = self._span
        if band.stop < span.low or band.start > span.high:
            return
        left, right = span.stretch(band.start, band.stop)
        area = QRectF(left, rect.top(), max(right - left, 1.5), rect.height())
        fill_regime(painter, band.regime, area, self._theme, tint=TINT, hatch=HATCH)
        metrics = painter.fontMetrics()
        name = regime_name(band.regime)
        for text in (f"{name}  {reach_text(band, fmt)}", name):
            width = metrics.horizontalAdvance(text)
            if width + 12.0 <= area.width():
                plate = QRectF(0, area.top(), width + 8.0, area.height())
                plate.moveCenter(area.center())
                painter.fillRect(plate, regime_tint(band.regime, self._theme, PLATE))
                painter.setPen(self._theme.text)
                painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
                return

    def _paint_key(self, painter: QPainter, top: float) -> None:
        """What each hatch means, once for all lanes."""
        metrics = painter.fontMetrics()
        x, height = self._span.left, self._layout.head
        for regime in Regime:
            if regime is Regime.EXACT:
                continue
            chip = QRectF(x, top + height / 2 - 5.0, 18.0, 10.0)
            name = regime_name(regime)
            width = metrics.horizontalAdvance(name)
            fill_regime(painter, regime, chip, self._theme, tint=TINT, hatch=HATCH)
            painter.setPen(self._theme.muted)
            painter.drawText(
                QRectF(chip.right() + 5.0, top, width + 2.0, height), Qt.AlignmentFlag.AlignVCenter, name
            )
            x = chip.right() + 5.0 + width + 16.0

    # -- Qt -----------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(320, self._layout.height)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self._layout.height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_corner()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.background)
        *tops, end = self._layout.tops
        for strip, top in zip(self._strips, tops, strict=True):
            painter.setFont(self.font())
            self._paint_head(painter, strip, top)
            if not strip.bands:
                continue
            for index in range(len(self._lanes)):
                row = self.lane_rect(strip.key, index).toAlignedRect()
                row.setLeft(0)
                if event.region().intersects(row):
                    self._paint_lane(painter, strip, index)
        painter.setFont(self._small_font())
        self._paint_key(painter, end)
        self._paint_cursor(painter)
        painter.end()

    def _paint_cursor(self, painter: QPainter) -> None:
        if self._cursor is None or not self._span.shows(self._cursor):
            return
        painter.setPen(QPen(self._theme.text, 1.0))
        x = self._span.to_pixel(self._cursor)
        for strip in self._strips:
            if strip.bands:
                first, last = self.lane_rect(strip.key, 0), self.lane_rect(strip.key, len(self._lanes) - 1)
                painter.drawLine(QPointF(x, first.top()), QPointF(x, last.bottom()))

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
