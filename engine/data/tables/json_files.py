"""Arrays and records in .json and .jsonl files.

One object of arrays, ``{"logits": [[...]], "labels": [...]}``, and objects in it; a list of records,
``[{"logits": [...], "label": 1}, ...]``; or a record a line. What pandas' to_json writes in any of its
orientations is one of these, too.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from engine.data.arrays.nested_lists import ListShapes, list_array, list_entry, mixed_columns
from engine.data.entries import MAX_ENTRIES, MAX_ROWS, Progress, no_progress
from engine.data.entries.unchanged import stamp
from engine.data.faults import DataError, reading, refusal
from engine.data.tables.json_layouts import are_batches, numbered, plain_list, records_by_name, samples, split
from engine.data.tables.table_file import TableFile
from engine.data.tables.typed_columns import Column, packed_list, typed_column

LONGEST_LINE = 4 * 2**20
"""Bytes of a record; a thousand logits take a hundredth of it."""
MOST_BOXES = 2_000_000
"""Lists and objects in one object, or in a record; empty ones take twenty times their room in the file."""
MOST_BYTES = 128 * 2**20
"""Of a file that is one object, which takes up to ten times the room while it is read."""
DEEPEST = 20
LINES_SUFFIXES = (".jsonl", ".ndjson")
LINES_A_REPORT = 1000
NUMBERS_A_REPORT = 2**14
TYPICAL_NUMBER = 10
"""Bytes, for a bar that moves."""

_MARK = b"\xef\xbb\xbf"
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{},:]', re.DOTALL)
"""A text that does not end goes to the end, lest it be begun anew at each of its quotes."""
SESSION = '"logitscope-session"'
"""The name that a session's format has in its file."""

Part = tuple[Any, str, int]
"""What is still to be looked at: a value, its path and its depth."""

_SNIFFED = 2**20
"""Bytes in which a session names its page."""


def inspect_json(path: Path, progress: Progress = no_progress) -> TableFile:
    """Read the file; raises DataFileError."""
    with reading(path), path.open("rb") as file:
        status = os.fstat(file.fileno())
        is_named = path.suffix.lower() in LINES_SUFFIXES
        columns = columns_of(file, status.st_size, path.stem, progress, are_lines=is_named)
    return TableFile(path, tuple(columns), stamp(status))


def columns_of(
    file: BinaryIO, size: int, stem: str, progress: Progress = no_progress, *, are_lines: bool = False
) -> list[Column]:
    """The arrays and columns in a JSON text, whose nameless array has its stem; raises DataError."""
    first = _first_line(file)
    file.seek(0)
    if are_lines or (_is_record(first) and _more_follows(file)):
        file.seek(0)
        columns = _columns(_records(file, size, progress), "")
    else:
        file.seek(0)
        if size > MOST_BYTES:
            raise refusal(
                "long_json",
                "expected at most {most} bytes in one object, got {got}; write a record a line (.jsonl)",
                most=MOST_BYTES,
                got=size,
            )
        found = _found(_parsed(file.read(), None, _Watch(progress, size)), stem)
        columns = list(islice(found, MAX_ENTRIES))  # the others would be looked at in vain
    if not columns:
        raise refusal("no_json_arrays", "expected lists of numbers or records, got none")
    return columns[:MAX_ENTRIES]


def holds_data(path: Path) -> bool:
    """Whether a JSON file is arrays or records rather than a session, which names its page or its schema."""
    with reading(path), path.open("rb") as file:
        text = file.read(_SNIFFED).removeprefix(_MARK).decode("utf-8", "replace").lstrip()
    if text.startswith("["):
        return True
    keys = set(_top_keys(text)) if text.startswith("{") else set()
    return bool(keys) and "page" not in keys and SESSION not in text


def _top_keys(text: str) -> Iterator[str]:
    """The keys of an object's own, as far as the text goes."""
    depth = 0
    last = ""
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word in ("{", "["):
            depth += 1
        elif word in ("}", "]"):
            depth -= 1
            if depth == 0:
                return
        elif word == ":" and depth == 1:
            yield last
        last = word.strip('"')


class _Watch:
    """Python's part in the reading of a long text: it may be cancelled, and other threads get their turn.

    The parser is one call of C otherwise, which nothing can interrupt.
    """

    def __init__(self, progress: Progress, size: int) -> None:
        self._progress = progress
        self._size = size
        self._numbers = 0

    def _count(self) -> None:
        self._numbers += 1
        if self._numbers % NUMBERS_A_REPORT == 0:
            self._progress(min(self._numbers * TYPICAL_NUMBER, self._size), self._size)

    def real(self, text: str) -> float:
        """A number with a point or an exponent."""
        self._count()
        return float(text)

    def whole(self, text: str) -> int:
        """A number without."""
        self._count()
        return int(text)


def _parsed(raw: bytes, line: int | None, watch: _Watch | None = None) -> Any:
    real, whole = (None, None) if watch is None else (watch.real, watch.whole)
    place = {} if line is None else {"line": line}
    where = "" if line is None else "line {line}: "
    if raw.count(b"[") + raw.count(b"{") > MOST_BOXES:
        raise refusal("many_lists", f"{where}more than {{most}} lists and objects", most=MOST_BOXES, **place)
    try:
        return json.loads(raw.removeprefix(_MARK), parse_float=real, parse_int=whole)
    except RecursionError:
        raise refusal("deep_json", f"{where}lists or objects nested too deep", **place) from None
    except json.JSONDecodeError as error:
        at = error.lineno if line is None else line
        raise refusal("no_json", "line {line}: expected JSON ({reason})", line=at, reason=error.msg) from None
    except UnicodeDecodeError:
        raise refusal("not_utf8", "expected UTF-8 text, got a byte that is none") from None
    except ValueError:
        raise refusal("long_integer", f"{where}an integer of too many digits", **place) from None


