"""A small table of finished texts beside the plots: formulas down, readings across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTableView, QWidget

from gui.services.colours import FormulaStyle

Index = QModelIndex | QPersistentModelIndex

SWATCH = QSize(26, 12)
ROOM = 14
"""Pixels beside the text of a cell."""

FEWEST = "\N{MINUS SIGN}0.00000000e\N{MINUS SIGN}00"
"""No column of numbers is narrower than this, so that none moves while the crosshair does."""


@dataclass(frozen=True, slots=True)
class TextRow:
    """A line of texts, a formula's with its style before the title."""

    title: str
    style: FormulaStyle | None
    cells: tuple[str, ...]


class TextTableModel(QAbstractTableModel):
    """Rows of texts; a change of texts alone keeps the rows."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._headers: tuple[str, ...] = ()
        self._rows: tuple[TextRow, ...] = ()

    @property
    def rows(self) -> tuple[TextRow, ...]:
        """What is shown."""
        return self._rows

    def show_rows(self, headers: Sequence[str], rows: Sequence[TextRow]) -> None:
        """Show these."""
        same = tuple(headers) == self._headers
        before = [(row.title, len(row.cells)) for row in self._rows]
        if same and before == [(row.title, len(row.cells)) for row in rows]:
            self._rows = tuple(rows)
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self._headers) - 1))
            return
        self.beginResetModel()
        self._headers, self._rows = tuple(headers), tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._headers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title if column == 0 else row.cells[column - 1]
        if role == Qt.ItemDataRole.DecorationRole and column == 0 and row.style is not None:
            return swatch(row.style)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return (
                f"{row.title}, {self._headers[column]}: {row.title if column == 0 else row.cells[column - 1]}"
            )
        if role == Qt.ItemDataRole.TextAlignmentRole and column > 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or section >= len(self._headers):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


def swatch(style: FormulaStyle) -> QPixmap:
    """A formula's line, as its curve is drawn."""
    picture = QPixmap(SWATCH)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    pen = QPen(style.colour, 2.0, style.dash)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    middle = SWATCH.height() / 2
    painter.drawLine(QPointF(0.0, middle), QPointF(SWATCH.width(), middle))
    painter.end()
    return picture


class TextTable(QTableView):
    """Shows its texts without scrolling; as high as its rows.

    The `narrow` columns take no more room than their headers; the others share the rest.
    """

    def __init__(self, parent: QWidget | None = None, *, narrow: Sequence[int] = ()) -> None:
        super().__init__(parent)
        self._narrow = frozenset(narrow)
        self._model = TextTableModel(self)
        self.setModel(self._model)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(SWATCH)
        self.setTabKeyNavigation(False)
        self._width = 0
        self.verticalHeader().hide()
        across = self.horizontalHeader()
        across.setSectionsClickable(False)
        across.setHighlightSections(False)
        across.setMinimumSectionSize(20)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def rows(self) -> tuple[TextRow, ...]:
        """What is shown."""
        return self._model.rows

    def show_rows(self, headers: Sequence[str], rows: Sequence[TextRow]) -> None:
        """Show these."""
        before = [row.title for row in self.rows], self._model.columnCount()
        self._model.show_rows(headers, rows)
        if before != ([row.title for row in rows], len(headers)):
            self._fit(headers)

    def _fit(self, headers: Sequence[str]) -> None:
        metrics, across = self.fontMetrics(), self.horizontalHeader()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 3)
        titles = [metrics.horizontalAdvance(row.title) for row in self.rows]
        self._width = 0
        for column, header in enumerate(headers):
            if column == 0 or column in self._narrow:
                width = ROOM + metrics.horizontalAdvance(header)
                if column == 0:
                    width = SWATCH.width() + ROOM + max(titles, default=0)
                across.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
                across.resizeSection(column, width)
            else:
                texts = (FEWEST, header, *(row.cells[column - 1] for row in self.rows))
                width = ROOM + max(map(metrics.horizontalAdvance, texts))
                across.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
            self._width += width
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        across = self.horizontalHeader()
        rows = len(self.rows) * self.verticalHeader().defaultSectionSize()
        return QSize(self._width, across.sizeHint().height() + rows + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._fit(
                [
                    self._model.headerData(c, Qt.Orientation.Horizontal)
                    for c in range(self._model.columnCount())
                ]
            )
