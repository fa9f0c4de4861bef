"""Tables drawn with lines (Markdown, psql, MySQL, polars), and logs of name=value, as rows of cells."""

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


_PAIR = re.compile(r"(?<![\w.])([A-Za-z_][\w.]*)=([^\s,;|=]+)")
_TOLD = re.compile(
    r"(?<![\w.])([A-Za-z_][\w.]*)\s?[:=]\s{0,3}([+\-\u2212]?(?:\d|\.\d|inf\b|nan\b)[^\s,;|=:]*)(?!:\d)",
    re.IGNORECASE,
)
"""The same as people print it: a colon or blanks between a name and its number."""
_CODE = re.compile(r"dtype=|grad_fn=|device=|tensor\(|array\(")


def is_paired(text: str) -> bool:
    r"""Whether every line of a text gives values to the same names, as a log does.

    Examples
    --------
    >>> is_paired("step 1 logit=1.5 label=0\nstep 2 logit=-2 label=1"), is_paired("x=1\ny=2")
    (True, False)
    """
    lines = [line for line in text[:5000].split("\n")[:20] if line.strip()]
    if len(lines) < 2 or _CODE.search(text[:5000]):
        return False
    return _are_alike(_PAIR, lines) or _are_alike(_TOLD, lines, least=2)


def _are_alike(pair: re.Pattern[str], lines: list[str], least: int = 1) -> bool:
    names = [[name for name, _ in pair.findall(line)] for line in lines]
    # The last line may have been cut short.
    return len(names[0]) >= least and all(each == names[0] for each in names[: max(len(names) - 1, 2)])


def paired_rows(text: str) -> list[list[str]]:
    """A log's names, and below them their values, line by line."""
    lines = [line for line in text.split("\n") if line.strip()]
    pair = _PAIR if _are_alike(_PAIR, lines[:20]) else _TOLD
    pairs = [pair.findall(line) for line in lines]
    return [[name for name, _ in pairs[0]], *([value for _, value in each] for each in pairs)]


def _is_rule(line: str) -> bool:
    if _RULE.fullmatch(line):
        return True
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    return len(cells) > 1 and all(re.fullmatch(r":?-+:?", cell) for cell in cells)


def _unquoted(cell: str) -> str:
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell
