"""One plot over the logit: curves, shades, samples and a crosshair, with ranges under our control."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QContextMenuEvent, QFocusEvent, QKeyEvent, QPen
from PySide6.QtWidgets import QWidget

from gui.plots.canvas.curve_layer import CurveLayer
from gui.plots.canvas.free_room import FreeRoom, pixels_of
from gui.plots.canvas.marker_item import MarkerItem, markers_of
from gui.plots.canvas.note_item import NoteItem
from gui.plots.canvas.pixel_items import ShadeItem
from gui.plots.content.marks import Curve, Samples
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.parts.room import scaled
from gui.plots.scales.axes import UPRIGHT_OVERHANG, LogitAxis, ValueAxis
from gui.plots.scales.logit_scale import LINEAR, LogitScale
from gui.plots.scales.logit_span import LogitSpan
from gui.plots.scales.logit_view_box import LogitViewBox
from gui.plots.scales.plot_view import View
from gui.plots.scales.value_scale import ValueScale
from gui.services.speech.roles import RoleInterface, install_roles

AXIS = 66
"""Pixels left of every plot, rail and lane, for the values' axis; the same for all, so that they align."""

FOOT = 21
"""Pixels below the lowest plot, for ticks and their numbers."""

BARE_FOOT = 6
"""Pixels below the others, for ticks alone."""

RIGHT_ROOM = 14
"""Pixels to the right, for half of the last tick's number."""

KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
"""Ways to come here that call for a visible focus."""

KEY_ZOOM = 1.25
"""Zoom of one key press."""


