"""A whole batch pasted over the sample: whether it is one, and the question what becomes of the sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from engine import Problem
from gui.session.tutorial import first_problems, tutorial_problems
from gui.tables.grid.columns import Kind
from gui.tables.grid.problem_model import ProblemModel

if TYPE_CHECKING:
    from engine.data import Block

FEWEST_ROWS = 2
"""Rows of a batch; one row is an edit."""

_translate = QCoreApplication.translate


def is_batch_over_sample(block: Block, model: ProblemModel) -> bool:
    """Whether whole rows were pasted while the table still holds what a first start shows.

    Mixed with the sample's rows they would have its targets, and its rows would stay in the mean.
    """
    problem = model.snapshot.problem
    logits = sum(column.kind is Kind.LOGIT for column in model.columns)
    rows, width = block.values.shape
    is_rows = width >= logits if problem.family == "binary" else width > 1
    return rows >= FEWEST_ROWS and is_rows and _is_sample(problem)


def _is_sample(problem: Problem) -> bool:
    samples = (files[problem.family].problem for files in (first_problems(), tutorial_problems()))
    return any(
        np.array_equal(problem.logits, sample.logits) and np.array_equal(problem.target, sample.target)
        for sample in samples
    )


class BatchQuestion(QMessageBox):
    """The question, with its two answers beside Cancel."""

    def __init__(self, parent: QWidget, rows: int) -> None:
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle(_translate("batch", "Paste"))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(_translate("batch", "Put the %n pasted rows in the place of the sample?", "", rows))
        self.setInformativeText(
            _translate(
                "batch",
                "In its cells they would be mixed with the sample: its targets and its other rows stay.",
            )
        )
        role = QMessageBox.ButtonRole.AcceptRole
        self.replace = self.addButton(_translate("batch", "&Replace the sample…"), role)
        self.into_cells = self.addButton(_translate("batch", "Paste into the &cells"), role)
        self.addButton(QMessageBox.StandardButton.Cancel)
        self.setDefaultButton(self.replace)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
