"""What is known of a scan at one moment, with all that the page shows of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.data import Progress
from engine.scan import Data, Options, Summary, luck_of, scan
from engine.scan.report import Verdict, verdict_of
from engine.scan.shown import Listed, Request, listed, numbers_together

LOOK_SECONDS = 0.2
"""From one look at a running scan to the next."""

LIST_SECONDS = 1.0
"""From one list of the worst rows to the next."""

QUICK_SECONDS = 0.1
"""They are listed again before the end where that took no longer."""


TURN_SECONDS = 0.0005
"""That a thread which counts runs on while the window's waits; a scan is as fast as with Python's 0.005."""


@dataclass(frozen=True, eq=False)
class Found:
    """A summary with its verdict and its rows.

    Attributes
    ----------
    request : Request
    data : Data
    options : Options
    summary : Summary
    seconds : float
        That it took so far.
    verdict : Verdict
    listed : Listed
        The worst rows.
    luck : int64 array, optional
        As `engine.scan.luck_of`; not known while rows are still counted.
    """

    request: Request
    data: Data
    options: Options
    summary: Summary
    seconds: float
    verdict: Verdict
    listed: Listed
    luck: NDArray[np.int64] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all rows are in it."""
        return self.summary.rows == self.data.rows

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.summary.rows / max(self.seconds, 1e-9)

    @property
    def seconds_left(self) -> float:
        """At the present rate."""
        return (self.data.rows - self.summary.rows) / max(self.rate, 1e-9)


@contextmanager
def _taking_turns() -> Iterator[None]:
    """Let threads take turns more often than Python has it: the window's waits for each of its turns."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class NoRowsError(ValueError):
    """The files hold no rows."""


class Run:
    """One scan, the job of a worker; `latest` is what it has counted, whether it was cancelled or failed."""

    def __init__(self, request: Request, look: Callable[[Run, Found], None]) -> None:
        self.request = request
        self._look = look
        self._opened: tuple[Data, Options] | None = None
        self._summary: Summary | None = None
        self._seconds = 0.0
        self.is_awaited = True
        """Whether somebody waits for the next look: none is made while the last one was not yet seen."""

    def __call__(self, progress: Progress) -> Found:
        begun = time.perf_counter()
        data, options = self._opened = self.request.opened()
        if not data.rows:
            raise NoRowsError
        next_look = next_list = spent = 0.0
        last: Found | None = None

        def watch(summary: Summary) -> None:
            nonlocal next_look, next_list, spent, last
            progress(summary.rows, data.rows)
            now = time.perf_counter()
            self._summary, self._seconds = summary, now - begun
            if now >= next_look and self.is_awaited:
                is_due = last is None or (now >= next_list and spent < QUICK_SECONDS)
                last = self._found(None if last is None or is_due else last.listed)
                if is_due:
                    spent, next_list = time.perf_counter() - now, now + LIST_SECONDS
                self.is_awaited = False
                self._look(self, last)
                next_look = now + LOOK_SECONDS

        with _taking_turns():
            self._summary = scan(data.blocks(numbers_together(data)), options, watch=watch)
        self._seconds = time.perf_counter() - begun
        return self.latest()

    def latest(self, _progress: object = None) -> Found:
        """All that was counted, with what takes too long to be looked at again and again."""
        found = self._found(None)
        return replace(found, luck=luck_of(found.summary, found.options))

    @property
    def has_counted(self) -> bool:
        """Whether there is anything to be told."""
        return self._summary is not None

    def _found(self, rows: Listed | None) -> Found:
        assert self._opened is not None
        assert self._summary is not None
        (data, options), summary = self._opened, self._summary
        verdict = verdict_of(summary, options, data.place)
        if rows is None:
            rows = listed(summary, options, data)
        return Found(self.request, data, options, summary, self._seconds, verdict, rows)
