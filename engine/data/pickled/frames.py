"""Pandas' tables and columns in pickles: the blocks of numbers and words that they are made of, by name.

A frame holds its columns in blocks of one type, lying on their side, and says elsewhere which row of which
block is which column. Every part is asked for its exact type; what is unknown is refused by name.

References
----------
pandas, core/internals/managers.py, ``BlockManager.__reduce__`` and ``SingleBlockManager.__getstate__``
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.data.arrays.nested_lists import ListShape, ListShapes
from engine.data.entries import MAX_NUMBERS, MAX_ROWS
from engine.data.faults import fault, short
from engine.data.pickled.array_values import array_of, array_values, has_numbers
from engine.data.pickled.pandas_words import Cells, NotReadError, attribute, cells_of, index_labels, is_range
from engine.data.pickled.records import Array, Pairs, Record, RefusedTensor

MOST_FRAME_COLUMNS = 10_000


@dataclass(frozen=True, slots=True)
class FrameColumn:
    """One column, or the index: its name and its values; a shape where these are a list."""

    name: str
    value: Array | list[Any] | RefusedTensor
    shape: ListShape | None = None


def is_frame(record: Record) -> bool:
    """Whether an object is a table or a column of pandas'."""
    return record.kind.module.split(".")[0] == "pandas" and record.kind.name in ("DataFrame", "Series")


class Frames:
    """Takes tables apart; all those of a pickle together have no more numbers than an import takes."""

    def __init__(self) -> None:
        self._left = MAX_NUMBERS

    def columns(self, record: Record) -> list[FrameColumn]:
        """The columns of a table, or the one that a series is; one that is refused where it is unknown."""
        try:
            return self._columns(record)
        except (NotReadError, ValueError, TypeError, IndexError, KeyError, OverflowError):
            return [FrameColumn(record.kind.name, _refused(record))]

    def _columns(self, record: Record) -> list[FrameColumn]:
        manager = attribute(record, "_mgr", "_data")
        if type(manager) is not Record:
            raise NotReadError
        parts = manager.state if type(manager.state) is tuple else manager.args
        blocks, axes = _modern(parts) if len(parts) == 2 else _older(parts)
        if record.kind.name == "Series":
            name = attribute(record, "_name", "name")
            (values, _), *_ = blocks
            columns = [self._column(name if type(name) is str else "", cells_of(values, self._take))]
            return [*columns, *self._index(axes[0])]
        names = list(map(str, index_labels(axes[0])))
        if len(names) > MOST_FRAME_COLUMNS:
            raise NotReadError
        found: dict[int, FrameColumn] = {}
        for values, places in blocks:
            try:
                rows = _rows(values, len(places), self._take)
            except NotReadError:
                found |= {place: FrameColumn(names[place], _not_read(values)) for place in places}
                continue
            for place, cells in zip(places, rows, strict=True):
                found[place] = self._column(names[place], cells)
        if sorted(found) != list(range(len(names))):
            raise NotReadError
        return [*(found[place] for place in range(len(names))), *self._index(axes[1])]

    def _take(self, count: int) -> None:
        """Count numbers that take room; raises NotReadError."""
        self._left -= count
        if self._left < 0 or count > max(MAX_ROWS, MAX_NUMBERS):
            raise NotReadError

    def _index(self, index: Any) -> Iterator[FrameColumn]:
        """The rows' index where it is no mere count."""
        if is_range(index):
            return
        labels = index_labels(index)
        self._take(len(labels))
        shape = ListShapes().of(labels)
        if shape is not None:
            name = attribute(index, "name")
            yield FrameColumn(name if type(name) is str else "index", labels, shape)

    def _column(self, name: str, cells: Cells) -> FrameColumn:
        if isinstance(cells, np.ndarray):
            return FrameColumn(name, array_of(cells))
        cells = [_plain(cell) for cell in cells]
        arrays = [cell for cell in cells if isinstance(cell, np.ndarray)]
        if arrays and len(arrays) == len(cells) and len({cell.shape for cell in arrays}) == 1:
            self._take(sum(cell.size for cell in arrays))
            return FrameColumn(name, array_of(np.stack(arrays)))
        shape = ListShapes().of(cells)
        if shape is None:
            objects = fault("objects", "Python objects, which are pickles and never read")
            return FrameColumn(name, RefusedTensor("object", objects))
        return FrameColumn(name, cells, shape)


