"""What every formula's rows add, what they count, and the sums below: the division by eye."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget

from engine import Column, Evaluation, Role
from gui.services.look.type_sizes import bold
from gui.tables.results.ledger_text import amount

Index = QModelIndex | QPersistentModelIndex
ItemRole = Qt.ItemDataRole

NUMBER_ALIGNMENT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

LINES = {"mean": ("sum", "divided by", "mean"), "sum": ("sum",)}
"""The lines below the rows, by reduction."""

LEAST_ROWS = 2
"""Rows in sight at least."""

PADDING = 14
"""Pixels on both sides of a title or number together."""

LONG_AMOUNT = "0.00000e-00"
"""A text as wide as any amount but a large count."""


class OverviewModel(QAbstractTableModel):
    """A line a row: what it counts, then what it adds in each formula."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[Column, ...] = ()
        self._rows = 0
        self._counts: NDArray[np.float64] | None = None
        """What each row counts; None where nothing is divided by the counts."""

    def show_columns(self, columns: tuple[Column, ...], rows: int) -> None:
        """Show these columns of a problem of so many rows."""
        counts = _counts(columns)
        before, count = [column.formula for column in self._columns], self.columnCount()
        alike = rows == self._rows and [column.formula for column in columns] == before
        if alike and rows and count == len(columns) + (counts is not None):
            self._columns, self._counts = columns, counts
            self.dataChanged.emit(self.index(0, 0), self.index(rows - 1, self.columnCount() - 1))
            return
        self.beginResetModel()
        self._columns, self._rows, self._counts = columns, rows, counts
        self.endResetModel()

    def _column(self, number: int) -> Column | None:
        """The formula's column at a place; None where the counts stand."""
        at = number - (self._counts is not None)
        return None if at < 0 else self._columns[at]

    def _value(self, row: int, number: int) -> float | None:
        """A cell's number; None where the call is refused or the row ignored."""
        column = self._column(number)
        if column is None:
            return None if self._counts is None else self._counts.item(row)
        if column.refusal is not None or not column.ledger.counted.item(row):
            return None
        return column.ledger.row_numerators.item(row)

    # -- Qt's protocol ------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's default
        return 0 if parent.isValid() or not self._columns else self._rows

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns) + (self._counts is not None)

    def data(self, index: Index, role: int = ItemRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == ItemRole.TextAlignmentRole:
            return NUMBER_ALIGNMENT
        if role not in (ItemRole.DisplayRole, ItemRole.ToolTipRole):
            return None
        value = self._value(index.row(), index.column())
        if role == ItemRole.ToolTipRole:
            return None if value is None else repr(value)
        if value is not None:
            return amount(value)
        column = self._column(index.column())
        refused = column is not None and column.refusal is not None
        return self.tr("refused") if refused else self.tr("ignored")

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = ItemRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == ItemRole.DisplayRole else None
        if section >= self.columnCount():
            return None
        column = self._column(section)
        if column is None:
            words = {
                ItemRole.DisplayRole: self.tr("counts"),
                ItemRole.ToolTipRole: self.tr("What the row counts: 1, or the weight of its target class"),
            }
            return words.get(ItemRole(role))
        words = {
            ItemRole.DisplayRole: column.formula.title.replace("(", "\n(", 1),
            ItemRole.ToolTipRole: self.tr("What the row adds: its loss times its weight"),
        }
        return words.get(ItemRole(role))


class SumsModel(QAbstractTableModel):
    """The lines below: the sum, what it is divided by, and the reduced value in bold."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[Column, ...] = ()
        self._lines: tuple[str, ...] = ()
        self._bold = QFont()
        self._bold.setBold(True)

    def show_columns(self, columns: tuple[Column, ...]) -> None:
        """Sum these columns up as their reduction does."""
        reduction = columns[0].ledger.reduction if columns else "none"
        names = LINES.get(reduction, ())
        if names == self._lines and len(columns) == len(self._columns) and names:
            self._columns = columns
            self.dataChanged.emit(self.index(0, 0), self.index(len(names) - 1, self.columnCount() - 1))
            return
        self.beginResetModel()
        self._columns, self._lines = columns, names
        self.endResetModel()

    def _value(self, line: str, column: Column) -> float | None:
        if column.refusal is not None:
            return None
        ledger = column.ledger
        if line == "divided by":
            return ledger.denominator
        return ledger.value if line == ledger.reduction else ledger.numerator

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's default
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns) + self._offset

    @property
    def _offset(self) -> int:
        """The counts have no sum of their own: what is divided by may differ."""
        return int(self._lines == LINES["mean"])

    def data(self, index: Index, role: int = ItemRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == ItemRole.TextAlignmentRole:
            return NUMBER_ALIGNMENT
        line = self._lines[index.row()]
        if role == ItemRole.FontRole and index.row() == len(self._lines) - 1:
            return self._bold
        at = index.column() - self._offset
        if role not in (ItemRole.DisplayRole, ItemRole.ToolTipRole) or at < 0:
            return None
        column = self._columns[at]
        value = self._value(line, column)
        if role == ItemRole.ToolTipRole:
            return column.refusal if value is None else repr(value)
        return self.tr("refused") if value is None else amount(value)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = ItemRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Vertical or section >= len(self._lines):
            return None
        if role == ItemRole.DisplayRole:
            words = {"sum": self.tr("sum"), "divided by": self.tr("divided by"), "mean": self.tr("mean")}
            return words[self._lines[section]]
        return self._bold if role == ItemRole.FontRole and section == len(self._lines) - 1 else None


class _Lines(QTableView):
    """A plain table whose columns another decides on."""

    def __init__(self, model: QAbstractTableModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setHighlightSections(False)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 4)
        rows.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def sizeHint(self) -> QSize:
        return QSize(240, self.minimumHeight())  # as high as there is room, and no reason to scroll all


class LedgerOverview(QWidget):
    """The rows, which scroll, and the sums below them, which stay in sight."""

    row_chosen = Signal(int)
    """A row was clicked, or reached by the keyboard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model, self.sums_model = OverviewModel(self), SumsModel(self)
        self.view, self.sums = _Lines(self.model, self), _Lines(self.sums_model, self)
        self.view.setAccessibleName(self.tr("Ledger of all formulas"))
        self.sums.setAccessibleName(self.tr("Sums of the ledger"))
        self.sums.horizontalHeader().hide()
        self.sums.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # columns stay aligned
        self.sums.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.sums.horizontalScrollBar().valueChanged.connect(self.view.horizontalScrollBar().setValue)
        self.view.horizontalScrollBar().valueChanged.connect(self.sums.horizontalScrollBar().setValue)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self.sums)
        self.view.selectionModel().currentRowChanged.connect(self._choose)
        self.model.modelReset.connect(self._spread)
        self.sums_model.modelReset.connect(self._spread)

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show an evaluation's columns."""
        columns = tuple(sorted(evaluation.columns, key=lambda column: column.formula.role is Role.EXACT))
        self.model.show_columns(columns, evaluation.problem.rows)
        self.sums_model.show_columns(columns)

    def show_row(self, row: int) -> None:
        """Show which row is the selected one."""
        if 0 <= row < self.model.rowCount() and self.view.currentIndex().row() != row:
            self.view.setCurrentIndex(self.model.index(row, 0))

    def _choose(self, current: QModelIndex) -> None:
        if current.isValid():
            self.row_chosen.emit(current.row())

    def _spread(self) -> None:
        """Align both tables: heads alike wide, columns as wide as their words, the rest in equal parts."""
        heads = [
            self.sums_model.headerData(n, Qt.Orientation.Vertical) for n in range(self.sums_model.rowCount())
        ]
        metrics = QFontMetrics(bold(self.font()))
        head = max(map(metrics.horizontalAdvance, [str(self.model.rowCount()), *heads])) + PADDING
        titles = [
            self.model.headerData(n, Qt.Orientation.Horizontal) for n in range(self.model.columnCount())
        ]
        least = [LONG_AMOUNT if number else "" for number in range(len(titles))]
        hints = [
            max(metrics.horizontalAdvance(text) for text in (*title.split("\n"), amount_like)) + PADDING
            for title, amount_like in zip(titles, least, strict=True)
        ]
        bar = self.view.verticalScrollBar().sizeHint().width()
        frame = 2 * self.view.frameWidth()
        spare = max(0, self.width() - frame - bar - head - sum(hints)) // max(1, len(hints))
        for view in (self.view, self.sums):
            view.verticalHeader().setFixedWidth(head)
            view.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 4)
            for section, hint in enumerate(hints):
                view.horizontalHeader().resizeSection(section, hint + spare)
        line = self.view.verticalHeader().defaultSectionSize()
        scrolls = self.width() - frame - bar - head < sum(hints)
        across = self.sums.horizontalScrollBar().sizeHint().height() if scrolls else 0
        self.sums.setFixedHeight(len(heads) * line + frame + across)
        self.sums.setVisible(bool(heads))
        top = self.view.horizontalHeader().sizeHint().height()
        self.view.setMinimumHeight(top + LEAST_ROWS * line + frame)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()


def _counts(columns: tuple[Column, ...]) -> NDArray[np.float64] | None:
    """What the rows count, by the first formula that PyTorch takes."""
    if not columns or columns[0].ledger.reduction != "mean":
        return None
    taken = next((column for column in columns if column.refusal is None), columns[0])
    return taken.ledger.row_denominators
