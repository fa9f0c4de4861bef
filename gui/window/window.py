"""The main window: puts panels, bars, docks and menus together and holds no rules of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QSize, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QStackedWidget, QToolBar, QWidget

from engine import Role
from gui.document.changes import FRONTS, Front, Page
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.services.settings import Settings
from gui.services.theme import Theme, ThemeName
from gui.session.problem_file import ProblemFile
from gui.tables.page_panel import PagePanel
from gui.window.actions import Actions
from gui.window.bars.option_bar import OptionBar
from gui.window.bars.page_bar import PageBar
from gui.window.bars.row_sentence import RowSentence
from gui.window.bars.status_line import StatusLine
from gui.window.dialogs import Dialogs
from gui.window.docks.arrangement import NOTES
from gui.window.docks.dock import Place
from gui.window.docks.docks import Docks
from gui.window.page_stack import PageStack
from gui.window.window_layout import WindowLayout

if TYPE_CHECKING:
    from gui.files.files import Files
    from gui.learn.lesson_dock import LessonDock
    from gui.plots.panel.plot_panel import PlotPanel
    from gui.services.autosave import LostWork, Slot
    from gui.window.late_parts import LateParts
    from gui.window.session_parts import SessionParts

LATER_MS = 30
"""The plots are painted by then: what keeps the work is made, if nobody has asked for it before."""

LEAST_PICTURE = QSize(360, 200)


class MainWindow(QMainWindow):
    """Three bars, the table on the left, the picture in the middle, docks in tabs, the status line.

    The table is painted first, and the places of all the rest are there. Picture and docks are filled
    (`complete`) when that has been done, and then what keeps the work (`session`) is made: importing
    pyqtgraph costs as much as all the rest of the start. Without settings nothing is remembered; without
    `claim_slot`, which gives its place, there is no autosave.
    """

    painted = Signal()
    """The tables are on the screen and can be used."""
    completed = Signal()
    """Everything is in place; the plots are painted with the next events."""

    def __init__(
        self,
        document: Document,
        selection: Selection,
        evaluator: Evaluator,
        theme: Theme,
        settings: Settings | None = None,
        claim_slot: Callable[[], Slot | None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.selection = selection
        self.evaluator = evaluator
        self._theme = theme
        self.settings = settings
        self._claim_slot = claim_slot
        self._painted = False
        self.late: LateParts | None = None
        self.actions_ = Actions(document, self)
        self.actions_.fill_menu_bar(self.menuBar())
        self.setAcceptDrops(True)
        self._assemble()
        self._connect()
        self._show_page(document.page)
        self._show_front(document.front)
        self.reset_layout()

    # -- assembly -----------------------------------------------------------------------------------

    def _assemble(self) -> None:
        actions = self.actions_
        numbers, history = (actions.open, actions.paste), (actions.undo, actions.redo)
        self.page_bar = PageBar(actions.pages.actions(), numbers, history, actions.explain_loss, self)
        self.tabs = self.page_bar.tabs
        self.option_bar = OptionBar(actions.formulas, actions.two_classes, self)
        self.sentence = RowSentence(self.document, self.selection, self.evaluator, self)
        self.sentence.add_button(actions.show_reason, actions.back_to_row, actions.open_answer)
        self.sentence.add_button(*actions.ways_on)
        sentence_bar = QToolBar(self)
        sentence_bar.setObjectName("row sentence")
        sentence_bar.setWindowTitle(self.tr("Row"))
        sentence_bar.setMovable(False)
        sentence_bar.addWidget(self.sentence)
        for bar in (self.page_bar, self.option_bar, sentence_bar):
            self.addToolBar(bar)
            self.addToolBarBreak()
        self.picture = Place(LEAST_PICTURE, self)
        self.all_four = Place(LEAST_PICTURE, self)
        self.centre = QStackedWidget(self)
        self.centre.addWidget(self.picture)
        self.centre.addWidget(self.all_four)
        self.setCentralWidget(self.centre)
        self._pages = PageStack(self.document, self.selection, self.evaluator, self.settings, self)
        self.docks = Docks(self, self._pages)
        self.status = StatusLine(self)
        self.setStatusBar(self.status)
        self.layout_ = WindowLayout(self, self.docks, self.settings)
        self.dialogs = Dialogs(self.document, self)

    def complete(self) -> None:
        """Make what the first paint did not wait for."""
        if self.late is not None:
            return
        self.actions_.show_row_actions(self.panel(self.document.page).edit_actions)
        from gui.window.late_parts import LateParts  # noqa: PLC0415  # after the first paint

        self.late = LateParts(self)
        # All is laid out and fitted before it is painted, and not painted in places that it leaves again.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        self.plots.settle()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.UpdateLater.value)
        self.completed.emit()

    @cached_property
    def session(self) -> SessionParts:
        """What keeps the work; made after the first paint, or when it is first asked for."""
        from gui.window.session_parts import SessionParts  # noqa: PLC0415  # after the first paint

        session = SessionParts(self.document, self.selection, self.settings, self._claim_slot, self)
        self.actions_.add_session([session.recent, session.presets], session.code.actions)
        self.page_bar.set_presets(session.presets)
        session.message.connect(self.show_message)
        session.failed.connect(self.sentence.show_failure)
        session.keeper.autosave_trouble.connect(self._show_autosave_trouble)
        session.files.opened.connect(self._show_opened)
        session.files.leaving.connect(self.close)
        session.files.scan_wanted.connect(self.scan)
        session.files.columns.shown_rows = lambda: self.panel(self.document.page).shown_rows()
        return session

    @property
    def files(self) -> Files:
        """What File's menu does."""
        return self.session.files

    @property
    def plots(self) -> PlotPanel:
        """The plots, once `completed` was emitted."""
        assert self.late is not None
        return self.late.plots

    def _after_first_paint(self) -> None:
        self.layout_.fit_screen()
        self.painted.emit()
        self.sentence.begin()
        self.complete()
        QTimer.singleShot(LATER_MS, self._make_session)

    def _make_session(self) -> None:
        self.session.show_name()

    def _connect(self) -> None:
        actions = self.actions_
        for action, ask in (
            (actions.new, lambda files: files.new()),
            (actions.open, lambda files: files.open()),
            (actions.paste, lambda files: files.paste()),
            (actions.save, lambda files: files.save()),
            (actions.save_as, lambda files: files.save_as()),
            (actions.export, lambda files: files.export()),
        ):
            action.triggered.connect(partial(self._ask_files, ask))
        actions.own_numbers.triggered.connect(self._offer_own_numbers)
        actions.quit.triggered.connect(self.close)
        actions.formulas.triggered.connect(self.dialogs.show_formulas)
        actions.reset_layout.triggered.connect(self.reset_layout)
        actions.about.triggered.connect(self.dialogs.show_about)
        actions.shortcuts.triggered.connect(self.dialogs.show_shortcuts)
        actions.pages.triggered.connect(self._choose_page)
        actions.themes.triggered.connect(self._choose_theme)
        self._pages.message.connect(self.show_message)
        self._pages.import_wanted.connect(partial(self._ask_files, lambda files: files.paste()))
        self.tabs.currentChanged.connect(self._choose_tab)
        self.document.page_changed.connect(self._show_page)
        self.document.front_changed.connect(self._show_front)
        self.document.changed.connect(self.status.clearMessage)
        self.document.sample_changed.connect(self.status.clearMessage)
        self.document.formulas_changed.connect(self._count_formulas)

    # -- pages --------------------------------------------------------------------------------------

    def panel(self, page: Page) -> PagePanel:
        """A page's tables, made when they are first asked for."""
        return self._pages.panel(page)

    def _show_page(self, page: Page) -> None:
        panel = self._pages.show_page(page)
        self.option_bar.show_fields(page, panel.options.widgets())
        self._count_formulas()
        self.docks.show_page(page)
        if self.late is not None:
            self.actions_.show_row_actions(panel.edit_actions)

    def _show_front(self, front: Front) -> None:
        self.tabs.setCurrentIndex(FRONTS.index(front))
        self.actions_.page(front).setChecked(True)

    def _count_formulas(self) -> None:
        page, formulas = self.document.page, self.document.formulas
        known = [each for each in formulas.catalogue if each.family == page and each.role is not Role.EXACT]
        self.option_bar.show_count(sum(map(formulas.has, known)), len(known))

    def _choose_page(self, action: QAction) -> None:
        self.document.set_front(action.data())

    def _choose_tab(self, index: int) -> None:
        self.document.set_front(FRONTS[index])

    # -- files --------------------------------------------------------------------------------------

    def _ask_files(self, ask: Callable[[Files], None], _checked: bool = False) -> None:
        ask(self.files)  # made now if nobody has asked before

    def _offer_own_numbers(self) -> None:
        menu = QMenu(self)
        menu.addActions([self.actions_.paste, self.actions_.open])
        menu.popup(self.sentence.mapToGlobal(self.sentence.rect().bottomRight()))

    def _show_opened(self, opened: ProblemFile) -> None:
        if opened.show:
            self.document.show_formulas(self.document.formulas.with_roles(opened.show))
        self.lesson_dock.notes.show_note(opened)
        if opened.look_at:
            self.docks.bring_to_front(NOTES, focus=False)
        if self.late is not None:
            self.late.teaching.open_view(opened)
        elif opened.view is not None:
            self.selection.select(opened.page, opened.view.row, opened.view.moved)

    @cached_property
    def lesson_dock(self) -> LessonDock:
        """Lessons, and what an opened preset wants looked at."""
        from gui.learn.lesson_dock import LessonDock  # noqa: PLC0415  # after the first paint

        dock = LessonDock(self.document, self)
        self.docks.dock(NOTES).fill(dock)
        return dock

    def offer_recovery(self, lost: Sequence[LostWork]) -> None:
        """Offer what a crash or a kill interrupted, in the place of the row's sentence."""
        self.sentence.ask(self.session.recovery_bar(lost))

    def scan(self, paths: Sequence[Path]) -> None:
        """Count what breaks in files however large, on the page for that."""
        assert self.late is not None
        self.late.scan.scan_files(paths)

    # -- messages ---------------------------------------------------------------------------------

    def _show_autosave_trouble(self, reason: str) -> None:
        text = self.tr("{reason}. It is tried again and again; save the session elsewhere (File › Save as).")
        self.status.show_trouble(self.tr("not autosaved"), text.format(reason=reason) if reason else "")

    def show_message(self, text: str) -> None:
        """Say something in the status line, until the next edit."""
        self.status.showMessage(text)

    # -- theme and layout ---------------------------------------------------------------------------

    def choose_theme(self, name: ThemeName) -> None:
        """Show a theme; only a choice in the menu is remembered."""
        self._theme.choose(name)
        self.actions_.theme(name).setChecked(True)

    def _choose_theme(self, action: QAction) -> None:
        self.choose_theme(action.data())
        if self.settings is not None:
            self.settings.theme = action.data()

    def reset_layout(self) -> None:
        """Size, docks and plots as on a first start, within the screen."""
        self.layout_.reset()
        if self.late is not None:
            self.plots.reset()  # which shows the panels that the size has room for

    def _save_layout(self) -> None:
        if self.settings is not None and self.late is not None:
            self.settings.set_layout("plots", self.plots.state())
        self.layout_.save()

    def keep_work(self) -> None:
        """Write work in progress at once: the desktop's session ends."""
        self.session.keeper.keep()

    # -- Qt -----------------------------------------------------------------------------------------

    def createPopupMenu(self) -> QMenu:
        """What a right click on bars and docks offers: no bar can be closed."""
        menu = QMenu(self)
        menu.addActions(self.docks.raising)
        menu.addMenu(self.docks.floating)
        menu.addAction(self.actions_.reset_layout)
        return menu

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self.late is not None:
            self.late.icons.recolour()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_close():
            event.ignore()
            return
        self._save_layout()
        self.session.close()
        self.evaluator.close()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.files.accepts(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.files.drop(event.mimeData())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.page_bar.fit(event.size().width())
        self.sentence.fit(event.size().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            # The children are painted after this event and before any timer.
            QTimer.singleShot(0, self._after_first_paint)
