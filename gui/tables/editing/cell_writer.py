"""Writes checked numbers into cells, as one step, and says what is wrong or doubtful about them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from engine import MulticlassProblem
from gui.document.changes import Page
from gui.document.document import Document
from gui.services.numbers.number_text import parse_class
from gui.tables.editing.pasting import Pasting, WrongTarget, apply, check, doubtful_targets


class CellWriter(QObject):
    """The one way by which paste, fill and generate change cells."""

    message = Signal(str)
    """A refusal or a remark in words."""

    def __init__(self, page: Page, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self._page = page
        self._document = document

    def write(self, pastings: Sequence[Pasting], text: str) -> bool:
        """Write all numbers as one step or, with a message, none; returns whether it did."""
        problem = self._document.problem(self._page)
        try:
            for pasting in pastings:
                check(pasting, problem)
        except WrongTarget as wrong:
            self.message.emit(self._wrong_target(wrong))
            return False
        with self._document.one_step(text):
            for pasting in pastings:
                apply(self._document, self._page, pasting, text)
        doubtful = (
            0
            if isinstance(problem, MulticlassProblem) and not problem.has_probabilities
            else sum(map(doubtful_targets, pastings))
        )
        if doubtful:
            words = self.tr("{count} targets are not between 0 and 1: PyTorch takes them, marked here")
            self.message.emit(words.format(count=doubtful))
        return True

    def _wrong_target(self, wrong: WrongTarget) -> str:
        from gui.tables.editing.paste_words import place_words  # noqa: PLC0415  # not needed to start

        problem = self._document.multiclass
        text = f"{wrong.value:.17g}"
        try:
            parse_class(text, problem.classes, problem.ignore_index)
            reason = text
        except ValueError as error:
            reason = str(error)
        return self.tr("Paste: {place}: {reason}").format(
            place=place_words(wrong.row, wrong.column), reason=reason
        )
