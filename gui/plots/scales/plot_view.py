"""What a plot shows, as a value: the one map from logits and values to its pixels."""

from __future__ import annotations

from typing import NamedTuple

from gui.plots.scales.logit_span import LogitSpan
from gui.plots.scales.value_scale import ValueScale


class View(NamedTuple):
    """The visible part of a plot: `bottom` and `top` are places on `scale`, `height` is in logical pixels."""

    span: LogitSpan
    scale: ValueScale
    bottom: float
    top: float
    height: float

    def x(self, logit: float) -> float:
        """Pixels from the plot's left edge, pinned to the view."""
        return self.span.to_pixel(logit) - self.span.left

    def y(self, place: float) -> float:
        """Pixels from the plot's top edge for a place on the value scale."""
        return (self.top - place) / (self.top - self.bottom) * self.height
