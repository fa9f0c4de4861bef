"""How a table's width is shared by its parts: head and results first, what scrolls between them."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_MIDDLE = 110
"""Pixels of the part that scrolls: enough for one number and a piece of the next."""


@dataclass(frozen=True, slots=True)
class PartWidths:
    """Pixels of each part, and what is left over for the results' columns."""

    head: int
    middle: int
    results: int
    spare: int


def share_width(
    width: int, head: int, middle: int, results: int, *, first: int = 0, needed: bool = True
) -> PartWidths:
    """Share a width out to parts that would take `head`, `middle` and `results` pixels.

    What scrolls is left out where not even its first column (`first`) has room, unless it is `needed`.
    """
    head = min(head, width)
    rest = width - head - results
    shown = min(middle, max(rest, LEAST_MIDDLE)) if needed else min(middle, max(rest, 0))
    if not needed and shown < first:
        shown = 0
    shown = min(shown, width - head)
    taken = width - head - shown
    return PartWidths(head, shown, taken, max(0, taken - results))
