"""The list of findings: an icon, a title in bold and a second line each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.findings.finding_words import FindingLine
from gui.services.colours import is_dark
from gui.services.look.current_line import BAR, paint_current
from gui.services.look.marks import mark_pixmap
from gui.services.look.type_sizes import bold, small

KEY, LINE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
MARGIN, GAP = 6, 8


class FindingList(QListWidget):
    """Keeps the finding that is being read while numbers change."""

    chosen = Signal(int)
    """The number of a finding that was clicked, or confirmed by the keyboard."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("All findings"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_TwoLines(self))
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.itemClicked.connect(self._choose)
        self.itemActivated.connect(self._choose)

    def show_lines(self, lines: Sequence[FindingLine]) -> None:
        """Show these; the current one stays current if it is still there."""
        current = self.currentItem()
        key = None if current is None else current.data(KEY)
        keys = [line.key for line in lines]
        self.blockSignals(True)
        while self.count() > len(lines):
            self.takeItem(self.count() - 1)
        while self.count() < len(lines):
            QListWidgetItem(self)
        for number, line in enumerate(lines):
            item = self.item(number)
            if item.data(LINE) != line:
                item.setData(LINE, line)
                item.setData(KEY, line.key)
                item.setText(line.text)
                item.setToolTip(line.text)
        self.blockSignals(False)
        self.setCurrentRow(keys.index(key) if key in keys else 0)
        self.viewport().update()

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(self.row(item))


class _TwoLines(QStyledItemDelegate):
    """Paints a line of the list; a title or rows too long for one line go on in the next."""

    def __init__(self, view: FindingList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        line: FindingLine | None = index.data(LINE)
        if line is None:
            return QSize(0, 0)
        room = self._view.viewport().width() - self._start(option.font) - MARGIN
        heights = (_height(font, text, room) for font, text in _lines(line, option.font))
        return QSize(60, sum(heights) + MARGIN)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        line: FindingLine | None = index.data(LINE)
        if line is None:
            return
        palette, area = option.palette, option.rect
        painter.save()
        paint_current(painter, option)
        side = _side(option.font)
        mark = mark_pixmap(line.mark, side, is_dark(palette), self._view.devicePixelRatioF())
        painter.drawPixmap(area.left() + BAR + MARGIN, area.top() + MARGIN, mark)
        left = area.left() + self._start(option.font)
        room, top = area.right() + 1 - MARGIN - left, area.top() + MARGIN // 2
        colours = (QPalette.ColorRole.Text, QPalette.ColorRole.PlaceholderText)
        for (font, text), role in zip(_lines(line, option.font), colours, strict=True):
            height = _height(font, text, room)
            painter.setFont(font)
            painter.setPen(palette.color(role))
            painter.drawText(QRect(left, top, room, height), int(Qt.TextFlag.TextWordWrap), text)
            top += height
        painter.restore()

    def _start(self, font: QFont) -> int:
        return BAR + MARGIN + _side(font) + GAP


def _side(font: QFont) -> int:
    return QFontMetrics(font).height() + 2


def _height(font: QFont, text: str, room: int) -> int:
    metrics = QFontMetrics(font)
    area = metrics.boundingRect(QRect(0, 0, room, 1 << 16), int(Qt.TextFlag.TextWordWrap), text)
    return max(metrics.height(), area.height())


def _lines(line: FindingLine, font: QFont) -> tuple[tuple[QFont, str], tuple[QFont, str]]:
    return (bold(font), line.title), (small(font), line.about)
