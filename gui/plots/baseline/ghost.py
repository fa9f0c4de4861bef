"""The baseline's curves and sample, drawn faintly behind the present ones."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from engine import Sweep, sweep
from gui.plots.canvas.pixel_items import Canvas, PixelItem
from gui.plots.content.quantities import Measure, PlotKind, is_drawn, table_values
from gui.plots.content.subject import Subject
from gui.plots.parts.plot_theme import blend
from gui.plots.scales.logit_span import LogitSpan
from gui.plots.scales.plot_view import View
from gui.services.colours import formula_style

FADED = 0.62
"""Share of the background in a ghost: fainter than every present curve."""

RING = 7.0

PIXELS_A_POINT = 2.0
"""As the curves have."""


Floats = NDArray[np.float64]


class Ghost:
    """A baseline swept over what is in view, once for all plots."""

    def __init__(self) -> None:
        self.subject: Subject | None = None
        self._asked: Hashable = None
        self._sweep: Sweep | None = None

    def swept(self, span: LogitSpan) -> Sweep | None:
        """The baseline's own lane over the visible logits; None without one."""
        subject = self.subject
        if subject is None or not subject.lanes:
            return None
        asked = (id(subject), span)
        if asked != self._asked:
            lane = subject.lanes[subject.own]
            self._asked = asked
            self._sweep = sweep(
                lane.problem,
                0,
                lane.moved,
                low=span.low,
                high=span.high,
                points=max(2, round(span.width / PIXELS_A_POINT)),
                formulas=subject.formulas,
                spacing=span.scale.spacing,
            )
        return self._sweep


class GhostItem(PixelItem):
    """One plot's share of the ghost."""

    def __init__(self, plot: Canvas, kind: PlotKind, ghost: Ghost) -> None:
        super().__init__(plot, depth=-40.0)
        self._kind = kind
        self._ghost = ghost
        self._measure = Measure.BITS
        self.hide()

    def set_measure(self, measure: Measure) -> None:
        """Draw errors by this measure."""
        if measure is not self._measure:
            self._measure = measure
            self.update()

    def draw(self, painter: QPainter, view: View) -> None:
        swept = self._ghost.swept(view.span)
        if swept is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(self.boundingRect())
        theme = self.plot.theme
        for column in swept.columns:
            if is_drawn(column, self._kind):
                style = formula_style(column.formula, theme.dark)
                painter.setPen(QPen(blend(style.colour, theme.background, FADED), 1.0, style.dash))
                values = table_values(column, self._kind, self._measure, swept.moved)
                for line in _lines(_pixels(view, swept.logits, values)):
                    painter.drawPolyline(line)
        self._paint_sample(painter, view)

    def _paint_sample(self, painter: QPainter, view: View) -> None:
        """A ring where the baseline's selected row was, by its true value."""
        subject = self._ghost.subject
        if subject is None or self._kind is PlotKind.ERROR:
            return
        evaluation, row = subject.evaluation.of_row(subject.row)
        values = table_values(evaluation.exact, self._kind, self._measure, subject.moved)[row : row + 1]
        ((x, y),) = _pixels(view, np.array([subject.logit]), values)
        if np.isfinite(x) and np.isfinite(y):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.plot.theme.muted, 1.5, Qt.PenStyle.DotLine))
            painter.drawEllipse(QPointF(x, y), RING, RING)


def _pixels(view: View, logits: Floats, values: Floats) -> Floats:
    """Points in a plot's pixels; far outside the view they are held near it."""
    span, height = view.span, view.top - view.bottom
    length = span.stop - span.start
    across = np.clip(span.scale.places(logits), span.start - length, span.stop + length)
    x = (across - span.start) / length * span.width
    held = np.clip(view.scale.places(values), view.bottom - height, view.top + height)
    return np.stack((x, (view.top - held) / height * view.height), axis=-1)


def _lines(points: Floats) -> list[QPolygonF]:
    gaps = np.flatnonzero(np.isnan(points).any(axis=1))
    return [
        QPolygonF([QPointF(x, y) for x, y in part[~np.isnan(part).any(axis=1)].tolist()])
        for part in np.split(points, gaps)
        if len(part) > 1
    ]
