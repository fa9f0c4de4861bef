"""From a selected row to everything that the plots draw of it, as values without widgets."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine import (
    Band,
    Catalogue,
    Column,
    Evaluation,
    Formula,
    MulticlassProblem,
    Problem,
    Regime,
    Role,
    evaluate,
    regime_bands,
    sweep,
)
from gui.plots.curve_points import RAILS, as_floats, on_rail, runs
from gui.plots.lanes import Lane, lanes_of
from gui.plots.logit_span import whole_range
from gui.plots.marks import Curve, LaneLabel, RailDot, RailLine, Reading, Sample, Strip
from gui.plots.words import value_text
from gui.services.colours import formula_style

LOUD = frozenset({Regime.CLAMPED, Regime.INFINITE, Regime.NAN})
"""The failures whose edges the picture begins with; quieter ones reach far beyond them."""


@dataclass(frozen=True, eq=False)
class Subject:
    """What the plots are about: one row of an evaluation, the logit that moves, and its lanes.

    Attributes
    ----------
    evaluation : Evaluation
    row : int
    moved : int or None
        The class whose logit moves; None on the binary page.
    lanes : tuple of Lane
        Empty where the problem has no rows.
    bands : tuple of tuple of Band
        One a lane, of all formulas.
    """

    evaluation: Evaluation
    row: int
    moved: int | None
    lanes: tuple[Lane, ...]
    bands: tuple[tuple[Band, ...], ...]

    @classmethod
    def of(cls, evaluation: Evaluation, row: int, moved: int | None) -> Subject:
        """The subject for a selected place."""
        lanes = lanes_of(evaluation.problem, row, moved)
        formulas = tuple(column.formula for column in evaluation.columns)
        bands = tuple(regime_bands(lane.problem, 0, lane.moved, formulas=formulas) for lane in lanes)
        return cls(evaluation, row, moved, lanes, bands)

    @property
    def problem(self) -> Problem:
        """The table's problem."""
        return self.evaluation.problem

    @property
    def formulas(self) -> Catalogue:
        """The formulas shown."""
        return tuple(column.formula for column in self.evaluation.columns)

    @cached_property
    def logits(self) -> NDArray[np.float64]:
        """Every row's logit along the axis."""
        rounded = as_floats(self.problem.input)
        return rounded[:, self.moved or 0] if rounded.ndim == 2 else rounded

    @cached_property
    def off_axis(self) -> tuple[tuple[Column, NDArray[np.intp], NDArray[np.float64]], ...]:
        """For each formula the rows whose loss is not finite, and those losses."""
        found = []
        for column in self.evaluation.columns:
            rows = np.flatnonzero(~np.isfinite(column.loss))
            found.append((column, rows, as_floats(column.loss[rows])))
        return tuple(found)

    @property
    def own(self) -> int:
        """The index of the lane with the row's own target."""
        return next(index for index, lane in enumerate(self.lanes) if lane.own)

    def whole(self) -> tuple[float, float]:
        """The stretch of logits to show at first."""
        bands = [band for lane in self.bands for band in lane]
        loud = [band for band in bands if band.regime in LOUD]
        return whole_range(loud or bands, self.logits, self.problem.format)

    def bands_of(self, key: str, lane: int) -> tuple[Band, ...]:
        """One formula's bands in one lane."""
        return tuple(band for band in self.bands[lane] if band.formula == key)


class Sweeper:
    """Sweeps a subject's lanes, and only those that are not the ones it swept last.

    A row's curve does not depend on the logit that moves along it, so that dragging a sample sweeps
    nothing.
    """

    def __init__(self) -> None:
        self._last: dict[Hashable, tuple[Curve, ...]] = {}

    def curves(self, subject: Subject, low: float, high: float, points: int, dark: bool) -> tuple[Curve, ...]:
        """Every formula's curve in every lane over a stretch of logits."""
        keys = tuple(formula.key for formula in subject.formulas)
        swept: dict[Hashable, tuple[Curve, ...]] = {}
        for index, lane in enumerate(subject.lanes):
            request = (index, lane.line, lane.own, low, high, points, keys, dark)
            swept[request] = self._last.get(request) or _swept(subject, index, low, high, points, dark)
        self._last = swept
        return tuple(curve for curves in swept.values() for curve in curves)


