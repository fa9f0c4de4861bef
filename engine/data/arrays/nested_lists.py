"""Lists of numbers or words, and lists of such lists: the shape of an array where they have one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.entries import MAX_NUMBERS, Entry, check_array
from engine.data.faults import fault, refusal, short

WORDS = "words"
"""The type of entries whose values are texts, such as the names of classes; a blank is an empty one."""

MOST_DIMENSIONS = 16

MOST_LOOKED_THROUGH = 2 * MAX_NUMBERS
"""Values of rows that are looked at together rather than row by row."""

_NOTHING = type(None)
_NUMBERS = frozenset({int, float, bool, _NOTHING})
_TEXTS = frozenset({str, _NOTHING})
_LISTS = frozenset({list, tuple})


@dataclass(frozen=True, slots=True)
class ListShape:
    """What kind of array nested lists are.

    Attributes
    ----------
    shape : tuple of int
    kinds : frozenset of type
        Of the innermost values.
    """

    shape: tuple[int, ...]
    kinds: frozenset[type]

    @property
    def is_words(self) -> bool:
        """Whether the values are texts."""
        return str in self.kinds

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the array."""
        if self.is_words:
            return np.dtype(np.str_)
        if self.kinds == {bool}:
            return np.dtype(np.bool_)
        return np.dtype(np.float64 if self.kinds & {float, _NOTHING} else np.int64)


class ListShapes:
    """Tells the shapes of nested lists, each list looked at once however often it is contained."""

    def __init__(self) -> None:
        self._known: dict[int, ListShape | None] = {}
        self._budget = MOST_LOOKED_THROUGH

    def of(self, items: Sequence[Any], depth: int = 1) -> ListShape | None:
        """The shape of a list; None where it is no array. The lists must live as long as this does."""
        if depth > MOST_DIMENSIONS:
            return None
        if id(items) not in self._known:
            self._known[id(items)] = None  # which a list that contains itself finds
            self._known[id(items)] = self._found(items, depth)
        return self._known[id(items)]

    def _found(self, items: Sequence[Any], depth: int) -> ListShape | None:
        kinds = frozenset(map(type, items))
        if not kinds or kinds == {_NOTHING}:
            return None
        if kinds <= _NUMBERS or kinds <= _TEXTS:
            return ListShape((len(items),), kinds)
        if not kinds <= _LISTS:
            return None
        if (rows := self._rows(items)) is not None:
            return rows
        inner = [self.of(each, depth + 1) for each in items]
        first = inner[0]
        if first is None or any(each is None or each.shape != first.shape for each in inner):
            return None
        found = frozenset(chain.from_iterable(each.kinds for each in inner if each is not None))
        is_array = found <= _NUMBERS or found <= _TEXTS
        return ListShape((len(items), *first.shape), found) if is_array else None

    def _rows(self, items: Sequence[Any]) -> ListShape | None:
        """The shape of rows of numbers or words, all at once; None where they are none, or too many."""
        total = sum(map(len, items))
        if total > self._budget:  # one list contained in thousands may be looked through once alone
            return None
        self._budget -= total
        kinds = frozenset(map(type, chain.from_iterable(items)))
        is_plain = bool(kinds - {_NOTHING}) and (kinds <= _NUMBERS or kinds <= _TEXTS)
        lengths = set(map(len, items))
        return ListShape((len(items), *lengths), kinds) if is_plain and len(lengths) == 1 else None


MOST_MIXED, LARGEST_CLASS = 100, 10_000


