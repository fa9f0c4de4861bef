"""The line at the bottom: the worst thing first, and how many more there are; messages in its place."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStatusBar, QToolButton, QWidget

from engine import Evaluation
from gui.document.evaluator import Evaluator
from gui.services.speech.announcement import announce
from gui.window.bars.elided import ElidedText
from gui.window.bars.severity_mark import SeverityMark

_translate = QCoreApplication.translate

MANY = 99
"""The link has room for so many findings."""


class StatusLine(QStatusBar):
    """Always as high, and the link always as wide.

    What is said in passing takes the finding's place until the next edit, and not the link's.
    """

    worst_asked = Signal()
    """The worst finding is to be shown."""
    more_asked = Signal()
    """The findings are to be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._worst = ("", "", "")
        self._trouble: tuple[str, str, str] | None = None
        self.mark = SeverityMark(self)
        self.text = ElidedText(self)
        self.text.make_button()
        self.text.setAccessibleName(self.tr("The worst finding"))
        self.text.clicked.connect(self.worst_asked)
        worst = QWidget(self)
        line = QHBoxLayout(worst)
        line.setContentsMargins(8, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.mark)
        line.addWidget(self.text, 1)
        self.more = QToolButton(self)
        self.more.setAutoRaise(True)
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.setCursor(Qt.CursorShape.PointingHandCursor)
        line_height = self.fontMetrics().height() + 8
        worst.setFixedHeight(line_height)
        longest = (more_text(MANY), _translate("StatusLine", "4 wrong feedings shown"))
        width = max(self.fontMetrics().horizontalAdvance(words) for words in longest)
        self.more.setFixedSize(width + max(20, line_height), line_height)
        self.more.setEnabled(False)
        self.more.clicked.connect(self.more_asked)
        self.addWidget(worst, 1)
        self.addPermanentWidget(self.more)
        self.setFixedHeight(line_height + 4)

    def follow(self, evaluator: Evaluator) -> None:
        """Say how far a large table's evaluation has come."""
        evaluator.begun.connect(self._show_begun)
        evaluator.progressed.connect(self._show_progress)
        evaluator.evaluated.connect(self._show_known)

    def _show_begun(self, evaluation: Evaluation) -> None:
        """The last findings are not of these rows: say what is done instead, until they are known."""
        words = self.tr("%n rows are being evaluated", "", evaluation.problem.rows)
        self.show_worst("note", self.tr("large table"), words, 0)

    def _show_progress(self, percent: int) -> None:
        if percent:  # a few rows are done before they are told of
            self.showMessage(self.tr("Evaluating: {percent} %").format(percent=percent))

    def _show_known(self, evaluation: Evaluation) -> None:
        if evaluation.is_large:
            self.clearMessage()

    def show_worst(self, mark: str, kind: str, text: str, more: int, held: int = 0) -> None:
        """Say the worst thing, and how many more there are, or how many are held back."""
        self.say(mark, kind, text, more_text(more) if more else held_text(held) if held else "")
        self.more.setEnabled(more > 0)

    def say(self, mark: str, kind: str, text: str, more: str) -> None:
        """Say something else than a finding, with words where the link to more findings stands."""
        self._worst = (mark, kind, text)
        self._say()
        self.more.setText(more)
        self.more.setEnabled(False)

    def show_trouble(self, kind: str, text: str) -> None:
        """Say what keeps going wrong in the worst finding's place, until it is shown with no text."""
        self._trouble = ("wrong", kind, text) if text else None
        self._say()

    def _say(self) -> None:
        mark, kind, text = self._trouble or self._worst
        before = self.text.text
        self.mark.show_mark(mark)
        self.text.show_texts(f"{kind}:" if kind else "", text)
        if self.text.text != before:
            announce(self, self.text.text)


def held_text(count: int) -> str:
    """'3 findings held'."""
    if count == 1:
        return _translate("StatusLine", "1 finding held")
    return _translate("StatusLine", "%n findings held", "", count)


def more_text(count: int) -> str:
    """'3 more findings (F8)'."""
    if count == 1:
        return _translate("StatusLine", "1 more finding (F8)")
    return _translate("StatusLine", "%n more findings (F8)", "", count)
