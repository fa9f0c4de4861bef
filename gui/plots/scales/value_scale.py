"""How values are laid along a plot's upright axis: evenly, by magnitude, or by magnitude on both sides."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

ScaleKind = Literal["linear", "log", "symlog"]
SCALE_KINDS: tuple[ScaleKind, ...] = get_args(ScaleKind)

Tick = tuple[float, float]
"""A place and the value that stands there."""

HIGHEST = 1e30
"""Plots end here: pyqtgraph's transforms overflow near the float maximum (its issue 1057)."""

HIGHEST_POWER = 330.0
"""Powers of ten end here, below float64's least and above its largest."""

LARGEST_POWER = 308
"""The largest power of ten that is a float64."""

FEW_DECADES = 2.0
"""Decades in view up to which their 2 and 5 are numbered as well."""


STRIDES = (1, 2, 3, 5, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 200, 1000)
"""Decades from one number to the next that make a sequence one can go on with."""

MINOR = 5
"""Parts between two numbers that are many decades apart."""


class ValueScale(NamedTuple):
    """The map from values to places along the axis.

    Attributes
    ----------
    kind : {'linear', 'log', 'symlog'}
        'log': log10(value), which has no place for 0 and below. 'symlog': sign(value) times
        log10(1 + |value| / threshold), which has one for every value and runs evenly through 0.
    threshold : float
        Where 'symlog' turns from even to logarithmic.
    """

    kind: ScaleKind = "linear"
    threshold: float = 1.0

    def places(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where values stand: what has no place under a logarithm is -inf, nan stays nan."""
        if self.kind == "linear":
            return values
        with np.errstate(divide="ignore", invalid="ignore"):  # log of 0 and below is settled here
            if self.kind == "log":
                return np.where(values <= 0.0, -np.inf, np.log10(values))
            # The difference of two logarithms: the quotient overflows at the largest floats.
            sizes = np.log10(self.threshold + np.abs(values)) - math.log10(self.threshold)
            return np.sign(values) * sizes

    def place(self, value: float) -> float:
        """Where one value stands."""
        return float(self.places(np.array([value]))[0])

    def value(self, place: float) -> float:
        """The value at a place."""
        if self.kind == "linear":
            return place
        if self.kind == "log":
            return math.pow(10.0, min(max(place, -320.0), 308.0))
        size = self.threshold * (10.0 ** min(abs(place), 300.0) - 1.0)
        return math.copysign(size, place)

    @property
    def farthest(self) -> float:
        """The place, counted from 0, beyond which there is nothing to show."""
        return HIGHEST if self.kind == "linear" else HIGHEST_POWER

    def ticks(self, low: float, high: float, most: int) -> list[list[Tick]]:
        """Numbered ticks between two places, then those without a number; not for a linear axis.

        `most` is how many numbers fit.
        """
        low, high = max(low, -self.farthest), min(high, self.farthest)
        if self.kind == "symlog":
            return self._symmetric_ticks(low, high, most)
        decades = range(math.ceil(low), math.floor(high) + 1)
        stride = _stride(high - low, most)
        numbered = [_power(k) for k in decades if k % stride == 0]
        if high - low <= FEW_DECADES and 3 * (high - low) <= most:
            numbered = [f * _power(k) for k in range(math.floor(low), math.ceil(high) + 1) for f in (1, 2, 5)]
        rest = _between_numbers(decades, stride) if stride > 1 else _between_decades(low, high)
        return [self._within(each, low, high) for each in (numbered, rest)]

    def _symmetric_ticks(self, low: float, high: float, most: int) -> list[list[Tick]]:
        reach = max(abs(low), abs(high))
        first = round(math.log10(self.threshold)) + 1
        powers = range(first, first + math.ceil(reach))
        stride = _stride(high - low, most)
        apart = (high - low) / max(most, 1)
        numbered = [0.0, *(_power(k) for k in powers if k % stride == 0 and self.place(_power(k)) >= apart)]
        rest = _between_numbers(powers, stride)
        return [self._within([*each, *(-v for v in each if v)], low, high) for each in (numbered, rest)]

    def _within(self, values: list[float], low: float, high: float) -> list[Tick]:
        found = ((self.place(value), value) for value in values)
        return [(place, value) for place, value in found if low <= place <= high]


def _stride(decades: float, most: int) -> int:
    """From one numbered power of ten to the next, so that no more than these fit into a stretch."""
    return next(stride for stride in STRIDES if decades <= stride * max(most, 1))


def _between_numbers(powers: range, stride: int) -> list[float]:
    """Powers of ten between numbered ones: all, or where those are far apart, four."""
    step = stride // MINOR if stride > MINOR else 1
    return [_power(k) for k in powers if k % stride and k % step == 0]


def _between_decades(low: float, high: float) -> list[float]:
    return [f * _power(k) for k in range(math.floor(low), math.ceil(high) + 1) for f in range(2, 10)]


def _power(exponent: int) -> float:
    """10 to this power, infinite beyond float64."""
    return math.pow(10.0, exponent) if exponent <= LARGEST_POWER else math.inf
