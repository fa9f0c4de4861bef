"""The first rows of an import as they will stand in the table, and the rows that hold something odd."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QLabel,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from engine import BinaryProblem, MulticlassProblem, Problem, Regime
from gui.files.import_checks import CHECKS, Check, rows_to_show
from gui.services.colours import is_dark, regime_colour, regime_fill, regime_hatch
from gui.services.look.marks import Mark, mark_pixmap
from gui.services.numbers.number_text import format_number

MARK_SIDE = 16
MOST_COLUMNS = 60
"""Columns of the preview; of more classes the first are shown."""

REGIME_ROLE = int(Qt.ItemDataRole.UserRole)

Index = QModelIndex | QPersistentModelIndex
ItemRole = Qt.ItemDataRole


class PreviewModel(QAbstractTableModel):
    """Some rows of a problem: target (and weight), then logits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problem: Problem | None = None
        self._rows: list[int] = []
        self._columns: list[tuple[str, str, int | None]] = []

    def show_problem(self, problem: Problem | None) -> None:
        """Show another problem's rows, or none."""
        self.beginResetModel()
        self._problem = problem
        self._rows = [] if problem is None else rows_to_show(problem)
        self._columns = [] if problem is None else _columns_of(problem)
        self.endResetModel()

    # -- Qt's protocol ------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: ARG002
        return len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: ARG002
        return len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = ItemRole.DisplayRole) -> Any:
        if role == ItemRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != ItemRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Horizontal:
            return self._columns[section][0]
        row, problem = self._rows[section], self._problem
        names = problem.row_names if isinstance(problem, BinaryProblem) else None
        return str(row + 1) if names is None or not names[row] else str(names[row])

    def data(self, index: Index, role: int = ItemRole.DisplayRole) -> Any:
        if not index.isValid() or self._problem is None:
            return None
        row, (_, field, place) = self._rows[index.row()], self._columns[index.column()]
        values = getattr(self._problem, field)
        value = values[row].item() if place is None else values[row, place].item()
        if role == ItemRole.DisplayRole:
            return format_number(value) if isinstance(value, float) else str(value)
        if role == ItemRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == REGIME_ROLE:
            return self._regime(field, row, value)
        return None

    def _regime(self, field: str, row: int, value: float) -> Regime | None:
        """What is odd about a number, as the table marks it."""
        if np.isnan(value):
            return Regime.NAN
        if np.isinf(value):
            return Regime.INFINITE
        problem = self._problem
        if field == "target" and isinstance(problem, MulticlassProblem) and not problem.has_probabilities:
            return Regime.REFUSED if problem.outside is not None and problem.outside[row] else None
        return Regime.CLAMPED if field == "target" and not 0 <= value <= 1 else None


def _columns_of(problem: Problem) -> list[tuple[str, str, int | None]]:
    """Title, field and class of each column."""
    columns: list[tuple[str, str, int | None]] = []
    if problem.target.ndim == 1:
        columns.append(("y", "target", None))
    if isinstance(problem, BinaryProblem):
        if problem.weight is not None:
            columns.append(("weight", "weight", None))
        return [*columns, ("z", "logits", None)]
    assert isinstance(problem, MulticlassProblem)
    names = problem.class_names
    shown = range(min(problem.classes, MOST_COLUMNS))
    columns += [(names[each] if names else f"z[{each}]", "logits", each) for each in shown]
    if problem.has_probabilities:
        columns += [(f"y {names[each]}" if names else f"y[{each}]", "target", each) for each in shown]
    return columns


class _OddDelegate(QStyledItemDelegate):
    """Marks what is odd with the table's fills and hatches."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        regime = index.data(REGIME_ROLE)
        if regime is not None:
            dark = is_dark(option.palette)
            area = option.rect
            painter.fillRect(area, regime_fill(regime, dark))
            colour = regime_colour(regime, dark)
            hatch = colour.__class__(colour)
            hatch.setAlphaF(0.35)
            painter.fillRect(area, QBrush(hatch, regime_hatch(regime)))
            painter.fillRect(area.x(), area.y(), 3, area.height(), colour)
        super().paint(painter, option, index)


class Preview(QTableView):
    """The table itself, to be looked at only."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows = PreviewModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(_OddDelegate(self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.horizontalHeader().setDefaultSectionSize(10 * self.fontMetrics().averageCharWidth() + 16)
        self.setAccessibleName(self.tr("First rows as they will stand in the table"))

    def show_problem(self, problem: Problem | None) -> None:
        """Show another problem's rows, or none."""
        self.rows.show_problem(problem)


class CheckLines(QWidget):
    """What was checked, a line each: a mark, a title and what was found."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._labels = [(QLabel(self), QLabel(self), QLabel(self)) for _ in range(CHECKS)]
        lines = QGridLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setVerticalSpacing(2)
        for number, (mark, title, text) in enumerate(self._labels):
            bold = title.font()
            bold.setBold(True)
            title.setFont(bold)
            text.setWordWrap(True)
            lines.addWidget(mark, number, 0, Qt.AlignmentFlag.AlignTop)
            lines.addWidget(title, number, 1, Qt.AlignmentFlag.AlignTop)
            lines.addWidget(text, number, 2)
        lines.setColumnStretch(2, 1)

    @property
    def texts(self) -> list[str]:
        """What the lines say."""
        return [text.text() for _, _, text in self._labels]

    def show_checks(self, checks: Sequence[Check]) -> None:
        """Show these lines; the others are empty, and keep their room."""
        for labels in self._labels:
            for label in labels:
                label.clear()
        for (mark, title, text), check in zip(self._labels, checks, strict=False):
            show_mark(mark, check.mark)
            title.setText(check.title)
            text.setText(check.text)


def show_mark(label: QLabel, mark: Mark) -> None:
    """Let a label show how sound something is."""
    label.setPixmap(mark_pixmap(mark, MARK_SIDE, is_dark(label.palette()), label.devicePixelRatioF()))
