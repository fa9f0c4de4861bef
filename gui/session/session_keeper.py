"""Where the document's session is kept: its file, whether that is up to date, and its autosave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, Signal, SignalInstance

from engine import BinaryProblem, MulticlassProblem
from engine.data import Progress, Stamp, stamp
from gui.document.changes import PAGES, Change, Page, ProblemReplaced
from gui.document.document import Document
from gui.document.selection import Place, Selection
from gui.services.atomic_write import write_atomically
from gui.services.autosave import Autosave, LostWork, Slot
from gui.services.jobs import JobRunner
from gui.session.problem_file import ProblemFile
from gui.session.session_file import Session, SessionFileError, read_session, session_pieces


class SessionKeeper(QObject):
    """Saves and loads the document's session, off the GUI thread.

    In between it keeps work in progress in a slot; without one it does not.
    """

    path_changed = Signal()
    saved = Signal(object)
    """The path of a session that is on the disk."""
    failed = Signal(str)
    """Why a session could not be written, in words for people."""
    autosave_trouble = Signal(str)
    """Why work in progress cannot be kept, in words for people; empty once it can be again."""

    def __init__(
        self,
        document: Document,
        selection: Selection,
        slot: Slot | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._path: Path | None = None
        self._seen: Stamp | None = None
        """The session's file as this process last read or wrote it."""
        self._files: dict[Page, ProblemFile] = {}
        """What a page's file says of its problem, for people."""
        self._replaced: set[Page] = set()
        """Pages where another problem has taken the place of the file's."""
        self._held: Session | None = None
        """What is kept while the document shows something else."""
        self._jobs = JobRunner(self)
        self.autosave = None if slot is None else Autosave(slot, self._content, parent=self)
        if self.autosave is not None:
            self.autosave.failed.connect(self.autosave_trouble)
            self.autosave.written.connect(partial(self.autosave_trouble.emit, ""))
        self._signals: tuple[SignalInstance, ...] = (
            document.changed,
            document.undo_stack.indexChanged,
            document.undo_stack.cleanChanged,
            document.formulas_changed,
            document.sample_changed,
        )
        for signal in self._signals:
            signal.connect(self._note_work)
        document.changed.connect(self._follow)
        if self.autosave is not None and not self.is_saved:
            self.autosave.work_waited()  # the keeper is made after the first paint: an edit may come sooner

    @property
    def path(self) -> Path | None:
        """The session's file, once it has one."""
        return self._path

    @property
    def is_saved(self) -> bool:
        """Whether nothing would be lost."""
        return self._document.undo_stack.isClean()

    def was_changed_by_others(self) -> bool:
        """Whether the session's file is another than the one that was read or written here."""
        now = None if self._path is None else stamp_of(self._path)
        return now is not None and now != self._seen

    def session(self) -> Session:
        """What is being worked on, as a value."""
        document = self._document
        problems = {page: self._with_words(page) for page in PAGES}
        if self._held is not None:
            return replace(self._held, problems=problems, sample=document.own_sample)
        places = {page: self._selection.place(page) for page in PAGES}
        file = "" if self._path is None else str(self._path)
        return Session(
            document.page,
            problems,
            places,
            file,
            document.formulas,
            document.sample,
            document.front == "all-four",
        )

    def hold(self) -> None:
        """From here on keep what is being worked on now: the document goes on to show something else."""
        self._held = self.session()

    def release(self) -> None:
        """The document shows the user's work again."""
        self._held = None

    def save(self, path: Path) -> None:
        """Write the session; `saved` or `failed` says how it went, and a failure changes nothing."""
        self._jobs.wait()  # one save never cancels another
        work = _Saving(self.session(), path)
        self._jobs.start(work, self._was_saved, self._was_not_saved)

    def load(self, session: Session, path: Path | None) -> None:
        """Put a whole session in place of this one; its history begins anew."""
        problems = session.problems
        self._document.load(
            cast("BinaryProblem", problems["binary"].problem),
            cast("MulticlassProblem", problems["multiclass"].problem),
            session.page,
            session.sample,
        )
        self._document.set_front(session.front)
        for page, place in session.places.items():
            self._selection.select(page, place.row, place.moved)
        if session.formulas is not None:
            self._document.show_formulas(session.formulas)
        self._files = dict(problems)
        self._replaced.clear()
        self._set_path(path)
        self._note_work()

    def keep_words(self, file: ProblemFile, places: Mapping[Page, Place]) -> None:
        """Write what a file says of its problem, which is on its page now, with that problem, and select."""
        for page, place in places.items():
            self._selection.select(page, place.row, place.moved)
        self._files[file.page] = file
        self._replaced.discard(file.page)

    def recover(self, lost: LostWork) -> None:
        """Put back work that a crash or a kill interrupted; it is not saved until the user saves it.

        Raises
        ------
        SessionFileError
            If it cannot be read; then nothing has changed.
        """
        session = read_session(lost.slot.file)
        if not session.is_whole:
            raise SessionFileError(f"{lost.slot.file}: expected both pages")
        self.load(session, Path(session.file) if session.file else None)
        if self.autosave is not None:
            self.autosave.adopt(lost.slot)
        self._document.undo_stack.resetClean()

    def keep(self) -> None:
        """Write work in progress at once: the desktop's session ends."""
        if self.autosave is not None and not self.is_saved:
            self.autosave.write_now()

    def close(self) -> None:
        """Leave no work in progress behind: it is saved or not wanted."""
        for signal in self._signals:  # a QUndoStack tells even of its own destruction
            signal.disconnect(self._note_work)
        if self._signals:
            self._document.changed.disconnect(self._follow)
        self._signals = ()
        self._jobs.wait()  # what was to be saved is saved
        self._jobs.close()
        if self.autosave is not None:
            self.autosave.close()

    def _with_words(self, page: Page) -> ProblemFile:
        problem = self._document.own_problem(page)
        if page in self._replaced or page not in self._files:
            return ProblemFile("", "", problem)
        return self._files[page]._replace(problem=problem)

    def _follow(self, change: Change) -> None:
        page = change.page
        if self._held is not None:
            return
        if isinstance(change, ProblemReplaced) and page in self._files:
            is_back = self._document.problem(page) is self._files[page].problem
            (self._replaced.discard if is_back else self._replaced.add)(page)

    def _content(self) -> Iterator[bytes]:
        return _encoded(self.session())

    def _note_work(self) -> None:
        if self.autosave is None:
            return
        if self.is_saved:
            self.autosave.work_is_safe()
        else:
            self.autosave.work_changed()

    def _was_saved(self, saving: _Saving) -> None:
        self._set_path(saving.path)
        kept = {page: file.problem for page, file in saving.session.problems.items()}
        now = {page: self._document.own_problem(page) for page in PAGES}
        is_kept = self._document.own_sample is saving.session.sample
        if is_kept and all(now[page] is kept[page] for page in PAGES):
            self._document.undo_stack.setClean()
        self.saved.emit(saving.path)

    def _was_not_saved(self, error: Exception) -> None:
        self.failed.emit(str(error))

    def _set_path(self, path: Path | None) -> None:
        self._seen = None if path is None else stamp_of(path)
        if path != self._path:
            self._path = path
            self.path_changed.emit()


def stamp_of(path: Path) -> Stamp | None:
    """The file's stamp; None if there is none or it cannot be looked at."""
    try:
        return stamp(path.stat())
    except OSError:
        return None


def _encoded(session: Session) -> Iterator[bytes]:
    return (piece.encode() for piece in session_pieces(session))


@dataclass(frozen=True)
class _Saving:
    """The job that writes a session; its result is itself."""

    session: Session
    path: Path

    def __call__(self, progress: Progress) -> _Saving:
        without_file = replace(self.session, file="")
        write_atomically(self.path, _encoded(without_file), progress)
        return self
