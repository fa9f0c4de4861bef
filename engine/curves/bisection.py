"""Edges of regimes on the line of a format's floats, all of them bisected together.

A *hard* regime sets in for good: where two floats that were looked at differ, the floats between are
looked at until the regime turns from one float to the next, and then every float beside that edge, where
other stretches may hide. A *gradual* one, such as lost digits, has no edge: a formula that rounds on the
way is right by luck at single floats far inside, and wrong at single floats outside. So a short
interruption between two of its floats is luck, and it starts at the first of its floats that is met from
the right side. Nothing hard is bridged, nor what is right between two hard stretches.

This module knows regimes only as numbers, of which 0 is right.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.curves.gradual import PROBES, SCANNED, Anchor, Turn, gradual_turns, narrowed
from engine.curves.known import Known, Ordinals, Profile, Regimes, distinct, evenly_inside

Stretch = tuple[int, int, int]
"""A regime, and the ordinals of the first and of the last float in it."""

BESIDE = 200
"""Floats on each side of a hard edge that are all looked at where there are few edges: about a zero of the
gradient, say, chance makes it 0 or not within so many."""

LEAST_BESIDE = 12
"""The same however many edges there are."""

BESIDE_ALL = 16_384
"""Floats beside all edges of one round: more are a frame of the window's time."""

MOST_EDGES = 400
"""Of one curve's hard edges; more means that a difference is 0 by luck at single floats all over a stretch:
only those that bound it are sought then, and the floats beside them are not looked at."""

MOST_RUNS = 40
"""Stretches of one curve from which on luck is bridged as between floats of a gradual regime."""


def stretches(
    profile: Profile, grid: Ordinals, *, luck: int = 0, gradual: Sequence[int] = ()
) -> list[list[Stretch]]:
    """Divide the line into stretches of one regime.

    Parameters
    ----------
    profile : callable
    grid : int64 array, shape (n,)
        Ordinals to begin with, from the first float of the line to the last, in any order. A stretch
        that holds none of them is missed unless it lies beside an edge.
    luck : int
        How many neighbours on the grid may interrupt a gradual regime by regime 0.
    gradual : sequence of int
        The first curves' gradual regimes: beside regime 0 the edge of one is sought among `SCANNED`
        floats, from as far out as luck could carry on the grid. The other curves have none.

    Returns
    -------
    list of list of Stretch
        Along each curve ascending, without gap or overlap. A hard stretch holds no float of another
        regime that was looked at. The end of a gradual one that borders on regime 0 is a float of its
        own, and the float beyond is not.
    """
    known = Known(profile, distinct(grid))
    kinds = np.zeros(len(known.regimes), dtype=np.uint8)
    kinds[: len(gradual)] = gradual
    found: dict[Anchor, int] = {}
    while True:
        hard = _hard(known, kinds)
        edges = _edges(hard)
        points = distinct(np.concatenate((grid, known.numbers[edges], known.numbers[edges + 1])))
        turns = gradual_turns(known, kinds, points, luck)
        sought = [turn for turn in turns if not turn.low < found.get(turn.anchor, turn.low) <= turn.high]
        if not _settle(known, kinds, sought, found, points, luck):
            break
    beginnings: list[list[tuple[int, bool]]] = [[] for _ in kinds]
    for turn in turns:
        beginnings[turn.curve].append((found[turn.anchor], turn.rising))
    starts = known.regimes[:, 0] == kinds
    return [
        _united(_runs(hard[k], known, points, luck), kind, sorted(beginnings[k]), is_gradual=bool(starts[k]))
        for k, kind in enumerate(kinds.tolist())
    ]


def _hard(known: Known, kinds: Regimes) -> Regimes:
    """The regimes of all floats looked at, with the gradual ones taken for right."""
    return np.where(known.regimes == kinds[:, np.newaxis], 0, known.regimes).astype(np.uint8)


def _edges(hard: Regimes) -> NDArray[np.intp]:
    """The places before which any curve turns."""
    return np.flatnonzero((hard[:, 1:] != hard[:, :-1]).any(axis=0))


