"""What is suspicious about a binary problem."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.diagnosis.finding import Finding, finding, first
from engine.evaluation.column import Column
from engine.evaluation.evaluate import Evaluation
from engine.formulas.formula import Role
from engine.problem import BinaryProblem

FEWEST_PROBABILITIES = 5
"""Logits in [0, 1] are taken for probabilities from this many on: a standard normal logit lies there
with probability 0.34, five of them with 0.005."""

LEAST_TO_LEARN = 0.1
"""A gradient is worth a word where the true one is larger: smaller ones belong to rows that are right."""

TARGET_OUTSIDE = (
    "Target outside [0, 1] in {count} of {total} rows, first {value:g} in row {row}: PyTorch does not check "
    "this for BCEWithLogitsLoss, whose loss can fall below 0 without end. BCELoss refuses it."
)
SIGMOID_TWICE = (
    "Every logit lies in [0, 1]: these look like probabilities. BCEWithLogitsLoss applies a sigmoid itself, "
    "and so keeps rows with target 1 in [{low:.4f}, {middle:.4f}] and rows with target 0 in "
    "[{middle:.4f}, {high:.4f}]."
)
INFINITE_LOGIT = (
    "{title} is nan at the logit {logit:g} in row {row}: it computes inf - inf or 0 * inf. "
    "The limit of the loss is {limit:g}."
)
CLAMPED = (
    "{title} is clamped in {count} of {total} rows, first row {row}: sigmoid has rounded to 0 or 1, the "
    "logarithm is cut at -100, and the row adds exactly 100 times its weight, {loss:g} where the true loss "
    "is {truth:.6g}."
)
DEAD_GRADIENT = (
    "The gradient of {title} fades in {count} of {total} rows that are still wrong, first row {row}: it is "
    "{gradient:.3g} where it should be {truth:.3g}."
)
HALF_GRADIENT = (
    "The gradient of {title} is {gradient} in {count} of {total} rows, first row {row}: the clamp 1e-12 of "
    "its denominator is 0 in float16."
)


def binary_findings(problem: BinaryProblem, evaluation: Evaluation) -> Iterator[Finding]:
    """Findings that only a binary problem can have."""
    target = problem.target
    outside = ~((target >= 0) & (target <= 1))
    if outside.any():
        yield finding("target_outside", TARGET_OUTSIDE, at=outside, value=first(target, outside))
    if _are_probabilities(problem):
        yield finding(
            "sigmoid_twice",
            SIGMOID_TWICE,
            low=math.log1p(math.exp(-1)),
            middle=math.log(2),
            high=math.log1p(math.e),
        )
    for column in evaluation.columns:
        if column.formula.role is Role.PYTORCH:
            yield from _of_column(problem, column)


def _are_probabilities(problem: BinaryProblem) -> bool:
    z = problem.logits
    inside = bool(((z >= 0) & (z <= 1)).all())
    # Logits that are all alike, such as the zeros of a fresh row, say nothing.
    return problem.rows >= FEWEST_PROBABILITIES and inside and bool((z != z[0]).any())


def _of_column(problem: BinaryProblem, column: Column) -> Iterator[Finding]:
    formula, z = column.formula, problem.input.astype(np.float64)
    about: dict[str, Any] = {"formula": formula.key, "title": formula.title}
    loss, truth = column.loss.astype(np.float64), column.truth.loss
    undecided = np.isinf(z) & np.isnan(loss) & ~np.isnan(truth)
    if undecided.any():
        logit, limit = first(z, undecided), first(truth, undecided)
        yield finding("infinite_logit", INFINITE_LOGIT, at=undecided, logit=logit, limit=limit, **about)
    if formula.clamped:
        weight = 1.0 if problem.weight is None else problem.format.round(problem.weight).astype(np.float64)
        full = problem.format.round(100.0 * weight).astype(np.float64)
        saturated = formula.clamped(column.values) & (loss == full) & (loss > 0)
        if saturated.any():
            facts = {"loss": first(loss, saturated), "truth": first(truth, saturated)}
            yield finding("clamped", CLAMPED, at=saturated, **(about | facts))
    yield from _of_gradient(problem, column, about)


def _of_gradient(problem: BinaryProblem, column: Column, about: dict[str, Any]) -> Iterator[Finding]:
    gradient, truth = column.gradient.astype(np.float64), column.truth.gradient
    dead = (np.abs(gradient) < np.abs(truth) / 2) & (np.abs(truth) > LEAST_TO_LEARN)
    if dead.any():
        # Adding 0 turns -0 into 0, which reads as the same number.
        facts = {"gradient": first(gradient, dead) + 0.0, "truth": first(truth, dead)}
        yield finding("dead_gradient", DEAD_GRADIENT, at=dead, **(about | facts))
    legal = np.isfinite(problem.logits) & ~np.isnan(column.loss.astype(np.float64))
    broken = ~np.isfinite(gradient) & legal & np.isfinite(truth)
    if broken.any() and problem.format.name == "float16":
        yield finding("half_gradient", HALF_GRADIENT, at=broken, gradient=first(gradient, broken), **about)
