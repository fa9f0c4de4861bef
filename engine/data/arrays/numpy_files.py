"""Arrays in .npy and .npz files: listed by their headers, read in blocks, never unpickled."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, ClassVar, cast
from zlib import error as ZlibError  # noqa: N812  # zlib's own name says nothing here

import numpy as np
from numpy.typing import NDArray

from engine.data.arrays.numpy_header import NumpyHeader, read_header
from engine.data.arrays.zip_directory import read_directory
from engine.data.entries import MAX_ENTRIES, Entry, Progress, check_array, check_chosen
from engine.data.faults import fault, fault_in, reading, refusal, short

BLOCK = 2**20
"""Bytes read at a time: some milliseconds even where they are compressed."""

PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What numpy.savez and savez_compressed write. For the others zipfile inflates without a limit."""

_BROKEN = (EOFError, NotImplementedError, RuntimeError, ZlibError, zipfile.BadZipFile)
"""What reading a damaged zip file may raise beside OSError and ValueError; RuntimeError is its word for a
password."""


def _entry(name: str, header: NumpyHeader, available: int) -> Entry:
    reason = check_array(header.shape, header.dtype)
    if header.type_name.endswith("O"):
        reason = fault("objects", "Python objects, which are pickles and never read")
    elif header.type_name.endswith("V2"):
        reason = fault(
            "npy_bfloat16", "the .npy format has no bfloat16; save it as float32, which holds it exactly"
        )
    if reason is None and header.nbytes > available:
        reason = fault(
            "cut_short",
            "cut short: {promised} bytes promised, {there} there",
            promised=header.nbytes,
            there=max(available, 0),
        )
    return Entry(short(name), header.shape, header.type_name, reason)


def _read_array(
    file: IO[bytes], header: NumpyHeader, name: str, done: int, total: int, progress: Progress
) -> NDArray[Any]:
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
    array = np.frombuffer(raw, dtype=header.dtype)
    return array.reshape(header.shape, order="F" if header.fortran_order else "C")


@dataclass(frozen=True)
class NpyFile:
    """One array."""

    path: Path
    entries: tuple[Entry, ...]
    has_own_formats: ClassVar[bool] = True

    @classmethod
    def inspect(cls, path: Path) -> NpyFile:
        """Read the header; raises DataFileError."""
        with reading(path, *_BROKEN), path.open("rb") as file:
            header = read_header(file)
            return cls(path, (_entry(path.stem, header, path.stat().st_size - header.offset),))

    def read(self, chosen: Sequence[int], progress: Progress) -> list[NDArray[Any]]:
        """Read these entries; raises DataFileError."""
        with reading(self.path, *_BROKEN), self.path.open("rb") as file:
            check_chosen(self.entries, chosen)
            header = read_header(file)
            _same(self.entries[0], header)
            array = _read_array(file, header, self.path.stem, 0, header.nbytes, progress)
        return [array for _ in chosen]


@dataclass(frozen=True)
class NpzFile:
    """Named arrays in a zip file."""

    path: Path
    entries: tuple[Entry, ...]
    members: tuple[str, ...]
    """The zip file's names of the entries."""
    has_own_formats: ClassVar[bool] = True

    @classmethod
    def inspect(cls, path: Path) -> NpzFile:
        """Read the directory and every header; raises DataFileError."""
        with reading(path, *_BROKEN), _opened(path) as archive:
            infos = [info for info in archive.infolist() if info.filename.endswith(".npy")]
            if not infos:
                raise refusal("no_arrays", "expected arrays as numpy.savez writes them, got none")
            if len(infos) > MAX_ENTRIES:
                raise refusal(
                    "many_arrays",
                    "expected at most {most} arrays, got {count}",
                    most=MAX_ENTRIES,
                    count=len(infos),
                )
            entries = tuple(_member_entry(archive, info) for info in infos)
            return cls(path, entries, tuple(info.filename for info in infos))

    def read(self, chosen: Sequence[int], progress: Progress) -> list[NDArray[Any]]:
        """Read these entries; raises DataFileError."""
        arrays: list[NDArray[Any]] = []
        with reading(self.path, *_BROKEN), _opened(self.path) as archive:
            check_chosen(self.entries, chosen)
            total = sum(archive.getinfo(self.members[index]).file_size for index in chosen)
            done = 0
            for index in chosen:
                with archive.open(self.members[index]) as file:
                    header = read_header(cast("BinaryIO", file))
                    _same(self.entries[index], header)
                    arrays.append(_read_array(file, header, self.members[index], done, total, progress))
                    done += header.nbytes
        return arrays


def _same(entry: Entry, header: NumpyHeader) -> None:
    if (entry.shape, entry.type_name) != (header.shape, header.type_name):
        raise refusal("changed", "{name} has changed since it was listed", name=entry.name)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with path.open("rb") as file:
        read_directory(file, path.stat().st_size)
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            yield archive


def _member_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Entry:
    name = info.filename.removesuffix(".npy")
    if info.compress_type not in PLAIN_METHODS or info.flag_bits & 1:
        return Entry(short(name), (), "?", fault("packed", "packed by another method than NumPy's"))
    try:
        with archive.open(info) as file:
            header = read_header(cast("BinaryIO", file))
    except (OSError, ValueError, *_BROKEN) as error:
        return Entry(
            short(name), (), "?", fault("damaged_entry", "damaged: {reason}", reason=fault_in(error))
        )
    return _entry(name, header, info.file_size - header.offset)
