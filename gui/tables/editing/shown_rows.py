"""The shown rows as a problem of their own, to be copied as a script."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from engine import Problem, torch_snippet
from gui.document.changes import Page
from gui.document.document import Document
from gui.document.edits import with_rows
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.sorting import RowOrder
from gui.tables.results.ledger_text import amount

MOST_NUMBERS = 1_000_000
"""A script of more literals than this is no longer something to paste."""


def problem_of(problem: Problem, order: RowOrder) -> Problem:
    """The problem of the rows in sight, in the order in which they stand; the same one if that is all."""
    if order.is_whole and order.is_natural:
        return problem
    return with_rows(problem, order.rows(slice(None)))


class ShownRows(QObject):
    """What menus do with the rows in sight."""

    message = Signal(str)
    """What was done, or why not."""

    def __init__(self, page: Page, document: Document, model: ProblemModel, parent: QObject) -> None:
        super().__init__(parent)
        self._page = page
        self._document = document
        self._model = model

    @property
    def problem(self) -> Problem:
        """The problem of the rows in sight."""
        return problem_of(self._document.problem(self._page), self._model.order)

    def copy_reproduction(self) -> None:
        """Copy a PyTorch script that computes these rows' losses."""
        problem = self.problem
        if problem.logits.size > MOST_NUMBERS:
            text = self.tr("Not copied: {count} logits are too many for a script; filter the rows first")
            self.message.emit(text.format(count=amount(problem.logits.size)))
            return
        script = torch_snippet(problem, self._document.formulas.of(self._page))
        QGuiApplication.clipboard().setText(script)
        if problem.rows == 1:
            self.message.emit(self.tr("Copied: a PyTorch script of 1 row"))
        else:
            self.message.emit(self.tr("Copied: a PyTorch script of %n rows", "", problem.rows))
