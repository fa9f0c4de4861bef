"""Cards of words in the window: which one is asked for, what it means in the selected row, all of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from gui.learn.asking import WORD, asked_word
from gui.learn.term_card import TermCard
from gui.services.terms.words import words
from gui.window.learning.called import call_dialog, call_window
from gui.window.learning.here import here_words
from gui.window.learning.parts import WindowParts

if TYPE_CHECKING:
    from gui.learn.words_dialog import WordsDialog


class WordCards(QObject):
    """F1, a click on a dotted word and Help > Words all lead here."""

    lesson_asked = Signal(str)
    """The key of a lesson."""

    def __init__(self, parts: WindowParts, lessons: Mapping[str, str]) -> None:
        super().__init__(parts.window)
        self._parts = parts
        self._window = parts.window
        self._lessons = lessons
        """Titles by key."""
        self._dialog: WordsDialog | None = None
        call_window(parts)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow_focus)
        for source in (parts.explanation, parts.findings, parts.sentence.text):
            source.word_asked.connect(self.show_word)

    @cached_property
    def card(self) -> TermCard:
        """The card, made when it is first asked for."""
        card = TermCard(self._window)
        card.word_asked.connect(self._show_next)
        card.lesson_asked.connect(self.lesson_asked)
        card.all_asked.connect(self.show_all)
        return card

    def ask(self) -> None:
        """Explain what has the keyboard; asked again, show all words."""
        focused = QApplication.focusWidget()
        if "card" in self.__dict__ and self.card.isVisible():
            key = "" if self.card.word is None else self.card.word.key
            self.card.dismiss()
            self.show_all()
            self.dialog.show_word(key)
            return
        inside = focused is not None and focused.window() is self._window
        found = asked_word(focused if inside else self._window)
        if found is not None:
            self.show_word(*found)

    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Let F1 ask in a dialog, too: a window's own keys are not heard there."""
        dialog = None if now is None else now.window()
        if not isinstance(dialog, QDialog) or dialog.property(WORD) is not None:
            return
        call_dialog(dialog)
        QShortcut(QKeySequence(Qt.Key.Key_F1), dialog, self._ask_in_dialog)

    def _ask_in_dialog(self) -> None:
        """Show the card of what has the keyboard in a dialog, in the list of all words."""
        focused = QApplication.focusWidget()
        found = asked_word(focused)
        if focused is None or found is None:
            return
        dialog, key = focused.window(), found[0]
        if dialog is self._dialog:
            self.dialog.show_word(key)
            return
        from gui.learn.words_dialog import WordsDialog  # noqa: PLC0415  # not needed to start

        # A lesson would take the numbers away from below the dialog: its cards lead to none.
        listed = WordsDialog({}, dialog)
        listed.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        listed.open()
        listed.show_word(key)
        listed.search.setFocus()

    def show_word(self, key: str, about: QRect) -> None:
        """Show a word's card beside its place on the screen."""
        word = words()[key]
        title = self._lessons.get(word.lesson, "")
        self.card.show_word(word, self._kept_free(about), self._here(key), title)

    def _here(self, key: str) -> str:
        parts = self._parts
        return here_words(key, parts.evaluator, parts.selection, parts.document.cover)

    def _show_next(self, key: str) -> None:
        self.show_word(key, self.card.about)

    def _kept_free(self, about: QRect) -> QRect:
        """The whole step card that a word stands in, where it is one; else the word's own place."""
        window = self._window
        corner = window.mapFromGlobal(about.center())
        widget: QWidget | None = window.childAt(corner)
        while widget is not None and widget is not window:
            if widget in self._parts.explanation.views:
                return QRect(widget.mapToGlobal(QPoint(0, 0)), QSize(widget.size()))
            widget = widget.parentWidget()
        return about

    @property
    def dialog(self) -> WordsDialog:
        """The list of all words, once it was asked for."""
        assert self._dialog is not None
        return self._dialog

    def show_all(self) -> None:
        """List all words, beside the window."""
        from gui.learn.words_dialog import WordsDialog  # noqa: PLC0415  # not needed to start

        if self._dialog is None:
            self._dialog = WordsDialog(self._lessons, self._window)
            self._dialog.lesson_asked.connect(self.lesson_asked)
        self._dialog.show()
        self._dialog.activateWindow()
        self._dialog.search.setFocus()
