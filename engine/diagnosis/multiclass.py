"""What is suspicious about a multiclass problem."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis.finding import Finding, Rows, finding, first
from engine.exact import exact_multiclass_loss
from engine.floats.rounding import failures_are_results
from engine.problem import MulticlassProblem

SUM_TOLERANCE = 1e-3
"""How far a row's probabilities may sum from 1: three decimals are often all that people copy. The
format's own rounding, C * eps, is allowed where it is more."""

FEWEST_ROWS = 2
"""One row that sums to 1 may do so by chance, such as [1, 0]; two seldom do."""

TARGET_SUM = (
    "The target probabilities do not sum to 1 in {count} of {total} rows, first {value:.4g} in row {row}: "
    "PyTorch does not check this, and the loss grows with the sum."
)
TARGET_OUTSIDE = (
    "A target probability lies outside [0, 1] in {count} of {total} rows, first {value:g} in row {row}: "
    "PyTorch does not check this."
)
SOFTMAX_TWICE = (
    "Every row lies in [0, 1] and sums to 1: these are probabilities. CrossEntropyLoss applies log_softmax "
    "itself, and a second softmax keeps the loss of {classes} classes in [{low:.4f}, {high:.4f}]."
)
LOG_PROBABILITIES = (
    "Every row is at most 0 and its exponentials sum to 1: these are log-probabilities. That is harmless, "
    "for log_softmax leaves them as they are; NLLLoss could take them without it."
)
ALL_IGNORED = "0 / 0: no row counts, for every target is ignore_index {ignore_index}. The mean is nan."
IGNORED_CLASS = (
    "ignore_index {ignore_index} is a real class: as a target it does not count, but its logit stays in "
    "every softmax, with a share of up to {share:.4g} in the {count} rows that do."
)
SMOOTHING_LEAK = (
    "Class {name} is -inf in row {row}, and label_smoothing {label_smoothing:g} gives it {share:.4g} of the "
    "target: the loss of {count} of {total} rows is inf. Without smoothing row {row} has {truth:.4g}."
)
ZERO_TIMES_INF = (
    "Class {name} is -inf in row {row} and has the target probability 0: CrossEntropyLoss computes "
    "0 * inf, and {count} of {total} rows are nan. The limit in row {row} is {limit:.4g}."
)
TARGET_MASKED = (
    "The target's own class is -inf in {count} of {total} rows, first row {row}: the loss is inf, and "
    "rightly so. Is the mask the wrong way round?"
)
INF_MINUS_INF = (
    "A logit of inf, or nothing but -inf, in {count} of {total} rows, first row {row}: the largest logit is "
    "subtracted from itself, inf - inf, and the row's loss is nan."
)


@failures_are_results
def multiclass_findings(problem: MulticlassProblem) -> tuple[Finding, ...]:
    """Findings that only a multiclass problem can have."""
    z = problem.input.astype(np.float64)
    counted = np.ones(problem.rows, dtype=bool)
    if not problem.has_probabilities:
        counted = problem.target != problem.ignore_index
    return (
        *_of_targets(problem, counted),
        *_of_logits(problem, z),
        *_of_masks(problem, z, counted),
    )


def class_name(problem: MulticlassProblem, index: int) -> str:
    """The class's name, or its index."""
    return str(index) if problem.class_names is None else problem.class_names[index]


def _tolerance(problem: MulticlassProblem) -> float:
    return max(SUM_TOLERANCE, problem.classes * problem.format.eps)


def _of_targets(problem: MulticlassProblem, counted: Rows) -> Iterator[Finding]:
    if problem.has_probabilities:
        y = problem.target
        outside = ~((y >= 0) & (y <= 1))
        if outside.any():
            at = np.any(outside, axis=1)
            yield finding("target_outside", TARGET_OUTSIDE, at=at, value=float(y[outside][0]))
        total = y.sum(axis=1)
        off = ~(np.abs(total - 1) <= _tolerance(problem)) & ~outside.any(axis=1)
        if off.any():
            yield finding("target_sum", TARGET_SUM, at=off, value=first(total, off))
        return
    if problem.rows and not counted.any():
        yield finding("all_ignored", ALL_IGNORED, at=~counted, ignore_index=problem.ignore_index)
    elif 0 <= problem.ignore_index < problem.classes:
        yield from _ignored_class(problem, counted)


