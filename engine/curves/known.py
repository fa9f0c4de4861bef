"""Floats of a line by ordinal, and what is known of them along several curves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ordinals = NDArray[np.int64]
Regimes = NDArray[np.uint8]

Profile = Callable[[Ordinals], Regimes]
"""From n floats, by ordinal, to their regimes along each of K curves: shape (K, n)."""


class Known:
    """Every float looked at, ascending, with its regimes along all curves.

    Attributes
    ----------
    numbers : int64 array, shape (n,)
    regimes : uint8 array, shape (K, n)
    """

    def __init__(self, profile: Profile, numbers: Ordinals) -> None:
        self._profile = profile
        self.numbers = numbers
        self.regimes = profile(numbers)

    def look_at(self, numbers: Ordinals) -> bool:
        """Look at those of the floats that are new; whether any is."""
        wanted = distinct(numbers)
        place = np.minimum(np.searchsorted(self.numbers, wanted), len(self.numbers) - 1)
        new = wanted[self.numbers[place] != wanted]
        if not new.size:
            return False
        numbers = np.concatenate((self.numbers, new))
        order = np.argsort(numbers, kind="stable")
        self.numbers = numbers[order]
        self.regimes = np.concatenate((self.regimes, self._profile(new)), axis=1)[:, order]
        return True


def evenly_inside(low: Ordinals, high: Ordinals, count: int) -> Ordinals:
    """Floats inside each interval, evenly spread, shape (intervals, count)."""
    low, high = low[:, np.newaxis], high[:, np.newaxis]
    parts = np.arange(1, count + 1)
    # Quotient and remainder apart: (high - low) * parts overflows over most of a float64 line.
    quotient, remainder = (high - low) // (count + 1), (high - low) % (count + 1)
    inside: Ordinals = low + quotient * parts + remainder * parts // (count + 1)
    return np.clip(inside, low + 1, high - 1)


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The distinct values of an array of one dimension, ascending; nan is not expected.

    `numpy.unique` does it too, but imports `numpy.ma`, which would cost the start 30 ms.
    """
    ordered = np.sort(values)
    firsts = np.ones(ordered.shape, dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=firsts[1:])
    return ordered[firsts]
