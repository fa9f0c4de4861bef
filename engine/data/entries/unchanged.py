"""Whether a file is still the one whose contents were listed."""

from __future__ import annotations

from os import stat_result
from typing import NamedTuple

from engine.data.faults import refusal


class Stamp(NamedTuple):
    """What tells one writing of a file from another: its size, its time and its place on the disk."""

    size: int
    modified: int
    number: int


def stamp(status: stat_result) -> Stamp:
    """The file's stamp as it is now."""
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ino)


def check_unchanged(status: stat_result, listed: Stamp) -> None:
    """Refuse a file that was written to, replaced or truncated since it was listed; raises DataError."""
    if stamp(status) != listed:
        raise refusal("file_changed", "the file has changed since it was listed; open it again")
