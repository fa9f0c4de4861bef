"""What a lesson covers until its question is answered, as a value that every view asks."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

_translate = QCoreApplication.translate

COVERED = "?"
"""Stands in the place of a number that is asked for."""


class Cover(NamedTuple):
    """Nothing by itself.

    Attributes
    ----------
    formulas : frozenset of str
        Keys of formulas whose curves, strips, cards and reduced values are not shown.
    rows : frozenset of int, or None
        The rows whose results of these formulas are not shown; None for all.
    means : bool
        Whether every formula's reduced value is covered, the true one's too.
    failures : frozenset of str
        Names of the failures ('nan', 'clamped', ...) whose number of rows would tell what is asked.
    """

    formulas: frozenset[str] = frozenset()
    rows: frozenset[int] | None = None
    means: bool = False
    failures: frozenset[str] = frozenset()

    @property
    def is_up(self) -> bool:
        """Whether anything is covered."""
        return bool(self.formulas) or self.means

    def hides(self, formula: str, row: int) -> bool:
        """Whether a formula's results in a row are covered."""
        return formula in self.formulas and (self.rows is None or row in self.rows)

    @property
    def of_all_rows(self) -> Cover:
        """The same of every row: where rows come and go, none can be told by its number."""
        return self._replace(rows=None)

    def hides_mean(self, formula: str) -> bool:
        """Whether a formula's reduced value is covered."""
        return self.means or formula in self.formulas


OPEN = Cover()


def covered_words() -> str:
    """Said in the place of what is covered."""
    return _translate("covering", "covered until you have answered")
