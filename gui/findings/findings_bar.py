"""A bar that says what is suspicious about the page in front, and is not there when nothing is."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine import Evaluation, Regime, findings
from gui.document.document import Document
from gui.document.evaluator import Evaluator, is_large
from gui.document.selection import Selection
from gui.findings.finding_words import FindingLine, finding_lines
from gui.services.colours import is_dark, regime_colour

LINES_SHOWN = 5
"""Height of the unfolded list, in lines."""

PAUSE_MS = 150
"""Findings of a large problem wait this long for the end of a burst of edits."""


class FindingsBar(QFrame):
    """The first finding in one line; all of them with their reasons on request.

    A click on a finding selects the first row that it is about.
    """

    def __init__(
        self,
        document: Document,
        selection: Selection,
        evaluator: Evaluator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._evaluation: Evaluation | None = None
        self._lines: tuple[FindingLine, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.look)
        self.setAccessibleName(self.tr("Findings"))
        self._build()
        self._lay_out()
        self.setVisible(False)
        evaluator.evaluated.connect(self.show_evaluation)

    def _build(self) -> None:
        self.summary = ElidedButton(self)
        self.summary.setToolTip(self.tr("Go to the first row that this is about"))
        self.summary.clicked.connect(self._go_to_first)
        self.unfold = QToolButton(self)
        self.unfold.setAutoRaise(True)
        self.unfold.setCheckable(True)
        self.unfold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.unfold.setArrowType(Qt.ArrowType.RightArrow)
        self.unfold.setToolTip(self.tr("Show all findings with their reasons"))
        self.unfold.toggled.connect(self._unfold)
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("All findings"))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.currentRowChanged.connect(self._show_details)
        self.list.itemClicked.connect(self._go_to)
        self.list.itemActivated.connect(self._go_to)
        self.details = QPlainTextEdit(self)
        self.details.setReadOnly(True)
        self.details.setFrameShape(QFrame.Shape.NoFrame)
        self.details.setTabChangesFocus(True)
        self.details.setMinimumWidth(200)
        self.details.setAccessibleName(self.tr("Reason"))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(Mark(self))
        top.addWidget(self.summary, 1)
        top.addWidget(self.unfold)
        self._all = QSplitter(Qt.Orientation.Horizontal, self)
        self._all.setChildrenCollapsible(False)
        for each in (self.list, self.details):
            # A splitter takes its own height from its widgets.
            each.setFixedHeight(LINES_SHOWN * (self.fontMetrics().height() + 4))
            self._all.addWidget(each)
        for index, share in enumerate((45, 55)):
            self._all.setStretchFactor(index, share)
        self._all.setVisible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 1, 4, 1)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self._all)

    # -- what is shown ------------------------------------------------------------------------------

    @property
    def lines(self) -> tuple[FindingLine, ...]:
        """What is shown."""
        return self._lines

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Look at an evaluation: at once if it is small, else when the edits pause."""
        self._evaluation = evaluation
        if is_large(evaluation.problem):
            self._timer.start()
        else:
            self.look()

    def look(self) -> None:
        """Look for findings now."""
        self._timer.stop()
        if self._evaluation is None:
            return
        lines = finding_lines(findings(self._evaluation))
        if lines == self._lines:
            return
        self._lines = lines
        self.setVisible(bool(lines))
        if lines:
            self._show_lines()

    def _show_lines(self) -> None:
        self.summary.setText(self._lines[0].text)
        count = len(self._lines)
        words = self.tr("1 finding") if count == 1 else self.tr("{count} findings").format(count=count)
        self.unfold.setText(words)
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

    def _show_details(self, number: int) -> None:
        self.details.setPlainText(self._lines[number].details if 0 <= number < len(self._lines) else "")

    def _unfold(self, shown: bool) -> None:
        self.unfold.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._all.setVisible(shown)

    # -- going there --------------------------------------------------------------------------------

    def _go_to_first(self) -> None:
        self._go_to_line(self._lines[0])

    def _go_to(self, item: QListWidgetItem) -> None:
        self._go_to_line(self._lines[self.list.row(item)])

    def _go_to_line(self, line: FindingLine) -> None:
        if line.row is not None and self._evaluation is not None:
            self._selection.select(self._evaluation.problem.family, line.row)

    # -- Qt's protocol ------------------------------------------------------------------------------

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()


class Mark(QWidget):
    """A small disc in the colour of what is doubtful, with an exclamation mark."""

    SIZE = 14

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(QSize(self.SIZE, self.SIZE))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  # painted whole
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(regime_colour(Regime.CLAMPED, is_dark(self.palette())))
        painter.drawEllipse(self.rect())
        painter.setPen(Qt.GlobalColor.black)
        font = painter.font()
        font.setBold(True)
        font.setPixelSize(self.SIZE - 3)
        painter.setFont(font)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "!")
        painter.end()


class ElidedButton(QToolButton):
    """A flat button whose text is cut with an ellipsis instead of asking for more width."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAutoRaise(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height() + 8)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  # painted whole: it is one line
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        font = painter.font()
        font.setUnderline(self.underMouse() or self.hasFocus())
        painter.setFont(font)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()
