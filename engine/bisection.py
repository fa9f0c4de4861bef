"""Edges of regimes on the line of a format's floats, all of them bisected together.

The line is cut into *cells* of consecutive floats. A cell is in the worst regime found among the
floats sampled from it, which settles what noise would leave open: a formula that rounds on the way
is exact by luck at single floats far inside a region where it loses digits.

This module knows regimes only as numbers of which the larger is the worse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ordinals = NDArray[np.int64]
Regimes = NDArray[np.uint8]

Profile = Callable[[Ordinals], Regimes]
"""From n floats, by ordinal, to their regimes along each of K curves: shape (K, n)."""

Stretch = tuple[int, int, int]
"""A regime, and the ordinals of the first and of the last float in it."""

LUCK = 8
"""Cells of the grid for which a regime may be interrupted by milder ones: a whole binade of the loss,
in which a rounded probability happens to cost less than a digit, or the point where a clamped loss
equals the true one."""

PROBES = 7
"""Cells probed inside every interval a round: three bits of each edge for one evaluation."""


@dataclass(frozen=True, slots=True)
class Cells:
    """How a format's line is cut.

    Attributes
    ----------
    width : int
        Floats in a cell.
    samples : int
        How many of them stand for it.
    top : int
        The ordinal of the largest finite float.
    """

    width: int
    samples: int
    top: int

    def containing(self, numbers: Ordinals) -> Ordinals:
        """The cells of these floats, ascending and without duplicates."""
        return np.unique(np.clip(numbers, -self.top, self.top) // self.width)

    def floats(self, cells: Ordinals, count: int) -> Ordinals:
        """The ordinals of `count` floats of each cell, shape (..., count)."""
        offsets = np.arange(count) * self.width // count
        return np.clip(cells[..., None] * self.width + offsets, -self.top, self.top)

    def worst(self, profile: Profile, cells: Ordinals) -> Regimes:
        """Each cell's regime along each curve, shape (K, *cells.shape)."""
        floats = self.floats(cells, self.samples)
        regimes = profile(floats.ravel())
        worst: Regimes = regimes.reshape(-1, *floats.shape).max(axis=-1)
        return worst


@dataclass(frozen=True, slots=True)
class _Intervals:
    """Between cell `low`, in regime `below`, and cell `high`, in `above`, the curve turns."""

    curve: NDArray[np.intp]
    low: Ordinals
    high: Ordinals
    below: Regimes
    above: Regimes

    def narrow(self) -> NDArray[np.bool_]:
        return self.high - self.low <= 1

    def __getitem__(self, chosen: NDArray[np.bool_]) -> _Intervals:
        return _Intervals(*(getattr(self, name)[chosen] for name in self.__slots__))

    def __add__(self, other: _Intervals) -> _Intervals:
        pairs = ((getattr(self, name), getattr(other, name)) for name in self.__slots__)
        return _Intervals(*(np.concatenate(pair) for pair in pairs))


def stretches(profile: Profile, grid: Ordinals, cells: Cells) -> list[list[Stretch]]:
    """Divide the line into stretches of one regime.

    Parameters
    ----------
    profile : callable
    grid : int64 array
        Ordinals to begin with. A stretch that holds none of them may be missed.
    cells : Cells

    Returns
    -------
    list of list of Stretch
        Along each curve ascending, without gap or overlap.

    Notes
    -----
    Of two neighbouring stretches the worse one ends at the outermost of its floats, looked for within
    two cells' widths of where the cells turn: where the regime is monotone that is its exact edge.
    """
    start = cells.containing(np.concatenate(([-cells.top, cells.top], grid)))
    regimes = _without_luck(cells.worst(profile, start))
    found = _turns(regimes, np.broadcast_to(start, regimes.shape), np.arange(len(regimes)))
    narrow = found[found.narrow()]
    while len(found.curve):
        found = found[~found.narrow()]
        if not len(found.curve):
            break
        found = _narrowed(profile, cells, found)
        narrow = narrow + found[found.narrow()]
    firsts = _first_floats_above(profile, cells, narrow)
    return [
        _divided(int(regimes[curve, 0]), narrow[narrow.curve == curve], firsts[narrow.curve == curve], cells)
        for curve in range(len(regimes))
    ]


