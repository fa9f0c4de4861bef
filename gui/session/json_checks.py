"""Typed checks of JSON values: each takes a value and its place, and refuses in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.data import check_size
from gui.session.json_text import quoted
from gui.session.packed_array import unpack

Choice = TypeVar("Choice", bound=str)
Item = TypeVar("Item")

SPECIALS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
"""JSON has no literals for these; they are written as strings."""


def refuse(place: str, expected: str, value: object) -> NoReturn:
    """Raise a ValueError that names the place, what was expected and what came."""
    raise ValueError(f"{place}: expected {expected}, got {quoted(value)}")


def number(value: object, place: str) -> float:
    """A float64, specials as strings."""
    if isinstance(value, str) and value in SPECIALS:
        return SPECIALS[value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        refuse(place, 'a number, "inf", "-inf" or "nan"', value)
    try:
        return float(value)
    except OverflowError:
        refuse(place, 'a number that float64 can hold (or "inf")', value)


def truth(value: object, place: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        refuse(place, "true or false", value)
    return value


def integer(value: object, place: str) -> int:
    """An int64."""
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        refuse(place, "a whole number of at most 64 bits", value)
    return value


def text(value: object, place: str) -> str:
    """A string that can be written in UTF-8, which half a surrogate pair cannot."""
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        refuse(place, "text", value)
    return value


def one_of(value: object, choices: tuple[Choice, ...], place: str) -> Choice:
    """One of some words."""
    for choice in choices:
        if value == choice:
            return choice
    refuse(place, f"one of {', '.join(choices)}", value)


def list_of(value: object, check: Callable[[object, str], Item], place: str, unit: str) -> list[Item]:
    """A list, each item checked; `unit` is what messages call an item."""
    if not isinstance(value, list):
        refuse(place, "a list", value)
    return [check(item, f"{place}, {unit} {index}") for index, item in enumerate(value, start=1)]


def names(value: object, place: str) -> tuple[str, ...]:
    """A list of strings."""
    return tuple(list_of(value, text, place, "item"))


def fields(value: object, place: str) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        refuse(place, "an object", value)
    return value


def known_fields(value: dict[str, Any], known: tuple[str, ...], owner: str) -> None:
    """Refuse a field that `owner` does not have: a misspelt option would be lost in silence."""
    for name in value:
        if name not in known:
            raise ValueError(f"unknown field {quoted(name)}; {owner} has {', '.join(known)}")


def numbers(value: object, place: str, unit: str = "row") -> NDArray[np.float64]:
    """A list of numbers, or a packed one."""
    if isinstance(value, dict):
        return unpack(value, place, "<f8", 1)
    values = list_of(value, number, place, unit)
    check_size(place, len(values), 1)
    return np.array(values, dtype=np.float64)


def integers(value: object, place: str, unit: str = "row") -> NDArray[np.int64]:
    """A list of whole numbers, or a packed one."""
    if isinstance(value, dict):
        return unpack(value, place, "<i8", 1)
    return np.array(list_of(value, integer, place, unit), dtype=np.int64)


def table(value: object, place: str) -> NDArray[np.float64]:
    """A list of equally long lists of numbers, at least one each way, or a packed table."""
    if isinstance(value, dict):
        return unpack(value, place, "<f8", 2)
    if not isinstance(value, list) or not value:
        refuse(place, "a list with at least one row", value)
    rows: list[list[float]] = []
    for index, row in enumerate(value, start=1):
        here = f"{place}, row {index}"
        if not isinstance(row, list) or not row:
            refuse(here, "a list of numbers", row)
        check_size(place, len(value), len(row))
        if rows and len(row) != len(rows[0]):
            raise ValueError(f"{here}: expected {len(rows[0])} numbers as in row 1, got {len(row)}")
        rows.append(list_of(row, number, here, "column"))
    return np.array(rows, dtype=np.float64)
