"""The gradients of the four losses as PyTorch's autograd gives them, dead, nan and inf ones included.

Each is the gradient of the sum of the output with respect to `input`, in input's shape and format,
computed by PyTorch's backward formula operation by operation. Arguments and refusals are the losses'.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from engine.activations import log_softmax, log_softmax_grad, sigmoid
from engine.checks import Reduction, check_binary_cross_entropy, check_binary_cross_entropy_with_logits
from engine.class_checks import check_cross_entropy, check_nll_loss
from engine.class_rows import (
    IndexRows,
    along_classes,
    average_smooth,
    batched,
    index_rows,
    probability_count,
    safe_indices,
    smoothed_target,
    total_weight,
)
from engine.elementary import combine, constant, failures_are_results, promoted
from engine.formats import FloatArray
from engine.reduction import weighted

EPSILON = float(np.float32(1e-12))
"""Smallest denominator of BCELoss's gradient: ``constexpr float EPSILON = 1e-12`` (Loss.cpp)."""


def _averaged(grad: FloatArray, reduction: Reduction) -> FloatArray:
    if reduction != "mean" or grad.size == 0:
        return grad
    return combine(np.divide, grad, float(grad.size))


@failures_are_results
def binary_cross_entropy_grad(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: Reduction = "mean",
) -> FloatArray:
    """The gradient of `binary_cross_entropy` to the probabilities.

    Notes
    -----
    ``(p - y) / max((1 - p) * p, 1e-12)``, times the weight, over the number of elements for the mean.
    The floor of the denominator kills the gradient to the logit from z = -27.6 on (y = 1), long
    before the loss is clamped. In float16 1e-12 is 0, and the gradient nan or infinite at 0 and 1.

    References
    ----------
    aten/src/ATen/native/Loss.cpp, ``binary_cross_entropy_backward_out_cpu``

    Examples
    --------
    >>> binary_cross_entropy_grad([0.25, 0.5], [1.0, 1.0], reduction="sum").tolist()
    [-4.0, -2.0]
    """
    p, y, w = check_binary_cross_entropy(input, target, weight, reduction)
    spread = np.maximum((constant(1, p) - p) * p, constant(EPSILON, p))
    grad = np.asarray((p - y) / spread)
    return _averaged(weighted(grad, w), reduction)


@failures_are_results
def binary_cross_entropy_with_logits_grad(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    pos_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> FloatArray:
    """The gradient of `binary_cross_entropy_with_logits` to the logits.

    Notes
    -----
    ``sigmoid(z) - y``; with ``t = pos_weight * y`` it is ``((t + 1) - y) * sigmoid(z) - t``. Times the
    weight, over the number of elements for the mean. It is right where the loss loses its digits.

    References
    ----------
    torch/csrc/autograd/FunctionsManual.cpp, ``binary_cross_entropy_with_logits_backward``

    Examples
    --------
    >>> binary_cross_entropy_with_logits_grad([0.0, -200.0], [0.0, 1.0], reduction="sum").tolist()
    [0.5, -1.0]
    """
    z, y, w, positive = check_binary_cross_entropy_with_logits(input, target, weight, pos_weight, reduction)
    p = sigmoid(z)
    if positive is None:
        grad = combine(np.subtract, p, y, out=z.dtype)
    else:
        t = combine(np.multiply, positive, y)
        slope = combine(np.subtract, np.asarray(t + constant(1, t)), y, out=t.dtype)
        grad = combine(np.multiply, slope, p, out=t.dtype) - t
    grad = _averaged(weighted(np.asarray(grad), w), reduction)
    return grad.astype(z.dtype, copy=False)


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
    index = np.expand_dims(safe_indices(y, counted), 1)
    np.put_along_axis(grad, index, np.expand_dims(value, 1), axis=1)
    return grad.reshape(input.shape)


def _smooth_upstream(
    input: FloatArray, weight: FloatArray | None, rows: IndexRows, reduction: Reduction
) -> FloatArray:
    """The gradient of the smoothing term to log_softmax: -eps / C * weight[c] in each counted row."""
    one_row = combine(np.multiply, np.ones((), dtype=input.dtype), rows.smooth_factor)
    if reduction == "mean":
        one_row = average_smooth(rows, one_row)
    zero = input.dtype.type(0)
    of_rows = np.where(rows.counted, -one_row, zero).astype(input.dtype, copy=False)
    of_rows = np.expand_dims(of_rows, 0 if input.ndim == 1 else 1)
    spread: FloatArray = np.broadcast_to(of_rows, input.shape)
    return spread if weight is None else spread * along_classes(weight, input.ndim)


@failures_are_results
def nll_loss_grad(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
) -> FloatArray:
    """The gradient of `nll_loss` to its input.

    Notes
    -----
    ``-weight[y]`` at the target's class, over the denominator for the mean, and 0 elsewhere. With all
    targets ignored it is 0 although the loss is nan.

    References
    ----------
    aten/src/ATen/native/LossNLL.cpp, ``nll_loss_backward_out_frame``

    Examples
    --------
    >>> nll_loss_grad([[-0.5, -1.0], [-3.0, -2.0]], [0, 1], [1.0, 3.0]).tolist()
    [[-0.25, 0.0], [0.0, -0.75]]
    """
    x, y, w, ignored = check_nll_loss(input, target, weight, ignore_index, reduction)
    return _nll_upstream(x, y, index_rows(x, y, w, ignored), ignored, reduction)


@failures_are_results
def cross_entropy_grad(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
    label_smoothing: float = 0.0,
) -> FloatArray:
    """The gradient of `cross_entropy` to the logits.

    Notes
    -----
    The loss's gradient to log_softmax, then `log_softmax_grad`: in the end
    ``weight[y] * (softmax(z) - one_hot(y))`` over the denominator. An ignored row has gradient 0,
    unless it holds a nan, inf or only -inf: then it is nan, although the loss does not see it.

    References
    ----------
    aten/src/ATen/native/LossNLL.cpp; torch/csrc/autograd/FunctionsManual.cpp

    Examples
    --------
    >>> cross_entropy_grad([[0.0, 0.0]], [0]).tolist()
    [[-0.5, 0.5]]
    """
    z, y, w, ignored, smoothing = check_cross_entropy(
        input, target, weight, ignore_index, reduction, label_smoothing
    )
    log_p = log_softmax(z)
    if z.shape == y.shape:
        upstream = _probability_upstream(log_p, y, w, smoothing, reduction)
    else:
        rows = index_rows(log_p, y, w, ignored, smoothing)
        upstream = _nll_upstream(log_p, y, rows, ignored, reduction)
        if smoothing:
            upstream = upstream + _smooth_upstream(log_p, w, rows, reduction)
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
