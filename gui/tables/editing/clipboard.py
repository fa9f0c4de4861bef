"""Copy, cut and paste between a table and other programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from engine import FLOAT64, Format
from gui.document.covering import COVERED
from gui.services.numbers.number_text import exact_text, shortest_texts
from gui.tables.editing.appending import RowAppender
from gui.tables.editing.cell_writer import CellWriter
from gui.tables.editing.pasting import Pasting, fitted
from gui.tables.grid import wording
from gui.tables.grid.area import Area
from gui.tables.grid.columns import TableColumn
from gui.tables.grid.near_rows import rows_alone
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.snapshot import Array, Snapshot
from gui.tables.grid.sorting import Rows
from gui.tables.view.problem_view import ProblemView

if TYPE_CHECKING:
    from engine.data import Block

MOST_COPIED = 2_000_000
"""Cells that are copied as text: some 40 MB, which is as much as spreadsheets take."""

MOST_EVALUATED = 200_000
"""Logits of rows that are evaluated for the sake of a copy, where nothing but losses is kept of all rows."""


class TableClipboard(QObject):
    """The clipboard's commands on what is selected in a table."""

    message = Signal(str)
    """A refusal in words."""
    import_wanted = Signal()
    """What was copied is to take the table's place."""

    def __init__(
        self, model: ProblemModel, view: ProblemView, writer: CellWriter, appender: RowAppender
    ) -> None:
        super().__init__(view)
        self._appender = appender
        self._model = model
        self._view = view
        self._writer = writer

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
            self._model.clear_cells(self._view.selected_parts())

    def paste(self) -> None:
        """Put the clipboard's numbers from the upper left selected cell on, all or none of them."""
        # Reading what others print is not needed to start.
        from engine.data import PasteError, parse_block  # noqa: PLC0415
        from gui.tables.editing.batch import is_batch_over_sample  # noqa: PLC0415
        from gui.tables.editing.paste_words import refusal_words  # noqa: PLC0415

        try:
            block = parse_block(QGuiApplication.clipboard().text())
        except PasteError as error:
            self.message.emit(refusal_words(error))
            return
        if not self._model.order.count:
            self._appender.append(block)
            return
        if block.values.size == 1:
            self._fill_selection(block.values.item())
            return
        area = self._area()
        if area is not None and area.places.size == 1 and is_batch_over_sample(block, self._model):
            self._ask(block)
            return
        self._put(block, area)

    def _ask(self, block: Block) -> None:
        """Ask whether a batch takes the sample's place or goes into its cells."""
        from gui.tables.editing.batch import BatchQuestion  # noqa: PLC0415  # not needed to start

        box = BatchQuestion(self._view, len(block.values))
        box.replace.clicked.connect(self.import_wanted)
        box.into_cells.clicked.connect(lambda: self._put(block, self._area()))
        box.open()

    def _put(self, block: Block, area: Area | None) -> None:
        pasting = None if area is None else self._pasting(block, area)
        if pasting is not None:
            self._writer.write([pasting], self.tr("Paste"))

    def _pasting(self, block: Block, area: Area) -> Pasting | None:
        """Where a block goes; None with a message if it does not fit."""
        values = fitted(block, area.places.size, len(area.columns))
        shown = [number for number in self._view.shown_columns() if number >= area.columns[0]]
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
            first = int(area.places[0])
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
        self._writer.write(pastings, self.tr("Paste"))

    def _area(self) -> Area | None:
        area = self._view.selected_area()
        if area is None and self._view.selectionModel().hasSelection():
            self.message.emit(
                self.tr("The selected ranges are no rectangle: choose ranges with the same rows or columns")
            )
        return area


def column_texts(snapshot: Snapshot, column: TableColumn, rows: Rows) -> list[str] | None:
    """A column's numbers as text that gives the same numbers back; None while they are being computed.

    What was typed is copied as typed where the format cannot hold it, so that nothing is lost on the
    way back; else with the digits that identify the float in the problem's format.
    """
    if column.field is None:
        values = snapshot.values(column)
        if values is not None:
            texts = shortest_texts(values[rows], snapshot.format_of(values))
            if not snapshot.cover.is_up:
                return texts
            pairs = zip(texts, rows.tolist(), strict=True)
            return [COVERED if snapshot.hides(column, row) else text for text, row in pairs]
        across = snapshot.problem.logits.size // max(1, snapshot.problem.rows)
        if snapshot.evaluation is None or rows.size * across > MOST_EVALUATED or column.formula is None:
            return None
        alone = rows_alone(snapshot, rows, (column.formula,)).values(column)
        return None if alone is None else shortest_texts(alone, snapshot.format_of(alone))
    typed = column.typed(snapshot.problem)[rows]
    if typed.dtype.kind == "i":
        return list(map(str, typed.tolist()))
    return _typed_texts(typed, snapshot.problem.format)


def _typed_texts(typed: Array, fmt: Format) -> list[str]:
    if fmt is FLOAT64:
        return list(map(repr, typed.tolist()))
    held = fmt.round(typed)
    texts = shortest_texts(held, fmt)
    for index in np.flatnonzero(held.astype(np.float64) != typed).tolist():
        texts[index] = exact_text(typed.item(index), fmt)
    return texts


def tab_separated(columns: Sequence[Sequence[str]], header: Sequence[str] = ()) -> str:
    """Rows of cells as spreadsheets put them on the clipboard, with a newline at the end."""
    rows = ["\t".join(header)] if header else []
    rows += map("\t".join, zip(*columns, strict=True))
    return "\n".join(rows) + "\n"
