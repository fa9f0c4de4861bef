"""The clipboard's numbers as a data file, so that they are imported as any other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication

from engine.data import Block, DataFile, PasteError, inspect, parse_block

_translate = QCoreApplication.translate


@dataclass(frozen=True, eq=False)
class Pasted:
    """A file that is there until this is closed."""

    file: DataFile
    folder: TemporaryDirectory[str]

    @classmethod
    def of_clipboard(cls) -> Pasted:
        """What was copied: rows of cells, a printed tensor or a nested list.

        Raises
        ------
        ValueError
            If these are no numbers; the message says what would be.
        """
        try:
            block = parse_block(QGuiApplication.clipboard().text())
        except PasteError as error:
            raise ValueError(_refusal(error)) from error
        folder = TemporaryDirectory(prefix="logitscope-")
        path = Path(folder.name, _translate("pasted", "pasted numbers") + ".tsv")
        path.write_text(_table(block), encoding="utf-8")
        return cls(inspect(path), folder)

    def close(self) -> None:
        """Leave nothing behind."""
        self.folder.cleanup()


def _refusal(error: PasteError) -> str:
    if not error.text or error.row is None or error.column is None:
        return _translate(
            "pasted", "The clipboard holds no table of numbers: copy rows of logits and their targets first."
        )
    words = _translate("pasted", "The clipboard's row {row}, column {column} is no number: '{text}'.")
    return words.format(row=error.row + 1, column=error.column + 1, text=error.text[:40])


def _table(block: Block) -> str:
    lines = ["\t".join(block.header)] if block.header else []
    lines += ("\t".join(map(repr, row)) for row in block.values.tolist())
    return "\n".join(lines) + "\n"
