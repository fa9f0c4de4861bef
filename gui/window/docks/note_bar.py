"""What an opened preset wants looked at: a line or two under the tabs until it is closed."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from engine import Problem
from gui.document.changes import Change, ProblemReplaced
from gui.document.document import Document

MOST_COMPARED = 1000
"""Rows up to which an undone edit is recognised by its numbers; a drag asks at every frame."""


class NoteBar(QFrame):
    """A wrapped text about a problem, with a button that closes it.

    It is hidden while its problem is not the one in front: its opening undone, another one opened, the
    other page shown. Edits leave it there, since notes ask for them, and it says that they were made.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._problem: Problem | None = None
        """The problem as opened; None while there is nothing to say."""
        self._is_open = False
        """Whether its page holds it, edited or not."""
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.edited = QLabel(self.tr("edited since"), self)
        self.edited.setToolTip(self.tr("The note tells of the numbers before the edits."))
        policy = self.edited.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the text must not be wrapped anew during a drag
        self.edited.setSizePolicy(policy)
        close = QToolButton(self)
        close.setText("✕")
        close.setAutoRaise(True)
        close.setToolTip(self.tr("Close"))
        close.setAccessibleName(self.tr("Close the note"))
        close.clicked.connect(self.close_note)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 2, 4, 2)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.edited, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()
        document.changed.connect(self._follow)
        document.page_changed.connect(self._refresh)

    def show_note(self, text: str, problem: Problem) -> None:
        """Show a text about a problem that has just been opened; an empty one closes the bar."""
        self.text.setText(text)
        self._problem = problem if text else None
        self._is_open = True
        self._refresh()

    def close_note(self) -> None:
        """Have done with the note."""
        self._problem = None
        self._refresh()

    def _follow(self, change: Change) -> None:
        if self._problem is None or change.page != self._problem.family:
            return
        if isinstance(change, ProblemReplaced):
            self._is_open = _same(self._document.problem(change.page), self._problem)
        self._refresh()

    def _refresh(self) -> None:
        note_of = self._problem
        shown = note_of is not None and self._is_open and self._document.page == note_of.family
        if note_of is not None and shown:
            self.edited.setVisible(not _same(self._document.problem(), note_of))
        self.setVisible(shown)


def _same(problem: Problem, other: Problem) -> bool:
    """Whether two problems hold the same numbers; large ones only if they are the same object."""
    if problem is other or problem.family != other.family or problem.rows != other.rows:
        return problem is other
    if problem.rows > MOST_COMPARED:
        return False
    return all(_equal(getattr(problem, f.name), getattr(other, f.name)) for f in fields(problem))


def _equal(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray):
        return np.array_equal(mine, theirs, equal_nan=True)
    return mine is theirs or (type(mine) is type(theirs) and bool(mine == theirs))