class LogitPlot(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph is untyped
    """A value against the logit. Told what to draw; emits where the user looks.

    A view box between two axes, and not a PlotWidget, which makes a hundred widgets for a menu that this
    plot does not show.
    """

    view_changed = Signal()
    """The visible range or its size in pixels."""
    whole_asked = Signal()
    cursor_moved = Signal(object)
    """The logit below the pointer as a float, None when it leaves."""
    menu_asked = Signal(object)
    """Where a context menu is asked for, as a global QPoint."""

    spoken_role = QAccessible.Role.Chart
    spoken: RoleInterface | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        install_roles()
        self.samples = Samples()
        self.box = LogitViewBox()
        self._logit_axis, self._value_axis = LogitAxis(), ValueAxis()
        self._logits, self._values = LINEAR, ValueScale()
        self.layer = CurveLayer(self.box)
        self._others_at = np.empty((2, 0))
        self._pointer: QPointF | None = None
        self._words_for: tuple[object, list[NDArray[np.float64]]] = (None, [])
        self._lay_out()
        self.shades = ShadeItem(self)
        self.notes = NoteItem(self, self.shades)
        self._others = pg.ScatterPlotItem(pxMode=True, size=6)
        self.selected = MarkerItem(self, depth=50)
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._line.hide()
        for depth, extra in ((40, self._others), (60, self._line)):
            extra.setZValue(depth)
            self.box.addItem(extra, ignoreBounds=True)
        self.box.sigRangeChanged.connect(self._tell_view)
        self.box.sigResized.connect(self._tell_view)
        self.box.whole_asked.connect(self.whole_asked)
        self.scene().sigMouseMoved.connect(self._track)
        self.recolour(PlotTheme.of(self.palette()))

    def _lay_out(self) -> None:
        grid = self.centralLayout
        grid.setContentsMargins(0, UPRIGHT_OVERHANG, RIGHT_ROOM, 0)
        grid.setSpacing(0)
        grid.addItem(self._value_axis, 0, 0)
        grid.addItem(self.box, 0, 1)
        grid.addItem(self._logit_axis, 1, 1)
        self._numbered = True
        self._take_room()
        for axis in (self._value_axis, self._logit_axis):
            axis.linkToView(self.box)

    @property
    def axis_width(self) -> int:
        """Pixels left of the curves."""
        return scaled(AXIS, self.font())

    @property
    def foot(self) -> int:
        """Pixels below the curves."""
        return scaled(FOOT, self.font()) if self._numbered else BARE_FOOT

    def _take_room(self) -> None:
        self._value_axis.setWidth(self.axis_width)
        self._logit_axis.setHeight(self.foot)

    @property
    def area(self) -> QRectF:
        """Where the curves stand, in this widget's pixels."""
        return QRectF(self.box.sceneBoundingRect())

    # -- range --------------------------------------------------------------------------------------

    @property
    def span(self) -> LogitSpan:
        """The visible logits and their pixels in this widget."""
        (start, stop), _ = self.box.viewRange()
        scene = self.box.sceneBoundingRect()
        return LogitSpan(float(start), float(stop), scene.left(), max(scene.width(), 1.0), self._logits)

    @property
    def view(self) -> View:
        """The visible part, in both directions."""
        low, high = self.value_span
        return View(self.span, self._values, low, high, max(float(self.box.height()), 1.0))

    @property
    def headroom(self) -> float:
        """The share of the height that the shaded regions' names take up."""
        return min(self.shades.name_height / max(float(self.box.height()), 1.0), 0.4)

    @property
    def value_span(self) -> tuple[float, float]:
        """The visible places on the value scale (values, where that is linear)."""
        _, (low, high) = self.box.viewRange()
        return float(low), float(high)

    def show_range(self, logits: tuple[float, float], values: tuple[float, float]) -> None:
        """Show these logits, and these places on the value scale."""
        places = self._logits.place(logits[0]), self._logits.place(logits[1])
        self.show_places(places, values, self._logits)

    def show_places(
        self,
        places: tuple[float, float],
        values: tuple[float, float],
        scale: LogitScale,
        value_scale: ValueScale | None = None,
    ) -> None:
        """Show these places on a logit scale, and these on a value scale, by default the one there is."""
        value_scale = value_scale or self._values
        if (scale, value_scale) != (self._logits, self._values):
            self.selected.show_markers(())  # they hold places; the next samples bring them back
        self._logits, self._values = scale, value_scale
        self._logit_axis.set_scale(scale)
        self._value_axis.set_scale(value_scale)
        farthest = value_scale.farthest
        self.box.show_places(places, values, scale.ends, (-farthest, farthest))

    def zoom(self, factor: float) -> None:
        """Make the visible logits `factor` times as many about their middle."""
        self.box.scaleBy(x=factor)

    # -- content ------------------------------------------------------------------------------------

    def show_curves(self, curves: Sequence[Curve]) -> None:
        """Draw these and no others."""
        self.layer.show(curves, self.view, self.theme)

    def show_samples(self, samples: Samples) -> None:
        """Mark the selected row by every formula, and the other rows."""
        self.samples = samples
        view = self.view
        self.selected.show_markers(markers_of(samples.selected, view, self.theme))
        logits, values = samples.others()
        across, up = self._logits.places(logits), self._values.places(values)
        inside = np.isfinite(up) & (across >= view.span.start) & (across <= view.span.stop)
        places = np.stack((across[inside], np.clip(up[inside], view.bottom, view.top)))
        if not np.array_equal(places, self._others_at):  # an edit of the selected row leaves them alone
            self._others_at = places
            self._others.setData(*places)

    def free_room(self) -> FreeRoom:
        """Where words have room: beside what is drawn now."""
        view = self.view
        lines = [pixels_of(view, *points) for points in self._drawn_lines()]
        return FreeRoom(lines, self._marks(view))

    def _drawn_lines(self) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        return [(item.logits, item.values) for item in self.layer.items.values()]

    def _marks(self, view: View) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The middles of all markers, in pixels."""
        own = [(marker.x, marker.y) for marker in self.selected.markers]
        places = np.concatenate((np.array(own).reshape(-1, 2).T, self._others_at), axis=1)
        return pixels_of(view, places[0], places[1])

    def place_words(self) -> None:
        """Let words give way to what is drawn, once all of it is; a marker that passes by moves none."""
        view, lines = self.view, self._drawn_lines()
        arrays = [array for points in lines for array in points]
        words = (view, self.notes.notes, self.shades.shades)
        before, arrays_before = self._words_for
        same = before == words and len(arrays) == len(arrays_before)
        if same and all(a is b for a, b in zip(arrays, arrays_before, strict=True)):
            marks = FreeRoom((), self._marks(view))
            if not any(marks.is_marked(box) for box in (*self.shades.boxes, *self.notes.boxes)):
                return
        self._words_for = (words, arrays)
        room = self.free_room()
        self.shades.look_again(room)
        self.notes.look_again(room)

    def set_cursor_logit(self, logit: float | None) -> None:
        """Show or hide the crosshair."""
        if logit is None:
            self._line.hide()
        else:
            self._line.setValue(self._logits.place(logit))
            self._line.show()

    def recolour(self, theme: PlotTheme) -> None:
        """Follow a theme; the curves come in their new colours with the next `show_curves`."""
        self.theme = theme
        self.setBackground(theme.background)
        for axis in (self._value_axis, self._logit_axis):
            axis.setPen(pg.mkPen(theme.grid.darker(115)))
            axis.setTextPen(pg.mkPen(theme.muted))
        self._line.setPen(QPen(theme.muted, 0))
        self._others.setBrush(pg.mkBrush(theme.muted))
        self._others.setPen(pg.mkPen(theme.background))
        for item in self.box.childItems():
            item.update()

    def set_names(self, values: tuple[str, ...]) -> None:
        """Name the upright axis by the first of these names that it has room for."""
        self._value_axis.set_names(values)

    def show_logit_axis(self, shown: bool) -> None:
        """Number the logit axis, or leave that to a plot below."""
        self._numbered = shown
        self._logit_axis.setStyle(showValues=shown)
        self._take_room()

    @property
    def counted_from(self) -> str:
        """What the numbers of the logit axis are counted from; empty where they are logits."""
        span = self.span
        return self._logit_axis.offset_text(span.start, span.stop, span.width)

    def set_edges(self, edges: tuple[float, ...]) -> None:
        """Logits that an ordinal axis numbers before others."""
        self._logit_axis.set_edges(edges)

    def _mark_focus(self, *, focused: bool) -> None:
        self.box.setBorder(pg.mkPen(self.theme.muted, width=1) if focused else None)

    # -- events -------------------------------------------------------------------------------------

    def _tell_view(self) -> None:
        self.view_changed.emit()

    def _track(self, position: QPointF) -> None:
        inside = self.box.sceneBoundingRect().contains(position)
        self._pointer = position if inside else None
        self.cursor_moved.emit(self.span.to_logit(position.x()) if inside else None)

    def track_again(self) -> None:
        """Tell what is below a pointer that stood still while the view moved."""
        if self._pointer is not None:
            self._track(self._pointer)

    def forget_pointer(self) -> None:
        """Tell of no logit until the pointer moves here again."""
        self._pointer = None
        self.cursor_moved.emit(None)

    def leaveEvent(self, event: QEvent) -> None:
        self.forget_pointer()
        super().leaveEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._take_room()

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
