"""Classes masked with -inf, or with a finite number so low that it stands for -inf."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis import remedies
from engine.diagnosis.finding import Diagnosis, Finding, Rows, Severity
from engine.diagnosis.inputs import class_name
from engine.diagnosis.subject import Floats, Subject
from engine.exact import exact_multiclass_loss
from engine.floats.verdicts import Kind
from engine.formulas.formula import Role
from engine.problem import MulticlassProblem

MASK = -9984.0
"""A logit at or below it is a mask: -1e4 is the highest in use, and bfloat16 holds it as -9984."""

ORDINARY = 1000.0
"""Beside a mask stands a largest logit within this; a row that is low or explodes as a whole has no mask."""

_MASK_OF_TARGET = (
    "Look whether the mask is the wrong way round, or the target not among the classes "
    "allowed; leave such rows out."
)
_NO_SMOOTHING = (
    "Switch label_smoothing off, or spread it over the classes that are allowed by hand: a masked class "
    "takes its share like any other."
)

TARGET_MASKED = Diagnosis(
    "target_masked",
    Kind.INFINITE,
    Severity.BROKEN,
    "The target's own class is -inf in {count} of {total} rows, first row {row}: the loss is inf, and "
    "rightly so. Is the mask the wrong way round?",
    "",
    _MASK_OF_TARGET,
)
TARGET_MASKED_FINITE = Diagnosis(
    "target_masked",
    Kind.FEEDING,
    Severity.WRONG,
    "The target's own class is masked with {mask:g} in {count} of {total} rows, first row {row}: the loss "
    "is as large as the mask, and rightly so. Is the mask the wrong way round?",
    "The true loss of row {row} is {truth:.6g}.",
    _MASK_OF_TARGET,
)
TARGET_MASKED_BREAKS = Diagnosis(
    "target_masked",
    Kind.INFINITE,
    Severity.BROKEN,
    "The target's own class is masked with {mask:g} in {count} of {total} rows, first row {row}: the loss "
    "is as large as the mask, and rightly so, but inf where the logarithm of a softmax is taken. Is the mask "
    "the wrong way round?",
    "The true loss of row {row} is {truth:.6g}.",
    _MASK_OF_TARGET,
)
SMOOTHING_LEAK = Diagnosis(
    "smoothing_leak",
    Kind.INFINITE,
    Severity.BROKEN,
    "Class {name} is -inf in row {row}, and label_smoothing {label_smoothing:g} gives it {share:.4g} of the "
    "target: the loss of {count} of {total} rows is inf.",
    "Without smoothing row {row} has {truth:.4g}.",
    _NO_SMOOTHING,
)
SMOOTHING_LEAK_FINITE = Diagnosis(
    "smoothing_leak",
    Kind.FEEDING,
    Severity.WRONG,
    "Class {name} is masked with {mask:g} in row {row}, and label_smoothing {label_smoothing:g} gives it "
    "{share:.4g} of the target: the loss of {count} of {total} rows is as large as that share of the mask.",
    "Row {row} has {loss:.6g}, without smoothing {truth:.4g}.",
    _NO_SMOOTHING,
)
ZERO_TIMES_INF = Diagnosis(
    "zero_times_inf",
    Kind.NAN,
    Severity.BROKEN,
    "Class {name} is -inf in row {row} and counts 0 in the loss: 0 * inf is computed, and "
    "the loss is nan in {count} of {total} rows.",
    "The limit in row {row} is {limit:.4g}.",
    "Mask with a large finite number instead of -inf, or give class indices, which never touch the class.",
)
INF_MINUS_INF = Diagnosis(
    "inf_minus_inf",
    Kind.INPUT,
    Severity.BROKEN,
    "A logit of inf, or nothing but -inf, in {count} of {total} rows, first row {row}: the largest logit is "
    "subtracted from itself, inf - inf, and the row's loss is nan.",
    "",
    "Leave out rows without any class allowed; a logit of inf comes from the model.",
)

SORTS = (TARGET_MASKED, SMOOTHING_LEAK, ZERO_TIMES_INF, INF_MINUS_INF)

_FINITE_MASK = "logits.masked_fill(torch.isneginf(logits), -1e4)"
_KEPT_TARGET = "kept = logits.gather(1, target.clamp(min=0)[:, None])[:, 0] > {least}; "
_KEPT_SHARES = "kept = ((target == 0) | (logits > {least})).all(dim=1); "


class _Masks(NamedTuple):
    """Where a problem's classes are masked, and what they count."""

    problem: MulticlassProblem
    z: Floats
    shares: Floats
    weight: Floats

    @property
    def coefficients(self) -> Floats:
        """What multiplies each class's log-probability in a row's loss."""
        smoothing = self.problem.label_smoothing
        return self.weight * (self.shares * (1 - smoothing) + smoothing / self.problem.classes)

    def truth(self, row: int, smoothing: float) -> float:
        """The true loss of one row."""
        weight = None if self.problem.weight is None else np.where(np.isfinite(self.weight), self.weight, 0.0)
        target = self.shares[[row]]
        loss = exact_multiclass_loss(self.z[[row]], target, weight=weight, label_smoothing=smoothing)
        return float(loss[0])

    def name(self, row: int, at: NDArray[np.bool_]) -> str:
        """The first of the row's masked classes that it holds for."""
        return class_name(self.problem, int(np.argmax(at[row])))


