"""How large a table may be, wherever it comes from."""

from __future__ import annotations

MAX_ROWS = 1_000_000
MAX_COLUMNS = 1_000
"""Classes; a table with more could be neither painted nor read."""
MAX_NUMBERS = 20_000_000
"""Logits; 160 MB in float64."""


def check_size(place: str, rows: int, classes: int) -> None:
    """Refuse a table that is too large, in words for people; `place` says which."""
    if rows > MAX_ROWS or classes > MAX_COLUMNS or rows * classes > MAX_NUMBERS:
        raise ValueError(
            f"{place}: expected at most {MAX_ROWS} rows, {MAX_COLUMNS} classes and {MAX_NUMBERS} numbers, "
            f"got {rows} rows and {classes} classes"
        )
