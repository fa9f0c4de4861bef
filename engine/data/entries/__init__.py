"""What a data file holds, as values: arrays or columns by name, and the bounds that imports keep.

Memory that an import takes, beside the file's own pages in the system's cache: the bytes of the chosen
arrays, their float64 copies and the problem's, three times 8 bytes a number and so 480 MB at the most.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.data.faults import Fault, fault, refusal
from engine.floats.formats import BFLOAT16

MAX_FILE_BYTES = 256 * 2**20
MAX_ENTRIES = 1_000
"""Arrays in one file; a dialog that lists more helps nobody."""
MAX_ROWS = 1_000_000
MAX_COLUMNS = 1_000
"""Classes; a table with more could be neither painted nor read."""
MAX_NUMBERS = 20_000_000
"""Logits; 160 MB in float64."""


class Progress(Protocol):
    """Called often by what takes long, with what is done and what there is to do; may raise to stop it."""

    def __call__(self, done: int, total: int, /) -> None:
        """Take note."""


def no_progress(done: int, total: int, /) -> None:
    """For callers who neither watch nor cancel."""


class Entry(NamedTuple):
    """One array or column of a file.

    Attributes
    ----------
    name : str
    shape : tuple
        Sides; None where only reading the whole file will tell.
    type_name : str
        The file's own word for the type.
    fault : Fault, optional
        Why it cannot be chosen.
    sample : str
        The first values as the file has them, or nothing.
    """

    name: str
    shape: tuple[int | None, ...]
    type_name: str
    fault: Fault | None = None
    sample: str = ""


class DataFile(Protocol):
    """A file whose contents are known and not yet read."""

    @property
    def path(self) -> Path:
        """Where it is."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What it holds."""

    @property
    def has_own_formats(self) -> bool:
        """Whether its types are the formats of its numbers; text has none."""

    def read(self, chosen: Sequence[int], progress: Progress) -> list[NDArray[Any]]:
        """Read the entries with these indices, as float, integer or boolean arrays.

        Raises
        ------
        DataFileError
            If one of them cannot be chosen, or the file does not hold what it promised.
        """


def check_chosen(entries: Sequence[Entry], chosen: Sequence[int]) -> None:
    """Refuse entries that cannot be read; raises DataError."""
    for index in chosen:
        if (reason := entries[index].fault) is not None:
            raise refusal("refused_entry", "{name}: {reason}", name=entries[index].name, reason=reason)


def check_array(shape: tuple[int, ...], dtype: np.dtype[Any] | None) -> Fault | None:
    """Why an array of this shape and type cannot be imported."""
    if dtype is None or (dtype.kind not in "fiub" and dtype != BFLOAT16.dtype) or dtype.itemsize > 8:
        return fault("no_numbers", "no numbers of at most 64 bits")
    if not shape:
        return fault("scalar", "a single number")
    if any(side > MAX_NUMBERS for side in shape) or np.prod(shape, dtype=np.float64) > MAX_NUMBERS:
        return fault("too_many_numbers", "more than {most} numbers", most=MAX_NUMBERS)
    return None


def check_size(place: str, rows: int, classes: int) -> None:
    """Refuse a table that is too large, wherever it comes from; `place` says which. Raises DataError."""
    if rows > MAX_ROWS or classes > MAX_COLUMNS or rows * classes > MAX_NUMBERS:
        raise refusal(
            "too_large",
            "{place}: expected at most {most_rows} rows, {most_classes} classes and {most_numbers} numbers, "
            "got {rows} rows and {classes} classes",
            place=place,
            most_rows=MAX_ROWS,
            most_classes=MAX_COLUMNS,
            most_numbers=MAX_NUMBERS,
            rows=rows,
            classes=classes,
        )
