"""JSON text to plain values, within bounds: no file, however hostile, costs more than it says.

Every refusal is one line for people. The bounds are on what a text could make Python allocate: the
parser's lists and numbers take some thirty times the room of the characters they stand for.
"""

from __future__ import annotations

import json
import math
import stat
from pathlib import Path
from typing import Any, NoReturn

MAX_BYTES = 256 * 2**20
"""Larger files are refused unread."""

MAX_ITEMS = 2_000_000
"""Numbers, lists and objects that a text may write out. More numbers come packed (packed_array.py)."""

MAX_FIELDS = 100_000
"""Fields that a text may name; a session has some fifty. Colons are counted, those inside strings too."""

MAX_DIGITS = 400
"""Digits of a whole number; float64 ends after 309."""

LONGEST_QUOTE = 60
"""Characters of a refused value that a message repeats."""


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, with or without a byte order mark.

    Raises
    ------
    ValueError
        If it cannot be read, is too large or is no text; the message does not name the file.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("expected a file, not a directory or device")
        if status.st_size > MAX_BYTES:
            raise ValueError(f"expected at most {MAX_BYTES} bytes, got {status.st_size}")
        with path.open("rb") as file:
            raw = file.read(status.st_size)
    except OSError as error:
        raise ValueError(error.strerror or str(error)) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("expected UTF-8 text, got a byte that is none") from error


def parse_object(text: str) -> dict[str, Any]:
    """The JSON object that a text holds.

    Raises
    ------
    ValueError
        If it is no JSON, no object, names a field twice, has a number that float64 cannot hold, or is
        larger or deeper than the bounds above.
    """
    if text.count(",") > MAX_ITEMS or text.count("[") + text.count("{") > MAX_ITEMS:
        raise ValueError(
            f"expected at most {MAX_ITEMS} numbers and lists written out, got more; "
            "import large tables from .npy, .npz or .csv"
        )
    if text.count(":") > MAX_FIELDS:
        raise ValueError(f"expected at most {MAX_FIELDS} fields, got more")
    try:
        fields = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_whole,
            object_pairs_hook=_without_repeats,
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise ValueError("lists are nested too deeply") from error
    if not isinstance(fields, dict):
        raise ValueError(f"the file: expected a JSON object, got {quoted(fields)}")  # noqa: TRY004  # a file's fault
    return fields


def quoted(value: object) -> str:
    """A value as JSON writes it, cut where it is long."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list) and (len(value) > LONGEST_QUOTE or any(map(_is_nested, value))):
        return f"a list of {len(value)} items"
    return _cut(json.dumps(value))  # in ASCII: half a surrogate pair could not be printed


def _is_nested(value: object) -> bool:
    return isinstance(value, (list, dict))


def _refuse_constant(literal: str) -> NoReturn:
    raise ValueError(f'{literal} is not JSON; write "inf", "-inf" or "nan" as a string')


def _finite(literal: str) -> float:
    value = float(literal)
    if math.isinf(value):
        raise ValueError(
            f'{_cut(literal)} is too large for float64; write "inf" as a string if that is meant'
        )
    return value


def _whole(literal: str) -> int:
    if len(literal) > MAX_DIGITS:  # int() refuses some thousands of digits in words for programmers
        raise ValueError(f"{_cut(literal)}: expected a number that float64 can hold")
    return int(literal)


def _cut(literal: str) -> str:
    return literal if len(literal) <= LONGEST_QUOTE else literal[: LONGEST_QUOTE - 3] + "..."


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError(f"the field {quoted(_first_repeat(pairs))} stands there twice")
    return fields


def _first_repeat(pairs: list[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            return name
        seen.add(name)
    raise AssertionError("only asked for where a name repeats")
