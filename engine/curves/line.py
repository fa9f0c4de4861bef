"""One row with one of its logits left open: a line of floats along which losses can be evaluated.

A `Line` is a hashable value, so that what was found along it can be remembered, and knows where along
it a loss is apt to turn.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.curves.known import Ordinals
from engine.floats.formats import Format, from_ordinals, ordinals
from engine.problem import BinaryProblem, Family, MulticlassProblem, Problem

NEAR = 32
"""Floats on each side of a turning point that are all looked at."""


class Line(NamedTuple):
    """A row without its moved logit.

    Attributes
    ----------
    family : {'binary', 'multiclass'}
    format : Format
    held : tuple of float
        The row's logits, with 0 for the moved one; empty for a binary row, which has no other.
    moved : int
        The class whose logit moves.
    target : float, int or tuple of float
    options : tuple of (str, value)
        The problem's other arguments by name.
    """

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

    def grid(self) -> Ordinals:
        """Where to look first: around the other logits, and at every order of magnitude.

        Steps are a sixteenth of a logit and grow with the distance, but not where an exponential leaves
        the format's normal numbers, nor where the gradient passes through 0: a band there can be narrow.
        Single floats are looked at where the true loss leaves the format, or the gradient is next to 0.
        No other is a round number, at which a sigmoid is apt to be exact by luck.
        """
        form = self.format
        vanishing, overflowing = -math.log(form.smallest_subnormal), math.log(form.max)
        leaving = np.linspace(-3.0, 3.0, 25)
        near, far = np.linspace(0.0, 8.0, 132), np.geomspace(8.0, 1500.0, 500)
        distances = np.concatenate((near, far, vanishing + leaving, overflowing + leaving))
        distances = distances[distances < 2.0 * vanishing]
        offsets = np.concatenate((-distances, distances))
        small, large = np.arange(-2 * form.precision, 0.0, 0.5), np.arange(0.0, 24.0, 2.0)
        larger = np.arange(24.0, math.log2(form.max), 8.0)
        powers = np.concatenate((small, large[large < math.log2(form.max)], larger))
        sizes = np.append(np.exp2(powers + 0.45), form.max)
        level, levels = np.linspace(-0.25, 0.25, 32), np.array(_level_logits(self))
        if (np.abs(levels) < form.eps).any():  # floats are dense there, and rounded probabilities are not
            sizes = np.concatenate((sizes, form.eps * np.exp2(np.arange(-3.0, 8.0, 1 / 16))))
        places = [offsets + z for z in _rivals(self)] + [level + z for z in levels]
        points = form.round(np.concatenate((-sizes, sizes, *places)))
        turning = np.append(levels, _overflows(self))
        single = ordinals(form.round(turning))[:, np.newaxis] + np.arange(-NEAR, NEAR + 1)
        numbers = np.concatenate((ordinals(points[np.isfinite(points)]), single.ravel()))
        largest = int(ordinals(form.round(np.array(form.max))))
        return numbers[np.abs(numbers) <= largest]


def line_of(problem: Problem, row: int, moved: int) -> Line:
    """The line through `row` along the logit of class `moved` (which a binary row does not need)."""
    target, form = _key(problem.target[row]), problem.format
    if isinstance(problem, BinaryProblem):
        weight = None if problem.weight is None else (_key(problem.weight[row]),)
        pos_weight = None if problem.pos_weight is None else _key(np.float64(problem.pos_weight))
        return Line("binary", form, (), 0, target, (("weight", weight), ("pos_weight", pos_weight)))
    assert isinstance(problem, MulticlassProblem)
    target = _key(problem.labels[row])
    held = problem.logits[row].copy()
    held[moved] = 0.0
    options = (
        ("weight", None if problem.weight is None else _key(problem.weight)),
        ("ignore_index", problem.ignore_index),
        ("label_smoothing", problem.label_smoothing),
    )
    return Line("multiclass", form, _key(held), moved, target, options)


def _key(values: NDArray[Any] | np.generic) -> Any:
    """Python numbers, nested as the array; nan always the one object, which equals itself in a key."""
    return _with_one_nan(values.tolist())


def _with_one_nan(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_with_one_nan(item) for item in value)
    return math.nan if isinstance(value, float) and math.isnan(value) else value


def _others(line: Line) -> list[float]:
    """The finite logits that are held, in the format, descending; a binary logit's only rival is 0."""
    if line.family == "binary":
        return [0.0]
    held = line.format.round(np.array(line.held)).astype(np.float64).tolist()
    return sorted((z for c, z in enumerate(held) if c != line.moved and math.isfinite(z)), reverse=True)


def _rivals(line: Line) -> list[float]:
    """Up to four logits around which a softmax changes; those within 16 share a neighbourhood."""
    rivals: list[float] = []
    for logit in _others(line):
        if not rivals or rivals[-1] - logit > 16.0:
            rivals.append(logit)
    return rivals[:4] or [0.0]


def _level_logits(line: Line) -> list[float]:
    """Where the prediction equals the target, so that the gradient is 0 and loses all its digits."""
    odds = [(at_moved, elsewhere) for at_moved, elsewhere in _coefficients(line) if elsewhere]
    inside = [at_moved / elsewhere for at_moved, elsewhere in odds if 0.0 < at_moved / elsewhere < math.inf]
    others = np.array(_others(line))
    if not inside or not len(others):
        return []
    largest = float(others[0])
    with np.errstate(over="ignore", under="ignore"):  # a logit too far below to count
        rest = largest + math.log(np.exp(others - largest).sum())
    return [math.log(each) + rest for each in dict.fromkeys(inside)]


def _overflows(line: Line) -> list[float]:
    """The logits from which on the true loss is beyond the format: far out it is the logit times a slope."""
    return [
        sign * line.format.max / slope
        for at_moved, elsewhere in _coefficients(line)
        for sign, slope in ((-1.0, at_moved), (1.0, elsewhere))
        if 1.0 < slope < math.inf
    ]


def _coefficients(line: Line) -> list[tuple[float, float]]:
    """What the moved class's log-probability and all others' count in the loss, with options and without."""

    def held(values: Any) -> NDArray[np.float64]:
        return line.format.round(np.asarray(values, dtype=np.float64)).astype(np.float64)

    options, target = dict(line.options), np.asarray(line.target, dtype=np.float64)
    with np.errstate(all="ignore"):  # senseless weights or targets
        if line.family == "binary":
            target = held(target)
            factor = 1.0 if options["weight"] is None else held(options["weight"])[0]
            positive = (1.0, 1.0 if options["pos_weight"] is None else held(options["pos_weight"]))
            return [(float(factor * each * target), float(factor * (1.0 - target))) for each in positive]
        classes = len(line.held)
        index = np.arange(classes) == target if target.ndim == 0 else held(target)
        weight = np.ones(classes) if options["weight"] is None else held(options["weight"])
        found = []
        for smoothing in {0.0, options["label_smoothing"]}:
            parts = weight * ((1.0 - smoothing) * np.asarray(index, np.float64) + smoothing / classes)
            found.append((float(parts[line.moved]), float(np.delete(parts, line.moved).sum())))
        return found
