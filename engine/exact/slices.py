"""Slices of a batch, so that an exact form takes some megabytes beyond its result and no more."""

from __future__ import annotations

from collections.abc import Iterator

ELEMENTS = 2**15
"""Of one slice: a form holds 300 to 500 bytes an element, 10 to 16 MB."""


def slices(rows: int, columns: int = 1) -> Iterator[slice]:
    """Consecutive rows of no more than `ELEMENTS` elements together, but one row at least."""
    step = max(1, ELEMENTS // max(1, columns))
    return (slice(start, start + step) for start in range(0, rows, step))
