"""One plot over the logit: curves, shades, samples and a crosshair, with ranges under our control."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QPen
from PySide6.QtWidgets import QWidget

from gui.plots.axes import axis_items
from gui.plots.curve_item import CurveItem
from gui.plots.curve_points import drawable
from gui.plots.logit_span import HIGHEST, LogitSpan
from gui.plots.marks import Curve, Sample
from gui.plots.overlays import NoteItem, ShadeItem
from gui.plots.plot_theme import PlotTheme, blend

GUTTER = 58
"""Pixels left of every plot, rail and lane; fixed, so that they align."""

FOOT = 38
"""Pixels below every plot, for ticks and the axis' name."""

RIGHT_ROOM = 14
"""Pixels to the right, for half of the last tick's number."""

FADED = 0.5
"""Share of the background in the curves of a target that the selected row does not have."""

ROAD = 6.0
"""Width of the exact curve: formulas run on it while they are right and leave it where they are wrong."""

APART = 3.0
"""Pixels between a formula's marker and the true one from which on both are drawn."""

NARROWEST = 1e-12
"""Logits across the view at the closest zoom; float64 has no finer pixels near 1 (QT.md 1.2)."""

KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
"""Ways to come here that call for a visible focus."""

KEY_ZOOM = 1.25
"""Zoom of one key press."""


