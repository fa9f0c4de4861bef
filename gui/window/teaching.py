"""Words and lessons in the window: made with its late parts, and wired to menus and bars."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from gui.learn.asking import call
from gui.learn.lesson_files import lesson_titles, lessons, said
from gui.session.opening_view import OpeningView
from gui.session.problem_file import ProblemFile
from gui.session.session_keeper import SessionKeeper
from gui.window.docks.arrangement import FINDINGS
from gui.window.learning.called import call_page
from gui.window.learning.lesson_stage import LessonStage
from gui.window.learning.parts import WindowParts
from gui.window.learning.word_cards import WordCards
from gui.window.page_stack import PageStack

if TYPE_CHECKING:
    from gui.window.late_parts import LateParts
    from gui.window.window import MainWindow


class Teaching(QObject):
    """Holds the cards of words and the stage of lessons."""

    def __init__(self, window: MainWindow, late: LateParts) -> None:
        super().__init__(window)
        self._window = window
        self._late = late
        self._is_watching = False
        parts = WindowParts(
            window,
            window.document,
            window.selection,
            window.evaluator,
            window.settings,
            window.page_bar,
            window.option_bar,
            window.sentence,
            window.docks,
            window.status,
            late.plots,
            late.explanation,
            late.findings,
            late.current,
        )
        titles = lesson_titles()
        self.words = WordCards(parts, titles)
        self.stage = LessonStage(parts, window.lesson_dock, self._keeper)
        self.words.lesson_asked.connect(self.stage.begin)
        window.lesson_dock.lesson.word_asked.connect(self.words.show_word)
        self.stage.changed.connect(self._follow)
        self._offer_words()
        self._offer_lessons()

    def _keeper(self) -> SessionKeeper:
        """What keeps the user's work; whatever is opened from now on ends a lesson first."""
        if not self._is_watching:
            self._is_watching = True
            self._window.files.replacing.connect(self.stage.leave)
        return self._window.session.keeper

    def _offer_words(self) -> None:
        window, actions = self._window, self._window.actions_
        pages = window.docks.table.place.content
        assert isinstance(pages, PageStack)
        for panel in pages.all_made():
            call_page(panel)
        pages.made.connect(call_page)
        call(window.all_four, "all_four")
        call(window.page_bar.loss_field, "loss_value")
        actions.ask_word.triggered.connect(self.words.ask)
        actions.words.triggered.connect(self.words.show_all)

    def _offer_lessons(self) -> None:
        actions = self._window.actions_
        self._entries = {}
        for lesson in lessons().values():
            title = said(lesson.title).replace("&", "&&")
            tens, digit = divmod(lesson.number, 10)
            entry = QAction(f"{tens or ''}&{digit}  {title}", actions.lessons)
            actions.lessons.addAction(entry)
            entry.setCheckable(True)
            entry.triggered.connect(partial(self._begin, lesson.key))
            self._entries[lesson.key] = entry
        actions.lessons.addSeparator()
        actions.lessons.addAction(actions.leave_lesson)
        actions.leave_lesson.triggered.connect(self.stage.leave)
        self._window.page_bar.set_lessons(actions.lessons)
        self._mark()

    def _begin(self, key: str, _checked: bool = False) -> None:
        self.stage.begin(key)

    def _mark(self) -> None:
        """A tick stands before what is done."""
        for key, entry in self._entries.items():
            entry.setChecked(key in self.stage.done)
        self._window.actions_.leave_lesson.setEnabled(self.stage.lesson is not None)

    def _follow(self) -> None:
        self._mark()
        if not self._late.current.is_held:
            self._window.docks.set_count(FINDINGS, len(self._late.findings.lines))
        self._late.follow_lesson()

    # -- what others ask ----------------------------------------------------------------------------

    @property
    def is_at_lesson(self) -> bool:
        """Whether a lesson is under way."""
        return self.stage.lesson is not None

    def show_status(self) -> bool:
        """Say in the status line that findings are held; False if they are not."""
        current, lesson = self._late.current, self.stage.lesson
        if not current.is_held or lesson is None:
            return False
        words = self.tr("your prediction is awaited. Findings are held back until you answer.")
        self._window.status.show_worst("note", self.stage.name_of(lesson), words, 0, current.held)
        return True

    def open_view(self, opened: ProblemFile) -> None:
        """Show a problem that was just opened as its file asks for."""
        if opened.view is not None or opened.group:
            self.stage.open_view(opened.page, opened.view or OpeningView())
