"""The ledger unfolded: one formula's rows, beside those that the other form of target would give."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
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

from engine import Column, Evaluation, MulticlassProblem, Role, evaluate
from gui.tables.ledger_model import LedgerModel
from gui.tables.ledger_text import ledger_line
from gui.tables.target_forms import TargetForm, as_form, form_of

ROWS_SHOWN = 6
"""Rows of the table in sight, the total among them, unless there is room for more."""

LONG_AMOUNT = "0.000000"
"""A text as wide as most amounts."""

MOST_COMPARED = 2_000_000
"""Logits of a problem whose other form is computed: a conversion of this size takes some 0.1 s."""


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
        self.model = LedgerModel(self)
        self.view = _LedgerView(self.model, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.caption)
        layout.addWidget(self.view)
        layout.addStretch(1)
        self.view.selectionModel().currentRowChanged.connect(self._choose)

    def show_column(self, column: Column, title: str) -> None:
        """Show a formula's ledger, or in PyTorch's words why there is none."""
        if column.refusal is not None:
            words = self.tr("PyTorch refuses: {words}").format(words=column.refusal)
            self.caption.setText(f"{title}: {words}" if title else words)
            self.model.show_ledger(None)
        else:
            line = ledger_line(column.ledger)
            self.caption.setText(f"{title}: {line}" if title else line)
            self.model.show_ledger(column.ledger)
        self.view.setVisible(self.model.rowCount() > 0)

    def _choose(self, current: QModelIndex) -> None:
        if current.row() > 0:
            self.row_chosen.emit(current.row() - 1)


class _LedgerView(QTableView):
    """A table just as high as a few rows."""

    def __init__(self, model: LedgerModel, parent: QWidget) -> None:
        super().__init__(parent)
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
        least = self.fontMetrics().horizontalAdvance(LONG_AMOUNT)
        hints = [max(header.sectionSizeHint(section), least) for section in range(header.count())]
        spare = max(0, self.viewport().width() - sum(hints)) // max(1, len(hints))
        for section, hint in enumerate(hints):
            header.resizeSection(section, hint + spare)

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
                converted = as_form(problem, other).problem
                compared = evaluate(converted, formulas=(column.formula,))
                self.other.show_column(compared.columns[0], self._form_name(other))
        self.own.show_column(column, title)

    def _form_name(self, form: TargetForm) -> str:
        return self.tr("class indices") if form == "index" else self.tr("class probabilities")
