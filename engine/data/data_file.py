"""From a path to what the file holds, by the reader of its kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engine.data.arrays.numpy_files import NpyFile, NpzFile
from engine.data.arrays.safetensors_files import SafetensorsFile
from engine.data.entries import DataFile, Progress, no_progress
from engine.data.faults import reading
from engine.data.file_kinds import DATA_SUFFIXES, JSON_SUFFIXES, TEXT_SUFFIXES, Kind, beginning, kind_of
from engine.data.text.delimited_file import DelimitedFile
from engine.data.text.pasted_file import PastedFile, holds_printed

TABLES = (".csv", ".tsv", ".dat")
"""Text that is rows of cells whatever it holds; other text may be what a terminal printed."""

__all__ = ["DATA_SUFFIXES", "inspect", "is_json", "read"]


def is_json(path: Path) -> bool:
    """Whether a file is to be opened as a session, judging by its name and what it begins with.

    A JSON file of arrays or records is none: a session names its page or its schema.

    Raises
    ------
    DataFileError
        If it cannot be opened or is too large.
    """
    suffix = path.suffix.lower()
    if suffix == ".json":
        is_object = True
    elif suffix in DATA_SUFFIXES or suffix in TEXT_SUFFIXES or suffix in JSON_SUFFIXES or not path.is_file():
        is_object = False
    else:
        is_object = beginning(path).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    return is_object and not (path.is_file() and _holds_data(path))


def _holds_data(path: Path) -> bool:
    from engine.data.tables.json_files import holds_data  # noqa: PLC0415  # not needed for other files

    beginning(path)
    return holds_data(path)


def inspect(path: Path, progress: Progress = no_progress) -> DataFile:
    """What a data file holds, without reading more of it than that takes.

    Raises
    ------
    DataFileError
        If it is of no known kind, too large or damaged.
    """
    start = beginning(path)
    with reading(path):
        kind = kind_of(path, start)
        return _READERS[kind](path, progress)


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
    chosen = [
        index
        for index, entry in enumerate(file.entries)
        if entry.fault is None and entry.type_name != "words"
    ]
    names = [file.entries[index].name for index in chosen]
    return list(zip(names, file.read(chosen, progress), strict=True))


# -- the readers, each loaded when a file is of its kind ------------------------------------------------


def _text(path: Path, _progress: Progress) -> DataFile:
    is_table = path.suffix.lower() in TABLES or not holds_printed(beginning(path))
    return DelimitedFile.inspect(path) if is_table else PastedFile.inspect(path)


def _pickled(path: Path, progress: Progress) -> DataFile:
    from engine.data.pickled.pickled_file import PickledFile  # noqa: PLC0415

    return PickledFile.inspect(path, progress)


def _json(path: Path, progress: Progress) -> DataFile:
    from engine.data.tables.json_files import inspect_json  # noqa: PLC0415

    return inspect_json(path, progress)


def _parquet(path: Path, _progress: Progress) -> DataFile:
    from engine.data.tables.parquet_files import ParquetFile  # noqa: PLC0415

    return ParquetFile.inspect(path)


def _workbook(path: Path, progress: Progress) -> DataFile:
    from engine.data.tables.workbooks import inspect_workbook  # noqa: PLC0415

    return inspect_workbook(path, progress)


_READERS: dict[Kind, Callable[[Path, Progress], DataFile]] = {
    Kind.NPY: lambda path, _: NpyFile.inspect(path),
    Kind.NPZ: lambda path, _: NpzFile.inspect(path),
    Kind.SAFETENSORS: lambda path, _: SafetensorsFile.inspect(path),
    Kind.TEXT: _text,
    Kind.PICKLED: _pickled,
    Kind.JSON: _json,
    Kind.PARQUET: _parquet,
    Kind.WORKBOOK: _workbook,
}
