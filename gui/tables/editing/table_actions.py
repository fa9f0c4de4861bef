"""A table's actions: text, shortcut, tip and slot, shared by its context menu and the Edit menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from gui.services.actions import Keys, make_action, separated
from gui.tables.editing.clipboard import TableClipboard
from gui.tables.editing.commands import TableCommands
from gui.tables.editing.shown_rows import ShownRows
from gui.tables.view.problem_view import ProblemView

if TYPE_CHECKING:
    from gui.tables.editing.class_commands import ClassCommands

StandardKey = QKeySequence.StandardKey
Slot = Callable[[], object]


class TableActions(QObject):
    """Made once a table; a shortcut works while the table has the keyboard."""

    def __init__(
        self, view: ProblemView, clipboard: TableClipboard, commands: TableCommands, generate: Slot
    ) -> None:
        super().__init__(view)
        self._view = view
        self.groups: list[list[QAction]] = [
            self._clipboard(clipboard),
            self._cells(commands, generate),
            self._rows(commands),
            self._places(commands),
        ]

    def add_filter(self, open_filter: Slot, show_all: Slot, rows: ShownRows) -> None:
        """Add what concerns the rows in sight, as the last group."""
        actions = [
            self._action(self.tr("Filter b&y…"), "Ctrl+F", open_filter),
            self._action(self.tr("Bac&k to all rows"), None, show_all),
            self._action(self.tr("Copy shown rows as PyTorch e&xample"), None, rows.copy_reproduction),
        ]
        self.groups.append(actions)

    def add_classes(self, classes: ClassCommands, rename: Slot) -> None:
        """Add the multiclass page's actions, before the last groups."""
        actions = [
            self._action(self.tr("Add c&lass"), None, classes.add_class),
            self._action(self.tr("Remo&ve class"), None, classes.remove_class),
            self._action(self.tr("Re&name class…"), "Shift+F2", rename),
        ]
        self.groups.insert(-2, actions)

    def _clipboard(self, clipboard: TableClipboard) -> list[QAction]:
        return [
            self._action(self.tr("Cu&t"), StandardKey.Cut, clipboard.cut),
            self._action(self.tr("&Copy"), StandardKey.Copy, clipboard.copy),
            self._action(self.tr("Copy with &headers"), "Ctrl+Shift+C", clipboard.copy_with_headers),
            self._action(self.tr("&Paste"), StandardKey.Paste, clipboard.paste),
        ]

    def _cells(self, commands: TableCommands, generate: Slot) -> list[QAction]:
        return [
            self._action(self.tr("Set to &0"), "Del", commands.clear),
            self._action(self.tr("Fill &down"), "Ctrl+D", commands.fill_down),
            self._action(self.tr("Fill or &generate…"), "Ctrl+G", generate),
        ]

    def _rows(self, commands: TableCommands) -> list[QAction]:
        return [
            self._action(self.tr("Insert row &above"), "Alt+Shift+Up", commands.insert_above),
            self._action(self.tr("Insert row &below"), "Alt+Shift+Down", commands.insert_below),
            self._action(self.tr("D&uplicate rows"), "Ctrl+Shift+D", commands.duplicate),
            self._action(self.tr("&Move rows up"), "Alt+Up", commands.move_up),
            self._action(self.tr("Move r&ows down"), "Alt+Down", commands.move_down),
            self._action(self.tr("&Remove rows"), "Ctrl+-", commands.remove_rows),
        ]

    def _places(self, commands: TableCommands) -> list[QAction]:
        return [
            self._action(self.tr("S&elect all"), StandardKey.SelectAll, self._view.selectAll),
            self._action(self.tr("Select ro&ws"), "Shift+Space", commands.select_rows),
            self._action(self.tr("Select column&s"), "Ctrl+Space", commands.select_columns),
            self._action(self.tr("Next &failing row"), "F3", commands.next_failing),
            self._action(self.tr("Prev&ious failing row"), "Shift+F3", commands.previous_failing),
        ]

    @cached_property
    def with_separators(self) -> list[QAction]:
        """All actions in order, a separator between groups."""
        return separated(self, self.groups)

    def menu(self) -> QMenu:
        """A menu of all actions, for the table's context."""
        menu = QMenu(self._view)
        menu.addActions(self.with_separators)
        return menu

    def _action(self, text: str, keys: Keys, slot: Slot) -> QAction:
        return make_action(self, text, keys, slot=slot, within=self._view)
