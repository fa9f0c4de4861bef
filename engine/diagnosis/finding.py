"""One thing that an evaluation shows and its user should know, and what to change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from engine.floats.verdicts import Kind

Rows = NDArray[np.bool_]
"""Which rows something holds for, shape (N,)."""

ROWS_NAMED = 5
"""So many rows a sentence names; of more it says how many."""


class Severity(StrEnum):
    """How bad it is, the worst first."""

    BROKEN = "broken"
    """A loss or gradient is nan, inf or refused."""
    WRONG = "wrong number"
    """A finite number that is not the true one."""
    SUSPICIOUS = "suspicious"
    """The numbers are what they should be, the use of the loss hardly is."""
    GOOD_TO_KNOW = "good to know"
    """Nothing to mend, but a surprise to whoever does not know."""


SEVERITIES: tuple[Severity, ...] = tuple(Severity)


class RowNumbers(Sequence[int]):
    """Row numbers, ascending: a tuple of int to whoever reads it, and no more than an array in memory."""

    def __init__(self, rows: NDArray[np.intp]) -> None:
        self.array = rows

    @classmethod
    def union(cls, each: Sequence[Sequence[int]]) -> RowNumbers:
        """The rows that are in any of several."""
        if len(each) == 1:
            return cls(np.asarray(each[0], dtype=np.intp))
        there = np.zeros(max((rows[-1] + 1 for rows in each if rows), default=0), dtype=bool)
        for rows in each:
            there[np.asarray(rows, dtype=np.intp)] = True
        return cls(np.flatnonzero(there))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.array, dtype=dtype) if copy else self.array.astype(dtype, copy=False)

    @overload
    def __getitem__(self, number: int) -> int: ...
    @overload
    def __getitem__(self, number: slice) -> RowNumbers: ...
    def __getitem__(self, number: int | slice) -> int | RowNumbers:
        found = self.array[number]
        return RowNumbers(found) if isinstance(number, slice) else int(found)

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[int]:
        return iter(self.array.tolist())

    def __contains__(self, row: object) -> bool:
        if not isinstance(row, int | np.integer):
            return False
        at = int(np.searchsorted(self.array, row))
        return at < len(self.array) and bool(self.array[at] == row)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, RowNumbers):
            return np.array_equal(self.array, other.array)
        return tuple(self) == other

    def __hash__(self) -> int:
        return hash(tuple(self[:ROWS_NAMED]))

    def __repr__(self) -> str:
        return repr(tuple(self))


NO_ROWS = RowNumbers(np.zeros(0, dtype=np.intp))


class Finding(NamedTuple):
    """A silent mistake, or the reason for a loss that surprises.

    Attributes
    ----------
    key : str
        Which one, for example ``target_outside``.
    severity : Severity
    kind : Kind
    rows : sequence of int
        All rows it holds for, from 0 on; empty where it is about the problem as a whole.
    cause : str
        Why, in English, with named fields: the form that is translated.
    evidence : str
        The numbers that show it, in the same form.
    remedy : str
        What to change, in the same form.
    code : str
        The replacement line of PyTorch to copy, in terms of `logits`, `target`, `weight` and `pos_weight`.
    values : mapping
        The fields' values: Python numbers and strings. Rows among them count from 1.
    formula : str or None
        The key of the formula it is about; None where it holds for all.
    """

    key: str
    severity: Severity
    kind: Kind
    rows: RowNumbers
    cause: str
    evidence: str
    remedy: str
    code: str
    values: Mapping[str, Any]
    formula: str | None = None

    @property
    def message(self) -> str:
        """Cause and evidence with their values filled in."""
        return " ".join(part.format(**self.values) for part in (self.cause, self.evidence) if part)

    @property
    def change(self) -> str:
        """The remedy with its values filled in."""
        return self.remedy.format(**self.values)

    def of_formula(self, key: str, title: str) -> Finding:
        """The same said of another formula."""
        return self._replace(formula=key, values=MappingProxyType({**self.values, "title": title}))


class Diagnosis(NamedTuple):
    """What all findings of one sort have in common; its texts may name the fields of `found`."""

    key: str
    kind: Kind
    severity: Severity
    cause: str
    evidence: str
    remedy: str

    def found(
        self,
        *,
        code: str,
        at: Rows | np.bool_ | NDArray[np.intp] | None = None,
        among: int | None = None,
        formula: str | None = None,
        severity: Severity | None = None,
        kind: Kind | None = None,
        remedy: str | None = None,
        **values: Any,
    ) -> Finding:
        """The finding for the rows `at`: a mask, or numbers of rows `among` so many.

        The texts may name `where` (the rows in words), `count` and `total` of them, and `row`, the first.
        """
        rows = NO_ROWS
        if at is not None:
            numbers = np.flatnonzero(at) if among is None else np.asarray(at, dtype=np.intp)
            rows, count = RowNumbers(numbers), len(numbers)
            total = np.size(at) if among is None else among
            values |= {"count": count, "total": total, "where": rows_in_words(rows)}
            if count:
                values["row"] = int(numbers[0]) + 1
        return Finding(
            key=self.key,
            severity=self.severity if severity is None else severity,
            kind=self.kind if kind is None else kind,
            rows=rows,
            cause=self.cause,
            evidence=self.evidence,
            remedy=self.remedy if remedy is None else remedy,
            code=code,
            values=MappingProxyType(values),
            formula=formula,
        )


def rows_in_words(rows: Sequence[int]) -> str:
    """'row 3', 'rows 3, 5', 'rows 1, 2, 3, 4, 5 and 120 more'; they count from 1."""
    if not rows:
        return "no row"
    begin = rows.array[:ROWS_NAMED].tolist() if isinstance(rows, RowNumbers) else rows[:ROWS_NAMED]
    named = ", ".join(str(row + 1) for row in begin)
    more = f" and {len(rows) - ROWS_NAMED} more" if len(rows) > ROWS_NAMED else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {named}{more}"


def first(values: NDArray[Any], at: Rows) -> float:
    """The value in the first of these rows; adding 0 turns -0 into 0, which reads as the same number."""
    return float(values[int(np.argmax(at))]) + 0.0
