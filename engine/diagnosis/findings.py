"""Silent mistakes and surprising losses, told by the exact signature each one leaves.

A finding states a fact that the numbers prove; where they only suggest it (logits that look like
probabilities, a loss at chance), the threshold is a constant with its reason.
"""

from __future__ import annotations

from engine.diagnosis import (
    calls,
    feedings,
    floor,
    gradients,
    inputs,
    losses,
    masks,
    sums,
    targets,
)
from engine.diagnosis.finding import SEVERITIES, Finding
from engine.diagnosis.subject import Subject
from engine.evaluation.evaluate import Evaluation
from engine.floats.rounding import failures_are_results
from engine.floats.verdicts import KINDS
from engine.formulas.catalogue import CATALOGUE

LOOKS = (
    inputs.input_findings,
    calls.call_findings,
    targets.target_findings,
    masks.mask_findings,
    feedings.feeding_findings,
    losses.loss_findings,
    gradients.gradient_findings,
    sums.sum_findings,
    floor.floor_findings,
)
"""Each looks for one kind of thing."""

FINDING_KEYS: tuple[str, ...] = tuple(
    dict.fromkeys(
        sort.key
        for module in (inputs, calls, targets, masks, feedings, losses, gradients, sums, floor)
        for sort in module.SORTS
    )
)
"""The keys of everything that can be found."""

_PLACES = {formula.key: place for place, formula in enumerate(CATALOGUE)}


@failures_are_results
def findings(evaluation: Evaluation) -> tuple[Finding, ...]:
    """What a user should know about an evaluation, the worst first.

    Parameters
    ----------
    evaluation : Evaluation
        Findings about a formula come from its columns; what it does not hold is not looked for.

    Returns
    -------
    tuple of Finding
        By severity, then in the order of `engine.diagnosis.finding.Kind`, then PyTorch's formulas before
        others in the catalogue's order, then by their first row. Empty where nothing is worth a word.

    Examples
    --------
    >>> from engine import BinaryProblem, evaluate
    >>> [f.key for f in findings(evaluate(BinaryProblem(logits=[20.0], target=[0.0])))]
    ['clamped', 'dead_gradient']
    """
    subject = Subject(evaluation)
    return tuple(sorted((found for look in LOOKS for found in look(subject)), key=_order))


def _order(found: Finding) -> tuple[int, int, int, int]:
    place = -1 if found.formula is None else _PLACES.get(found.formula, len(_PLACES))
    first = found.rows[0] if found.rows else -1
    return SEVERITIES.index(found.severity), KINDS.index(found.kind), place, first
