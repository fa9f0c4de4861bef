"""Numbers as PyTorch and NumPy print them: nested brackets with names and attributes around them."""

from __future__ import annotations

import re

MOST_DIMENSIONS = 2

_PROMPT = re.compile(r"\A\s*(?:>>>\s*|(?:In|Out)\s*\[\d+\]:\s*)?")
_NAME = re.compile(r"\A(?:[A-Za-z_]\w*\s*=\s*)?(?:Parameter containing:\s*)?(?:[A-Za-z_][\w.]*\s*\(\s*)?")
_SCALE = re.compile(r"\A([+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?)\s*\*\s*", re.IGNORECASE)
_BRACKETED = re.compile(
    r"\A\s*(?:>>>\s*|(?:In|Out)\s*\[\d+\]:\s*)?(?:[A-Za-z_]\w*\s*=\s*)?"
    r"(?:Parameter containing:\s*)?(?:[A-Za-z_][\w.]*\s*\(|[\[(])"
)
_ATTRIBUTES = re.compile(r"\A(?:,\s*[A-Za-z_]\w*\s*=.*)?[\s,)]*\Z", re.DOTALL)
_SCALAR = re.compile(r"\A([^,()\s]+)\s*(?:,\s*[A-Za-z_]\w*\s*=.*)?\)\s*\Z", re.DOTALL)
_BRACKETS = re.compile(r"[\[\]]")
_BETWEEN = re.compile(r"[^\[\]]+")
_TRUTH = {"True": "1", "False": "0"}


class PrintedError(ValueError):
    """Why a printed value was refused: ELLIPSIS, DIMENSIONS, BRACKETS or EMPTY, and the text at fault."""

    def __init__(self, kind: str, text: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.text = text


def is_printed(text: str) -> bool:
    """Whether a text begins as a printed tensor, array or list does."""
    return _BRACKETED.match(text[:200]) is not None


def read_printed(text: str) -> tuple[list[list[str]], bool]:
    r"""The numbers of a printed value as texts, row by row.

    Parameters
    ----------
    text : str
        Such as ``tensor([[1.2, -3.4]], device='cuda:0', grad_fn=<AddBackward0>)``, ``array([1., 2.],
        dtype=float32)``, ``[[1. 2.]\n [3. 4.]]`` or ``tensor(1.5)``, wrapped over lines or not.

    Returns
    -------
    rows : list of list of str
        A value of one dimension has one number a row.
    is_vector : bool
        Whether it has one dimension.

    Raises
    ------
    PrintedError
    """
    body = _PROMPT.sub("", text, count=1)
    body = _NAME.sub("", body, count=1)
    scale, body = _scale(body)
    body = _square(body)
    if not body.startswith("["):
        return [[_scaled(_scalar(body), scale)]], False
    inside, rest = _outermost(body)
    if "..." in inside or "…" in inside:
        raise PrintedError("ELLIPSIS")
    rest = rest.strip()
    if not _ATTRIBUTES.match(rest):
        raise PrintedError("BRACKETS", rest[:40])
    is_vector, rows = _rows(inside)
    if scale is not None:
        rows = [[_scaled(cell, scale) for cell in row] for row in rows]
    return rows, is_vector


def _scale(body: str) -> tuple[float | None, str]:
    """The common factor that older PyTorch prints in front: ``1e+03 *``."""
    factor = _SCALE.match(body)
    return (None, body) if factor is None else (float(factor[1]), body[factor.end() :])


def _scaled(cell: str, scale: float | None) -> str:
    if scale is None:
        return cell
    try:
        return repr(float(cell) * scale)
    except ValueError:
        return cell  # refused where its place is known


def _square(body: str) -> str:
    """Tuples and lists alike."""
    if "(" not in body:
        return body
    head = body[: body.rfind("]") + 1] if "]" in body else body
    return head.replace("(", "[").replace(")", "]") + body[len(head) :] if head.count("(") else body


def _scalar(body: str) -> str:
    found = _SCALAR.match(body if ")" in body else f"{body})")
    if found is None:
        raise PrintedError("BRACKETS", body.strip()[:40])
    return _TRUTH.get(found[1], found[1])


def _outermost(body: str) -> tuple[str, str]:
    """What the first bracket holds, itself included, and what follows it."""
    depth = 0
    for bracket in _BRACKETS.finditer(body):
        depth += 1 if bracket[0] == "[" else -1
        if depth > MOST_DIMENSIONS:
            raise PrintedError("DIMENSIONS", body[:40])
        if depth == 0:
            return body[: bracket.end()], body[bracket.end() :]
    raise PrintedError("BRACKETS", body.strip()[:40])


def _rows(inside: str) -> tuple[bool, list[list[str]]]:
    brackets = _BETWEEN.sub("", inside)
    if brackets == "[]":
        return True, [[cell] for cell in _cells(inside[1:-1])]
    rows = inside[1:-1].split("]")
    if brackets != "[" + "[]" * (len(rows) - 1) + "]":
        raise PrintedError("BRACKETS", inside[:40])
    if any(row.partition("[")[0].strip(", \n\t\r") for row in rows):
        raise PrintedError("BRACKETS", inside[:40])  # numbers between rows
    return False, [_cells(row.partition("[")[2]) for row in rows[:-1]]


def _cells(row: str) -> list[str]:
    """One row's numbers, which PyTorch separates by commas and NumPy's print by blanks."""
    cells = [cell.strip() for cell in row.split(",")] if "," in row else row.split()
    if cells and not cells[-1]:
        cells.pop()
    if "True" in row or "False" in row:
        cells = [_TRUTH.get(cell, cell) for cell in cells]
    return cells
