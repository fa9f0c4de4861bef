"""Why a formula fails in a band, in sentences: derived from its own steps at one logit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine import (
    DESCRIPTIONS,
    FLOAT64,
    GRADIENT_DESCRIPTIONS,
    LOST_DIGIT,
    Band,
    Catalogue,
    Column,
    Edge,
    Formula,
    GradientRegime,
    MulticlassProblem,
    Problem,
    Regime,
    Side,
    Step,
    bits_lost,
    edge_report,
    evaluate,
)
from engine.data import MINUS
from gui.plots.content.lanes import Lane
from gui.plots.content.readings import at_logits, slope_of
from gui.plots.content.subject import edge_of, sides_of
from gui.plots.parts.words import band_text, float_text, value_text
from gui.services.colours import regime_name
from gui.services.numbers.number_text import DIGITS, format_number

PROBABILITIES = frozenset({"p", "one_minus_p", "q", "r"})
"""Steps whose true value is never 0 or 1 for a finite logit."""

MOST_DIGITS = 17
"""Significant digits that identify every float64."""

translate = QCoreApplication.translate


@dataclass(frozen=True, eq=False, slots=True)
class Reason:
    """Why one formula fails in one band, and exactly from where on.

    Attributes
    ----------
    lane : Lane
        The row with the target for which it fails.
    logit : float
        A float inside, at which the cause is looked for.
    title, what, cause : str
        The band in a phrase; what its regime means; what happens at `logit` to cause it.
    edge : Edge or None
        The band's end that is nearer to `logit`; None where it fails on the whole line.
    sides : tuple of {'start', 'stop'}
        Which of its ends lie on the line.
    """

    formula: Formula
    lane: Lane
    band: Band
    logit: float
    title: str
    what: str
    cause: str
    edge: Edge | None
    sides: tuple[Side, ...]

    @property
    def headline(self) -> str:
        """What fails and from which float on: ``Why: clamped from z = 16.635532 on``."""
        name = regime_name(self.band.regime)
        if self.edge is None:
            return translate("reasons", "Why: {0} at every z").format(name)
        text = translate("reasons", "Why: {0} from z = {1} on")
        if self.edge.side == "stop":
            text = translate("reasons", "Why: {0} up to z = {1}")
        return text.format(name, float_text(self.edge.inside, self.lane.problem.format))

    @property
    def sentence(self) -> str:
        """Whose failure it is, and what happens to its steps."""
        text = translate("reasons", "{formula}, {target}. {cause}")
        return text.format(formula=self.formula.title, target=self.lane.label, cause=self.cause)


def reason_of(lane: Lane, formulas: Catalogue, band: Band, logit: float, side: Side | None = None) -> Reason:
    """Explain one of a lane's bands.

    Parameters
    ----------
    formulas : tuple of Formula
        Those to compare at the edge, the band's among them.
    logit : float
        Where the question was asked; moved inside the band.
    side : {'start', 'stop'}, optional
        Which end to look at, by default the one nearer to `logit`.
    """
    fmt = lane.problem.format
    formula = next(each for each in formulas if each.key == band.formula)
    inside = min(max(float(fmt.round(logit)), band.start), band.stop)
    sides = sides_of(band, fmt)
    edge = None
    if sides:
        nearer = min(sides, key=lambda each: abs(edge_of(band, each) - inside))
        chosen = side if side in sides else nearer
        edge = edge_report(lane.problem, 0, lane.moved, band=band, side=chosen, formulas=formulas)
    return Reason(
        formula=formula,
        lane=lane,
        band=band,
        logit=inside,
        title=translate("reasons", "{formula}, {target}: {band}").format(
            formula=formula.title, target=lane.label, band=band_text(band, fmt)
        ),
        what=_meaning(band),
        cause=cause(formula, lane, band, inside),
        edge=edge,
        sides=sides,
    )


def _meaning(band: Band) -> str:
    if isinstance(band.regime, GradientRegime):
        return translate("reasons", GRADIENT_DESCRIPTIONS[band.regime])
    return translate("reasons", DESCRIPTIONS[band.regime])


def cause(formula: Formula, lane: Lane, band: Band, logit: float) -> str:
    """What happens to a formula's steps at one logit, and to its loss or gradient.

    For example ``At z = 17: sigmoid(z) = 1, 1 − p = 0, log(1 − p) = −inf; the loss is inf where 17 is
    right.``
    """
    problem = at_logits(lane, logit)
    column = evaluate(problem, formulas=(formula,)).columns[0]
    find = _lost_steps if _is_gradual(band) else _broken_steps
    steps = ", ".join(find(column, problem))
    where = translate("reasons", "At z = {0}: ").format(float_text(logit, problem.format))
    end = _outcome(column, band, lane.moved, multiplied=_has_infinite_step(column, problem))
    return where + translate("reasons", "; ").join(filter(None, (steps, end))) + "."


def _is_gradual(band: Band) -> bool:
    """Whether it is a failure to which no step need give a wrong 0, 1, inf or nan."""
    if isinstance(band.regime, GradientRegime):  # the two enumerations share their integers
        return band.regime in {GradientRegime.LOSING_DIGITS, GradientRegime.EXPLODED}
    return band.regime is Regime.LOSING_DIGITS


def _inner(formula: Formula) -> tuple[Step, ...]:
    return formula.steps[:-1]


def readable(formula: Formula) -> dict[str, str]:
    """Each step's own expression by its name, with short names of earlier steps kept as letters."""
    found: dict[str, str] = {}
    for step in _inner(formula):
        text = step.expression.partition(" = ")[0].partition(": ")[0]
        for name, words in found.items():
            if len(name) > 1:  # one_minus_p reads better written out, p does not
                text = text.replace(name, words)
        found[step.name] = text
    return found


