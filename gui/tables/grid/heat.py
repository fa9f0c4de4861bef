"""The logits as a heat map: a background that grows with the number, and stands inf and nan."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor

LEVELS = 12
"""Steps of colour on each side of 0: more would not be told apart behind numbers."""

PERCENTILE = 98.0
"""The share of sizes that the colours are spread over: one logit of 1e38 does not bleach the rest."""

SAMPLES = 10_000
"""So many logits give the percentile; its error is then below a step of colour."""

STRONGEST = 120
"""Alpha, out of 255, of the last step: the number in front keeps a contrast of 4.5:1."""

NEGATIVE, POSITIVE = ("#0b6f7a", "#5fd0dc"), ("#b04a86", "#e394c0")
"""Teal and pink, light and dark theme: told apart in every kind of colour blindness."""

UNKNOWN = ("#8a8f96", "#8a8f96")


def heat_limit(values: ArrayLike) -> float:
    """The size at which the colour is full: a percentile of the finite sizes, 1 where none is above 0."""
    flat = np.asarray(values, dtype=np.float64).ravel()
    flat = flat[:: max(1, flat.size // SAMPLES)]
    sizes = np.abs(flat[np.isfinite(flat)])
    limit = float(np.percentile(sizes, PERCENTILE, method="higher")) if sizes.size else 0.0
    return limit or 1.0


def heat_level(value: float, limit: float) -> int | None:
    """The step of colour, from -LEVELS to LEVELS; None for nan."""
    if math.isnan(value):
        return None
    share = math.copysign(1.0, value) if math.isinf(value) else max(-1.0, min(1.0, value / limit))
    return round(share * LEVELS)


class HeatMap:
    """Brushes for the logits of one table."""

    def __init__(self, values: ArrayLike, dark: bool) -> None:
        self.limit = heat_limit(values)
        self._dark = dark
        self._brushes: dict[tuple[int | None, bool], QBrush] = {}

    def brush(self, value: float) -> QBrush:
        """The background of a logit: inf is hatched in the fullest colour, nan in grey."""
        key = (heat_level(value, self.limit), math.isfinite(value))
        if key not in self._brushes:
            self._brushes[key] = self._mix(*key)
        return self._brushes[key]

    def _mix(self, level: int | None, finite: bool) -> QBrush:
        if level is None:
            colour, pattern = QColor(UNKNOWN[self._dark]), Qt.BrushStyle.DiagCrossPattern
        else:
            colour = QColor((NEGATIVE if level < 0 else POSITIVE)[self._dark])
            pattern = Qt.BrushStyle.SolidPattern if finite else Qt.BrushStyle.BDiagPattern
        colour.setAlpha(STRONGEST * abs(level) // LEVELS if finite and level is not None else STRONGEST)
        return QBrush(colour, pattern)
