"""The row of buttons above a table: commands, and which columns are shown how."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from gui.tables.display_menu import DisplayMenu
from gui.tables.grid.columns import Kind
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.problem_view import ProblemView


class TableBar(QWidget):
    """Commands on the left, the menu of the columns on the right."""

    def __init__(self, view: ProblemView, model: ProblemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._model = model
        self._commands = QHBoxLayout()
        self.columns = self._columns_button()
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(4)
        row.addLayout(self._commands)
        row.addStretch(1)
        row.addWidget(self.columns)

    def add_button(self, text: str, tip: str, slot: Callable[[], None]) -> None:
        """Offer one more command."""
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        button.clicked.connect(slot)
        self._commands.addWidget(button)

    def _columns_button(self) -> QPushButton:
        button = QPushButton(self.tr("Columns"), self)
        button.setToolTip(self.tr("Choose which computed columns are shown"))
        menu = QMenu(button)
        self.show_errors = self._column_action(menu, self.tr("Errors in ULP"), self._show_errors)
        self.show_gradients = self._column_action(menu, self.tr("Gradients"), self._show_gradients)
        menu.addSeparator()
        self.show_heat = self._column_action(menu, self.tr("Heat map of the logits"), self._model.show_heat)
        self.show_heat.setChecked(False)
        self.show_heat.setToolTip(
            self.tr("Teal below 0, pink above, fullest at the 98th percentile; inf and nan are hatched")
        )
        menu.addSeparator()
        self.numbers = DisplayMenu(menu)
        menu.addMenu(self.numbers)
        menu.setToolTipsVisible(True)
        button.setMenu(menu)
        return button

    @staticmethod
    def _column_action(menu: QMenu, text: str, slot: object) -> QAction:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(True)
        action.toggled.connect(slot)
        return action

    def _show_errors(self, shown: bool) -> None:
        self._view.show_kind(Kind.ERROR, shown)

    def _show_gradients(self, shown: bool) -> None:
        self._view.show_kind(Kind.GRADIENT, shown)
