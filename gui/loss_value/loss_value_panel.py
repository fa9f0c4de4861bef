"""What makes a loss: the answers, the one that is read in full, what tells them apart, and their rows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from engine import Answer, Explanation, LossOptions, explain_loss
from gui.loss_value.answer_list import AnswerList
from gui.loss_value.answer_words import answer_lines, detail_html, headline, questions_html
from gui.services.look.scrolling import scrolling
from gui.services.numbers.number_text import parse_integer

SPACING = 8
NARROW = 80
"""Characters of average width below which the parts stand one over the other."""

LEAST_LINES = 5
"""Lines of each part in sight; where there is no room for them, all scrolls."""

MOST_CLASSES, MOST_NUMBERS = 1000, 100_000
"""What a table takes: rows of more classes, or more numbers in all, are told and not opened."""

NUMBER_LETTERS = 9


class LossValuePanel(QWidget):
    """Answers one number at a time; nothing in the table changes until rows are opened."""

    opened = Signal(object)
    """The `Answer` whose rows are to take the table's place."""
    closed = Signal()
    """The answers are not wanted any more."""
    explained = Signal(str)
    """The number that is explained now."""
    read = Signal()
    """Another answer is read in full."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.explanation: Explanation | None = None
        self.setAccessibleName(self.tr("Loss value"))
        self._build()
        self._show()

    def _build(self) -> None:
        self.empty = QLabel(self.tr("Type a loss into the field at the top: 0.6931, 15.9424, nan."), self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self._content = QWidget()
        self.heading = QLabel(self._content)
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        font = self.heading.font()
        font.setBold(True)
        self.heading.setFont(font)
        self.list = AnswerList(self._content)
        self.heading.setBuddy(self.list)
        self.list.currentRowChanged.connect(self._show_current)
        self.list.itemActivated.connect(self._open)
        self.details = _text(self._content, self.tr("Explanation"))
        self.questions = _text(self._content, self.tr("What tells them apart"))
        self._build_below()
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addWidget(self.heading)
        left.addWidget(self.list, 1)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addWidget(self.questions, 1)
        right.addLayout(self._below)
        self._parts = (left, self.details, right)
        self._grid = QGridLayout(self._content)
        self._grid.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        self._grid.setSpacing(SPACING)
        self._grid.addLayout(left, 0, 0)
        self._grid.addWidget(self.details, 0, 1)
        self._grid.addLayout(right, 0, 2)
        self._is_wide: bool | None = None
        self._scroll = scrolling(self._content, self)
        self._arrange()

    def _build_below(self) -> None:
        """What is known of the run, and what to do with the answer."""
        self.rows = self._number(self.tr("rows"), self.tr("Rows, or tokens, that the loss is of"))
        self.classes = self._number(self.tr("classes"), self.tr("Classes, or the size of the vocabulary"))
        self.open = self._button(self.tr("Open in the table"))
        self.open.clicked.connect(self._open)
        self.leave = self._button(self.tr("Close"))
        self.leave.clicked.connect(self.closed)
        self._below = QHBoxLayout()
        self._below.setSpacing(6)
        for field in (self.rows, self.classes):
            label = QLabel(field.accessibleName(), self._content)
            label.setBuddy(field)
            self._below.addWidget(label)
            self._below.addWidget(field)
        self._below.addStretch(1)
        self._below.addWidget(self.open)
        self._below.addWidget(self.leave)

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text, self._content)
        button.setAutoDefault(False)
        return button

    def _number(self, name: str, tip: str) -> QLineEdit:
        field = QLineEdit(self._content)
        field.setAccessibleName(name)
        field.setPlaceholderText(self.tr("any"))
        field.setToolTip(tip)
        field.setMaxLength(NUMBER_LETTERS)
        field.editingFinished.connect(self._ask_again)
        return field

    # -- asking -------------------------------------------------------------------------------------

    def explain(self, text: str) -> None:
        """Answer what makes a loss.

        Raises
        ------
        ValueError
            If the text is no number; the answers before stay.
        """
        self.explanation = explain_loss(text, self._options())
        self._show()
        self.explained.emit(self.explanation.typed[0].text)

    def _options(self) -> LossOptions:
        return LossOptions(rows=_count(self.rows), classes=_count(self.classes))

    def _ask_again(self) -> None:
        if self.explanation is not None:
            self.explain(self.explanation.typed[0].text)

    # -- what is shown ------------------------------------------------------------------------------

    @property
    def answer(self) -> Answer | None:
        """The answer that is read."""
        number = self.list.currentRow()
        if self.explanation is None or not 0 <= number < len(self.explanation.answers):
            return None
        return self.explanation.answers[number]

    def _show(self) -> None:
        explanation = self.explanation
        self.empty.setVisible(explanation is None)
        self._scroll.setVisible(explanation is not None)
        if explanation is not None:
            self.heading.setText(headline(explanation))
            self.list.show_lines(answer_lines(explanation))
            _tell(self.questions, questions_html(explanation))
            self._show_current()

    def _show_current(self) -> None:
        answer = self.answer
        if answer is None or self.explanation is None:
            self.details.clear()
            self.open.setEnabled(False)
            return
        soft = self.palette().color(QPalette.ColorRole.PlaceholderText).name()
        _tell(self.details, detail_html(answer, self.explanation, soft))
        self.open.setEnabled(can_be_opened(answer))
        self.open.setToolTip(self._why_not(answer))
        self.read.emit()

    def _why_not(self, answer: Answer) -> str:
        if answer.rows is None:
            return self.tr("Another library gives this number; there are no rows for it here")
        if not can_be_opened(answer):
            return self.tr("Too many numbers for a table")
        return self.tr("Put these rows in the table's place; undo brings yours back")

    def _open(self) -> None:
        answer = self.answer
        if answer is not None and can_be_opened(answer):
            self.opened.emit(answer)

    # -- arranging ----------------------------------------------------------------------------------

    def _arrange(self) -> None:
        """Three parts side by side, or one over the other where the dock is narrow."""
        is_wide = self.width() >= NARROW * self.fontMetrics().averageCharWidth()
        if is_wide == self._is_wide:
            return
        self._is_wide = is_wide
        left, details, right = self._parts
        for part in (left, right):
            self._grid.removeItem(part)
        self._grid.addLayout(left, 0, 0)
        self._grid.addWidget(details, *((0, 1) if is_wide else (1, 0)))
        self._grid.addLayout(right, *((0, 2) if is_wide else (2, 0)))
        for column, stretch in enumerate((36, 32, 32) if is_wide else (1, 0, 0)):
            self._grid.setColumnStretch(column, stretch)
        for text in (self.list, self.details, self.questions):
            text.setMinimumWidth(1)  # the shares alone say how wide each is
        self._follow_font()

    def _follow_font(self) -> None:
        line = self.fontMetrics().lineSpacing()
        lines = 1 if self._is_wide else LEAST_LINES
        for text in (self.list, self.details, self.questions):
            text.setMinimumHeight(lines * line)
        for field in (self.rows, self.classes):
            field.setFixedWidth(NUMBER_LETTERS * field.fontMetrics().averageCharWidth())

    # -- Qt's protocol ------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 72)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for part in (self.empty, self._scroll):
            part.setGeometry(self.rect())
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and hasattr(self, "_scroll"):
            self._follow_font()
        elif event.type() is QEvent.Type.PaletteChange and hasattr(self, "_scroll"):
            self._show_current()


def can_be_opened(answer: Answer) -> bool:
    """Whether the answer has rows, and a table room for them."""
    rows = answer.rows
    if rows is None:
        return False
    classes = rows.problem.logits.shape[1] if rows.problem.logits.ndim > 1 else 1
    return classes <= MOST_CLASSES and rows.problem.logits.size <= MOST_NUMBERS


def _count(field: QLineEdit) -> int | None:
    """The number in a field; None where there is none that counts."""
    try:
        number = parse_integer(field.text())
    except ValueError:
        return None
    return number if number > 0 else None


def _text(parent: QWidget, name: str) -> QTextBrowser:
    text = QTextBrowser(parent)
    text.setAccessibleName(name)
    text.setTabChangesFocus(True)
    text.document().setDocumentMargin(6)
    return text


def _tell(text: QTextBrowser, html: str) -> None:
    text.setHtml(html)
    text.setAccessibleDescription(text.toPlainText())
