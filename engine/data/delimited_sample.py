"""The first lines of a .csv or .tsv file: which character divides the columns, and are they named."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from engine.data.faults import fault_in, refusal

DELIMITERS = (",", "\t", ";", "|", " ")
"""In order of preference."""

LONGEST_LINE = 2**18
"""Characters; a thousand columns of numbers take a tenth of it."""

SAMPLED_LINES = 50

MOST_BLANK_LINES = 1_000
"""In a row; megabytes of them would take seconds to pass over."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What the first lines of a delimited file look like.

    Attributes
    ----------
    delimiter : str
    rows : tuple
        The cells of the first lines that are not empty.
    """

    delimiter: str
    rows: tuple[tuple[str, ...], ...]

    @property
    def has_header(self) -> bool:
        """Whether the first line names the columns: some cell of it is no number and not empty."""
        return any(cell and not is_number(pointed(cell)) for cell in self.rows[0])


def is_number(cell: str) -> bool:
    """Whether a cell is a number as Python writes it."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def pointed(cell: str) -> str:
    """A cell with its decimal comma, if it has one, as a point."""
    return cell.replace(",", ".") if cell.count(",") == 1 else cell


def bounded_lines(file: io.TextIOBase) -> Iterator[str]:
    """The lines of a text, none longer than `LONGEST_LINE`, not more than `MOST_BLANK_LINES` of them blank.

    Raises
    ------
    DataError
        At the first line that is longer, holds a NUL or is one blank line too many.
    """
    number = blank = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise refusal(
                "long_line", "line {line}: expected at most {most} characters", line=number, most=LONGEST_LINE
            )
        if "\0" in line:
            raise refusal("nul", "line {line}: expected text, got a NUL byte", line=number)
        blank = blank + 1 if line.isspace() else 0
        if blank > MOST_BLANK_LINES:
            raise refusal("blank_lines", "line {line}: expected numbers, got empty lines alone", line=number)
        yield line


def sampled(file: io.TextIOBase, delimiter: str | None = None) -> Sample:
    """Look at the first lines; a delimiter that is given is not guessed.

    Raises
    ------
    DataError
        If there are none, or they are no text.
    """
    lines = []
    for line in bounded_lines(file):
        if line.strip():
            lines.append(line)
        if len(lines) == SAMPLED_LINES:
            break
    if not lines:
        raise refusal("empty", "expected numbers in columns, got an empty file")
    chosen = delimiter or max(DELIMITERS, key=_Fitness(lines))
    return Sample(chosen, _cells(lines, chosen))


def _cells(lines: list[str], delimiter: str) -> tuple[tuple[str, ...], ...]:
    try:
        rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
        return tuple(tuple(cell.strip() for cell in row) for row in rows if row)
    except csv.Error as error:
        raise refusal(
            "columns", "the columns cannot be told apart: {reason}", reason=fault_in(error)
        ) from error


@dataclass(frozen=True, slots=True)
class _Fitness:
    """How well a delimiter divides some lines: into equally many columns, and into more than one."""

    lines: list[str]

    def __call__(self, delimiter: str) -> tuple[bool, bool, float]:
        try:
            rows = _cells(self.lines, delimiter)
        except ValueError:
            return (False, False, 0.0)
        widths = {len(row) for row in rows}
        cells = [cell for row in rows[1:] or rows for cell in row]
        numbers = sum(map(is_number, cells)) / max(len(cells), 1)
        return (len(widths) == 1 and widths != {1}, max(widths, default=0) > 1, numbers)
