"""Counts the numbers of a large table's columns beside the GUI; a small table's are counted at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gui.tables.footer.column_health import ColumnHealth, column_health
from gui.tables.grid.columns import TableColumn
from gui.tables.grid.snapshot import Snapshot

if TYPE_CHECKING:
    from engine.data import Progress
    from gui.services.jobs import JobRunner

Counts = dict[TableColumn, ColumnHealth | None]


class Counting(QObject):
    """One snapshot's columns, counted once; of a large table what was counted last stands until then."""

    counted = Signal()
    """Columns that were asked for have been counted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._snapshot: Snapshot | None = None
        self._counts: Counts = {}
        self._awaited: set[TableColumn] = set()
        self._jobs: JobRunner | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._start)

    def of(self, snapshot: Snapshot, column: TableColumn) -> ColumnHealth | None:
        """A column's counts; None while they are not known."""
        if snapshot is not self._snapshot:
            self._follow(self._snapshot, snapshot)
        if column in self._counts and column not in self._awaited:
            return self._counts[column]
        if not snapshot.is_large:
            self._counts[column] = column_health(snapshot, column)
            return self._counts[column]
        self._awaited.add(column)
        self._soon.start()
        return self._counts.get(column)

    def _follow(self, old: Snapshot | None, new: Snapshot) -> None:
        """Count again what differs: until its evaluation arrives, an edit changes given columns alone."""
        self._snapshot = new
        differs = set(self._counts)
        if old is not None and (old.evaluation, old.moved, old.cover) == (
            new.evaluation,
            new.moved,
            new.cover,
        ):
            differs = {column for column in differs if column.field is not None}
        if new.is_large and old is not None and old.problem.rows == new.problem.rows:
            self._awaited |= differs
            return
        self._counts = {column: known for column, known in self._counts.items() if column not in differs}
        self._awaited.clear()

    def _start(self) -> None:
        snapshot = self._snapshot
        if snapshot is None or not self._awaited:
            return
        if self._jobs is None:
            from gui.services.jobs import JobRunner  # noqa: PLC0415  # of large tables alone

            self._jobs = JobRunner(self)
        work = partial(_counted, snapshot, tuple(self._awaited))
        self._jobs.start(work, partial(self._take, snapshot), _raise)

    def _take(self, snapshot: Snapshot, counts: Counts) -> None:
        if snapshot is self._snapshot:
            self._counts |= counts
            self._awaited -= set(counts)
            self.counted.emit()


def _counted(snapshot: Snapshot, columns: tuple[TableColumn, ...], progress: Progress) -> Counts:
    counts: Counts = {}
    for number, column in enumerate(columns):
        progress(number, len(columns))
        counts[column] = column_health(snapshot, column)
        if (known := counts[column]) is not None:
            known.sorts()
    return counts


def _raise(error: Exception) -> None:
    raise error
