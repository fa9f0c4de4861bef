"""What was given to the loss is not what it takes: probabilities for logits, one class, narrowed numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from engine.diagnosis import remedies
from engine.diagnosis.finding import Diagnosis, Finding, Severity, first
from engine.diagnosis.subject import AnyProblem, Floats, Subject
from engine.floats.looks import are_probabilities, decimals_of, half_format_of, log_chance_of_row
from engine.floats.verdicts import Kind
from engine.formulas.formula import Role
from engine.problem import BinaryProblem, MulticlassProblem

FEWEST_PROBABILITIES = 5
"""Binary logits in [0, 1] are told to look like probabilities from this many on."""

FEWEST_ROWS = 2
"""One row that sums to 1 may do so by chance, such as [1, 0]; two seldom do."""

SUM_TOLERANCE = 1e-3
"""How far a row's probabilities may sum from 1: three decimals are often all that people copy. The
format's own rounding, C * eps, is allowed where it is more."""

MOST_DECIMALS = 4
"""Probabilities printed with so few decimals are recognised by what rounding does to their sum."""

ACCIDENT = 1e-6
"""What rows show by chance as rarely as this is no accident."""

SIGMOID_TWICE = Diagnosis(
    "sigmoid_twice",
    Kind.FEEDING,
    Severity.SUSPICIOUS,
    "Every logit lies in [0, 1]: these look like probabilities. BCEWithLogitsLoss applies a sigmoid itself, "
    "and so keeps rows with target 1 in [{low:.4f}, {middle:.4f}] and rows with target 0 in [{middle:.4f}, "
    "{high:.4f}].",
    "{total} logits from {least:.4g} to {most:.4g}.",
    "Give the loss what goes into the sigmoid, not what comes out of it.",
)
SOFTMAX_TWICE = Diagnosis(
    "softmax_twice",
    Kind.FEEDING,
    Severity.SUSPICIOUS,
    "Every row lies in [0, 1] and sums to 1: these are probabilities. CrossEntropyLoss applies log_softmax "
    "itself, and a second softmax keeps the loss of {classes} classes in [{low:.4f}, {high:.4f}].",
    "{total} rows sum to 1, give or take {missed:.2g}.",
    "Give the loss what goes into the softmax, not what comes out of it.",
)
LOG_PROBABILITIES = Diagnosis(
    "log_probabilities",
    Kind.FEEDING,
    Severity.GOOD_TO_KNOW,
    "Every row is at most 0 and its exponentials sum to 1: these are log-probabilities. That is harmless, "
    "for log_softmax leaves them as they are; NLLLoss could take them without it.",
    "",
    "Leave out the log_softmax of the model or that of the loss.",
)
ONE_CLASS = Diagnosis(
    "one_class",
    Kind.FEEDING,
    Severity.SUSPICIOUS,
    "One class: the loss is 0 whatever the logit, and so is the gradient. BCEWithLogitsLoss is meant.",
    "softmax of one logit is 1 in all {total} rows.",
    "Use BCEWithLogitsLoss for one logit a row, with targets of 0 and 1 as floats.",
)
NEGATIVE_LOSS = Diagnosis(
    "negative_loss",
    Kind.FEEDING,
    Severity.WRONG,
    "{title} is negative in {count} of {total} rows, first {loss:.4g} in row {row}: a cross-entropy of "
    "probabilities never is.",
    "",
    "Give targets within [0, 1].",
)
NEGATIVE_NLL = Diagnosis(
    "negative_loss",
    Kind.FEEDING,
    Severity.WRONG,
    "{title} is negative in {count} of {total} rows, first {loss:.4g} in row {row}: NLLLoss is fed "
    "probabilities where it takes their logarithms.",
    "",
    "Use CrossEntropyLoss on the logits, or NLLLoss after log_softmax.",
)
CAST_BEFORE = Diagnosis(
    "cast_before_loss",
    Kind.FEEDING,
    Severity.SUSPICIOUS,
    "All logits are numbers of {narrow}, stored in {format}: the cast happened before the loss, and "
    "{format} cannot bring the digits back.",
    "The last {bits} bits of all {numbers} logits are 0.",
    "Cast where the logits are made: keep the last layer in float32, or leave it out of autocast.",
)

SORTS = (SIGMOID_TWICE, SOFTMAX_TWICE, LOG_PROBABILITIES, ONE_CLASS, NEGATIVE_LOSS, CAST_BEFORE)


def sum_tolerance(problem: MulticlassProblem) -> float:
    """How far the probabilities of a row may sum from 1."""
    return max(SUM_TOLERANCE, problem.classes * problem.format.eps)


