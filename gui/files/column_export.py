"""Exports every column of the page in front, off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gui.document.document import Document
from gui.services.jobs import JobRunner


class ColumnExport(QObject):
    """Asks for a file and writes the columns to it, of the shown rows alone while others are hidden."""

    message = Signal(str)
    """Something for the status bar."""
    failed = Signal(str)
    """Why nothing was written."""

    def __init__(self, document: Document, window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._window = window
        self._jobs = JobRunner(self)
        self.shown_rows: Callable[[], NDArray[np.intp] | None] = lambda: None
        """The rows that a filter shows of the page in front; None for all. The window puts it in place."""

    @property
    def busy(self) -> bool:
        """Whether columns are being written."""
        return self._jobs.busy

    def ask(self, proposed: Path) -> None:
        """Ask for a file, with a proposal, and write to it."""
        from gui.files.dialogs import export_dialog  # noqa: PLC0415  # not needed to start

        only_shown = self.shown_rows() is not None
        if only_shown:
            proposed = proposed.with_stem(f"{proposed.stem}-shown")
        dialog = export_dialog(self._window, proposed, only_shown=only_shown)
        dialog.fileSelected.connect(self.write)
        dialog.open()

    def write(self, name: str) -> None:
        """Write the columns as the file's name says: .csv or .npz."""
        from gui.files.export import Export  # noqa: PLC0415  # not needed to start

        problem, covered = self._document.problem(), self._document.cover.formulas
        formulas = tuple(
            each for each in self._document.formulas.of(problem.family) if each.key not in covered
        )
        work = Export(problem, formulas, Path(name), self.shown_rows())
        self._jobs.start(work, self._was_written, self._was_not_written)

    def close(self) -> None:
        """Stop what is under way."""
        self._jobs.close()

    def _was_written(self, path: Path) -> None:
        self.message.emit(self.tr("Exported {0}").format(path))

    def _was_not_written(self, error: Exception) -> None:
        if not isinstance(error, (OSError, MemoryError)):
            raise error
        self.failed.emit(self.tr("The columns could not be exported.\n{0}").format(error))
