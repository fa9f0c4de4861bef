"""Columns of .parquet files, by pyarrow, which is an optional extra."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.data.arrays.nested_lists import WORDS, words_array
from engine.data.arrays.number_types import AS_BFLOAT16, UINT16, sample_text
from engine.data.entries import MAX_COLUMNS, MAX_NUMBERS, MAX_ROWS, Entry, Progress, check_array, check_chosen
from engine.data.entries.unchanged import Stamp, check_unchanged, stamp
from engine.data.faults import fault, reading, refusal, short
from engine.data.guesses.header import without_tuple
from engine.floats.formats import BFLOAT16

BATCH = 10_000
"""Rows read between two reports of progress."""
BUFFER = 2**20
"""Bytes of a column that are read together: without it all of a row group is."""
MOST_BYTES = 2**30
"""Of a file's columns once they are unpacked, as its own directory has it."""
MOST_DIMENSIONS = 4


@dataclass(frozen=True)
class ParquetFile:
    """Columns, of numbers, words or lists of one length.

    Attributes
    ----------
    columns : tuple of str
        The file's name of each entry's column.
    """

    path: Path
    entries: tuple[Entry, ...]
    columns: tuple[str, ...] = field(repr=False)
    listed: Stamp
    has_own_formats: ClassVar[bool] = True

    @classmethod
    def inspect(cls, path: Path) -> ParquetFile:
        """Read the schema and the first rows; raises DataFileError."""
        with opened_parquet(path) as file:
            metadata, schema = file.metadata, file.schema_arrow
            _check_size(metadata)
            left_out = index_columns(schema.metadata)
            names = [name for name in schema.names if name not in left_out]
            if not names or len(names) > MAX_COLUMNS or len(set(names)) < len(names):
                raise refusal(
                    "parquet_columns",
                    "expected 1 to {most} columns of different names, got {count}",
                    most=MAX_COLUMNS,
                    count=len(names),
                )
            rows = metadata.num_rows
            first = next(file.iter_batches(batch_size=3, columns=names), None) if rows else None
            found = [
                each
                for name in names
                for each in _listed(name, schema.field(name).type, rows, first and first.column(name))
            ]
            status = stamp(path.stat())
        entries, columns = (tuple(column) for column in zip(*found, strict=True))
        return cls(path, entries, columns, status)

    def read(self, chosen: Sequence[int], progress: Progress) -> list[NDArray[Any]]:
        """Read these columns; raises DataFileError."""
        with reading(self.path):
            check_unchanged(self.path.stat(), self.listed)
            check_chosen(self.entries, chosen)
        names = list(dict.fromkeys(self.columns[index] for index in chosen))
        pieces: dict[str, list[NDArray[Any]]] = {name: [] for name in names}
        with opened_parquet(self.path) as file:
            rows, done = file.metadata.num_rows, 0
            for batch in file.iter_batches(batch_size=BATCH, columns=names):
                progress(done, rows)
                for name in names:
                    pieces[name].append(column_values(batch.column(name), name, done))
                done += batch.num_rows
        return [self._joined(index, pieces[self.columns[index]]) for index in chosen]

    def _joined(self, index: int, pieces: list[NDArray[Any]]) -> NDArray[Any]:
        entry = self.entries[index]
        with reading(self.path):
            if len({piece.shape[1:] for piece in pieces}) > 1:
                raise refusal("uneven_column", "{name}: its lists are not all of one length", name=entry.name)
        if not pieces:
            return np.zeros(tuple(side or 0 for side in entry.shape))
        array = np.concatenate(pieces)
        return array.view(BFLOAT16.dtype) if entry.name.endswith(AS_BFLOAT16) else array


@contextmanager
def opened_parquet(path: Path) -> Iterator[Any]:
    """The file, by pyarrow; what it raises becomes DataFileError."""
    with reading(path):
        try:
            arrow = importlib.import_module("pyarrow")
            library = importlib.import_module("pyarrow.parquet")
        except ImportError:
            raise refusal(
                "no_pyarrow",
                "reading .parquet needs the package pyarrow, which is not installed "
                "(uv sync --extra parquet, or pip install pyarrow)",
            ) from None
    broken = (arrow.ArrowException, KeyError, TypeError, NotImplementedError, MemoryError)
    with reading(path, *broken), library.ParquetFile(str(path), memory_map=False, buffer_size=BUFFER) as file:
        yield file


def _check_size(metadata: Any) -> None:
    size = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    if metadata.num_rows > MAX_ROWS or size > MOST_BYTES:
        raise refusal(
            "large_parquet",
            "expected at most {most_rows} rows and {most_bytes} bytes, got {rows} rows and {size} bytes",
            most_rows=MAX_ROWS,
            most_bytes=MOST_BYTES,
            rows=metadata.num_rows,
            size=size,
        )


