"""Where a logit stands in pixels, and which stretch of logits to show."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import Band, Format

MARGIN = 0.4
"""Room outside the outermost edges, as a share of their distance: enough to write in what fails there."""

NARROWEST = 8.0
"""Logits to show at least when nothing fails."""

LAST_EDGE = 1e4
"""Edges farther out are not those of exp and log, the last of which is float64's at -745, but of weights
so large that the loss overflows; showing them would hide the others."""

FOOTROOM = 0.03
"""Room below the lowest value, as a share of the view, so that a curve at 0 is not taken for the axis."""

HIGHEST = 1e30
"""Plots end here: pyqtgraph's transforms overflow near the float maximum (its issue 1057)."""

FARTHEST = 4.0
"""Samples beyond this many times the failing edges do not widen the picture; they are pinned to its
edge instead, so that one logit of 1e38 does not squeeze everything else to a line."""


@dataclass(frozen=True, slots=True)
class LogitSpan:
    """The visible stretch of the logit axis and its place in pixels.

    Every part of the picture (plots, rails, strips) maps logits by the same span, and so they align.

    Attributes
    ----------
    low, high : float
        First and last visible logit.
    left, width : float
        In logical pixels of the panel.
    """

    low: float
    high: float
    left: float
    width: float

    def to_pixel(self, logit: float) -> float:
        """The place of a logit, pinned to the edges where it is not visible."""
        if not self.low < logit:
            return self.left
        if not logit < self.high:
            return self.left + self.width
        return self.left + (logit - self.low) / (self.high - self.low) * self.width

    def to_logit(self, pixel: float) -> float:
        """The logit at a place, rounded to the fewest decimals that tell pixels apart."""
        share = min(max((pixel - self.left) / self.width, 0.0), 1.0)
        logit = self.low + share * (self.high - self.low)
        per_pixel = (self.high - self.low) / self.width
        decimals = max(0, -math.floor(math.log10(per_pixel))) if per_pixel > 0 else 0
        return round(logit, decimals) if decimals < 15 else logit


def whole_range(bands: Iterable[Band], samples: NDArray[np.float64], fmt: Format) -> tuple[float, float]:
    """The stretch of logits that tells the whole story: all failing edges and the samples near them.

    Parameters
    ----------
    bands : iterable of Band
        Of every lane and formula.
    samples : float64 array
        The table's logits; those that are not finite or far off are passed over.
    fmt : Format

    Returns
    -------
    tuple of float
        Rounded outwards to even numbers, so that the picture stands still while a logit is edited.
    """
    last = min(fmt.max, LAST_EDGE)
    edges = [edge for band in bands for edge in (band.start, band.stop) if abs(edge) < last]
    low, high = min(edges, default=0.0), max(edges, default=0.0)
    low, high = min(low, -NARROWEST), max(high, NARROWEST)
    reach = FARTHEST * max(-low, high)
    near = samples[np.abs(samples) <= reach]
    if near.size:
        low, high = min(low, float(near.min())), max(high, float(near.max()))
    room = MARGIN * (high - low)
    step = _even_step((high - low) / 10.0)
    return math.floor((low - room) / step) * step, math.ceil((high + room) / step) * step


def _even_step(rough: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is no larger."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (5.0, 2.0, 1.0) if factor * power <= rough * (1 + 1e-12))


def value_range(values: Iterable[NDArray[np.float64]], headroom: float = FOOTROOM) -> tuple[float, float]:
    """The stretch of a value axis that shows all finite values and 0.

    Parameters
    ----------
    values : iterable of float64 array
    headroom : float
        Room to leave above them, as a share of the stretch.
    """
    low, high = 0.0, 0.0
    for each in values:
        finite = each[np.isfinite(each)]
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    low, high = max(low, -HIGHEST), min(high, HIGHEST)
    if high - low < 1e-300:
        high = low + 1.0
    height = (high - low) / (1.0 - headroom - FOOTROOM)
    return low - FOOTROOM * height, high + headroom * height
