"""The four losses as PyTorch computes them, operation by operation, on arguments already checked.

`engine.losses` documents them. These forms take every format, shape and size; large float32 and
float64 arrays go through `engine.blocked`, which is held to these.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arguments.checks import Reduction
from engine.floats.formats import FloatArray
from engine.floats.rounding import LOG_CLAMP, combine, constant, failures_are_results, log, log1p
from engine.pytorch.activations import log_sigmoid, log_softmax
from engine.pytorch.class_reduction import (
    index_rows,
    probability_terms,
    reduce_index_rows,
    reduce_probability_terms,
    smoothed_target,
)
from engine.pytorch.reduction import reduce_elements, weighted


def log_weight(target: FloatArray, pos_weight: FloatArray) -> FloatArray:
    """``(pos_weight - 1) * y + 1``: the factor on the log-sigmoid."""
    lowered = pos_weight - pos_weight.dtype.type(1)
    product = combine(np.multiply, np.asarray(lowered), target)
    return np.asarray(product + constant(1, product))


@failures_are_results
def binary_cross_entropy(
    p: FloatArray, y: FloatArray, weight: FloatArray | None, reduction: Reduction
) -> FloatArray:
    """``(y - 1) * max(log1p(-p), -100) - y * max(log(p), -100)``, weighted and reduced."""
    loss = binary_cross_entropy_from_logs(log(p), log1p(-p), y)
    return reduce_elements(weighted(loss, weight), reduction)


def binary_cross_entropy_from_logs(log_p: FloatArray, log_1mp: FloatArray, y: FloatArray) -> FloatArray:
    """Each element's `binary_cross_entropy`, given ``log(p)`` and ``log1p(-p)``."""
    lowest = constant(LOG_CLAMP, log_p)
    return np.asarray((y - constant(1, y)) * np.maximum(log_1mp, lowest) - y * np.maximum(log_p, lowest))


@failures_are_results
def binary_cross_entropy_with_logits(
    z: FloatArray,
    y: FloatArray,
    weight: FloatArray | None,
    pos_weight: FloatArray | None,
    reduction: Reduction,
) -> FloatArray:
    """``(1 - y) * z - log_sigmoid(z) * ((pos_weight - 1) * y + 1)``, weighted and reduced."""
    negative_part = combine(np.multiply, np.asarray(constant(1, y) - y), z, out=y.dtype)
    loss = binary_cross_entropy_from_log_sigmoid(log_sigmoid(z), negative_part, y, pos_weight)
    return reduce_elements(weighted(loss, weight), reduction)


def binary_cross_entropy_from_log_sigmoid(
    log_p: FloatArray, negative_part: FloatArray, y: FloatArray, pos_weight: FloatArray | None
) -> FloatArray:
    """Each element's `binary_cross_entropy_with_logits`, given ``log_sigmoid(z)`` and ``(1 - y) * z``."""
    if pos_weight is not None:
        log_p = combine(np.multiply, log_p, log_weight(y, pos_weight), out=log_p.dtype)
    return combine(np.subtract, negative_part, log_p, out=y.dtype)


@failures_are_results
def nll_loss(
    input: FloatArray,
    target: NDArray[Any],
    weight: FloatArray | None,
    ignore_index: int,
    reduction: Reduction,
) -> FloatArray:
    """``-input[y] * weight[y]``, reduced."""
    return reduce_index_rows(index_rows(input, target, weight, ignore_index), reduction)


@failures_are_results
def cross_entropy(
    z: FloatArray,
    y: NDArray[Any],
    weight: FloatArray | None,
    ignore_index: int,
    label_smoothing: float,
    reduction: Reduction,
) -> FloatArray:
    """`nll_loss` of log_softmax for class indices, ``-sum(log_softmax(z) * t * weight)`` else, reduced."""
    return cross_entropy_from_log_p(log_softmax(z), y, weight, ignore_index, label_smoothing, reduction)


@failures_are_results
def cross_entropy_from_log_p(
    log_p: FloatArray,
    y: NDArray[Any],
    weight: FloatArray | None,
    ignore_index: int,
    label_smoothing: float,
    reduction: Reduction,
) -> FloatArray:
    """`cross_entropy`, given ``log_p = log_softmax(z)``."""
    if log_p.shape != y.shape:
        return reduce_index_rows(index_rows(log_p, y, weight, ignore_index, label_smoothing), reduction)
    share = smoothed_target(y, label_smoothing, log_p.shape[0 if log_p.ndim == 1 else 1])
    return reduce_probability_terms(probability_terms(log_p, share, weight), reduction)
