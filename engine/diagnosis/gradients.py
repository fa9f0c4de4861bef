"""Rows whose gradient is nan, infinite, dead or lost where the true one is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.diagnosis.class_gradients import FIFTH, ClassGradients, ClassScale
from engine.diagnosis.finding import Diagnosis, Finding, Rows, Severity, first
from engine.diagnosis.masks import masked_target
from engine.diagnosis.subject import Floats, Subject, of_pytorch, rounds_to_a_number
from engine.evaluation.column import Column
from engine.floats.verdicts import Kind
from engine.problem import BinaryProblem

LEAST_TO_LEARN = 0.1
"""A gradient is worth a word where the true one is larger than this share of its weight: smaller ones
belong to rows that are right."""

ALIKE = 0.15
"""A gradient that is no farther from the true one than this share of it is neither lost nor exploded."""

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
    "The gradient of {title} is {came_out} in {count} of {total} rows, first row {row}: the clamp 1e-12 of "
    "its denominator (1 - p)·p is 0 in float16, and the quotient leaves the format.",
    "In row {row} that denominator is {spread:.3g}, and the true gradient is {truth:.3g}.",
    _STABLE,
)
LOG_OF_ZERO = Diagnosis(
    "gradient_of_log_zero",
    Kind.GRADIENT,
    Severity.BROKEN,
    "The gradient of {title} is {came_out} in {where}: the probability of class {name} is {p:.3g} in row "
    "{row}, and the logarithm's gradient divides by it, even where the loss is right.",
    "{count} of {total} rows; the true gradient is finite.",
    _STABLE,
)
WEIGHT_OVER_P = Diagnosis(
    "broken_gradient",
    Kind.GRADIENT,
    Severity.BROKEN,
    "The gradient of {title} is {came_out} in {where}: the logarithm's gradient divides the weight of class "
    "{name} by its probability, and the quotient leaves {format}, whose largest number is {largest:g}.",
    "In row {row} that is {weight:g} / {p:.3g} = {quotient:.6g}; {count} of {total} rows, and the true "
    "gradient is finite.",
    _STABLE,
)
BROKEN = Diagnosis(
    "broken_gradient",
    Kind.GRADIENT,
    Severity.BROKEN,
    "The gradient of {title} is {came_out} in {where} where the true one is finite: an operation on the way "
    "back leaves {format}.",
    "In row {row} the true gradient is {truth:.6g}; {count} of {total} rows.",
    "Make the weights or targets smaller, or compute the loss in a format that reaches further.",
)
BROKEN_PAST_FLOAT64 = BROKEN._replace(evidence="{count} of {total} rows.")
"""Where no float64 holds the true gradient."""

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
    "The gradient of {title} vanishes in {where}, where it is tiny: less than half of it is left.",
    "In row {row} it is {gradient:.3g} where it should be {truth:.3g}; {count} of {total} rows.",
    "Nothing to mend: there is hardly anything to learn there.",
)

SORTS = (DEAD, EXPLODED, HALF, LOG_OF_ZERO, BROKEN, CONFIDENT, UNDERFLOW)


def gradient_findings(subject: Subject) -> Iterator[Finding]:
    """What went wrong in the gradients of PyTorch's own formulas."""
    is_binary = isinstance(subject.problem, BinaryProblem)
    stable = "BCEWithLogitsLoss" if is_binary else "CrossEntropyLoss"
    scale = None if is_binary else ClassScale(subject)

    def look(column: Column) -> Iterator[Finding]:
        about: dict[str, Any] = {
            "formula": column.formula.key,
            "title": column.formula.title,
            "stable": stable,
            "format": subject.problem.format.name,
            "among": subject.problem.rows,
        }
        if scale is None:
            return _OfBinary(subject, column, about).findings()
        return _of_classes(subject, ClassGradients(scale, column), about)

    yield from of_pytorch(subject, look)


