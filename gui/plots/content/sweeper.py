"""Every formula's curves over the visible logits, swept only where they are not known."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from engine import Format, Role, Spacing, Sweep, next_float, sweep
from gui.plots.content.lanes import Lane
from gui.plots.content.marks import Curve
from gui.plots.content.quantities import Measure, PlotKind, is_drawn, swept_values
from gui.plots.content.subject import Subject
from gui.plots.scales.logit_scale import floats_between
from gui.plots.scales.logit_span import LogitSpan
from gui.services.colours import formula_style

SweptLane = tuple[Hashable, Lane, Sweep]
"""What was asked, of which lane, and the answer."""


class Sweeper:
    """Sweeps a subject's lanes, and only those that are not the ones it swept last.

    A row's curve does not depend on the logit that moves along it, so that dragging a sample sweeps
    nothing and makes no curve anew.
    """

    def __init__(self) -> None:
        self._swept: dict[Hashable, SweptLane] = {}
        self._curves: dict[Hashable, tuple[Curve, ...]] = {}

    def sweep(self, subject: Subject, span: LogitSpan, points: int) -> None:
        """Sweep every lane over the visible logits."""
        ends = _swept_ends(span, subject.problem.format, points)
        keys = tuple(formula.key for formula in subject.formulas)
        swept: dict[Hashable, SweptLane] = {}
        for index, lane in enumerate(subject.lanes):
            bands = subject.bands[index]
            request = (index, lane.line, bands.line, lane.own, *ends, points, span.scale.spacing, keys)
            swept[request] = self._swept.get(request) or (
                (request, lane, _sweep_lane(subject, index, *ends, points, span.scale.spacing))
            )
        self._swept = swept

    def curves(self, kind: PlotKind, measure: Measure, dark: bool) -> tuple[Curve, ...]:
        """Every formula's curve of one kind in every lane, as last swept."""
        made: dict[Hashable, tuple[Curve, ...]] = {}
        wanted = measure if kind is PlotKind.ERROR else None
        for index, (request, lane, swept) in enumerate(self._swept.values()):
            key = (request, kind, wanted, dark)
            known = self._curves.get(key)
            made[key] = known if known is not None else _curves_of(index, lane, swept, kind, measure, dark)
        stale = [key for key in self._curves if isinstance(key, tuple) and key[1] is kind and key not in made]
        for key in stale:
            del self._curves[key]
        self._curves.update(made)
        return tuple(curve for curves in made.values() for curve in curves)


def _swept_ends(span: LogitSpan, fmt: Format, points: int) -> tuple[float, float]:
    """The visible logits, and where they are few floats one more at either end to draw half of."""
    if floats_between(span.low, span.high, fmt) > points:
        return span.low, span.high
    low, high = fmt.round(np.clip([span.low, span.high], -fmt.max, fmt.max))
    return float(next_float(low, -1)), float(next_float(high, 1))


def _sweep_lane(
    subject: Subject, index: int, low: float, high: float, points: int, spacing: Spacing
) -> Sweep:
    lane, bands = subject.lanes[index], subject.bands[index]
    return sweep(
        lane.problem,
        0,
        lane.moved,
        low=low,
        high=high,
        points=points,
        formulas=subject.formulas,
        spacing=spacing,
        bands=(*bands.loss, *bands.gradient),
    )


def _curves_of(
    index: int, lane: Lane, swept: Sweep, kind: PlotKind, measure: Measure, dark: bool
) -> tuple[Curve, ...]:
    if kind is PlotKind.ERROR and not lane.own:
        return ()  # errors run to and fro: those of a target that the row does not have would bury its own
    return tuple(
        Curve(
            key=(index, column.formula.key),
            logits=swept.logits,
            values=swept_values(swept, column, kind, measure),
            style=formula_style(column.formula, dark),
            exact=column.formula.role is Role.EXACT,
            own=lane.own,
        )
        for column in swept.columns
        if is_drawn(column, kind)
    )
