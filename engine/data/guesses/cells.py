"""What one cell of text is: a number, nothing, a word, or a mistake such as a spreadsheet shows."""

from __future__ import annotations

import re
from typing import Literal

from engine.data.number_grammar import read_number, with_a_point

CellKind = Literal["number", "blank", "word", "mistake"]

BLANKS = ("", "NA", "N/A", "n/a", "null", "NULL", "None", "<NA>")
"""What stands for a missing number, as pandas reads it; nan is a number already."""

MISTAKES = frozenset({"#N/A", "#NA", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NULL!", "#NUM!"})
"""What spreadsheets show where a formula fails: neither a number nor a word."""

_THOUSANDS = re.compile(r"[+-]?\d{1,3}([,.'’ \u00a0\u202f]\d{3})+([.,]\d*)?")
_UNDERSCORES = re.compile(r"[+-]?\d{1,3}(_\d{3})+(\.\d*)?")
"""A number in Python's own source alone."""
_WRAPPED = re.compile(r"(?:(?:torch\.)?tensor|(?:np|numpy)\.\w+)\(([^(),\[\]]+)(?:,[^()\[\]]*)?\)")
_WRITTEN_OUT = re.compile(r"[.,eExX]|nan|inf|\u221e", re.IGNORECASE)


def kind_of(cell: str) -> CellKind:
    """What a cell is, whatever its decimal sign.

    Examples
    --------
    >>> [kind_of(cell) for cell in ("1,5", "NA", "cat", "#N/A")]
    ['number', 'blank', 'word', 'mistake']
    """
    cell = cell.strip()
    if cell in BLANKS:
        return "blank"
    if cell.upper() in MISTAKES or _UNDERSCORES.fullmatch(cell):
        return "mistake"
    return "number" if is_number(cell) else "word"


def is_number(cell: str) -> bool:
    """Whether a cell is a number with a decimal point or comma, with or without marks at its thousands."""
    try:
        read_number(unwrapped(cell))
    except ValueError:
        return with_a_point(cell) is not None or _THOUSANDS.fullmatch(cell.strip()) is not None
    return True


def unwrapped(cell: str) -> str:
    """A number without what NumPy and PyTorch print around it: ``tensor(2)``, ``np.float64(1.5)``."""
    found = _WRAPPED.fullmatch(cell.strip()) if "(" in cell else None
    return found[1] if found else cell


def is_written_out(cell: str) -> bool:
    """Whether a number is written as measured ones are, with a point or an exponent, and names are not."""
    return _WRITTEN_OUT.search(cell) is not None
