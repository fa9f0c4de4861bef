"""Silent mistakes and surprising losses, told by the exact signature each one leaves.

A finding states a fact that the numbers prove; where they only suggest it (logits that look like
probabilities, a loss at chance), the threshold is a constant with its reason.

Of a large problem, what a row shows by itself (its input, its masks, its loss and gradient) is looked at
where all its steps are at hand: in the evaluation of its slice. What only all rows show (sums, targets that
count from 1, logits that look like probabilities) is looked for in what is kept of all of them. Put together,
the findings of slices equal those of the whole: the same sorts with the same rows, counts, evidence of the
first row (of lost digits: of the worst one), and order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

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
from engine.diagnosis.finding import SEVERITIES, Finding, RowNumbers, rows_in_words
from engine.diagnosis.subject import Subject
from engine.evaluation.evaluate import Evaluation
from engine.evaluation.large import LargeEvaluation, Report
from engine.floats.rounding import failures_are_results
from engine.floats.verdicts import KINDS, Kind
from engine.formulas.catalogue import CATALOGUE

Look = Callable[[Subject], Iterator[Finding]]

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

ROW_LOOKS: tuple[Look, ...] = (
    inputs.input_findings,
    masks.mask_findings,
    losses.loss_findings,
    gradients.gradient_findings,
)
"""Those for which rows do not hang on one another."""

Found = tuple[tuple[Finding, ...], ...]
"""What each of `ROW_LOOKS` finds in a slice."""

OF_ONE_BREAK = frozenset({losses.INNER_SUM.cause, losses.BROKEN_STEP.cause})
"""Two words for one break: the first row decides."""


@failures_are_results
def look_at_rows(part: Evaluation) -> Found:
    """What the rows of a slice show."""
    subject = Subject(part)
    return tuple(tuple(look(subject)) for look in ROW_LOOKS)


def merged(slices: Sequence[slice], found: Sequence[Found]) -> dict[Look, tuple[Finding, ...]]:
    """The findings of all slices, one where several say the same.

    Parameters
    ----------
    slices : sequence of slice
        The rows of each.
    found : sequence
        What `look_at_rows` gives of each.

    Returns
    -------
    dict
        By look.
    """
    rows = slices[-1].stop
    result = {}
    for number, look in enumerate(ROW_LOOKS):
        groups: dict[Any, list[tuple[int, Finding]]] = {}
        for piece, of_slice in zip(slices, found, strict=True):
            for finding in of_slice[number]:
                groups.setdefault(_sort_of(finding), []).append((piece.start, finding))
        result[look] = tuple(_one(group, rows) for group in groups.values())
    return result


def _sort_of(finding: Finding) -> tuple[Any, ...]:
    """What two findings about other rows have in common if they say the same."""
    is_weight = finding.key in {inputs.NAN_WEIGHT.key, inputs.INFINITE_WEIGHT.key}
    cause = "break" if finding.cause in OF_ONE_BREAK else finding.key if is_weight else finding.cause
    names = "name" if is_weight else "step"
    came_out = finding.values.get("came_out") if finding.kind is not Kind.GRADIENT else None
    return cause, finding.formula, finding.values.get(names), came_out


def _one(group: list[tuple[int, Finding]], total: int) -> Finding:
    """The one finding of all rows; its evidence is that of the first row, or of the worst."""
    rows = RowNumbers(np.concatenate([finding.rows.array + start for start, finding in group]))
    told = next((each for each in group if each[1].rows), group[0])
    if told[1].key == losses.DIGITS.key:
        told = max(group, key=lambda each: each[1].values["percent"])
    start, finding = told
    values = {**finding.values, "count": len(rows), "total": total, "where": rows_in_words(rows)}
    if rows:
        values["row"] = rows[0] + 1
    if "worst" in values:
        values["worst"] += start
    if "came_out" in values:
        parts = {part for _, each in group for part in each.values["came_out"].split("/")}
        values["came_out"] = "/".join(sorted(parts))
    if "most" in values:
        values["most"] = max(each.values["most"] for _, each in group)
    return finding._replace(rows=rows, values=MappingProxyType(values))


_PLACES = {formula.key: place for place, formula in enumerate(CATALOGUE)}


@failures_are_results
def findings(evaluation: Evaluation, progress: Report = lambda *_: None) -> tuple[Finding, ...]:
    """What a user should know about an evaluation, the worst first.

    Parameters
    ----------
    evaluation : Evaluation
        Findings about a formula come from its columns; what it does not hold is not looked for. Of a
        `LargeEvaluation` rows are looked at slice after slice (`look_at_rows`).
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
