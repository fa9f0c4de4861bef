"""The picture of the selected row: loss, error and gradient against its logit, and the heat strip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QByteArray, QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from engine import Band, Evaluation, Role, Side, next_float
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.plots import captions, picture
from gui.plots.band_finder import BandFinder
from gui.plots.contents import Look, content_of, fitted_values, standing_rails
from gui.plots.fold_header import FoldHeader
from gui.plots.interaction import Interaction
from gui.plots.lanes import lanes_of
from gui.plots.logit_plot import LogitPlot
from gui.plots.logit_scale import LogitScale
from gui.plots.logit_span import EDGE_FLOATS, workable
from gui.plots.panel_state import PanelState
from gui.plots.panel_switches import PanelSwitches
from gui.plots.picture import Subject, Sweeper
from gui.plots.plot_section import PlotSection, empty_content
from gui.plots.plot_stack import PlotStack
from gui.plots.plot_theme import PlotTheme
from gui.plots.quantities import PlotKind, axis_name, loss_scale
from gui.plots.rails import Rails
from gui.plots.strips import StripPanel

PIXELS_A_POINT = 2.0
"""Device pixels between two sampled logits: the finest that antialiased lines can show."""


LIVE_PIXELS_A_POINT = 5.0
"""Pixels between them while another logit of the row is dragged; the rest follows when it pauses."""


class PlotPanel(QWidget):
    """Shows the selected row of the page in front and follows every change of it.

    Parameters
    ----------
    document, selection, evaluator
        Only `interaction` changes the document and the selection; the rest of the panel reads.
    parent : QWidget, optional
    """

    def __init__(
        self, document: Document, selection: Selection, evaluator: Evaluator, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._evaluator = evaluator
        self._theme = PlotTheme.of(self.palette())
        self._state = PanelState()
        self._subject: Subject | None = None
        self._sweeper = Sweeper()
        self._finder = BandFinder(self)
        self._shaded: str | None = None
        self._whole = True
        self._fitted: object = None
        self._asked: object = None
        self._cursor: float | None = None

        self._stack = PlotStack(self._theme, self)
        self._strips = StripPanel(self._theme, self)
        self._switches = PanelSwitches(self._stack, self._strips, self)
        plots = {kind: section.plot for kind, section in self._stack.sections.items()}
        self.interaction = Interaction(document, selection, plots, self._strips, self._theme, self)
        self._view_timer = self._single_shot(self._follow_view)
        self._cursor_timer = self._single_shot(self._show_readings)
        self._whole_action = QAction(self.tr("Show the &whole picture"), self)
        self._lay_out()
        self._connect()
        self._show_ready()

    def _single_shot(self, slot: Callable[[], None]) -> QTimer:
        """A timer that runs `slot` once when control returns to Qt, however often it is started."""
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(0)
        timer.timeout.connect(slot)
        return timer

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.interaction.readouts)
        column.addWidget(self._stack, 1)
        column.addWidget(self._strips)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAccessibleName(self.tr("Picture of the selected row"))

    def _connect(self) -> None:
        self._evaluator.evaluated.connect(self._evaluation_changed)
        self._selection.changed.connect(self._selection_changed)
        self._finder.found.connect(self._take_bands)
        self._stack.view_changed.connect(self._view_changed)
        self._stack.whole_asked.connect(self.show_whole)
        self.interaction.cursor_moved.connect(self._move_cursor)
        self.interaction.edge_asked.connect(self.zoom_to_edge)
        self.interaction.readouts_changed.connect(self._fit_folds)
        self._stack.menu_asked.connect(self._open_menu)
        self._stack.folds_changed.connect(self._folds_changed)
        self._strips.formula_chosen.connect(self.shade)
        self._switches.changed.connect(self.set_up)
        self._whole_action.triggered.connect(self.show_whole)

    # -- what the user can ask ----------------------------------------------------------------------

    @property
    def plot(self) -> LogitPlot:
        """The loss plot."""
        return self.plot_of(PlotKind.LOSS)

    def plot_of(self, kind: PlotKind) -> LogitPlot:
        """One of the linked plots."""
        return self._stack.sections[kind].plot

    def section(self, kind: PlotKind) -> PlotSection:
        """A plot with its header and rails."""
        return self._stack.sections[kind]

    @property
    def stack(self) -> PlotStack:
        """The linked plots."""
        return self._stack

    @property
    def header(self) -> FoldHeader:
        """The loss plot's header, which names the row for all."""
        return self._stack.sections[PlotKind.LOSS].header

    @property
    def rails(self) -> Rails:
        """The loss plot's rails for nan and inf."""
        return self._stack.sections[PlotKind.LOSS].rails

    @property
    def strips(self) -> StripPanel:
        """The heat strip."""
        return self._strips

    @property
    def subject(self) -> Subject | None:
        """What is shown; None before the first evaluation."""
        return self._subject

    @property
    def shaded(self) -> str | None:
        """The key of the formula whose failures are shaded."""
        return self._shaded

    @property
    def setup(self) -> PanelState:
        """How the picture is set up."""
        return replace(self._state, open=self._stack.chosen)

    def state(self) -> QByteArray:
        """The set-up, to be kept for the next run."""
        return QByteArray(self.setup.to_text().encode())

    def restore_state(self, state: QByteArray) -> None:
        """Take a set-up that `state` gave; anything else is passed over."""
        if not state.isEmpty():
            restored = PanelState.from_text(bytes(state.data()).decode(errors="replace"))
            self._stack.choose(restored.open)
            self.set_up(restored)

    def show_whole(self) -> None:
        """Go back to the range that shows every failing edge."""
        self._whole = True
        self._fit()
        self._redraw()

    def shade(self, key: str) -> None:
        """Shade the failures of this formula in the plots."""
        if self._subject is None or key not in {formula.key for formula in self._subject.formulas}:
            return
        self._shaded = key
        self._strips.set_shaded(key)
        self._redraw()

    def zoom_to_edge(self, band: Band, side: Side = "start") -> None:
        """Show the single floats on both sides of a band's edge."""
        subject = self._subject
        if subject is None:
            return
        fmt = subject.problem.format
        edge = band.start if side == "start" else band.stop
        ends = next_float(fmt.round([edge, edge]), 0)
        low, high = float(next_float(ends, -EDGE_FLOATS)[0]), float(next_float(ends, EDGE_FLOATS)[1])
        low, high = max(low, -fmt.max), min(high, fmt.max)
        scale = LogitScale(self._state.spacing, fmt, edge)
        self._whole = False
        self._show_fitted((scale.place(low), scale.place(high)), scale)
        self._redraw()

    # -- following ----------------------------------------------------------------------------------

    def _selection_changed(self, page: str) -> None:
        if page == self._document.page:
            self._show_ready()

    def _show_ready(self) -> None:
        """Show the evaluation if there is one; one that takes long is sent when it is complete."""
        evaluation = self._evaluator.ready()
        if evaluation is not None:
            self._evaluation_changed(evaluation)

    def _evaluation_changed(self, evaluation: Evaluation) -> None:
        page = self._document.page
        moved = self._selection.moved_class() if page == "multiclass" else None
        before = self._subject
        row = self._selection.place(page).row
        lanes = lanes_of(evaluation.problem, row, moved)
        formulas = tuple(column.formula for column in evaluation.columns)
        self._subject = Subject(evaluation, row, moved, lanes, self._finder.bands(lanes, formulas))
        if before is None or before.problem.family != self._subject.problem.family:
            self._whole = True
        if self._shaded not in [formula.key for formula in formulas]:
            self._shaded = self._first_shaded()
            self._strips.set_shaded(self._shaded or "")
        if before is not None and before.problem.format is not self._subject.problem.format:
            self._renumber()
        # The axes stand still below a dragged marker, and while another logit of the row is dragged.
        if self._whole and self._subject.settled and not self.interaction.busy:
            self._fit()
        self._redraw()

    def _renumber(self) -> None:
        """Floats of another format: a view that counted the old ones has lost its meaning."""
        if self._state.spacing == "ordinal" or self._stack.span.scale.origin:
            self._whole = True

    def _take_bands(self) -> None:
        if self._subject is not None:
            self._subject = replace(self._subject, bands=self._finder.current)
            if self._whole:
                self._fit()
            self._redraw()

    def _first_shaded(self) -> str | None:
        """The textbook form at first: it is what log(sigmoid) and log(softmax) break."""
        assert self._subject is not None
        ranked = sorted(self._subject.formulas, key=lambda formula: formula.role is not Role.SCRATCH)
        return next((formula.key for formula in ranked if formula.role is not Role.EXACT), None)

    def _folds_changed(self) -> None:
        self._view_timer.start()

    def set_up(self, state: PanelState) -> None:
        """Take other scales, another measure or other strips."""
        before, self._state = self._state, state
        self._switches.show_state(state)
        if before.spacing != state.spacing:
            self._whole = True
        if self._whole:
            self._fit()
        else:
            span = self._stack.span
            self._show_fitted((span.start, span.stop), span.scale)
        self._redraw()

    @property
    def _look(self) -> Look:
        state = self._state
        return Look(state.measure, loss_scale(state.loss_scale), self._shaded, self._theme)

    # -- range --------------------------------------------------------------------------------------

    def _fit(self) -> None:
        """Set the ranges so that the whole story is in view."""
        subject = self._subject
        if subject is None or not subject.lanes:
            return
        scale = LogitScale(self._state.spacing, subject.problem.format)
        ends = subject.whole() if scale.spacing == "linear" else (-scale.limit, scale.limit)
        self._show_fitted(ends, scale)
        self._fitted = self._ranges()

    def _show_fitted(self, places: tuple[float, float], scale: LogitScale) -> None:
        """Show these logits, and all values that the curves have there."""
        assert self._subject is not None
        look, span = self._look, self._stack.span
        self._sweeper.sweep(
            self._subject, replace(span, start=places[0], stop=places[1], scale=scale), self._points
        )
        sections = self._stack.sections.items()
        curves = {kind: self._sweeper.curves(kind, look.measure, self._theme.dark) for kind, _ in sections}
        asked = (places, scale, curves, look, [section.plot.headroom for _, section in sections])
        if asked == self._asked:  # what most edits ask for: the curves are the same objects
            return
        self._asked = asked
        values = {}
        for kind, section in sections:
            section.plot.set_value_scale(look.scale(kind))
            values[kind] = fitted_values(curves[kind], look, kind, section.plot.headroom)
        self._stack.show_places(places, values, scale)

    def _ranges(self) -> object:
        span = self._stack.span
        spans = (section.plot.value_span for section in self._stack.sections.values())
        return (span.start, span.stop, *spans)

    def _view_changed(self) -> None:
        self._asked = None
        if self._ranges() != self._fitted:
            self._whole = False  # the user zoomed; a resize leaves the range alone
        self._view_timer.start()

    def _follow_view(self) -> None:
        """Fit and sample anew after a zoom or a resize."""
        if self._whole:
            self._fit()
        elif self._subject is not None:
            span = workable(self._stack.span, self._subject.problem.format)
            self._stack.show_places((span.start, span.stop), {}, span.scale)
        self._redraw()

    @property
    def _points(self) -> int:
        """How many logits to sample across the view: fewer while every step of a drag bends the curves."""
        live = self._subject is not None and not self._subject.settled
        pixels = self._stack.span.width * (1.0 if live else self.devicePixelRatioF())
        return max(2, round(pixels / (LIVE_PIXELS_A_POINT if live else PIXELS_A_POINT)))

    # -- drawing ------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        subject = self._subject
        if subject is None:
            return
        span = self._stack.span
        self._stack.set_span(span)
        self._strips.set_span(span)
        self._show_titles(subject)
        look = self._look
        self.interaction.show_subject(subject, look.measure, self._shaded)
        if not subject.lanes:
            self._show_nothing(subject, look)
            return
        self._sweeper.sweep(subject, span, self._points)
        for kind in self._stack.open:
            section = self._stack.sections[kind]
            curves = self._sweeper.curves(kind, look.measure, self._theme.dark)
            section.show_content(content_of(subject, kind, curves, section.plot.view, look))
            section.plot.set_edges(picture.edge_logits(subject, self._shaded))
        self._show_strips(subject)
        self._show_readings()
        self.plot.setAccessibleDescription(captions.description(subject))

    def _show_nothing(self, subject: Subject, look: Look) -> None:
        for kind, section in self._stack.sections.items():
            section.show_content(empty_content(subject.problem.format, standing_rails(kind, look)))
        self.plot.setAccessibleDescription(captions.title(subject))
        self._strips.show_strips(picture.strips_of(subject, self._theme.dark), ())
        self._strips.show_readings({})
        self.header.set_place("")

    def _show_titles(self, subject: Subject) -> None:
        for kind, section in self._stack.sections.items():
            section.header.set_title(captions.plot_title(subject, kind, self._state.measure))
            if subject.lanes:
                section.plot.set_labels(captions.logit_label(subject), axis_name(kind, self._state.measure))

    def _show_strips(self, subject: Subject) -> None:
        dark = self._theme.dark
        if self._state.strips == "formula" or self._shaded is None:
            strips = picture.strips_of(subject, dark)
        else:
            strips = picture.format_strips_of(subject, self._shaded, dark)
        self._strips.show_strips(strips, picture.lane_labels(subject), settled=subject.settled)

    # -- readout ------------------------------------------------------------------------------------

    def _move_cursor(self, logit: float | None) -> None:
        if logit != self._cursor:
            self._cursor = logit
            self._cursor_timer.start()

    def _show_readings(self) -> None:
        subject = self._subject
        if subject is None or not subject.lanes:
            return
        logit = self._cursor
        self._stack.set_cursor_logit(logit)
        self._strips.set_cursor_logit(logit)
        readings = picture.readings_of(subject, logit)
        if self._state.strips == "format" and self._shaded is not None:
            readings |= picture.format_readings(subject, self._shaded, logit)
        self._strips.show_readings(readings)
        self.header.set_place(captions.place(subject, logit))

    # -- menu and theme -----------------------------------------------------------------------------

    def _open_menu(self, where: QPoint) -> None:
        menu = self.context_menu()
        menu.popup(where)

    def context_menu(self) -> QMenu:
        """What can be asked of the plot."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self._whole_action)
        self._add_edges(menu.addMenu(self.tr("&Zoom to the edge of")))
        shades = menu.addMenu(self.tr("&Shade the failures of"))
        for formula in self._subject.formulas if self._subject else ():
            if formula.role is Role.EXACT:
                continue
            action = shades.addAction(formula.title.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(formula.key == self._shaded)
            action.setData(formula.key)
        shades.triggered.connect(self._shade_chosen)
        self.interaction.fill_menu(menu)
        if self.actions():
            menu.addSeparator()
            menu.addActions(self.actions())
        return menu

    def _add_edges(self, menu: QMenu) -> None:
        """One entry for each edge of the shaded formula's bands, down to single floats."""
        subject = self._subject
        edges = picture.edges_of(subject, self._shaded) if subject is not None else ()
        for band, side in edges:
            assert subject is not None
            action = menu.addAction(captions.edge_text(band, side, subject.problem.format))
            action.setData((band, side))
        menu.setEnabled(not menu.isEmpty())
        menu.triggered.connect(self._edge_chosen)

    def _edge_chosen(self, action: QAction) -> None:
        self.zoom_to_edge(*action.data())

    def _shade_chosen(self, action: QAction) -> None:
        self.shade(action.data())

    def _recolour(self) -> None:
        theme = PlotTheme.of(self.palette())
        if theme == self._theme:
            return
        self._theme = theme
        self._stack.recolour(theme)
        self._strips.recolour(theme)
        self.interaction.recolour(theme)
        self._redraw()

    def _fit_folds(self) -> None:
        taken = self._strips.sizeHint().height() + self.interaction.readouts.sizeHint().height()
        self._stack.fit_folds(self.height() - taken)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._recolour()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_folds()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_folds()
        self._view_timer.start()
