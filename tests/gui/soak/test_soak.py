"""Random actions on a real window: no exception, no warning, no crash, no long block, no leak.

A short run is part of the tests. A long one, with a report of what blocked the window and of its memory:

    LOGITSCOPE_SOAK=100000 uv run pytest -n 0 -s tests/gui/soak/test_soak.py
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from traceback import format_exception

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from soak.deeds import Deeds
from soak.watchdog import Watchdog, percentile

from gui.services.garbage import GarbageCollector

ACTIONS = int(os.environ.get("LOGITSCOPE_SOAK", "80"))
SEED = int(os.environ.get("LOGITSCOPE_SOAK_SEED", "0"))
A_WINDOW = 2000
"""Actions on one window; then it is closed and another opened."""
LONGEST = 5.0
"""Seconds of the processor that no action may take."""
STUCK = 60.0
"""Seconds by the clock, whatever else the machine does."""
GROWTH = 400 * 2**20
"""Bytes by which the process may grow over the first window's end."""


def resident() -> int:
    """Bytes of memory that the process has, 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def settle(watchdog: Watchdog | None = None) -> None:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    if watchdog is not None:
        watchdog.turn()


@pytest.fixture
def raised(monkeypatch):
    """What was raised in Qt's callbacks, where it would only be printed."""
    errors: list[str] = []
    monkeypatch.setattr(sys, "excepthook", lambda *error: errors.append("".join(format_exception(*error))))
    return errors


def test_random_actions_raise_nothing_and_block_nothing(open_window, tmp_path, raised):
    watchdog, done, memory = Watchdog(), [], []
    try:
        for number in range(0, ACTIONS, A_WINDOW):
            window = open_window(size=(1366, 738))
            GarbageCollector(window)  # as in the application
            deeds = Deeds(window, SEED + number, tmp_path, watchdog.turn)
            for _ in range(min(A_WINDOW, ACTIONS - number)):
                watchdog.begin()
                deed = deeds.do()
                watchdog.turn()
                settle(watchdog)
                watchdog.end(deed)
                done.append(deed)
                deeds.tidy()
                settle()
                assert not raised, (SEED, len(done), done[-20:], *raised)
            deeds.close()
            settle()
            window.close()
            settle()
            memory.append(resident())
    finally:
        watchdog.close()
        QApplication.clipboard().clear()
        if "LOGITSCOPE_SOAK" in os.environ:
            report(watchdog, memory)
            print(f"{done[-9:]}", *raised, sep="\n")
    assert max(watchdog.own) < LONGEST, max(watchdog.blocks, key=lambda block: block.own)
    assert max(watchdog.seconds) < STUCK, max(watchdog.blocks, key=lambda block: block.seconds)
    assert memory[-1] - memory[0] < GROWTH


def report(watchdog: Watchdog, memory: list[int]) -> None:
    for name, seconds in (("by the clock", watchdog.seconds), ("the GUI thread's own", watchdog.own)):
        shares = [f"{share:.1%} {1e3 * percentile(seconds, share):.0f} ms" for share in (0.5, 0.99, 0.999)]
        shares.append(f"longest {1e3 * max(seconds):.0f} ms")
        print(f"\n{len(seconds)} actions' longest turns, {name}: {', '.join(shares)}")
    print(f"memory after each window, MB: {', '.join(f'{each / 2**20:.0f}' for each in memory)}")
    told: set[str] = set()
    for block in sorted(watchdog.blocks, key=lambda each: -each.own):
        if block.action not in told:
            told.add(block.action)
            print(f"-- {block.action}: {block.seconds:.2f} s, own {block.own:.2f} s\n{block.stack}")
