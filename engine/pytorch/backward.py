"""The gradients of the four losses as PyTorch's backward formulas give them, on arguments already checked.

`engine.gradients` documents them. These forms take every format, shape and size; large float32 and
float64 arrays go through `engine.blocked.binary` and `engine.blocked.multiclass`, which are held to these.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arguments.checks import Reduction
from engine.floats.formats import FloatArray, narrowed
from engine.floats.rounding import EPSILON, combine, constant, failures_are_results, promoted
from engine.pytorch.activations import log_softmax, log_softmax_grad, sigmoid
from engine.pytorch.class_reduction import (
    IndexRows,
    along_classes,
    at_classes,
    average_smooth,
    batched,
    index_rows,
    probability_count,
    safe_indices,
    smoothed_target,
    total_weight,
)
from engine.pytorch.reduction import weighted


def _averaged(grad: FloatArray, reduction: Reduction) -> FloatArray:
    if reduction != "mean" or grad.size == 0:
        return grad
    return combine(np.divide, grad, float(grad.size))


@failures_are_results
def binary_cross_entropy_grad(
    p: FloatArray, y: FloatArray, weight: FloatArray | None, reduction: Reduction
) -> FloatArray:
    """``(p - y) / max((1 - p) * p, 1e-12)``, weighted, over the number of elements for the mean."""
    spread = np.maximum((constant(1, p) - p) * p, constant(EPSILON, p))
    grad = np.asarray((p - y) / spread)
    return _averaged(weighted(grad, weight), reduction)


@failures_are_results
def binary_cross_entropy_with_logits_grad(
    z: FloatArray,
    y: FloatArray,
    weight: FloatArray | None,
    pos_weight: FloatArray | None,
    reduction: Reduction,
) -> FloatArray:
    """``sigmoid(z) - y``, or ``((t + 1) - y) * sigmoid(z) - t`` with ``t = pos_weight * y``."""
    p = sigmoid(z)
    if pos_weight is None:
        grad = combine(np.subtract, p, y, out=z.dtype)
    else:
        t = combine(np.multiply, pos_weight, y)
        slope = combine(np.subtract, np.asarray(t + constant(1, t)), y, out=t.dtype)
        grad = combine(np.multiply, slope, p, out=t.dtype) - t
    grad = _averaged(weighted(np.asarray(grad), weight), reduction)
    return narrowed(grad, z.dtype)


def _nll_upstream(
    input: FloatArray, target: FloatArray, rows: IndexRows, ignore_index: int, reduction: Reduction
) -> FloatArray:
    """The gradient of (1 - eps) * NLLLoss to its input: -weight[y] at each target, else 0."""
    x, y = batched(input, target)
    counted = y != ignore_index
    grad: FloatArray = np.zeros(x.shape, dtype=x.dtype)
    if not counted.any():
        return grad.reshape(input.shape)
    one_row = combine(np.multiply, np.ones((), dtype=x.dtype), rows.nll_factor)
    if reduction == "mean":
        one_row = one_row / total_weight(rows)
    value: FloatArray = np.full(y.shape, -one_row, dtype=x.dtype)
    if rows.weight is not None:
        value = value * rows.weight.reshape(y.shape)
    value[~counted] = 0
    grad[at_classes(safe_indices(y, counted))] = value
    return grad.reshape(input.shape)


def _smooth_upstream(
    input: FloatArray, weight: FloatArray | None, rows: IndexRows, reduction: Reduction
) -> FloatArray:
    """The gradient of the smoothing term to log_softmax: -eps / C * weight[c] in each counted row."""
    one_row = combine(np.multiply, np.ones((), dtype=input.dtype), rows.smooth_factor)
    if reduction == "mean":
        one_row = average_smooth(rows, one_row)
    zero = input.dtype.type(0)
    of_rows = np.where(rows.counted_in_smoothing, -one_row, zero).astype(input.dtype, copy=False)
    of_rows = np.expand_dims(of_rows, 0 if input.ndim == 1 else 1)
    spread: FloatArray = np.broadcast_to(of_rows, input.shape)
    return spread if weight is None else spread * along_classes(weight, input.ndim)


@failures_are_results
def nll_loss_grad(
    input: FloatArray,
    target: NDArray[Any],
    weight: FloatArray | None,
    ignore_index: int,
    reduction: Reduction,
) -> FloatArray:
    """``-weight[y]`` at the target's class, over the denominator for the mean, and 0 elsewhere."""
    rows = index_rows(input, target, weight, ignore_index)
    return _nll_upstream(input, target, rows, ignore_index, reduction)


@failures_are_results
def cross_entropy_grad(
    z: FloatArray,
    y: NDArray[Any],
    weight: FloatArray | None,
    ignore_index: int,
    label_smoothing: float,
    reduction: Reduction,
) -> FloatArray:
    """The loss's gradient to log_softmax, then `log_softmax_grad`."""
    return cross_entropy_grad_from_log_p(log_softmax(z), y, weight, ignore_index, label_smoothing, reduction)


@failures_are_results
def cross_entropy_grad_from_log_p(
    log_p: FloatArray,
    y: NDArray[Any],
    weight: FloatArray | None,
    ignore_index: int,
    label_smoothing: float,
    reduction: Reduction,
) -> FloatArray:
    """`cross_entropy_grad`, given ``log_p = log_softmax(z)``."""
    if log_p.shape == y.shape:
        upstream = _probability_upstream(log_p, y, weight, label_smoothing, reduction)
    else:
        rows = index_rows(log_p, y, weight, ignore_index, label_smoothing)
        upstream = _nll_upstream(log_p, y, rows, ignore_index, reduction)
        if label_smoothing:
            upstream = upstream + _smooth_upstream(log_p, weight, rows, reduction)
    return log_softmax_grad(log_p, upstream)


def _probability_upstream(
    log_p: FloatArray, target: FloatArray, weight: FloatArray | None, smoothing: float, reduction: Reduction
) -> FloatArray:
    """The gradient of ``-sum(log_p * t * weight)`` to log_p, as autograd walks it back."""
    share = smoothed_target(target, smoothing, log_p.shape[0 if log_p.ndim == 1 else 1])
    product = promoted(log_p, share)
    grad: FloatArray = np.full(log_p.shape, -1, dtype=product)
    if weight is not None:
        grad = grad.astype(promoted(grad, weight), copy=False)
    if reduction == "mean" and log_p.size:
        grad = combine(np.divide, grad, float(probability_count(log_p)))
    if weight is not None:
        grad = combine(np.multiply, grad, along_classes(weight, log_p.ndim), out=product)
    return combine(np.multiply, grad, share, out=log_p.dtype)
