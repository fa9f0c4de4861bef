"""What happens to an exception that nobody caught: printed, shown with details to copy, survived."""

from __future__ import annotations

import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

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


class ErrorReporter(QObject):
    """Python's exception hooks, and the dialog they lead to.

    The dialog comes through the event loop: the exception may stand inside a paint event or in another
    thread, where no widget may be made.
    """

    raised = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.dialog: ErrorDialog | None = None
        self.raised.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take over both of Python's hooks."""
        sys.excepthook = self.report
        threading.excepthook = self._report_thread

    def report(
        self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Print an exception and have it shown; an interrupt from the keyboard quits instead."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        if sys.stderr is not None:  # None under pythonw
            sys.stderr.write(text)
        self.raised.emit(text)

    def _report_thread(self, arguments: threading.ExceptHookArgs) -> None:
        self.report(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _show(self, text: str) -> None:
        if self.dialog is None:
            self.dialog = ErrorDialog(QApplication.activeWindow())
            self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self.dialog.destroyed.connect(self._forget)
            self.dialog.add(text)
            self.dialog.show()
        else:
            self.dialog.add(text)

    def _forget(self) -> None:
        self.dialog = None
