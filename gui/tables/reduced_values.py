"""The reduced value of every formula, and how it comes about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from engine import FLOAT64, Column, Evaluation, Formula, Ledger, Role
from gui.services.colours import formula_style, is_dark
from gui.services.number_text import format_number, shortest_text

_translate = QCoreApplication.translate

VALUE_DIGITS = 7
SHARES_WRITTEN_OUT = 6
"""Up to so many weights the denominator is written as their sum, as in 10.598 / (6 + 4)."""
ROWS_IN_TIP = 12
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
    if ledger.value is None:
        text = _translate("reduced_values", "none: one value a row")
        return ReducedLine(column.formula, title, "–", text, text)
    fmt = FLOAT64 if column.formula.role is Role.EXACT else evaluation.problem.format
    exact_value = f"{title} = {shortest_text(ledger.value, fmt)} ({fmt})"
    return ReducedLine(
        column.formula,
        title,
        format_number(ledger.value, VALUE_DIGITS),
        _origin(ledger),
        "\n".join((exact_value, *_share_lines(ledger))),
    )


def _origin(ledger: Ledger) -> str:
    """The ledger in one line: '10.598 / (6 + 4)', '14.2 over 4 rows, 1 ignored'."""
    rows, ignored = len(ledger.counted), int(np.count_nonzero(~ledger.counted))
    if ledger.reduction == "sum":
        text = _translate("reduced_values", "sum of {count} rows").format(count=rows - ignored)
    else:
        text = f"= {format_number(ledger.numerator)} / {_denominator(ledger)}"
    if ignored:
        text += _translate("reduced_values", "   ({count} ignored)").format(count=ignored)
    return text


def _denominator(ledger: Ledger) -> str:
    shares = ledger.row_denominators[ledger.counted]
    alike = bool((shares == 1.0).all())
    # The shares explain the denominator only where they add up to it.
    if alike or len(shares) > SHARES_WRITTEN_OUT or not np.isclose(shares.sum(), ledger.denominator):
        return format_number(ledger.denominator)
    return "(" + " + ".join(format_number(share) for share in shares.tolist()) + ")"


def _share_lines(ledger: Ledger) -> list[str]:
    """Each row's share of numerator and denominator."""
    lines = [
        _translate("reduced_values", "{numerator} / {denominator} = {value}").format(
            numerator=repr(ledger.numerator), denominator=repr(ledger.denominator), value=repr(ledger.value)
        )
    ]
    for row in range(min(len(ledger.counted), ROWS_IN_TIP)):
        if not ledger.counted.item(row):
            lines.append(_translate("reduced_values", "row {row}: ignored").format(row=row + 1))
            continue
        lines.append(
            _translate("reduced_values", "row {row}: {share}, counts {weight}").format(
                row=row + 1,
                share=format_number(ledger.row_numerators.item(row)),
                weight=format_number(ledger.row_denominators.item(row)),
            )
        )
    more = len(ledger.counted) - ROWS_IN_TIP
    if more > 0:
        lines.append(_translate("reduced_values", "and {count} more rows").format(count=more))
    return lines


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
    """A small grid under the table: formula, reduced value, ledger."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(4, 2, 4, 2)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(3, 1)
        self._heading = QLabel(self)
        font = self._heading.font()
        font.setBold(True)
        self._heading.setFont(font)
        self._grid.addWidget(self._heading, 0, 0, 1, 4)
        self._samples: list[LineSample] = []
        self._rows: list[tuple[QLabel, QLabel, QLabel]] = []
        self._shown: tuple[ReducedLine, ...] = ()

    @property
    def lines(self) -> tuple[ReducedLine, ...]:
        """What is shown."""
        return self._shown

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show an evaluation's reduced values."""
        problem = evaluation.problem
        heading = self.tr("Reduced with '{reduction}' over {count} rows, {format}")
        self._set_text(
            self._heading,
            heading.format(reduction=problem.reduction, count=problem.rows, format=problem.format),
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
        self._grid.addWidget(self._samples[-1], len(self._rows) + 1, 0)
        labels = (QLabel(self), value, ElidedLabel(self))
        for column, label in enumerate(labels):
            label.setTextFormat(Qt.TextFormat.PlainText)
            self._grid.addWidget(label, len(self._rows) + 1, column + 1)
        self._rows.append(labels)

    @staticmethod
    def _set_text(label: QLabel, text: str) -> None:
        # Setting a label's text lays the panel out again even where nothing differs.
        if label.text() != text:
            label.setText(text)
