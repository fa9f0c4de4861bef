"""The baseline's curves and sample, drawn faintly behind the present ones."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from engine import Sweep, sweep
from gui.plots.canvas.logit_plot import LogitPlot
from gui.plots.canvas.overlay import Overlay
from gui.plots.content.quantities import Measure, PlotKind, is_drawn, swept_values, table_values
from gui.plots.content.subject import Subject
from gui.plots.parts.plot_theme import PlotTheme, blend
from gui.plots.scales.logit_span import LogitSpan
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


class GhostItem(Overlay):
    """One plot's share of the ghost."""

    def __init__(self, plot: LogitPlot, kind: PlotKind, ghost: Ghost, theme: PlotTheme) -> None:
        super().__init__(plot, theme, depth=-40.0)
        self._kind = kind
        self._ghost = ghost
        self._measure = Measure.BITS
        self.hide()

    def set_measure(self, measure: Measure) -> None:
        """Draw errors by this measure."""
        if measure is not self._measure:
            self._measure = measure
            self.update()

    def paint(self, painter: QPainter, *_: Any) -> None:
        swept = self._ghost.swept(self._plot.span)
        if swept is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(self.boundingRect())
        for column in swept.columns:
            if is_drawn(column, self._kind):
                style = formula_style(column.formula, self._theme.dark)
                colour = blend(style.colour, self._theme.background, FADED)
                painter.setPen(QPen(colour, 1.0, style.dash))
                values = swept_values(swept, column, self._kind, self._measure)
                for line in self._lines(swept.logits, values):
                    painter.drawPolyline(line)
        self._paint_sample(painter)

    def _pixels(self, logits: Floats, values: Floats) -> Floats:
        """Points in this item's pixels; far outside the view they are held near it."""
        view, span = self._plot.view, self._plot.span
        x = (span.scale.places(logits) - span.start) / (span.stop - span.start) * span.width
        height = view.top - view.bottom
        held = np.clip(view.scale.places(values), view.bottom - height, view.top + height)
        return np.stack((x, (view.top - held) / height * view.height), axis=-1)

    def _lines(self, logits: Floats, values: Floats) -> list[QPolygonF]:
        points = self._pixels(logits, values)
        gaps = np.flatnonzero(np.isnan(points).any(axis=1))
        parts = np.split(points, gaps)
        return [
            QPolygonF([QPointF(x, y) for x, y in part[~np.isnan(part).any(axis=1)].tolist()])
            for part in parts
            if len(part) > 1
        ]

    def _paint_sample(self, painter: QPainter) -> None:
        subject = self._ghost.subject
        assert subject is not None
        columns = [subject.evaluation.exact] if self._kind is not PlotKind.ERROR else []
        for column in columns:
            values = table_values(column, self._kind, self._measure, subject.moved)
            logit = subject.logits[subject.row : subject.row + 1]
            ((x, y),) = self._pixels(logit, values[subject.row : subject.row + 1])
            if np.isfinite(x) and np.isfinite(y):
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(self._theme.muted, 1.5, Qt.PenStyle.DotLine))
                painter.drawEllipse(QPointF(x, y), RING, RING)
