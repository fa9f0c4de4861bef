"""A list with a sample in each place: its logits and its label, the label a number or a tensor of one number.

Such numbers are no arrays where they stand; down the list they are a column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.data.arrays.nested_lists import ListShape, ListShapes
from engine.data.entries import MAX_NUMBERS
from engine.data.pickled.records import Pairs, Stack, Tensor

MOST_PARTS = 20
"""Of a sample."""

_CELLS = frozenset({int, float, bool, str, list})


@dataclass(frozen=True, slots=True)
class SampleColumn:
    """One part of every sample: how its place is written, its values, and their shape if these are a list."""

    kind: str
    part: str
    value: list[Any] | Stack
    shape: ListShape | None = None


class Samples:
    """Finds columns in lists; all of them together are no longer than an import's numbers."""

    def __init__(self, shapes: ListShapes) -> None:
        self._shapes = shapes
        self._left = MAX_NUMBERS

    def stacked(self, items: Sequence[Any]) -> Stack | None:
        """Tensors of one number each as one; None where they are others."""
        if len(items) < 2 or not self._take(len(items)):
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
        rows = list(_rows(items))
        if len(rows) < 2 or len(rows) != len(items):
            return []
        found = []
        for place, (kind, part, _) in enumerate(rows[0]):
            cells = [row[place][2] for row in rows]
            if (stack := self.stacked(cells)) is not None:
                found.append(SampleColumn(kind, part, stack))
            elif self._take(len(cells)) and all(type(cell) in _CELLS for cell in cells):
                shape = self._shapes.of(cells)
                if shape is not None:
                    found.append(SampleColumn(kind, part, cells, shape))
        return found

    def _take(self, count: int) -> bool:
        self._left -= count
        return self._left >= 0


def _rows(items: Sequence[Any]) -> Iterator[list[tuple[str, str, Any]]]:
    """The parts of each item, as long as all have the same."""
    places: list[tuple[str, str]] | None = None
    for item in items:
        if type(item) in (tuple, list) and 0 < len(item) <= MOST_PARTS:
            row = [("[]", str(index), value) for index, value in enumerate(item)]
        elif type(item) is Pairs and 0 < len(item.pairs) <= MOST_PARTS:
            if any(type(key) is not str for key, _ in item.pairs):
                return
            row = [(".", key, value) for key, value in item.pairs]
        else:
            return
        own = [(kind, part) for kind, part, _ in row]
        if places is None:
            places = own
        elif own != places:
            return
        yield row
