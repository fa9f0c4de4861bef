"""One row's losses along one logit: what the plots draw.

A sweep is an ordinary evaluation of the problem that `along` makes, so that a curve agrees with the
table to the last bit. Its logits include both floats at every edge of a band, so that a jump is drawn
where it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from engine.curves.bands import QUANTITIES, Band, regime_bands
from engine.curves.known import distinct
from engine.evaluation.column import Column
from engine.evaluation.evaluate import Evaluation, evaluate
from engine.floats.formats import Format, from_ordinals, next_float, ordinals
from engine.floats.rounding import failures_are_results
from engine.formulas.catalogue import Catalogue
from engine.problem import BinaryProblem, MulticlassProblem, Problem

Spacing = Literal["linear", "ordinal"]
SPACINGS: tuple[Spacing, ...] = get_args(Spacing)

Side = Literal["start", "stop"]


@dataclass(frozen=True, eq=False)
class Sweep:
    """A row evaluated with one of its logits at each of many points.

    Attributes
    ----------
    logits : float64 array, shape (P,)
        Where, ascending, each one a float of the problem's format.
    evaluation : Evaluation
        Of the problem with one row a point.
    bands : tuple of Band
        Of losses and gradients, over the whole line, or those given.
    moved : int or None
        The class whose logit moves; None for a binary row.
    """

    logits: NDArray[np.float64]
    evaluation: Evaluation
    bands: tuple[Band, ...]
    moved: int | None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The evaluation's columns, one value a point."""
        return self.evaluation.columns

    def slope(self, column: Column) -> NDArray[np.float64]:
        """A column's gradient with respect to the moved logit, shape (P,), in float64."""
        return _along(column.gradient, self.moved)

    def true_slope(self, column: Column) -> NDArray[np.float64]:
        """What that gradient should have been, shape (P,)."""
        return _along(column.truth.gradient, self.moved)

    def slope_regimes(self, column: Column) -> NDArray[np.uint8]:
        """That gradient's `engine.floats.verdicts.GradientRegime`, shape (P,)."""
        regimes = column.gradient_regimes
        return regimes if self.moved is None else regimes[:, self.moved]


@failures_are_results
def sweep(
    problem: Problem,
    row: int,
    moved: int | None = None,
    *,
    low: float,
    high: float,
    points: int,
    formulas: Catalogue | None = None,
    spacing: Spacing = "linear",
    bands: Iterable[Band] | None = None,
) -> Sweep:
    """Evaluate a row along one of its logits.

    Parameters
    ----------
    problem : BinaryProblem or MulticlassProblem
    row : int
        Whose target, options and (multiclass) other logits hold.
    moved : int, optional
        The class whose logit moves, by default class 0. A binary row has only one logit.
    low, high : float
        The ends of the range, in either order; beyond the largest float of the format it is cut.
    points : int
        How many logits to spread over the range, at least 2. Fewer are used where the range has fewer
        floats; two are added at each edge of a band inside, and 0.
    formulas : tuple of Formula, optional
        By default what a first start shows.
    spacing : {'linear', 'ordinal'}
        'ordinal' spreads the points so that every float of the format has equal room.
    bands : iterable of Band, optional
        Those at whose edges to add points. By default the row's, which are searched for unless they
        are remembered; while another logit of the row is dragged, the last ones may do.

    Returns
    -------
    Sweep

    Raises
    ------
    ValueError
        If `low` or `high` is nan, `points` is below 2 or `spacing` is unknown.
    """
    if math.isnan(low) or math.isnan(high):
        raise ValueError(f"low, high: expected two logits, got {low!r} and {high!r}")
    if points < 2:
        raise ValueError(f"points: expected at least 2, got {points}")
    if spacing not in SPACINGS:
        raise ValueError(f"spacing: expected one of {', '.join(SPACINGS)}, got {spacing!r}")
    edged = _all_bands(problem, row, moved, formulas) if bands is None else tuple(bands)
    form = problem.format
    low, high = sorted(float(np.clip(end, -form.max, form.max)) for end in (low, high))
    spread = _spread(low, high, points, form, spacing)
    extra = np.array([*_edge_floats(edged, form), 0.0])
    inside = extra[(extra >= spread[0]) & (extra <= spread[-1])]
    logits = distinct(np.concatenate((spread, inside))) + 0.0  # -0 becomes +0
    evaluation = evaluate(_moved_along(problem, row, logits, moved), formulas=formulas)
    return Sweep(logits, evaluation, edged, _moved_class(problem, moved))


