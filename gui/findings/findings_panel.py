"""What is suspicious about the page in front: list, the finding that is read in full, what to change."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from engine import Finding, MulticlassProblem, Problem
from gui.document.selection import Selection
from gui.findings.current_findings import CurrentFindings
from gui.findings.finding_detail import ChangeBox, FindingDetail
from gui.findings.finding_list import FindingList
from gui.findings.finding_words import FindingLine, count_lines, finding_lines
from gui.findings.reproduction import reproduction
from gui.services.look.scrolling import scrolling

WIDE, NARROW = 140, 64
"""Characters of average width from which list, detail and change stand side by side, and below which each
stands over the next."""

LEAST_LINES = 4
"""Lines of a list and a detail in sight; where there is no room for them and the change, all scrolls."""

SPACING = 8


class FindingsPanel(QWidget):
    """Follows the current findings; a click on one selects the first row that it is about."""

    count_changed = Signal(int)
    """How many findings there are."""
    message = Signal(str)
    """A sentence for the status bar."""
    word_asked = Signal(str, QRect)
    """A dotted word, and where it stands on the screen."""

    def __init__(self, current: CurrentFindings, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._current = current
        self._selection = selection
        self._count = 0
        self._told: tuple[Finding, ...] = ()
        self._lines: tuple[FindingLine, ...] = ()
        """Those that were told, in words."""
        self.setAccessibleName(self.tr("Findings"))
        self._build()
        current.changed.connect(self._follow)
        self._follow()

    def _build(self) -> None:
        self.empty = QLabel(self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self._content = QWidget()
        self.list = FindingList(self._content)
        self.list.currentRowChanged.connect(self._show_current)
        self.list.chosen.connect(self._go_to_first)
        self.details = FindingDetail(self._content)
        self.details.word_asked.connect(self.word_asked)
        self.change = ChangeBox(self._content)
        self.change.row_asked.connect(self.go_to_next_row)
        self.change.reproduction_asked.connect(self.copy_reproduction)
        self.change.copied.connect(self._say_copied)
        self._grid = QGridLayout(self._content)
        self._grid.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        self._grid.setSpacing(SPACING)
        self._across = 0
        self._arrange()
        self._scroll = scrolling(self._content, self)

    # -- what is shown ------------------------------------------------------------------------------

    @property
    def lines(self) -> tuple[FindingLine, ...]:
        """What is shown; put into words when somebody reads it."""
        if self._told is not self._current.found:
            self._told = self._current.found
            self._lines = finding_lines(self._told)
        return self._lines

    @property
    def line(self) -> FindingLine | None:
        """The finding that is read."""
        number = self.list.currentRow()
        return self.lines[number] if 0 <= number < len(self.lines) else None

    def show_finding(self, index: int) -> None:
        """Read a finding, and go to the first row that it is about."""
        self._show_lines()
        if 0 <= index < len(self.lines):
            self.list.setCurrentRow(index)
            self._go_to_first(index)

    def next_finding(self, step: int) -> None:
        """Read the next finding (`step` 1) or the one before (-1), round and round."""
        self._show_lines()
        if self.lines:
            self.show_finding((self.list.currentRow() + step) % len(self.lines))

    def _follow(self) -> None:
        before, self._count = self._count, count_lines(self._current.found)
        if self._count != before:
            self.count_changed.emit(self._count)
        if self._is_in_sight():
            self._show_lines()

    def _is_in_sight(self) -> bool:
        """Whether it can be seen: what is behind another tab Qt keeps visible, outside the window."""
        window = self.window()
        place = QRect(self.mapTo(window, QPoint(0, 0)), self.size())
        return self.isVisible() and window.rect().intersects(place)

    def catch_up(self) -> None:
        """Show what was found while it could not be seen."""
        if self.isVisible():
            self._show_lines()

    def _show_lines(self) -> None:
        self.empty.setVisible(not self.lines)
        if self._current.is_held:
            self.empty.setText(self.tr("Findings are held back until you have answered."))
        else:
            self.empty.setText(self.tr("Nothing found: every formula is within its rounding."))
        self._scroll.setVisible(bool(self.lines))
        self.list.show_lines(self.lines)
        self._show_current()

    def _show_current(self) -> None:
        evaluation = self._current.evaluation
        self.details.show_line(self.line, 0 if evaluation is None else evaluation.problem.rows)
        self.change.show_line(self.line)

    # -- going there --------------------------------------------------------------------------------

    def _go_to_first(self, index: int) -> None:
        row = self.lines[index].row
        if row is not None:
            self._select(row)

    def go_to_next_row(self) -> None:
        """Select the row after the selected one that the finding is about, and after the last the first."""
        if self.line is not None and self.line.rows:
            rows = self.line.rows
            after = bisect_right(rows, self._selection.place().row)
            self._select(rows[after % len(rows)])

    def _select(self, row: int) -> None:
        if self._current.evaluation is not None:
            problem = self._current.evaluation.problem
            self._selection.select(problem.family, row, unsound_class(problem, row))

    # -- copying ------------------------------------------------------------------------------------

    def copy_reproduction(self) -> None:
        """Copy a script of the finding's rows."""
        if self.line is None or self._current.evaluation is None:
            return
        script, count = reproduction(self._current.evaluation, self.line.rows)
        QGuiApplication.clipboard().setText(script)
        if count == 1:
            self.message.emit(self.tr("Copied: a PyTorch script of this row"))
        else:
            self.message.emit(self.tr("Copied: a PyTorch script of %n rows", "", count))

    def _say_copied(self) -> None:
        self.message.emit(self.tr("Copied: the replacement line"))

    # -- arranging ----------------------------------------------------------------------------------

    def _arrange(self) -> None:
        """Side by side where there is room for three, else what to change below the detail, or all so."""
        letters = self.width() / self.fontMetrics().averageCharWidth()
        across = 3 if letters >= WIDE else 2 if letters >= NARROW else 1
        share = (self.width() - 4 * SPACING) * {3: 0.3, 2: 0.6, 1: 1.0}[across]
        self.change.arrange(wide=share >= self.change.room_for_buttons, low=across < 3)
        if across == self._across:
            return
        self._across = across
        grid = self._grid
        grid.addWidget(self.list, 0, 0, 2 if across == 2 else 1, 1)
        grid.addWidget(self.details, *{3: (0, 1), 2: (0, 1), 1: (1, 0)}[across])
        grid.addWidget(self.change, *{3: (0, 2), 2: (1, 1), 1: (2, 0)}[across])
        for column, stretch in enumerate({3: (30, 40, 30), 2: (40, 60, 0), 1: (1, 0, 0)}[across]):
            grid.setColumnStretch(column, stretch)
        for row, stretch in enumerate((1, 1, 0) if across == 1 else (1, 0, 0)):
            grid.setRowStretch(row, stretch)
        for part in (self.list, self.details, self.change):
            part.setMinimumWidth(1)  # the shares alone say how wide each is
        for text in (self.list, self.details):
            text.setMinimumHeight(LEAST_LINES * self.fontMetrics().lineSpacing())

    # -- Qt's protocol ------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 72)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for part in (self.empty, self._scroll):
            part.setGeometry(self.rect())
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_lines()


def unsound_class(problem: Problem, row: int) -> int | None:
    """The class whose logit makes a row nan: the first that is nan, else the first +inf."""
    if not isinstance(problem, MulticlassProblem):
        return None
    logits = np.asarray(problem.input[row], dtype=np.float64)
    for at in (np.isnan(logits), np.isposinf(logits)):
        if at.any():
            return int(np.argmax(at))
    return None
