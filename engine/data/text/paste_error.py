"""Why a pasted text is refused, and the bounds of what is read."""

from __future__ import annotations

from enum import Enum, auto

LONGEST_TEXT = 1 << 25
"""Characters of a text that is read: 32 Mi."""
MOST_CELLS = 2_000_000
"""Cells of a text that is read; with LONGEST_TEXT they bound what reading takes to half a gigabyte."""


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
