"""The application's QActions, each made once: text, shortcut, status tip. The window connects them."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QUndoGroup
from PySide6.QtWidgets import QMenu, QMenuBar

from gui.document.changes import Front
from gui.document.document import Document
from gui.services.actions import blank_icon, make_action, separator
from gui.services.theme import ThemeName


class Actions(QObject):
    """What menus, shortcuts and tests trigger."""

    def __init__(self, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        keys = QKeySequence.StandardKey
        self.new = make_action(
            self, self.tr("&New"), keys.New, self.tr("Begin with the tutorial's two problems")
        )
        self.open = make_action(
            self,
            self.tr("&Open…"),
            keys.Open,
            self.tr("Open a session, or import arrays or columns of a file"),
        )
        self.paste = make_action(
            self,
            self.tr("&Paste my numbers…"),
            "Ctrl+Shift+V",
            self.tr("Take the clipboard's logits and targets for a problem of their own"),
        )
        self.scan_files = make_action(
            self,
            self.tr("S&can files…"),
            "Ctrl+Shift+O",
            self.tr("Count what breaks in all rows of an evaluation, ten million and more"),
        )
        self.save = make_action(self, self.tr("&Save"), keys.Save, self.tr("Save both pages"))
        self.save_as = make_action(
            self, self.tr("Save &as…"), "Ctrl+Shift+S", self.tr("Save both pages to another file")
        )
        self.export = make_action(
            self,
            self.tr("&Export columns…"),
            "Ctrl+E",
            self.tr("Write every column of this page as CSV or NPZ"),
        )
        self.quit = make_action(self, self.tr("&Quit"), "Ctrl+Q", self.tr("Leave Logitscope"))
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)
        self.undo, self.redo = self._history(document.undo_group)
        self.pages = self._pages()
        self.themes = self._themes()
        self.formulas = make_action(
            self,
            self.tr("&Formulas…"),
            "Ctrl+Shift+F",
            self.tr("Choose the formulas shown, and try stabilisers of your own"),
        )
        self.reset_layout = make_action(
            self, self.tr("&Reset layout"), None, self.tr("Put window, docks and plots back as they came")
        )
        self.next_finding = make_action(
            self, self.tr("Next fin&ding"), "F8", self.tr("Show the next finding and the row it is about")
        )
        self.previous_finding = make_action(
            self,
            self.tr("Previous findin&g"),
            "Shift+F8",
            self.tr("Show the finding before and the row it is about"),
        )
        self.next_part = make_action(
            self, self.tr("Ne&xt part"), "F6", self.tr("Options, table, picture, dock, status line, in turn")
        )
        self.previous_part = make_action(
            self, self.tr("Pre&vious part"), "Shift+F6", self.tr("The same round the other way")
        )
        self.show_reason = make_action(
            self,
            self.tr("&Show the reason"),
            None,
            self.tr("Say why, and from where on, the formula clicked or else the worst of the row fails"),
        )
        self.copy_fix = make_action(
            self,
            self.tr("&Copy the fix"),
            None,
            self.tr("The line of PyTorch that replaces what fails in this row"),
        )
        self.own_numbers = make_action(
            self,
            self.tr("&My own numbers…"),
            None,
            self.tr("Open a file or paste logits and targets"),
        )
        self.two_classes = make_action(
            self,
            self.tr("Row as &two classes"),
            "Ctrl+Shift+2",
            self.tr("Take the selected binary row through all four losses"),
        )
        self.back_to_row = make_action(
            self,
            self.tr("&Back to the rows"),
            "Ctrl+Shift+1",
            self.tr("Back to the row that was brought to this page"),
        )
        self.open_worst = make_action(
            self,
            self.tr("Open &worst row"),
            None,
            self.tr("Take the worst row of the scan into the explorer"),
        )
        self.save_report = make_action(
            self, self.tr("Sa&ve report…"), None, self.tr("Write what the scan found as one HTML file")
        )
        self.explain_loss = make_action(
            self,
            self.tr("&What makes my loss…"),
            "Ctrl+L",
            self.tr("Type a loss from a log, and see what makes it"),
        )
        self.open_answer = make_action(
            self, self.tr("&Open the answer"), None, self.tr("Put the answer's rows in the table's place")
        )
        self.close_answers = make_action(
            self, self.tr("&Close the answers"), None, self.tr("Speak of the selected row again")
        )
        self.shortcuts = make_action(
            self, self.tr("&Keyboard shortcuts"), "Ctrl+F1", self.tr("Every key that does something")
        )
        self.ask_word = make_action(
            self, self.tr("What is &this?"), "F1", self.tr("Explain what has the keyboard, on a card")
        )
        self.words = make_action(
            self, self.tr("&Words…"), "Ctrl+Shift+W", self.tr("List and search every word that has a card")
        )
        self.leave_lesson = make_action(
            self, self.tr("&Leave the lesson"), None, self.tr("Back to your own numbers, as they were")
        )
        self.leave_lesson.setEnabled(False)
        self.ways_on = (self.own_numbers, self.copy_fix, self.leave_lesson, self.close_answers)
        """Of which one at a time stands behind the row's sentence."""
        self.about = make_action(
            self, self.tr("&About Logitscope"), None, self.tr("Versions of Logitscope and what it runs on")
        )
        self.about.setMenuRole(QAction.MenuRole.AboutRole)
        self.keep_places_of_icons()

    def keep_places_of_icons(self) -> None:
        """Let buttons have their width before their icons are drawn, which is after the first paint."""
        blank = blank_icon()
        for action in (
            self.open,
            self.paste,
            self.undo,
            self.redo,
            self.show_reason,
            self.copy_fix,
            self.own_numbers,
            self.leave_lesson,
            self.back_to_row,
            self.open_worst,
            self.save_report,
            self.open_answer,
            self.close_answers,
            self.two_classes,
            self.explain_loss,
        ):
            action.setIcon(blank)

    def page(self, page: Front) -> QAction:
        """The action that brings a page to the front."""
        return next(action for action in self.pages.actions() if action.data() == page)

    @property
    def rows_menu(self) -> QAction:
        """What opens the menu of the table's rows."""
        return self._rows.menuAction()

    def theme(self, name: ThemeName) -> QAction:
        """The action that chooses a theme."""
        return next(action for action in self.themes.actions() if action.data() == name)

    def fill_menu_bar(self, bar: QMenuBar) -> None:
        """Put the menus on a bar."""
        file = self._file = _menu(self.tr("&File"), bar)
        file.addActions([self.new, self.open, self.scan_files])
        self._after_open = separator(file)
        file.addAction(self._after_open)
        file.addActions([self.save, self.save_as, self.export, self.save_report])
        file.addSeparator()
        file.addAction(self.quit)
        self._edit = _menu(self.tr("&Edit"), bar)
        self._edit.addActions([self.undo, self.redo])
        self._edit.addSeparator()
        self._edit.addAction(self.paste)
        self._rows = _menu(self.tr("&Rows"), bar)
        view = self._view = _menu(self.tr("&View"), bar)
        view.addActions(self.pages.actions())
        view.addSeparator()
        self._after_docks = separator(view)
        view.addAction(self._after_docks)
        view.addActions([self.next_part, self.previous_part, self.next_finding, self.previous_finding])
        view.addSeparator()
        view.addMenu(self.tr("&Theme")).addActions(self.themes.actions())
        view.addAction(self.reset_layout)
        self._plot = _menu(self.tr("&Plot"), bar)
        self._tools = _menu(self.tr("&Tools"), bar)
        self._tools.addActions([self.formulas, self.show_reason, self.copy_fix])
        self._tools.addActions([self.two_classes, self.back_to_row, self.explain_loss])
        self.lessons = _menu(self.tr("&Lessons"), bar)
        bar.addMenu(self.tr("&Help")).addActions([self.ask_word, self.words, self.shortcuts, self.about])

    def show_row_actions(self, actions: list[QAction]) -> None:
        """Fill the Rows menu with those of the page in front."""
        self._rows.clear()
        self._rows.addActions(actions)

    def add_docks(self, raising: list[QAction], floating: QMenu) -> None:
        """Add the docks to the View menu."""
        self._view.insertActions(self._after_docks, raising)
        self._view.insertMenu(self._after_docks, floating)

    def add_session(self, files: list[QMenu], code: list[QAction]) -> None:
        """Add menus of files to the File menu, and what copies code to the Tools menu."""
        for menu in files:
            self._file.insertMenu(self._after_open, menu)
        self._tools.addSeparator()
        self._tools.addActions(code)

    def add_late(self, plot: list[QAction]) -> None:
        """Add what is made after the first paint to the Plot menu."""
        self._plot.addActions(plot)

    def _history(self, group: QUndoGroup) -> tuple[QAction, QAction]:
        # Made here, for Python may lose what is kept of an action that Qt made, as a QUndoGroup's own are.
        undo = make_action(self, self.tr("&Undo"), QKeySequence.StandardKey.Undo, slot=group.undo)
        redo = make_action(self, self.tr("&Redo"), slot=group.redo)
        redo.setShortcuts(_redo_keys())
        group.canUndoChanged.connect(undo.setEnabled)
        group.canRedoChanged.connect(redo.setEnabled)
        undone, redone = self.tr("&Undo {what}"), self.tr("&Redo {what}")
        group.undoTextChanged.connect(lambda what: undo.setText(undone.format(what=what).rstrip()))
        group.redoTextChanged.connect(lambda what: redo.setText(redone.format(what=what).rstrip()))
        undo.setEnabled(group.canUndo())
        redo.setEnabled(group.canRedo())
        return undo, redo

    def _pages(self) -> QActionGroup:
        group = QActionGroup(self)
        for page, text, keys in (
            ("binary", self.tr("&Binary"), "Ctrl+1"),
            ("multiclass", self.tr("&Multiclass"), "Ctrl+2"),
            ("all-four", self.tr("&All four"), "Ctrl+3"),
            ("scan", self.tr("&Scan"), "Ctrl+4"),
        ):
            make_action(group, text, keys, value=page, checkable=True)
        return group

    def _themes(self) -> QActionGroup:
        group = QActionGroup(self)
        for name, text in (
            ("system", self.tr("Like the &system")),
            ("light", self.tr("&Light")),
            ("dark", self.tr("&Dark")),
        ):
            make_action(group, text, value=name, checkable=True)
        return group


def _menu(title: str, bar: QMenuBar) -> QMenu:
    menu = QMenu(title, bar)
    bar.addMenu(menu)
    return menu


def _redo_keys() -> list[QKeySequence]:
    """The desktop's own keys, and Ctrl+Y, which X11 leaves out and hands know from everywhere else."""
    keys = QKeySequence.keyBindings(QKeySequence.StandardKey.Redo)
    usual = QKeySequence("Ctrl+Y")
    return keys if usual in keys else [*keys, usual]