def _without_luck(regimes: Regimes) -> Regimes:
    """Raise every run of at most `LUCK` cells to the milder of the regimes around it."""
    at = np.arange(regimes.shape[1])
    far = 2 * LUCK + len(at)
    filled = np.zeros_like(regimes)
    for regime in range(1, int(regimes.max(initial=0)) + 1):
        bad = regimes >= regime
        before = np.maximum.accumulate(np.where(bad, at, -far), axis=1)
        after = np.minimum.accumulate(np.where(bad, at, 2 * far)[:, ::-1], axis=1)[:, ::-1]
        filled += after - before <= LUCK + 1
    return filled


def _turns(regimes: Regimes, cells: Ordinals, curves: NDArray[np.intp]) -> _Intervals:
    """The intervals between neighbours of different regime; one line of cells a row."""
    row, at = np.nonzero(regimes[:, 1:] != regimes[:, :-1])
    return _Intervals(
        curves[row], cells[row, at], cells[row, at + 1], regimes[row, at], regimes[row, at + 1]
    )


def _narrowed(profile: Profile, cells: Cells, found: _Intervals) -> _Intervals:
    """Probe inside each interval and keep the part, or parts, in which the regime turns.

    Seen from the milder end, a regime holds from its first cell on: milder ones further in are luck.
    """
    low, high = found.low[:, None], found.high[:, None]
    parts = np.arange(1, PROBES + 1)
    probes = np.clip(low + (high - low) * parts // (PROBES + 1), low + 1, high - 1)
    inside = cells.worst(profile, probes)[found.curve, np.arange(len(found.curve))]
    line = np.concatenate((found.below[:, None], inside, found.above[:, None]), axis=1)
    rising = (found.above > found.below)[:, None]
    upwards = np.minimum(np.maximum.accumulate(line, axis=1), found.above[:, None])
    downwards = np.minimum(np.maximum.accumulate(line[:, ::-1], axis=1)[:, ::-1], found.below[:, None])
    return _turns(
        np.where(rising, upwards, downwards), np.concatenate((low, probes, high), axis=1), found.curve
    )


def _first_floats_above(profile: Profile, cells: Cells, found: _Intervals) -> Ordinals:
    """The ordinal of the first float of the upper stretch, for each pair of neighbouring cells."""
    around = found.low[:, None] + np.arange(-1, 3)
    floats = cells.floats(around, cells.width).reshape(len(around), -1)
    regimes = profile(floats.ravel()).reshape(-1, *floats.shape)[found.curve, np.arange(len(around))]
    rising = found.above > found.below
    worse = regimes >= np.maximum(found.above, found.below)[:, None]
    first = np.argmax(worse[:, 1:] & ~worse[:, :-1], axis=1) + 1
    last = floats.shape[1] - 2 - np.argmax((worse[:, :-1] & ~worse[:, 1:])[:, ::-1], axis=1)
    at = np.where(rising, first, last + 1)
    ordinals: Ordinals = floats[np.arange(len(at)), at]
    return ordinals


def _divided(
    regime: int, edges: _Intervals, firsts: Ordinals, cells: Cells
) -> list[Stretch]:
    """The stretches of one curve between its edges; one too narrow for a cell goes to its neighbour."""
    order = np.lexsort((firsts, edges.low))
    result: list[Stretch] = []
    start = -cells.top
    for first, above in zip(firsts[order].tolist(), edges.above[order].tolist(), strict=True):
        if first > start:
            result.append((regime, start, first - 1))
            start = first
        regime = above
    result.append((regime, start, cells.top))
    return result
