"""The field at the right end of the first bar, which asks what makes a loss."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from gui.services.actions import blank_icon

LETTERS, LEAST_LETTERS = 34, 12
"""Letters that it has room for, where there is some and where there is little."""


class LossField(QLineEdit):
    """Enter asks; Escape gives the keyboard back to where it came from."""

    asked = Signal(str)
    """The text whose cause is asked for."""
    left = Signal()
    """The user wants to go back to his work."""

    def __init__(self, search: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self.setPlaceholderText(self.tr("What makes my loss …?"))
        self.setAccessibleName(self.tr("What makes my loss"))
        keys = search.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        tip = self.tr("A loss from a log, with all its digits: what makes it ({keys})")
        self.setToolTip(tip.format(keys=keys))
        self.mark = QAction(blank_icon(), "", self)
        """The sign before the text; it gets its drawing once the window stands."""
        self.addAction(self.mark, QLineEdit.ActionPosition.LeadingPosition)
        self.mark.triggered.connect(self.take_keyboard)
        self.setClearButtonEnabled(True)
        self.setMaxLength(64)
        self.returnPressed.connect(self._ask)

    def take_keyboard(self) -> None:
        """Begin to type here."""
        self.setFocus()
        self.selectAll()

    def _ask(self) -> None:
        if self.text().strip():
            self.asked.emit(self.text().strip())

    # -- Qt's protocol ------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if QKeySequence(event.keyCombination()) == QKeySequence(QKeySequence.StandardKey.Cancel):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return self._room(LETTERS)

    def minimumSizeHint(self) -> QSize:
        return self._room(LEAST_LETTERS)

    def _room(self, letters: int) -> QSize:
        return QSize(letters * self.fontMetrics().averageCharWidth(), super().sizeHint().height())
