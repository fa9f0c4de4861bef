"""Every key that does something, read off the menus; loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QMenu,
    QMenuBar,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.services.actions import without_mnemonic

_translate = QCoreApplication.translate

SIZE = 560, 620


def shortcuts_of(bar: QMenuBar) -> dict[str, list[tuple[str, str]]]:
    """By a menu's title what its actions are called and their keys; menus without any are left out."""
    # QAction.menu() of PySide6 6.8 takes the menu with it when its wrapper goes.
    menus = [(menu.menuAction(), menu) for menu in bar.window().findChildren(QMenu)]
    found = {}
    for title in bar.actions():
        rows = [(_plain(action.text()), _keys(action)) for action in _below(title, menus)]
        if with_keys := [row for row in rows if row[1]]:
            found[_plain(title.text())] = with_keys
    return found


def _below(action: QAction, menus: list[tuple[QAction, QMenu]]) -> Iterator[QAction]:
    """The action, or those of the menu that it opens, and of the menus in that."""
    menu = next((menu for opens, menu in menus if opens == action), None)
    if menu is None:
        yield action
        return
    for each in menu.actions():
        yield from _below(each, menus)


def _plain(text: str) -> str:
    """A menu's text without its mnemonic, and without the key that stands behind a tab."""
    return without_mnemonic(text.partition("\t")[0])


def _keys(action: QAction) -> str:
    words = [keys.toString(QKeySequence.SequenceFormat.NativeText) for keys in action.shortcuts()]
    return ", ".join(filter(None, words)) or action.text().partition("\t")[2]


class ShortcutsDialog(QDialog):
    """The keys of a menu bar, menu by menu."""

    def __init__(self, bar: QMenuBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_translate("Shortcuts", "Keyboard shortcuts"))
        self.list = QTreeWidget(self)
        self.list.setColumnCount(2)
        self.list.setHeaderLabels([_translate("Shortcuts", "Action"), _translate("Shortcuts", "Keys")])
        self.list.setRootIsDecorated(False)
        self.list.setAccessibleName(self.windowTitle())
        for title, rows in shortcuts_of(bar).items():
            group = QTreeWidgetItem(self.list, [title])
            font = group.font(0)
            font.setBold(True)
            group.setFont(0, font)
            for row in rows:
                QTreeWidgetItem(group, list(row))
        self.list.expandAll()
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.list)
        column.addWidget(buttons)
        self.resize(*SIZE)
