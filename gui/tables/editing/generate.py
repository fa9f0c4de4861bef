"""Logits made by rule: a line, a normal distribution, saturation, a constant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


class Generator(Protocol):
    """Makes a rectangle of logits."""

    def logits(self, rows: int, columns: int) -> Values:
        """Logits of shape (rows, columns)."""


@dataclass(frozen=True, slots=True)
class Line:
    """From `first` to `last` in even steps down the rows, the same in every column."""

    first: float
    last: float

    def logits(self, rows: int, columns: int) -> Values:
        with np.errstate(over="ignore", invalid="ignore"):  # an infinite end is a legal wish
            return np.repeat(np.linspace(self.first, self.last, rows)[:, np.newaxis], columns, axis=1)


@dataclass(frozen=True, slots=True)
class Normal:
    """Independent normal numbers; the same seed gives the same ones."""

    mean: float
    deviation: float
    seed: int

    def logits(self, rows: int, columns: int) -> Values:
        with np.errstate(over="ignore", invalid="ignore"):
            drawn = np.random.default_rng(self.seed).standard_normal((rows, columns))
            return np.asarray(self.mean + self.deviation * drawn)


@dataclass(frozen=True, slots=True)
class Saturating:
    """`size` and ``-size`` by turns, down the rows and across: every formula at its ends."""

    size: float

    def logits(self, rows: int, columns: int) -> Values:
        odd = (np.arange(rows)[:, np.newaxis] + np.arange(columns)) % 2
        return np.where(odd == 1, -self.size, self.size)


@dataclass(frozen=True, slots=True)
class Constant:
    """One number everywhere."""

    value: float

    def logits(self, rows: int, columns: int) -> Values:
        return np.full((rows, columns), self.value)
