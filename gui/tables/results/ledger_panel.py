"""What the mean divides by: all formulas side by side, or one with its parts and the other form of target."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine import Evaluation, Formula, MulticlassProblem, Role, values_of
from gui.document.covering import covered_words
from gui.services.look.scrolling import scrolling
from gui.services.verdicts.words import passed_over_text
from gui.tables.options.target_forms import TargetForm, as_form, form_of
from gui.tables.results.ledger_overview import LedgerOverview
from gui.tables.results.ledger_table import LedgerTable
from gui.tables.results.ledger_text import (
    divisor_sentence,
    levels_line,
    levels_words,
    standing_lines,
)

ALL = ""
"""In place of a formula's key: all of them."""

MOST_COMPARED = 100_000
"""Logits of a problem whose other form is computed, which takes up to a frame for this many."""

WIDE = 130
"""Characters of average width from which the words stand beside the rows, not below."""

SPACING = 8


class LedgerPanel(QWidget):
    """A chooser of the formula, the rows, and in one plain sentence what they are divided by."""

    row_chosen = Signal(int)
    """A row of a ledger was chosen."""
    word_asked = Signal(str, QRect)
    """A word's key, and where it stands on the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evaluation: Evaluation | None = None
        self._key = ALL
        self._is_wide: bool | None = None
        self.setAccessibleName(self.tr("Ledger"))
        content = QWidget()
        self.formula = QComboBox(content)
        self.formula.setAccessibleName(self.tr("Formula of the ledger"))
        self.formula.activated.connect(self._choose_formula)
        self.compare = QToolButton(content)
        self.compare.setCheckable(True)
        self.compare.toggled.connect(self._show)
        self.overview = LedgerOverview(content)
        self.own, self.other = LedgerTable(content), LedgerTable(content)
        for table in (self.overview, self.own, self.other):
            table.row_chosen.connect(self.row_chosen)
        self.sentence, self.standing = _words(content), _words(content)
        self.standing.setToolTip(levels_words())
        self.levels = QToolButton(content)
        self.levels.setText(self.tr("Floor, now, chance?"))
        self.levels.setToolTip(self.tr("What the mean is measured by, on a card"))
        self.levels.setAutoRaise(True)
        self.levels.clicked.connect(self._ask_levels)
        self._lay_out(content)

    def _lay_out(self, content: QWidget) -> None:
        self._chooser = QHBoxLayout()
        self._chooser.setSpacing(SPACING)
        self._chooser.addWidget(self.formula)
        self._chooser.addStretch(1)
        self._chooser.addWidget(self.levels)
        self._chooser.addWidget(self.compare)
        self._tables = QHBoxLayout()
        self._tables.setSpacing(SPACING)
        for table in (self.overview, self.own, self.other):
            self._tables.addWidget(table, 1)
        self._told = QVBoxLayout()
        self._told.setSpacing(4)
        self._told.addWidget(self.sentence)
        self._told.addWidget(self.standing)
        self._told.addStretch(1)
        self._grid = QGridLayout(content)
        self._grid.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        self._grid.setSpacing(SPACING)
        self._scroll = scrolling(content, self, sideways=True)
        self.covered = QLabel(covered_words(), self)
        self.covered.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.covered.hide()
        self._arrange()
        chain = (self.formula, self.levels, self.compare, self.overview.view, self.own.view, self.other.view)
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def _arrange(self) -> None:
        """The words beside the rows where there is room for both, else below them."""
        wide = self.width() >= WIDE * self.fontMetrics().averageCharWidth()
        if wide == self._is_wide:
            return
        self._is_wide = wide
        grid = self._grid
        for part in (self._chooser, self._tables, self._told):
            grid.removeItem(part)
        if wide:
            grid.addLayout(self._tables, 0, 0, 2, 1)
            grid.addLayout(self._chooser, 0, 1)
            grid.addLayout(self._told, 1, 1)
        else:
            grid.addLayout(self._chooser, 0, 0)
            grid.addLayout(self._tables, 1, 0)
            grid.addLayout(self._told, 2, 0)
        grid.setColumnStretch(0, 7)
        grid.setColumnStretch(1, 3 if wide else 0)
        grid.setRowStretch(1, 1)

    # -- what is shown ------------------------------------------------------------------------------

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Follow an evaluation with the formula chosen before, where it still has that."""
        self._evaluation = evaluation
        columns = sorted(evaluation.columns, key=lambda column: column.formula.role is Role.EXACT)
        keys = [ALL, *(column.formula.key for column in columns)]
        if keys != [self.formula.itemData(number) for number in range(self.formula.count())]:
            self.formula.clear()
            self.formula.addItem(self.tr("all formulas"), ALL)
            for column in columns:
                self.formula.addItem(column.formula.title, column.formula.key)
        if self._key not in keys:
            self._key = ALL
        self.formula.setCurrentIndex(self.formula.findData(self._key))
        self._show()

    def cover(self, covered: bool) -> None:
        """Show nothing until a question is answered, or all of it."""
        self._scroll.setVisible(not covered)
        self.covered.setVisible(covered)

    def show_formula(self, key: str) -> None:
        """Choose the formula, or all of them by an empty key."""
        if self.formula.findData(key) >= 0:
            self._key = key
            self.formula.setCurrentIndex(self.formula.findData(key))
            self._show()

    def _ask_levels(self) -> None:
        corner = self.levels.mapToGlobal(self.levels.rect().topLeft())
        self.word_asked.emit("levels", QRect(corner, self.levels.size()))

    def show_row(self, row: int) -> None:
        """Show which row is the selected one."""
        self.overview.show_row(row)

    def _choose_formula(self, number: int) -> None:
        self.show_formula(self.formula.itemData(number))

    def _show(self) -> None:
        if self._evaluation is None:
            return
        is_one = self._key != ALL
        self.overview.setVisible(not is_one)
        self.own.setVisible(is_one)
        self.sentence.setText(divisor_sentence(self._evaluation))
        if is_one:
            self.standing.clear()
            self._show_one(self._evaluation)
        else:
            self.compare.hide()
            self.other.hide()
            self.overview.show_evaluation(self._evaluation)
            empty = self.tr("No rows: type a logit, paste, or open a file.")
            rows = self._evaluation.problem.rows
            self.standing.setText(standing_lines(self._evaluation) if rows else empty)
        self.standing.setVisible(bool(self.standing.text()))

    def _show_one(self, evaluation: Evaluation) -> None:
        problem = evaluation.problem
        comparable = isinstance(problem, MulticlassProblem) and problem.logits.size <= MOST_COMPARED
        self.compare.setVisible(comparable)
        both = comparable and self.compare.isChecked()
        self.other.setVisible(both)
        column, title = evaluation.column(self._key), ""
        if isinstance(problem, MulticlassProblem):
            form = form_of(problem)
            other: TargetForm = "index" if form == "probabilities" else "probabilities"
            words = self.tr("Compare with {form}").format(form=self._form_name(other))
            self.compare.setText(words)
            if both:
                title = self._form_name(form)
                self._show_other(column.formula, as_form(problem, other).problem)
        if column.refusal is not None:
            self.own.show_refusal(column.refusal, title)
        else:
            lines = (levels_line(evaluation, column), passed_over_text(column.formula, problem))
            self.own.show_ledger(column.ledger, title, "\n".join(line for line in lines if line))

    def _show_other(self, formula: Formula, problem: MulticlassProblem) -> None:
        """Show the formula's ledger of the same problem with converted targets."""
        title = self._form_name(form_of(problem))
        refusal = formula.refusal(problem) if formula.refusal else None
        if refusal is not None:
            self.other.show_refusal(refusal, title)
            return
        with np.errstate(all="ignore"):  # 0 / 0 and inf are what a ledger shows
            # An evaluation would judge every row against the truth, at twenty times the cost.
            ledger = formula.ledger(formula.run(values_of(problem)), problem.reduction)
        self.other.show_ledger(ledger, title)

    def _form_name(self, form: TargetForm) -> str:
        return self.tr("class indices") if form == "index" else self.tr("class probabilities")

    # -- Qt's protocol ------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 72)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._scroll.setGeometry(self.rect())
        self.covered.setGeometry(self.rect())
        self._arrange()


def _words(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setWordWrap(True)
    return label
