"""What was pasted, or printed into a file, as a data file: its blocks by name, with their formats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.entries import Entry, Progress
from engine.data.faults import Fault, fault, refusal, short
from engine.data.faults import reading as reading_file
from engine.data.text.drawn_tables import is_drawn
from engine.data.text.encodings import encoding_of
from engine.data.text.paste_error import LONGEST_TEXT, MOST_CELLS, PasteError, Refusal
from engine.data.text.pasted_text import Block, PastedText, parse_text
from engine.data.text.printed_pieces import is_printed

START = 5_000
"""Bytes by which a printed value is told from a table."""


def holds_printed(start: bytes) -> bool:
    """Whether a text that begins so holds printed values or a drawn table rather than rows of cells."""
    text = _decoded(start[:START])
    return text is not None and "\0" not in text and (is_drawn(text) or is_printed(text))


@dataclass(frozen=True, eq=False)
class PastedFile:
    """Arrays and columns in a text that was read whole.

    Attributes
    ----------
    path : Path
        Where it was found; for what was pasted a name is enough.
    text : PastedText
    """

    path: Path
    text: PastedText

    @classmethod
    def of_text(cls, path: Path, text: str) -> PastedFile:
        """Read a text, such as a clipboard's or standard input's; raises DataFileError.

        Examples
        --------
        >>> file = PastedFile.of_text(Path("pasted"), "z = [[1.5, 2], [3, 4]]; y = [0, 1]")
        >>> [(entry.name, entry.shape) for entry in file.entries]
        [('z', (2, 2)), ('y', (2,))]
        """
        with reading_file(path):
            try:
                return cls(path, parse_text(text))
            except PasteError as error:
                why = _why(error)
                raise refusal(why.key, why.text, **why.values) from error

    @classmethod
    def inspect(cls, path: Path) -> PastedFile:
        """Read a file; raises DataFileError."""
        with reading_file(path):
            content = path.read_bytes()
            text = _decoded(content)
            if text is None:
                raise refusal("no_text", "expected text, got other bytes")
        return cls.of_text(path, text)

    @property
    def has_own_formats(self) -> bool:
        """Whether the text says a format."""
        return self.text.format is not None

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """What the text holds."""
        return tuple(entry for block in self.text.blocks for entry, _ in _parts(block))

    def read(self, chosen: Sequence[int], progress: Progress) -> list[NDArray[Any]]:  # noqa: ARG002
        """The chosen entries, in the format that the text says."""
        arrays = [array for block in self.text.blocks for _, array in _parts(block)]
        return [arrays[index] for index in chosen]

    def first_values(self) -> list[NDArray[Any]]:
        """The first rows of each entry."""
        return [array[:START] for block in self.text.blocks for _, array in _parts(block)]


def _parts(block: Block) -> list[tuple[Entry, NDArray[Any]]]:
    """A printed block is one array, a table a column each."""
    values = block.values
    if block.is_printed:
        array = values[:, 0] if block.is_vector or values.shape[1] == 1 else values
        return [_part(block.name or "pasted", block, array)]
    names = block.header or [f"column {number + 1}" for number in range(values.shape[1])]
    return [
        _part(short(name) or f"column {number + 1}", block, values[:, number])
        for number, name in enumerate(names)
    ]


def _part(name: str, block: Block, array: NDArray[Any]) -> tuple[Entry, NDArray[Any]]:
    sample = ", ".join(f"{value:.17g}" for value in array.reshape(-1)[:3].tolist())
    if block.format is None:
        return Entry(name, array.shape, "numbers", sample=sample), array
    with np.errstate(over="ignore"):  # a number beyond the format is infinite in it
        return Entry(name, array.shape, block.format.name, sample=sample), array.astype(block.format.dtype)


def _decoded(content: bytes) -> str | None:
    encoding = encoding_of(content[: 2**18]).value
    try:
        return content.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
    except UnicodeError:
        return None


# -- refusals -------------------------------------------------------------------------------------------


def _why(error: PasteError) -> Fault:
    return _WHY[error.refusal](error)


def _not_a_number(error: PasteError) -> Fault:
    return fault(
        "pasted_cell",
        'row {row}, column {column}: expected a number, inf or nan, got "{text}"',
        row=(error.row or 0) + 1,
        column=(error.column or 0) + 1,
        text=short(error.text),
    )


def _ragged(error: PasteError) -> Fault:
    return fault(
        "ragged_row",
        "row {row}: expected {expected} columns as above, got {count}",
        row=(error.row or 0) + 1,
        expected=error.expected,
        count=error.text,
    )


def _too_long(error: PasteError) -> Fault:  # noqa: ARG001
    return fault(
        "long_paste",
        "expected at most {most} characters and {cells} cells",
        most=LONGEST_TEXT,
        cells=MOST_CELLS,
    )


_WHY: dict[Refusal, Callable[[PasteError], Fault]] = {
    Refusal.EMPTY: lambda _: fault("no_numbers_pasted", "expected numbers, got none"),
    Refusal.TOO_LONG: _too_long,
    Refusal.NOT_A_NUMBER: _not_a_number,
    Refusal.RAGGED: _ragged,
    Refusal.COMMA: lambda error: fault(
        "comma_cell", '"{text}" may be one number or two', text=short(error.text)
    ),
    Refusal.ELLIPSIS: lambda _: fault(
        "elided", "the printed value leaves numbers out ('...'): print it whole"
    ),
    Refusal.DIMENSIONS: lambda _: fault("dimensions", "expected one or two dimensions, got more"),
    Refusal.BRACKETS: lambda error: fault(
        "brackets",
        'the brackets do not match, or something else is between them: "{text}"',
        text=short(error.text),
    ),
    Refusal.BLOCKS: lambda _: fault("blocks", "the values have different lengths"),
}
