"""A layout of one line that goes on in the next where the width ends, as words do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Its items stand side by side at their own widths, with line breaks where they are needed.

    `gap` and `line_gap` are the pixels between neighbours and between lines.
    """

    def __init__(self, parent: QWidget | None = None, *, gap: int = 12, line_gap: int = 4) -> None:
        # QLayout(None) is refused, and without a parent the constructor takes no argument.
        super().__init__(*([] if parent is None else [parent]))
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self._line_gap = line_gap

    def _arrange(self, width: int, place: QPoint | None) -> int:
        """The height at a width; with a place the items are put there."""
        x = y = line = 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            if x and x + size.width() > width:
                x, y, line = 0, y + line + self._line_gap, 0
            if place is not None:
                item.setGeometry(QRect(place + QPoint(x, y), size))
            x += size.width() + self._gap
            line = max(line, size.height())
        return y + line

    # -- Qt's protocol ------------------------------------------------------------------------------

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        inside = width - margins.left() - margins.right()
        return self._arrange(inside, None) + margins.top() + margins.bottom()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        inside = rect.marginsRemoved(self.contentsMargins())
        self._arrange(inside.width(), inside.topLeft())

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())
