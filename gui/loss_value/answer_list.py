"""The list of answers: a number, a title in bold with the loss beside it, and the rows below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.loss_value.answer_words import AnswerLine
from gui.services.look.current_line import BAR, paint_current
from gui.services.look.type_sizes import bold, small

LINE = Qt.ItemDataRole.UserRole
MARGIN, GAP = 6, 8


class AnswerList(QListWidget):
    """One answer is always current."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Explanations"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_TwoLines(self))
        self.setResizeMode(QListWidget.ResizeMode.Adjust)

    def show_lines(self, lines: Sequence[AnswerLine]) -> None:
        """Show these, the first one current."""
        self.blockSignals(True)
        self.clear()
        for line in lines:
            item = QListWidgetItem(line.text, self)
            item.setData(LINE, line)
            item.setToolTip(f"{line.title}\n{line.about}")
        self.blockSignals(False)
        if lines:
            self.setCurrentRow(0)


class _TwoLines(QStyledItemDelegate):
    """Paints a line of the list; what is too long for it ends in dots, and the detail has it in full."""

    def __init__(self, view: AnswerList) -> None:
        super().__init__(view)

    def sizeHint(self, option: QStyleOptionViewItem, _: QModelIndex | QPersistentModelIndex) -> QSize:
        heights = (QFontMetrics(font).height() for font in (bold(option.font), small(option.font)))
        return QSize(60, sum(heights) + MARGIN)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        line: AnswerLine | None = index.data(LINE)
        if line is None:
            return
        palette, area = option.palette, option.rect
        painter.save()
        paint_current(painter, option)
        strong, soft = bold(option.font), small(option.font)
        number = QFontMetrics(strong).horizontalAdvance("88")
        inner = area.adjusted(BAR + MARGIN, MARGIN // 2, -MARGIN, -MARGIN // 2)
        text = palette.color(QPalette.ColorRole.Text)
        painter.setFont(strong)
        painter.setPen(text)
        painter.drawText(QRect(inner.left(), inner.top(), number, inner.height()), _CENTRE, str(line.number))
        words = inner.adjusted(number + GAP, 0, 0, 0)
        height = QFontMetrics(strong).height()
        top, low = QRect(words), QRect(words)
        top.setHeight(height)
        low.setTop(top.bottom() + 1)
        _write(painter, top, line.title, line.value, strong, option.font, text)
        faint = palette.color(QPalette.ColorRole.PlaceholderText)
        _write(painter, low, line.about, line.fit, soft, soft, faint)
        painter.restore()


_CENTRE = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


def _write(
    painter: QPainter, area: QRect, text: str, aside: str, font: QFont, of_aside: QFont, colour: QColor
) -> None:
    """A text at the left and another at the right, which is never cut."""
    painter.setPen(colour)
    painter.setFont(of_aside)
    taken = QFontMetrics(of_aside).horizontalAdvance(aside)
    painter.drawText(area, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), aside)
    painter.setFont(font)
    room = QRect(area)
    room.setWidth(max(0, area.width() - taken - GAP))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
