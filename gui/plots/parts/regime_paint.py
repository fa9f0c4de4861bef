"""Painting a regime: the one way that areas, lanes and chips of it look."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from gui.plots.parts.plot_theme import PlotTheme, blend
from gui.services.colours import AnyRegime, regime_colour, regime_hatch


def fill_regime(
    painter: QPainter, regime: AnyRegime, area: QRectF, theme: PlotTheme, *, tint: float, hatch: float
) -> None:
    """Fill an area with a regime's tint and hatch.

    Parameters
    ----------
    painter, regime, area, theme
    tint, hatch : float
        Share of the background in each, 0 for the full colour.
    """
    painter.fillRect(area, regime_tint(regime, theme, tint))
    pattern = regime_hatch(regime)
    if pattern is not Qt.BrushStyle.SolidPattern:
        painter.fillRect(area, QBrush(regime_tint(regime, theme, hatch), pattern))


def regime_tint(regime: AnyRegime, theme: PlotTheme, share: float) -> QColor:
    """A regime's colour with this share of the background."""
    return blend(regime_colour(regime, theme.dark), theme.background, share)
