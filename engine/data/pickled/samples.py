"""A list with a sample in each place: its logits and its label, the label a number or a tensor of one number.

Such numbers are no arrays where they stand; down the list they are a column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.data.arrays.nested_lists import ListShape, ListShapes, looks_mixed, mixed_columns
from engine.data.pickled.records import Pairs, Stack, Tensor

MOST_PARTS = 20
"""Of a sample."""
MOST_CELLS = 4_000_000
"""Of all lists of samples together, which may contain one sample millions of times."""
MOST_STACKED = 20_000
"""Tensors of one number, each of which is read alone."""

_CELLS = frozenset({int, float, bool, str, list})


@dataclass(frozen=True, slots=True)
class SampleColumn:
    """One part of every sample: how its place is written, its values, and their shape if these are a list."""

    kind: str
    part: str
    value: list[Any] | Stack
    shape: ListShape | None = None


class Samples:
    """Finds columns in lists; all of them together are no longer than bounded."""

    def __init__(self, shapes: ListShapes) -> None:
        self._shapes = shapes
        self._left = MOST_CELLS

    def mixed(self, items: Sequence[Any]) -> list[list[Any]] | None:
        """The columns of rows that end in a class; None of others."""
        if not items or not looks_mixed(items[0]) or not self._take(len(items) * len(items[0])):
            return None
        return mixed_columns(items)

    def stacked(self, items: Sequence[Any]) -> Stack | None:
        """Tensors of one number each as one; None where they are others."""
        if not 2 <= len(items) <= MOST_STACKED:
            return None
        first = items[0]
        if type(first) is not Tensor or first.dtype is None:
            return None
        is_one = all(
            type(each) is Tensor and each.shape == () and each.dtype == first.dtype for each in items
        )
        return Stack(list(items)) if is_one else None

    def columns(self, items: Sequence[Any]) -> list[SampleColumn]:
        """The parts of samples that are a number, a word or a list in each."""
        places = _places(items[0]) if len(items) > 1 else []
        if not places or not self._take(len(items) * len(places)):
            return []
        if any(_places(item) != places for item in items):
            return []
        found = []
        for place, (kind, part) in enumerate(places):
            cells = [item.pairs[place][1] if type(item) is Pairs else item[place] for item in items]
            if (stack := self.stacked(cells)) is not None:
                found.append(SampleColumn(kind, part, stack))
            elif (
                all(type(cell) in _CELLS for cell in cells) and (shape := self._shapes.of(cells)) is not None
            ):
                found.append(SampleColumn(kind, part, cells, shape))
        return found

    def _take(self, count: int) -> bool:
        self._left -= count
        return self._left >= 0


def _places(item: Any) -> list[tuple[str, str]]:
    """How the parts of a sample are written; nothing of what is none."""
    if type(item) in (tuple, list) and len(item) <= MOST_PARTS:
        return [("[]", str(index)) for index in range(len(item))]
    if type(item) is Pairs and len(item.pairs) <= MOST_PARTS:
        keys = [key for key, _ in item.pairs]
        return [(".", key) for key in keys] if all(type(key) is str for key in keys) else []
    return []