class LogitViewBox(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph is untyped
    """A view box whose wheel zooms the logit, with Ctrl both axes; a double click shows the whole."""

    whole_asked = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.disableAutoRange()
        self.setLimits(
            xMin=-HIGHEST, xMax=HIGHEST, yMin=-HIGHEST, yMax=HIGHEST, minXRange=NARROWEST, minYRange=1e-300
        )

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        both = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        super().wheelEvent(event, axis if axis is not None or both else self.XAxis)

    def mouseClickEvent(self, event: Any) -> None:
        if event.double() and event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.whole_asked.emit()


class LogitPlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph is untyped
    """A value against the logit. Told what to draw; emits where the user looks."""

    view_changed = Signal()
    """The visible range or its size in pixels."""
    whole_asked = Signal()
    cursor_moved = Signal(object)
    """The logit below the pointer as a float, None when it leaves."""
    menu_asked = Signal(object)
    """Where a context menu is asked for, as a global QPoint."""

    def __init__(self, theme: PlotTheme, parent: QWidget | None = None) -> None:
        self._box = LogitViewBox()
        super().__init__(parent=parent, viewBox=self._box, axisItems=axis_items())
        self._theme = theme
        self._curves: dict[tuple[int, str], CurveItem] = {}
        self._shown: dict[tuple[int, str], Curve] = {}
        self._held = (0.0, 0.0)
        self._others_at = np.empty((2, 0))
        item = self.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.getAxis("left").setWidth(GUTTER)
        item.getAxis("bottom").setHeight(FOOT)
        item.layout.setContentsMargins(0, 1, RIGHT_ROOM, 0)
        self.shades = ShadeItem(self._box, theme)
        self.notes = NoteItem(self._box, theme)
        self._others = pg.ScatterPlotItem(pxMode=True, size=6)
        self._selected = pg.ScatterPlotItem(pxMode=True, size=11)
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._line.hide()
        for depth, extra in ((40, self._others), (50, self._selected), (60, self._line)):
            extra.setZValue(depth)
            self.addItem(extra, ignoreBounds=True)
        self._box.sigRangeChanged.connect(self._tell_view)
        self._box.sigResized.connect(self._tell_view)
        self._box.whole_asked.connect(self.whole_asked)
        self.scene().sigMouseMoved.connect(self._track)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.recolour(theme)

    # -- range --------------------------------------------------------------------------------------

    @property
    def span(self) -> LogitSpan:
        """The visible logits and their pixels in this widget."""
        (low, high), _ = self._box.viewRange()
        scene = self._box.sceneBoundingRect()
        return LogitSpan(float(low), float(high), scene.left(), max(scene.width(), 1.0))

    @property
    def headroom(self) -> float:
        """The share of the height that the shaded regions' names take up."""
        return min(self.shades.name_height / max(float(self._box.height()), 1.0), 0.4)

    @property
    def value_span(self) -> tuple[float, float]:
        """The visible values."""
        _, (low, high) = self._box.viewRange()
        return float(low), float(high)

    def show_range(self, logits: tuple[float, float], values: tuple[float, float]) -> None:
        """Show just this."""
        if ((self.span.low, self.span.high), self.value_span) != (logits, values):
            self._box.setRange(xRange=logits, yRange=values, padding=0.0, disableAutoRange=True)

    def zoom(self, factor: float) -> None:
        """Make the visible logits `factor` times as many about their middle."""
        self._box.scaleBy(x=factor)

    # -- content ------------------------------------------------------------------------------------

    def show_curves(self, curves: Sequence[Curve]) -> None:
        """Draw these and no others; items are kept from one call to the next."""
        wanted = {curve.key: curve for curve in curves}
        for key in [key for key in self._curves if key not in wanted]:
            self.removeItem(self._curves.pop(key))
        held = self.value_span == self._held
        low, high = self._held = self.value_span
        for key, curve in wanted.items():
            item = self._curves.get(key)
            before = self._shown.get(key)
            if item is None:
                item = self._curves[key] = CurveItem(bold=curve.own and not curve.exact)
                self.addItem(item, ignoreBounds=True)
            if before is None or (before.own, before.style) != (curve.own, curve.style):
                self._dress(item, curve)
            if curve is not before or not held:
                item.show_points(curve.logits, drawable(curve.values, low, high))
        self._shown = wanted

    def _dress(self, item: CurveItem, curve: Curve) -> None:
        background = self._theme.background
        if curve.exact:
            share = 0.45 if curve.own else 0.8
            item.draw_as(blend(curve.style.colour, background, share), Qt.PenStyle.SolidLine, ROAD)
            item.setZValue(-20 if curve.own else -30)
            return
        item.bold = curve.own
        colour = curve.style.colour if curve.own else blend(curve.style.colour, background, FADED)
        item.draw_as(colour, curve.style.dash)
        item.setZValue(0 if curve.own else -10)

    def show_samples(
        self, selected: Sequence[Sample], others: tuple[NDArray[np.float64], NDArray[np.float64]]
    ) -> None:
        """Mark the selected row by every formula, and the other rows on the true curve."""
        span, (low, high) = self.span, self.value_span
        spots = [
            self._spot(sample, span, low, high)
            for sample in selected
            if np.isfinite(sample.value) and (sample.exact or self._stands_apart(sample, selected))
        ]
        self._selected.setData(spots)
        logits, values = others
        inside = np.isfinite(values) & (logits >= span.low) & (logits <= span.high)
        places = np.stack((logits[inside], np.clip(values[inside], low, high)))
        if not np.array_equal(places, self._others_at):  # an edit of the selected row leaves them alone
            self._others_at = places
            self._others.setData(*places)

    def _stands_apart(self, sample: Sample, all_samples: Sequence[Sample]) -> bool:
        """Whether a formula's marker would not just cover the true value's."""
        low, high = self.value_span
        a_pixel = (high - low) / max(self._box.height(), 1.0)
        truths = [each.value for each in all_samples if each.exact]
        return not any(abs(sample.value - truth) < APART * a_pixel for truth in truths)

    def _spot(self, sample: Sample, span: LogitSpan, low: float, high: float) -> dict[str, Any]:
        """A marker; where the sample is out of view, an arrow at the edge that points to it."""
        symbol = sample.style.marker
        x, y = sample.logit, sample.value
        if y > high or y < low:
            symbol = "t1" if y > high else "t"
        if x < span.low or x > span.high:
            symbol = "t3" if x < span.low else "t2"
        return {
            "pos": (min(max(x, span.low), span.high), min(max(y, low), high)),
            "symbol": symbol,
            "size": 13 if sample.exact else 10,
            "brush": pg.mkBrush(self._theme.background if sample.exact else sample.style.colour),
            "pen": pg.mkPen(self._theme.text if sample.exact else self._theme.background, width=1),
        }

    def set_cursor_logit(self, logit: float | None) -> None:
        """Show or hide the crosshair."""
        if logit is None:
            self._line.hide()
        else:
            self._line.setValue(logit)
            self._line.show()

    def recolour(self, theme: PlotTheme) -> None:
        """Follow a theme; the curves come in their new colours with the next `show_curves`."""
        self._theme = theme
        self.setBackground(theme.background)
        for name in ("left", "bottom"):
            self.getPlotItem().getAxis(name).recolour(theme.grid.darker(115), theme.muted)
        self.shades.recolour(theme)
        self.notes.recolour(theme)
        self._line.setPen(QPen(theme.muted, 0))
        self._others.setBrush(pg.mkBrush(theme.muted))
        self._others.setPen(pg.mkPen(theme.background))
        for key, curve in self._shown.items():
            self._dress(self._curves[key], curve)

    def set_labels(self, logit: str, value: str) -> None:
        """Name the axes."""
        for name, text in (("bottom", logit), ("left", value)):
            axis = self.getPlotItem().getAxis(name)
            if axis.labelText != text:  # setting a label lays the whole plot out again
                axis.setLabel(text)

    @property
    def curves(self) -> dict[tuple[int, str], Curve]:
        """What is drawn, by lane and formula."""
        return dict(self._shown)

    def pixel_of(self, logit: float, value: float) -> QPointF:
        """Where a point stands in this widget."""
        return QPointF(self.mapFromScene(self._box.mapViewToScene(QPointF(logit, value))))

    def _mark_focus(self, *, focused: bool) -> None:
        self._box.setBorder(pg.mkPen(self._theme.muted, width=1) if focused else None)

    # -- events -------------------------------------------------------------------------------------

    def _tell_view(self) -> None:
        self.view_changed.emit()

    def _track(self, position: QPointF) -> None:
        if self._box.sceneBoundingRect().contains(position):
            self.cursor_moved.emit(self.span.to_logit(position.x()))
        else:
            self.cursor_moved.emit(None)

    def leaveEvent(self, event: QEvent) -> None:
        self.cursor_moved.emit(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._mark_focus(focused=event.reason() in KEYBOARD)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._mark_focus(focused=False)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()
        self.menu_asked.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Home, Qt.Key.Key_0):
            self.whole_asked.emit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1.0 / KEY_ZOOM)
        elif key == Qt.Key.Key_Minus:
            self.zoom(KEY_ZOOM)
        else:
            super().keyPressEvent(event)
