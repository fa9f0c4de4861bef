"""One page's left side: its options, its table and the reduced values."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QModelIndex, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from engine import Evaluation, MulticlassProblem
from gui.document.changes import Page
from gui.document.document import Document
from gui.document.edits import Rows, row_fields
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.services.colours import is_dark
from gui.tables.class_weights import ClassWeights
from gui.tables.classes import FEWEST_CLASSES, rows_of_class, with_class_added, with_class_removed
from gui.tables.columns import Kind
from gui.tables.health_strip import HealthStrip
from gui.tables.options_bar import OptionsBar
from gui.tables.problem_model import ProblemModel
from gui.tables.problem_view import ProblemView
from gui.tables.reduced_values import ReducedValues
from gui.tables.wording import class_name


class PagePanel(QWidget):
    """Options above, table in the middle, reduced values below.

    Parameters
    ----------
    page : {'binary', 'multiclass'}
    document : Document
    selection : Selection
        Its row is the table's current one; on the multiclass page a click on a logit chooses the
        class that moves.
    evaluator : Evaluator
    parent : QWidget, optional
    """

    message = Signal(str)
    """A refusal in words, for the status bar."""

    def __init__(
        self,
        page: Page,
        document: Document,
        selection: Selection,
        evaluator: Evaluator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._document = document
        self._selection = selection
        self.options = OptionsBar(page, document, self)
        self.model = ProblemModel(page, document, selection, self)
        self.view = ProblemView(self.model, self)
        self.health = HealthStrip(self.view, self.model, self)
        self.reduced = ReducedValues(self)
        self._lay_out()
        self._connect(evaluator)
        self._follow_palette()
        if document.page == page:
            self.show_evaluation(evaluator.current())
        self._show_place(page)

    def _lay_out(self) -> None:
        name = self.tr("Binary table") if self._page == "binary" else self.tr("Multiclass table")
        self.view.setAccessibleName(name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        layout.addWidget(self.options)
        layout.addLayout(self._buttons())
        if self._page == "multiclass":
            self.weights = ClassWeights(self._document, self.view, self)
            self.weights.message.connect(self.message)
            layout.addWidget(self.weights)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.health)
        layout.addWidget(self.reduced)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(4)
        commands = [
            (self.tr("Add row"), self.tr("Insert a row of zeros below the current one"), self.add_row),
            (self.tr("Remove rows"), self.tr("Remove the selected rows"), self.remove_selected_rows),
        ]
        if self._page == "multiclass":
            commands += [
                (self.tr("Add class"), self.tr("Add a class with logit 0 in every row"), self.add_class),
                (
                    self.tr("Remove class"),
                    self.tr("Remove the class of the current logit column"),
                    self.remove_class,
                ),
            ]
        for text, tip, slot in commands:
            button = QToolButton(self)
            button.setText(text)
            button.setToolTip(tip)
            button.clicked.connect(slot)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._columns_button())
        return row

    def _columns_button(self) -> QPushButton:
        button = QPushButton(self.tr("Columns"), self)
        button.setToolTip(self.tr("Choose which computed columns are shown"))
        menu = QMenu(button)
        self.show_errors = self._column_action(menu, self.tr("Errors in ULP"), self._show_errors)
        self.show_gradients = self._column_action(menu, self.tr("Gradients"), self._show_gradients)
        menu.addSeparator()
        self.show_heat = self._column_action(menu, self.tr("Heat map of the logits"), self.model.show_heat)
        self.show_heat.setChecked(False)
        self.show_heat.setToolTip(
            self.tr("Teal below 0, pink above, fullest at the 98th percentile; inf and nan are hatched")
        )
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

    def _connect(self, evaluator: Evaluator) -> None:
        self.model.refused.connect(self.message)
        self.options.message.connect(self.message)
        self.reduced.row_chosen.connect(self._choose_row)
        evaluator.evaluated.connect(self.show_evaluation)
        self._selection.changed.connect(self._show_place)
        self.view.selectionModel().currentChanged.connect(self._select)
        self.model.rowsInserted.connect(self._restore_place)
        self.model.rowsRemoved.connect(self._restore_place)
        self.model.modelReset.connect(self._restore_place)

    # -- commands -----------------------------------------------------------------------------------

    def add_row(self) -> None:
        """Insert a row of zeros below the current one and go there."""
        problem = self._document.problem(self._page)
        first = min(self._selection.place(self._page).row + 1, problem.rows)
        fields = {
            name: np.zeros_like(getattr(problem, name), shape=self._row_shape(name))
            for name in row_fields(problem)
        }
        if "weight" in fields:
            fields["weight"][:] = 1.0
        if fields["target"].ndim == 2:
            fields["target"][:, 0] = 1.0
        self._document.insert_rows(self._page, first, Rows(fields), self.tr("Add row"))
        self._selection.select(self._page, first)

    def remove_selected_rows(self) -> None:
        """Remove the rows with a selected cell; an empty batch is a case of its own to look at."""
        rows = self.view.selected_rows()
        self._document.remove_rows(self._page, rows, self.tr("Remove rows"))

    def add_class(self) -> None:
        """Add a class at the end."""
        problem = with_class_added(self._document.multiclass)
        self._document.replace_problem(self._page, problem, self.tr("Add class"))

    def remove_class(self) -> None:
        """Remove the class of the current logit column, else the last one."""
        problem = self._document.multiclass
        if problem.classes <= FEWEST_CLASSES:
            self.message.emit(
                self.tr("Remove class: expected at least {count} classes to be left").format(
                    count=FEWEST_CLASSES
                )
            )
            return
        index, name = self._current_class(problem)
        retargeted = rows_of_class(problem, index)
        text = self.tr("Remove class {name}").format(name=name)
        self._document.replace_problem(self._page, with_class_removed(problem, index), text)
        if retargeted:
            self.message.emit(
                self.tr(
                    "Removed class {name}; rows that had it as target name the first class instead"
                ).format(name=name)
            )

    def _current_class(self, problem: MulticlassProblem) -> tuple[int, str]:
        column = self.view.currentIndex().column()
        chosen = self.model.columns[column].index if column >= 0 else None
        index = problem.classes - 1 if chosen is None else chosen
        return index, class_name(problem, index)

    def _row_shape(self, name: str) -> tuple[int, ...]:
        return (1, *getattr(self._document.problem(self._page), name).shape[1:])

    # -- what is shown ------------------------------------------------------------------------------

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show the results of this page's problem; those of the other page are passed over."""
        if evaluation.problem.family == self._page:
            self.model.show_evaluation(evaluation)
            self.reduced.show_evaluation(evaluation)

    def _show_errors(self, shown: bool) -> None:
        self.view.show_kind(Kind.ERROR, shown)

    def _show_gradients(self, shown: bool) -> None:
        self.view.show_kind(Kind.GRADIENT, shown)

    # -- the selected place -------------------------------------------------------------------------

    def _select(self, current: QModelIndex) -> None:
        if self.model.updating or not current.isValid():
            return
        column = self.model.columns[current.column()]
        moved = column.index if column.kind is Kind.LOGIT else None
        self._selection.select(self._page, self.model.order.row(current.row()), moved)

    def _choose_row(self, row: int) -> None:
        self._selection.select(self._page, row)

    def _show_place(self, page: str) -> None:
        if page != self._page or self.model.snapshot.problem.rows != self._document.problem(self._page).rows:
            return  # the rows are about to change, and then the place is shown
        place, current = self._selection.place(self._page), self.view.currentIndex()
        shown = self.model.order.place(place.row)
        if shown >= 0 and current.row() != shown:
            column = current.column() if current.isValid() else (place.moved or 0)
            self.view.setCurrentIndex(self.model.index(shown, column))

    def _restore_place(self) -> None:
        self._show_place(self._page)

    def _follow_palette(self) -> None:
        self.model.set_dark(is_dark(self.palette()))

    # -- Qt's protocol ------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._follow_palette()
