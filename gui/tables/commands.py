"""What menus and keys do to a page's table; every command is one step of the history."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QObject, Signal
from PySide6.QtGui import QGuiApplication

from engine import MulticlassProblem
from gui.document.changes import Page
from gui.document.document import Document
from gui.document.selection import Selection
from gui.services.number_text import parse_class
from gui.tables import wording
from gui.tables.area import Area
from gui.tables.classes import (
    FEWEST_CLASSES,
    rows_of_class,
    with_class_added,
    with_class_removed,
    with_class_renamed,
)
from gui.tables.clipboard_text import column_texts, tab_separated
from gui.tables.columns import Kind, TableColumn
from gui.tables.generate import Generator
from gui.tables.paste_words import place_words, refusal_words
from gui.tables.pasted_text import Block, PasteError, parse_block
from gui.tables.pasting import Pasting, WrongTarget, apply, check, doubtful_targets, fitted
from gui.tables.problem_model import ProblemModel
from gui.tables.problem_view import ProblemView
from gui.tables.row_edits import blank_rows, duplicate_rows, insert_blank_rows, move_rows, remove_rows
from gui.tables.sorting import Rows

MOST_COPIED = 2_000_000
"""Cells that are copied as text: some 40 MB, which is as much as spreadsheets take."""

Flag = QItemSelectionModel.SelectionFlag


class TableCommands(QObject):
    """The commands of one table, on what is selected in it."""

    message = Signal(str)
    """A refusal or a remark in words."""

    def __init__(
        self, page: Page, document: Document, selection: Selection, model: ProblemModel, view: ProblemView
    ) -> None:
        super().__init__(view)
        self._page = page
        self._document = document
        self._selection = selection
        self._model = model
        self._view = view

    # -- clipboard ----------------------------------------------------------------------------------

    def copy(self) -> bool:
        """Copy the selected cells; False with a message if they cannot be copied."""
        return self._copy(headers=False)

    def copy_with_headers(self) -> bool:
        """Copy the selected cells under a row with their columns' names."""
        return self._copy(headers=True)

    def _copy(self, *, headers: bool) -> bool:
        area = self._area()
        if area is None:
            return False
        if area.places.size * len(area.columns) > MOST_COPIED:
            text = self.tr("Copy: expected at most {count} cells, got {got}")
            self.message.emit(text.format(count=MOST_COPIED, got=area.places.size * len(area.columns)))
            return False
        snapshot, rows = self._model.snapshot, self._model.order.rows(area.places)
        columns = [self._model.columns[number] for number in area.columns]
        texts = []
        for column in columns:
            cells = column_texts(snapshot, column, rows)
            if cells is None:
                self.message.emit(self.tr("Copy: the values are still being computed"))
                return False
            texts.append(cells)
        names = [wording.plain_name(column, snapshot.problem) for column in columns] if headers else ()
        QGuiApplication.clipboard().setText(tab_separated(texts, names))
        return True

    def cut(self) -> None:
        """Copy the selected cells and set those that can be edited to 0."""
        if self.copy():
            self.clear()

    def clear(self) -> None:
        """Set the selected cells to 0."""
        self._model.clear_cells(self._view.selected_parts())

    def paste(self) -> None:
        """Put the clipboard's numbers from the upper left selected cell on, all or none of them."""
        try:
            block = parse_block(QGuiApplication.clipboard().text())
        except PasteError as error:
            self.message.emit(refusal_words(error))
            return
        if not self._model.order.count:
            area: Area | None = Area(np.zeros(0, dtype=np.intp), self._shown_columns())
        elif block.values.size == 1:
            self._fill_selection(block.values.item())
            return
        else:
            area = self._area()
        pasting = None if area is None else self._pasting(block, area)
        if pasting is not None:
            self._apply(pasting, self.tr("Paste"))

    def _pasting(self, block: Block, area: Area) -> Pasting | None:
        """Where a block goes; None with a message if it does not fit."""
        values = fitted(block, area.places.size, len(area.columns)) if area.places.size else block.values
        shown = [number for number in self._shown_columns() if number >= area.columns[0]]
        scattered = len(area.columns) == values.shape[1]
        numbers = area.columns if scattered else shown[: values.shape[1]]
        columns = [self._model.columns[number] for number in numbers]
        editable = [column for column in columns if column.field is not None]
        if len(editable) < values.shape[1]:
            text = self.tr("Paste: {count} columns do not fit: {room} can be edited from here on")
            self.message.emit(text.format(count=values.shape[1], room=len(editable)))
            return None
        if area.places.size == len(values):
            places = area.places
        else:
            first = int(area.places[0]) if area.places.size else 0
            places = np.arange(first, min(first + len(values), self._model.order.count))
        return Pasting(values, self._model.order.rows(places), columns)

    def _fill_selection(self, value: float) -> None:
        """Give every selected cell that can be edited one value."""
        parts: dict[int, list[Rows]] = {}
        for places, number in self._view.selected_parts():
            if self._model.columns[number].field is not None:
                parts.setdefault(number, []).append(self._model.order.rows(places))
        if not parts:
            self.message.emit(self.tr("Paste: no selected cell can be edited"))
            return
        pastings = []
        for number, runs in parts.items():
            rows = np.unique(np.concatenate(runs))
            pastings.append(Pasting(np.full((rows.size, 1), value), rows, [self._model.columns[number]]))
        self._apply_all(pastings, self.tr("Paste"))

    def _apply(self, pasting: Pasting, text: str) -> bool:
        return self._apply_all([pasting], text)

    def _apply_all(self, pastings: list[Pasting], text: str) -> bool:
        """Write all or, with a message, nothing."""
        problem = self._document.problem(self._page)
        try:
            for pasting in pastings:
                check(pasting, problem)
        except WrongTarget as wrong:
            self.message.emit(self._wrong_target(wrong))
            return False
        if len(pastings) == 1:
            apply(self._document, self._page, pastings[0], text)
        else:
            with self._document.one_step(text):
                for pasting in pastings:
                    apply(self._document, self._page, pasting, text)
        doubtful = (
            0
            if isinstance(problem, MulticlassProblem) and not problem.has_probabilities
            else sum(map(doubtful_targets, pastings))
        )
        if doubtful:
            words = self.tr("{count} targets are not between 0 and 1: PyTorch takes them, marked here")
            self.message.emit(words.format(count=doubtful))
        return True

    def _wrong_target(self, wrong: WrongTarget) -> str:
        problem = self._document.multiclass
        text = f"{wrong.value:.17g}"
        try:
            parse_class(text, problem.classes, problem.ignore_index)
            reason = text
        except ValueError as error:
            reason = str(error)
        return self.tr("Paste: {place}: {reason}").format(
            place=place_words(wrong.row, wrong.column), reason=reason
        )

    def fill_down(self) -> None:
        """Copy each selected column's first cell into the cells below; in one row, the cell above."""
        pastings = []
        for places, number in self._view.selected_parts():
            column = self._model.columns[number]
            source = places.start if len(places) > 1 else places.start - 1
            if column.field is None or source < 0:
                continue
            value = self._typed(column, self._model.order.row(source))
            rows = self._model.order.rows(range(source + 1, places.stop))
            pastings.append(Pasting(np.full((rows.size, 1), value), rows, [column]))
        if pastings:
            self._apply_all(pastings, self.tr("Fill down"))

    def _typed(self, column: TableColumn, row: int) -> float:
        assert column.field is not None
        values = getattr(self._document.problem(self._page), column.field)
        return float((values if column.index is None else values[:, column.index]).item(row))

    # -- rows ---------------------------------------------------------------------------------------

    def insert_above(self) -> None:
        """Insert a blank row above the selected ones."""
        rows = self._rows()
        self._insert(int(rows[0]) if rows.size else 0)

    def insert_below(self) -> None:
        """Insert a blank row below the selected ones."""
        rows = self._rows()
        self._insert(int(rows[-1]) + 1 if rows.size else 0)

    def _insert(self, first: int) -> None:
        insert_blank_rows(self._document, self._page, first, 1, self.tr("Insert row"))
        self._selection.select(self._page, first)

    def duplicate(self) -> None:
        """Insert copies of the selected rows below them."""
        rows = self._rows()
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
        rows = self._rows()
        if not self._model.order.is_natural:
            self.message.emit(self.tr("Move rows: show them in their original order first"))
        elif rows.size:
            text = self.tr("Move rows up") if step < 0 else self.tr("Move rows down")
            self._select_rows(move_rows(self._document, self._page, rows, step, text))

    def remove_rows(self) -> None:
        """Remove the selected rows; an empty batch is a case of its own to look at."""
        rows = self._rows()
        if rows.size:
            remove_rows(self._document, self._page, rows, self.tr("Remove rows"))

    # -- selecting ----------------------------------------------------------------------------------

    def select_rows(self) -> None:
        """Extend the selection to whole rows."""
        places = self._model.order.places(self._rows())
        self._select_places(np.sort(places))

    def select_columns(self) -> None:
        """Extend the selection to whole columns."""
        current, chosen = self._view.currentIndex(), QItemSelection()
        last = self._model.order.count - 1
        for number in sorted({number for _, number in self._view.selected_parts()}):
            chosen.select(self._model.index(0, number), self._model.index(last, number))
        self._select(chosen, current)

    def next_failing(self) -> None:
        """Go to the next row in which a shown loss or gradient is wrong or not finite."""
        self._go_to_failing(1)

    def previous_failing(self) -> None:
        """Go to the one before."""
        self._go_to_failing(-1)

    def _go_to_failing(self, step: int) -> None:
        order, current = self._model.order, self._view.currentIndex()
        if self._model.snapshot.evaluation is None:
            self.message.emit(self.tr("The values are still being computed"))
            return
        failing = np.flatnonzero(self._model.failing_rows(self._shown_columns())[order.rows(slice(None))])
        if not failing.size:
            self.message.emit(self.tr("No row fails in the columns shown"))
            return
        at = current.row()
        ahead = failing[failing > at] if step > 0 else failing[failing < at][::-1]
        place = int(ahead[0] if ahead.size else failing[0 if step > 0 else -1])
        self._view.setCurrentIndex(self._model.index(place, max(current.column(), 0)))

    # -- classes ------------------------------------------------------------------------------------

    def add_class(self) -> None:
        """Add a class at the end."""
        problem = with_class_added(self._document.multiclass)
        self._document.replace_problem(self._page, problem, self.tr("Add class"))

    def remove_class(self) -> None:
        """Remove the class of the current logit column, else the last one."""
        problem = self._document.multiclass
        if problem.classes <= FEWEST_CLASSES:
            text = self.tr("Remove class: expected at least {count} classes to be left")
            self.message.emit(text.format(count=FEWEST_CLASSES))
            return
        index = self.current_class()
        name = wording.class_name(problem, index)
        retargeted = rows_of_class(problem, index)
        text = self.tr("Remove class {name}").format(name=name)
        self._document.replace_problem(self._page, with_class_removed(problem, index), text)
        if retargeted:
            text = self.tr("Removed class {name}; rows that had it as target name the first class instead")
            self.message.emit(text.format(name=name))

    def current_class(self) -> int:
        """The class of the current column, else the last one."""
        number = self._view.currentIndex().column()
        index = self._model.columns[number].index if number >= 0 else None
        return self._document.multiclass.classes - 1 if index is None else index

    def rename_class(self, index: int, name: str) -> None:
        """Name a class; nothing takes its name away."""
        problem = self._document.multiclass
        names = with_class_renamed(problem, index, name)
        text = self.tr("Rename class {name}").format(name=wording.class_name(problem, index))
        self._document.set_options(self._page, text, class_names=names)

    # -- made by rule -------------------------------------------------------------------------------

    def generate(self, generator: Generator, fresh: int, classes: tuple[int, ...]) -> None:
        """Fill logits by a rule: of the selected rows, or with `fresh` > 0 of that many new rows.

        Parameters
        ----------
        generator : Generator
        fresh : int
            New rows at the end of the table; 0 fills the selected ones.
        classes : tuple of int
            Multiclass only: whose logits; the others of new rows are 0.
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
        selected = self._rows()
        if selected.size:
            values = generator.logits(selected.size, len(columns))
            self._apply(Pasting(values, selected, columns), self.tr("Fill logits"))

    # -- machinery ----------------------------------------------------------------------------------

    def _shown_columns(self) -> tuple[int, ...]:
        return tuple(n for n in range(len(self._model.columns)) if not self._view.isColumnHidden(n))

    def _rows(self) -> Rows:
        return np.asarray(self._view.selected_rows(), dtype=np.intp)

    def _area(self) -> Area | None:
        area = self._view.selected_area()
        if area is None and self._view.selectionModel().hasSelection():
            self.message.emit(
                self.tr("The selected ranges are no rectangle: choose ranges with the same rows or columns")
            )
        return area

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
