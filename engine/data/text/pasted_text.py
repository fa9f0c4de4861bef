"""From what other programs put on the clipboard to rectangles of numbers.

Spreadsheets and Jupyter write rows of cells (tabs, quotes, CRLF), files have commas or semicolons and
perhaps a header, databases and Markdown draw lines, PyTorch and NumPy print brackets. Every number is
read by `number_grammar`; a text is read whole or not at all, and a refusal quotes it as it was pasted.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from engine.data.guesses.cells import BLANKS, kind_of
from engine.data.guesses.names import role_of
from engine.data.number_grammar import read_number, with_a_point
from engine.data.text.columns import TRUTHS
from engine.data.text.drawn_tables import drawn_rows, is_drawn
from engine.data.text.printed_pieces import Piece, PrintedError, is_printed, pieces_of
from engine.data.text.printed_values import rows_of
from engine.floats.formats import Format

LONGEST_TEXT = 1 << 25
"""Characters of a text that is read: 32 Mi."""
MOST_CELLS = 2_000_000
"""Cells of a text that is read; with LONGEST_TEXT they bound what reading takes to half a gigabyte."""

_FENCE = re.compile(r"^[ \t]*(?:```|~~~).*$\n?", re.MULTILINE)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")


class Refusal(Enum):
    """Why a text is not a rectangle of numbers."""

    EMPTY = auto()
    TOO_LONG = auto()
    NOT_A_NUMBER = auto()
    RAGGED = auto()
    COMMA = auto()
    """Only commas between whole numbers: ``1,5`` may be one number or two."""
    ELLIPSIS = auto()
    DIMENSIONS = auto()
    BRACKETS = auto()
    BLOCKS = auto()
    """Several printed values of different lengths, which make no one rectangle."""


class PasteError(ValueError):
    """A text was refused.

    Attributes
    ----------
    refusal : Refusal
    row, column : int or None
        The place at fault in the pasted rectangle, from 0.
    text : str
        What stood there.
    expected : int or None
        How many columns the rows before had, for ragged ones.
    """

    def __init__(
        self,
        refusal: Refusal,
        row: int | None = None,
        column: int | None = None,
        text: str = "",
        expected: int | None = None,
    ) -> None:
        super().__init__(refusal.name)
        self.refusal = refusal
        self.row = row
        self.column = column
        self.text = text
        self.expected = expected


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
    if is_drawn(text):
        return PastedText((_of_cells(drawn_rows(text)),))
    if is_printed(text):
        return PastedText(_printed_blocks(text))
    return PastedText((_of_cells(_split(text)),))


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


# -- printed values ---------------------------------------------------------------------------------


def _printed_blocks(text: str) -> tuple[Block, ...]:
    """The printed values by their names; several of one name are a row each, or stand on one another."""
    try:
        named: dict[str, list[Piece]] = {}
        for piece in pieces_of(text):
            named.setdefault(piece.name, []).append(piece)
        return tuple(_block(name, pieces) for name, pieces in named.items())
    except PrintedError as error:
        raise PasteError(Refusal[error.kind], text=error.text) from None


def _block(name: str, pieces: list[Piece]) -> Block:
    rows: list[list[str]] = []
    dimensions = 0
    for piece in pieces:
        of_piece, dimensions = rows_of(piece)
        is_row = dimensions == 1 and len(pieces) > 1
        rows += [[cell for row in of_piece for cell in row]] if is_row else of_piece
    columns = len(rows[0]) if rows else 0
    if not columns:
        raise PasteError(Refusal.EMPTY)
    _check_shape(rows, columns)
    is_vector = dimensions == 1 and len(pieces) == 1
    formats = [piece.format for piece in pieces if piece.format is not None]
    return Block(_numbers(rows, columns), (), is_vector, name, formats[0] if formats else None, True)


# -- rows of cells ----------------------------------------------------------------------------------


def _of_cells(rows: list[list[str]]) -> Block:
    if not any(cell.strip() for row in rows for cell in row):
        raise PasteError(Refusal.EMPTY)
    if any(cell.strip() in {"...", "…"} for row in (*rows[:500], *rows[-500:]) for cell in row):
        raise PasteError(Refusal.ELLIPSIS)
    header = _header(rows)
    if header:
        rows = rows[1:]
    columns = len(rows[0])
    _check_shape(rows, columns)
    return Block(_numbers(rows, columns), header)


def _split(text: str) -> list[list[str]]:
    """The text's cells, row by row, blank lines at the ends and all-blank ones left out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n\ufeff\0")
    lines = text.split("\n")
    delimiter = _delimiter(text)
    if delimiter == "," and not _has_header_words(lines[0]):
        _refuse_decimal_commas(lines)
    if '"' in text:
        try:
            rows = list(csv.reader(lines, delimiter=delimiter or ",", strict=False))
        except csv.Error:
            raise PasteError(Refusal.NOT_A_NUMBER, 0, 0, lines[0]) from None
    else:
        rows = [line.split(delimiter) for line in lines]
    filled = [row for row in rows if any(cell.strip() for cell in row)] or [[text]]
    if delimiter == "," and all(len(row) > 1 and not row[-1].strip() for row in filled):
        return [row[:-1] for row in filled]  # a comma after each row, as in code
    return _without_index(filled) if delimiter is None else filled


