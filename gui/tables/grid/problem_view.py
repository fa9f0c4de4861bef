"""The table widget: a spreadsheet's keys on a page's rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QItemSelectionModel, QItemSelectionRange, QModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QTableView,
    QWidget,
)

from engine import FLOAT64, Role
from gui.services.numbers.number_display import NumberDisplay
from gui.services.viewport import take_own_viewport
from gui.tables.grid.area import Area, area_of
from gui.tables.grid.columns import Kind, TableColumn, is_class_target
from gui.tables.grid.delegate import CellDelegate
from gui.tables.grid.header import GroupedHeader
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.rows_model import Index
from gui.tables.grid.sorting import Rows

SAMPLES = {
    Kind.LOGIT: "-16.6355",
    Kind.TARGET: "0.500",
    Kind.WEIGHT: "1.25000",
    Kind.ACTIVATION: "2.06115e-09",
    Kind.LOSS: "2.06115e-09",
    Kind.ERROR: "1.718e+06",
    Kind.GRADIENT: "-2.06115e-09",
}
"""A long number of each kind, from which the columns' widths come; given numbers may be longer."""

CELL_PADDING = 10
"""Pixels on both sides of a number together."""

MOST_MEASURED = 2000
"""Cells whose own texts widen their columns; the delegate shows fewer digits of what is longer still."""

MOST_KEPT = 2000
"""Selected cells that follow their rows when the table is sorted; of more, only the current one."""

Hint = QAbstractItemDelegate.EndEditHint
Trigger = QAbstractItemView.EditTrigger
SelectionFlag = QItemSelectionModel.SelectionFlag


