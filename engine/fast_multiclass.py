"""CrossEntropyLoss and NLLLoss on large float32 and float64 tables (N, C) with class indices, blocked.

The readable forms subtract each row's largest logit first. Here ``p = exp(z_y) / sum(exp(z))`` is taken
without it: two of four passes over the table less, and within PYTORCH.md's tolerance wherever neither
side leaves the middle of the format's range, which logits up to 43 (float64: 354) never do. The rows where
that fails, few as a rule, are found by a look at each row's two numbers and computed again in the order of
`engine.activations.log_softmax`: so are all rows with a nan, an infinite or an underflowed term, and those
whose p lies next to 1, where PyTorch's ``1 + exp(-gap)`` decides whether the loss is 0 and the gradient
dead. Failures therefore fall on the same floats.

Rows stay as they lie in memory. Along a short last axis a sum costs NumPy 15 to 20 ns a row, and a product
with a vector of ones (BLAS, one thread) 0.3 to 2.5.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.blocks import Work, block_sum
from engine.checks import Reduction
from engine.elementary import failures_are_results
from engine.fast_rows import Indices, Mask, Picker, Rows, total_weight
from engine.formats import FloatArray

_REPEATED_UP_TO = 64
"""Classes up to which a number a row is repeated along it before it is multiplied with: at 10 classes that
takes 3.3 ns a row, broadcasting 4.6; from 64 on the latter needs one pass less."""

Kernel = Callable[[slice, Mask | None, FloatArray], None]
"""Computes a block's rows of loss, given which of them count."""


class _Softmax:
    """One thread's exponentials of a block, not shifted, and what a row needs of them.

    Attributes
    ----------
    total, p : arrays
        Each row's sum of exponentials, and the share of its target's; of the last block computed.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._picker = Picker(rows)
        self._ones = np.ones(rows.classes, dtype=rows.input.dtype)
        self._of_rows = np.empty((3, rows.block), dtype=rows.input.dtype)
        self.total, self.p, self._at_target = self._of_rows
        half_way = np.finfo(rows.input.dtype).maxexp // 2 - 1
        self._least, self._most = np.ldexp(rows.input.dtype.type(1), (-half_way, half_way))
        self._below_one = rows.input.dtype.type(1 - np.finfo(rows.input.dtype).eps)

    def compute(self, part: slice, counted: Mask | None, exponentials: FloatArray) -> None:
        """Fill the block with exp(z), and the rows' numbers."""
        self.total, self.p, self._at_target = self._of_rows[:, : part.stop - part.start]
        np.exp(self._rows.input[part], out=exponentials)
        np.dot(exponentials, self._ones, out=self.total)
        self._picker.pick(exponentials, part, counted, self._at_target)
        np.divide(self._at_target, self.total, out=self.p)

    def doubtful(self) -> Indices | None:
        """The rows that need the largest logit subtracted; None if one look says that there are none.

        Notes
        -----
        Between the square roots of the format's ends neither quotient nor a term that underflowed
        matters. Comparisons are put so that nan is doubtful. PyTorch's loss is 0 where the other terms
        come to half an eps of the target's, at most. A sum rounds them away there for certain if p is 1,
        and keeps some where PyTorch loses them if p is one or two floats below.
        """
        usual = np.minimum.reduce(self._at_target) >= self._least
        usual = usual and np.maximum.reduce(self.total) <= self._most
        if usual and np.maximum.reduce(self.p) < self._below_one:
            return None
        next_to_one = (self.p >= self._below_one) & (self.p < 1)
        if usual:
            return np.flatnonzero(next_to_one)
        in_range = (self._at_target >= self._least) & (self.total <= self._most)
        return np.flatnonzero(next_to_one | ~in_range)

    def log_p(self, part: slice, chosen: Indices) -> tuple[FloatArray, FloatArray]:
        """log_softmax of some of a block's rows in PyTorch's order, and its entries at the targets.

        An ignored row's entry is some other one of the row.
        """
        z = self._rows.input[part][chosen]
        np.subtract(z, np.maximum.reduce(z, axis=1, keepdims=True), out=z)
        np.subtract(z, np.log(np.add.reduce(np.exp(z), axis=1, keepdims=True)), out=z)
        target = np.clip(self._rows.target[part][chosen], 0, self._rows.classes - 1)
        return z, z[np.arange(len(z)), target]

    def put(self, block: FloatArray, part: slice, counted: Mask | None, values: FloatArray) -> None:
        """Write each counted row's entry at its target."""
        self._picker.put(block, part, counted, values)


def _cross_entropy_kernel(rows: Rows) -> Kernel:
    softmax = _Softmax(rows)
    scratch = np.empty((rows.block, rows.classes), dtype=rows.input.dtype)

    def kernel(part: slice, counted: Mask | None, out: FloatArray) -> None:
        softmax.compute(part, counted, scratch[: len(out)])
        np.negative(np.log(softmax.p, out=out), out=out)
        doubtful = softmax.doubtful()
        if doubtful is not None:
            out[doubtful] = -softmax.log_p(part, doubtful)[1]

    return kernel


def _nll_kernel(rows: Rows) -> Kernel:
    picker = Picker(rows)

    def kernel(part: slice, counted: Mask | None, out: FloatArray) -> None:
        np.negative(picker.pick(rows.input[part], part, counted, out), out=out)

    return kernel


