"""A problem as a JSON file: the presets' form, and what `main.py FILE` and File > Open read.

Every refusal names the file and the place in it, says what was expected and shows what came. Nothing
here knows Qt, so a bad file is refused before a window exists.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import numpy as np

from engine import FLOAT32, FORMATS, REDUCTIONS, BinaryProblem, MulticlassProblem, Problem, Role, format_of
from gui.document.changes import PAGES, Page

Choice = TypeVar("Choice", bound=str)
Item = TypeVar("Item")

MAX_BYTES = 64 * 2**20
"""Larger files are refused unread; at some 20 bytes a number this is three million numbers."""

SPECIALS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
"""JSON has no literals for these; they are written as strings."""

REQUIRED = ("page", "logits", "target")
COMMON = (*REQUIRED, "title", "look_at", "group", "show", "format", "reduction", "weight")
OF_PAGE: dict[Page, tuple[str, ...]] = {
    "binary": ("pos_weight",),
    "multiclass": ("ignore_index", "label_smoothing", "class_names"),
}


class ProblemFileError(ValueError):
    """A file that holds no problem; the message is one line made for people."""


@dataclass(frozen=True, slots=True)
class ProblemFile:
    """What a problem file says.

    Attributes
    ----------
    title : str
        As menus show it; the file's stem where the file gives none.
    look_at : str
        Two sentences on what to look at, or nothing.
    problem : BinaryProblem or MulticlassProblem
    group : str
        The submenu that lists it, or nothing.
    show : frozenset of Role
        The roles of formulas to switch on beside those of a first start.
    """

    title: str
    look_at: str
    problem: Problem
    group: str = ""
    show: frozenset[Role] = frozenset()

    @property
    def page(self) -> Page:
        """The page that shows it."""
        return self.problem.family


def read_problem_file(path: Path) -> ProblemFile:
    """Read and check a problem file.

    Raises
    ------
    ProblemFileError
        If it cannot be read or is not a legal problem.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ProblemFileError(f"{path}: expected at most {MAX_BYTES} bytes, got {size}")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ProblemFileError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ProblemFileError(f"{path}: expected UTF-8 text, got a byte that is none") from error
    try:
        return parse_problem(text, default_title=path.stem)
    except ValueError as error:
        raise ProblemFileError(f"{path}: {error}") from error


def parse_problem(text: str, *, default_title: str = "") -> ProblemFile:
    """The problem that a JSON text describes.

    Raises
    ------
    ValueError
        With the place, what was expected and what came; `read_problem_file` adds the file's name.
    """
    fields = _parse_json(text)
    page = _page_of(fields)
    _check_keys(fields, page)
    build = _binary if page == "binary" else _multiclass
    return ProblemFile(
        title=_text(fields.get("title", default_title), "title"),
        look_at=_text(fields.get("look_at", ""), "look_at"),
        problem=build(fields),
        group=_text(fields.get("group", ""), "group"),
        show=frozenset(_list(fields.get("show", []), _role, "show", "item")),
    )


# -- the two families -----------------------------------------------------------------------------------


def _common(fields: dict[str, Any]) -> dict[str, Any]:
    weight = fields.get("weight")
    names = tuple(fmt.name for fmt in FORMATS)
    return {
        "format": format_of(_one_of(fields.get("format", FLOAT32.name), names, "format")),
        "reduction": _one_of(fields.get("reduction", "mean"), REDUCTIONS, "reduction"),
        "weight": None if weight is None else np.array(_list(weight, _number, "weight", "item")),
    }


def _binary(fields: dict[str, Any]) -> BinaryProblem:
    pos_weight = fields.get("pos_weight")
    return BinaryProblem(
        logits=np.array(_list(fields["logits"], _number, "logits", "row")),
        target=np.array(_list(fields["target"], _number, "target", "row")),
        pos_weight=None if pos_weight is None else _number(pos_weight, "pos_weight"),
        **_common(fields),
    )


