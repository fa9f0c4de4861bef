"""The reduced value of every formula, and how it comes about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from engine import FLOAT64, Column, Evaluation, Formula, Role
from gui.services.colours import formula_style, is_dark
from gui.services.numbers.number_text import format_number, shortest_text
from gui.services.verdicts.words import passed_over_text
from gui.tables.results.ledger_text import (
    amount,
    ledger_line,
    levels_line,
    levels_words,
    row_lines,
)

if TYPE_CHECKING:
    from gui.tables.results.ledger_panel import LedgerPanel

_translate = QCoreApplication.translate

VALUE_DIGITS = 7
SAMPLE_WIDTH = 26


@dataclass(frozen=True, slots=True)
class ReducedLine:
    """One formula's line: its title, the reduced value, where it comes from, and the details."""

    formula: Formula
    title: str
    value: str
    origin: str
    tip: str


def reduced_lines(evaluation: Evaluation) -> tuple[ReducedLine, ...]:
    """A line a formula, in the catalogue's order, the exact one last."""
    columns = sorted(evaluation.columns, key=lambda column: column.formula.role is Role.EXACT)
    return tuple(_line(evaluation, column) for column in columns)


def _line(evaluation: Evaluation, column: Column) -> ReducedLine:
    title, ledger = column.formula.title, column.ledger
    if column.refusal is not None:
        words = _translate("reduced_values", "PyTorch: {words}").format(words=column.refusal)
        return ReducedLine(column.formula, title, _translate("reduced_values", "refused"), words, words)
    origin = ledger_line(ledger)
    if ledger.value is None:
        return ReducedLine(column.formula, title, "–", origin, origin)
    fmt = FLOAT64 if column.formula.role is Role.EXACT else evaluation.problem.format
    exact_value = f"{title} = {shortest_text(ledger.value, fmt)} ({fmt})"
    levels = levels_line(evaluation, column)
    standing = [levels, levels_words()] if levels else []
    parts = (
        exact_value,
        origin,
        *standing,
        passed_over_text(column.formula, evaluation.problem),
        *row_lines(ledger),
    )
    tip = "\n".join(part for part in parts if part)
    return ReducedLine(column.formula, title, format_number(ledger.value, VALUE_DIGITS), origin, tip)


class ElidedLabel(QLabel):
    """A label that is cut with an ellipsis instead of asking for more width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  # painted whole: it is one line
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().text().color())
        painter.drawText(self.rect(), int(self.alignment()), text)
        painter.end()


class LineSample(QWidget):
    """A short piece of the formula's curve, in its colour and dash: the plots' legend in the table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._formula: Formula | None = None
        self.setFixedWidth(SAMPLE_WIDTH)

    def show_formula(self, formula: Formula | None) -> None:
        """Choose the formula."""
        if formula is not self._formula:
            self._formula = formula
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  # painted whole: it is one line
        if self._formula is None:
            return
        style = formula_style(self._formula, is_dark(self.palette()))
        painter = QPainter(self)
        painter.setPen(QPen(style.colour, 2, style.dash))
        middle = self.height() // 2
        painter.drawLine(1, middle, self.width() - 1, middle)
        painter.end()


class ReducedValues(QWidget):
    """A small grid under the table: formula, reduced value, ledger in one line; the whole on request."""

    row_chosen = Signal(int)
    """A row of the unfolded ledger was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evaluation: Evaluation | None = None
        self._heading = QLabel(self)
        font = self._heading.font()
        font.setBold(True)
        self._heading.setFont(font)
        self.unfold = QToolButton(self)
        self.unfold.setText(self.tr("Ledger"))
        self.unfold.setToolTip(self.tr("Show what each row adds to the loss and to what it is divided by"))
        self.unfold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.unfold.setArrowType(Qt.ArrowType.RightArrow)
        self.unfold.setAutoRaise(True)
        self.unfold.setCheckable(True)
        self.unfold.toggled.connect(self._unfold)
        self._lines = QWidget(self)
        self._grid = QGridLayout(self._lines)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(3, 1)
        self._lay_out()
        self._samples: list[LineSample] = []
        self._rows: list[tuple[QLabel, QLabel, QLabel]] = []
        self._shown: tuple[ReducedLine, ...] = ()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._heading)
        top.addStretch(1)
        top.addWidget(self.unfold)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 0, 4, 2)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self._lines)

    @cached_property
    def ledger(self) -> LedgerPanel:
        """The whole ledger, made when it is first unfolded."""
        from gui.tables.results.ledger_panel import LedgerPanel  # noqa: PLC0415  # not needed to start

        ledger = LedgerPanel(self)
        ledger.setVisible(False)
        ledger.row_chosen.connect(self.row_chosen)
        self._layout.addWidget(ledger)
        chain = (self.unfold, ledger.formula, ledger.compare, ledger.own.view, ledger.other.view)
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)
        return ledger

    def _unfold(self, shown: bool) -> None:
        self.unfold.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        if shown and self._evaluation is not None:
            self.ledger.show_evaluation(self._evaluation)
        # The ledger has a line and a chooser of its own, and the table needs the room.
        self._lines.setVisible(not shown)
        self.ledger.setVisible(shown)

    @property
    def lines(self) -> tuple[ReducedLine, ...]:
        """What is shown."""
        return self._shown

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show an evaluation's reduced values."""
        self._evaluation = evaluation
        if self.unfold.isChecked():
            self.ledger.show_evaluation(evaluation)
        problem = evaluation.problem
        heading = self.tr("Reduced with '{reduction}' over {count} rows, {format}")
        self._set_text(
            self._heading,
            heading.format(reduction=problem.reduction, count=amount(problem.rows), format=problem.format),
        )
        self._shown = reduced_lines(evaluation)
        while len(self._rows) < len(self._shown):
            self._add_row()
        for number, labels in enumerate(self._rows):
            shown = number < len(self._shown)
            line = self._shown[number] if shown else None
            self._samples[number].show_formula(line.formula if line else None)
            for label, text in zip(
                labels, (line.title, line.value, line.origin) if line else ("", "", ""), strict=True
            ):
                self._set_text(label, text)
                label.setToolTip(line.tip if line else "")
                label.setVisible(shown)

    def _add_row(self) -> None:
        value = QLabel(self)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        value.setMinimumWidth(self.fontMetrics().horizontalAdvance("-2.061154e-09"))
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._samples.append(LineSample(self))
        self._grid.addWidget(self._samples[-1], len(self._rows), 0)
        labels = (QLabel(self), value, ElidedLabel(self))
        for column, label in enumerate(labels):
            label.setTextFormat(Qt.TextFormat.PlainText)
            self._grid.addWidget(label, len(self._rows), column + 1)
        self._rows.append(labels)

    @staticmethod
    def _set_text(label: QLabel, text: str) -> None:
        # Setting a label's text lays the panel out again even where nothing differs.
        if label.text() != text:
            label.setText(text)
