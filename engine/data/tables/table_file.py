"""A file of columns that had to be read to be listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from numpy.typing import NDArray

from engine.data.entries import Entry, Progress, check_chosen
from engine.data.entries.unchanged import Stamp, check_unchanged
from engine.data.faults import reading
from engine.data.tables.typed_columns import Column


@dataclass(frozen=True)
class TableFile:
    """Columns of texts' numbers, which have no format of their own; what was pasted is in no file."""

    path: Path
    columns: tuple[Column, ...] = field(repr=False)
    listed: Stamp | None
    has_own_formats: ClassVar[bool] = False

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The columns."""
        return tuple(column.entry for column in self.columns)

    def read(self, chosen: Sequence[int], progress: Progress) -> list[NDArray[Any]]:
        """The values of these columns; raises DataFileError where the file is no longer what was listed."""
        with reading(self.path):
            if self.listed is not None:
                check_unchanged(self.path.stat(), self.listed)
            check_chosen(self.entries, chosen)
            progress(len(chosen), len(chosen))
            arrays = [self.columns[index].values for index in chosen]
        return [array.copy() for array in arrays if array is not None]
