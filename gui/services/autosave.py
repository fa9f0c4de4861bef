"""Work in progress, written while it goes on, and found again after a crash or a kill.

Each running application has one slot in a folder: a file that holds the newest work and a lock beside it
that names the process. A lock whose process is gone marks work that was lost. The file is replaced as a
whole, so a kill during a write leaves the work of the write before.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QStandardPaths, QTimer, Signal

from gui.services.atomic_write import write_atomically
from gui.services.jobs import JobRunner

INTERVAL_MS = 10_000
"""Work older than this is on the disk."""

IDLE_MS = 1_500
"""Work is written sooner when nothing more has come for this long."""

SUFFIX = ".json"
LOCK_SUFFIX = ".lock"

Content = Callable[[], Iterable[bytes]]


def autosave_folder() -> Path:
    """Where the user's own slots stand; the application's name must be set before."""
    state = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.StateLocation)
    return Path(state) / "autosave"


class Slot:
    """One autosave file and the lock that says whose it is."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = QLockFile(str(file.with_suffix(LOCK_SUFFIX)))
        self._lock.setStaleLockTime(0)  # an old lock is good as long as its process lives

    @classmethod
    def in_folder(cls, folder: Path) -> Slot:
        """A slot that nobody else has; it may be without a lock if the folder cannot be written."""
        slot = cls(folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}{SUFFIX}")
        with suppress(OSError):  # told, and tried again, at the first write
            slot.restore()
        return slot

    def take(self) -> bool:
        """Lock it; False if a living process holds it."""
        return self._lock.tryLock(0)

    def restore(self) -> None:
        """Make the folder and the lock anew if somebody has removed them.

        Raises
        ------
        OSError
            If the folder cannot be made.
        """
        if not self.file.with_suffix(LOCK_SUFFIX).exists():
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self._lock.unlock()
            self.take()

    def clear(self) -> None:
        """Remove the work: it is saved, or not wanted."""
        self.file.unlink(missing_ok=True)

    def release(self) -> None:
        """Let go of the lock."""
        self._lock.unlock()


@dataclass(frozen=True, eq=False)
class LostWork:
    """A slot whose process ended without clearing it; locked for this process."""

    slot: Slot
    written: float
    """When, in seconds since the epoch."""


def find_lost_work(folder: Path) -> list[LostWork]:
    """The slots of processes that are gone, the newest first.

    Locks without work, and what a killed write left, are removed.
    """
    names = {file.with_suffix(SUFFIX) for end in (SUFFIX, LOCK_SUFFIX) for file in folder.glob(f"*{end}")}
    lost = []
    for file in names:
        slot = Slot(file)
        if not slot.take():
            continue
        if file.exists():
            lost.append(LostWork(slot, file.stat().st_mtime))
        else:
            slot.release()
    _remove_fragments(folder)
    return sorted(lost, key=_when, reverse=True)


def _when(lost: LostWork) -> float:
    return lost.written


def _remove_fragments(folder: Path) -> None:
    # QSaveFile writes into a neighbour named <file>.<six letters>, which a kill leaves behind.
    long_ago = time.time() - 3600
    for file in folder.glob(f"*{SUFFIX}.*"):
        if file.suffix != LOCK_SUFFIX and file.stat().st_mtime < long_ago:
            file.unlink(missing_ok=True)


class Autosave(QObject):
    """Writes the work into a slot: every `INTERVAL_MS` while it changes, and when changing pauses.

    Parameters
    ----------
    slot : Slot
    content : callable
        Gives the work as pieces of bytes. It is called on the GUI thread and must only take hold of
        frozen values; the pieces are made on the job's thread.
    """

    written = Signal()
    failed = Signal(str)
    """Why the work could not be written; it is tried again every `INTERVAL_MS`."""

    def __init__(
        self,
        slot: Slot,
        content: Content,
        *,
        interval: int = INTERVAL_MS,
        idle: int = IDLE_MS,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._slot = slot
        self._content = content
        self._jobs = JobRunner(self)
        self._latest = self._timer(interval)
        self._idle = self._timer(idle)
        self._soon = self._timer(0)

    @property
    def slot(self) -> Slot:
        """Where the work is written."""
        return self._slot

    def _timer(self, interval: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(self._write)
        return timer

    def work_changed(self) -> None:
        """Note that there is something to write."""
        if not self._latest.isActive():
            self._latest.start()
        self._idle.start()

    def work_waited(self) -> None:
        """Note work from before there was anybody to write it: it is written in the next turn."""
        self._soon.start()

    def work_is_safe(self) -> None:
        """Forget the work: it is saved, or not wanted."""
        self._rest()
        self._slot.clear()

    def adopt(self, slot: Slot) -> None:
        """Go on in the slot of work that was lost and is found."""
        self._rest()
        self._slot.clear()
        self._slot.release()
        self._slot = slot

    def write_now(self) -> None:
        """Write and wait for it: the process may end any moment."""
        self._rest()
        self._slot.restore()
        write_atomically(self._slot.file, self._content())

    def close(self) -> None:
        """Leave nothing behind: the application ends in order."""
        self.work_is_safe()
        self._slot.release()

    def _rest(self) -> None:
        self._stop_timers()
        self._jobs.close()

    def _stop_timers(self) -> None:
        for timer in (self._latest, self._idle, self._soon):
            timer.stop()

    def _write(self) -> None:
        if self._jobs.busy:  # a large one, still being written: the newer work waits its turn
            self._idle.start()
            return
        self._stop_timers()
        try:
            self._slot.restore()
        except OSError as error:
            self._could_not(error)
            return
        work = partial(write_atomically, self._slot.file, self._content())
        self._jobs.start(work, self._wrote, self._could_not)

    def _wrote(self, _result: None) -> None:
        self.written.emit()

    def _could_not(self, error: Exception) -> None:
        self.failed.emit(str(error))
        self._latest.start()
