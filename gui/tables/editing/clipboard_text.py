"""From cells to the text that other programs paste: tabs, points, and every digit that counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine import FLOAT64, Format
from gui.services.numbers.number_text import exact_text, shortest_texts
from gui.tables.grid.columns import TableColumn
from gui.tables.grid.snapshot import Array, Snapshot
from gui.tables.grid.sorting import Rows


def column_texts(snapshot: Snapshot, column: TableColumn, rows: Rows) -> list[str] | None:
    """A column's numbers as text that gives the same numbers back; None while they are being computed.

    Notes
    -----
    What was typed is copied as typed where the format cannot hold it, so that nothing is lost on the
    way back; else with the digits that identify the float in the problem's format.
    """
    if column.field is None:
        values = snapshot.values(column)
        return None if values is None else shortest_texts(values[rows], snapshot.format_of(values))
    typed: Array = getattr(snapshot.problem, column.field)
    typed = (typed if column.index is None else typed[:, column.index])[rows]
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
    """Rows of cells as spreadsheets put them on the clipboard, with a newline at the end.

    Parameters
    ----------
    columns : sequence of sequences of str
        The cells, column by column.
    header : sequence of str, optional
        A first row of words.
    """
    rows = ["\t".join(header)] if header else []
    rows += map("\t".join, zip(*columns, strict=True))
    return "\n".join(rows) + "\n"
