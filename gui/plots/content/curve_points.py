"""From computed values to points that can be drawn: what is not finite is named, not dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Rail = Literal["nan", "inf", "-inf", "zero"]
"""The last is for what has no place on a logarithmic axis: 0 and below."""

BEYOND = 3.0
"""Heights of the view beyond which a curve is held: far enough that the part in view keeps its slope
to a pixel, near enough that Qt neither overflows nor dashes a line of 1e300 pixels."""


class Run(NamedTuple):
    """A stretch of logits over which a value is on a `Rail`."""

    rail: Rail
    start: float
    stop: float


def drawable(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Values held within a few heights of the view `low..high`.

    Infinities become points far outside, so that a curve is seen to leave for its rail; nan stays nan,
    which is a gap.
    """
    room = BEYOND * (high - low)
    return np.clip(values, low - room, high + room)


def as_floats(values: NDArray[Any]) -> NDArray[np.float64]:
    """Values of any of the four formats as float64."""
    return np.asarray(values).astype(np.float64)


def on_rail(values: NDArray[np.float64], rail: Rail) -> NDArray[np.bool_]:
    """Which values belong to a rail."""
    if rail == "nan":
        return np.isnan(values)
    if rail == "zero":
        return np.isfinite(values) & (values <= 0.0)
    return np.isposinf(values) if rail == "inf" else np.isneginf(values)


NOT_FINITE: tuple[Rail, ...] = ("nan", "inf", "-inf")
"""What has no place on any axis."""


def runs(
    logits: NDArray[np.float64], values: NDArray[np.float64], rails: Sequence[Rail] = NOT_FINITE
) -> tuple[Run, ...]:
    """Every stretch of consecutive logits with a value that belongs on one of these rails."""
    if "zero" not in rails and np.isfinite(values).all():
        return ()
    found: list[Run] = []
    for rail in rails:
        inside = np.concatenate(([False], on_rail(values, rail), [False]))
        turns = np.flatnonzero(inside[1:] != inside[:-1])
        found.extend(
            Run(rail, float(logits[first]), float(logits[after - 1])) for first, after in turns.reshape(-1, 2)
        )
    return tuple(found)


def stepped(
    places: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each float's value as a level stretch up to half way to its neighbours, with upright jumps."""
    if len(places) < 2:
        return places, values
    between = places[1:] / 2.0 + places[:-1] / 2.0
    first, last = places[0] + (places[0] - between[0]), places[-1] + (places[-1] - between[-1])
    bounds = np.concatenate(([first], between, [last]))
    return np.repeat(bounds, 2)[1:-1], np.repeat(values, 2)
