"""From a selected row to everything that the plots draw of it, as values without widgets."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from engine import (
    FORMATS,
    Band,
    Catalogue,
    Column,
    Evaluation,
    Format,
    Formula,
    MulticlassProblem,
    Problem,
    Regime,
    Role,
    Side,
    Spacing,
    Sweep,
    evaluate,
    next_float,
    regime_bands,
    sweep,
)
from gui.plots.band_finder import LaneBands
from gui.plots.curve_points import Rail, as_floats, on_rail, runs
from gui.plots.lanes import Lane
from gui.plots.logit_scale import floats_between
from gui.plots.logit_span import LogitSpan, whole_range
from gui.plots.marks import Curve, LaneLabel, RailDot, RailLine, Reading, Sample, Strip
from gui.plots.quantities import Measure, PlotKind, is_drawn, swept_values, table_values
from gui.plots.words import value_text
from gui.services.colours import formula_style

REMEMBERED_RAILS = 12
"""Plots' rails: two questions a plot, of what was shown last and before."""

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
    bands : tuple of LaneBands
        One a lane, of all formulas.
    """

    evaluation: Evaluation
    row: int
    moved: int | None
    lanes: tuple[Lane, ...]
    bands: tuple[LaneBands, ...]

    @property
    def problem(self) -> Problem:
        """The table's problem."""
        return self.evaluation.problem

    @property
    def formulas(self) -> Catalogue:
        """The formulas shown."""
        return tuple(column.formula for column in self.evaluation.columns)

    @property
    def own(self) -> int:
        """The index of the lane with the row's own target."""
        return next(index for index, lane in enumerate(self.lanes) if lane.own)

    @cached_property
    def logits(self) -> NDArray[np.float64]:
        """Every row's logit along the axis."""
        rounded = as_floats(self.problem.input)
        return rounded[:, self.moved or 0] if rounded.ndim == 2 else rounded

    @cached_property
    def _values(self) -> dict[tuple[str, PlotKind, Measure], NDArray[np.float64]]:
        return {}

    def values(self, column: Column, kind: PlotKind, measure: Measure) -> NDArray[np.float64]:
        """Every row's value of one kind by one formula."""
        key = (column.formula.key, kind, measure)
        if key not in self._values:
            self._values[key] = table_values(column, kind, measure, self.moved)
        return self._values[key]

    def drawn(self, kind: PlotKind) -> tuple[Column, ...]:
        """The columns that have a curve of this kind."""
        return tuple(column for column in self.evaluation.columns if is_drawn(column, kind))

    @cached_property
    def _rows_on(self) -> dict[tuple[Rail, str, PlotKind, Measure], NDArray[np.intp]]:
        return {}

    def rows_on(
        self, rail: Rail, kind: PlotKind, measure: Measure
    ) -> Iterator[tuple[Column, NDArray[np.intp]]]:
        """For each formula the rows whose value belongs on a rail."""
        for column in self.drawn(kind):
            key = (rail, column.formula.key, kind, measure)
            rows = self._rows_on.get(key)
            if rows is None:
                rows = np.flatnonzero(on_rail(self.values(column, kind, measure), rail))
                self._rows_on[key] = rows
            yield column, rows

    def whole(self) -> tuple[float, float]:
        """The stretch of logits to show at first."""
        bands = [band for lane in self.bands for band in lane.loss]
        loud = [band for band in bands if band.regime in LOUD]
        return whole_range(loud or bands, self.logits, self.problem.format)

    def bands_of(self, key: str, lane: int, kind: PlotKind = PlotKind.LOSS) -> tuple[Band, ...]:
        """One formula's bands in one lane: of its loss, or of its gradient on the gradient plot."""
        bands = self.bands[lane]
        chosen = bands.gradient if kind is PlotKind.GRADIENT else bands.loss
        return tuple(band for band in chosen if band.formula == key)

    @cached_property
    def settled(self) -> bool:
        """Whether all bands are those of the lanes, and none is of the problem before an edit."""
        return all(bands.line == lane.line for lane, bands in zip(self.lanes, self.bands, strict=True))


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


@lru_cache(maxsize=REMEMBERED_RAILS)
def rail_lines(
    curves: tuple[Curve, ...], formulas: Catalogue, rails: tuple[Rail, ...]
) -> tuple[RailLine, ...]:
    """Where the curves belong on rails; remembered, since most edits leave the curves as they are."""
    slots = {formula.key: slot for slot, formula in enumerate(formulas)}
    return tuple(
        RailLine(run, slots[curve.key[1]], curve.style, curve.own)
        for curve in sorted(curves, key=lambda curve: curve.own)
        for run in runs(curve.logits, curve.values, rails)
    )


