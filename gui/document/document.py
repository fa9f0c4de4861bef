"""The document: one frozen problem a page, changed only by undoable edits."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoGroup, QUndoStack

from engine import BinaryProblem, Format, MulticlassProblem, Problem, Reduction
from gui.document.changes import FRONTS, PAGES, Change, Front, Page, ProblemReplaced
from gui.document.covering import OPEN, Cover
from gui.document.edits import (
    Edit,
    InsertRows,
    RemoveRows,
    ReplaceProblem,
    Rows,
    SetCells,
    SetSample,
    options_edit,
)
from gui.document.loan import Loan
from gui.document.sample import Sample
from gui.document.shown_formulas import ShownFormulas
from gui.document.spare_arrays import SpareArrays

if TYPE_CHECKING:
    from gui.document.history import History


class Document(QObject):
    """Two problems, one sample, the page in front, the formulas shown, and the history of them all.

    Every edit pushes one step on `undo_stack` and raises ValueError, with nothing changed, if the new
    problem would not be legal. `text` arguments are what the Edit menu
    shows and come translated; `gesture` is a token whose steps merge into one.
    """

    changed = Signal(object)
    """A `Change`, emitted when the new state is complete."""
    sample_changed = Signal()
    """There is another sample."""
    page_changed = Signal(str)
    """Another page of tables is in front, or was last."""
    front_changed = Signal(str)
    formulas_changed = Signal()
    """Other formulas are known or shown."""
    cover_changed = Signal()
    """Other results are covered until a question is answered."""

    def __init__(
        self, binary: BinaryProblem, multiclass: MulticlassProblem, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._problems: dict[Page, Problem] = {"binary": binary, "multiclass": multiclass}
        self._page: Page = "binary"
        self._front: Front = "binary"
        self._sample = Sample()
        self._formulas = ShownFormulas()
        self._cover = OPEN
        self.spares = SpareArrays()
        self.undo_group = QUndoGroup(self)
        """The stack that is in force: the user's, or that of a problem on loan."""
        self.undo_stack = QUndoStack(self)
        """The user's own steps, whatever is on loan."""
        self.undo_group.addStack(self.undo_stack)
        self.undo_group.setActiveStack(self.undo_stack)
        self._loan: Loan | None = None

    # -- state --------------------------------------------------------------------------------------

    @property
    def page(self) -> Page:
        """The page of tables in front, or that was last."""
        return self._page

    @property
    def front(self) -> Front:
        """What is in front."""
        return self._front

    def set_page(self, page: Page) -> None:
        """Bring a page to the front; not an undo step."""
        if page not in PAGES:
            raise ValueError(f"page: expected one of {', '.join(PAGES)}, got {page!r}")
        self.set_front(page)

    def set_front(self, front: Front) -> None:
        """Bring a page of tables, or another one, to the front; not an undo step."""
        if front not in FRONTS:
            raise ValueError(f"page: expected one of {', '.join(FRONTS)}, got {front!r}")
        is_new, self._front = front != self._front, front
        page = next((each for each in PAGES if each == front), self._page)
        if page != self._page:
            self._page = page
            self.page_changed.emit(page)
        if is_new:
            self.front_changed.emit(front)

    @property
    def sample(self) -> Sample:
        """What goes through all four losses."""
        return self._sample

    @property
    def formulas(self) -> ShownFormulas:
        """The formulas known and shown."""
        return self._formulas

    def show_formulas(self, formulas: ShownFormulas) -> None:
        """Choose the formulas shown; not an undo step."""
        if formulas != self._formulas:
            self._formulas = formulas
            self.formulas_changed.emit()

    @property
    def cover(self) -> Cover:
        """What is covered until a question is answered."""
        return self._cover

    def put_cover(self, cover: Cover) -> None:
        """Cover other results, or none; not an undo step."""
        if cover != self._cover:
            self._cover = cover
            self.cover_changed.emit()

    def problem(self, page: Page | None = None) -> Problem:
        """The problem of a page, by default of the one in front."""
        return self._problems[page or self._page]

    @property
    def binary(self) -> BinaryProblem:
        """The binary page's problem."""
        problem = self._problems["binary"]
        assert isinstance(problem, BinaryProblem)
        return problem

    @property
    def multiclass(self) -> MulticlassProblem:
        """The multiclass page's problem."""
        problem = self._problems["multiclass"]
        assert isinstance(problem, MulticlassProblem)
        return problem

    def load(
        self, binary: BinaryProblem, multiclass: MulticlassProblem, front: Front, sample: Sample | None = None
    ) -> None:
        """Put a whole session in place of this one; the history begins anew."""
        self.take_back()
        self._problems = {"binary": binary, "multiclass": multiclass}
        self._history.clear()
        self._tell_of_both()
        self.put_sample(sample or Sample())
        self.set_front(front)

    # -- on loan ------------------------------------------------------------------------------------

    @property
    def is_lent(self) -> bool:
        """Whether other problems than the user's are shown."""
        return self._loan is not None

    def lend(self, binary: BinaryProblem, multiclass: MulticlassProblem, page: Page) -> None:
        """Show other problems, with a history of their own, until `take_back`."""
        from gui.document.history import History  # noqa: PLC0415  # a start needs none

        if self._loan is None:
            stack = QUndoStack(self.undo_group)
            history = History(self, stack=stack)
            weakref.finalize(self, history.drop).atexit = False
            self._loan = Loan(self._problems, self._front, self._sample, self._formulas, history, stack)
            self.undo_group.setActiveStack(stack)
        self._loan.history.clear()
        self._problems = {"binary": binary, "multiclass": multiclass}
        self._tell_of_both()
        self.set_page(page)

    def take_back(self) -> None:
        """Show the user's problems again, as they were; their history never went."""
        loan, self._loan = self._loan, None
        if loan is None:
            return
        self.put_cover(OPEN)
        loan.history.drop()
        self.undo_group.setActiveStack(self.undo_stack)
        loan.stack.deleteLater()
        self._problems = loan.problems
        self._tell_of_both()
        self.put_sample(loan.sample)
        self.show_formulas(loan.formulas)
        self.set_front(loan.front)

    def own_problem(self, page: Page) -> Problem:
        """The user's problem of a page, whatever is shown."""
        return (self._problems if self._loan is None else self._loan.problems)[page]

    @property
    def own_sample(self) -> Sample:
        """The user's sample, whatever is shown."""
        return self._sample if self._loan is None else self._loan.sample

    def put(self, problem: Problem, change: Change, *, is_own: bool = False) -> None:
        """Show a problem in its page's place, for a step of the history that is made or taken back.

        One of the user's own is shown when it is taken back, while others are on loan.
        """
        if is_own and self._loan is not None:
            self._loan.problems[problem.family] = problem
            return
        before, self._problems[problem.family] = self._problems[problem.family], problem
        self.spares.keep(before.logits, problem.logits)
        self.changed.emit(change)

    def put_sample(self, sample: Sample, *, is_own: bool = False) -> None:
        """Show a sample in the same way."""
        if is_own and self._loan is not None:
            self._loan.sample = sample
            return
        self._sample = sample
        self.sample_changed.emit()

    # -- edits --------------------------------------------------------------------------------------

    def set_cells(
        self,
        page: Page,
        field: str,
        where: tuple[Any, ...],
        values: ArrayLike,
        text: str,
        gesture: object | None = None,
    ) -> None:
        """Set cells of `logits`, `target` or a binary `weight`; `where` indexes that array.

        The row index comes first; it and the column index are integers, slices or index arrays.
        """
        array = getattr(self.problem(page), field)
        rows = np.atleast_1d(np.arange(len(array))[where[0]])
        if not rows.size:
            return
        old = np.array(array[where])
        new = np.array(np.broadcast_to(np.asarray(values, dtype=array.dtype), old.shape))
        edit = SetCells(page, field, where, old, new, int(rows.min()), int(rows.max()))
        self._push(edit, text, gesture)

    def insert_rows(self, page: Page, first: int, rows: Rows, text: str) -> None:
        """Insert rows that begin at index `first`."""
        self._push(InsertRows(page, first, rows), text)

    def remove_rows(self, page: Page, rows: Sequence[int], text: str) -> None:
        """Remove rows, as one step."""
        if len(rows) == 0:
            return
        problem = self.problem(page)
        index = np.unique(np.asarray(rows, dtype=np.int64))
        runs = np.split(index, np.flatnonzero(np.diff(index) > 1) + 1)
        edits = [
            RemoveRows(page, int(run[0]), Rows.of(problem, slice(int(run[0]), int(run[-1]) + 1)))
            for run in reversed(runs)
        ]
        self._push_all(edits, text)

    def set_options(self, page: Page, text: str, gesture: object | None = None, **options: Any) -> None:
        """Set options of one page's problem: weight, pos_weight, ignore_index, label_smoothing."""
        edit = options_edit(self.problem(page), options)
        if edit is not None:
            self._push(edit, text, gesture)

    def set_format(self, fmt: Format, text: str) -> None:
        """Choose the number format of all pages."""
        if self._sample.format == fmt:
            self._set_everywhere(text, format=fmt)
            return
        with self.one_step(text):
            self._set_everywhere(text, format=fmt)
            self.set_sample(replace(self._sample, format=fmt), text)

    def set_reduction(self, reduction: Reduction, text: str) -> None:
        """Choose the reduction of both pages."""
        self._set_everywhere(text, reduction=reduction)

    def set_sample(self, sample: Sample, text: str, gesture: object | None = None) -> None:
        """Put another sample in the place of the one there is."""
        if not sample.same_as(self._sample):
            self._steps.push(SetSample(self._sample, sample), text, gesture)
            self.put_sample(sample)

    def replace_problem(self, page: Page, problem: Problem, text: str, gesture: object | None = None) -> None:
        """Put another problem in a page's place."""
        self._push(ReplaceProblem(page, self.problem(page), problem), text, gesture)

    def withdraw(self, gesture: object) -> None:
        """Take back a gesture, if it is the last step, as if it had never been: nothing is left to redo."""
        self._steps.withdraw(gesture)

    @contextmanager
    def one_step(self, text: str) -> Iterator[None]:
        """Make all edits inside one step of the history."""
        with self._steps.one_step(text):
            yield

    # -- machinery ----------------------------------------------------------------------------------

    def _tell_of_both(self) -> None:
        """The page in front comes first: whoever follows looks at it, and at the row selected on it."""
        self.spares.clear()
        for each in sorted(PAGES, key=lambda page: page != self._page):
            self.changed.emit(ProblemReplaced(each))

    @cached_property
    def _history(self) -> History:
        from gui.document.history import History  # noqa: PLC0415  # a start needs none

        history = History(self)
        weakref.finalize(self, history.drop).atexit = False
        return history

    @property
    def _steps(self) -> History:
        return self._history if self._loan is None else self._loan.history

    def _set_everywhere(self, text: str, **options: Any) -> None:
        edits = [edit for page in PAGES if (edit := options_edit(self.problem(page), options)) is not None]
        self._push_all(edits, text)

    def _push_all(self, edits: Iterable[Edit], text: str) -> None:
        edits = list(edits)
        if len(edits) == 1:
            self._push(edits[0], text)
        elif edits:
            with self.one_step(text):
                for edit in edits:
                    self._push(edit, text)

    def _push(self, edit: Edit, text: str, gesture: object | None = None) -> None:
        # An illegal problem raises here, before anything changes.
        edited = edit.apply(self.problem(edit.page), self.spares.empty)
        self._steps.push(edit, text, gesture)
        self.put(edited, edit.applied())
