"""The menu that chooses how numbers are shown."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from gui.services.numbers.number_display import NumberDisplay

OFFERED_DIGITS = (3, 4, 6, 9, 12, 17)
"""6 are float32's reliable ones, 9 and 17 identify float32 and float64."""


class DisplayMenu(QMenu):
    """Significant digits, all that identify the float, or hexadecimal."""

    chosen = Signal(object)
    """A `NumberDisplay` a person chose."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Numbers"))
        self._group = QActionGroup(self)
        for digits in OFFERED_DIGITS:
            text = self.tr("{count} significant digits").format(count=digits)
            self._offer(text, NumberDisplay("digits", digits))
        self.addSeparator()
        self._offer(self.tr("All digits that identify the float"), NumberDisplay("shortest"))
        self._offer(self.tr("Hexadecimal"), NumberDisplay("hexadecimal"))
        self._group.triggered.connect(self._choose)
        self.show_choice(NumberDisplay())

    def show_choice(self, display: NumberDisplay) -> None:
        """Tick the choice; none if it is not among those offered."""
        for action in self._group.actions():
            action.setChecked(action.data() == display.to_text())

    def _offer(self, text: str, display: NumberDisplay) -> None:
        action = self.addAction(text)
        action.setCheckable(True)
        action.setData(display.to_text())
        self._group.addAction(action)

    def _choose(self, action: QAction) -> None:
        self.chosen.emit(NumberDisplay.from_text(action.data()))