def feeding_findings(subject: Subject) -> Iterator[Finding]:
    """What the logits give away about what they are."""
    problem = subject.problem
    if isinstance(problem, BinaryProblem):
        yield from _of_binary(problem)
    else:
        yield from _of_multiclass(subject, problem)
    yield from _narrowed(subject)
    if problem.weight is None or not (problem.weight < 0).any():
        yield from _negative(subject)


def _of_binary(problem: BinaryProblem) -> Iterator[Finding]:
    z = problem.logits
    # Logits that are all alike, such as the zeros of a fresh row, say nothing.
    if problem.rows < FEWEST_PROBABILITIES or not 0 <= z.min() < z.max() <= 1:
        return
    code = remedies.line(problem) + "  # logits: before the sigmoid"
    yield SIGMOID_TWICE.found(
        severity=None if are_probabilities(z) else Severity.GOOD_TO_KNOW,
        code=code,
        total=problem.rows,
        low=math.log1p(math.exp(-1)),
        middle=math.log(2),
        high=math.log1p(math.e),
        least=float(z.min()),
        most=float(z.max()),
    )


def _of_multiclass(subject: Subject, problem: MulticlassProblem) -> Iterator[Finding]:
    weight = 1.0 if subject.weight is None else subject.weight
    sound = subject.is_finite and np.isfinite(weight).all() and np.isfinite(problem.target).all()
    if problem.classes == 1 and problem.rows and sound:
        binary = "F.binary_cross_entropy_with_logits(logits[:, 0], (target == 1).float())"
        yield ONE_CLASS.found(at=np.ones(problem.rows, dtype=bool), code=f"loss = {binary}")
    if problem.rows < FEWEST_ROWS or problem.classes < 2 or not subject.is_finite:
        return
    least, most = subject.extremes
    if 0 <= least < most <= 1:
        yield from _softmax_twice(problem, problem.logits)
    elif most <= 0 and bool((np.abs(np.exp(subject.z).sum(axis=1) - 1) <= sum_tolerance(problem)).all()):
        yield LOG_PROBABILITIES.found(code=remedies.line(problem))


def _softmax_twice(problem: MulticlassProblem, z: Floats) -> Iterator[Finding]:
    digits = decimals_of(z, MOST_DECIMALS)
    step = 0.0 if digits is None else 10.0**-digits
    # Each of C probabilities is off by half a step; with one decimal that would let anything pass.
    rounding = problem.classes * step / 2 if digits != 1 else 0.0
    tolerance = max(sum_tolerance(problem), rounding * (1 + 1e-9))
    sums = z.sum(axis=1)
    if not (np.abs(sums - 1) <= tolerance).all():
        return
    chance = problem.rows * log_chance_of_row(problem.classes, max(tolerance, step / 2))
    high = math.log(math.e + problem.classes - 1)
    yield SOFTMAX_TWICE.found(
        severity=None if chance < math.log(ACCIDENT) else Severity.GOOD_TO_KNOW,
        code=remedies.line(problem) + "  # logits: before the softmax",
        classes=problem.classes,
        low=high - 1,
        high=high,
        total=problem.rows,
        missed=float(np.abs(sums - 1).max()),
    )


def _narrowed(subject: Subject) -> Iterator[Finding]:
    problem = subject.problem
    if problem.format.is_half or problem.logits.size == 0:
        return
    narrow = half_format_of(problem.logits)
    if narrow is None:
        return
    yield CAST_BEFORE.found(
        code="with torch.autocast(logits.device.type, enabled=False): logits = head(features.float())",
        narrow=narrow.name,
        format=problem.format.name,
        bits=problem.format.precision - narrow.precision,
        numbers=problem.logits.size,
    )


def _negative(subject: Subject) -> Iterator[Finding]:
    for column in subject.columns(Role.PYTORCH, Role.MISTAKE):
        negative = subject.loss_of(column) < 0
        if column.refusal is None and negative.any():
            formula = column.formula
            sort = NEGATIVE_NLL if formula.key.startswith("nll") else NEGATIVE_LOSS
            yield sort.found(
                at=negative,
                formula=formula.key,
                code=_within_bounds(subject.problem),
                title=formula.title,
                loss=first(subject.loss_of(column), negative),
            )


def _within_bounds(problem: AnyProblem) -> str:
    """The loss with targets that cannot make it negative."""
    if isinstance(problem, BinaryProblem):
        return remedies.line(problem, target="target.clamp(0, 1)")
    if problem.has_probabilities:
        return remedies.line(problem, target="target.clamp(min=0)")
    return remedies.line(problem)
