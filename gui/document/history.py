"""The undo stack's commands: an edit value, applied to and taken back from the document."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator

from PySide6.QtGui import QUndoCommand, QUndoStack
from shiboken6 import isValid

from engine import Problem
from gui.document.changes import Change
from gui.document.edits import Edit
from gui.document.spill import Spilled, SpillFile, array_bytes

MERGEABLE = 1
"""QUndoCommand::id() of commands that belong to a gesture; -1 means never merge."""


Transform = Callable[[Edit, Callable[[Problem], Problem], Change], None]
"""Takes a step of an edit, there or back, to the document's problem, and says what it changes."""


class EditCommand(QUndoCommand):
    """One edit on Qt's undo stack.

    Commands merge only inside one gesture (a drag, an open editor, a held spin button), never by the
    clock: the caller gives each gesture a token of its own.
    """

    def __init__(
        self,
        edit: Edit,
        text: str,
        transform: Transform,
        gesture: object | None,
    ) -> None:
        super().__init__(text)
        self._edit: Edit | Spilled = edit
        self.gesture = gesture
        # Weakly, so that a history which outlives its document does not keep it (see `History.drop`).
        self._transform = weakref.WeakMethod(transform)

    @property
    def edit(self) -> Edit:
        """The edit, read back if it lies on the disk."""
        return self._edit.read() if isinstance(self._edit, Spilled) else self._edit

    @property
    def memory(self) -> int:
        """Bytes of arrays that the step keeps in memory."""
        return 0 if isinstance(self._edit, Spilled) else array_bytes(self._edit)

    def spill(self, file: SpillFile) -> None:
        """Keep the edit's arrays on the disk from here on."""
        if not isinstance(self._edit, Spilled):
            self._edit = file.write(self._edit)

    def redo(self) -> None:
        edit = self.edit
        self._make(edit, edit.apply, edit.applied())

    def undo(self) -> None:
        edit = self.edit
        self._make(edit, edit.revert, edit.reverted())

    def _make(self, edit: Edit, step: Callable[[Problem], Problem], change: Change) -> None:
        transform = self._transform()
        assert transform is not None
        transform(edit, step, change)

    def id(self) -> int:
        return -1 if self.gesture is None else MERGEABLE

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditCommand) or other.gesture is not self.gesture:
            return False
        merged = self.edit.merged(other.edit)
        if merged is None:
            return False
        self._edit = merged
        return True


HISTORY_BYTES = 256 * 2**20
"""Memory for the arrays of old steps; those of the newest step are kept in any case."""


class History:
    """Puts edits on an undo stack and bounds the memory of their arrays.

    The oldest steps go to a file and come back when undone: QUndoStack can drop steps only all at once.
    No step is lost this way, and none slows an edit.

    Parameters
    ----------
    stack : QUndoStack
        All its commands are `EditCommand`s or macros of them.
    limit : int
        Bytes of arrays.
    """

    def __init__(self, stack: QUndoStack, limit: int = HISTORY_BYTES) -> None:
        self._stack = stack
        self._limit = limit
        self._file = SpillFile()
        self._taken = 0
        """At least the bytes that all steps take; merged and dropped ones still count."""

    def push(self, edit: Edit, text: str, transform: Transform, gesture: object | None = None) -> None:
        """Make an edit, as a step of its own or as part of its gesture's."""
        command = EditCommand(edit, text, transform, gesture)
        self._taken += command.memory
        if self._taken > self._limit:
            self._make_room(self._limit - command.memory)
        self._stack.push(command)

    def withdraw(self, gesture: object) -> None:
        """Take back a gesture, if it is the last step, as if it had never been: nothing is left to redo."""
        stack = self._stack
        command = stack.command(stack.index() - 1) if stack.index() else None
        if isinstance(command, EditCommand) and command.gesture is gesture:
            command.undo()
            command.setObsolete(True)
            stack.undo()  # which only removes an obsolete command

    def drop(self) -> None:
        """End with the document.

        Python's garbage collector, when it comes upon a command first, deletes it under the stack, which
        deletes it again.
        """
        if isValid(self._stack):
            self._stack.blockSignals(True)
            self._stack.clear()

    def clear(self) -> None:
        """Forget what is on the disk, for the stack is empty."""
        self._file.clear()
        self._taken = 0

    def _make_room(self, room: int) -> None:
        """Spill the steps that do not fit, the oldest first."""
        kept = 0
        for command in reversed(list(self._commands())):
            size = command.memory
            if kept + size <= room:
                kept += size
            else:
                room = 0  # from here on all older ones go
                command.spill(self._file)
        self._taken = kept

    def _commands(self) -> Iterator[EditCommand]:
        """Every edit on the stack, the oldest first."""
        for number in range(self._stack.count()):
            yield from _edits_of(self._stack.command(number))


def _edits_of(command: QUndoCommand) -> Iterator[EditCommand]:
    if isinstance(command, EditCommand):
        yield command
    for number in range(command.childCount()):
        yield from _edits_of(command.child(number))
