"""The order in which a table shows the document's rows: as they are, or sorted by a column.

A *row* is a row of the document, a *place* is where it stands in the table. Sorting changes places
and never the document, so that an edit of a sorted table writes to the row it shows.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]


def sorted_rows(values: NDArray[Any], *, descending: bool) -> Rows:
    """The rows by rising or falling value; equal ones keep their order.

    What is not finite is last either way: both infinities, then nan.
    """
    wide = values.astype(np.float64) if values.dtype.kind != "i" else values
    rows = np.argsort(-wide if descending else wide, kind="stable")
    finite = np.isfinite(wide[rows])
    return rows if finite.all() else np.concatenate((rows[finite], rows[~finite]))


class RowOrder:
    """A permutation of the rows: the row at each place. The document's own order keeps no array."""

    def __init__(self, count: int, rows: Rows | None = None) -> None:
        self.count = count
        self._rows = rows

    @property
    def is_natural(self) -> bool:
        """Whether rows stand as in the document."""
        return self._rows is None

    def row(self, place: int) -> int:
        """The row at a place."""
        return place if self._rows is None else int(self._rows.item(place))

    def rows(self, places: range | slice | Rows) -> Rows:
        """The rows at some places."""
        if isinstance(places, range):
            places = slice(places.start, places.stop)
        if self._rows is not None:
            return self._rows[places]
        return np.arange(self.count)[places] if isinstance(places, slice) else places

    def place(self, row: int) -> int:
        """Where a row stands; -1 for none."""
        if not 0 <= row < self.count:
            return -1
        return row if self._rows is None else int(self._places.item(row))

    def places(self, rows: Rows) -> Rows:
        """Where some rows stand."""
        return rows if self._rows is None else self._places[rows]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The first and last place of the rows `first..last`."""
        if self._rows is None:
            return first, last
        places = self._places[first : last + 1]
        return int(places.min()), int(places.max())

    def with_inserted(self, first: int, count: int) -> tuple[int, RowOrder]:
        """New rows below the row before them; the place of the first of them, and the new order."""
        if self._rows is None:
            return first, RowOrder(self.count + count)
        place = self.place(first - 1) + 1
        rows = np.where(self._rows >= first, self._rows + count, self._rows)
        return place, RowOrder(self.count + count, np.insert(rows, place, np.arange(first, first + count)))

    def runs_of(self, first: int, count: int) -> list[tuple[int, int]]:
        """The places of the rows from `first` on as runs (first and last place), the last run first."""
        places = np.sort(self.places(np.arange(first, first + count)))
        runs = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
        return [(int(run[0]), int(run[-1])) for run in reversed(runs) if run.size]

    def without_places(self, first: int, last: int) -> RowOrder:
        """Fewer places, the rows still numbered as before; for the steps of a removal."""
        assert self._rows is not None
        return RowOrder(self.count - (last + 1 - first), np.delete(self._rows, slice(first, last + 1)))

    def renumbered(self, first: int, count: int) -> RowOrder:
        """The order after the rows from `first` on have gone from the document."""
        assert self._rows is not None
        return RowOrder(self.count, np.where(self._rows > first, self._rows - count, self._rows))

    @cached_property
    def _places(self) -> Rows:
        assert self._rows is not None
        places = np.empty_like(self._rows)
        places[self._rows] = np.arange(len(self._rows))
        return places
