"""Where along one logit a formula breaks, in which way, and from which float on.

A logit is moved along the whole line of a format's finite floats. `regime_bands` names every stretch
in which a formula's loss or gradient is not exact, found on a grid and then bisected to the float by
`engine.curves.bisection`. Nothing here knows at which logit a formula fails: it is looked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from engine.curves.bisection import Stretch, stretches
from engine.curves.known import Ordinals, Regimes
from engine.curves.line import Line, line_of
from engine.evaluation.column import Column
from engine.evaluation.evaluate import evaluate
from engine.floats.accuracy import bits_lost
from engine.floats.formats import FloatArray, Format, from_ordinals
from engine.floats.rounding import failures_are_results
from engine.floats.verdicts import GradientRegime, Regime
from engine.formulas.catalogue import Catalogue, formulas_of
from engine.formulas.formula import Formula, Role
from engine.problem import Problem

Quantity = Literal["loss", "gradient"]
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)

LINES_REMEMBERED = 256
"""Rows whose bands are kept: a screenful of rows in four formats."""

ELEMENTS = 2**17
"""Logits looked at together; of a line of many classes a few floats, or their steps would fill the memory."""

LUCK = 16
"""Points of the grid for which a band may be interrupted, a logit or more: a binade of the loss in
which a rounded probability happens to cost less than a digit, or the point where a clamped loss
equals the true one."""

NARROWEST = 1 / 32
"""Logits that lost digits with none lost beside them must span, or else they are an accident. Even
where a gradient passes through 0 digits are lost over a tenth of a logit."""

_REGIMES: Mapping[str, type[Regime] | type[GradientRegime]] = MappingProxyType(
    {"loss": Regime, "gradient": GradientRegime}
)


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of logits in which one formula is not exact.

    Attributes
    ----------
    formula : str
        The formula's key.
    quantity : {'loss', 'gradient'}
        The gradient is the one with respect to the moved logit.
    regime : Regime or GradientRegime
        Never EXACT.
    start, stop : float
        The first and the last float of the format inside, start <= stop.
    bits : float
        Most bits lost at any float looked at inside (the format's whole width where nan or inf, 0 where
        there is no true value or the format has no better one).
    """

    formula: str
    quantity: Quantity
    regime: Regime | GradientRegime
    start: float
    stop: float
    bits: float


@failures_are_results
def regime_bands(
    problem: Problem,
    row: int,
    moved: int | None = None,
    *,
    formulas: Catalogue | None = None,
    quantity: Quantity = "loss",
) -> tuple[Band, ...]:
    """Every stretch of a row's logit in which a formula is not exact.

    Parameters
    ----------
    problem : BinaryProblem or MulticlassProblem
    row : int
        Whose target, weight and (multiclass) other logits hold.
    moved : int, optional
        The class whose logit moves, by default class 0. A binary row has only one logit.
    formulas : tuple of Formula, optional
        By default what a first start shows. The exact form has no bands.
    quantity : {'loss', 'gradient'}

    Returns
    -------
    tuple of Band
        Formula by formula, each one's ascending and disjoint, between the lowest and the highest
        finite float of the problem's format.

    Notes
    -----
    Where nan, inf, the clamp or 0 set in for good, the edge is exact to the float. Where a loss is 0 or not
    by luck from float to float there is no such edge: a tiny pos_weight with a soft target, whose terms
    cancel, makes it so over thousands of floats. Beyond `engine.curves.bisection.MOST_EDGES` turns the band
    of 0 is a hull, and the loss at most floats inside may be another that lost nearly all digits.

    Lost digits set in gradually: a formula that rounds on the way loses them at scattered floats first, and
    is right by luck at single floats far inside. So their band is a hull. It reaches to the outermost float
    at which a digit is lost among `engine.curves.bisection.SCANNED` ones spread over the last logit or so
    before the loss is seen on the grid; that float loses a digit and its neighbour outside does not. The
    same question always has the same answer.

    The bands depend on the format, on the row's target and options and, for a multiclass row, on its
    other logits. The last `LINES_REMEMBERED` different ones are remembered.
    """
    chosen = formulas_of(problem.family) if formulas is None else formulas
    judged = tuple(f for f in chosen if f.family == problem.family and f.role is not Role.EXACT)
    return _bands_on(line_of(problem, row, moved or 0), judged)[quantity]


