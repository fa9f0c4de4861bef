"""What PyTorch refuses of `nll_loss` and `cross_entropy`; see `engine.arguments.checks`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.arguments.checks import (
    LossIndexError,
    LossTypeError,
    LossValueError,
    as_array,
    as_optional_array,
    check_input_format,
    check_real,
    check_reduction,
    torch_name,
)
from engine.floats.formats import FloatArray
from engine.floats.rounding import is_float


def check_ignore_index(ignore_index: Any, function: str) -> int:
    """An integer, and no bool."""
    if isinstance(ignore_index, np.ndarray) and ignore_index.ndim == 0:
        ignore_index = ignore_index[()]
    if not isinstance(ignore_index, bool) and isinstance(ignore_index, int | np.integer):
        number = int(ignore_index)
        if -(2**63) <= number < 2**63:
            return number
        words = "Overflow when unpacking long long"
        raise LossValueError("ignore_index", "an integer of 64 bits", repr(number), words)
    kind = type(ignore_index).__name__
    words = f"{function}(): argument 'ignore_index' (position 5) must be int, not {kind}"
    raise LossTypeError("ignore_index", "an integer", repr(ignore_index), words)


def check_label_smoothing(label_smoothing: Any) -> float:
    """A number up to 1; PyTorch takes a negative one, or nan, for 0."""
    if not isinstance(label_smoothing, int | float | np.integer | np.floating | np.bool_):
        kind = type(label_smoothing).__name__
        words = f"cross_entropy_loss(): argument 'label_smoothing' (position 6) must be float, not {kind}"
        raise LossTypeError("label_smoothing", "a number from 0 to 1", repr(label_smoothing), words)
    value = float(label_smoothing)
    return value if value > 0 and not math.isnan(value) else 0.0


def check_smoothing_range(label_smoothing: float) -> None:
    """At most 1."""
    if label_smoothing > 1:
        words = f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}"
        raise LossValueError("label_smoothing", "a number from 0 to 1", f"{label_smoothing!r}", words)


def _check_batch(input: FloatArray, target: FloatArray) -> None:
    if input.ndim == 0:
        words = "Expected 1 or more dimensions (got 0)"
        raise LossValueError("input", "(C,), (N, C) or (N, C, d1, ..., dK)", "no dimensions", words)
    if input.ndim == 1:
        return
    batch = target.shape[0] if target.ndim else 0
    if input.shape[0] == 0 and target.ndim == 0:
        words = "Dimension specified as 0 but tensor has no dimensions"
        raise LossIndexError("target", "(N,) or (N, d1, ..., dK)", "no dimensions", words)
    if input.shape[0] != batch:
        words = f"Expected input batch_size ({input.shape[0]}) to match target batch_size ({batch})."
        raise LossValueError(
            "target", f"one entry for each of {input.shape[0]} rows", f"{target.shape}", words
        )


def _check_target_dimensions(input: FloatArray, target: FloatArray) -> None:
    expected = (*input.shape[:1], *input.shape[2:])
    if input.ndim <= 2 and target.ndim > 1:
        words = "0D or 1D target tensor expected, multi-target not supported"
    elif input.ndim == 4 and target.ndim != 3:
        words = (
            "only batches of spatial targets supported (3D tensors) "
            f"but got targets of dimension: {target.ndim}"
        )
    elif input.ndim > 2 and input.ndim != 4 and target.shape != expected:
        words = f"Expected target size {list(expected)}, got {list(target.shape)}"
    else:
        return
    shape = expected if input.ndim > 1 else ()
    raise LossValueError("target", f"class indices of shape {shape}", f"{target.shape}", words)


def _check_spatial_size(input: FloatArray, target: FloatArray) -> None:
    expected = (*input.shape[:1], *input.shape[2:])
    given, compared = list(input.shape), list(target.shape)
    if input.ndim not in {1, 2, 4} and input.size == 0 and target.size > 0:
        # No class: PyTorch makes four dimensions of both, (N, 0, 0, 0) and (N, 1, d), which do not fit.
        given, compared = [len(input), 0, 0, 0], [len(target), 1, target.size // len(target)]
    elif input.ndim != 4 or target.shape == expected:
        return
    words = f"size mismatch (got input: {given} , target: {compared}"
    raise LossValueError("target", f"class indices of shape {expected}", f"{target.shape}", words)


def _check_index_format(target: FloatArray) -> None:
    if target.dtype not in {np.dtype(np.int64), np.dtype(np.uint8)}:
        words = f"expected target dtype to be Long or Byte, but got {torch_name(target.dtype)}"
        raise LossTypeError("target", "int64 or uint8 class indices", target.dtype.name, words)


def _check_class_weight_shape(input: FloatArray, weight: FloatArray) -> None:
    classes = input.shape[0 if input.ndim == 1 else 1]
    if input.ndim <= 2 and weight.shape != (classes,):
        words = (
            f"weight tensor should be defined either for all {classes} classes or no classes "
            f"but got weight tensor of shape: {list(weight.shape)}"
        )
    elif weight.size != classes:
        words = "weight tensor should be defined either for all or no classes"
    else:
        return
    raise LossValueError(
        "weight", f"one number for each of {classes} classes", f"shape {weight.shape}", words
    )


def _check_formats(
    input: FloatArray, target: FloatArray, weight: FloatArray | None, *, reduces_nothing: bool
) -> None:
    check_input_format(input, "nll_loss_out_frame" if input.ndim <= 2 else "nll_loss2d_forward_out_frame")
    if weight is not None and weight.dtype != input.dtype:
        words = f"expected scalar type {torch_name(input.dtype)} but found {torch_name(weight.dtype)}"
        raise LossTypeError("weight", f"the format of input, {input.dtype.name}", weight.dtype.name, words)
    if not reduces_nothing:  # of nothing PyTorch gives the sum or mean before it looks at a target
        _check_many_dimensions(input, target)


def _check_many_dimensions(input: FloatArray, target: FloatArray) -> None:
    if target.dtype == np.uint8 and input.ndim > 2:
        words = "expected scalar type Long but found Byte"
        raise LossTypeError("target", "int64 class indices for three dimensions and more", "uint8", words)


def all_classes(target: NDArray[Any], classes: int) -> bool:
    """Whether every target is a class from 0 to C - 1.

    Read as unsigned, a negative index is larger than any class: one maximum tells, without a
    temporary array.
    """
    if target.size == 0:
        return True
    unsigned = np.dtype(f"u{target.dtype.itemsize}")
    return int(np.maximum.reduce(target.view(unsigned), axis=None)) < classes


_RANGE_BLOCK = 1 << 16
"""Targets looked at together: a block's truth values fit a cache."""


