"""The item model of a page's table: a snapshot of arrays, shown and edited cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush

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
from gui.services.colours import regime_name
from gui.services.number_display import NumberDisplay
from gui.tables import wording
from gui.tables.cell_edits import clear_columns, parse_cell, set_column
from gui.tables.cells import UNCHECKED, Tints, bad_regime, cell_text, edit_text
from gui.tables.columns import Kind, TableColumn, columns_of
from gui.tables.heat import HeatMap
from gui.tables.pasting import is_class_target
from gui.tables.snapshot import AnyRegime, Snapshot
from gui.tables.sorting import RowOrder, Rows, sorted_rows
from gui.tables.target_marks import unchecked_target

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

GROUP_ROLE = int(Role.UserRole) + 1
"""Header: the words above the columns of one kind."""
TITLE_ROLE = int(Role.UserRole) + 2
"""Header: the column's own words."""
REGIME_ROLE = int(Role.UserRole) + 3
"""Cell: the regime's words where it is a bad one, else None."""

MOVES = "\u2194"
"""Marks the class whose logit the plots move."""

NUMBER_ALIGNMENT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
COMPUTED_FLAGS = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
GIVEN_FLAGS = COMPUTED_FLAGS | Qt.ItemFlag.ItemIsEditable
CENTRED = int(Qt.AlignmentFlag.AlignCenter)

MOST_RUNS = 100
"""Removals of rows that a sorted table has scattered in more runs than these are shown by a reset."""


def _number_alignment(place: int, column: TableColumn) -> int:  # noqa: ARG001  # numbers all stand right
    return NUMBER_ALIGNMENT