@lru_cache(maxsize=LINES_REMEMBERED)
def _bands_on(line: Line, formulas: Catalogue) -> Mapping[str, tuple[Band, ...]]:
    """The bands of losses and of gradients, which one search finds together."""
    if not formulas:
        return dict.fromkeys(QUANTITIES, ())
    looked_at: list[_Looked] = []

    def profile(numbers: Ordinals) -> Regimes:
        step = max(1, ELEMENTS // max(1, len(line.held)))
        parts = [numbers[at : at + step] for at in range(0, max(1, len(numbers)), step)]
        new = [_look(line, formulas, part) for part in parts]
        looked_at.extend(new)
        return np.concatenate([each.regimes for each in new], axis=1)

    kinds = [int(kind) for formula in formulas for kind in _gradual_of(formula)]
    curves = stretches(profile, line.grid(), luck=LUCK, gradual=kinds)
    numbers = np.concatenate([each.numbers for each in looked_at])
    found: dict[str, tuple[Band, ...]] = {}
    for offset, quantity in enumerate(QUANTITIES):
        bands: list[Band] = []
        for at, formula in enumerate(formulas):
            place = len(QUANTITIES) * at + offset
            pairs = zip(*(each.judged[place] for each in looked_at), strict=True)
            bits = bits_lost(*map(np.concatenate, pairs))
            curve = _without_accidents(curves[place], kinds[place], line.format)
            bands += (_band(line.format, formula.key, quantity, s, numbers, bits) for s in curve)
        found[quantity] = tuple(bands)
    return MappingProxyType(found)


@dataclass(frozen=True, eq=False)
class _Looked:
    """What is kept of some floats that were looked at: one number a curve, and not every class's.

    Attributes
    ----------
    numbers : int64 array, shape (n,)
    regimes : uint8 array, shape (K, n)
    judged : tuple of (values, truth)
        Of each formula the loss, then the gradient with respect to the moved logit.
    """

    numbers: Ordinals
    regimes: Regimes
    judged: tuple[tuple[FloatArray, NDArray[np.float64]], ...]


def _look(line: Line, formulas: Catalogue, numbers: Ordinals) -> _Looked:
    columns = evaluate(line.points(numbers), formulas=formulas).columns
    regimes = [regimes for column in columns for regimes in _regimes(column, line)]
    judged = tuple(_judged(column, line, quantity) for column in columns for quantity in QUANTITIES)
    return _Looked(numbers, np.stack((*regimes, *_crossings(columns, line))), judged)


def _gradual_of(formula: Formula) -> tuple[Regime, GradientRegime]:
    """The loss's and the gradient's regime that is scattered: a wrong feeding is right by luck at times."""
    if formula.role is Role.MISTAKE:
        return Regime.MISTAKEN, GradientRegime.MISTAKEN
    return Regime.LOSING_DIGITS, GradientRegime.LOSING_DIGITS


def _without_accidents(curve: list[Stretch], gradual: int, form: Format) -> list[Stretch]:
    """The stretches that are not exact, without slivers of a gradual regime or between them."""
    kept: list[Stretch] = []
    for at, (regime, first, last) in enumerate(curve):
        beside = {stretch[0] for stretch in (*curve[max(at - 1, 0) : at], *curve[at + 1 : at + 2])}
        if regime == Regime.EXACT or (
            regime == gradual and beside == {Regime.EXACT} and _is_sliver(form, first, last)
        ):
            continue
        joins = (
            regime == gradual
            and bool(kept)
            and kept[-1][0] == regime
            and _is_sliver(form, kept[-1][2], first)
        )
        kept.append((regime, kept.pop()[1] if joins else first, last))
    return kept


def _is_sliver(form: Format, first: int, last: int) -> bool:
    start, stop = _floats(form, first, last)
    return stop - start < NARROWEST


def _floats(form: Format, *numbers: int) -> list[float]:
    values: list[float] = from_ordinals(np.array(numbers), form).astype(np.float64).tolist()
    return values


def _band(
    form: Format,
    key: str,
    quantity: Quantity,
    stretch: Stretch,
    numbers: Ordinals,
    bits: NDArray[np.float64],
) -> Band:
    regime, first, last = stretch
    start, stop = _floats(form, first, last)
    inside = (numbers >= first) & (numbers <= last)
    worst = float(np.nan_to_num(bits[inside]).max())
    return Band(key, quantity, _REGIMES[quantity](regime), start, stop, worst)


def _regimes(column: Column, line: Line) -> tuple[Regimes, Regimes]:
    return column.regimes, column.gradient_regimes_of(None if line.family == "binary" else line.moved)


def _crossings(columns: tuple[Column, ...], line: Line) -> Iterator[Regimes]:
    """Curves of small numbers that turn where a stretch of a few floats is apt to hide.

    That is where a true loss or gradient begins to round to 0 or to leave the format, and where the true
    loss passes the height at which a clamp holds a formula, which is right there.
    """
    for truth in {id(column.truth): column.truth for column in columns}.values():
        slopes = truth.gradient if line.family == "binary" else truth.gradient[:, line.moved]
        for values in (truth.loss, slopes):
            held = line.format.nearest(values)
            yield (np.isinf(held) * 2 + (held == 0)).astype(np.uint8)
    for column in columns:
        if column.formula.clamped is not None:
            too_large = column.loss.astype(np.float64) > column.truth.loss
            yield (too_large & (column.regimes == Regime.CLAMPED)).astype(np.uint8)


def _judged(column: Column, line: Line, quantity: Quantity) -> tuple[FloatArray, NDArray[np.float64]]:
    """What was computed, and the truth."""
    return (column.loss, column.truth.loss) if quantity == "loss" else _slopes(column, line)


def _slopes(column: Column, line: Line) -> tuple[FloatArray, NDArray[np.float64]]:
    """The gradient with respect to the moved logit alone, and the true one."""
    if line.family == "binary":
        return column.gradient, column.truth.gradient
    return column.gradient[:, line.moved].copy(), column.truth.gradient[:, line.moved].copy()
