"""Rows whose gradient is nan, infinite, dead or lost where the true one is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.diagnosis import remedies
from engine.diagnosis.calls import refused_rows
from engine.diagnosis.class_gradients import ClassGradients
from engine.diagnosis.finding import Diagnosis, Finding, Rows, Severity, first
from engine.diagnosis.subject import Floats, Subject, rounds_to_a_number
from engine.evaluation.column import Column
from engine.floats.verdicts import Kind
from engine.formulas.formula import Role
from engine.problem import BinaryProblem

LEAST_TO_LEARN = 0.1
"""A gradient is worth a word where the true one is larger than this share of its weight: smaller ones
belong to rows that are right."""

FIFTH = 0.2
"""A half format that misses a gradient by more than this has lost it."""

_STABLE = "Use {stable} on the logits: its gradient is right here."

DEAD = Diagnosis(
    "dead_gradient",
    Kind.GRADIENT,
    Severity.WRONG,
    "The gradient of {title} fades in {count} of {total} rows that are still wrong, first row {row}: (1 - "
    "p)·p has fallen below 1e-12, where its denominator is cut off, and sigmoid's own gradient multiplies "
    "by it.",
    "It is {gradient:.3g} where it should be {truth:.3g}.",
    _STABLE,
)
LOST = Diagnosis(
    "dead_gradient",
    Kind.GRADIENT,
    Severity.WRONG,
    "The gradient of {title} is less than half of what it should be in {count} of {total} rows that are "
    "still wrong, first row {row}: rounding to {format} on the way back has taken the rest.",
    "It is {gradient:.3g} where it should be {truth:.3g}.",
    "Compute loss and gradient in a wider format.",
)
EXPLODED = Diagnosis(
    "exploded_gradient",
    Kind.GRADIENT,
    Severity.WRONG,
    "The gradient of {title} is more than twice what it should be in {count} of {total} rows, first row "
    "{row}.",
    "It is {gradient:.3g} where it should be {truth:.3g}.",
    _STABLE,
)
HALF = Diagnosis(
    "half_gradient",
    Kind.GRADIENT,
    Severity.BROKEN,
    "The gradient of {title} is {gradient} in {count} of {total} rows, first row {row}: the clamp 1e-12 of "
    "its denominator (1 - p)·p is 0 in float16, and the quotient leaves the format.",
    "In row {row} that denominator is {spread:.3g}, and the true gradient is {truth:.3g}.",
    _STABLE,
)
LOG_OF_ZERO = Diagnosis(
    "gradient_of_log_zero",
    Kind.GRADIENT,
    Severity.BROKEN,
    "The gradient of {title} is {gradient} in {where}: the probability of class {name} is {p:.3g} in row "
    "{row}, and the logarithm's gradient divides by it, even where the loss is right.",
    "{count} of {total} rows; the true gradient is finite.",
    _STABLE,
)
BROKEN = Diagnosis(
    "broken_gradient",
    Kind.GRADIENT,
    Severity.BROKEN,
    "The gradient of {title} is {gradient} in {where} where the true one is finite: an operation on the way "
    "back leaves {format}.",
    "In row {row} the true gradient is {truth:.6g}; {count} of {total} rows.",
    "Make the weights or targets smaller, or compute the loss in a format that reaches further.",
)
CONFIDENT = Diagnosis(
    "confident_gradient",
    Kind.GRADIENT,
    Severity.GOOD_TO_KNOW,
    "The true class's gradient of {title} is lost in {where}: p is so near 1 that {format} has few bits or "
    "none for 1 - p, while the loss looks right.",
    "In row {row} it is {gradient:.3g} where it should be {truth:.3g}; {count} of {total} rows.",
    "Compute loss and gradient in float32 if rows that are sure should go on learning.",
)
UNDERFLOW = Diagnosis(
    "gradient_underflow",
    Kind.UNDERFLOW,
    Severity.GOOD_TO_KNOW,
    "The gradient of {title} vanishes where it is right, in {where}: less than half of it is left.",
    "In row {row} it is {gradient:.3g} where it should be {truth:.3g}; {count} of {total} rows.",
    "Nothing to mend: such rows have hardly anything to learn.",
)

SORTS = (DEAD, EXPLODED, HALF, LOG_OF_ZERO, BROKEN, CONFIDENT, UNDERFLOW)


def gradient_findings(subject: Subject) -> Iterator[Finding]:
    """What went wrong in the gradients of PyTorch's own formulas."""
    other: ClassGradients | None = None
    for column in subject.columns(Role.PYTORCH):
        stable = "BCEWithLogitsLoss" if isinstance(subject.problem, BinaryProblem) else "CrossEntropyLoss"
        about: dict[str, Any] = {
            "formula": column.formula.key,
            "title": column.formula.title,
            "stable": stable,
            "format": subject.problem.format.name,
        }
        if isinstance(subject.problem, BinaryProblem):
            yield from _of_binary(subject, column, about)
        else:
            rows = ClassGradients(subject, column, other)
            yield from _of_classes(subject, rows, about)
            other = rows if other is None else other


