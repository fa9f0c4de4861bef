"""Rows whose loss is nan, inf, clamped, 0 or off where the true loss is not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.diagnosis import remedies
from engine.diagnosis.calls import refused_rows
from engine.diagnosis.finding import Diagnosis, Finding, Rows, Severity, first
from engine.diagnosis.masks import masked_target
from engine.diagnosis.steps import Break, breaks
from engine.diagnosis.subject import Floats, Subject, rounds_to_a_number
from engine.evaluation.column import Column
from engine.floats.formats import Format
from engine.floats.rounding import constant
from engine.floats.verdicts import Kind
from engine.formulas.formula import Role
from engine.problem import BinaryProblem, MulticlassProblem

PER_CENT_OFF = 0.01
"""A finite loss farther from the true one than this is told of."""

_STABLE = "Use {stable}, which goes by way of the logarithm and needs no probability."
_WIDER = "Compute the loss in a format that reaches further."

INFINITE_LOGIT = Diagnosis(
    "infinite_logit",
    Kind.NAN,
    Severity.BROKEN,
    "{title} is nan at the logit {logit:g} in row {row}: it computes inf - inf or 0 * inf.",
    "The limit of the loss is {limit:g}; {count} of {total} rows.",
    "Bound the logits before the loss, and look for what made them infinite.",
)
BEYOND = Diagnosis(
    "beyond_format",
    Kind.INFINITE,
    Severity.BROKEN,
    "{title} is {value:g} in {where}: the true loss is finite, and larger than {largest:g}, the largest "
    "number of {format}. It breaks at {step} = {expression}.",
    "In row {row} the true loss is {truth:.6g}; {count} of {total} rows.",
    _WIDER,
)
LOG_OF_ZERO = Diagnosis(
    "log_of_zero",
    Kind.INFINITE,
    Severity.BROKEN,
    "{title} is {value:g} in {where}: {step} has rounded to 0, and its logarithm is -inf.",
    "In row {row} the true loss is {truth:.6g}; {count} of {total} rows.",
    _STABLE,
)
INNER_SUM = Diagnosis(
    "inner_sum",
    Kind.INFINITE,
    Severity.BROKEN,
    "{title} is {value:g} in {where}: a sum inside it, {step} = {expression}, leaves {format}, whose "
    "largest number is {largest:g}.",
    "In row {row} that sum is {result:g} where it should be {part:.6g}, and the true loss is {truth:.6g}; "
    "{count} of {total} rows.",
    _WIDER,
)
BROKEN_STEP = Diagnosis(
    "broken_step",
    Kind.NAN,
    Severity.BROKEN,
    "{title} is {value:g} in {where} where the true loss is finite: it breaks at {step} = {expression}.",
    "In row {row} that is {result:g}, and the true loss is {truth:.6g}; {count} of {total} rows.",
    _WIDER,
)
CLAMPED = Diagnosis(
    "clamped",
    Kind.CLAMPED,
    Severity.WRONG,
    "{title} is clamped in {count} of {total} rows, first row {row}: sigmoid has rounded to 0 or 1, the "
    "logarithm is cut at -100, and the row adds exactly 100 times its weight.",
    "In row {row} that is {loss:g} where the true loss is {truth:.6g}.",
    _STABLE,
)
CLAMPED_SHARE = Diagnosis(
    "clamped",
    Kind.CLAMPED,
    Severity.WRONG,
    "{title} is clamped in {count} of {total} rows, first row {row}: sigmoid has rounded to 0 or 1, and the "
    "logarithm that the target still counts a share of is cut at -100.",
    "In row {row} that makes {loss:g} of the true loss {truth:.6g}.",
    _STABLE,
)
UNDERFLOW = Diagnosis(
    "underflow",
    Kind.UNDERFLOW,
    Severity.GOOD_TO_KNOW,
    "{title} is 0 in {where} where the true loss is not: it vanishes at {step} = {expression}.",
    "In row {row} the true loss is {truth:.3g}; {count} of {total} rows, each off by no more than "
    "{most:.3g}.",
    "Nothing to mend: the row is right and the error tiny. In a wider format such rows keep their loss.",
)
DIGITS = Diagnosis(
    "digits",
    Kind.DIGITS,
    Severity.GOOD_TO_KNOW,
    "{title} is more than 1 % off in {count} of {total} rows.",
    "The worst is row {worst}: {loss:.6g} where the true loss is {truth:.6g}, {percent:.3g} % off. "
    "Neighbouring numbers of {format} are {spacing:.3g} apart there.",
    "Compute the loss in a wider format if these digits matter.",
)

SORTS = (INFINITE_LOGIT, BEYOND, LOG_OF_ZERO, INNER_SUM, BROKEN_STEP, CLAMPED, UNDERFLOW, DIGITS)


def loss_findings(subject: Subject) -> Iterator[Finding]:
    """What went wrong in the rows of PyTorch's own formulas."""
    for column in subject.columns(Role.PYTORCH):
        yield from _OfColumn(subject, column).findings()


