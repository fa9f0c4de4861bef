"""Tensors in .safetensors files: a JSON header that names them, and their bytes one after the other.

References
----------
Hugging Face, safetensors, "Format" (README.md) and safetensors/src/tensor.rs, for the types' names.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.data.arrays.number_types import (
    AS_BFLOAT16,
    DTYPES,
    SAMPLED_VALUES,
    UINT16,
    numbers_of,
    read_as,
    read_bytes,
    sample_text,
)
from engine.data.entries import MAX_ENTRIES, Entry, Progress, check_array, check_chosen, no_progress
from engine.data.entries.unchanged import Stamp, check_unchanged, stamp
from engine.data.faults import DataError, reading, refusal, short
from engine.floats.formats import BFLOAT16

TYPES: dict[str, np.dtype[Any]] = {
    "F64": DTYPES["float64"],
    "F32": DTYPES["float32"],
    "F16": DTYPES["float16"],
    "BF16": DTYPES["bfloat16"],
    "F8_E4M3": DTYPES["float8_e4m3fn"],
    "F8_E5M2": DTYPES["float8_e5m2"],
    "F8_E4M3FNUZ": DTYPES["float8_e4m3fnuz"],
    "F8_E5M2FNUZ": DTYPES["float8_e5m2fnuz"],
    "F8_E8M0": DTYPES["float8_e8m0fnu"],
    "I64": DTYPES["int64"],
    "I32": DTYPES["int32"],
    "I16": DTYPES["int16"],
    "I8": DTYPES["int8"],
    "U64": DTYPES["uint64"],
    "U32": DTYPES["uint32"],
    "U16": DTYPES["uint16"],
    "U8": DTYPES["uint8"],
    "BOOL": DTYPES["bool"],
}
"""The format's names of the types that can be logits or targets."""

OTHER_BITS = {"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "C64": 64}
"""Bits of the types that are none of NumPy's or no real numbers."""

F4 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6], dtype=np.float32)
"""The sixteen numbers of four bits (OCP, "Microscaling Formats (MX) Specification", E2M1), two a byte."""

MAX_HEADER = 4 * 2**20
"""Bytes; a thousand tensors take a tenth of a megabyte."""
MOST_DIMENSIONS = 16


@dataclass(frozen=True, slots=True)
class Stored:
    """One tensor as the header has it: its type's name, its shape, and its bytes' place among the data."""

    name: str
    type_name: str
    shape: tuple[int, ...]
    begin: int
    end: int

    @property
    def bits(self) -> int:
        """Of one number."""
        dtype = TYPES.get(self.type_name)
        return OTHER_BITS[self.type_name] if dtype is None else 8 * dtype.itemsize


