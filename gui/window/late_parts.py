"""The parts that the first paint does not wait for: the picture, the docks' content, icons, and the wires."""

from __future__ import annotations

from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QIcon
from PySide6.QtWidgets import QWidget

from engine import Evaluation, Finding
from gui.document.changes import PAGES, Change, ProblemReplaced
from gui.explain.explain_panel import ExplainPanel
from gui.findings.current_findings import CurrentFindings
from gui.findings.findings_panel import FindingsPanel
from gui.findings.status_words import status_words
from gui.learn.asking import call
from gui.plots.export.export_actions import ExportActions
from gui.plots.panel.plot_panel import PlotPanel
from gui.services.actions import separated
from gui.services.look.icons import Icons
from gui.services.resources import ICON
from gui.session.tutorial import is_first
from gui.window.all_four_front import AllFourFront
from gui.window.docks.arrangement import FINDINGS, HISTORY, LEDGER, STEPS
from gui.window.docks.history_view import history_view, leave_drops_to_the_window
from gui.window.focus_round import FocusRound, takers_of_tab
from gui.window.loss_values import LossValues
from gui.window.scan_front import ScanFront
from gui.window.teaching import Teaching

if TYPE_CHECKING:
    from gui.plots.export.exporter import PlotExporter
    from gui.plots.export.pictured import Pictured
    from gui.tables.results.ledger_panel import LedgerPanel
    from gui.window.window import MainWindow

CHAIN_MS = 50
"""After what makes new widgets, the order of the Tab key is made anew so late."""


