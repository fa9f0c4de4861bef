"""Work on large arrays: one cache-sized block at a time, on more than one core.

A ufunc on 1e7 elements streams each of its temporaries through main memory and asks the system for fresh
pages; on a block that fits the second-level cache the same operations are two to five times faster and
need no memory to speak of.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any, TypeVar

import numpy as np

from engine.floats.formats import FLOAT32, FLOAT64, FloatArray
from engine.floats.rounding import failures_are_results

Block = TypeVar("Block")
Result = TypeVar("Result")

SERVED_FROM = 1 << 12
"""Elements from which blocks serve; below, a call's overhead outweighs what they gain."""
BLOCK = 1 << 16
"""Elements of a block. A loss needs three or four arrays of that size: with 32 to 128 Ki they take the same
time, within a tenth, on one thread; with fewer, two threads wait for the interpreter's lock."""
_THREADED_FROM = 8
"""Blocks, 0.5 Mi elements, from which a second thread gains more than its start costs (0.1 ms)."""
_MOST_THREADS = 3
"""Further ones find memory's bandwidth taken."""
_LINE = 64
"""Bytes of a cache line, and of the widest vector register."""


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
    no more than its share. NumPy releases the interpreter's lock within its loops. The helpers live for one
    call: nothing is lost in a fork or waits at the end of the process.
    """
    results: dict[int, Result] = {}
    numbers = count()

    def work_off() -> None:
        work = prepare()
        while (number := next(numbers)) < len(blocks):
            results[number] = work(blocks[number])

    is_shared = threads and len(blocks) >= _THREADED_FROM
    helpers = min(os.cpu_count() or 1, _MOST_THREADS) - 1 if is_shared else 0
    if helpers == 0:
        work_off()
    else:
        with ThreadPoolExecutor(helpers) as pool:
            others = [pool.submit(failures_are_results(work_off)) for _ in range(helpers)]
            work_off()
            for other in others:
                other.result()
    return [results[number] for number in range(len(blocks))]


def is_plain(*arrays: FloatArray | None) -> bool:
    """Whether all are float32, or all float64: the formats that have operations of their own."""
    formats = {array.dtype for array in arrays if array is not None}
    return len(formats) == 1 and formats <= {FLOAT32.dtype, FLOAT64.dtype}


def is_row_major(*arrays: Any) -> bool:
    """Whether all lie in one piece of memory, the last axis innermost."""
    return all(array.flags.c_contiguous for array in arrays)
