"""The dock of notes: what an opened preset wants looked at, or what will stand here."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.document.document import Document
from gui.window.docks.note_bar import NoteBar


class Notes(QWidget):
    """A note, and words in its place while there is none."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.note = NoteBar(document, self)
        self.empty = QLabel(self.tr("Open a preset: what to look at in it is written here."), self)
        self.empty.setWordWrap(True)
        self.empty.setContentsMargins(8, 8, 8, 8)
        column = QVBoxLayout(self)
        column.addWidget(self.note, 0, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.empty)
        column.addStretch(1)
        self.note.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.note and event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self.empty.setVisible(self.note.isHidden())
        return False
