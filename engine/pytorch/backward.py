"""The gradients of the four losses as PyTorch's backward formulas give them, on arguments already checked.

`engine.gradients` documents them. These forms take every format, shape and size; large float32 and
float64 arrays go through `engine.blocked`, which is held to these.
"""

from __future__ import annotations

from typing import Any, NamedTuple

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


def _averaged(grad: FloatArray, reduction: Reduction, count: int | None) -> FloatArray:
    if reduction != "mean" or grad.size == 0:
        return grad
    return combine(np.divide, grad, float(grad.size if count is None else count))


@failures_are_results
def binary_cross_entropy_grad(
    p: FloatArray,
    y: FloatArray,
    weight: FloatArray | None,
    reduction: Reduction,
    *,
    count: int | None = None,
) -> FloatArray:
    """``(p - y) / max((1 - p) * p, 1e-12)``, weighted, over the number of elements for the mean.

    `count` is that number where these are some elements of an array.
    """
    spread = np.maximum((constant(1, p) - p) * p, constant(EPSILON, p))
    grad = np.asarray((p - y) / spread)
    return _averaged(weighted(grad, weight), reduction, count)


@failures_are_results
def binary_cross_entropy_with_logits_grad(
    z: FloatArray,
    y: FloatArray,
    weight: FloatArray | None,
    pos_weight: FloatArray | None,
    reduction: Reduction,
    *,
    count: int | None = None,
) -> FloatArray:
    """``sigmoid(z) - y``, or ``((t + 1) - y) * sigmoid(z) - t`` with ``t = pos_weight * y``.

    `count` as for `binary_cross_entropy_grad`.
    """
    p = sigmoid(z)
    if pos_weight is None:
        grad = combine(np.subtract, p, y, out=z.dtype)
    else:
        t = combine(np.multiply, pos_weight, y)
        slope = combine(np.subtract, np.asarray(t + constant(1, t)), y, out=t.dtype)
        grad = combine(np.multiply, slope, p, out=t.dtype) - t
    grad = _averaged(weighted(np.asarray(grad), weight), reduction, count)
    return narrowed(grad, z.dtype)


class OneRow(NamedTuple):
    """The negated gradient of a reduced loss to the two parts of a row of weight 1.

    Attributes
    ----------
    nll, smooth : arrays without dimensions
    """

    nll: FloatArray
    smooth: FloatArray


def one_row(rows: IndexRows, reduction: Reduction) -> OneRow:
    """What one row has of the loss that all `rows` are reduced to."""
    one = np.ones((), dtype=rows.nll.dtype)
    nll, smooth = one, np.zeros_like(one)
    if rows.label_smoothing:
        nll = combine(np.multiply, one, rows.nll_factor)
        smooth = combine(np.multiply, one, rows.smooth_factor)
    if reduction == "mean":
        nll = nll / total_weight(rows)
        smooth = average_smooth(rows, smooth) if rows.label_smoothing else smooth
    return OneRow(nll, smooth)


def _nll_upstream(
    input: FloatArray,
    target: FloatArray,
    rows: IndexRows,
    ignore_index: int,
    one: OneRow,
    out: FloatArray | None = None,
) -> FloatArray:
    """The gradient of (1 - eps) * NLLLoss to its input: -weight[y] at each target, else 0."""
    x, y = batched(input, target)
    counted = y != ignore_index
    grad: FloatArray = np.zeros(x.shape, dtype=x.dtype) if out is None else out
    if not counted.any():
        return grad.reshape(input.shape)
    value: FloatArray = np.full(y.shape, -one.nll, dtype=x.dtype)
    if rows.weight is not None:
        value = value * rows.weight.reshape(y.shape)
    value[~counted] = 0
    grad[at_classes(safe_indices(y, counted))] = value
    return grad.reshape(input.shape)


def _smooth_upstream(
    input: FloatArray, weight: FloatArray | None, rows: IndexRows, one: OneRow
) -> FloatArray:
    """The gradient of the smoothing term to log_softmax: -eps / C * weight[c] in each counted row."""
    zero = input.dtype.type(0)
    of_rows = np.where(rows.counted_in_smoothing, -one.smooth, zero).astype(input.dtype, copy=False)
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
    *,
    one: OneRow | None = None,
    out: FloatArray | None = None,
) -> FloatArray:
    """``-weight[y]`` at the target's class, over the denominator for the mean, and 0 elsewhere.

    Where these are some rows of a table, `one` is given for the loss of the whole, and `out`, zeros.
    """
    rows = index_rows(input, target, weight, ignore_index)
    return _nll_upstream(input, target, rows, ignore_index, one or one_row(rows, reduction), out)


@failures_are_results
def cross_entropy_grad(
    z: FloatArray,
    y: NDArray[Any],
    weight: FloatArray | None,
    ignore_index: int,
    label_smoothing: float,
    reduction: Reduction,
    *,
    one: OneRow | None = None,
    count: int | None = None,
) -> FloatArray:
    """The loss's gradient to log_softmax, then `log_softmax_grad`.

    Where these are some rows of a table, `one` (with class indices) or the number of rows `count` (with
    probabilities) is given for the loss of the whole.
    """
    log_p, options = log_softmax(z), (weight, ignore_index, label_smoothing, reduction)
    return cross_entropy_grad_from_log_p(log_p, y, *options, one=one, count=count)


@failures_are_results
def cross_entropy_grad_from_log_p(
    log_p: FloatArray,
    y: NDArray[Any],
    weight: FloatArray | None,
    ignore_index: int,
    label_smoothing: float,
    reduction: Reduction,
    *,
    one: OneRow | None = None,
    count: int | None = None,
) -> FloatArray:
    """`cross_entropy_grad`, given ``log_p = log_softmax(z)``."""
    if log_p.shape == y.shape:
        over = (count or probability_count(log_p)) if reduction == "mean" else None
        upstream = _probability_upstream(log_p, y, weight, label_smoothing, over)
    else:
        rows = index_rows(log_p, y, weight, ignore_index, label_smoothing)
        one = one or one_row(rows, reduction)
        upstream = _nll_upstream(log_p, y, rows, ignore_index, one)
        if label_smoothing:
            upstream = upstream + _smooth_upstream(log_p, weight, rows, one)
    return log_softmax_grad(log_p, upstream)


def _probability_upstream(
    log_p: FloatArray, target: FloatArray, weight: FloatArray | None, smoothing: float, over: int | None
) -> FloatArray:
    """The gradient of ``-sum(log_p * t * weight)`` to log_p, as autograd walks it back."""
    share = smoothed_target(target, smoothing, log_p.shape[0 if log_p.ndim == 1 else 1])
    product = promoted(log_p, share)
    grad: FloatArray = np.full(log_p.shape, -1, dtype=product)
    if weight is not None:
        grad = grad.astype(promoted(grad, weight), copy=False)
    if over is not None and log_p.size:
        grad = combine(np.divide, grad, float(over))
    if weight is not None:
        grad = combine(np.multiply, grad, along_classes(weight, log_p.ndim), out=product)
    return combine(np.multiply, grad, share, out=log_p.dtype)
