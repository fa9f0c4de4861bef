"""Pasted numbers, of the clipboard or of standard input, as a data file that is imported as any other."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication

from engine.data import (
    LONGEST_TEXT,
    DataError,
    DataFile,
    DataFileError,
    DelimitedFile,
    PastedFile,
    joined,
    pasted_json,
)
from gui.files.data_words import fault_words
from gui.files.first_session import Found

_translate = QCoreApplication.translate

_PERHAPS_A_TABLE = ("pasted_cell", "ragged_row", "comma_cell")
"""Why a text is refused that may yet be a table of words and numbers."""

LONGEST_LINE = 120
"""Characters of a refusal."""


@dataclass(frozen=True, eq=False)
class Pasted:
    """What was pasted, there until this is closed."""

    file: DataFile
    close: Callable[[], None] = field(default=lambda: None)

    @classmethod
    def of_clipboard(cls) -> Pasted:
        """What was copied: rows of cells, printed arrays, a drawn table, JSON.

        Raises
        ------
        ValueError
            If these are no numbers; the message says what would be.
        """
        return cls.of_text(QGuiApplication.clipboard().text(), _translate("pasted", "The clipboard"))

    @classmethod
    def of_standard_input(cls) -> Pasted:
        """The same, piped to the program; raises ValueError."""
        raw = sys.stdin.buffer.read(4 * LONGEST_TEXT + 1)
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValueError(_translate("pasted", "Standard input holds no UTF-8 text.")) from error
        return cls.of_text(text, _translate("pasted", "Standard input"))

    @classmethod
    def of_text(cls, text: str, source: str) -> Pasted:
        """A text as a file.

        Parameters
        ----------
        text : str
        source : str
            Where it comes from, as a message begins.

        Raises
        ------
        ValueError
            If it holds no numbers.
        """
        path = Path(_translate("pasted", "pasted numbers"))
        if not text.strip():
            raise ValueError(_empty(source))
        broken = None
        try:
            if (records := pasted_json(path, text)) is not None:
                return cls(records)
        except DataError as error:
            broken = error.fault
        try:
            return cls(PastedFile.of_text(path, text))
        except DataFileError as error:
            if error.fault.key in _PERHAPS_A_TABLE and (table := _table(text, path.name)) is not None:
                return table
            raise ValueError(f"{source}: {fault_words(broken or error.fault)}"[:LONGEST_LINE]) from error

    def found(self) -> Found:
        """What there is to import."""
        files = joined([self.file], are_pasted=True)
        return Found(files, files.looked_at())


def _empty(source: str) -> str:
    words = _translate(
        "pasted", "{source} holds no table of numbers: copy rows of logits and their targets first."
    )
    return words.format(source=source)


def _table(text: str, name: str) -> Pasted | None:
    """A table with words for labels or signs at thousands, read as a file is; None if it is not one."""
    folder = TemporaryDirectory(prefix="logitscope-")
    path = Path(folder.name, f"{name}.tsv" if "\t" in text else f"{name}.csv")
    path.write_text(text, encoding="utf-8")
    try:
        file = DelimitedFile.inspect(path)
        kinds = {entry.type_name for entry in file.entries}
        looked = joined([file], are_pasted=True).looked_at()
    except DataFileError:
        folder.cleanup()
        return None
    is_told = {"numbers", "words"} <= kinds or (kinds == {"numbers"} and bool(file.reading.thousands))
    if not is_told or not all(looked.is_whole):
        folder.cleanup()
        return None
    return Pasted(file, folder.cleanup)
