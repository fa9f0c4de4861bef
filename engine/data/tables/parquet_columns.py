"""Columns of .parquet files that are read row after row, however long they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.entries import MAX_COLUMNS
from engine.data.entries.unchanged import Stamp, check_unchanged, stamp
from engine.data.faults import reading, refusal, short
from engine.data.tables.parquet_files import column_values, index_columns, is_words, opened_parquet

TOGETHER = 2**18
"""Numbers that are unpacked together."""


@dataclass(frozen=True, slots=True)
class ParquetColumn:
    """A column of numbers, or of lists of them that are all of one length.

    Attributes
    ----------
    path : Path
    name : str
    shape : tuple of int
    dtype : numpy dtype
        Of the first rows; others may hold nan where the file holds nothing, and are float64 then.
    listed : tuple
        Size, time and place of the file when it was looked at.
    """

    path: Path
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    listed: Stamp

    @property
    def rows(self) -> int:
        """Its first side."""
        return self.shape[0]

    @contextmanager
    def reader(self, first: int = 0) -> Iterator[Callable[[int], NDArray[Any]]]:
        """A function that reads so many rows more, from one on; raises DataFileError as that of a Stream."""
        with reading(self.path):
            check_unchanged(self.path.stat(), self.listed)
        with opened_parquet(self.path) as file:
            rows = _Rows(self, file)
            rows.skip(first)
            yield rows.next
        with reading(self.path):
            check_unchanged(self.path.stat(), self.listed)


class _Rows:
    """What has been unpacked of a column and not been read yet."""

    def __init__(self, column: ParquetColumn, file: Any) -> None:
        self._column = column
        self._together = max(1, TOGETHER // max(1, math.prod(column.shape[1:])))
        self._batches = file.iter_batches(batch_size=self._together, columns=[column.name])
        self._left = np.zeros((0, *column.shape[1:]), dtype=column.dtype)
        self._done = 0

    def skip(self, rows: int) -> None:
        """Pass over the first rows."""
        while rows:
            rows -= len(self.next(min(rows, self._together)))

    def next(self, rows: int) -> NDArray[Any]:
        """So many rows more."""
        parts, there = [self._left], len(self._left)
        with reading(self._column.path):
            while there < rows:
                parts.append(self._batch())
                there += len(parts[-1])
        joined = np.concatenate([part for part in parts if len(part)] or parts)
        self._left = joined[rows:]
        return joined[:rows]

    def _batch(self) -> NDArray[Any]:
        name = self._column.name
        batch = next(self._batches, None)
        if batch is None:
            raise refusal("ends_early_rows", "{name} ends before its last row", name=short(name))
        values = column_values(batch.column(0), name, self._done)
        if values.shape[1:] != self._column.shape[1:]:
            raise refusal("uneven_column", "{name}: its lists are not all of one length", name=short(name))
        self._done += len(values)
        return values


def parquet_columns(path: Path) -> list[ParquetColumn]:
    """The columns of numbers of a file; raises DataFileError."""
    with opened_parquet(path) as file:
        schema, rows = file.schema_arrow, file.metadata.num_rows
        left_out = index_columns(schema.metadata)
        names = [
            name for name in schema.names if name not in left_out and not is_words(schema.field(name).type)
        ]
        if len(names) > MAX_COLUMNS or len(set(names)) < len(names):
            return []
        first = next(file.iter_batches(batch_size=3, columns=names), None) if rows else None
        listed = stamp(path.stat())
        if first is None:
            return []
        found = []
        for name in names:
            try:
                values = column_values(first.column(name), name, 0)
            except ValueError:
                continue
            if values.dtype.kind in "fiub" and values.dtype.itemsize <= 8:
                found.append(ParquetColumn(path, name, (rows, *values.shape[1:]), values.dtype, listed))
        return found
