"""The last line of a table: what is typed into it becomes a row; a filter says there what it shows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QKeySequence, QMouseEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget


class NewRowLine(QWidget):
    """Return adds a row, pasting adds the clipboard's rows, Up and Escape go back to the table."""

    entered = Signal(str)
    """Something was typed and ended with Return."""
    pasted = Signal()
    """The clipboard's numbers are wanted as rows."""
    left = Signal()
    """The keyboard goes back to the table."""
    all_wanted = Signal()
    """All rows are wanted again."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._prompt = ""
        self._filter = ""
        self._plus = QLabel("+", self)
        self._plus.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.field = _Field(self)
        self.field.setAccessibleName(self.tr("New row"))
        self.field.returnPressed.connect(self._end)
        self.field.pasted.connect(self.pasted)
        self.field.left.connect(self._leave)
        self.field.pressed.connect(self._press)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._inset = 0

    def set_prompt(self, prompt: str) -> None:
        """Say what can be typed."""
        self._prompt = prompt
        self._show()

    def show_filter(self, words: str) -> None:
        """Say what a filter shows, in place of the prompt; nothing brings the prompt back."""
        self._filter = words
        self._show()

    def _show(self) -> None:
        self._plus.setText("" if self._filter else "+")
        self.field.setReadOnly(bool(self._filter))
        self.field.setPlaceholderText(
            self.tr("{words}. Show all: Esc").format(words=self._filter) if self._filter else self._prompt
        )
        self.setToolTip(self.field.placeholderText())
        if self._filter:
            self.field.clear()

    def set_inset(self, width: int) -> None:
        """Begin where the row numbers end."""
        self._inset = width
        self._place()

    def accept(self) -> None:
        """Be ready for the next row."""
        self.field.clear()

    def _end(self) -> None:
        if self._filter:
            self.all_wanted.emit()
        elif self.field.text().strip():
            self.entered.emit(self.field.text())

    def _leave(self, escaped: bool) -> None:
        self.field.clear()
        if escaped and self._filter:
            self.all_wanted.emit()
        self.left.emit()

    def _press(self) -> None:
        if self._filter:
            self.all_wanted.emit()

    def _place(self) -> None:
        self._plus.setGeometry(0, 0, self._inset, self.height())
        self.field.setGeometry(self._inset, 0, self.width() - self._inset, self.height())

    # -- Qt's protocol ------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height() + 8)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()


class _Field(QLineEdit):
    """A line without a frame, slanted until something is typed."""

    pasted = Signal()
    left = Signal(bool)
    """Up or, if true, Escape was pressed."""
    pressed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrame(False)
        self.textChanged.connect(self._slant)
        self._slant()

    def _slant(self) -> None:
        font = QFont(self.font())
        font.setItalic(not self.text())
        self.setFont(font)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and not self.isReadOnly():
            self.pasted.emit()
        elif event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_Up}:
            self.left.emit(event.key() == Qt.Key.Key_Escape)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.pressed.emit()

    def event(self, event: QEvent) -> bool:
        # The table's own shortcut for pasting goes to its cells.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (event.matches(QKeySequence.StandardKey.Paste) or event.key() == Qt.Key.Key_Escape)
        ):
            event.accept()
            return True
        return super().event(event)