def _of_binary(subject: Subject, column: Column, about: dict[str, Any]) -> Iterator[Finding]:
    problem = subject.problem
    gradient, truth = column.gradient.astype(np.float64), column.truth.gradient
    defined = np.isfinite(truth)
    if column.refusal is not None:
        defined &= ~refused_rows(subject)
    size, true_size = np.abs(gradient), np.abs(truth)
    to_learn = true_size > LEAST_TO_LEARN * _scale(subject, column)
    broken = ~np.isfinite(gradient) & defined
    if broken.any():
        yield from _broken(subject, column, broken, about)
    close = size >= true_size / 2
    off = ~(close & (size <= 2 * true_size)) & defined & ~broken
    faded = off & ~close & ~to_learn
    lost = np.zeros_like(faded)
    if problem.format.is_half:
        missed = np.abs(gradient - truth) >= FIFTH * true_size
        lost = missed & _sure(subject) & defined & ~broken & ~to_learn
        lost[lost] = rounds_to_a_number(problem.format, truth[lost])
    faded &= ~lost
    faded[faded] = rounds_to_a_number(problem.format, truth[faded])
    cut = _is_cut(column)
    for sort, at in (
        (DEAD, off & ~close & to_learn & cut),
        (LOST, off & ~close & to_learn & ~cut),
        (EXPLODED, off & close & to_learn),
        (CONFIDENT, lost),
        (UNDERFLOW, faded),
    ):
        if at.any():
            facts: dict[str, Any] = {"gradient": first(gradient, at), "truth": first(truth, at)}
            mends = sort in {DEAD, EXPLODED} and column.formula.clamped is not None
            code = remedies.line(problem) if mends else remedies.wider(problem)
            yield sort.found(at=at, code=code, **about, **facts)


def _is_cut(column: Column) -> Rows:
    """Rows in which BCELoss's gradient has the least denominator that it may have."""
    if column.formula.clamped is None:
        return np.zeros(len(column.loss), dtype=bool)
    p = column.values["p"].astype(np.float64)
    return np.asarray((1 - p) * p < 1e-12)


def _scale(subject: Subject, column: Column) -> Floats:
    """The largest gradient that each row can have: its weight, times pos_weight where that enters."""
    scale = np.abs(subject.row_weight)
    positive = getattr(subject.problem, "pos_weight", None)
    if positive is None or "pos_weight" not in column.formula.honours:
        return scale
    return np.asarray(scale * np.where(subject.problem.target > 0, max(1.0, abs(positive)), 1.0))


def _sure(subject: Subject) -> Rows:
    """Rows with target 1 whose probability is near it."""
    return np.asarray((subject.problem.target == 1) & (subject.z > 0))


def _broken(subject: Subject, column: Column, broken: Rows, about: dict[str, Any]) -> Iterator[Finding]:
    """Gradients that are nan or infinite: those of BCELoss in float16, and what weights do."""
    problem = subject.problem
    gradient, truth = column.gradient.astype(np.float64), column.truth.gradient
    half = np.zeros(problem.rows, dtype=bool)
    spread = np.ones(problem.rows)
    if problem.format.name == "float16" and column.formula.clamped is not None:
        p = column.values["p"].astype(np.float64)
        spread = (1 - p) * p
        quotient = np.abs(p - problem.target) / spread
        half = broken & ~(quotient <= problem.format.max)
    for sort, at in ((HALF, half), (BROKEN, broken & ~half)):
        if at.any():
            facts: dict[str, Any] = {
                "gradient": first(gradient, at),
                "truth": first(truth, at),
                "spread": first(spread, at),
            }
            code = remedies.line(problem) if sort is HALF else remedies.wider(problem)
            yield sort.found(at=at, code=code, **about, **facts)


def _of_classes(subject: Subject, rows: ClassGradients, about: dict[str, Any]) -> Iterator[Finding]:
    problem = subject.problem
    for sort, at in ((LOG_OF_ZERO, rows.divided_by_zero), (BROKEN, rows.broken)):
        if at.any():
            code = remedies.line(problem) if sort is LOG_OF_ZERO else remedies.wider(problem)
            yield sort.found(at=at, code=code, **about, **rows.facts_of_broken(at))
    for sort, at in ((CONFIDENT, rows.lost), (UNDERFLOW, rows.vanished)):
        if at.any():
            yield sort.found(
                at=at,
                code=remedies.wider(problem),
                **about,
                **rows.facts_of_lost(at),
            )
