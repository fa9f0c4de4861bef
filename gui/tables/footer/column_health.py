"""The health of a table's columns: how many numbers of each kind, and where the next one stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from engine import Health, MulticlassProblem, health_counts, health_of
from gui.services.verdicts.later_words import QT_TRANSLATE_NOOP
from gui.tables.grid.columns import Kind, TableColumn
from gui.tables.grid.failures import WORST_FIRST, Failure, failure_meaning, failure_word, failures_of
from gui.tables.grid.snapshot import Snapshot
from gui.tables.grid.sorting import RowOrder

_translate = QCoreApplication.translate

SHOWN_ORDER = (
    Health.NAN,
    Health.INFINITE,
    Health.SUBNORMAL,
    Health.IGNORED,
    Health.NEGATIVE,
    Health.ZERO,
    Health.POSITIVE,
)
"""What may be wrong comes first: the last ones are left out where a column is narrow."""


Sort = Health | Failure
"""What a pill counts: numbers of a kind, or failures of one."""


@dataclass(frozen=True, eq=False)
class ColumnHealth:
    """One column's numbers by kind, and losses by what failed, too.

    Attributes
    ----------
    values : array, shape (N,)
    ignored : bool array, shape (N,), or None
        The rows without a say.
    failures : uint8 array, shape (N,), or None
        Each row's `Failure`; None of a column that is not judged.
    """

    values: NDArray[Any]
    ignored: NDArray[np.bool_] | None
    failures: NDArray[np.uint8] | None = None

    @cached_property
    def kinds(self) -> NDArray[np.uint8]:
        """Each row's `Health`."""
        return health_of(self.values, self.ignored)

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """How many there are of each kind, in `Health`'s order."""
        return health_counts(self.kinds)

    def present(self) -> list[tuple[Health, int]]:
        """The kinds that occur, with their counts, in the order to show them."""
        return [(health, self.counts[health]) for health in SHOWN_ORDER if self.counts[health]]

    def failed(self) -> list[tuple[Failure, int]]:
        """The failures that occur, with their counts, the worst first."""
        return [(failure, count) for failure in WORST_FIRST if (count := self._failed[failure])]

    def sorts(self) -> list[tuple[Sort, int]]:
        """All that is counted: failures, then the kinds that are none."""
        known = {Health.NAN, Health.INFINITE} if self.failures is not None else set()
        return [*self.failed(), *((kind, count) for kind, count in self.present() if kind not in known)]

    @cached_property
    def _failed(self) -> list[int]:
        failures = np.zeros(0, dtype=np.uint8) if self.failures is None else self.failures
        return [int(count) for count in np.bincount(failures, minlength=len(Failure))]

    def next_place(self, sort: Sort, after: int, order: RowOrder) -> int | None:
        """The next place of this sort below place `after`, from the top again where none is left."""
        codes = self.failures if isinstance(sort, Failure) else self.kinds
        assert codes is not None
        if len(codes) != order.total:
            return None  # counted before rows came or went
        places = np.flatnonzero(codes[order.rows(slice(None))] == sort)
        if not places.size:
            return None
        below = places[places > after]
        return int(below[0] if below.size else places[0])


def column_health(snapshot: Snapshot, column: TableColumn) -> ColumnHealth | None:
    """A column's health; None while its values are being computed."""
    values = snapshot.values(column)
    if values is None:
        return None
    if column.formula is not None and column.formula.key in snapshot.cover.formulas:
        return None  # counts would tell what is asked for
    failures = failures_of(snapshot, column) if column.kind is Kind.LOSS else None
    return ColumnHealth(values, _ignored(snapshot, column), failures)


def _ignored(snapshot: Snapshot, column: TableColumn) -> NDArray[np.bool_] | None:
    """The rows without a say in a column; the logits of an ignored row are numbers like any other."""
    problem = snapshot.problem
    if column.kind is Kind.LOGIT or not isinstance(problem, MulticlassProblem) or problem.has_probabilities:
        return None
    return np.asarray(problem.target == problem.ignore_index) if column.kind is Kind.LOSS else problem.ignored


NAMES = {
    Health.NEGATIVE: QT_TRANSLATE_NOOP("health", "neg"),
    Health.ZERO: QT_TRANSLATE_NOOP("health", "zero"),
    Health.POSITIVE: QT_TRANSLATE_NOOP("health", "pos"),
    Health.SUBNORMAL: QT_TRANSLATE_NOOP("health", "sub"),
    Health.INFINITE: QT_TRANSLATE_NOOP("health", "inf"),
    Health.NAN: QT_TRANSLATE_NOOP("health", "nan"),
    Health.IGNORED: QT_TRANSLATE_NOOP("health", "ign"),
}


def health_name(health: Health) -> str:
    """A kind of number in a few letters, to stand behind its count."""
    return _translate("health", NAMES[health])


WORDS = {
    Health.NEGATIVE: QT_TRANSLATE_NOOP("health", "below 0"),
    Health.ZERO: QT_TRANSLATE_NOOP("health", "0"),
    Health.POSITIVE: QT_TRANSLATE_NOOP("health", "above 0"),
    Health.SUBNORMAL: QT_TRANSLATE_NOOP("health", "subnormal: too small to hold all digits"),
    Health.INFINITE: QT_TRANSLATE_NOOP("health", "inf or -inf"),
    Health.NAN: QT_TRANSLATE_NOOP("health", "nan"),
    Health.IGNORED: QT_TRANSLATE_NOOP("health", "in ignored rows"),
}


def health_words(health: Health) -> str:
    """A kind of number in full."""
    return _translate("health", WORDS[health])


def sort_name(sort: Sort) -> str:
    """What a pill says behind its count."""
    if sort is Failure.UNDERFLOW:
        return _translate("health", "to 0")
    return failure_word(sort) if isinstance(sort, Failure) else health_name(sort)


def sort_words(sort: Sort) -> str:
    """What a pill counts, in full."""
    return failure_meaning(sort) if isinstance(sort, Failure) else health_words(sort)
