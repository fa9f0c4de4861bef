"""The item model of a page's table: it follows the document, and edits it cell by cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal

from engine import Evaluation, Problem, formulas_of
from gui.document.changes import (
    CellsChanged,
    Change,
    OptionsChanged,
    Page,
    ProblemReplaced,
    RowsInserted,
    RowsRemoved,
)
from gui.document.document import Document
from gui.document.evaluator import FEW_ROWS, is_large
from gui.document.selection import Selection
from gui.services.numbers.number_display import NumberDisplay
from gui.tables.grid import wording
from gui.tables.grid.cell_edits import clear_columns, parse_cell, set_column
from gui.tables.grid.cell_reader import CellReader
from gui.tables.grid.columns import Kind, TableColumn, columns_of
from gui.tables.grid.rows_model import Index, RowsModel
from gui.tables.grid.snapshot import Snapshot
from gui.tables.grid.sorting import RowOrder

Role = Qt.ItemDataRole

MOST_RUNS = 100
"""Removals of rows that a sorted table has scattered in more runs than these are shown by a reset."""


class ProblemModel(RowsModel):
    """One page's rows: given columns to edit, computed ones to read.

    It follows the document by the narrowest signals: rows come and go, an edit repaints its cells,
    an evaluation repaints the computed cells of the rows edited since the last one. Only another
    problem or another set of formulas resets it.
    """

    display_changed = Signal()
    """Numbers are shown in another way, perhaps of another length."""
    entered = Signal(int)
    """A number is about to be entered into a cell of this row."""
    judged_anew = Signal()
    """Every row has results that are not those of a few edited cells."""
    covered = Signal()
    """Other results are covered until a question is answered."""
    refused = Signal(str)
    """A sentence: which cell, what was expected and what came."""

    def __init__(
        self, page: Page, document: Document, selection: Selection, parent: QObject | None = None
    ) -> None:
        self._page = page
        self._document = document
        self._selection = selection
        self._formulas = formulas_of(page)
        super().__init__(self._cells_of(self._snapshot()), parent)
        self._edited: tuple[int, int] | None = None
        """First and last row edited since the last evaluation; None if none was."""
        self._are_all_anew = False
        """Whether the evaluation to come judges every row anew."""
        self.updating = False
        """True while rows or columns come and go: the view's current cell then means nothing."""
        document.changed.connect(self._follow)
        selection.changed.connect(self._follow_selection)
        document.cover_changed.connect(self._follow_cover)

    # -- how it is shown ----------------------------------------------------------------------------

    def set_display(self, display: NumberDisplay) -> None:
        """Show numbers in another way."""
        if display != self.cells.display:
            self._show(display=display)
            self.touch_all(range(len(self.columns)), Role.DisplayRole)
            self.display_changed.emit()

    def set_dark(self, dark: bool) -> None:
        """Choose the regimes' colours for a dark or a light theme."""
        if dark != self.cells.dark:
            self._show(dark=dark)
            self.touch_all(range(len(self.columns)), Role.BackgroundRole)

    def show_heat(self, shown: bool) -> None:
        """Show or hide the logits' heat map."""
        self._show(heated=shown)
        self._touch_heat()

    def shown_place(self) -> int:
        """Where the row stands that the plots and the explanation show; -1 if it is hidden."""
        return self.order.place(self._selection.place(self._page).row)

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Take the results of the document's problem; those of the other page are passed over."""
        if evaluation.problem is not self._document.problem(self._page):
            return  # of the other page, or an edit has come in between and its own evaluation is on its way
        formulas = tuple(column.formula for column in evaluation.columns)
        if formulas != self._formulas:
            self._formulas = formulas
            self._reset(evaluation)
            self._are_all_anew = False
            self.judged_anew.emit()
            return
        first, last = self._edited or (0, self.order.total - 1)
        self._edited = None
        self._show_snapshot(self._snapshot(evaluation))
        self.touch(first, last, self.cells.numbers_in(None), Role.DisplayRole, Role.BackgroundRole)
        if self._are_all_anew:
            self._are_all_anew = False
            self.judged_anew.emit()

    # -- following the document ---------------------------------------------------------------------

    def _snapshot(self, evaluation: Evaluation | None = None) -> Snapshot:
        """The document's problem with its results, or these yet to come."""
        page = self._page
        moved, cover = self._selection.place(page).moved, self._document.cover
        return Snapshot(self._document.problem(page), evaluation, moved, cover)

    def _cells_of(self, snapshot: Snapshot) -> CellReader:
        columns = columns_of(snapshot.problem, self._formulas)
        return CellReader(snapshot, columns, RowOrder(snapshot.problem.rows), self._moving())

    def _moving(self) -> int | None:
        return self._selection.moved_class() if self._page == "multiclass" else None

    def _follow(self, change: Change) -> None:
        if change.page != self._page:
            return
        if isinstance(change, CellsChanged):
            self._follow_cells(change)
        elif isinstance(change, RowsInserted):
            self._insert_rows(change.first, change.count)
        elif isinstance(change, RowsRemoved):
            self._remove_rows(change.first, change.count)
        elif isinstance(change, OptionsChanged):
            self._follow_options(change)
        elif isinstance(change, ProblemReplaced):
            self._reset()

    def _follow_cells(self, change: CellsChanged) -> None:
        problem = self._document.problem(self._page)
        many = change.last - change.first >= FEW_ROWS and is_large(problem)
        self._show_problem(problem, keep_results=not many)
        self._mark_edited(change.first, change.last)
        numbers = self.cells.numbers_in(change.field)
        self.touch(change.first, change.last, numbers, Role.DisplayRole, Role.EditRole)
        if self.cells.heated:
            self._touch_heat()

    def _touch_heat(self) -> None:
        self.touch_all(self.cells.numbers_of(Kind.LOGIT), Role.BackgroundRole)

    def _show_problem(self, problem: Problem, *, keep_results: bool) -> None:
        """Show an edited problem of the same shape, beside the last results or none."""
        evaluation = self.snapshot.evaluation
        kept = evaluation if keep_results else None
        self._show_snapshot(replace(self.snapshot, problem=problem, evaluation=kept))
        if kept is not evaluation:
            self.touch_all(self.cells.numbers_in(None), Role.DisplayRole)

    def _show_snapshot(self, snapshot: Snapshot) -> None:
        """Show other numbers of the same rows; the headers mark the class that moves, and name it."""
        before = (self.snapshot.moved, self.cells.moving)
        self._show(snapshot=snapshot, moving=self._moving())
        if (snapshot.moved, self.cells.moving) != before:
            self._touch_headers()

    def _touch_headers(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def _insert_rows(self, first: int, count: int) -> None:
        self.updating = True
        place, order = self.order.with_inserted(first, count)
        self.beginInsertRows(QModelIndex(), place, place + count - 1)
        self._replace_rows(order)
        self.endInsertRows()
        self.updating = False

    def _remove_rows(self, first: int, count: int) -> None:
        runs = self.order.runs_of(first, count)
        if len(runs) > MOST_RUNS:
            self._reset()
            return
        self.updating = True
        after = self.order.without(first, count)
        for number, (top, bottom) in enumerate(runs, start=1):
            self.beginRemoveRows(QModelIndex(), top, bottom)
            if number < len(runs):
                self._show(order=self.order.without_places(top, bottom))
            else:
                self._replace_rows(after)
            self.endRemoveRows()
        if not runs:  # all of them hidden: what is shown has other numbers
            self._replace_rows(after)
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, max(after.count - 1, 0))
        self.updating = False

    def _replace_rows(self, order: RowOrder) -> None:
        """Show the document's rows in this order, their results yet to come."""
        self._edited = None
        self._show(snapshot=self._snapshot(), order=order)

    def _follow_options(self, change: OptionsChanged) -> None:
        problem = self._document.problem(self._page)
        if len(columns_of(problem, self._formulas)) != len(self.columns):  # a weight column comes or goes
            self._reset(self.snapshot.evaluation)
            return
        self._show_problem(problem, keep_results=not is_large(problem))
        self._mark_edited(0, self.order.total - 1)
        self._are_all_anew = True
        if "class_names" in change.names:
            self._touch_headers()
        if "format" in change.names:
            given = [number for number, column in enumerate(self.columns) if column.field is not None]
            self.touch_all(given, Role.DisplayRole, Role.EditRole)

    def _follow_selection(self, page: str) -> None:
        if page != self._page:
            return
        moved, before = self._selection.place(self._page).moved, self.snapshot.moved
        self._show_snapshot(self.snapshot if moved == before else replace(self.snapshot, moved=moved))
        if moved != before:
            gradients = self.cells.numbers_of(Kind.GRADIENT)
            self.touch_all(gradients, Role.DisplayRole, Role.BackgroundRole)

    def _follow_cover(self) -> None:
        """Show and hide what is covered; the shape of the table stays."""
        self._show_snapshot(replace(self.snapshot, cover=self._document.cover))
        self.touch_all(self.cells.numbers_in(None), Role.DisplayRole, Role.BackgroundRole)
        self.covered.emit()
        self.judged_anew.emit()

    def _mark_edited(self, first: int, last: int) -> None:
        if self._edited is not None:
            first, last = min(first, self._edited[0]), max(last, self._edited[1])
        self._edited = (first, last)

    def _reset(self, evaluation: Evaluation | None = None) -> None:
        """Show the document's problem anew, as another one; what numbers look like stays."""
        self.updating = True
        self.beginResetModel()
        self._edited = None
        self._are_all_anew = True
        cells, looks = self._cells_of(self._snapshot(evaluation)), self.cells
        self.cells = replace(cells, display=looks.display, dark=looks.dark, heated=looks.heated)
        self.endResetModel()
        self.updating = False

    def _say_unknown(self, column: TableColumn) -> None:
        if self.snapshot.evaluation is not None and not self.snapshot.is_known(column):
            self.refused.emit(wording.no_gradients_kept())

    # -- editing ------------------------------------------------------------------------------------

    def clear_cells(self, parts: Iterable[tuple[range, int]]) -> None:
        """Set cells, given as places and the column's number, to 0, as one step; computed ones stay."""
        columns = ((self.order.rows(places), self.columns[number]) for places, number in parts)
        try:
            clear_columns(self._document, self._page, columns, self.tr("Reset cells to 0"))
        except ValueError as error:
            self.refused.emit(str(error))

    def enter(self, index: Index, typed: str) -> str:
        """Give a cell what is typed as its number; empty, or why it does not take it, which is also sent."""
        row, column = self.order.row(index.row()), self.columns[index.column()]
        name = wording.field_name(column, self.snapshot.problem)
        try:
            number = parse_cell(typed, column, self.snapshot.problem)
            self.entered.emit(row)
            step = self.tr("Set {field} of row {row}").format(field=name, row=row + 1)
            set_column(self._document, self._page, column, row, number, step)
        except (ValueError, OverflowError) as error:
            words = self.tr("Row {row}, {field}: {reason}")
            refusal = words.format(row=row + 1, field=name, reason=error)
            self.refused.emit(refusal)
            return refusal
        return ""

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        if role != Role.EditRole or not index.isValid() or self.columns[index.column()].field is None:
            return False
        return not self.enter(index, str(value))
