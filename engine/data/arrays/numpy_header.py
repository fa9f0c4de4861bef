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

from engine.data.arrays.number_types import DTYPES
from engine.data.faults import refusal
from engine.floats.formats import BFLOAT16

MAGIC = b"\x93NUMPY"

MAX_HEADER = 10_000
"""Characters; numpy.lib.format's own limit for headers that it trusts."""

_CODE = r"[<>|=]?[a-zA-Z]\d{0,6}(?:\[\w{1,10}\])?"
_DESCR = re.compile(rf"'descr'\s*:\s*'({_CODE})'")
_ORDER = re.compile(r"'fortran_order'\s*:\s*(True|False)")
_SHAPE = re.compile(r"'shape'\s*:\s*\(([\d,\s]{0,800})\)")
_STRUCTURED = re.compile(r"'descr'\s*:\s*\[")
_FIELD = re.compile(
    rf"\s*\(\s*'([^']{{0,200}})'\s*,\s*'({_CODE})'\s*(?:,\s*\(([\d,\s]{{0,80}})\)\s*)?\)\s*[,\]]"
)

WORDS_CODES = ("U", "S")
"""NumPy's texts, of four bytes a character and of one."""


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a structured array, or the whole of a plain one.

    Attributes
    ----------
    name : str
        Of the field; empty for a plain array.
    code : str
        As the header spells the type.
    dtype : numpy dtype or None
        In the machine's byte order; None if it is neither numbers nor texts.
    swapped : bool
        Whether the file has the bytes of each number the other way round.
    type_name : str
        NumPy's name of a number type, otherwise the code.
    shape : tuple of int
        Of the field in one item.
    begin, size : int
        Its bytes in each item.
    """

    name: str
    code: str
    dtype: np.dtype[Any] | None
    swapped: bool
    type_name: str
    shape: tuple[int, ...]
    begin: int
    size: int


@dataclass(frozen=True, slots=True)
class NumpyHeader:
    """What a .npy file says of its array.

    Attributes
    ----------
    shape : tuple of int
    parts : tuple of Part
        The fields of a structured array; one of a plain one; none if the fields are of no known kind.
    fortran_order : bool
        Whether the first index changes fastest.
    item : int
        Bytes of an item, all its fields together.
    offset : int
        Bytes before the first number.
    """

    shape: tuple[int, ...]
    parts: tuple[Part, ...]
    fortran_order: bool
    item: int
    offset: int

    @property
    def nbytes(self) -> int:
        """How many bytes the shape asks for."""
        return math.prod(self.shape) * self.item


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
    text = raw.decode("latin-1" if version < 3 else "utf-8", "replace")
    return _parsed(text.replace('"', "'"), 8 + width + length)


def _parsed(text: str, offset: int) -> NumpyHeader:
    order, shape = _ORDER.search(text), _SHAPE.search(text)
    if order is None or shape is None:
        raise refusal("no_shape", "the header has no shape and order")
    descr, fields = _DESCR.search(text), _STRUCTURED.search(text)
    if descr is not None:
        parts = [_part("", descr[1], (), 0)]
    elif fields is not None:
        parts = _fields(text, fields.end())
    else:
        raise refusal("no_type", "the header names no type")
    return NumpyHeader(
        shape=_sides(shape[1]),
        parts=tuple(each for each in parts if each.name or descr is not None),
        fortran_order=order[1] == "True",
        item=sum(each.size for each in parts),
        offset=offset,
    )


def _fields(text: str, at: int) -> list[Part]:
    """The fields of a structured type, one after the other; none where one of them is structured itself."""
    parts: list[Part] = []
    begin = 0
    while True:
        found = _FIELD.match(text, at)
        if found is None:
            return []
        parts.append(_part(found[1], found[2], _sides(found[3] or ""), begin))
        begin += parts[-1].size
        at = found.end()
        if text[at - 1] == "]" or text[at : at + 2].strip().startswith("]"):
            return parts


def _sides(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.replace(",", " ").split()))


def _part(name: str, code: str, shape: tuple[int, ...], begin: int) -> Part:
    kind = code.lstrip("<>|=")
    dtype, type_name, item = _type_of(kind)
    swapped = code.startswith(">")
    return Part(name, code, dtype, swapped, type_name, shape, begin, item * math.prod(shape))


def _type_of(kind: str) -> tuple[np.dtype[Any] | None, str, int]:
    """The type of a code without its byte order, its name, and the bytes of one value."""
    letter, digits = kind[0], int(kind[1:].partition("[")[0] or 0)
    if letter in WORDS_CODES and digits:
        return np.dtype(kind), kind, (4 if letter == "U" else 1) * digits
    if kind == "V2":
        return BFLOAT16.dtype, "bfloat16", 2  # what ml_dtypes' arrays are saved as
    if kind == "f1":
        return DTYPES["float8_e5m2"], "float8_e5m2 as float32", 1
    if letter in "fiub":  # and never 'O', which is a pickle
        try:
            dtype = np.dtype(kind)
        except TypeError:
            return None, kind, digits
        return dtype, dtype.name, dtype.itemsize
    return None, kind, digits
