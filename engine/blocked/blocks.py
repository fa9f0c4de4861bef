"""Work on large arrays: one cache-sized block at a time, on more than one core.

A ufunc on 1e7 elements streams each of its temporaries through main memory and asks the system for fresh
pages; on a block that fits the second-level cache the same operations are two to five times faster and
need no memory to speak of.
"""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from typing import Any, TypeVar

import numpy as np

from engine.arguments.checks import Reduction
from engine.floats.formats import FLOAT32, FLOAT64, FloatArray
from engine.floats.rounding import failures_are_results

Block = TypeVar("Block")
Result = TypeVar("Result")

SERVED_FROM = 1 << 12
"""Elements from which blocks serve; below, a call's overhead outweighs what they gain."""
BLOCK = 1 << 16
"""Elements of a block, but for float32 (`block_of`)."""
_THREADED_FROM = 4
"""Blocks from which a second thread gains more than waking it costs."""
_MOST_THREADS = 3
"""Further ones find memory's bandwidth taken."""
_LINE = 64
"""Bytes of a cache line, and of the widest vector register."""


def block_of(dtype: np.dtype[Any]) -> int:
    """Elements of a block: half a megabyte of float32 and float64.

    One thread is fastest with half of that, two with this: with less they wait for the interpreter's lock.
    On 1e7 float32 logits the mean takes 49, 33, 26 and 34 ms with 32, 64, 128 and 256 Ki (AVX-512).
    """
    return 2 * BLOCK if dtype == FLOAT32.dtype else BLOCK


def slices(size: int, length: int) -> list[slice]:
    """``0 .. size`` in slices of a length, the last of what is left."""
    return [slice(start, min(start + length, size)) for start in range(0, size, length)]


def aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> FloatArray:
    """`numpy.empty`, its first element at the beginning of a cache line.

    NumPy's own large arrays begin 16 bytes into one, and every store of a whole vector then touches two: with
    AVX-512 a BCEWithLogitsLoss takes 14 % longer and its gradient 30 %, with AVX2 a loss 5 %.
    """
    size = math.prod(shape) * dtype.itemsize
    memory = np.empty(size + _LINE, np.uint8)
    start = -memory.__array_interface__["data"][0] % _LINE
    array: FloatArray = memory[start : start + size].view(dtype).reshape(shape)
    return array


@cache
def _helpers(process: int) -> ThreadPoolExecutor:  # noqa: ARG001  # a fork has none of its parent's threads
    """Threads that stay: to start one for each call costs 15 % of 1e6 losses."""
    return ThreadPoolExecutor(_MOST_THREADS - 1, thread_name_prefix="engine-blocks")


def run(
    prepare: Callable[[], Callable[[Block], Result]], blocks: Sequence[Block], *, threads: bool = True
) -> list[Result]:
    """Do the work on all blocks.

    Parameters
    ----------
    prepare : callable
        Makes one thread's function of a block, with scratch arrays of its own: fresh pages are dear.
    blocks : sequence
    threads : bool
        False where the work holds the interpreter's lock, as indexing with arrays does.

    Returns
    -------
    list
        Each block's result, in the order of the blocks. Where they are cut does not depend on the machine.

    Notes
    -----
    A thread takes the next block when it is done with one, so that a core shared with another process costs
    no more than its share; a helper that is busy with another call is not waited for. Helpers begin at the
    other end than the caller: where two threads touch a fresh page of 2 MiB at once both fill it with zeros,
    which is 12 % of 1e7 losses. NumPy releases the interpreter's lock within its loops.
    """
    results: dict[int, Result] = {}
    waiting = deque(enumerate(blocks))

    def work_off(take: Callable[[], tuple[int, Block]]) -> None:
        work = prepare()
        while True:
            try:
                number, block = take()
            except IndexError:  # none left
                return
            results[number] = work(block)

    is_shared = threads and len(blocks) >= _THREADED_FROM
    helpers = min(os.cpu_count() or 1, _MOST_THREADS) - 1 if is_shared else 0
    if helpers == 0:
        work_off(waiting.popleft)
    else:
        pool, help_out = _helpers(os.getpid()), failures_are_results(work_off)
        others = [pool.submit(help_out, waiting.pop) for _ in range(helpers)]
        try:
            work_off(waiting.popleft)
        finally:
            waiting.clear()
            started = [other for other in others if not other.cancel()]
            wait(started)
        for other in started:
            other.result()
    return [results[number] for number in range(len(blocks))]


def block_sum(values: FloatArray) -> float:
    """The sum of a block, pairwise in its format; in float64 where that overflows.

    A float64 sum of float32 numbers takes twice as long, and adds no digit that the mean would show.
    """
    total = float(np.add.reduce(values))
    return total if np.isfinite(total) else float(np.add.reduce(values, dtype=np.float64))


def reduced(sums: Sequence[float], count: int, dtype: np.dtype[Any], reduction: Reduction) -> FloatArray:
    """The sum of all blocks' sums, or the mean of so many losses, each operation rounded to the format."""
    total = np.asarray(sum(sums)).astype(dtype)
    return np.asarray(total / dtype.type(count)) if reduction == "mean" else total


def is_plain(*arrays: FloatArray | None) -> bool:
    """Whether all are float32, or all float64: the formats that have operations of their own."""
    formats = {array.dtype for array in arrays if array is not None}
    return len(formats) == 1 and formats <= {FLOAT32.dtype, FLOAT64.dtype}


def is_row_major(*arrays: Any) -> bool:
    """Whether all lie in one piece of memory, the last axis innermost."""
    return all(array.flags.c_contiguous for array in arrays)
