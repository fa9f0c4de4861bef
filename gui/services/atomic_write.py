"""Files are written whole or not at all: whatever happens, the path holds the old content or the new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from PySide6.QtCore import QIODevice, QSaveFile

from engine.data import Progress, no_progress


class WriteError(OSError):
    """A file that could not be written; the message is one line made for people."""


def write_atomically(path: Path, pieces: Iterable[bytes], progress: Progress = no_progress) -> None:
    """Write a file beside its place, flush it to the disk and move it there.

    `QSaveFile` keeps permissions and follows symbolic links; its fallback of writing in place, for
    folders where no file can be made, stays off, for it could leave half a file.

    Parameters
    ----------
    path : Path
    pieces : iterable of bytes
        The content; an exception raised while they are made leaves the file as it was.
    progress : Progress
        Called before each piece, so that a job can be stopped.

    Raises
    ------
    WriteError
        If the file cannot be written; the old one, if any, is untouched.
    """
    file = QSaveFile(str(path))
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise WriteError(f"{path}: {file.errorString()}")
    complete = False
    try:
        complete = all(file.write(piece) == len(piece) for piece in _watched(pieces, progress))
    finally:
        if not complete:
            file.cancelWriting()
    if not complete or not file.commit():
        raise WriteError(f"{path}: {file.errorString()}")


def _watched(pieces: Iterable[bytes], progress: Progress) -> Iterator[bytes]:
    for piece in pieces:
        progress(0, 1)
        yield piece
