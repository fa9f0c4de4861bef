"""Edits, saves and autosaves until it is killed; test_kill.py looks at what is left.

    python kill_worker.py FOLDER INTERVAL_MS

The edit with number n puts n into the first and the last logit. LOG in the folder gets a line for every
step: what, which edit, when (seconds, the system's monotonic clock).
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from engine import BinaryProblem, MulticlassProblem
from gui.document.document import Document
from gui.document.selection import Selection
from gui.services.autosave import Autosave, Slot, find_lost_work
from gui.session.session_file import read_session
from gui.session.session_keeper import SessionKeeper

ROWS = 20_000
"""Enough that a write takes some milliseconds, in which a kill may fall."""


class WatchedKeeper(SessionKeeper):
    """Logs which edit a write has hold of."""

    def __init__(self, log: Log, interval: int, *arguments: object) -> None:
        super().__init__(*arguments)
        self.log = log
        slot = self.autosave.slot
        self.autosave = Autosave(slot, self._logged, interval=interval, idle=3 * interval, parent=self)
        self.autosave.written.connect(log.autosaved)
        self.saved.connect(log.saved)

    def _logged(self) -> Iterator[bytes]:
        self.log.note("begun")
        return super()._content()


class Log(QObject):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.number = 0

    def note(self, what: str) -> None:
        os.write(self.file, f"{what} {self.number} {time.monotonic()}\n".encode())

    def autosaved(self) -> None:
        self.note("autosaved")

    def saved(self) -> None:
        self.note("saved")


class Worker(QObject):
    def __init__(self, folder: Path, interval: int) -> None:
        super().__init__()
        self.path = folder / "mine.json"
        self.random = random.Random()
        self.log = Log(folder / "LOG")
        binary = BinaryProblem(logits=[0.0] * ROWS, target=[0.0] * ROWS)
        self.document = Document(binary, MulticlassProblem(logits=[[0.0, 1.0]], target=[0]))
        slots = folder / "slots"
        lost = find_lost_work(slots)
        parts = (self.document, Selection(self.document))
        self.keeper = WatchedKeeper(self.log, interval, *parts, Slot.in_folder(slots))
        if self.path.exists():
            self.keeper.load(read_session(self.path), self.path)
        saved = self.number
        if lost:
            self.keeper.recover(lost[0])
        if self.number < saved:  # killed between a save and forgetting the autosave before it
            self.keeper.load(read_session(self.path), self.path)
        self.log.number = self.number
        self.log.note("started")
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.edit)
        self.timer.start(1)

    @property
    def number(self) -> int:
        return int(self.document.binary.logits[0])

    def edit(self) -> None:
        self.log.number += 1
        self.document.set_cells("binary", "logits", ([0, ROWS - 1],), float(self.log.number), "edit")
        self.log.note("edited")
        if self.random.random() < 0.02:
            self.keeper.save(self.path)


def main() -> None:
    application = QCoreApplication(sys.argv[:1])
    worker = Worker(Path(sys.argv[1]), int(sys.argv[2]))
    print("ready", flush=True)
    application.exec()
    del worker


if __name__ == "__main__":
    main()