class LateParts(QObject):
    """Made in one go once the tables stand; importing this module imports pyqtgraph."""

    message = Signal(str)
    """A sentence for the status bar."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        document, selection, evaluator = window.document, window.selection, window.evaluator
        self.plots = PlotPanel(document, selection, evaluator, window)
        self.export_actions = self._exporting()
        self.plots.addActions(self.export_actions.all)
        self.explanation = ExplainPanel(document, selection, evaluator, window)
        self.current = CurrentFindings(evaluator, self)
        self.findings = FindingsPanel(self.current, selection, window)
        self.history = history_view(window.document.undo_group, window)
        self.icons = Icons(self)
        self._worst_row: int | None = None
        self.loss_values = LossValues(window)
        self.teaching = Teaching(window, self)
        self._take_places()
        self._connect()
        QTimer.singleShot(0, self._draw_icons)  # the plots are painted first
        self._chaining = QTimer(self)
        self._chaining.setSingleShot(True)
        self._chaining.setInterval(CHAIN_MS)
        self._chaining.timeout.connect(self.chain_tabs)
        if window.settings is not None:
            self.plots.restore_state(window.settings.layout("plots"))
        if (evaluation := evaluator.ready()) is not None:
            self.explanation.show_evaluation(evaluation)
        if window.docks.in_sight(LEDGER):
            self._fill_when_seen(LEDGER)
        of_tables, of_picture = [self.export_actions.save_curves], self.plots.interaction.actions.all
        self.all_four = AllFourFront(window, self.icons, of_tables, of_picture)
        self.all_four.left.connect(self._show_worst)
        self.scan = ScanFront(window, self.icons, self.all_four, self.export_actions.all)
        window.document.front_changed.connect(self._chain_soon)
        self._chain_soon()
        for panel in (self.plots, self.explanation, self.findings, self.history, window.lesson_dock):
            leave_drops_to_the_window(panel)

    def _take_places(self) -> None:
        window, docks = self._window, self._window.docks
        window.picture.fill(self.plots)
        for name, content in ((STEPS, self.explanation), (FINDINGS, self.findings), (HISTORY, self.history)):
            docks.dock(name).fill(content)
        self.explanation.add_last_card(self.plots.reason_panel)

    def _connect(self) -> None:
        window, actions = self._window, self._window.actions_
        self.message.connect(window.show_message)
        self.findings.count_changed.connect(partial(window.docks.set_count, FINDINGS))
        window.docks.set_count(FINDINGS, len(self.findings.lines))
        self.findings.message.connect(self.message)
        window.docks.dock(FINDINGS).visibilityChanged.connect(self.findings.catch_up)
        self.explanation.cards_shown.connect(partial(window.docks.set_cards, STEPS))
        window.docks.set_cards(STEPS, *self.explanation.told)
        self.current.changed.connect(self._show_worst)
        self._show_worst()
        window.status.worst_asked.connect(self._show_what_is_worst)
        window.status.more_asked.connect(partial(self._next_finding, 1))
        actions.next_finding.triggered.connect(partial(self._next_finding, 1))
        actions.previous_finding.triggered.connect(partial(self._next_finding, -1))
        window.docks.shown.connect(self._fill_when_seen)
        window.evaluator.evaluated.connect(self._follow)
        window.status.follow(window.evaluator)
        self.plots.shade_changed.connect(window.sentence.name_shaded)
        window.sentence.name_shaded(self.plots.shaded or "")
        actions.show_reason.triggered.connect(self.show_reason)
        actions.copy_fix.triggered.connect(self.copy_fix)
        self.plots.reason_panel.offer_fix(actions.copy_fix)
        window.sentence.changed.connect(self._offer_ways_on)
        window.document.changed.connect(self._follow_numbers)
        window.document.page_changed.connect(self._choose_way_on)
        for changed in (window.document.page_changed, window.document.formulas_changed, window.docks.shown):
            changed.connect(self._chain_soon)
        self.loss_values.message.connect(self.message)
        self.loss_values.made.connect(leave_drops_to_the_window)
        self._choose_way_on()
        actions.add_late(self.plot_actions)
        actions.add_docks(window.docks.raising, window.docks.floating)
        window.option_bar.set_baseline(self.plots.interaction.actions.pin_baseline)
        self._round = FocusRound(
            (
                lambda: window.option_bar,
                lambda: window.docks.table.place,
                lambda: self.plots,
                lambda: self.all_four.made,
                lambda: self.scan.made,
                window.docks.in_front,
                lambda: window.status,
            ),
            self,
        )
        actions.next_part.triggered.connect(partial(self._round.move, 1))
        actions.previous_part.triggered.connect(partial(self._round.move, -1))

    def _draw_icons(self) -> None:
        window, actions = self._window, self._window.actions_
        window.setWindowIcon(QIcon(str(ICON)))
        for owner, name in (
            (actions.open, "folder-open"),
            (actions.paste, "clipboard-paste"),
            (window.page_bar.presets, "book-open"),
            (window.page_bar.lessons, "graduation-cap"),
            (actions.leave_lesson, "x"),
            (actions.close_answers, "x"),
            (actions.open_answer, "arrow-right"),
            (actions.undo, "undo-2"),
            (actions.redo, "redo-2"),
            (actions.show_reason, "lightbulb"),
            (actions.copy_fix, "copy"),
            (actions.own_numbers, "import"),
            (actions.back_to_row, "undo-2"),
            (actions.two_classes, "arrow-right"),
            (actions.explain_loss, "search"),
            (window.page_bar.loss_field.mark, "search"),
            (window.option_bar.baseline, "pin"),
            (self.findings.change.copy, "copy"),
            (self.findings.change.go, "arrow-right"),
            (self.findings.change.reproduce, "external-link"),
        ):
            self.icons.give(owner, name)
        window.status.mark.load()

    def chain_tabs(self) -> None:
        """Let Tab go as the eye does: bars, table, picture, docks, status line."""
        window, docks = self._window, self._window.docks
        fields = [field for _, field in window.panel(window.document.page).options.widgets()]
        options = window.option_bar
        parts = [window.page_bar, *fields, options.formulas, options.two_classes, options.baseline]
        parts += [*self.scan.fields, options.more, window.sentence, window.all_four, *self.scan.places]
        parts += [docks.table.place, self.plots]
        parts += [dock.place for dock in docks.all if dock is not docks.table]
        parts += [window.status]
        reached = takers_of_tab(window)
        chain = [each for part in parts for each in reached if each is part or part.isAncestorOf(each)]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def _chain_soon(self) -> None:
        self._chaining.start()

    # -- findings and reasons -----------------------------------------------------------------------

    def _show_worst(self) -> None:
        if self.current.evaluation is None or shows_no_tables(self._window):
            return  # nobody has looked yet, or another page speaks
        if self.teaching.show_status():
            self._worst_row = None
            return
        words = status_words(self.current.found, self.current.evaluation)
        self._worst_row = words.row
        self._window.status.show_worst(words.mark, words.kind, words.text, words.more)
        self._offer_ways_on()

    def _follow_numbers(self, change: Change) -> None:
        if isinstance(change, ProblemReplaced) and change.page == self._window.document.page:
            self._choose_way_on()

    def _choose_way_on(self) -> None:
        """Beside the reason: first one's own numbers, and once they are there, what to change."""
        actions, begins = self._window.actions_, is_first(self._window.document.problem())
        way_on = actions.own_numbers if begins else actions.copy_fix
        if self.teaching.is_at_lesson:
            way_on = actions.leave_lesson
        self._window.sentence.offer(way_on)

    def follow_lesson(self) -> None:
        """A lesson began, was answered or left."""
        self._choose_way_on()
        self._show_worst()
        if "ledger" in self.__dict__:
            self.ledger.cover(self._window.document.cover.is_up)

    def _offer_ways_on(self) -> None:
        actions = self._window.actions_
        actions.show_reason.setEnabled(self._window.sentence.worst is not None)
        actions.copy_fix.setEnabled(self._fix is not None)

    @property
    def _fix(self) -> Finding | None:
        evaluation = self.current.evaluation
        if shows_no_tables(self._window):
            return None
        if evaluation is None or evaluation.problem.family != self._window.document.page:
            return None
        return self.current.of_row(self._window.selection.place().row)

    def copy_fix(self) -> None:
        """Copy the line that replaces what fails in the row."""
        fix = self._fix
        if fix is not None:
            QGuiApplication.clipboard().setText(fix.code)
            self.message.emit(self.tr("Copied: {code}").format(code=fix.code))

    def _show_what_is_worst(self) -> None:
        """The finding, or the row in which a formula without findings fails."""
        if shows_no_tables(self._window):
            return  # whose lanes say what there is
        if self._worst_row is None:
            self._show_finding(0)
        else:
            self._window.selection.select(self._window.document.page, self._worst_row)
            self._window.docks.bring_to_front(STEPS, focus=False)

    def _show_finding(self, index: int) -> None:
        self._window.docks.bring_to_front(FINDINGS, focus=False)
        self.findings.show_finding(index)

    def _next_finding(self, step: int) -> None:
        if shows_no_tables(self._window):
            return
        in_sight = self._window.docks.in_sight(FINDINGS)
        self._window.docks.bring_to_front(FINDINGS, focus=False)
        # The first press shows what is there, the next ones go on from it.
        self.findings.next_finding(step if in_sight else 0)

    def show_reason(self) -> None:
        """Shade the formula that was clicked, or the row's worst, and pin why it fails and from where on."""
        formula = self.plots.interaction.to_explain(self._window.sentence.worst)
        if formula is not None:
            self.plots.shade(formula)
        self._window.docks.bring_to_front(STEPS, focus=False)
        self.plots.interaction.explain_here()

    # -- the picture --------------------------------------------------------------------------------

    @cached_property
    def exporter(self) -> PlotExporter:
        """What takes the plots along, made when that is first asked for."""
        from gui.plots.export.exporter import PlotExporter  # noqa: PLC0415  # not needed to start

        exporter = PlotExporter(self.plots, self._window, self._window.settings)
        exporter.pictured = self._pictured
        exporter.message.connect(self.message)
        return exporter

    def _pictured(self) -> Pictured:
        """What a picture is taken of: what is in front."""
        if self._window.document.front == "all-four":
            from gui.window.all_four_picture import AllFourPicture  # noqa: PLC0415

            return AllFourPicture(self.all_four.page)
        from gui.plots.export.pictured import PlotPicture  # noqa: PLC0415

        return PlotPicture(self.plots)

    def _exporting(self) -> ExportActions:
        actions = ExportActions(self)
        actions.copy_picture.triggered.connect(self._copy_picture)
        actions.save_picture.triggered.connect(self._ask_for_picture)
        actions.save_curves.triggered.connect(self._ask_for_curves)
        return actions

    def _copy_picture(self) -> None:
        self.exporter.copy()

    def _ask_for_picture(self) -> None:
        self.exporter.ask_for_picture()

    def _ask_for_curves(self) -> None:
        self.exporter.ask_for_curves()

    @property
    def plot_actions(self) -> list[QAction]:
        """What the Plot menu offers."""
        return separated(self, (self.plots.interaction.actions.all, self.export_actions.all))

    # -- the docks ----------------------------------------------------------------------------------

    @cached_property
    def ledger(self) -> LedgerPanel:
        """What the mean divides by, made when it is first seen."""
        from gui.tables.results.ledger_panel import LedgerPanel  # noqa: PLC0415  # not needed to start

        ledger = LedgerPanel(self._window)
        ledger.row_chosen.connect(self._choose_row)
        ledger.word_asked.connect(self.teaching.words.show_word)
        call(ledger.levels, "levels")
        ledger.cover(self._window.document.cover.is_up)
        self._window.selection.changed.connect(self._mark_row)
        self._window.docks.dock(LEDGER).fill(ledger)
        leave_drops_to_the_window(ledger)
        return ledger

    def _mark_row(self) -> None:
        self.ledger.show_row(self._window.selection.place().row)

    def _choose_row(self, row: int) -> None:
        self._window.selection.select(self._window.document.page, row)

    def _fill_when_seen(self, name: str) -> None:
        if name == LEDGER and (evaluation := self._window.evaluator.ready()) is not None:
            self.ledger.show_evaluation(evaluation)
            self._mark_row()

    def _follow(self, evaluation: Evaluation) -> None:
        if self._window.docks.in_sight(LEDGER):
            self.ledger.show_evaluation(evaluation)


def shows_no_tables(window: MainWindow) -> bool:
    """Whether a page without tables is in front, which speaks for itself."""
    return window.document.front not in PAGES