def index_columns(metadata: Any) -> set[str]:
    """The columns that a pandas frame had as its index."""
    try:
        said = json.loads((metadata or {}).get(b"pandas", b"{}"))
    except (ValueError, RecursionError):
        return set()
    named = said.get("index_columns", []) if type(said) is dict else []
    return {each for each in named if type(each) is str} if type(named) is list else set()


def _listed(name: str, kind: Any, rows: int, first: Any) -> list[tuple[Entry, str]]:
    """A column's entry, and beside it another reading where it is raw bits."""
    label = short(without_tuple(name))
    if is_words(kind):
        sample = (
            "" if first is None else ", ".join(short(str(each or "")[:200]) for each in first.to_pylist())
        )
        return [(Entry(label, (rows,), WORDS, None, sample), name)]
    item, dimensions = kind, 0
    while _is_list(item) and dimensions <= MOST_DIMENSIONS:
        item, dimensions = item.value_type, dimensions + 1
    dtype = _dtype(item)
    if dtype is None or dimensions > MOST_DIMENSIONS:
        reason = fault("no_numbers", "no numbers of at most 64 bits")
        return [(Entry(label, (rows,), short(str(kind)), reason), name)]
    sides: tuple[int, ...] = (0,) * dimensions
    sample = ""
    if first is not None:
        try:
            values = column_values(first, name, 0)
        except ValueError as error:
            reason = getattr(error, "fault", None) or fault("no_numbers", "no numbers of at most 64 bits")
            return [(Entry(label, (rows,), short(str(kind)), reason), name)]
        sides, sample = values.shape[1:], sample_text(values)
    shape = (rows, *sides)
    entry = Entry(label, shape, str(item), check_array(shape, dtype), sample)
    found = [(entry, name)]
    if dtype == UINT16 and entry.fault is None:
        found.append((Entry(label + AS_BFLOAT16, shape, "bfloat16 (uint16)"), name))
    return found


def is_words(kind: Any) -> bool:
    """Whether an arrow type is one of texts."""
    text = str(kind)
    if text.startswith("dictionary<"):
        return is_words(kind.value_type)
    return text in ("string", "large_string", "string_view")


def _is_list(kind: Any) -> bool:
    return str(kind).startswith(("list<", "large_list<", "fixed_size_list<"))


def _dtype(kind: Any) -> np.dtype[Any] | None:
    """NumPy's type of an arrow type of plain numbers; decimals become float64."""
    text = str(kind)
    if text.startswith("dictionary<"):
        return _dtype(kind.value_type)
    if text.startswith("decimal"):
        return np.dtype(np.float64)
    names = {"halffloat": "float16", "float": "float32", "double": "float64"}
    text = names.get(text, text)
    is_known = text in ("bool", "float16", "float32", "float64") or text.lstrip("u") in (
        "int8",
        "int16",
        "int32",
        "int64",
    )
    return np.dtype(text) if is_known else None


def column_values(column: Any, name: str, before: int) -> NDArray[Any]:
    """The values of a stretch of a column; raises DataError where its lists are not of one length."""
    if str(column.type).startswith("dictionary<"):
        column = column.dictionary_decode()
    if is_words(column.type):
        return words_array([each or "" for each in column.to_pylist()])
    sides: list[int] = []
    rows = len(column)
    while _is_list(column.type):
        if column.null_count:
            raise refusal(
                "null_list", "{name}: a row from {row} on has no list", name=short(name), row=before + 1
            )
        lengths = np.unique(_lengths(column))
        if len(lengths) > 1:
            raise refusal("uneven_column", "{name}: its lists are not all of one length", name=short(name))
        sides.append(int(lengths[0]) if len(lengths) else 0)
        column = column.flatten()
        if len(column) > MAX_NUMBERS:
            raise refusal("too_many_numbers", "more than {most} numbers", most=MAX_NUMBERS)
    return _numbers(column).reshape(rows, *sides)


def _lengths(column: Any) -> NDArray[Any]:
    compute = importlib.import_module("pyarrow.compute")
    lengths: NDArray[Any] = compute.list_value_length(column).to_numpy(zero_copy_only=False)
    return lengths


def _numbers(column: Any) -> NDArray[Any]:
    """Plain numbers, nan where there is none."""
    if str(column.type).startswith("decimal"):
        column = column.cast("float64")
    if column.null_count:
        blank = np.asarray(column.is_null().to_numpy(zero_copy_only=False))
        filled = column.fill_null(False if str(column.type) == "bool" else column.type.to_pandas_dtype()(0))
        numbers = filled.to_numpy(zero_copy_only=False)
        dtype = numbers.dtype if numbers.dtype.kind == "f" else np.dtype(np.float64)
        return np.where(blank, np.nan, numbers).astype(dtype)
    return np.asarray(column.to_numpy(zero_copy_only=False))
