"""The picture: all curves along z with the marker on them, the legend, and one loss's strip."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine import ROUTES, Format
from gui.all_four.curves_content import RouteCurves, bands_of, drawn_formulas, fitted
from gui.all_four.legend import Legend
from gui.all_four.marker_drag import MarkerDrag, MarkerKeys
from gui.all_four.state import Shown
from gui.all_four.strip_line import StripLine
from gui.plots.content.marks import Curve
from gui.plots.content.quantities import PlotKind
from gui.plots.panel.plot_section import PlotSection
from gui.plots.parts.joined import joined
from gui.plots.parts.later import later
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.parts.room import scaled
from gui.plots.parts.words import float_text, value_text
from gui.plots.scales.logit_span import workable
from gui.plots.tools.gestures import Gestures

LEAST = 108
"""Pixels of its height at the least."""


class CurvesView(QWidget):
    """Draws a sample's curves; asks for another z where the marker is dragged."""

    z_asked = Signal(float, object)
    """Another z, and the gesture it belongs to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Shown | None = None
        self._reach = 40.0
        self._curves = RouteCurves()
        self._whole = True
        self._fitted: object = None
        self.shaded = ROUTES[0].key
        self.legend = Legend(self)
        self.section = PlotSection(PlotKind.LOSS, self)
        self.section.caption.hide()
        self.plot = self.section.plot
        self.plot.setAccessibleName(self.tr("Loss of all four along z"))
        self.plot.viewport().setAccessibleName(self.plot.accessibleName())
        self.plot.set_names((self.tr("loss"),))
        self.strip = StripLine(self.legend.width(), self)
        self.drag = MarkerDrag(self._marker, self.z_asked.emit)
        self.gestures = Gestures(self.plot, (self.drag,))
        self.gestures.ended.connect(self._let_go)
        self._keys = MarkerKeys(self.plot, self._marker, self.z_asked.emit, self._format, self._edges)
        self._following = later(self, self._follow_view)
        self._lay_out()
        self.plot.view_changed.connect(self._following.start)
        self.plot.whole_asked.connect(self.show_whole)
        self.strip.chosen.connect(self.shade)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(0)
        beside = QHBoxLayout()
        beside.setSpacing(0)
        beside.addWidget(self.legend)
        beside.addWidget(self.section, 1)
        column.addLayout(beside, 1)
        column.addWidget(self.strip)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)

    def minimumSizeHint(self) -> QSize:
        return QSize(480, scaled(LEAST, self.font()))

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    # -- what tools ask -----------------------------------------------------------------------------

    def _marker(self) -> float | None:
        return None if self._shown is None else self._shown.z

    def _format(self) -> Format:
        assert self._shown is not None
        return self._shown.sample.format

    def _edges(self) -> list[float]:
        if self._shown is None:
            return []
        sample = self._shown.sample
        bands = joined(bands_of(sample, self.shaded))
        ends = [end for band in bands for end in (band.start, band.stop)]
        return [end for end in ends if abs(end) < sample.format.max]

    # -- drawing ------------------------------------------------------------------------------------

    def show_sample(self, shown: Shown, reach: float) -> None:
        """Draw a sample's curves and its marker."""
        before, self._shown = self._shown, shown
        reaches = reach != self._reach
        self._reach = reach
        if before is None or reaches:
            self._whole = True
        if self._whole and not self.gestures.active:
            self._fit()
        self._draw()

    def shade(self, key: str) -> None:
        """Show where this route fails."""
        self.shaded = key
        self._draw()

    def show_whole(self) -> None:
        """Go back to the range that shows every edge."""
        self._whole, self._fitted = True, None
        self._fit()
        self._draw()

    def draw_alone(self) -> None:
        """Leave away what only a window can use."""
        self.strip.draw_alone()

    def settle(self, other: CurvesView) -> None:
        """Fit at once, or show what another one shows where its user has zoomed."""
        self._fitted = None
        self._whole = other._whole
        if self._whole:
            self._fit()
        else:
            span = other.plot.span
            self.plot.show_places((span.start, span.stop), other.plot.value_span, span.scale)
        self._draw()

    def _fit(self) -> None:
        shown = self._shown
        if shown is None:
            return
        # The curves depend on the visible logits, and the visible values on the curves.
        asked = (shown.sample.target, shown.sample.format, shown.sample.feedings, self._reach, self._size())
        if asked == self._fitted:
            return
        self._fitted = asked
        self.plot.show_range((-self._reach, self._reach), self.plot.value_span)
        values = fitted(self._swept(), self.plot.headroom)
        self.plot.show_range((-self._reach, self._reach), values)

    def _size(self) -> tuple[int, int]:
        return self.plot.width(), self.plot.height()

    def _swept(self) -> tuple[Curve, ...]:
        assert self._shown is not None
        ratio = self.devicePixelRatioF()
        return self._curves.curves(self._shown.sample, self.plot.span, ratio, self.plot.theme.dark)

    def _draw(self) -> None:
        shown = self._shown
        if shown is None:
            return
        sample, span = shown.sample, self.plot.span
        self.section.set_span(span)
        origin = self.section.mapTo(self, self.section.rect().topLeft()).x()
        inside = self.strip.strip.x()
        self.strip.set_span(replace(span, left=span.left + origin - inside))
        self.section.show_content(
            self._curves.content(shown, self._swept(), self.shaded, self.plot.theme.dark)
        )
        self.plot.set_cursor_logit(shown.z)
        self.strip.strip.set_cursor_logit(shown.z)
        self.strip.show_bands(self.shaded, bands_of(sample, self.shaded), sample.format)
        title = self.tr("Loss along z, y = {target}").format(target=value_text(sample.target))
        self.legend.show_formulas(title, drawn_formulas(sample))
        self.plot.setAccessibleDescription(self._described(shown))

    def _described(self, shown: Shown) -> str:
        if shown.z is None:
            return self.tr("No z, no marker.")
        z = float_text(shown.z, shown.sample.format)
        return self.tr(
            "The marker is at z = {z}. Arrows move it a pixel, with Ctrl a float, with Shift ten pixels; "
            "Page up and Page down from edge to edge."
        ).format(z=z)

    def _follow_view(self) -> None:
        """Sample anew after a zoom or a resize."""
        if self._shown is None:
            return
        span = self.plot.span
        ends = (round(span.low, 9), round(span.high, 9))
        self._whole = ends == (-self._reach, self._reach)
        if self._whole:
            self._fit()
        else:
            held = workable(span, self._shown.sample.format)
            self.plot.show_places((held.start, held.stop), self.plot.value_span, held.scale)
        self._draw()

    def _let_go(self) -> None:
        if self._whole:
            self._fit()
            self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            theme = PlotTheme.of(self.palette())
            if theme != self.plot.theme:
                self.plot.recolour(theme)
                self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._following.start()
