"""From what is typed into cells to edits of the document; a ValueError says why one is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import MulticlassProblem, Problem
from gui.document.changes import Page
from gui.document.document import Document
from gui.services.numbers.number_text import parse_class, parse_number
from gui.tables.grid.columns import TableColumn, is_class_target
from gui.tables.grid.sorting import Rows


def parse_cell(text: str, column: TableColumn, problem: Problem) -> float:
    """The number that the column's cells take: a class index for multiclass targets, else any number."""
    if is_class_target(column, problem):
        assert isinstance(problem, MulticlassProblem)
        return parse_class(text, problem.classes, problem.ignore_index)
    return parse_number(text)


def set_column(
    document: Document,
    page: Page,
    column: TableColumn,
    rows: int | NDArray[np.int64],
    value: float,
    text: str,
) -> None:
    """Give the column's cells in these rows one value, as one step."""
    assert column.field is not None
    where: tuple[Any, ...] = (rows,) if column.index is None else (rows, column.index)
    document.set_cells(page, column.field, where, value, text)


def clear_columns(
    document: Document, page: Page, parts: Iterable[tuple[Rows, TableColumn]], text: str
) -> None:
    """Set the rows of each column to 0, all as one step; computed columns stay as they are."""
    runs_of: dict[TableColumn, list[Rows]] = {}
    for rows, column in parts:
        if column.field is not None:
            runs_of.setdefault(column, []).append(rows)
    if not runs_of:
        return
    with document.one_step(text):
        for column, runs in runs_of.items():
            set_column(document, page, column, np.unique(np.concatenate(runs)), 0.0, text)
