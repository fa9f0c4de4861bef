"""What stands on the page before anything was scanned: what it is for, and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

LETTERS = 72
"""Of a line."""


class EmptyState(QWidget):
    """Two sentences and a button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        words = self.tr(
            "All logits of an evaluation, ten million rows and more: which rows break, by which formula and "
            "in which format, and why."
        )
        what_to_do = self.tr(
            "Choose a file of logits and one of targets, or drop them here: .npy, .npz and .safetensors of "
            "any size, and smaller files of every kind that can be opened."
        )
        self.hint = QLabel(f"{words}\n\n{what_to_do}", self)
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.hint.setFixedWidth(min(LETTERS * self.fontMetrics().averageCharWidth(), 700))
        self.hint.setMinimumHeight(self.hint.heightForWidth(self.hint.width()))
        self.choose = QPushButton(self.tr("Choose files to scan…"), self)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addWidget(self.hint, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(12)
        column.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
