"""A part's horizontal header: titles in two lines, and under a formula's a piece of its curve."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QHeaderView, QLineEdit, QStyleOptionHeader, QWidget

from engine import Formula, Role
from gui.services.colours import formula_style, is_dark
from gui.services.viewport import take_own_viewport
from gui.tables.grid.cell_reader import TITLE_ROLE
from gui.tables.grid.rows_model import RowsModel

TITLE_LINES = 2
SAMPLE = 10
"""Height of the piece of a formula's curve, in pixels."""
PADDING = 5
"""Pixels between a text and its section's edge."""
ARROW = 7
"""Width of the mark of a sorted column, in pixels."""


class TableHeader(QHeaderView):
    """A click sorts: up, down, and back to the original order; a double click asks for a title's editor."""

    title_edited = Signal(int, str)
    """A section's title was edited: the section and what was typed."""
    pressed = Signal()
    """The mouse was pressed; what comes of it is not yet known."""
    settled = Signal()
    """What comes of the press has come."""
    title_wanted = Signal(int)
    """A section was double-clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        take_own_viewport(self, QPalette.ColorRole.Button, mouse_tracking=True)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setMinimumSectionSize(24)
        self._editor: QLineEdit | None = None
        self._edited = -1
        self.sectionDoubleClicked.connect(self.title_wanted)

    def width_for(self, section: int) -> int:
        """The width at which the section's title is not cut."""
        lines = str(self._words(section, TITLE_ROLE)).split("\n")
        return max(self.fontMetrics().horizontalAdvance(line) for line in lines) + 2 * PADDING + 2

    def title_rect(self, section: int) -> QRect:
        """Where a section's words stand, in the viewport."""
        return QRect(self.sectionViewportPosition(section), 0, self.sectionSize(section), self.height())

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

    def _words(self, section: int, role: int) -> str:
        return cast(str, self.model().headerData(section, Qt.Orientation.Horizontal, role) or "")

    # -- Qt's protocol ------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        # Qt's own hint measures every title; a view asks for the height alone.
        return QSize(0, TITLE_LINES * self.fontMetrics().lineSpacing() + SAMPLE + 2 * PADDING)

    def initStyleOptionForIndex(self, option: QStyleOptionHeader, section: int) -> None:
        # The style paints what lies under a section's words and arrow; both are painted here.
        option.section = section

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        super().paintSection(painter, rect, section)
        painter.setPen(self.palette().color(QPalette.ColorRole.ButtonText))
        painter.drawText(
            rect.adjusted(PADDING, PADDING, -PADDING, -SAMPLE - PADDING),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom,
            self._words(section, TITLE_ROLE),
        )
        formula = self._formula(section)
        if formula is not None:
            band = QRect(rect.left(), rect.bottom() - SAMPLE - 1, rect.width(), SAMPLE)
            paint_sample(painter, band.adjusted(PADDING, 0, -PADDING, 0), formula, self.palette())
        if section == self.sortIndicatorSection():
            self._paint_arrow(painter, rect)
        painter.restore()

    def _formula(self, section: int) -> Formula | None:
        columns = cast(RowsModel, self.model()).columns
        return columns[section].formula if section < len(columns) else None

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
        self.pressed.emit()
        super().mousePressEvent(event)
        self.settled.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._editor is not None:
            self._close_editor()
        else:
            super().keyPressEvent(event)


def paint_sample(painter: QPainter, band: QRect, formula: Formula, palette: QPalette) -> None:
    """Draw a piece of a formula's curve across a band, as the plots draw it; the exact one is broad."""
    style = formula_style(formula, is_dark(palette))
    pen = QPen(style.colour, 5 if formula.role is Role.EXACT else 2.4, style.dash)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    middle = band.top() + band.height() / 2
    painter.drawLine(QPointF(band.left(), middle), QPointF(band.right(), middle))
