"""The lesson that is under way: what it tells, its question, and after the answer what there is to do."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.learn.lesson import Lesson
from gui.learn.lesson_files import lessons, said
from gui.services.look.type_sizes import bold, large
from gui.services.speech.announcement import announce
from gui.services.terms.words import said as word_said
from gui.services.terms.words import words

SPACING = 8
NO_CHOICE = -1


class LessonPanel(QScrollArea):
    """Two columns; the second one holds the question first, and what is to be done after the answer."""

    answered = Signal(int)
    """The number of a choice, from 0 on, or `NO_CHOICE` where none was known."""
    word_asked = Signal(str, QRect)
    """A word's key, and where it stands on the screen."""
    next_asked = Signal()
    """The next lesson is wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lesson: Lesson | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Lesson"))
        content = QWidget(self)
        self.title, self.text, self.hint = (self._label(content) for _ in range(3))
        self.question, self.verdict, self.task, self.done = (self._label(content) for _ in range(4))
        for label in (self.question, self.verdict):
            label.setFont(bold(self.font()))
        self.title.setFont(bold(large(self.font())))
        self.hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.words = self._label(content)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.words.linkActivated.connect(self._ask_word)
        self._group = QButtonGroup(self)
        self._choices = QVBoxLayout()
        self._choices.setSpacing(2)
        self.answer = self._button(self.tr("&Answer"))
        self.answer.setDefault(True)
        self.answer.clicked.connect(self._answer)
        self.pass_on = self._button(self.tr("I do not know: &show it"))
        self.pass_on.clicked.connect(self._pass_on)
        self.next = self._button(self.tr("&Next lesson"))
        self.next.clicked.connect(self.next_asked)
        self._lay_out(content)
        self.setWidget(content)

    def _label(self, parent: QWidget) -> QLabel:
        label = QLabel(parent)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        return button

    def _lay_out(self, content: QWidget) -> None:
        left = QVBoxLayout()
        left.setSpacing(SPACING)
        for label in (self.title, self.text, self.hint, self.words):
            left.addWidget(label)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addWidget(self.question)
        right.addLayout(self._choices)
        for label in (self.verdict, self.task, self.done):
            right.addWidget(label)
        buttons = QHBoxLayout()
        for button in (self.answer, self.pass_on, self.next):
            buttons.addWidget(button)
        buttons.addStretch(1)
        right.addLayout(buttons)
        right.addStretch(1)
        grid = QGridLayout(content)
        grid.setContentsMargins(2 * SPACING, SPACING, 2 * SPACING, SPACING)
        grid.setHorizontalSpacing(4 * SPACING)
        grid.addLayout(left, 0, 0)
        grid.addLayout(right, 0, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)

    # -- what is shown ------------------------------------------------------------------------------

    @property
    def choices(self) -> list[QRadioButton]:
        """The answers, in their order."""
        return [each for each in self._group.buttons() if isinstance(each, QRadioButton)]

    def ask(self, lesson: Lesson) -> None:
        """Begin a lesson: what it tells, and its question."""
        self.lesson = lesson
        self.title.setText(f"{lesson.number}   {said(lesson.title)}")
        self.text.setText(_joined(lesson.tells))
        self.hint.setText(said(lesson.hint))
        self.question.setText(said(lesson.question))
        links = (f'<a href="{key}">{escape(word_said(words()[key].title))}</a>' for key in lesson.words)
        self.words.setText(self.tr("Words: {links}").format(links=" &nbsp; ".join(links)))
        for button in self.choices:
            self._group.removeButton(button)
            self._choices.removeWidget(button)
            button.hide()
            button.deleteLater()
        for number, choice in enumerate(lesson.choices):
            button = QRadioButton(f"&{number + 1}   {said(choice.text)}", self.widget())
            self._choices.addWidget(button)
            self._group.addButton(button, number)
            button.toggled.connect(self._allow_answer)
        self._show_parts(is_answered=False)
        self._allow_answer()
        self.verticalScrollBar().setValue(0)

    def tell(self, *, is_right: bool | None) -> None:
        """Say whether the answer was right (None: not known), explain it, and ask to do something."""
        lesson = self.lesson
        assert lesson is not None
        right = said(lesson.choices[lesson.answer].text)
        words = {
            True: self.tr("Right: {answer}"),
            False: self.tr("Not quite: it is {answer}"),
            None: self.tr("It is {answer}"),
        }[is_right]
        self.verdict.setText(words.format(answer=right))
        self.text.setText(_joined(lesson.explains))
        self.task.setText(self.tr("Now you: {task}").format(task=said(lesson.task)))
        self.done.setText("")
        is_last = lesson.number == len(lessons())
        self.next.setText(self.tr("&Finish") if is_last else self.tr("&Next lesson"))
        self._show_parts(is_answered=True)
        self.next.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, f"{self.verdict.text()} {self.text.text()} {self.task.text()}")

    def show_done(self) -> None:
        """Notice that it has been done."""
        if not self.done.text():
            self.done.setText(self.tr("\N{CHECK MARK} Done: you have seen it happen."))
            announce(self, self.done.text())

    def _show_parts(self, *, is_answered: bool) -> None:
        for part in (self.hint, self.question, *self.choices, self.answer, self.pass_on):
            part.setVisible(not is_answered)
        for part in (self.words, self.verdict, self.task, self.done, self.next):
            part.setVisible(is_answered)

    def _allow_answer(self) -> None:
        self.answer.setEnabled(self._group.checkedId() != NO_CHOICE)

    def _ask_word(self, key: str) -> None:
        self.word_asked.emit(key, QRect(self.words.mapToGlobal(QPoint(0, 0)), self.words.size()))

    # -- answering ----------------------------------------------------------------------------------

    def _answer(self) -> None:
        if self._group.checkedId() != NO_CHOICE:
            self.answered.emit(self._group.checkedId())

    def _pass_on(self) -> None:
        self.answered.emit(NO_CHOICE)

    # -- Qt's protocol ------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits choose an answer, and Enter gives it."""
        number = event.key() - Qt.Key.Key_1
        if self.answer.isVisible() and 0 <= number < len(self.choices):
            self.choices[number].setChecked(True)
            self.choices[number].setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif self.answer.isVisible() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._answer()
        else:
            super().keyPressEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 72)


def _joined(sentences: Sequence[str]) -> str:
    return " ".join(map(said, sentences))
