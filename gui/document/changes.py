"""What can change in the document, as values: views repaint just what a change names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Page = Literal["binary", "multiclass"]
PAGES: tuple[Page, ...] = ("binary", "multiclass")
"""The pages of tables, with a problem each."""

Front = Literal["binary", "multiclass", "all-four", "scan"]
FRONTS: tuple[Front, ...] = (*PAGES, "all-four", "scan")
"""What can be in front: those pages, the one sample with all four losses, and very many rows."""


class CellsChanged(NamedTuple):
    """Logits or targets of the rows `first..last` (both included)."""

    page: Page
    field: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class RowsInserted:
    """`count` rows that begin at `first`."""

    page: Page
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class RowsRemoved:
    """`count` rows that began at `first`."""

    page: Page
    first: int
    count: int


class OptionsChanged(NamedTuple):
    """Format, reduction, weights and the like; the rows are the same."""

    page: Page
    names: frozenset[str]


class ProblemReplaced(NamedTuple):
    """Another problem altogether, perhaps of another shape."""

    page: Page


Change = CellsChanged | RowsInserted | RowsRemoved | OptionsChanged | ProblemReplaced
