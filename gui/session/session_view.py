"""How a session is seen, beside what it holds: selected places, formulas shown, the user's stabilisers.

A view is a convenience: what cannot be understood of it is left out, and the file still opens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from engine import CATALOGUE, Formula, Role, stabilisers_of
from gui.document.changes import PAGES, Page
from gui.document.selection import Place
from gui.document.shown_formulas import ShownFormulas

MOST_STABILISERS = 100
"""More than a person makes; every one of them is evaluated for every row."""


class Stabiliser(NamedTuple):
    """A home-made stabiliser by what makes it: its kind, as the engine names it, and a number."""

    page: Page
    kind: str
    number: float

    def formula(self) -> Formula:
        """The formula; KeyError or ValueError if there is no such kind or number."""
        return stabilisers_of(self.page)[self.kind](self.number)

    @classmethod
    def of(cls, formula: Formula) -> Stabiliser | None:
        """What makes a formula; None if no kind of stabiliser does."""
        # A stabiliser's key ends with every digit of its number.
        try:
            number = float(formula.key.rpartition("_")[2])
        except ValueError:
            return None
        known = (cls(formula.family, kind, number) for kind in stabilisers_of(formula.family))
        return next((each for each in known if _key(each) == formula.key), None)


def _key(stabiliser: Stabiliser) -> str | None:
    try:
        return stabiliser.formula().key
    except (KeyError, ValueError):
        return None


# -- reading and writing --------------------------------------------------------------------------------


def places_of(value: object) -> dict[Page, Place]:
    """The selected places that a session file's `view` tells of."""
    fields = value if isinstance(value, dict) else {}
    return {page: place for page in PAGES if (place := _place(fields.get(page))) is not None}


def formulas_of_view(value: object) -> ShownFormulas | None:
    """The formulas that a session file's `view` tells of; None if it does not."""
    fields = value.get("formulas") if isinstance(value, dict) else None
    if not isinstance(fields, dict) or not isinstance(fields.get("roles"), list):
        return None
    roles = frozenset(role for role in Role if role.value in fields["roles"])
    hidden = frozenset(key for key in _list(fields.get("hidden")) if isinstance(key, str))
    made = (_stabiliser(each) for each in _list(fields.get("stabilisers"))[:MOST_STABILISERS])
    # Twice the same one would be two columns of one name.
    stabilisers = dict.fromkeys(each for each in made if each is not None)
    catalogue = (*CATALOGUE, *(each.formula() for each in stabilisers))
    return ShownFormulas(catalogue, roles | {Role.EXACT}, hidden)


def view_fields(places: Mapping[Page, Place], formulas: ShownFormulas | None) -> dict[str, Any]:
    """A session file's `view`."""
    fields: dict[str, Any] = {page: _place_fields(place) for page, place in places.items()}
    if formulas is not None:
        made = (Stabiliser.of(formula) for formula in formulas.catalogue if formula.role is Role.STABILISER)
        fields["formulas"] = {
            "roles": [role.value for role in Role if role in formulas.roles],
            "hidden": sorted(formulas.hidden),
            "stabilisers": [
                {"page": each.page, "kind": each.kind, "number": each.number}
                for each in made
                if each is not None
            ],
        }
    return fields


def _place(value: object) -> Place | None:
    if not isinstance(value, dict) or not _is_index(value.get("row")):
        return None
    moved = value.get("moved")
    return Place(value["row"], moved if _is_index(moved) else None)


def _place_fields(place: Place) -> dict[str, int]:
    return {"row": place.row} if place.moved is None else {"row": place.row, "moved": place.moved}


def _stabiliser(value: object) -> Stabiliser | None:
    if not isinstance(value, dict) or value.get("page") not in PAGES:
        return None
    kind, number = value.get("kind"), value.get("number")
    if not isinstance(kind, str) or isinstance(number, bool) or not isinstance(number, (int, float)):
        return None
    try:
        made = Stabiliser(value["page"], kind, float(number))
    except OverflowError:
        return None
    return made if _key(made) is not None else None


def _is_index(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**31


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
