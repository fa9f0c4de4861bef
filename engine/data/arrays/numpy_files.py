"""Arrays in .npy and .npz files: listed by their headers, read in blocks, never unpickled."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, cast
from zlib import error as ZlibError  # noqa: N812  # zlib's own name says nothing here

from numpy.typing import NDArray

from engine.data.arrays.numpy_header import read_header
from engine.data.arrays.numpy_parts import Source, listed, read_source
from engine.data.arrays.zip_directory import read_directory
from engine.data.entries import MAX_ENTRIES, Entry, Progress, check_chosen
from engine.data.entries.unchanged import Stamp, check_unchanged, stamp
from engine.data.faults import fault, fault_in, reading, refusal, short

PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What numpy.savez and savez_compressed write. For the others zipfile inflates without a limit."""

_BROKEN = (EOFError, NotImplementedError, RuntimeError, ZlibError, zipfile.BadZipFile)
"""What reading a damaged zip file may raise beside OSError and ValueError; RuntimeError is its word for a
password."""


LOOKED_AT = 2**12
"""Bytes behind a header that an entry's first values are read from."""

_SPARSE = {"format.npy", "shape.npy", "data.npy"}
_SPARSE_PLACES = {"indices.npy", "row.npy", "coords.npy", "offsets.npy"}
"""What scipy.sparse.save_npz calls the parts of a matrix."""


@dataclass(frozen=True)
class NpyFile:
    """One array, or the fields of one."""

    path: Path
    entries: tuple[Entry, ...]
    sources: tuple[Source, ...] = field(repr=False)
    listed: Stamp
    has_own_formats: ClassVar[bool] = True

    @classmethod
    def inspect(cls, path: Path) -> NpyFile:
        """Read the header; raises DataFileError."""
        with reading(path, *_BROKEN), path.open("rb") as file:
            status = os.fstat(file.fileno())
            header = read_header(file)
            is_plain = len(header.parts) < 2 and not any(part.name for part in header.parts)
            name = path.stem if is_plain else ""
            found = listed(name, header, status.st_size - header.offset, file.read(LOOKED_AT))
        entries, sources = (tuple(column) for column in zip(*found, strict=True))
        return cls(path, entries, sources, stamp(status))

    def read(self, chosen: Sequence[int], progress: Progress) -> list[NDArray[Any]]:
        """Read these entries; raises DataFileError."""
        arrays: list[NDArray[Any]] = []
        with reading(self.path, *_BROKEN), self.path.open("rb") as file:
            check_unchanged(os.fstat(file.fileno()), self.listed)
            check_chosen(self.entries, chosen)
            total = sum(self.sources[index].header.nbytes for index in chosen)
            for index in chosen:
                source = self.sources[index]
                file.seek(source.header.offset)
                done = len(arrays) * source.header.nbytes
                arrays.append(read_source(file, source, self.path.stem, done, total, progress))
        return arrays


@dataclass(frozen=True)
class NpzFile:
    """Named arrays in a zip file."""

    path: Path
    entries: tuple[Entry, ...]
    sources: tuple[Source | None, ...] = field(repr=False)
    """None for an entry that cannot be read."""
    members: tuple[str, ...] = field(repr=False)
    """The zip file's names of the entries."""
    listed: Stamp
    has_own_formats: ClassVar[bool] = True

    @classmethod
    def inspect(cls, path: Path) -> NpzFile:
        """Read the directory and every header; raises DataFileError."""
        with reading(path, *_BROKEN), _opened(path) as archive:
            infos = [info for info in archive.infolist() if info.filename.endswith(".npy")]
            names = {info.filename for info in infos}
            if not infos:
                raise refusal("no_arrays", "expected arrays as numpy.savez writes them, got none")
            if names >= _SPARSE and names & _SPARSE_PLACES:
                raise refusal(
                    "sparse_matrix",
                    "a sparse matrix of SciPy's, whose parts are no logits; save matrix.toarray() "
                    "with numpy.savez",
                )
            if len(infos) > MAX_ENTRIES:
                raise refusal(
                    "many_arrays",
                    "expected at most {most} arrays, got {count}",
                    most=MAX_ENTRIES,
                    count=len(infos),
                )
            found = [(*each, info.filename) for info in infos for each in _member_entries(archive, info)]
            listed_as = stamp(path.stat())
        entries, sources, members = (tuple(column) for column in zip(*found, strict=True))
        return cls(path, entries, sources, members, listed_as)

    def read(self, chosen: Sequence[int], progress: Progress) -> list[NDArray[Any]]:
        """Read these entries; raises DataFileError."""
        arrays: list[NDArray[Any]] = []
        with reading(self.path, *_BROKEN), _opened(self.path) as archive:
            check_unchanged(self.path.stat(), self.listed)
            check_chosen(self.entries, chosen)
            total = sum(archive.getinfo(self.members[index]).file_size for index in chosen)
            done = 0
            for index in chosen:
                source = self.sources[index]
                assert source is not None  # else its entry has a fault
                with archive.open(self.members[index]) as file:
                    read_header(cast("BinaryIO", file))
                    arrays.append(read_source(file, source, self.members[index], done, total, progress))
                    done += source.header.nbytes
        return arrays


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with path.open("rb") as file:
        read_directory(file, path.stat().st_size)  # which bounds it; zipfile does not
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            yield archive


def _member_entries(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> list[tuple[Entry, Source | None]]:
    name = info.filename.removesuffix(".npy")
    if info.compress_type not in PLAIN_METHODS or info.flag_bits & 1:
        return [(Entry(short(name), (), "?", fault("packed", "packed by another method than NumPy's")), None)]
    try:
        with archive.open(info) as file:
            header = read_header(cast("BinaryIO", file))
            start = file.read(LOOKED_AT)
    except (OSError, ValueError, *_BROKEN) as error:
        reason = fault("damaged_entry", "damaged: {reason}", reason=fault_in(error))
        return [(Entry(short(name), (), "?", reason), None)]
    return list(listed(name, header, info.file_size - header.offset, start))
