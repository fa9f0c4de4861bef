"""The real window, killed at random moments: nothing older than the autosave interval may be lost.

    uv run python tests/benchmarks/kills.py [--kills 200] [--seed 0]

Each start is a process of its own with SIGKILL at its end: a quarter of them within two seconds of the
process's start (Python and Qt may not even be loaded), a quarter within a second of the first paint, the
others within thirteen of the first edit. What the one before left is recovered with the window's own button.
The edit with number n puts n into the first and the last logit: the first one in the turn of the first paint,
the others fast or with pauses; now and then the session is saved. After each kill the newest number on the
disk tells what is lost, and the log of the killed process how old that was.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

from PySide6.QtCore import QObject, QTimer  # noqa: E402

import gui.app  # noqa: E402
import gui.services.autosave  # noqa: E402
from gui.files.recovery_bar import RecoveryBar  # noqa: E402
from gui.services.atomic_write import write_atomically  # noqa: E402
from gui.services.autosave import INTERVAL_MS  # noqa: E402
from gui.session.session_file import read_session  # noqa: E402
from gui.start.command_line import Arguments  # noqa: E402
from gui.window.window import MainWindow  # noqa: E402

PAUSES_MS = ((30,), (30, 30, 400), (100, 2500), (1900,), (4000,))
"""What lies between two edits, by the manner of a run."""
SAVES = 0.03
"""Chance of a save after an edit."""
PATIENCE_S = 60.0
LATE_S = 1.0
"""An autosave may come so much later; beside thrice what the edits' own timers came late, and its write."""


