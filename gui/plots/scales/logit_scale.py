"""How logits are laid along the axis: evenly by value, or with equal room for every float of a format."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine import FLOAT64, Format, Spacing, from_ordinals, next_float, ordinals
from gui.plots.scales.value_scale import HIGHEST

EXACT_INTEGERS = 2.0**53
"""Beyond it float64 no longer counts by ones."""

CLOSE = 1e-6
"""Share of its distance from the origin that a view may span before its places lose pixels."""


class LogitScale(NamedTuple):
    """The map from logits to places along the axis.

    Places are counted from an origin, so that a view of single floats far from 0 has places as precise
    as one at 0: float64 at 88 has no pixel-sized steps left over where its neighbours fill the view.

    Attributes
    ----------
    spacing : {'linear', 'ordinal'}
        'linear': a place is the distance from `origin`. 'ordinal': how many floats of `format` lie
        between.
    origin : float
        A float of `format`.
    """

    spacing: Spacing = "linear"
    format: Format = FLOAT64
    origin: float = 0.0

    def places(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where logits stand; infinities stay infinite on a linear axis, nan stays nan."""
        if self.spacing == "linear":
            return logits - self.origin
        numbers, first = ordinals(self.format.round(logits)), self._first
        # Wrapped integers are exact where the distance is small, floats suffice where it is not.
        with np.errstate(over="ignore"):
            near = (numbers - np.int64(first)).astype(np.float64)
        far = numbers.astype(np.float64) - float(first)
        found = np.where(np.abs(far) < EXACT_INTEGERS / 2, near, far)
        return np.where(np.isnan(logits), np.nan, found)

    def place(self, logit: float) -> float:
        """Where one logit stands."""
        if self.spacing == "linear":
            return logit - self.origin
        return float(self.places(np.array([logit]))[0])

    def logit(self, place: float) -> float:
        """The logit at a place; on an ordinal axis the nearest finite float of the format."""
        if self.spacing == "linear":
            return self.origin + place
        last = int(ordinals(self.format.round(self.format.max)))
        number = min(max(self._first + round(place), -last), last)
        return float(from_ordinals(number, self.format))

    @property
    def limit(self) -> float:
        """The place of the format's largest float, counted from 0."""
        if self.spacing == "linear":
            return self.format.max
        return float(ordinals(self.format.round(self.format.max)))

    @property
    def ends(self) -> tuple[float, float]:
        """The places of the format's first and last float, or where plots end."""
        last = self.format.max
        return max(self.place(-last), -HIGHEST), min(self.place(last), HIGHEST)

    @property
    def _first(self) -> int:
        return int(ordinals(self.format.round(self.origin)))

    def suits(self, start: float, stop: float, *, counting: bool) -> bool:
        """Whether places from `start` to `stop` are counted from a fit origin.

        One in view, while single floats are counted from it; one so near that places keep their pixels;
        and 0 wherever that is near enough.
        """
        if counting:
            return start <= 0.0 <= stop
        near = abs(start + stop) / 2.0 * CLOSE <= stop - start
        return near and (self.origin == 0.0 or not self._zero_suits(start, stop))

    def centred(self, start: float, stop: float, *, counting: bool) -> LogitScale:
        """The scale with an origin fit for a view from one place to another."""
        if not counting and self._zero_suits(start, stop):
            return self._at(0.0)
        return self._at(float(self.format.round(self.logit((start + stop) / 2.0))))

    def _zero_suits(self, start: float, stop: float) -> bool:
        origin = self.origin if self.spacing == "linear" else float(self._first)
        return abs((start + stop) / 2.0 + origin) * CLOSE <= stop - start

    def _at(self, origin: float) -> LogitScale:
        return LogitScale(self.spacing, self.format, origin)


LINEAR = LogitScale()


def floats_between(low: float, high: float, fmt: Format) -> float:
    """How many floats of a format lie from one logit to another."""
    ends = ordinals(fmt.round(np.clip([low, high], -fmt.max, fmt.max)))
    return float(int(ends[1]) - int(ends[0])) if not math.isnan(low + high) else math.nan


def floats_around(logit: float, count: int, fmt: Format) -> tuple[float, float]:
    """The floats so many further down and up, or the format's first and last."""
    middle = fmt.round(np.clip([logit, logit], -fmt.max, fmt.max))
    ends = [float(next_float(middle, step)[0]) for step in (-count, count)]
    return max(ends[0], -fmt.max), min(ends[1], fmt.max)
