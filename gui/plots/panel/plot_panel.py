"""The picture of the selected row: loss, error and gradient against its logit, verdicts and strips."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QByteArray, QEvent, QPoint, QSize, Signal
from PySide6.QtGui import QAction, QPalette, QPixmapCache, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from engine import Band, Evaluation, Side
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.plots.content.band_finder import BandFinder
from gui.plots.content.lanes import lanes_of
from gui.plots.content.look import Look
from gui.plots.content.panel_state import PanelState
from gui.plots.content.quantities import PlotKind, loss_scale
from gui.plots.content.subject import Subject, edge_of
from gui.plots.gutter.gutter import Gutter
from gui.plots.header.panel_header import PanelHeader
from gui.plots.header.panel_switches import PanelSwitches
from gui.plots.panel.interaction import Interaction
from gui.plots.panel.panel_copy import copy_view
from gui.plots.panel.panel_drawing import PanelDrawing, told_look
from gui.plots.panel.plot_menu import PlotMenu
from gui.plots.panel.plot_ranges import PlotRanges
from gui.plots.panel.plot_stack import PlotStack
from gui.plots.panel.shown_panels import ShownPanels
from gui.plots.parts.laid_out import dress, laid_out
from gui.plots.parts.later import later
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.reasons.reason_panel import ReasonPanel
from gui.plots.strip.strip_panel import StripPanel

KEPT_KB = 65_536
"""Room for the pixels of three plots' shades and notes at four pixels a point: Qt's 10 MB hold one's."""