def _swept(
    subject: Subject, index: int, low: float, high: float, points: int, dark: bool
) -> tuple[Curve, ...]:
    lane = subject.lanes[index]
    swept = sweep(lane.problem, 0, lane.moved, low=low, high=high, points=points, formulas=subject.formulas)
    return tuple(
        Curve(
            key=(index, column.formula.key),
            logits=swept.logits,
            values=as_floats(column.loss),
            style=formula_style(column.formula, dark),
            exact=column.formula.role is Role.EXACT,
            own=lane.own,
        )
        for column in swept.columns
    )


def rail_lines(curves: Sequence[Curve], formulas: Sequence[Formula]) -> tuple[RailLine, ...]:
    """Where the curves are nan or infinite."""
    slots = {formula.key: slot for slot, formula in enumerate(formulas)}
    return tuple(
        RailLine(run, slots[curve.key[1]], curve.style, curve.own)
        for curve in sorted(curves, key=lambda curve: curve.own)
        for run in runs(curve.logits, curve.values)
    )


def rail_dots(subject: Subject, dark: bool) -> tuple[RailDot, ...]:
    """The rows of the table whose loss by some formula is nan or infinite."""
    logits = subject.logits
    dots: list[RailDot] = []
    for slot, (column, rows, values) in enumerate(subject.off_axis):
        style = formula_style(column.formula, dark)
        for rail in RAILS:
            dots.extend(
                RailDot(rail, float(logits[row]), slot, style, bool(row == subject.row))
                for row in rows[on_rail(values, rail)][:MOST_DOTS]
            )
    return tuple(dots)


MOST_DOTS = 500
"""Dots to draw on one rail for one formula; more could not be told apart, and the count stands there."""


def selected_samples(subject: Subject, dark: bool) -> tuple[Sample, ...]:
    """The selected row by every formula, the exact value last and so on top."""
    logit = float(subject.logits[subject.row])
    samples = [
        Sample(
            logit=logit,
            value=float(column.loss[subject.row]),
            style=formula_style(column.formula, dark),
            exact=column.formula.role is Role.EXACT,
        )
        for column in subject.evaluation.columns
    ]
    return tuple(sorted(samples, key=lambda sample: not sample.exact))


MOST_SAMPLES = 2000
"""Other rows to mark; thinned evenly beyond, since the markers of more would only form a smear."""


def other_samples(subject: Subject) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The other rows' logits and true losses."""
    keep = np.arange(subject.problem.rows)
    keep = keep[keep != subject.row]
    keep = keep[:: max(1, -(-len(keep) // MOST_SAMPLES))]
    return subject.logits[keep], as_floats(subject.evaluation.exact.loss[keep])


def strips_of(subject: Subject, dark: bool) -> tuple[Strip, ...]:
    """The heat strip: the exact form's line first, then each formula with its lanes."""
    strips = [
        Strip(
            key=formula.key,
            title=formula.title,
            style=formula_style(formula, dark),
            exact=formula.role is Role.EXACT,
            bands=tuple(subject.bands_of(formula.key, lane) for lane in range(len(subject.lanes))),
        )
        for formula in subject.formulas
    ]
    return tuple(sorted(strips, key=lambda strip: not strip.exact))


def lane_labels(subject: Subject) -> tuple[LaneLabel, ...]:
    """The lanes' targets."""
    return tuple(LaneLabel(lane.label, lane.own) for lane in subject.lanes)


def readings_of(subject: Subject, logit: float | None) -> dict[str, Reading]:
    """Every formula's value for the selected row: as it is, or with its logit moved to `logit`."""
    if logit is None:
        return {c.formula.key: _reading(c, subject.row) for c in subject.evaluation.columns}
    moved = _moved_to(subject.lanes[subject.own], logit)
    return {c.formula.key: _reading(c, 0) for c in evaluate(moved, formulas=subject.formulas).columns}


def _moved_to(lane: Lane, logit: float) -> Problem:
    logits = lane.problem.logits.copy()
    if isinstance(lane.problem, MulticlassProblem):
        logits[0, lane.moved or 0] = logit
    else:
        logits[0] = logit
    return lane.problem.replace(logits=logits)


def _reading(column: Column, row: int) -> Reading:
    bits = float(column.error_bits[row])
    regime = Regime(int(column.regimes[row]))
    return Reading(
        value=value_text(float(column.loss[row])),
        regime=regime,
        bits=bits if regime is Regime.LOSING_DIGITS else None,
        refused=column.refusal is not None and bool(np.isnan(column.loss[row])),
    )