class _OfColumn:
    """One column's rows."""

    def __init__(self, subject: Subject, column: Column) -> None:
        self.subject = subject
        self.problem = subject.problem
        self.column = column
        self.loss = column.loss.astype(np.float64)
        self.truth = column.truth.loss
        self.about: dict[str, Any] = {"formula": column.formula.key, "title": column.formula.title}

    def findings(self) -> Iterator[Finding]:
        """All of them."""
        defined = np.isfinite(self.truth)
        if self.column.refusal is not None and isinstance(self.problem, BinaryProblem):
            defined &= ~refused_rows(self.subject)
        broken = ~np.isfinite(self.loss) & defined
        if not self.subject.is_finite:
            undecided = self._at_infinite_logits()
            if undecided.any():
                yield INFINITE_LOGIT.found(
                    at=undecided,
                    code=remedies.line(self.problem, logits="logits.clamp(-1e4, 1e4)"),
                    logit=first(self.subject.z, undecided),
                    limit=first(self.truth, undecided),
                    **self.about,
                )
            broken &= ~undecided
        if broken.any():
            yield from self._of_broken(broken)
        distance = np.abs(self.loss - self.truth)
        off = (distance > PER_CENT_OFF * np.abs(self.truth)) & defined & ~broken
        cut = self._cut()
        if cut.any():
            yield from self._of_clamped(cut, off)
            off &= ~cut
        if off.any():
            yield from self._of_vanished(off, distance)
            yield from self._of_digits(off, distance)

    def _of_broken(self, broken: Rows) -> Iterator[Finding]:
        if isinstance(self.problem, MulticlassProblem) and not self.subject.is_finite:
            broken = broken & ~self._masks_explain(self.subject.z)
        broken = broken & self._weights_are_finite()
        if broken.any():
            for broke in breaks(self.problem, self.column, np.flatnonzero(broken)):
                yield from self._of_break(broke)

    def _at_infinite_logits(self) -> Rows:
        """Rows of a binary problem that are nan at an infinite logit though their loss has a limit."""
        if not isinstance(self.problem, BinaryProblem):
            return np.zeros(self.problem.rows, dtype=bool)
        return np.asarray(np.isinf(self.subject.z) & np.isnan(self.loss) & ~np.isnan(self.truth))

    def _masks_explain(self, z: Floats) -> Rows:
        """Rows of a multiclass problem where an infinite logit that the loss reads is at fault."""
        problem = self.problem
        assert isinstance(problem, MulticlassProblem)
        rising, gone = np.isposinf(z).any(axis=1), np.isneginf(z)
        if problem.has_probabilities or (problem.label_smoothing and "label_smoothing" in self._honours):
            return np.asarray(rising | gone.any(axis=1))
        own = gone[np.arange(problem.rows), np.where(self.subject.counted, problem.target, 0)]
        return np.asarray(rising | (own & self.subject.counted) | gone.all(axis=1))

    @property
    def _honours(self) -> frozenset[str]:
        return self.column.formula.honours

    def _weights_are_finite(self) -> Rows:
        """Rows that no infinite weight meets: those are told of by its name."""
        weight = self.subject.weight
        if weight is None or np.isfinite(weight).all():
            return np.ones(self.problem.rows, dtype=bool)
        if isinstance(self.problem, BinaryProblem):
            return np.isfinite(weight)
        if self.problem.has_probabilities or self.problem.label_smoothing:
            return np.zeros(self.problem.rows, dtype=bool)
        return np.isfinite(self.subject.row_weight)

    def _of_break(self, broke: Break) -> Iterator[Finding]:
        at = np.zeros(self.problem.rows, dtype=bool)
        at[broke.rows] = True
        if broke.name == "p":
            at &= ~masked_target(self.subject)  # the mask is the cause
        beyond = at & np.isinf(self.problem.format.nearest(self.truth).astype(np.float64))
        facts: dict[str, Any] = {
            **self.about,
            "step": broke.name,
            "expression": broke.expression,
            "result": broke.value,
            "part": broke.truth,
            "format": self.problem.format.name,
            "largest": self.problem.format.max,
        }
        sort = BROKEN_STEP
        if broke.name == "p":
            sort = LOG_OF_ZERO
        elif broke.is_sum and np.isfinite(broke.truth):
            sort = INNER_SUM
        for kind, rows in ((BEYOND, beyond), (sort, at & ~beyond)):
            if rows.any():
                own: dict[str, Any] = {
                    "value": first(self.loss, rows),
                    "truth": first(self.truth, rows),
                    "stable": self._stable,
                }
                code = remedies.line(self.problem) if kind is LOG_OF_ZERO else remedies.wider(self.problem)
                came_out = Kind.NAN if np.isnan(own["value"]) else Kind.INFINITE
                yield kind.found(at=rows, code=code, kind=came_out, **facts, **own)

    @property
    def _stable(self) -> str:
        return "BCEWithLogitsLoss" if isinstance(self.problem, BinaryProblem) else "CrossEntropyLoss"

    def _cut(self) -> Rows:
        """Rows in which BCELoss has cut a logarithm that counts."""
        formula = self.column.formula
        if formula.clamped is None or not isinstance(self.problem, BinaryProblem):
            return np.zeros(self.problem.rows, dtype=bool)
        return np.asarray(formula.clamped(self.column.values) & (self.loss > 0) & np.isfinite(self.loss))

    def _of_clamped(self, cut: Rows, off: Rows) -> Iterator[Finding]:
        hundred, weight = constant(100, self.column.loss), self.column.values["weight"]
        full = np.asarray(hundred if weight is None else hundred * weight).astype(np.float64)
        for sort, at in (
            (CLAMPED, cut & (self.loss == full)),
            (CLAMPED_SHARE, cut & off & (self.loss != full)),
        ):
            if at.any():
                yield sort.found(
                    at=at,
                    code=remedies.line(self.problem),
                    loss=first(self.loss, at),
                    truth=first(self.truth, at),
                    stable=self._stable,
                    **self.about,
                )

    def _of_vanished(self, off: Rows, distance: Floats) -> Iterator[Finding]:
        vanished = off & (self.loss == 0)
        vanished[vanished] = rounds_to_a_number(self.problem.format, self.truth[vanished])
        if not vanished.any():
            return
        for broke in breaks(self.problem, self.column, np.flatnonzero(vanished), vanished=True):
            at = np.zeros(self.problem.rows, dtype=bool)
            at[broke.rows] = True
            yield UNDERFLOW.found(
                at=at,
                code=remedies.wider(self.problem),
                step=broke.name,
                expression=broke.expression,
                truth=first(self.truth, at),
                most=float(distance[at].max()),
                **self.about,
            )

    def _of_digits(self, off: Rows, distance: Floats) -> Iterator[Finding]:
        form = self.problem.format
        digits = off & (self.loss != 0) & (np.abs(self.truth) >= form.smallest_normal)
        if not digits.any():
            return
        share = np.where(digits, distance / np.abs(self.truth), -1.0)
        worst = int(np.argmax(share))
        yield DIGITS.found(
            at=digits,
            code=remedies.wider(self.problem),
            worst=worst + 1,
            loss=float(self.loss[worst]),
            truth=float(self.truth[worst]),
            percent=100 * float(share[worst]),
            format=form.name,
            spacing=_spacing(form, float(self.truth[worst])),
            **self.about,
        )


def _spacing(form: Format, value: float) -> float:
    """How far the format's numbers are apart around a value at or above its smallest normal one."""
    return math.ldexp(1.0, math.frexp(value)[1] - form.precision)
