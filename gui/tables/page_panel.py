"""One page's left side: its table and the reduced values; and its options, for the window's bar."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine import Evaluation
from gui.document.changes import Page
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.services.colours import is_dark
from gui.services.numbers.number_display import NumberDisplay
from gui.tables.grid.columns import Kind
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.problem_view import ProblemView
from gui.tables.options.options_bar import OptionsBar
from gui.tables.results.health_strip import HealthStrip
from gui.tables.results.reduced_values import ReducedValues
from gui.tables.table_bar import TableBar

if TYPE_CHECKING:
    from gui.tables.editing.table_editing import TableEditing


class PagePanel(QWidget):
    """Table above, reduced values below; `options` makes the fields that the window's option bar takes.

    The selection's row is the table's current one; on the multiclass page a click on a logit chooses the
    class that moves.
    """

    message = Signal(str)
    """A refusal in words, for the status bar."""
    number_display_chosen = Signal(object)
    """A `NumberDisplay` a person chose in this page's menu."""

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
        self.options.hide()
        self.model = ProblemModel(page, document, selection, self)
        self.view = ProblemView(self.model, self)
        self.bar = TableBar(self.view, self.model, self)
        self._fill_bar()
        self.health = HealthStrip(self.view, self.model, self)
        self.reduced = ReducedValues(self)
        self._lay_out()
        self._connect(evaluator)
        self._follow_palette()
        if document.page == page:
            evaluation = evaluator.ready()
            if evaluation is not None:
                self.show_evaluation(evaluation)
        self._show_place(page)

    @cached_property
    def editing(self) -> TableEditing:
        """What can be done to the table beside typing into its cells, made when first asked for."""
        from gui.tables.editing.table_editing import TableEditing  # noqa: PLC0415  # after the first paint

        editing = TableEditing(self._page, self._document, self._selection, self.model, self.view)
        editing.message.connect(self.message)
        return editing

    @property
    def edit_actions(self) -> list[QAction]:
        """What the Table menu offers, separators between the groups."""
        return self.editing.actions.with_separators

    def _lay_out(self) -> None:
        name = self.tr("Binary table") if self._page == "binary" else self.tr("Multiclass table")
        self.view.setAccessibleName(name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        layout.addWidget(self.bar)
        if self._page == "multiclass":
            from gui.tables.options.class_weights import ClassWeights  # noqa: PLC0415  # of one page alone

            self.weights = ClassWeights(self._document, self.view, self)
            self.weights.message.connect(self.message)
            layout.addWidget(self.weights)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.health)
        layout.addWidget(self.reduced)
        # Tab goes from top to bottom, in whatever order the widgets were made.
        weights = [self.weights.view] if self._page == "multiclass" else []
        chain = [self.bar.columns, *weights, self.view, self.health, self.reduced.unfold]
        for before, after in pairwise(chain):
            self.setTabOrder(before, after)

    def _fill_bar(self) -> None:
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
            self.bar.add_button(text, tip, slot)

    def _connect(self, evaluator: Evaluator) -> None:
        self.model.refused.connect(self.message)
        self.options.message.connect(self.message)
        self.bar.numbers.chosen.connect(self._choose_display)
        self.reduced.row_chosen.connect(self._choose_row)
        self.view.customContextMenuRequested.connect(self._show_menu)
        self.view.header.title_wanted.connect(self._edit_title)
        self.view.header.title_edited.connect(self._take_title)
        evaluator.evaluated.connect(self.show_evaluation)
        self._selection.changed.connect(self._show_place)
        self.view.selectionModel().currentChanged.connect(self._select)
        self.model.rowsInserted.connect(self._restore_place)
        self.model.rowsRemoved.connect(self._restore_place)
        self.model.modelReset.connect(self._restore_place)

    # -- commands -----------------------------------------------------------------------------------

    def add_row(self) -> None:
        """Insert a blank row below the current one and go there."""
        self.editing.commands.insert_below()

    def remove_selected_rows(self) -> None:
        """Remove the rows with a selected cell; an empty batch is a case of its own to look at."""
        self.editing.commands.remove_rows()

    def add_class(self) -> None:
        """Add a class at the end."""
        assert self.editing.classes is not None
        self.editing.classes.add_class()

    def remove_class(self) -> None:
        """Remove the class of the current logit column, else the last one."""
        assert self.editing.classes is not None
        self.editing.classes.remove_class()

    def _edit_title(self, number: int) -> None:
        self.editing.edit_title(number)

    def _take_title(self, number: int, name: str) -> None:
        self.editing.take_title(number, name)

    def set_number_display(self, display: NumberDisplay) -> None:
        """Show numbers in this way, as the settings remember it."""
        self.model.set_display(display)
        self.bar.numbers.show_choice(display)

    def _choose_display(self, display: NumberDisplay) -> None:
        self.set_number_display(display)
        self.number_display_chosen.emit(display)

    def _show_menu(self, place: QPoint) -> None:
        menu = self.editing.actions.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.view.viewport().mapToGlobal(place))

    # -- what is shown ------------------------------------------------------------------------------

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show the results of this page's problem; those of the other page are passed over."""
        if evaluation.problem.family == self._page:
            self.model.show_evaluation(evaluation)
            self.reduced.show_evaluation(evaluation)

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
