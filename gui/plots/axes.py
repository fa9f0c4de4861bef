"""Axes whose numbers can be read at every zoom: a point in every locale, no prefixes, enough digits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from gui.services.number_grammar import MINUS

OVERHANG = 10
"""Pixels by which the first and the last number may stand out beyond the axis."""


class NumberAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph is untyped
    """An axis with plain numbers as ticks."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)
        self.setStyle(tickLength=4, autoExpandTextSpace=False, hideOverlappingLabels=OVERHANG)

    def resizeEvent(self, event: Any = None) -> None:
        """Keep the label inside: pyqtgraph puts it a few pixels over the edge."""
        super().resizeEvent(event)
        if self.label is None:
            return
        size, label = self.size(), self.label.boundingRect()
        if self.orientation == "left":
            self.label.setPos(0.0, size.height() / 2 + label.width() / 2)
        else:
            self.label.setPos(size.width() / 2 - label.width() / 2, size.height() - label.height())

    def recolour(self, line: QColor, text: QColor) -> None:
        """Follow a theme."""
        self.setPen(pg.mkPen(line))
        self.setTextPen(pg.mkPen(text))

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [tick_text(value * scale, spacing * scale) for value in values]


def tick_text(value: float, spacing: float) -> str:
    """A tick's number with as many digits as tell it from its neighbours."""
    if abs(value) < spacing * 1e-6:
        return "0"
    largest = max(abs(value), spacing)
    if 1e-4 <= largest < 1e6:
        decimals = max(0, -int(np.floor(np.log10(spacing) + 1e-9)))
        text = f"{value:.{decimals}f}"
    else:
        digits = max(0, int(np.floor(np.log10(largest) + 1e-9) - np.floor(np.log10(spacing) + 1e-9)))
        text = f"{value:.{digits}e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    return text.replace("-", MINUS)


def axis_items() -> dict[str, Any]:
    """The two axes of a plot."""
    return {"left": NumberAxis("left"), "bottom": NumberAxis("bottom")}
