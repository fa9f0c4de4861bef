"""The table widget: a spreadsheet's keys on a page's rows, whose head and results stay in view."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QAbstractItemView, QScrollBar, QStyledItemDelegate, QWidget

from gui.tables.grid.area import Area, area_of
from gui.tables.grid.columns import Part
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.sorting import Rows
from gui.tables.view.header import TableHeader
from gui.tables.view.parts_frame import PartsFrame
from gui.tables.view.table_part import TablePart

MOST_KEPT = 2000
"""Selected cells that follow their rows when places change; of more, only the current one."""

Action = QAbstractItemView.CursorAction
Flag = QItemSelectionModel.SelectionFlag
Modifier = Qt.KeyboardModifier
UNSORTED = (-1, Qt.SortOrder.AscendingOrder)

ACROSS = {Action.MoveLeft: -1, Action.MoveRight: 1, Action.MoveHome: 0, Action.MoveEnd: 0}
"""The keys that go from part to part, with their steps; the others stay in their column."""


class ProblemView(PartsFrame):
    """Enter goes down, Tab to the next editable cell, Delete sets 0, typing begins an edit.

    The caret goes from part to part as if they were one table, and a selection spans them.
    """

    menu_wanted = Signal(QPoint)
    """The context menu is asked for, at a place on the screen."""
    title_wanted = Signal(int)
    """A column's title was double-clicked."""
    title_edited = Signal(int, str)
    """A column's title was edited: the column and what was typed."""
    escaped = Signal()
    """Escape was pressed where nothing is edited."""
    below_wanted = Signal()
    """The caret wants to go below the last row."""

    def __init__(self, model: ProblemModel, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self._anchor = QPersistentModelIndex()
        self._is_extending = False
        self._sorted_before = UNSORTED
        """How the table was sorted before the last press on a header."""
        self.is_committing = False
        """While the caret follows Enter at the end of an edit, or a press on a title: what is shown stays."""
        self._selection = QItemSelectionModel(model, self)
        for view in self.parts.values():
            view.setSelectionModel(self._selection)
            self._connect(view)
        model.modelReset.connect(self._forget_sorting)
        model.rowsInserted.connect(self._forget_sorting)
        model.layoutAboutToBeChanged.connect(self._drop_large_selection)
        self._selection.currentChanged.connect(self._follow_current)
        self._follow_current(QModelIndex())

    def _connect(self, view: TablePart) -> None:
        view.header.setSortIndicator(*UNSORTED)
        view.header.setSortIndicatorShown(True)
        view.header.setSortIndicatorClearable(True)
        view.header.sortIndicatorChanged.connect(self._sort)
        view.header.pressed.connect(self._remember_sorting)
        view.header.settled.connect(self._let_caret_go)
        view.header.title_wanted.connect(self._ask_for_title)
        view.header.title_edited.connect(self.title_edited)
        view.moved.connect(self._move)
        view.dragged.connect(self._drag)
        view.stepped.connect(self._step)
        view.tabbed.connect(self._tab)
        view.cleared.connect(self._clear)
        view.escaped.connect(self.escaped)
        view.customContextMenuRequested.connect(
            lambda place, view=view: self.menu_wanted.emit(view.viewport().mapToGlobal(place))
        )

    # -- the caret ----------------------------------------------------------------------------------

    def model(self) -> ProblemModel:
        """The rows."""
        return self._model

    def selectionModel(self) -> QItemSelectionModel:
        """What is selected, in all parts."""
        return self._selection

    def currentIndex(self) -> QModelIndex:
        """The caret."""
        return self._selection.currentIndex()

    def setCurrentIndex(self, index: QModelIndex) -> None:
        """Go to a cell, and select it alone."""
        self._selection.setCurrentIndex(index, Flag.ClearAndSelect)

    def current_part(self) -> TablePart:
        """The part with the caret, in which the keyboard is."""
        return self.part_with(max(self.currentIndex().column(), 0))

    def viewport(self) -> QWidget:
        """The viewport of the part with the caret."""
        return self.current_part().viewport()

    def itemDelegate(self) -> QStyledItemDelegate:
        """What paints the cells of the part with the caret."""
        delegate = self.current_part().itemDelegate()
        assert isinstance(delegate, QStyledItemDelegate)
        return delegate

    def visualRect(self, index: QModelIndex) -> QRect:
        """Where a cell is, in its part's viewport."""
        return self.part_with(index.column()).visualRect(index)

    def edit(self, index: QModelIndex) -> None:
        """Open a cell's editor."""
        self.part_with(index.column()).edit(index)

    def selectAll(self) -> None:
        """Select every cell."""
        last = self._model.index(self._model.order.count - 1, len(self._model.columns) - 1)
        self._selection.select(QItemSelection(self._model.index(0, 0), last), Flag.ClearAndSelect)

    def scrollToBottom(self) -> None:
        """Show the last rows."""
        self.middle.scrollToBottom()

    def horizontalScrollBar(self) -> QScrollBar:
        """The bar of the part that scrolls."""
        return self._bars[Part.MIDDLE]

    def _follow_current(self, current: QModelIndex) -> None:
        """Bring the keyboard to the part with the caret; it is the one that Tab leads to."""
        if current.isValid() and not self._is_extending:
            self._anchor = QPersistentModelIndex(current)
        part = self.current_part()
        if part is self.focusProxy():
            return
        had_focus = any(view.hasFocus() for view in self.parts.values())
        for view in self.parts.values():
            view.setFocusPolicy(Qt.FocusPolicy.StrongFocus if view is part else Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(part)
        if had_focus:
            part.setFocus()

    def _move(self, target: Action | QModelIndex, modifiers: Modifier) -> None:
        """Go where a key or a press leads, with Shift selecting up to there."""
        if isinstance(target, Action):
            index = self._led_to(target, modifiers)
            if index is None:
                self.below_wanted.emit()
                return
        else:
            index = target
        if not index.isValid():
            return
        if modifiers & Modifier.ShiftModifier and self._anchor.isValid():
            self._extend_to(index)
        else:
            self.setCurrentIndex(index)

    def _led_to(self, action: Action, modifiers: Modifier) -> QModelIndex | None:
        """The cell that a key leads to from the caret; None below the last row."""
        current = self.currentIndex()
        if not current.isValid() or action not in ACROSS:
            index = self.current_part().moveCursor(action, modifiers)
            is_last = current.isValid() and current.row() == self._model.order.count - 1
            return None if is_last and action == Action.MoveDown else index
        reached = [n for n in self.shown_columns() if not self.part_with(n).isHidden()]
        step, row = ACROSS[action], current.row()
        if step:
            beside = [n for n in reached if (n - current.column()) * step > 0]
            return self._model.index(row, beside[0 if step > 0 else -1] if beside else current.column())
        at_end = action == Action.MoveEnd
        if modifiers & Modifier.ControlModifier:
            row = self._model.order.count - 1 if at_end else 0
        return self._model.index(row, reached[-1 if at_end else 0])

    def _extend_to(self, index: QModelIndex) -> None:
        """Select the rectangle from the anchor to a cell, across parts."""
        anchor = self._anchor
        rows = sorted((anchor.row(), index.row()))
        columns = sorted((anchor.column(), index.column()))
        corners = (self._model.index(row, column) for row, column in zip(rows, columns, strict=True))
        self._is_extending = True
        self._selection.setCurrentIndex(index, Flag.NoUpdate)
        self._selection.select(QItemSelection(*corners), Flag.ClearAndSelect)
        self._is_extending = False

    def _drag(self, place: QPoint) -> None:
        """Select with the mouse beyond the part in which it was pressed."""
        for view in self.parts.values():
            spot = view.viewport().mapFromGlobal(place)
            index = view.indexAt(spot)
            if view.isVisible() and view.viewport().rect().contains(spot) and index.isValid():
                self._extend_to(index)

    def _tab(self, start: QModelIndex, step: int) -> None:
        """Edit the next (or with step -1 the last) editable cell, on into the neighbouring row."""
        columns = self._model.columns
        editable = [n for n in self.shown_columns() if columns[n].field is not None]
        rest = [n for n in editable if (n - start.column()) * step > 0]
        row = start.row() if rest else start.row() + step
        target = self._model.index(row, (rest or editable)[0 if step > 0 else -1])
        if target.isValid():
            self.setCurrentIndex(target)
            self.edit(target)

    def _step(self, modifiers: Modifier, is_committing: bool) -> None:
        """Go to the row below, with Shift to the one above."""
        up = bool(modifiers & Modifier.ShiftModifier)
        current = self.currentIndex()
        below = current.siblingAtRow(current.row() + (-1 if up else 1))
        if below.isValid():
            self.is_committing = is_committing
            self.setCurrentIndex(below)
            self.is_committing = False

    def _clear(self) -> None:
        self._model.clear_cells(self.selected_parts())

    def follow_shown_row(self) -> None:
        """Paint the row that is shown anew, wherever it was before."""
        for view in self.parts.values():
            view.follow_shown_row()

    # -- what is selected ---------------------------------------------------------------------------

    def selected_rows(self) -> Rows:
        """The document's rows with a selected cell, ascending; the current one if nothing is selected."""
        parts = [np.arange(part.top(), part.bottom() + 1) for part in self._selected_ranges()]
        if not parts and self.currentIndex().isValid():
            parts = [np.array([self.currentIndex().row()])]
        if not parts:
            return np.empty(0, dtype=np.intp)
        return np.sort(self._model.order.rows(np.unique(np.concatenate(parts))))

    def selected_area(self) -> Area | None:
        """The selected rectangle of visible cells; None if nothing or no rectangle is selected."""
        hidden = {n for n in range(len(self._model.columns)) if self.isColumnHidden(n)}
        return area_of(self._selected_ranges(), frozenset(hidden))

    def selected_parts(self) -> Iterator[tuple[range, int]]:
        """The selected places of each visible column."""
        for part in self._selected_ranges():
            for column in range(part.left(), part.right() + 1):
                if not self.isColumnHidden(column):
                    yield range(part.top(), part.bottom() + 1), column

    def _selected_ranges(self) -> list[QItemSelectionRange]:
        selection = self._selection.selection()
        return [selection.at(number) for number in range(selection.count())]

    def _drop_large_selection(self) -> None:
        # Qt keeps a persistent index for every selected cell while rows change places.
        cells = sum(part.width() * part.height() for part in self._selected_ranges())
        if cells > MOST_KEPT:
            self._selection.select(self.currentIndex(), Flag.ClearAndSelect)

    # -- sorting ------------------------------------------------------------------------------------

    @property
    def sorted_column(self) -> int:
        """The column that the arrow stands at; -1 if the table is in the document's order."""
        sections = (view.header.sortIndicatorSection() for view in self.parts.values())
        return max(sections)

    def sortByColumn(self, number: int, order: Qt.SortOrder) -> None:
        """Sort by a column's numbers; column -1 brings the document's order back."""
        self._show_arrow(number, order)
        self._model.sort(number, order)

    def _remember_sorting(self) -> None:
        number = self.sorted_column
        order = self.header_of(number).sortIndicatorOrder() if number >= 0 else UNSORTED[1]
        self._sorted_before = (number, order)
        self.is_committing = True  # the column is selected now, and the caret goes to its top

    def _let_caret_go(self) -> None:
        self.is_committing = False

    def _ask_for_title(self, number: int) -> None:
        """A double click's first click must not sort."""
        self.sortByColumn(*self._sorted_before)
        self.title_wanted.emit(number)

    def _sort(self, number: int, order: Qt.SortOrder) -> None:
        self.sortByColumn(number, order)

    def _show_arrow(self, number: int, order: Qt.SortOrder) -> None:
        for view in self.parts.values():
            header = view.header
            header.blockSignals(True)  # a cleared arrow would sort the rows back
            header.setSortIndicator(*((number, order) if header is self._header_at(number) else UNSORTED))
            header.blockSignals(False)
            header.viewport().update()

    def _header_at(self, number: int) -> TableHeader | None:
        return self.header_of(number) if number >= 0 else None

    def _forget_sorting(self) -> None:
        """Rows that come in, by hand or by an undo, stand below their neighbours and not where they sort."""
        self._show_arrow(*UNSORTED)