class Worker(QObject):
    """Recovers what there is, then edits until it is killed."""

    def __init__(self, window: MainWindow, folder: Path, number: int) -> None:
        super().__init__(window)
        self.window, self.number = window, number
        self.session, self.random = folder / "mine.json", random.Random(number)
        self.pauses = self.random.choice(PAUSES_MS)
        self.log = os.open(folder / "LOG", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.due = time.monotonic()
        self.write, gui.services.autosave.write_atomically = write_atomically, self.write_noted
        window.painted.connect(self.begin)

    def write_noted(self, *arguments: Any) -> None:
        self.note("writing", 0)
        self.write(*arguments)
        self.note("wrote", 0)

    def note(self, what: str, number: int) -> None:
        now = time.monotonic()
        os.write(self.log, f"{what} {number} {now} {now - self.due}\n".encode())

    def begin(self) -> None:
        self.due = time.monotonic()
        self.note("painted", self.number)
        self.edit() if not list(slots()) else QTimer.singleShot(0, self, self.recover)

    def recover(self) -> None:
        bar = self.window.findChild(RecoveryBar)
        assert bar is not None
        bar.recover_button.click()
        self.note("recovered", int(self.window.document.binary.logits[0]))
        self.edit()

    def edit(self) -> None:
        document = self.window.document
        self.number += 1
        ends = [0, document.binary.rows - 1]
        document.set_cells("binary", "logits", (ends,), float(self.number), "edit")
        self.note("edited", self.number)
        if self.random.random() < SAVES:
            self.window.session.keeper.save(self.session)
        pause = self.random.choice(self.pauses)
        self.due = time.monotonic() + pause / 1000
        QTimer.singleShot(pause, self, self.edit)


def slots() -> list[Path]:
    """The files with work in progress of whoever has this process's folders."""
    return sorted(Path(os.environ["XDG_STATE_HOME"]).glob("**/autosave/*.json"))


def inside(folder: Path, number: int) -> None:
    """Be the application, and watch its window."""
    made, kept = gui.app.make_window, []

    def watched(*arguments: object) -> MainWindow:
        window = made(*arguments)
        kept.append(Worker(window, folder, number))
        return window

    gui.app.make_window = watched
    gui.app.run(Arguments())


def number_in(file: Path) -> int:
    """The edit that a session file holds, whole."""
    logits = read_session(file).problems["binary"].problem.logits
    assert logits[0] == logits[-1], f"{file}: half of an edit"
    return int(logits[0])


def steps(folder: Path) -> list[tuple[str, int, float, float]]:
    """What the killed process did, when, and how late that was."""
    log = folder / "LOG"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    cut = (line.split() for line in lines)
    return [(what, int(number), float(when), float(late)) for what, number, when, late in cut]


def slack(done: list[tuple[str, int, float, float]], killed: float) -> float:
    """How late the machine may have made an autosave: by its timers, and by its slowest write."""
    late = max((late for what, *_, late in done if what not in ("writing", "wrote")), default=0.0)
    if done:  # it may never have come to its next edit
        late = max(late, killed - done[-1][2] - max(map(max, PAUSES_MS)) / 1000)
    writes, begun = [0.0], None
    for what, _, when, _ in (*done, ("wrote", 0, killed, 0.0)):
        if what == "wrote" and begun is not None:
            writes.append(when - begun)
        begun = when if what == "writing" else None if what == "wrote" else begun
    return LATE_S + 3 * late + max(writes)


def await_step(folder: Path, what: str) -> None:
    """Wait until the process has come so far."""
    end, log = time.monotonic() + PATIENCE_S, folder / "LOG"
    while time.monotonic() < end and not (log.exists() and what in log.read_text()):
        time.sleep(0.005)


def run_and_kill(folder: Path, number: int, chance: random.Random) -> tuple[str, float]:
    """Start once and kill; what kind of kill it was, and when."""
    kind = chance.choice(("start", "paint", "later", "later"))
    command = [sys.executable, __file__, "--inside", str(folder), "--number", str(number)]
    with subprocess.Popen(command, stderr=(folder / "ERRORS").open("a")) as process:
        if kind == "start":
            time.sleep(chance.uniform(0.0, 2.0))
        else:
            await_step(folder, "painted" if kind == "paint" else "edited")
            time.sleep(chance.uniform(0.0, 1.0 if kind == "paint" else 13.0))
        assert process.poll() is None, (folder / "ERRORS").read_text()
        killed = time.monotonic()
        process.kill()
    return kind, killed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--number", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        inside(arguments.inside, arguments.number)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in ("CONFIG", "STATE", "DATA", "CACHE"):
            os.environ[f"XDG_{kind}_HOME"] = str(folder / kind.lower())
        kill(folder, arguments.kills, random.Random(arguments.seed))


def kill(folder: Path, kills: int, chance: random.Random) -> None:
    """Kill so often, and say what was lost."""
    number = recoverable = in_slots = recovered = edits = 0
    kinds: dict[str, int] = {}
    lost_s: list[float] = []
    for run in range(kills):
        had_work, before = bool(slots()), recoverable
        kind, killed = run_and_kill(folder, number, chance)
        kinds[kind] = kinds.get(kind, 0) + 1
        done = steps(folder)
        edited = {n: when for what, n, when, _ in done if what == "edited"}
        back = [n for what, n, _, _ in done if what == "recovered"]
        if back:
            recovered += 1
            assert back == [in_slots], (run, kind, "what was recovered is not what was on the disk", back)
        elif edited:
            assert not had_work, (run, kind, "work was on the disk and was not offered")
        assert "Traceback" not in (errors := (folder / "ERRORS").read_text()), errors
        edits, number = edits + len(edited), max([number, *edited])
        in_slots = max(map(number_in, slots()), default=0)
        session = folder / "mine.json"
        recoverable = max(in_slots, number_in(session) if session.exists() else 0)
        assert recoverable >= before, (run, kind, "what was safe is lost", before, recoverable)
        lost = [killed - when for n, when in edited.items() if n > recoverable]
        lost_s.append(max(lost, default=0.0))
        allowed = INTERVAL_MS / 1000 + slack(done, killed)
        assert lost_s[-1] <= allowed, (run, kind, lost_s[-1], allowed, done[-9:])
        if (run + 1) % 20 == 0:
            words = ", ".join(f"{count} {each}" for each, count in sorted(kinds.items()))
            print(
                f"{run + 1} kills ({words}), {edits} edits, {recovered} recoveries; "
                f"the oldest work lost was {max(lost_s):.1f} s old, half of them lost at most "
                f"{sorted(lost_s)[len(lost_s) // 2]:.1f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
