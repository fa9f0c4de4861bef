"""From the first bytes of a text file to all guesses that reading it takes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.data.faults import fault
from engine.data.guesses.cells import BLANKS, kind_of
from engine.data.guesses.guess import Guess
from engine.data.guesses.header import header_of, levels_of
from engine.data.guesses.index_column import index_of
from engine.data.text.columns import CellReader
from engine.data.text.encodings import encoding_of
from engine.data.text.layout import Rows, layout_of, width_of
from engine.data.text.reading import Reading, ReadingGuesses
from engine.data.text.sample import COMMENT, SAMPLED_BYTES, Sample, cells_of_sample, sampled

T = TypeVar("T")
Levels = tuple[int, tuple[str, ...]]

CHOSEN = fault("chosen", "chosen")
_NO_INDEX = Guess(False, True, fault("no_index", "the first column is no index"), (True,))
ENCODING_BYTES = 2**18
"""By which the encoding is guessed."""

MOST_TITLES = 10
_TABS = ".tsv"


def guessed(
    file: BinaryIO, suffixes: Sequence[str], fixed: Mapping[str, Any]
) -> tuple[ReadingGuesses, Sample]:
    """Guess how to read a text.

    Parameters
    ----------
    file : binary file
        At its beginning.
    suffixes : sequence of str
        Of its name: .tsv has tabs.
    fixed : mapping
        Fields of a `Reading` that are known.

    Raises
    ------
    DataError
        If it is empty, or no text.
    """
    start = file.read(SAMPLED_BYTES)
    encoding = _fix("encoding", encoding_of(start[:ENCODING_BYTES]), fixed)
    sample = _sample(start, encoding.value, fixed)
    known = fixed.get("delimiter")
    if known is None:
        known = "\t" if _TABS in {each.lower() for each in suffixes} else sample.delimiter
    layout = layout_of(sample.lines, known)
    rows = cells_of_sample(sample, layout.delimiter.value)
    if titles := _titles(rows, sample, fixed):
        fixed = {**fixed, "skipped": _line_of(start, encoding.value, sample.lines[titles])}
        sample = _sample(start, encoding.value, fixed)
        rows = cells_of_sample(sample, layout.delimiter.value)
    if (levels := _levels(rows, sample, fixed)) is not None:
        fixed = {**fixed, "skipped": levels[0], "names": levels[1], "has_header": False}
        sample = _sample(start, encoding.value, fixed)
        rows = cells_of_sample(sample, layout.delimiter.value)
    signs = Reading(
        decimal=fixed.get("decimal", layout.decimal.value),
        thousands=fixed.get("thousands", layout.thousands.value),
        blanks=fixed.get("blanks", BLANKS),
    )
    header = _fix("has_header", header_of(rows), fixed)
    names = () if header.value else _names(sample.title, layout.delimiter.value, len(rows[0]))
    return (
        ReadingGuesses(
            encoding,
            _fix("delimiter", layout.delimiter, fixed),
            _fix("decimal", layout.decimal, fixed),
            _fix("thousands", layout.thousands, fixed),
            header,
            _fix("has_index", _index(rows, header.value, CellReader(signs), levels), fixed),
            _fix("skipped", Guess(sample.skipped, True, fault("no_table", "not part of the table")), fixed),
            _fix("comment", _comment(sample), fixed),
            _fix(
                "blanks",
                Guess(BLANKS, True, fault("usual_blanks", "what programs write for nothing"), ((),)),
                fixed,
            ),
            _fix(
                "names", Guess(names, True, fault("named_above", "named in the comment above"), ((),)), fixed
            ),
        ),
        sample,
    )


def _sample(start: bytes, encoding: str, fixed: Mapping[str, Any]) -> Sample:
    text = _text(start, encoding)
    is_cut = len(start) == SAMPLED_BYTES
    if fixed.keys() & {"skipped", "comment"}:
        known = Reading(skipped=fixed.get("skipped", 0), comment=fixed.get("comment", ""))
        return sampled(text, known, is_cut=is_cut)
    return sampled(text, is_cut=is_cut)


def _text(start: bytes, encoding: str) -> io.TextIOWrapper:
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    return io.TextIOWrapper(io.BytesIO(start), name, errors="replace", newline="")


def _fix(name: str, guess: Guess[T], fixed: Mapping[str, Any]) -> Guess[T]:
    if name not in fixed:
        return guess
    others = tuple(each for each in (guess.value, *guess.others) if each != fixed[name])
    return Guess(fixed[name], True, CHOSEN, others)


def _names(title: str, delimiter: str, width: int) -> tuple[str, ...]:
    """The words of a comment above a table, if they are as many as its columns."""
    words = [word.strip() for word in (title.split(delimiter) if delimiter.strip() else title.split())]
    is_header = len(words) == width and all(kind_of(word) == "word" for word in words)
    return tuple(words) if is_header else ()


def _comment(sample: Sample) -> Guess[str]:
    if sample.has_comments:
        return Guess(COMMENT, True, fault("comment_lines", "lines begin with a number sign"), ("",))
    return Guess("", True, fault("no_comments", "no line begins with a number sign"), (COMMENT,))


def _titles(rows: Rows, sample: Sample, fixed: Mapping[str, Any]) -> int:
    """How many lines of one cell stand above a table of several columns."""
    if fixed.keys() & {"skipped", "comment"} or sample.skipped or sample.has_comments:
        return 0
    widths = [len(row) for row in rows]
    count = next((at for at, width in enumerate(widths) if width > 1), 0)
    is_table = len(widths) > count + 1 and set(widths[count:]) == {widths[-1]} and count < MOST_TITLES
    return count if is_table and all(kind_of(row[0]) == "word" for row in rows[:count]) else 0


def _line_of(start: bytes, encoding: str, line: str) -> int:
    """How many lines stand before one."""
    for number, each in enumerate(_text(start, encoding)):
        if each == line:
            return number
    return 0


def _levels(rows: Rows, sample: Sample, fixed: Mapping[str, Any]) -> Levels | None:
    """A header of several lines, as pandas writes columns of several levels."""
    is_said = fixed.keys() & {"skipped", "names", "has_header", "comment"}
    return None if is_said or sample.skipped or sample.has_comments else levels_of(rows)


def _index(rows: Rows, has_header: bool, cells: CellReader, levels: Levels | None) -> Guess[bool]:
    width = width_of(rows, has_header=has_header)
    if width < 2 or not (has_header or levels):
        return _NO_INDEX
    if levels is not None:
        values = _values([row[0] for row in rows if len(row) == width], cells)
        return index_of(levels[1][0], values) or _NO_INDEX
    is_named = len(rows[0]) == width
    values = _values([row[0] for row in rows[1:] if len(row) == width], cells)
    guess = index_of(rows[0][0] if is_named else "", values, has_name=is_named)
    if guess is None:
        return _NO_INDEX
    return guess if is_named else replace(guess, value=True)


def _values(column: Sequence[str], cells: CellReader) -> NDArray[Any]:
    if all(map(cells.is_number, column)):
        return np.array([cells.number(cell) for cell in column], dtype=np.float64)
    return np.array(column, dtype=np.str_)
