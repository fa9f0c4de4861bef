"""The columns of .xlsx sheets, by python-calamine, which is an optional extra, behind a scan of its own."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.data.arrays.zip_directory import read_directory
from engine.data.entries import MAX_COLUMNS, Progress, no_progress
from engine.data.entries.unchanged import stamp
from engine.data.faults import reading, refusal
from engine.data.guesses.header import levels_of
from engine.data.tables.table_file import TableFile
from engine.data.tables.typed_columns import BLANKS, Column, typed_column
from engine.data.tables.workbook_scan import BROKEN, SheetScan, scan_workbook

MOST_SHEETS = 100
LOOKED_AT = 20
"""Rows in which a header of several levels is looked for."""


def inspect_workbook(path: Path, progress: Progress = no_progress) -> TableFile:
    """Read every sheet's columns; raises DataFileError."""
    with reading(path):
        try:
            calamine = importlib.import_module("python_calamine")
        except ImportError:
            raise refusal(
                "no_calamine",
                "reading .xlsx needs the package python-calamine, which is not installed "
                "(uv sync --extra xlsx, or pip install python-calamine)",
            ) from None
    with reading(path, *BROKEN), path.open("rb") as file:
        status = path.stat()
        read_directory(file, status.st_size)
        scans = scan_workbook(file, status.st_size, progress)
        file.seek(0)
        broken = (calamine.CalamineError, KeyError, IndexError, OverflowError)
        with reading(path, *broken):
            columns = list(_columns(calamine.CalamineWorkbook.from_filelike(file), scans))
        if not columns:
            raise refusal("empty_sheets", "expected numbers in columns, got empty sheets")
    return TableFile(path, tuple(columns), stamp(status))


def _columns(workbook: Any, scans: dict[str, SheetScan]) -> Iterator[Column]:
    names = workbook.sheet_names[:MOST_SHEETS]
    tables = [(name, _cells(workbook.get_sheet_by_name(name))) for name in names]
    filled = [(name, cells, begin) for name, (cells, begin) in tables if cells]
    for name, cells, begin in filled:
        scan = _scan_of(name, names, cells, begin, scans)
        for (row, column), text in scan.errors.items():
            row_in, column_in = row - begin[0], column - begin[1]
            is_inside = 0 <= row_in < len(cells) and 0 <= column_in < len(cells[row_in])
            if is_inside and cells[row_in][column_in] == "":  # an error is given as a blank
                cells[row_in][column_in] = text
        yield from _table(cells, f"{name}!" if len(filled) > 1 else "")


def _cells(sheet: Any) -> tuple[list[list[Any]], tuple[int, int]]:
    """A sheet's cells from the first that is filled, and where that is."""
    rows = sheet.to_python(skip_empty_area=True)
    cells = [[_plain(value) for value in row] for row in rows]
    return cells, sheet.start or (0, 0)


def _plain(value: Any) -> Any:
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return str(value)
    return value


def _scan_of(
    name: str, names: Sequence[str], cells: Sequence[Any], begin: tuple[int, int], scans: dict[str, SheetScan]
) -> SheetScan:
    """The scan of a sheet, by its place among the sheets; none where it cannot be that sheet's."""
    place = names.index(name)
    scan = scans.get(f"xl/worksheets/sheet{place + 1}.xml", SheetScan())
    return scan if scan.rows >= begin[0] + len(cells) else SheetScan()


def _table(cells: list[list[Any]], sheet: str) -> Iterator[Column]:
    cells = _without_title(cells)
    header = _header(cells)
    body = cells[header[0] :]
    width = len(cells[0])
    if width > MAX_COLUMNS:
        raise refusal(
            "many_columns", "expected at most {most} columns, got {count}", most=MAX_COLUMNS, count=width
        )
    for index in range(width):
        named = header[1][index] if header[0] else ""
        values = [None if row[index] == "" else row[index] for row in body]
        if named or any(value is not None for value in values):
            yield typed_column(sheet + (named or f"column {index + 1}"), _whole(values))


def _without_title(cells: list[list[Any]]) -> list[list[Any]]:
    """A sheet without lines of one cell above its table."""
    filled = [sum(cell != "" for cell in row) for row in cells[: LOOKED_AT + 1]]
    first = next((row for row, count in enumerate(filled) if count > 1), 0)
    are_titles = all(isinstance(cell, str) for row in cells[:first] for cell in row)
    return cells[first:] if are_titles else cells


def _header(cells: list[list[Any]]) -> tuple[int, tuple[str, ...]]:
    """How many rows name the columns, and the names; none and no names without."""
    levels = levels_of([[_name(cell) for cell in row] for row in cells[:LOOKED_AT]])
    if levels is not None:
        rows, names = levels
        while rows < len(cells) and all(cell == "" for cell in cells[rows]):
            rows += 1  # pandas leaves one for the index's name
        return rows, names
    return (1, tuple(map(_name, cells[0]))) if _has_header(cells) else (0, ())


def _name(value: Any) -> str:
    return str(int(value)) if type(value) is float and value.is_integer() else str(value)


def _has_header(cells: list[list[Any]]) -> bool:
    """Whether the first row names the columns: a word in it, or a blank corner before 0, 1, 2, ..."""
    first, *body = cells
    if any(type(cell) is str and cell.strip().lower() not in BLANKS for cell in first):
        return True
    numbers = [float(index) for index in range(len(first) - 1)]
    return bool(body) and len(first) > 1 and first[0] == "" and list(first[1:]) == numbers


def _whole(values: list[Any]) -> list[Any]:
    """Whole numbers as such, where a column has no others: a sheet has no integers."""
    if all(value is None or type(value) is bool or _is_whole(value) for value in values):
        return [int(value) if type(value) is float else value for value in values]
    return values


def _is_whole(value: Any) -> bool:
    return type(value) is float and value.is_integer() and abs(value) < 2**53
