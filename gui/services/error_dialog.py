"""The dialog that shows unexpected errors; loaded when there is one to show."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

MOST_REPORTS = 20
"""Reports kept in one dialog; an exception raised at every repaint must not fill the memory."""


class ErrorDialog(QDialog):
    """The details of unexpected errors, with a button that copies them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Unexpected error"))
        self.setWindowModality(Qt.WindowModality.NonModal)
        self._reports: list[str] = []
        words = QLabel(
            self.tr(
                "Logitscope met an error that it did not expect. Your work is still there, and you can "
                "go on. Please send these details with a word on what you did."
            ),
            self,
        )
        words.setWordWrap(True)
        self.details = QPlainTextEdit(self)
        self.details.setReadOnly(True)
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setAccessibleName(self.tr("Details of the error"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.copy_button = buttons.addButton(self.tr("&Copy details"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button.clicked.connect(self.copy_details)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(words)
        layout.addWidget(self.details)
        layout.addWidget(buttons)
        self.resize(720, 400)

    def add(self, report: str) -> None:
        """Show one more report, unless it is there or there are too many."""
        if report not in self._reports and len(self._reports) < MOST_REPORTS:
            self._reports.append(report)
            self.details.setPlainText("\n".join(self._reports))

    def copy_details(self) -> None:
        """Put all reports on the clipboard."""
        QGuiApplication.clipboard().setText(self.details.toPlainText())
