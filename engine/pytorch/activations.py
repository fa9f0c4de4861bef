"""sigmoid, softmax and their logarithms as PyTorch evaluates them, with their gradients.

The order of operations is PyTorch's own, and each one is rounded to the format (the half formats
compute in float32 and round once, but for what `sigmoid_grad`, `softmax` and `log_softmax` name). That
is what puts ``sigmoid(z) == 1``, an infinite logarithm or a loss of 0 at the same logit, to the float.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from engine.floats.formats import BFLOAT16, FloatArray, format_of, narrowed
from engine.floats.rounding import constant, exp, failures_are_results, log, log1p, widened

_SCALAR_SUM_BELOW = 16
"""Fewer classes than an AVX-512 register has float32 lanes are added one by one (vec/functional_base.h)."""


@failures_are_results
def sigmoid(input: FloatArray) -> FloatArray:
    """The logistic function, ``1 / (1 + exp(-z))``.

    Parameters
    ----------
    input : array of any shape, one of the four formats
        Logits.

    Returns
    -------
    array of the same shape and format

    Raises
    ------
    TypeError
        If `input` is in none of the four formats.

    Notes
    -----
    ``exp(-z)`` overflows below z = -88.72 (float32), so the smallest result is not the smallest
    subnormal but 0 follows 2.94e-39 at once; above z = 16.64 ``1 + exp(-z)`` is 1.

    NumPy's float16 rounds ``exp(-z)`` and the sum as well and is 1 from 7.63 on; PyTorch computes the
    half formats in float32 and is 1 from 8.3203125 on.

    References
    ----------
    aten/src/ATen/native/cpu/UnaryOpsKernel.cpp, ``sigmoid_kernel``

    Examples
    --------
    >>> float(sigmoid(np.float32(16.6)) == 1), float(sigmoid(np.float32(16.7)) == 1)
    (0.0, 1.0)
    """
    x = widened(input)
    one = constant(1, x)
    return narrowed(np.asarray(one / (one + exp(-x))), np.asarray(input).dtype)


@failures_are_results
def sigmoid_grad(p: FloatArray, upstream: FloatArray) -> FloatArray:
    """The gradient to the logit, given ``p = sigmoid(z)`` and the gradient to p.

    Notes
    -----
    ``(upstream * (1 - p)) * p``: 0 where p is 0 or 1 unless `upstream` is infinite or nan there.
    PyTorch's kernel computes bfloat16 in float32, and float16 in float16.

    References
    ----------
    aten/src/ATen/native/cpu/BinaryOpsKernel.cpp, ``sigmoid_backward_kernel``
    """
    x, g = (widened(p), widened(upstream)) if p.dtype == BFLOAT16.dtype else (p, upstream)
    return np.asarray((g * (constant(1, x) - x)) * x).astype(p.dtype, copy=False)


@failures_are_results
def log_sigmoid(input: FloatArray) -> FloatArray:
    """The logarithm of the logistic function, without forming it.

    Parameters
    ----------
    input : array of any shape, one of the four formats
        Logits.

    Returns
    -------
    array of the same shape and format
        Finite for every finite logit.

    Raises
    ------
    TypeError
        If `input` is in none of the four formats.

    Notes
    -----
    ``min(z, 0) - log1p(exp(-|z|))``: the exponential cannot overflow, and the logarithm's argument
    is never rounded to 1. ``log(sigmoid(z))`` is -inf below z = -88.72 (float32).

    PyTorch's vector log1p (Sleef) halves its result and doubles it again, which costs subnormals
    their last bit: the smallest becomes 0, and the loss for y = 1 is 0 from z = 102.87 on (float32),
    not from 103.97.

    References
    ----------
    aten/src/ATen/native/cpu/Activation.cpp, ``log_sigmoid_cpu_kernel``
    """
    x = widened(input)
    log_term = (log1p(exp(-np.abs(x))) * constant(0.5, x)) * constant(2, x)
    result = np.minimum(x, constant(0, x)) - log_term
    return narrowed(np.asarray(result), np.asarray(input).dtype)


def class_axis(ndim: int) -> int:
    """The axis classes stand on: 1, or 0 for one unbatched sample."""
    return 0 if ndim == 1 else 1


def _axis(ndim: int, axis: int | None) -> int:
    return class_axis(ndim) if axis is None else int(normalize_axis_index(axis, ndim))


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
        Logits. A number alone is the one class of one sample, as in PyTorch.
    axis : int, optional
        The classes' axis: by default 1, or 0 for (C,).

    Returns
    -------
    array of the same shape and format

    Raises
    ------
    TypeError
        If `input` is in none of the four formats.
    IndexError
        If there is no such axis.

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
    z = np.atleast_1d(input)
    where, is_half = _axis(z.ndim, axis), format_of(z.dtype).is_half
    if z.size == 0:
        return z.copy()
    e = exp(_shifted(z, where))
    total = _class_sum(e, where)
    if where != z.ndim - 1 and is_half:
        e = narrowed(e, z.dtype).astype(np.float32)
    return narrowed(np.asarray(e / total), z.dtype).reshape(np.shape(input))


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
    where = _axis(x.ndim, axis)
    return narrowed(np.asarray((g - _class_sum(g * x, where)) * x), np.asarray(p).dtype)


@failures_are_results
def log_softmax(input: FloatArray, axis: int | None = None) -> FloatArray:
    """Logarithms of the class probabilities, without forming them.

    Parameters
    ----------
    input : array (C,), (N, C) or (N, C, d1, ..., dK), one of the four formats
        Logits. A number alone is the one class of one sample, as in PyTorch.
    axis : int, optional
        The classes' axis: by default 1, or 0 for (C,).

    Returns
    -------
    array of the same shape and format

    Raises
    ------
    TypeError
        If `input` is in none of the four formats.
    IndexError
        If there is no such axis.

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
    z = np.atleast_1d(input)
    where, is_half = _axis(z.ndim, axis), format_of(z.dtype).is_half
    if z.size == 0:
        return z.copy()
    shifted = _shifted(z, where)
    total = _class_sum(exp(shifted), where)
    if where == z.ndim - 1 and is_half:
        log_total = log(total.astype(z.dtype).astype(np.float32)).astype(z.dtype).astype(np.float32)
    else:
        log_total = log(total)
    return np.asarray(shifted - log_total).astype(z.dtype, copy=False).reshape(np.shape(input))


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
    where = _axis(x.ndim, axis)
    total = _class_sum(g, where).astype(np.float64)
    fused = np.asarray(g - exp(x) * total).astype(x.dtype, copy=False)
    return narrowed(fused, np.asarray(log_p).dtype)
