"""What the plots are about: a row of an evaluation, the logit that moves, and its lanes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine import Band, Catalogue, Column, Evaluation, Format, Problem, Regime, Role, Side
from gui.plots.content.band_finder import LaneBands
from gui.plots.content.curve_points import Rail, as_floats, on_rail
from gui.plots.content.lanes import Lane
from gui.plots.content.quantities import Measure, PlotKind, is_drawn, table_values
from gui.plots.parts.joined import joined
from gui.plots.scales.logit_span import whole_range

LOUD = frozenset({Regime.CLAMPED, Regime.BEYOND, Regime.INFINITE, Regime.NAN})
"""The failures whose edges the picture begins with; quieter ones reach far beyond them."""


@dataclass(frozen=True, eq=False)
class Subject:
    """One row of an evaluation, the class whose logit moves (None: binary), and its lanes with their bands.

    A problem without rows has no lanes. `covered` are the keys of formulas of which nothing is told.
    """

    evaluation: Evaluation
    row: int
    moved: int | None
    lanes: tuple[Lane, ...]
    bands: tuple[LaneBands, ...]
    covered: frozenset[str] = frozenset()

    @cached_property
    def told(self) -> Subject:
        """The same as if there were no covered formulas."""
        if not self.covered:
            return self
        columns = tuple(each for each in self.evaluation.columns if each.formula.key not in self.covered)
        bands = tuple(_without(each, self.covered) for each in self.bands)
        evaluation = replace(self.evaluation, columns=columns)
        return replace(self, evaluation=evaluation, bands=bands, covered=frozenset())

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
        bands = joined(band for lane in self.bands for band in lane.loss)
        loud = [band for band in bands if band.regime in LOUD]
        return whole_range(loud or bands, self.logits, self.problem.format)

    def bands_of(self, key: str, lane: int, kind: PlotKind = PlotKind.LOSS) -> tuple[Band, ...]:
        """One formula's bands in one lane: of its loss, or of its gradient on the gradient plot."""
        bands = self.bands[lane]
        chosen = bands.gradient if kind is PlotKind.GRADIENT else bands.loss
        return tuple(band for band in chosen if band.formula == key)

    @property
    def first_shaded(self) -> str | None:
        """The textbook form: it is what log(sigmoid) and log(softmax) break."""
        ranked = sorted(self.formulas, key=lambda formula: formula.role is not Role.SCRATCH)
        return next((formula.key for formula in ranked if formula.role is not Role.EXACT), None)

    def edges_of(self, key: str | None) -> tuple[tuple[Band, Side], ...]:
        """The edges at which a formula's loss turns, in the row's own lane, from the left."""
        if key is None or not self.lanes:
            return ()
        bands = self.bands_of(key, self.own)
        return tuple((band, side) for band in bands for side in sides_of(band, self.problem.format))

    def edge_logits(self, key: str | None) -> tuple[float, ...]:
        """Where those edges are, the loudest failure's first."""
        ranked = sorted(self.edges_of(key), key=lambda edge: -int(edge[0].regime))
        return tuple(dict.fromkeys(edge_of(*edge) for edge in ranked))

    @cached_property
    def settled(self) -> bool:
        """Whether all bands are those of the lanes, and none is of the problem before an edit."""
        return all(bands.line == lane.line for lane, bands in zip(self.lanes, self.bands, strict=True))


def _without(found: LaneBands, covered: frozenset[str]) -> LaneBands:
    loss, gradient = (
        tuple(band for band in bands if band.formula not in covered) for bands in (found.loss, found.gradient)
    )
    return LaneBands(found.line, loss, gradient)


def sides_of(band: Band, fmt: Format) -> tuple[Side, ...]:
    """Which of a band's ends lie on the line of a format's floats, and not at its end."""
    start: tuple[Side, ...] = ("start",) if band.start > -fmt.max else ()
    return (*start, "stop") if band.stop < fmt.max else start


def edge_of(band: Band, side: Side) -> float:
    """The last float of a band on one of its sides."""
    return band.start if side == "start" else band.stop
