"""Where everything stands on a first start, by the size of the window: values, no widgets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QSize

from gui.document.changes import Page

STEPS, FINDINGS, LEDGER, HISTORY, NOTES = DOCKS = ("steps", "findings", "ledger", "history", "notes")
"""The docks, in the order of their keys."""


class Arrangement(NamedTuple):
    """One row of the grid that the window is drawn on.

    Attributes
    ----------
    least : QSize
        Of the window from which on it is so.
    table : mapping
        Width of the table on each page.
    bottom_height : int
        Of the docks along the bottom, their tabs included.
    under : tuple of tuples
        Docks under the table, one group of tabs below the other; all others are at the bottom.
    shares : tuple of int
        Parts of the height for the table and each group below it.
    """

    least: QSize
    table: Mapping[Page, int]
    bottom_height: int
    under: tuple[tuple[str, ...], ...] = ()
    shares: tuple[int, ...] = (1,)

    @property
    def bottom(self) -> tuple[str, ...]:
        """The docks along the bottom."""
        return tuple(name for name in DOCKS if not any(name in group for group in self.under))


SMALL = Arrangement(QSize(0, 0), {"binary": 540, "multiclass": 690}, 196)
MEDIUM = Arrangement(QSize(1800, 1000), {"binary": 680, "multiclass": 690}, 204, ((FINDINGS,),), (54, 46))
LARGE = Arrangement(
    QSize(2400, 1300), {"binary": 984, "multiclass": 984}, 214, ((FINDINGS,), (LEDGER, HISTORY)), (36, 27, 37)
)


DRAWN_FOR = 14
"""Pixels from line to line of the letters for which the widths are drawn."""

MOST_OF_TABLE = 46
"""Percent of the window that larger letters may give the table."""


def table_widths(arrangement: Arrangement, window: int, line: int) -> dict[Page, int]:
    """The table's widths in a window so wide, with so many pixels from line to line."""
    most = window * MOST_OF_TABLE // 100
    return {
        page: max(width, min(width * line // DRAWN_FOR, most)) for page, width in arrangement.table.items()
    }


def arrangement_for(size: QSize) -> Arrangement:
    """The widest arrangement for which a window of this size has room."""
    fitting = (
        each
        for each in (LARGE, MEDIUM, SMALL)
        if size.width() >= each.least.width() and size.height() >= each.least.height()
    )
    return next(fitting, SMALL)
