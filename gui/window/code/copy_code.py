"""The problem in front as a script on the clipboard: PyTorch's, or NumPy's alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from engine import Catalogue, Problem, numpy_snippet, script_arrays, torch_snippet
from engine.data import Progress
from gui.document.document import Document
from gui.services.actions import make_action
from gui.services.atomic_write import write_atomically
from gui.services.columns_file import npz_pieces
from gui.services.jobs import JobRunner

MOST_NUMBERS = 20_000
"""Logits of a script that holds its numbers; of more it loads them from a file."""

Write = Callable[[Problem, Catalogue, str], str]


@dataclass(frozen=True)
class SavedScript:
    """The job that saves a problem's arrays and writes the script that loads them."""

    write: Write
    problem: Problem
    formulas: Catalogue
    path: Path

    def __call__(self, progress: Progress) -> str:
        write_atomically(self.path, npz_pieces(script_arrays(self.problem)), progress)
        return self.write(self.problem, self.formulas, str(self.path))


class CodeCopier(QObject):
    """Copies scripts that print what the window shows."""

    message = Signal(str)
    """What was copied, or why nothing was."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._jobs = JobRunner(self)
        self.torch = make_action(
            self,
            self.tr("Copy as P&yTorch code"),
            "Ctrl+Shift+P",
            self.tr("A script that prints these numbers and their gradients under PyTorch"),
            slot=self._copy_torch,
        )
        self.numpy = make_action(
            self,
            self.tr("Copy as &NumPy code"),
            tip=self.tr("A script that prints these numbers with NumPy alone"),
            slot=self._copy_numpy,
        )
        self.capture = make_action(
            self,
            self.tr("Catc&h the batch in your training run…"),
            tip=self.tr("A script that writes the batch that broke a loss, to be opened here"),
            slot=self._show_capture,
        )

    @property
    def actions(self) -> list[QAction]:
        """All actions, for a menu."""
        return [self.torch, self.numpy, self.capture]

    @property
    def busy(self) -> bool:
        """Whether arrays are being saved."""
        return self._jobs.busy

    def _show_capture(self) -> None:
        from gui.window.code.capture_dialog import CaptureDialog  # noqa: PLC0415  # not needed to start

        parent = self.parent()
        window = parent if isinstance(parent, QWidget) else QApplication.activeWindow()
        self.script_dialog = CaptureDialog(window)
        self.script_dialog.copied.connect(self.message)
        self.script_dialog.open()

    def _copy_torch(self) -> None:
        if self._document.front == "all-four":
            from gui.all_four.state import code_of  # noqa: PLC0415  # not needed to start

            QGuiApplication.clipboard().setText(code_of(self._document.sample))
            self.message.emit(self.tr("Copied: a PyTorch script of all four that prints these numbers"))
            return
        self._copy(torch_snippet, self.tr("Copied: a PyTorch script that prints these numbers"))

    def _copy_numpy(self) -> None:
        self._copy(numpy_snippet, self.tr("Copied: a NumPy script that prints these numbers"))

    def _copy(self, write: Write, done: str) -> None:
        problem = self._document.problem()
        formulas = self._document.formulas.of(problem.family)
        if problem.logits.size > MOST_NUMBERS:
            self._ask_for_file(partial(self._save, write, problem, formulas, done))
        else:
            self._take(done, write(problem, formulas, ""))

    def _ask_for_file(self, save: Callable[[str], None]) -> None:
        """Ask where the numbers go that are too many for a script."""
        from gui.files.dialogs import saving_dialog  # noqa: PLC0415  # not needed to start

        parent = self.parent()
        title = self.tr("Save the numbers that the script loads")
        window = parent if isinstance(parent, QWidget) else QApplication.activeWindow()
        proposed, filters = Path.home() / f"{self._document.page}.npz", [self.tr("NumPy arrays") + " (*.npz)"]
        self.dialog = dialog = saving_dialog(window, title, proposed, filters)
        dialog.fileSelected.connect(save)
        dialog.open()

    def _save(self, write: Write, problem: Problem, formulas: Catalogue, done: str, name: str) -> None:
        done = self.tr("{copied}; it loads {file}").format(copied=done, file=name)
        work = SavedScript(write, problem, formulas, Path(name).absolute())
        self._jobs.start(work, partial(self._take, done), self._was_not_saved)

    def _take(self, done: str, script: str) -> None:
        QGuiApplication.clipboard().setText(script)
        self.message.emit(done)

    def _was_not_saved(self, error: Exception) -> None:
        if not isinstance(error, (OSError, MemoryError)):
            raise error
        self.message.emit(self.tr("Not copied: {reason}").format(reason=error))
