"""Numbers as PyTorch and NumPy print them: nested brackets, perhaps with a call around each number."""

from __future__ import annotations

import re

from engine.data.text.columns import TRUTHS
from engine.data.text.printed_pieces import Piece, PrintedError

MOST_DIMENSIONS = 2

_CALL = r"(?<![\w.])[A-Za-z_][\w.]*\("
_ATTRIBUTES = r"(?:\s*,\s*[A-Za-z_]\w*=(?:'[^'\n]*'|<[^<>\n]*>|[\w.:]+))*"
_WRAPPED = re.compile(rf"{_CALL}\s*([^\s()\[\],;=]+){_ATTRIBUTES}\s*\)")
"""A number in a call: np.float64(1.5), tensor(1.5, grad_fn=<...>)."""
_NESTED = re.compile(rf"{_CALL}\s*(?=\[)")
_NESTED_END = re.compile(rf"\]{_ATTRIBUTES}\s*\)")
_BRACKETS = re.compile(r"[\[\]]")
_BETWEEN = re.compile(r"[^\[\]]+")
_TRUTH = {"np.True_": "1", "np.False_": "0", **{word: repr(value) for word, value in TRUTHS.items()}}


def rows_of(piece: Piece) -> tuple[list[list[str]], int]:
    """The numbers of a printed value as texts, row by row.

    Returns
    -------
    rows : list of list of str
        A value of one dimension has one number a row.
    dimensions : int
        0 for a number, 1 or 2.

    Raises
    ------
    PrintedError
        If numbers were left out in printing, or there are more than two dimensions.
    """
    scale = float(piece.scale) if piece.scale else None
    if piece.value[0] not in "[(":
        return [[_scaled(_TRUTH.get(piece.value, piece.value), scale)]], 0
    if "..." in piece.value or "…" in piece.value:
        raise PrintedError("ELLIPSIS", piece.value)
    inside = _unwrapped(piece.value)
    _check_depth(inside, piece.value)
    is_vector, rows = _rows(inside, piece.value)
    if scale is not None:
        rows = [[_scaled(cell, scale) for cell in row] for row in rows]
    return rows, 1 if is_vector else 2


def _unwrapped(value: str) -> str:
    """A value without calls in it, and its tuples as lists."""
    if "(" in value:
        value = _WRAPPED.sub(r"\1", value)
        value, count = _NESTED.subn("", value)
        if count:
            value = _NESTED_END.sub("]", value, count=count)
        value = value.replace("(", "[").replace(")", "]")
    return value


def _check_depth(inside: str, value: str) -> None:
    depth = 0
    for bracket in _BRACKETS.finditer(inside):
        depth += 1 if bracket[0] == "[" else -1
        if depth > MOST_DIMENSIONS:
            raise PrintedError("DIMENSIONS", value)


def _scaled(cell: str, scale: float | None) -> str:
    if scale is None:
        return cell
    try:
        return repr(float(cell) * scale)
    except ValueError:
        return cell  # refused where its place is known


def _rows(inside: str, value: str) -> tuple[bool, list[list[str]]]:
    brackets = _BETWEEN.sub("", inside)
    if brackets == "[]":
        return True, [[cell] for cell in _cells(inside[1:-1])]
    rows = inside[1:-1].split("]")
    if brackets != "[" + "[]" * (len(rows) - 1) + "]":
        raise PrintedError("BRACKETS", value)
    if any(row.partition("[")[0].strip(", \n\t\r") for row in rows):
        raise PrintedError("BRACKETS", value)  # numbers between rows
    return False, [_cells(row.partition("[")[2]) for row in rows[:-1]]


def _cells(row: str) -> list[str]:
    """One row's numbers, which PyTorch separates by commas and NumPy's print by blanks."""
    cells = [cell.strip() for cell in row.split(",")] if "," in row else row.split()
    if cells and not cells[-1]:
        cells.pop()
    if any(word in row for word in ("rue", "alse", "RUE", "ALSE")):
        cells = [_TRUTH.get(cell, cell) for cell in cells]
    return cells
