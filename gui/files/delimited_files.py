"""Columns in .csv and .tsv files: listed from the first lines, read in blocks of lines."""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, NoReturn

import numpy as np
from numpy.typing import NDArray

from gui.files.delimited_sample import Sample, bounded_lines, is_number, pointed, sampled
from gui.files.entries import DataFileError, Entry, short
from gui.services.jobs import Progress
from gui.session.limits import MAX_COLUMNS, check_size

LINES = 1000
"""Lines read between two reports of progress: about a millisecond."""

SAMPLED_VALUES = 3


@dataclass(frozen=True)
class DelimitedFile:
    """Columns of numbers."""

    path: Path
    sample: Sample
    has_header: bool
    has_own_formats: ClassVar[bool] = False

    @classmethod
    def inspect(cls, path: Path) -> DelimitedFile:
        """Read the first lines; raises DataFileError."""
        with _refusals(path), path.open("rb") as raw, _as_text(raw) as file:
            sample = sampled(file, "\t" if path.suffix.lower() == ".tsv" else None)
            width = len(sample.rows[0])
            if width > MAX_COLUMNS:
                raise ValueError(f"expected at most {MAX_COLUMNS} columns, got {width}")
        return cls(path, sample, sample.has_header)

    def with_header(self, has_header: bool) -> DelimitedFile:
        """The same file, its first line taken as names or as numbers."""
        return replace(self, has_header=has_header)

    @property
    def entries(self) -> tuple[Entry, ...]:
        rows = self.sample.rows[1:] if self.has_header else self.sample.rows
        return tuple(
            self._entry(index, [row[index] for row in rows[:SAMPLED_VALUES] if index < len(row)])
            for index in range(len(self.sample.rows[0]))
        )

    def _entry(self, index: int, values: list[str]) -> Entry:
        is_text = bool(values) and not any(is_number(pointed(value)) for value in values)
        return Entry(
            self._name(index),
            (None,),
            "text" if is_text else "numbers",
            refusal="no numbers" if is_text else "",
            sample=", ".join(map(short, values)),
        )

    def _name(self, index: int) -> str:
        named = self.sample.rows[0][index] if self.has_header else ""
        return short(named) or f"column {index + 1}"

    def read(self, chosen: Sequence[int], progress: Progress) -> list[NDArray[Any]]:
        """Read columns; raises DataFileError, naming the line, at the first cell that is no number."""
        if not chosen:
            return []
        numbers = array("d")
        size = self.path.stat().st_size
        with _refusals(self.path), self.path.open("rb") as raw, _as_text(raw) as file:
            rows = csv.reader(bounded_lines(file), delimiter=self.sample.delimiter, skipinitialspace=True)
            if self.has_header:
                next((row for row in rows if row), None)
            reading = _Reading(rows, chosen, len(self.sample.rows[0]), self._name)
            while block := list(islice(rows, LINES)):
                progress(raw.tell(), size)
                reading.add(block, numbers)
        table = (np.frombuffer(numbers) if numbers else np.empty(0)).reshape(-1, len(chosen))
        return [table[:, place] for place in range(len(chosen))]


@dataclass(frozen=True)
class _Reading:
    """Turns blocks of cells into numbers."""

    rows: Any
    chosen: Sequence[int]
    width: int
    name: Any

    def add(self, block: list[list[str]], numbers: array[float]) -> None:
        chosen = self.chosen
        try:
            if any(len(row) != self.width for row in block):
                self._find_fault(block)
            numbers.extend([float(row[index]) for row in block if row for index in chosen])
        except (ValueError, IndexError):
            self._find_fault(block)
        check_size("the columns", len(numbers) // len(chosen), len(chosen))

    def _find_fault(self, block: list[list[str]]) -> None:
        for row, line in zip(block, self._lines(block), strict=True):
            if row and len(row) != self.width:
                raise ValueError(f"line {line}: expected {self.width} columns, got {len(row)}")
            for index in self.chosen if row else ():
                if not is_number(row[index]):
                    self._refuse(row[index], index, line)

    def _lines(self, block: list[list[str]]) -> range:
        # Where quotes span lines the reader has counted more of them than there are rows.
        return range(self.rows.line_num - len(block) + 1, self.rows.line_num + 1)

    def _refuse(self, cell: str, index: int, line: int) -> NoReturn:
        place = f'line {line}, "{self.name(index)}"'
        meant = pointed(cell.strip())
        if is_number(meant):
            raise ValueError(f'{place}: expected a decimal point ({short(meant)}), got "{short(cell)}"')
        raise ValueError(f'{place}: expected a number, inf or nan, got "{short(cell)}"')


def _as_text(raw: BinaryIO) -> io.TextIOWrapper:
    return io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Whatever a broken file raises, as one line with the file's name."""
    try:
        yield
    except DataFileError:
        raise
    except UnicodeDecodeError as error:
        raise DataFileError(f"{path}: expected UTF-8 text, got a byte that is none") from error
    except OSError as error:
        raise DataFileError(f"{path}: {error.strerror or error}") from error
    except (ValueError, csv.Error) as error:
        raise DataFileError(f"{path}: {error}") from error
