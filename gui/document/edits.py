"""Undo steps as frozen values, each with old and new inside.

An edit turns one frozen problem into another and back; it never touches a widget. Edits of cells and
rows keep only the cells and rows they touch, so that a long history of a large table stays small.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from engine import Problem
from gui.document.changes import (
    CellsChanged,
    Change,
    OptionsChanged,
    Page,
    ProblemReplaced,
    RowsInserted,
    RowsRemoved,
)
from gui.document.sample import Sample

Array = NDArray[Any]
Empty = Callable[[tuple[int, ...], np.dtype[Any]], Array]
"""Where an edit takes the memory of new arrays from: ``np.empty``, or arrays that were replaced."""


class Edit(Protocol):
    """One undoable step on one page's problem."""

    @property
    def page(self) -> Page:
        """The page whose problem it edits."""

    def apply(self, problem: Problem, empty: Empty = np.empty) -> Problem:
        """The problem after the edit."""

    def revert(self, problem: Problem, empty: Empty = np.empty) -> Problem:
        """The problem before it."""

    def applied(self) -> Change:
        """What `apply` changes."""

    def reverted(self) -> Change:
        """What `revert` changes."""

    def merged(self, later: Edit) -> Edit | None:
        """One edit that does this and then `later`, of the same gesture; None if there is none."""


@dataclass(frozen=True, eq=False)
class SetCells:
    """New values for some cells of one field (`logits`, `target` or a binary problem's `weight`).

    `where` indexes the field's array: a tuple of a row index (array or slice) and, for fields of two
    dimensions, a column index.
    """

    page: Page
    field: str
    where: tuple[Any, ...]
    old: Array
    new: Array
    first: int
    last: int

    def _with(self, problem: Problem, values: Array, empty: Empty) -> Problem:
        before = getattr(problem, self.field)
        array = empty(before.shape, before.dtype)
        array[...] = before
        array[self.where] = values
        return problem.replace(**{self.field: _held(array)})

    def apply(self, problem: Problem, empty: Empty = np.empty) -> Problem:
        return self._with(problem, self.new, empty)

    def revert(self, problem: Problem, empty: Empty = np.empty) -> Problem:
        return self._with(problem, self.old, empty)

    def applied(self) -> Change:
        return CellsChanged(self.page, self.field, self.first, self.last)

    def reverted(self) -> Change:
        return self.applied()

    def merged(self, later: Edit) -> Edit | None:
        if not isinstance(later, SetCells) or (later.page, later.field) != (self.page, self.field):
            return None
        if len(later.where) != len(self.where) or not all(
            np.array_equal(mine, theirs) for mine, theirs in zip(self.where, later.where, strict=True)
        ):
            return None
        return replace(self, new=later.new)


@dataclass(frozen=True, eq=False)
class Rows:
    """Whole rows of a problem: the row-wise fields' values by name."""

    fields: dict[str, Array]

    def __len__(self) -> int:
        return len(self.fields["logits"])

    @classmethod
    def of(cls, problem: Problem, rows: slice | Array) -> Self:
        """Copy these rows of a problem."""
        return cls({name: getattr(problem, name)[rows].copy() for name in row_fields(problem)})


def row_fields(problem: Problem) -> tuple[str, ...]:
    """The fields with one entry a row (a multiclass problem's weight has one a class instead)."""
    if problem.family != "binary":
        return ("logits", "target")
    extra = (name for name in ("weight", "row_names") if getattr(problem, name, None) is not None)
    return ("logits", "target", *extra)


def with_rows(problem: Problem, rows: NDArray[np.intp]) -> Problem:
    """The problem of some rows alone, in the order in which they are named."""
    return problem.replace(**{name: getattr(problem, name)[rows] for name in row_fields(problem)})


def _held(array: Array) -> Array:
    """An array that nobody writes into: a problem copies others."""
    array.setflags(write=False)
    return array


def _insert(problem: Problem, first: int, rows: Rows, empty: Empty) -> Problem:
    fields = {}
    for name, values in rows.fields.items():
        before, behind = getattr(problem, name), first + len(values)
        array = empty((len(before) + len(values), *before.shape[1:]), before.dtype)
        array[:first], array[first:behind], array[behind:] = before[:first], values, before[first:]
        fields[name] = _held(array)
    return problem.replace(**fields)


def _remove(problem: Problem, first: int, count: int, empty: Empty) -> Problem:
    fields = {}
    for name in row_fields(problem):
        before = getattr(problem, name)
        array = empty((len(before) - count, *before.shape[1:]), before.dtype)
        array[:first], array[first:] = before[:first], before[first + count :]
        fields[name] = _held(array)
    return problem.replace(**fields)


