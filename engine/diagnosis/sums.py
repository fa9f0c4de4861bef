"""Sums and means that break though every row is finite: which sum, and what follows for the gradient."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.diagnosis import remedies
from engine.diagnosis.finding import Diagnosis, Finding, Severity
from engine.diagnosis.inputs import class_name
from engine.diagnosis.subject import Floats, Subject, of_pytorch
from engine.evaluation.column import Column
from engine.floats.verdicts import Kind
from engine.problem import MulticlassProblem
from engine.pytorch.class_reduction import index_rows, nll_sum

PER_CENT_OFF = 0.01
"""A reduced value farther than this from that of its own rows is told of."""

_WIDER = "Compute the loss in a format that reaches further: float32 for the half formats."

NO_WEIGHT = Diagnosis(
    "no_weight",
    Kind.NAN,
    Severity.BROKEN,
    "The weights of the rows that count add up to 0, and the mean of {title} is {value:g}.",
    "{numerator:g} / 0, over {counted} rows.",
    "Give every class that occurs a weight above 0, or skip such a batch.",
)
WEIGHT_UNDERFLOW = Diagnosis(
    "no_weight",
    Kind.NAN,
    Severity.BROKEN,
    "The weights of the rows that count are rounded to 0 in {format}, and the mean of {title} is {value:g}.",
    "Their true sum is {true_sum:.4g}, and {format} has nothing between 0 and {smallest:.3g}.",
    "Scale the weights: only their ratios matter to a weighted mean.",
)
COUNT_OVERFLOW = Diagnosis(
    "count_overflow",
    Kind.INFINITE,
    Severity.BROKEN,
    "{title} divides by the number of rows in {format}, and {counted} of them are more than {largest:g}: "
    "the mean is {value:g}, and every gradient is 0 too.",
    "{numerator:.6g} / inf; the true mean is {truth:.6g}.",
    _WIDER,
)
COUNT_OVERFLOW_SMOOTHED = Diagnosis(
    "count_overflow",
    Kind.INFINITE,
    Severity.BROKEN,
    "{title} divides by the number of rows in {format}, and {counted} of them are more than {largest:g}: "
    "the mean is {value:g}, and only label smoothing is left of it and its gradient.",
    "The true mean is {truth:.6g}.",
    _WIDER,
)
WEIGHT_SUM_OVERFLOW = Diagnosis(
    "weight_sum_overflow",
    Kind.INFINITE,
    Severity.BROKEN,
    "{title} divides by the sum of the weights in {format}, and {true_sum:.6g} is more than {largest:g}: the "
    "mean is {value:g}, and every gradient is 0 too.",
    "{numerator:.6g} / inf over {counted} rows; the true mean is {truth:.6g}.",
    "Scale the weights: only their ratios matter to a weighted mean. Or compute the loss in float32.",
)
SMOOTHING_SUM_OVERFLOW = Diagnosis(
    "sum_overflow",
    Kind.INFINITE,
    Severity.BROKEN,
    "Every row of {title} is finite, but the sum of label smoothing's part over the rows is {sum:.6g}, "
    "beyond {largest:g}, the largest number of {format}: the loss is {value:g}.",
    "{counted} rows; the true {reduction} is {truth:.6g}.",
    _WIDER,
)
INFINITE_DENOMINATOR = Diagnosis(
    "weight_sum_overflow",
    Kind.INFINITE,
    Severity.BROKEN,
    "{title} divides by the sum of the weights, and that of class {name} is infinite in {format}: the mean "
    "is {value:g}.",
    "{numerator:.6g} / inf over {counted} rows.",
    "Bound the weights: a class that never occurs divides by 0.",
)
SUM_OVERFLOW = Diagnosis(
    "sum_overflow",
    Kind.INFINITE,
    Severity.BROKEN,
    "Every row of {title} is finite, but they add up to {sum:.6g}, beyond {largest:g}, the largest number "
    "of {format}: the loss is {value:g}.",
    "{counted} rows; the true {reduction} is {truth:.6g}.",
    _WIDER,
)
QUOTIENT_OVERFLOW = Diagnosis(
    "sum_overflow",
    Kind.INFINITE,
    Severity.BROKEN,
    "Every row of {title} is finite, and so are their sums, but {sum:.6g} divided by the weights, "
    "{denominator:.4g}, is beyond {largest:g}, the largest number of {format}, before it is scaled: the "
    "loss is {value:g}.",
    "{counted} rows; the true {reduction} is {truth:.6g}.",
    "Scale the weights: only their ratios matter to a weighted mean.",
)
SUM_PAST_FLOAT64 = Diagnosis(
    "sum_overflow",
    Kind.INFINITE,
    Severity.BROKEN,
    "Every row of {title} is finite, but their sum is beyond {largest:g}, the largest number of {format}: "
    "the loss is {value:g}.",
    "{counted} rows.",
    remedies.NO_FORMAT_REACHES_FURTHER,
)
MEAN_UNDERFLOW = Diagnosis(
    "mean_underflow",
    Kind.UNDERFLOW,
    Severity.GOOD_TO_KNOW,
    "The {reduction} of {title} is 0 in {format}, though its rows are not.",
    "The true {reduction} of {counted} rows is {truth:.3g}, and {format} has nothing between 0 and "
    "{smallest:.3g}.",
    "Compute the loss in a wider format if so small a value matters.",
)
MEAN_DIGITS = Diagnosis(
    "mean_digits",
    Kind.DIGITS,
    Severity.GOOD_TO_KNOW,
    "The {reduction} of {title} is {value:.6g} where its own rows give {own:.6g}: they are added in "
    "{format}, which drops what is small beside the running sum.",
    "{percent:.3g} % off over {counted} rows.",
    "Add the rows in a wider format: only the sum needs it.",
)

SORTS = (
    NO_WEIGHT,
    COUNT_OVERFLOW,
    WEIGHT_SUM_OVERFLOW,
    SUM_OVERFLOW,
    MEAN_UNDERFLOW,
    MEAN_DIGITS,
)


def sum_findings(subject: Subject) -> Iterator[Finding]:
    """What went wrong in the reductions of PyTorch's own formulas."""
    if subject.problem.reduction != "none" and subject.some_count:
        yield from of_pytorch(subject, lambda column: _of_column(subject, column))