def check_index_range(target: NDArray[Any], classes: int, ignore_index: int) -> None:
    """Every target is a class, or ignored."""
    if all_classes(target, classes):
        return
    flat = target.reshape(-1)
    for start in range(0, flat.size, _RANGE_BLOCK):
        block = flat[start : start + _RANGE_BLOCK]
        wrong = ((block < 0) | (block >= classes)) & (block != ignore_index)
        if wrong.any():
            first = start + int(np.argmax(wrong))
            break
    else:
        return
    index = tuple(int(i) for i in np.unravel_index(first, target.shape))
    value = int(target[index])
    expected = f"a class from 0 to {classes - 1}, or ignore_index {ignore_index}"
    raise LossIndexError("target", expected, str(value), f"Target {value} is out of bounds.", index or None)


def _check_indices(
    input: FloatArray,
    target: FloatArray,
    weight: FloatArray | None,
    ignore_index: int,
    reduction: str,
) -> None:
    _check_batch(input, target)
    _check_target_dimensions(input, target)
    _check_index_format(target)
    if input.ndim == 1 and target.ndim == 1 and target.size != 1:
        words = f"For 1D input, 1D target must have size 1, but got target size: {target.size}"
        raise LossValueError("target", "one class index", f"{target.size}", words)
    if weight is not None:
        _check_class_weight_shape(input, weight)
    _check_spatial_size(input, target)
    _check_formats(input, target, weight, reduces_nothing=target.size == 0 and reduction != "none")
    check_index_range(target, input.shape[0 if input.ndim == 1 else 1], ignore_index)


def check_nll_loss(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None,
    ignore_index: int,
    reduction: str,
) -> tuple[FloatArray, NDArray[Any], FloatArray | None, int]:
    """The arguments of `nll_loss`, refused as PyTorch refuses them; `weight` is left flat."""
    check_reduction(reduction)
    ignored = check_ignore_index(ignore_index, "nll_loss_nd")
    x, y = as_array("input", input), as_array("target", target)
    w = as_optional_array("weight", weight)
    _check_indices(x, y, w, ignored, reduction)
    return x, y, None if w is None else w.ravel(), ignored


def check_backward_shapes(input: FloatArray, target: NDArray[Any]) -> None:
    """PyTorch's backward refuses what forward takes.

    That is one sample of several classes with its target in a row of one, and uint8 targets for no row of
    three dimensions or more.
    """
    _check_many_dimensions(input, target)
    if input.ndim == 1 and target.shape == (1,) and len(input) != 1:
        words = f"size mismatch (got input: {list(input.shape)}, target: [1])"
        raise LossValueError("target", "no dimensions where input is (C,)", "(1,)", words)


