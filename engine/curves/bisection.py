"""Edges of regimes on the line of a format's floats, all of them bisected together.

A regime that sets in for good has one edge, and bisection finds it to the float. Lost digits have
none: a formula that rounds on the way is exact by luck at single floats far inside, and wrong at
single floats outside. So two rules hold throughout. Between two floats of one regime a short
interruption by milder ones is luck. And where a regime gives way to a worse one, the worse one starts
at the first of its floats that is met from the milder side.

This module knows regimes only as numbers of which the larger is the worse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ordinals = NDArray[np.int64]
Regimes = NDArray[np.uint8]

Profile = Callable[[Ordinals], Regimes]
"""From n floats, by ordinal, to their regimes along each of K curves: shape (K, n)."""

Stretch = tuple[int, int, int]
"""A regime, and the ordinals of the first and of the last float in it."""

PROBES = 31
"""Floats looked at inside every interval a round: five bits of each edge for one evaluation."""

SCANNED = 255
"""Floats looked at for the outermost one of a gradual regime: one in a hundred is seen to be worse."""


@dataclass(frozen=True, slots=True)
class _Turns:
    """Along `curve` the float `low` is in regime `below` and the later float `high` in `above`."""

    curve: NDArray[np.intp]
    low: Ordinals
    high: Ordinals
    below: Regimes
    above: Regimes

    def __getitem__(self, chosen: NDArray[np.bool_]) -> _Turns:
        return _Turns(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def __add__(self, other: _Turns) -> _Turns:
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return _Turns(*(np.concatenate(pair) for pair in pairs))

    def __len__(self) -> int:
        return len(self.curve)


def stretches(profile: Profile, grid: Ordinals, *, luck: int, gradual: int = 0) -> list[list[Stretch]]:
    """Divide the line into stretches of one regime.

    Parameters
    ----------
    profile : callable
    grid : int64 array, shape (n,)
        Ordinals to begin with, from the first float of the line to the last, in any order. A stretch
        that holds none of them is missed unless it lies beside an edge.
    luck : int
        How many neighbours on the grid may interrupt a regime by a milder one.
    gradual : int
        A regime that begins with scattered floats: beside regime 0 its edge is sought among `SCANNED`
        floats, from as far out as luck could carry on the grid.

    Returns
    -------
    list of list of Stretch
        Along each curve ascending, without gap or overlap. A stretch's end that borders on a milder
        regime is a float of its own regime, and the float beyond is not.
    """
    start = distinct(grid)
    regimes = _without_luck(profile(start), luck)
    found = _turns(regimes, np.broadcast_to(start, regimes.shape), np.arange(len(regimes)))
    found = _scanned(profile, found, start, luck, gradual)
    edges = _bisected(profile, found, len(regimes))
    return [
        _divided(int(start[0]), int(start[-1]), int(regimes[curve, 0]), sorted(turns))
        for curve, turns in enumerate(edges)
    ]


def _without_luck(regimes: Regimes, luck: int) -> Regimes:
    """Raise every run of at most `luck` floats to the milder of the regimes around it."""
    at = np.arange(regimes.shape[1])
    far = len(at) + luck
    filled = np.zeros_like(regimes)
    for regime in range(1, int(regimes.max(initial=0)) + 1):
        bad = regimes >= regime
        before = np.maximum.accumulate(np.where(bad, at, -far), axis=1)
        after = np.minimum.accumulate(np.where(bad, at, 2 * far)[:, ::-1], axis=1)[:, ::-1]
        filled += after - before <= luck + 1
    return filled


def _turns(regimes: Regimes, numbers: Ordinals, curves: NDArray[np.intp]) -> _Turns:
    """The pairs of neighbours in different regimes, in lines of floats along these curves."""
    line, at = np.nonzero(regimes[:, 1:] != regimes[:, :-1])
    pair = (numbers[line, at], numbers[line, at + 1], regimes[line, at], regimes[line, at + 1])
    return _Turns(curves[line], *pair)


def _scanned(profile: Profile, found: _Turns, grid: Ordinals, luck: int, gradual: int) -> _Turns:
    """Replace the turns to a gradual regime by narrower ones, perhaps further out."""
    milder, worse = np.minimum(found.below, found.above), np.maximum(found.below, found.above)
    scattered = (milder == 0) & (worse == gradual)
    return found[~scattered] + _narrowed(profile, _widened(found, grid, luck)[scattered], SCANNED)


def _widened(found: _Turns, grid: Ordinals, luck: int) -> _Turns:
    """Move each turn's milder end outwards on the grid, at most half way to the curve's next turn."""
    last = len(grid) - 1
    low, high = np.searchsorted(grid, found.low), np.searchsorted(grid, found.high)
    follows = np.diff(found.curve, prepend=-1) == 0
    previous = np.where(follows, np.roll(high, 1), 0)
    following = np.where(np.roll(follows, -1), np.roll(low, -1), last)
    rising = found.above > found.below
    lower = np.where(rising, np.maximum(low - luck, (previous + low) // 2), low)
    upper = np.where(rising, high, np.minimum(high + luck, (high + following) // 2))
    return replace(found, low=grid[lower], high=grid[upper])


def _bisected(profile: Profile, found: _Turns, curves: int) -> list[list[tuple[int, int]]]:
    """Each curve's turns, in any order: the first float from which on another regime holds, and which."""
    edges: list[list[tuple[int, int]]] = [[] for _ in range(curves)]
    while len(found):
        narrow = found.high - found.low == 1
        done = found[narrow]
        columns = (done.curve.tolist(), done.high.tolist(), done.above.tolist())
        for curve, first, regime in zip(*columns, strict=True):
            edges[curve].append((first, regime))
        found = _narrowed(profile, found[~narrow], PROBES)
    return edges


