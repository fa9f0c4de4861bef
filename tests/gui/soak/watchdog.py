"""Names what blocks the GUI thread: a thread that looks at its stack while the event loop stands still."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from dataclasses import dataclass, field

LONG = 0.1
"""Seconds of one block from which its stack is kept."""

LOOKS = 0.02
"""Seconds between two looks."""


@dataclass
class Block:
    """One turn of the event loop that took long: what a key pressed meanwhile waits for.

    Attributes
    ----------
    action : str
        Whose turn it was.
    seconds : float
    own : float
        Seconds of the processor that the GUI thread had of it.
    stack : str
        Where the GUI thread stood when it had taken `LONG`.
    """

    action: str
    seconds: float
    own: float
    stack: str


@dataclass
class Watchdog:
    """Times actions on the thread that makes it, turn by turn, and keeps the stacks of long turns."""

    blocks: list[Block] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    """Of each action the longest turn."""
    own: list[float] = field(default_factory=list)
    """The same by the GUI thread's processor time, which other processes do not lengthen."""

    def __post_init__(self) -> None:
        self._watched = threading.get_ident()
        self._began: float | None = None
        self._began_own = 0.0
        self._stack = ""
        self._turns: list[tuple[float, float, str]] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def begin(self) -> None:
        """An action begins."""
        self._turns.clear()
        self._begin()

    def _begin(self) -> None:
        self._stack, self._began, self._began_own = "", time.monotonic(), time.thread_time()

    def turn(self) -> None:
        """Control has come back to the event loop, which would look at what has been pressed meanwhile."""
        if self._began is not None:
            taken, own = time.monotonic() - self._began, time.thread_time() - self._began_own
            self._turns.append((taken, own, self._stack))
            self._begin()

    def end(self, action: str) -> None:
        """It has ended, and what it queued has been worked off."""
        self.turn()
        self._began = None
        self.seconds.append(max(taken for taken, _, _ in self._turns))
        self.own.append(max(own for _, own, _ in self._turns))
        self.blocks += [Block(action, *turn) for turn in self._turns if turn[0] > LONG]

    def close(self) -> None:
        """Watch no more."""
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(LOOKS):
            began = self._began
            if began is None or self._stack or time.monotonic() - began < LONG:
                continue
            frame = sys._current_frames().get(self._watched)
            if frame is not None:
                self._stack = "".join(traceback.format_stack(frame, limit=12))


def percentile(seconds: list[float], share: float) -> float:
    """Seconds within which this share of the actions was over."""
    ordered = sorted(seconds)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
