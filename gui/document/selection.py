"""Which sample, and on the multiclass page which class's logit, the plots and the explanation show."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from gui.document.changes import PAGES, Change, Page, ProblemReplaced, RowsInserted, RowsRemoved
from gui.document.document import Document


class Place(NamedTuple):
    """A row and, on the multiclass page, the class whose logit moves (None: the target's)."""

    row: int
    moved: int | None = None


class Selection(QObject):
    """The selected place of each page; it always names an existing row while there is one."""

    changed = Signal(str)
    """The page whose place changed."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._places: dict[Page, Place] = {page: Place(0) for page in PAGES}
        document.changed.connect(self._follow)

    def place(self, page: Page | None = None) -> Place:
        """The selected place of a page, by default of the one in front."""
        return self._places[page or self._document.page]

    def moved_class(self) -> int:
        """The class whose logit moves on the multiclass page."""
        problem = self._document.multiclass
        place = self._places["multiclass"]
        if place.moved is not None:
            return min(place.moved, problem.classes - 1)
        if place.row >= problem.rows:
            return 0
        return problem.target_class(place.row) or 0

    def select(self, page: Page, row: int, moved: int | None = None) -> None:
        """Select a row; `moved` names the class whose logit moves, None keeps the last choice."""
        if moved is None:
            moved = self._places[page].moved
        place = Place(self._inside(page, row), moved)
        if place != self._places[page]:
            self._places[page] = place
            self.changed.emit(page)

    def _inside(self, page: Page, row: int) -> int:
        return max(0, min(row, self._document.problem(page).rows - 1))

    def _follow(self, change: Change) -> None:
        place = self._places[change.page]
        row, moved = place.row, place.moved
        if (
            isinstance(change, RowsInserted)
            and change.first <= row < self._document.problem(change.page).rows - change.count
        ):
            row += change.count
        elif isinstance(change, RowsRemoved) and change.first <= row:
            row = max(change.first, row - change.count)
        elif isinstance(change, ProblemReplaced):
            moved = None
        place = Place(self._inside(change.page, row), moved)
        if place != self._places[change.page]:
            self._places[change.page] = place
            self.changed.emit(change.page)
