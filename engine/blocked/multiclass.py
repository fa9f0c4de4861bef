"""CrossEntropyLoss and NLLLoss on large float32 and float64 tables (N, C) with class indices, blocked.

Each function does what its readable twin in `engine.losses` or `engine.gradients` does, on exponentials
whose rows are not shifted by their largest logit where that is safe (`engine.blocked.softmax`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.arguments.checks import Reduction
from engine.blocked.array_memory import aligned_empty, aligned_zeros, result_empty
from engine.blocked.blocks import Work, strict_block_sum, sum_of_blocks
from engine.blocked.rows import PAIR, Mask, Picker, Rows, total_weight
from engine.blocked.softmax import UnshiftedSoftmax, any_of, badly_scaled, scale_rows
from engine.blocked.two_classes import TwoClasses
from engine.floats.formats import FloatArray
from engine.floats.rounding import failures_are_results

Kernel = Callable[[slice, Mask | None, FloatArray], None]
"""Computes a block's rows of loss, given which of them count."""


def _cross_entropy_kernel(rows: Rows) -> Kernel:
    softmax = UnshiftedSoftmax(rows)
    scratch = aligned_empty((rows.block, rows.classes), rows.input.dtype)
    pairs = TwoClasses(rows) if rows.classes == PAIR else None

    def kernel(part: slice, counted: Mask | None, out: FloatArray) -> None:
        if pairs is not None and pairs.loss(part, out):
            return
        softmax.compute(part, counted, scratch[: len(out)])
        np.negative(np.log(softmax.p, out=out), out=out)
        doubtful = softmax.doubtful()
        if doubtful is not None:
            out[doubtful] = -softmax.log_p(part, doubtful)[1]

    return kernel


def _nll_kernel(rows: Rows) -> Kernel:
    picker = Picker(rows.target, rows.classes)

    def kernel(part: slice, counted: Mask | None, out: FloatArray) -> None:
        np.negative(picker.pick(rows.input[part], part, counted, out), out=out)

    return kernel


def _loss(rows: Rows, make_kernel: Callable[[Rows], Kernel], reduction: Reduction) -> FloatArray:
    kept = result_empty((len(rows.input) if reduction == "none" else 0,), rows.input.dtype)

    def make_work() -> Work[tuple[float, float]]:
        kernel = make_kernel(rows)
        scratch = aligned_empty((0 if reduction == "none" else rows.block,), rows.input.dtype)

        def work(part: slice) -> tuple[float, float]:
            loss = kept[part] if reduction == "none" else scratch[: part.stop - part.start]
            counted = rows.counted(part)
            kernel(part, counted, loss)
            weights = rows.row_weights(part, counted)
            if weights is not None:
                np.multiply(loss, weights, out=loss)
            if counted is not None:
                np.copyto(loss, 0, where=~counted)
            return (
                (0.0, 0.0) if reduction == "none" else (strict_block_sum(loss), total_weight(weights, part))
            )

        return work

    sums = rows.run(make_work)
    if reduction == "none":
        return kept
    losses, weights = zip(*sums, strict=True)
    total, denominator = sum_of_blocks(list(losses), kept.dtype), np.asarray(sum(weights)).astype(kept.dtype)
    return np.asarray(total / denominator) if reduction == "mean" else total


@failures_are_results
def nll_loss(rows: Rows, reduction: Reduction) -> FloatArray:
    """`engine.losses.nll_loss` on rows that are checked and served.

    Notes
    -----
    A block is added pairwise, and the blocks' sums in float64 (`engine.blocked.blocks.block_sum`). PyTorch's
    cascade carries at every 16th row, but not if that row is ignored: where all of those are, it adds
    one by one, and a float32 sum loses up to 8,000 eps. The sum here keeps its digits, and differs from
    PyTorch's by as much; `engine.pytorch.forward.nll_loss` repeats PyTorch's order to the bit.
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
    grad = aligned_zeros(rows.input.shape, rows.input.dtype)
    upstream = _upstream(rows, reduction)

    def make_work() -> Work[None]:
        picker = Picker(rows.target, rows.classes)

        def work(part: slice) -> None:
            counted = rows.counted(part)
            picker.put(grad[part], part, counted, -upstream(part, counted))

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
    rounded once there (`engine.pytorch.activations.log_softmax_grad`), and so is ``(p - 1) * u``: the
    difference is exact from p = 1/2 on. An infinite u makes it nan, as inf - inf.

    The exponentials are written to the result and scaled there, while they are in the cache.
    """
    grad = result_empty(rows.input.shape, rows.input.dtype)
    upstream = _upstream(rows, reduction)

    def make_work() -> Work[None]:
        softmax, one = UnshiftedSoftmax(rows), grad.dtype.type(1)
        of_rows = aligned_empty((rows.block,), grad.dtype)
        pairs = TwoClasses(rows) if rows.classes == PAIR else None

        def work(part: slice) -> None:
            block, counted = grad[part], rows.counted(part)
            factor = upstream(part, counted)
            if pairs is not None and pairs.gradient(part, factor, block):
                return
            softmax.compute(part, counted, block)
            scale = np.divide(factor, softmax.total, out=of_rows[: len(block)])
            doubtful = any_of(softmax.doubtful(), softmax.underflowed(block), badly_scaled(scale, factor))
            scale_rows(block, scale)
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
