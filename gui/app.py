"""The composition root: makes the application, the document and the window, and runs them."""

from __future__ import annotations

import atexit
import gc
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from engine import BinaryProblem, MulticlassProblem, Problem
from gui.document.changes import Front
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.services.errors import ErrorReporter
from gui.services.garbage import GarbageCollector
from gui.services.qt_messages import filter_qt_messages
from gui.services.settings import Settings, user_settings
from gui.services.theme import Theme, ThemeName
from gui.session import tutorial
from gui.start.command_line import VERSION, Arguments
from gui.window.window import MainWindow
from gui.window.window_layout import FIRST_SIZE

if TYPE_CHECKING:
    from gui.files.first_session import Start
    from gui.files.pasted import Pasted
    from gui.services.autosave import Slot

STANDARD_INPUT = Path("-")

SETTLE_MS = 300
"""A picture is taken this long after the window is complete: sweeps and deferred layouts are done."""


PATIENCE_MS = 60_000
"""A picture that takes longer will never be taken."""


class StartError(Exception):
    """The start is refused; the message is one line made for people."""


def run(arguments: Arguments) -> int:
    """Run the application as the arguments say, and return its exit status.

    Raises
    ------
    StartError
        If a file cannot be read or the picture cannot be written.
    """
    to_scan, arguments = _to_scan(arguments)
    pasted = _standard_input(arguments)
    start = _start(arguments, pasted)
    problems, page = _in_front(start, arguments)
    if arguments.export is not None:
        _export(start, problems[1 if page == "multiclass" else 0], arguments.export)
        if arguments.screenshot is None:
            return 0
    filter_qt_messages()
    application = make_application()
    with _unexpected_errors_reported() as reporter:
        picture = arguments.screenshot
        settings = user_settings() if picture is None else None
        document = Document(*problems)
        document.set_front(page)
        slot = _autosave_slot if picture is None else None
        window = make_window(document, Theme(application), settings, arguments, slot)
        window.completed.connect(gc.freeze)  # what a start makes lives on: no need to walk through it again
        GarbageCollector(window)
        if start is None:
            select_first(window)
        else:
            _begin(window, start, page, pasted if picture is None else None, ask=picture is None)
        if to_scan:
            window.completed.connect(partial(window.scan, to_scan))
        window.show()
        if picture is None:
            window.painted.connect(partial(_offer_recovery, window))
            application.commitDataRequest.connect(window.keep_work)
            return application.exec()
        reporter.raised.connect(_give_up)  # nobody is there to read a dialog
        _take_picture(application, window, picture)
        return 0


def make_window(
    document: Document,
    theme: Theme,
    settings: Settings | None = None,
    arguments: Arguments | None = None,
    claim_slot: Callable[[], Slot | None] | None = None,
) -> MainWindow:
    """The window on a document; without settings nothing is remembered, without a slot not autosaved."""
    said = arguments or Arguments()
    window = MainWindow(document, Selection(document), Evaluator(document), theme, settings, claim_slot)
    window.choose_theme(cast("ThemeName", said.theme or (settings.theme if settings else "system")))
    window.layout_.restore()
    if said.size is not None:
        window.layout_.resize(QSize(*said.size))
    elif said.screenshot is not None:
        window.layout_.resize(FIRST_SIZE)  # whatever the screen, or no screen, would allow
    return window


def select_first(window: MainWindow) -> None:
    """Select what a first start shows: a row on which the formulas part."""
    for page, place in tutorial.first_places().items():
        window.selection.select(page, place.row, place.moved)


def make_application() -> QApplication:
    """The QApplication, named so that settings and desktop know it."""
    QApplication.setApplicationName("logitscope")
    QApplication.setApplicationDisplayName("Logitscope")
    QApplication.setApplicationVersion(VERSION)
    QGuiApplication.setDesktopFileName("logitscope")
    return QApplication(sys.argv[:1])


def first_problems(arguments: Arguments) -> tuple[tuple[BinaryProblem, MulticlassProblem], Front]:
    """The two problems that a start with these arguments shows, and the page in front.

    Raises
    ------
    StartError
        If a file cannot be read.
    """
    return _in_front(_start(arguments, None), arguments)


