"""Why a formula fails in a band, in sentences: derived from its own steps at one logit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine import (
    FLOAT64,
    LOST_DIGIT,
    Band,
    Catalogue,
    Column,
    Edge,
    Formula,
    GradientRegime,
    MulticlassProblem,
    NoTruth,
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
from gui.services.numbers.number_text import told_apart
from gui.services.verdicts.words import meaning, no_truth_text

PROBABILITIES = frozenset({"p", "one_minus_p", "q", "r"})
"""Steps whose true value is never 0 or 1 for a finite logit."""

GRADUAL = frozenset({Regime.LOSING_DIGITS.name, GradientRegime.EXPLODED.name})
"""Failures to which no step need give a wrong 0, 1, inf or nan; by name, as two enumerations share them."""

NO_STEPS_FAULT = frozenset(
    {Regime.MISTAKEN.name, Regime.REFUSED.name, Regime.TRUE_INFINITY.name, Regime.NO_TRUTH.name}
)
"""Verdicts that no step brings about: it is meant so, or the input's doing."""

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
        what=meaning(band.regime),
        cause=cause(formula, lane, band, inside),
        edge=edge,
        sides=sides,
    )


def cause(formula: Formula, lane: Lane, band: Band, logit: float) -> str:
    """What happens to a formula's steps at one logit, and to its loss or gradient.

    For example ``At z = 17: sigmoid(z) = 1, 1 − p = 0, log(1 − p) = −inf; the loss is inf where 17 is
    right.``
    """
    problem = at_logits(lane, logit)
    column = evaluate(problem, formulas=(formula,)).columns[0]
    steps = ", ".join(_steps_at_fault(column, problem, band.regime))
    where = translate("reasons", "At z = {0}: ").format(float_text(logit, problem.format))
    end = _outcome(column, band, lane.moved, multiplied=_has_infinite_step(column, problem))
    return where + translate("reasons", "; ").join(filter(None, (steps, end))) + "."


def _steps_at_fault(column: Column, problem: Problem, regime: Regime | GradientRegime) -> Iterator[str]:
    if regime.name in NO_STEPS_FAULT:
        return iter(())
    return _lost_steps(column, problem) if regime.name in GRADUAL else _broken_steps(column, problem)


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
    """The first step that lost a digit of what the loss reads, measured against the same step in float64."""
    if problem.format is FLOAT64:
        return
    wide = problem.replace(format=FLOAT64, logits=problem.input.astype(np.float64))
    reference = evaluate(wide, formulas=(column.formula,)).columns[0]
    words = readable(column.formula)
    for step in _inner(column.formula):
        if step.name in _multiplied_by_0(column):
            continue
        held = problem.format.round([_step_value(column, problem, step)])
        bits = float(bits_lost(held, np.array([_step_value(reference, wide, step)]))[0])
        if bits > np.log2(LOST_DIGIT):
            text = translate("reasons", "{step} has lost {bits} of {precision} bits")
            yield text.format(step=words[step.name], bits=f"{bits:.1f}", precision=problem.format.precision)
            return


def _multiplied_by_0(column: Column) -> frozenset[str]:
    """The steps that a target of 0 or 1 leaves out of a loss by way of p."""
    if column.formula.family != "binary" or "p" not in column.values:
        return frozenset()
    unread = {0.0: frozenset({"log_p"}), 1.0: frozenset({"one_minus_p", "log_1mp"})}
    return unread.get(float(column.values["y"][0]), frozenset())


def _has_infinite_step(column: Column, problem: Problem) -> bool:
    return any(np.isinf(_step_value(column, problem, step)) for step in _inner(column.formula))


def _outcome(column: Column, band: Band, moved: int | None, *, multiplied: bool) -> str:
    if band.quantity == "gradient":
        value, truth = slope_of(column.gradient, 0, moved), slope_of(column.truth.gradient, 0, moved)
    else:
        value, truth = float(column.loss[0]), float(column.truth.loss[0])
    reason = column.refusal or no_truth_text(NoTruth(column.no_truth.item(0)))
    said, wanted = told_apart(value, truth)
    return _outcome_words(band, multiplied=multiplied).format(
        value=said.replace("-", MINUS), truth=wanted.replace("-", MINUS), reason=reason
    )


def _outcome_words(band: Band, *, multiplied: bool) -> str:
    """What a loss or gradient came to, for `str.format` with `value`, `truth` and `reason`."""
    of_gradient = band.quantity == "gradient"
    words = {
        Regime.NO_TRUTH.name: translate("reasons", "{reason}"),
        Regime.REFUSED.name: translate("reasons", "PyTorch raises: {reason}"),
        Regime.TRUE_INFINITY.name: translate(
            "reasons", "a logit of the row is infinite, and so is the true loss"
        ),
        Regime.CLAMPED.name: translate(
            "reasons", "the formula limits it and gives {value} where {truth} is right"
        ),
    }
    if multiplied and not of_gradient:
        words[Regime.NAN.name] = translate("reasons", "0 · inf is nan, where {truth} is right")
    if of_gradient:
        usual = translate("reasons", "the gradient is {value} where {truth} is right")
    else:
        usual = translate("reasons", "the loss is {value} where {truth} is right")
    return words.get(band.regime.name, usual)
