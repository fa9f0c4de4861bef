"""The three parts of a table side by side: their columns, their widths, and the bars that scroll them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QWidget

from gui.tables.grid.columns import Kind, Part, parts_of
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.rows_model import Index
from gui.tables.view.header import TableHeader
from gui.tables.view.new_row_line import NewRowLine
from gui.tables.view.part_layout import share_spare, share_width
from gui.tables.view.scrolling import OuterBar, tie
from gui.tables.view.table_part import TablePart
from gui.tables.view.widths import fitting_width, measured_rows, width_of_cells

LINE = 1
"""Pixels between the parts."""

Across, Down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical

MEASURED_AT_ONCE = 100
"""Columns measured after an edit; of more, those in sight."""

MEASURED_OF_A_KIND = 64
"""Columns of one kind whose numbers are measured; the logits of further classes are as wide."""


class PartsFrame(QFrame):
    """Three views of one model and one selection, which scroll down as one; the middle one scrolls across.

    A column is named by its number in the model, whatever part it stands in.
    """

    arranged = Signal()
    """The parts or their columns have other widths, or scroll."""

    def __init__(self, model: ProblemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._model = model
        self._hidden: frozenset[Kind] = frozenset()
        self._closed: frozenset[int] = frozenset()
        self._needed = False
        self._widths: dict[int, int] = {}
        self._is_arranging = False
        self.parts = {part: TablePart(model, self) for part in Part}
        self.middle = self.parts[Part.MIDDLE]
        self._rows_bar = OuterBar(self.middle, Down, self)
        self._bars = {part: OuterBar(self.parts[part], Across, self) for part in (Part.MIDDLE, Part.RESULTS)}
        self.last_line = NewRowLine(self)
        tie([view.verticalScrollBar() for view in self.parts.values()])
        for part, view in self.parts.items():
            view.verticalHeader().setVisible(part is Part.HEAD)
            view.header.sectionResized.connect(self._take_width)
            view.horizontalScrollBar().valueChanged.connect(self.arranged)
        self._follow_columns()
        model.modelReset.connect(self._follow_columns)
        model.display_changed.connect(self.fit_columns)
        model.dataChanged.connect(self._make_room)
        for changed in (model.rowsInserted, model.rowsRemoved, model.layoutChanged):
            changed.connect(self._arrange)

    def set_name(self, name: str) -> None:
        """Give the table and its parts names that a screen reader says."""
        self.setAccessibleName(name)
        words = {
            Part.HEAD: self.tr("given"),
            Part.MIDDLE: self.tr("between"),
            Part.RESULTS: self.tr("losses"),
        }
        for part, view in self.parts.items():
            view.setAccessibleName(f"{name}: {words[part]}")

    # -- columns ------------------------------------------------------------------------------------

    def part_with(self, number: int) -> TablePart:
        """The part that a column belongs to."""
        return self._part_of.get(number, self.middle)

    def header_of(self, number: int) -> TableHeader:
        """The header that holds a column's title."""
        return self.part_with(number).header

    def columnWidth(self, number: int) -> int:
        """A column's width, 0 of a hidden one."""
        return self.part_with(number).columnWidth(number)

    def setColumnWidth(self, number: int, width: int) -> None:
        """Give a column a width."""
        self._widths[number] = width
        self._arrange()

    def isColumnHidden(self, number: int) -> bool:
        """Whether a column is not among those shown, in whatever part."""
        return number in self._closed or self._model.columns[number].kind in self._hidden

    def setColumnHidden(self, number: int, hidden: bool) -> None:
        """Hide one column, or show it again."""
        self._closed = self._closed | {number} if hidden else self._closed - {number}
        self._apply_hidden()

    def show_kind(self, kind: Kind, shown: bool) -> None:
        """Show or hide the columns of one kind; those asked for get room even in a narrow table."""
        self._hidden = self._hidden - {kind} if shown else self._hidden | {kind}
        self._needed = shown
        self._apply_hidden()

    def shown_columns(self) -> tuple[int, ...]:
        """The numbers of the visible columns."""
        return tuple(n for n in range(len(self._model.columns)) if not self.isColumnHidden(n))

    def seen_columns(self) -> tuple[int, ...]:
        """The numbers of the columns in sight, however many there are."""
        seen: list[int] = []
        for part, view in self.parts.items():
            header, numbers = view.horizontalHeader(), self._columns[part]
            if view.isHidden() or not numbers:
                continue
            first, last = header.logicalIndexAt(0), header.logicalIndexAt(view.viewport().width() - 1)
            seen += range(max(first, numbers.start), (last if last >= 0 else numbers.stop - 1) + 1)
        return tuple(number for number in seen if not self.isColumnHidden(number))

    def columnViewportPosition(self, number: int) -> int:
        """Where a column begins, from the table's left edge."""
        view = self.part_with(number)
        return view.x() + view.viewport().x() + view.columnViewportPosition(number)

    def room_of(self, number: int) -> QRect:
        """What is seen of a column: its place in the table, cut where its part ends; empty if hidden."""
        view = self.part_with(number)
        if view.isHidden() or self.isColumnHidden(number):
            return QRect()
        shown = QRect(view.x() + view.viewport().x(), 0, view.viewport().width(), 1)
        left = shown.left() + view.columnViewportPosition(number)
        return QRect(left, 0, view.columnWidth(number), 1).intersected(shown)

    @property
    def titles_height(self) -> int:
        """Height of the headers."""
        return max(view.header.sizeHint().height() for view in self.parts.values())

    def fit_columns(self) -> None:
        """Give every column the width of its header and of its longest number."""
        metrics = self.fontMetrics()
        widest: dict[Kind, list[int]] = {}
        for number, column in enumerate(self._model.columns):
            measured = widest.setdefault(column.kind, [])
            if len(measured) < MEASURED_OF_A_KIND:
                measured.append(fitting_width(self._model, number, metrics))
            alike = measured[-1] if len(measured) < MEASURED_OF_A_KIND else max(measured)
            self._widths[number] = max(alike, self.header_of(number).width_for(number))
        self._arrange()

    def _make_room(self, first: Index, last: Index, roles: Sequence[int]) -> None:
        """Widen columns for numbers just edited; a column never gets narrower under an edit."""
        if Qt.ItemDataRole.EditRole not in roles:
            return
        bottom = min(last.row(), first.row() + measured_rows(self._model) - 1)
        metrics, before = self.fontMetrics(), dict(self._widths)
        edited = range(first.column(), last.column() + 1)
        for number in edited if len(edited) <= MEASURED_AT_ONCE else self.seen_columns():
            if number in edited and self._model.columns[number].field is not None:
                width = width_of_cells(self._model, number, first.row(), bottom, metrics)
                self._widths[number] = max(width, self._widths[number])
        if self._widths != before:
            self._arrange()

    def _take_width(self, number: int, old: int, new: int) -> None:
        """Keep a width that a person gave, in the head or between at once."""
        if self._is_arranging or not new or not old:
            return
        self._widths[number] = self._widths.get(number, old) + new - old
        if number not in self._columns[Part.RESULTS]:
            self._arrange()
        self.arranged.emit()

    # -- geometry -----------------------------------------------------------------------------------

    def _follow_columns(self) -> None:
        self._columns = parts_of(self._model.columns)
        self._part_of = {number: self.parts[part] for part in Part for number in self._columns[part]}
        self._closed = frozenset()
        self._widths.clear()
        self.fit_columns()
        self._apply_hidden()

    def _apply_hidden(self) -> None:
        for part, view in self.parts.items():
            view.show_columns([n for n in self._columns[part] if not self.isColumnHidden(n)])
        self._arrange()

    def _arrange(self) -> None:
        """Put the parts side by side, and the scroll bars beside and below them."""
        if self._is_arranging:
            return
        self._is_arranging = True
        try:
            self._place_parts(self.contentsRect())
        finally:
            self._is_arranging = False
        self.arranged.emit()

    def _place_parts(self, inside: QRect) -> None:
        shown = {part: [n for n in ns if not self.isColumnHidden(n)] for part, ns in self._columns.items()}
        wanted = {part: sum(self._widths[n] for n in numbers) for part, numbers in shown.items()}
        head = self.parts[Part.HEAD]
        line = self.last_line.sizeHint().height()
        bar = self._rows_bar.sizeHint().width() if self._scrolls_down(inside.height() - line) else 0
        between = shown[Part.MIDDLE]
        widths = share_width(
            inside.width() - bar - 2 * LINE,
            head.fit_numbers() + wanted[Part.HEAD],
            [self._widths[n] for n in between],
            wanted[Part.RESULTS],
            needed=self._needed or any(self._model.columns[n].kind is Kind.LOGIT for n in between),
        )
        taken = {Part.HEAD: widths.head, Part.MIDDLE: widths.middle, Part.RESULTS: widths.results}
        scrolls = any(wanted[p] > taken[p] for p in (Part.MIDDLE, Part.RESULTS) if taken[p])
        foot = self._bars[Part.MIDDLE].sizeHint().height() if scrolls else 0
        self._set_widths(shown, widths.spare)
        height, titles = inside.height() - foot - line, self.titles_height
        below = min(height, titles + self._rows_height())
        left = inside.left()
        for part, view in self.parts.items():
            view.setVisible(taken[part] > 0)
            view.header.setFixedHeight(titles)
            view.setGeometry(left, inside.top(), taken[part], below)
            if part in self._bars:
                self._bars[part].setVisible(taken[part] > 0 and wanted[part] > taken[part])
                self._bars[part].setGeometry(left, inside.bottom() + 1 - foot, taken[part], foot)
            left += taken[part] + (LINE if taken[part] else 0)
        self._rows_bar.setVisible(bar > 0)
        self._rows_bar.setGeometry(inside.right() + 1 - bar, inside.top(), bar, height)
        self.last_line.set_inset(head.verticalHeader().width())
        self.last_line.setGeometry(inside.left(), inside.top() + below, inside.width(), line)
        self.last_line.raise_()

    def _scrolls_down(self, height: int) -> bool:
        return self.titles_height + self._rows_height() > height

    def _rows_height(self) -> int:
        return self._model.order.count * self.middle.verticalHeader().defaultSectionSize()

    def _set_widths(self, shown: dict[Part, list[int]], spare: int) -> None:
        """Give the columns their widths, and the spare pixels to results that may say what failed."""
        results = shown[Part.RESULTS]
        roomy = results[:-1] or results
        wanted = [self.parts[Part.RESULTS].width_to_say(number) for number in roomy]
        lacking = [max(0, width - self._widths[n]) for n, width in zip(roomy, wanted, strict=True)]
        more = dict(zip(roomy, share_spare(spare, lacking), strict=True))
        for part, numbers in shown.items():
            for number in numbers:
                width = self._widths[number] + more.get(number, 0)
                if self.parts[part].columnWidth(number) != width:
                    self.parts[part].setColumnWidth(number, width)

    # -- Qt's protocol ------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.contentsRect(), self.palette().base())
        for view in self.parts.values():
            if not view.isHidden():
                line = QRect(view.geometry().right() + 1, view.y(), LINE, self.contentsRect().height())
                painter.fillRect(line, self.palette().shadow())
        painter.end()
        super().paintEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self._widths:
            self.fit_columns()
