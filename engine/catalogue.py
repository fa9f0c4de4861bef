"""The catalogue: every formula the application knows, and ways to look one up.

It is a value. Whoever wants another formula passes a longer tuple to `evaluate` and `sweep`; nothing
is registered globally.
"""

from __future__ import annotations

from engine.binary_formulas import BINARY_FORMULAS
from engine.formulas import Formula, Role
from engine.multiclass_formulas import MULTICLASS_FORMULAS
from engine.problem import Family

Catalogue = tuple[Formula, ...]

CATALOGUE: Catalogue = (*BINARY_FORMULAS, *MULTICLASS_FORMULAS)

SHOWN_FIRST = frozenset({Role.EXACT, Role.PYTORCH, Role.SCRATCH})
"""The roles a first start shows; mistakes and stabilisers are switched on by the user."""


def formulas_of(
    family: Family, *, roles: frozenset[Role] = SHOWN_FIRST, catalogue: Catalogue = CATALOGUE
) -> Catalogue:
    """The family's formulas with one of these roles, in the catalogue's order."""
    return tuple(f for f in catalogue if f.family == family and f.role in roles)


def formula_named(key: str, *, catalogue: Catalogue = CATALOGUE) -> Formula:
    """The formula with this key.

    Raises
    ------
    KeyError
        If the catalogue has none.
    """
    for formula in catalogue:
        if formula.key == key:
            return formula
    raise KeyError(f"no formula named {key!r}; known: {', '.join(f.key for f in catalogue)}")
