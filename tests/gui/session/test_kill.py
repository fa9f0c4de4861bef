"""Killed at any moment while it edits, saves and autosaves: nothing saved or kept is ever broken.

Ten kills by default; `LOGITSCOPE_THOROUGH=1` makes it two hundred.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from gui.session.session_file import read_session

ROOT = Path(__file__).resolve().parents[3]
WORKER = Path(__file__).with_name("kill_worker.py")
KILLS = 200 if os.environ.get("LOGITSCOPE_THOROUGH") else 10
INTERVAL = 0.03


@dataclass(frozen=True)
class Step:
    what: str
    number: int
    when: float


def run_and_kill(folder: Path, life: float) -> list[Step]:
    log = folder / "LOG"
    log.unlink(missing_ok=True)
    with subprocess.Popen(
        [sys.executable, str(WORKER), str(folder), str(round(INTERVAL * 1000))],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline() == b"ready\n"
        time.sleep(life)  # what is tested is a kill at a random moment
        process.kill()
    lines = log.read_text().splitlines(keepends=True)
    return [
        Step(what, int(number), float(when))
        for what, number, when in (line.split() for line in lines if line.endswith("\n"))
    ]


def number_in(file: Path) -> int:
    """The edit that a session file holds; its first and last number must be of the same edit."""
    logits = read_session(file).problems["binary"].problem.logits
    assert logits[0] == logits[-1]
    return int(logits[0])


def numbers(steps: list[Step], *what: str) -> list[int]:
    return [step.number for step in steps if step.what in what]


def slack(steps: list[Step]) -> float:
    """How late the event loop and the disk made an autosave, going by what the worker noted."""
    edits = [step.when for step in steps if step.what in ("started", "edited")]
    turns = [later - earlier for earlier, later in pairwise(edits)]
    writes, begun = [0.0], None
    for step in (*steps, Step("autosaved", 0, steps[-1].when)):
        if step.what == "begun":
            begun = begun or step.when
        elif step.what in ("autosaved", "saved") and begun is not None:
            writes.append(step.when - begun)
            begun = None
    return 3 * max(turns, default=0.0) + 2 * max(writes)


def test_a_kill_at_any_moment_loses_only_the_latest_edits(tmp_path):
    moments = random.Random(5)
    recoverable = 0
    for _ in range(KILLS):
        steps = run_and_kill(tmp_path, moments.uniform(0.0, 0.35))
        assert steps[0].what == "started"
        assert steps[0].number == recoverable, "the work of the run before did not come back"

        slots = list((tmp_path / "slots").glob("*.json"))
        session = tmp_path / "mine.json"
        saved = number_in(session) if session.exists() else 0
        recoverable = max(saved, *map(number_in, slots)) if slots else saved
        done = numbers(steps, "started", "edited")[-1]
        assert recoverable <= done

        old = steps[-1].when - INTERVAL - slack(steps)
        due = [step.number for step in steps if step.what == "edited" and step.when < old]
        assert recoverable >= max(due, default=0), "work older than the interval is lost"