def _loss(rows: Rows, make_kernel: Callable[[Rows], Kernel], reduction: Reduction) -> FloatArray:
    kept = np.empty(len(rows.input) if reduction == "none" else 0, dtype=rows.input.dtype)

    def make_work() -> Work[tuple[float, float]]:
        kernel = make_kernel(rows)
        scratch = np.empty(0 if reduction == "none" else rows.block, dtype=rows.input.dtype)

        def work(part: slice) -> tuple[float, float]:
            loss = kept[part] if reduction == "none" else scratch[: part.stop - part.start]
            counted = rows.counted(part)
            kernel(part, counted, loss)
            weights = rows.row_weights(part, counted)
            if weights is not None:
                np.multiply(loss, weights, out=loss)
            if counted is not None:
                np.copyto(loss, 0, where=~counted)
            return (0.0, 0.0) if reduction == "none" else (block_sum(loss), total_weight(weights, part))

        return work

    sums = rows.run(make_work)
    if reduction == "none":
        return kept
    total, denominator = (np.asarray(sum(each)).astype(kept.dtype) for each in zip(*sums, strict=True))
    return np.asarray(total / denominator) if reduction == "mean" else total


@failures_are_results
def nll_loss(rows: Rows, reduction: Reduction) -> FloatArray:
    """`engine.losses.nll_loss` on rows that are checked and served.

    Notes
    -----
    A block is added pairwise, and the blocks' sums in float64 (`engine.blocks.block_sum`). PyTorch's
    cascade skips its carries at ignored rows: where every 16th row and its neighbours are ignored, it
    adds up to thousands of terms one by one and loses up to 8,000 eps in float32. The sum here keeps its
    digits, and differs from PyTorch's by as much; small problems go through `engine.cascade`, which
    repeats PyTorch's order to the bit.
    """
    return _loss(rows, _nll_kernel, reduction)


@failures_are_results
def cross_entropy(rows: Rows, reduction: Reduction) -> FloatArray:
    """`engine.losses.cross_entropy` on rows that are checked and served; sums as in `nll_loss`."""
    return _loss(rows, _cross_entropy_kernel, reduction)


def _upstream(rows: Rows, reduction: Reduction) -> Callable[[slice, Mask | None], Any]:
    """The negated gradient of the reduced loss to each row's log-probability of its target."""
    one = rows.input.dtype.type(1)
    of_one_row = one / rows.denominator() if reduction == "mean" else one

    def upstream(part: slice, counted: Mask | None) -> Any:
        weights = rows.row_weights(part, counted)
        if weights is None:
            return of_one_row
        np.multiply(weights, of_one_row, out=weights)
        if counted is not None:
            np.copyto(weights, 0, where=~counted)  # with no row counted `of_one_row` is infinite
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
        picker = Picker(rows)

        def work(part: slice) -> None:
            counted = rows.counted(part)
            picker.put(grad[part], part, counted, -upstream(part, counted))

        return work

    rows.run(make_work)
    return grad


def _badly_scaled(scale: FloatArray, factor: Any) -> Indices | None:
    """The rows whose factor over the sum of exponentials is not finite, or underflowed to fewer digits."""
    limits = np.finfo(scale.dtype)
    size = np.abs(scale)
    if np.minimum.reduce(size) >= limits.tiny and np.maximum.reduce(size) <= limits.max:
        return None
    return np.flatnonzero(~(size <= limits.max) | ((size < limits.tiny) & np.not_equal(factor, 0)))


def _either(one: Indices | None, other: Indices | None) -> Indices | None:
    return other if one is None else one if other is None else np.union1d(one, other)


@failures_are_results
def cross_entropy_grad(rows: Rows, reduction: Reduction) -> FloatArray:
    """`engine.gradients.cross_entropy_grad` on rows that are checked and served.

    Notes
    -----
    The gradient to log_softmax is -u at the target and 0 elsewhere, so its sum is -u exactly, and
    ``g - exp(log_p) * sum(g)`` is ``p * u`` elsewhere and ``p * u - u`` at the target. That is
    rounded once there (`engine.activations.log_softmax_grad`), and so is ``(p - 1) * u``: the
    difference is exact from p = 1/2 on. An infinite u makes it nan, as inf - inf.

    The exponentials are written to the result and scaled there, while they are in the cache.
    """
    grad: FloatArray = np.empty(rows.input.shape, dtype=rows.input.dtype)
    upstream = _upstream(rows, reduction)

    def make_work() -> Work[None]:
        softmax, one = _Softmax(rows), grad.dtype.type(1)
        of_rows = np.empty(rows.block, dtype=grad.dtype)

        def work(part: slice) -> None:
            block, counted = grad[part], rows.counted(part)
            factor = upstream(part, counted)
            softmax.compute(part, counted, block)
            scale = np.divide(factor, softmax.total, out=of_rows[: len(block)])
            doubtful = _either(softmax.doubtful(), _badly_scaled(scale, factor))
            _scale_rows(block, scale)
            if doubtful is not None:
                log_p, at_target = softmax.log_p(part, doubtful)
                of_those = factor[doubtful][:, None] if np.ndim(factor) else factor
                block[doubtful] = np.multiply(np.exp(log_p, out=log_p), of_those, out=log_p)
                softmax.p[doubtful] = np.exp(at_target)
            values = np.multiply(np.subtract(softmax.p, one, out=softmax.p), factor, out=softmax.p)
            softmax.put(block, part, counted, np.add(values, factor - factor, out=values))

        return work

    rows.run(make_work)
    return grad


def _scale_rows(block: FloatArray, scale: FloatArray) -> None:
    if block.shape[1] <= _REPEATED_UP_TO:
        np.multiply(block.reshape(-1), np.repeat(scale, block.shape[1]), out=block.reshape(-1))
    else:
        np.multiply(block, scale[:, None], out=block)
