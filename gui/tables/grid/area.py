"""What is selected in a table, as a rectangle of places and columns where it is one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QItemSelectionRange

from gui.tables.grid.sorting import Rows


@dataclass(frozen=True, eq=False)
class Area:
    """Some places of some columns, both ascending.

    Attributes
    ----------
    places : integer array
    columns : tuple of int
        Visible ones only.
    """

    places: Rows
    columns: tuple[int, ...]


def area_of(ranges: Iterable[QItemSelectionRange], hidden: frozenset[int]) -> Area | None:
    """The places and columns of a selection; None if it is empty or no rectangle even when closed up.

    Notes
    -----
    As in spreadsheets: ranges that share their rows, or their columns, close up to one rectangle.
    """
    parts = []
    for part in ranges:
        columns = [c for c in range(part.left(), part.right() + 1) if c not in hidden]
        if columns:
            parts.append((np.arange(part.top(), part.bottom() + 1), columns))
    if not parts:
        return None
    places = np.unique(np.concatenate([rows for rows, _ in parts]))
    columns = sorted({column for _, part in parts for column in part})
    cells = sum(len(rows) * len(part) for rows, part in parts)
    return Area(places, tuple(columns)) if cells == places.size * len(columns) else None
