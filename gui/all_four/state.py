"""What the page shows of a sample: the float it stands for, and every route's result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from engine import (
    ROUTES,
    Band,
    Evaluation,
    Format,
    LogitsOf,
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
    def _cards(self) -> dict[int, dict[str, Card]]:
        return {}

    def card(self, key: str) -> Card | None:
        """A route's or a wrong feeding's result; None where it has no input."""
        found = self.routes.find(key)
        if found is None:
            return None
        evaluation, column = found
        return self._cards_of(evaluation)[column.formula.key]

    def _cards_of(self, evaluation: Evaluation) -> dict[str, Card]:
        if id(evaluation) not in self._cards:
            moved = None if evaluation.problem.family == "binary" else 1
            cards = cards_of(evaluation, 0, moved)
            self._cards[id(evaluation)] = {card.formula.key: card for card in cards}
        return self._cards[id(evaluation)]

    def apart(self, key: str) -> float:
        """How many floats a two-class route is from BCEWithLogitsLoss; 0 for any other."""
        twin, found = self.routes.find(TWIN), self.routes.find(key)
        if key not in TWO_CLASSES or twin is None or found is None or found[1].formula.key != key:
            return 0.0
        number = float(floats_apart(found[1].loss, twin[1].loss)[0])
        return 0.0 if np.isnan(number) else number


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
