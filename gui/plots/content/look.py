"""How the picture looks: all that its contents share beside what they are about."""

from __future__ import annotations

from typing import NamedTuple

from engine import Spacing
from gui.plots.content.quantities import ERROR_SCALES, Measure, PlotKind
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.scales.value_scale import ValueScale


class Look(NamedTuple):
    """What the contents of all plots share.

    Attributes
    ----------
    shaded : str or None
        The formula whose failures are shaded, and by whose errors the error plot marks rows.
    strips : str
        What the heat strip compares: each "formula", or the shaded one in each "format".
    """

    measure: Measure
    loss_scale: ValueScale
    shaded: str | None
    theme: PlotTheme
    spacing: Spacing
    strips: str

    @property
    def dark(self) -> bool:
        """Whether formulas have their colours for a dark background."""
        return self.theme.dark

    def scale(self, kind: PlotKind) -> ValueScale:
        """A plot's value scale."""
        if kind is PlotKind.LOSS:
            return self.loss_scale
        return ERROR_SCALES[self.measure] if kind is PlotKind.ERROR else ValueScale()
