"""The binary losses and gradients on large arrays.

float32 and float64 arrays that lie in one piece of memory have operations of their own here: those of
`engine.pytorch` in the same order, into scratch arrays, so that every clamp, nan, infinity and lost digit
falls on the same float. float64 results are equal to the bit. Two things differ:

- float32 exponentials and logarithms are NumPy's own, not float64's rounded: within 4 ULP of them, with 0, 1,
  inf and subnormals at the same arguments, and four times as fast;
- float32 losses are added pairwise in float32 within a block, in float64 from block to block.

All else goes through the readable form, a block at a time, with the same result to the bit.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.lib.introspect import opt_func_info

from engine.arguments.checks import Reduction
from engine.blocked.blocks import (
    SERVED_FROM,
    aligned,
    block_of,
    block_sum,
    is_plain,
    is_row_major,
    reduced,
    run,
    slices,
)
from engine.floats.formats import FLOAT32, FloatArray
from engine.floats.rounding import EPSILON, LOG_CLAMP, failures_are_results
from engine.pytorch import backward, forward
from engine.pytorch.reduction import reduce_elements

Arrays = tuple[FloatArray | None, ...]
"""What a kernel reads: input, target and the factors, None where there is none."""
Kernel = Callable[..., None]
"""Computes one block of these into an array; its last argument is two arrays to work in, and zeros."""


_SIGN_BIT: dict[int, np.signedinteger[Any]] = {4: np.int32(-(2**31)), 8: np.int64(-(2**63))}
_NORMAL_EXP_FROM = {4: -86.0, 8: -707.0}
"""By bytes of a float, logits from which exp is no subnormal: below log(2**-126) = -87.3 (-708.4) it is."""


@cache
def has_vector_log1p() -> bool:
    """Whether NumPy has vector code for float32 log1p here: AVX-512's, which its builds for Linux have.

    The C library's takes 6 to 17 ns an element, three to six times what `_log1p` does. With AVX-512 NumPy's
    own is the faster one, by a quarter of a BCEWithLogitsLoss.
    """
    loops = opt_func_info(func_name="^log1p$", signature="^float32$").get("log1p", {})
    chosen = [str(loop["current"]) for loop in loops.values()]
    return sys.platform == "linux" and any(not name.startswith("baseline") for name in chosen)


def _log1p(x: FloatArray, out: FloatArray, spare: FloatArray) -> None:
    """``log(1 + x)`` for x from -1 to 1; `spare` is lost.

    Notes
    -----
    ``log(u) + (x - (u - 1))`` with ``u = 1 + x``: the second term is what rounding took from the sum, and is
    there wherever that shows, near 1, what the quotient by u would be. It leaves out half an eps at most.

    References
    ----------
    GNU Scientific Library, sys/log1p.c, ``gsl_log1p``, which divides by u
    """
    if x.dtype != FLOAT32.dtype or has_vector_log1p():
        np.log1p(x, out=out)
        return
    np.subtract(np.add(x, 1, out=out), 1, out=spare)
    np.subtract(x, spare, out=spare)
    np.add(np.log(out, out=out), spare, out=out)


def _logits_kernel(
    z: FloatArray, y: FloatArray, w: Any, positive: Any, out: FloatArray, spare: FloatArray
) -> None:
    log_p, term, zeros = spare
    sign, normal = _SIGN_BIT[z.itemsize], _NORMAL_EXP_FROM[z.itemsize]
    np.bitwise_or(z.view(sign.dtype), sign, out=log_p.view(sign.dtype))  # -|z| in one step saves 7 %
    has_subnormals = not np.minimum.reduce(log_p) > normal
    _log1p(np.exp(log_p, out=log_p), out=term, spare=out)
    if has_subnormals:  # `engine.pytorch.activations.log_sigmoid` has why; to look first saves 6 %
        np.multiply(np.multiply(term, 0.5, out=term), 2, out=term)
    np.subtract(np.minimum(z, zeros, out=log_p), term, out=log_p)  # a scalar takes 7 % more
    if positive is not None:
        np.multiply(np.subtract(positive, 1), y, out=term)
        np.multiply(log_p, np.add(term, 1, out=term), out=log_p)
    np.multiply(np.subtract(1, y, out=out), z, out=out)
    np.subtract(out, log_p, out=out)
    if w is not None:
        np.multiply(out, w, out=out)


def _raise_to(lowest: float, values: FloatArray) -> None:
    """``max(values, lowest)``, nan too, where a value needs it: to find the smallest is a third of that."""
    if not np.minimum.reduce(values) >= lowest:
        np.fmax(values, values.dtype.type(lowest), out=values)


def _probabilities_kernel(p: FloatArray, y: FloatArray, w: Any, out: FloatArray, spare: FloatArray) -> None:
    log, term, _ = spare
    _log1p(np.negative(p, out=term), out=out, spare=log)
    _raise_to(LOG_CLAMP, out)
    np.multiply(np.subtract(y, 1, out=term), out, out=out)
    _raise_to(LOG_CLAMP, np.log(p, out=log))
    np.subtract(out, np.multiply(y, log, out=log), out=out)
    if w is not None:
        np.multiply(out, w, out=out)


def _finish_gradient(out: FloatArray, w: Any, count: int | None) -> None:
    if w is not None:
        np.multiply(out, w, out=out)
    if count is not None:
        np.divide(out, count, out=out)


def _logits_grad_kernel(
    z: FloatArray,
    y: FloatArray,
    w: Any,
    positive: Any,
    out: FloatArray,
    spare: FloatArray,
    count: int | None,
) -> None:
    lifted, slope, _ = spare
    np.exp(np.negative(z, out=out), out=out)
    np.divide(1, np.add(out, 1, out=out), out=out)
    if positive is None:
        np.subtract(out, y, out=out)
    else:
        np.multiply(positive, y, out=lifted)
        np.subtract(np.add(lifted, 1, out=slope), y, out=slope)
        np.subtract(np.multiply(slope, out, out=out), lifted, out=out)
    _finish_gradient(out, w, count)


def _probabilities_grad_kernel(
    p: FloatArray, y: FloatArray, w: Any, out: FloatArray, spare: FloatArray, count: int | None
) -> None:
    spread = spare[0]
    np.multiply(np.subtract(1, p, out=spread), p, out=spread)
    _raise_to(EPSILON, spread)
    np.divide(np.subtract(p, y, out=out), spread, out=out)
    _finish_gradient(out, w, count)


def _readable(function: Callable[..., FloatArray], **options: Any) -> Kernel:
    """A kernel that is the readable form; it needs no scratch."""

    def kernel(*operands_and_out: Any) -> None:
        *operands, out, _ = operands_and_out
        np.copyto(out, function(*operands, **options))

    return kernel


def _reader(array: FloatArray | None, shape: tuple[int, ...]) -> Callable[[slice], Any]:
    """Reads an array, stretched to a shape, by slices of its row-major order.

    A number stays one: without dimensions it enters PyTorch's promotion otherwise than with them.
    """
    if array is None or array.ndim == 0:
        return lambda _: array
    stretched = array if array.shape == shape else np.broadcast_to(array, shape)
    flat = stretched.reshape(-1) if stretched.flags.c_contiguous else stretched.flat
    return lambda block: flat[block]


def _prepared(kernel: Kernel, arrays: Arrays, like: FloatArray) -> Callable[[slice, FloatArray], None]:
    """One thread's kernel: reads a block of the arrays and computes it into another array."""
    readers = [_reader(array, like.shape) for array in arrays]
    spare = aligned((3, min(block_of(like.dtype), like.size)), like.dtype)
    spare[2] = 0

    def compute(block: slice, out: FloatArray) -> None:
        kernel(*(read(block) for read in readers), out, spare[:, : len(out)])

    return compute


