"""What kind of data file a path leads to, told by its first bytes and only then by its suffix."""

from __future__ import annotations

import re
import stat
import zlib
from collections.abc import Mapping
from enum import Enum, auto
from pathlib import Path

from engine.data.arrays.numpy_header import MAGIC
from engine.data.arrays.zip_directory import read_directory
from engine.data.entries import MAX_FILE_BYTES
from engine.data.faults import reading, refusal

JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".dat", ".tab", ".log", ".out", ".md")
_LOGS = (".txt", ".log", ".out")
PICKLE_SUFFIXES = (".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle")
DATA_SUFFIXES = (
    ".npy", ".npz", ".pt", ".pth", ".ckpt", ".bin", ".pkl", ".safetensors",
    ".csv", ".tsv", ".txt", ".jsonl", ".parquet", ".xlsx", ".gz",
)  # fmt: skip
"""What File > Import offers."""

LOOKED_AT = 2**12
"""Bytes."""

ZIP = b"PK"
GZIP = b"\x1f\x8b"
PICKLE = re.compile(rb"\x80[\x02-\x05]")
"""How pickles begin since protocol 2."""
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
"""Byte order marks of texts."""
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MOST_HEADER = 2**26


class Kind(Enum):
    """The kinds that are read."""

    NPY = auto()
    NPZ = auto()
    SAFETENSORS = auto()
    PICKLED = auto()
    TEXT = auto()
    JSON = auto()
    PARQUET = auto()
    WORKBOOK = auto()


KNOWN: tuple[tuple[bytes, str], ...] = (
    (b"\x89HDF", "HDF5 files are not read; save the arrays with numpy.savez"),
    (b"\xd0\xcf\x11\xe0", "old or encrypted Excel files are not read; save the sheet as .xlsx or .csv"),
    (b"ARROW1", "Arrow and Feather files are not read; write the table with to_parquet or to_csv"),
    (b"MATLAB 5", "MATLAB files are not read; save the arrays with numpy.savez"),
    (b"SQLite format 3", "databases are not read; write the table with to_parquet or to_csv"),
    (b"%PDF", "a PDF holds no arrays"),
)
"""Kinds that are told by name: how they begin, and what to do instead."""


def beginning(path: Path) -> bytes:
    """The first bytes of a file of bearable size; raises DataFileError."""
    with reading(path):
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise refusal("no_file", "expected a file")
        if status.st_size > MAX_FILE_BYTES:
            raise refusal(
                "file_size",
                "expected at most {most} bytes, got {got}",
                most=MAX_FILE_BYTES,
                got=status.st_size,
            )
        with path.open("rb") as file:
            return file.read(LOOKED_AT)


def kind_of(path: Path, start: bytes) -> Kind:
    """The kind of a file that begins with these bytes.

    Raises
    ------
    DataError
        If it is none that is read.
    """
    for mark, reason in KNOWN:
        if start.startswith(mark):
            raise refusal("other_kind", reason)
    suffix = path.suffix.lower()
    found = _by_content(path, start) or _by_suffix(suffix)
    if found is None and _is_text(start):
        found = Kind.TEXT
    if found is None:
        raise refusal("unknown_kind", "expected a session or {suffixes}", suffixes=", ".join(DATA_SUFFIXES))
    return found


def _by_content(path: Path, start: bytes) -> Kind | None:
    suffix = path.suffix.lower()
    if start.startswith(ZIP) and suffix != ".npz":
        return _zipped(path)
    if start.startswith(GZIP):
        return _gzipped(start)
    plain = start.removeprefix(_MARKS[0]).lstrip()
    is_json = plain.startswith((b"{", b"[{", b"[["))
    are_records = plain.startswith((b'{"', b'[{"')) and suffix in _LOGS
    told: tuple[tuple[bool, Kind], ...] = (
        (start.startswith(MAGIC), Kind.NPY),
        (PICKLE.match(start) is not None, Kind.PICKLED),
        (start.startswith(b"PAR1"), Kind.PARQUET),
        (start[8:9] == b"{" and int.from_bytes(start[:8], "little") < _MOST_HEADER, Kind.SAFETENSORS),
        (are_records or (is_json and suffix not in (*TEXT_SUFFIXES, *DATA_SUFFIXES)), Kind.JSON),
    )
    return next((kind for is_so, kind in told if is_so), None)


def _by_suffix(suffix: str) -> Kind | None:
    if suffix in TEXT_SUFFIXES:
        return Kind.TEXT
    if suffix in JSON_SUFFIXES:
        return Kind.JSON
    by_suffix: Mapping[str, Kind] = {
        ".npy": Kind.NPY,
        ".npz": Kind.NPZ,
        ".safetensors": Kind.SAFETENSORS,
        ".parquet": Kind.PARQUET,
        ".xlsx": Kind.WORKBOOK,
    }
    return by_suffix.get(suffix)


def _zipped(path: Path) -> Kind:
    """Whose zip file it is, by its members' names."""
    with path.open("rb") as file:
        names = read_directory(file, path.stat().st_size)
    if any(name.endswith(".npy") for name in names):
        return Kind.NPZ
    if "xl/workbook.xml" in names or "[Content_Types].xml" in names:
        return Kind.WORKBOOK
    if any(name.endswith(("/data.pkl", "/constants.pkl", "archive_format")) for name in names):
        return Kind.PICKLED
    raise refusal("other_zip", "a zip file of neither arrays, tensors nor sheets")


def _gzipped(start: bytes) -> Kind:
    try:
        inside = zlib.decompressobj(wbits=31).decompress(start, LOOKED_AT)
    except zlib.error:
        raise refusal("damaged", "the file is damaged") from None
    if inside and not _is_text(inside):
        raise refusal("gzipped", "of .gz files only text is read; unpack it first (gunzip)")
    return Kind.TEXT


def _is_text(start: bytes) -> bool:
    """Whether bytes look like text with a number in it."""
    if start.startswith(_MARKS[1:]):
        return True
    pairs = start[0::2].count(0), start[1::2].count(0)
    is_utf16 = max(pairs) > 0.4 * len(start) / 2 and max(pairs) > 3 * min(pairs)
    return (is_utf16 or not _BINARY.search(start)) and re.search(rb"\d", start) is not None
