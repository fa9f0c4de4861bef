"""What menus and keys do to a table's cells and rows; every command is one step of the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QObject, Signal

from gui.document.changes import Page
from gui.document.document import Document
from gui.document.selection import Selection
from gui.tables.editing.cell_writer import CellWriter
from gui.tables.editing.pasting import Pasting
from gui.tables.editing.row_edits import blank_rows, duplicate_rows, insert_blank_rows, move_rows, remove_rows
from gui.tables.grid.columns import Kind
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.sorting import Rows
from gui.tables.view.problem_view import ProblemView

if TYPE_CHECKING:
    from gui.tables.editing.generate import Generator

Flag = QItemSelectionModel.SelectionFlag


class TableCommands(QObject):
    """The commands of one table, on what is selected in it."""

    message = Signal(str)
    """A refusal or a remark in words."""

    def __init__(
        self,
        page: Page,
        document: Document,
        selection: Selection,
        model: ProblemModel,
        view: ProblemView,
        writer: CellWriter,
    ) -> None:
        super().__init__(view)
        self._page = page
        self._document = document
        self._selection = selection
        self._model = model
        self._view = view
        self._writer = writer

    # -- cells --------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Set the selected cells to 0."""
        self._model.clear_cells(self._view.selected_parts())

    def fill_down(self) -> None:
        """Copy each selected column's first cell into the cells below; in one row, the cell above."""
        pastings = []
        for places, number in self._view.selected_parts():
            column = self._model.columns[number]
            source = places.start if len(places) > 1 else places.start - 1
            if column.field is None or source < 0:
                continue
            value = column.typed(self._document.problem(self._page)).item(self._model.order.row(source))
            rows = self._model.order.rows(range(source + 1, places.stop))
            pastings.append(Pasting(np.full((rows.size, 1), value), rows, [column]))
        if pastings:
            self._writer.write(pastings, self.tr("Fill down"))

    def generate(self, generator: Generator, fresh: int, classes: tuple[int, ...]) -> None:
        """Fill logits by a rule: of the selected rows, or with `fresh` > 0 of that many new rows at the end.

        On the multiclass page it fills those of `classes`; the others of new rows are 0.
        """
        problem = self._document.problem(self._page)
        columns = [
            column
            for column in self._model.columns
            if column.kind is Kind.LOGIT and (column.index is None or column.index in classes)
        ]
        if fresh:
            rows = blank_rows(problem, fresh)
            logits = generator.logits(fresh, len(columns))
            indices = [column.index for column in columns if column.index is not None]
            if indices:
                rows.fields["logits"][:, indices] = logits
            else:
                rows.fields["logits"][:] = logits[:, 0]
            self._document.insert_rows(self._page, problem.rows, rows, self.tr("Generate rows"))
            return
        selected = self._view.selected_rows()
        if selected.size:
            values = generator.logits(selected.size, len(columns))
            self._writer.write([Pasting(values, selected, columns)], self.tr("Fill logits"))

    # -- rows ---------------------------------------------------------------------------------------

    def insert_above(self) -> None:
        """Insert a blank row above the selected ones."""
        rows = self._view.selected_rows()
        self._insert(int(rows[0]) if rows.size else 0)

    def insert_below(self) -> None:
        """Insert a blank row below the selected ones."""
        rows = self._view.selected_rows()
        self._insert(int(rows[-1]) + 1 if rows.size else 0)

    def _insert(self, first: int) -> None:
        insert_blank_rows(self._document, self._page, first, 1, self.tr("Insert row"))
        self._selection.select(self._page, first)

    def duplicate(self) -> None:
        """Insert copies of the selected rows below them."""
        rows = self._view.selected_rows()
        if rows.size:
            copies = duplicate_rows(self._document, self._page, rows, self.tr("Duplicate rows"))
            self._select_rows(np.arange(copies.start, copies.stop))

    def move_up(self) -> None:
        """Move the selected rows up by one."""
        self._move(-1)

    def move_down(self) -> None:
        """Move the selected rows down by one."""
        self._move(1)

    def _move(self, step: int) -> None:
        rows = self._view.selected_rows()
        if not self._model.order.is_natural:
            self.message.emit(self.tr("Move rows: show them in their original order first"))
        elif rows.size:
            text = self.tr("Move rows up") if step < 0 else self.tr("Move rows down")
            self._select_rows(move_rows(self._document, self._page, rows, step, text))

    def remove_rows(self) -> None:
        """Remove the selected rows; an empty batch is a case of its own to look at."""
        rows = self._view.selected_rows()
        if rows.size:
            remove_rows(self._document, self._page, rows, self.tr("Remove rows"))

    # -- selecting ----------------------------------------------------------------------------------

    def select_rows(self) -> None:
        """Extend the selection to whole rows."""
        places = self._model.order.places(self._view.selected_rows())
        self._select_places(np.sort(places))

    def select_columns(self) -> None:
        """Extend the selection to whole columns."""
        current, chosen = self._view.currentIndex(), QItemSelection()
        last = self._model.order.count - 1
        for number in sorted({number for _, number in self._view.selected_parts()}):
            chosen.select(self._model.index(0, number), self._model.index(last, number))
        self._select(chosen, current)

    def next_failing(self) -> None:
        """Go to the next row in which a shown loss or gradient is wrong, the worst kind first."""
        self._go_to_failing(1)

    def previous_failing(self) -> None:
        """Go to the one before."""
        self._go_to_failing(-1)

    def _go_to_failing(self, step: int) -> None:
        order, current = self._model.order, self._view.currentIndex()
        if self._model.snapshot.evaluation is None:
            self.message.emit(self.tr("The values are still being computed"))
            return
        failing = self._model.cells.failing_rows(self._view.shown_columns())
        if not failing.size:
            self.message.emit(self.tr("No row fails in the columns shown"))
            return
        here = np.flatnonzero(failing == order.row(current.row())) if current.isValid() else np.array([])
        # From a row that does not fail the way leads to the worst one, backwards to the least.
        at = int(here[0]) if here.size else (-1 if step > 0 else 0)
        row = int(failing[(at + step) % failing.size])
        self._view.setCurrentIndex(self._model.index(order.place(row), max(current.column(), 0)))

    # -- machinery ----------------------------------------------------------------------------------

    def _select_rows(self, rows: Rows) -> None:
        self._select_places(np.sort(self._model.order.places(rows)))

    def _select_places(self, places: Rows) -> None:
        if not places.size:
            return
        chosen, last = QItemSelection(), len(self._model.columns) - 1
        for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
            chosen.select(self._model.index(int(run[0]), 0), self._model.index(int(run[-1]), last))
        column = max(self._view.currentIndex().column(), 0)
        self._select(chosen, self._model.index(int(places[0]), column))

    def _select(self, chosen: QItemSelection, current: QModelIndex) -> None:
        model = self._view.selectionModel()
        model.setCurrentIndex(current, Flag.NoUpdate)
        model.select(chosen, Flag.ClearAndSelect)