def _of_column(subject: Subject, column: Column) -> Iterator[Finding]:
    if column.refusal is not None:
        return
    ledger, form = column.ledger, subject.problem.format
    value = ledger.value
    assert value is not None
    own_numerator = _over_counted(subject, ledger.row_numerators)
    true_sum = _over_counted(subject, ledger.row_denominators) if ledger.reduction == "mean" else 1.0
    own = own_numerator / true_sum if true_sum else math.nan
    nothing, endless = ledger.denominator == 0, math.isinf(ledger.denominator)
    broken = not math.isfinite(value)
    vanished = value == 0 and own > 0
    off = (
        math.isfinite(own) and abs(value - own) > PER_CENT_OFF * abs(own) and abs(own) >= form.smallest_normal
    )
    if not (nothing or endless or broken or vanished or off):
        return
    numerator = _over_counted(subject, column.truth.loss)
    about: dict[str, Any] = {
        "formula": column.formula.key,
        "title": column.formula.title,
        "format": form.name,
        "largest": form.max,
        "smallest": form.smallest_subnormal,
        "value": value + 0.0,
        "kind": Kind.NAN if math.isnan(value) else Kind.INFINITE,
        "reduction": ledger.reduction,
        "numerator": ledger.numerator + 0.0,
        "counted": int(subject.counted.sum()),
        "true_sum": true_sum,
        "truth": numerator / true_sum if true_sum else math.nan,
        "own": own,
    }
    if nothing:
        yield from _nothing_to_divide_by(subject, about)
    elif endless:
        yield from _infinite_denominator(subject, column, about)
    elif broken:
        if not np.isfinite(ledger.row_numerators[subject.counted]).all():
            return  # told of by its rows
        sort, total = _which_sum(column)
        if abs(total) <= form.max:
            sort = QUOTIENT_OVERFLOW
        elif not math.isfinite(total):
            sort = SUM_PAST_FLOAT64
        about |= {"sum": total, "denominator": ledger.denominator}
        yield sort.found(code=subject.wider_line, remedy=subject.no_further, **about)
    elif vanished:
        about |= {"kind": None, "remedy": subject.no_finer}
        yield MEAN_UNDERFLOW.found(code=subject.wider_line, **about)
    else:
        about |= {"kind": None, "remedy": subject.no_finer, "percent": 100 * abs(value - own) / abs(own)}
        yield MEAN_DIGITS.found(code=subject.wider_line, **about)


def _over_counted(subject: Subject, rows: Floats) -> float:
    return float((rows if subject.all_count else rows[subject.counted]).sum())


def _nothing_to_divide_by(subject: Subject, about: dict[str, Any]) -> Iterator[Finding]:
    problem = subject.problem
    assert isinstance(problem, MulticlassProblem)
    assert problem.weight is not None
    typed = problem.weight[problem.target[subject.counted]]
    if typed.sum() != 0 and not subject.row_weight[subject.counted].any():
        code = remedies.line(problem, weight="weight / weight.max()")
        yield WEIGHT_UNDERFLOW.found(code=code, **(about | {"true_sum": float(typed.sum())}))
    else:
        yield NO_WEIGHT.found(code="assert (weight > 0).all(), weight", **about)


def _infinite_denominator(subject: Subject, column: Column, about: dict[str, Any]) -> Iterator[Finding]:
    problem, weight = subject.problem, subject.weight
    assert isinstance(problem, MulticlassProblem)
    if weight is None:
        smoothed = problem.label_smoothing and "label_smoothing" in column.formula.honours
        sort = COUNT_OVERFLOW_SMOOTHED if smoothed else COUNT_OVERFLOW
        yield sort.found(code=remedies.wider(problem), **about)
    elif (endless := np.isinf(subject.row_weight) & subject.counted).any():
        name = class_name(problem, int(problem.target[np.argmax(endless)]))
        yield INFINITE_DENOMINATOR.found(code="weight = weight.clamp(max=1e4)", name=name, **about)
    else:
        code = remedies.line(problem, weight="weight / weight.max()")
        yield WEIGHT_SUM_OVERFLOW.found(code=code, **about)


def _which_sum(column: Column) -> tuple[Diagnosis, float]:
    """Which of the sums over the rows left the format, and what it is."""
    ledger = column.ledger
    if ledger.row_nll is not None and ledger.row_smooth is not None and column.values["y"].ndim == 1:
        # PyTorch adds the two parts apart, and the smoothing part before it is scaled by eps / C.
        options = column.values["weight"], column.values["ignore_index"], column.values["label_smoothing"]
        rows = index_rows(column.values["log_p"], column.values["y"], *options)
        if np.isfinite(float(nll_sum(rows))) and rows.smooth is not None:
            return SMOOTHING_SUM_OVERFLOW, float(rows.smooth[rows.counted].astype(np.float64).sum())
    return SUM_OVERFLOW, float(ledger.row_numerators[ledger.counted].sum())
