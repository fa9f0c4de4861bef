"""Blocks of a text table's rows as columns: fast where cells are plain numbers, exact in what is refused."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from engine.data.entries import MAX_ROWS
from engine.data.faults import DataError, fault, refusal, short
from engine.data.guesses.cells import is_number
from engine.data.number_grammar import with_a_point
from engine.data.text.columns import CellReader, ColumnKind, Words, check_numbers
from engine.data.text.sample import Lines

LINES = 1000
"""Lines read between two reports of progress: about a millisecond."""


class BlockReader:
    """Reads rows of cells into columns.

    Parameters
    ----------
    rows : csv reader
    lines : Lines
        What it reads from.
    cells : CellReader
    places : sequence of int
        The columns to read.
    kinds : sequence of (kind, length)
        What each of them holds.
    width : int
        Cells of each row.
    name : function
        From a column's place to its name.
    """

    def __init__(
        self,
        rows: Any,
        lines: Lines,
        cells: CellReader,
        places: Sequence[int],
        kinds: Sequence[tuple[ColumnKind, int]],
        width: int,
        name: Callable[[int], str],
    ) -> None:
        self._rows, self._lines, self._cells = rows, lines, cells
        self._places, self._kinds = places, kinds
        self._width, self._name = width, name
        self._numeric = [place for place, (kind, _) in zip(places, kinds, strict=True) if kind in _NUMERIC]
        self._numbers = array("d")
        self._words = {
            place: Words() for place, (kind, _) in zip(places, kinds, strict=True) if kind in _WORDED
        }
        self._lists = {
            place: (length, array("d"))
            for place, (kind, length) in zip(places, kinds, strict=True)
            if kind == "lists"
        }
        self._texts = {place for place, (kind, _) in zip(places, kinds, strict=True) if kind == "texts"}
        self._count = 0

    def take(self) -> bool:
        """Read one block; False at the end. Raises DataError, naming line and column."""
        self._lines.has_underscore = False
        block = list(islice(self._rows, LINES))
        if not block:
            return False
        if any(len(row) != self._width for row in block):
            self._check_widths(block)
            filled = [row for row in block if row]
        else:
            filled = block
        self._count += len(filled)
        self._check_size()
        self._take_numbers(block, filled)
        for place, words in self._words.items():
            cells = [row[place] for row in filled]
            if place in self._texts:
                words.take(cells)
            else:
                self._take_words(words, place, cells)
        for place in self._lists:
            self._take_lists(place, block)
        return True

    def arrays(self) -> list[NDArray[Any]]:
        """The columns that were read, in the order in which they were asked for."""
        flat = np.frombuffer(self._numbers) if self._numbers else np.empty(0)
        table = flat.reshape(-1, max(len(self._numeric), 1))
        return [self._array(place, table) for place in self._places]

    def _array(self, place: int, table: NDArray[np.float64]) -> NDArray[Any]:
        if place in self._words:
            words = self._words[place]
            return words.texts() if place in self._texts else words.array(self._cells)
        if place in self._lists:
            length, numbers = self._lists[place]
            return (np.frombuffer(numbers) if numbers else np.empty(0)).reshape(-1, length)
        return table[:, self._numeric.index(place)]

    # -- checks -------------------------------------------------------------------------------------

    def _check_widths(self, block: list[list[str]]) -> None:
        for row, line in zip(block, self._line_numbers(block), strict=True):
            if row and len(row) != self._width:
                raise refusal(
                    "ragged_line",
                    "line {line}: expected {expected} columns, got {count}",
                    line=line,
                    expected=self._width,
                    count=len(row),
                )

    def _check_size(self) -> None:
        if self._count > MAX_ROWS:
            raise refusal("too_many_rows", "expected at most {most} rows, got more", most=MAX_ROWS)
        check_numbers(self._count * (len(self._places) + sum(length for length, _ in self._lists.values())))

    def _line_numbers(self, block: list[list[str]]) -> range:
        # Where quotes span lines the reader has counted more of them than there are rows.
        return range(self._rows.line_num - len(block) + 1, self._rows.line_num + 1)

    # -- cells --------------------------------------------------------------------------------------

    def _take_numbers(self, block: list[list[str]], filled: list[list[str]]) -> None:
        places = self._numeric
        if not places:
            return
        if self._cells.is_plain and not self._lines.has_underscore:
            try:
                self._numbers.extend([float(row[place]) for row in filled for place in places])
            except ValueError:
                pass
            else:
                return
        number = self._cells.number
        try:
            self._numbers.extend([number(row[place]) for row in filled for place in places])
        except ValueError:
            self._find_fault(block)

    def _find_fault(self, block: list[list[str]]) -> NoReturn:
        for row, line in zip(block, self._line_numbers(block), strict=True):
            for place in self._numeric if row else ():
                if not self._cells.is_number(row[place]):
                    self._refuse(row[place], place, line)
        raise AssertionError("a cell was refused")  # pragma: no cover

    def _refuse(self, cell: str, place: int, line: int) -> NoReturn:
        at = {"line": line, "name": self._name(place), "text": short(cell.strip())}
        meant = with_a_point(cell)
        if self._cells.reading.decimal == "." and meant is not None:
            raise refusal(
                "decimal_comma",
                'line {line}, "{name}": expected a decimal point ({meant}), got "{text}"',
                meant=short(meant),
                **at,
            )
        if self._cells.reading.decimal == "," and is_number(cell):
            raise refusal(
                "decimal_point", 'line {line}, "{name}": expected a decimal comma, got "{text}"', **at
            )
        raise refusal(
            "not_a_number", 'line {line}, "{name}": expected a number, inf or nan, got "{text}"', **at
        )

    def _take_words(self, words: Words, place: int, cells: list[str]) -> None:
        try:
            words.add(cells)
        except DataError as error:
            reason = fault("of_column", '"{name}": {reason}', name=self._name(place), reason=error.fault)
            raise DataError(reason) from None

    def _take_lists(self, place: int, block: list[list[str]]) -> None:
        length, numbers = self._lists[place]
        for row, line in zip(block, self._line_numbers(block), strict=True):
            if not row:
                continue
            found = self._list(row[place], length)
            if len(found) != length:
                raise refusal(
                    "wrong_list",
                    'line {line}, "{name}": expected a list of {expected} numbers, got "{text}"',
                    line=line,
                    name=self._name(place),
                    expected=length,
                    text=short(row[place].strip()),
                )
            numbers.extend(found)

    def _list(self, cell: str, length: int) -> list[float]:
        if self._cells.is_blank(cell):
            return [np.nan] * length
        try:
            return self._cells.numbers_in(cell)
        except ValueError:
            return []


_NUMERIC = ("numbers", "bool")
_WORDED = ("words", "texts")