class ProblemModel(QAbstractTableModel):
    """One page's rows: given columns to edit, computed ones to read.

    It follows the document by the narrowest signals: rows come and go, an edit repaints its cells,
    an evaluation repaints the computed cells of the rows edited since the last one. Only another
    problem or another set of formulas resets it.

    Qt's row numbers are *places* here: `sort` permutes them, and a row is the document's.
    """

    display_changed = Signal()
    """Numbers are shown in another way, perhaps of another length."""
    refused = Signal(str)
    """A sentence: which cell, what was expected and what came."""

    def __init__(
        self, page: Page, document: Document, selection: Selection, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._document = document
        self._selection = selection
        self._formulas = formulas_of(page)
        self._snapshot = Snapshot(document.problem(page), None, selection.place(page).moved)
        self._columns = columns_of(self._snapshot.problem, self._formulas)
        self._edited: tuple[int, int] | None = None
        """First and last row edited since the last evaluation; None if none was."""
        self._display = NumberDisplay()
        self._order = RowOrder(self._snapshot.problem.rows)
        self._tints = Tints(dark=False)
        self._heat: HeatMap | None = None
        """The logits' backgrounds; None while the heat map is off."""
        self.updating = False
        """True while rows or columns come and go: the view's current cell then means nothing."""
        self._answers: dict[int, Callable[[int, TableColumn], Any]] = {
            Role.DisplayRole: self.text,
            Role.EditRole: self.edit_text,
            Role.TextAlignmentRole: _number_alignment,
            Role.BackgroundRole: self.background,
            Role.ToolTipRole: self._tip,
            Role.AccessibleTextRole: self._spoken,
            REGIME_ROLE: self._regime_words,
        }
        document.changed.connect(self._follow)
        selection.changed.connect(self._follow_selection)

    # -- what it shows ------------------------------------------------------------------------------

    @property
    def columns(self) -> tuple[TableColumn, ...]:
        """The columns in order."""
        return self._columns

    @property
    def snapshot(self) -> Snapshot:
        """The arrays behind the cells."""
        return self._snapshot

    @property
    def display(self) -> NumberDisplay:
        """How numbers are shown."""
        return self._display

    def set_display(self, display: NumberDisplay) -> None:
        """Show numbers in another way."""
        if display != self._display:
            self._display = display
            self._touch(0, self._order.count - 1, list(range(len(self._columns))), Role.DisplayRole)
            self.display_changed.emit()

    def is_class_column(self, column: TableColumn) -> bool:
        """Whether the column's cells are class indices, which no display of floats concerns."""
        return is_class_target(column, self._snapshot.problem)

    @property
    def order(self) -> RowOrder:
        """Which row stands at which place."""
        return self._order

    def failing_rows(self, numbers: Iterable[int]) -> NDArray[np.bool_]:
        """The rows in which one of these columns holds a loss or gradient that is wrong or not finite."""
        failing = np.zeros(self._order.count, dtype=np.bool_)
        for number in numbers:
            wrong = self._snapshot.wrong_rows(self._columns[number])
            if wrong is not None:
                failing |= wrong
        return failing

    def set_dark(self, dark: bool) -> None:
        """Choose the regimes' colours for a dark or a light theme."""
        if dark != self._tints.dark:
            self._tints = Tints(dark)
            self._heat = self._new_heat() if self._heat else None
            self._touch(0, self._order.count - 1, list(range(len(self._columns))), Role.BackgroundRole)

    def show_heat(self, shown: bool) -> None:
        """Show or hide the logits' heat map."""
        self._heat = self._new_heat() if shown else None
        self._touch(0, self._order.count - 1, self._logit_columns(), Role.BackgroundRole)

    def _new_heat(self) -> HeatMap:
        return HeatMap(self._snapshot.problem.logits, self._tints.dark)

    def _logit_columns(self) -> list[int]:
        return [number for number, column in enumerate(self._columns) if column.kind is Kind.LOGIT]

    def _follow_heat(self) -> None:
        """Spread the colours over the edited logits."""
        if self._heat is not None:
            self.show_heat(True)

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Take the results of the document's problem; those of the other page are passed over."""
        if evaluation.problem.family != self._page:
            return
        if evaluation.problem is not self._document.problem(self._page):
            return  # an edit has come in between and its own evaluation is on its way
        formulas = tuple(column.formula for column in evaluation.columns)
        moved = self._selection.place(self._page).moved
        snapshot = Snapshot(evaluation.problem, evaluation, moved)
        if formulas != self._formulas:
            self._formulas = formulas
            self._reset(snapshot)
            return
        first, last = self._edited or (0, self._order.count - 1)
        self._snapshot, self._edited = snapshot, None
        self._touch(first, last, self._computed_columns(), Role.DisplayRole, Role.BackgroundRole)
        self._announce_moved_class()

    def text(self, place: int, column: TableColumn) -> str:
        """A cell's short text; an ellipsis while its value is being computed."""
        return cell_text(self._snapshot, self._order.row(place), column, self._display)

    def bad_regime(self, place: int, column: TableColumn) -> AnyRegime | None:
        """What went wrong in a cell; None where nothing did."""
        return bad_regime(self._snapshot, self._order.row(place), column)

    def unchecked(self, place: int, column: TableColumn) -> str:
        """Why a target makes no sense though PyTorch takes it; empty where it does, and elsewhere."""
        if column.kind is not Kind.TARGET:
            return ""
        return unchecked_target(self._snapshot.problem, self._order.row(place), column.index)

    def background(self, place: int, column: TableColumn) -> QBrush | None:
        """The cell's background where it has one of its own: a failure's, a doubt's, or the heat map's."""
        regime = self.bad_regime(place, column)
        if regime is not None:
            return self._tints.of(regime)
        if self.unchecked(place, column):
            return self._tints.of(UNCHECKED)
        if self._heat is None or column.kind is not Kind.LOGIT:
            return None
        values = self._snapshot.values(column)
        return None if values is None else self._heat.brush(float(values.item(self._order.row(place))))

    def edit_text(self, place: int, column: TableColumn) -> str:
        """The text that typed into the cell gives the same number; for computed cells, to copy."""
        return edit_text(self._snapshot, self._order.row(place), column)

    def clear_cells(self, parts: Iterable[tuple[range, int]]) -> None:
        """Set cells, given as places and the column's number, to 0, as one step; computed ones stay."""
        columns = ((self._order.rows(places), self._columns[number]) for places, number in parts)
        try:
            clear_columns(self._document, self._page, columns, self.tr("Reset cells to 0"))
        except ValueError as error:
            self.refused.emit(str(error))

    # -- following the document ---------------------------------------------------------------------

    def _follow(self, change: Change) -> None:
        if change.page != self._page:
            return
        problem = self._document.problem(self._page)
        if isinstance(change, CellsChanged):
            many = change.last - change.first >= FEW_ROWS and is_large(problem)
            self._show_problem(problem, keep_results=not many)
            self._mark_edited(change.first, change.last)
            numbers = [i for i, column in enumerate(self._columns) if column.field == change.field]
            self._touch(change.first, change.last, numbers, Role.DisplayRole, Role.EditRole)
            self._follow_heat()
        elif isinstance(change, RowsInserted):
            self._insert_rows(change.first, change.count)
        elif isinstance(change, RowsRemoved):
            self._remove_rows(change.first, change.count)
        elif isinstance(change, OptionsChanged):
            self._follow_options(change)
        elif isinstance(change, ProblemReplaced):
            self._reset(Snapshot(problem, None, self._selection.place(self._page).moved))

    def _show_problem(self, problem: Problem, *, keep_results: bool) -> None:
        """Show an edited problem of the same shape, beside the last results or none."""
        if keep_results or self._snapshot.evaluation is None:
            self._snapshot = self._snapshot.with_problem(problem)
        else:
            self._snapshot = Snapshot(problem, None, self._snapshot.moved)
            self._touch(0, self._order.count - 1, self._computed_columns(), Role.DisplayRole)

    def _insert_rows(self, first: int, count: int) -> None:
        self.updating = True
        place, order = self._order.with_inserted(first, count)
        self.beginInsertRows(QModelIndex(), place, place + count - 1)
        self._replace_rows(order)
        self.endInsertRows()
        self.updating = False

    def _remove_rows(self, first: int, count: int) -> None:
        runs = self._order.runs_of(first, count)
        if len(runs) > MOST_RUNS:
            moved = self._selection.place(self._page).moved
            self._reset(Snapshot(self._document.problem(self._page), None, moved))
            return
        self.updating = True
        for number, (top, bottom) in enumerate(runs, start=1):
            self.beginRemoveRows(QModelIndex(), top, bottom)
            if self._order.is_natural:
                self._replace_rows(RowOrder(self._order.count - count))
            else:
                self._order = self._order.without_places(top, bottom)
                if number == len(runs):
                    self._replace_rows(self._order.renumbered(first, count))
            self.endRemoveRows()
        self.updating = False

    def _follow_options(self, change: OptionsChanged) -> None:
        problem = self._document.problem(self._page)
        if len(columns_of(problem, self._formulas)) != len(self._columns):  # a weight column comes or goes
            self._reset(self._snapshot.with_problem(problem))
            return
        self._show_problem(problem, keep_results=not is_large(problem))
        self._mark_edited(0, self._order.count - 1)
        if "class_names" in change.names:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)
        if "format" in change.names:
            given = [i for i, column in enumerate(self._columns) if column.field is not None]
            self._touch(0, self._order.count - 1, given, Role.DisplayRole, Role.EditRole)

    def _follow_selection(self, page: str) -> None:
        if page != self._page:
            return
        moved = self._selection.place(self._page).moved
        if moved != self._snapshot.moved:
            self._snapshot = Snapshot(self._snapshot.problem, self._snapshot.evaluation, moved)
            gradients = [i for i, column in enumerate(self._columns) if column.kind is Kind.GRADIENT]
            self._touch(0, self._order.count - 1, gradients, Role.DisplayRole, Role.BackgroundRole)
        self._announce_moved_class()

    def _announce_moved_class(self) -> None:
        """Repaint the headers: they mark the class that moves and name it above the gradients."""
        if self._page == "multiclass" and not self.updating:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)

    def _moves(self, column: TableColumn) -> bool:
        """Whether the plots move this column's logit."""
        return (
            column.kind is Kind.LOGIT
            and column.index is not None
            and column.index == self._selection.moved_class()
        )

    def _mark_edited(self, first: int, last: int) -> None:
        if self._edited is not None:
            first, last = min(first, self._edited[0]), max(last, self._edited[1])
        self._edited = (first, last)

    def _replace_rows(self, order: RowOrder) -> None:
        """Show the document's rows in this order, their results yet to come."""
        self._snapshot = Snapshot(
            self._document.problem(self._page), None, self._selection.place(self._page).moved
        )
        self._order = order
        self._edited = None
        self._heat = self._new_heat() if self._heat else None

    def _reset(self, snapshot: Snapshot) -> None:
        self.updating = True
        self.beginResetModel()
        self._snapshot, self._edited = snapshot, None
        self._order = RowOrder(snapshot.problem.rows)
        self._columns = columns_of(snapshot.problem, self._formulas)
        self._heat = self._new_heat() if self._heat else None
        self.endResetModel()
        self.updating = False

    def _computed_columns(self) -> list[int]:
        return [i for i, column in enumerate(self._columns) if column.field is None]

    def _touch(self, first: int, last: int, numbers: list[int], *roles: Role) -> None:
        """Have the cells of the rows `first..last` repainted."""
        if numbers and first <= last:
            top, bottom = self._order.span(first, last)
            self.dataChanged.emit(self.index(top, numbers[0]), self.index(bottom, numbers[-1]), list(roles))

    # -- Qt's protocol ------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's default
        return 0 if parent.isValid() else self._order.count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return COMPUTED_FLAGS if self._columns[index.column()].field is None else GIVEN_FLAGS

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        answer = self._answers.get(role)
        if answer is None or not index.isValid() or index.row() >= self.rowCount():
            return None
        return answer(index.row(), self._columns[index.column()])

    def _regime_words(self, place: int, column: TableColumn) -> str | None:
        regime = self.bad_regime(place, column)
        return None if regime is None else regime_name(regime)

    def _tip(self, place: int, column: TableColumn) -> str:
        tip = wording.cell_tip(column, self._order.row(place), self._snapshot)
        doubt = self.unchecked(place, column)
        return f"{tip}\n{doubt}" if doubt else tip

    def _spoken(self, place: int, column: TableColumn) -> str:
        """The cell for a screen reader: column, row, value and what went wrong."""
        name = self._header(column, Role.DisplayRole).replace("\n(", "(").replace("\n", " ")
        text = self.tr("{column}, row {row}: {value}").format(
            column=name, row=self._order.row(place) + 1, value=self.text(place, column)
        )
        regime = self.bad_regime(place, column)
        doubt = self.unchecked(place, column) if regime is None else regime_name(regime)
        return f"{text}, {doubt}" if doubt else text

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if role == Role.TextAlignmentRole:
            return CENTRED
        if orientation == Qt.Orientation.Vertical:
            is_text = role == Role.DisplayRole and section < self._order.count
            return str(self._order.row(section) + 1) if is_text else None
        return self._header(self._columns[section], role) if section < len(self._columns) else None

    def _header(self, column: TableColumn, role: int) -> Any:
        problem, moved = self._snapshot.problem, self._snapshot.moved
        if role == Role.DisplayRole:
            group = wording.group_title(column, problem, moved)
            return "\n".join(filter(None, (group, wording.column_title(column, problem))))
        if role == GROUP_ROLE:
            return wording.group_title(column, problem, moved)
        if role == TITLE_ROLE:
            title = wording.column_title(column, problem)
            return f"{title} {MOVES}" if self._moves(column) else title
        if role == Role.ToolTipRole:
            return wording.header_tip(column, self._snapshot)
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        if role != Role.EditRole or not index.isValid() or self._columns[index.column()].field is None:
            return False
        row, column = self._order.row(index.row()), self._columns[index.column()]
        name = wording.field_name(column, self._snapshot.problem)
        try:
            number = parse_cell(str(value), column, self._snapshot.problem)
            step = self.tr("Set {field} of row {row}").format(field=name, row=row + 1)
            set_column(self._document, self._page, column, row, number, step)
        except (ValueError, OverflowError) as error:
            text = self.tr("Row {row}, {field}: {reason}")
            self.refused.emit(text.format(row=row + 1, field=name, reason=error))
            return False
        return True

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort the places by a column's numbers; column -1 puts them back into the document's order."""
        rows: Rows | None = None
        if column >= 0:
            values = self._snapshot.sort_key(self._columns[column])
            if values is None:
                return  # not yet computed: there is nothing to sort by
            rows = sorted_rows(values, descending=order == Qt.SortOrder.DescendingOrder)
        elif self._order.is_natural:
            return
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        rows_kept = [self._order.row(index.row()) for index in kept]
        self._order = RowOrder(self._order.count, rows)
        moved = [
            self.index(self._order.place(row), index.column())
            for row, index in zip(rows_kept, kept, strict=True)
        ]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()
        if self._order.count:
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, self._order.count - 1)
