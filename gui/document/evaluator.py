"""One recompute a change: bursts of edits are evaluated once, when control returns to Qt."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from engine import Catalogue, Evaluation, Problem, evaluate, reevaluate
from gui.document.changes import CellsChanged, Change, Page
from gui.document.document import Document
from gui.document.spare_arrays import is_worth_keeping

if TYPE_CHECKING:
    from engine.data import Progress
    from gui.services.jobs import JobRunner

LARGE = 20_000
"""Logits beyond which a whole evaluation takes longer than a frame and leaves the GUI thread."""

FEW_ROWS = 1000
"""Rows edited since the last evaluation up to which only they are evaluated."""

COPIED_AT_ONCE = 100_000
"""Rows of a large problem of which the kept results are copied, and reduced, within a frame."""

CALM_MS = 1000
"""After an evaluation of a large problem: by then nobody shows the one before it any more."""


def is_large(problem: Problem) -> bool:
    """Whether a whole evaluation of the problem would block the GUI thread for longer than a frame."""
    return int(problem.logits.size) > LARGE


class Evaluator(QObject):
    """Keeps one evaluation of the page in front; the other page waits until it is shown.

    Edits of a few rows evaluate just these. Large problems are evaluated by a worker, slice after slice, and
    only one number a row is kept (`engine.LargeEvaluation`); until the result arrives there is none (`ready`
    is None), and a change cancels what is under way. Tables do not wait: they evaluate the rows in sight.
    """

    evaluated = Signal(object)
    """The `Evaluation` of the page in front, complete."""
    begun = Signal(object)
    """A large problem takes a while: an `Evaluation` of which single rows can be had at once."""
    progressed = Signal(int)
    """Percent of its rows that are evaluated."""
    _called = Signal()
    """Queued: a call to `_refresh` comes before Qt's repaint of what was edited, a timer after it."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._evaluations: dict[Page, Evaluation] = {}
        self._edited: dict[Page, set[int]] = {}
        """Rows edited since a page's evaluation; a page without evaluation has no entry."""
        self._noted: dict[Page, Problem] = {}
        """The problem that the edited rows lead to."""
        self._underway: Evaluation | None = None
        self._is_due = False
        self._called.connect(self._refresh, Qt.ConnectionType.QueuedConnection)
        document.changed.connect(self._invalidate)
        document.page_changed.connect(self._call_refresh)
        document.formulas_changed.connect(self._start_anew)

    @cached_property
    def _calm(self) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(CALM_MS)
        timer.timeout.connect(self._prepare_an_edit)
        return timer

    @cached_property
    def _jobs(self) -> JobRunner:
        from gui.services.jobs import JobRunner  # noqa: PLC0415  # not needed to start

        jobs = JobRunner(self)
        jobs.progressed.connect(self.progressed)
        return jobs

    def _start_anew(self) -> None:
        self._evaluations.clear()
        self._call_refresh()

    @property
    def _formulas(self) -> Catalogue:
        return self._document.formulas.of(self._document.page)

    def ready(self) -> Evaluation | None:
        """The evaluation of the page in front, if it can be had within a frame; else it will be sent."""
        if self._takes_long():
            if not self._jobs.busy:
                self._call_refresh()
            return None
        return self.current()

    def at_hand(self) -> Evaluation | None:
        """What can be said of single rows now: by `ready`, or of a large problem that is under way."""
        ready, underway = self.ready(), self._underway
        if ready is None and underway is not None and underway.problem is self._document.problem():
            return underway
        return ready

    def _takes_long(self) -> bool:
        page = self._document.page
        problem, known = self._document.problem(page), self._evaluations.get(page)
        if known is not None and known.problem is problem:
            return False
        if known is None or self._noted.get(page) is not problem:  # somebody may ask before this has heard
            return is_large(problem)
        return known.is_large and not _is_soon_patched(problem)

    def current(self) -> Evaluation:
        """The evaluation of the page in front, made now if it is out of date, however long that takes."""
        page = self._document.page
        problem = self._document.problem(page)
        known = self._evaluations.get(page)
        if known is None or known.problem is not problem:
            self._keep(page, self._work(page)(lambda *_: None))
        return self._evaluations[page]

    def _work(self, page: Page) -> Callable[[Progress], Evaluation]:
        """What evaluates a page's problem: the edited rows alone, where what is known leads to it."""
        problem, known = self._document.problem(page), self._evaluations.get(page)
        if known is None or self._noted.get(page) is not problem:
            return partial(_evaluated, problem, self._formulas)
        return partial(_reevaluated, known, problem, np.fromiter(sorted(self._edited[page]), dtype=np.intp))

    def flush(self) -> None:
        """Evaluate now and tell the views."""
        self._is_due = False
        self._jobs.cancel()
        self.evaluated.emit(self.current())

    def close(self) -> None:
        """Wait until no worker runs; at the end of the application."""
        self._is_due = False
        self._calm.stop()
        self._jobs.close()

    def _keep(self, page: Page, evaluation: Evaluation) -> None:
        self._evaluations[page] = evaluation
        self._edited[page] = set()
        self._noted.pop(page, None)  # an undo can bring that very problem back, long after

    def _refresh(self) -> None:
        if not self._is_due:
            return  # done in between
        self._is_due = False
        if not self._takes_long():
            self.flush()
        else:
            page = self._document.page
            self._jobs.start(self._work(page), self._take, _raise)
            if page not in self._evaluations:
                self._begin(page)

    def _begin(self, page: Page) -> None:
        from engine import begin_large  # noqa: PLC0415  # not needed to start

        self._underway = begin_large(self._document.problem(page), formulas=self._formulas)
        self.begun.emit(self._underway)

    def _take(self, evaluation: Evaluation) -> None:
        page = self._document.page
        formulas = tuple(column.formula for column in evaluation.columns)
        if evaluation.problem is self._document.problem(page) and formulas == self._formulas:
            self._keep(page, evaluation)
            self._underway = None
            self.evaluated.emit(evaluation)
            if is_worth_keeping(evaluation.problem.logits):
                self._calm.start()

    def _prepare_an_edit(self) -> None:
        """Have memory at hand for the next edit's copy of a large problem: the system is slow to give it."""
        logits, spares = self._document.problem().logits, self._document.spares
        spares.rest()
        if spares.needs_one_for(logits) and not self._jobs.busy:
            self._jobs.start(lambda _: logits.copy(), lambda copy: spares.keep(copy, logits), _raise)

    def _invalidate(self, change: Change) -> None:
        page = change.page
        known = self._evaluations.get(page)
        is_new = known is not None and known.problem is not self._document.problem(page)
        if is_new and not self._note_rows(change):
            del self._evaluations[page]
        if page == self._document.page:
            self._call_refresh()

    def _note_rows(self, change: Change) -> bool:
        """Remember which rows a change edits; False if it is more than few."""
        if not isinstance(change, CellsChanged) or change.last - change.first >= FEW_ROWS:
            return False
        edited = self._edited[change.page]
        edited.update(range(change.first, change.last + 1))
        self._noted[change.page] = self._document.problem(change.page)
        return len(edited) <= FEW_ROWS

    def _call_refresh(self) -> None:
        if not self._is_due:
            self._is_due = True
            self._called.emit()