def rail_dots(
    subject: Subject, kind: PlotKind, measure: Measure, rails: Sequence[Rail], dark: bool
) -> tuple[RailDot, ...]:
    """The rows of the table whose value by some formula belongs on a rail."""
    logits = subject.logits
    slots = {formula.key: slot for slot, formula in enumerate(subject.formulas)}
    dots: list[RailDot] = []
    for rail in rails:
        for column, rows in subject.rows_on(rail, kind, measure):
            style, slot = formula_style(column.formula, dark), slots[column.formula.key]
            dots.extend(
                RailDot(rail, float(logits[row]), slot, style, bool(row == subject.row))
                for row in rows[:MOST_DOTS]
            )
    return tuple(dots)


MOST_DOTS = 500
"""Dots to draw on one rail for one formula; more could not be told apart, and the count stands there."""


def selected_samples(subject: Subject, kind: PlotKind, measure: Measure, dark: bool) -> tuple[Sample, ...]:
    """The selected row by every formula, the exact value last and so on top."""
    logit = float(subject.logits[subject.row])
    samples = [
        Sample(
            logit=logit,
            value=float(subject.values(column, kind, measure)[subject.row]),
            style=formula_style(column.formula, dark),
            exact=column.formula.role is Role.EXACT,
        )
        for column in subject.drawn(kind)
    ]
    return tuple(sorted(samples, key=lambda sample: not sample.exact))


MOST_SAMPLES = 2000
"""Other rows to mark; thinned evenly beyond, since the markers of more would only form a smear."""


def other_samples(
    subject: Subject, kind: PlotKind, measure: Measure, shaded: str | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The other rows' logits and values: the true ones, or the shaded formula's errors."""
    keep = np.arange(subject.problem.rows)
    keep = keep[keep != subject.row]
    keep = keep[:: max(1, -(-len(keep) // MOST_SAMPLES))]
    column = subject.evaluation.exact
    if kind is PlotKind.ERROR and shaded is not None:
        column = subject.evaluation.column(shaded)
    return subject.logits[keep], subject.values(column, kind, measure)[keep]


def strips_of(subject: Subject, dark: bool) -> tuple[Strip, ...]:
    """The heat strip: the exact form's line first, then each formula with its lanes."""
    strips = [
        Strip(
            key=formula.key,
            title=formula.title,
            style=formula_style(formula, dark),
            exact=formula.role is Role.EXACT,
            bands=()
            if formula.role is Role.EXACT
            else tuple(subject.bands_of(formula.key, lane) for lane in range(len(subject.lanes))),
            format=subject.problem.format,
        )
        for formula in subject.formulas
    ]
    return tuple(sorted(strips, key=lambda strip: not strip.exact))


def format_strips_of(subject: Subject, key: str, dark: bool) -> tuple[Strip, ...]:
    """A formula's line, then its lanes in each format, the coarsest first."""
    formula = subject.evaluation.column(key).formula
    style = formula_style(formula, dark)
    title = Strip(key, formula.title, style, exact=False, bands=(), format=subject.problem.format)
    return title, *(
        Strip(fmt.name, fmt.name, style, exact=False, bands=_bands_in(fmt, subject, formula), format=fmt)
        for fmt in FORMATS
    )


def _bands_in(fmt: Format, subject: Subject, formula: Formula) -> tuple[tuple[Band, ...], ...]:
    return tuple(
        regime_bands(lane.problem.replace(format=fmt), 0, lane.moved, formulas=(formula,))
        for lane in subject.lanes
    )


def edges_of(subject: Subject, key: str | None) -> tuple[tuple[Band, Side], ...]:
    """The edges at which a formula's loss turns, in the row's own lane, from the left."""
    if key is None or not subject.lanes:
        return ()
    bands, last = subject.bands_of(key, subject.own), subject.problem.format.max
    found: list[tuple[Band, Side]] = []
    for band in bands:
        found += [(band, "start")] if band.start > -last else []
        found += [(band, "stop")] if band.stop < last else []
    return tuple(found)


def edge_logits(subject: Subject, key: str | None) -> tuple[float, ...]:
    """Where those edges are, the loudest failure's first."""
    ranked = sorted(edges_of(subject, key), key=lambda edge: -int(edge[0].regime))
    return tuple(dict.fromkeys(band.start if side == "start" else band.stop for band, side in ranked))


def format_readings(subject: Subject, key: str, logit: float | None) -> dict[str, Reading]:
    """One formula's value in each format, for the selected row or with its logit moved."""
    formula = subject.evaluation.column(key).formula
    at = float(subject.logits[subject.row]) if logit is None else logit
    single = _moved_to(subject.lanes[subject.own], at)
    found: dict[str, Reading] = {}
    for fmt in FORMATS:
        column = evaluate(single.replace(format=fmt), formulas=(formula,)).columns[0]
        found[fmt.name] = _reading(column, 0)
    return found


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
