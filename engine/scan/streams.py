"""Arrays in files that are read row after row, and never mapped: a mapped file cut short ends the process."""

from __future__ import annotations

import math
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from zlib import error as ZlibError  # noqa: N812  # zlib's own name says nothing here

import numpy as np
from numpy.typing import NDArray

from engine.data.arrays.number_types import numbers_of, read_as
from engine.data.arrays.numpy_files import PLAIN_METHODS
from engine.data.arrays.numpy_header import MAGIC, NumpyHeader, read_header
from engine.data.arrays.safetensors_files import TYPES, SafetensorsFile
from engine.data.arrays.zip_directory import read_directory
from engine.data.entries.unchanged import Stamp, check_unchanged, stamp
from engine.data.faults import reading, refusal, short
from engine.data.guesses.names import role_of
from engine.data.tables.parquet_columns import ParquetColumn, parquet_columns

BROKEN = (EOFError, NotImplementedError, RuntimeError, ZlibError, zipfile.BadZipFile)
"""What a damaged zip file may raise beside OSError and ValueError."""

ZIP, PARQUET = b"PK", b"PAR1"


@dataclass(frozen=True, slots=True)
class Stream:
    """An array whose rows stand one after the other in a file.

    Attributes
    ----------
    path : Path
    name : str
    shape : tuple of int
    dtype : numpy dtype
        As the file has it, in the machine's byte order.
    swapped : bool
        Whether the bytes of each number stand the other way round.
    listed : tuple
        Size, time and place of the file when it was looked at.
    opened : callable
        Gives the file at the array's first byte.
    is_packed : bool
        Whether a row is reached only by reading those before it.
    """

    path: Path
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    swapped: bool
    listed: Stamp
    opened: Callable[[], AbstractContextManager[BinaryIO]]
    is_packed: bool = False

    @property
    def rows(self) -> int:
        """Its first side."""
        return self.shape[0]

    @contextmanager
    def reader(self, first: int = 0) -> Iterator[Callable[[int], NDArray[Any]]]:
        """A function that reads so many rows more; raises DataFileError where the file is not what it was."""
        with reading(self.path, *BROKEN), self.opened() as file:
            check_unchanged(self.path.stat(), self.listed)
            if first:
                file.seek(first * math.prod(self.shape[1:]) * self.dtype.itemsize, os.SEEK_CUR)
            yield lambda rows: self._read(file, rows)
            check_unchanged(self.path.stat(), self.listed)

    def _read(self, file: BinaryIO, rows: int) -> NDArray[Any]:
        row = math.prod(self.shape[1:])
        raw = np.empty(rows * row * self.dtype.itemsize, dtype=np.uint8)
        room, there = memoryview(raw.data), 0
        with reading(self.path, *BROKEN):
            while there < len(raw):
                came = file.readinto(room[there:])  # type: ignore[attr-defined]  # of every binary file
                if not came:
                    raise refusal("ends_early_rows", "{name} ends before its last row", name=short(self.name))
                there += came
        return numbers_of(raw, self.dtype, swapped=self.swapped).reshape(rows, *self.shape[1:])


class Rows(Protocol):
    """What can be read row after row."""

    @property
    def name(self) -> str:
        """What the file calls it."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sides."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of its numbers."""

    def reader(self, first: int = 0) -> AbstractContextManager[Callable[[int], NDArray[Any]]]:
        """See `Stream.reader`."""


def streams_of(path: Path) -> Sequence[Rows] | None:
    """The arrays of a file that can be read row after row; None if it has to be read as a whole.

    Raises
    ------
    DataFileError
        If it cannot be opened or is damaged.
    """
    with reading(path, *BROKEN):
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
        if start == MAGIC:
            return _npy(path)
        if start.startswith(PARQUET):
            return _parquet(path)
        if start.startswith(ZIP) and path.suffix.lower() == ".npz":
            return _npz(path)
        return _safetensors(path) if path.suffix.lower() == ".safetensors" else None


def _npy(path: Path) -> list[Stream] | None:
    with path.open("rb") as file:
        listed = stamp(os.fstat(file.fileno()))
        header = read_header(file)
    if listed[0] < header.offset + header.nbytes:
        raise refusal(
            "cut_short",
            "cut short: {promised} bytes promised, {there} there",
            promised=header.nbytes,
            there=max(listed[0] - header.offset, 0),
        )
    found = _stream(path, path.stem, header, listed, lambda: _at(path, header.offset))
    return None if found is None else [found]


def _parquet(path: Path) -> list[ParquetColumn] | None:
    """One column, or one of logits and one of targets; of more the table's own reader makes a problem."""
    found = parquet_columns(path)
    roles = [role_of(column.name) for column in found]
    is_plain = len(found) == 1 or (roles.count("logits") == 1 and roles.count("target") == 1)
    return found if is_plain else None


def _npz(path: Path) -> list[Stream] | None:
    found = []
    with path.open("rb") as file:
        listed = stamp(os.fstat(file.fileno()))
        read_directory(file, listed[0])  # which bounds it; zipfile does not
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                if info.compress_type not in PLAIN_METHODS or not info.filename.endswith(".npy"):
                    return None
                with archive.open(info) as member:
                    header = read_header(cast("BinaryIO", member))
                name = info.filename.removesuffix(".npy")
                stream = _stream(path, name, header, listed, _member(path, info.filename))
                if stream is None:
                    return None
                found.append(replace(stream, is_packed=True))
    return found


def _stream(
    path: Path,
    name: str,
    header: NumpyHeader,
    listed: Stamp,
    opened: Callable[[], AbstractContextManager[BinaryIO]],
) -> Stream | None:
    if len(header.parts) != 1 or header.parts[0].name or (header.fortran_order and len(header.shape) > 1):
        return None
    part = header.parts[0]
    if not _is_read(part.dtype) or not header.shape:
        return None
    assert part.dtype is not None
    return Stream(path, name, header.shape, part.dtype, part.swapped, listed, opened)


def _is_read(dtype: np.dtype[Any] | None) -> bool:
    as_read = read_as(dtype)
    return as_read is not None and as_read.itemsize <= 8 and as_read.kind not in "USOc"


@contextmanager
def _at(path: Path, offset: int) -> Iterator[BinaryIO]:
    with path.open("rb", buffering=0) as file:
        file.seek(offset)
        yield cast("BinaryIO", file)


def _member(path: Path, name: str) -> Callable[[], AbstractContextManager[BinaryIO]]:
    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with zipfile.ZipFile(path) as archive, archive.open(name) as file:
            read_header(cast("BinaryIO", file))
            yield cast("BinaryIO", file)

    return opened


def _safetensors(path: Path) -> list[Stream] | None:
    file = SafetensorsFile.inspect(path)
    found = []
    for stored in dict.fromkeys(file.tensors):
        dtype = TYPES.get(stored.type_name)
        if not _is_read(dtype) or not stored.shape:
            return None
        assert dtype is not None
        begin = file.data + stored.begin
        found.append(Stream(path, stored.name, stored.shape, dtype, False, file.listed, _opener(path, begin)))
    return found


def _opener(path: Path, begin: int) -> Callable[[], AbstractContextManager[BinaryIO]]:
    return lambda: _at(path, begin)
