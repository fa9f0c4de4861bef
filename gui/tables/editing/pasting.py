"""Where a pasted rectangle goes: which rows and columns, checked before anything changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine import MulticlassProblem, Problem
from gui.document.changes import Page
from gui.document.document import Document
from gui.tables.editing.row_edits import blank_rows
from gui.tables.grid.columns import Kind, TableColumn, is_class_target
from gui.tables.grid.sorting import Rows

if TYPE_CHECKING:
    from engine.data import Block

Values = NDArray[np.float64]


class WrongTarget(ValueError):  # noqa: N818  # names the value at fault, not the mechanism
    """A pasted number is no legal class; `row` and `column` say where in the rectangle."""

    def __init__(self, row: int, column: int, value: float) -> None:
        super().__init__(f"row {row}, column {column}: {value}")
        self.row = row
        self.column = column
        self.value = value


@dataclass(frozen=True, eq=False)
class Pasting:
    """Numbers and the cells that take them.

    Attributes
    ----------
    values : float64 array, shape (R, C)
    rows : integer array, shape (K,), K <= R
        The document's rows that take the first K rows of values; the others become new rows.
    columns : sequence of C editable columns
    """

    values: Values
    rows: Rows
    columns: Sequence[TableColumn]


def fitted(block: Block, rows: int, columns: int) -> Values:
    """A block as often as it fits into a selection of `rows` x `columns` cells.

    One number fills the selection; a block repeats where the selection is a multiple of it; a vector
    lies down in a selected row. Everything else is pasted once, from the upper left cell on.
    """
    values = block.values
    if block.is_vector and rows == 1 and columns == len(values) > 1:
        values = values.T
    height, width = values.shape
    if rows % height == 0 and columns % width == 0:
        return np.tile(values, (rows // height, columns // width))
    return values


def check(pasting: Pasting, problem: Problem) -> None:
    """Raise `WrongTarget` for the first number that is no class, where classes are expected."""
    for number, column in enumerate(pasting.columns):
        if not is_class_target(column, problem):
            continue
        assert isinstance(problem, MulticlassProblem)
        given = pasting.values[:, number]
        legal = ((given >= 0) & (given < problem.classes) & (given == np.floor(given))) | (
            given == problem.ignore_index
        )
        if not legal.all():
            row = int(np.argmin(legal))
            raise WrongTarget(row, number, given.item(row))


def doubtful_targets(pasting: Pasting) -> int:
    """How many pasted targets are no probabilities; PyTorch takes them all the same."""
    targets = [n for n, column in enumerate(pasting.columns) if column.kind is Kind.TARGET]
    values = pasting.values[:, targets]
    return int(np.count_nonzero(~((values >= 0.0) & (values <= 1.0))))


def apply(document: Document, page: Page, pasting: Pasting, text: str) -> None:
    """Write numbers that `check` lets pass; rows past the end are added."""
    problem = document.problem(page)
    known = len(pasting.rows)
    extra = len(pasting.values) - known
    fresh = blank_rows(problem, extra)
    for field, columns in _by_field(pasting.columns).items():
        values = pasting.values[:, columns].astype(getattr(problem, field).dtype)
        indices = [index for n in columns if (index := pasting.columns[n].index) is not None]
        if not indices:
            where: tuple[Any, ...] = (_compact(pasting.rows),)
            old, new = values[:known, 0], values[known:, 0]
            fresh.fields[field][:] = new
        else:
            where = _grid(pasting.rows, indices)
            old = values[:known]
            fresh.fields[field][:, indices] = values[known:]
        if known:
            document.set_cells(page, field, where, old, text)
    if extra:
        document.insert_rows(page, problem.rows, fresh, text)


def _by_field(columns: Sequence[TableColumn]) -> dict[str, list[int]]:
    fields: dict[str, list[int]] = {}
    for number, column in enumerate(columns):
        assert column.field is not None
        fields.setdefault(column.field, []).append(number)
    return fields


def _compact(rows: Rows) -> slice | Rows:
    """The same rows as a slice where they follow one another: it costs the history no array."""
    if rows.size and rows[-1] - rows[0] == rows.size - 1 and (np.diff(rows) == 1).all():
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def _grid(rows: Rows, indices: Sequence[int]) -> tuple[Any, ...]:
    columns = np.array(indices, dtype=np.intp)
    compact = _compact(rows)
    return (compact, columns) if isinstance(compact, slice) else (rows[:, np.newaxis], columns)