# -- a record a line ------------------------------------------------------------------------------------


def _first_line(file: BinaryIO) -> bytes:
    for line in iter(lambda: file.readline(LONGEST_LINE), b""):
        if line.strip():
            return line.removeprefix(_MARK).strip()
    return b""


def _is_record(line: bytes) -> bool:
    """Whether a line is an object of its own."""
    return line.startswith(b"{") and line.endswith(b"}")


def _more_follows(file: BinaryIO) -> bool:
    """Whether the first line that is not blank is not the only one."""
    _first_line(file)
    return bool(_first_line(file))


def _records(file: BinaryIO, size: int, progress: Progress) -> Iterator[dict[str, Any]]:
    number = count = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise refusal(
                "long_line", "line {line}: expected at most {most} characters", line=number, most=LONGEST_LINE
            )
        if number % LINES_A_REPORT == 0:
            progress(file.tell(), size)
        if not line.strip():
            continue
        record = _parsed(line, number)
        if type(record) is not dict:
            raise refusal("no_record", "line {line}: expected an object in braces", line=number)
        count += 1
        if count > MAX_ROWS:
            raise refusal("many_records", "more than {most} records", most=MAX_ROWS)
        yield record


def _columns(records: Iterable[dict[str, Any]], path: str) -> list[Column]:
    """A column for each key of the records; None where a record has it not."""
    by_name: dict[str, list[Any]] = {}
    count = 0
    for row, record in enumerate(records):
        for name, value in _flat(record, path, 0):
            column = by_name.get(name)
            if column is None:
                if len(by_name) > MAX_ENTRIES:
                    raise refusal("many_keys", "records with more than {most} keys", most=MAX_ENTRIES)
                column = by_name[name] = []
            column.extend([None] * (row - len(column)))
            column.append(packed_list(value) if type(value) is list else value)
        count = row + 1
    if are_batches(by_name, count):
        return [
            typed_column(f"{path}[{row}].{name.removeprefix(f'{path}.')}", plain_list(values[row]))
            for row in range(count)
            for name, values in by_name.items()
        ]
    return [typed_column(name, values + [None] * (count - len(values))) for name, values in by_name.items()]


def _flat(record: dict[str, Any], path: str, depth: int) -> Iterator[tuple[str, Any]]:
    for key, value in record.items():
        name = f"{path}.{key}" if path else key
        if type(value) is dict and depth < DEEPEST:
            yield from _flat(value, name, depth + 1)
        else:
            yield name, value


# -- one object -----------------------------------------------------------------------------------------


def _found(root: Any, stem: str) -> Iterator[Column]:
    """Every list in an object that is an array, or records, by the path that leads to it."""
    shapes = ListShapes()
    stack: list[Part] = [(root, "", 0)]
    while stack:
        value, path, depth = stack.pop()
        if type(value) is dict:
            yield from _in_object(value, path, stack, depth)
        elif type(value) is list and value:
            yield from _in_list(value, path or stem, shapes, stack, depth)


def _in_object(value: dict[str, Any], path: str, stack: list[Part], depth: int) -> Iterator[Column]:
    cells = numbered(value) or records_by_name(value)
    if cells is not None and all(type(cell) is dict for cell in cells):
        yield from _columns(cells, path)
    elif depth and cells is not None and not any(type(cell) is dict for cell in cells):
        yield typed_column(path, cells)
    elif (table := split(value)) is not None:
        yield from (typed_column(name, values) for name, values in table)
    elif depth < DEEPEST:
        prefix = f"{path}." if path else ""
        parts = [(child, prefix + key, depth + 1) for key, child in value.items()]
        stack.extend(reversed(parts))


def _in_list(
    value: list[Any], name: str, shapes: ListShapes, stack: list[Part], depth: int
) -> Iterator[Column]:
    shape = shapes.of(value)
    if (columns := mixed_columns(value)) is not None:
        yield from (
            typed_column(f"{name}[{at}]" if depth else f"[{at}]", cells) for at, cells in enumerate(columns)
        )
    elif shape is not None and len(shape.shape) > 1 and not shape.is_words:
        yield _array(name, value, shapes)
    elif all(type(each) is dict for each in value):
        yield from _columns(value, name if depth else "")
    elif shape is None and any(type(each) in (list, dict) for each in value):
        yield from _rows_or_parts(value, name, stack, depth)
    else:
        yield typed_column(name, value)


def _rows_or_parts(value: list[Any], name: str, stack: list[Part], depth: int) -> Iterator[Column]:
    """A list of lists that are no array: records in brackets are columns, anything else is looked into."""
    width = {len(each) if type(each) is list else -1 for each in value}
    if len(width) == 1 and min(width) > 1 and (columns := samples(value, name)):
        yield from columns
        return
    plain = all(type(cell) not in (list, dict) for each in value if type(each) is list for cell in each)
    if len(width) == 1 and min(width) > 0 and plain:
        yield from (
            typed_column(f"{name}[{index}]", list(column))
            for index, column in enumerate(zip(*value, strict=True))
        )
    elif depth < DEEPEST and len(value) <= MAX_ENTRIES:
        children = [(child, f"{name}[{index}]", depth + 1) for index, child in enumerate(value)]
        stack.extend(reversed(children))
    else:
        yield typed_column(name, value)


def _array(name: str, value: list[Any], shapes: ListShapes) -> Column:
    shape = shapes.of(value)
    assert shape is not None
    entry = list_entry(name, value, shape)
    try:
        return Column(entry, list_array(value, shape) if entry.fault is None else None)
    except DataError as error:
        return Column(entry._replace(fault=error.fault), None)
