"""Which formulas are known and which of them are shown, as a value: whole roles, less single formulas."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from engine import CATALOGUE, SHOWN_FIRST, Catalogue, Formula, Role, formulas_of
from gui.document.changes import Page


class ShownFormulas(NamedTuple):
    """A choice of formulas, for both pages at once.

    Attributes
    ----------
    catalogue : tuple of Formula
        Every formula known, those added by the user last.
    roles : frozenset of Role
        The kinds shown.
    hidden : frozenset of str
        Keys of formulas of these kinds that are not shown all the same.
    """

    catalogue: Catalogue = CATALOGUE
    roles: frozenset[Role] = SHOWN_FIRST
    hidden: frozenset[str] = frozenset()

    def of(self, page: Page) -> Catalogue:
        """The formulas shown on a page."""
        of_roles = formulas_of(page, roles=self.roles, catalogue=self.catalogue)
        return tuple(known for known in of_roles if known.key not in self.hidden)

    def has(self, formula: Formula) -> bool:
        """Whether the formula is shown; the exact one always is."""
        if formula.role is Role.EXACT:
            return True
        return formula.role in self.roles and formula.key not in self.hidden

    def with_roles(self, roles: frozenset[Role]) -> ShownFormulas:
        """The choice with these kinds too, less what is hidden of them."""
        return self._replace(roles=self.roles | roles)

    def with_role(self, role: Role, *, shown: bool) -> ShownFormulas:
        """The choice with every formula of a kind, or none."""
        if not shown:
            return self._replace(roles=self.roles - {role})
        return self._replace(roles=self.roles | {role}, hidden=self.hidden - self._keys(role))

    def with_formula(self, formula: Formula, *, shown: bool) -> ShownFormulas:
        """The choice with or without one formula; the others of its kind stay as they are."""
        if not shown:
            return self._replace(hidden=self.hidden | {formula.key})
        hidden = self.hidden if formula.role in self.roles else self.hidden | self._keys(formula.role)
        return self._replace(roles=self.roles | {formula.role}, hidden=hidden - {formula.key})

    def only(self, page: Page, keys: Collection[str]) -> ShownFormulas:
        """The choice with just these formulas of a page, and its exact one; none of them for all again."""
        own = {formula.key: formula.role for formula in self.catalogue if formula.family == page}
        roles = self.roles | {own[key] for key in keys if key in own}
        hidden = self.hidden - own.keys()
        if keys:
            hidden |= {key for key, role in own.items() if key not in keys and role is not Role.EXACT}
        return self._replace(roles=roles, hidden=hidden)

    def with_added(self, formula: Formula) -> ShownFormulas:
        """The choice with one more formula, in the place of the one with its key if there is one."""
        catalogue = (*self.without(formula.key).catalogue, formula)
        return ShownFormulas(catalogue, self.roles | {formula.role}, self.hidden - {formula.key})

    def without(self, key: str) -> ShownFormulas:
        """The choice as if there were no formula with this key."""
        return self._replace(catalogue=tuple(known for known in self.catalogue if known.key != key))

    def _keys(self, role: Role) -> frozenset[str]:
        return frozenset(formula.key for formula in self.catalogue if formula.role is role)
