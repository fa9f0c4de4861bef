"""Large arrays inside JSON: dtype, shape and the bytes in base64, exact and a hundred times faster.

A million numbers written out take seconds to write and to check one by one, with the GUI stuttering
beside them; packed, they take milliseconds.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data import check_size
from gui.session.json_text import quoted

LONGEST_LIST = 10_000
"""An array of more numbers is packed; one of fewer stands in the file as people read it."""

BLOCK = 3 * 2**16
"""Bytes encoded at a time; a multiple of 3, so that blocks of base64 join without padding."""

PackedType = Literal["<f8", "<i8"]
KEYS = {"dtype", "shape", "base64"}


def pack(array: NDArray[Any]) -> Iterator[str]:
    """The pieces of an array's JSON text; the array is float64 or int64."""
    dtype: PackedType = "<f8" if array.dtype.kind == "f" else "<i8"
    raw = np.ascontiguousarray(array, dtype=dtype).reshape(-1).view(np.uint8).data
    yield f'{{"dtype": "{dtype}", "shape": {list(array.shape)}, "base64": "'
    for start in range(0, len(raw), BLOCK):
        yield base64.b64encode(raw[start : start + BLOCK]).decode("ascii")
    yield '"}'


def unpack(value: dict[str, Any], place: str, dtype: PackedType, ndim: int) -> NDArray[Any]:
    """The array that a packed value holds.

    Parameters
    ----------
    value : dict
        With the fields dtype, shape and base64, and no other.
    place : str
        What messages call it.
    dtype, ndim
        What is expected; a table (2) has at least one column.

    Raises
    ------
    ValueError
        If it holds anything else. The bytes are decoded only if their number agrees with the shape.
    """
    if set(value) != KEYS:
        raise ValueError(f"{place}: expected a list, or an object with dtype, shape and base64")
    if value["dtype"] != dtype:
        raise ValueError(f'{place}, dtype: expected "{dtype}", got {quoted(value["dtype"])}')
    shape, packed = value["shape"], value["base64"]
    if (
        not isinstance(shape, list)
        or len(shape) != ndim
        or not all(type(side) is int and 0 <= side < 2**40 for side in shape)
        or 0 in shape[1:]
    ):
        raise ValueError(f"{place}, shape: expected {ndim} whole number(s), got {quoted(shape)}")
    check_size(place, shape[0], shape[1] if ndim == 2 else 1)
    count = math.prod(shape)
    if not isinstance(packed, str) or len(packed) != (count * 8 + 2) // 3 * 4:
        raise ValueError(f"{place}: expected the base64 of {count} numbers, got another length")
    try:
        raw = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"{place}: expected base64, got something else") from error
    if len(raw) != count * 8:
        raise ValueError(f"{place}: expected {count * 8} bytes, got {len(raw)}")
    return np.frombuffer(raw, dtype=dtype).reshape(shape).astype(dtype[1:], copy=False)
