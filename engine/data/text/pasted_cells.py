"""Rows of cells in a pasted text: what divides them, their header, and their numbers."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from engine.data.guesses.cells import BLANKS, kind_of
from engine.data.number_grammar import read_number, with_a_point
from engine.data.text.columns import TRUTHS
from engine.data.text.paste_error import MOST_CELLS, PasteError, Refusal

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")


def split_rows(text: str) -> list[list[str]]:
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
    filled = [row for row in rows if any(cell.strip() for cell in row)] or [[text]]
    if delimiter == "," and all(len(row) > 1 and not row[-1].strip() for row in filled):
        return [row[:-1] for row in filled]  # a comma after each row, as in code
    return _without_index(filled) if delimiter is None else filled


def _without_index(rows: list[list[str]]) -> list[list[str]]:
    """Rows that pandas printed, without the index under a header that is one word short."""
    header, *below = rows
    is_printed_frame = below and all(len(row) == len(header) + 1 for row in below)
    if not is_printed_frame or not all(map(_is_words, header)):
        return rows
    return [header, *(row[1:] for row in below)]


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
    return cell.strip() not in TRUTHS and (kind_of(cell) == "word" or not cell.strip())


def header_of_rows(rows: list[list[str]]) -> tuple[str, ...]:
    """The words of a first row above others; none where it holds a number or a mistake."""
    first = [cell.strip() for cell in rows[0]]
    if len(rows) < 2 or not any(first) or not all(map(_is_words, first)):
        return ()
    return tuple(first)


def check_shape(rows: Sequence[Sequence[str]], columns: int) -> None:
    """Refuse rows of different lengths, or too many cells; raises PasteError."""
    if columns * len(rows) > MOST_CELLS:
        raise PasteError(Refusal.TOO_LONG)
    for number, row in enumerate(rows):
        if len(row) != columns:
            raise PasteError(Refusal.RAGGED, number, text=str(len(row)), expected=columns)


def numbers_of(rows: Sequence[Sequence[str]], columns: int) -> NDArray[np.float64]:
    """All cells' numbers; Python's own reader first, which is as fast as NumPy's and exact."""
    try:
        flat = list(map(float, chain.from_iterable(rows)))
    except ValueError:
        flat = list(_numbers_one_by_one(rows))
    else:
        if any("_" in cell for row in rows for cell in row):
            flat = list(_numbers_one_by_one(rows))  # Python takes 1_000 for a number
    return np.array(flat, dtype=np.float64).reshape(len(rows), columns)


def _numbers_one_by_one(rows: Iterable[Sequence[str]]) -> Iterable[float]:
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            try:
                yield _number(cell.strip())
            except ValueError:
                raise PasteError(Refusal.NOT_A_NUMBER, row, column, cell.strip()) from None


def _number(cell: str) -> float:
    """A cell's number, nan for a blank one."""
    if cell in BLANKS:
        return math.nan
    return TRUTHS[cell] if cell in TRUTHS else read_number(cell)
