"""One page's left side: its table and what stands above and below it; and options for the window's bar."""

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
from gui.document.selection import Place, Selection
from gui.services.colours import is_dark
from gui.services.numbers.number_display import NumberDisplay
from gui.tables.filter.chips import FilterChips
from gui.tables.filter.table_filter import TableFilter
from gui.tables.footer.footer import Footer
from gui.tables.grid.columns import Kind
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.sorting import Rows
from gui.tables.options.options_bar import OptionsBar
from gui.tables.table_bar import TableBar
from gui.tables.view.new_row_line import NewRowLine
from gui.tables.view.problem_view import ProblemView

if TYPE_CHECKING:
    from gui.tables.editing.table_editing import TableEditing


class PagePanel(QWidget):
    """The table and its footer; `options` makes the fields that the window's option bar takes.

    The selection's row is the table's current one, except that Enter moves the caret on alone; on the
    multiclass page a click on a logit chooses the class that moves.
    """

    message = Signal(str)
    """A refusal in words, for the status bar."""
    import_wanted = Signal()
    """What was copied is to take the table's place."""
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
        self.rows = TableFilter(self.model, self)
        self.bar = TableBar(self.view, self.model, self.rows, self)
        self.footer = Footer(self.view, self.model, self)
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

        editing = TableEditing(
            self._page,
            self._document,
            self._selection,
            self.model,
            self.view,
            self.bar.open_filter,
            self.rows.clear,
        )
        editing.message.connect(self.message)
        editing.import_wanted.connect(self.import_wanted)
        return editing

    @property
    def filter_chips(self) -> FilterChips:
        """The chips that show rows by failure."""
        return self.bar.chips

    def shown_rows(self) -> Rows | None:
        """The rows in sight in the table's order; None while no filter hides any."""
        order = self.model.order
        return None if order.is_whole else order.rows(slice(None))

    def copy_reproduction(self) -> None:
        """Copy a PyTorch script of the rows in sight."""
        self.editing.shown_rows.copy_reproduction()

    @property
    def edit_actions(self) -> list[QAction]:
        """What the Table menu offers, separators between the groups."""
        return self.editing.actions.with_separators

    def _lay_out(self) -> None:
        name = self.tr("Binary table") if self._page == "binary" else self.tr("Multiclass table")
        self.view.set_name(name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.bar)
        if self._page == "multiclass":
            from gui.tables.options.class_weights import ClassWeights  # noqa: PLC0415  # of one page alone

            self.weights = ClassWeights(self._document, self.view, self)
            self.weights.message.connect(self.message)
            layout.addWidget(self.weights)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.footer)
        # Tab goes from top to bottom, in whatever order the widgets were made.
        weights = [self.weights.view] if self._page == "multiclass" else []
        chain = [self.bar.columns, *weights, *self.view.parts.values()]
        chain += [self.view.last_line.field, self.footer]
        for before, after in pairwise(chain):
            self.setTabOrder(before, after)

    def _connect(self, evaluator: Evaluator) -> None:
        self.model.refused.connect(self.message)
        self.model.entered.connect(self._choose_edited)
        self.options.message.connect(self.message)
        self.bar.numbers.chosen.connect(self._choose_display)
        self.view.menu_wanted.connect(self._show_menu)
        self.view.title_wanted.connect(self._edit_title)
        self.view.title_edited.connect(self._take_title)
        self.view.escaped.connect(self.rows.clear)
        self.rows.changed.connect(self._show_filter)
        self.rows.refused.connect(self.message)
        self._connect_last_line(self.view.last_line)
        evaluator.evaluated.connect(self.show_evaluation)
        evaluator.begun.connect(self._forget_evaluation)
        self._selection.changed.connect(self._show_place)
        self.view.selectionModel().currentChanged.connect(self._select)
        self.model.rowsInserted.connect(self._restore_place)
        self.model.rowsRemoved.connect(self._restore_place)
        self.model.modelReset.connect(self._restore_place)

    def _connect_last_line(self, line: NewRowLine) -> None:
        line.entered.connect(self._enter_row)
        line.pasted.connect(self._paste_rows)
        line.left.connect(self.view.setFocus)
        line.all_wanted.connect(self.rows.clear)
        self.view.below_wanted.connect(line.field.setFocus)
        for changed in (self.model.rowsInserted, self.model.rowsRemoved, self.model.modelReset):
            changed.connect(self._show_prompt)
        self._show_prompt()

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

    def _enter_row(self, typed: str) -> None:
        if self.editing.appender.enter(typed):
            self.view.last_line.accept()

    def _paste_rows(self) -> None:
        self.editing.appender.paste()

    def _show_prompt(self) -> None:
        """Say in the last line what it is for; in an empty table, how to begin."""
        if not self.model.order.total:
            prompt = self.tr("Type a logit, paste, or open a file.")
        elif self._page == "binary":
            prompt = self.tr("type a logit to add a row, or paste")
        else:
            prompt = self.tr("type logits to add a row, or paste")
        self.view.last_line.set_prompt(prompt)

    def _show_filter(self) -> None:
        self.view.last_line.show_filter(self.rows.words())
        self.view.follow_shown_row()

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
        menu.popup(place)

    # -- what is shown ------------------------------------------------------------------------------

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show the results of this page's problem; those of the other page are passed over."""
        if evaluation.problem.family == self._page:
            self.model.show_evaluation(evaluation)
            self.footer.show_evaluation(evaluation)

    def _forget_evaluation(self, begun: Evaluation) -> None:
        if begun.problem.family == self._page:
            self.footer.forget_evaluation()

    # -- the selected place -------------------------------------------------------------------------

    def _select(self, current: QModelIndex) -> None:
        if self.model.updating or self.view.is_committing or not current.isValid():
            return  # after Enter what was edited stays shown until the caret is moved by itself
        column = self.model.columns[current.column()]
        moved = column.index if column.kind is Kind.LOGIT else None
        self._selection.select(self._page, self.model.order.row(current.row()), moved)

    def _choose_edited(self, row: int) -> None:
        """Show the row that is edited: after Enter another one may still be shown."""
        self._selection.select(self._page, row)

    def _show_place(self, page: str) -> None:
        if page != self._page or self.model.snapshot.problem.rows != self._document.problem(self._page).rows:
            return  # the rows are about to change, and then the place is shown
        self.view.follow_shown_row()
        place, current = self._selection.place(self._page), self.view.currentIndex()
        shown = self.model.order.place(place.row)
        column = self._column_of(place)
        if shown >= 0 and (current.row(), current.column()) != (shown, column):
            self.view.setCurrentIndex(self.model.index(shown, column))

    def _column_of(self, place: Place) -> int:
        """Where the caret stands: in its own column, or where another class's logit moves, in that one's."""
        number = self.view.currentIndex().column()
        column = self.model.columns[number] if number >= 0 else None
        moves = column is not None and column.kind is Kind.LOGIT and place.moved not in (None, column.index)
        return self.model.cells.logit_number(place.moved) if column is None or moves else number

    def _restore_place(self) -> None:
        self._show_place(self._page)

    def _follow_palette(self) -> None:
        self.model.set_dark(is_dark(self.palette()))

    # -- Qt's protocol ------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._follow_palette()
