"""The values of a NumPy array that a pickle holds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.arrays.nested_lists import characters_array
from engine.data.arrays.number_types import numbers_of
from engine.data.pickled.records import Array, ArrayType


def array_values(array: Array) -> NDArray[Any]:
    """The numbers or words of an array whose type is known and whose bytes have come."""
    assert array.type is not None
    assert array.type.dtype is not None
    assert array.raw is not None
    dtype = array.type.dtype
    raw = np.frombuffer(array.raw, np.uint8)
    if dtype.kind == "U":
        return characters_array(raw, dtype, swapped=array.type.swapped).reshape(array.shape)
    numbers = numbers_of(raw, dtype, swapped=array.type.swapped)
    return numbers.reshape(array.shape, order="F" if array.fortran else "C")


def has_numbers(array: Array) -> bool:
    """Whether it has whole or real numbers, or truths, of a type that is read."""
    kind = array.type
    return kind is not None and kind.dtype is not None and kind.dtype.kind in "fiub" and array.raw is not None


def array_of(values: NDArray[Any]) -> Array:
    """An array with these numbers."""
    array = Array()
    values = np.ascontiguousarray(values)
    array.type = ArrayType(values.dtype.str[1:], values.dtype)
    array.shape, array.raw = values.shape, values.tobytes()
    return array
