"""What a start with a file shows: that file, and the tutorial's problem on a page that it leaves free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine import Format, Problem
from engine.data import DataFileError, Progress, fault
from gui.session.session_file import Session, read_session
from gui.session.tutorial import first_places, first_problems

if TYPE_CHECKING:
    from engine.data import JoinedFiles, Looked


@dataclass(frozen=True, eq=False)
class Found:
    """Data files that can be imported, and what has been seen of their values."""

    files: JoinedFiles
    looked: Looked


class Start(NamedTuple):
    """What to begin with.

    Attributes
    ----------
    session : Session
        Both pages.
    path : Path, optional
        Where the session is saved, if it is one.
    data : Found, optional
        What to ask about once the window is there.
    """

    session: Session
    path: Path | None = None
    data: Found | None = None


def first_session() -> Session:
    """The session of a first start and of File > New.

    Raises
    ------
    ProblemFileError
        If the presets are not where they belong.
    """
    pages = (file.problem for file in first_problems().values())  # the words would be saved as the user's
    return Session.of("binary", pages, first_places())


def read_files(paths: Sequence[Path], progress: Progress | None = None) -> Session | Found:
    """The session that a file holds, or a captured batch, or what there is to import in one or several.

    Raises
    ------
    SessionFileError, DataFileError
        If a file cannot be read, or one of several is a session.
    """
    from engine import is_capture  # noqa: PLC0415  # not needed to start
    from engine.data import inspect_all, is_json, no_progress  # noqa: PLC0415  # the same

    if len(paths) == 1 and is_json(paths[0]):
        return read_session(paths[0])
    if len(paths) == 1 and is_capture(paths[0]):
        from gui.session.captured import captured_session  # noqa: PLC0415  # rarely needed

        return captured_session(paths[0])
    for path in paths:
        if is_json(path):
            raise DataFileError(
                path, fault("one_session", "a session is opened alone, not beside other files")
            )
    files = inspect_all(paths)
    return Found(files, files.looked_at(progress or no_progress))


def start_from(paths: Sequence[Path]) -> Start:
    """Begin with a session, with one page of it from a problem file, or with data to import.

    Raises
    ------
    SessionFileError, DataFileError
        If a file cannot be read.
    """
    first, said = first_session(), read_files(paths)
    if not isinstance(said, Session):
        return Start(first, data=said)
    path = paths[0].absolute() if said.is_whole else None
    return Start(replace(said, problems={**first.problems, **said.problems}), path)


def likeliest(found: Found, fmt: Format) -> Problem:
    """The problem of the likeliest choice, for those who cannot be asked.

    Raises
    ------
    ValueError
        If it makes none; the message names the file.
    """
    from engine.data import fault_of, no_progress, read_problem, suggestion  # noqa: PLC0415

    files = found.files
    guess = suggestion(files.entries, found.looked.values, files.options, files.owners)
    choice = guess.value
    why_not = fault_of(choice, files.entries)
    if why_not is not None and why_not.key == "no_logits":
        raise DataFileError(
            files.path,
            fault("unclear", "not clear which numbers are the logits: {reason}", reason=guess.reason),
        )
    try:
        return read_problem(files, choice, fmt, no_progress, found.looked.whole)
    except DataFileError:
        raise  # it names the file
    except ValueError as error:
        raise ValueError(f"{files.path}: {error}") from error
