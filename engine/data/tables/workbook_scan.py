"""A look into an .xlsx file's sheets before a library reads them: how far they reach, where errors are.

A sheet's reader takes room for the rectangle around all cells, so that two cells can ask for all memory; and
it gives an error such as #N/A as a blank. Every part is unpacked here within a bound, and every cell's place
is read where it stands in the text.

References
----------
ECMA-376, Part 1, 18.3.1.4 (c: a cell's r and t) and 18.18.11 (ST_CellType).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from zlib import error as ZlibError  # noqa: N812  # zlib's own name says nothing here

from engine.data.entries import Progress
from engine.data.faults import refusal, short

MOST_UNPACKED = 192 * 2**20
"""Bytes of all parts together; a sheet of a hundred thousand rows of eleven columns takes 54 MB."""
MOST_CELLS = 10_000_000
MOST_ERRORS = 100_000
BLOCK = 2**20
LONGEST_CELL = 2**12
"""Bytes of a cell's tag."""

BROKEN = (EOFError, NotImplementedError, RuntimeError, ZlibError, zipfile.BadZipFile)

_CELL = re.compile(rb"<(?:\w+:)?(c|row)(?=[\s/>])([^<>]*)>")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{0,3})(\d{1,7})["']""")
_IS_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v>\s*(#[^<]{1,20})<")


@dataclass
class SheetScan:
    """What was found in one sheet.

    Attributes
    ----------
    rows, columns : int
        The last that has a cell, from 1.
    errors : dict
        The words of error cells by row and column, from 0.
    """

    rows: int = 0
    columns: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def scan_workbook(file: BinaryIO, size: int, progress: Progress) -> dict[str, SheetScan]:
    """Scan every sheet of a workbook.

    Returns
    -------
    dict
        By the sheet's part, such as ``xl/worksheets/sheet1.xml``.

    Raises
    ------
    DataError
        If the parts are too large, a sheet reaches too far, or one says not where its cells are.
    """
    found: dict[str, SheetScan] = {}
    unpacked = 0
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            is_sheet = info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml")
            scan = SheetScan()
            rest = b""
            for block in _blocks(archive, info):
                progress(min(file.tell(), size), size)
                unpacked += len(block)
                if unpacked > MOST_UNPACKED:
                    raise refusal(
                        "unpacked", "its sheets take more than {most} bytes unpacked", most=MOST_UNPACKED
                    )
                if is_sheet:
                    rest = _scanned(rest + block, scan, info.filename, is_last=False)
            if is_sheet:
                _scanned(rest, scan, info.filename, is_last=True)
                found[info.filename] = scan
    return found


def _blocks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
        raise refusal("packed", "packed by another method than NumPy's")
    with archive.open(info) as part:
        while block := part.read(BLOCK):
            yield block


def _scanned(text: bytes, scan: SheetScan, name: str, *, is_last: bool) -> bytes:
    """Take note of the cells in a text; what is left over from its end is to come again with the next."""
    if b"\0" in text[:100] or b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise refusal("sheet_text", "{name} is not written as a sheet is", name=short(name))
    # A cell is looked at when the next one has begun, as its value is behind its tag.
    limit = len(text) if is_last else max(text.rfind(b"<c "), text.rfind(b"<row"), 0)
    if not is_last and len(text) - limit > BLOCK + LONGEST_CELL:
        raise refusal("sheet_text", "{name} is not written as a sheet is", name=short(name))
    for cell in _CELL.finditer(text, 0, limit):
        _note(cell, text, scan, name)
    if scan.rows * scan.columns > MOST_CELLS:
        raise refusal(
            "wide_sheet",
            "{name} reaches over {rows} rows and {columns} columns, more than {most} cells",
            name=short(name),
            rows=scan.rows,
            columns=scan.columns,
            most=MOST_CELLS,
        )
    return text[limit:]


def _note(cell: re.Match[bytes], text: bytes, scan: SheetScan, name: str) -> None:
    place = _PLACE.search(cell[2])
    is_cell = cell[1] == b"c"
    if place is None or bool(place[1]) != is_cell:
        raise refusal("no_place", "{name} does not say where its cells are", name=short(name))
    row = int(place[2])
    scan.rows = max(scan.rows, row)
    if not is_cell:
        return
    column = 0
    for letter in place[1]:
        column = 26 * column + letter - 64
    scan.columns = max(scan.columns, column)
    if _IS_ERROR.search(cell[2]) and len(scan.errors) < MOST_ERRORS:
        value = _VALUE.search(text, cell.end(), cell.end() + LONGEST_CELL)
        scan.errors[row - 1, column - 1] = short(value[1].decode("utf-8", "replace")) if value else "#"
