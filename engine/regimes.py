"""Where along one logit a formula breaks, in which way, and from which float on.

A logit is moved along the whole line of a format's finite floats. `regime_bands` names every stretch
in which a formula's loss or gradient is not exact, found on a grid and then bisected to the float by
`engine.bisection`. Nothing here knows at which logit a formula fails: it is looked for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from engine.accuracy import GradientRegime, Regime
from engine.bisection import Cells, Ordinals, Regimes, Stretch, stretches
from engine.catalogue import Catalogue, formulas_of
from engine.evaluate import Column, evaluate
from engine.formats import Format, from_ordinals, ordinals
from engine.formulas import Family, Role
from engine.problem import BinaryProblem, MulticlassProblem, Problem

Quantity = Literal["loss", "gradient"]
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)

LINES_REMEMBERED = 256
"""Rows whose bands are kept: a screenful of rows in four formats."""

_CELL = MappingProxyType({"float16": (4, 4), "bfloat16": (1, 1), "float32": (64, 4), "float64": (64, 4)})
"""Floats in a cell and how many of them are looked at. Lost digits come and go within some ten floats
once they are frequent; a half format's cells must stay narrower than the grid's steps."""

_REACH = 1500.0

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
        Most bits lost at any float looked at inside (the format's whole width where nan or inf).
    """

    formula: str
    quantity: Quantity
    regime: Regime | GradientRegime
    start: float
    stop: float
    bits: float


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
    Where nan, inf, the clamp or 0 set in for good, the edge is exact to the float. Lost digits set in
    gradually: a formula that rounds on the way is right by luck at single floats far inside, and wrong
    at a few floats outside. Their edge is a float that loses a digit, with one before it that does
    not, near the first neighbourhood in which a sample of floats shows any loss
    (`engine.bisection.stretches`).

    The bands depend on the format, on the row's target and options and, for a multiclass row, on its
    other logits. The last `LINES_REMEMBERED` different ones are remembered.
    """
    chosen = formulas_of(problem.family) if formulas is None else formulas
    judged = tuple(f for f in chosen if f.family == problem.family and f.role is not Role.EXACT)
    return _bands_on(_line_of(problem, row, moved or 0), judged)[quantity]


@dataclass(frozen=True, slots=True)
class _Line:
    """A row without its moved logit, as a value that can be looked up."""

    family: Family
    format: Format
    held: tuple[float, ...]
    moved: int
    target: float | tuple[float, ...]
    options: tuple[tuple[str, Any], ...]

    def points(self, numbers: Ordinals) -> Problem:
        """The problem with one row for each of these floats."""
        target = np.array([self.target])
        options: dict[str, Any] = {"target": target, "format": self.format, **dict(self.options)}
        floats = from_ordinals(numbers, self.format).astype(np.float64)
        if self.family == "binary":
            return BinaryProblem(logits=np.zeros(1), **options).along(0, floats)
        return MulticlassProblem(logits=np.array([self.held]), **options).along(0, floats, self.moved)


def _line_of(problem: Problem, row: int, moved: int) -> _Line:
    target, form = _key(problem.target[row]), problem.format
    if isinstance(problem, BinaryProblem):
        weight = None if problem.weight is None else (_key(problem.weight[row]),)
        pos_weight = None if problem.pos_weight is None else _key(np.float64(problem.pos_weight))
        return _Line("binary", form, (), 0, target, (("weight", weight), ("pos_weight", pos_weight)))
    assert isinstance(problem, MulticlassProblem)
    held = problem.logits[row].copy()
    held[moved] = 0.0
    options = (
        ("weight", None if problem.weight is None else _key(problem.weight)),
        ("ignore_index", problem.ignore_index),
        ("label_smoothing", problem.label_smoothing),
    )
    return _Line("multiclass", form, _key(held), moved, target, options)


def _key(values: NDArray[Any] | np.generic) -> Any:
    """Python numbers, nested as the array; nan always the one object, which equals itself in a key."""
    if values.ndim:
        return tuple(_key(value) for value in values)
    number = values.item()
    return math.nan if number != number else number


@lru_cache(maxsize=LINES_REMEMBERED)
def _bands_on(line: _Line, formulas: Catalogue) -> Mapping[str, tuple[Band, ...]]:
    """The bands of losses and of gradients, which one search finds together."""
    if not formulas:
        return {quantity: () for quantity in QUANTITIES}
    samples: list[tuple[Ordinals, NDArray[np.float64]]] = []

    def profile(numbers: Ordinals) -> Regimes:
        columns = evaluate(line.points(numbers), formulas=formulas).columns
        samples.append((numbers, np.stack([bits for c in columns for bits in _bits(c, line)])))
        return np.stack([regimes for c in columns for regimes in _regimes(c, line)])

    curves = stretches(profile, _grid(line), _cells(line.format))
    numbers = np.concatenate([at for at, _ in samples])
    bits = np.concatenate([lost for _, lost in samples], axis=1)
    found: dict[str, tuple[Band, ...]] = {}
    for offset, quantity in enumerate(QUANTITIES):
        found[quantity] = tuple(
            _band(line.format, formula.key, quantity, stretch, numbers, bits[curve])
            for curve, formula in zip(range(offset, len(curves), len(QUANTITIES)), formulas, strict=True)
            for stretch in curves[curve]
            if stretch[0] != Regime.EXACT
        )
    return MappingProxyType(found)


def _band(
    form: Format,
    key: str,
    quantity: Quantity,
    stretch: Stretch,
    numbers: Ordinals,
    bits: NDArray[np.float64],
) -> Band:
    regime, first, last = stretch
    start, stop = from_ordinals(np.array([first, last]), form).astype(np.float64).tolist()
    inside = (numbers >= first) & (numbers <= last)
    worst = float(bits[inside].max())
    return Band(key, quantity, _REGIMES[quantity](regime), start, stop, worst)


def _regimes(column: Column, line: _Line) -> tuple[Regimes, Regimes]:
    gradient = column.gradient_regimes
    return column.regimes, gradient if line.family == "binary" else gradient[:, line.moved]


def _bits(column: Column, line: _Line) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    gradient = column.gradient_error_bits
    return column.error_bits, gradient if line.family == "binary" else gradient[:, line.moved]


def _cells(form: Format) -> Cells:
    top = int(ordinals(form.round(np.array(form.max))))
    width, samples = _CELL[form.name]
    return Cells(width=width, samples=samples, top=top)


def _grid(line: _Line) -> Ordinals:
    """Where to look first: densely around the other logits, and at every order of magnitude."""
    form = line.format
    distances = np.concatenate((np.arange(0.0, 8.0, 0.125), np.geomspace(8.0, _REACH, 300)))
    distances = distances[distances <= -2.0 * math.log(form.smallest_subnormal)]
    around = np.concatenate((-distances, distances))
    powers = np.arange(-2 * form.precision, math.frexp(form.max)[1], 1 if form.max < 1e300 else 8)
    magnitudes = np.ldexp(1.0, np.concatenate((powers, powers)))
    magnitudes[len(powers):] *= -1.0
    return ordinals(form.round(np.concatenate([magnitudes, *(around + centre for centre in _centres(line))])))


def _centres(line: _Line) -> list[float]:
    """The logits near which the moved one can change a loss: 0, or the rivals' that count.

    Only differences of logits matter to a softmax: of the moved one and the largest other, and of
    either and each class whose probability is in the loss. Those within 16 of another share its grid.
    """
    if line.family == "binary":
        return [0.0]
    others = [z for c, z in enumerate(line.held) if c != line.moved and math.isfinite(z)]
    centres: list[float] = []
    for logit in sorted(others, reverse=True):
        if not centres or centres[-1] - logit > 16.0:
            centres.append(logit)
    return centres[:4] or [0.0]
