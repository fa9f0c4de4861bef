"""What a data file holds, as values: arrays or columns by name, and the bounds that imports keep.

Memory that an import takes, beside the file's own pages in the system's cache: the bytes of the chosen
arrays, their float64 copies and the problem's, three times 8 bytes a number and so 480 MB at the most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine import BFLOAT16
from gui.services.jobs import Progress
from gui.session.limits import MAX_NUMBERS

MAX_FILE_BYTES = 256 * 2**20
MAX_ENTRIES = 1_000
"""Arrays in one file; a dialog that lists more helps nobody."""

LONGEST_NAME = 60
"""Characters of a name that came with a file, in messages and lists."""


class DataFileError(ValueError):
    """A file that cannot be imported; the message is one line made for people."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One array or column of a file.

    Attributes
    ----------
    name : str
    shape : tuple
        Sides; None where only reading the whole file will tell.
    type_name : str
        The file's own word for the type.
    refusal : str
        Why it cannot be chosen, or nothing.
    sample : str
        The first values as the file has them, or nothing.
    """

    name: str
    shape: tuple[int | None, ...]
    type_name: str
    refusal: str = ""
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
            If the file does not hold what it promised.
        """


def short(name: str) -> str:
    """A name that came with a file, on one line and cut where it is long."""
    plain = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name[:200])
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - 1] + "…"


def refusal_of(shape: tuple[int, ...], dtype: np.dtype[Any] | None) -> str:
    """Why an array of this shape and type cannot be imported, or nothing."""
    if dtype is None or (dtype.kind not in "fiub" and dtype != BFLOAT16.dtype) or dtype.itemsize > 8:
        return "no numbers of at most 64 bits"
    if not shape:
        return "a single number"
    if any(side > MAX_NUMBERS for side in shape) or np.prod(shape, dtype=np.float64) > MAX_NUMBERS:
        return f"more than {MAX_NUMBERS} numbers"
    return ""
