"""The window's dialogs, each loaded when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from gui.document.document import Document

if TYPE_CHECKING:
    from gui.formulas.formulas_dialog import FormulasDialog


class Dialogs(QObject):
    """Shows dialogs beside or over a window; none of them blocks."""

    def __init__(self, document: Document, window: QMainWindow) -> None:
        super().__init__(window)
        self._document = document
        self._window = window
        self.formulas: FormulasDialog | None = None

    def show_formulas(self) -> None:
        """Choose the formulas shown, beside the window."""
        from gui.formulas.formulas_dialog import FormulasDialog  # noqa: PLC0415  # not needed to start

        if self.formulas is None:
            self.formulas = FormulasDialog(self._document, self._window)
        self.formulas.show()
        self.formulas.activateWindow()

    def show_shortcuts(self) -> None:
        """List the keys of all menus."""
        from gui.window.shortcuts_dialog import ShortcutsDialog  # noqa: PLC0415  # not needed to start

        ShortcutsDialog(self._window.menuBar(), self._window).open()

    def show_about(self) -> None:
        """Name the versions in use."""
        from gui.window.about_box import about_box  # noqa: PLC0415  # not needed to start

        about_box(self._window).open()
