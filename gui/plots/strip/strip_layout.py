"""Where the lines and lanes of the heat strip stand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

TOP = 4.0
"""Pixels above the first line."""

LANE_GAP = 2
"""Pixels between lanes."""


@dataclass(frozen=True, slots=True)
class StripLayout:
    """Heights in logical pixels.

    Attributes
    ----------
    bare : tuple of bool
        For each strip whether it has a line but no lanes.
    lanes : int
    head, lane : int
        Height of a line of words and of a lane.
    """

    bare: tuple[bool, ...]
    lanes: int
    head: int
    lane: int

    @property
    def tops(self) -> tuple[float, ...]:
        """Where each strip begins, and where the key below them does."""
        of_lanes = self.lanes * self.lane_step
        heights = (self.head + LANE_GAP + (0 if bare else of_lanes) for bare in self.bare)
        return tuple(accumulate(heights, initial=TOP))

    @property
    def height(self) -> int:
        """Of everything, the key included."""
        return int(self.tops[-1]) + self.head + LANE_GAP

    @property
    def lane_step(self) -> int:
        """From one lane to the next."""
        return self.lane + LANE_GAP