def _narrowed(profile: Profile, found: _Turns, count: int) -> _Turns:
    """Probe inside each pair and keep the part, or parts, in which the regime turns."""
    if not len(found):
        return found
    low, high = found.low[:, None], found.high[:, None]
    parts = np.arange(1, count + 1)
    # Quotient and remainder apart: (high - low) * parts overflows over most of a float64 line.
    quotient, remainder = (high - low) // (count + 1), (high - low) % (count + 1)
    probes: Ordinals = np.clip(low + quotient * parts + remainder * parts // (count + 1), low + 1, high - 1)
    # Curves turn at the same floats more often than not: each float is looked at once.
    looked_at, place = distinct_places(probes)
    inside = profile(looked_at)[found.curve[:, None], place.reshape(probes.shape)]
    line = np.concatenate((found.below[:, None], inside, found.above[:, None]), axis=1)
    rising = (found.above > found.below)[:, None]
    upwards = np.minimum(np.maximum.accumulate(line, axis=1), found.above[:, None])
    downwards = np.minimum(np.maximum.accumulate(line[:, ::-1], axis=1)[:, ::-1], found.below[:, None])
    monotone = np.where(rising, upwards, downwards)
    return _turns(monotone, np.concatenate((low, probes, high), axis=1), found.curve)


def _divided(lowest: int, highest: int, regime: int, turns: list[tuple[int, int]]) -> list[Stretch]:
    """The stretches between turns, each given by its first float and the regime from there on."""
    result: list[Stretch] = []
    start = lowest
    for first, after in turns:
        result.append((regime, start, first - 1))
        regime, start = after, first
    result.append((regime, start, highest))
    return result


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The distinct values of an array of one dimension, ascending; nan is not expected.

    `numpy.unique` does it too, but imports `numpy.ma`, which would cost the start 30 ms.
    """
    ordered = np.sort(values)
    return ordered[_firsts(ordered)]


def distinct_places(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """The distinct values of an array of any shape, ascending, and each element's place among them.

    Returns
    -------
    values : array of one dimension
    places : intp array of the shape given
    """
    flat = values.ravel()
    order = np.argsort(flat, kind="stable")
    ordered = flat[order]
    firsts = _firsts(ordered)
    places = np.empty(flat.shape, dtype=np.intp)
    places[order] = np.cumsum(firsts) - 1
    return ordered[firsts], places.reshape(values.shape)


def _firsts(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    firsts = np.ones(ordered.shape, dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=firsts[1:])
    return firsts
