"""CrossEntropyLoss and NLLLoss on large float32 and float64 tables (N, C) with class indices, blocked.

As in `engine.fast_binary`, each function repeats the operations of its readable twin in the same
order, so that a row turns 0, inf or nan at the same float. In float32 the exponentials and logarithms
are NumPy's own, and sums over rows run in float64.

A reduction along a short last axis costs NumPy 5 to 20 ns an element. Up to 64 classes a block is
therefore copied class by class (0.4 to 0.7 ns an element), and every operation runs along rows; from
there on its rows are long enough to be worked on as they lie.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.blocks import FAST_FROM, Work, block_length, block_sum, run_blocks
from engine.checks import Reduction
from engine.class_checks import all_classes, check_index_range
from engine.elementary import failures_are_results
from engine.formats import FLOAT32, FLOAT64, FloatArray

CLASS_MAJOR_UP_TO = 64
"""Classes; at 64 both ways take the same time, and a sum of more terms one by one loses accuracy."""
_MOST_CLASSES = 1 << 17
"""A row has to fit into a block of a few buffers."""

_ENTRIES = 1 << 16
"""Rows a block where one entry of each is read or written. With fewer the calls of a block take longer
than its rows, with more the index arrays leave the cache."""

Indices = NDArray[Any]


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

    def counted(self, part: slice) -> NDArray[np.bool_] | None:
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
        counted: NDArray[np.bool_] = target != self.ignore_index
        return None if counted.all() else counted

    def row_weights(self, part: slice, counted: NDArray[np.bool_] | None) -> FloatArray | None:
        """``weight[y]`` of a block's rows, 0 where the target is ignored; None if all are 1."""
        if self.weight is None:
            return None if counted is None else counted.astype(self.input.dtype)
        if counted is None:
            return self.weight.take(self.target[part], mode="clip")
        weights = self.weight.take(np.where(counted, self.target[part], 0), mode="clip")
        weights[~counted] = 0
        return weights

    def denominator(self) -> Any:
        """The sum of ``weight[y]``, or the number, of the rows that count."""

        def total(part: slice) -> float:
            return total_weight(self.row_weights(part, self.counted(part)), part)

        return self.input.dtype.type(sum(self.run(lambda: total)))


