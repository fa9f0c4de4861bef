"""What the page shows of a sample: the float it stands for, and every route's result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from engine import (
    ROUTES,
    Band,
    Column,
    Format,
    LogitsOf,
    Regime,
    Routes,
    as_two_classes,
    evaluate_probability,
    evaluate_routes,
    floats_apart,
    four_losses_snippet,
    logits_of,
    regime_bands,
)
from gui.document.sample import Sample
from gui.explain.cards import Card, cards_of

TWIN = "bce_with_logits"
"""The route from which the two-class ones are told to be so many floats apart."""

REMEMBERED = 32
"""Targets and formats whose stretches are kept: their search takes some frames."""

TWO_CLASSES = ("nll_log_softmax", "cross_entropy")


@dataclass(frozen=True, slots=True)
class Result:
    """A route's or a wrong feeding's loss, and what it is worth."""

    loss: float
    truth: float
    regime: Regime
    refusal: str | None


@dataclass(frozen=True, eq=False)
class Shown:
    """A sample evaluated.

    Attributes
    ----------
    sample : Sample
    z : float or None
        The logit as the format rounds it; None where a given probability is no float's sigmoid.
    stands : LogitsOf or None
        The floats that a given probability stands for, if any.
    p : float or None
        The probability as the format rounds it, where one was given.
    routes : Routes
    """

    sample: Sample
    z: float | None
    stands: LogitsOf | None
    p: float | None
    routes: Routes

    @cached_property
    def _results(self) -> dict[str, Result | None]:
        return {}

    @cached_property
    def _cards(self) -> dict[str, Card]:
        return {}

    def result(self, key: str) -> Result | None:
        """What a card says first, without its steps and its gradient; None where there is no input."""
        if key not in self._results:
            found = self.routes.find(key)
            self._results[key] = None if found is None else _result(found[1])
        return self._results[key]

    def card(self, key: str) -> Card | None:
        """A route's or a wrong feeding's result; None where it has no input."""
        found = self.routes.find(key)
        if found is None:
            return None
        evaluation, column = found
        if key not in self._cards:
            moved = None if evaluation.problem.family == "binary" else 1
            alone = replace(evaluation, columns=(column,))
            self._cards[key] = cards_of(alone, 0, moved)[0]
        return self._cards[key]

    def apart(self, key: str) -> float:
        """How many floats a two-class route is from BCEWithLogitsLoss; 0 for any other."""
        twin, found = self.routes.find(TWIN), self.routes.find(key)
        if key not in TWO_CLASSES or twin is None or found is None or found[1].formula.key != key:
            return 0.0
        number = float(floats_apart(found[1].loss, twin[1].loss)[0])
        return 0.0 if np.isnan(number) else number


def _result(column: Column) -> Result:
    regime = Regime(int(column.regimes[0]))
    return Result(float(column.loss[0]), float(column.truth.loss[0]), regime, column.refusal)


@lru_cache(maxsize=REMEMBERED)
def _bands(target: float, form: Format) -> tuple[Band, ...]:
    problem = Sample(target=target, format=form).problem(0.0)
    two = as_two_classes(problem)
    binary = regime_bands(problem, 0, formulas=ROUTES)
    return (*binary, *regime_bands(two, 0, 1, formulas=ROUTES))


def route_bands(sample: Sample) -> tuple[Band, ...]:
    """Where along z the four losses fail, for a sample's target and format."""
    return _bands(sample.target, sample.format)


def shown_of(sample: Sample) -> Shown:
    """Evaluate a sample by every route."""
    form = sample.format
    number = float(form.round(np.array(sample.number)))
    if sample.given == "z":
        return Shown(sample, number, None, None, evaluate_routes(sample.problem(sample.number), sample.wrong))
    stands = logits_of(number, form)
    given = evaluate_probability(number, sample.target, form)
    if stands is None:
        return Shown(sample, None, None, number, Routes(None, None, given))
    routes = evaluate_routes(sample.problem(stands.nearest), sample.wrong)
    return Shown(sample, stands.nearest, stands, number, Routes(routes.binary, routes.multiclass, given))


def code_of(sample: Sample) -> str:
    """A PyTorch script that prints a sample's numbers by every route."""
    shown = shown_of(sample)
    z = shown.z if shown.p is not None else sample.number
    problem = None if z is None else sample.problem(z)
    return four_losses_snippet(
        problem, p=shown.p, target=sample.target, format=sample.format, feedings=sample.wrong
    )
