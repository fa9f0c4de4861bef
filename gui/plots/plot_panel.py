"""The picture of the selected row: loss against its logit, with rails, shades and the heat strip."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QPalette, QShowEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from engine import Evaluation, Role
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.plots import captions, picture
from gui.plots.logit_plot import LogitPlot
from gui.plots.logit_span import value_range
from gui.plots.marks import Curve
from gui.plots.picture import Subject, Sweeper
from gui.plots.plot_header import PlotHeader
from gui.plots.plot_theme import PlotTheme
from gui.plots.rails import Rails
from gui.plots.strips import StripPanel

PIXELS_A_POINT = 2.0
"""Device pixels between two sampled logits: the finest that antialiased lines can show."""


class PlotPanel(QWidget):
    """Shows the selected row of the page in front and follows every change of it.

    Parameters
    ----------
    document, selection, evaluator
        Read only; this panel changes nothing.
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
        self._subject: Subject | None = None
        self._curves: tuple[Curve, ...] = ()
        self._sweeper = Sweeper()
        self._shaded: str | None = None
        self._whole = True
        self._fitted = (0.0, 0.0), (0.0, 0.0)
        self._moving = False
        self._cursor: float | None = None

        self._header = PlotHeader(self._theme, self)
        self._rails = Rails(("nan", "inf"), self._theme, self)
        self._low_rail = Rails(("-inf",), self._theme, self)
        self._plot = LogitPlot(self._theme, self)
        self._strips = StripPanel(self._theme, self)
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
        column.addWidget(self._header)
        column.addWidget(self._rails)
        column.addWidget(self._plot, 1)
        column.addWidget(self._low_rail)
        column.addWidget(self._strips)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._plot.setMinimumHeight(110)
        self._plot.setAccessibleName(self.tr("Loss against the logit"))
        self.setAccessibleName(self.tr("Picture of the selected row"))

    def _connect(self) -> None:
        self._evaluator.evaluated.connect(self._evaluation_changed)
        self._selection.changed.connect(self._selection_changed)
        self._plot.view_changed.connect(self._view_changed)
        self._plot.whole_asked.connect(self.show_whole)
        self._plot.cursor_moved.connect(self._move_cursor)
        self._plot.menu_asked.connect(self._open_menu)
        self._strips.formula_chosen.connect(self.shade)
        self._whole_action.triggered.connect(self.show_whole)

    # -- what the user can ask ----------------------------------------------------------------------

    @property
    def plot(self) -> LogitPlot:
        """The loss plot."""
        return self._plot

    @property
    def rails(self) -> Rails:
        """The rails for nan and inf."""
        return self._rails

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

    def show_whole(self) -> None:
        """Go back to the range that shows every failing edge."""
        self._whole = True
        self._fit()
        self._redraw()

    def shade(self, key: str) -> None:
        """Shade the failures of this formula in the plot."""
        self._shaded = key
        self._strips.set_shaded(key)
        self._show_shades()

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
        self._subject = Subject.of(evaluation, self._selection.place(page).row, moved)
        if before is None or before.problem.family != self._subject.problem.family:
            self._whole = True
        keys = [formula.key for formula in self._subject.formulas]
        if self._shaded not in keys:
            self._shaded = self._first_shaded()
            self._strips.set_shaded(self._shaded or "")
        if self._whole:
            self._fit()
        self._redraw()

    def _first_shaded(self) -> str | None:
        """The textbook form at first: it is what log(sigmoid) and log(softmax) break."""
        assert self._subject is not None
        ranked = sorted(self._subject.formulas, key=lambda formula: formula.role is not Role.SCRATCH)
        return next((formula.key for formula in ranked if formula.role is not Role.EXACT), None)

    def _fit(self) -> None:
        """Set the ranges so that the whole story is in view."""
        subject = self._subject
        if subject is None or not subject.lanes:
            return
        logits = subject.whole()
        curves = self._sweeper.curves(subject, *logits, self._points, self._theme.dark)
        self._moving = True
        self._plot.show_range(logits, value_range([curve.values for curve in curves], self._plot.headroom))
        self._moving = False
        span = self._plot.span
        self._fitted = (span.low, span.high), self._plot.value_span

    def _view_changed(self) -> None:
        if self._moving:
            return
        span = self._plot.span
        if ((span.low, span.high), self._plot.value_span) != self._fitted:
            self._whole = False  # the user zoomed; a resize leaves the range alone
        self._view_timer.start()

    def _follow_view(self) -> None:
        """Fit and sample anew after a zoom or a resize."""
        if self._whole:
            self._fit()
        self._redraw()

    @property
    def _points(self) -> int:
        """How many logits to sample across the view."""
        return max(2, round(self._plot.span.width * self.devicePixelRatioF() / PIXELS_A_POINT))

    # -- drawing ------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        subject = self._subject
        if subject is None:
            return
        span = self._plot.span
        for part in (self._rails, self._low_rail, self._strips):
            part.set_span(span)
        self._show_title(subject)
        if not subject.lanes:
            self._show_nothing(subject)
            return
        self._curves = self._sweeper.curves(subject, span.low, span.high, self._points, self._theme.dark)
        self._plot.show_curves(self._curves)
        self._plot.show_samples(
            picture.selected_samples(subject, self._theme.dark), picture.other_samples(subject)
        )
        self._plot.notes.show_notes(
            captions.notes(subject, self._curves, self._plot.span, self._plot.value_span, self._theme)
        )
        self._show_rails(subject)
        self._show_shades()
        self._strips.show_strips(
            picture.strips_of(subject, self._theme.dark),
            picture.lane_labels(subject),
            subject.problem.format,
        )
        self._show_readings()
        self._plot.setAccessibleDescription(captions.description(subject))

    def _show_nothing(self, subject: Subject) -> None:
        self._curves = ()
        self._plot.show_curves(())
        self._plot.show_samples((), (np.empty(0), np.empty(0)))
        self._plot.notes.show_notes(())
        self._plot.shades.show_bands((), subject.problem.format)
        self._plot.setAccessibleDescription(captions.title(subject))
        for rails in (self._rails, self._low_rail):
            rails.show_runs((), (), 1, {})
        self._low_rail.hide()
        self._strips.show_strips(picture.strips_of(subject, self._theme.dark), (), subject.problem.format)
        self._strips.show_readings({})
        self._header.set_place("")

    def _show_title(self, subject: Subject) -> None:
        self._header.set_title(captions.title(subject))
        if subject.lanes:
            self._plot.set_labels(captions.logit_label(subject), self.tr("loss"))

    def _show_rails(self, subject: Subject) -> None:
        lines = picture.rail_lines(self._curves, subject.formulas)
        dots = picture.rail_dots(subject, self._theme.dark)
        words = captions.rail_counts(subject)
        slots = len(subject.formulas)
        self._rails.show_runs(lines, dots, slots, words)
        self._low_rail.show_runs(lines, dots, slots, words)
        self._low_rail.setVisible(bool(self._low_rail.lines or self._low_rail.dots))

    def _show_shades(self) -> None:
        subject = self._subject
        if subject is not None and subject.lanes and self._shaded is not None:
            bands = subject.bands_of(self._shaded, subject.own)
            self._plot.shades.show_bands(bands, subject.problem.format)

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
        for part in (self._plot, self._rails, self._low_rail, self._strips):
            part.set_cursor_logit(logit)
        self._strips.show_readings(picture.readings_of(subject, logit))
        self._header.set_place(captions.place(subject, logit))

    # -- menu and theme -----------------------------------------------------------------------------

    def _open_menu(self, where: QPoint) -> None:
        menu = self.context_menu()
        menu.popup(where)

    def context_menu(self) -> QMenu:
        """What can be asked of the plot."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self._whole_action)
        shades = menu.addMenu(self.tr("&Shade the failures of"))
        for formula in self._subject.formulas if self._subject else ():
            if formula.role is Role.EXACT:
                continue
            action = shades.addAction(formula.title.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(formula.key == self._shaded)
            action.setData(formula.key)
        shades.triggered.connect(self._shade_chosen)
        return menu

    def _shade_chosen(self, action: QAction) -> None:
        self.shade(action.data())

    def _recolour(self) -> None:
        theme = PlotTheme.of(self.palette())
        if theme == self._theme:
            return
        self._theme = theme
        for part in (self._header, self._plot, self._rails, self._low_rail, self._strips):
            part.recolour(theme)
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._recolour()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._view_timer.start()
