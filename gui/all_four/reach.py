"""How far along z the slider and the whole picture go: past every edge that matters in the format."""

from __future__ import annotations

from functools import lru_cache

from engine import Band, Format, Regime
from gui.plots.parts.joined import joined

LOUD = frozenset({Regime.CLAMPED, Regime.BEYOND, Regime.INFINITE, Regime.NAN})
"""The failures whose edges are in the picture; quieter ones reach far beyond them."""

REACHES = (40.0, 60.0, 80.0, 120.0, 160.0, 240.0, 400.0, 800.0, 1200.0)
LAST_EDGE = 1000.0
ROOM = 1.2

STEPS_A_LOGIT = 10
"""The slider's positions: a tenth of a logit each."""


@lru_cache(maxsize=32)
def reach_of(bands: tuple[Band, ...], form: Format) -> float:
    """The largest logit of the picture, whose smallest is its opposite."""
    last = min(form.max, LAST_EDGE)
    edges = [edge for band in joined(bands) if band.regime in LOUD for edge in (band.start, band.stop)]
    farthest = max((abs(edge) for edge in edges if abs(edge) < last), default=0.0)
    return next((reach for reach in REACHES if reach >= farthest * ROOM), REACHES[-1])


def position_of(z: float, reach: float) -> int:
    """The slider's position for a logit, at its end for what lies beyond; in the middle for nan."""
    if z != z:  # noqa: PLR0124  # nan
        return 0
    return round(min(max(z, -reach), reach) * STEPS_A_LOGIT)


def logit_at(position: int) -> float:
    """The logit of a position, with one decimal."""
    return position / STEPS_A_LOGIT
