"""The number types of tensors by PyTorch's names, and bytes of them as an array that NumPy computes with."""

from __future__ import annotations

from typing import Any, BinaryIO

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from engine.data.entries import Progress
from engine.data.faults import refusal, short
from engine.floats.formats import BFLOAT16

BLOCK = 2**20
"""Bytes read at a time: some milliseconds even where they are compressed."""

FLOAT8 = {
    "float8_e4m3fn": np.dtype(ml_dtypes.float8_e4m3fn),
    "float8_e5m2": np.dtype(ml_dtypes.float8_e5m2),
    "float8_e4m3fnuz": np.dtype(ml_dtypes.float8_e4m3fnuz),
    "float8_e5m2fnuz": np.dtype(ml_dtypes.float8_e5m2fnuz),
    "float8_e8m0fnu": np.dtype(ml_dtypes.float8_e8m0fnu),
}
"""Float types of a byte, which are widened to float32: it holds them all exactly."""

DTYPES: dict[str, np.dtype[Any]] = {
    **{
        name: np.dtype(name)
        for name in (
            "float16", "float32", "float64", "int8", "int16", "int32", "int64",
            "uint8", "uint16", "uint32", "uint64", "bool", "complex64", "complex128",
        )
    },
    "bfloat16": BFLOAT16.dtype,
    **FLOAT8,
}  # fmt: skip

UINT16 = DTYPES["uint16"]
AS_BFLOAT16 = " as bfloat16"
"""What the name of an entry ends with that reads raw uint16 bits as bfloat16."""

SAMPLED_VALUES = 3


def read_as(dtype: np.dtype[Any] | None) -> np.dtype[Any] | None:
    """The type that numbers of this type come out as."""
    return np.dtype(np.float32) if dtype in FLOAT8.values() else dtype


def type_words(name: str, dtype: np.dtype[Any] | None) -> str:
    """The file's word for a type, and what it is read as where that is another."""
    return f"{name} as float32" if dtype in FLOAT8.values() else name


def numbers_of(raw: NDArray[np.uint8], dtype: np.dtype[Any], *, swapped: bool = False) -> NDArray[Any]:
    """Bytes as numbers of one dimension, in the machine's byte order.

    Parameters
    ----------
    raw : uint8 array, one dimension
    dtype : numpy dtype
        In the machine's byte order.
    swapped : bool
        Whether the bytes of each number stand the other way round.

    Returns
    -------
    array of one dimension
        float32 for the float types of one byte.
    """
    if dtype.kind == "b":
        return np.not_equal(raw, 0)
    if swapped and dtype.itemsize > 1 and dtype.kind == "c":
        return raw.view(dtype).byteswap()
    if swapped and dtype.itemsize > 1:
        raw = raw.view(f"u{dtype.itemsize}").byteswap().view(np.uint8)
    numbers = raw.view(dtype)
    return numbers.astype(np.float32) if dtype in FLOAT8.values() else numbers


def read_bytes(
    file: BinaryIO, size: int, name: str, progress: Progress, done: int = 0, total: int | None = None
) -> NDArray[np.uint8]:
    """Read so many bytes, which are known to be there, in pieces.

    Raises
    ------
    DataError
        If the file has become shorter.
    """
    raw = np.empty(size, dtype=np.uint8)
    room = memoryview(raw.data)
    there = 0
    while there < size:
        progress(done + there, size if total is None else total)
        came = file.readinto(room[there : there + BLOCK])  # type: ignore[attr-defined]  # of every binary file
        if not came:
            raise refusal(
                "ends_early",
                "{name} is cut short after {there} of {promised} bytes",
                name=short(name),
                there=there,
                promised=size,
            )
        there += came
    return raw


def sample_text(values: NDArray[Any]) -> str:
    """The first values of an array as a list shows them."""
    return ", ".join(short(str(value)) for value in values.reshape(-1)[:SAMPLED_VALUES])
