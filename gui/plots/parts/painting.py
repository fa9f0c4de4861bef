"""Painting that reports what goes wrong and goes on, and the one way that a regime looks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter

from gui.plots.parts.plot_theme import PlotTheme, blend
from gui.services.colours import AnyRegime, is_dense, is_filled, regime_colour, regime_fill, regime_hatch

P = ParamSpec("P")

PATTERN = 0.5
"""Share of the fill in a pattern's lines, which lie behind curves and words."""

HATCH_STEP = 8
"""Pixels from one line of Qt's hatches to the next."""


def never_raising(paint: Callable[P, None]) -> Callable[P, None]:
    """A `paint` that hands its exceptions to `sys.excepthook`.

    An exception that leaves an item's `paint` for Qt's graphics view ends the process: it crosses C++
    frames between two calls of a painter that is still open.
    """

    @wraps(paint)
    def painted(*arguments: P.args, **named: P.kwargs) -> None:
        try:
            paint(*arguments, **named)
        except Exception:  # noqa: BLE001  # whatever it is, it must not reach Qt
            sys.excepthook(*sys.exc_info())

    return painted


def draw_swatch(painter: QPainter, regime: AnyRegime, area: QRectF, theme: PlotTheme) -> None:
    """A piece of a regime's fill in its frame, as a key or a button shows it."""
    fill_regime(painter, regime, area, theme)
    painter.setPen(regime_colour(regime, theme.dark))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(area)


def fill_regime(painter: QPainter, regime: AnyRegime, area: QRectF, theme: PlotTheme) -> None:
    """Fill an area with a regime's colour and its pattern."""
    fill = regime_fill(regime, theme.dark)
    if is_filled(regime):
        painter.fillRect(area, fill)
    lines = blend(regime_colour(regime, theme.dark), fill, PATTERN)
    brush = QBrush(lines, regime_hatch(regime))
    painter.fillRect(area, brush)
    if is_dense(regime):
        origin = painter.brushOrigin()
        painter.setBrushOrigin(origin + QPoint(HATCH_STEP // 2, 0))
        painter.fillRect(area, brush)
        painter.setBrushOrigin(origin)
