"""Where the logit axis has its numbers on other than an ordinary linear view."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from engine import from_ordinals, ordinals
from gui.plots.scales.logit_scale import LogitScale

FLOAT_ROOM = 14.0
"""Pixels a float must have for the floats themselves to be counted below the axis."""

NUMBER_ROOM = 74.0
"""Pixels between numbers on an ordinal axis."""


def counts_floats(scale: LogitScale, start: float, stop: float, width: float) -> bool:
    """Whether a view is so close that its ticks count single floats from the origin, if that is in view."""
    here = int(ordinals(scale.format.round(scale.logit(start))))
    there = int(ordinals(scale.format.round(scale.logit(stop))))
    return (there - here + 1) * FLOAT_ROOM < width


def float_ticks(scale: LogitScale, start: float, stop: float, width: float) -> list[tuple[float, int]]:
    """Places of single floats with their count from the origin, as many as have room for a number."""
    fmt = scale.format
    ends = fmt.round(np.array([scale.logit(start), scale.logit(stop)]))
    first, last = (int(number) for number in ordinals(ends))
    origin = int(ordinals(fmt.round(scale.origin)))
    stride = _even_stride((last - first + 1) * NUMBER_ROOM / 2.0 / width)
    counts = [n for n in range(first - origin, last - origin + 1) if n % stride == 0]
    floats = from_ordinals(np.array(counts, dtype=np.int64) + origin, fmt).astype(np.float64)
    places = scale.places(floats).tolist()
    return [(p, n) for p, n in zip(places, counts, strict=True) if start <= p <= stop]


def _even_stride(least: float) -> int:
    power = int(math.pow(10, math.floor(math.log10(max(least, 1.0)))))
    return next(f * power for f in (1, 2, 5, 10) if f * power >= least)


FINEST = 2.0**-50
"""Places nearer than this share of their distance from 0 are one number to the arithmetic here."""


def ordinal_ticks(
    scale: LogitScale, start: float, stop: float, width: float, edges: Iterable[float] = ()
) -> list[tuple[float, float]]:
    """Places and logits of numbers on an ordinal axis: edges first, then the roundest floats between.

    `start` and `stop` are visible places, `width` is in pixels, the most important of the edges is first.
    """
    room = NUMBER_ROOM / width * (stop - start)
    found = _spaced([], ((scale.place(edge), edge) for edge in edges), start, stop, room)
    zero, limit = scale.place(0.0), scale.limit
    if not room > max(abs(start - zero), abs(stop - zero)) * FINEST:
        return found
    cells = range(math.ceil((start - zero) / room), math.floor((stop - zero) / room) + 1)
    fitting: list[tuple[float, float]] = []
    for cell in cells:
        middle = zero + cell * room
        ends = (scale.logit(middle - room / 3.0), scale.logit(middle + room / 3.0))
        logit = roundest(*ends)
        if abs(middle - zero) <= limit:
            fitting.append((scale.place(logit), logit))
    # Short numbers before long ones: where two are too close the rounder one stays.
    fitting.sort(key=lambda tick: len(f"{tick[1]:.17g}"))
    return sorted(_spaced(found, fitting, start, stop, room))


def _spaced(
    found: list[tuple[float, float]],
    candidates: Iterable[tuple[float, float]],
    start: float,
    stop: float,
    room: float,
) -> list[tuple[float, float]]:
    for place, logit in candidates:
        if start <= place <= stop and all(abs(place - other) >= 0.9 * room for other, _ in found):
            found.append((place, logit))
    return found


def roundest(low: float, high: float) -> float:
    """The number from `low` to `high` with the fewest decimal digits."""
    low, high = sorted((low, high))
    if low <= 0.0 <= high:
        return 0.0
    if high < 0.0:
        return -roundest(-high, -low)
    for exponent in range(math.floor(math.log10(high)), math.floor(math.log10(high)) - 18, -1):
        digits = math.ceil(low / 10.0**exponent) if exponent >= -300 else math.inf
        value = float(f"{digits}e{exponent}") if math.isfinite(digits) else high
        if low <= value <= high:
            return value
    return high
