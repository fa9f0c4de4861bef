"""A problem as a JSON file: the presets' form, and one page of a session (session_file.py).

Every refusal names the file and the place in it, says what was expected and shows what came. Nothing
here knows Qt, so a bad file is refused before a window exists.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from engine import FLOAT32, FORMATS, REDUCTIONS, BinaryProblem, MulticlassProblem, Problem, Role, format_of
from gui.document.changes import PAGES, Page
from gui.session import json_checks as checks
from gui.session.json_text import parse_object, quoted, read_text
from gui.session.opening_view import OpeningView, opening_view

REQUIRED = ("page", "logits", "target")
COMMON = (*REQUIRED, "title", "look_at", "group", "show", "view", "format", "reduction", "weight")
OF_PAGE: dict[Page, tuple[str, ...]] = {
    "binary": ("pos_weight", "row_names"),
    "multiclass": ("ignore_index", "label_smoothing", "class_names", "takes_any_label"),
}


class ProblemFileError(ValueError):
    """A file that holds no problem; the message is one line made for people."""


class ProblemFile(NamedTuple):
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
    view : OpeningView, optional
        Which row, panels and range it opens with.
    """

    title: str
    look_at: str
    problem: Problem
    group: str = ""
    show: frozenset[Role] = frozenset()
    view: OpeningView | None = None

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
        return parse_problem(read_text(path), default_title=path.stem)
    except ValueError as error:
        raise ProblemFileError(f"{path}: {error}") from error


def parse_problem(text: str, *, default_title: str = "") -> ProblemFile:
    """The problem that a JSON text describes.

    Raises
    ------
    ValueError
        With the place, what was expected and what came; `read_problem_file` adds the file's name.
    """
    return problem_of(parse_object(text), default_title=default_title)


def problem_of(fields: dict[str, Any], *, default_title: str = "") -> ProblemFile:
    """The problem that a parsed object describes; raises ValueError as `parse_problem` does."""
    page = _page_of(fields)
    checks.known_fields(fields, (*COMMON, *OF_PAGE[page]), f"a {page} problem")
    build = _binary if page == "binary" else _multiclass
    return ProblemFile(
        title=checks.text(fields.get("title", default_title), "title"),
        look_at=checks.text(fields.get("look_at", ""), "look_at"),
        problem=build(fields),
        group=checks.text(fields.get("group", ""), "group"),
        show=frozenset(checks.list_of(fields.get("show", []), _role, "show", "item")),
        view=None if "view" not in fields else opening_view(fields["view"]),
    )


def _page_of(fields: dict[str, Any]) -> Page:
    for name in REQUIRED:
        if name not in fields:
            raise ValueError(f"expected the field {quoted(name)}, got {quoted(list(fields))}")
    return checks.one_of(fields["page"], PAGES, "page")


def _role(value: object, place: str) -> Role:
    return Role(checks.one_of(value, tuple(role.value for role in Role), place))


def _common(fields: dict[str, Any]) -> dict[str, Any]:
    weight = fields.get("weight")
    names = tuple(fmt.name for fmt in FORMATS)
    return {
        "format": format_of(checks.one_of(fields.get("format", FLOAT32.name), names, "format")),
        "reduction": checks.one_of(fields.get("reduction", "mean"), REDUCTIONS, "reduction"),
        "weight": None if weight is None else checks.numbers(weight, "weight", "item"),
    }


def _binary(fields: dict[str, Any]) -> BinaryProblem:
    pos_weight, row_names = fields.get("pos_weight"), fields.get("row_names")
    return BinaryProblem(
        logits=checks.numbers(fields["logits"], "logits"),
        target=checks.numbers(fields["target"], "target"),
        pos_weight=None if pos_weight is None else checks.number(pos_weight, "pos_weight"),
        row_names=None
        if row_names is None
        else np.array(checks.names(row_names, "row_names"), dtype=np.str_),
        **_common(fields),
    )


def _multiclass(fields: dict[str, Any]) -> MulticlassProblem:
    target = fields["target"]
    options: dict[str, Any] = {
        name: check(fields[name], name)
        for name, check in (
            ("ignore_index", checks.integer),
            ("label_smoothing", checks.number),
            ("class_names", checks.names),
            ("takes_any_label", checks.truth),
        )
        if fields.get(name) is not None
    }
    return MulticlassProblem(
        logits=checks.table(fields["logits"], "logits"),
        target=(checks.table if _is_table(target) else checks.integers)(target, "target"),
        **_common(fields),
        **options,
    )


def _is_table(value: object) -> bool:
    if isinstance(value, dict):
        return value.get("dtype") == "<f8"
    return isinstance(value, list) and any(isinstance(row, list) for row in value)
