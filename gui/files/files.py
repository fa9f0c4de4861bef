"""What File's menu does: new, open, import, save, export, and nothing lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, QTimer, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from engine import Problem
from gui.document.changes import Front
from gui.document.document import Document
from gui.files.column_export import ColumnExport
from gui.files.data_words import error_words
from gui.files.first_session import Found, Start, first_session, likeliest, read_files
from gui.files.recent_menu import RecentMenu
from gui.files.unsaved import Unsaved, session_name
from gui.services.autosave import LostWork
from gui.services.jobs import JobRunner
from gui.services.resources import PRESETS
from gui.session.session_file import Session
from gui.session.session_keeper import SessionKeeper

if TYPE_CHECKING:
    from gui.files.import_dialog import ImportDialog
    from gui.files.pasted import Pasted

Choices = QMessageBox.StandardButton

SMALL = 2**16
"""Bytes of a session that is read within a frame; larger files are read off the GUI thread."""


class Files(QObject):
    """Opens, imports, saves and exports, with the dialogs that this takes.

    Dialogs are opened, never executed, so the window stays alive beneath them.
    """

    message = Signal(str)
    """Something for the status bar."""
    failed = Signal(str)
    """Why a file, or what was pasted, could not be opened; a message as well."""
    opened = Signal(object)
    """The `ProblemFile` whose problem took its page's place."""
    recovered = Signal(object)
    """The `LostWork` that has been brought back."""
    leaving = Signal()
    """The window may close."""
    scan_wanted = Signal(object)
    """Files to be scanned: paths."""
    replacing = Signal()
    """A problem or a session is about to be put in place of what is shown."""

    def __init__(
        self,
        document: Document,
        keeper: SessionKeeper,
        recent: RecentMenu,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._document = document
        self._keeper = keeper
        self._recent = recent
        self._window = window
        self._reading = JobRunner(self)
        self.columns = ColumnExport(document, window, self)
        self.columns.message.connect(self.message)
        self.columns.failed.connect(self._warn)
        recent.chosen.connect(self.open_path)
        keeper.saved.connect(self._was_saved)
        keeper.failed.connect(self._was_not_saved)
        # Made last: what follows a save comes after the word of it.
        self._unsaved = Unsaved(keeper, window, self)
        self._unsaved.save_wanted.connect(self.save)
        self._unsaved.leaving.connect(self.leaving)

    @property
    def name(self) -> str:
        """What the session is called."""
        return session_name(self._keeper)

    @property
    def busy(self) -> bool:
        """Whether a file is being read or columns are being written."""
        return self._reading.busy or self.columns.busy

    # -- new and open -------------------------------------------------------------------------------

    def new(self) -> None:
        """Begin as on a first start."""
        self._unsaved.when_kept(partial(self._load, first_session(), None))

    def begin(self, start: Start, page: Front, *, ask: bool, pasted: Pasted | None = None) -> None:
        """Show what the command line's files hold.

        Parameters
        ----------
        start : Start
        page : str
            The page in front.
        ask : bool
            Whether to ask which of a data file's arrays are meant; otherwise the likeliest are taken.
        pasted : Pasted, optional
            What the data file stands for, if it was read from standard input.

        Raises
        ------
        ValueError
            If it must not ask, and the file's numbers make no problem.
        """
        self._keeper.load(start.session, start.path)
        if start.data is None:
            self._document.set_front(page)
            self.opened.emit(start.session.problems[start.session.page])
        elif ask:
            QTimer.singleShot(0, self, partial(self.import_data, start.data, pasted))  # once it is shown
        else:
            self._was_imported(start.data.files.paths, likeliest(start.data, self._document.problem().format))

    def open(self) -> None:
        """Ask for a file and open it."""
        from gui.files.dialogs import open_dialog  # noqa: PLC0415  # not needed to start

        dialog = open_dialog(self._window, str(self._folder()))
        dialog.filesSelected.connect(self._open_named)
        dialog.open()

    def open_path(self, path: Path) -> None:
        """Open a session, take in a problem or ask what to import; a bad file changes nothing."""
        self.open_paths([path])

    def open_paths(self, paths: Sequence[Path]) -> None:
        """The same of one file, or ask what to import of several data files together."""
        size = 0
        for path in paths:
            try:
                size += path.stat().st_size
            except (OSError, ValueError) as error:
                self._fail(f"{path}: {getattr(error, 'strerror', None) or error}")
                return
        work = partial(read_files, paths)
        if size <= SMALL:
            try:
                found = work()
            except ValueError as error:
                self._was_not_read(error)
            else:
                self._was_read(paths[0], found)
        else:
            self.message.emit(self.tr("Reading {0}…").format(", ".join(path.name for path in paths)))
            self._reading.start(work, partial(self._was_read, paths[0]), self._was_not_read)

    def accepts(self, data: QMimeData) -> bool:
        """Whether what is dragged over the window is one file or several."""
        return bool(data.urls()) and all(url.isLocalFile() for url in data.urls())

    def drop(self, data: QMimeData) -> None:
        """Open the files that were dropped."""
        paths = [Path(url.toLocalFile()) for url in data.urls()]
        if self._document.front == "scan":
            self.scan_wanted.emit(paths)
        else:
            self.open_paths(paths)

    def paste(self) -> None:
        """Ask which of the clipboard's columns are meant and put their problem on its page."""
        from gui.files.pasted import Pasted  # noqa: PLC0415  # not needed to start

        try:
            pasted = Pasted.of_clipboard()
        except ValueError as error:
            self._fail(str(error))
        else:
            self.import_data(pasted.found(), pasted)

    def import_data(self, found: Found, pasted: Pasted | None = None) -> None:
        """Ask which arrays or columns are meant and put their problem on its page."""
        from gui.files.dialogs import offer_scan  # noqa: PLC0415  # not needed to start
        from gui.files.import_dialog import ImportDialog  # noqa: PLC0415  # the same

        fmt = self._document.problem().format
        dialog = ImportDialog(found.files, fmt, self._window, found.looked)
        dialog.read.connect(lambda problem: self._was_imported(dialog.files.paths, problem, pasted))
        dialog.file_wanted.connect(partial(self._ask_for_more, dialog))
        dialog.finished.connect(dialog.deleteLater)
        if pasted is not None:
            dialog.finished.connect(pasted.close)
        else:
            offer_scan(dialog, found.files, self.scan_wanted.emit)
        dialog.open()

    def _ask_for_more(self, dialog: ImportDialog) -> None:
        from gui.files.dialogs import open_dialog  # noqa: PLC0415  # not needed to start

        asking = open_dialog(dialog, str(dialog.files.path.parent), only_data=True)
        asking.filesSelected.connect(lambda names: dialog.add(list(map(Path, names))))
        asking.open()

    def _fail(self, words: str) -> None:
        self.message.emit(words)
        self.failed.emit(words)

    def _open_named(self, names: Sequence[str]) -> None:
        self.open_paths(list(map(Path, names)))

    def _was_read(self, path: Path, found: Session | Found) -> None:
        if not isinstance(found, Session):
            self.import_data(found)
        elif found.is_whole:
            self._unsaved.when_kept(partial(self._load, found, path))
        else:
            file = found.problems[found.page]
            self.take_in(file.problem, self.tr("open {0}").format(file.title or path.stem))
            self._keeper.keep_words(file, found.places)
            if path.parent != PRESETS:
                self._recent.note(path)
            self.opened.emit(file)

    def _was_not_read(self, error: Exception) -> None:
        if not isinstance(error, (ValueError, MemoryError)):
            raise error
        self._fail(error_words(error) or self.tr("There is not enough memory to read this file."))

    def _was_imported(self, paths: Sequence[Path], problem: Problem, pasted: Pasted | None = None) -> None:
        names = [path.stem if pasted else path.name for path in paths]
        self.take_in(problem, self.tr("import {0}").format(", ".join(names)))
        if pasted is None:
            for path in reversed(paths):
                self._recent.note(path)

    def take_in(self, problem: Problem, text: str) -> None:
        """Put a problem on its page and show it, as one step of the history."""
        self.replacing.emit()
        self._document.replace_problem(problem.family, problem, text)
        self._document.set_page(problem.family)

    def _load(self, session: Session, path: Path | None) -> None:
        self.replacing.emit()
        self._keeper.load(session, path)
        if path is not None:
            self._recent.note(path)

    # -- save and export ----------------------------------------------------------------------------

    def save(self) -> None:
        """Save the session to its file, or ask for one, or what to do with what others wrote there."""
        path = self._keeper.path
        if path is None:
            self.save_as()
        elif self._keeper.was_changed_by_others():
            from gui.files.dialogs import changed_question  # noqa: PLC0415  # not needed to start

            question = changed_question(self._window, path)
            question.finished.connect(partial(self._decide_between, path))
            question.open()
        else:
            self._keeper.save(path)

    def _decide_between(self, path: Path, answer: int) -> None:
        """The session here or the one that others wrote into its file."""
        if answer == Choices.Ignore.value:
            self._keeper.save(path)
        elif answer == Choices.Save.value:
            self.save_as()
        else:
            self._unsaved.stay()
            if answer == Choices.Reset.value:
                self._document.undo_stack.setClean()  # given up, as was just said
                self.open_path(path)

    def save_as(self) -> None:
        """Ask for a file and save the session to it."""
        from gui.files.dialogs import SESSION_SUFFIX, save_dialog  # noqa: PLC0415  # not needed to start

        proposed = self._keeper.path or self._folder() / (self.name + SESSION_SUFFIX)
        dialog = save_dialog(self._window, proposed)
        dialog.fileSelected.connect(self._save_named)
        dialog.rejected.connect(self._unsaved.stay)
        dialog.open()

    def export(self) -> None:
        """Ask for a file and write every column of the page in front to it."""
        stem = self._keeper.path.stem if self._keeper.path else self._document.page
        self.columns.ask(self._folder() / f"{stem}.csv")

    def export_to(self, name: str) -> None:
        """Write every column of the page in front, as the file's name says: .csv or .npz."""
        self.columns.write(name)

    def _save_named(self, name: str) -> None:
        self._keeper.save(Path(name))

    def _was_saved(self, path: Path) -> None:
        self._recent.note(path)
        self.message.emit(self.tr("Saved {0}").format(path))

    def _was_not_saved(self, words: str) -> None:
        self._unsaved.stay()
        self._warn(self.tr("The session could not be saved.\n{0}").format(words))

    def _warn(self, text: str) -> None:
        from gui.files.dialogs import failure_box  # noqa: PLC0415  # not needed to start

        failure_box(self._window, text).open()

    def _folder(self) -> Path:
        recent = self._recent.files
        return recent[0].parent if recent else Path.home()

    # -- nothing is lost ----------------------------------------------------------------------------

    def may_close(self) -> bool:
        """Whether the window may close; if not, the user is asked, and `leaving` says when it may."""
        return self._unsaved.may_close()

    def close(self) -> None:
        """Stop what is under way; the window closes."""
        self._reading.close()
        self.columns.close()
        self._keeper.close()

    def recover(self, lost: LostWork) -> None:
        """Bring back lost work in place of the session."""
        self._unsaved.when_kept(partial(self._recover, lost))

    def _recover(self, lost: LostWork) -> None:
        self.replacing.emit()
        try:
            self._keeper.recover(lost)
        except ValueError as error:
            self._fail(str(error))
        else:
            self.recovered.emit(lost)
