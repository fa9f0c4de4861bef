"""The undo stack's commands: an edit value, applied to and taken back from the document."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from engine import Problem
from gui.document.changes import Change
from gui.document.edits import Edit

MERGEABLE = 1
"""QUndoCommand::id() of commands that belong to a gesture; -1 means never merge."""


class EditCommand(QUndoCommand):
    """One edit on Qt's undo stack.

    Commands merge only inside one gesture (a drag, an open editor, a held spin button), never by the
    clock: the caller gives each gesture a token of its own.
    """

    def __init__(
        self,
        edit: Edit,
        text: str,
        transform: Callable[[Edit, Callable[[Problem], Problem], Change], None],
        gesture: object | None,
    ) -> None:
        super().__init__(text)
        self.edit = edit
        self.gesture = gesture
        self._transform = transform

    def redo(self) -> None:
        self._transform(self.edit, self.edit.apply, self.edit.applied())

    def undo(self) -> None:
        self._transform(self.edit, self.edit.revert, self.edit.reverted())

    def id(self) -> int:
        return -1 if self.gesture is None else MERGEABLE

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditCommand) or other.gesture is not self.gesture:
            return False
        merged = self.edit.merged(other.edit)
        if merged is None:
            return False
        self.edit = merged
        return True