def _without_index(rows: list[list[str]]) -> list[list[str]]:
    """Rows that pandas printed, without the index under a header that is one word short."""
    header, *below = rows
    is_printed_frame = below and all(len(row) == len(header) + 1 for row in below)
    if not is_printed_frame or not all(map(_is_words, header)):
        return rows
    return [header, *(row[1:] for row in below)]


def _delimiter(text: str) -> str | None:
    """What stands between cells: a tab where there is one, else a semicolon, a comma, or blanks (None)."""
    for delimiter in "\t;":
        if delimiter in text:
            return delimiter
    unquoted = re.sub(r'"[^"]*"', "", text) if '"' in text else text
    if "," in unquoted:
        return ","
    return "," if '"' in text else None


def _refuse_decimal_commas(lines: Sequence[str]) -> None:
    """Raise if each line could be one number with a decimal comma, or with commas at its thousands."""
    if all(with_a_point(line) or _THOUSANDS.fullmatch(line) for line in map(str.strip, lines) if line):
        raise PasteError(Refusal.COMMA, 0, 0, lines[0].strip())


def _has_header_words(line: str) -> bool:
    return all(_is_words(cell.strip('" ')) for cell in line.split(","))


def _is_words(cell: str) -> bool:
    """Whether a cell stands in a header: words, or nothing above an index column."""
    return cell.strip() not in TRUTHS and (kind_of(cell) == "word" or not cell.strip())


def _header(rows: list[list[str]]) -> tuple[str, ...]:
    first = [cell.strip() for cell in rows[0]]
    if len(rows) < 2 or not any(first) or not all(map(_is_words, first)):
        return ()
    return tuple(first)


def _check_shape(rows: Sequence[Sequence[str]], columns: int) -> None:
    if columns * len(rows) > MOST_CELLS:
        raise PasteError(Refusal.TOO_LONG)
    for number, row in enumerate(rows):
        if len(row) != columns:
            raise PasteError(Refusal.RAGGED, number, text=str(len(row)), expected=columns)


def _numbers(rows: Sequence[Sequence[str]], columns: int) -> NDArray[np.float64]:
    """All cells' numbers; Python's own reader first, which is as fast as NumPy's and exact."""
    try:
        flat = list(map(float, chain.from_iterable(rows)))
    except ValueError:
        flat = list(_numbers_one_by_one(rows))
    else:
        if any("_" in cell for row in rows for cell in row):
            flat = list(_numbers_one_by_one(rows))  # Python takes 1_000 for a number
    return np.array(flat, dtype=np.float64).reshape(len(rows), columns)


def _numbers_one_by_one(rows: Iterable[Sequence[str]]) -> Iterable[float]:
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            try:
                yield _number(cell.strip())
            except ValueError:
                raise PasteError(Refusal.NOT_A_NUMBER, row, column, cell.strip()) from None


def _number(cell: str) -> float:
    """A cell's number, nan for a blank one."""
    if cell in BLANKS:
        return math.nan
    return TRUTHS[cell] if cell in TRUTHS else read_number(cell)
