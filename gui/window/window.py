"""The main window: puts panels, menus and status bar together and holds no rules of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QIcon, QPaintEvent
from PySide6.QtWidgets import QFrame, QMainWindow, QSplitter, QTabBar, QVBoxLayout, QWidget

from gui.document.changes import PAGES, Page
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.services.actions import without_mnemonic
from gui.services.resources import ICON
from gui.services.settings import Settings
from gui.services.theme import Theme, ThemeName
from gui.session.problem_file import ProblemFile
from gui.tables.page_panel import PagePanel
from gui.window.actions import Actions
from gui.window.note_bar import NoteBar
from gui.window.page_stack import PageStack
from gui.window.window_layout import WindowLayout

if TYPE_CHECKING:
    from gui.files.files import Files
    from gui.formulas.formulas_dialog import FormulasDialog
    from gui.plots.panel.plot_panel import PlotPanel
    from gui.services.autosave import LostWork, Slot
    from gui.window.session_parts import SessionParts


LATER_MS = 30
"""The plots are painted by then: what keeps the work is made, if nobody has asked for it before."""


class MainWindow(QMainWindow):
    """Tables on the left, plots on the right, the selected row's explanation below.

    The tables are painted first. Plots and explanation (`complete`) are made when that has been done, and
    then what keeps the work (`session`): importing pyqtgraph costs as much as all the rest of the start.
    Without settings nothing is remembered; without `claim_slot`, which gives its place, there is no autosave.
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
        self._selection = selection
        self.evaluator = evaluator
        self._theme = theme
        self._settings = settings
        self._claim_slot = claim_slot
        self._painted = False
        self._complete = False
        self.formulas_dialog: FormulasDialog | None = None
        self.actions_ = Actions(document, self)
        self.actions_.fill_menu_bar(self.menuBar())
        self.setAcceptDrops(True)
        self._assemble()
        self._connect()
        self._show_page(document.page)
        self.reset_layout()

    # -- assembly -----------------------------------------------------------------------------------

    def _assemble(self) -> None:
        self.tabs = QTabBar(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(self.tr("Pages"))
        for page in PAGES:
            self.tabs.addTab(without_mnemonic(self.actions_.page(page).text()))
        self._pages = PageStack(self.document, self._selection, self.evaluator, self._settings, self)
        self._pages.message.connect(self.show_message)
        self.columns = QSplitter(Qt.Orientation.Horizontal, self)
        self.rows = QSplitter(Qt.Orientation.Vertical, self)
        self.layout_ = WindowLayout(self, self.columns, self.rows, self._settings)
        self.columns.addWidget(self._pages)
        self.columns.addWidget(QFrame(self))
        self.rows.addWidget(self.columns)
        self.rows.addWidget(QFrame(self))
        for splitter in (self.columns, self.rows):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(6)
        centre = QWidget(self)
        layout = self._layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tabs)
        self.note = NoteBar(self.document, self)
        layout.addWidget(self.note)
        layout.addWidget(self.rows, 1)
        self.setCentralWidget(centre)
        self.statusBar().setSizeGripEnabled(False)

    def complete(self) -> None:
        """Make what the first paint did not wait for: plots, explanation, icon."""
        if self._complete:
            return
        self._complete = True
        self.actions_.show_table_actions(self.panel(self.document.page).edit_actions)
        from gui.window.late_parts import LateParts  # noqa: PLC0415  # after the first paint

        self.late = LateParts(self.document, self._selection, self.evaluator, self)
        self.late.message.connect(self.show_message)
        self.late.take_places(self.columns, self.rows)
        self._layout.addWidget(self.late.findings)
        self.actions_.add_late(self.late.plot_actions, self.late.history.toggleViewAction())
        if self._settings is not None:
            self.plots.restore_state(self._settings.layout("plots"))
        self.setWindowIcon(QIcon(str(ICON)))
        self.completed.emit()

    @cached_property
    def session(self) -> SessionParts:
        """What keeps the work; made after the first paint, or when it is first asked for."""
        from gui.window.session_parts import SessionParts  # noqa: PLC0415  # after the first paint

        session = SessionParts(self.document, self._selection, self._settings, self._claim_slot, self)
        self.actions_.add_session([session.recent, session.presets], session.code.actions)
        session.message.connect(self.show_message)
        session.files.opened.connect(self._show_opened)
        session.files.leaving.connect(self.close)
        return session

    @property
    def files(self) -> Files:
        """What File's menu does."""
        return self.session.files

    @property
    def plots(self) -> PlotPanel:
        """The plots, once `completed` was emitted."""
        return self.late.plots

    def _after_first_paint(self) -> None:
        self.painted.emit()
        self.complete()
        QTimer.singleShot(LATER_MS, self._make_session)

    def _make_session(self) -> None:
        self.session.show_name()

    def _connect(self) -> None:
        actions = self.actions_
        for action, ask in (
            (actions.new, lambda files: files.new()),
            (actions.open, lambda files: files.open()),
            (actions.save, lambda files: files.save()),
            (actions.save_as, lambda files: files.save_as()),
            (actions.export, lambda files: files.export()),
        ):
            action.triggered.connect(partial(self._ask_files, ask))
        actions.quit.triggered.connect(self.close)
        actions.formulas.triggered.connect(self.show_formulas)
        actions.reset_layout.triggered.connect(self.reset_layout)
        actions.about.triggered.connect(self.show_about)
        actions.shortcuts.triggered.connect(self.show_shortcuts)
        actions.pages.triggered.connect(self._choose_page)
        actions.themes.triggered.connect(self._choose_theme)
        self.tabs.currentChanged.connect(self._choose_tab)
        self.document.page_changed.connect(self._show_page)
        self.document.changed.connect(self._clear_message)

    # -- pages --------------------------------------------------------------------------------------

    def panel(self, page: Page) -> PagePanel:
        """A page's tables, made when they are first asked for."""
        return self._pages.panel(page)

    def _show_page(self, page: Page) -> None:
        panel = self._pages.show_page(page)
        if self._complete:
            self.actions_.show_table_actions(panel.edit_actions)
        self.tabs.setCurrentIndex(PAGES.index(page))
        self.actions_.page(page).setChecked(True)

    def _choose_page(self, action: QAction) -> None:
        self.document.set_page(action.data())

    def _choose_tab(self, index: int) -> None:
        self.document.set_page(PAGES[index])

    # -- files --------------------------------------------------------------------------------------

    def _ask_files(self, ask: Callable[[Files], None], _checked: bool = False) -> None:
        ask(self.files)  # made now if nobody has asked before

    def _show_opened(self, opened: ProblemFile) -> None:
        if opened.show:
            self.document.show_formulas(self.document.formulas.with_roles(opened.show))
        self.note.show_note(opened.look_at, opened.problem)

    def offer_recovery(self, lost: Sequence[LostWork]) -> None:
        """Offer what a crash or a kill interrupted, above everything else."""
        self._layout.insertWidget(0, self.session.recovery_bar(lost))

    # -- messages and dialogs -----------------------------------------------------------------------

    def show_message(self, text: str) -> None:
        """Say something in the status bar, until the next edit."""
        self.statusBar().showMessage(text)

    def _clear_message(self) -> None:
        self.statusBar().clearMessage()

    def show_formulas(self) -> None:
        """Choose the formulas shown, beside the window."""
        from gui.formulas.formulas_dialog import FormulasDialog  # noqa: PLC0415  # not needed to start

        if self.formulas_dialog is None:
            self.formulas_dialog = FormulasDialog(self.document, self)
        self.formulas_dialog.show()
        self.formulas_dialog.activateWindow()

    def show_shortcuts(self) -> None:
        """List the keys of all menus."""
        from gui.window.shortcuts_dialog import ShortcutsDialog  # noqa: PLC0415  # not needed to start

        ShortcutsDialog(self.menuBar(), self).open()

    def show_about(self) -> None:
        """Name the versions in use."""
        from gui.window.about_box import about_box  # noqa: PLC0415  # not needed to start

        about_box(self).open()

    # -- theme and layout ---------------------------------------------------------------------------

    def choose_theme(self, name: ThemeName) -> None:
        """Show a theme; only a choice in the menu is remembered."""
        self._theme.choose(name)
        self.actions_.theme(name).setChecked(True)

    def _choose_theme(self, action: QAction) -> None:
        self.choose_theme(action.data())
        if self._settings is not None:
            self._settings.theme = action.data()

    def reset_layout(self) -> None:
        """Size, splitters and folds as on a first start, within the screen."""
        if self._complete:
            self.late.history.hide()
            self.plots.take_least_room()
        self.layout_.reset()

    def _save_layout(self) -> None:
        if self._settings is not None and self._complete:
            self._settings.set_layout("plots", self.plots.state())
        self.layout_.save()

    def keep_work(self) -> None:
        """Write work in progress at once: the desktop's session ends."""
        self.session.keeper.keep()

    # -- Qt -----------------------------------------------------------------------------------------

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

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            # The children are painted after this event and before any timer.
            QTimer.singleShot(0, self._after_first_paint)
