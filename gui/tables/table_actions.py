"""A table's actions: text, shortcut, tip and slot, shared by its context menu and the Edit menu."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from gui.document.changes import Page
from gui.tables.commands import TableCommands
from gui.tables.problem_view import ProblemView

StandardKey = QKeySequence.StandardKey
Slot = Callable[[], object]
Keys = QKeySequence | StandardKey | str | None


class TableActions(QObject):
    """Made once a table; a shortcut works while the table has the keyboard.

    Attributes
    ----------
    groups : tuple of tuples of QAction
        In the menu's order; a separator belongs between groups.
    """

    def __init__(
        self, page: Page, view: ProblemView, commands: TableCommands, generate: Slot, rename: Slot
    ) -> None:
        super().__init__(view)
        self._view = view
        self.copy = self._action(self.tr("&Copy"), StandardKey.Copy, commands.copy)
        self.paste = self._action(self.tr("&Paste"), StandardKey.Paste, commands.paste)
        self.groups: tuple[tuple[QAction, ...], ...] = (
            self._clipboard(commands),
            self._cells(commands, generate),
            self._rows(commands),
            self._classes(commands, rename) if page == "multiclass" else (),
            self._places(commands),
        )
        self.with_separators = self._separated()

    def _clipboard(self, commands: TableCommands) -> tuple[QAction, ...]:
        return (
            self._action(self.tr("Cu&t"), StandardKey.Cut, commands.cut),
            self.copy,
            self._action(self.tr("Copy with &headers"), "Ctrl+Shift+C", commands.copy_with_headers),
            self.paste,
        )

    def _cells(self, commands: TableCommands, generate: Slot) -> tuple[QAction, ...]:
        return (
            self._action(self.tr("Set to &0"), "Del", commands.clear),
            self._action(self.tr("Fill &down"), "Ctrl+D", commands.fill_down),
            self._action(self.tr("Fill or &generate…"), "Ctrl+G", generate),
        )

    def _rows(self, commands: TableCommands) -> tuple[QAction, ...]:
        return (
            self._action(self.tr("Insert row &above"), "Alt+Shift+Up", commands.insert_above),
            self._action(self.tr("Insert row &below"), "Alt+Shift+Down", commands.insert_below),
            self._action(self.tr("D&uplicate rows"), "Ctrl+Shift+D", commands.duplicate),
            self._action(self.tr("Move rows up"), "Alt+Up", commands.move_up),
            self._action(self.tr("Move rows down"), "Alt+Down", commands.move_down),
            self._action(self.tr("&Remove rows"), "Ctrl+-", commands.remove_rows),
        )

    def _classes(self, commands: TableCommands, rename: Slot) -> tuple[QAction, ...]:
        return (
            self._action(self.tr("Add class"), None, commands.add_class),
            self._action(self.tr("Remove class"), None, commands.remove_class),
            self._action(self.tr("Re&name class…"), "Shift+F2", rename),
        )

    def _places(self, commands: TableCommands) -> tuple[QAction, ...]:
        return (
            self._action(self.tr("Select all"), StandardKey.SelectAll, self._view.selectAll),
            self._action(self.tr("Select rows"), "Shift+Space", commands.select_rows),
            self._action(self.tr("Select columns"), "Ctrl+Space", commands.select_columns),
            self._action(self.tr("Next &failing row"), "F3", commands.next_failing),
            self._action(self.tr("Previous failing row"), "Shift+F3", commands.previous_failing),
        )

    def menu(self) -> QMenu:
        """A menu of all actions, for the table's context."""
        menu = QMenu(self._view)
        menu.addActions(self.with_separators)
        return menu

    def _separated(self) -> list[QAction]:
        actions: list[QAction] = []
        for group in filter(None, self.groups):
            if actions:
                separator = QAction(self)
                separator.setSeparator(True)
                actions.append(separator)
            actions += group
        return actions

    def _action(self, text: str, keys: Keys, slot: Slot) -> QAction:
        action = QAction(text, self)
        if isinstance(keys, StandardKey):
            action.setShortcuts(keys)
        elif keys is not None:
            action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(slot)
        self._view.addAction(action)
        return action
