"""What is suspicious about the page in front: a list, and the finding that is read in full beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QWidget,
)

from gui.document.selection import Selection
from gui.findings.current_findings import CurrentFindings
from gui.findings.finding_words import FindingLine, finding_lines


class FindingsPanel(QWidget):
    """Follows the current findings; a click on one selects the first row that it is about."""

    count_changed = Signal(int)
    """How many findings there are."""

    def __init__(self, current: CurrentFindings, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._current = current
        self._selection = selection
        self._lines: tuple[FindingLine, ...] = ()
        self.setAccessibleName(self.tr("Findings"))
        self._build()
        current.changed.connect(self._follow)
        self._follow()

    def _build(self) -> None:
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("All findings"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.currentRowChanged.connect(self._show_details)
        self.list.itemClicked.connect(self._go_to)
        self.list.itemActivated.connect(self._go_to)
        self.details = QPlainTextEdit(self)
        self.details.setReadOnly(True)
        self.details.setFrameShape(QFrame.Shape.StyledPanel)
        self.details.setTabChangesFocus(True)
        self.details.setAccessibleName(self.tr("Reason"))
        self.details.setPlaceholderText(
            self.tr("Nothing is suspicious: every formula is right on every row.")
        )
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 8, 8, 8)
        line.setSpacing(8)
        line.addWidget(self.list, 4)
        line.addWidget(self.details, 5)

    # -- what is shown ------------------------------------------------------------------------------

    @property
    def lines(self) -> tuple[FindingLine, ...]:
        """What is shown."""
        return self._lines

    def show_finding(self, index: int) -> None:
        """Read a finding, and go to the first row that it is about."""
        if 0 <= index < len(self._lines):
            self.list.setCurrentRow(index)
            self._go_to_line(self._lines[index])

    def next_finding(self, step: int) -> None:
        """Read the next finding (`step` 1) or the one before (-1), round and round."""
        if self._lines:
            self.show_finding((self.list.currentRow() + step) % len(self._lines))

    def _follow(self) -> None:
        lines = finding_lines(self._current.found)
        if lines == self._lines:
            return
        before, self._lines = len(self._lines), lines
        self._show_lines()
        if len(lines) != before:
            self.count_changed.emit(len(lines))

    def _show_lines(self) -> None:
        current = self.list.currentItem()
        key = None if current is None else current.data(Qt.ItemDataRole.UserRole)
        self.list.clear()
        for line in self._lines:
            item = QListWidgetItem(line.text, self.list)
            item.setData(Qt.ItemDataRole.UserRole, line.key)
            item.setToolTip(line.text)
        # The finding that is being read stays the current one while numbers change.
        keys = [line.key for line in self._lines]
        self.list.setCurrentRow(keys.index(key) if key in keys else 0)
        if not self._lines:
            self._show_details(-1)

    def _show_details(self, number: int) -> None:
        self.details.setPlainText(self._lines[number].details if 0 <= number < len(self._lines) else "")

    # -- going there --------------------------------------------------------------------------------

    def _go_to(self, item: QListWidgetItem) -> None:
        self._go_to_line(self._lines[self.list.row(item)])

    def _go_to_line(self, line: FindingLine) -> None:
        if line.row is not None and self._current.evaluation is not None:
            self._selection.select(self._current.evaluation.problem.family, line.row)
