"""The binary losses and gradients on large float32 and float64 arrays: the same operations, blocked.

Each function here does what its readable twin in `engine.losses` or `engine.gradients` does, operation
by operation and in the same order, so that every clamp, nan, infinity and lost digit falls on the same
float; float64 results are equal to the bit. Three things differ:

- float32 exponentials and logarithms are NumPy's own, not float64's rounded. They stay within 4 ULP of
  them, and give 0, 1, inf and subnormals at the same arguments (tests/engine/test_fast_paths.py holds
  both together there); they are four times as fast;
- a scalar operand of minimum and maximum is an array: NumPy's loops for a scalar there take 0.5 ns
  an element, those for two arrays 0.17;
- float32 losses are added pairwise in float32 within a block, in float64 from block to block.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.blocks import FAST_FROM, Work, block_length, block_sum, run_blocks
from engine.checks import Reduction
from engine.clamps import EPSILON, LOG_CLAMP
from engine.elementary import failures_are_results
from engine.formats import FLOAT32, FLOAT64, FloatArray

Operand = Callable[[slice], Any]
"""A factor for the elements of a block: a scalar, or an array of the block's length."""
Kernel = Callable[[slice, FloatArray], None]
"""Computes one block into the array."""


def serves(input: FloatArray, target: FloatArray, *factors: FloatArray | None) -> bool:
    """Whether the blocked forms take these (checked) arrays.

    They have to be large, of one format, float32 or float64, and lie row-major; a weight is one
    number, one for each element, or one for each place of the last axis.
    """
    return (
        input.size >= FAST_FROM
        and input.dtype in {FLOAT32.dtype, FLOAT64.dtype}
        and target.dtype == input.dtype
        and input.flags.c_contiguous
        and target.flags.c_contiguous
        and all(_factor_serves(factor, input) for factor in factors)
    )


def _unstretched(factor: FloatArray) -> FloatArray:
    """A weight as it was before `numpy.broadcast_to` stretched it."""
    stretched = (step == 0 for step in factor.strides)
    return factor[tuple(slice(1) if each else slice(None) for each in stretched)]


def _factor_serves(factor: FloatArray | None, like: FloatArray) -> bool:
    if factor is None:
        return True
    factor = _unstretched(factor)
    along_last = factor.ndim > 0 and factor.size == factor.shape[-1] == like.shape[-1]
    whole = factor.shape == like.shape and factor.flags.c_contiguous
    return factor.dtype == like.dtype and (factor.size == 1 or along_last or whole)


