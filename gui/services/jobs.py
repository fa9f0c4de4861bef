"""Work longer than a frame runs beside the GUI: one job at a time, the latest wins.

A job is a function that takes a `Progress`, which raises `Cancelled` once the job is no longer wanted. Its
result, or its exception, comes back on the GUI thread. Starting another job cancels the one before, whose
result is never delivered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QThreadPool, Signal

from engine.data import Progress

Result = TypeVar("Result")

REPORTS_A_SECOND = 30
"""More would only be queued behind one another."""


class Cancelled(Exception):  # noqa: N818  # no error: what ends a job that is no longer wanted
    """The job is no longer wanted."""


class JobRunner(QObject):
    """Runs one job at a time on a thread of its own."""

    progressed = Signal(int)
    """Percent done of the running job."""

    _ended = Signal(object)
    _reported = Signal(object, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._task: _Task | None = None
        self._ended.connect(self._deliver)
        self._reported.connect(self._report)

    @property
    def busy(self) -> bool:
        """Whether a job runs whose result is still wanted."""
        return self._task is not None

    def start(
        self,
        work: Callable[[Progress], Result],
        done: Callable[[Result], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Run `work` on the thread, then `done` or `failed` on the GUI's, unless it is cancelled.

        Parameters
        ----------
        work : callable
            Takes a `Progress`; touches no QObject of the GUI thread.
        done, failed : callable
            Take the result or the exception.
        """
        self.cancel()
        self._task = _Task(work, done, failed, threading.Event(), self._ended.emit, self._reported.emit)
        self._pool.start(self._task.run)

    def cancel(self) -> None:
        """Tell the running job to stop; its result will not be delivered."""
        if self._task is not None:
            self._task.cancelled.set()
            self._task = None

    def wait(self) -> None:
        """Let the running job come to its end; its result is still to be delivered."""
        self._pool.waitForDone()

    def close(self) -> None:
        """Cancel, and wait until the thread is at rest."""
        self.cancel()
        self._pool.clear()
        self._pool.waitForDone()

    def _report(self, task: _Task, percent: int) -> None:
        if task is self._task:
            self.progressed.emit(percent)

    def _deliver(self, outcome: _Outcome) -> None:
        task = outcome.task
        if task is not self._task:
            return
        self._task = None
        if outcome.error is None:
            task.done(outcome.result)
        else:
            task.failed(outcome.error)


@dataclass(slots=True, eq=False)
class _Task:
    """One job on the thread; speaks to the GUI by queued signals alone."""

    work: Callable[[Progress], Any]
    done: Callable[[Any], None]
    failed: Callable[[Exception], None]
    cancelled: threading.Event
    end: Callable[[_Outcome], None]
    report: Callable[[_Task, int], None]
    next_report: float = 0.0

    def run(self) -> None:
        try:
            outcome = _Outcome(self, result=self.work(self._progress))
        except Cancelled:
            return
        except Exception as error:  # noqa: BLE001  # delivered to the GUI thread, which judges it
            outcome = _Outcome(self, error=error)
        if not self.cancelled.is_set():
            with suppress(RuntimeError):  # whoever wanted it has been deleted meanwhile
                self.end(outcome)

    def _progress(self, done: int, total: int, /) -> None:
        if self.cancelled.is_set():
            raise Cancelled
        moment = time.monotonic()
        if moment >= self.next_report:
            self.next_report = moment + 1 / REPORTS_A_SECOND
            with suppress(RuntimeError):
                self.report(self, min(100, 100 * done // max(total, 1)))


@dataclass(frozen=True, slots=True, eq=False)
class _Outcome:
    """How one job ended."""

    task: _Task
    result: Any = None
    error: Exception | None = None
