"""How a problem is to be seen when it is opened: which row, panels, formula and stretch of logits."""

from __future__ import annotations

from typing import NamedTuple

from engine import CATALOGUE
from gui.session import json_checks as checks

PANELS = ("loss", "error", "gradient")
FIELDS = ("row", "moved", "formulas", "panels", "shade", "range")


class OpeningView(NamedTuple):
    """Nothing of it is kept: it is how a preset or a lesson begins.

    Attributes
    ----------
    row : int
    moved : int or None
        The class whose logit moves; None for the target's.
    formulas : tuple of str
        Keys of the formulas that have columns and curves; none for those shown before.
    panels : tuple of str
        The plots shown, of `PANELS`; none for as many as the window has room for.
    shade : str
        The key of the formula whose failures are shaded, or nothing.
    range : (float, float), or None
        The logits in view; None for those that tell the whole story.
    """

    row: int = 0
    moved: int | None = None
    formulas: tuple[str, ...] = ()
    panels: tuple[str, ...] = ()
    shade: str = ""
    range: tuple[float, float] | None = None


def opening_view(value: object) -> OpeningView:
    """The view that a problem file's `view` describes.

    Raises
    ------
    ValueError
        With the place, what was expected and what came.
    """
    fields = checks.fields(value, "view")
    checks.known_fields(fields, FIELDS, "a view")
    moved, ends = fields.get("moved"), fields.get("range")
    return OpeningView(
        row=_index(fields.get("row", 0), "view.row"),
        moved=None if moved is None else _index(moved, "view.moved"),
        formulas=tuple(checks.list_of(fields.get("formulas", []), _formula, "view.formulas", "item")),
        panels=tuple(checks.list_of(fields.get("panels", []), _panel, "view.panels", "item")),
        shade=_formula(fields["shade"], "view.shade") if "shade" in fields else "",
        range=None if ends is None else _range(ends),
    )


def _index(value: object, place: str) -> int:
    number = checks.integer(value, place)
    if number < 0:
        checks.refuse(place, "a whole number from 0 on", value)
    return number


def _formula(value: object, place: str) -> str:
    return checks.one_of(value, tuple(formula.key for formula in CATALOGUE), place)


def _panel(value: object, place: str) -> str:
    return checks.one_of(value, PANELS, place)


def _range(value: object) -> tuple[float, float]:
    ends = checks.numbers(value, "view.range", "item").tolist()
    if len(ends) != 2 or not ends[0] < ends[1]:  # both ends
        checks.refuse("view.range", "two rising numbers", value)
    return ends[0], ends[1]