def _elementwise(kernel: Kernel, arrays: Arrays, like: FloatArray) -> FloatArray:
    """Run a kernel over all blocks, into an array of the shape and format of `like`."""
    result = aligned(like.shape, like.dtype)
    flat = result.reshape(-1)

    def prepare() -> Callable[[slice], None]:
        compute = _prepared(kernel, arrays, like)
        return lambda block: compute(block, flat[block])

    run(prepare, slices(like.size, block_of(like.dtype)))
    return result


def _reduced(kernel: Kernel, arrays: Arrays, like: FloatArray, reduction: Reduction) -> FloatArray:
    """Run a kernel over all blocks, and reduce as `engine.pytorch.reduction.reduce_elements` does."""
    if reduction == "none":
        return _elementwise(kernel, arrays, like)

    def prepare() -> Callable[[slice], float]:
        compute = _prepared(kernel, arrays, like)
        loss = aligned((min(block_of(like.dtype), like.size),), like.dtype)

        def work(block: slice) -> float:
            values = loss[: block.stop - block.start]
            compute(block, values)
            return block_sum(values)

        return work

    sums = run(prepare, slices(like.size, block_of(like.dtype)))
    return reduced(sums, like.size, like.dtype, reduction)


def _has_kernel(input: FloatArray, target: FloatArray, *factors: FloatArray | None) -> bool:
    return is_plain(input, target, *factors) and is_row_major(input, target)


