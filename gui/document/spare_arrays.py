"""Memory of large arrays that edits have replaced, for the arrays of the next edits.

An edit makes a new array, for others may still read the one before. At 150 MB most of that is the system's
work, which clears every page of new memory: copying into memory that was in use takes a fifth to a tenth.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

LARGE_BYTES = 16 * 2**20
"""Smaller arrays are made within a few milliseconds."""

MOST = 2
"""Arrays that are kept: one to write into while a worker still reads the other."""


def _references(arrays: list[Array], number: int) -> int:
    return sys.getrefcount(arrays[number])


HELD_HERE_ALONE = _references([np.empty(0)], 0)
"""What Python counts for an array that a list holds and nobody else; versions count differently."""


class SpareArrays:
    """Keeps the newest large arrays that were replaced, and gives those away that nobody holds any more."""

    def __init__(self) -> None:
        self._kept: list[Array] = []

    def keep(self, before: Array, after: Array) -> None:
        """Keep an array whose place another one has taken, if that one's successors may use its memory."""
        if before is after:
            return
        if not _is_alike(before, after.shape, after.dtype):
            self.clear()
        elif is_worth_keeping(before) and before.flags.owndata:
            self._kept = [*(each for each in self._kept if each is not before), before][-MOST:]

    def clear(self) -> None:
        """Keep none: the next arrays are others."""
        self._kept.clear()

    def rest(self) -> None:
        """Keep one alone: no edit is under way, and the next one needs no more."""
        del self._kept[:-1]

    def needs_one_for(self, array: Array) -> bool:
        """Whether a copy of an array would need new memory; one that somebody still holds is let go soon."""
        return is_worth_keeping(array) and not self._kept

    def empty(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """As ``np.empty``, of memory that was in use where there is some."""
        number = self._free(shape, dtype)
        if number is None:
            return np.empty(shape, dtype)
        array = self._kept.pop(number)
        array.setflags(write=True)
        array.resize(shape, refcheck=False)
        return array

    def _free(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> int | None:
        """The number of an array that nobody else holds, of much the same shape."""
        alike = (number for number, kept in enumerate(self._kept) if _is_alike(kept, shape, dtype))
        return next((at for at in list(alike) if _references(self._kept, at) == HELD_HERE_ALONE), None)


def is_worth_keeping(array: Array) -> bool:
    """Whether new memory for an array takes the system long."""
    return array.nbytes >= LARGE_BYTES


def _is_alike(array: Array, shape: tuple[int, ...], dtype: np.dtype[Any]) -> bool:
    """Whether arrays have the same columns and about as many rows."""
    is_same_but_rows = (array.dtype, array.shape[1:]) == (dtype, shape[1:])
    return is_same_but_rows and abs(len(array) - shape[0]) <= len(array) // 8
