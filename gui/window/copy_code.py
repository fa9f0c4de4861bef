"""The problem in front as a script on the clipboard: PyTorch's, or NumPy's alone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QGuiApplication

from engine import Catalogue, Problem, numpy_snippet, torch_snippet
from gui.document.document import Document
from gui.services.actions import make_action

MOST_NUMBERS = 1_000_000
"""A script of more literals than this is no longer something to paste; a session file is."""


class CodeCopier(QObject):
    """Copies scripts that print what the window shows."""

    message = Signal(str)
    """What was copied, or why nothing was."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.torch = make_action(
            self,
            self.tr("Copy as P&yTorch code"),
            "Ctrl+Shift+P",
            self.tr("A script that prints these numbers under PyTorch"),
            slot=self._copy_torch,
        )
        self.numpy = make_action(
            self,
            self.tr("Copy as &NumPy code"),
            tip=self.tr("A script that prints these numbers with NumPy alone"),
            slot=self._copy_numpy,
        )

    @property
    def actions(self) -> list[QAction]:
        """Both actions, for a menu."""
        return [self.torch, self.numpy]

    def _copy_torch(self) -> None:
        if self._document.front == "all-four":
            from gui.all_four.state import code_of  # noqa: PLC0415  # not needed to start

            QGuiApplication.clipboard().setText(code_of(self._document.sample))
            self.message.emit(self.tr("Copied: a PyTorch script of all four that prints these numbers"))
            return
        self._copy(torch_snippet, self.tr("Copied: a PyTorch script that prints these numbers"))

    def _copy_numpy(self) -> None:
        self._copy(numpy_snippet, self.tr("Copied: a NumPy script that prints these numbers"))

    def _copy(self, write: Callable[[Problem, Catalogue], str], done: str) -> None:
        problem = self._document.problem()
        if problem.logits.size > MOST_NUMBERS:
            text = self.tr("Not copied: {count} logits are too many for a script; save a session instead")
            self.message.emit(text.format(count=problem.logits.size))
            return
        QGuiApplication.clipboard().setText(write(problem, self._document.formulas.of(problem.family)))
        self.message.emit(done)
