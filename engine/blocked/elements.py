"""Large arrays element by element: which ones the blocked forms take, their weights, their reduction."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from engine.arguments.checks import Reduction
from engine.blocked.array_memory import aligned_empty, result_empty
from engine.blocked.blocks import FAST_FROM, Work, block_length, block_sum, run_blocks
from engine.floats.formats import FLOAT32, FLOAT64, FloatArray

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


def block_for(*factors: FloatArray | None, like: FloatArray) -> int:
    """A block's length: a multiple of the last axis where a factor repeats along it and it fits."""
    length = min(block_length(like.dtype.itemsize), like.size)
    repeated = any(f is not None and 1 < _unstretched(f).size < like.size for f in factors)
    return length // like.shape[-1] * like.shape[-1] if repeated and like.shape[-1] <= length else length


def operand(factor: FloatArray | None, like: FloatArray, block: int) -> Operand | None:
    """The factor as a block's kernel reads it; None if there is none."""
    if factor is None:
        return None
    factor = _unstretched(factor)
    if factor.size == 1:
        scalar = factor.reshape(())[()]
        return lambda _: scalar
    flat = factor.ravel()
    if flat.size == like.size:
        return lambda part: flat[part]
    if flat.size > block:
        return partial(_around, flat)
    tiled = np.tile(flat, block // flat.size)
    return lambda part: tiled[: part.stop - part.start]


def _around(row: FloatArray, part: slice) -> FloatArray:
    """The factors of a block that is shorter than the row which repeats, and may run on into the next."""
    start = part.start % row.size
    stop = start + part.stop - part.start
    within = row[start:stop]
    return within if stop <= row.size else np.concatenate((within, row[: stop - row.size]))


def run_loss(
    like: FloatArray, block: int, make_kernel: Callable[[], Kernel], reduction: Reduction
) -> FloatArray:
    """Run a kernel over all blocks, and reduce as `engine.pytorch.reduction.reduce_elements` does."""
    if reduction == "none":
        return run_elementwise(like, block, make_kernel)

    def make_work() -> Work[float]:
        kernel, loss = make_kernel(), aligned_empty((block,), like.dtype)

        def work(part: slice) -> float:
            values = loss[: part.stop - part.start]
            kernel(part, values)
            return block_sum(values)

        return work

    total = np.asarray(sum(run_blocks(like.size, block, make_work))).astype(like.dtype)
    return np.asarray(total / like.dtype.type(like.size)) if reduction == "mean" else total


def run_elementwise(like: FloatArray, block: int, make_kernel: Callable[[], Kernel]) -> FloatArray:
    """Run a kernel over all blocks, into an array of the shape of `like`."""
    result = result_empty(like.shape, like.dtype)
    flat = result.reshape(-1)

    def make_work() -> Work[None]:
        kernel = make_kernel()
        return lambda part: kernel(part, flat[part])

    run_blocks(like.size, block, make_work)
    return result
