"""The undo stack's steps: edits as values, taken to the document and back, within a bound of memory."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from PySide6.QtGui import QUndoCommand, QUndoStack
from shiboken6 import isValid

from engine import Problem
from gui.document.changes import Change, Page
from gui.document.edits import AnyEdit, Empty, ReplaceProblem, SetSample
from gui.document.sample import Sample

if TYPE_CHECKING:
    from gui.document.document import Document

MERGEABLE = 1
"""QUndoCommand::id() of commands that belong to a gesture; -1 means never merge."""

HISTORY_BYTES = 256 * 2**20
"""Memory for the arrays of all steps: some fifty pastes of 100,000 rows by 3."""


class EditCommand(QUndoCommand):
    """One edit on Qt's undo stack.

    Commands merge only inside one gesture (a drag, an open editor, a held spin button), never by the
    clock: the caller gives each gesture a token of its own.
    """

    def __init__(self, history: History, edit: AnyEdit, text: str, gesture: object | None) -> None:
        super().__init__(text)
        self._history = history
        self.edit = edit
        self.gesture = gesture
        self._is_new = True

    def redo(self) -> None:
        edit = self.edit
        if self._is_new:  # the stack calls this on taking a step, which has been made by then
            self._is_new = False
            if isinstance(edit, ReplaceProblem) and edit.old is not None:
                self.edit = edit.without_shown(edit.old, is_applied=True)
            return
        if isinstance(edit, SetSample):
            self._history.put_sample(edit.new)
            return
        before = self._history.problem(edit.page)
        if isinstance(edit, ReplaceProblem):
            self.edit = edit.without_shown(before, is_applied=True)
        self._history.put(edit.apply(before, self._history.empty), edit.applied())

    def undo(self) -> None:
        edit = self.edit
        if isinstance(edit, SetSample):
            self._history.put_sample(edit.old)
            return
        before = self._history.problem(edit.page)
        if isinstance(edit, ReplaceProblem):
            self.edit = edit.without_shown(before, is_applied=False)
        self._history.put(edit.revert(before, self._history.empty), edit.reverted())

    def id(self) -> int:
        return -1 if self.gesture is None else MERGEABLE

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditCommand) or other.gesture is not self.gesture:
            return False
        merged = _merged(self.edit, other.edit)
        if merged is None:
            return False
        self.edit = merged
        return True


@dataclass(frozen=True)
class _Step:
    """One step of the stack: its text and its edits, several where they were made as one."""

    text: str
    edits: tuple[tuple[AnyEdit, object | None], ...]
    """Each with its gesture."""

    @classmethod
    def of(cls, command: QUndoCommand) -> Self:
        return cls(command.text(), tuple((each.edit, each.gesture) for each in _edits_of(command)))

    @property
    def bytes(self) -> int:
        return sum(array_bytes(edit) for edit, _ in self.edits)


def _merged(first: AnyEdit, later: AnyEdit) -> AnyEdit | None:
    if isinstance(first, SetSample):
        return first.merged(later)
    return None if isinstance(later, SetSample) else first.merged(later)


def _edits_of(command: QUndoCommand) -> Iterator[EditCommand]:
    if isinstance(command, EditCommand):
        yield command
    for number in range(command.childCount()):
        yield from _edits_of(command.child(number))


def array_bytes(value: Any) -> int:
    """Bytes of all arrays inside an edit; arrays that it shares with others count in full."""
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    if isinstance(value, Mapping):
        return sum(map(array_bytes, value.values()))
    if is_dataclass(value):
        return sum(array_bytes(getattr(value, each.name)) for each in fields(value))
    return sum(map(array_bytes, value)) if isinstance(value, tuple) else 0


class History:
    """Puts a document's edits on its undo stack, and forgets the oldest where they take too much memory."""

    def __init__(
        self, document: Document, limit: int = HISTORY_BYTES, stack: QUndoStack | None = None
    ) -> None:
        # Weakly, so that steps which outlive their document do not keep it (see `drop`).
        self._document = weakref.ref(document)
        self._is_own = stack is None
        """Whether these are the user's steps, and not those of problems on loan."""
        self._stack = document.undo_stack if stack is None else stack
        self._limit = limit
        self._taken = 0
        """At least the bytes that all steps take; merged and dropped ones still count."""
        self._open = 0
        """Steps of several edits that are being made, one inside another."""

    # -- what steps change --------------------------------------------------------------------------

    @property
    def _changed(self) -> Document:
        document = self._document()
        assert document is not None
        return document

    def problem(self, page: Page) -> Problem:
        """The problem that a step on a page changes."""
        return self._changed.own_problem(page) if self._is_own else self._changed.problem(page)

    def put(self, problem: Problem, change: Change) -> None:
        """Put the problem in its place that a step makes of it."""
        self._changed.put(problem, change, is_own=self._is_own)

    @property
    def empty(self) -> Empty:
        """Where a step takes the memory of new arrays from."""
        return self._changed.spares.empty

    def put_sample(self, sample: Sample) -> None:
        """Put a sample in the place of the one there is."""
        self._changed.put_sample(sample, is_own=self._is_own)

    # -- the steps ----------------------------------------------------------------------------------

    def push(self, edit: AnyEdit, text: str, gesture: object | None = None) -> None:
        """Take an edit that is being made, as a step of its own or as part of its gesture's."""
        self._stack.push(EditCommand(self, edit, text, gesture))
        self._taken += array_bytes(edit)
        self._forget()

    @contextmanager
    def one_step(self, text: str) -> Iterator[None]:
        """Make all edits inside one step."""
        self._stack.beginMacro(text)
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            self._stack.endMacro()
            self._forget()

    def withdraw(self, gesture: object) -> None:
        """Take back a gesture, if it is the last step, as if it had never been: nothing is left to redo."""
        stack = self._stack
        command = stack.command(stack.index() - 1) if stack.index() else None
        if isinstance(command, EditCommand) and command.gesture is gesture:
            command.undo()
            command.setObsolete(True)
            stack.undo()  # which only removes an obsolete command

    def clear(self) -> None:
        """Forget everything."""
        self._stack.clear()
        self._taken = 0

    def drop(self) -> None:
        """End with the document.

        Python's garbage collector, when it comes upon a command first, deletes it under the stack, which
        deletes it again.
        """
        if isValid(self._stack):
            self._stack.blockSignals(True)
            self._stack.clear()

    def _forget(self) -> None:
        """Keep the newest steps for which there is room, the last one however large it is."""
        if self._taken <= self._limit or self._open:
            return
        steps = [_Step.of(self._stack.command(number)) for number in range(self._stack.count())]
        first, self._taken = len(steps) - 1, steps[-1].bytes
        while first and self._taken + steps[first - 1].bytes <= self._limit:
            first -= 1
            self._taken += steps[first].bytes
        if first:
            self._begin_with(steps[first:], self._stack.cleanIndex() - first)

    def _begin_with(self, steps: list[_Step], clean: int) -> None:
        """Put just these steps on the stack, which by itself drops none; `clean` is the saved one's index."""
        stack = self._stack
        stack.blockSignals(True)
        stack.clear()
        if clean < 0:
            stack.resetClean()
        for number, step in enumerate(steps, start=1):
            is_macro = len(step.edits) != 1
            if is_macro:
                stack.beginMacro(step.text)
            for edit, gesture in step.edits:
                stack.push(EditCommand(self, edit, step.text, gesture))
            if is_macro:
                stack.endMacro()
            if number == clean:
                stack.setClean()
        stack.blockSignals(False)
        stack.indexChanged.emit(stack.index())  # the list of steps is another one