@dataclass(frozen=True, eq=False)
class InsertRows:
    """New rows that begin at `first`."""

    page: Page
    first: int
    rows: Rows

    def apply(self, problem: Problem, empty: Empty = np.empty) -> Problem:
        return _insert(problem, self.first, self.rows, empty)

    def revert(self, problem: Problem, empty: Empty = np.empty) -> Problem:
        return _remove(problem, self.first, len(self.rows), empty)

    def applied(self) -> Change:
        return RowsInserted(self.page, self.first, len(self.rows))

    def reverted(self) -> Change:
        return RowsRemoved(self.page, self.first, len(self.rows))

    def merged(self, later: Edit) -> Edit | None:  # noqa: ARG002  # two insertions are two steps
        return None


@dataclass(frozen=True, eq=False)
class RemoveRows:
    """The rows that begin at `first` go."""

    page: Page
    first: int
    rows: Rows

    def apply(self, problem: Problem, empty: Empty = np.empty) -> Problem:
        return _remove(problem, self.first, len(self.rows), empty)

    def revert(self, problem: Problem, empty: Empty = np.empty) -> Problem:
        return _insert(problem, self.first, self.rows, empty)

    def applied(self) -> Change:
        return RowsRemoved(self.page, self.first, len(self.rows))

    def reverted(self) -> Change:
        return RowsInserted(self.page, self.first, len(self.rows))

    def merged(self, later: Edit) -> Edit | None:  # noqa: ARG002  # two removals are two steps
        return None


@dataclass(frozen=True, eq=False)
class SetOptions:
    """New values for options: format, reduction, weight, pos_weight, ignore_index, label_smoothing."""

    page: Page
    old: dict[str, Any]
    new: dict[str, Any]

    def apply(self, problem: Problem, empty: Empty = np.empty) -> Problem:  # noqa: ARG002
        return problem.replace(**self.new)

    def revert(self, problem: Problem, empty: Empty = np.empty) -> Problem:  # noqa: ARG002
        return problem.replace(**self.old)

    def applied(self) -> Change:
        return OptionsChanged(self.page, frozenset(self.new))

    def reverted(self) -> Change:
        return self.applied()

    def merged(self, later: Edit) -> Edit | None:
        if isinstance(later, SetOptions) and later.page == self.page and set(later.new) == set(self.new):
            return replace(self, new=later.new)
        return None


def options_edit(problem: Problem, options: dict[str, Any]) -> SetOptions | None:
    """The step that sets options of a problem; None if they are set."""
    old = {name: getattr(problem, name) for name in options}
    if all(old[name] is value or _same(old[name], value) for name, value in options.items()):
        return None
    return SetOptions(problem.family, old, options)


def _same(old: Any, new: Any) -> bool:
    if old is None or new is None:
        return old is new
    return bool(np.array_equal(old, new, equal_nan=isinstance(new, (float, np.ndarray))))


@dataclass(frozen=True, eq=False)
class ReplaceProblem:
    """Another problem in this one's place: a preset, a pasted table, a class more or less.

    The one that is shown need not be kept as well: a large table would be held twice once it is edited. So
    the history keeps it `without_shown`; when the step is taken back, the other one is not shown.
    """

    page: Page
    old: Problem | None
    new: Problem | None

    def apply(self, problem: Problem, empty: Empty = np.empty) -> Problem:  # noqa: ARG002  # all is replaced
        assert self.new is not None
        return self.new

    def revert(self, problem: Problem, empty: Empty = np.empty) -> Problem:  # noqa: ARG002
        assert self.old is not None
        return self.old

    def without_shown(self, before: Problem, *, is_applied: bool) -> ReplaceProblem:
        """The step as it is kept once it has been made, or taken back; `before` was shown until then."""
        if is_applied:
            return replace(self, old=before, new=None)
        return replace(self, old=None, new=before)

    def applied(self) -> Change:
        return ProblemReplaced(self.page)

    def reverted(self) -> Change:
        return ProblemReplaced(self.page)

    def merged(self, later: Edit) -> Edit | None:
        if isinstance(later, ReplaceProblem) and later.page == self.page:
            return replace(self, new=later.new)
        return None


class SetSample(NamedTuple):
    """Another sample on the page with all four losses."""

    old: Sample
    new: Sample

    def merged(self, later: Edit | SetSample) -> SetSample | None:
        """One edit that does this and then `later`, of the same gesture."""
        return self._replace(new=later.new) if isinstance(later, SetSample) else None


AnyEdit = Edit | SetSample
