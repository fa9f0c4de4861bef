"""Which formulas of a catalogue are shown, as a value: whole roles, less single formulas."""

from __future__ import annotations

from dataclasses import dataclass

from engine import Catalogue, Formula, Role


@dataclass(frozen=True, slots=True)
class Shown:
    """A choice of formulas, for both pages at once.

    Attributes
    ----------
    roles : frozenset of Role
        The kinds shown.
    hidden : frozenset of str
        Keys of formulas of these kinds that are not shown all the same.
    """

    roles: frozenset[Role]
    hidden: frozenset[str]

    def has(self, formula: Formula) -> bool:
        """Whether the formula is shown; the exact one always is."""
        if formula.role is Role.EXACT:
            return True
        return formula.role in self.roles and formula.key not in self.hidden

    def with_role(self, role: Role, catalogue: Catalogue, *, shown: bool) -> Shown:
        """The choice with every formula of a kind, or none."""
        if not shown:
            return Shown(self.roles - {role}, self.hidden)
        return Shown(self.roles | {role}, self.hidden - _keys(role, catalogue))

    def with_formula(self, formula: Formula, catalogue: Catalogue, *, shown: bool) -> Shown:
        """The choice with or without one formula; the others of its kind stay as they are."""
        if not shown:
            return Shown(self.roles, self.hidden | {formula.key})
        hidden = self.hidden
        if formula.role not in self.roles:
            hidden |= _keys(formula.role, catalogue)
        return Shown(self.roles | {formula.role}, hidden - {formula.key})


def _keys(role: Role, catalogue: Catalogue) -> frozenset[str]:
    return frozenset(formula.key for formula in catalogue if formula.role is role)
