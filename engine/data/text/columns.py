"""Cells of a text table as numbers, words or lists, by a reading."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.entries import MAX_NUMBERS
from engine.data.faults import refusal
from engine.data.guesses.cells import kind_of, unwrapped
from engine.data.number_grammar import plain_signs, read_number
from engine.data.text.reading import Reading

ColumnKind = Literal["numbers", "bool", "words", "lists", "texts"]
"""What cells are; texts are taken as they stand, where words are trimmed and may be blank."""

TRUTHS = {"True": 1.0, "TRUE": 1.0, "true": 1.0, "False": 0.0, "FALSE": 0.0, "false": 0.0}
LONGEST_WORD = 60
"""Characters of a label; longer texts are no labels."""
MOST_WORDS = 100_000
"""Different labels in a column."""
MOST_TEXT = 100_000_000
"""Characters of a column of texts, as long as the longest of them everywhere."""

_LIST = re.compile(r"(?:(?:torch\.|np\.)?(?:tensor|array)\()?\s*[\[(]([^\[\]()]*)[\])]\s*(?:(?:,[^()]*)?\))?")
_WRAPPED = re.compile(r"\b(?:np|numpy|torch)\.\w+\(([^()\[\],]*)\)|\btensor\(([^()\[\],]*)\)")
"""One number as NumPy 2 and PyTorch print it inside a list."""
_BETWEEN = re.compile(r"[,;\s]+")


@dataclass(frozen=True)
class CellReader:
    """Reads one cell after another, whatever signs a reading has."""

    reading: Reading

    @cached_property
    def _blanks(self) -> frozenset[str]:
        return frozenset(self.reading.blanks)

    @cached_property
    def _grouped(self) -> re.Pattern[str] | None:
        if not self.reading.thousands:
            return None
        mark, point = re.escape(self.reading.thousands), re.escape(self.reading.decimal)
        return re.compile(rf"[+-]?\d{{1,3}}(?:{mark}\d{{3}})+(?:{point}\d*)?(?:e[+-]?\d+)?", re.IGNORECASE)

    @property
    def is_plain(self) -> bool:
        """Whether Python's own reader of numbers reads most cells as this does."""
        return self.reading.decimal == "." and not self.reading.thousands

    def is_blank(self, cell: str) -> bool:
        """Whether it stands for a missing value."""
        return cell.strip() in self._blanks

    def number(self, cell: str) -> float:
        """The number in a cell, nan where it is blank, 1 and 0 for True and False; raises ValueError."""
        plain = plain_signs(unwrapped(cell).strip())
        if plain in self._blanks:
            return math.nan
        if plain in TRUTHS:
            return TRUTHS[plain]
        if self._grouped is not None and self._grouped.fullmatch(plain):
            plain = plain.replace(self.reading.thousands, "")
        if self.reading.decimal == ",":
            if "." in plain or plain.count(",") > 1:
                raise ValueError(cell)
            plain = plain.replace(",", ".")
        return read_number(plain)

    def is_number(self, cell: str) -> bool:
        """Whether it is read as one, or as missing."""
        try:
            self.number(cell)
        except ValueError:
            return False
        return True

    def numbers_in(self, cell: str) -> list[float]:
        """The numbers of a list in a cell; raises ValueError.

        Examples
        --------
        >>> CellReader(Reading()).numbers_in("[0.1, 0.2, 0.7]")
        [0.1, 0.2, 0.7]
        """
        found = _list_in(cell)
        if found is None:
            raise ValueError(cell)
        return [read_number(text) for text in _BETWEEN.split(found[1].strip(", \t\r\n")) if text]

    def kind_of(self, cells: Sequence[str]) -> tuple[ColumnKind, int]:
        """What a column holds by its first cells, and how many numbers each list has.

        A word among numbers is a mistake, which reading names; where most are words, all are.
        """
        filled = [cell for cell in cells if cell and not self.is_blank(cell)]
        if filled and all(_list_in(cell) for cell in filled):
            try:
                (length,) = {len(self.numbers_in(cell)) for cell in filled}
            except ValueError:
                return ("words", 0)
            return ("lists", length) if length else ("words", 0)
        if filled and all(cell in TRUTHS for cell in filled):
            return ("bool", 0)
        words = sum(not self.is_number(cell) and not self._is_mistake(cell) for cell in filled)
        return ("words" if words * 2 > len(filled) else "numbers", 0)

    def _is_mistake(self, cell: str) -> bool:
        """Whether a number with the other decimal sign, or a spreadsheet's error, stands among numbers."""
        return kind_of(cell) == "mistake" or self._other_sign.is_number(cell)

    @cached_property
    def _other_sign(self) -> CellReader:
        return CellReader(Reading(decimal="." if self.reading.decimal == "," else ",", blanks=()))


def _list_in(cell: str) -> re.Match[str] | None:
    if "(" in cell:
        cell = _WRAPPED.sub(r"\1\2", cell)
    return _LIST.fullmatch(cell.strip())


@dataclass
class Words:
    """A column of words while it is read: each different one is held once.

    Attributes
    ----------
    known : dict
        The number of each word, in the order in which they came.
    numbers : list of int
        The word of each row.
    """

    known: dict[str, int] = field(default_factory=dict)
    numbers: list[NDArray[np.int32]] = field(default_factory=list)

    def add(self, cells: Sequence[str]) -> None:
        """Take a block of cells; raises DataError where these are too many or too long to be labels."""
        known = self.known
        words = [cell.strip() for cell in cells]
        for word in set(words) - known.keys():
            if len(word) > LONGEST_WORD:
                raise refusal(
                    "long_word",
                    "expected words of at most {most} characters, got {count}",
                    most=LONGEST_WORD,
                    count=len(word),
                )
        for word in words:
            known.setdefault(word, len(known))
        if len(known) > MOST_WORDS:
            raise refusal("many_words", "expected at most {most} different words", most=MOST_WORDS)
        self.numbers.append(np.fromiter((known[word] for word in words), np.int32, len(words)))

    def take(self, cells: Sequence[str]) -> None:
        """Take a block of cells as they stand, whatever they are."""
        known = self.known
        self.numbers.append(
            np.fromiter((known.setdefault(cell, len(known)) for cell in cells), np.int32, len(cells))
        )

    def texts(self) -> NDArray[np.str_]:
        """What was taken, as it stood; raises DataError where it takes too much room."""
        count = sum(map(len, self.numbers))
        if count * max(map(len, self.known), default=0) > MOST_TEXT:
            raise refusal("long_words", "its words take more than {most} characters", most=MOST_TEXT)
        if not count:
            return np.empty(0, dtype=np.str_)
        return np.array(list(self.known), dtype=np.str_)[np.concatenate(self.numbers)]

    def array(self, reader: CellReader) -> NDArray[np.str_]:
        """The column as an array of strings, with nothing where a cell was blank."""
        if not self.numbers:
            return np.empty(0, dtype=np.str_)
        words = np.array(["" if reader.is_blank(word) else word for word in self.known], dtype=np.str_)
        return words[np.concatenate(self.numbers)]


def check_numbers(count: int) -> None:
    """Refuse more numbers than an import takes; raises DataError."""
    if count > MAX_NUMBERS:
        raise refusal("too_many_numbers", "more than {most} numbers", most=MAX_NUMBERS)