def _multiclass(fields: dict[str, Any]) -> MulticlassProblem:
    target = fields["target"]
    has_probabilities = isinstance(target, list) and any(isinstance(row, list) for row in target)
    options: dict[str, Any] = {
        name: check(fields[name], name)
        for name, check in (
            ("ignore_index", _integer),
            ("label_smoothing", _number),
            ("class_names", _names),
        )
        if fields.get(name) is not None
    }
    return MulticlassProblem(
        logits=np.array(_table(fields["logits"], "logits")),
        target=np.array(
            _table(target, "target") if has_probabilities else _list(target, _integer, "target", "row")
        ),
        **_common(fields),
        **options,
    )


# -- single values --------------------------------------------------------------------------------------


def _refuse(place: str, expected: str, value: object) -> NoReturn:
    got = json.dumps(value, ensure_ascii=False)
    raise ValueError(f"{place}: expected {expected}, got {got if len(got) <= 60 else got[:57] + '...'}")


def _number(value: object, place: str) -> float:
    if isinstance(value, str) and value in SPECIALS:
        return SPECIALS[value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        _refuse(place, 'a number, "inf", "-inf" or "nan"', value)
    try:
        return float(value)
    except OverflowError:
        _refuse(place, 'a number that float64 can hold (or "inf")', value)


def _integer(value: object, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        _refuse(place, "a whole number of at most 64 bits", value)
    return value


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        _refuse(place, "text", value)
    return value


def _one_of(value: object, choices: tuple[Choice, ...], place: str) -> Choice:
    for choice in choices:
        if value == choice:
            return choice
    _refuse(place, f"one of {', '.join(choices)}", value)


def _role(value: object, place: str) -> Role:
    return Role(_one_of(value, tuple(role.value for role in Role), place))


def _names(value: object, place: str) -> tuple[str, ...]:
    return tuple(_list(value, _text, place, "item"))


def _list(value: object, check: Callable[[object, str], Item], place: str, unit: str) -> list[Item]:
    if not isinstance(value, list):
        _refuse(place, "a list", value)
    return [check(item, f"{place}, {unit} {number}") for number, item in enumerate(value, start=1)]


def _table(value: object, place: str) -> list[list[float]]:
    if not isinstance(value, list) or not value:
        _refuse(place, "a list with at least one row", value)
    rows = []
    for number, row in enumerate(value, start=1):
        here = f"{place}, row {number}"
        if not isinstance(row, list) or not row:
            _refuse(here, "a list of numbers", row)
        if len(row) != len(value[0]):
            raise ValueError(f"{here}: expected {len(value[0])} numbers as in row 1, got {len(row)}")
        rows.append(_list(row, _number, here, "column"))
    return rows


# -- the text -------------------------------------------------------------------------------------------


def _page_of(fields: dict[str, Any]) -> Page:
    for name in REQUIRED:
        if name not in fields:
            raise ValueError(
                f"expected the field {name!r}, got only {', '.join(fields) or 'an empty object'}"
            )
    return _one_of(fields["page"], PAGES, "page")


def _check_keys(fields: dict[str, Any], page: Page) -> None:
    # A misspelt option that is passed over in silence would show the wrong loss.
    known = (*COMMON, *OF_PAGE[page])
    for name in fields:
        if name not in known:
            raise ValueError(f"unknown field {name!r}; a {page} problem has {', '.join(known)}")


def _parse_json(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(
            text, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_without_repeats
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise ValueError("lists are nested too deeply for a problem") from error
    if not isinstance(fields, dict):
        _refuse("the file", "a JSON object with page, logits and target", fields)
    return fields


def _refuse_constant(literal: str) -> NoReturn:
    raise ValueError(f'{literal} is not JSON; write "inf", "-inf" or "nan" as a string')


def _finite(literal: str) -> float:
    value = float(literal)
    if math.isinf(value):
        raise ValueError(f'{literal} is too large for float64; write "inf" as a string if that is meant')
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field {repeated!r} stands there twice")
    return fields
