"""What a start shows: the tutorial's two problems, or the file that the command line names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from gui.document.problem_file import read_problem_file
from gui.document.session_file import Session, read_session
from gui.files.entries import DataFile
from gui.services.resources import PRESETS

FIRST = (PRESETS / "00-tutorial-binary.json", PRESETS / "01-tutorial-multiclass.json")


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
    files = [read_problem_file(path) for path in FIRST]
    return Session("binary", {file.page: file for file in files})


def start_from(file: Path | None) -> Start:
    """Begin with a session, with one page of it from a problem file, or with data to import.

    Raises
    ------
    SessionFileError, DataFileError
        If the file cannot be read.
    """
    first = first_session()
    if file is None:
        return Start(first)
    from gui.files.data_file import inspect_data_file, is_session  # noqa: PLC0415  # not needed to start

    if not is_session(file):
        return Start(first, data=inspect_data_file(file))
    said = read_session(file)
    path = file.absolute() if said.is_whole else None
    return Start(replace(said, problems={**first.problems, **said.problems}), path)
