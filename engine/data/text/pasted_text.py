"""From what other programs put on the clipboard to rectangles of numbers.

Spreadsheets and Jupyter write rows of cells (tabs, quotes, CRLF), files have commas or semicolons and
perhaps a header, databases and Markdown draw lines, PyTorch and NumPy print brackets. Every number is
read by `number_grammar`; a text is read whole or not at all, and a refusal quotes it as it was pasted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.data.faults import DataError
from engine.data.guesses.names import role_of
from engine.data.tables.pasted_json import is_json, json_columns
from engine.data.text.drawn_tables import drawn_rows, is_drawn, is_paired, paired_rows
from engine.data.text.paste_error import LONGEST_TEXT, MOST_CELLS, PasteError, Refusal
from engine.data.text.pasted_cells import check_shape, header_of_rows, numbers_of, split_rows
from engine.data.text.printed_pieces import Piece, PrintedError, is_printed, pieces_of
from engine.data.text.printed_values import rows_of
from engine.floats.formats import Format

_FENCE = re.compile(r"^[ \t]*(?:```|~~~).*$\n?", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Block:
    """A rectangle of numbers.

    Attributes
    ----------
    values : float64 array, shape (R, C)
    header : tuple of str
        The words above the columns; empty without.
    is_vector : bool
        Whether it was printed with one dimension: it may lie down where a row is selected.
    name : str
        What the text calls it, as in ``logits = ...``; nothing without.
    format : Format or None
        What ``dtype=`` says, where PyTorch or NumPy printed it.
    is_printed : bool
        Whether it stood in brackets; otherwise it was rows of cells.
    """

    values: NDArray[np.float64]
    header: tuple[str, ...] = ()
    is_vector: bool = False
    name: str = ""
    format: Format | None = None
    is_printed: bool = False


@dataclass(frozen=True, eq=False)
class PastedText:
    """All that a text holds.

    Attributes
    ----------
    blocks : tuple of Block
        One for rows of cells; of printed values one for each name.
    """

    blocks: tuple[Block, ...]

    @property
    def logits(self) -> Block | None:
        """The block that its name tells to be the logits; the one that is no target, where one is."""
        named = self._named("logits")
        others = [block for block in self.blocks if block is not self.target]
        return named or (others[0] if self.target is not None and len(others) == 1 else None)

    @property
    def target(self) -> Block | None:
        """The block that its name tells to be the target."""
        return self._named("target")

    @property
    def format(self) -> Format | None:
        """The format of the logits, or of the one block; None where the text says none."""
        block = self.logits or self.blocks[0]
        return block.format

    def _named(self, role: str) -> Block | None:
        return next((block for block in self.blocks if role_of(block.name) == role), None)


def parse_block(text: str) -> Block:
    """Read a rectangle of numbers.

    Parameters
    ----------
    text : str
        Rows of cells between tabs, semicolons, commas, bars or blanks, quoted or not; or printed
        tensors, arrays or nested lists. Several of equal length stand side by side, with their names
        as the header.

    Raises
    ------
    PasteError
        With the place of the first cell at fault.

    Examples
    --------
    >>> parse_block("x = tensor([1.5, -2.0]); y = tensor([1, 0])").values.tolist()
    [[1.5, 1.0], [-2.0, 0.0]]
    """
    return _side_by_side(parse_text(text).blocks)


def parse_text(text: str) -> PastedText:
    """Read all rectangles of numbers in a text, with their names and formats.

    Raises
    ------
    PasteError
        With the place of the first cell at fault.

    Examples
    --------
    >>> pasted = parse_text("x = tensor([1.5, -2.0], dtype=torch.float16); y = tensor([1, 0])")
    >>> pasted.logits.values.tolist(), pasted.target.values.tolist(), pasted.format.name
    ([[1.5], [-2.0]], [[1.0], [0.0]], 'float16')
    """
    if len(text) > LONGEST_TEXT or _may_hold_more(text):
        raise PasteError(Refusal.TOO_LONG)
    if "```" in text or "~~~" in text:
        text = _FENCE.sub("", text)
    if not text.strip():
        raise PasteError(Refusal.EMPTY)
    if is_json(text) and (blocks := _json_blocks(text)):
        return PastedText(blocks)
    if is_paired(text):
        return PastedText((_of_cells(paired_rows(text)),))
    if is_drawn(text):
        return PastedText((_of_cells(drawn_rows(text)),))
    if is_printed(text):
        return PastedText(_printed_blocks(text))
    return PastedText((_of_cells(split_rows(text)),))


def _may_hold_more(text: str) -> bool:
    """Whether the separators alone tell of too many cells; printed values are aligned by blanks."""
    return any(text.count(each) > MOST_CELLS for each in "\n\r\t;,[") or text.count(" ") > 4 * MOST_CELLS


def _side_by_side(blocks: tuple[Block, ...]) -> Block:
    if len(blocks) == 1:
        return blocks[0]
    lengths = {len(block.values) for block in blocks}
    if len(lengths) > 1:
        raise PasteError(Refusal.BLOCKS)
    header: list[str] = []
    for block in blocks:
        columns = block.values.shape[1]
        header += [block.name] if columns == 1 else [f"{block.name}[{k}]" for k in range(columns)]
    formats = [block.format for block in blocks if block.format is not None]
    values = np.concatenate([block.values for block in blocks], axis=1)
    return Block(values, tuple(header), format=formats[0] if formats else None)


def _json_blocks(text: str) -> tuple[Block, ...]:
    """The arrays and columns of numbers in JSON; none where it is no JSON, or has others among them."""
    try:
        columns = json_columns(text)
    except DataError:
        return ()
    arrays = [
        (column.entry.name, column.values.astype(np.float64))
        for column in columns
        if column.values is not None and column.values.dtype.kind in "biuf"
    ]
    if any(array.ndim > 2 or not array.size for _, array in arrays):
        return ()
    return tuple(
        Block(array.reshape(len(array), -1), (), array.ndim == 1, name, None, True) for name, array in arrays
    )


# -- printed values ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Printed:
    """A piece with its numbers."""

    piece: Piece
    rows: list[list[str]]
    dimensions: int


def _printed_blocks(text: str) -> tuple[Block, ...]:
    """The printed values by their names; several of one name are a row each, or stand on one another."""
    try:
        named: dict[tuple[str, bool], list[_Printed]] = {}
        for found in (each for piece in pieces_of(text) for each in _with_numbers(piece)):
            named.setdefault((found.piece.name, False), []).append(found)
        lengths = {
            sum(len(each.rows) for each in printed if each.dimensions == 2) for printed in named.values()
        }
        for name, _ in list(named):
            _part_labels(named, name, lengths)
        return tuple(_block(name, printed, is_one) for (name, is_one), printed in named.items())
    except PrintedError as error:
        raise PasteError(Refusal[error.kind], text=error.text) from None


def _with_numbers(piece: Piece) -> list[_Printed]:
    """A piece with its numbers, or a tuple of a table and its labels as two."""
    try:
        return [_Printed(piece, *rows_of(piece))]
    except PrintedError as error:
        if error.kind != "DIMENSIONS" or not piece.value.startswith("("):
            raise
        inside = [_Printed(each, *rows_of(each)) for each in pieces_of(piece.value[1:-1])]
        if {each.dimensions for each in inside} != {1, 2}:
            raise
        return inside


def _part_labels(named: dict[tuple[str, bool], list[_Printed]], name: str, lengths: set[int]) -> None:
    """Vectors with as many numbers as a table has rows are its labels, batch after batch."""
    printed = named[name, False]
    vectors = [each for each in printed if each.dimensions == 1]
    if len(printed) < 2 or sum(len(each.rows) for each in vectors) not in lengths - {0}:
        return
    tables = [each for each in printed if each.dimensions != 1]
    del named[name, False]
    if tables:
        named[name, False] = tables
    named[name, True] = vectors


def _block(name: str, printed: list[_Printed], is_one: bool) -> Block:
    """What has one name; `is_one` where it is one vector in several pieces."""
    rows: list[list[str]] = []
    for each in printed:
        is_row = each.dimensions == 1 and len(printed) > 1 and not is_one
        rows += [[cell for row in each.rows for cell in row]] if is_row else each.rows
    columns = len(rows[0]) if rows else 0
    if not columns:
        raise PasteError(Refusal.EMPTY)
    check_shape(rows, columns)
    is_vector = printed[-1].dimensions == 1 and (is_one or len(printed) == 1)
    formats = [each.piece.format for each in printed if each.piece.format is not None]
    return Block(numbers_of(rows, columns), (), is_vector, name, formats[0] if formats else None, True)


# -- rows of cells ----------------------------------------------------------------------------------


def _of_cells(rows: list[list[str]]) -> Block:
    if not any(cell.strip() for row in rows for cell in row):
        raise PasteError(Refusal.EMPTY)
    if any(cell.strip() in {"...", "…"} for row in (*rows[:500], *rows[-500:]) for cell in row):
        raise PasteError(Refusal.ELLIPSIS)
    header = header_of_rows(rows)
    if header:
        rows = rows[1:]
    columns = len(rows[0])
    check_shape(rows, columns)
    names = header if len(header) == columns else ()  # a title above the table
    return Block(numbers_of(rows, columns), names)