def total_weight(weights: FloatArray | None, part: slice) -> float:
    """The sum of a block's `Rows.row_weights`."""
    return float(part.stop - part.start) if weights is None else block_sum(weights)


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
    if whole_rows:
        block = max(block_length(input.dtype.itemsize) // classes, 1)
        return Rows(input, target, weight, ignore_index, block, work=input.size)
    return Rows(input, target, weight, ignore_index, _ENTRIES, work=count)


class _Picker:
    """Each row's entry at its target's class, from blocks of rows as they lie in memory."""

    def __init__(self, rows: Rows) -> None:
        self._target = rows.target
        self._first = np.arange(rows.block) * rows.classes
        self._index = np.empty(rows.block, dtype=np.int64)

    def places(self, part: slice) -> Indices:
        """Where in the block's flat array each row's entry lies."""
        count = part.stop - part.start
        return np.add(self._first[:count], self._target[part], out=self._index[:count])

    def pick(self, block: FloatArray, part: slice, out: FloatArray) -> FloatArray:
        """The entries; an ignored row's is some other entry of the block.

        `take` reads past no end with mode 'clip', and needs no copy of its result as with 'raise'.
        """
        return block.reshape(-1).take(self.places(part), mode="clip", out=out)


class _LogSoftmax:
    """``(z - max z) - log(sum(exp(z - max z)))`` of a block, in `engine.activations`' order."""

    def __init__(self, rows: Rows) -> None:
        self._input = rows.input
        self._by_class = rows.classes <= CLASS_MAJOR_UP_TO
        shape = (rows.classes, rows.block) if self._by_class else (rows.block, rows.classes)
        self._shifted = np.empty(shape, dtype=rows.input.dtype)
        self._of_rows = np.empty((2, rows.block), dtype=rows.input.dtype)

    def _views(self, part: slice) -> tuple[FloatArray, FloatArray, FloatArray]:
        count = part.stop - part.start
        largest, log_total = self._of_rows[:, :count]
        if self._by_class:
            # A contiguous view of the scratch array's beginning, also for the last, shorter block.
            flat = self._shifted.reshape(-1)[: len(self._shifted) * count]
            return flat.reshape(len(self._shifted), count), largest, log_total
        return self._shifted[:count], largest, log_total

    def shift(self, part: slice) -> tuple[FloatArray, FloatArray]:
        """The block minus each row's largest logit, and those logits."""
        shifted, largest, _ = self._views(part)
        block = self._input[part]
        if self._by_class:
            np.copyto(shifted, block.T)
            np.maximum.reduce(shifted, axis=0, out=largest)
            np.subtract(shifted, largest, out=shifted)
        else:
            np.maximum.reduce(block, axis=1, out=largest)
            np.subtract(block, largest[:, None], out=shifted)
        return shifted, largest

    def log_total(self, exponentials: FloatArray, part: slice) -> FloatArray:
        """The logarithm of each row's sum."""
        total = self._views(part)[2]
        if self._by_class:
            np.add.reduce(exponentials, axis=0, out=total)
        else:
            # Four registers of partial sums: three times as fast as add.reduce along a row.
            np.einsum("ij->i", exponentials, out=total)
        return np.log(total, out=total)

    def per_row(self, rows: FloatArray) -> FloatArray:
        """A number for each row, shaped to meet `shift`'s result."""
        return rows if self._by_class else rows[:, None]

    def as_shifted(self, block: FloatArray) -> FloatArray:
        """A block of rows in `shift`'s shape."""
        return block.T if self._by_class else block


Kernel = Callable[[slice, FloatArray], None]
"""Computes each row's negated log-probability of its target into the array."""


def _log_p_of_target(
    rows: Rows, picker: _Picker, part: slice, largest: FloatArray, log_total: FloatArray, out: FloatArray
) -> FloatArray:
    picker.pick(rows.input[part], part, out)
    return np.subtract(np.subtract(out, largest, out=out), log_total, out=out)


def _cross_entropy_kernel(rows: Rows) -> Kernel:
    softmax, picker = _LogSoftmax(rows), _Picker(rows)

    def kernel(part: slice, out: FloatArray) -> None:
        shifted, largest = softmax.shift(part)
        log_total = softmax.log_total(np.exp(shifted, out=shifted), part)
        _log_p_of_target(rows, picker, part, largest, log_total, out)
        np.negative(out, out=out)

    return kernel


def _nll_kernel(rows: Rows) -> Kernel:
    picker = _Picker(rows)

    def kernel(part: slice, out: FloatArray) -> None:
        np.negative(picker.pick(rows.input[part], part, out), out=out)

    return kernel


def _loss(rows: Rows, make_kernel: Callable[[Rows], Kernel], reduction: Reduction) -> FloatArray:
    kept = np.empty(len(rows.input) if reduction == "none" else 0, dtype=rows.input.dtype)

    def make_work() -> Work[tuple[float, float]]:
        kernel = make_kernel(rows)
        scratch = np.empty(0 if reduction == "none" else rows.block, dtype=rows.input.dtype)

        def work(part: slice) -> tuple[float, float]:
            loss = kept[part] if reduction == "none" else scratch[: part.stop - part.start]
            kernel(part, loss)
            counted = rows.counted(part)
            weights = rows.row_weights(part, counted)
            if weights is not None:
                np.multiply(loss, weights, out=loss)
            if counted is not None:
                loss[~counted] = 0
            return (0.0, 0.0) if reduction == "none" else (block_sum(loss), total_weight(weights, part))

        return work

    sums = rows.run(make_work)
    if reduction == "none":
        return kept
    total, denominator = (np.asarray(sum(each)).astype(kept.dtype) for each in zip(*sums, strict=True))
    return np.asarray(total / denominator) if reduction == "mean" else total


@failures_are_results
def nll_loss(rows: Rows, reduction: Reduction) -> FloatArray:
    """`engine.losses.nll_loss` on rows that are checked and served."""
    return _loss(rows, _nll_kernel, reduction)


@failures_are_results
def cross_entropy(rows: Rows, reduction: Reduction) -> FloatArray:
    """`engine.losses.cross_entropy` on rows that are checked and served."""
    return _loss(rows, _cross_entropy_kernel, reduction)


def _upstream(rows: Rows, reduction: Reduction) -> Callable[[slice], Any]:
    """The negated gradient of the reduced loss to each row's log-probability of its target."""
    one = rows.input.dtype.type(1)
    of_one_row = one / rows.denominator() if reduction == "mean" else one

    def upstream(part: slice) -> Any:
        counted = rows.counted(part)
        weights = rows.row_weights(part, counted)
        if weights is None:
            return of_one_row
        np.multiply(weights, of_one_row, out=weights)
        if counted is not None:
            weights[~counted] = 0  # with no row counted `of_one_row` is infinite
        return weights

    return upstream


@failures_are_results
def nll_loss_grad(rows: Rows, reduction: Reduction) -> FloatArray:
    """`engine.gradients.nll_loss_grad` on rows that are checked and served.

    Notes
    -----
    `zeros` takes its pages from the system as they are: rows are touched where the target lies.
    """
    grad: FloatArray = np.zeros(rows.input.shape, dtype=rows.input.dtype)
    upstream = _upstream(rows, reduction)

    def make_work() -> Work[None]:
        picker = _Picker(rows)

        def work(part: slice) -> None:
            places = picker.places(part)
            values = np.broadcast_to(-upstream(part), places.shape)
            _put(grad[part], places, values, rows.counted(part))

        return work

    rows.run(make_work)
    return grad


@failures_are_results
def cross_entropy_grad(rows: Rows, reduction: Reduction) -> FloatArray:
    """`engine.gradients.cross_entropy_grad` on rows that are checked and served.

    Notes
    -----
    The gradient to log_softmax is -u at the target and 0 elsewhere, so its sum is -u exactly, and
    ``g - exp(log_p) * sum(g)`` is ``p * u`` elsewhere and ``p * u - u`` at the target. That is
    rounded once there (`engine.activations.log_softmax_grad`), and so is ``(p - 1) * u``: the
    difference is exact from p = 1/2 on. An infinite u makes it nan, as inf - inf.
    """
    grad: FloatArray = np.empty(rows.input.shape, dtype=rows.input.dtype)
    upstream = _upstream(rows, reduction)

    def make_work() -> Work[None]:
        softmax, picker = _LogSoftmax(rows), _Picker(rows)
        spare = np.empty(rows.input[: rows.block].size, dtype=grad.dtype)
        of_rows = np.empty(rows.block, dtype=grad.dtype)
        one = grad.dtype.type(1)

        def work(part: slice) -> None:
            factor, at_target = upstream(part), of_rows[: part.stop - part.start]
            shifted, largest = softmax.shift(part)
            exponentials = spare[: shifted.size].reshape(shifted.shape)
            log_total = softmax.log_total(np.exp(shifted, out=exponentials), part)
            _log_p_of_target(rows, picker, part, largest, log_total, at_target)
            np.subtract(np.exp(at_target, out=at_target), one, out=at_target)
            np.multiply(at_target, factor, out=at_target)
            np.add(at_target, factor - factor, out=at_target)
            np.exp(np.subtract(shifted, softmax.per_row(log_total), out=shifted), out=shifted)
            scale, block = softmax.per_row(factor) if np.ndim(factor) else factor, grad[part]
            np.multiply(shifted, scale, out=softmax.as_shifted(block))
            _put(block, picker.places(part), at_target, rows.counted(part))

        return work

    rows.run(make_work)
    return grad


def _put(block: FloatArray, places: Indices, values: FloatArray, counted: NDArray[np.bool_] | None) -> None:
    if counted is not None:
        places, values = places[counted], values[counted]
    block.reshape(-1)[places] = values
