"""Rows added at the end of a table from what is typed or pasted into its last line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from engine import MulticlassProblem, Problem
from gui.document.changes import Page
from gui.document.document import Document
from gui.document.selection import Selection
from gui.services.numbers.number_text import parse_number
from gui.tables.editing.cell_writer import CellWriter
from gui.tables.editing.pasting import Pasting, Values
from gui.tables.grid.columns import Kind, TableColumn, is_class_target
from gui.tables.grid.problem_model import ProblemModel

if TYPE_CHECKING:
    from engine.data import Block

BETWEEN = re.compile(r"[\s;]+|,\s+")
"""What stands between the logits of several classes; a comma inside a number is none."""


class RowAppender(QObject):
    """Each command is one step of the history, and what it adds is then shown."""

    message = Signal(str)
    """A refusal or a remark in words."""

    def __init__(
        self, page: Page, document: Document, selection: Selection, model: ProblemModel, writer: CellWriter
    ) -> None:
        super().__init__(writer)
        self._page = page
        self._document = document
        self._selection = selection
        self._model = model
        self._writer = writer

    def enter(self, typed: str) -> bool:
        """Add a row with the logits typed; False with a message if they are none."""
        logits = self._columns(Kind.LOGIT)
        texts = BETWEEN.split(typed.strip()) if len(logits) > 1 else [typed.strip()]
        if len(texts) > len(logits):
            words = self.tr("New row: expected at most {count} logits, got {got}")
            self.message.emit(words.format(count=len(logits), got=len(texts)))
            return False
        try:
            values = np.array([[parse_number(text) for text in texts]])
        except ValueError as error:
            self.message.emit(self.tr("New row: {reason}").format(reason=error))
            return False
        return self._append(values, logits[: len(texts)], self.tr("Add row"))

    def paste(self) -> bool:
        """Add the clipboard's rows: logits alone, or with their targets in either order."""
        # Reading what others print is not needed to start.
        from engine.data import PasteError, parse_block  # noqa: PLC0415
        from gui.tables.editing.paste_words import refusal_words  # noqa: PLC0415

        try:
            block = parse_block(QGuiApplication.clipboard().text())
        except PasteError as error:
            self.message.emit(refusal_words(error))
            return False
        return self.append(block)

    def append(self, block: Block) -> bool:
        """Add a block's rows; False with a message if its columns are not those of a row."""
        values, logits = block.values, self._columns(Kind.LOGIT)
        if block.is_vector and len(logits) == len(values) > 1:
            values = values.T  # one row's logits, printed with one dimension
        columns = columns_for(values, self._model.columns, self._document.problem(self._page))
        if columns is None:
            words = self.tr("Paste: expected {count} columns of logits, or targets beside them, got {got}")
            self.message.emit(words.format(count=len(logits), got=values.shape[1]))
            return False
        return self._append(values, columns, self.tr("Paste"))

    def _append(self, values: Values, columns: Sequence[TableColumn], text: str) -> bool:
        first = self._document.problem(self._page).rows
        written = self._writer.write([Pasting(values, np.empty(0, dtype=np.intp), columns)], text)
        if written:
            self._selection.select(self._page, first)
        return written

    def _columns(self, kind: Kind) -> list[TableColumn]:
        return [column for column in self._model.columns if column.kind is kind]


def columns_for(values: Values, columns: Sequence[TableColumn], problem: Problem) -> list[TableColumn] | None:
    """The columns that a block of whole rows fills; None if it has not as many as logits, or as a row.

    Whole rows come as the table shows them, or logits first, as PyTorch's arguments: whichever makes more
    of the targets legal.
    """
    logits = [column for column in columns if column.kind is Kind.LOGIT]
    targets = [column for column in columns if column.kind is Kind.TARGET]
    weights = [column for column in columns if column.kind is Kind.WEIGHT]
    width = values.shape[1]
    if width in {1, len(logits)}:
        return logits[:width]
    rest = weights if width == len(logits) + len(targets) + len(weights) else []
    if width != len(logits) + len(targets) + len(rest):
        return None
    shown = [column for column in columns if column in {*logits, *targets}]
    orders = [[*shown, *rest], [*logits, *targets, *rest]]
    return min(orders, key=lambda order: illegal_targets(values, order, problem))


def illegal_targets(values: Values, columns: Sequence[TableColumn], problem: Problem) -> int:
    """How many numbers would be no target: no class, or no probability."""
    count = 0
    for given, column in zip(values.T, columns, strict=True):
        if is_class_target(column, problem):
            assert isinstance(problem, MulticlassProblem)
            is_class = (given >= 0) & (given < problem.classes) & (given == np.floor(given))
            count += int(np.count_nonzero(~(is_class | (given == problem.ignore_index))))
        elif column.kind is Kind.TARGET:
            count += int(np.count_nonzero(~((given >= 0.0) & (given <= 1.0))))
    return count