def _raise(error: Exception) -> None:
    raise error


def _is_soon_patched(problem: Problem) -> bool:
    """Whether a few edited rows of a large problem can be put in place within a frame, and reduced."""
    parts = getattr(problem, "label_smoothing", 0.0) or getattr(problem, "has_probabilities", False)
    return problem.rows <= COPIED_AT_ONCE and not parts


def _evaluated(problem: Problem, formulas: Catalogue, progress: Progress) -> Evaluation:
    """Evaluate a problem; of a large one all that is shown, so that nothing is left to the GUI thread."""
    if not is_large(problem):
        return evaluate(problem, formulas=formulas)
    from engine import evaluate_large, look_at_rows  # noqa: PLC0415  # not needed to start

    evaluation = evaluate_large(problem, formulas=formulas, look=look_at_rows, progress=progress)
    return _reduced(evaluation)


def _reevaluated(
    known: Evaluation, problem: Problem, rows: NDArray[np.intp], progress: Progress
) -> Evaluation:
    """Evaluate a few rows, and put them in the places of what is known."""
    progress(0, 1)  # nothing is begun that is no longer wanted
    if not known.is_large:
        return reevaluate(known, problem, rows)
    from engine import LargeEvaluation, reevaluate_large  # noqa: PLC0415  # not needed to start

    assert isinstance(known, LargeEvaluation)
    return _reduced(reevaluate_large(known, problem, rows))


def _reduced(evaluation: Evaluation) -> Evaluation:
    for column in evaluation.columns:
        _ = column.ledger
    return evaluation
