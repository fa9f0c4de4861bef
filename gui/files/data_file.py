"""From a path to what the file holds: the kind is told by its first bytes, then by its name."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

from gui.files.delimited_files import DelimitedFile
from gui.files.entries import MAX_FILE_BYTES, DataFile, DataFileError
from gui.files.numpy_files import NpyFile, NpzFile
from gui.files.numpy_header import MAGIC
from gui.files.safetensors_files import SafetensorsFile

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".dat")
DATA_SUFFIXES = (".npy", ".npz", ".csv", ".tsv", ".safetensors")
"""What File > Import offers."""

ZIP = b"PK"
PICKLE = b"\x80"
"""The first byte of pickles since protocol 2."""
PICKLES = (".pkl", ".pickle", ".pt", ".pth", ".joblib")


def is_session(path: Path) -> bool:
    """Whether a file is to be opened as a session, judging by its name and first character."""
    suffix = path.suffix.lower()
    return suffix == ".json" or (
        suffix not in DATA_SUFFIXES
        and path.is_file()
        and _beginning(path).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    )


def inspect_data_file(path: Path) -> DataFile:
    """What a data file holds, without reading it.

    Raises
    ------
    DataFileError
        If it is of no known kind, too large or damaged.
    """
    return _inspector(path, _beginning(path))(path)


def _beginning(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DataFileError(f"{path}: expected a file")
        if status.st_size > MAX_FILE_BYTES:
            raise DataFileError(f"{path}: expected at most {MAX_FILE_BYTES} bytes, got {status.st_size}")
        with path.open("rb") as file:
            return file.read(len(MAGIC))
    except OSError as error:
        raise DataFileError(f"{path}: {error.strerror or error}") from error


def _inspector(path: Path, start: bytes) -> Callable[[Path], DataFile]:
    suffix = path.suffix.lower()
    if suffix == ".safetensors":
        return SafetensorsFile.inspect
    if start == MAGIC or suffix == ".npy":
        return NpyFile.inspect
    if suffix in PICKLES or start.startswith(PICKLE):
        raise DataFileError(
            f"{path}: pickles can run code when they are read, so Logitscope never does; "
            "save arrays with numpy.savez or safetensors"
        )
    if start.startswith(ZIP) or suffix == ".npz":
        return NpzFile.inspect
    if suffix in TEXT_SUFFIXES:
        return DelimitedFile.inspect
    raise DataFileError(f"{path}: expected a session or {', '.join(DATA_SUFFIXES)}")
