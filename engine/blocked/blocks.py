"""Work on large arrays: one cache-sized block at a time, on more than one core.

A ufunc on 1e7 elements streams each of its temporaries through main memory and asks the system for
fresh pages; on a block that fits the second-level cache, into scratch arrays that are made once a
call, the same operations are three to five times faster and need no memory to speak of.
"""

from __future__ import annotations

import math
import os
import threading
from collections import deque
from collections.abc import Callable
from functools import cached_property, partial
from itertools import accumulate
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

import numpy as np

from engine.blocked.array_memory import WHOLE_LINES
from engine.floats.formats import FloatArray
from engine.floats.rounding import failures_are_results

Result = TypeVar("Result")
Work = Callable[[slice], Result]
"""What is done to one block of the elements (or rows) that the slice names."""

FAST_FROM = 1 << 12
"""Elements from which the blocked forms serve; below, a call's overhead outweighs what they gain."""
BLOCK_BYTES = 1 << 19
"""Size of one scratch array. A loss needs two or three: within reach of the second-level cache, and long
enough that two threads seldom wait for the interpreter's lock. On 1e7 float64 logits 64, 128, 256 and 512
KiB took 5.6, 5.2, 3.7 and 3.2 ns an element on two threads, and 5.9, 5.2, 5.0 and 4.9 on one."""
_THREADED_FROM = 1 << 18
"""Elements from which a second core gains more than waking it costs, about 50 microseconds."""
_MOST_HELPERS = 2
"""Further threads find memory's bandwidth taken."""


def block_length(itemsize: int) -> int:
    """How many elements of this size make a block."""
    return BLOCK_BYTES // itemsize


def block_sum(values: FloatArray) -> float:
    """The sum of a block, pairwise in its format; in float64 where that overflows.

    A float64 sum of float32 numbers takes twice as long, and adds no digit that the mean would show.
    """
    total = float(np.add.reduce(values))
    return total if np.isfinite(total) else float(np.add.reduce(values, dtype=np.float64))


class SumOverflowError(Exception):
    """Finite numbers have an infinite sum, or one on the way: what comes of it hangs on PyTorch's order."""


def strict_block_sum(values: FloatArray) -> float:
    """`block_sum`, but an overflow is an error."""
    total = float(np.add.reduce(values))
    if not np.isfinite(total) and np.isfinite(values).all():
        raise SumOverflowError
    return total


def sum_of_blocks(sums: list[float], dtype: np.dtype[Any]) -> FloatArray:
    """The sum of the blocks' sums in a format, added in float64; an overflow on the way is an error."""
    running = list(accumulate(sums, initial=0.0))
    largest = float(np.finfo(dtype).max)
    left_the_format = any(largest < abs(each) < math.inf for each in running)
    if left_the_format or (not math.isfinite(running[-1]) and all(map(math.isfinite, sums))):
        raise SumOverflowError
    return np.asarray(running[-1]).astype(dtype)


class _Job(Generic[Result]):
    """The blocks of one call, taken by whichever thread is free.

    Deque and queue are single steps of C each: a thread that needed a lock here would wait for the other's
    next release of the interpreter's, which on blocks of 0.1 ms costs as much as the second thread gains.
    """

    def __init__(self, size: int, block: int) -> None:
        parts = [slice(start, min(start + block, size)) for start in range(0, size, block)]
        self._count = len(parts)
        self._waiting = deque(enumerate(parts))
        self._done: SimpleQueue[tuple[int, Any]] = SimpleQueue()
        self._error: BaseException | None = None

    def _take(self, *, last: bool) -> tuple[int, slice] | None:
        try:
            return self._waiting.pop() if last else self._waiting.popleft()
        except IndexError:
            return None

    @failures_are_results
    def work_off(self, work: Work[Result], *, backwards: bool) -> None:
        """Take blocks until none is left.

        Helpers begin at the other end than the caller: of two threads that touch a fresh page of 2 MiB at
        the same time both fill it with zeros, and one in vain.
        """
        while (taken := self._take(last=backwards)) is not None:
            number, part = taken
            result = None
            if self._error is None:
                try:
                    result = work(part)
                except BaseException as error:  # noqa: BLE001  # it belongs to the caller, who raises it
                    self._error = error
            self._done.put((number, result))

    def results(self) -> list[Result]:
        """Every block's result, in order, once no thread is at work any more."""
        done = dict(self._done.get() for _ in range(self._count))
        if self._error is not None:
            raise self._error
        return [done[number] for number in range(self._count)]


class _Helpers:
    """Daemon threads that wait for jobs; started at the first large call, and anew after a fork."""

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._process = 0
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()

    @cached_property
    def count(self) -> int:
        """One thread fewer than cores, the caller being the first."""
        return min((os.cpu_count() or 1) - 1, _MOST_HELPERS)

    def call(self, task: Callable[[], None]) -> None:
        """Let a helper run `task` as soon as one is free."""
        with self._starting:
            if self._process != os.getpid():
                self._process, self._jobs = os.getpid(), SimpleQueue()
                for number in range(self.count):
                    name = f"engine-blocks-{number + 1}"
                    threading.Thread(target=_serve, args=(self._jobs,), name=name, daemon=True).start()
        self._jobs.put(task)


def _serve(jobs: SimpleQueue[Callable[[], None]]) -> None:
    while True:
        jobs.get()()


_HELPERS = _Helpers()


def longest_block(size: int, elements: int) -> int:
    """The longest block that leaves neither of two threads idle; see `run_blocks` for the arguments.

    Of two, however many there are: where a sum is cut must not depend on the machine.
    """
    half = -(-size // (2 * WHOLE_LINES)) * WHOLE_LINES
    return half if elements >= _THREADED_FROM else size


def run_blocks(
    size: int, block: int, make_work: Callable[[], Work[Result]], *, elements: int | None = None
) -> list[Result]:
    """Do the work on every block of a large array.

    Parameters
    ----------
    size : int
        Elements, or rows, to be covered.
    block : int
        How many of them make a block.
    make_work : callable
        Makes one thread's function of a block, with scratch arrays of its own.
    elements : int, optional
        What the work amounts to in elements, where `size` counts rows.

    Returns
    -------
    list
        Each block's result, in the order of the blocks, whichever thread computed it.

    Notes
    -----
    The threads take the next block when they are done with one, so that a core shared with another
    process costs no more than its share. A helper that is busy with another call is not waited for.
    NumPy releases the interpreter's lock within its loops.
    """
    if 0 < size <= block:
        return [make_work()(slice(0, size))]
    job: _Job[Result] = _Job(size, block)
    threaded = (size if elements is None else elements) >= _THREADED_FROM
    for _ in range(_HELPERS.count if threaded else 0):
        _HELPERS.call(partial(job.work_off, make_work(), backwards=True))
    job.work_off(make_work(), backwards=False)
    return job.results()
