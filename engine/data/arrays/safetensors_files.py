"""Tensors in .safetensors files, by their own library, which is an optional extra."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.data.entries import MAX_ENTRIES, Entry, Progress, check_array, check_chosen
from engine.data.faults import reading, refusal, short
from engine.floats.formats import BFLOAT16

TYPES: dict[str, np.dtype[Any]] = {
    "F64": np.dtype(np.float64),
    "F32": np.dtype(np.float32),
    "F16": np.dtype(np.float16),
    "BF16": BFLOAT16.dtype,
    "I64": np.dtype(np.int64),
    "I32": np.dtype(np.int32),
    "I16": np.dtype(np.int16),
    "I8": np.dtype(np.int8),
    "U8": np.dtype(np.uint8),
    "BOOL": np.dtype(np.bool_),
}
"""The format's names of the types that can be logits or targets."""


@dataclass(frozen=True)
class SafetensorsFile:
    """Named tensors."""

    path: Path
    entries: tuple[Entry, ...]
    names: tuple[str, ...]
    """The file's own names of the entries."""
    has_own_formats: ClassVar[bool] = True

    @classmethod
    def inspect(cls, path: Path) -> SafetensorsFile:
        """Read the header; raises DataFileError."""
        with _opened(path) as file:
            names = tuple(sorted(file.keys()))
            if not names or len(names) > MAX_ENTRIES:
                raise refusal(
                    "tensors", "expected 1 to {most} tensors, got {count}", most=MAX_ENTRIES, count=len(names)
                )
            return cls(path, tuple(_entry(name, file.get_slice(name)) for name in names), names)

    def read(self, chosen: Sequence[int], progress: Progress) -> list[NDArray[Any]]:
        """Read these entries; raises DataFileError."""
        arrays = []
        with _opened(self.path) as file:
            check_chosen(self.entries, chosen)
            for done, index in enumerate(chosen):
                progress(done, len(chosen))
                arrays.append(np.array(file.get_tensor(self.names[index])))
        return arrays


def _entry(name: str, tensor: Any) -> Entry:
    shape, type_name = tuple(tensor.get_shape()), str(tensor.get_dtype())
    return Entry(short(name), shape, type_name, check_array(shape, TYPES.get(type_name)))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    with reading(path):
        try:
            library = importlib.import_module("safetensors")
        except ImportError:
            raise refusal(
                "no_safetensors",
                "reading .safetensors needs the package safetensors, which is not installed "
                "(uv sync --extra safetensors)",
            ) from None
    with (
        reading(path, KeyError, TypeError, AttributeError, library.SafetensorError),
        library.safe_open(str(path), framework="numpy") as file,
    ):
        yield file
