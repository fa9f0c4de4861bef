"""JSON that was pasted, or dictionaries as Python prints them: arrays, records, or a record a line."""

from __future__ import annotations

import ast
import io
import json
import re
from pathlib import Path

from engine.data.faults import refusal
from engine.data.tables.json_files import columns_of
from engine.data.tables.table_file import TableFile
from engine.data.tables.typed_columns import Column

LONGEST_PRINTED = 2**20
"""Characters of dictionaries as Python prints them."""

_FENCE = re.compile(r"^[ \t]*(?:```|~~~).*$\n?", re.MULTILINE)
_BEGINS = re.compile(r"[\[\s]{0,99}\{\s{0,99}(?P<quote>['\"])")


def is_json(text: str) -> bool:
    """Whether a text begins as an object with a name does, or a list of such."""
    return _BEGINS.match(text) is not None


def pasted_json(path: Path, text: str) -> TableFile | None:
    """A text as a file of columns; None where it does not begin as JSON does.

    Raises
    ------
    DataError
        If it is no JSON after all, or holds no numbers.
    """
    text = _FENCE.sub("", text)
    if not is_json(text):
        return None
    columns = json_columns(text)
    if not any(column.values is not None and column.values.dtype.kind in "biuf" for column in columns):
        raise refusal("no_numbers_pasted", "expected numbers, got none")
    return TableFile(path, tuple(columns), None)


def json_columns(text: str) -> list[Column]:
    """The arrays and columns in a text that `is_json`; raises DataError."""
    raw = _as_json(text).encode("utf-8", "replace")
    return columns_of(io.BytesIO(raw), len(raw), "pasted")


def _as_json(text: str) -> str:
    """A text of dictionaries as JSON; as it is where it is that, or neither."""
    match = _BEGINS.match(text)
    if match is None or match["quote"] == '"' or len(text) > LONGEST_PRINTED:
        return text
    lines = [line for line in text.splitlines() if line.strip()]
    each_line = all(line.lstrip().startswith("{") and line.rstrip().endswith("}") for line in lines)
    try:
        values = [ast.literal_eval(part.strip()) for part in (lines if each_line else [text])]
        return "\n".join(map(json.dumps, values))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return text
