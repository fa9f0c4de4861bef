"""Where the blocked forms' arrays lie: at the beginning of a cache line, and results on pages used before.

The system fills each page that it hands out with zeros. For a result of 40 or 80 MB, which glibc asks the
system for and gives back every time, that is a fifth of a blocked loss. So the pages of a large result stay
with the process once nobody uses the result any more, marked as free: the system takes them as soon as
it runs short of memory, and the next result of that size finds them as they are if it does not.
"""

from __future__ import annotations

import math
import mmap
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from engine.floats.formats import FloatArray

_LINE = 64
"""Bytes of a cache line, and of the widest vector register."""
WHOLE_LINES = 16
"""A block of a multiple of so many elements ends where a cache line does: the smallest have four bytes."""

LENT_FROM = 1 << 25
"""Bytes from which glibc gives freed memory back to the system at once, whatever was asked before."""
LENT_TO = 1 << 27
"""Bytes of the largest result whose pages are kept."""
_HUGE_PAGE = 1 << 21
"""Mappings of whole huge pages begin at one."""
_MARK_FREE: int | None = getattr(mmap, "MADV_FREE", None)
"""None where the system knows no such mark (Windows): nothing is kept there."""


def aligned_empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> FloatArray:
    """`numpy.empty`, its first element at the beginning of a cache line.

    NumPy's own large arrays begin 16 bytes into one, and every store of a vector then touches two: sum and
    product of two arrays take twice as long into such an array.
    """
    return _aligned(np.empty, shape, dtype)


def aligned_zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> FloatArray:
    """`numpy.zeros`, aligned as in `aligned_empty`; untouched pages take no memory here either."""
    return _aligned(np.zeros, shape, dtype)


def _aligned(make: Callable[..., Any], shape: tuple[int, ...], dtype: np.dtype[Any]) -> FloatArray:
    size = math.prod(shape) * dtype.itemsize
    memory = make(size + _LINE, dtype=np.uint8)
    start = -memory.__array_interface__["data"][0] % _LINE
    array: FloatArray = memory[start : start + size].view(dtype).reshape(shape)
    return array


def scratch_rows(count: int, length: int, dtype: np.dtype[Any]) -> FloatArray:
    """Some arrays of one length, each beginning at a cache line, for one thread's work.

    They are one allocation: glibc keeps freed memory up to twice the largest piece, and fresh pages are
    dear.
    """
    return aligned_zeros((count, -(-length // WHOLE_LINES) * WHOLE_LINES), dtype)[:, :length]


_SPARE: deque[mmap.mmap] = deque(maxlen=1)
"""The pages of the last large result that is in use no more. Taking and putting are single steps of C."""


class _Loan:
    """Pages that belong to a result for as long as an array on them lives: it is their arrays' `base`."""

    def __init__(self, pages: mmap.mmap, mark_free: int) -> None:
        self._pages, self._mark_free = pages, mark_free
        self._keep = _SPARE.append  # globals may be gone when the interpreter ends
        self.__array_interface__ = np.frombuffer(pages, dtype=np.uint8).__array_interface__

    def __del__(self) -> None:
        try:
            self._pages.madvise(self._mark_free)
        except OSError:  # a system older than the mark
            return
        self._keep(self._pages)


def _pages_for(size: int) -> mmap.mmap:
    length = -(-size // _HUGE_PAGE) * _HUGE_PAGE
    try:
        spare = _SPARE.pop()
    except IndexError:
        spare = None
    if spare is not None and len(spare) == length:
        return spare
    del spare  # before others are asked for: the two together would be more than a result takes
    pages = mmap.mmap(-1, length, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(OSError, AttributeError):  # a system without huge pages
        pages.madvise(mmap.MADV_HUGEPAGE)
    return pages


def result_empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> FloatArray:
    """`aligned_empty` for an array that the caller of a loss is given."""
    size = math.prod(shape) * dtype.itemsize
    if _MARK_FREE is None or not LENT_FROM <= size <= LENT_TO:
        return aligned_empty(shape, dtype)
    loan = _Loan(_pages_for(size), _MARK_FREE)
    array: FloatArray = np.asarray(loan)[:size].view(dtype).reshape(shape)
    return array
