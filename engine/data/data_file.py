"""From a path to what the file holds: the kind is told by its first bytes, then by its name."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engine.data.arrays.numpy_files import NpyFile, NpzFile
from engine.data.arrays.numpy_header import MAGIC
from engine.data.arrays.safetensors_files import SafetensorsFile
from engine.data.delimited_files import DelimitedFile
from engine.data.entries import MAX_FILE_BYTES, DataFile, Progress, no_progress
from engine.data.faults import reading, refusal

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".dat")
DATA_SUFFIXES = (".npy", ".npz", ".csv", ".tsv", ".safetensors")
"""What File > Import offers."""

ZIP = b"PK"
PICKLE = b"\x80"
"""The first byte of pickles since protocol 2."""
PICKLES = (".pkl", ".pickle", ".pt", ".pth", ".joblib")


def is_json(path: Path) -> bool:
    """Whether a file holds a JSON object, as sessions do, judging by its name and first character.

    Raises
    ------
    DataFileError
        If it cannot be opened or is too large.
    """
    suffix = path.suffix.lower()
    return suffix == ".json" or (
        suffix not in DATA_SUFFIXES
        and path.is_file()
        and _beginning(path).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    )


def inspect(path: Path) -> DataFile:
    """What a data file holds, without reading it.

    Raises
    ------
    DataFileError
        If it is of no known kind, too large or damaged.
    """
    start = _beginning(path)
    with reading(path):
        return _inspector(path.suffix.lower(), start)(path)


def read(path: Path, progress: Progress = no_progress) -> list[tuple[str, NDArray[Any]]]:
    r"""All arrays or columns of a data file that are numbers, with their names, which may repeat.

    Raises
    ------
    DataFileError
        If it is of no known kind, too large or damaged.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.csv")
    ...     _ = path.write_text("name,logit,label\ncat,1.5,1\ndog,-2,0\n")
    ...     read(path)
    [('logit', array([ 1.5, -2. ])), ('label', array([1., 0.]))]
    """
    file = inspect(path)
    chosen = [index for index, entry in enumerate(file.entries) if entry.fault is None]
    names = [file.entries[index].name for index in chosen]
    return list(zip(names, file.read(chosen, progress), strict=True))


def _beginning(path: Path) -> bytes:
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
            return file.read(len(MAGIC))


def _inspector(suffix: str, start: bytes) -> Callable[[Path], DataFile]:
    if suffix == ".safetensors":
        return SafetensorsFile.inspect
    if start == MAGIC or suffix == ".npy":
        return NpyFile.inspect
    if suffix in PICKLES or start.startswith(PICKLE):
        raise refusal(
            "pickle",
            "pickles can run code when they are read, so Logitscope never does; "
            "save arrays with numpy.savez or safetensors",
        )
    if start.startswith(ZIP) or suffix == ".npz":
        return NpzFile.inspect
    if suffix in TEXT_SUFFIXES:
        return DelimitedFile.inspect
    raise refusal("unknown_kind", "expected a session or {suffixes}", suffixes=", ".join(DATA_SUFFIXES))