def mixed_columns(items: Sequence[Any]) -> list[list[Any]] | None:
    """The columns of rows that end, or begin, with a class among real numbers; None of other lists.

    Examples
    --------
    >>> mixed_columns([[0.5, 1], [-2.0, 0], [1.5, 1]])
    [[0.5, -2.0, 1.5], [1, 0, 1]]
    >>> mixed_columns([[0.5, 1.0], [-2.0, 0.0], [1.5, 1.0]]) is None
    True
    """
    if len(items) < 3 or not looks_mixed(items[0]) or len(items) * len(items[0]) > MAX_NUMBERS:
        return None
    width = len(items[0])
    if any(type(row) not in _LISTS or len(row) != width for row in items):
        return None
    for place in (-1, 0):
        if not all(type(row[place]) is int and 0 <= row[place] < LARGEST_CLASS for row in items):
            continue
        if all(type(cell) is float for row in items for cell in (row[:-1] if place else row[1:])):
            return [list(cells) for cells in zip(*items, strict=True)]
    return None


def looks_mixed(row: Any) -> bool:
    """Whether a row has real numbers but for a whole one at an end."""
    if type(row) not in _LISTS or not 2 <= len(row) <= MOST_MIXED:
        return False
    kinds = [type(cell) for cell in row]
    return kinds.count(int) == 1 and kinds.count(float) == len(kinds) - 1 and int in (kinds[0], kinds[-1])


def list_entry(name: str, items: Sequence[Any], shape: ListShape) -> Entry:
    """How a list that is an array is shown."""
    reason = check_array(shape.shape, np.dtype(np.float64))
    if reason is None and shape.is_words and len(shape.shape) > 1:
        reason = fault("word_table", "a table of words")
    first: Any = items
    for _ in shape.shape[1:]:
        first = first[0]
    sample = ", ".join(short("" if each is None else str(each)[:200]) for each in first[:3])
    type_name = WORDS if shape.is_words else "numbers"
    return Entry(short(name), shape.shape, type_name, reason, sample)


def list_array(items: Sequence[Any], shape: ListShape) -> NDArray[Any]:
    """The array that a list is.

    Returns
    -------
    array of the list's shape
        float64, int64, bool or str; nan and the empty text where nothing stood.

    Raises
    ------
    DataError
        If it has too many numbers.
    """
    if math.prod(shape.shape) > MAX_NUMBERS:
        raise refusal("too_many_numbers", "more than {most} numbers", most=MAX_NUMBERS)
    flat: Any = items
    for _ in shape.shape[1:]:
        flat = chain.from_iterable(flat)
    if shape.is_words:
        return words_array(["" if each is None else each for each in flat]).reshape(shape.shape)
    try:
        return _numbers(list(flat), shape.dtype).reshape(shape.shape)
    except OverflowError:
        raise refusal("large_integer", "an integer is too large for any format") from None


def _numbers(flat: list[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    if dtype == np.float64:
        return np.array([math.nan if each is None else float(each) for each in flat], dtype=np.float64)
    try:
        return np.array(flat, dtype=dtype)
    except OverflowError:
        return np.array([float(each) for each in flat], dtype=np.float64)


MOST_WORD_CHARACTERS = 40_000_000
"""Of a column of words, as long as the longest of them everywhere."""


def words_array(words: list[str]) -> NDArray[Any]:
    """Words as an array of dtype str, long ones cut; raises DataError where they take too much room."""
    cut = [word[:200] for word in words]
    if max(map(len, cut), default=0) * len(cut) > MOST_WORD_CHARACTERS:
        raise refusal("long_words", "its words take more than {most} characters", most=MOST_WORD_CHARACTERS)
    return np.array(cut, dtype=np.str_)


LAST_CHARACTER = 0x10FFFF


def characters_array(raw: NDArray[np.uint8], dtype: np.dtype[Any], *, swapped: bool) -> NDArray[Any]:
    """NumPy's texts from their bytes, four a character; raises DataError where one is no character."""
    codes = raw.view(">u4" if swapped else "<u4")
    if codes.size and int(codes.max()) > LAST_CHARACTER:
        raise refusal("no_character", "its words hold what is no character")
    texts = raw.view(dtype.newbyteorder(">" if swapped else "<"))
    return words_array([str(each) for each in texts])
