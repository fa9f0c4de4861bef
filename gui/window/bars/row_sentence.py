"""The bar that says what the selected row shows, in the largest type, with what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QToolButton, QWidget

from engine import Evaluation
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.services.look.type_sizes import icon_size, large
from gui.window.bars.elided import ElidedText
from gui.window.bars.severity_mark import SeverityMark

if TYPE_CHECKING:
    from gui.explain.row_sentence import Sentence

ROOM_FOR_WORDS = 1300
"""Width of the window below which the buttons have no words, so that the sentence stays whole, in pixels
where a line of text has 14."""

ABOVE_TEXT = 8
"""Pixels of its height beside its text's."""


class RowSentence(QStackedWidget):
    """Always there and always as high: whatever is said or asked here moves nothing.

    A failure (a file that could not be read) takes the sentence's place until the next edit or choice, and
    a question that has buttons of its own (lost work) for as long as it is open.
    """

    changed = Signal()
    """Another sentence is said."""

    def __init__(
        self, document: Document, selection: Selection, evaluator: Evaluator, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._evaluator = evaluator
        self._shaded: str | None = None
        self._failure = ""
        self._spoken: Sentence | None = None
        """What is said for another page than the tables'."""
        self._buttons: dict[QAction, QToolButton] = {}
        self._held: Sentence | None = None
        self.sentence: Sentence | None = None
        """What is said; None until `begin`."""
        self.mark = SeverityMark(self)
        self.text = ElidedText(self)
        self.text.setAccessibleName(self.tr("What the selected row shows"))
        self.text.set_fonts(large(self.font()), self.font())
        page = QWidget(self)
        self._line = QHBoxLayout(page)
        self._line.setContentsMargins(10, 0, 6, 0)
        self._line.setSpacing(8)
        self._line.addWidget(self.mark)
        self._line.addWidget(self.text, 1)
        self.addWidget(page)
        self.setFixedHeight(self.text.fontMetrics().height() + ABOVE_TEXT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Row"))
        selection.changed.connect(self._follow_selection)
        document.changed.connect(self._forget_failure)

    def begin(self) -> None:
        """Speak from here on: the tables are painted, and the words cost the start no more."""
        self._evaluator.evaluated.connect(self.show_evaluation)
        self._evaluator.begun.connect(self.show_evaluation)
        self.mark.load()
        self.text.dot_words()
        self.refresh()
        self.repaint()  # before anything else is made

    def add_button(self, *actions: QAction) -> None:
        """Offer an action at the end of the line, or in one place the one of several that `offer` names."""
        place = QStackedWidget(self)
        place.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for action in actions:
            button = QToolButton(place)
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setIconSize(icon_size(self.font()))
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            place.addWidget(button)
            self._buttons[action] = button
        self._line.addWidget(place)

    def offer(self, action: QAction) -> None:
        """Bring an action's button to the front of its place."""
        button = self._buttons[action]
        place = button.parentWidget()
        assert isinstance(place, QStackedWidget)
        place.setCurrentWidget(button)

    def show_places(self, *actions: QAction) -> None:
        """Offer these actions alone, or, where the first is one of tables, whatever is offered with it."""
        for action in actions:
            self.offer(action)
        shown = {self._buttons[action].parentWidget() for action in actions}
        places = list(dict.fromkeys(button.parentWidget() for button in self._buttons.values()))
        if actions[0] is next(iter(self._buttons)):
            shown.update(places[:2])
        for place in places:
            if place is not None:
                place.setVisible(place in shown)

    def fit(self, width: int) -> None:
        """Leave the buttons' words away in a window without room for them."""
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        if width < ROOM_FOR_WORDS * self.fontMetrics().height() / 14:
            style = Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in self._buttons.values():
            if button.toolButtonStyle() is not style:
                button.setToolButtonStyle(style)
        for place in {button.parentWidget() for button in self._buttons.values()}:
            inside = [each for each in self._buttons.values() if each.parentWidget() is place]
            if place is not None:
                place.setFixedWidth(max(each.sizeHint().width() for each in inside))

    # -- what is said -------------------------------------------------------------------------------

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Say what the selected row of an evaluation shows."""
        from gui.explain.row_sentence import row_sentence  # noqa: PLC0415  # after the first paint

        page = evaluation.problem.family
        moved = self._selection.moved_class() if page == "multiclass" else None
        row = self._selection.place(page).row
        self.sentence = self._held or row_sentence(evaluation, row, moved, self._shaded)
        self._show()

    def hold(self, sentence: Sentence | None) -> None:
        """Say this in any case, or what is so again."""
        self._held = sentence
        self.refresh()

    @property
    def worst(self) -> str | None:
        """The key of the failing formula that is spoken of."""
        return None if self.sentence is None or self._spoken is not None else self.sentence.formula

    def name_shaded(self, key: str) -> None:
        """Name this formula, whose failures the picture shades, in any case."""
        self._shaded = key
        self.refresh()

    def speak_for(self, sentence: Sentence | None) -> None:
        """Say this for another page; None: speak of the selected row again."""
        self._spoken = sentence
        self._failure = ""
        if sentence is None:
            self.refresh()
        self._show()

    def refresh(self) -> None:
        """Say what is so now, if that is known."""
        evaluation = self._evaluator.at_hand()
        if evaluation is not None:
            self.show_evaluation(evaluation)

    def show_failure(self, words: str) -> None:
        """Say what could not be done, where the eye is."""
        self._failure = words
        self._show()

    def ask(self, question: QWidget) -> None:
        """Let a question stand here until it hides itself."""
        self.addWidget(question)
        self.setCurrentWidget(question)
        question.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.HideToParent and watched is self.currentWidget():
            self.setCurrentIndex(0)
        return False

    def _show(self) -> None:
        if self._failure:
            self.mark.show_mark("wrong")
            self.text.show_texts(self._failure)
        elif (said := self._spoken or self.sentence) is not None:
            self.mark.show_mark(said.mark)
            self.text.show_texts(said.lead, said.rest)
        self.changed.emit()

    def _forget_failure(self) -> None:
        if self._failure:
            self._failure = ""
            self._show()

    def _follow_selection(self, page: str) -> None:
        self._failure = ""
        if page == self._document.page and self.sentence is not None:
            self.refresh()