class _OfBinary:
    """One column's suspects among the rows of a binary problem: gradients unlike the true ones."""

    def __init__(self, subject: Subject, column: Column, about: dict[str, Any]) -> None:
        self.subject, self.column, self.about = subject, column, about
        gradient, truth = column.gradient.astype(np.float64, copy=False), column.truth.gradient
        self.rows = np.flatnonzero(~(np.abs(gradient - truth) <= ALIKE * np.abs(truth)))
        self.gradient, self.truth = gradient[self.rows], truth[self.rows]

    def findings(self) -> Iterator[Finding]:
        """All of them."""
        if not len(self.rows):
            return
        subject, gradient, truth = self.subject, self.gradient, self.truth
        form = subject.problem.format
        past = np.isinf(truth)  # finite, and too large for float64, or under an infinite weight
        if past.any():
            past &= subject.are_finite(self.rows, self.column.formula)
        defined = np.isfinite(truth) | past
        if self.column.refusal is not None:
            defined &= ~subject.refused_rows[self.rows]
        finite = np.isfinite(gradient)
        broken = ~finite & defined
        if broken.any():
            yield from self._of_broken(broken)
        size, true_size = np.abs(gradient), np.abs(truth)
        to_learn = true_size > LEAST_TO_LEARN * self._scale()
        defined &= finite
        close = size >= true_size / 2
        off = ~(close & (size <= 2 * true_size)) & defined
        sought = defined & rounds_to_a_number(form, truth)
        faded = off & ~close & ~to_learn & sought
        lost = np.zeros_like(faded)
        if form.is_half:
            missed = np.abs(gradient - truth) >= FIFTH * true_size
            lost = missed & self._sure() & sought & ~to_learn
            faded &= ~lost
        cut = self._is_cut()
        for sort, at in (
            (DEAD, off & ~close & to_learn & cut),
            (LOST, off & ~close & to_learn & ~cut),
            (EXPLODED, off & close & to_learn),
            (CONFIDENT, lost),
            (UNDERFLOW, faded),
        ):
            if at.any():
                facts: dict[str, Any] = {"gradient": first(gradient, at), "truth": first(truth, at)}
                mends = (sort is DEAD or sort is EXPLODED) and self.column.formula.clamped is not None
                code = subject.stable_line if mends else subject.wider_line
                remedy = subject.no_finer if sort is LOST else None
                yield sort.found(at=self.rows[at], code=code, remedy=remedy, **self.about, **facts)

    def _spread(self) -> Floats:
        """BCELoss's denominator before its clamp."""
        p = self.column.values["p"][self.rows].astype(np.float64)
        return np.asarray((1 - p) * p)

    def _is_cut(self) -> Rows:
        """Suspects in which BCELoss's gradient has the least denominator that it may have."""
        if self.column.formula.clamped is None:
            return np.zeros(len(self.rows), dtype=bool)
        return np.asarray(self._spread() < 1e-12)

    def _scale(self) -> Floats:
        """The largest gradient that each suspect can have: its weight, times pos_weight where that enters."""
        scale = np.abs(self.subject.row_weight[self.rows])
        positive = getattr(self.subject.problem, "pos_weight", None)
        if positive is None or "pos_weight" not in self.column.formula.honours:
            return scale
        target = self.subject.problem.target[self.rows]
        return np.asarray(scale * np.where(target > 0, max(1.0, abs(positive)), 1.0))

    def _sure(self) -> Rows:
        """Suspects with target 1 whose probability is near it."""
        target = self.subject.problem.target[self.rows]
        return np.asarray((target == 1) & (self.subject.z[self.rows] > 0))

    def _of_broken(self, broken: Rows) -> Iterator[Finding]:
        """Gradients that are nan or infinite: those of BCELoss in float16, and what weights do."""
        subject, problem = self.subject, self.subject.problem
        half, spread = np.zeros_like(broken), np.ones(len(broken))
        if problem.format.name == "float16" and self.column.formula.clamped is not None:
            p, spread = self.column.values["p"][self.rows].astype(np.float64), self._spread()
            quotient = np.abs(p - problem.target[self.rows]) / spread
            half = broken & ~(quotient <= problem.format.max)
        for sort, at in ((HALF, half), (BROKEN, broken & ~half)):
            if at.any():
                facts: dict[str, Any] = {
                    "came_out": _came_out(np.isnan(self.gradient[at])),
                    "truth": first(self.truth, at),
                    "spread": first(spread, at),
                    "remedy": None if sort is HALF else subject.no_further,
                }
                code = subject.stable_line if sort is HALF else subject.wider_line
                told = sort if np.isfinite(facts["truth"]) else BROKEN_PAST_FLOAT64
                yield told.found(at=self.rows[at], code=code, **self.about, **facts)


def _came_out(is_nan: Rows) -> str:
    """What gradients that are not finite are."""
    return "nan" if is_nan.all() else "nan/±inf" if is_nan.any() else "±inf"


def _of_classes(subject: Subject, suspects: ClassGradients, about: dict[str, Any]) -> Iterator[Finding]:
    rows = suspects.rows
    if not len(rows):
        return
    for sort, at in (
        (LOG_OF_ZERO, suspects.divided_by_zero & ~masked_target(subject)[rows]),  # or the mask is the cause
        (WEIGHT_OVER_P, suspects.weight_over_p),
        (BROKEN, suspects.broken),
    ):
        if at.any():
            code = subject.wider_line if sort is BROKEN else subject.stable_line
            facts = suspects.facts_of_broken(at) | {"came_out": _came_out(suspects.has_nan[at])}
            remedy = subject.no_further if sort is BROKEN else None
            told = sort if np.isfinite(facts.get("truth", 0.0)) else BROKEN_PAST_FLOAT64
            yield told.found(at=rows[at], code=code, remedy=remedy, **about, **facts)
    for sort, at in ((CONFIDENT, suspects.lost), (UNDERFLOW, suspects.vanished)):
        if at.any():
            code = subject.wider_line
            yield sort.found(at=rows[at], code=code, **about, **suspects.facts_of_lost(at))
