"""A lesson in the window: its problem on loan, what is asked for covered, and everything as it was after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QByteArray, QObject, Signal

from engine import Evaluation, Family, Problem
from gui.document.changes import PAGES, CellsChanged, Change, OptionsChanged, Page
from gui.document.selection import Place
from gui.explain.row_sentence import Sentence
from gui.learn.lesson import Lesson, asked_number, is_done
from gui.learn.lesson_dock import LessonDock
from gui.learn.lesson_files import lessons, said
from gui.learn.lesson_panel import NO_CHOICE
from gui.plots.content.quantities import PlotKind
from gui.services.numbers.number_text import format_number
from gui.session.opening_view import OpeningView
from gui.session.session_keeper import SessionKeeper
from gui.session.tutorial import tutorial_problems
from gui.window.docks.arrangement import FINDINGS, NOTES
from gui.window.learning.parts import WindowParts


@dataclass(frozen=True, eq=False)
class Before:
    """What is put back when a lesson is left."""

    places: Mapping[Page, Place]
    picture: QByteArray
    shaded: str


class LessonStage(QObject):
    """One lesson at a time; the user's problems, page, selection and history wait until it is left."""

    changed = Signal()
    """A lesson began, was answered or left."""

    def __init__(self, parts: WindowParts, dock: LessonDock, keeper: Callable[[], SessionKeeper]) -> None:
        super().__init__(parts.window)
        self._parts = parts
        self._dock = dock
        self._keeper = keeper
        self._before: Before | None = None
        self._narrowed: frozenset[Page] = frozenset()
        """Pages that show the formulas alone that a file asked for."""
        self._done: frozenset[str] = parts.settings.lessons_done if parts.settings else frozenset()
        self.lesson: Lesson | None = None
        """The one under way."""
        self.is_answered = False
        dock.lesson_asked.connect(self.begin)
        dock.lesson.answered.connect(self.answer)
        dock.lesson.next_asked.connect(self.go_on)
        parts.evaluator.evaluated.connect(self._look)
        parts.document.changed.connect(self._cover_moved_rows)
        parts.document.page_changed.connect(self._hold_sentence)
        dock.show_progress(self._done, None)

    @property
    def done(self) -> frozenset[str]:
        """Keys of the lessons done to their end."""
        return self._done

    # -- the course of a lesson ---------------------------------------------------------------------

    def begin(self, key: str) -> None:
        """Show a lesson's problem, and ask its question."""
        parts, lesson = self._parts, lessons()[key]
        if self._before is None:
            self._keeper().hold()
            places = {page: parts.selection.place(page) for page in PAGES}
            self._before = Before(places, parts.plots.state(), parts.plots.shaded or "")
        self.lesson, self.is_answered = lesson, False
        parts.current.hold(True)
        self._lend(lesson)
        parts.document.put_cover(lesson.cover)
        self.open_view(lesson.file.page, lesson.file.view or OpeningView())
        self._hold_sentence()
        self._dock.lesson.ask(lesson)
        self._dock.show_lesson(shown=True)
        self._tell()
        parts.docks.bring_to_front(NOTES, focus=False)
        self._dock.lesson.choices[0].setFocus()

    def _lend(self, lesson: Lesson) -> None:
        document = self._parts.document
        problems: dict[Family, Problem] = {page: file.problem for page, file in tutorial_problems().items()}
        problems[lesson.file.page] = lesson.file.problem
        document.lend(problems["binary"], problems["multiclass"], lesson.file.page)  # type: ignore[arg-type]
        document.show_formulas(type(document.formulas)().with_roles(lesson.file.show))

    def open_view(self, page: Page, view: OpeningView) -> None:
        """Show a row with the panels, the shade and the range that a file asks for."""
        parts = self._parts
        if view.formulas or page in self._narrowed:
            self._narrowed = self._narrowed | {page} if view.formulas else self._narrowed - {page}
            parts.document.show_formulas(parts.document.formulas.only(page, view.formulas))
        parts.selection.select(page, view.row, view.moved)
        parts.evaluator.flush()
        kinds = tuple(PlotKind(panel) for panel in view.panels)
        parts.plots.open_with(kinds, view.shade, view.range)

    def answer(self, number: int) -> None:
        """Take an answer: uncover all, say whether it is right, and ask to do something."""
        lesson = self.lesson
        if lesson is None or self.is_answered:
            return
        self.is_answered = True
        self._parts.document.put_cover(type(lesson.cover)())
        self._parts.current.hold(False)
        self._parts.sentence.hold(None)
        if lesson.asks.of == "row":  # what is spoken of and drawn from here on
            row = asked_number(lesson.asks, lesson.file.problem) - 1
            self._parts.selection.select(lesson.file.page, int(row))
        self._dock.lesson.tell(is_right=None if number == NO_CHOICE else number == lesson.answer)
        self._tell()

    def go_on(self) -> None:
        """Begin the next lesson; after the last one leave."""
        keys = list(lessons())
        if self.lesson is None:
            return
        after = keys.index(self.lesson.key) + 1
        if after < len(keys):
            self.begin(keys[after])
        else:
            self.leave()

    def leave(self) -> None:
        """Put everything back as it was."""
        before, self._before = self._before, None
        if before is None:
            return
        parts = self._parts
        self.lesson, self.is_answered = None, False
        parts.document.take_back()
        self._keeper().release()
        for page, place in before.places.items():
            parts.selection.select(page, place.row, place.moved)
        parts.current.hold(False)
        parts.sentence.hold(None)
        parts.evaluator.flush()
        parts.plots.open_with((), before.shaded, None)
        parts.plots.restore_state(before.picture)
        self._dock.show_lesson(shown=False)
        self._tell()

    def _hold_sentence(self) -> None:
        """Before the answer the lesson's own sentence is said, on its own page."""
        lesson = self.lesson
        if lesson is not None and not self.is_answered:
            is_here = self._parts.document.page == lesson.file.page
            self._parts.sentence.hold(self._sentence(lesson) if is_here else None)

    def _cover_moved_rows(self, change: Change) -> None:
        """Rows that came or went stand elsewhere now: before the answer none of them is told."""
        cover = self._parts.document.cover
        if cover.is_up and not isinstance(change, (CellsChanged, OptionsChanged)):
            self._parts.document.put_cover(cover.of_all_rows)

    def _look(self, evaluation: Evaluation) -> None:
        """Notice when what was asked for has been done."""
        lesson = self.lesson
        if lesson is None or not self.is_answered or evaluation.problem.family != lesson.file.page:
            return
        if is_done(lesson.done, evaluation):
            self._dock.lesson.show_done()
            if lesson.key not in self._done:
                self._done |= {lesson.key}
                if self._parts.settings is not None:
                    self._parts.settings.lessons_done = self._done
                self._dock.show_progress(self._done, lesson.key)

    # -- what is said -------------------------------------------------------------------------------

    def _tell(self) -> None:
        key = None if self.lesson is None else self.lesson.key
        self._dock.show_progress(self._done, key)
        words, held = "", ""
        if self.lesson is not None:
            words = self.name_of(self.lesson)
            held = "" if self.is_answered else self.tr("Findings (held)")
        self._parts.docks.set_words(NOTES, words)
        if held:
            self._parts.docks.set_words(FINDINGS, held)
        self.changed.emit()

    def name_of(self, lesson: Lesson) -> str:
        """'Lesson 3 of 10'."""
        words = self.tr("Lesson {number} of {count}")
        return words.format(number=lesson.number, count=len(lessons()))

    def _sentence(self, lesson: Lesson) -> Sentence:
        """What may be said of the row before the answer: its numbers, and the true loss."""
        evaluation, row = self._parts.evaluator.current(), (lesson.file.view or OpeningView()).row
        formula = next((c.formula for c in evaluation.columns if c.formula.key == lesson.asks.formula), None)
        is_gone = row >= evaluation.problem.rows
        if lesson.asks.of in {"mean", "row"} or formula is None or is_gone:
            words = self.tr("{title}: what do you expect?")
            return Sentence("note", words.format(title=said(lesson.title)), self._covered())
        words = self.tr("Row {row}: {numbers}, and the true loss is {truth}.")
        truth = format_number(float(evaluation.exact.loss[row]))
        lead = words.format(row=row + 1, numbers=_numbers_of(evaluation.problem, row), truth=truth)
        rest = self.tr("What {formula} gives is covered until you have answered, below.")
        return Sentence("note", lead, rest.format(formula=formula.title))

    def _covered(self) -> str:
        return self.tr("What is asked for is covered until you have answered, below.")


def _numbers_of(problem: Problem, row: int) -> str:
    """A row's logits and its target, as one writes them."""
    logits = ", ".join(format_number(float(logit)) for logit in np.atleast_1d(problem.logits[row]))
    target = ", ".join(format_number(float(number)) for number in np.atleast_1d(problem.target[row]))
    return f"z = {logits}, y = {target}"
