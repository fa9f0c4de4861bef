"""How people lay out records and tables in JSON: batches, samples, frames as pandas writes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.data.entries import MAX_ENTRIES
from engine.data.tables.typed_columns import Column, typed_column


def are_batches(columns: dict[str, list[Any]], count: int) -> bool:
    """Whether each record is a batch of its own length: rows of logits and as many labels."""
    lists = (list, np.ndarray)
    if count * len(columns) > MAX_ENTRIES or len(columns) < 2 or count < 2:
        return False
    if any(
        len(values) < count or any(type(each) not in lists for each in values) for values in columns.values()
    ):
        return False
    lengths = {tuple(map(len, values)) for values in columns.values()}
    has_rows = any(
        type(values[0]) is list and values[0] and type(values[0][0]) is list for values in columns.values()
    )
    return len(lengths) == 1 and len(set(next(iter(lengths)))) > 1 and has_rows


def plain_list(cell: list[Any] | np.ndarray) -> list[Any]:
    """A list that may have been packed as an array."""
    return cell if isinstance(cell, list) else list(cell.tolist())


def samples(value: list[list[Any]], name: str) -> list[Column]:
    """Lists of logits each beside its label as columns; none where they do not make any."""
    columns = [list(cells) for cells in zip(*value, strict=True)]
    kinds = [{type(cell) is list for cell in cells} for cells in columns]
    if any(len(kind) > 1 for kind in kinds) or not any(kind == {True} for kind in kinds):
        return []
    found = [typed_column(f"{name}[{index}]", cells) for index, cells in enumerate(columns)]
    return found if all(column.values is not None for column in found) else []


def numbered(value: dict[str, Any]) -> list[Any] | None:
    """The cells of a column whose keys are row numbers, as pandas writes a frame."""
    is_column = bool(value) and all(key == str(index) for index, key in enumerate(value))
    return list(value.values()) if is_column else None


def records_by_name(value: dict[str, Any]) -> list[Any] | None:
    """The records of samples that stand by their names; data sets by theirs have no single numbers."""
    cells = list(value.values())
    if len(cells) < 3 or any(type(cell) is not dict or cell.keys() != cells[0].keys() for cell in cells):
        return None
    has_numbers = any(
        all(type(cell[key]) in (int, float, str) for cell in cells)
        and any(type(each) is list for each in cells[0].values())
        for key in cells[0]
    )
    return cells if has_numbers else None


def split(value: dict[str, Any]) -> list[tuple[str, list[Any]]] | None:
    """The columns of a frame that has its names beside its rows."""
    names, rows = value.get("columns"), value.get("data")
    if type(names) is not list or type(rows) is not list or not names or not rows:
        return None
    if len(names) > MAX_ENTRIES or any(type(row) is not list or len(row) != len(names) for row in rows):
        return None
    return [(str(name), list(cells)) for name, cells in zip(names, zip(*rows, strict=True), strict=True)]