def _step_value(column: Column, problem: Problem, step: Step) -> float:
    """A step's result for the one row; of the target's class where there is one a class."""
    values = np.asarray(column.values[step.name]).astype(np.float64)
    if values.ndim == 2:
        assert isinstance(problem, MulticlassProblem)
        return float(values[0, problem.target_class(0) or 0])
    return float(values[0])


def _broken_steps(column: Column, problem: Problem) -> Iterator[str]:
    """The steps from the first that left the numbers it should give, in a chain."""
    words, broken = readable(column.formula), False
    for step in _inner(column.formula):
        value = _step_value(column, problem, step)
        begins = not np.isfinite(value) or (step.name in PROBABILITIES and value in {0.0, 1.0})
        if begins or (broken and value == 0.0):
            broken = True
            yield f"{words[step.name]} = {value_text(value)}"


def _lost_steps(column: Column, problem: Problem) -> Iterator[str]:
    """The first step that lost a digit, measured against the same step in float64."""
    if problem.format is FLOAT64:
        return
    wide = problem.replace(format=FLOAT64, logits=problem.input.astype(np.float64))
    reference = evaluate(wide, formulas=(column.formula,)).columns[0]
    words = readable(column.formula)
    for step in _inner(column.formula):
        held = problem.format.round([_step_value(column, problem, step)])
        bits = float(bits_lost(held, np.array([_step_value(reference, wide, step)]))[0])
        if bits > np.log2(LOST_DIGIT):
            text = translate("reasons", "{step} has lost {bits} of {precision} bits")
            yield text.format(step=words[step.name], bits=f"{bits:.1f}", precision=problem.format.precision)
            return


def _has_infinite_step(column: Column, problem: Problem) -> bool:
    return any(np.isinf(_step_value(column, problem, step)) for step in _inner(column.formula))


def _outcome(column: Column, band: Band, moved: int | None, *, multiplied: bool) -> str:
    if band.quantity == "gradient":
        value, truth = slope_of(column.gradient, 0, moved), slope_of(column.truth.gradient, 0, moved)
        text = translate("reasons", "the gradient is {value} where {truth} is right")
    else:
        value, truth = float(column.loss[0]), float(column.truth.loss[0])
        text = translate("reasons", "the loss is {value} where {truth} is right")
        if band.regime is Regime.NAN and multiplied:
            text = translate("reasons", "0 · inf is nan, where {truth} is right")
        elif band.regime is Regime.CLAMPED:
            text = translate("reasons", "the formula limits it and gives {value} where {truth} is right")
    digits = next(
        (n for n in range(DIGITS, MOST_DIGITS) if f"{value:.{n}g}" != f"{truth:.{n}g}"), MOST_DIGITS
    )
    return text.format(
        value=format_number(value, digits).replace("-", MINUS),
        truth=format_number(truth, digits).replace("-", MINUS),
    )
