"""Axes whose numbers can be read at every zoom: a point in every locale, no prefixes, enough digits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QFontMetricsF, QPainter

from engine import ulp
from engine.data import MINUS
from gui.plots.parts.painting import never_raising
from gui.plots.parts.words import float_text, value_text
from gui.plots.scales.logit_scale import LINEAR, LogitScale
from gui.plots.scales.logit_ticks import counts_floats, float_ticks, ordinal_ticks
from gui.plots.scales.value_scale import ValueScale

OVERHANG = 10
"""Pixels by which the first and the last number may stand out beyond the axis."""

UPRIGHT_OVERHANG = 4
"""The same above and below, where the rails are."""

NUMBER_HEIGHT = 20.0
"""Pixels between numbers on an upright axis."""

NAME_SLACK = 4.0
"""Pixels by which a turned name may come out longer than its upright letters."""

Levels = list[tuple[float, list[float]]]


class NumberAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph is untyped
    """An axis with plain numbers as ticks."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)
        overhang = OVERHANG if orientation == "bottom" else UPRIGHT_OVERHANG
        self.setStyle(tickLength=4, autoExpandTextSpace=False, hideOverlappingLabels=overhang)

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

    @never_raising
    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        """Draw the kept picture of the axis, or make it."""
        super().paint(painter, option, widget)

    def set_name(self, text: str) -> None:
        """Name the axis; another name lays the whole plot out again, the same does not."""
        if self.labelText != text:
            self.setLabel(text)
            self.resizeEvent()  # which is what puts the label into the middle

    def redraw(self) -> None:
        """Make the ticks anew."""
        self.picture = None
        self.update()

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [tick_text(value * scale, spacing * scale) for value in values]


class LogitAxis(NumberAxis):
    """The logit axis: linear, by floats, or counting single floats from an origin."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self._scale = LINEAR
        self._edges: tuple[float, ...] = ()
        self._texts: dict[float, str] = {}

    def set_scale(self, scale: LogitScale) -> None:
        """Number the places of this scale."""
        if scale != self._scale:
            self._scale = scale
            self.redraw()

    def set_edges(self, edges: tuple[float, ...]) -> None:
        """Logits that an ordinal axis numbers before others."""
        if edges != self._edges:
            self._edges = edges
            if self._scale.spacing == "ordinal":
                self.redraw()

    def offset_text(self, start: float, stop: float, width: float) -> str:
        """What the numbers are counted from; empty where they are logits."""
        scale = self._scale
        origin = float_text(scale.origin, scale.format)
        if self._counts(start, stop, width):
            step = float(ulp(scale.format.round(scale.origin)))
            return f"= {origin} + n floats of {value_text(step)}"
        return f"= {origin} + \N{INCREMENT}" if scale.origin and scale.spacing == "linear" else ""

    def _counts(self, start: float, stop: float, width: float) -> bool:
        return start <= 0.0 <= stop and counts_floats(self._scale, start, stop, width)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Levels:  # noqa: N803  # Qt's names
        low, high = sorted((minVal, maxVal))
        scale = self._scale
        if self._counts(low, high, size):
            ticks = [(place, _signed(count)) for place, count in float_ticks(scale, low, high, size)]
        elif scale.spacing == "ordinal":
            found = ordinal_ticks(scale, low, high, size, self._edges)
            ticks = [(place, logit_text(logit, scale)) for place, logit in found]
        else:
            self._texts = {}
            levels: Levels = super().tickValues(minVal, maxVal, size)
            return levels
        self._texts = dict(ticks)
        return [(1.0, list(self._texts))]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if self._texts:
            return [self._texts.get(value, "") for value in values]
        texts = super().tickStrings(values, scale, spacing)
        if self._scale.origin == 0.0:
            return texts
        return [text if text.startswith((MINUS, "0")) and text[:2] != "0." else f"+{text}" for text in texts]


class ValueAxis(NumberAxis):
    """An upright axis: linear, logarithmic, or logarithmic on both sides of 0."""

    _names: tuple[str, ...] = ("",)  # of the class, for pyqtgraph resizes while it builds

    def __init__(self) -> None:
        super().__init__("left")
        self._scale = ValueScale()

    def set_names(self, names: tuple[str, ...]) -> None:
        """Name the axis by the first of these for which it is high enough, or by the last."""
        if names != self._names:
            self._names = names
            self._choose_name()

    def _choose_name(self) -> None:
        metrics, room = QFontMetricsF(self.label.font()), self.size().height() - NAME_SLACK
        fitting = (name for name in self._names if metrics.horizontalAdvance(name) <= room)
        self.set_name(next(fitting, self._names[-1]))

    def resizeEvent(self, event: Any = None) -> None:
        """Choose among the names anew; not for `set_name`, which has no event."""
        super().resizeEvent(event)
        if event is not None and self.label is not None:
            self._choose_name()

    def set_scale(self, scale: ValueScale) -> None:
        """Number the places of this scale."""
        if scale != self._scale:
            self._scale = scale
            self.redraw()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Levels:  # noqa: N803  # Qt's names
        if self._scale.kind == "linear":
            levels: Levels = super().tickValues(minVal, maxVal, size)
            return levels
        low, high = sorted((minVal, maxVal))
        ticks = self._scale.ticks(low, high, int(size / NUMBER_HEIGHT))
        return [(1.0, [place for place, _ in level]) for level in ticks if level]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if self._scale.kind == "linear":
            return super().tickStrings(values, scale, spacing)
        return [power_text(self._scale.value(value)) for value in values]


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
        text = _short_exponent(f"{value:.{digits}e}")
    return text.replace("-", MINUS)


def power_text(value: float) -> str:
    """A tick of one significant digit: 0.01, 100, 1e6."""
    if value == 0.0:
        return "0"
    text = f"{value:.4g}" if 1e-3 <= abs(value) < 1e4 else _short_exponent(f"{value:.0e}")
    return text.replace("-", MINUS)


def logit_text(logit: float, scale: LogitScale) -> str:
    """An ordinal axis' number: four digits far out, all that name the float where it is zoomed."""
    if scale.origin != 0.0:
        return float_text(logit, scale.format)
    short = f"{logit:.6g}" if 1e-3 <= abs(logit) < 1e6 else _short_exponent(f"{logit:.3g}")
    return short.replace("-", MINUS) if logit else "0"


def _short_exponent(text: str) -> str:
    return text.replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")


def _signed(count: int) -> str:
    return "0" if count == 0 else f"+{count}" if count > 0 else f"{MINUS}{-count}"
