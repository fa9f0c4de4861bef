"""The note of an opened preset: its title, its group, what to look at, and whether it was edited since."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from engine import Problem
from gui.document.changes import Change, Page, ProblemReplaced
from gui.document.document import Document
from gui.session.problem_file import ProblemFile

MOST_COMPARED = 1000
"""Rows up to which an undone edit is recognised by its numbers; a drag asks at every frame."""

SPACING = 8


class NotesPanel(QWidget):
    """Each page's note, for as long as the page holds its problem, edited or not.

    Edits leave it there, since notes ask for them, and it says that they were made. Where the opening was
    undone or another problem opened, words in its place say what will stand here.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._notes: dict[Page, ProblemFile] = {}
        """What was opened last on each page, with its problem as opened."""
        self._is_open: dict[Page, bool] = {}
        """Whether a page holds it still."""
        self.setAccessibleName(self.tr("Notes"))
        self._build()
        self._refresh()
        document.changed.connect(self._follow)
        document.page_changed.connect(self._refresh)

    def _build(self) -> None:
        self.empty = QLabel(self.tr("Open a preset: its note stands here."), self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self._note = QWidget(self)
        self.title = _label(self._note, bold=True)
        self.group = _label(self._note)
        self.edited = _label(self._note)
        self.edited.setText(self.tr("edited since"))
        self.edited.setToolTip(self.tr("The note tells of the numbers before the edits."))
        policy = self.edited.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves at the first edit
        self.edited.setSizePolicy(policy)
        self.text = QPlainTextEdit(self._note)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFrameShape(QFrame.Shape.StyledPanel)
        self.text.setAccessibleName(self.tr("Note"))
        self.title.setBuddy(self.text)
        top = QHBoxLayout()
        top.setSpacing(2 * SPACING)
        top.addWidget(self.title)
        top.addWidget(self.group)
        top.addStretch(1)
        top.addWidget(self.edited)
        column = QVBoxLayout(self._note)
        column.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.text, 1)

    @property
    def is_told(self) -> bool:
        """Whether the page in front has a note."""
        return self._is_open.get(self._document.page, False)

    def show_note(self, opened: ProblemFile) -> None:
        """Show the note of a problem that has just been opened; one without a note clears the place."""
        page = opened.problem.family
        if opened.look_at:
            self._notes[page] = opened
        else:
            self._notes.pop(page, None)
        self._is_open[page] = bool(opened.look_at)
        self._refresh()

    def _follow(self, change: Change) -> None:
        note = self._notes.get(change.page)
        if note is None:
            return
        if isinstance(change, ProblemReplaced):
            self._is_open[change.page] = _same(self._document.problem(change.page), note.problem)
        self._refresh()

    def _refresh(self) -> None:
        note = self._notes.get(self._document.page)
        self.empty.setVisible(not self.is_told)
        self._note.setVisible(self.is_told)
        if note is None or not self.is_told:
            return
        self.edited.setVisible(not _same(self._document.problem(), note.problem))
        if note.look_at != self.text.toPlainText():
            self.text.setPlainText(note.look_at)
        self.title.setText(note.title)
        self.group.setText(note.group)

    # -- Qt's protocol ------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 72)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for part in (self.empty, self._note):
            part.setGeometry(self.rect())


def _label(parent: QWidget, *, bold: bool = False) -> QLabel:
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    font = label.font()
    font.setBold(bold)
    label.setFont(font)
    return label


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
