"""Where a formula's loss turns."""

from __future__ import annotations

from engine import (
    Band,
    Side,
)
from gui.plots.content.subject import Subject


def edges_of(subject: Subject, key: str | None) -> tuple[tuple[Band, Side], ...]:
    """The edges at which a formula's loss turns, in the row's own lane, from the left."""
    if key is None or not subject.lanes:
        return ()
    bands, last = subject.bands_of(key, subject.own), subject.problem.format.max
    found: list[tuple[Band, Side]] = []
    for band in bands:
        found += [(band, "start")] if band.start > -last else []
        found += [(band, "stop")] if band.stop < last else []
    return tuple(found)


def edge_logits(subject: Subject, key: str | None) -> tuple[float, ...]:
    """Where those edges are, the loudest failure's first."""
    ranked = sorted(edges_of(subject, key), key=lambda edge: -int(edge[0].regime))
    return tuple(dict.fromkeys(band.start if side == "start" else band.stop for band, side in ranked))
