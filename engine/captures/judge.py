"""Whether a loss is to blame for a batch that was captured, and where and why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.arguments.checks import LossArgumentError
from engine.captures.call import Call, Rows
from engine.captures.capture import Capture
from engine.captures.causes import cause_of_gradient, cause_of_reduction, cause_of_row
from engine.diagnosis.finding import rows_in_words
from engine.floats.rounding import failures_are_results

Verdict = Literal["reproduced", "came before", "not reproduced"]

REPRODUCED = "reproduced: {value}, {where}, {cause}"
REPRODUCED_WHOLE = "reproduced: {value}, {cause}"
REPRODUCED_GRADIENT = "reproduced: a gradient of {value}, {where}, {cause}"
REFUSED = "reproduced: PyTorch refuses, {where}, {cause}"
JUMPED = "reproduced: {value}, {where} with {worst}, {percent:.0f} % of the sum of all {count} rows"
CAME_BEFORE = "not the loss: nan already came in, {where}"
POISONED = "; the batch of the step before gives a gradient of {value}, {before_where}, {cause}"
SOUND = (
    "; loss and gradient of the batch before are sound, so look at the step between: learning rate, "
    "optimizer, the model's own gradients"
)
SOUND_ROWS = (
    "; loss and gradient of the batch before are sound, and so are the other rows of this one, so look at "
    "the data of these rows, and at what the model does with them"
)
ELSEWHERE = (
    "not reproduced: these inputs give {value} on the CPU; your {observed} came after the loss, or from the "
    "device that computed it"
)
ELSEWHERE_GRADIENT = (
    "not reproduced: the loss of these inputs is {value} and its own gradient finite; your {observed} came "
    "after the loss: a factor on it, a penalty, or another use of the logits"
)
ACCEPTED = "not reproduced: these inputs give {value}; PyTorch said: {said}"
CHANGED = " (the tensors were changed in place before they were written: this may be another batch)"

SAME = {8: 1e-6, 4: 1e-3, 2: 0.03}
"""Share of a loss by which two machines may differ, by the bytes of its format."""


@dataclass(frozen=True)
class Judgement:
    """What the engine makes of a captured batch.

    Attributes
    ----------
    verdict : {'reproduced', 'came before', 'not reproduced'}
    text : str
        The sentence, with named fields: the form that is translated.
    values : mapping
        The fields' values.
    rows : tuple of int
        The rows at fault, from 0 on.
    cause : str
        Why, where the loss is to blame.
    """

    verdict: Verdict
    text: str
    values: Mapping[str, Any]
    rows: tuple[int, ...] = ()
    cause: str = ""

    def __str__(self) -> str:
        return self.text.format(**self.values)


@failures_are_results
def judge(capture: Capture) -> Judgement:
    """Compute a captured batch again and say whether its loss is to blame.

    Parameters
    ----------
    capture : Capture

    Returns
    -------
    Judgement
        'reproduced' where the engine gets nan or inf (or a refusal, or the same large loss) from the same
        inputs; 'came before' where nan stood in the input; 'not reproduced' otherwise.
    """
    call = Call.of(capture)
    told = _told(capture, call)
    if not capture.about.get("changed"):
        return told
    return Judgement(told.verdict, told.text + CHANGED, told.values, told.rows, told.cause)


def _told(capture: Capture, call: Call) -> Judgement:
    try:
        value = call.value
    except (LossArgumentError, ValueError, TypeError, IndexError) as error:
        return _refused(capture, call, str(getattr(error, "words", "") or error))
    if capture.reason == "refused":
        return _judgement("not reproduced", ACCEPTED, value=_text(value), said=capture.said)
    return _OF_REASON[capture.reason](capture, call)


def _loss(capture: Capture, call: Call) -> Judgement:
    value = call.value
    bad = ~np.isfinite(call.rows)
    seen = capture.arrays.get("loss")
    if seen is not None and seen.size == bad.size:
        missing = ~np.isfinite(seen.reshape(-1).astype(np.float64)) & ~bad
        if missing.any():
            bad = np.zeros_like(bad)
            value = float(call.rows[np.argmax(missing)])
    is_broken = bad.any() if call.reduction == "none" else not math.isfinite(value)
    if not is_broken:
        return _judgement("not reproduced", ELSEWHERE, value=_text(value), observed=_text(capture.observed))
    if (came := bad & call.nan_rows).any():
        return _came_before(capture, came)
    if not bad.any():
        cause = cause_of_reduction(call)
        return _judgement("reproduced", REPRODUCED_WHOLE, cause=cause, value=_text(value))
    row = int(np.argmax(bad))
    cause = cause_of_row(call, row)
    return _judgement(
        "reproduced", REPRODUCED, bad, cause, value=_text(call.rows[row] if seen is not None else value)
    )


def _refused(capture: Capture, call: Call, words: str) -> Judgement:
    """What PyTorch refuses: numbers outside their range, whose rows can be named, or anything else."""
    outside = np.zeros(call.count, dtype=bool)
    cause = capture.said or words
    if call.criterion == "BCELoss":
        outside = ~((call.z >= 0) & (call.z <= 1))
        if call.nan_rows.any():
            return _came_before(capture, call.nan_rows)
        what, numbers = ("p", call.z) if outside.any() else ("target", call.y)
        outside = outside if outside.any() else ~((call.y >= 0) & (call.y <= 1))
        if outside.any():
            cause = f"{what} = {numbers[np.argmax(outside)]:g} is outside [0, 1]"
    elif not call.is_binary and not call.has_probabilities and call.y.size == call.count:
        outside = call.counted & ((call.y < 0) | (call.y >= call.z.shape[1]))
        if outside.any():
            cause = f"target {call.y[np.argmax(outside)]} is none of {call.z.shape[1]} classes"
    return _judgement(
        "reproduced", REFUSED if outside.any() else "reproduced: PyTorch refuses, {cause}", outside, cause
    )


def _gradient(capture: Capture, call: Call) -> Judgement:
    gradient = call.gradient
    broken = ~np.isfinite(gradient)
    bad = _rows(broken)
    observed = _text(capture.observed)
    if not bad.any():
        return _judgement("not reproduced", ELSEWHERE_GRADIENT, value=_text(call.value), observed=observed)
    if (came := bad & call.nan_rows).any():
        return _came_before(capture, came)
    row = int(np.argmax(bad))
    worst = gradient[row][broken[row]].flat[0] if gradient.ndim == 2 else gradient[row]
    return _judgement(
        "reproduced", REPRODUCED_GRADIENT, bad, cause_of_gradient(call, row), value=_text(worst)
    )


def _jump(capture: Capture, call: Call) -> Judgement:
    value, observed = call.value, capture.observed
    same = abs(value - observed) <= SAME[call.loss.dtype.itemsize] * abs(observed)
    if not same:
        return _judgement("not reproduced", ELSEWHERE, value=_text(value), observed=_text(observed))
    row, total = int(np.argmax(call.rows)), float(call.rows.sum())
    at = np.zeros(call.count, dtype=bool)
    at[row] = True
    worst = float(call.rows[row])
    facts: dict[str, Any] = {"worst": _text(worst), "percent": 100 * worst / total, "count": call.count}
    return _judgement("reproduced", JUMPED, at, value=_text(value), **facts)


def _came_before(capture: Capture, rows: Rows) -> Judgement:
    """Nan came in; the batch before may say who made it."""
    if "before.input" not in capture.arrays or capture.about.get("before_changed"):
        return _judgement("came before", CAME_BEFORE, rows)
    before = Call.of(capture, "before.")
    try:
        broken = ~np.isfinite(before.gradient)
    except (LossArgumentError, ValueError, TypeError, IndexError):
        return _judgement("came before", CAME_BEFORE, rows)
    bad = _rows(broken)
    if not bad.any():
        return _judgement("came before", CAME_BEFORE + (SOUND if rows.all() else SOUND_ROWS), rows)
    row = int(np.argmax(bad))
    worst = before.gradient[row][broken[row]].flat[0] if before.gradient.ndim == 2 else before.gradient[row]
    cause = cause_of_gradient(before, row)
    where = rows_in_words(np.flatnonzero(bad).tolist())
    facts = {"value": _text(worst), "before_where": where}
    return _judgement("came before", CAME_BEFORE + POISONED, rows, cause, **facts)


_OF_REASON = {"loss": _loss, "gradient": _gradient, "jump": _jump}


def _judgement(
    verdict: Verdict, text: str, at: NDArray[np.bool_] | None = None, cause: str = "", **values: Any
) -> Judgement:
    rows = () if at is None else tuple(np.flatnonzero(at).tolist())
    values |= {"where": rows_in_words(rows), "cause": cause}
    return Judgement(verdict, text, MappingProxyType(values), rows, cause)


def _rows(broken: Rows) -> Rows:
    return np.asarray(broken.any(axis=1) if broken.ndim == 2 else broken)


def _text(value: float) -> str:
    return f"{value:.6g}"
