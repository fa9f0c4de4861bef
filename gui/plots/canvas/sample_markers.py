"""Where and how the selected row is marked in a plot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gui.plots.canvas.marker_item import Marker
from gui.plots.content.marks import Sample
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.scales.plot_view import View

APART = 3.0
"""Pixels between a formula's marker and the true one from which on both are drawn."""


def markers_of(selected: Sequence[Sample], view: View, theme: PlotTheme) -> list[Marker]:
    """One marker for the true value and for each formula's that stands apart from it."""
    placed = [(sample, view.scale.place(sample.value)) for sample in selected]
    return [
        _marker(sample, place, view, theme)
        for sample, place in placed
        if np.isfinite(place) and (sample.exact or _stands_apart(place, placed, view))
    ]


def _stands_apart(place: float, samples: Sequence[tuple[Sample, float]], view: View) -> bool:
    """Whether a formula's marker would not just cover the true value's."""
    truths = [other for sample, other in samples if sample.exact]
    return not any(abs(view.y(place) - view.y(truth)) < APART for truth in truths)


def _marker(sample: Sample, place: float, view: View, theme: PlotTheme) -> Marker:
    """A marker; where the sample is out of view, an arrow at the edge that points to it."""
    symbol, span = sample.style.marker, view.span
    x = span.scale.place(sample.logit)
    if place > view.top or place < view.bottom:
        symbol = "t1" if place > view.top else "t"
    if x < span.start or x > span.stop:
        symbol = "t3" if x < span.start else "t2"
    return Marker(
        x=min(max(x, span.start), span.stop),
        y=min(max(place, view.bottom), view.top),
        symbol=symbol,
        size=13.0 if sample.exact else 10.0,
        fill=theme.background if sample.exact else sample.style.colour,
        line=theme.text if sample.exact else theme.background,
    )
