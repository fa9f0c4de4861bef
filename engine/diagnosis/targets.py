"""Targets that no loss of PyTorch checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.arguments.labels import starts_at_one
from engine.diagnosis import remedies
from engine.diagnosis.feedings import sum_tolerance
from engine.diagnosis.finding import Diagnosis, Finding, Severity, first
from engine.diagnosis.inputs import class_name
from engine.diagnosis.subject import Subject
from engine.floats.verdicts import Kind
from engine.problem import BinaryProblem, MulticlassProblem

IGNORE_VALUES = (-100.0, 255.0, -1.0)
"""What people write into targets that should not count: PyTorch's default, and what masks hold."""

FEWEST_SIGNED = 8
"""Targets that are all -1 or 1 are a convention, not rows left out, from this many on."""

OUTSIDE = Diagnosis(
    "target_outside",
    Kind.FEEDING,
    Severity.WRONG,
    "Target outside [0, 1] in {count} of {total} rows, first {value:g} in row {row}: PyTorch does not check "
    "this for BCEWithLogitsLoss, whose loss can fall below 0 without end. BCELoss refuses it.",
    "",
    "Scale the targets into [0, 1].",
)
PROBABILITY_OUTSIDE = Diagnosis(
    "target_outside",
    Kind.FEEDING,
    Severity.WRONG,
    "A target probability lies outside [0, 1] in {count} of {total} rows, first {value:g} in row {row}: "
    "PyTorch does not check this.",
    "",
    "Give probabilities: the softmax of what is there, or one-hot rows.",
)
IGNORE_VALUE = Diagnosis(
    "ignore_index_in_bce",
    Kind.FEEDING,
    Severity.WRONG,
    "The target is {values} in {where}: BCE losses have no ignore_index. BCEWithLogitsLoss takes it for a "
    "number and computes a loss that can fall without end, BCELoss refuses it.",
    "{count} of {total} rows.",
    "Keep those rows out with a mask, or with a weight of 0 and a target within [0, 1].",
)
SIGNED = Diagnosis(
    "target_signed",
    Kind.FEEDING,
    Severity.WRONG,
    "The targets are -1 and 1: BCE losses take 0 and 1, and have no ignore_index either.",
    "-1 in {count} of {total} rows, and 0 in none.",
    "Map them to 0 and 1.",
)
ZERO_TARGET = Diagnosis(
    "zero_target",
    Kind.FEEDING,
    Severity.SUSPICIOUS,
    "All target probabilities are 0 in {where}: such a row has no loss, but counts in the mean.",
    "{count} of {total} rows: the mean is {share:.4g} of what it is over the others.",
    "Take the rows out before the loss, or divide the sum by the number of the others.",
)
ZERO_TARGET_SMOOTHED = Diagnosis(
    "zero_target",
    Kind.FEEDING,
    Severity.SUSPICIOUS,
    "All target probabilities are 0 in {where}: such a row has only the loss of label smoothing, and counts "
    "in the mean as any other.",
    "{count} of {total} rows.",
    "Take the rows out before the loss.",
)
TARGET_SUM = Diagnosis(
    "target_sum",
    Kind.FEEDING,
    Severity.SUSPICIOUS,
    "The target probabilities do not sum to 1 in {count} of {total} rows, first {value:.4g} in row {row}: "
    "PyTorch does not check this, and the loss grows with the sum.",
    "",
    "Divide each row by its sum.",
)
FROM_ONE = Diagnosis(
    "labels_from_one",
    Kind.FEEDING,
    Severity.GOOD_TO_KNOW,
    "Class {name} is the target of no row, and every other class is: do the labels count from 1?",
    "With {classes} equal classes {count} rows without it are one chance in {odds:.3g}.",
    "Labels count from 0. Subtract 1 if yours count from 1, and drop the output that stands for no class.",
)
IGNORED_CLASS = Diagnosis(
    "ignored_class",
    Kind.FEEDING,
    Severity.GOOD_TO_KNOW,
    "ignore_index {ignore_index} is a real class: as a target it does not count, but its logit stays in "
    "every softmax, with a share of up to {share:.4g} in the {count} rows that do.",
    "",
    "To take the class out of the softmax, mask its logit with -inf.",
)

SORTS = (OUTSIDE, IGNORE_VALUE, SIGNED, ZERO_TARGET, TARGET_SUM, FROM_ONE, IGNORED_CLASS)


