"""Work on large arrays: one cache-sized block at a time, on more than one core.

A ufunc on 1e7 elements streams each of its temporaries through main memory and asks the system for fresh
pages; on a block that fits the second-level cache the same operations are two to five times faster and
need no memory to speak of.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from engine.floats.formats import FLOAT32, FLOAT64, FloatArray
from engine.floats.rounding import failures_are_results

Block = TypeVar("Block")
Result = TypeVar("Result")

SERVED_FROM = 1 << 12
"""Elements from which blocks serve; below, a call's overhead outweighs what they gain."""
BLOCK = 1 << 16
"""Elements of a block. A loss needs three or four arrays of that size: with 32 to 128 Ki they take the same
time, within a tenth, on one thread; with fewer, two threads wait for the interpreter's lock."""
_BLOCKS_A_TURN = 8
"""A thread takes so many blocks at once, and makes its scratch arrays once for them: 0.5 Mi elements, below
which a second thread gains less than its start costs (0.1 ms)."""
_MOST_THREADS = 3
"""Further ones find memory's bandwidth taken."""


def slices(size: int, length: int) -> list[slice]:
    """``0 .. size`` in slices of a length, the last of what is left."""
    return [slice(start, min(start + length, size)) for start in range(0, size, length)]


def run(work: Callable[[Sequence[Block]], Result], blocks: Sequence[Block]) -> list[Result]:
    """Do the work on all blocks, some of them at a time.

    Parameters
    ----------
    work : callable
        Takes a few blocks, one after the other.
    blocks : sequence

    Returns
    -------
    list
        What `work` returned, in the order of the blocks. Where they are cut does not depend on the machine.

    Notes
    -----
    NumPy releases the interpreter's lock within its loops. The threads live for one call: there is nothing to
    lose in a fork or to end with the process, and their start costs 3 % of the shortest call that has them.
    """
    turns = [blocks[start : start + _BLOCKS_A_TURN] for start in range(0, len(blocks), _BLOCKS_A_TURN)]
    threads = min(len(turns), os.cpu_count() or 1, _MOST_THREADS)
    if threads <= 1:
        return [work(turn) for turn in turns]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(failures_are_results(work), turns))


def is_plain(*arrays: FloatArray | None) -> bool:
    """Whether all are float32, or all float64: the formats that have operations of their own."""
    formats = {array.dtype for array in arrays if array is not None}
    return len(formats) == 1 and formats <= {FLOAT32.dtype, FLOAT64.dtype}


def is_row_major(*arrays: Any) -> bool:
    """Whether all lie in one piece of memory, the last axis innermost."""
    return all(array.flags.c_contiguous for array in arrays)
