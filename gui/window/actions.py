"""The application's QActions, each made once: text, shortcut, status tip. The window connects them."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from gui.document.changes import Page
from gui.document.document import Document
from gui.services.actions import make_action
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
        self.undo = document.undo_stack.createUndoAction(self, self.tr("&Undo"))
        self.undo.setShortcuts(QKeySequence.StandardKey.Undo)
        self.redo = document.undo_stack.createRedoAction(self, self.tr("&Redo"))
        self.redo.setShortcuts(_redo_keys())
        self.pages = self._pages()
        self.themes = self._themes()
        self.formulas = make_action(
            self,
            self.tr("&Formulas…"),
            "Ctrl+Shift+F",
            self.tr("Choose the formulas shown, and try stabilisers of your own"),
        )
        self.reset_layout = make_action(
            self, self.tr("&Reset layout"), None, self.tr("Put window, splitters and plots back as they came")
        )
        self.shortcuts = make_action(
            self, self.tr("&Keyboard shortcuts"), keys.HelpContents, self.tr("Every key that does something")
        )
        self.about = make_action(
            self, self.tr("&About Logitscope"), None, self.tr("Versions of Logitscope and what it runs on")
        )
        self.about.setMenuRole(QAction.MenuRole.AboutRole)

    def page(self, page: Page) -> QAction:
        """The action that brings a page to the front."""
        return next(action for action in self.pages.actions() if action.data() == page)

    def theme(self, name: ThemeName) -> QAction:
        """The action that chooses a theme."""
        return next(action for action in self.themes.actions() if action.data() == name)

    def fill_menu_bar(self, bar: QMenuBar) -> None:
        """Put the menus on a bar."""
        file = self._file = bar.addMenu(self.tr("&File"))
        file.addActions([self.new, self.open])
        self._after_open = file.addSeparator()
        file.addActions([self.save, self.save_as, self.export])
        file.addSeparator()
        file.addAction(self.quit)
        self._edit = bar.addMenu(self.tr("&Edit"))
        self._edit.addActions([self.undo, self.redo])
        self._table = bar.addMenu(self.tr("Ta&ble"))
        view = self._view = bar.addMenu(self.tr("&View"))
        view.addActions(self.pages.actions())
        view.addSeparator()
        view.addMenu(self.tr("&Theme")).addActions(self.themes.actions())
        view.addAction(self.reset_layout)
        self._plot = bar.addMenu(self.tr("Plot&s"))
        self._plot.addAction(self.formulas)
        bar.addMenu(self.tr("&Help")).addActions([self.shortcuts, self.about])

    def show_table_actions(self, actions: list[QAction]) -> None:
        """Fill the Table menu with those of the page in front."""
        self._table.clear()
        self._table.addActions(actions)

    def add_session(self, files: list[QMenu], code: list[QAction]) -> None:
        """Add menus of files to the File menu, and what copies code to the Edit menu."""
        for menu in files:
            self._file.insertMenu(self._after_open, menu)
        self._edit.addSeparator()
        self._edit.addActions(code)

    def add_late(self, plot: list[QAction], history: QAction) -> None:
        """Add what is made after the first paint to the Plot and View menus."""
        self._plot.addSeparator()
        self._plot.addActions(plot)
        history.setText(self.tr("&History"))
        self._view.insertAction(self.reset_layout, history)

    def _pages(self) -> QActionGroup:
        group = QActionGroup(self)
        for page, text, keys in (
            ("binary", self.tr("&Binary"), "Ctrl+1"),
            ("multiclass", self.tr("&Multiclass"), "Ctrl+2"),
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


def _redo_keys() -> list[QKeySequence]:
    """The desktop's own keys, and Ctrl+Y, which X11 leaves out and hands know from everywhere else."""
    keys = QKeySequence.keyBindings(QKeySequence.StandardKey.Redo)
    usual = QKeySequence("Ctrl+Y")
    return keys if usual in keys else [*keys, usual]
