"""The first lines of a text table: decoded, bounded, without what is no table."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NoReturn

from engine.data.entries import MAX_FILE_BYTES
from engine.data.faults import refusal
from engine.data.guesses.cells import kind_of
from engine.data.text.layout import DELIMITERS, Rows, cells_of
from engine.data.text.reading import Reading

LONGEST_LINE = 2**20
"""Characters; a thousand columns of numbers take a tenth of it."""

SAMPLED_LINES = 50
SAMPLED_BYTES = 2**20 + 2**12
"""By which a file's layout is guessed: more than one longest line."""

MOST_BLANK_LINES = 1_000
"""In a row; megabytes of them would take seconds to pass over."""

MOST_COMMENTS = 1_000
"""Before the first line of numbers, or among them."""

_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
"""What no text has."""

GZIP = b"\x1f\x8b"
COMMENT = "#"


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The bytes of a file, unpacked where it is gzip, and the file itself, which tells of progress."""
    with path.open("rb") as raw:
        packed = raw.read(len(GZIP)) == GZIP
        raw.seek(0)
        if not packed:
            yield raw, raw
            return
        with gzip.GzipFile(fileobj=raw) as unpacked:
            yield unpacked, raw  # type: ignore[misc]  # a GzipFile reads as a BinaryIO does


class Lines:
    """The lines of a text, bounded, those that are no table left blank so that all keep their numbers.

    Attributes
    ----------
    has_underscore : bool
        Whether a line since this was last set to False had an underscore: Python takes 1_000 for a number.
    """

    def __init__(self, file: io.TextIOBase, reading: Reading) -> None:
        self._file = file
        self._reading = reading
        self.has_underscore = False

    def __iter__(self) -> Iterator[str]:
        """Yield them.

        Raises
        ------
        DataError
            At the first line that is too long, holds a NUL or is one blank line too many.
        """
        skipped, comment = self._reading.skipped, self._reading.comment
        readline, longest = self._file.readline, LONGEST_LINE
        number = blank = read = 0
        while line := readline(longest + 1):
            number += 1
            read += len(line)
            if len(line) > longest or "\0" in line or read > MAX_FILE_BYTES:
                _refuse(line, number)
            if line.isspace():
                blank += 1
                if blank > MOST_BLANK_LINES:
                    raise refusal(
                        "blank_lines", "line {line}: expected numbers, got empty lines alone", line=number
                    )
            else:
                blank = 0
            if "_" in line:
                self.has_underscore = True
            if number <= skipped or (comment and line.startswith(comment) and is_comment(line)):
                line = "\n"
            yield line


def _refuse(line: str, number: int) -> NoReturn:
    if len(line) > LONGEST_LINE:
        raise refusal(
            "long_line", "line {line}: expected at most {most} characters", line=number, most=LONGEST_LINE
        )
    if "\0" in line:
        raise refusal("nul", "line {line}: expected text, got a NUL byte", line=number)
    raise refusal("long_text", "expected at most {most} characters", most=MAX_FILE_BYTES)


def is_comment(line: str) -> bool:
    """Whether a line begins with a number sign and is no spreadsheet's error such as #N/A."""
    cell = line.strip().split(",", 1)[0].split(";", 1)[0].split("\t", 1)[0]
    return line.startswith(COMMENT) and kind_of(cell) != "mistake"


@dataclass(frozen=True, slots=True)
class Sample:
    """The first lines of a text table.

    Attributes
    ----------
    lines : tuple of str
        Neither blank nor comments.
    skipped : int
        Lines before them that are no table.
    has_comments : bool
        Whether some line was one.
    delimiter : str or None
        What a first line ``sep=;`` says.
    title : str
        The comment right above the table, in which numpy.savetxt names the columns.
    """

    lines: tuple[str, ...]
    skipped: int
    has_comments: bool
    delimiter: str | None
    title: str = ""


def sampled(file: io.TextIOBase, reading: Reading | None = None, *, is_cut: bool = False) -> Sample:
    """Look at the first lines, as a reading has them or as they are; of a text that is cut, not the last.

    Raises
    ------
    DataError
        If there are none, or they are no text.
    """
    found: list[str] = []
    size = comments = skipped = 0
    delimiter, title = None, ""
    for number, line in enumerate(Lines(file, reading or Reading())):
        if reading is None and number == 0 and line.lower().startswith("sep="):
            delimiter, skipped = line[4:].rstrip("\r\n"), 1
        elif reading is None and is_comment(line):
            comments += 1
            title = title if found else line.strip().lstrip(COMMENT).strip()
        elif line.strip():
            found.append(line)
            size += len(line)
        if len(found) == SAMPLED_LINES or size > SAMPLED_BYTES or comments > MOST_COMMENTS:
            break
    else:
        if is_cut and len(found) > 1:
            found.pop()
    _check_text(found)
    if reading is not None:
        skipped = reading.skipped
    return Sample(tuple(found), skipped, comments > 0, delimiter if delimiter in DELIMITERS else None, title)


def _check_text(lines: list[str]) -> None:
    if not lines:
        raise refusal("empty", "expected numbers in columns, got an empty file")
    if any(map(_CONTROLS.search, lines)):
        raise refusal("no_text", "expected text, got other bytes")


def cells_of_sample(sample: Sample, delimiter: str) -> Rows:
    """The first lines' cells; without a last row whose quotes are still open. Raises DataError."""
    rows = cells_of(sample.lines, delimiter)
    is_open = sum(line.count('"') for line in sample.lines) % 2 == 1 and len(sample.lines) == SAMPLED_LINES
    return rows[:-1] if is_open and len(rows) > 1 else rows
