"""The filter's menu: a small form whose every change is shown at once."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from engine import MulticlassProblem
from gui.services.numbers.number_text import format_number, parse_number
from gui.tables.filter.row_filter import Range
from gui.tables.filter.table_filter import TableFilter
from gui.tables.grid.columns import Kind
from gui.tables.grid.failures import WORST_FIRST, failure_word
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.wording import class_name

MOST_CLASSES = 200
"""Classes that are listed; a longer list would be typed into."""


class FilterForm(QFrame):
    """Failures, formula, target, a range, ignored rows and row numbers; it closes with Escape."""

    refused = Signal(str)
    """Why what was typed is no condition."""

    def __init__(self, model: ProblemModel, rows: TableFilter, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(self.tr("Filter"))
        self._model = model
        self._rows = rows
        self.failures = {failure: QCheckBox(failure_word(failure), self) for failure in WORST_FIRST}
        self.formula, self.target, self.ignored = QComboBox(self), QComboBox(self), QComboBox(self)
        self.column = QComboBox(self)
        self.low, self.high, self.numbers = QLineEdit(self), QLineEdit(self), QLineEdit(self)
        self.reason = QLabel(self)
        self.clear = QPushButton(self.tr("Show all rows"), self)
        self._fill()
        self._lay_out()
        self.show_wanted()
        self._connect()

    def _fill(self) -> None:
        """Offer what the table has."""
        problem, columns = self._model.snapshot.problem, self._model.columns
        formulas = [c.formula for c in columns if c.kind is Kind.LOSS and c.formula is not None]
        self.formula.addItem(self.tr("any formula"), None)
        self.column.addItem(self.tr("any logit"), (Kind.LOGIT, None))
        self.column.addItem(self.tr("any loss"), (Kind.LOSS, None))
        for formula in formulas:
            self.formula.addItem(formula.title, formula.key)
            self.column.addItem(self.tr("loss {title}").format(title=formula.title), (Kind.LOSS, formula.key))
        self.target.addItem(self.tr("any target"), None)
        if isinstance(problem, MulticlassProblem):
            for index in range(min(problem.classes, MOST_CLASSES)):
                name = class_name(problem, index)
                self.target.addItem(f"y = {name}", float(index))
                self.column.addItem(f"z[{name}]", (Kind.LOGIT, index))
        else:
            for value in (0.0, 1.0):
                self.target.addItem(f"y = {format_number(value)}", value)
        self.ignored.addItem(self.tr("ignored and not"), None)
        self.ignored.addItem(self.tr("not ignored"), False)
        self.ignored.addItem(self.tr("ignored"), True)

    def _lay_out(self) -> None:
        kinds = QGridLayout()
        for number, box in enumerate(self.failures.values()):
            kinds.addWidget(box, number // 4, number % 4)
        between = QHBoxLayout()
        for widget in (self.column, QLabel(self.tr("from"), self), self.low):
            between.addWidget(widget)
        between.addWidget(QLabel(self.tr("to"), self))
        between.addWidget(self.high)
        self.numbers.setPlaceholderText(self.tr("as in 5, 10-20"))
        self.reason.setWordWrap(True)
        form = QFormLayout(self)
        form.addRow(self.tr("Failures"), kinds)
        form.addRow(self.tr("in"), self.formula)
        form.addRow(self.tr("Target"), self.target)
        form.addRow(self.tr("Number"), between)
        if self._model.snapshot.problem.family == "multiclass":
            form.addRow(self.tr("Rows that are"), self.ignored)
        else:
            self.ignored.hide()
        form.addRow(self.tr("Row numbers"), self.numbers)
        form.addRow(self.reason)
        form.addRow(self.clear)
        for widget, name in (
            (self.formula, self.tr("Formula")),
            (self.target, self.tr("Target")),
            (self.column, self.tr("Number")),
            (self.low, self.tr("From")),
            (self.high, self.tr("To")),
            (self.ignored, self.tr("Ignored rows")),
            (self.numbers, self.tr("Row numbers")),
        ):
            widget.setAccessibleName(name)

    def _connect(self) -> None:
        for box in self.failures.values():
            box.toggled.connect(self._want)
        for chooser in (self.formula, self.target, self.column, self.ignored):
            chooser.activated.connect(self._want)
        for line in (self.low, self.high, self.numbers):
            line.editingFinished.connect(self._want)
        self.clear.clicked.connect(self._show_all)
        self._rows.refused.connect(self.reason.setText)

    def show_wanted(self) -> None:
        """Show the present filter."""
        wanted = self._rows.wanted
        for failure, box in self.failures.items():
            box.setChecked(failure in wanted.failures)
        within = wanted.within or Range(Kind.LOGIT)
        for chooser, value in (
            (self.formula, wanted.formula),
            (self.target, wanted.target),
            (self.ignored, wanted.ignored),
            (self.column, (within.kind, within.which)),
        ):
            numbers = range(chooser.count())
            chooser.setCurrentIndex(next((n for n in numbers if chooser.itemData(n) == value), 0))
        for line, bound in ((self.low, within.low), (self.high, within.high)):
            line.setText("" if bound is None else format_number(bound))
        self.numbers.setText(wanted.rows)

    def _want(self) -> None:
        """Show the rows that the form describes."""
        self.reason.clear()
        try:
            within = self._range()
        except ValueError as error:
            self.reason.setText(str(error))
            self.refused.emit(str(error))
            return
        failures = frozenset(failure for failure, box in self.failures.items() if box.isChecked())
        self._rows.want(
            replace(
                self._rows.wanted,
                failures=failures,
                formula=self.formula.currentData(),
                target=self.target.currentData(),
                within=within,
                ignored=self.ignored.currentData(),
                rows=self.numbers.text(),
            )
        )

    def _range(self) -> Range | None:
        low, high = (
            parse_number(line.text()) if line.text().strip() else None for line in (self.low, self.high)
        )
        if low is None and high is None:
            return None
        kind, which = self.column.currentData()
        return Range(kind, which, low, high)

    def _show_all(self) -> None:
        self._rows.clear()
        self.close()
