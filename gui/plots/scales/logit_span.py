"""Where a logit stands in pixels, and which stretch of logits to show."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine import Band, Format, next_float
from gui.plots.scales.logit_scale import LINEAR, LogitScale, floats_around, floats_between
from gui.plots.scales.logit_ticks import counts_floats
from gui.plots.scales.value_scale import HIGHEST

MARGIN = 0.4
"""Room outside the outermost edges, as a share of their distance: enough to write in what fails there."""

NARROWEST = 8.0
"""Logits to show at least when nothing fails."""

LAST_EDGE = 1e4
"""Edges farther out are not those of exp and log, the last of which is float64's at -745, but of weights
so large that the loss overflows; showing them would hide the others."""

FOOTROOM = 0.03
"""Room below the lowest value, as a share of the view, so that a curve at 0 is not taken for the axis."""

STEP = 6.0
"""Pixels between neighbouring floats from which on each is drawn as a level step."""

EDGE_FLOATS = 12
"""Floats shown on each side of an edge that is zoomed to."""

FEWEST_FLOATS = 4
"""Floats across the closest view."""

CLOSEST = 1e-12
"""Share of its distance from 0 that a stretch of values spans at least: closer ones are one float64."""

NEAR = 32.0
"""Samples up to here are always in the picture."""

FARTHEST = 2.0
"""Samples beyond this many times the failing edges do not widen the picture; they are pinned to its
edge instead, so that one logit of 1e38 does not squeeze everything else to a line."""


@dataclass(frozen=True)
class LogitSpan:
    """The visible stretch of the logit axis and its place in pixels.

    Every part of the picture (plots, rails, strips) maps logits by the same span, and so they align.

    Attributes
    ----------
    start, stop : float
        First and last visible place on `scale`.
    left, width : float
        In logical pixels of the panel.
    """

    start: float
    stop: float
    left: float
    width: float
    scale: LogitScale = LINEAR

    @cached_property
    def low(self) -> float:
        """The first visible logit."""
        return self.scale.logit(self.start)

    @cached_property
    def high(self) -> float:
        """The last visible logit."""
        return self.scale.logit(self.stop)

    @cached_property
    def steps(self) -> bool:
        """Whether the view is so close that each float is a level step of its own."""
        return floats_between(self.low, self.high, self.scale.format) * STEP < self.width

    def stretch(self, first: float, last: float) -> tuple[float, float]:
        """Pixels from one float to another, and half way to their neighbours where floats are steps."""
        if not self.steps:
            return self.to_pixel(first), self.to_pixel(last)
        return self._half_way(first, -1), self._half_way(last, 1)

    def hides(self, first: float, last: float) -> bool:
        """Whether what lies between two floats has no pixel of its own."""
        return self.to_pixel(last) - self.to_pixel(first) < 1.0

    def _half_way(self, logit: float, step: int) -> float:
        """The pixel half way from a float to its neighbour, pinned to the edges."""
        fmt = self.scale.format
        neighbour = float(next_float(fmt.round(np.array(logit)), step))
        neighbour = min(max(neighbour, -fmt.max), fmt.max)
        return self._pixel((self.scale.place(logit) + self.scale.place(neighbour)) / 2.0)

    def _pixel(self, place: float) -> float:
        if not self.start < place:
            return self.left
        if not place < self.stop:
            return self.left + self.width
        return self.left + (place - self.start) / (self.stop - self.start) * self.width

    def shows(self, logit: float) -> bool:
        """Whether a logit is in view."""
        return self.start <= self.scale.place(logit) <= self.stop

    def to_pixel(self, logit: float) -> float:
        """The place of a logit, pinned to the edges where it is not visible."""
        return self._pixel(self.scale.place(logit))

    def to_logit(self, pixel: float) -> float:
        """The logit at a pixel; on a linear axis with the fewest decimals that tell pixels apart."""
        share = min(max((pixel - self.left) / self.width, 0.0), 1.0)
        logit = self.scale.logit(self.start + share * (self.stop - self.start))
        if self.scale.spacing == "ordinal":
            return logit
        per_pixel = (self.stop - self.start) / self.width
        decimals = max(0, -math.floor(math.log10(per_pixel))) if per_pixel > 0 else 0
        return round(logit, decimals) if decimals < 15 else logit


def workable(span: LogitSpan, fmt: Format) -> LogitSpan:
    """The same view, no closer than a few floats, counted from an origin near enough for them."""
    start, stop, scale = span.start, span.stop, span.scale
    if floats_between(span.low, span.high, fmt) < FEWEST_FLOATS:
        middle = min(max(scale.logit((start + stop) / 2.0), -fmt.max), fmt.max)
        near = LogitScale(scale.spacing, fmt, float(fmt.round(middle)))
        low, high = floats_around(middle, FEWEST_FLOATS, fmt)
        return replace(span, start=near.place(low), stop=near.place(high), scale=near)
    scale = span.scale._replace(format=fmt)
    counting = counts_floats(scale, start, stop, span.width)
    if not scale.suits(start, stop, counting=counting):
        scale = scale.centred(start, stop, counting=counting)
    shift = scale.place(span.scale.origin)
    return replace(span, start=start + shift, stop=stop + shift, scale=scale)


def whole_range(bands: Iterable[Band], samples: NDArray[np.float64], fmt: Format) -> tuple[float, float]:
    """The stretch of logits that tells the whole story: all failing edges and the samples near them.

    It is rounded outwards to even numbers, so that the picture stands still while a logit is edited.
    """
    last = min(fmt.max, LAST_EDGE)
    edges = [edge for band in bands for edge in (band.start, band.stop) if abs(edge) < last]
    low, high = min(edges, default=0.0), max(edges, default=0.0)
    low, high = min(low, -NARROWEST), max(high, NARROWEST)
    reach = max(FARTHEST * max(-low, high), NEAR)
    near = samples[(samples >= -reach) & (samples <= reach)]
    if near.size:
        low, high = min(low, float(near.min())), max(high, float(near.max()))
    room = MARGIN * (high - low)
    step = _even_step((high - low) / 10.0)
    return math.floor((low - room) / step) * step, math.ceil((high + room) / step) * step


def _even_step(rough: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is no larger."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (5.0, 2.0, 1.0) if factor * power <= rough * (1 + 1e-12))


def value_range(
    values: Iterable[NDArray[np.float64]], headroom: float = FOOTROOM, *, with_zero: bool = True
) -> tuple[float, float]:
    """The stretch of a value axis that shows all finite values, and 0 where that is not one of many powers.

    `headroom` is the room to leave above them, as a share of the stretch.
    """
    ends = [0.0] if with_zero else []
    for each in values:
        finite = each[np.isfinite(each)]
        if finite.size:
            ends += (float(finite.min()), float(finite.max()))
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    low, high = max(low, -HIGHEST), min(high, HIGHEST)
    closest = max(1e-300, CLOSEST * max(abs(low), abs(high)))
    if high == low:
        high = low + 1.0
    elif high - low < closest:
        low, high = low - closest / 2.0, high + closest / 2.0
    height = (high - low) / (1.0 - headroom - FOOTROOM)
    return low - FOOTROOM * height, high + headroom * height
