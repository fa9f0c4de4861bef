"""Several files as one: their entries in one list, and a word where one is no longer what was listed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engine.data.choosing.own_export import OPTIONS, options_in
from engine.data.data_file import inspect
from engine.data.entries import DataFile, Entry, Progress, no_progress
from engine.data.entries.unchanged import Stamp, stamp
from engine.data.faults import DataError, DataFileError, fault, refusal

MOST_FILES = 100
LARGEST_LOOKED_AT, LARGEST_TEXT = 64 * 2**20, 8 * 2**20
"""Bytes of files whose values are looked at before anything is chosen: a second of reading."""


@dataclass(frozen=True, eq=False)
class Looked:
    """What has been seen of the entries' values before anything is chosen.

    Attributes
    ----------
    values : tuple of array or None
        Each entry's, of large texts only the first rows; None of what is large or damaged.
    is_whole : tuple of bool
        Whether these are all of its values.
    """

    values: tuple[NDArray[Any] | None, ...]
    is_whole: tuple[bool, ...]

    @cached_property
    def whole(self) -> tuple[NDArray[Any] | None, ...]:
        """The values that are all there."""
        pairs = zip(self.values, self.is_whole, strict=True)
        return tuple(array if whole else None for array, whole in pairs)


@dataclass(frozen=True)
class JoinedFiles:
    """One or more data files whose entries are chosen together; itself a `DataFile`.

    Attributes
    ----------
    files : tuple of DataFile
    stamps : tuple of Stamp
        What each file was when it was listed; None of text that was pasted and is in no file.
    options : str
        What an export of Logitscope's own says of its problem, if one of them is.
    """

    files: tuple[DataFile, ...]
    stamps: tuple[Stamp | None, ...]
    options: str = ""

    @property
    def path(self) -> Path:
        """The first file's."""
        return self.files[0].path

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files'."""
        return tuple(file.path for file in self.files)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """What the files hold, file after file."""
        return tuple(entry for file in self.files for entry in file.entries)

    @cached_property
    def owners(self) -> tuple[int, ...]:
        """The number of each entry's file."""
        return tuple(number for number, file in enumerate(self.files) for _ in file.entries)

    @property
    def has_own_formats(self) -> bool:
        """Whether every file's types are the formats of its numbers."""
        return all(file.has_own_formats for file in self.files)

    def place_of(self, index: int) -> tuple[int, int]:
        """The file of an entry, and the entry's index in it."""
        for number, file in enumerate(self.files):
            if index < len(file.entries):
                return number, index
            index -= len(file.entries)
        raise IndexError("no such entry")

    def file_of(self, index: int) -> DataFile:
        """The file of an entry."""
        return self.files[self.place_of(index)[0]]

    def with_file(self, number: int, file: DataFile) -> JoinedFiles:
        """The same with one of them read in another way."""
        return replace(self, files=(*self.files[:number], file, *self.files[number + 1 :]))

    def and_also(self, other: JoinedFiles) -> JoinedFiles:
        """With other files after these; one that is there already is not listed twice."""
        known = set(self.paths)
        new = [n for n, file in enumerate(other.files) if file.path not in known]
        return JoinedFiles(
            self.files + tuple(other.files[n] for n in new),
            self.stamps + tuple(other.stamps[n] for n in new),
            self.options or other.options,
        )

    @property
    def are_small(self) -> bool:
        """Whether all values are looked at before anything is chosen."""
        return all(map(_is_small, self.files, self.stamps))

    def check(self) -> None:
        """Refuse files that are gone or not the ones that were listed; raises DataFileError."""
        for file, known in zip(self.files, self.stamps, strict=True):
            if known is not None and _stamp_of(file.path) != known:
                raise DataFileError(
                    file.path,
                    fault("changed_file", "the file has changed since it was opened; open it again"),
                )

    def read(self, chosen: Sequence[int], progress: Progress = no_progress) -> list[NDArray[Any]]:
        """Read the entries with these indices; raises DataFileError also if a file has changed."""
        self.check()
        places = [self.place_of(index) for index in chosen]
        arrays: dict[int, NDArray[Any]] = {}
        for number, file in enumerate(self.files):
            wanted = [at for at, (owner, _) in enumerate(places) if owner == number]
            if wanted:
                found = file.read([places[at][1] for at in wanted], progress)
                arrays |= dict(zip(wanted, found, strict=True))
        self.check()
        return [arrays[at] for at in range(len(chosen))]

    def looked_at(self, progress: Progress = no_progress) -> Looked:
        """The values of every entry of small files, and the first ones of large texts."""
        values: list[NDArray[Any] | None] = []
        is_whole: list[bool] = []
        for file, known in zip(self.files, self.stamps, strict=True):
            # The options' column would take as much room in each of its rows as in the first.
            skipped = OPTIONS if self.options else None
            usable = [
                index
                for index, entry in enumerate(file.entries)
                if entry.fault is None and entry.name != skipped
            ]
            found: dict[int, NDArray[Any]] = {}
            is_small = _is_small(file, known)
            if is_small:
                found = _readable(file, usable, progress)
            elif (first_values := getattr(file, "first_values", None)) is not None:
                found = dict(enumerate(first_values()))
            values += [found.get(index) for index in range(len(file.entries))]
            is_whole += [is_small and index in found for index in range(len(file.entries))]
        return Looked(tuple(values), tuple(is_whole))


def _stamp_of(path: Path) -> Stamp:
    try:
        return stamp(path.stat())
    except OSError as error:
        raise DataFileError(path, fault("gone", "the file is no longer there")) from error


def _is_small(file: DataFile, known: Stamp | None) -> bool:
    return known is None or known.size <= (LARGEST_LOOKED_AT if file.has_own_formats else LARGEST_TEXT)


def _readable(file: DataFile, usable: list[int], progress: Progress) -> dict[int, NDArray[Any]]:
    """Entries by index: all at once, else one by one, so that a damaged one hides no other."""
    try:
        return dict(zip(usable, file.read(usable, progress), strict=True))
    except (DataError, MemoryError):
        pass
    found: dict[int, NDArray[Any]] = {}
    for index in usable[:100]:
        try:
            (found[index],) = file.read((index,), progress)
        except (DataError, MemoryError):
            continue
    return found


def joined(files: Sequence[DataFile], *, are_pasted: bool = False) -> JoinedFiles:
    """Files that have been inspected, as one; what was pasted has a name and is in no file."""
    return JoinedFiles(
        tuple(files),
        tuple(None if are_pasted else _stamp_of(file.path) for file in files),
        "" if are_pasted else next(filter(None, (options_in(file.path) for file in files)), ""),
    )


def _by_number(path: Path) -> list[tuple[int, str]]:
    """Orders part_10 after part_9."""
    return [
        (int(text), "") if text.isdigit() else (-1, text.lower())
        for text in re.split(r"([0-9]{1,18})", path.name)
    ]


def inspect_all(paths: Sequence[Path]) -> JoinedFiles:
    """What data files hold, without reading them; in the order of their names, numbers by their values.

    Raises
    ------
    DataFileError
        If one is of no known kind, too large or damaged.
    """
    paths = sorted(dict.fromkeys(paths), key=_by_number)
    if len(paths) > MOST_FILES:
        raise refusal(
            "many_files", "expected at most {most} files, got {count}", most=MOST_FILES, count=len(paths)
        )
    before = tuple(_stamp_of(path) if path.exists() else None for path in paths)
    files = joined([inspect(path) for path in paths])
    for path, old, new in zip(paths, before, files.stamps, strict=True):
        if old is not None and old != new:
            raise DataFileError(path, fault("changes", "the file is being written; try again"))
    return files