def mask_findings(subject: Subject) -> Iterator[Finding]:
    """What masked classes do to the loss: the target among them, smoothing, 0 * inf."""
    problem, z = subject.problem, subject.z
    if not isinstance(problem, MulticlassProblem) or z.size == 0 or (z.min() > MASK and subject.is_finite):
        return
    gone = np.isneginf(z)
    counted = subject.counted & ~subject.nan_rows
    above, empty = counted & np.isposinf(z).any(axis=1), counted & gone.all(axis=1)
    undecided = above | empty
    if undecided.any():
        kinds = ((above, "~torch.isposinf(logits).any(dim=1)"), (empty, "~torch.isneginf(logits).all(dim=1)"))
        kept = " & ".join(text for at, text in kinds if at.any())
        code = f"kept = {kept}; " + remedies.line(problem, logits="logits[kept]", target="target[kept]")
        yield INF_MINUS_INF.found(at=undecided, code=code)
    usable = counted & ~undecided
    weight = np.ones(problem.classes) if subject.weight is None else subject.weight
    masks = _Masks(problem, z, subject.shares, weight)
    if gone.any():
        yield from _of_infinite(masks, gone & usable[:, None])
    low = _finite_masks(z) & usable[:, None]
    if low.any():
        yield from _of_finite(subject, masks, low)


def masked_target(subject: Subject) -> Rows:
    """The rows whose target's own class is masked with a finite number."""
    problem, z = subject.problem, subject.z
    nowhere = np.zeros(problem.rows, dtype=bool)
    if not isinstance(problem, MulticlassProblem) or z.size == 0 or not z.min() <= MASK:
        return nowhere
    weight = np.ones(problem.classes) if subject.weight is None else subject.weight
    own = _finite_masks(z) & (subject.shares * weight > 0)
    return np.asarray(own.any(axis=1) & ~np.isposinf(z).any(axis=1) & ~subject.nan_rows)


def _finite_masks(z: Floats) -> NDArray[np.bool_]:
    """Logits that stand for -inf in rows of ordinary ones."""
    ordinary = np.abs(z.max(axis=1, keepdims=True)) <= ORDINARY
    return np.asarray((z <= MASK) & np.isfinite(z) & ordinary)


def _of_infinite(masks: _Masks, gone: NDArray[np.bool_]) -> Iterator[Finding]:
    problem = masks.problem
    counts = gone & (masks.coefficients > 0)
    hit = (counts & (masks.shares > 0)).any(axis=1)
    if hit.any():
        yield TARGET_MASKED.found(at=hit, code=_without(problem, "-torch.inf"))
    leak = counts.any(axis=1) & ~hit
    if leak.any():
        row = int(np.argmax(leak))
        yield SMOOTHING_LEAK.found(
            at=leak,
            formula="cross_entropy",
            code=remedies.line(problem, label_smoothing=""),
            name=masks.name(row, counts),
            label_smoothing=problem.label_smoothing,
            share=problem.label_smoothing / problem.classes,
            truth=masks.truth(row, 0.0),
        )
    own = gone & (masks.shares > 0) & (masks.weight == 0) & (not problem.has_probabilities)
    weightless = own.any(axis=1)
    touched = gone.any(axis=1) & ~counts.any(axis=1) & ~weightless
    touched &= problem.has_probabilities or problem.label_smoothing > 0
    # A bad weight or target is told of by its name.
    touched &= np.isfinite(masks.shares).all(axis=1) & bool(np.isfinite(masks.weight).all())
    for at, of, formula in ((weightless, own, None), (touched, gone, "cross_entropy")):
        if at.any():
            row = int(np.argmax(at))
            yield ZERO_TIMES_INF.found(
                at=at,
                formula=formula,
                code=remedies.line(problem, logits=_FINITE_MASK),
                name=masks.name(row, of),
                limit=masks.truth(row, problem.label_smoothing),
            )


def _of_finite(subject: Subject, masks: _Masks, low: NDArray[np.bool_]) -> Iterator[Finding]:
    problem = masks.problem
    counts = low & (masks.coefficients > 0)
    of_target = counts & (masks.shares > 0)
    hit = np.asarray(of_target.any(axis=1))
    broken = _breaks(subject, hit)
    for sort, at in ((TARGET_MASKED_BREAKS, broken), (TARGET_MASKED_FINITE, hit & ~broken)):
        if at.any():
            row = int(np.argmax(at))
            yield sort.found(
                at=at,
                code=_without(problem, repr(MASK)),
                mask=float(masks.z[row, np.argmax(of_target[row])]),
                truth=masks.truth(row, problem.label_smoothing),
            )
    leak = counts.any(axis=1) & ~hit
    if leak.any():
        row = int(np.argmax(leak))
        yield SMOOTHING_LEAK_FINITE.found(
            at=leak,
            formula="cross_entropy",
            code=remedies.line(problem, label_smoothing=""),
            name=masks.name(row, counts),
            mask=float(masks.z[row, np.argmax(counts[row])]),
            label_smoothing=problem.label_smoothing,
            share=problem.label_smoothing / problem.classes,
            loss=masks.truth(row, problem.label_smoothing),
            truth=masks.truth(row, 0.0),
        )


def _breaks(subject: Subject, rows: Rows) -> Rows:
    """Those of some rows in which one of PyTorch's formulas is not finite."""
    broken = np.zeros_like(rows)
    for column in subject.columns(Role.PYTORCH):
        broken[rows] |= ~np.isfinite(subject.loss_of(column)[rows])
    return broken


def _without(problem: MulticlassProblem, least: str) -> str:
    """The loss without the rows whose target is masked."""
    kept = _KEPT_SHARES if problem.has_probabilities else _KEPT_TARGET
    return kept.format(least=least) + remedies.line(problem, logits="logits[kept]", target="target[kept]")
