"""Numbers that were not finite before any loss saw them: it only passes them on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis import remedies
from engine.diagnosis.finding import Diagnosis, Finding, Rows, Severity, first
from engine.diagnosis.subject import Subject
from engine.floats.verdicts import Kind
from engine.problem import BinaryProblem, MulticlassProblem

_PASSED_ON = "The model gave it, the loss only passes it on."
_FIND_THE_LAYER = (
    "Look for what made it before the loss: a learning rate too high, a division or logarithm without a "
    "floor, a nan in the data. This line stops at the first such batch and names the rows."
)

NAN_LOGIT = Diagnosis(
    "nan_logit",
    Kind.INPUT,
    Severity.BROKEN,
    "nan logit in {where}: every {reduction} is nan. " + _PASSED_ON,
    "Rows with a nan: {count} of {total}.",
    _FIND_THE_LAYER,
)
NAN_LOGIT_BY_ROW = Diagnosis(
    "nan_logit",
    Kind.INPUT,
    Severity.BROKEN,
    "nan logit in {where}: the loss there is nan. " + _PASSED_ON,
    "Rows with a nan: {count} of {total}.",
    _FIND_THE_LAYER,
)
INF_LOGIT = Diagnosis(
    "inf_logit",
    Kind.INPUT,
    Severity.BROKEN,
    "Infinite logit in {where}. " + _PASSED_ON,
    "Row {row} holds {value:g}; infinite in {count} of {total} rows.",
    _FIND_THE_LAYER,
)
OVERFLOWED_LOGIT = Diagnosis(
    "overflowed_logit",
    Kind.INPUT,
    Severity.BROKEN,
    "The logit {value:g} in row {row} is too large for {format}, whose largest number is {largest:g}: it has "
    "become infinite.",
    "Rows with such a logit: {count} of {total}.",
    "Keep the logits in a format that reaches further until the loss is computed, or make them smaller.",
)
OVERFLOWED_MASK = Diagnosis(
    "overflowed_logit",
    Kind.INPUT,
    Severity.GOOD_TO_KNOW,
    "The logit {value:g} in row {row} is too large for {format}, whose largest number is {largest:g}: it has "
    "become -inf, and so masks its class.",
    "Rows with such a logit: {count} of {total}.",
    "Mask with the format's own least number if a finite mask is meant.",
)
BAD_TARGET = Diagnosis(
    "nan_target",
    Kind.INPUT,
    Severity.BROKEN,
    "The target is {value:g} in {where}: no loss of it is a number. The data gave it, the loss only passes "
    "it on.",
    "Rows with such a target: {count} of {total}.",
    "Look for missing values in the labels, and leave those rows out.",
)
NAN_WEIGHT = Diagnosis(
    "nan_weight",
    Kind.INPUT,
    Severity.BROKEN,
    "{name} is nan, and so is the loss of all that it meets, {where}: the loss only passes it on.",
    "It meets {where}, {count} of {total}.",
    "Look at how {name} is computed: 0 / 0 is nan.",
)
NAN_CLASS_WEIGHT = Diagnosis(
    "nan_weight",
    Kind.INPUT,
    Severity.BROKEN,
    "{name} is nan for class {class_name}, and so is the loss of all that it meets, {where}: the loss only "
    "passes it on.",
    "It meets {where}, {count} of {total}.",
    "Look at how {name} is computed: a class that never occurs divides 0 by 0.",
)
INFINITE_WEIGHT = Diagnosis(
    "infinite_weight",
    Kind.INPUT,
    Severity.BROKEN,
    "{name} {value:g} is infinite in {format}, and so is the loss of all that it meets, {where}, or nan "
    "where it meets a 0.",
    "It meets {where}, {count} of {total}. The largest number of {format} is {largest:g}.",
    "Bound {name}, and look at how it is computed.",
)
INFINITE_CLASS_WEIGHT = Diagnosis(
    "infinite_weight",
    Kind.INPUT,
    Severity.BROKEN,
    "{name} {value:g} of class {class_name} is infinite in {format}, and so is the loss of all that it "
    "meets, {where}, or nan where it meets a 0.",
    "It meets {where}, {count} of {total}. The largest number of {format} is {largest:g}.",
    "Bound {name}: a class that never occurs divides by 0.",
)
UNMET_WEIGHT = (
    "{name} is {value:g} for class {class_name}, and that is not finite in {format}: no row has that class, "
    "and so nothing breaks yet."
)
"""The cause where the class of such a weight does not occur."""

IGNORED_NOT_FINITE = Diagnosis(
    "ignored_not_finite",
    Kind.INPUT,
    Severity.BROKEN,
    "Ignored rows whose logits are not finite, {where}: their loss is 0, and yet their gradient is nan, for "
    "it is 0 times the exponential of nan.",
    "{count} of {total} rows; one of them spoils the gradient of every parameter.",
    "Take the ignored rows out before the loss instead of leaving them to ignore_index.",
)

SORTS = (
    NAN_LOGIT,
    INF_LOGIT,
    OVERFLOWED_LOGIT,
    BAD_TARGET,
    NAN_WEIGHT,
    INFINITE_WEIGHT,
    IGNORED_NOT_FINITE,
)


def input_findings(subject: Subject) -> Iterator[Finding]:
    """Logits, targets and weights that are nan or infinite, and what follows."""
    if not subject.is_finite:
        yield from _of_logits(subject)
        yield from _of_ignored(subject)
    yield from _of_targets(subject)
    for name in ("weight", "pos_weight"):
        given = getattr(subject.problem, name, None)
        if given is not None:
            yield from _of_weight(subject, name, np.atleast_1d(np.asarray(given, dtype=np.float64)))


def _of_logits(subject: Subject) -> Iterator[Finding]:
    problem = subject.problem
    nan = subject.nan_rows & subject.counted
    if nan.any():
        kind = NAN_LOGIT_BY_ROW if problem.reduction == "none" else NAN_LOGIT
        yield kind.found(at=nan, reduction=problem.reduction, code=remedies.CHECK_LOGITS)
    given = np.isinf(problem.logits)
    if isinstance(problem, BinaryProblem) and given.any():
        yield INF_LOGIT.found(at=given, value=first(problem.logits, given), code=remedies.CHECK_LOGITS)
    over = np.isinf(subject.z) & np.isfinite(problem.logits)
    # A class far below the others is a mask, and -inf serves as well.
    masks = over & (subject.z < 0) if isinstance(problem, MulticlassProblem) else np.zeros_like(over)
    for sort, at in ((OVERFLOWED_LOGIT, over & ~masks), (OVERFLOWED_MASK, masks)):
        if at.any():
            yield sort.found(
                at=subject.any_class(at),
                value=float(problem.logits[at][0]),
                format=problem.format.name,
                largest=problem.format.max,
                code=remedies.wider(problem),
            )


def _of_ignored(subject: Subject) -> Iterator[Finding]:
    problem, z = subject.problem, subject.z
    if isinstance(problem, BinaryProblem) or subject.counted.all() or problem.classes == 0:
        return
    hopeless = np.isnan(z).any(axis=1) | np.isposinf(z).any(axis=1) | np.isneginf(z).all(axis=1)
    at = ~subject.counted & hopeless
    if at.any():
        code = remedies.line(problem, logits="logits[kept]", target="target[kept]", ignore_index="")
        kept = f"kept = target != {problem.ignore_index}"
        yield IGNORED_NOT_FINITE.found(at=at, code=f"{kept}; {code}")


def _of_targets(subject: Subject) -> Iterator[Finding]:
    problem = subject.problem
    if problem.target.dtype != np.float64:
        return
    bad = ~np.isfinite(problem.target)
    if bad.any():
        code = "assert torch.isfinite(target).all(), (~torch.isfinite(target)).nonzero()"
        yield BAD_TARGET.found(at=subject.any_class(bad), value=float(problem.target[bad][0]), code=code)


def _of_weight(subject: Subject, name: str, given: NDArray[np.float64]) -> Iterator[Finding]:
    problem = subject.problem
    rounded = problem.format.round(given).astype(np.float64)
    of_class = isinstance(problem, MulticlassProblem)
    nan_sort = NAN_CLASS_WEIGHT if of_class else NAN_WEIGHT
    infinite_sort = INFINITE_CLASS_WEIGHT if of_class else INFINITE_WEIGHT
    for sort, bad in ((nan_sort, np.isnan(rounded)), (infinite_sort, np.isinf(rounded))):
        if bad.any():
            facts: dict[str, Any] = {
                "name": name,
                "value": first(given, bad),
                "format": problem.format.name,
                "largest": problem.format.max,
            }
            if isinstance(problem, MulticlassProblem):
                facts["class_name"] = class_name(problem, int(np.argmax(bad)))
            code = f"{name} = torch.nan_to_num({name}, nan=1.0, posinf=1.0, neginf=1.0)"
            met = _met(subject, name, bad)
            told = sort
            if of_class and not met.any():
                told = sort._replace(severity=Severity.GOOD_TO_KNOW, cause=UNMET_WEIGHT)
            yield told.found(at=met, code=code, **facts)


def _met(subject: Subject, name: str, bad: Rows) -> Rows:
    """The rows whose loss or gradient a bad weight enters."""
    problem = subject.problem
    if isinstance(problem, BinaryProblem):
        return bad if name == "weight" else np.ones(problem.rows, dtype=bool)
    if problem.has_probabilities or problem.label_smoothing:
        return np.ones(problem.rows, dtype=bool)
    return subject.counted & bad[np.where(subject.counted, problem.target, 0)]


def class_name(problem: MulticlassProblem, index: int) -> str:
    """The class's name, or its index."""
    return str(index) if problem.class_names is None else problem.class_names[index]
