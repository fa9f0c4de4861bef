"""A table of rows that can be sorted and filtered, in Qt's item-model protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.tables.grid.cell_reader import CellReader
from gui.tables.grid.columns import TableColumn
from gui.tables.grid.snapshot import Snapshot
from gui.tables.grid.sorting import Mask, RowOrder, Rows, sorted_rows
from gui.tables.grid.wording import row_head

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

COMPUTED_FLAGS = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
GIVEN_FLAGS = COMPUTED_FLAGS | Qt.ItemFlag.ItemIsEditable
CENTRED = int(Qt.AlignmentFlag.AlignCenter)


class RowsModel(QAbstractTableModel):
    """Shows what a frozen reader of cells says; who derives from it puts another in its place.

    Qt's row numbers are *places* here: `sort` and `show_rows` change them, and a row is the document's.
    """

    def __init__(self, cells: CellReader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cells = cells

    @property
    def columns(self) -> tuple[TableColumn, ...]:
        """The columns in order."""
        return self.cells.columns

    @property
    def snapshot(self) -> Snapshot:
        """The arrays behind the cells."""
        return self.cells.snapshot

    @property
    def order(self) -> RowOrder:
        """Which row stands at which place."""
        return self.cells.order

    def _show(self, **changes: Any) -> None:
        """Say something else from here on; the cells concerned are told of by whoever changes it."""
        self.cells = replace(self.cells, **changes)

    def touch(self, first: int, last: int, numbers: Sequence[int], *roles: Role) -> None:
        """Have the cells of the rows `first..last` repainted."""
        top, bottom = self.order.span(first, last) if first <= last else (0, -1)
        if len(numbers) and top <= bottom:
            self.dataChanged.emit(self.index(top, numbers[0]), self.index(bottom, numbers[-1]), list(roles))

    def touch_all(self, numbers: Sequence[int], *roles: Role) -> None:
        """Have the cells of every row repainted."""
        self.touch(0, self.order.total - 1, numbers, *roles)

    # -- Qt's protocol ------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's default
        return 0 if parent.isValid() else self.order.count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return COMPUTED_FLAGS if self.columns[index.column()].field is None else GIVEN_FLAGS

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= self.order.count:
            return None
        return self.cells.answer(index.row(), index.column(), role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if role == Role.TextAlignmentRole:
            return CENTRED
        if orientation == Qt.Orientation.Vertical:
            is_text = role == Role.DisplayRole and section < self.order.count
            return row_head(self.snapshot.problem, self.order.row(section)) if is_text else None
        return self.cells.header(self.columns[section], role) if section < len(self.columns) else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort the places by a column's numbers; column -1 puts them back into the document's order."""
        rows: Rows | None = None
        if column >= 0:
            values = self.snapshot.sort_key(self.columns[column])
            if values is None:
                self._say_unknown(self.columns[column])
                return
            rows = sorted_rows(values, descending=order == Qt.SortOrder.DescendingOrder)
        elif self.order.is_natural:
            return
        self._show_order(self.order.sorted_by(rows))

    def _say_unknown(self, column: TableColumn) -> None:
        """Say why there is nothing to sort by, where that is no matter of waiting."""

    def show_rows(self, shown: Mask | None) -> None:
        """Show these rows alone, in the present order; None shows all."""
        if shown is not None or not self.order.is_whole:
            self._show_order(self.order.showing(shown))

    def _show_order(self, order: RowOrder) -> None:
        """Put the rows in other places; Qt's persistent indices follow, and end with hidden rows."""
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        rows_kept = [self.order.row(index.row()) for index in kept]
        self._show(order=order)
        places = [order.place(row) for row in rows_kept]
        moved = [
            self.index(place, index.column()) if place >= 0 else QModelIndex()
            for place, index in zip(places, kept, strict=True)
        ]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()
        if self.order.count:
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, self.order.count - 1)
