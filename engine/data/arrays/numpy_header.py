"""The header of a .npy file, read without evaluating it.

NumPy writes a Python dictionary as text. Three patterns find its three values; nothing is parsed as
Python, nothing is unpickled, and no header is longer than its limit.

References
----------
NumPy, "NEP 1: A simple file format for NumPy arrays", and numpy/lib/format.py.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from engine.data.faults import refusal

MAGIC = b"\x93NUMPY"

MAX_HEADER = 10_000
"""Characters; numpy.lib.format's own limit for headers that it trusts."""

_DESCR = re.compile(r"'descr'\s*:\s*'([<>|=]?[a-zA-Z]\d{0,4})'")
_ORDER = re.compile(r"'fortran_order'\s*:\s*(True|False)")
_SHAPE = re.compile(r"'shape'\s*:\s*\(([\d,\s]{0,800})\)")
_STRUCTURED = re.compile(r"'descr'\s*:\s*\[")


@dataclass(frozen=True, slots=True)
class NumpyHeader:
    """What a .npy file says of its array.

    Attributes
    ----------
    shape : tuple of int
    dtype : numpy dtype or None
        None if it is no plain number type.
    fortran_order : bool
        Whether the first index changes fastest.
    type_name : str
        NumPy's name of a number type, otherwise as the header spells it.
    offset : int
        Bytes before the first number.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any] | None
    fortran_order: bool
    type_name: str
    offset: int

    @property
    def count(self) -> int:
        """How many numbers the shape asks for."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """How many bytes they take."""
        return 0 if self.dtype is None else self.count * self.dtype.itemsize


def read_header(file: BinaryIO) -> NumpyHeader:
    """Read a .npy header and leave the file at the first number.

    Raises
    ------
    DataError
        If this is no .npy file.
    """
    start = file.read(8)
    if not start.startswith(MAGIC) or len(start) < 8:
        raise refusal("no_npy", "expected NumPy's .npy format, got something else")
    version = start[6]
    if version not in (1, 2, 3):
        raise refusal(
            "npy_version", "expected version 1 to 3 of NumPy's format, got {version}", version=version
        )
    width = 2 if version == 1 else 4
    length = int.from_bytes(file.read(width), "little")
    if length > MAX_HEADER:
        raise refusal(
            "long_header", "expected a header of at most {most} bytes, got {got}", most=MAX_HEADER, got=length
        )
    raw = file.read(length)
    if len(raw) < length:
        raise refusal("cut_header", "the file ends within its header")
    return _parsed(raw.decode("latin-1").replace('"', "'"), 8 + width + length)


def _parsed(text: str, offset: int) -> NumpyHeader:
    order, shape = _ORDER.search(text), _SHAPE.search(text)
    if order is None or shape is None:
        raise refusal("no_shape", "the header has no shape and order")
    descr = _DESCR.search(text)
    if descr is None and not _STRUCTURED.search(text):
        raise refusal("no_type", "the header names no type")
    dtype = None if descr is None else _number_type(descr[1])
    return NumpyHeader(
        shape=tuple(map(int, shape[1].replace(",", " ").split())),
        dtype=dtype,
        fortran_order=order[1] == "True",
        type_name=dtype.name if dtype is not None else "structured" if descr is None else descr[1],
        offset=offset,
    )


def _number_type(descr: str) -> np.dtype[Any] | None:
    if descr.lstrip("<>|=")[0] not in "fiub":  # and never 'O', which is a pickle
        return None
    try:
        return np.dtype(descr)
    except TypeError:
        return None