def _block(*factors: FloatArray | None, like: FloatArray) -> int:
    """A block's length: a multiple of the last axis where a factor repeats along it."""
    length = block_length(like.dtype.itemsize)
    repeated = any(f is not None and 1 < _unstretched(f).size < like.size for f in factors)
    return max(length // like.shape[-1], 1) * like.shape[-1] if repeated else length


def _operand(factor: FloatArray | None, like: FloatArray, block: int) -> Operand | None:
    if factor is None:
        return None
    factor = _unstretched(factor)
    if factor.size == 1:
        scalar = factor.reshape(())[()]
        return lambda _: scalar
    flat = factor.ravel()
    if flat.size == like.size:
        return lambda part: flat[part]
    tiled = np.tile(flat, block // flat.size)
    return lambda part: tiled[: part.stop - part.start]


def _loss(
    like: FloatArray, block: int, make_kernel: Callable[[], Kernel], reduction: Reduction
) -> FloatArray:
    """Run a kernel over all blocks, and reduce as `engine.reduction.reduce_elements` does."""
    if reduction == "none":
        return _elementwise(like, block, make_kernel)

    def make_work() -> Work[float]:
        kernel, loss = make_kernel(), np.empty(block, dtype=like.dtype)

        def work(part: slice) -> float:
            values = loss[: part.stop - part.start]
            kernel(part, values)
            return block_sum(values)

        return work

    total = np.asarray(sum(run_blocks(like.size, block, make_work))).astype(like.dtype)
    return np.asarray(total / like.dtype.type(like.size)) if reduction == "mean" else total


def _elementwise(like: FloatArray, block: int, make_kernel: Callable[[], Kernel]) -> FloatArray:
    result: FloatArray = np.empty(like.shape, dtype=like.dtype)
    flat = result.reshape(-1)

    def make_work() -> Work[None]:
        kernel = make_kernel()
        return lambda part: kernel(part, flat[part])

    run_blocks(like.size, block, make_work)
    return result


@failures_are_results
def with_logits(
    z: FloatArray,
    y: FloatArray,
    weight: FloatArray | None,
    pos_weight: FloatArray | None,
    reduction: Reduction,
) -> FloatArray:
    """`engine.losses.binary_cross_entropy_with_logits` on arrays that are checked and served.

    Notes
    -----
    ``-|z|`` is one OR with the sign bit. The halving and doubling of log1p's result (see
    `engine.activations.log_sigmoid`) changes subnormal results alone, which need a logit beyond
    -87: a block without one skips it, and one look at its smallest ``-|z|`` costs less.
    """
    logits, target = z.reshape(-1), y.reshape(-1)
    block = _block(weight, pos_weight, like=z)
    weights, positive = _operand(weight, z, block), _operand(pos_weight, z, block)
    sign_bit = np.array(-0.0, dtype=z.dtype).view(_bits(z.dtype))[()]
    one, half, two = z.dtype.type(1), z.dtype.type(0.5), z.dtype.type(2)
    normal_log = z.dtype.type(np.log(np.finfo(z.dtype).tiny) + 1)

    def make_kernel() -> Kernel:
        zeros = np.zeros(block, dtype=z.dtype)
        scratch = np.empty((2, block), dtype=z.dtype)

        def kernel(part: slice, out: FloatArray) -> None:
            count = part.stop - part.start
            x, t = logits[part], target[part]
            log_p, spare = scratch[:, :count]
            np.bitwise_or(x.view(sign_bit.dtype), sign_bit, out=out.view(sign_bit.dtype))
            has_tail = not np.minimum.reduce(out) > normal_log
            np.log1p(np.exp(out, out=out), out=out)
            if has_tail:
                np.multiply(np.multiply(out, half, out=out), two, out=out)
            np.minimum(x, zeros[:count], out=log_p)
            np.subtract(log_p, out, out=log_p)
            if positive is not None:
                np.multiply(positive(part) - one, t, out=spare)
                np.multiply(log_p, np.add(spare, one, out=spare), out=log_p)
            np.multiply(np.subtract(one, t, out=spare), x, out=spare)
            np.subtract(spare, log_p, out=out)
            if weights is not None:
                np.multiply(out, weights(part), out=out)

        return kernel

    return _loss(z, block, make_kernel, reduction)


def _bits(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(f"i{dtype.itemsize}")


def _clamp(logarithms: FloatArray, lowest: FloatArray) -> None:
    """BCELoss's clamp, for the blocks that need it: to find the smallest takes a third of the time."""
    if not np.minimum.reduce(logarithms) >= LOG_CLAMP:
        np.maximum(logarithms, lowest[: len(logarithms)], out=logarithms)


@failures_are_results
def on_probabilities(
    p: FloatArray, y: FloatArray, weight: FloatArray | None, reduction: Reduction
) -> FloatArray:
    """`engine.losses.binary_cross_entropy` on arrays that are checked and served."""
    probabilities, target = p.reshape(-1), y.reshape(-1)
    block = _block(weight, like=p)
    weights = _operand(weight, p, block)
    one = p.dtype.type(1)

    def make_kernel() -> Kernel:
        lowest = np.full(block, LOG_CLAMP, dtype=p.dtype)
        scratch = np.empty((2, block), dtype=p.dtype)

        def kernel(part: slice, out: FloatArray) -> None:
            count = part.stop - part.start
            x, t = probabilities[part], target[part]
            log_term, lowered = scratch[:, :count]
            np.log1p(np.negative(x, out=out), out=out)
            _clamp(out, lowest)
            np.multiply(np.subtract(t, one, out=lowered), out, out=out)
            _clamp(np.log(x, out=log_term), lowest)
            np.subtract(out, np.multiply(t, log_term, out=log_term), out=out)
            if weights is not None:
                np.multiply(out, weights(part), out=out)

        return kernel

    return _loss(p, block, make_kernel, reduction)


def _finish(weights: Operand | None, count: Any) -> Kernel:
    """The last operations of a gradient: times the weight, over the number of elements for the mean."""

    def finish(part: slice, out: FloatArray) -> None:
        if weights is not None:
            np.multiply(out, weights(part), out=out)
        if count is not None:
            np.divide(out, count, out=out)

    return finish


@failures_are_results
def with_logits_grad(
    z: FloatArray,
    y: FloatArray,
    weight: FloatArray | None,
    pos_weight: FloatArray | None,
    reduction: Reduction,
) -> FloatArray:
    """`engine.gradients.binary_cross_entropy_with_logits_grad` on arrays that are checked and served."""
    logits, target = z.reshape(-1), y.reshape(-1)
    block = _block(weight, pos_weight, like=z)
    positive = _operand(pos_weight, z, block)
    finish = _finish(_operand(weight, z, block), z.dtype.type(z.size) if reduction == "mean" else None)
    one = z.dtype.type(1)

    def make_kernel() -> Kernel:
        scratch = np.empty((2, block), dtype=z.dtype)

        def kernel(part: slice, out: FloatArray) -> None:
            t = target[part]
            np.exp(np.negative(logits[part], out=out), out=out)
            np.divide(one, np.add(out, one, out=out), out=out)
            if positive is None:
                np.subtract(out, t, out=out)
            else:
                lifted, slope = scratch[:, : part.stop - part.start]
                np.multiply(positive(part), t, out=lifted)
                np.subtract(np.add(lifted, one, out=slope), t, out=slope)
                np.subtract(np.multiply(slope, out, out=out), lifted, out=out)
            finish(part, out)

        return kernel

    return _elementwise(z, block, make_kernel)


@failures_are_results
def on_probabilities_grad(
    p: FloatArray, y: FloatArray, weight: FloatArray | None, reduction: Reduction
) -> FloatArray:
    """`engine.gradients.binary_cross_entropy_grad` on arrays that are checked and served."""
    probabilities, target = p.reshape(-1), y.reshape(-1)
    block = _block(weight, like=p)
    finish = _finish(_operand(weight, p, block), p.dtype.type(p.size) if reduction == "mean" else None)
    one = p.dtype.type(1)

    def make_kernel() -> Kernel:
        floor = np.full(block, EPSILON, dtype=p.dtype)
        spread = np.empty(block, dtype=p.dtype)

        def kernel(part: slice, out: FloatArray) -> None:
            x, below = probabilities[part], spread[: part.stop - part.start]
            np.multiply(np.subtract(one, x, out=below), x, out=below)
            np.maximum(below, floor[: len(below)], out=below)
            np.divide(np.subtract(x, target[part], out=out), below, out=out)
            finish(part, out)

        return kernel

    return _elementwise(p, block, make_kernel)
