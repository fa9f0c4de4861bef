"""Tables in text files, packed with gzip or not: listed from the first lines, read in blocks of lines."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.data.choosing.own_export import OPTIONS
from engine.data.entries import Entry, Progress
from engine.data.faults import reading as reading_file
from engine.data.faults import refusal, short
from engine.data.guesses.header import without_tuple
from engine.data.text.block_reader import BlockReader
from engine.data.text.columns import CellReader, ColumnKind
from engine.data.text.layout import NO_DELIMITER, width_of
from engine.data.text.reading import Reading, ReadingGuesses
from engine.data.text.reading_guesses import guessed
from engine.data.text.sample import Lines, Sample, cells_of_sample, opened, sampled

MOST_COLUMNS = 2_100
"""Logits and probabilities of a thousand classes, and some beside them."""

ROW_NAME = "row_name"
"""The column of the rows' names in an export of Logitscope's own."""
OWN_EXPORT = {
    "encoding": "utf-8",
    "delimiter": ",",
    "decimal": ".",
    "thousands": "",
    "comment": "",
    "has_header": True,
    "has_index": False,
    "skipped": 0,
    "names": (),
}
"""How such an export is read, whatever its rows are called."""
SAMPLED_VALUES = 3
BROKEN = (csv.Error, zlib.error, EOFError)
"""What reading a broken file raises, beside OSError and ValueError."""


@dataclass(frozen=True)
class DelimitedFile:
    """Columns of numbers and words in a text.

    Attributes
    ----------
    path : Path
    guesses : ReadingGuesses
        How the text seems to be read, each guess with how sure it is.
    reading : Reading
        How it is read.
    rows : tuple
        The first lines' cells, the header among them.
    """

    path: Path
    guesses: ReadingGuesses
    reading: Reading
    sample: Sample
    rows: tuple[tuple[str, ...], ...]
    has_own_formats: ClassVar[bool] = False

    @classmethod
    def inspect(cls, path: Path, **fixed: Any) -> DelimitedFile:
        """Guess how to read a file from its first lines.

        Parameters
        ----------
        path : Path
        **fixed
            Fields of `Reading` that are known; the others are guessed with them.

        Raises
        ------
        DataFileError
            If it is empty, no text or too wide a table.
        """
        with reading_file(path, *BROKEN), opened(path) as (file, _):
            guesses, sample = guessed(file, path.suffixes, fixed)
            if not fixed and _is_own_export(cells_of_sample(sample, ",")):
                file.seek(0)
                guesses, sample = guessed(file, path.suffixes, OWN_EXPORT)
            return cls._of(path, guesses, guesses.reading(), sample)

    @classmethod
    def _of(cls, path: Path, guesses: ReadingGuesses, reading: Reading, sample: Sample) -> DelimitedFile:
        with reading_file(path, *BROKEN):
            rows = cells_of_sample(sample, reading.delimiter)
            width = width_of(rows, has_header=reading.has_header)
            if width > MOST_COLUMNS and not _is_own_export(rows):
                raise refusal(
                    "many_columns",
                    "expected at most {most} columns, got {count}",
                    most=MOST_COLUMNS,
                    count=width,
                )
        return cls(path, guesses, reading, sample, rows)

    def read_as(self, reading: Reading) -> DelimitedFile:
        """The same file, read in another way; raises DataFileError if it cannot be."""
        sample, before = self.sample, self.reading
        if (reading.encoding, reading.skipped, reading.comment) != (
            before.encoding,
            before.skipped,
            before.comment,
        ):
            with (
                reading_file(self.path, *BROKEN),
                opened(self.path) as (file, _),
                _as_text(file, reading) as text,
            ):
                sample = sampled(text, reading)
        return self._of(self.path, self.guesses.known(reading), reading, sample)

    def guessed_with(self, **fixed: Any) -> DelimitedFile:
        """The same file, guessed anew where these fields of `Reading` are as given."""
        return self.inspect(self.path, **fixed)

    @property
    def has_header(self) -> bool:
        """Whether the first line names the columns."""
        return self.reading.has_header

    @property
    def has_names(self) -> bool:
        """Whether the columns' names are the file's own."""
        return self.reading.has_header or bool(self.reading.names)

    def with_header(self, has_header: bool) -> DelimitedFile:
        """The same file, its first line taken as names or as numbers."""
        return self.read_as(replace(self.reading, has_header=has_header))

    # -- the columns --------------------------------------------------------------------------------

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The columns, without an index that is left out."""
        return tuple(self._entry(index) for index in self._listed)

    @property
    def _first(self) -> int:
        """Where the columns begin that are listed."""
        return 1 if self.reading.has_index and self._width > 1 else 0

    @property
    def _listed(self) -> range:
        """Of an export with many classes the first columns, before which nothing is computed from others."""
        return range(self._first, min(self._width, MOST_COLUMNS))

    @property
    def _width(self) -> int:
        return width_of(self.rows, has_header=self.reading.has_header)

    @cached_property
    def _cells(self) -> CellReader:
        return CellReader(self.reading)

    def _column(self, index: int) -> list[str]:
        rows = self.rows[1:] if self.reading.has_header else self.rows
        return [row[index] for row in rows if index < len(row)]

    def _entry(self, index: int) -> Entry:
        cells = self._column(index)
        kind, length = self._kind(index)
        shape = (None, length) if kind == "lists" else (None,)
        sample = ", ".join(map(short, cells[:SAMPLED_VALUES]))
        return Entry(self.name(index), shape, "words" if kind == "texts" else kind, sample=sample)

    def _kind(self, index: int) -> tuple[ColumnKind, int]:
        """What a column holds; the rows' names in an export of Logitscope's own are texts even if numbers."""
        if self._is_own and self.name(index) == ROW_NAME:
            return ("texts", 0)
        return self._cells.kind_of(self._column(index))

    @property
    def _is_own(self) -> bool:
        return self.reading.has_header and _is_own_export(self.rows)

    def name(self, index: int) -> str:
        """The name of a column of the file, counted from 0, its index among them."""
        header = self.rows[0] if self.reading.has_header else self.reading.names
        place = index - (self._width - len(header))  # R names no index
        named = header[place] if 0 <= place < len(header) else ""
        return short(without_tuple(named)) or f"column {index + 1}"

    def first_values(self) -> list[NDArray[Any]]:
        """The first rows of each entry as `read` would give them; nan where a cell cannot be read."""
        return [self._first_values(index) for index in self._listed]

    def _first_values(self, index: int) -> NDArray[Any]:
        cells = self._column(index)
        kind, length = self._kind(index)
        if kind == "texts":
            return np.array(cells, dtype=np.str_)
        if kind == "words":
            return np.array(["" if self._cells.is_blank(cell) else cell for cell in cells], dtype=np.str_)
        if kind == "lists":
            blank = [np.nan] * length
            return np.array(
                [blank if self._cells.is_blank(cell) else self._cells.numbers_in(cell) for cell in cells]
            )
        return np.array(
            [self._cells.number(cell) if self._cells.is_number(cell) else np.nan for cell in cells]
        )

    # -- reading ------------------------------------------------------------------------------------

    def read(self, chosen: Sequence[int], progress: Progress) -> list[NDArray[Any]]:
        """Read columns; raises DataFileError, naming the line, at the first cell that is no number."""
        if not chosen:
            return []
        kinds = [self._kind(self._first + index) for index in chosen]
        places = [self._first + index for index in chosen]
        with (
            reading_file(self.path, *BROKEN),
            opened(self.path) as (file, raw),
            _as_text(file, self.reading) as text,
        ):
            size = self.path.stat().st_size
            lines = Lines(text, self.reading)
            delimiter = self.reading.delimiter or NO_DELIMITER
            rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=not self._is_own)
            if self.reading.has_header:
                next((row for row in rows if row), None)
            reader = BlockReader(rows, lines, self._cells, places, kinds, self._width, self.name)
            while reader.take():
                progress(raw.tell(), size)
            return reader.arrays()


def _is_own_export(rows: Sequence[Sequence[str]]) -> bool:
    return bool(rows) and rows[0][-1:] == (OPTIONS,)


def _as_text(file: BinaryIO, reading: Reading) -> io.TextIOWrapper:
    encoding = "utf-8-sig" if reading.encoding == "utf-8" else reading.encoding
    return io.TextIOWrapper(file, encoding=encoding, newline="")
