"""The curves of one plot and how they look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from gui.plots.canvas.curve_item import CurveItem
from gui.plots.content.curve_points import drawable, stepped
from gui.plots.content.marks import Curve
from gui.plots.parts.plot_theme import PlotTheme, blend
from gui.plots.scales.plot_view import View

FADED = 0.5
"""Share of the background in the curves of a target that the selected row does not have."""

STROKE_ROOM = 0.1
"""Share of the view's height that is more than half of any stroke."""

ROAD = 6.0
"""Width of the exact curve: formulas run on it while they are right and leave it where they are wrong."""


class CurveLayer:
    """Draws curves in a view box; keeps their items from one content to the next."""

    def __init__(self, box: pg.ViewBox) -> None:
        self._box = box
        self.items: dict[tuple[int, str], CurveItem] = {}
        self.curves: dict[tuple[int, str], Curve] = {}
        self._held: tuple[object, ...] = ()
        self._theme: PlotTheme | None = None

    def show(self, curves: Sequence[Curve], view: View, theme: PlotTheme) -> None:
        """Draw these and no others; items are kept from one call to the next."""
        wanted = {curve.key: curve for curve in curves}
        for key in [key for key in self.items if key not in wanted]:
            self._box.removeItem(self.items.pop(key))
        # Places depend on the scales, and how far off a curve is clipped on the visible values.
        held = (view.bottom, view.top, view.scale, view.span.scale)
        moved, self._held = held != self._held, held
        dyed, self._theme = theme != self._theme, theme
        pad = STROKE_ROOM * (view.top - view.bottom)
        for key, curve in wanted.items():
            item = self.items.get(key)
            before = self.curves.get(key)
            if item is None:
                item = self.items[key] = CurveItem(bold=curve.own and not curve.exact and not curve.thin)
                self._box.addItem(item, ignoreBounds=True)
            if dyed or before is None or (before.own, before.style) != (curve.own, curve.style):
                _dress(item, curve, theme.background)
            if curve is not before or moved:
                item.show_points(*_points(curve, view), pad)
        self.curves = wanted


def _dress(item: CurveItem, curve: Curve, background: QColor) -> None:
    if curve.exact:
        share = 0.45 if curve.own else 0.8
        item.draw_as(blend(curve.style.colour, background, share), Qt.PenStyle.SolidLine, ROAD)
        item.setZValue(-20 if curve.own else -30)
        return
    item.bold = curve.own and not curve.thin
    colour = curve.style.colour if curve.own else blend(curve.style.colour, background, FADED)
    item.draw_as(colour, curve.style.dash)
    item.setZValue(0 if curve.own else -10)


def _points(curve: Curve, view: View) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where a curve goes on the scales of a view."""
    places = view.span.scale.places(curve.logits)
    values = drawable(view.scale.places(curve.values), view.bottom, view.top)
    return stepped(places, values) if view.span.steps else (places, values)
