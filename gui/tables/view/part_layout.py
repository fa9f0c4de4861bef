"""How a table's width is shared by its parts: head and results first, what scrolls between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

LEAST_MIDDLE = 110
"""Pixels of the part that scrolls: enough for one number and a piece of the next."""


class PartWidths(NamedTuple):
    """Pixels of each part, and what is left over for the results' columns."""

    head: int
    middle: int
    results: int
    spare: int


def share_spare(spare: int, lacking: Sequence[int]) -> list[int]:
    """What each of some columns gets of the spare pixels: first what it lacks, in turn, then as much each."""
    given = []
    for lack in lacking:
        given.append(min(lack, spare))
        spare -= given[-1]
    return [pixels + spare // len(given) for pixels in given]


def share_width(width: int, head: int, middle: Sequence[int], results: int, *, needed: bool) -> PartWidths:
    """Share a width out to the parts: `head`, the widths of the middle's columns, and `results`.

    What is `needed` of the middle always has some room, and takes all that is left; else it has as many
    whole columns as fit.
    """
    head = min(head, width)
    rest = width - head - results
    if needed:
        shown = min(sum(middle), max(rest, LEAST_MIDDLE), width - head)
    else:
        shown = max((end for end in accumulate(middle) if end <= rest), default=0)
    taken = width - head - shown
    return PartWidths(head, shown, taken, max(0, taken - results))
