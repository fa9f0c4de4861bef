"""Elementary operations rounded where PyTorch rounds them.

Two things keep NumPy's own from being used as they are. Its float32 `exp` and `log` are off by up to
three ULP and depend on the processor, and its float16 ones round in other places than PyTorch's. And
an operation on arrays of two formats follows PyTorch's promotion, in which an array without
dimensions does not widen one with dimensions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.floats.formats import FLOAT32, FLOAT64, FORMATS, FloatArray, format_of, narrowed

DType = np.dtype[Any]

_FLOATS = frozenset(known.dtype for known in FORMATS)

LOG_CLAMP = -100.0
"""BCELoss takes no logarithm for smaller than this (aten/src/ATen/native/Loss.cpp, and its documentation)."""

EPSILON = float(np.float32(1e-12))
"""Smallest denominator of BCELoss's gradient: ``constexpr float EPSILON = 1e-12`` (Loss.cpp)."""

failures_are_results = np.errstate(all="ignore")
"""Decorator: inf, nan and underflow are what the losses are here to show, never a warning."""


def is_float(dtype: DType) -> bool:
    """Whether it is one of the four formats (NumPy does not count bfloat16 as floating)."""
    return dtype in _FLOATS


def opmath(dtype: DType) -> DType:
    """The format PyTorch computes in: float32 for the half formats, else the format itself.

    References
    ----------
    aten/src/ATen/OpMathType.h
    """
    return FLOAT32.dtype if dtype.itemsize == 2 else dtype


def widened(x: FloatArray) -> FloatArray:
    """The array in the format that PyTorch computes in."""
    return np.asarray(x).astype(opmath(format_of(np.asarray(x).dtype).dtype), copy=False)


def _through_float64(function: Callable[..., Any], x: FloatArray) -> FloatArray:
    if x.dtype == FLOAT64.dtype:
        return np.asarray(function(x))
    exact: FloatArray = np.asarray(function(x.astype(np.float64))).astype(np.float32)
    return exact.astype(x.dtype, copy=False)


def exp(x: FloatArray) -> FloatArray:
    """The exponential, as close to PyTorch's (Sleef, below 1 ULP) as NumPy gets.

    Notes
    -----
    float32 and narrower: computed in float64, rounded to float32, and from there to the half format,
    as PyTorch's float32 kernels do. Equal to PyTorch's in all but a few percent of floats, on every
    processor. The caller silences floating-point warnings.
    """
    return _through_float64(np.exp, x)


def log(x: FloatArray) -> FloatArray:
    """The natural logarithm; see `exp`."""
    return _through_float64(np.log, x)


def log1p(x: FloatArray) -> FloatArray:
    """``log(1 + x)``; see `exp`."""
    return _through_float64(np.log1p, x)


def promoted(*arrays: FloatArray) -> DType:
    """The format of an operation's result by PyTorch's promotion.

    Floats outrank integers, then arrays with dimensions outrank those without, and the widest
    of those left wins; float16 and bfloat16 meet in float32.

    References
    ----------
    aten/src/ATen/native/TypeProperties.cpp, ``result_type``
    """
    floats = [array for array in arrays if is_float(array.dtype)]
    with_dimensions = [array for array in floats if array.ndim]
    kinds = {array.dtype for array in with_dimensions or floats}
    if len(kinds) == 1:
        return kinds.pop()
    return FLOAT64.dtype if FLOAT64.dtype in kinds else FLOAT32.dtype


def combine(
    operation: np.ufunc, a: FloatArray, b: FloatArray | float, out: DType | None = None
) -> FloatArray:
    """``operation(a, b)`` of two formats, rounded as PyTorch rounds it.

    Parameters
    ----------
    operation : numpy.ufunc
    a, b : arrays (any real dtype, at least one a float), or a Python number for `b`
    out : dtype, optional
        Format of the array written in place (``a.mul_(b)``); by default the promoted one.

    Notes
    -----
    Operands are rounded to the promoted format first, but for a second factor or divisor without
    dimensions: that enters the computation (in float32 for the half formats) as it is. The result is
    rounded to the promoted format, then to `out`.

    References
    ----------
    aten/src/ATen/native/cpu/BinaryOpsKernel.cpp, ``binary_kernel_reduced_floating_vec_opmath_support``
    """
    second = np.asarray(b)
    if a.dtype == second.dtype and out in {None, a.dtype}:
        return np.asarray(operation(a, second))
    common = promoted(a, second) if isinstance(b, np.ndarray | np.generic) else a.dtype
    compute = opmath(common)
    first = narrowed(a, common).astype(compute, copy=False)
    if second.ndim or operation not in {np.multiply, np.divide}:
        second = narrowed(second, common)
    product = operation(first, second.astype(compute, copy=False))
    result = narrowed(np.asarray(product), common)
    return result if out is None else narrowed(result, out)


def constant(value: float, like: FloatArray) -> Any:
    """`value` as a scalar of the format of `like`: a Python float would widen bfloat16 to float32.

    PyTorch rounds a number to the half formats by way of float32.
    """
    return like.dtype.type(opmath(like.dtype).type(value))
