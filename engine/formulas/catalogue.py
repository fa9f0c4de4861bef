"""The catalogue: every formula the application knows, and ways to look one up.

It is a value. Whoever wants another formula passes a longer tuple to `evaluate` and `sweep`; nothing
is registered globally.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.formulas.binary import BINARY_FORMULAS
from engine.formulas.binary_stabilisers import STABILISERS, Make
from engine.formulas.formula import Formula, Role
from engine.formulas.multiclass import MULTICLASS_FORMULAS
from engine.formulas.multiclass_stabilisers import MULTICLASS_STABILISERS
from engine.problem import Family

Catalogue = tuple[Formula, ...]

CATALOGUE: Catalogue = (*BINARY_FORMULAS, *MULTICLASS_FORMULAS)

SHOWN_FIRST = frozenset({Role.EXACT, Role.PYTORCH, Role.SCRATCH})
"""The roles a first start shows; mistakes and stabilisers are switched on by the user."""


def formulas_of(
    family: Family, *, roles: frozenset[Role] = SHOWN_FIRST, catalogue: Catalogue = CATALOGUE
) -> Catalogue:
    """The family's formulas with one of these roles.

    Parameters
    ----------
    family : {'binary', 'multiclass'}
    roles : frozenset of Role
        By default what a first start shows.
    catalogue : tuple of Formula

    Returns
    -------
    tuple of Formula
        In the catalogue's order.
    """
    return tuple(f for f in catalogue if f.family == family and f.role in roles)


def formula_named(key: str, *, catalogue: Catalogue = CATALOGUE) -> Formula:
    """The formula with this key.

    Parameters
    ----------
    key : str
    catalogue : tuple of Formula

    Returns
    -------
    Formula

    Raises
    ------
    KeyError
        If the catalogue has none.
    """
    for formula in catalogue:
        if formula.key == key:
            return formula
    raise KeyError(f"no formula named {key!r}; known: {', '.join(f.key for f in catalogue)}")


def stabilisers_of(family: Family) -> Mapping[str, Make]:
    """The family's home-made repairs.

    Parameters
    ----------
    family : {'binary', 'multiclass'}

    Returns
    -------
    mapping
        By name what makes a `Formula` of the repair's number, such as its epsilon.
    """
    return STABILISERS if family == "binary" else MULTICLASS_STABILISERS