class PlotPanel(QWidget):
    """Shows the selected row of the page in front and follows every change of it.

    Only `interaction` changes the document and the selection; the rest of the panel reads.
    """

    shade_changed = Signal(str)
    """The key of the formula whose failures are shaded from now on."""

    def __init__(
        self, document: Document, selection: Selection, evaluator: Evaluator, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        QPixmapCache.setCacheLimit(max(QPixmapCache.cacheLimit(), KEPT_KB))
        self._document = document
        self._selection = selection
        self._evaluator = evaluator
        self._theme = PlotTheme.of(self.palette())
        self._state = PanelState()
        self._subject: Subject | None = None
        self._finder = BandFinder(self)
        self._shaded: str | None = None
        self._cursor: float | None = None

        self.reason_panel = ReasonPanel()
        """Why it breaks, for a place that is not the picture's own."""
        self.gutter = Gutter(self)
        self.stack = PlotStack(self)
        self._ranges = PlotRanges(self.stack)
        self._strips = StripPanel(self)
        plots = {kind: section.plot for kind, section in self.stack.sections.items()}
        self.interaction = Interaction(
            document, selection, plots, self._strips, self.gutter, self.reason_panel, self
        )
        panels = self.interaction.actions.panels
        self._panels = ShownPanels(panels, self.stack, self._strips, self)
        self.header = PanelHeader(panels, self)
        self._drawing = PanelDrawing(self.header, self.gutter, self.stack, self._strips, self._ranges)
        errors = self.stack.sections[PlotKind.ERROR].caption
        self._switches = PanelSwitches(self.header.caption, errors, self._strips, self)
        self._view_timer = later(self, self._follow_view)
        self._cursor_timer = later(self, self._show_cursor)
        self._whole_action = QAction(self.tr("Show the &whole picture"), self)
        self._lay_out()
        self._connect()
        self._show_ready()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        beside = QHBoxLayout()
        beside.addWidget(self.gutter)
        beside.addWidget(self.stack, 1)
        column.addWidget(self.header)
        column.addLayout(beside, 1)
        column.addWidget(self._strips)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAccessibleName(self.tr("Picture of the selected row"))

    def _connect(self) -> None:
        self._evaluator.evaluated.connect(self._evaluation_changed)
        self._evaluator.begun.connect(self._evaluation_changed)
        self._selection.changed.connect(self._selection_changed)
        self._document.cover_changed.connect(self._show_ready)
        self._finder.found.connect(self._take_bands)
        self.stack.view_changed.connect(self._view_changed)
        self.stack.whole_asked.connect(self.show_whole)
        self.interaction.cursor_moved.connect(self._move_cursor)
        self.interaction.edge_asked.connect(self.zoom_to_edge)
        self.interaction.gesture_ended.connect(self._let_go)
        self.stack.menu_asked.connect(self._open_menu)
        self._panels.changed.connect(self._panels_changed)
        self._strips.formula_chosen.connect(self.shade)
        self._switches.changed.connect(self.set_up)
        self._whole_action.triggered.connect(self.show_whole)

    # -- what the user can ask ----------------------------------------------------------------------

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
        return self._state._replace(open=self.stack.chosen, strip_shown=self._panels.strip_shown)

    def state(self) -> QByteArray:
        """The set-up, to be kept for the next run."""
        return QByteArray(self.setup.to_text().encode())

    def restore_state(self, state: QByteArray) -> None:
        """Take a set-up that `state` gave; anything else is passed over."""
        if not state.isEmpty():
            restored = PanelState.from_text(bytes(state.data()).decode(errors="replace"))
            self._panels.choose(restored.open, strip=restored.strip_shown)
            self.set_up(restored)

    def open_with(self, kinds: tuple[PlotKind, ...], shade: str, ends: tuple[float, float] | None) -> None:
        """Show these plots, or as many as have room, a formula's failures, and a stretch of logits or all."""
        self._panels.choose_fitting(kinds, self.height() - self.header.sizeHint().height())
        self._ranges.show_stretch(self._subject, self._look, ends)
        self.shade(shade or self._shaded or "")

    def reset(self) -> None:
        """Close what was opened, and show the panels of a first start."""
        self.interaction.close_readings()
        self._panels.choose(None, strip=True)

    def copied(self, size: QSize, plots: tuple[PlotKind, ...], *, strips: bool, dark: bool) -> PlotPanel:
        """Another panel of this size, laid out and never on the screen, that shows the same."""
        copy = PlotPanel(self._document, self._selection, self._evaluator, self.window())
        dress(copy, self.font(), dark=dark)
        copy._finder.finish()
        copy._drawing.formats.is_patient = True
        copy.interaction.baseline.adopt(self.interaction.baseline)
        copy.set_up(self._state)
        copy._panels.choose(plots, strip=strips)
        copy.shade(self._shaded or "")
        laid_out(copy, size)
        copy_view(copy.stack, copy._ranges, copy._look, self.stack, self._ranges)
        copy._follow_view()
        return copy

    def show_whole(self) -> None:
        """Go back to the range that shows every failing edge."""
        self._ranges.whole = True
        self._ranges.fit(self._subject, self._look)
        self._redraw()

    def shade(self, key: str) -> None:
        """Shade the failures of this formula in the plots."""
        if self._subject is None or key not in {formula.key for formula in self._subject.formulas}:
            return
        self._shaded = key
        self._strips.set_shaded(key)
        self._redraw()
        self.shade_changed.emit(key)

    def zoom_to_edge(self, band: Band, side: Side = "start") -> None:
        """Show the single floats on both sides of a band's edge."""
        self._ranges.show_edge(self._subject, self._look, edge_of(band, side))
        self._redraw()

    # -- following ----------------------------------------------------------------------------------

    def _selection_changed(self, page: str) -> None:
        if page == self._document.page:
            self._show_ready()

    def _show_ready(self) -> None:
        """Show the evaluation if there is one; of one that takes long, what is at hand."""
        if (evaluation := self._evaluator.at_hand()) is not None:
            self._evaluation_changed(evaluation)

    def _evaluation_changed(self, evaluation: Evaluation) -> None:
        page, before = self._document.page, self._subject
        moved = self._selection.moved_class() if page == "multiclass" else None
        row, covered = self._selection.place(page).row, self._document.cover.formulas
        if before is not None and before.tells_of(evaluation, row, moved, covered):
            return
        lanes = lanes_of(evaluation.problem, row, moved)
        formulas = tuple(column.formula for column in evaluation.columns)
        bands = self._finder.bands(lanes, formulas)
        new = Subject(evaluation, row, moved, lanes, bands, covered)
        self._subject = new.with_what_is_known_by(before)
        if before is None or before.problem.family != self._subject.problem.family:
            self._ranges.whole = True
        if self._shaded not in [formula.key for formula in formulas]:
            self._shaded = self._subject.first_shaded
            self._strips.set_shaded(self._shaded or "")
            self.shade_changed.emit(self._shaded or "")
        if before is not None and before.problem.format is not self._subject.problem.format:
            self._renumber()
        # The axes stand still below a dragged marker, and while another logit of the row is dragged.
        if self._ranges.whole and self._subject.settled and not self.interaction.busy:
            self._ranges.fit(self._subject, self._look)
        self._redraw()

    def _renumber(self) -> None:
        """Floats of another format: a view that counted the old ones has lost its meaning."""
        if self._state.spacing == "ordinal" or self.stack.span.scale.origin:
            self._ranges.whole = True
        elif not self._ranges.whole:
            self._ranges.follow(self._subject, self._look)

    def _take_bands(self) -> None:
        if self._subject is not None:
            new = replace(self._subject, bands=self._finder.current)
            self._subject = new.with_what_is_known_by(self._subject)
            if self._ranges.whole:
                self._ranges.fit(self._subject, self._look)
            self._redraw()

    def set_up(self, state: PanelState) -> None:
        """Take other scales, another measure or other strips."""
        before, self._state = self._state, state
        self._switches.show_state(state)
        if before.spacing != state.spacing:
            self._ranges.whole = True
        self._ranges.refit(self._subject, self._look)
        self._redraw()

    @property
    def _look(self) -> Look:
        state = self._state
        scale = loss_scale(state.loss_scale)
        return Look(state.measure, scale, self._shaded, self._theme, state.spacing, state.strips)

    def _view_changed(self) -> None:
        self._ranges.note_view()
        self._view_timer.start()

    def settle(self) -> None:
        """Fit and sample now what would be when control returns to Qt."""
        if self._view_timer.isActive():
            self._view_timer.stop()
            self._follow_view()

    def _follow_view(self) -> None:
        """Fit and sample anew after a zoom or a resize."""
        self._ranges.follow(self._subject, self._look)
        self._redraw()

    # -- drawing ------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        subject = self._subject
        if subject is None:
            return
        look = self._look
        self._drawing.draw(subject, look)
        self.interaction.show_subject(subject.told, told_look(subject, look))
        self.interaction.follow_view()
        self._show_cursor()
        self._drawing.show_verdicts(subject, look)

    def _move_cursor(self, logit: float | None) -> None:
        if logit != self._cursor:
            self._cursor = logit
            self._cursor_timer.start()

    def _show_cursor(self) -> None:
        if self._subject is not None and self._subject.lanes:
            self._drawing.show_cursor(self._cursor)

    def _let_go(self) -> None:
        """Fit the axes, which stood still below what was dragged, if it has left them."""
        subject = self._subject
        is_whole = subject is not None and subject.lanes and subject.settled and self._ranges.whole
        if subject is not None and is_whole and not self._ranges.holds(subject):
            self.show_whole()

    def _take_room(self) -> None:
        self._panels.fit(self.height() - self.header.sizeHint().height())

    def _panels_changed(self) -> None:
        self._take_room()
        self._view_timer.start()

    def minimumSizeHint(self) -> QSize:
        width = self.stack.minimumSizeHint().width() + self.gutter.width()
        return QSize(width, self.header.sizeHint().height() + self._panels.least_height)

    # -- menu and theme -----------------------------------------------------------------------------

    def context_menu(self) -> QMenu:
        """What can be asked of the plot."""
        menu = PlotMenu(None if self._subject is None else self._subject.told, self._shaded, self)
        menu.edge_chosen.connect(self.zoom_to_edge)
        menu.shade_chosen.connect(self._strips.formula_chosen)
        menu.fill(self._whole_action)
        self.interaction.fill_menu(menu)
        menu.addSeparator()
        menu.addActions(self.actions())
        return menu

    def _open_menu(self, where: QPoint) -> None:
        self.context_menu().popup(where)

    def _recolour(self) -> None:
        theme = PlotTheme.of(self.palette())
        if theme != self._theme:
            self._theme = theme
            self.stack.recolour(theme)
            self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._recolour()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.stack.fit_window(self.window().width())
        self._take_room()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.stack.fit_window(self.window().width())
        self._panels_changed()
