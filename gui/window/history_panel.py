"""The history as a list: every step by name, the current one marked, a click goes there."""

from __future__ import annotations

from PySide6.QtWidgets import QUndoView, QVBoxLayout, QWidget

from gui.document.document import Document


class HistoryPanel(QWidget):
    """All steps from the first on; those below the current one have been undone.

    Parameters
    ----------
    document : Document
    parent : QWidget, optional
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = QUndoView(document.undo_stack, self)
        self.view.setEmptyLabel(self.tr("As opened"))
        self.view.setUniformItemSizes(True)
        self.view.setAlternatingRowColors(True)
        self.view.setAccessibleName(self.tr("History of edits"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
