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
from engine.diagnosis.slices import Look, look_at_rows, merged
from engine.diagnosis.subject import Subject
from engine.evaluation.evaluate import Evaluation
from engine.evaluation.large import LargeEvaluation, Report
from engine.floats.rounding import failures_are_results
from engine.floats.verdicts import KINDS
from engine.formulas.catalogue import CATALOGUE

LOOKS: tuple[Look, ...] = (
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
def findings(evaluation: Evaluation, progress: Report = lambda *_: None) -> tuple[Finding, ...]:
    """What a user should know about an evaluation, the worst first.

    Parameters
    ----------
    evaluation : Evaluation
        Findings about a formula come from its columns; what it does not hold is not looked for. Of a
        `LargeEvaluation` rows are looked at slice after slice (`engine.diagnosis.slices`).
    progress : callable, optional
        Told how many rows of a large problem have been looked at, and of how many.

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
    subject, of_rows = Subject(evaluation), dict[Look, tuple[Finding, ...]]()
    if isinstance(evaluation, LargeEvaluation):
        of_rows = merged(evaluation.slices, evaluation.look(look_at_rows, progress))
    found = (each for look in LOOKS for each in (of_rows[look] if look in of_rows else look(subject)))
    return tuple(sorted(found, key=_order))


def _order(found: Finding) -> tuple[int, int, int, int]:
    place = -1 if found.formula is None else _PLACES.get(found.formula, len(_PLACES))
    first = found.rows[0] if found.rows else -1
    return SEVERITIES.index(found.severity), KINDS.index(found.kind), place, first
