"""A column of Python values, as JSON and spreadsheets give them: numbers, words or lists, and blanks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.arrays.nested_lists import WORDS, ListShape, ListShapes, list_array, words_array
from engine.data.entries import Entry, check_array
from engine.data.faults import DataError, Fault, fault, short
from engine.data.number_grammar import read_number

NUMBERS = "numbers"
BLANKS = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none"})
"""Texts among numbers that stand for none, in lower case."""
ERRORS = ("#", "=")
"""What a spreadsheet's errors begin with: of such a cell there is no number."""

_NOTHING = type(None)
_NUMBERS = frozenset({int, float, bool})


@dataclass(frozen=True, slots=True)
class Column:
    """A column's entry, and its values where it can be chosen."""

    entry: Entry
    values: NDArray[Any] | None = field(repr=False)


def typed_column(name: str, values: Sequence[Any]) -> Column:
    """A column from its values, each a number, a text, a list or None.

    Returns
    -------
    Column
        Blanks are nan among numbers and empty texts among words. Lists of one shape are rows of an array.
    """
    kinds = frozenset(map(type, values)) - {_NOTHING}
    if kinds == {np.ndarray}:
        return _stacked(name, values)
    if kinds and kinds <= {list, np.ndarray}:
        return _rows(name, [each.tolist() if type(each) is np.ndarray else each for each in values])
    if kinds == {str} and not all(each is None or _is_blank(each) for each in values):
        are_numbers = all(each is None or _is_blank(each) or _is_number(each) for each in values)
        return _numbers_among_texts(name, values) if are_numbers else _words(name, values)
    if kinds and kinds <= _NUMBERS:
        return _numbers(name, values, NUMBERS)
    if str in kinds and kinds <= _NUMBERS | {str}:
        return _numbers_among_texts(name, values)
    reason = fault("no_column", "neither numbers nor words") if kinds else fault("blank_column", "no values")
    return _refused(name, "mixed" if kinds else "blank", values, reason)


def _words(name: str, values: Sequence[Any]) -> Column:
    try:
        words = words_array([each or "" for each in values])
    except DataError as error:
        return _refused(name, WORDS, values, error.fault)
    return Column(Entry(short(name), words.shape, WORDS, None, _sample(values)), words)


def _sample(values: Sequence[Any]) -> str:
    return ", ".join(short("" if each is None else str(each)[:200]) for each in values[:3])


def _refused(name: str, type_name: str, values: Sequence[Any], reason: Fault) -> Column:
    sample = "" if any(type(each) in (list, dict, np.ndarray) for each in values[:3]) else _sample(values)
    return Column(Entry(short(name), (len(values),), type_name, reason, sample), None)


def _is_number(text: str) -> bool:
    try:
        read_number(text.strip())
    except ValueError:
        return False
    return True


def _is_whole(text: str) -> bool:
    plain = text.strip().removeprefix("-")
    return plain.isascii() and plain.isdigit() and len(plain) < 16


def _is_blank(text: str) -> bool:
    return text.strip().lower() in BLANKS


def _numbers(name: str, values: Sequence[Any], type_name: str) -> Column:
    shape = ListShape((len(values),), frozenset(map(type, values)))
    try:
        array = list_array(values, shape)
    except DataError as error:
        return _refused(name, type_name, values, error.fault)
    reason = check_array(array.shape, array.dtype)
    return Column(Entry(short(name), array.shape, type_name, reason, _sample(values)), array)


def _numbers_among_texts(name: str, values: Sequence[Any]) -> Column:
    """Numbers, some of them written as texts: blanks and a spreadsheet's errors are nan, and counted."""
    numbers: list[Any] = []
    errors: Counter[str] = Counter()
    for row, value in enumerate(values):
        if type(value) is not str:
            numbers.append(value)
        elif _is_whole(value):
            numbers.append(int(value))
        elif _is_blank(value) or value.startswith(ERRORS):
            numbers.append(math.nan)
            errors[short(value.strip())] += bool(value.strip())
        else:
            try:
                numbers.append(read_number(value.strip()))
            except ValueError:
                reason = fault(
                    "words_among_numbers",
                    'words among the numbers: "{text}" in row {row}',
                    text=short(value),
                    row=row + 1,
                )
                return _refused(name, "mixed", values, reason)
    said = ", ".join(f"{count} × {text}" for text, count in errors.items() if count)[:60]
    column = _numbers(name, numbers, f"{NUMBERS}, {said}" if said else NUMBERS)
    entry = column.entry
    return Column(
        Entry(entry.name, entry.shape, entry.type_name, entry.fault, _sample(values)), column.values
    )


def packed_list(items: list[Any]) -> NDArray[Any] | list[Any]:
    """A list of numbers as an array, which takes a quarter of the room; any other list as it is."""
    kinds = frozenset(map(type, items))
    if not kinds or not kinds <= _NUMBERS:
        return items
    try:
        return np.array(items, dtype=ListShape((len(items),), kinds).dtype)
    except OverflowError:
        return items


def _stacked(name: str, values: Sequence[Any]) -> Column:
    """A column whose cells are lists of numbers, packed."""
    for row, value in enumerate(values):
        if value is None or value.shape != values[0].shape:
            return _refused(name, "lists", values, _uneven(row))
    array = np.stack(values)
    sample = ", ".join(str(each) for each in array.reshape(-1)[:3])
    return Column(
        Entry(short(name), array.shape, NUMBERS, check_array(array.shape, array.dtype), sample), array
    )


def _uneven(row: int) -> Fault:
    return fault(
        "uneven_lists", "its lists are not all of one shape: row {row} differs from row 1", row=row + 1
    )


def _rows(name: str, values: Sequence[Any]) -> Column:
    """A column whose cells are lists: all of one shape."""
    shapes = ListShapes()
    first = None
    for row, value in enumerate(values):
        shape = None if value is None else shapes.of(value)
        first = first or shape
        if shape is None or first is None or shape.shape != first.shape:
            return _refused(name, "lists", values, _uneven(row))
    whole = shapes.of(values)
    if whole is None or whole.is_words:
        return _refused(name, "lists", values, fault("no_column", "neither numbers nor words"))
    try:
        array = list_array(values, whole)
    except DataError as error:
        return _refused(name, "lists", values, error.fault)
    sample = ", ".join(str(each) for each in array.reshape(-1)[:3])
    too_large = check_array(array.shape, array.dtype)
    return Column(Entry(short(name), array.shape, NUMBERS, too_large, sample), array)