@failures_are_results
def binary_cross_entropy(
    p: FloatArray, y: FloatArray, weight: FloatArray | None, reduction: Reduction
) -> FloatArray | None:
    """`engine.pytorch.forward.binary_cross_entropy`, or None for a small array."""
    if p.size < SERVED_FROM:
        return None
    arrays = (p, y, weight)
    if _has_kernel(*arrays):
        return _reduced(_probabilities_kernel, arrays, p, reduction)
    readable = _readable(forward.binary_cross_entropy, reduction="none")
    return reduce_elements(_elementwise(readable, arrays, p), reduction)


@failures_are_results
def binary_cross_entropy_with_logits(
    z: FloatArray,
    y: FloatArray,
    weight: FloatArray | None,
    pos_weight: FloatArray | None,
    reduction: Reduction,
) -> FloatArray | None:
    """`engine.pytorch.forward.binary_cross_entropy_with_logits`, or None for a small array."""
    if z.size < SERVED_FROM:
        return None
    arrays = (z, y, weight, pos_weight)
    if _has_kernel(*arrays):
        return _reduced(_logits_kernel, arrays, z, reduction)
    readable = _readable(forward.binary_cross_entropy_with_logits, reduction="none")
    return reduce_elements(_elementwise(readable, arrays, y), reduction)


@failures_are_results
def binary_cross_entropy_grad(
    p: FloatArray, y: FloatArray, weight: FloatArray | None, reduction: Reduction
) -> FloatArray | None:
    """`engine.pytorch.backward.binary_cross_entropy_grad`, or None for a small array."""
    if p.size < SERVED_FROM:
        return None
    arrays = (p, y, weight)
    kernel: Kernel = partial(_probabilities_grad_kernel, count=p.size if reduction == "mean" else None)
    if not _has_kernel(*arrays):
        kernel = _readable(backward.binary_cross_entropy_grad, reduction=reduction, count=p.size)
    return _elementwise(kernel, arrays, p)


@failures_are_results
def binary_cross_entropy_with_logits_grad(
    z: FloatArray,
    y: FloatArray,
    weight: FloatArray | None,
    pos_weight: FloatArray | None,
    reduction: Reduction,
) -> FloatArray | None:
    """`engine.pytorch.backward.binary_cross_entropy_with_logits_grad`, or None for a small array."""
    if z.size < SERVED_FROM:
        return None
    arrays = (z, y, weight, pos_weight)
    kernel: Kernel = partial(_logits_grad_kernel, count=z.size if reduction == "mean" else None)
    if not _has_kernel(*arrays):
        readable = backward.binary_cross_entropy_with_logits_grad
        kernel = _readable(readable, reduction=reduction, count=z.size)
    return _elementwise(kernel, arrays, z)
