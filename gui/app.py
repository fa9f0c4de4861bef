"""The composition root: makes the application, the document and the window, and runs them."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from engine import BinaryProblem, MulticlassProblem
from gui.command_line import VERSION, Arguments
from gui.document.changes import Page
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.problem_file import ProblemFileError, read_problem_file
from gui.document.selection import Selection
from gui.services.errors import ErrorReporter
from gui.services.resources import PRESETS
from gui.services.settings import user_settings
from gui.services.theme import Theme, ThemeName
from gui.window import MainWindow

FIRST_BINARY = PRESETS / "tutorial-binary.json"
FIRST_MULTICLASS = PRESETS / "tutorial-multiclass.json"

SETTLE_MS = 300
"""A picture is taken this long after the window is complete: sweeps and deferred layouts are done."""


class StartError(Exception):
    """The start is refused; the message is one line made for people."""


def run(arguments: Arguments) -> int:
    """Run the application as the arguments say, and return its exit status.

    Raises
    ------
    StartError
        If a file cannot be read or the picture cannot be written.
    """
    problems, page = first_problems(arguments)
    application = make_application()
    with _unexpected_errors_shown():
        settings = user_settings() if arguments.screenshot is None else None
        theme = Theme(application)
        chosen = cast("ThemeName", arguments.theme or (settings.theme if settings else "system"))
        theme.choose(chosen)
        document = Document(*problems)
        document.set_page(page)
        selection = Selection(document)
        evaluator = Evaluator(document)
        window = MainWindow(document, selection, evaluator, theme, settings)
        window.actions_.theme(chosen).setChecked(True)
        window.restore_layout()
        if arguments.size is not None:
            window.resize(*arguments.size)
        window.show()
        if arguments.screenshot is None:
            return application.exec()
        return _take_picture(application, window, arguments)


def make_application() -> QApplication:
    """The QApplication, named so that settings and desktop know it."""
    QApplication.setApplicationName("logitscope")
    QApplication.setApplicationDisplayName("Logitscope")
    QApplication.setApplicationVersion(VERSION)
    QGuiApplication.setDesktopFileName("logitscope")
    return QApplication(sys.argv[:1])


def first_problems(arguments: Arguments) -> tuple[tuple[BinaryProblem, MulticlassProblem], Page]:
    """The tutorial's two problems, or the file's in the place of one of them, and the page in front.

    Raises
    ------
    StartError
        If a file cannot be read.
    """
    try:
        opened = [read_problem_file(path) for path in (FIRST_BINARY, FIRST_MULTICLASS)]
        if arguments.file is not None:
            opened.append(read_problem_file(arguments.file))
    except ProblemFileError as error:
        raise StartError(str(error)) from error
    last = {each.page: each.problem for each in opened}
    pair = (cast("BinaryProblem", last["binary"]), cast("MulticlassProblem", last["multiclass"]))
    in_front = "binary" if arguments.file is None else opened[-1].page
    return pair, cast("Page", arguments.page or in_front)


@contextmanager
def _unexpected_errors_shown() -> Iterator[None]:
    reporter = ErrorReporter()
    before = sys.excepthook
    reporter.install()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python's handler would wait for the next Qt event
    try:
        yield
    finally:
        sys.excepthook = before


def _take_picture(application: QApplication, window: MainWindow, arguments: Arguments) -> int:
    settled = QTimer()
    settled.setSingleShot(True)
    settled.setInterval(SETTLE_MS)
    settled.timeout.connect(application.quit)
    window.completed.connect(settled.start)
    application.exec()
    if not window.grab().save(str(arguments.screenshot), "PNG"):
        raise StartError(f"{arguments.screenshot}: the picture could not be written")
    return 0
