"""What happens to an exception that nobody caught: printed, shown with details to copy, survived."""

from __future__ import annotations

import sys
import threading
import traceback
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from gui.services.error_dialog import ErrorDialog


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
        from gui.services.error_dialog import ErrorDialog  # noqa: PLC0415  # not needed to start

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
