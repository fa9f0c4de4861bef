"""What the histogram draws of a scan, as values: bars, ends, the axis, and where formulas fail below it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import Band, Format, Regime
from engine.scan import LOGIT_BINS, LOGIT_STEP
from engine.scan.shown import binary_strips
from gui.scan.found import Found
from gui.scan.words import names_of

NEAR = 20.0
"""Logits from which to which the axis goes at least."""

FOOT = 0.3
"""Decades below one row at which bars begin, so that one row is seen beside none."""


@dataclass(frozen=True, eq=False)
class Shape:
    """One histogram.

    Attributes
    ----------
    counts : int64 array, shape (2, bins)
        Of the bins inside the axis, by target.
    first : float
        The logit at which the first one begins.
    low, high : float
        The ends of the axis.
    further : tuple of int
        Finite rows left and right of the axis.
    nan, infinite : int
        Logits without a place on it.
    top : float
        Decades up to the highest bar, and some room.
    """

    counts: NDArray[np.int64]
    first: float
    low: float
    high: float
    further: tuple[int, int]
    nan: int
    infinite: int
    top: float

    def height(self, count: float) -> float:
        """Which share of the height a bar of so many rows has."""
        return (math.log10(count) + FOOT) / (self.top + FOOT) if count > 0 else 0.0

    def at(self, logit: float) -> tuple[float, int, int] | None:
        """The bin that holds a logit: where it begins, and its rows by target."""
        place = math.floor((logit - self.first) / LOGIT_STEP)
        if not 0 <= place < self.counts.shape[1]:
            return None
        return self.first + place * LOGIT_STEP, int(self.counts[0, place]), int(self.counts[1, place])


def shape_of(found: Found) -> Shape:
    """The histogram of what is known."""
    logits = found.summary.logits
    inner = logits[:, 1:-1]
    occupied = np.flatnonzero(inner.sum(axis=0)) + 1
    near = int(NEAR / LOGIT_STEP)
    start, stop = LOGIT_BINS - near, LOGIT_BINS + near
    if occupied.size:
        start, stop = min(start, int(occupied[0])), max(stop, int(occupied[-1]) + 1)
    counts = logits[:, start:stop]
    most = int(counts.max(initial=0))
    named = found.summary.named

    def rows(name: str) -> int:
        return named[name].count if name in named else 0

    # A pixel of room on either side of the outermost bars.
    low, high = (start - LOGIT_BINS) * LOGIT_STEP, (stop - LOGIT_BINS) * LOGIT_STEP
    return Shape(
        counts,
        low,
        low,
        high,
        (int(logits[:, :start].sum()), int(logits[:, stop:].sum())),
        rows("nan_logit"),
        rows("inf_logit"),
        max(1.0, math.log10(max(most, 1)) + FOOT),
    )


@dataclass(frozen=True, slots=True)
class Lane:
    """One target's failures of a formula in a format; two beside one another have one title."""

    key: str
    format: Format
    title: str
    target: str
    bands: tuple[Band, ...]


def lanes_of(found: Found, formats: tuple[Format, ...], keys: tuple[str, ...]) -> tuple[Lane, ...]:
    """The strips, of binary targets alone: those of classes depend on all of a row's logits."""
    if found.options.family != "binary":
        return ()
    names = names_of(found.options.keys)
    return tuple(
        Lane(
            key,
            fmt,
            names[key] if len(formats) == 1 else fmt.name,
            f"y={target}",
            binary_strips(fmt)[key][target],
        )
        for fmt in formats
        for key in keys
        for target in (0, 1)
    )


def loud_edges(fmt: Format) -> tuple[tuple[float, bool], ...]:
    """From where on BCELoss is clamped, and whether that is to the left."""
    zero, one = binary_strips(fmt)["bce_sigmoid"]
    right = [band.start for band in zero if band.regime is Regime.CLAMPED]
    left = [band.stop for band in one if band.regime is Regime.CLAMPED]
    return ((max(left), True), (min(right), False))
