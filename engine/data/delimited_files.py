"""Columns in .csv and .tsv files: listed from the first lines, read in blocks of lines."""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, NoReturn

import numpy as np
from numpy.typing import NDArray

from engine.data.delimited_sample import Sample, bounded_lines, is_number, pointed, sampled
from engine.data.entries import MAX_COLUMNS, Entry, Progress, check_size
from engine.data.faults import fault, reading, refusal, short

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
        with reading(path, csv.Error), path.open("rb") as raw, _as_text(raw) as file:
            sample = sampled(file, "\t" if path.suffix.lower() == ".tsv" else None)
            width = len(sample.rows[0])
            if width > MAX_COLUMNS:
                raise refusal(
                    "many_columns",
                    "expected at most {most} columns, got {count}",
                    most=MAX_COLUMNS,
                    count=width,
                )
        return cls(path, sample, sample.has_header)

    def with_header(self, has_header: bool) -> DelimitedFile:
        """The same file, its first line taken as names or as numbers."""
        return replace(self, has_header=has_header)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The columns."""
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
            fault("text", "no numbers") if is_text else None,
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
        with reading(self.path, csv.Error), self.path.open("rb") as raw, _as_text(raw) as file:
            size = self.path.stat().st_size
            rows = csv.reader(bounded_lines(file), delimiter=self.sample.delimiter, skipinitialspace=True)
            if self.has_header:
                next((row for row in rows if row), None)
            block_reader = _Reading(rows, chosen, len(self.sample.rows[0]), self._name)
            while block := list(islice(rows, LINES)):
                progress(raw.tell(), size)
                block_reader.add(block, numbers)
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
                raise refusal(
                    "ragged_line",
                    "line {line}: expected {expected} columns, got {count}",
                    line=line,
                    expected=self.width,
                    count=len(row),
                )
            for index in self.chosen if row else ():
                if not is_number(row[index]):
                    self._refuse(row[index], index, line)

    def _lines(self, block: list[list[str]]) -> range:
        # Where quotes span lines the reader has counted more of them than there are rows.
        return range(self.rows.line_num - len(block) + 1, self.rows.line_num + 1)

    def _refuse(self, cell: str, index: int, line: int) -> NoReturn:
        place = {"line": line, "name": self.name(index), "text": short(cell)}
        meant = pointed(cell.strip())
        if is_number(meant):
            raise refusal(
                "decimal_comma",
                'line {line}, "{name}": expected a decimal point ({meant}), got "{text}"',
                meant=short(meant),
                **place,
            )
        raise refusal(
            "not_a_number", 'line {line}, "{name}": expected a number, inf or nan, got "{text}"', **place
        )


def _as_text(raw: BinaryIO) -> io.TextIOWrapper:
    return io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
