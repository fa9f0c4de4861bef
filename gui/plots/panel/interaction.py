"""All that can be done with the plots by pointer and key, put together."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from engine import MulticlassProblem
from gui.document.document import Document
from gui.document.selection import Selection
from gui.plots.baseline.pinned_baseline import PinnedBaseline
from gui.plots.canvas.logit_plot import LogitPlot
from gui.plots.canvas.pixel_items import GripItem
from gui.plots.content.gutter_lines import pointer_lines
from gui.plots.content.look import Look
from gui.plots.content.quantities import PlotKind
from gui.plots.content.readings import readings_at
from gui.plots.content.subject import Subject, edge_of
from gui.plots.gutter.gutter import Gutter
from gui.plots.panel.class_menu import ClassMenu
from gui.plots.panel.interaction_actions import InteractionActions
from gui.plots.parts.joined import joined
from gui.plots.parts.later import later
from gui.plots.reasons.pinned_reason import PinnedReason
from gui.plots.reasons.reason_panel import ReasonPanel
from gui.plots.strip.strip_panel import StripPanel
from gui.plots.tools.brushed_range import BrushedRange
from gui.plots.tools.crosshair import Crosshair
from gui.plots.tools.dragging import SampleDrag
from gui.plots.tools.gestures import Gestures, Pointer
from gui.plots.tools.keyboard import PlotKeys
from gui.plots.tools.logit_moves import LogitMoves, even_step, floats_away, stepped


class Interaction(QObject):
    """Gives plots their tools: told what is shown, asks its panel for ranges."""

    cursor_moved = Signal(object)
    """Where values are read: a logit, or None for the selected row's."""
    edge_asked = Signal(object, str)
    """A band and its 'start' or 'stop', which the plots are to show float by float."""
    gesture_ended = Signal()
    """The user has let go of what was dragged, or of a key that moves the logit."""

    def __init__(
        self,
        document: Document,
        selection: Selection,
        plots: Mapping[PlotKind, LogitPlot],
        strips: StripPanel,
        gutter: Gutter,
        reasons: ReasonPanel,
        panel: QWidget,
    ) -> None:
        super().__init__(panel)
        self._document = document
        self._selection = selection
        self._plots = every = list(plots.values())
        self._gutter = gutter
        self._subject: Subject | None = None
        self._look: Look | None = None
        self._clicked: str | None = None

        self.moves = LogitMoves(document, selection, self)
        self.drag = SampleDrag(document, selection, self.moves, self)
        self.crosshair = Crosshair(self)
        self.brushed = BrushedRange(every, document, selection, reasons, reasons.brush, panel)
        self.reason = PinnedReason(every, strips, self.moves, reasons)
        self.baseline = PinnedBaseline(plots, gutter)
        self.readout = gutter.readout
        self._grips = [GripItem(plot) for plot in every]
        tools = (self.brushed.brush, self.drag, self.crosshair)
        self._gestures = [Gestures(plot, tools) for plot in every]
        self._keys = [PlotKeys(plot, document, selection, self.moves) for plot in every]
        self.actions = InteractionActions(panel, self)
        panel.addActions(self.actions.all)
        strips.formula_chosen.connect(self._remember)
        self._reading_timer = later(self, self._show_readings)
        self._connect()

    def _connect(self) -> None:
        for plot in self._plots:
            plot.cursor_moved.connect(self.crosshair.hover)
        for gestures in self._gestures:
            gestures.began.connect(self._stop_hovering)
            gestures.clicked.connect(self._click)
            gestures.double_clicked.connect(self.reason.close)
            gestures.ended.connect(self.gesture_ended)
        for keys in self._keys:
            keys.escaped.connect(self.escape)
            keys.ended.connect(self.gesture_ended)
            keys.edge_asked.connect(self.zoom_to_next_edge)
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

    def show_subject(self, subject: Subject, look: Look) -> None:
        """Work on what the plots show."""
        if (subject, look) == (self._subject, self._look):
            return
        self._subject, self._look = subject, look
        self.crosshair.show_subject(subject)
        for part in (self.brushed, self.reason, self.baseline):
            part.show_subject(subject, look)
        self._read_later()

    # -- pointer and keys ---------------------------------------------------------------------------

    def _stop_hovering(self) -> None:
        for plot in self._plots:
            plot.forget_pointer()

    def follow_view(self) -> None:
        """Read at what is below the pointer now, without waiting for it to move."""
        for plot in self._plots:
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
        at = self._subject.logit if logit is None else logit
        span = self._leader.span
        self.crosshair.hold(at if span.low <= at <= span.high else (span.low + span.high) / 2.0)

    @property
    def _leader(self) -> LogitPlot:
        """The first plot in sight; all show the same logits."""
        return next((plot for plot in self._plots if plot.isVisible()), self._plots[0])

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
        self.readout.show_full(on)
        self._read_later()

    def close_readings(self) -> None:
        """Take away what was asked for beside the plots."""
        self.actions.readout.setChecked(False)
        self.baseline.clear_all()

    def _type_logit(self) -> None:
        self.readout.edit.setFocus()
        self.readout.edit.selectAll()

    @property
    def _reads(self) -> bool:
        return self.crosshair.logit is not None or self.readout.full

    def _read_later(self) -> None:
        if self._reads or self.readout.on:
            self._reading_timer.start()

    def _show_readings(self) -> None:
        subject, look, logit = self._subject, self._look, self.crosshair.logit
        if subject is not None and look is not None:
            readings = readings_at(subject, logit) if self._reads else ()
            fmt = subject.problem.format
            self.readout.show_readings(pointer_lines(readings, fmt, look.dark), fmt, logit)

    # -- edges and reasons --------------------------------------------------------------------------

    def _at_hand(self) -> tuple[Subject, str, float] | None:
        """What is shown, the formula shaded, and the held crosshair, else the selected row's logit."""
        subject, look, held = self._subject, self._look, self.crosshair.held
        if subject is None or look is None or not subject.lanes or look.shaded is None:
            return None
        return subject, look.shaded, subject.logit if held is None else held

    def zoom_to_nearest_edge(self) -> None:
        """Show the shaded formula's edge that is nearest to the held crosshair or the selected row."""
        at_hand = self._at_hand()
        if at_hand is not None:
            subject, shaded, here = at_hand
            edges = subject.edges_of(shaded)
            nearest = min(edges, key=lambda edge: abs(edge_of(*edge) - here), default=None)
            if nearest is not None:
                self.edge_asked.emit(*nearest)

    def zoom_to_next_edge(self, step: int) -> None:
        """Show the shaded formula's next edge to the right (left where `step` is negative)."""
        at_hand = self._at_hand()
        if at_hand is None:
            return
        subject, shaded, here = at_hand
        span = self._leader.span
        if span.steps:  # an edge that was zoomed to stands in the middle
            here = span.scale.origin or (span.low + span.high) / 2.0
        ahead = [edge for edge in subject.edges_of(shaded) if (edge_of(*edge) - here) * step > 0.0]
        nearest = min(ahead, key=lambda edge: abs(edge_of(*edge) - here), default=None)
        if nearest is not None:
            self.edge_asked.emit(*nearest)

    def _remember(self, key: str) -> None:
        self._clicked = key

    def to_explain(self, worst: str | None) -> str | None:
        """The formula whose reason is asked for: the one that was clicked, if it fails here, or the worst."""
        at_hand = self._at_hand()
        if at_hand is None or at_hand[1] != self._clicked:
            return worst
        subject, clicked, here = at_hand
        bands = subject.bands_of(clicked, subject.own)
        return clicked if any(band.start <= here <= band.stop for band in bands) else worst

    def explain_here(self) -> None:
        """Pin the reason of the shaded failure at the held crosshair or the selected row."""
        at_hand = self._at_hand()
        if at_hand is None:
            return
        subject, shaded, here = at_hand
        for band in joined(subject.bands_of(shaded, subject.own)):
            if band.start <= here <= band.stop:
                self.reason.pin(subject.lanes[subject.own], band, here)
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
