"""Findings about single rows, looked for slice by slice of a large problem and put together.

What a row shows (its input, its masks, its loss and gradient) does not hang on other rows, and is looked at
where all its steps are at hand: in the evaluation of its slice. What only all rows show (sums, targets that
count from 1, logits that look like probabilities) is looked for in what is kept of all of them.

Put together, the findings of slices equal those of the whole: the same sorts with the same rows, counts,
evidence of the first row (of lost digits: of the worst one), and order. One thing may differ: where an
operation breaks both in rows whose true loss is beyond the format and in others, the whole quotes that
operation's result of the first of either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from engine.diagnosis import gradients, inputs, losses, masks
from engine.diagnosis.finding import Finding, RowNumbers, rows_in_words
from engine.diagnosis.subject import Subject
from engine.evaluation.evaluate import Evaluation
from engine.floats.rounding import failures_are_results

Look = Callable[[Subject], Iterator[Finding]]

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
    cause = "break" if finding.cause in OF_ONE_BREAK else finding.cause
    names = "name" if finding.key in {"nan_weight", "infinite_weight"} else "step"
    return cause, finding.formula, finding.values.get(names)


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
    if "most" in values:
        values["most"] = max(each.values["most"] for _, each in group)
    return replace(finding, rows=rows, values=MappingProxyType(values))
