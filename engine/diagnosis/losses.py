"""Rows whose loss is nan, inf, clamped, 0 or off where the true loss is not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis import remedies
from engine.diagnosis.finding import Diagnosis, Finding, Rows, Severity, first
from engine.diagnosis.masks import masked_target
from engine.diagnosis.steps import Break, breaks
from engine.diagnosis.subject import Floats, Subject, of_pytorch, rounds_to_a_number, values_at
from engine.evaluation.column import Column
from engine.floats.formats import FLOAT64, Format
from engine.floats.rounding import constant
from engine.floats.verdicts import Kind
from engine.problem import BinaryProblem, MulticlassProblem

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
    "{title} is {came_out} in {where}: the true loss is finite, and larger than {largest:g}, the largest "
    "number of {format}. It breaks at {step} = {expression}.",
    "In row {row} the true loss is {truth:.6g}; {count} of {total} rows.",
    _WIDER,
)
BEYOND_FLOAT64 = Diagnosis(
    "beyond_format",
    Kind.INFINITE,
    Severity.BROKEN,
    "{title} is {came_out} in {where}: the true loss is finite, and larger than {largest:g}, the largest "
    "number of {format}. It breaks at {step} = {expression}.",
    "{count} of {total} rows.",
    remedies.NO_FORMAT_REACHES_FURTHER,
)
LOG_OF_ZERO = Diagnosis(
    "log_of_zero",
    Kind.INFINITE,
    Severity.BROKEN,
    "{title} is {came_out} in {where}: {step} has rounded to 0, and its logarithm is -inf.",
    "In row {row} the true loss is {truth:.6g}; {count} of {total} rows.",
    _STABLE,
)
INNER_SUM = Diagnosis(
    "inner_sum",
    Kind.INFINITE,
    Severity.BROKEN,
    "{title} is {came_out} in {where}: a sum inside it, {step} = {expression}, leaves {format}, whose "
    "largest number is {largest:g}.",
    "In row {row} that sum is {result:g} where it should be {part:.6g}, and the true loss is {truth:.6g}; "
    "{count} of {total} rows.",
    _WIDER,
)
BROKEN_STEP = Diagnosis(
    "broken_step",
    Kind.NAN,
    Severity.BROKEN,
    "{title} is {came_out} in {where} where the true loss is finite: it breaks at {step} = {expression}.",
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
CLAMPED_LOG = Diagnosis(
    "clamped",
    Kind.CLAMPED,
    Severity.WRONG,
    "{title} is clamped in {count} of {total} rows, first row {row}: the logarithm of sigmoid falls below "
    "-100, where it is cut, and the row adds exactly 100 times its weight.",
    "In row {row} that is {loss:g} where the true loss is {truth:.6g}.",
    _STABLE,
)
CLAMPED_SHARE = Diagnosis(
    "clamped",
    Kind.CLAMPED,
    Severity.WRONG,
    "{title} is clamped in {count} of {total} rows, first row {row}: the logarithm that the target counts a "
    "share of falls below -100, where it is cut.",
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
    "Nothing to mend, as a rule: the loss of a row that is wrong is far larger. In a wider format such rows "
    "keep theirs.",
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
    yield from of_pytorch(subject, lambda column: _OfColumn(subject, column).findings())


class _OfColumn:
    """One column's suspects: the rows whose loss is not within a per cent of the true one, or cut off."""

    def __init__(self, subject: Subject, column: Column) -> None:
        self.subject = subject
        self.problem = subject.problem
        self.column = column
        loss, truth = subject.loss_of(column), column.truth.loss
        distance = np.abs(loss - truth)
        suspect = ~(distance <= subject.per_cent_of(column.truth))
        cuts = column.formula.clamped is not None
        self._full = np.broadcast_to(self._at_full_cut(), loss.shape) if cuts else None
        if self._full is not None:
            suspect |= loss == self._full
        self.rows = np.flatnonzero(suspect)
        self.loss, self.truth, self.distance = loss[self.rows], truth[self.rows], distance[self.rows]
        self.about: dict[str, Any] = {"formula": column.formula.key, "title": column.formula.title}

    def findings(self) -> Iterator[Finding]:
        """All of them."""
        if not len(self.rows):
            return
        defined = np.isfinite(self.truth) | self._past_float64()
        if self.column.refusal is not None and isinstance(self.problem, BinaryProblem):
            defined &= ~self.subject.refused_rows[self.rows]
        broken = ~np.isfinite(self.loss) & defined
        if not self.subject.is_finite and isinstance(self.problem, BinaryProblem):
            z = self.subject.z[self.rows]
            # Nan at an infinite logit though the loss has a limit.
            undecided = np.isinf(z) & np.isnan(self.loss) & ~np.isnan(self.truth)
            if undecided.any():
                yield self._told(
                    INFINITE_LOGIT,
                    undecided,
                    code=remedies.line(self.problem, logits="logits.clamp(-1e4, 1e4)"),
                    logit=first(z, undecided),
                    limit=first(self.truth, undecided),
                )
            broken &= ~undecided
        if broken.any():
            yield from self._of_broken(broken)
        off = (self.distance > self.subject.per_cent_of(self.column.truth)[self.rows]) & defined & ~broken
        if self._full is not None:
            cut = self._cut()
            yield from self._of_clamped(cut, self._full[self.rows], off)
            off &= ~cut
        if off.any():
            yield from self._of_vanished(off & (self.loss == 0))
            yield from self._of_digits(off & (self.loss != 0))

    def _told(self, sort: Diagnosis, at: Rows, **facts: Any) -> Finding:
        """What is said of some of the suspects."""
        return sort.found(at=self.rows[at], among=self.problem.rows, **self.about, **facts)

    def _past_float64(self) -> Rows:
        """Suspects whose true loss is finite, and larger than any float64: infinite at finite inputs."""
        past = np.isinf(self.truth)
        if not past.any() or self.problem.format is not FLOAT64:
            return np.zeros(len(self.rows), dtype=bool)
        past[past] = self.subject.are_finite(self.rows[past], self.column.formula)
        return past & self._weights_are_finite()

    def _of_broken(self, broken: Rows) -> Iterator[Finding]:
        if isinstance(self.problem, MulticlassProblem) and not self.subject.is_finite:
            broken = broken & ~self._masks_explain(self.subject.z[self.rows])
        broken = broken & self._weights_are_finite()
        if broken.any():
            for broke in breaks(self.problem, self.column, self.rows[broken]):
                yield from self._of_break(broke)

    def _masks_explain(self, z: Floats) -> Rows:
        """Suspects of a multiclass problem where an infinite logit that the loss reads is at fault."""
        problem = self.problem
        assert isinstance(problem, MulticlassProblem)
        rising, gone = np.isposinf(z).any(axis=1), np.isneginf(z)
        if problem.has_probabilities or (
            problem.label_smoothing and "label_smoothing" in self.column.formula.honours
        ):
            return np.asarray(rising | gone.any(axis=1))
        counted = self.subject.counted[self.rows]
        own = gone[np.arange(len(z)), np.where(counted, problem.target[self.rows], 0)]
        return np.asarray(rising | (own & counted) | gone.all(axis=1))

    def _weights_are_finite(self) -> Rows:
        """Suspects that no infinite weight meets: those are told of by its name."""
        weight = self.subject.weight
        if weight is None or np.isfinite(weight).all():
            return np.ones(len(self.rows), dtype=bool)
        if isinstance(self.problem, BinaryProblem):
            return np.isfinite(weight[self.rows])
        if self.problem.has_probabilities or self.problem.label_smoothing:
            return np.zeros(len(self.rows), dtype=bool)
        return np.isfinite(self.subject.row_weight[self.rows])

    def _among_suspects(self, rows: NDArray[np.intp]) -> Rows:
        at = np.zeros(len(self.rows), dtype=bool)
        at[np.searchsorted(self.rows, rows)] = True
        return at

    def _of_break(self, broke: Break) -> Iterator[Finding]:
        at = self._among_suspects(broke.rows)
        if broke.name == "p":
            at &= ~masked_target(self.subject)[self.rows]  # the mask is the cause
        beyond = at & np.isinf(self.problem.format.nearest(self.truth).astype(np.float64))
        for is_beyond, of_each in ((True, beyond), (False, at & ~beyond)):
            for came_out in np.unique(self.loss[of_each]).tolist():  # nan is one
                rows = of_each & ((self.loss == came_out) | (np.isnan(self.loss) & np.isnan(came_out)))
                result, part = broke.numbers(int(self.rows[np.argmax(rows)]))
                truth = first(self.truth, rows)
                sort = _sort_of(broke, part)
                if is_beyond:
                    sort = BEYOND if np.isfinite(truth) else BEYOND_FLOAT64
                yield self._told(
                    sort,
                    rows,
                    kind=Kind.NAN if np.isnan(came_out) else Kind.INFINITE,
                    remedy=None if sort is LOG_OF_ZERO else self.subject.no_further,
                    code=self.subject.stable_line if sort is LOG_OF_ZERO else self.subject.wider_line,
                    came_out=f"{came_out:g}",
                    step=broke.name,
                    expression=broke.expression,
                    result=result,
                    part=part,
                    truth=truth,
                    format=self.problem.format.name,
                    largest=self.problem.format.max,
                    stable=self._stable,
                )

    @property
    def _stable(self) -> str:
        return "BCEWithLogitsLoss" if isinstance(self.problem, BinaryProblem) else "CrossEntropyLoss"

    def _at_full_cut(self) -> Floats:
        """The loss of rows in which BCELoss cuts a logarithm that counts whole."""
        hundred, weight = constant(100, self.column.loss), self.column.values["weight"]
        return np.asarray(hundred if weight is None else hundred * weight).astype(np.float64)

    def _cut(self) -> Rows:
        """Suspects in which BCELoss has cut a logarithm that counts."""
        clamped = self.column.formula.clamped
        assert clamped is not None
        at = clamped(values_at(self.problem, self.column.values, self.rows))
        return np.asarray(at & (self.loss > 0) & np.isfinite(self.loss))

    def _of_clamped(self, cut: Rows, full: Floats, off: Rows) -> Iterator[Finding]:
        whole, p = cut & (self.loss == full), self.column.values["p"][self.rows]
        rounded = (p == 0) | (p == 1)
        for sort, at in (
            (CLAMPED, whole & rounded),
            (CLAMPED_LOG, whole & ~rounded),
            (CLAMPED_SHARE, cut & off & ~whole),
        ):
            if at.any():
                yield self._told(
                    sort,
                    at,
                    code=self.subject.stable_line,
                    loss=first(self.loss, at),
                    truth=first(self.truth, at),
                    stable=self._stable,
                )

    def _of_vanished(self, vanished: Rows) -> Iterator[Finding]:
        vanished &= rounds_to_a_number(self.problem.format, self.truth)
        if not vanished.any():
            return
        for broke in breaks(self.problem, self.column, self.rows[vanished], vanished=True):
            at = self._among_suspects(broke.rows)
            yield self._told(
                UNDERFLOW,
                at,
                remedy=self.subject.no_finer,
                code=self.subject.wider_line,
                step=broke.name,
                expression=broke.expression,
                truth=first(self.truth, at),
                most=float(self.distance[at].max()),
            )

    def _of_digits(self, digits: Rows) -> Iterator[Finding]:
        form = self.problem.format
        digits &= np.abs(self.truth) >= form.smallest_normal
        if not digits.any():
            return
        share = self.distance[digits] / np.abs(self.truth[digits])
        worst = int(np.argmax(share))
        loss, truth = float(self.loss[digits][worst]), float(self.truth[digits][worst])
        yield self._told(
            DIGITS,
            digits,
            remedy=self.subject.no_finer,
            code=self.subject.wider_line,
            worst=int(self.rows[digits][worst]) + 1,
            loss=loss,
            truth=truth,
            percent=100 * float(share[worst]),
            format=form.name,
            spacing=_spacing(form, truth),
        )


def _sort_of(broke: Break, part: float) -> Diagnosis:
    if broke.name == "p":
        return LOG_OF_ZERO
    return INNER_SUM if broke.is_sum and np.isfinite(part) else BROKEN_STEP


def _spacing(form: Format, value: float) -> float:
    """How far the format's numbers are apart around a value at or above its smallest normal one."""
    return math.ldexp(1.0, math.frexp(value)[1] - form.precision)