def _in_front(
    start: Start | None, arguments: Arguments
) -> tuple[tuple[BinaryProblem, MulticlassProblem], Front]:
    problems = tutorial.first_problems() if start is None else start.session.problems
    pair = (problems["binary"].problem, problems["multiclass"].problem)
    page = arguments.page or ("binary" if start is None else start.session.front)
    return cast("tuple[BinaryProblem, MulticlassProblem]", pair), cast("Front", page)


def _start(arguments: Arguments, pasted: Pasted | None) -> Start | None:
    if not arguments.files:
        return None
    from gui.files.first_session import Start, first_session, start_from  # noqa: PLC0415  # only with files

    if pasted is not None:
        return Start(first_session(), data=pasted.found())
    try:
        return start_from(arguments.files)
    except ValueError as error:
        raise StartError(str(error)) from error


def _to_scan(arguments: Arguments) -> tuple[tuple[Path, ...], Arguments]:
    """The files that go to the scan page, which no other page could hold, and what else was said."""
    if arguments.page != "scan" or arguments.export is not None:
        return (), arguments
    return arguments.files, arguments._replace(files=())


def _standard_input(arguments: Arguments) -> Pasted | None:
    """What `-` among the files stands for."""
    if STANDARD_INPUT not in arguments.files:
        return None
    if len(arguments.files) > 1:
        raise StartError("- stands for standard input, alone and not beside other files")
    from gui.files.pasted import Pasted  # noqa: PLC0415  # rarely needed

    try:
        pasted = Pasted.of_standard_input()
    except ValueError as error:
        raise StartError(str(error)) from error
    atexit.register(pasted.close)
    return pasted


def _export(start: Start | None, problem: Problem, path: Path) -> None:
    """Write every column of the page in front, without a window."""
    from gui.files.export import export_now  # noqa: PLC0415  # rarely needed
    from gui.files.first_session import likeliest  # noqa: PLC0415

    shown = None if start is None else start.session.formulas
    try:
        if start is not None and start.data is not None:
            problem = likeliest(start.data, problem.format)
        export_now(problem, path, shown)
    except (OSError, ValueError, MemoryError) as error:
        raise StartError(str(error) or "there is not enough memory") from error


def _begin(window: MainWindow, start: Start, page: Front, pasted: Pasted | None, *, ask: bool) -> None:
    try:
        window.files.begin(start, page, ask=ask, pasted=pasted)
    except ValueError as error:
        raise StartError(str(error)) from error


def _autosave_slot() -> Slot:
    from gui.services.autosave import Slot, autosave_folder  # noqa: PLC0415  # after the first paint

    return Slot.in_folder(autosave_folder())


def _offer_recovery(window: MainWindow) -> None:
    from gui.services.autosave import autosave_folder, find_lost_work  # noqa: PLC0415  # after the first paint

    if lost := find_lost_work(autosave_folder()):
        window.offer_recovery(lost)


@contextmanager
def _unexpected_errors_reported() -> Iterator[ErrorReporter]:
    reporter = ErrorReporter()
    before = sys.excepthook
    reporter.install()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python's handler would wait for the next Qt event
    try:
        yield reporter
    finally:
        sys.excepthook = before


def _take_picture(application: QApplication, window: MainWindow, picture: Path) -> None:
    settled = QTimer()
    settled.setSingleShot(True)
    settled.setInterval(SETTLE_MS)
    window.completed.connect(settled.start)
    settled.timeout.connect(partial(_finish_if_settled, window, settled))
    QTimer.singleShot(PATIENCE_MS, _give_up)
    try:
        if application.exec():
            raise StartError("the window could not be painted")
        if not window.grab().save(str(picture), "PNG"):
            raise StartError(f"{picture}: the picture could not be written")
    finally:
        window.session.close()  # closing the window would ask about what was imported
        window.evaluator.close()


def _finish_if_settled(window: MainWindow, timer: QTimer) -> None:
    """Leave once all that is shown has been found: bands of many classes, findings of many rows, a scan."""
    late, subject = window.late, window.plots.subject
    is_looking = late is not None and (late.current.is_looking or late.scan.is_busy)
    if is_looking or (subject is not None and not subject.settled):
        timer.start()
        return
    QApplication.exit(0)  # quit() would ask the window, and the window the user, about unsaved changes


def _give_up() -> None:
    QApplication.exit(1)
