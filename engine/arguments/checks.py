"""What PyTorch refuses, refused with the argument, the place, what was expected and what came.

Every refusal is a `LossArgumentError` and at the same time the `ValueError`, `TypeError` or
`IndexError` that a caller would expect. Its message closes with PyTorch's own words, so that they
can be searched for. The order of the checks is PyTorch's, so that the same fault is named first.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from engine.floats.formats import FloatArray
from engine.floats.rounding import is_float

Reduction = Literal["none", "mean", "sum"]
REDUCTIONS: tuple[Reduction, ...] = get_args(Reduction)

_TORCH_NAMES = {
    "float16": "Half", "bfloat16": "BFloat16", "float32": "Float", "float64": "Double",
    "int64": "Long", "int32": "Int", "int16": "Short", "int8": "Char", "uint8": "Byte", "bool": "Bool",
    "complex64": "ComplexFloat", "complex128": "ComplexDouble",
    "uint16": "UInt16", "uint32": "UInt32", "uint64": "UInt64",
}  # fmt: skip
"""PyTorch's names of the formats in its messages (c10/core/ScalarType.h)."""


class LossArgumentError(Exception):
    """An argument PyTorch refuses.

    Attributes
    ----------
    argument : str
        Its name.
    words : str
        PyTorch's own message.
    index : tuple of int or None
        The first element at fault, where single elements are.
    """

    def __init__(
        self, argument: str, expected: str, got: str, words: str, index: tuple[int, ...] | None = None
    ) -> None:
        place = argument if index is None else f"{argument}[{', '.join(map(str, index))}]"
        super().__init__(f"{place}: expected {expected}, got {got} (PyTorch: {words})")
        self.argument = argument
        self.words = words
        self.index = index


class LossValueError(LossArgumentError, ValueError):
    """A value or a shape PyTorch refuses."""


class LossTypeError(LossArgumentError, TypeError):
    """A number format or a type PyTorch refuses."""


class LossIndexError(LossArgumentError, IndexError):
    """A class index outside 0 .. C - 1, or an axis that is not there."""


def torch_name(dtype: np.dtype[Any]) -> str:
    """PyTorch's name of a number format in its messages: ``Float`` for float32 and so on."""
    return _TORCH_NAMES.get(dtype.name, dtype.name)


def size(shape: tuple[int, ...]) -> str:
    """A shape as PyTorch writes it."""
    return f"torch.Size({list(shape)})"


def as_array(argument: str, value: ArrayLike) -> FloatArray:
    """The argument as an array: arrays keep their format, lists of Python floats become float64."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        words = "expected a sequence of equal length"
        raise LossValueError(argument, "an array of numbers", "rows of unequal length", words) from error
    if array.dtype.isnative:
        return array
    return array.astype(array.dtype.newbyteorder("="))


def as_optional_array(argument: str, value: ArrayLike | None) -> FloatArray | None:
    """`as_array`, or None."""
    return None if value is None else as_array(argument, value)


def check_reduction(reduction: str) -> Reduction:
    """One of 'none', 'mean' and 'sum'."""
    if isinstance(reduction, str) and reduction in REDUCTIONS:
        return reduction
    words = f"{reduction} is not a valid value for reduction"
    raise LossValueError("reduction", "'none', 'mean' or 'sum'", repr(reduction), words)


def check_input_format(input: FloatArray, kernel: str) -> None:
    """One of the four float formats; `kernel` is the name PyTorch's refusal gives."""
    if not is_float(input.dtype):
        words = f"\"{kernel}\" not implemented for '{torch_name(input.dtype)}'"
        formats = "float16, bfloat16, float32 or float64"
        raise LossTypeError("input", formats, input.dtype.name, words)


def _mismatch(shape: tuple[int, ...], given: tuple[int, ...]) -> tuple[int, int]:
    """The first pair of lengths, from the last axis on, that do not meet: (axis, length given)."""
    pairs = zip(reversed(shape), reversed(given), strict=False)
    back, length = next((i, b) for i, (a, b) in enumerate(pairs) if a != b and 1 not in {a, b})
    return max(len(shape), len(given)) - 1 - back, length


def _mismatch_words(kind: str, shape: tuple[int, ...], given: tuple[int, ...]) -> str:
    axis, length = _mismatch(shape, given)
    from_last = axis - max(len(shape), len(given))
    if kind == "expand":
        return (
            f"Attempting to broadcast a dimension of length {length} at {from_last}! "
            f"Mismatching argument at index 1 had {size(given)}; but expected shape should be "
            f"broadcastable to {list(shape)}"
        )
    first, second = shape[from_last], length
    if kind == "factor first":
        first, second = second, first
    return (
        f"The size of tensor a ({first}) must match the size of tensor b ({second}) "
        f"at non-singleton dimension {axis}"
    )


_Stretching = Literal["expand", "factor first", "factor last"]
"""The operation that stretches a weight, whose words PyTorch uses."""


def _stretched(
    argument: str, weight: FloatArray, shape: tuple[int, ...], kind: _Stretching
) -> tuple[int, ...]:
    """The shape that both broadcast to, if there is one."""
    try:
        return np.broadcast_shapes(shape, weight.shape)
    except ValueError:
        words = _mismatch_words(kind, shape, weight.shape)
    raise LossValueError(argument, f"a shape that stretches to {shape}", f"{weight.shape}", words)


