"""One part of a table: a view of the shared model that shows its own columns alone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QApplication,
    QFrame,
    QHeaderView,
    QTableView,
    QWidget,
)

from gui.services.viewport import take_own_viewport
from gui.tables.grid.cell_words import word_of_cell
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.wording import widest_row_head
from gui.tables.view.delegate import CellDelegate
from gui.tables.view.header import TableHeader

CELL_PADDING = 10
"""Pixels on both sides of a number together."""

Hint = QAbstractItemDelegate.EndEditHint
Trigger = QAbstractItemView.EditTrigger
Action = QAbstractItemView.CursorAction
Modifier = Qt.KeyboardModifier

ACTIONS = {
    Qt.Key.Key_Left: Action.MoveLeft,
    Qt.Key.Key_Right: Action.MoveRight,
    Qt.Key.Key_Home: Action.MoveHome,
    Qt.Key.Key_End: Action.MoveEnd,
    Qt.Key.Key_Up: Action.MoveUp,
    Qt.Key.Key_Down: Action.MoveDown,
    Qt.Key.Key_PageUp: Action.MovePageUp,
    Qt.Key.Key_PageDown: Action.MovePageDown,
}
"""The keys that move the caret; the table says where those that cross its parts lead."""


class TablePart(QTableView):
    """It scrolls up and down with its neighbours, and asks the table where the caret goes."""

    moved = Signal(object, object)
    """A key or a press moves the caret: the action or the index, and the keyboard's modifiers."""
    dragged = Signal(QPoint)
    """The mouse selects beyond this part, at a place on the screen."""
    stepped = Signal(object, bool)
    """Enter: the keyboard's modifiers, and whether it ended an edit."""
    tabbed = Signal(QModelIndex, int)
    """Tab (1) or Shift+Tab (-1) ended the edit of a cell."""
    cleared = Signal()
    """Delete was pressed."""
    escaped = Signal()
    """Escape was pressed where nothing is edited."""

    def __init__(self, model: ProblemModel, parent: QWidget) -> None:
        super().__init__(parent)
        take_own_viewport(self)
        self._model = model
        self._cells = CellDelegate(model, self)
        self.setItemDelegate(self._cells)
        self.header = TableHeader(self)
        self.setHorizontalHeader(self.header)
        self.setModel(model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(Trigger.AnyKeyPressed | Trigger.DoubleClicked | Trigger.EditKeyPressed)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setCornerButtonEnabled(False)
        for set_policy in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            set_policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # the table has one for all its parts
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.fit_rows()
        self._quiet_headers()

    def width_to_say(self, number: int) -> int:
        """The width at which a column's losses have their failure's word beside the number."""
        return self._cells.width_to_say(self._model.columns[number])

    def fit_rows(self) -> None:
        """Give rows the font's height."""
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)

    def fit_numbers(self) -> int:
        """Give the rows' numbers as much room as the last of them needs; how much that is."""
        widest = widest_row_head(self._model.snapshot.problem)
        width = self.fontMetrics().horizontalAdvance(widest) + CELL_PADDING
        self.verticalHeader().setFixedWidth(width)
        return width

    def show_columns(self, shown: Sequence[int]) -> None:
        """Show these columns alone."""
        wanted = frozenset(shown)
        for number in range(len(self._model.columns)):
            if self.isColumnHidden(number) == (number in wanted):
                self.setColumnHidden(number, number not in wanted)

    def follow_shown_row(self) -> None:
        """Paint the row that is shown anew, and the one that was."""
        for place in {self._cells.shown, self._model.shown_place()} - {-1}:
            top = self.rowViewportPosition(place)
            self.viewport().update(0, top - 2, self.viewport().width(), self.rowHeight(place) + 3)

    def asked_word(self) -> tuple[str, QRect] | None:
        """What F1 asks for here: what the caret's cell shows, and its place on the screen."""
        index = self.currentIndex()
        if not index.isValid() or self.isColumnHidden(index.column()):
            return None
        area = self.visualRect(index)
        place = QRect(self.viewport().mapToGlobal(area.topLeft()), area.size())
        return word_of_cell(self._model.cells, index.row(), index.column()), place

    def _quiet_headers(self) -> None:
        # A header asks the selection about each of its sections, a call into Python for every row of
        # a column, to paint them pressed. Given a selection of its own it has nothing to ask.
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSelectionModel(QItemSelectionModel(self._model, header))

    # -- Qt's protocol ------------------------------------------------------------------------------

    def setSelectionModel(self, selection: QItemSelectionModel) -> None:
        super().setSelectionModel(selection)
        self._quiet_headers()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        start = self.currentIndex()
        if hint not in {Hint.EditNextItem, Hint.EditPreviousItem}:
            super().closeEditor(editor, hint)
            if hint == Hint.SubmitModelCache:
                self.stepped.emit(QApplication.keyboardModifiers(), True)
            return
        super().closeEditor(editor, Hint.NoHint)
        self.tabbed.emit(start, 1 if hint == Hint.EditNextItem else -1)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        is_made = hasattr(self, "_cells")  # Qt sends changes while the view is being made, too
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange} and is_made:
            self._cells.follow_look()
            if event.type() == QEvent.Type.FontChange:
                self.fit_rows()

    def paintEvent(self, event: QPaintEvent) -> None:
        place = self._cells.shown = self._model.shown_place()
        super().paintEvent(event)
        if place < 0:
            return
        # The row that plots and explanation show, wherever the caret is.
        top = self.rowViewportPosition(place)
        painter = QPainter(self.viewport())
        colour = self.palette().highlight().color()
        for y in (top - 1, top + self.rowHeight(place) - 2):
            painter.fillRect(0, y, self.viewport().width(), 2, colour)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if self.state() == QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)
            return
        if key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.cleared.emit()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.stepped.emit(modifiers, False)
        elif key == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif key in ACTIONS and not modifiers & (Modifier.AltModifier | Modifier.MetaModifier):
            self.moved.emit(ACTIONS[key], modifiers)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def moveCursor(self, action: Action, modifiers: Modifier) -> QModelIndex:
        """Where a key leads within this part; public for the table."""
        return super().moveCursor(action, modifiers)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.modifiers() == Modifier.ShiftModifier and index.isValid():
            self.moved.emit(index, event.modifiers())  # the selection may have begun in another part
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if event.buttons() & Qt.MouseButton.LeftButton and not 0 <= x < self.viewport().width():
            self.dragged.emit(event.globalPosition().toPoint())
        else:
            super().mouseMoveEvent(event)