class ProblemView(QTableView):
    """Enter goes down, Tab to the next editable cell, Delete sets 0, typing begins an edit."""

    def __init__(self, model: ProblemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        take_own_viewport(self)
        self._model = model
        self._hidden: frozenset[Kind] = frozenset()
        self.setItemDelegate(CellDelegate(model, self))
        self.header = GroupedHeader(self)
        self.setHorizontalHeader(self.header)
        self.setModel(model)
        self._quiet_headers()
        self.header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.header.setSortIndicatorClearable(True)
        self.setSortingEnabled(True)
        self.setEditTriggers(Trigger.AnyKeyPressed | Trigger.DoubleClicked | Trigger.EditKeyPressed)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setCornerButtonEnabled(False)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumWidth(self.fontMetrics().horizontalAdvance("000") + CELL_PADDING)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.fit_columns()
        model.modelReset.connect(self._after_reset)
        model.rowsInserted.connect(self._forget_sorting)
        model.display_changed.connect(self.fit_columns)
        model.dataChanged.connect(self._make_room)
        model.layoutAboutToBeChanged.connect(self._drop_large_selection)

    def fit_columns(self) -> None:
        """Give every column the width of its header and of its longest number."""
        metrics = self.fontMetrics()
        for number, column in enumerate(self._model.columns):
            width = metrics.horizontalAdvance(self._sample(column)) + CELL_PADDING
            if column.field is not None:
                width = max(width, self._width_of(number, 0, self._measured_rows() - 1))
            self.setColumnWidth(number, max(width, self.header.width_for(number)))

    def _measured_rows(self) -> int:
        """How many of the first rows decide on the widths: all of a small table's."""
        return min(self._model.order.count, MOST_MEASURED // max(len(self._model.columns), 1) + 1)

    def _width_of(self, number: int, top: int, bottom: int) -> int:
        """The width that the cells of a column from one place to another need."""
        column, metrics = self._model.columns[number], self.fontMetrics()
        texts = (self._model.cells.text(place, column) for place in range(top, bottom + 1))
        return max(map(metrics.horizontalAdvance, texts), default=0) + CELL_PADDING

    def _make_room(self, first: Index, last: Index, roles: Sequence[int]) -> None:
        """Widen columns for numbers just edited; a column never gets narrower under an edit."""
        if Qt.ItemDataRole.EditRole not in roles:
            return
        bottom = min(last.row(), first.row() + self._measured_rows() - 1)
        for number in range(first.column(), last.column() + 1):
            if self._model.columns[number].field is not None:
                width = self._width_of(number, first.row(), bottom)
                if width > self.columnWidth(number):
                    self.setColumnWidth(number, width)

    def _sample(self, column: TableColumn) -> str:
        """A text as long as the column's numbers get."""
        display = self._model.cells.display
        problem = self._model.snapshot.problem
        if display == NumberDisplay() or column.kind is Kind.ERROR or is_class_target(column, problem):
            return SAMPLES[column.kind]
        is_true = column.formula is not None and column.formula.role is Role.EXACT
        return display.longest(FLOAT64 if is_true else problem.format)

    def show_kind(self, kind: Kind, shown: bool) -> None:
        """Show or hide the columns of one kind."""
        self._hidden = self._hidden - {kind} if shown else self._hidden | {kind}
        self._apply_hidden()

    def selected_rows(self) -> Rows:
        """The document's rows with a selected cell, ascending; the current one if nothing is selected."""
        parts = [np.arange(part.top(), part.bottom() + 1) for part in self._selected_ranges()]
        if not parts and self.currentIndex().isValid():
            parts = [np.array([self.currentIndex().row()])]
        if not parts:
            return np.empty(0, dtype=np.intp)
        return np.sort(self._model.order.rows(np.unique(np.concatenate(parts))))

    def shown_columns(self) -> tuple[int, ...]:
        """The numbers of the visible columns."""
        return tuple(n for n in range(len(self._model.columns)) if not self.isColumnHidden(n))

    def selected_area(self) -> Area | None:
        """The selected rectangle of visible cells; None if nothing or no rectangle is selected."""
        hidden = {n for n in range(len(self._model.columns)) if self.isColumnHidden(n)}
        return area_of(self._selected_ranges(), frozenset(hidden))

    def selected_parts(self) -> Iterator[tuple[range, int]]:
        """The selected places of each visible column."""
        for part in self._selected_ranges():
            for column in range(part.left(), part.right() + 1):
                if not self.isColumnHidden(column):
                    yield range(part.top(), part.bottom() + 1), column

    def _selected_ranges(self) -> list[QItemSelectionRange]:
        selection = self.selectionModel().selection()
        return [selection.at(number) for number in range(selection.count())]

    def _drop_large_selection(self) -> None:
        # Qt keeps a persistent index for every selected cell while rows change places.
        cells = sum(part.width() * part.height() for part in self._selected_ranges())
        if cells > MOST_KEPT:
            self.selectionModel().select(self.currentIndex(), SelectionFlag.ClearAndSelect)

    def _quiet_headers(self) -> None:
        # A header asks the selection about each of its sections, a call into Python for every row of
        # a column, to paint them pressed. Given a selection of its own it has nothing to ask.
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSelectionModel(QItemSelectionModel(self._model, header))

    def _after_reset(self) -> None:
        self.header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.fit_columns()
        self._apply_hidden()

    def _forget_sorting(self) -> None:
        """Rows that come in, by hand or by an undo, stand below their neighbours and not where they sort."""
        self.header.blockSignals(True)  # rows stay as they are: a cleared indicator would sort them back
        self.header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.header.blockSignals(False)
        self.header.viewport().update()

    def _apply_hidden(self) -> None:
        for number, column in enumerate(self._model.columns):
            self.setColumnHidden(number, column.kind in self._hidden)

    def _next_editable(self, start: QModelIndex, step: int) -> QModelIndex:
        """The next (or with step -1 the last) editable cell, on into the neighbouring row."""
        editable = [
            number
            for number, column in enumerate(self._model.columns)
            if column.field is not None and not self.isColumnHidden(number)
        ]
        row, column = start.row(), start.column()
        rest = [number for number in editable if (number - column) * step > 0]
        if rest:
            return self._model.index(row, rest[0] if step > 0 else rest[-1])
        return self._model.index(row + step, editable[0] if step > 0 else editable[-1])

    def _step_down(self, modifiers: Qt.KeyboardModifier) -> None:
        """Go to the row below, with Shift to the one above."""
        up = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        current = self.currentIndex()
        below = current.siblingAtRow(current.row() + (-1 if up else 1))
        if below.isValid():
            self.setCurrentIndex(below)

    # -- Qt's protocol ------------------------------------------------------------------------------

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        start = self.currentIndex()
        if hint not in {Hint.EditNextItem, Hint.EditPreviousItem}:
            super().closeEditor(editor, hint)
            if hint == Hint.SubmitModelCache:
                self._step_down(QApplication.keyboardModifiers())
            return
        super().closeEditor(editor, Hint.NoHint)
        target = self._next_editable(start, 1 if hint == Hint.EditNextItem else -1)
        if target.isValid():
            self.setCurrentIndex(target)
            self.edit(target)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        cells = self.itemDelegate()  # the base class's own one while the view is being made
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange} and isinstance(
            cells, CellDelegate
        ):
            cells.follow_look()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.row() != previous.row():
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        row = self.currentIndex().row()
        if row < 0:
            return
        # The row that plots and explanation show, also while the keyboard is elsewhere.
        top = self.rowViewportPosition(row)
        bottom = top + self.rowHeight(row) - 1
        painter = QPainter(self.viewport())
        painter.setPen(self.palette().highlight().color())
        for y in (top - 1, bottom):
            painter.drawLine(0, y, self.viewport().width(), y)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() == QAbstractItemView.State.EditingState
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace} and not editing:
            self._model.clear_cells(self.selected_parts())
            event.accept()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not editing:
            self._step_down(event.modifiers())
            event.accept()
        else:
            super().keyPressEvent(event)