def _check_probabilities(
    input: FloatArray, target: FloatArray, weight: FloatArray | None, ignore_index: int
) -> None:
    if not is_float(target.dtype):
        words = (
            "Expected floating point type for target with class probabilities, "
            f"got {torch_name(target.dtype)}"
        )
        raise LossTypeError("target", "class probabilities (the shape is input's)", target.dtype.name, words)
    if ignore_index >= 0:
        words = "ignore_index is not supported for floating point target"
        raise LossValueError("ignore_index", "a negative number", str(ignore_index), words)
    if input.ndim == 0:
        words = "Dimension specified as 1 but tensor has no dimensions"
        raise LossIndexError("input", "(C,), (N, C) or (N, C, d1, ..., dK)", "no dimensions", words)
    classes = input.shape[0 if input.ndim == 1 else 1]
    if weight is not None:
        check_real("weight", weight)
    if weight is not None and weight.shape != (classes,):
        words = (
            f"cross_entropy: weight tensor should be defined either for all {classes} classes or no classes "
            f"but got weight tensor of shape: {list(weight.shape)}"
        )
        raise LossValueError("weight", f"shape ({classes},)", f"shape {weight.shape}", words)


def counted_in_smoothing(target: NDArray[Any], ignore_index: int) -> NDArray[np.bool_]:
    """Where label smoothing counts a target: it compares in the target's own format, uint8 modulo 256.

    The other part of the loss compares whole numbers. So with the default -100 a uint8 target of 156 is
    ignored by the one and counted by the other.
    """
    if target.dtype == np.uint8:
        ignore_index %= 256
    return np.asarray(target != ignore_index)


def _check_smoothed_indices(
    input: FloatArray, target: FloatArray, weight: FloatArray | None, ignore_index: int, reduction: str
) -> None:
    """What only label smoothing with class indices refuses: slips of the way it is composed."""
    if input.ndim == 1 and target.ndim == 1:
        words = "output with shape [] doesn't match the broadcast shape [1]"
        raise LossValueError("target", "no dimensions where input is (C,)", f"{target.shape}", words)
    if weight is None:
        return
    expected, got = f"shape ({weight.size},)", f"shape {weight.shape}"
    if weight.ndim == 0:
        words = "Dimension specified as 0 but tensor has no dimensions"
        raise LossIndexError("weight", expected, got, words)
    if len(weight) != weight.size:
        shape = [1, len(weight), *[1] * (input.ndim - 2)]
        words = f"shape '{shape}' is invalid for input of size {weight.size}"
        raise LossValueError("weight", expected, got, words)
    if reduction != "mean" or not counted_in_smoothing(target, ignore_index).any():
        return  # PyTorch looks no weight up
    if target.dtype == np.uint8:
        words = "gather(): Expected dtype int32/int64 for index"
        raise LossTypeError("target", "int64 class indices", "uint8", words)
    if weight.ndim > 1:
        words = "Index tensor must have the same number of dimensions as input tensor"
        raise LossValueError("weight", expected, got, words)


def check_cross_entropy(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None,
    ignore_index: int,
    reduction: str,
    label_smoothing: float,
) -> tuple[FloatArray, FloatArray, FloatArray | None, int, float]:
    """The arguments of `cross_entropy`, refused as PyTorch refuses them.

    A target of input's shape holds probabilities, whatever its format; any other holds indices.
    """
    check_reduction(reduction)
    ignored = check_ignore_index(ignore_index, "cross_entropy_loss")
    smoothing = check_label_smoothing(label_smoothing)
    z, y = as_array("input", input), as_array("target", target)
    w = as_optional_array("weight", weight)
    kernel = "log_softmax_lastdim_kernel_impl" if z.ndim <= 2 else "log_softmax_kernel_impl"
    if z.shape == y.shape:
        _check_probabilities(z, y, w, ignored)
        check_input_format(z, kernel)
        check_smoothing_range(smoothing)
        return z, y, w, ignored, smoothing
    check_smoothing_range(smoothing)
    if z.ndim == 0:
        words = "Dimension out of range (expected to be in range of [-1, 0], but got 1)"
        raise LossIndexError("input", "(C,), (N, C) or (N, C, d1, ..., dK)", "no dimensions", words)
    check_input_format(z, kernel)
    _check_indices(z, y, w, ignored, reduction)
    if smoothing:
        _check_smoothed_indices(z, y, w, ignored, reduction)
    return z, y, None if w is None else w.ravel(), ignored, smoothing
