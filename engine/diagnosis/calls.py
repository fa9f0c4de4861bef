"""Calls that PyTorch refuses, or that have nothing to reduce."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.diagnosis import remedies
from engine.diagnosis.finding import Diagnosis, Finding, Severity
from engine.diagnosis.subject import Subject
from engine.floats.verdicts import Kind
from engine.formulas.formula import Role
from engine.problem import BinaryProblem

REFUSED_NAN = Diagnosis(
    "refused",
    Kind.REFUSED,
    Severity.BROKEN,
    "{title}: PyTorch refuses the whole call: {reason}.",
    "Rows at fault: {count} of {total}.",
    "Find where the nan comes from; BCEWithLogitsLoss would pass it on without a word.",
)
REFUSED_TARGET = Diagnosis(
    "refused",
    Kind.REFUSED,
    Severity.BROKEN,
    "{title}: PyTorch refuses the whole call: {reason}.",
    "Rows at fault: {count} of {total}.",
    "Bring the targets into [0, 1]; BCEWithLogitsLoss would take them without a word.",
)
REFUSED_OPTION = Diagnosis(
    "refused",
    Kind.REFUSED,
    Severity.BROKEN,
    "{title}: PyTorch refuses the whole call: {reason}.",
    "ignore_index is {ignore_index}; with class probabilities it has to stay at its default.",
    "Leave ignore_index out, and give rows that should not count a target of zeros.",
)
REFUSED_LABEL = Diagnosis(
    "refused",
    Kind.REFUSED,
    Severity.BROKEN,
    "{title}: PyTorch refuses the whole call: {reason}.",
    "Rows whose label is neither a class nor ignore_index {ignore_index}: {count} of {total}.",
    "Mend the labels, or set ignore_index to the one that marks rows which should not count.",
)
EMPTY_BATCH = Diagnosis(
    "empty_batch",
    Kind.NAN,
    Severity.BROKEN,
    "The mean of nothing: there are no rows, and 0 / 0 is nan.",
    "The sum is 0.",
    "Skip a batch without rows, or divide the sum by at least 1.",
)
ALL_IGNORED = Diagnosis(
    "all_ignored",
    Kind.NAN,
    Severity.BROKEN,
    "0 / 0: no row counts, for every target is ignore_index {ignore_index}. The mean is nan.",
    "Ignored: {count} of {total} rows; their gradients are 0, and only the loss is nan.",
    "Skip such a batch, or divide the sum by the number of rows that count, at least 1.",
)
NOTHING_COUNTED = Diagnosis(
    "nothing_counted",
    Kind.FEEDING,
    Severity.SUSPICIOUS,
    "The loss looks perfect, but no row counts: every target is ignore_index {ignore_index}.",
    "Ignored: {count} of {total} rows, and what is left adds up to 0.",
    "Look at the targets: is the padding value, or a shift by one token, eating all of them?",
)
WEIGHTED_AWAY = Diagnosis(
    "nothing_counted",
    Kind.FEEDING,
    Severity.SUSPICIOUS,
    "The loss looks perfect, but no row counts: the weight of each is 0 in {format}.",
    "Multiplied by 0: {count} of {total} rows.",
    "Look at the weights: are they rounded to integers, or too small for the format?",
)

SORTS = (REFUSED_NAN, EMPTY_BATCH, ALL_IGNORED, NOTHING_COUNTED)


def call_findings(subject: Subject) -> Iterator[Finding]:
    """Refusals, and batches in which no row counts."""
    yield from _refusals(subject)
    problem = subject.problem
    if not problem.rows:
        if problem.reduction == "mean":
            code = remedies.line(problem, reduction="'sum'") + " / max(1, len(target))"
            yield EMPTY_BATCH.found(code=code)
        return
    if not subject.some_count:
        assert not isinstance(problem, BinaryProblem)
        sort = ALL_IGNORED if problem.reduction == "mean" else NOTHING_COUNTED
        counted = f"(target != {problem.ignore_index}).sum()"
        code = f"{remedies.line(problem, reduction=repr('sum'))} / {counted}.clamp(min=1)"
        yield sort.found(at=~subject.counted, ignore_index=problem.ignore_index, code=code)
    elif _weighted_away(subject):
        away = subject.counted & (subject.row_weight == 0)
        code = "assert weight.any(), weight"
        yield WEIGHTED_AWAY.found(at=away, format=problem.format.name, code=code)


def _weighted_away(subject: Subject) -> bool:
    """Whether every row's weight is 0, and the loss is 0 and not 0 / 0 or what smoothing adds."""
    problem = subject.problem
    if problem.weight is None or not (subject.is_finite and np.isfinite(problem.target).all()):
        return False
    if subject.row_weight[subject.counted].any():
        return False
    if isinstance(problem, BinaryProblem):
        return True
    return (problem.has_probabilities or problem.reduction != "mean") and not problem.label_smoothing


def _refusals(subject: Subject) -> Iterator[Finding]:
    problem = subject.problem
    for column in subject.columns(Role.PYTORCH, Role.MISTAKE):
        if column.refusal is None:
            continue
        about: dict[str, Any] = {
            "title": column.formula.title,
            "reason": column.refusal,
            "formula": column.formula.key,
        }
        if isinstance(problem, BinaryProblem):
            # PyTorch looks at the inputs first.
            sort, code = REFUSED_TARGET, remedies.line(problem, target="target.clamp(0, 1)")
            if subject.nan_rows.any():
                sort, code = REFUSED_NAN, remedies.CHECK_LOGITS
            yield sort.found(at=subject.refused_rows, code=code, **about)
        elif problem.outside is not None:
            value = int(problem.target[int(np.argmax(problem.outside))])
            code = remedies.line(problem, ignore_index=str(value))
            about |= {"reason": column.refusal.rstrip("."), "ignore_index": problem.ignore_index}
            yield REFUSED_LABEL.found(at=problem.outside, code=code, **about)
        else:
            code = remedies.line(problem, ignore_index="")
            yield REFUSED_OPTION.found(code=code, ignore_index=problem.ignore_index, **about)
