"""Entries as the choice sees them: arrays and words that stand alone, and columns that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.choosing import names

MOST_TOGETHER = 1_000
NAMELESS = ("", "column")
"""Stems of columns that have no names but numbers."""

SUM_TOLERANCE = 4e-3
"""How far from 1 a row of probabilities in bfloat16 may be."""

Array = NDArray[Any]
Shape = tuple[int | None, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """An entry that can be chosen: its index, what is told of it, its values if looked at, and its file.

    `is_tensor` tells floats stored with their own format, as no cell of a table is.
    """

    index: int
    name: str
    shape: Shape
    is_words: bool = False
    values: Array | None = None
    file: int = 0
    is_tensor: bool = False


@dataclass(frozen=True, eq=False)
class Unit:
    """One array, one column, or columns that stand side by side."""

    name: str
    parts: tuple[Candidate, ...]

    @property
    def indices(self) -> tuple[int, ...]:
        """The entries' indices in the file."""
        return tuple(part.index for part in self.parts)

    @property
    def shape(self) -> Shape:
        """As one array."""
        first = self.parts[0].shape
        return first if len(self.parts) == 1 else (*first, len(self.parts))

    @cached_property
    def words(self) -> frozenset[str]:
        """The name's words."""
        return names.words_of(self.name)

    @cached_property
    def values(self) -> Array | None:
        """As one array of floats; None where they are words or were not looked at."""
        arrays = [part.values for part in self.parts]
        if any(array is None or array.dtype.kind == "U" for array in arrays):
            return None
        wide = [np.asarray(array).astype(np.float64) for array in arrays]
        return wide[0] if len(wide) == 1 else np.stack(wide, axis=-1)

    @property
    def is_words(self) -> bool:
        """Whether it holds words instead of numbers."""
        return self.parts[0].is_words

    @cached_property
    def is_whole(self) -> bool | None:
        """Whether all its numbers are whole ones; None where that is not known."""
        if self.values is None:
            return None
        known = self.values[~np.isnan(self.values)]
        return bool(np.all(known == np.floor(known)))

    @cached_property
    def is_bits(self) -> bool | None:
        """Whether all its numbers are 0 or 1."""
        return None if self.values is None else bool(np.isin(self.values, (0.0, 1.0)).all())

    def sums_to_one(self, axis: int = 1) -> bool:
        """Whether it is known to hold shares along an axis, 0 to 1, that sum to 1."""
        values = self.values
        if values is None or values.ndim < 2 or not values.size:
            return False
        inside = bool(((values >= 0) & (values <= 1)).all())
        return inside and bool((np.abs(values.sum(axis=axis) - 1) <= SUM_TOLERANCE).all())


def units_of(candidates: Sequence[Candidate]) -> list[Unit]:
    """Each array alone, numbered columns together, in the order of the first of them."""
    stems: dict[tuple[str, Shape], list[tuple[int, Candidate]]] = {}
    for each in candidates:
        found = names.numbered(each.name)
        is_column = len(each.shape) == 1 and not each.is_words
        if found is not None and is_column and found[0].strip().lower() not in NAMELESS:
            stems.setdefault((found[0], each.shape), []).append((found[1], each))
    grouped: dict[int, Unit] = {}
    for (stem, _), members in stems.items():
        members.sort(key=lambda pair: pair[0])
        numbers = [number for number, _ in members]
        if numbers in (list(range(len(numbers))), list(range(1, len(numbers) + 1))) and len(numbers) > 1:
            unit = Unit(stem, tuple(each for _, each in members))
            grouped |= {each.index: unit for each in unit.parts}
    units: list[Unit] = []
    for each in candidates:
        unit = grouped.get(each.index) or Unit(each.name, (each,))
        if unit not in units:
            units.append(unit)
    return units


def together(units: Sequence[Unit]) -> Unit:
    """Units of columns as one, side by side."""
    parts = tuple(part for unit in units for part in unit.parts)[:MOST_TOGETHER]
    return Unit(units[0].name, parts)
