"""Scroll bars that several views have in common."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QScrollBar, QWidget
from shiboken6 import isValid


def tie(bars: Sequence[QScrollBar]) -> None:
    """Let bars of one range have one value, whichever moves."""
    for bar in bars:
        for other in bars:
            if other is not bar:
                bar.valueChanged.connect(other.setValue)


class OuterBar(QScrollBar):
    """Stands for a view's own bar, which is hidden, where the table has room for it."""

    def __init__(self, view: QAbstractItemView, orientation: Qt.Orientation, parent: QWidget) -> None:
        super().__init__(orientation, parent)
        self._view = view
        self.setAccessibleName(
            self.tr("Columns") if orientation == Qt.Orientation.Horizontal else self.tr("Rows")
        )
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inner.rangeChanged.connect(self._follow)
        tie((self._inner, self))
        self._follow()

    @property
    def _inner(self) -> QScrollBar:
        across = self.orientation() == Qt.Orientation.Horizontal
        return self._view.horizontalScrollBar() if across else self._view.verticalScrollBar()

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to scroll."""
        inner = self._inner
        return inner.maximum() > inner.minimum()

    def _follow(self) -> None:
        if not isValid(self._view):
            return  # the bar of a view that is taken down still says that it has nothing to scroll
        inner = self._inner
        self.setRange(inner.minimum(), inner.maximum())
        self.setPageStep(inner.pageStep())
        self.setSingleStep(inner.singleStep())
