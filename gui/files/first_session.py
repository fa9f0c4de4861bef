"""What a start with a file shows: that file, and the tutorial's problem on a page that it leaves free."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from engine.data import DataFile, Progress
from gui.session.session_file import Session, read_session
from gui.session.tutorial import first_places, first_problems


@dataclass(frozen=True)
class Start:
    """What to begin with.

    Attributes
    ----------
    session : Session
        Both pages.
    path : Path, optional
        Where the session is saved, if it is one.
    data : DataFile, optional
        What to ask about once the window is there.
    """

    session: Session
    path: Path | None = None
    data: DataFile | None = None


def first_session() -> Session:
    """The session of a first start and of File > New.

    Raises
    ------
    ProblemFileError
        If the presets are not where they belong.
    """
    pages = (file.problem for file in first_problems().values())  # the words would be saved as the user's
    return Session.of("binary", pages, first_places())


def read_file(path: Path, _progress: Progress | None = None) -> Session | DataFile:
    """The session that a file holds, or what there is to import.

    Raises
    ------
    SessionFileError, DataFileError
        If the file cannot be read.
    """
    from engine.data import inspect, is_json  # noqa: PLC0415  # not needed to start

    return read_session(path) if is_json(path) else inspect(path)


def start_from(file: Path) -> Start:
    """Begin with a session, with one page of it from a problem file, or with data to import.

    Raises
    ------
    SessionFileError, DataFileError
        If the file cannot be read.
    """
    first, said = first_session(), read_file(file)
    if not isinstance(said, Session):
        return Start(first, data=said)
    path = file.absolute() if said.is_whole else None
    return Start(replace(said, problems={**first.problems, **said.problems}), path)
