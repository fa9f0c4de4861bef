"""From what other programs put on the clipboard to a rectangle of numbers.

Spreadsheets and Jupyter write rows of cells (tabs, quotes, CRLF), files have commas or semicolons and
perhaps a header, PyTorch and NumPy print brackets. Every number is read by `number_grammar`; a
rectangle is read whole or not at all.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from engine.data.number_grammar import plain_signs, read_number, with_a_point
from engine.data.text.printed_values import PrintedError, is_printed, read_printed

LONGEST_TEXT = 1 << 25
"""Characters of a text that is read: 32 Mi."""
MOST_CELLS = 2_000_000
"""Cells of a text that is read; with LONGEST_TEXT they bound what reading takes to half a gigabyte."""

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")


class Refusal(Enum):
    """Why a text is not a rectangle of numbers."""

    EMPTY = auto()
    TOO_LONG = auto()
    NOT_A_NUMBER = auto()
    RAGGED = auto()
    COMMA = auto()
    """Only commas between whole numbers: ``1,5`` may be one number or two."""
    ELLIPSIS = auto()
    DIMENSIONS = auto()
    BRACKETS = auto()


class PasteError(ValueError):
    """A text was refused.

    Attributes
    ----------
    refusal : Refusal
    row, column : int or None
        The place at fault in the pasted rectangle, from 0.
    text : str
        What stood there.
    expected : int or None
        How many columns the rows before had, for ragged ones.
    """

    def __init__(
        self,
        refusal: Refusal,
        row: int | None = None,
        column: int | None = None,
        text: str = "",
        expected: int | None = None,
    ) -> None:
        super().__init__(refusal.name)
        self.refusal = refusal
        self.row = row
        self.column = column
        self.text = text
        self.expected = expected


@dataclass(frozen=True, eq=False)
class Block:
    """A rectangle of numbers.

    Attributes
    ----------
    values : float64 array, shape (R, C)
    header : tuple of str
        The words above the columns; empty without.
    is_vector : bool
        Whether it was printed with one dimension: it may lie down where a row is selected.
    """

    values: NDArray[np.float64]
    header: tuple[str, ...] = ()
    is_vector: bool = False


def parse_block(text: str) -> Block:
    """Read a rectangle of numbers.

    Parameters
    ----------
    text : str
        Rows of cells between tabs, semicolons, commas or blanks, quoted or not; or a printed tensor,
        array or nested list.

    Raises
    ------
    PasteError
        With the place of the first cell at fault.
    """
    if len(text) > LONGEST_TEXT or _may_hold_more(text):
        raise PasteError(Refusal.TOO_LONG)
    if not text.strip():
        raise PasteError(Refusal.EMPTY)
    if is_printed(text):
        return _printed_block(text)
    rows = _split(text)
    header = _header(rows)
    if header:
        rows = rows[1:]
    columns = len(rows[0])
    _check_shape(rows, columns)
    return Block(_numbers(rows, columns), header)


def _may_hold_more(text: str) -> bool:
    """Whether the separators alone tell of too many cells; printed values are aligned by blanks."""
    return any(text.count(each) > MOST_CELLS for each in "\n\r\t;,[") or text.count(" ") > 4 * MOST_CELLS


def _printed_block(text: str) -> Block:
    try:
        rows, is_vector = read_printed(plain_signs(text))
    except PrintedError as error:
        raise PasteError(Refusal[error.kind], text=error.text) from None
    columns = len(rows[0]) if rows else 0
    if not columns:
        raise PasteError(Refusal.EMPTY)
    _check_shape(rows, columns)
    return Block(_numbers(rows, columns), is_vector=is_vector)


# -- rows of cells ----------------------------------------------------------------------------------


def _split(text: str) -> list[list[str]]:
    """The text's cells, row by row, blank lines at the ends and all-blank ones left out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n\ufeff\0")
    lines = text.split("\n")
    delimiter = _delimiter(text)
    if delimiter == "," and not _has_header_words(lines[0]):
        _refuse_decimal_commas(lines)
    if '"' in text:
        try:
            rows = list(csv.reader(lines, delimiter=delimiter or ",", strict=False))
        except csv.Error:
            raise PasteError(Refusal.NOT_A_NUMBER, 0, 0, lines[0]) from None
    else:
        rows = [line.split(delimiter) for line in lines]
    return [row for row in rows if any(cell.strip() for cell in row)] or [[text]]


def _delimiter(text: str) -> str | None:
    """What stands between cells: a tab where there is one, else a semicolon, a comma, or blanks (None)."""
    for delimiter in "\t;":
        if delimiter in text:
            return delimiter
    unquoted = re.sub(r'"[^"]*"', "", text) if '"' in text else text
    if "," in unquoted:
        return ","
    return "," if '"' in text else None


def _refuse_decimal_commas(lines: Sequence[str]) -> None:
    """Raise if each line could be one number with a decimal comma, or with commas at its thousands."""
    if all(with_a_point(line) or _THOUSANDS.fullmatch(line) for line in map(str.strip, lines) if line):
        raise PasteError(Refusal.COMMA, 0, 0, lines[0].strip())


def _has_header_words(line: str) -> bool:
    return all(_is_words(cell.strip('" ')) for cell in line.split(","))


def _is_words(cell: str) -> bool:
    """Whether a cell stands in a header: words, or nothing above an index column."""
    return not _is_number(cell) and with_a_point(cell) is None


def _is_number(cell: str) -> bool:
    try:
        read_number(cell)
    except ValueError:
        return False
    return True


def _header(rows: list[list[str]]) -> tuple[str, ...]:
    first = [cell.strip() for cell in rows[0]]
    if len(rows) < 2 or not any(first) or not all(map(_is_words, first)):
        return ()
    return tuple(first)


def _check_shape(rows: Sequence[Sequence[str]], columns: int) -> None:
    if columns * len(rows) > MOST_CELLS:
        raise PasteError(Refusal.TOO_LONG)
    for number, row in enumerate(rows):
        if len(row) != columns:
            raise PasteError(Refusal.RAGGED, number, text=str(len(row)), expected=columns)


def _numbers(rows: Sequence[Sequence[str]], columns: int) -> NDArray[np.float64]:
    """All cells' numbers; Python's own reader first, which is as fast as NumPy's and exact."""
    try:
        flat = list(map(float, chain.from_iterable(rows)))
    except ValueError:
        flat = list(_numbers_one_by_one(rows))
    return np.array(flat, dtype=np.float64).reshape(len(rows), columns)


def _numbers_one_by_one(rows: Iterable[Sequence[str]]) -> Iterable[float]:
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            try:
                yield read_number(cell)
            except ValueError:
                raise PasteError(Refusal.NOT_A_NUMBER, row, column, cell.strip()) from None
