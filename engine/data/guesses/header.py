"""Whether the first line of a table names its columns."""

from __future__ import annotations

from collections.abc import Sequence

from engine.data.faults import fault
from engine.data.guesses.cells import is_written_out, kind_of
from engine.data.guesses.guess import Guess

Rows = Sequence[Sequence[str]]


def header_of(rows: Rows) -> Guess[bool]:
    """Whether the first of some rows is a header.

    Parameters
    ----------
    rows : sequence of sequences of str
        The first rows' cells; they may differ in length.

    Returns
    -------
    Guess of bool
        Words above numbers are one. So are the names 0..C-1 or 1..C that pandas writes above columns
        which are written with a point or an exponent throughout; above whole numbers they may be data.

    Examples
    --------
    >>> header_of([("z", "y"), ("1.5", "0")]).value
    True
    >>> guess = header_of([("0", "1"), ("5", "1"), ("-2", "0")])
    >>> guess.value, guess.is_sure
    (False, False)
    """
    first = [cell.strip() for cell in rows[0]]
    words = [place for place, cell in enumerate(first) if kind_of(cell) == "word"]
    below = [[row[place].strip() for row in rows[1:] if place < len(row)] for place in range(len(first))]
    if "mistake" in map(kind_of, first):
        return Guess(False, True, fault("mistake_first", "the first line holds a spreadsheet's error"))
    if words:
        return _with_words(first, words, below)
    if _are_integer_names(first) and len(rows) > 1:
        return _with_integers(first, below)
    return Guess(False, True, fault("numbers_first", "the first line holds numbers"))


def _with_words(first: list[str], words: list[int], below: list[list[str]]) -> Guess[bool]:
    if any(_are_numbers(below[place]) for place in words):
        return Guess(True, True, fault("words_above_numbers", "the first line has words above numbers"))
    others = [cell for place, cell in enumerate(first) if place not in words and kind_of(cell) == "number"]
    if not others:
        is_sure = not any(below) or any(map(_are_numbers, below))
        return Guess(True, is_sure, fault("words_first", "the first line holds words alone"))
    if _are_integer_names([cell for place, cell in enumerate(first) if place not in words]):
        is_sure = all(_are_written_out(column) for place, column in enumerate(below) if place not in words)
        return Guess(True, is_sure, fault("integer_names", "the first line counts 0, 1, 2 like names"))
    return Guess(False, True, fault("numbers_first", "the first line holds numbers"))


def _with_integers(first: list[str], below: list[list[str]]) -> Guess[bool]:
    reason = fault("integer_names", "the first line counts 0, 1, 2 like names")
    written_out = [_are_written_out(column) for place, column in enumerate(below) if first[place]]
    is_sure = len(written_out) > 1 and (not first[0] or all(written_out))
    return Guess(is_sure or any(written_out), is_sure, reason)


def _are_integer_names(first: list[str]) -> bool:
    """Whether cells count 0..C-1 or 1..C; the first may be blank, above an index."""
    counted = first[1:] if first and not first[0] else first
    numbers = [int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 8 else -1 for cell in counted]
    return bool(numbers) and numbers in (list(range(len(numbers))), list(range(1, len(numbers) + 1)))


def _are_numbers(column: list[str]) -> bool:
    kinds = set(map(kind_of, column))
    return "number" in kinds and "word" not in kinds


def _are_written_out(column: list[str]) -> bool:
    numbers = [cell for cell in column if kind_of(cell) == "number"]
    return bool(numbers) and all(map(is_written_out, numbers))
