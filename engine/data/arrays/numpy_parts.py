"""What a .npy header makes to choose from: a plain array, each field of a structured one, raw bits twice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from engine.data.arrays.nested_lists import WORDS, characters_array, words_array
from engine.data.arrays.number_types import (
    AS_BFLOAT16,
    BLOCK,
    SAMPLED_VALUES,
    UINT16,
    numbers_of,
    read_as,
    sample_text,
)
from engine.data.arrays.numpy_header import NumpyHeader, Part
from engine.data.entries import MAX_NUMBERS, Entry, Progress, check_array
from engine.data.faults import Fault, fault, refusal, short
from engine.floats.formats import BFLOAT16

MOST_BYTES = 8 * MAX_NUMBERS
"""Of an array with all its fields or texts."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an entry's values are: a field of an array, and whether its uint16 numbers are raw bits."""

    header: NumpyHeader
    part: int
    as_bfloat16: bool = False


def listed(name: str, header: NumpyHeader, available: int, start: bytes) -> list[tuple[Entry, Source]]:
    """The entries of an array of this header.

    Parameters
    ----------
    name : str
    available : int
        Bytes that follow the header.
    start : bytes
        The first of them.
    """
    if not header.parts:
        reason = fault("structured", "fields in fields, which make no columns")
        return [(Entry(short(name), header.shape, "structured", reason), Source(header, 0))]
    found = []
    for index, part in enumerate(header.parts):
        label = name if not part.name else part.name if not name else f"{name}.{part.name}"
        shape = header.shape + part.shape
        type_name = WORDS if _is_words(part) else part.type_name
        refused = _fault(header, part, shape, available)
        first = _first(header, part, start) if refused is None else None
        sample = "" if first is None else sample_text(first)
        found.append((Entry(short(label), shape, type_name, refused, sample), Source(header, index)))
        if refused is None and part.dtype == UINT16:
            sample = "" if first is None else sample_text(first.view(BFLOAT16.dtype))
            other = Entry(short(label) + AS_BFLOAT16, shape, "bfloat16 (uint16)", None, sample)
            found.append((other, Source(header, index, as_bfloat16=True)))
    return found


def _is_words(part: Part) -> bool:
    return part.dtype is not None and part.dtype.kind in "US"


def _fault(header: NumpyHeader, part: Part, shape: tuple[int, ...], available: int) -> Fault | None:
    if any(each.code.endswith("O") for each in header.parts):
        return fault("objects", "Python objects, which are pickles and never read")
    if part.code.endswith("V1"):
        return fault(
            "npy_float8", "numbers of one byte whose format the file does not tell; save them as float32"
        )
    reason = check_array(shape, np.dtype(np.float64) if _is_words(part) else read_as(part.dtype))
    if reason is None and _is_words(part) and len(shape) != 1:
        reason = fault("word_table", "a table of words")
    if reason is None and header.nbytes > MOST_BYTES:
        reason = fault("too_many_numbers", "more than {most} numbers", most=MAX_NUMBERS)
    if reason is None and header.nbytes > available:
        reason = fault(
            "cut_short",
            "cut short: {promised} bytes promised, {there} there",
            promised=header.nbytes,
            there=max(available, 0),
        )
    return reason


def _first(header: NumpyHeader, part: Part, start: bytes) -> NDArray[Any] | None:
    """The first values, where they stand together at the beginning."""
    if (header.fortran_order and len(header.shape) > 1) or not header.item:
        return None
    count = min(SAMPLED_VALUES, math.prod(header.shape), len(start) // header.item)
    return _values(np.frombuffer(start[: count * header.item], np.uint8), header, part).reshape(-1)


def read_source(
    file: IO[bytes], source: Source, name: str, done: int, total: int, progress: Progress
) -> NDArray[Any]:
    """The values of an entry from a file that stands at the array's first byte.

    Raises
    ------
    DataError
        If there are fewer bytes than the header promises.
    """
    header, part = source.header, source.header.parts[source.part]
    # What is there is read, never what is promised: room is taken as bytes come.
    raw = bytearray()
    while len(raw) < header.nbytes:
        progress(done + len(raw), total)
        block = file.read(min(BLOCK, header.nbytes - len(raw)))
        if not block:
            raise refusal(
                "ends_early",
                "{name} is cut short after {there} of {promised} bytes",
                name=short(name),
                there=len(raw),
                promised=header.nbytes,
            )
        raw += block
    values = _values(np.frombuffer(raw, np.uint8), header, part)
    if source.as_bfloat16:
        values = values.view(BFLOAT16.dtype)
    if not header.fortran_order:
        return values.reshape(header.shape + part.shape)
    # The items are in Fortran order; within an item a field's own values are not.
    items = values.reshape(*header.shape[::-1], *part.shape)
    return np.ascontiguousarray(
        items.transpose(*reversed(range(len(header.shape))), *range(len(header.shape), items.ndim))
    )


def _values(raw: NDArray[np.uint8], header: NumpyHeader, part: Part) -> NDArray[Any]:
    """A field's values of one dimension."""
    assert part.dtype is not None
    if part.size != header.item:
        items = raw.reshape(-1, header.item)
        raw = np.ascontiguousarray(items[:, part.begin : part.begin + part.size]).reshape(-1)
    if part.dtype.kind == "U":
        return characters_array(raw, part.dtype, swapped=part.swapped)
    if part.dtype.kind == "S":
        return words_array([bytes(each).decode("utf-8", "replace") for each in raw.view(part.dtype)])
    return numbers_of(raw, part.dtype, swapped=part.swapped)
