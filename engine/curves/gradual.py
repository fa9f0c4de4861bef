"""Where a gradual regime, one that begins with scattered floats, begins and ends along a curve."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.curves.known import Known, Ordinals, Regimes, evenly_inside

Mask = NDArray[np.bool_]

PROBES = 31
"""Floats looked at inside every interval a round: five bits of each edge for one evaluation."""

SCANNED = 255
"""Floats looked at for the outermost one of a gradual regime: one in a hundred is seen to be worse."""


class Anchor(NamedTuple):
    """The float from which a gradual regime's end is sought outwards: to the left where it rises."""

    curve: int
    rising: bool
    number: int


class Turn(NamedTuple):
    """Along a curve a gradual regime begins (rises) or ends somewhere from `low` to `high`."""

    anchor: Anchor
    low: int
    high: int

    @property
    def curve(self) -> int:
        """The curve's place in the profile."""
        return self.anchor.curve

    @property
    def rising(self) -> bool:
        """Whether the regime begins here, from the left."""
        return self.anchor.rising

    def probes(self, count: int) -> Ordinals:
        """Floats inside, evenly spread; none where there are none."""
        if self.high - self.low <= 1:
            return np.zeros(0, dtype=np.int64)
        return evenly_inside(np.array([self.low]), np.array([self.high]), count).ravel()


def gradual_turns(known: Known, kinds: Regimes, points: Ordinals, luck: int) -> list[Turn]:
    """Where the curves' gradual regimes turn, as far as these floats tell.

    Parameters
    ----------
    known : Known
    kinds : uint8 array, shape (K,)
        Each curve's gradual regime, 0 for none.
    points : int64 array
        Of the floats looked at those among which luck is counted.
    luck : int
        How many of them may interrupt a gradual regime by regime 0, if none is hard; so far outwards its
        end is sought from where it is seen, at most half way to the curve's next turn.

    Returns
    -------
    list of Turn
        Ascending along each curve. Beside a hard regime only those that lie between two neighbours.
    """
    regimes = known.regimes[:, np.searchsorted(known.numbers, points)]
    is_gradual = (regimes == kinds[:, np.newaxis]) & (kinds != 0)[:, np.newaxis]
    is_hard = ~is_gradual & (regimes != 0)
    bridged = _without_luck(is_gradual, is_hard, luck)
    return [
        turn
        for curve in np.flatnonzero((bridged[:, 1:] != bridged[:, :-1]).any(axis=1)).tolist()
        for turn in _turns_of(curve, bridged[curve], is_hard[curve], points, luck)
    ]


def _without_luck(is_gradual: Mask, is_hard: Mask, luck: int) -> Mask:
    """Fill every run of at most `luck` points between two of a gradual regime, if none of it is hard."""
    at = np.arange(is_gradual.shape[1])
    far = len(at) + luck
    before = np.maximum.accumulate(np.where(is_gradual, at, -far), axis=1)
    after = np.minimum.accumulate(np.where(is_gradual, at, 2 * far)[:, ::-1], axis=1)[:, ::-1]
    hard_before = np.maximum.accumulate(np.where(is_hard, at, -1), axis=1)
    hard_after = np.minimum.accumulate(np.where(is_hard, at, far)[:, ::-1], axis=1)[:, ::-1]
    return np.asarray((after - before <= luck + 1) & (hard_before < before) & (after < hard_after))


def _turns_of(curve: int, bridged: Mask, is_hard: Mask, points: Ordinals, luck: int) -> list[Turn]:
    turns, last = np.flatnonzero(bridged[1:] != bridged[:-1]), len(points) - 1
    hard = np.flatnonzero(is_hard)
    found = []
    for index, at in enumerate(turns.tolist()):
        rising = bool(bridged[at + 1])
        anchor = Anchor(curve, rising, int(points[at + 1 if rising else at]))
        if is_hard[at] or is_hard[at + 1]:
            if points[at + 1] - points[at] == 1:
                found.append(Turn(anchor, int(points[at]), int(points[at + 1])))
            continue
        barrier = int(np.searchsorted(hard, at))
        if rising:
            previous = turns[index - 1] + 1 if index else 0
            wall = hard[barrier - 1] + 1 if barrier else 0
            low, high = max(at - luck, (previous + at) // 2, wall), at + 1
        else:
            following = turns[index + 1] if index + 1 < len(turns) else last
            wall = hard[barrier] - 1 if barrier < len(hard) else last
            low, high = at, min(at + 1 + luck, (at + 1 + following) // 2, wall)
        found.append(Turn(anchor, int(points[low]), int(points[high])))
    return found


def narrowed(known: Known, kinds: Regimes, sought: list[Turn], found: dict[Anchor, int]) -> list[Turn]:
    """Narrow turns down to the outermost float of the gradual regime that was looked at.

    Those between two neighbours are put into `found`, with the first float after the turn, and left out.
    """
    left = []
    for turn in sought:
        first, last = np.searchsorted(known.numbers, (turn.low, turn.high))
        inside = np.flatnonzero(known.regimes[turn.curve, first : last + 1] == kinds[turn.curve]) + first
        at = int(inside[0]) - 1 if turn.rising else int(inside[-1])
        low, high = int(known.numbers[at]), int(known.numbers[at + 1])
        if high - low == 1:
            found[turn.anchor] = high
        else:
            left.append(turn._replace(low=low, high=high))
    return left
