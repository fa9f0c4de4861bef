"""sigmoid and log_sigmoid as PyTorch evaluates them, with their gradients.

The order of operations is PyTorch's own, and each one is rounded to the format (the half formats
compute in float32 and round once, but for the exception that `sigmoid_grad` names). That is what puts
``sigmoid(z) == 1``, an infinite logarithm or a loss of 0 at the same logit, to the float.
"""

from __future__ import annotations

import numpy as np

from engine.floats.formats import BFLOAT16, FloatArray, narrowed
from engine.floats.rounding import constant, exp, failures_are_results, log1p, widened


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
