"""The ledger unfolded: one formula's rows, beside those that the other form of target would give."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine import Evaluation, Formula, Ledger, MulticlassProblem, Role, values_of
from gui.services.verdicts.words import passed_over_text
from gui.tables.options.target_forms import TargetForm, as_form, form_of
from gui.tables.results.ledger_model import LedgerModel
from gui.tables.results.ledger_text import ledger_line, levels_line, levels_words

ROWS_SHOWN = 6
"""Rows of the table in sight, the total among them, unless there is room for more."""

LONG_AMOUNT = "0.000000"
"""A text as wide as most amounts."""

PADDING = 6
"""Pixels on both sides of a title or number together."""

FONT_SCALE = 0.85
"""Two ledgers with all their parts fit beside one another at the first window's size."""

MOST_COMPARED = 100_000
"""Logits of a problem whose other form is computed, which takes up to a frame for this many."""


class LedgerTable(QWidget):
    """One ledger: its line above, its rows below."""

    row_chosen = Signal(int)
    """A row was clicked, or reached by the keyboard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.caption = QLabel(self)
        self.caption.setTextFormat(Qt.TextFormat.PlainText)
        self.caption.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.caption.setWordWrap(True)
        self.standing = QLabel(self)
        self.standing.setTextFormat(Qt.TextFormat.PlainText)
        self.standing.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.standing.setWordWrap(True)
        self.standing.setToolTip(levels_words())
        self.standing.hide()
        self.model = LedgerModel(self)
        self.view = _LedgerView(self.model, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.caption)
        layout.addWidget(self.standing)
        layout.addWidget(self.view)
        layout.addStretch(1)
        self.view.selectionModel().currentRowChanged.connect(self._choose)

    def show_ledger(self, ledger: Ledger, title: str, standing: str = "") -> None:
        """Show a ledger under its line and a title, if it has one, and where the value stands."""
        self._show(ledger, ledger_line(ledger), title)
        self.standing.setText(standing)
        self.standing.setVisible(bool(standing))

    def show_refusal(self, refusal: str, title: str) -> None:
        """Say in PyTorch's words why there is no ledger."""
        self._show(None, self.tr("PyTorch refuses: {words}").format(words=refusal), title)
        self.standing.hide()

    def _show(self, ledger: Ledger | None, words: str, title: str) -> None:
        self.caption.setText(f"{title}: {words}" if title else words)
        self.model.show_ledger(ledger)
        self.view.setVisible(self.model.rowCount() > 0)

    def _choose(self, current: QModelIndex) -> None:
        if current.row() > 0:
            self.row_chosen.emit(current.row() - 1)


class _LedgerView(QTableView):
    """A table just as high as a few rows."""

    def __init__(self, model: LedgerModel, parent: QWidget) -> None:
        super().__init__(parent)
        small = self.font()
        small.setPointSizeF(small.pointSizeF() * FONT_SCALE)
        self.setFont(small)
        self.setModel(model)
        self.setAccessibleName(self.tr("Ledger"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setHighlightSections(False)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 4)
        rows.setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        model.modelReset.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        rows = min(self.model().rowCount(), ROWS_SHOWN)
        height = self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth()
        self.setFixedHeight(height + rows * self.verticalHeader().defaultSectionSize())
        self._spread()

    def _spread(self) -> None:
        """Give every column the width of its title and numbers, and all what is left in equal parts."""
        header = self.horizontalHeader()
        bold = QFont(self.font())
        bold.setBold(True)
        least = QFontMetrics(bold).horizontalAdvance(LONG_AMOUNT) + PADDING
        model = self.model()
        titles = [model.headerData(section, Qt.Orientation.Horizontal) for section in range(header.count())]
        hints = [max(least, *map(self._width, title.split("\n"))) for title in titles]
        spare = max(0, self.viewport().width() - sum(hints)) // max(1, len(hints))
        for section, hint in enumerate(hints):
            header.resizeSection(section, hint + spare)

    def _width(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + PADDING

    # -- Qt's protocol ------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(120, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()


class LedgerPanel(QWidget):
    """A chooser of the formula, its ledger, and on request the one with the targets' other form."""

    row_chosen = Signal(int)
    """A row of a ledger was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evaluation: Evaluation | None = None
        self._key: str | None = None
        self.formula = QComboBox(self)
        self.formula.setAccessibleName(self.tr("Formula of the ledger"))
        self.formula.activated.connect(self._choose_formula)
        self.compare = QToolButton(self)
        self.compare.setCheckable(True)
        self.compare.toggled.connect(self._show)
        self.own, self.other = LedgerTable(self), LedgerTable(self)
        for table in (self.own, self.other):
            table.row_chosen.connect(self.row_chosen)
        self._lay_out()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.formula)
        top.addStretch(1)
        top.addWidget(self.compare)
        tables = QHBoxLayout()
        tables.setSpacing(8)
        tables.addWidget(self.own, 1)
        tables.addWidget(self.other, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addLayout(tables)

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Follow an evaluation with the formula chosen before, where it still has that."""
        self._evaluation = evaluation
        columns = sorted(evaluation.columns, key=lambda column: column.formula.role is Role.EXACT)
        keys = [column.formula.key for column in columns]
        if keys != [self.formula.itemData(number) for number in range(self.formula.count())]:
            self.formula.clear()
            for column in columns:
                self.formula.addItem(column.formula.title, column.formula.key)
        if self._key not in keys:
            self._key = keys[0] if keys else None
        self.formula.setCurrentIndex(self.formula.findData(self._key))
        self._show()

    def show_formula(self, key: str) -> None:
        """Choose the formula."""
        if self.formula.findData(key) >= 0:
            self._key = key
            self.formula.setCurrentIndex(self.formula.findData(key))
            self._show()

    def _choose_formula(self, number: int) -> None:
        self.show_formula(self.formula.itemData(number))

    def _show(self) -> None:
        if self._evaluation is None or self._key is None:
            return
        problem = self._evaluation.problem
        comparable = isinstance(problem, MulticlassProblem) and problem.logits.size <= MOST_COMPARED
        self.compare.setVisible(comparable)
        both = comparable and self.compare.isChecked()
        self.other.setVisible(both)
        column, title = self._evaluation.column(self._key), ""
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
            lines = (
                levels_line(self._evaluation, column),
                passed_over_text(column.formula, self._evaluation.problem),
            )
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