def _all_bands(problem: Problem, row: int, moved: int | None, formulas: Catalogue | None) -> tuple[Band, ...]:
    return tuple(
        band
        for quantity in QUANTITIES
        for band in regime_bands(problem, row, moved, formulas=formulas, quantity=quantity)
    )


def _spread(low: float, high: float, points: int, form: Format, spacing: Spacing) -> NDArray[np.float64]:
    """Floats of the format between two ends, as evenly as it has them."""
    if spacing == "ordinal":
        first, last = (int(ordinals(form.round(np.array(end)))) for end in (low, high))
        # Exact integers: a float64 step loses ordinals near both ends of the line.
        numbers = [first + (last - first) * i // (points - 1) for i in range(points)]
        return from_ordinals(np.array(numbers), form).astype(np.float64)
    weights = np.linspace(0.0, 1.0, points)
    # high - low overflows over the whole line; a weighted mean of the ends does not.
    return form.round(np.clip(low * (1.0 - weights) + high * weights, low, high)).astype(np.float64)


def _edge_floats(bands: Iterable[Band], form: Format) -> NDArray[np.float64]:
    """The first and last float of every band and the floats outside next to them."""
    starts = form.round(np.array([band.start for band in bands]))
    stops = form.round(np.array([band.stop for band in bands]))
    floats = np.concatenate((next_float(starts, -1), starts, stops, next_float(stops)))
    return floats.astype(np.float64)


def _moved_class(problem: Problem, moved: int | None) -> int | None:
    return None if isinstance(problem, BinaryProblem) else (moved or 0)


def _moved_along(problem: Problem, row: int, logits: NDArray[np.float64], moved: int | None) -> Problem:
    if isinstance(problem, BinaryProblem):
        return problem.along(row, logits)
    assert isinstance(problem, MulticlassProblem)
    return problem.along(row, logits, moved or 0)


def _along(gradient: NDArray[np.generic], moved: int | None) -> NDArray[np.float64]:
    values = gradient.astype(np.float64)
    return values if moved is None else values[:, moved]


class EdgeValues(NamedTuple):
    """One formula at a band's edge: inside, and one float outside.

    Attributes
    ----------
    formula : str
        The formula's key.
    loss, true_loss, gradient, true_gradient : (float, float)
        Inside and outside. The gradient is the one with respect to the moved logit.
    """

    formula: str
    loss: tuple[float, float]
    true_loss: tuple[float, float]
    gradient: tuple[float, float]
    true_gradient: tuple[float, float]


class Edge(NamedTuple):
    """What happens where a band begins or ends.

    Attributes
    ----------
    band : Band
    side : {'start', 'stop'}
    inside, outside : float
        The band's outermost float and its neighbour outside.
    values : tuple of EdgeValues
        Every formula's, in the order given.
    """

    band: Band
    side: Side
    inside: float
    outside: float
    values: tuple[EdgeValues, ...]


@failures_are_results
def edge_report(
    problem: Problem,
    row: int,
    moved: int | None = None,
    *,
    band: Band,
    side: Side = "start",
    formulas: Catalogue | None = None,
) -> Edge:
    """Every formula on both sides of a band's edge.

    Parameters
    ----------
    problem, row, moved, formulas
        As for `sweep`.
    band : Band
        One of that row's.
    side : {'start', 'stop'}
        Which end. At the end of the format's line the float outside is infinite.

    Returns
    -------
    Edge
    """
    inside = band.start if side == "start" else band.stop
    step = -1 if side == "start" else 1
    outside = float(next_float(problem.format.round(np.array(inside)), step))
    pair = _moved_along(problem, row, np.array([inside, outside]), moved)
    at = _moved_class(problem, moved)
    values = []
    for column in evaluate(pair, formulas=formulas).columns:
        arrays = (
            column.loss.astype(np.float64),
            column.truth.loss,
            _along(column.gradient, at),
            _along(column.truth.gradient, at),
        )
        values.append(EdgeValues(column.formula.key, *((float(a[0]), float(a[1])) for a in arrays)))
    return Edge(band, side, inside, outside, tuple(values))
