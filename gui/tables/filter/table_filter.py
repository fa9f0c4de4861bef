"""The filter of one table: it shows the rows that are wanted, and counts those with each failure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from gui.services.throttle import Throttle
from gui.tables.filter.filter_words import filter_words
from gui.tables.filter.row_filter import RowFilter, failure_bits
from gui.tables.grid.failures import Failure
from gui.tables.grid.problem_model import ProblemModel


class TableFilter(QObject):
    """Rows stay where they are under an edit, as in a sorted table.

    They are chosen anew when the filter changes, and when every row has been judged anew.
    """

    changed = Signal()
    """Other rows are wanted, or others are shown."""
    counted = Signal()
    """The rows with each failure have been counted again."""
    refused = Signal(str)
    """A filter in words that cannot be."""

    def __init__(self, model: ProblemModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._wanted = RowFilter()
        self._counts: tuple[object, str | None, dict[Failure, int]] | None = None
        self._counting = Throttle(self, after_paint=True)
        self._counting.due.connect(self.counted)
        model.dataChanged.connect(self._counting.request)
        for changed in (model.modelReset, model.rowsInserted, model.rowsRemoved):
            changed.connect(self._counting.request)
        model.judged_anew.connect(self._apply_again)
        model.covered.connect(self.counted)

    @property
    def wanted(self) -> RowFilter:
        """What is shown."""
        return self._wanted

    @property
    def is_on(self) -> bool:
        """Whether rows may be hidden."""
        return not self._wanted.is_empty

    def want(self, wanted: RowFilter) -> None:
        """Show other rows; a filter that cannot be is refused with a message, and the old one stays."""
        if wanted == self._wanted:
            return
        before, self._wanted = self._wanted, wanted
        try:
            self._apply()
        except ValueError as error:
            self._wanted = before
            self.refused.emit(str(error))

    def toggle(self, failure: Failure, wanted: bool) -> None:
        """Show rows with one more failure, or one less."""
        failures = self._wanted.failures
        self.want(replace(self._wanted, failures=failures | {failure} if wanted else failures - {failure}))

    def clear(self) -> None:
        """Show all rows."""
        self.want(RowFilter())

    def covers(self, failure: Failure) -> bool:
        """Whether the number of rows with a failure would tell what is asked for."""
        return failure.name.lower() in self._model.snapshot.cover.failures

    def words(self) -> str:
        """How many rows are shown and why; nothing if all are."""
        if not self.is_on:
            return ""
        return filter_words(self._wanted, self._model.order, self._model.snapshot, self._model.columns)

    def count(self, failure: Failure) -> int:
        """The rows with a failure in the losses looked at."""
        snapshot, formula = self._model.snapshot, self._wanted.formula
        known, about = self._counts, (snapshot.evaluation, snapshot.cover)
        if known is None or known[0] != about or known[1] != formula:
            bits = failure_bits(snapshot, self._model.columns, formula, gradients=False)
            counts = {each: int(np.count_nonzero(bits & np.uint16(1 << each))) for each in Failure}
            known = self._counts = (about, formula, counts)
        return known[2][failure]

    def _apply_again(self) -> None:
        """Choose the rows of another problem; where they cannot be chosen, all are shown."""
        try:
            self._apply()
        except ValueError as error:
            self.refused.emit(str(error))
            self.clear()

    def _apply(self) -> None:
        mask = self._wanted.mask(self._model.snapshot, self._model.columns)
        self._model.show_rows(mask)
        self._counting.request()
        self.changed.emit()
