"""The textbook forms, kept wrong on purpose.

Each is what one writes first: logarithms of a sigmoid or a softmax. They are here to be compared, so
they use no clamp and no stable form, and every operation is rounded as PyTorch's tensor operations
round it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FloatArray, narrowed
from engine.floats.rounding import combine, constant, failures_are_results, log
from engine.pytorch.activations import softmax


@failures_are_results
def scratch_binary_cross_entropy(p: FloatArray, target: FloatArray) -> FloatArray:
    """``-(y * log(p) + (1 - y) * log(1 - p))``, of every element.

    Parameters
    ----------
    p : array of any shape, one of the four formats
        Probabilities, ``sigmoid(z)``.
    target : array of the same shape and format

    Returns
    -------
    array of the same shape and format

    Notes
    -----
    inf where p is 0 or 1 and the target says otherwise, nan (0 * -inf) where the target agrees. And
    ``1 - p`` has lost the digits of a small p, so that for y = 0 the loss is wrong by 1 % at
    z = -12.7 (float32) and 0 from z = -17.33 on.

    Examples
    --------
    >>> p = np.array([0.0, 1.0], dtype=np.float32)
    >>> scratch_binary_cross_entropy(p, np.array([1.0, 1.0], dtype=np.float32)).tolist()
    [inf, nan]
    """
    return scratch_binary_from_logs(log(p), log(np.asarray(constant(1, p) - p)), target)


def scratch_binary_from_logs(log_p: FloatArray, log_1mp: FloatArray, target: FloatArray) -> FloatArray:
    """`scratch_binary_cross_entropy`, given ``log(p)`` and ``log(1 - p)``."""
    return np.asarray(-(target * log_p + (constant(1, log_p) - target) * log_1mp))


@failures_are_results
def scratch_log_softmax(input: FloatArray, axis: int | None = None) -> FloatArray:
    """``log(softmax(z))``.

    Parameters
    ----------
    input : array (C,), (N, C) or (N, C, d1, ..., dK), one of the four formats
        Logits.
    axis : int, optional
        The classes' axis: by default 1, or 0 for (C,).

    Returns
    -------
    array of the same shape and format
        -inf for a class whose probability underflows (float32: 103.97 below the largest).
    """
    return log(softmax(input, axis))


@failures_are_results
def scratch_cross_entropy(input: FloatArray, target: NDArray[Any]) -> FloatArray:
    """``-log(softmax(z))[arange(N), y]``, or ``-(y * log(softmax(z))).sum(1)``, of every row.

    Parameters
    ----------
    input : array (N, C), one of the four formats
        Logits.
    target : int64 array (N,), or array (N, C) of input's format
        Class indices, or class probabilities.

    Returns
    -------
    array (N,) of input's format

    Notes
    -----
    inf where the target's probability underflows; with probabilities also nan (0 * -inf) where any
    other class's does.

    Examples
    --------
    >>> z = np.array([[200.0, 0.0]], dtype=np.float32)
    >>> scratch_cross_entropy(z, np.array([1])).tolist()
    [inf]
    """
    return scratch_cross_entropy_from_log_p(scratch_log_softmax(input), target)


@failures_are_results
def scratch_cross_entropy_from_log_p(log_p: FloatArray, target: NDArray[Any]) -> FloatArray:
    """`scratch_cross_entropy`, given ``log_p = log(softmax(z))``."""
    if target.shape != log_p.shape:
        return np.asarray(-log_p[np.arange(len(log_p)), target])
    terms = combine(np.multiply, target, log_p)
    return -narrowed(np.asarray(np.sum(terms, axis=1, dtype=np.float64)), terms.dtype)