def _settle(
    known: Known, kinds: Regimes, sought: list[Turn], found: dict[Anchor, int], points: Ordinals, luck: int
) -> bool:
    """Look at floats until every hard edge and every turn sought lies between two neighbours.

    Returns
    -------
    bool
        Whether any float had to be looked at.
    """
    count, looked = SCANNED, False
    while True:
        wanted = [_beside_edges(known, kinds, points, luck), *(turn.probes(count) for turn in sought)]
        news = known.look_at(np.concatenate(wanted))
        if not news and count == PROBES:
            return looked
        sought = narrowed(known, kinds, sought, found)
        count, looked = PROBES, looked or news


def _beside_edges(known: Known, kinds: Regimes, points: Ordinals, luck: int) -> Ordinals:
    """Floats that narrow the hard edges down, or lie beside those that are."""
    plain, crowded = [], []
    for codes in _hard(known, kinds):
        at = np.flatnonzero(codes[1:] != codes[:-1])
        if len(at) <= MOST_EDGES:
            plain.append(at)
        else:
            firsts = [first for _, first, _ in _runs(codes, known, points, luck)[1:]]
            crowded.append(np.searchsorted(known.numbers, firsts) - 1)
    alone = distinct(np.concatenate([np.zeros(0, dtype=np.intp), *plain]))
    at = distinct(np.concatenate((alone, *crowded)))
    wide = known.numbers[at + 1] - known.numbers[at] > 1
    between = evenly_inside(known.numbers[at[wide]], known.numbers[at[wide] + 1], PROBES)
    closed = known.numbers[alone[known.numbers[alone + 1] - known.numbers[alone] == 1]]
    reach = min(max(BESIDE_ALL // (2 * len(closed) + 1), LEAST_BESIDE), BESIDE)
    beside = closed[:, np.newaxis] + np.arange(1 - reach, reach + 1)
    within = np.clip(beside.ravel(), known.numbers[0], known.numbers[-1])
    return np.concatenate((within, between.ravel()))


def _runs(codes: Regimes, known: Known, points: Ordinals, luck: int) -> list[Stretch]:
    """The stretches of one curve, all of whose edges lie between two neighbours unless there are too many."""
    firsts = np.append(0, np.flatnonzero(codes[1:] != codes[:-1]) + 1)
    starts = known.numbers[firsts]
    lasts = np.append(starts[1:] - 1, known.numbers[-1])
    found = [*zip(codes[firsts].tolist(), starts.tolist(), lasts.tolist(), strict=True)]
    return found if len(found) <= MOST_RUNS else _bridged(found, points, luck)


def _bridged(runs: list[Stretch], points: Ordinals, luck: int) -> list[Stretch]:
    """Join stretches of one regime with at most `luck` points, and nothing worse, between them."""
    kept: list[Stretch] = []
    for run in runs:
        joined = run
        while len(kept) > 1 and kept[-1][0] < run[0] == kept[-2][0]:
            if _points(points, *kept[-1][1:]) > luck:
                break
            joined = (run[0], kept[-2][1], run[2])
            del kept[-2:]
        kept.append(joined)
    return kept


def _points(points: Ordinals, first: int, last: int) -> int:
    """How many of the points lie from one float to another."""
    low, high = np.searchsorted(points, (first, last + 1)).tolist()
    return int(high - low)


def _united(
    hard: list[Stretch], kind: int, turns: list[tuple[int, bool]], *, is_gradual: bool
) -> list[Stretch]:
    """One curve's stretches: the hard ones, and between them what is gradual and what is right."""
    result: list[Stretch] = []
    at = 0
    for regime, first, last in hard:
        while at < len(turns) and turns[at][0] <= first:
            is_gradual = turns[at][1]
            at += 1
        if regime:
            result.append((regime, first, last))
            continue
        start = first
        while at < len(turns) and turns[at][0] <= last:
            result.append((kind if is_gradual else 0, start, turns[at][0] - 1))
            start, is_gradual = turns[at]
            at += 1
        result.append((kind if is_gradual else 0, start, last))
    return result
