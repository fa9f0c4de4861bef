"""Why an array or a column was given its role: what its values look like, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.data.choosing import names
from engine.data.choosing.choice import Choice
from engine.data.choosing.class_axis import plain
from engine.data.choosing.units import Candidate, Unit
from engine.data.faults import Fault, fault
from engine.data.guesses.values import are_class_numbers, look_of


def why(choice: Choice, candidates: Sequence[Candidate], index: int) -> Fault | None:
    """What speaks for the role that an entry has, or against any; None where nothing is known.

    Parameters
    ----------
    choice : Choice
    candidates : sequence of Candidate
        Every entry, in the order of their indices.
    index : int
        Which.
    """
    role = choice.role_of(index)
    alone = candidates[index]
    runs = choice.runs(role) if role else [(index,)]
    if len(runs) > 1:
        number = next(number for number, run in enumerate(runs, 1) if index in run)
        return fault("part", "part {number} of {count}", number=number, count=len(runs))
    (chosen,) = runs
    unit = Unit(alone.name, tuple(candidates[each] for each in chosen))
    if alone.is_words:
        return _of_words(alone, role)
    if not role:
        return _left_out(choice, candidates, alone)
    return _of_numbers(choice, unit, role)


def _of_numbers(choice: Choice, unit: Unit, role: str) -> Fault | None:
    if role == "weight":
        of_class = choice.kind == "multiclass"
        return fault("weight_a", "a weight a {unit}", unit="class" if of_class else "row")
    values = unit.values
    if values is None or not values.size:
        return None
    if role in ("mask", "left_out"):
        kept = np.count_nonzero(values) if role == "mask" else np.count_nonzero(values == 0)
        return fault("mask_counts", "{kept} of {count} count", kept=int(kept), count=values.size)
    return _of_target(unit, choice) if role == "target" else _of_logits(unit)


def _of_words(alone: Candidate, role: str) -> Fault | None:
    if alone.values is None:
        return None
    if role == "names":
        return fault("class_names", "{count} names", count=alone.values.size)
    count = len(np.unique(alone.values))
    return fault("different_words", "{count} different words", count=count)


def _left_out(choice: Choice, candidates: Sequence[Candidate], alone: Candidate) -> Fault | None:
    if names.RESULT.fullmatch(alone.name):
        return fault("computed_here", "a result of an export of Logitscope's own")
    words = names.words_of(alone.name)
    if words & names.PREDICTED:
        return fault("predicted_class", "a class that a model named, not the right one")
    rows = candidates[choice.logits[0]].shape[:1] if choice.logits else ()
    if words & names.WEIGHT and choice.kind == "multiclass" and plain(alone.shape) == rows:
        return fault("weight_of_rows", "a weight a row; CrossEntropyLoss takes one a class")
    values = alone.values
    if values is None or values.ndim != 1 or len(values) < 2 or values.dtype.kind not in "iufb":
        return None
    numbers = values.astype(np.float64)
    if bool((np.diff(numbers) == 1).all()):
        return fault("counts_rows", "it counts the rows")
    return None


def _of_target(unit: Unit, choice: Choice) -> Fault:
    values = unit.values
    assert values is not None
    if choice.kind == "multiclass" and len(unit.parts) == 1 and are_class_numbers(values):
        return fault("whole_numbers", "whole numbers {low} to {high}", **_ends(values, whole=True))
    if values.ndim == 2 and values.shape[1] > 1:
        return look_of(values).reason
    if unit.is_bits:
        ones = int(np.count_nonzero(values))
        return fault("bits", "0 and 1, {ones} of {count} are 1", ones=ones, count=values.size)
    return fault("numbers_between", "{low} to {high}", **_ends(values))


def _of_logits(unit: Unit) -> Fault:
    values = unit.values
    assert values is not None
    below = round(100 * float(np.mean(values < 0)))
    if values.ndim == 2 and values.shape[1] > 1:
        if look_of(values).value == "probabilities":
            return fault("rows_sum_to_one", "rows sum to 1: probabilities? The losses take logits")
        return fault("rows_are_logits", "rows do not sum to 1; {below} % below 0", below=below)
    return fault("below_zero", "{low} to {high}; {below} % below 0", below=below, **_ends(values))


def _ends(values: np.ndarray, *, whole: bool = False) -> dict[str, str]:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return {"low": "nan", "high": "nan"}
    low, high = float(finite.min()), float(finite.max())
    return (
        {"low": f"{low:.0f}", "high": f"{high:.0f}"}
        if whole
        else {"low": f"{low:.4g}", "high": f"{high:.4g}"}
    )
