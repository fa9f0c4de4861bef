"""The rows of a large table (N, C) with class indices, cut into blocks: weights, ignored rows, targets.

What the blocked NLLLoss and CrossEntropyLoss of `engine.blocked.multiclass` have in common.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.arguments.class_checks import all_classes, check_index_range
from engine.blocked.array_memory import WHOLE_LINES
from engine.blocked.blocks import (
    FAST_FROM,
    Work,
    block_length,
    block_sum,
    longest_block,
    run_blocks,
)
from engine.floats.formats import FLOAT32, FLOAT64, FloatArray

_MOST_CLASSES = 1 << 17
"""A row has to fit into a block of a few buffers."""
_ENTRIES = 100_000
"""Most rows a block where one entry of each is read or written: with more the index arrays leave the cache.
With fewer the two threads, whose calls into NumPy are short here, wait for each other's lock: on (1e6, 2)
blocks of 12,500 rows take twice as long as these."""
PAIR = 2
"""Classes of the tables that are computed column by column (`engine.blocked.two_classes`)."""
_PAIRS = 1 << 16
"""Rows a block of those. On 1e6 float32 rows 16, 32, 64, 128 and 256 Ki took 5.2, 3.4, 2.7, 2.7 and 3.8 ns a
row on two threads, and 4.7, 4.2, 4.3, 4.9 and 5.3 on one; float64 is fastest with 64 Ki, too."""
_ELEMENTS_A_ROW = 8
"""What reading one entry of a row costs, in elements that are computed one beside the other: a cache line
of its own, unless the rows are shorter than that."""

Indices = NDArray[Any]
Mask = NDArray[np.bool_]


def serves(input: FloatArray, target: Indices) -> bool:
    """Whether it is a large row-major table of float32 or float64 with an int64 index for each row."""
    return (
        input.ndim == 2
        and input.size >= FAST_FROM
        and 0 < input.shape[1] <= _MOST_CLASSES
        and input.dtype in {FLOAT32.dtype, FLOAT64.dtype}
        and target.dtype == np.int64
        and target.shape == input.shape[:1]
        and input.flags.c_contiguous
        and target.flags.c_contiguous
    )


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table with class indices.

    Attributes
    ----------
    input : array (N, C)
    target : int64 array (N,)
    weight : array (C,) or None
    ignore_index : int
    block : int
        Rows a block.
    work : int
        What the work on all rows amounts to, in elements.
    """

    input: FloatArray
    target: Indices
    weight: FloatArray | None
    ignore_index: int
    block: int
    work: int

    @property
    def classes(self) -> int:
        """C."""
        return int(self.input.shape[1])

    def run(self, make_work: Callable[[], Work[Any]]) -> list[Any]:
        """Do the work on every block of rows."""
        return run_blocks(len(self.input), self.block, make_work, elements=self.work)

    def counted(self, part: slice) -> Mask | None:
        """Which of a block's rows count; None if all do, as one look at a block in cache mostly tells.

        Raises
        ------
        LossIndexError
            For a class out of bounds anywhere in the block; it names the first of all.
        """
        target = self.target[part]
        if not all_classes(target, self.classes):
            wrong = ((target < 0) | (target >= self.classes)) & (target != self.ignore_index)
            if wrong.any():
                check_index_range(self.target, self.classes, self.ignore_index)
        elif not 0 <= self.ignore_index < self.classes:
            return None
        counted: Mask = target != self.ignore_index
        return None if counted.all() else counted

    def row_weights(self, part: slice, counted: Mask | None) -> FloatArray | None:
        """``weight[y]`` of a block's rows, 0 where the target is ignored; None if all are 1."""
        if self.weight is None:
            return None if counted is None else counted.astype(self.input.dtype)
        weights = self.weight.take(self.target[part], mode="clip")
        if counted is not None:
            np.copyto(weights, 0, where=~counted)
        return weights

    def denominator(self) -> Any:
        """The sum of ``weight[y]``, or the number, of the rows that count."""

        def total(part: slice) -> float:
            return total_weight(self.row_weights(part, self.counted(part)), part)

        def make_work() -> Work[float]:
            return total

        return self.input.dtype.type(sum(self.run(make_work)))


def total_weight(weights: FloatArray | None, part: slice) -> float:
    """The sum of a block's `Rows.row_weights`."""
    return float(part.stop - part.start) if weights is None else block_sum(weights)


def rows_a_block(classes: int, itemsize: int) -> int:
    """How many whole rows make a block, the two indices that go with each included."""
    if classes == PAIR:
        return _PAIRS
    rows = block_length(classes * itemsize + 16)
    return rows - rows % WHOLE_LINES if rows >= WHOLE_LINES else max(rows, 1)


def rows_of(
    input: FloatArray,
    target: Indices,
    weight: FloatArray | None,
    ignore_index: int,
    *,
    whole_rows: bool,
) -> Rows:
    """The rows, cut into blocks; without `whole_rows` a row costs no more than one entry."""
    count, classes = input.shape
    if not whole_rows:
        return Rows(input, target, weight, ignore_index, *entries_a_block(count, classes))
    block = min(rows_a_block(classes, input.dtype.itemsize), longest_block(count, input.size))
    return Rows(input, target, weight, ignore_index, block, input.size)


def entries_a_block(count: int, classes: int) -> tuple[int, int]:
    """Rows a block, and all work in elements, where one entry of each row is read or written."""
    work = count * min(classes, _ELEMENTS_A_ROW)
    return min(_ENTRIES, longest_block(count, work)), work


@lru_cache(maxsize=2)
def _row_starts(classes: int) -> Indices:
    """Where in a block's flat array each row begins, for as many rows as a block may have.

    To count takes longer than to add the targets, and fresh pages for the numbers as long again.
    """
    starts = np.arange(0, _ENTRIES * classes, classes)
    starts.flags.writeable = False
    return starts


class Picker:
    """Each row's entry at its target's class, from blocks of rows as they lie in memory."""

    def __init__(self, target: Indices, classes: int) -> None:
        self._target = target
        self._starts = _row_starts(classes)

    def places(self, part: slice) -> Indices:
        """Where in the block's flat array each row's entry lies."""
        return np.add(self._starts[: part.stop - part.start], self._target[part])

    def pick(
        self, block: FloatArray, part: slice, counted: Mask | None, out: FloatArray | None
    ) -> FloatArray:
        """The entries, in a new array without `out`; an ignored row's is some other entry of the block.

        `take` into an array copies its result with mode 'raise', not with the others. 'wrap' takes
        0.6 ns an entry and 'clip' 0.9, but 'wrap' walks to an index far outside step by step.
        """
        mode: Literal["wrap", "clip"] = "wrap" if counted is None else "clip"
        return block.reshape(-1).take(self.places(part), mode=mode, out=out)

    def put(self, block: FloatArray, part: slice, counted: Mask | None, values: FloatArray) -> None:
        """Write the entries of the rows that count."""
        places = self.places(part)
        if counted is not None:
            places, values = places[counted], np.broadcast_to(values, places.shape)[counted]
        block.reshape(-1)[places] = values