def _ignored_class(problem: MulticlassProblem, counted: Rows) -> Iterator[Finding]:
    z = problem.input.astype(np.float64)[counted]
    shares = np.exp(z - z.max(axis=1, keepdims=True))
    shares = shares[:, problem.ignore_index] / shares.sum(axis=1)
    if np.any(shares > 0):
        facts: dict[str, Any] = {"ignore_index": problem.ignore_index, "share": float(np.nanmax(shares))}
        yield finding("ignored_class", IGNORED_CLASS, at=counted, **facts)


def _of_logits(problem: MulticlassProblem, z: NDArray[np.float64]) -> Iterator[Finding]:
    if problem.rows < FEWEST_ROWS or problem.classes == 1:
        return
    if (z >= 0).all() and (z <= 1).all() and _sum_to_one(problem, z):
        high = math.log(math.e + problem.classes - 1)
        yield finding("softmax_twice", SOFTMAX_TWICE, classes=problem.classes, low=high - 1, high=high)
    elif (z <= 0).all() and _sum_to_one(problem, np.exp(z)):
        yield finding("log_probabilities", LOG_PROBABILITIES)


def _sum_to_one(problem: MulticlassProblem, probabilities: NDArray[np.float64]) -> bool:
    return bool((np.abs(probabilities.sum(axis=1) - 1) <= _tolerance(problem)).all())


def _of_masks(problem: MulticlassProblem, z: NDArray[np.float64], counted: Rows) -> Iterator[Finding]:
    masked = np.isneginf(z)
    undecided = counted & ~np.isnan(z).any(axis=1) & (np.isposinf(z).any(axis=1) | masked.all(axis=1))
    if undecided.any():
        yield finding("inf_minus_inf", INF_MINUS_INF, at=undecided)
    share = np.zeros_like(z)
    if problem.has_probabilities:
        share = problem.target
    else:
        share[np.flatnonzero(counted), problem.target[counted]] = 1.0
    usable = counted & ~undecided
    hit = usable & (masked & (share > 0)).any(axis=1)
    if hit.any():
        yield finding("target_masked", TARGET_MASKED, at=hit)
    leaking = (usable & ~hit)[:, None] & masked & (share == 0)
    if not leaking.any():
        return
    if problem.label_smoothing:
        yield _smoothing_leak(problem, z, leaking)
    elif problem.has_probabilities:
        at = np.any(leaking, axis=1)
        row = int(np.argmax(at))
        limit = exact_multiclass_loss(z[[row]], problem.target[[row]], weight=problem.weight)
        facts: dict[str, Any] = {
            "name": class_name(problem, int(np.argmax(leaking[row]))),
            "limit": float(limit[0]),
        }
        yield finding("zero_times_inf", ZERO_TIMES_INF, at=at, formula="cross_entropy", **facts)


def _smoothing_leak(
    problem: MulticlassProblem, z: NDArray[np.float64], leaking: NDArray[np.bool_]
) -> Finding:
    at = np.any(leaking, axis=1)
    row = int(np.argmax(at))
    largest = z[row].max()
    log_p = z[row] - largest - np.log(np.exp(z[row] - largest).sum())
    share = problem.target[row] if problem.has_probabilities else np.eye(problem.classes)[problem.target[row]]
    weight = 1.0 if problem.weight is None else problem.weight
    return finding(
        "smoothing_leak",
        SMOOTHING_LEAK,
        at=at,
        formula="cross_entropy",
        name=class_name(problem, int(np.argmax(leaking[row]))),
        label_smoothing=problem.label_smoothing,
        share=problem.label_smoothing / problem.classes,
        truth=float(-np.where(share > 0, share * weight * log_p, 0.0).sum()),
    )
