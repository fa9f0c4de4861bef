"""Old undo steps on the disk: their arrays in one nameless file, everything else as it is.

The file has no name where the system allows that (`tempfile.TemporaryFile`), so that nothing is left
behind even if the process is killed.
"""

from __future__ import annotations

import math
import os
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from gui.document.edits import Edit

Array = NDArray[Any]

SMALLEST = 4096
"""Smaller arrays stay in memory: a step of one cell is not worth a read."""


@dataclass(frozen=True, slots=True)
class _OnDisk:
    """Where an array lies."""

    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


@dataclass(frozen=True, slots=True)
class _Parts:
    """A dataclass taken apart: it may refuse to be made with something else than arrays."""

    kind: type
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spilled:
    """An edit whose arrays lie in a file."""

    file: SpillFile
    parts: Any

    def read(self) -> Edit:
        """The edit as it was."""
        return cast(Edit, _assembled(self.parts, self.file.read_array))


class SpillFile:
    """One temporary file that arrays are appended to."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None

    def write(self, edit: Edit) -> Edit | Spilled:
        """Put an edit's arrays into the file; the edit itself if the disk is full."""
        try:
            parts = _taken_apart(edit, self._write_array)
        except OSError:
            return edit
        return edit if parts is edit else Spilled(self, parts)

    def clear(self) -> None:
        """Empty the file; nothing that lies in it is wanted any more."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write_array(self, array: Array) -> _OnDisk:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="logitscope-history-")  # noqa: SIM115  # stays open
            weakref.finalize(self, self._file.close)
        offset = self._file.seek(0, os.SEEK_END)
        self._file.write(np.ascontiguousarray(array).data)
        return _OnDisk(offset, array.shape, array.dtype)

    def read_array(self, place: _OnDisk) -> Array:
        """An array that was written."""
        assert self._file is not None
        self._file.seek(place.offset)
        size = math.prod(place.shape) * place.dtype.itemsize
        data = self._file.read(size)
        if len(data) < size:
            raise OSError("the history's file is shorter than what was written to it")
        return np.frombuffer(data, place.dtype).reshape(place.shape)


def array_bytes(value: Any) -> int:
    """Bytes of all arrays inside an edit; arrays that it shares with others count in full."""
    total = 0

    def count(array: Array) -> Array:
        nonlocal total
        total += array.nbytes
        return array

    _taken_apart(value, count, smallest=0)
    return total


def _taken_apart(value: Any, put: Callable[[Array], Any], smallest: int = SMALLEST) -> Any:
    """The value with `put`'s result in each array's place; the value itself where there is none."""
    if isinstance(value, np.ndarray):
        return put(value) if value.nbytes >= smallest else value
    if isinstance(value, tuple):
        items = tuple(_taken_apart(item, put, smallest) for item in value)
        return value if _same(items, value) else items
    if isinstance(value, dict):
        entries = {name: _taken_apart(item, put, smallest) for name, item in value.items()}
        return value if _same(entries.values(), value.values()) else entries
    if is_dataclass(value) and not isinstance(value, type):
        values = {each.name: getattr(value, each.name) for each in fields(value)}
        parts = _taken_apart(values, put, smallest)
        return value if parts is values else _Parts(type(value), parts)
    return value


def _same(items: Any, others: Any) -> bool:
    return all(item is other for item, other in zip(items, others, strict=True))


def _assembled(parts: Any, get: Callable[[_OnDisk], Array]) -> Any:
    if isinstance(parts, _OnDisk):
        return get(parts)
    if isinstance(parts, _Parts):
        return parts.kind(**{name: _assembled(item, get) for name, item in parts.values.items()})
    if isinstance(parts, tuple):
        return tuple(_assembled(item, get) for item in parts)
    if isinstance(parts, dict):
        return {name: _assembled(item, get) for name, item in parts.items()}
    return parts