def _refused(record: Record) -> RefusedTensor:
    reason = fault(
        "frame",
        "a pandas {kind} that is not read; write it with to_csv or to_parquet",
        kind=record.kind.name,
    )
    return RefusedTensor(record.kind.name, reason)


def _not_read(values: Any) -> RefusedTensor:
    """A column of dates, intervals and others that are neither numbers nor words."""
    name = values.kind.name if type(values) is Record else "object"
    return RefusedTensor(short(name), fault("no_column", "neither numbers nor words"))


def _plain(cell: Any) -> Any:
    """A cell's array as its numbers; nan, which stands for a missing word, as None."""
    if type(cell) is Array:
        if not has_numbers(cell):
            raise NotReadError
        return array_values(cell)
    if type(cell) is Record and cell.kind.name in ("NAType", "_unpickle_na"):
        return None
    return cell


# -- where the blocks are -------------------------------------------------------------------------------

Block = tuple[Any, list[int]]
"""A block's values and the columns that its rows are."""


def _modern(parts: tuple[Any, ...]) -> tuple[list[Block], Sequence[Any]]:
    blocks, axes = parts
    if type(blocks) is not tuple or type(axes) is not list:
        raise NotReadError
    found = []
    for block in blocks:
        if type(block) is not Record or len(block.args) != 3 or not block.kind.name.endswith("_block"):
            raise NotReadError
        found.append((block.args[0], _places(block.args[1])))
    return found, axes


def _older(parts: tuple[Any, ...]) -> tuple[list[Block], Sequence[Any]]:
    """As pandas wrote frames until 1.2, and writes single columns."""
    if len(parts) != 4 or type(parts[3]) is not Pairs:
        raise NotReadError
    inner = _item(parts[3], "0.14.1")
    axes, blocks = _item(inner, "axes"), _item(inner, "blocks")
    if type(axes) is not list or type(blocks) is not list:
        raise NotReadError
    return [(_item(block, "values"), _places(_item(block, "mgr_locs"))) for block in blocks], axes


def _item(pairs: Any, key: str) -> Any:
    if type(pairs) is not Pairs:
        raise NotReadError
    found = [value for name, value in pairs.pairs if type(name) is str and name == key]
    if not found:
        raise NotReadError
    return found[-1]


def _places(placement: Any) -> list[int]:
    if type(placement) is Array and has_numbers(placement):
        places = [int(each) for each in array_values(placement).reshape(-1)]
    elif type(placement) is Record and placement.kind.name == "slice" and len(placement.args) == 3:
        start, stop, step = placement.args
        if any(type(each) is not int for each in (start, stop)) or type(step) not in (int, type(None)):
            raise NotReadError
        places = list(range(start, stop, step or 1)[: MAX_ROWS + 1])
    else:
        raise NotReadError
    if any(place < 0 for place in places):
        raise NotReadError
    return places


def _rows(values: Any, count: int, take: Any) -> list[Cells]:
    """The columns of a block, which lie on their side."""
    cells = cells_of(values, take)
    if isinstance(cells, np.ndarray) and cells.ndim == 2:
        return [cells[row] for row in range(len(cells))]
    if type(values) is Array and len(values.shape) == 2 and isinstance(cells, list):
        length = values.shape[1]
        return [cells[row * length : (row + 1) * length] for row in range(values.shape[0])]
    if count != 1:
        raise NotReadError
    return [cells]
