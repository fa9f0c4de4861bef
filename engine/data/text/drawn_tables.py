"""Tables drawn with lines: Markdown, psql, MySQL, polars and their like, as rows of cells."""

from __future__ import annotations

import re

_RULE = re.compile(r"[\s|+:=_\-\u2500-\u257f]*(?:[-=]{2,}|[\u2500-\u257f]{2,})[\s|+:=_\-\u2500-\u257f]*")
_BARS = re.compile(r"[|│┃┆┊║]")
_FOOTER = re.compile(
    r"\s*\(?\d+ rows?(?: in set.*|\s*x\s*\d+ columns?)?\)?\s*|shape: \(.*\)\s*", re.IGNORECASE
)
_POLARS_TYPE = re.compile(r"[fiu]\d{1,3}|str|bool|cat|enum|null|list\[.*\]|array\[.*\]|date|datetime.*")


def is_drawn(text: str) -> bool:
    r"""Whether lines of a text are a table's rules, with bars between cells in others.

    Examples
    --------
    >>> is_drawn("|a|b|\n|-|-|\n|1|2|"), is_drawn(" a | b\n---+---\n 1 | 2"), is_drawn("a|b\n1|2")
    (True, True, False)
    """
    lines = [line for line in text[:5000].split("\n")[:20] if line.strip()]
    return bool(_BARS.search(text[:5000])) and any(_is_rule(line) for line in lines)


def drawn_rows(text: str) -> list[list[str]]:
    """A drawn table's cells, row by row, without its rules, its footer and the row of polars' types."""
    lines = [line.strip(" \r") for line in text.split("\n") if line.strip() and not _is_rule(line)]
    lines = [line for line in lines if _BARS.search(line) or not _FOOTER.fullmatch(line)]
    is_framed = all(_BARS.match(line) for line in lines)
    rows: list[list[str]] = []
    for line in lines:
        row = [_unquoted(cell.strip()) for cell in _BARS.split(line)]
        if is_framed:
            row = row[1:-1] if _BARS.match(line[-1]) else row[1:]
        is_types = all(_POLARS_TYPE.fullmatch(cell) for cell in row)
        if not (is_types and len(rows) == 1):
            rows.append(row)
    return rows


def _is_rule(line: str) -> bool:
    if _RULE.fullmatch(line):
        return True
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    return len(cells) > 1 and all(re.fullmatch(r":?-+:?", cell) for cell in cells)


def _unquoted(cell: str) -> str:
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell
