"""The rows of a ledger as an item model: what each one adds, what it counts, its share of the loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from engine import Ledger
from gui.tables.results.ledger_text import amount, row_shares

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

NUMBER_ALIGNMENT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, eq=False)
class LedgerColumn:
    """One column: its words, each row's value, and the total above them."""

    title: str
    tip: str
    values: NDArray[np.float64]
    total: float


class LedgerModel(QAbstractTableModel):
    """The total in the first line, the rows below it; an ignored row says so."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[LedgerColumn, ...] = ()
        self._counted: NDArray[np.bool_] = np.empty(0, dtype=bool)
        self._bold = QFont()
        self._bold.setBold(True)

    def show_ledger(self, ledger: Ledger | None) -> None:
        """Show a ledger; None empties the table."""
        columns = () if ledger is None else self._columns_of(ledger)
        counted = self._counted[:0] if ledger is None else ledger.counted
        alike = len(counted) == len(self._counted) and [c.title for c in columns] == [
            c.title for c in self._columns
        ]
        if alike and columns:
            self._columns, self._counted = columns, counted
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(columns) - 1))
            return
        self.beginResetModel()
        self._columns, self._counted = columns, counted
        self.endResetModel()

    def _columns_of(self, ledger: Ledger) -> tuple[LedgerColumn, ...]:
        columns = [
            LedgerColumn(
                self.tr("numerator"),
                self.tr("What the row adds: its loss times its weight"),
                ledger.row_numerators,
                ledger.numerator,
            )
        ]
        if ledger.row_nll is not None and ledger.row_smooth is not None:
            columns += [
                LedgerColumn(
                    self.tr("nll\npart"),
                    self.tr("(1 − label_smoothing) · nll: what the target class adds to the numerator"),
                    ledger.row_nll,
                    _total(ledger.row_nll, ledger),
                ),
                LedgerColumn(
                    self.tr("smooth\npart"),
                    self.tr("label_smoothing / C · smooth: what all C classes add to the numerator"),
                    ledger.row_smooth,
                    _total(ledger.row_smooth, ledger),
                ),
            ]
        if ledger.reduction == "mean":
            columns.append(
                LedgerColumn(
                    self.tr("denominator"),
                    self.tr("What the row counts: 1, or the weight of its target class"),
                    ledger.row_denominators,
                    ledger.denominator,
                )
            )
        if ledger.value is not None:
            columns.append(
                LedgerColumn(
                    self.tr("share of\nthe loss"),
                    self.tr("The row's numerator over the whole denominator; all shares add up to the loss"),
                    row_shares(ledger),
                    ledger.value,
                )
            )
        return tuple(columns)

    # -- Qt's protocol ------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's default
        return 0 if parent.isValid() or not self._columns else len(self._counted) + 1

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = index.row() - 1, self._columns[index.column()]
        if role == Role.DisplayRole:
            if row < 0:
                return amount(column.total)
            return amount(column.values.item(row)) if self._counted.item(row) else self.tr("ignored")
        if role == Role.ToolTipRole:
            return repr(column.total if row < 0 else column.values.item(row))
        if role == Role.FontRole and row < 0:
            return self._bold
        return NUMBER_ALIGNMENT if role == Role.TextAlignmentRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and section < len(self._columns):
            column = self._columns[section]
            return {Role.DisplayRole: column.title, Role.ToolTipRole: column.tip}.get(Role(role))
        if orientation == Qt.Orientation.Vertical and role == Role.DisplayRole:
            return str(section) if section else "Σ"
        return None


def _total(part: NDArray[np.float64], ledger: Ledger) -> float:
    with np.errstate(all="ignore"):  # inf - inf among the rows is a result
        return float(np.sum(part, where=ledger.counted))
