"""The table's horizontal header: a band that names each group of columns, over the columns' titles."""

from __future__ import annotations

from itertools import groupby
from typing import cast

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPolygonF
from PySide6.QtWidgets import QHeaderView, QLineEdit, QStyleOptionHeader, QWidget

from gui.services.viewport import take_own_viewport
from gui.tables.grid.cell_reader import GROUP_ROLE, TITLE_ROLE

TITLE_LINES = 2
PADDING = 5
"""Pixels between a text and its section's edge."""
ARROW = 7
"""Width of the mark of a sorted column, in pixels."""


class GroupedHeader(QHeaderView):
    """Two levels: the group's words span its visible columns and stay in sight while scrolling.

    A click sorts: up, down, and back to the original order. A double click asks for a title's editor.
    """

    title_edited = Signal(int, str)
    """A section's title was edited: the section and what was typed."""
    title_wanted = Signal(int)
    """A section was double-clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        take_own_viewport(self, QPalette.ColorRole.Button, mouse_tracking=True)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setMinimumSectionSize(40)
        self._sorted_before = (-1, Qt.SortOrder.AscendingOrder)
        """The sort indicator before the last press: a double click's first click must not sort."""
        self._editor: QLineEdit | None = None
        self._edited = -1
        self.sectionDoubleClicked.connect(self._ask_for_title)

    def band_height(self) -> int:
        """Height of the upper level."""
        return self.fontMetrics().height() + 2 * PADDING

    def width_for(self, section: int) -> int:
        """The width at which the section's title is not cut."""
        lines = str(self._words(section, TITLE_ROLE)).split("\n")
        return max(self.fontMetrics().horizontalAdvance(line) for line in lines) + 2 * PADDING + 2

    def title_rect(self, section: int) -> QRect:
        """Where a section's own words stand, in the viewport."""
        top = self.band_height() if self._words(section, GROUP_ROLE) else 0
        left, width = self.sectionViewportPosition(section), self.sectionSize(section)
        return QRect(left, top, width, self.height() - top)

    def edit_title(self, section: int, text: str) -> None:
        """Open an editor over a section's title; Enter or leaving it ends it, Escape drops it."""
        self._close_editor()
        editor = QLineEdit(text, self.viewport())
        editor.setAccessibleName(self.tr("Name of the class"))
        editor.setPlaceholderText(self.tr("name"))
        rect = self.title_rect(section)
        editor.setGeometry(rect.adjusted(0, rect.height() - editor.sizeHint().height(), 0, 0))
        editor.selectAll()
        editor.editingFinished.connect(self._finish_title)
        editor.show()
        editor.setFocus()
        self._editor, self._edited = editor, section

    def _finish_title(self) -> None:
        editor, section = self._editor, self._edited
        if editor is not None:
            self._close_editor()
            self.title_edited.emit(section, editor.text())

    def _close_editor(self) -> None:
        editor, self._editor = self._editor, None
        if editor is not None:
            editor.hide()
            editor.deleteLater()

    def _ask_for_title(self, section: int) -> None:
        self.setSortIndicator(*self._sorted_before)
        self.title_wanted.emit(section)

    def _words(self, section: int, role: int) -> str:
        return cast(str, self.model().headerData(section, Qt.Orientation.Horizontal, role) or "")

    def _group_spans(self) -> list[tuple[str, QRect]]:
        """Each group's words and the part of the viewport that its columns take."""
        shown = [
            section
            for section in map(self.logicalIndex, range(self.count()))
            if not self.isSectionHidden(section)
        ]
        spans = []
        for words, run in groupby(shown, key=lambda section: self._words(section, GROUP_ROLE)):
            sections = list(run)
            left = self.sectionViewportPosition(sections[0])
            right = self.sectionViewportPosition(sections[-1]) + self.sectionSize(sections[-1])
            spans.append((words, QRect(left, 0, right - left, self.band_height())))
        return spans

    # -- Qt's protocol ------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        titles = TITLE_LINES * self.fontMetrics().lineSpacing() + 2 * PADDING
        return QSize(super().sizeHint().width(), self.band_height() + titles)

    def initStyleOptionForIndex(self, option: QStyleOptionHeader, section: int) -> None:
        # The style paints what lies under a section's words and arrow; both are painted here.
        option.section = section

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        has_group = bool(self._words(section, GROUP_ROLE))
        title = rect.adjusted(0, self.band_height() if has_group else 0, 0, 0)
        painter.save()
        super().paintSection(painter, title, section)
        painter.setPen(self.palette().color(QPalette.ColorRole.ButtonText))
        painter.drawText(
            title.adjusted(PADDING, PADDING, -PADDING, -PADDING),
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom,
            self._words(section, TITLE_ROLE),
        )
        if section == self.sortIndicatorSection():
            self._paint_arrow(painter, title)
        painter.restore()

    def _paint_arrow(self, painter: QPainter, title: QRect) -> None:
        """Mark the sorted column: pointing up for rising numbers, down for falling ones."""
        left, top, height = title.right() - ARROW - 2, title.top() + 3, ARROW * 0.6
        rising = self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
        base, tip = (top + height, top) if rising else (top, top + height)
        corners = [QPointF(left, base), QPointF(left + ARROW, base), QPointF(left + ARROW / 2, tip)]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Highlight))
        painter.drawPolygon(QPolygonF(corners))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._sorted_before = (self.sortIndicatorSection(), self.sortIndicatorOrder())
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._editor is not None:
            self._close_editor()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        for words, span in self._group_spans():
            seen = span.intersected(self.viewport().rect())
            if words and not seen.isEmpty():
                super().paintSection(painter, span, 0)
                painter.setPen(self.palette().color(QPalette.ColorRole.ButtonText))
                text = self.fontMetrics().elidedText(
                    words, Qt.TextElideMode.ElideRight, seen.width() - PADDING
                )
                painter.drawText(seen, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