def target_findings(subject: Subject) -> Iterator[Finding]:
    """What the targets alone give away."""
    problem = subject.problem
    if isinstance(problem, BinaryProblem):
        yield from _of_binary(problem)
    elif problem.has_probabilities:
        yield from _of_probabilities(problem)
    else:
        yield from _of_indices(subject, problem)


def _of_binary(problem: BinaryProblem) -> Iterator[Finding]:
    y = problem.target
    outside = ~((y >= 0) & (y <= 1))
    if not outside.any():
        return
    left_out = outside & np.isin(y, IGNORE_VALUES)
    if bool(np.isin(y, (-1.0, 1.0)).all()) and problem.rows >= FEWEST_SIGNED and (y == 1).any():
        yield SIGNED.found(at=outside, code=remedies.line(problem, target="(target + 1) / 2"))
        return
    if left_out.any():
        values = [each for each in IGNORE_VALUES if (y == each).any()]
        kept = f"target != {values[0]:g}" if len(values) == 1 else "(target >= 0) & (target <= 1)"
        weight = "" if problem.weight is None else "weight[kept]"
        code = remedies.line(problem, logits="logits[kept]", target="target[kept]", weight=weight)
        told = ", ".join(f"{each:g}" for each in values)
        yield IGNORE_VALUE.found(at=left_out, values=told, code=f"kept = {kept}; {code}")
    if (outside & ~left_out).any():
        yield OUTSIDE.found(
            at=outside, value=first(y, outside), code=remedies.line(problem, target="target.clamp(0, 1)")
        )


def _of_probabilities(problem: MulticlassProblem) -> Iterator[Finding]:
    y = problem.target
    outside = ~((y >= 0) & (y <= 1))
    at = outside.any(axis=1)
    if at.any():
        code = remedies.line(problem, target="target.softmax(dim=1)")
        yield PROBABILITY_OUTSIDE.found(at=at, value=float(y[outside][0]), code=code)
    total = y.sum(axis=1)
    zero = np.asarray((total == 0) & ~at) if problem.classes else np.zeros_like(at)
    if zero.any():
        sort = ZERO_TARGET_SMOOTHED if problem.label_smoothing else ZERO_TARGET
        code = remedies.line(problem, logits="logits[kept]", target="target[kept]")
        share = 1 - float(zero.mean())
        yield sort.found(at=zero, share=share, code=f"kept = target.any(dim=1); {code}")
    off = ~(np.abs(total - 1) <= sum_tolerance(problem)) & ~at & ~zero
    if off.any():
        code = remedies.line(problem, target="target / target.sum(dim=1, keepdim=True)")
        yield TARGET_SUM.found(at=off, value=first(total, off), code=code)


def _of_indices(subject: Subject, problem: MulticlassProblem) -> Iterator[Finding]:
    counted = subject.counted
    if not subject.some_count:
        return
    chance = starts_at_one(
        problem.target if subject.all_count else problem.target[counted], problem.classes, proven=False
    )
    if chance is not None:
        code = remedies.line(
            problem, logits="logits[:, 1:]", target="target - 1", **_from_one_weight(problem)
        )
        facts: dict[str, Any] = {
            "name": class_name(problem, 0),
            "classes": problem.classes,
            "odds": 1 / chance,
        }
        yield FROM_ONE.found(at=counted, code=code, **facts)
    if 0 <= problem.ignore_index < problem.classes:
        yield from _ignored_class(subject, problem)


def _from_one_weight(problem: MulticlassProblem) -> dict[str, str]:
    return {} if problem.weight is None else {"weight": "weight[1:]"}


def _ignored_class(subject: Subject, problem: MulticlassProblem) -> Iterator[Finding]:
    z = subject.z[subject.counted]
    shares = np.exp(z - z.max(axis=1, keepdims=True))
    shares = shares[:, problem.ignore_index] / shares.sum(axis=1)
    if np.any(shares > 0):
        index = problem.ignore_index
        masked = f"logits.index_fill(1, torch.tensor([{index}], device=logits.device), -torch.inf)"
        facts: dict[str, Any] = {"ignore_index": index, "share": float(np.nanmax(shares))}
        yield IGNORED_CLASS.found(at=subject.counted, code=remedies.line(problem, logits=masked), **facts)
