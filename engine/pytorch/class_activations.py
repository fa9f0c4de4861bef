"""softmax and log_softmax as PyTorch evaluates them, with their gradients.

Order and rounding are PyTorch's own, as in `engine.pytorch.activations`, with the exception for the half
formats that `log_softmax` names.
"""

from __future__ import annotations

import functools

import numpy as np

from engine.floats.formats import FloatArray, format_of, narrowed
from engine.floats.rounding import constant, exp, failures_are_results, log, widened

_SCALAR_SUM_BELOW = 16
"""Fewer classes than an AVX-512 register has float32 lanes are added one by one (vec/functional_base.h)."""


def class_axis(ndim: int) -> int:
    """The axis classes stand on: 1, or 0 for one unbatched sample."""
    return 0 if ndim == 1 else 1


def class_major(logits: FloatArray) -> FloatArray:
    """The same logits, (N, C), with each class's in one piece of memory where classes are few.

    What goes class by class then runs along memory, and so do the results, which keep the order: softmax
    of 1,000 rows takes two thirds of the time. The sum over many classes depends on the order of memory.
    """
    return np.asfortranarray(logits) if logits.shape[1] < _SCALAR_SUM_BELOW else logits


def _class_by_class(operation: np.ufunc, terms: FloatArray, axis: int) -> FloatArray:
    """``operation.reduce`` along the classes, from the first to the last, the axis kept.

    One operation a class takes a tenth of the time that NumPy's reduction along a short axis does.
    """
    before = (slice(None),) * axis
    each = (terms[(*before, slice(c, c + 1))] for c in range(terms.shape[axis]))
    return np.asarray(functools.reduce(operation, each))


def _class_sum(terms: FloatArray, axis: int) -> FloatArray:
    """The sum over classes in the order PyTorch's kernels add: one by one, or in registers.

    Order matters: 1 + 4e-8 + 4e-8 is 1 when added one by one in float32, and so is the point where a
    confident row's loss becomes exactly 0. Registers' width depends on the processor; there any order
    is as good as another, and NumPy's pairwise sum is used.
    """
    classes = terms.shape[axis]
    last = axis == terms.ndim - 1
    if classes == 0 or (last and classes >= _SCALAR_SUM_BELOW):
        return np.asarray(np.sum(terms, axis=axis, keepdims=True))
    total = _class_by_class(np.add, terms, axis)
    # PyTorch's kernel for the last axis begins with the first term, the other with +0.
    return np.asarray(total if last else total + constant(0, total))


def _shifted(input: FloatArray, axis: int) -> FloatArray:
    """The logits, in the computing format, minus the largest of their row: its exp cannot overflow."""
    x = widened(input)
    if 0 < x.shape[axis] < _SCALAR_SUM_BELOW:
        return np.asarray(x - _class_by_class(np.maximum, x, axis))
    return np.asarray(x - np.max(x, axis=axis, keepdims=True))


@failures_are_results
def softmax(input: FloatArray, axis: int | None = None) -> FloatArray:
    """Class probabilities, ``exp(z - max z) / sum(exp(z - max z))``.

    Parameters
    ----------
    input : array (C,), (N, C) or (N, C, d1, ..., dK), one of the four formats
        Logits.
    axis : int, optional
        The classes' axis: by default 1, or 0 for (C,).

    Returns
    -------
    array of the same shape and format

    Notes
    -----
    A class further than 103.97 (float32) below the largest gets the probability 0. An infinite logit
    makes its row nan (inf - inf), and so does a row of -inf only.

    Where the classes are not on the last axis, PyTorch's other kernel keeps the exponentials in the
    half format before it divides, though it adds them in float32.

    References
    ----------
    aten/src/ATen/native/cpu/SoftMaxKernel.cpp, ``vec_softmax_lastdim_chunk_kernel`` and
    ``vec_softmax``
    """
    z = np.asarray(input)
    where = class_axis(z.ndim) if axis is None else axis % z.ndim
    if z.size == 0:
        return z.copy()
    e = exp(_shifted(z, where))
    total = _class_sum(e, where)
    if where != z.ndim - 1 and format_of(z.dtype).is_half:
        e = narrowed(e, z.dtype).astype(np.float32)
    return narrowed(np.asarray(e / total), z.dtype)


@failures_are_results
def softmax_grad(p: FloatArray, upstream: FloatArray, axis: int | None = None) -> FloatArray:
    """The gradient to the logits, given ``p = softmax(z)`` and the gradient to p.

    Notes
    -----
    ``(upstream - sum(upstream * p)) * p``: one class with an infinite or nan `upstream` makes the
    whole row nan, which is how ``log(softmax(z))`` loses rows that are right.

    References
    ----------
    aten/src/ATen/native/cpu/SoftMaxKernel.cpp, ``softmax_backward_lastdim_kernel_impl``
    """
    x, g = widened(p), widened(upstream)
    where = class_axis(x.ndim) if axis is None else axis % x.ndim
    return narrowed(np.asarray((g - _class_sum(g * x, where)) * x), np.asarray(p).dtype)


@failures_are_results
def log_softmax(input: FloatArray, axis: int | None = None) -> FloatArray:
    """Logarithms of the class probabilities, without forming them.

    Parameters
    ----------
    input : array (C,), (N, C) or (N, C, d1, ..., dK), one of the four formats
        Logits.
    axis : int, optional
        The classes' axis: by default 1, or 0 for (C,).

    Returns
    -------
    array of the same shape and format

    Notes
    -----
    ``(z - max z) - log(sum(exp(z - max z)))``, in that order. Where one class dominates, the sum is 1
    and the result exactly 0 (float32: from a gap of 16.64 on).

    PyTorch has two kernels. With the classes on the last axis the half formats round the sum and its
    logarithm to the half format; elsewhere they stay in float32. So one row of float16 logits has
    another loss as (N, C) than as (N, C, 1).

    References
    ----------
    aten/src/ATen/native/cpu/SoftMaxKernel.cpp, ``vec_log_softmax_lastdim_chunk_kernel`` and
    ``vec_logsoftmax``
    """
    z = np.asarray(input)
    where = class_axis(z.ndim) if axis is None else axis % z.ndim
    if z.size == 0:
        return z.copy()
    shifted = _shifted(z, where)
    total = _class_sum(exp(shifted), where)
    if where == z.ndim - 1 and format_of(z.dtype).is_half:
        log_total = log(total.astype(z.dtype).astype(np.float32)).astype(z.dtype).astype(np.float32)
    else:
        log_total = log(total)
    return np.asarray(shifted - log_total).astype(z.dtype, copy=False)


@failures_are_results
def log_softmax_grad(log_p: FloatArray, upstream: FloatArray, axis: int | None = None) -> FloatArray:
    """The gradient to the logits, given ``log_p = log_softmax(z)`` and the gradient to log_p.

    Notes
    -----
    ``upstream - exp(log_p) * sum(upstream)``, product and difference rounded once together (a fused
    multiply-add, which float64 stands for here; float64 itself rounds twice). A row of nan stays nan
    even where `upstream` is 0, as for an ignored target.

    References
    ----------
    aten/src/ATen/native/cpu/SoftMaxKernel.cpp, ``log_softmax_backward_lastdim_kernel_impl``
    """
    x, g = widened(log_p), widened(upstream)
    where = class_axis(x.ndim) if axis is None else axis % x.ndim
    total = _class_sum(g, where).astype(np.float64)
    fused = np.asarray(g - exp(x) * total).astype(x.dtype, copy=False)
    return narrowed(fused, np.asarray(log_p).dtype)
