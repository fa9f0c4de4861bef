"""Whether the first line of a table names its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.data.faults import fault
from engine.data.guesses.cells import is_written_out, kind_of
from engine.data.guesses.guess import Guess

Rows = Sequence[Sequence[str]]

MOST_LEVELS = 5
_TUPLE = re.compile(r"\((?:'[^']*'|\"[^\"]*\"|-?\d+)(?:, ?(?:'[^']*'|\"[^\"]*\"|-?\d+))+\)")
_PART = re.compile(r"'([^']*)'|\"([^\"]*)\"|(-?\d+)")
_UNNAMED = re.compile(r"Unnamed: \d+(_level_\d+)?")


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


def levels_of(rows: Rows) -> tuple[int, tuple[str, ...]] | None:
    """How many lines a header of several levels takes, and the names that it makes; None where it has one.

    Examples
    --------
    >>> levels_of([("", "logits", "logits", "label"), ("", "cat", "dog", ""), ("0", "1.5", "2", "1")])
    (2, ('', 'logits[cat]', 'logits[dog]', 'label'))
    """
    if len(rows) < 3 or not any(kind_of(cell) == "word" for cell in rows[0]):
        return None
    count = 1
    while count < min(MOST_LEVELS, len(rows) - 1) and _is_level(rows, count):
        count += 1
    if count == 1:
        return None
    levels = [_filled(rows[at], rows[at + 1]) if at + 1 < count else tuple(rows[at]) for at in range(count)]
    names = [flat_name(parts) for parts in zip(*levels, strict=True)]
    is_named = len(rows) > count + 1 and kind_of(rows[count][0]) == "word"
    if is_named and not any(map(str.strip, rows[count][1:])):  # the index's name, on a line of its own
        return count + 1, (rows[count][0].strip(), *names[1:])
    return count, tuple(names)


def _is_level(rows: Rows, at: int) -> bool:
    """Whether a line goes on with the names above numbers, as those of several levels do."""
    line, body = rows[at], rows[at + 1 :]
    if len(line) != len(rows[0]) or any(kind_of(cell) == "mistake" for cell in line):
        return False
    kinds = [kind_of(cell) for cell in line]
    named = [place for place, kind in enumerate(kinds) if kind == "word"]
    below = [[row[place] for row in body if place < len(row)] for place in range(len(line))]
    if named:
        counted = [line[place].strip() for place, kind in enumerate(kinds) if kind == "number"]
        return any(_are_numbers(below[place]) for place in named) and (not counted or _count_up(counted))
    counted = [line[place].strip() for place, kind in enumerate(kinds) if kind == "number"]
    has_twins = len({cell for cell in rows[0] if cell.strip()}) < sum(bool(cell.strip()) for cell in rows[0])
    return has_twins and "blank" in kinds and len(counted) > 1 and _count_up(counted)


def _count_up(cells: Sequence[str]) -> bool:
    numbers = [int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 8 else -1 for cell in cells]
    return numbers in (list(range(len(numbers))), list(range(1, len(numbers) + 1)))


def _filled(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """A line of merged cells, each blank one above a name as the one before it."""
    filled: list[str] = []
    for place, cell in enumerate(upper):
        is_merged = place > 0 and not cell.strip() and lower[place].strip() and filled[-1].strip()
        filled.append(filled[-1] if is_merged else cell)
    return tuple(filled)


def flat_name(parts: Sequence[str]) -> str:
    """One name of those on several levels.

    Examples
    --------
    >>> flat_name(["logits", "cat"]), flat_name(["label", ""]), flat_name(["Unnamed: 3_level_0", "y"])
    ('logits[cat]', 'label', 'y')
    """
    said = list(dict.fromkeys(p.strip() for p in parts if p.strip() and not _UNNAMED.fullmatch(p.strip())))
    return said[0] if len(said) == 1 else f"{said[0]}[{'.'.join(said[1:])}]" if said else ""


def without_tuple(name: str) -> str:
    """A name that is the tuple of its levels, as pandas spells it in one line, as one name.

    Examples
    --------
    >>> without_tuple("('logits', 'cat')"), without_tuple("f(x)")
    ('logits[cat]', 'f(x)')
    """
    if not _TUPLE.fullmatch(name.strip()):
        return name
    return flat_name(["".join(found) for found in _PART.findall(name)])


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