def _check_weight_shape(argument: str, weight: FloatArray, shape: tuple[int, ...], kind: _Stretching) -> None:
    """It must stretch to `shape` without enlarging it."""
    stretched = _stretched(argument, weight, shape, kind)
    if stretched != shape:
        words = f"output with shape {list(shape)} doesn't match the broadcast shape {list(stretched)}"
        raise LossValueError(argument, f"a shape that stretches to {shape}", f"{weight.shape}", words)


def check_real(argument: str, array: FloatArray) -> None:
    """Integers, bools or one of the four float formats."""
    if array.dtype.kind not in "biu" and not is_float(array.dtype):
        words = f"result type {torch_name(array.dtype)} can't be cast to the desired output type"
        raise LossTypeError(argument, "real numbers", array.dtype.name, words)


def plainly_within_unit_interval(array: FloatArray) -> bool:
    """Whether one maximum says that all elements lie within [0, 1]; -0 leaves it open.

    From +0 on floats are ordered as their bits, read as unsigned integers; negative numbers and nan
    come after 1. That needs no temporary array and a tenth of the time of two comparisons.
    """
    if array.size == 0:
        return True
    unsigned = np.dtype(f"u{array.dtype.itemsize}")
    return bool(np.maximum.reduce(array.view(unsigned), axis=None) <= np.ones((), array.dtype).view(unsigned))


def check_unit_interval(input: FloatArray, target: FloatArray) -> None:
    """Both within [0, 1]; nan is not. The first element at fault names the argument."""
    if plainly_within_unit_interval(input) and plainly_within_unit_interval(target):
        return
    zero, one = input.dtype.type(0), input.dtype.type(1)
    right_input = (input >= zero) & (input <= one)
    right_target = (target >= zero) & (target <= one)
    right = right_input & right_target
    if right.all():
        return
    first = int(np.argmin(right))
    index = tuple(int(i) for i in np.unravel_index(first, input.shape))
    argument, array = ("target", target) if np.ravel(right_input)[first] else ("input", input)
    words = f"all elements of {argument} should be between 0 and 1"
    raise LossValueError(argument, "a number from 0 to 1", f"{float(array[index])!r}", words, index)


def check_binary_cross_entropy(
    input: ArrayLike, target: ArrayLike, weight: ArrayLike | None, reduction: str
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """The arrays of `binary_cross_entropy`, refused as PyTorch refuses them; `weight` is expanded.

    As in PyTorch a weight that does not stretch is refused before the range is looked at, and one that is
    no real number or would enlarge the loss after it.
    """
    check_reduction(reduction)
    p, y = as_array("input", input), as_array("target", target)
    w = as_optional_array("weight", weight)
    if p.shape != y.shape:
        words = (
            f"Using a target size ({size(y.shape)}) that is different to the input size "
            f"({size(p.shape)}) is deprecated. Please ensure they have the same size."
        )
        raise LossValueError("target", f"the shape of input, {p.shape}", f"{y.shape}", words)
    if w is not None:
        _stretched("weight", w, p.shape, "expand")
    if p.dtype != y.dtype:
        words = f"Found dtype {torch_name(y.dtype)} but expected {torch_name(p.dtype)}"
        raise LossTypeError("target", f"the format of input, {p.dtype.name}", y.dtype.name, words)
    check_input_format(p, "binary_cross_entropy")
    check_unit_interval(p, y)
    if w is not None:
        check_real("weight", w)
        _check_weight_shape("weight", w, p.shape, "expand")
        w = np.broadcast_to(w, p.shape)
    return p, y, w


def _check_logits_target_format(input: FloatArray, target: FloatArray) -> None:
    if is_float(target.dtype):
        return
    if target.dtype == np.bool_:
        words = "Subtraction, the `-` operator, with two bool tensors is not supported."
    elif target.dtype.kind in "iu":
        words = (
            f"result type {torch_name(input.dtype)} can't be cast "
            f"to the desired output type {torch_name(target.dtype)}"
        )
    else:
        words = (
            "binary_cross_entropy_with_logits does not support automatic differentiation "
            "for outputs with complex dtype."
        )
    raise LossTypeError("target", "float16, bfloat16, float32 or float64", target.dtype.name, words)


def check_binary_cross_entropy_with_logits(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None,
    pos_weight: ArrayLike | None,
    reduction: str,
) -> tuple[FloatArray, FloatArray, FloatArray | None, FloatArray | None]:
    """The arrays of `binary_cross_entropy_with_logits`, refused as PyTorch refuses them."""
    check_reduction(reduction)
    z, y = as_array("input", input), as_array("target", target)
    w = as_optional_array("weight", weight)
    positive = as_optional_array("pos_weight", pos_weight)
    if z.shape != y.shape:
        words = f"Target size ({size(y.shape)}) must be the same as input size ({size(z.shape)})"
        raise LossValueError("target", f"the shape of input, {z.shape}", f"{y.shape}", words)
    check_input_format(z, "log_sigmoid_cpu")
    if positive is not None:
        if positive.dtype == np.bool_:
            words = "Subtraction, the `-` operator, with a bool tensor is not supported."
            raise LossTypeError("pos_weight", "numbers", "bool", words)
        if positive.dtype.kind == "u" and positive.dtype.itemsize > 1:
            words = f"\"add_stub\" not implemented for '{torch_name(positive.dtype)}'"
            raise LossTypeError("pos_weight", "floats or signed integers", positive.dtype.name, words)
        check_real("pos_weight", positive)
        _check_weight_shape("pos_weight", positive, z.shape, "factor first")
    _check_logits_target_format(z, y)
    if w is not None:
        check_real("weight", w)
        _check_weight_shape("weight", w, z.shape, "factor last")
    return z, y, w, positive
