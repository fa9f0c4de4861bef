"""All that can be done with the plots by pointer and key, put together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QTimer, Signal
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from engine import Band, MulticlassProblem, Side
from gui.document.document import Document
from gui.document.selection import Selection
from gui.plots.baseline.pinned_baseline import PinnedBaseline
from gui.plots.canvas.logit_plot import LogitPlot
from gui.plots.canvas.overlay import GripItem
from gui.plots.content.quantities import Measure, PlotKind
from gui.plots.content.readings import readings_at
from gui.plots.content.subject import Subject
from gui.plots.panel.class_menu import ClassMenu
from gui.plots.panel.interaction_actions import InteractionActions
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.reasons.pinned_reason import PinnedReason
from gui.plots.strip.strip_panel import StripPanel
from gui.plots.tools.brushed_range import BrushedRange
from gui.plots.tools.crosshair import Crosshair
from gui.plots.tools.dragging import SampleDrag
from gui.plots.tools.gestures import Gestures, Pointer
from gui.plots.tools.keyboard import PlotKeys
from gui.plots.tools.logit_moves import LogitMoves, even_step, floats_away, stepped
from gui.plots.tools.readout import Readout

Plots = Mapping[PlotKind, LogitPlot]


class Interaction(QObject):
    """Gives plots their tools. Told what is shown; asks its panel for ranges.

    Parameters
    ----------
    document, selection
        What drags, keys and buttons change.
    plots : mapping of PlotKind to LogitPlot
    strips : StripPanel
    theme : PlotTheme
    panel : QWidget
        Holds all of them; cards stand over it.
    """

    cursor_moved = Signal(object)
    """Where values are read: a logit, or None for the selected row's."""
    edge_asked = Signal(object, str)
    """A band and its 'start' or 'stop', which the plots are to show float by float."""
    readouts_changed = Signal()
    """The tables above the plots take more room, or less."""

    def __init__(
        self,
        document: Document,
        selection: Selection,
        plots: Plots,
        strips: StripPanel,
        theme: PlotTheme,
        panel: QWidget,
    ) -> None:
        super().__init__(panel)
        self._document = document
        self._selection = selection
        self._plots = dict(plots)
        self._panel = panel
        self._theme = theme
        self._subject: Subject | None = None
        self._measure = Measure.BITS
        self._shaded: str | None = None

        every = list(self._plots.values())
        self.moves = LogitMoves(document, selection, self)
        self.drag = SampleDrag(document, selection, self.moves, self._heights, self)
        self.crosshair = Crosshair(self)
        self.brushed = BrushedRange(every, document, selection, theme, panel)
        self.reason = PinnedReason(every, [strips], self.moves, theme, panel)
        self.baseline = PinnedBaseline(self._plots, theme, panel)
        self.readout = Readout(panel)
        self.readout.hide()
        self._grips = [GripItem(plot, theme) for plot in every]
        tools = (self.brushed.brush, self.drag, self.crosshair)
        self._gestures = [Gestures(plot, tools) for plot in every]
        self._keys = [PlotKeys(plot, document, selection, self.moves) for plot in every]
        self.actions = InteractionActions(panel, self)
        panel.addActions(self.actions.all)
        self.readouts = self._stacked(panel)
        self._reading_timer = QTimer(self)
        self._reading_timer.setSingleShot(True)
        self._reading_timer.setInterval(0)
        self._reading_timer.timeout.connect(self._show_readings)
        self._connect()

    def _stacked(self, panel: QWidget) -> QWidget:
        """The tables above the plots, one below the other."""
        holder = QWidget(panel)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.readout)
        column.addWidget(self.baseline.table)
        return holder

    def _connect(self) -> None:
        for plot in self._plots.values():
            plot.cursor_moved.connect(self.crosshair.hover)
        for gestures in self._gestures:
            gestures.began.connect(self._stop_hovering)
            gestures.clicked.connect(self._click)
            gestures.double_clicked.connect(self.reason.close)
        for keys in self._keys:
            keys.escaped.connect(self.escape)
        self.crosshair.moved.connect(self.cursor_moved)
        self.crosshair.moved.connect(self._read_later)
        self.crosshair.held_changed.connect(self._show_held)
        self.readout.logit_typed.connect(self.crosshair.hold)
        self.readout.step_asked.connect(self._step_crosshair)
        self.brushed.zoom_asked.connect(self._show_range)
        self.brushed.brush.changed.connect(self._enable_clear_brush)
        self.reason.zoom_asked.connect(self._show_range)
        self.reason.edge_asked.connect(self.edge_asked)
        self.baseline.changed.connect(self._enable_clear_baseline)
        self.baseline.changed.connect(self.readouts_changed)
        actions = self.actions
        actions.readout.toggled.connect(self._show_readout)
        actions.type_logit.triggered.connect(self._type_logit)
        actions.hold.triggered.connect(self._hold)
        actions.brush.toggled.connect(self.brushed.brush.switch)
        actions.clear_brush.triggered.connect(self.brushed.clear)
        actions.nearest_edge.triggered.connect(self.zoom_to_nearest_edge)
        actions.why.triggered.connect(self.explain_here)
        actions.pin_baseline.triggered.connect(self.baseline.pin)
        actions.clear_baseline.triggered.connect(self.baseline.clear)

    # -- following ----------------------------------------------------------------------------------

    def show_subject(self, subject: Subject, measure: Measure, shaded: str | None) -> None:
        """Work on what the plots show.

        Parameters
        ----------
        subject : Subject
        measure : Measure
            Of the error plot.
        shaded : str or None
            The formula whose failures are shaded and by whose errors the error plot marks rows.
        """
        if (subject, measure, shaded) == (self._subject, self._measure, self._shaded):
            return
        self._subject, self._measure, self._shaded = subject, measure, shaded
        self.baseline.set_measure(measure)
        for part in (self.drag, self.crosshair, self.brushed, self.reason, self.baseline):
            part.show_subject(subject)
        self._read_later()

    def recolour(self, theme: PlotTheme) -> None:
        """Follow a theme."""
        self._theme = theme
        for part in (self.brushed, self.reason, self.baseline):
            part.recolour(theme)
        for grip in self._grips:
            grip.recolour(theme)
        self._read_later()

    def _heights(self, plot: LogitPlot, subject: Subject) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The values at which a plot marks the selected row and all rows."""
        kind = next(kind for kind, each in self._plots.items() if each is plot)
        own = [subject.values(column, kind, self._measure)[subject.row] for column in subject.drawn(kind)]
        column = subject.evaluation.exact
        if kind is PlotKind.ERROR and self._shaded is not None:
            column = subject.evaluation.column(self._shaded)
        return np.array(own), subject.values(column, kind, self._measure)

    # -- pointer and keys ---------------------------------------------------------------------------

    def _stop_hovering(self) -> None:
        for plot in self._plots.values():
            plot.forget_pointer()

    def follow_view(self) -> None:
        """Read at what is below the pointer now, without waiting for it to move."""
        for plot in self._plots.values():
            plot.track_again()

    def _click(self, pointer: Pointer) -> None:
        if not self.reason.pin_in_plot(pointer):
            self.reason.close()

    @property
    def busy(self) -> bool:
        """Whether a gesture of pointer or keys is under way."""
        pointed = any(gestures.active for gestures in self._gestures)
        return pointed or any(keys.active for keys in self._keys)

    def escape(self) -> None:
        """Take back the gesture under way, else close what was opened last."""
        if any(gestures.cancel() for gestures in self._gestures):
            return
        if self.reason.close() or self.brushed.clear():
            return
        self.crosshair.hold(None)

    # -- crosshair and readout ----------------------------------------------------------------------

    def _show_held(self, logit: float | None) -> None:
        for grip in self._grips:
            grip.show_at(logit)
        self.actions.hold.setChecked(logit is not None)
        if self._subject is not None:
            self.readout.show_held(logit, self._subject.problem.format)

    def _hold(self, on: bool) -> None:
        """Hold the crosshair where it is; without a pointer, where the selected row is."""
        if not on or self._subject is None or not self._subject.lanes:
            self.crosshair.hold(None)
            self.actions.hold.setChecked(False)
            return
        logit = self.crosshair.logit
        at = float(self._subject.logits[self._subject.row]) if logit is None else logit
        span = self._leader.span
        self.crosshair.hold(at if span.low <= at <= span.high else (span.low + span.high) / 2.0)

    @property
    def _leader(self) -> LogitPlot:
        """The first plot in sight; all show the same logits."""
        plots = list(self._plots.values())
        return next((plot for plot in plots if plot.isVisible()), plots[0])

    def _show_range(self, low: float, high: float) -> None:
        leader = self._leader
        leader.show_range((low, high), leader.value_span)

    def _step_crosshair(self, steps: int, fine: bool) -> None:
        subject = self._subject
        if subject is None or not subject.lanes:
            return
        if self.crosshair.held is None:
            self._hold(True)
            return
        fmt, at = subject.problem.format, self.crosshair.held
        if fine:
            self.crosshair.hold(floats_away(at, steps, fmt))
        else:
            self.crosshair.hold(stepped(at, steps, even_step(self._leader.span, at), fmt))

    def _show_readout(self, on: bool) -> None:
        self.readout.setVisible(on)
        self.readouts_changed.emit()
        self._read_later()

    def close_tables(self) -> None:
        """Take away what stands above the plots."""
        self.actions.readout.setChecked(False)
        self.baseline.clear_all()

    def _type_logit(self) -> None:
        self.actions.readout.setChecked(True)
        self.readout.edit.setFocus()
        self.readout.edit.selectAll()

    def _read_later(self) -> None:
        if not self.readout.isHidden():
            self._reading_timer.start()

    def _show_readings(self) -> None:
        subject = self._subject
        if subject is not None and not self.readout.isHidden():
            readings = readings_at(subject, self.crosshair.logit)
            self.readout.show_readings(readings, subject.problem.format, self._theme.dark)

    # -- edges and reasons --------------------------------------------------------------------------

    @property
    def _here(self) -> float | None:
        """The held crosshair, else the selected row's logit."""
        subject = self._subject
        if subject is None or not subject.lanes:
            return None
        held = self.crosshair.held
        return float(subject.logits[subject.row]) if held is None else held

    def zoom_to_nearest_edge(self) -> None:
        """Show the shaded formula's edge that is nearest to the held crosshair or the selected row."""
        subject, here = self._subject, self._here
        if subject is None or here is None or self._shaded is None:
            return
        largest = subject.problem.format.max
        ends: list[tuple[float, Band, Side]] = []
        for band in subject.bands_of(self._shaded, subject.own):
            ends += ((band.start, band, "start"), (band.stop, band, "stop"))
        inside = [end for end in ends if abs(end[0]) < largest]
        if inside:
            _, band, side = min(inside, key=lambda end: abs(end[0] - here))
            self.edge_asked.emit(band, side)

    def explain_here(self) -> None:
        """Pin the reason of the shaded failure at the held crosshair or the selected row."""
        subject, here = self._subject, self._here
        if subject is None or here is None or self._shaded is None:
            return
        for band in subject.bands_of(self._shaded, subject.own):
            if band.start <= here <= band.stop:
                plot = self._leader
                x, y = plot.span.to_pixel(here), plot.rect().center().y()
                at = plot.mapTo(self._panel, QPointF(x, y)).toPoint()
                self.reason.pin(subject.lanes[subject.own], band, here, at)
                return
        self.reason.close()

    # -- menu ---------------------------------------------------------------------------------------

    def fill_menu(self, menu: QMenu) -> None:
        """Add the choices that depend on what is shown; the panel's actions are added by the panel."""
        menu.setToolTipsVisible(True)
        problem = self._document.problem()
        if isinstance(problem, MulticlassProblem):
            menu.addMenu(ClassMenu(problem, self._selection, menu))

    def _enable_clear_brush(self, logits: tuple[float, float] | None) -> None:
        self.actions.clear_brush.setEnabled(logits is not None)

    def _enable_clear_baseline(self) -> None:
        self.actions.clear_baseline.setEnabled(self.baseline.subject is not None)
