"""The binary losses and gradients on large float32 and float64 arrays: the same operations, blocked.

Each function here does what its readable twin in `engine.losses` or `engine.gradients` does, operation
by operation and in the same order, so that every clamp, nan, infinity and lost digit falls on the same
float; float64 results are equal to the bit. Three things differ:

- float32 exponentials and logarithms are NumPy's own, not float64's rounded. They stay within 4 ULP of
  them, and give 0, 1, inf and subnormals at the same arguments (test_blocked_forms.py holds both together
  there); they are four times as fast;
- a scalar operand of minimum and maximum is an array, or left for the blocks that need it: NumPy's
  loops for a scalar there take 0.5 ns an element, those for two arrays 0.17;
- float32 losses are added pairwise in float32 within a block, in float64 from block to block.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.arguments.checks import Reduction, check_unit_interval, plainly_within_unit_interval
from engine.blocked.array_memory import aligned_empty, scratch_rows
from engine.blocked.elements import Kernel, Operand, block_for, operand, run_elementwise, run_loss
from engine.floats.formats import FloatArray
from engine.floats.rounding import EPSILON, LOG_CLAMP, failures_are_results


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
    `engine.pytorch.activations.log_sigmoid`) changes subnormal results alone, which need a logit beyond
    -87: a block without one skips it, and one look at its smallest ``-|z|`` costs less.
    """
    logits, target = z.reshape(-1), y.reshape(-1)
    block = block_for(weight, pos_weight, like=z)
    weights, positive = operand(weight, z, block), operand(pos_weight, z, block)
    sign_bit = np.array(-0.0, dtype=z.dtype).view(_bits(z.dtype))[()]
    one, half, two = z.dtype.type(1), z.dtype.type(0.5), z.dtype.type(2)
    normal_log = z.dtype.type(np.log(np.finfo(z.dtype).tiny) + 1)

    def make_kernel() -> Kernel:
        scratch = scratch_rows(2 if positive is None else 3, block, z.dtype)
        zeros = scratch[0]

        def kernel(part: slice, out: FloatArray) -> None:
            count = part.stop - part.start
            x, t = logits[part], target[part]
            log_p = scratch[1, :count]
            np.bitwise_or(x.view(sign_bit.dtype), sign_bit, out=out.view(sign_bit.dtype))
            has_tail = not np.minimum.reduce(out) > normal_log
            np.log1p(np.exp(out, out=out), out=out)
            if has_tail:
                np.multiply(np.multiply(out, half, out=out), two, out=out)
            np.minimum(x, zeros[:count], out=log_p)
            np.subtract(log_p, out, out=log_p)
            if positive is not None:
                log_weight = scratch[2, :count]
                np.multiply(positive(part) - one, t, out=log_weight)
                np.multiply(log_p, np.add(log_weight, one, out=log_weight), out=log_p)
            np.multiply(np.subtract(one, t, out=out), x, out=out)
            np.subtract(out, log_p, out=out)
            if weights is not None:
                np.multiply(out, weights(part), out=out)

        return kernel

    return run_loss(z, block, make_kernel, reduction)


def _bits(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(f"i{dtype.itemsize}")


def _in_range(p: FloatArray, y: FloatArray, part: slice) -> tuple[FloatArray, FloatArray]:
    """A block of probabilities and targets, checked while it is on its way to the cache."""
    x, t = p.reshape(-1)[part], y.reshape(-1)[part]
    if not (plainly_within_unit_interval(x) and plainly_within_unit_interval(t)):
        inside = (x >= 0) & (x <= 1) & (t >= 0) & (t <= 1)
        if not inside.all():
            check_unit_interval(p, y)  # names the first element of all
    return x, t


def _raise_to(lowest: Any, values: FloatArray) -> None:
    """``max(values, lowest)`` where a value needs it: to find the smallest takes a third of the time."""
    if not np.minimum.reduce(values) >= lowest:
        np.maximum(values, lowest, out=values)


@failures_are_results
def on_probabilities(
    p: FloatArray, y: FloatArray, weight: FloatArray | None, reduction: Reduction
) -> FloatArray:
    """`engine.losses.binary_cross_entropy` on arrays that are served, and checked but for their range."""
    block = block_for(weight, like=p)
    weights = operand(weight, p, block)
    one = p.dtype.type(1)

    def make_kernel() -> Kernel:
        lowest, scratch = p.dtype.type(LOG_CLAMP), aligned_empty((block,), p.dtype)

        def kernel(part: slice, out: FloatArray) -> None:
            x, t = _in_range(p, y, part)
            term = scratch[: len(x)]
            np.log1p(np.negative(x, out=out), out=out)
            _raise_to(lowest, out)
            np.multiply(np.subtract(t, one, out=term), out, out=out)
            _raise_to(lowest, np.log(x, out=term))
            np.subtract(out, np.multiply(t, term, out=term), out=out)
            if weights is not None:
                np.multiply(out, weights(part), out=out)

        return kernel

    return run_loss(p, block, make_kernel, reduction)


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
    block = block_for(weight, pos_weight, like=z)
    positive = operand(pos_weight, z, block)
    finish = _finish(operand(weight, z, block), z.dtype.type(z.size) if reduction == "mean" else None)
    one = z.dtype.type(1)

    def make_kernel() -> Kernel:
        scratch = scratch_rows(2, block if positive is not None else 0, z.dtype)

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

    return run_elementwise(z, block, make_kernel)


@failures_are_results
def on_probabilities_grad(
    p: FloatArray, y: FloatArray, weight: FloatArray | None, reduction: Reduction
) -> FloatArray:
    """`engine.gradients.binary_cross_entropy_grad` on arrays that are served, and checked but for range."""
    block = block_for(weight, like=p)
    finish = _finish(operand(weight, p, block), p.dtype.type(p.size) if reduction == "mean" else None)
    one = p.dtype.type(1)

    def make_kernel() -> Kernel:
        floor, spread = p.dtype.type(EPSILON), aligned_empty((block,), p.dtype)

        def kernel(part: slice, out: FloatArray) -> None:
            x, t = _in_range(p, y, part)
            below = spread[: len(x)]
            np.multiply(np.subtract(one, x, out=below), x, out=below)
            _raise_to(floor, below)
            np.divide(np.subtract(x, t, out=out), below, out=out)
            finish(part, out)

        return kernel

    return run_elementwise(p, block, make_kernel)
