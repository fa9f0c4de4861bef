"""The answer that is read, in the row's sentence and in the picture; nothing in the table changes."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from engine import Answer, BinaryProblem, Explanation, logits_alike
from gui.document.document import Document
from gui.explain.row_sentence import Sentence
from gui.loss_value.answer_words import DIGITS, headline
from gui.plots.canvas.answer_item import AnswerItem, MarkedAnswer
from gui.plots.content.quantities import PlotKind, loss_scale
from gui.plots.panel.plot_panel import PlotPanel
from gui.services.numbers.number_text import format_number
from gui.window.bars.row_sentence import RowSentence

FURTHEST = 60.0
"""Logits of a stretch without an end that are shown."""

MARGIN = 3.0
"""Logits, and times the stretch, that are shown beside it."""


class ShownAnswer(QObject):
    """Marks one answer until the user goes on: with another row, another number, or by closing it."""

    def __init__(self, document: Document, plots: PlotPanel, sentence: RowSentence, parent: QWidget) -> None:
        super().__init__(parent)
        self._document = document
        self._plots = plots
        self._sentence = sentence
        self._shaded: str | None = None
        """What was shaded before."""
        self.is_shown = False

    @cached_property
    def item(self) -> AnswerItem:
        """The mark in the picture, made when a first answer is."""
        return AnswerItem(self._plots.stack.sections[PlotKind.LOSS].plot, self._place_of)

    def _place_of(self, loss: float) -> float:
        return float(loss_scale(self._plots.setup.loss_scale).places(np.array([loss]))[0])

    def show_answer(self, explanation: Explanation, answer: Answer, number: int) -> None:
        """Say how many answers there are, and mark this one where the picture has its curve."""
        if not self.is_shown:
            self._shaded = self._plots.shaded
        self.is_shown = True
        marked = self._marked(answer, number)
        self.item.mark(marked)
        if marked is not None and answer.rows is not None:
            self._plots.shade(answer.rows.formula.key)
            leader = self._plots.stack.leader
            leader.show_range(stretch_in_view(marked.low, marked.high), leader.value_span)
        rest = self.tr("Nothing in the table has changed.")
        if marked is not None:
            told = self.tr("Answer {number} is marked in the picture. {rest}")
            rest = told.format(number=number, rest=rest)
        self._sentence.hold(Sentence("note", f"{headline(explanation)}.", rest))

    def clear(self, *, back: bool) -> None:
        """Speak of the row again; the picture goes `back` to what it showed, or stays where it is."""
        if not self.is_shown:
            return
        self.is_shown = False
        marked, self.item.marked = self.item.marked, None
        self.item.mark(None)
        self._sentence.hold(None)
        if back and marked is not None:
            self._plots.shade(self._shaded or "")
            self._plots.show_whole()

    def _marked(self, answer: Answer, number: int) -> MarkedAnswer | None:
        """Where the answer's row stands on a curve of the picture; None where it has none like it."""
        rows, subject = answer.rows, self._plots.subject
        if rows is None or subject is None or not isinstance(subject.problem, BinaryProblem):
            return None
        theirs, ours = rows.problem, subject.problem
        if not isinstance(theirs, BinaryProblem) or theirs.format is not ours.format:
            return None
        if ours.pos_weight is not None or ours.weight is not None or theirs.pos_weight is not None:
            return None
        if rows.formula.key not in {each.key for each in subject.formulas} or not np.isfinite(answer.value):
            return None
        ends = logits_alike(rows)
        if ends is None:
            return None
        loss = format_number(answer.value, DIGITS)
        low, high = (format_number(each, DIGITS) for each in ends)
        largest = theirs.format.max
        if ends[0] == ends[1]:
            words = self.tr("{number}: {loss} at z = {low}")
        elif ends[0] <= -largest:
            words = self.tr("{number}: {loss} up to z = {high}")
        elif ends[1] >= largest:
            words = self.tr("{number}: {loss} from z = {low} on")
        else:
            words = self.tr("{number}: {loss} from z = {low} to {high}")
        told = words.format(number=number, loss=loss, low=low, high=high)
        return MarkedAnswer(*ends, answer.value, told)


def stretch_in_view(low: float, high: float) -> tuple[float, float]:
    """The logits to show for a stretch: all of it, or its end, and as much beside it."""
    left, right = max(low, high - FURTHEST), min(high, low + FURTHEST)
    if left > right:  # both ends are far out
        left, right = -FURTHEST, FURTHEST
    margin = max(MARGIN, min(MARGIN * (right - left), FURTHEST))
    return left - margin, right + margin
