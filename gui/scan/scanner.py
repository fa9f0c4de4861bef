"""Scans beside the GUI: looks at what is known while it runs, and what is left when it was stopped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QObject, Signal

from engine import Problem
from engine.data import Progress, check_size
from engine.scan.report import NotWrittenError, html_bytes, told, write_all
from engine.scan.shown import Request, worst_problem
from gui.files.data_words import error_words
from gui.scan.found import Found, NoRowsError, Run
from gui.services.jobs import JobRunner


class Scanner(QObject):
    """One scan at a time; the latest request wins."""

    looked = Signal(object)
    """A `Found` of a scan that runs."""
    ended = Signal(object, str)
    """The last `Found`, whole or not, and why it ended too early, if so; first None, where what was looked at
    last is told at once and the rest follows."""
    written = Signal(str)
    """A report was written, or why it was not."""

    read = Signal(object, object)
    """Some of the worst rows as a `Problem`, and their places among them."""
    unread = Signal(str)
    """Why they could not be read."""

    _seen = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = JobRunner(self)
        self._reports = JobRunner(self)
        self._rows = JobRunner(self)
        self._run: Run | None = None
        self._seen.connect(self._show)

    @property
    def busy(self) -> bool:
        """Whether rows are being counted."""
        return self._run is not None

    def start(self, request: Request) -> None:
        """Scan from the first row on."""
        self._run = Run(request, self._seen.emit)
        self._jobs.start(self._run, self._end, self._fail)

    def cancel(self) -> None:
        """Stop; what was counted is told."""
        if self._run is not None:
            self._stop(QCoreApplication.translate("scan", "Cancelled"))

    def close(self) -> None:
        """Stop, and tell nobody."""
        self._run = None
        self._jobs.close()
        self._reports.close()
        self._rows.close()

    def _show(self, run: Run, found: Found) -> None:
        if run is self._run:
            self.looked.emit(found)
        run.is_awaited = True

    def _end(self, found: Found) -> None:
        self._run = None
        self.ended.emit(found, "")

    def _fail(self, error: Exception) -> None:
        self._stop(failure_words(error))

    def _stop(self, why: str) -> None:
        run, self._run = self._run, None
        self._jobs.cancel()
        self.ended.emit(None, why)
        if run is None or not run.has_counted:
            return
        # The rows are read again, which may fail for the reason for which the scan did.
        self._jobs.start(
            run.latest, lambda found: self.ended.emit(found, why), lambda _: self.ended.emit(None, why)
        )

    def write(self, found: Found, path: Path) -> None:
        """Write the report of what is known; `written` says how that went."""

        def work(_progress: Progress) -> str:
            said = told(found.summary, found.verdict, found.options, found.data, found.seconds)
            write_all({path: html_bytes(said)})
            return QCoreApplication.translate("scan", "Saved {file}").format(file=path)

        self._reports.start(work, self.written.emit, lambda error: self.written.emit(failure_words(error)))

    def read_rows(self, found: Found, places: Sequence[int]) -> None:
        """Read some of the worst rows; `read` gives them."""

        def work(_progress: Progress) -> Problem:
            check_size(QCoreApplication.translate("scan", "rows"), len(places), found.data.width)
            chosen = np.asarray(places, dtype=np.intp)
            return worst_problem(found.data, found.options, found.listed, chosen)

        self._rows.start(
            work,
            lambda problem: self.read.emit(problem, tuple(places)),
            lambda error: self.unread.emit(failure_words(error)),
        )


def failure_words(error: Exception) -> str:
    """Why files could not be scanned, in one line."""
    if isinstance(error, NoRowsError):
        return QCoreApplication.translate("scan", "The files hold no rows")
    if isinstance(error, MemoryError):
        return QCoreApplication.translate("scan", "The memory does not suffice for these files")
    if not isinstance(error, (ValueError, NotWrittenError, OSError)):
        raise error
    return " ".join(error_words(error).split())
