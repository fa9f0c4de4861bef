"""What the plots are about: a row of an evaluation, the logit that moves, and its lanes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine import Band, Catalogue, Column, Evaluation, Format, LargeEvaluation, Problem, Regime, Role, Side
from gui.plots.content.band_finder import LaneBands
from gui.plots.content.curve_points import Rail, as_floats, on_rail
from gui.plots.content.lanes import Lane
from gui.plots.content.marks import MOST_SAMPLES
from gui.plots.content.quantities import Measure, PlotKind, is_drawn, table_values
from gui.plots.parts.joined import joined
from gui.plots.scales.logit_span import whole_range

LOUD = frozenset({Regime.CLAMPED, Regime.BEYOND, Regime.INFINITE, Regime.NAN})
"""The failures whose edges the picture begins with; quieter ones reach far beyond them."""


MOST_LOGITS = 20_000
"""Of the marked rows of a large problem, whose errors and gradients are computed within a frame."""

RowsOf = tuple[tuple[Column, NDArray[np.intp]], ...]


@dataclass(frozen=True, slots=True)
class RowsOnRails:
    """The rows on each rail, and by formula those that are not finite: few, which every rail asks for."""

    on: dict[tuple[Rail, PlotKind, Measure], RowsOf] = field(default_factory=dict)
    odd: dict[tuple[str, PlotKind, Measure], NDArray[np.intp]] = field(default_factory=dict)


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

    def tells_of(self, evaluation: Evaluation, row: int, moved: int | None, covered: frozenset[str]) -> bool:
        """Whether this is what is to be shown, so that nothing is left to be drawn."""
        return self.evaluation is evaluation and (self.row, self.moved, self.covered) == (row, moved, covered)

    @property
    def told(self) -> Subject:
        """The same as if there were no covered formulas."""
        return self._told if self.covered else self  # not remembered: a cycle would keep the evaluation

    @cached_property
    def _told(self) -> Subject:
        columns = tuple(each for each in self.evaluation.columns if each.formula.key not in self.covered)
        bands = tuple(_without(each, self.covered) for each in self.bands)
        evaluation = replace(self.evaluation, columns=columns)
        told = replace(self, evaluation=evaluation, bands=bands, covered=frozenset())
        return told.with_what_is_known_by(self)

    def with_what_is_known_by(self, before: Subject | None) -> Subject:
        """The same subject, which need not look again for what another has found of the same rows."""
        if before is not None and before.moved == self.moved:
            of_rows = ("_rows_on",) if before.evaluation is self.evaluation else ()
            of_logits = ("logits",) if before.problem is self.problem else ()
            found = vars(before)
            vars(self).update({name: found[name] for name in (*of_rows, *of_logits) if name in found})
        return self

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
        given = self.problem.logits if self.moved is None else self.problem.logits[:, self.moved]
        logits = as_floats(self.problem.format.round(given))
        logits.setflags(write=False)
        return logits

    @cached_property
    def logit(self) -> float:
        """The selected row's."""
        given = self.problem.logits[self.row]
        return float(self.problem.format.round(given if self.moved is None else given[self.moved]))

    @cached_property
    def marked(self) -> NDArray[np.intp] | None:
        """The rows that are marked beside the selected one; None for all of them.

        Of a large problem, of whose rows but one number is kept, evenly spread ones.
        """
        if not self.evaluation.is_large:
            return None
        across = self.problem.logits.size // self.problem.rows
        most = max(1, min(MOST_SAMPLES, MOST_LOGITS // across))
        return np.arange(0, self.problem.rows, -(-self.problem.rows // most))

    def marked_values(self, key: str, kind: PlotKind, measure: Measure) -> NDArray[np.float64]:
        """The marked rows' values of one kind by one formula."""
        if self.marked is None:
            return self.values(self.evaluation.column(key), kind, measure)
        if kind is PlotKind.LOSS and self.evaluation.is_complete:
            return as_floats(self.evaluation.column(key).loss[self.marked])
        return table_values(self._of_marked.column(key), kind, measure, self.moved)

    @cached_property
    def _of_marked(self) -> Evaluation:
        assert isinstance(self.evaluation, LargeEvaluation)
        assert self.marked is not None
        return self.evaluation.of_rows(self.marked)

    @cached_property
    def _values(self) -> dict[tuple[str, PlotKind, Measure], NDArray[np.float64]]:
        return {}

    def values(self, column: Column, kind: PlotKind, measure: Measure) -> NDArray[np.float64]:
        """Every row's value of one kind by one formula."""
        key = (column.formula.key, kind, measure)
        if key not in self._values:
            self._values[key] = table_values(column, kind, measure, self.moved)
        return self._values[key]

    def own_values(self, kind: PlotKind, measure: Measure) -> Iterator[tuple[Column, float]]:
        """The selected row's value of one kind by each formula that has a curve of it."""
        if not self.evaluation.is_large:
            for column in self.drawn(kind):
                yield column, float(self.values(column, kind, measure)[self.row])
            return
        part, at = self.evaluation.of_row(self.row)
        for column in part.columns:
            if is_drawn(column, kind):
                yield column, float(table_values(column, kind, measure, self.moved)[at])

    def drawn(self, kind: PlotKind) -> tuple[Column, ...]:
        """The columns that have a curve of this kind."""
        return tuple(column for column in self.evaluation.columns if is_drawn(column, kind))

    @cached_property
    def _rows_on(self) -> RowsOnRails:
        return RowsOnRails()

    def rows_on(self, rail: Rail, kind: PlotKind, measure: Measure) -> RowsOf:
        """By formula the rows whose value belongs on a rail, if any; of a large problem by losses alone."""
        if self.evaluation.is_large and kind is not PlotKind.LOSS:
            return ()
        known, asked = self._rows_on.on, (rail, kind, measure)
        if asked not in known:
            found = ((each, self._found_on(rail, each, kind, measure)) for each in self.drawn(kind))
            known[asked] = tuple((column, rows) for column, rows in found if rows.size)
        return known[asked]

    def _found_on(self, rail: Rail, column: Column, kind: PlotKind, measure: Measure) -> NDArray[np.intp]:
        if rail == "zero":
            return np.flatnonzero(on_rail(self.values(column, kind, measure), rail))
        values = column.loss if kind is PlotKind.LOSS else self.values(column, kind, measure)
        odd, asked = self._rows_on.odd, (column.formula.key, kind, measure)
        if asked not in odd:
            odd[asked] = np.flatnonzero(~np.isfinite(values))
        rows = odd[asked]
        if not rows.size:
            return rows
        return rows[on_rail(as_floats(values[rows]), rail)]

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

    @property
    def searched(self) -> bool:
        """Whether bands have been looked for at all: for many classes that takes a while."""
        return all(bands.line is not None for bands in self.bands)

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