@dataclass(frozen=True)
class SafetensorsFile:
    """Named tensors."""

    path: Path
    entries: tuple[Entry, ...]
    tensors: tuple[Stored, ...] = field(repr=False)
    """What each entry reads; one of raw bits stands twice."""
    data: int
    """Where the data begin."""
    listed: Stamp
    has_own_formats: ClassVar[bool] = True

    @classmethod
    def inspect(cls, path: Path) -> SafetensorsFile:
        """Read the header; raises DataFileError."""
        with reading(path), path.open("rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            tensors, data = _read_header(file, status.st_size)
            listed = [each for tensor in tensors for each in _listed(file, tensor, data)]
        entries, stored = (tuple(column) for column in zip(*listed, strict=True))
        return cls(path, entries, stored, data, stamp(status))

    def read(self, chosen: Sequence[int], progress: Progress) -> list[NDArray[Any]]:
        """Read these entries; raises DataFileError."""
        with reading(self.path), self.path.open("rb", buffering=0) as file:
            check_unchanged(os.fstat(file.fileno()), self.listed)
            check_chosen(self.entries, chosen)
            total = sum(self.tensors[index].end - self.tensors[index].begin for index in chosen)
            arrays, done = [], 0
            for index in chosen:
                tensor = self.tensors[index]
                file.seek(self.data + tensor.begin)
                raw = read_bytes(file, tensor.end - tensor.begin, tensor.name, progress, done, total)
                numbers = _numbers(raw, tensor.type_name).reshape(tensor.shape)
                is_bits = self.entries[index].name.endswith(AS_BFLOAT16) and numbers.dtype == UINT16
                arrays.append(numbers.view(BFLOAT16.dtype) if is_bits else numbers)
                done += len(raw)
        return arrays


def _numbers(raw: NDArray[np.uint8], type_name: str) -> NDArray[Any]:
    if type_name == "F4":
        return F4[np.stack([raw & 15, raw >> 4], axis=1).reshape(-1)]
    return numbers_of(raw, TYPES[type_name], swapped=False)


# -- the header -----------------------------------------------------------------------------------------


def _wrong(name: str) -> DataError:
    return refusal("tensor_header", "the header's word on {name} cannot be", name=short(name))


def _read_header(file: BinaryIO, size: int) -> tuple[list[Stored], int]:
    """The tensors by name, and where their data begin."""
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or length > size - 8:
        raise refusal("cut_header", "the file ends within its header")
    if length > MAX_HEADER:
        raise refusal(
            "long_header", "expected a header of at most {most} bytes, got {got}", most=MAX_HEADER, got=length
        )
    try:
        header = json.loads(file.read(length), object_pairs_hook=_once)
    except DataError:
        raise
    except (ValueError, RecursionError):
        raise refusal("tensor_json", "the header is no JSON as safetensors writes it") from None
    if type(header) is not dict:
        raise refusal("tensor_json", "the header is no JSON as safetensors writes it")
    tensors = [_stored(name, said) for name, said in sorted(header.items()) if name != "__metadata__"]
    if not tensors or len(tensors) > MAX_ENTRIES:
        raise refusal(
            "tensors", "expected 1 to {most} tensors, got {count}", most=MAX_ENTRIES, count=len(tensors)
        )
    _check_places(tensors, size - 8 - length)
    return tensors, 8 + length


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise refusal("tensor_twice", "the header names one tensor twice")
    return made


def _stored(name: str, said: Any) -> Stored:
    if type(said) is not dict or set(said) != {"dtype", "shape", "data_offsets"}:
        raise _wrong(name)
    type_name, shape, place = said["dtype"], said["shape"], said["data_offsets"]
    if type(type_name) is not str or (type_name not in TYPES and type_name not in OTHER_BITS):
        raise refusal(
            "tensor_type",
            "{name} is of an unknown type, {type}",
            name=short(name),
            type=short(str(type_name)[:60]),
        )
    if type(shape) is not list or len(shape) > MOST_DIMENSIONS or not all(map(_whole, shape)):
        raise _wrong(name)
    if type(place) is not list or len(place) != 2 or not all(map(_whole, place)):
        raise _wrong(name)
    stored = Stored(name, type_name, tuple(shape), *place)
    count = stored.bits
    for side in shape:
        count *= side
    if count != 8 * (stored.end - stored.begin):
        raise _wrong(name)
    return stored


def _whole(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _check_places(tensors: Sequence[Stored], size: int) -> None:
    """Refuse data that overlap, leave a gap, or end elsewhere than the file; raises DataError."""
    at = 0
    for tensor in sorted(tensors, key=lambda each: (each.begin, each.end)):
        if tensor.begin < at:
            raise refusal("tensors_overlap", "the data of {name} overlap another's", name=short(tensor.name))
        if tensor.begin > at:
            raise refusal("tensors_gap", "bytes before {name} belong to no tensor", name=short(tensor.name))
        at = tensor.end
    if at > size:
        raise refusal(
            "cut_short", "cut short: {promised} bytes promised, {there} there", promised=at, there=size
        )
    if at < size:
        raise refusal("trailing", "{count} bytes at the end belong to no tensor", count=size - at)


def _listed(file: BinaryIO, tensor: Stored, data: int) -> list[tuple[Entry, Stored]]:
    """A tensor's entry, and beside it another reading where it is raw bits."""
    dtype = np.dtype(np.float32) if tensor.type_name == "F4" else read_as(TYPES.get(tensor.type_name))
    is_widened = dtype is not None and dtype.itemsize * 8 > tensor.bits
    type_name = f"{tensor.type_name} as float32" if is_widened else tensor.type_name
    entry = Entry(short(tensor.name), tensor.shape, type_name, check_array(tensor.shape, dtype))
    if entry.fault is not None or 0 in tensor.shape:
        return [(entry, tensor)]
    file.seek(data + tensor.begin)
    count = (SAMPLED_VALUES * tensor.bits + 7) // 8
    raw = read_bytes(file, min(count, tensor.end - tensor.begin), tensor.name, no_progress)
    first = _numbers(raw, tensor.type_name)
    listed = [(entry._replace(sample=sample_text(first)), tensor)]
    if dtype == UINT16:
        sample = sample_text(first.view(BFLOAT16.dtype))
        other = Entry(entry.name + AS_BFLOAT16, entry.shape, "bfloat16 (U16)", None, sample)
        listed.append((other, tensor))
    return listed
