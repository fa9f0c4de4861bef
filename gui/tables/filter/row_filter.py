"""Which rows are wanted, as a value, and the mask of a table's rows that it gives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from engine import MulticlassProblem, Problem, refuses_by_nature
from gui.tables.grid.columns import Kind, TableColumn
from gui.tables.grid.failures import Failure, failures_of
from gui.tables.grid.snapshot import Snapshot
from gui.tables.grid.sorting import Mask
from gui.tables.grid.wording import no_gradients_kept

_translate = QCoreApplication.translate

Bits = NDArray[np.uint16]

OF_GRADIENTS = frozenset({Failure.DEAD, Failure.EXPLODED})
"""Failures of gradients; the others are of losses."""

ROWS = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")


class Range(NamedTuple):
    """From one number to another of a column's, both included; None is no bound.

    Attributes
    ----------
    kind : Kind
        Whether of logits or of losses.
    which : int, str or None
        The class of a logit or the key of a formula; None is any of them.
    low, high : float or None
    """

    kind: Kind
    which: int | str | None = None
    low: float | None = None
    high: float | None = None

    def is_of(self, column: TableColumn) -> bool:
        """Whether a column is meant."""
        if column.kind is not self.kind:
            return False
        own = column.index if column.formula is None else column.formula.key
        return self.which is None or own == self.which


@dataclass(frozen=True)
class RowFilter:
    """What the shown rows have in common; by itself all are shown.

    Attributes
    ----------
    failures : frozenset of Failure
        Any of these; none of them named is no condition.
    formula : str or None
        The key of the formula in which they are looked for; None is any.
    target : float or None
        The target, on the multiclass page a class.
    within : Range or None
    ignored : bool or None
        Only rows whose target is ignored, only the others, or both.
    rows : str
        Row numbers as people write them: ``5, 10-20``.
    """

    failures: frozenset[Failure] = field(default_factory=frozenset)
    formula: str | None = None
    target: float | None = None
    within: Range | None = None
    ignored: bool | None = None
    rows: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether all rows are shown."""
        return not self.failures and not self.details

    @property
    def details(self) -> bool:
        """Whether there are conditions beside failures."""
        return any(each is not None for each in (self.target, self.within, self.ignored)) or bool(
            self.rows.strip()
        )

    def mask(self, snapshot: Snapshot, columns: Iterable[TableColumn]) -> Mask | None:
        """The rows to show; None for all of them.

        Raises
        ------
        ValueError
            If it names rows that there are not, or what is not known of all rows.
        """
        if self.is_empty:
            return None
        columns = tuple(columns)
        masks = []
        if self.failures:
            unknown = [c for c in columns if c.kind is Kind.GRADIENT and not snapshot.is_known(c)]
            if self.failures & OF_GRADIENTS and unknown and snapshot.evaluation is not None:
                raise ValueError(no_gradients_kept())
            wanted = np.uint16(sum(1 << failure for failure in self.failures))
            bits = failure_bits(snapshot, columns, self.formula, bool(self.failures & OF_GRADIENTS))
            masks.append((bits & wanted) != 0)
        problem = snapshot.problem
        if self.target is not None:
            masks.append(_has_target(problem, self.target))
        if self.within is not None:
            masks.append(_lies_within(snapshot, columns, self.within))
        if self.ignored is not None:
            masks.append(ignored_rows(problem) == self.ignored)
        if self.rows.strip():
            masks.append(rows_named(self.rows, problem.rows))
        return np.asarray(np.logical_and.reduce(masks))


def failure_bits(
    snapshot: Snapshot, columns: Iterable[TableColumn], formula: str | None, gradients: bool
) -> Bits:
    """Which failures each row has, a bit each, in one formula's losses or in any's."""
    bits = np.zeros(snapshot.problem.rows, dtype=np.uint16)
    for column in columns:
        if column.formula is None or formula not in {None, column.formula.key}:
            continue
        if column.kind is not Kind.LOSS and not (gradients and column.kind is Kind.GRADIENT):
            continue
        if formula is None and refuses_by_nature(column.formula, snapshot.problem):
            continue  # the targets' form, and no row's trouble
        codes = failures_of(snapshot, column)
        if codes is None or len(codes) != len(bits):
            continue  # not yet computed
        bits |= (_LOSS_BITS if column.kind is Kind.LOSS else _GRADIENT_BITS)[codes]
    return bits


def _table(failures: Iterable[Failure]) -> Bits:
    table = np.zeros(len(Failure), dtype=np.uint16)
    for failure in failures:
        table[failure] = 1 << failure
    return table


_LOSS_BITS = _table(each for each in Failure if each and each not in OF_GRADIENTS)
_GRADIENT_BITS = _table(OF_GRADIENTS)


def ignored_rows(problem: Problem) -> Mask:
    """The rows whose target is ignored."""
    if not isinstance(problem, MulticlassProblem) or problem.has_probabilities:
        return np.zeros(problem.rows, dtype=np.bool_)
    return np.asarray(problem.target == problem.ignore_index)


def _has_target(problem: Problem, target: float) -> Mask:
    if isinstance(problem, MulticlassProblem) and problem.has_probabilities:
        return np.asarray(np.argmax(problem.target, axis=1) == target)
    return np.asarray(problem.target == target)


def _lies_within(snapshot: Snapshot, columns: Iterable[TableColumn], within: Range) -> Mask:
    """The rows of which any of the numbers meant lies within; nan lies nowhere."""
    mask = np.zeros(snapshot.problem.rows, dtype=np.bool_)
    for column in columns:
        values = snapshot.values(column) if within.is_of(column) else None
        if values is None:
            continue
        wide = values.astype(np.float64)
        inside = ~np.isnan(wide)
        if within.low is not None:
            inside &= wide >= within.low
        if within.high is not None:
            inside &= wide <= within.high
        mask |= inside
    return mask


def rows_named(text: str, count: int) -> Mask:
    """The rows that a text names, counted from 1: ``5, 10-20 778``.

    Raises
    ------
    ValueError
        If anything else stands there, or no row has such a number.
    """
    mask = np.zeros(count, dtype=np.bool_)
    rest = text
    for found in ROWS.finditer(text):
        first = int(found[1])
        last = int(found[2]) if found[2] else first
        if not 1 <= first <= count:
            words = _translate("filter", "rows: expected numbers 1 to {count}, got {number}")
            raise ValueError(words.format(count=count, number=first))
        mask[first - 1 : max(last, first)] = True
        rest = rest.replace(found[0], " ", 1)
    if rest.replace(",", " ").replace(";", " ").strip() or not mask.any():
        words = _translate("filter", "rows: expected numbers as in 5, 10-20, got '{text}'")
        raise ValueError(words.format(text=text.strip()))
    return mask
