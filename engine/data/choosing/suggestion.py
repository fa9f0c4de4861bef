"""The likeliest roles of a file's arrays and columns, by names, shapes and, where looked at, values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.choosing import names
from engine.data.choosing.choice import Choice, Kind
from engine.data.choosing.class_axis import agree, class_axes, plain
from engine.data.choosing.units import Candidate, Shape, Unit, together, units_of
from engine.data.faults import Fault, fault
from engine.data.guesses.guess import Guess
from engine.data.guesses.label_words import Order, order_of
from engine.data.guesses.roles import roles_of

IGNORE_VALUES = (-100, 255, -1)
"""What people write into labels that should not count."""

MOST_WORDS = 1_000
"""Different words of a target that can be classes."""

LEAST_BITS = 0x2000
"""Read as bits of bfloat16 smaller numbers are below 3e-34."""

_SAYS_LOGITS = names.LOGITS - names.LETTERS

FEWEST_ROWS = 3
"""Rows from which numbers that count the rows are an index and not values."""


def suggested_choice(candidates: Sequence[Candidate]) -> Guess[Choice]:
    """A sensible first choice.

    Parameters
    ----------
    candidates : sequence of Candidate
        What can be chosen; with `values` the choice is better.

    Returns
    -------
    Guess of Choice
        Columns alone are judged by `engine.data.guesses`; arrays by their shapes, too.
    """
    candidates = _without_twins(candidates)
    if _are_columns(candidates):
        return _of_columns(candidates)
    choice = _of_arrays(candidates)
    doubt = _doubt(choice, candidates)
    if doubt is not None:
        return Guess(choice, False, doubt)
    is_sure = bool(choice.logits and choice.target)
    return Guess(choice, is_sure, fault("by_shapes", "by names, shapes and values"))


def _doubt(choice: Choice, candidates: Sequence[Candidate]) -> Fault | None:
    """What speaks against a choice among arrays."""
    of_index = {each.index: each for each in candidates}
    parts = tuple(of_index[index] for index in choice.logits)
    if not parts:
        return None
    logits = Unit(parts[0].name, parts)
    others = [each for each in candidates if each.index not in choice.used and not each.is_words]
    if len(parts[0].shape) > 1 and any(_is_another_part(each, logits) for each in others):
        return fault("several_alike", "several arrays look like the logits, and only one is taken")
    if len(logits.shape) == 2 and logits.sums_to_one():
        return fault("perhaps_probabilities", "values from 0 to 1 may be probabilities, not logits")
    return None


def _is_another_part(other: Candidate, logits: Unit) -> bool:
    """Whether an array may go on where the logits end: a batch or a shard of its own."""
    return names.words_of(other.name) == logits.words and agree(other.shape[1:], logits.shape[1:])


def _without_twins(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Of whole numbers that may be bits of bfloat16 the likelier reading alone: labels are small."""
    twins = {each.name: each for each in candidates}
    left_out: set[int] = set()
    for name, bits in twins.items():
        twin = twins.get(f"{name}{names.AS_BFLOAT16}")
        if twin is not None:
            is_small = bits.values is None or not bits.values.size or bits.values.max() < LEAST_BITS
            left_out.add(twin.index if is_small else bits.index)
    return [each for each in candidates if each.index not in left_out]


def _are_columns(candidates: Sequence[Candidate]) -> bool:
    """Whether all are columns of one length whose values are known."""
    lengths = {len(each.values) if each.values is not None else -1 for each in candidates}
    return all(len(each.shape) == 1 for each in candidates) and len(lengths) == 1 and -1 not in lengths


def _of_columns(candidates: Sequence[Candidate]) -> Guess[Choice]:
    column_names = ["" if names.MADE_UP.fullmatch(each.name) else each.name for each in candidates]
    columns = [each.values for each in candidates if each.values is not None]
    guess = roles_of(column_names, columns, has_names=any(column_names))
    roles = guess.value
    kind: Kind = "binary" if len(roles.logits) < 2 else "multiclass"
    if roles.target_kind == "multi_label" and len(roles.target) > 1:
        kind = "multilabel"
    indices = [each.index for each in candidates]
    choice = Choice(
        kind, tuple(indices[place] for place in roles.logits), tuple(indices[place] for place in roles.target)
    )
    if not choice.logits:
        return Guess(choice, False, guess.reason)
    logits, target = (_unit_of(candidates, places) for places in (roles.logits, roles.target))
    assert logits is not None
    units = units_of(candidates)
    return Guess(_with_helpers(choice, logits, target, units), guess.is_sure, guess.reason)


def _unit_of(candidates: Sequence[Candidate], places: Sequence[int]) -> Unit | None:
    parts = tuple(candidates[place] for place in places)
    return Unit(parts[0].name, parts) if parts else None


def _of_arrays(candidates: Sequence[Candidate]) -> Choice:
    units = [unit for unit in units_of(candidates) if not _is_beside_the_point(unit, candidates)]
    numbers = [unit for unit in units if not unit.is_words]
    target = _target(units, numbers)
    rest = [unit for unit in numbers if unit is not target and not _is_helper(unit)]
    logits = _logits(rest, target)
    if logits is not None and target is None and not logits.words & _SAYS_LOGITS and len(rest) > 1:
        target = _last_that_fits(rest, logits)
        logits = _logits([unit for unit in rest if unit is not target], target)
    if logits is None and target is not None and not target.is_words:
        logits, target = target, None  # t.pt: what stands alone is what one wants to look at
    if logits is None:
        return Choice("binary", (), () if target is None else target.indices)
    choice = Choice(_kind(logits, target), logits.indices, () if target is None else target.indices)
    return _with_helpers(choice, logits, target, units)


def _is_beside_the_point(unit: Unit, candidates: Sequence[Candidate]) -> bool:
    """Whether a unit is an index, a result of a former export, or an option."""
    name = unit.parts[0].name if len(unit.parts) == 1 else f"{unit.name}[0]"
    if names.RESULT.fullmatch(name) or names.OPTION.fullmatch(name):
        return True
    if (
        len(unit.parts) > 1
        or len(unit.shape) != 1
        or len(candidates) < 2
        or not names.INDEX.fullmatch(names.last_part(unit.name))
    ):
        return False
    values = unit.values
    if values is None or not unit.is_whole or len(values) < FEWEST_ROWS:
        return unit.name.lower().startswith("unnamed") or unit.name in ("row", "")
    return bool((np.diff(values) > 0).all()) or (unit.name == "row" and len(np.unique(values)) == len(values))


def _is_helper(unit: Unit) -> bool:
    """Whether a name says weight or mask, which are neither logits nor target."""
    return bool(unit.words & (names.WEIGHT | names.MASK | names.LEFT_OUT))


# -- the target -------------------------------------------------------------------------------------------


def _target(units: Sequence[Unit], numbers: Sequence[Unit]) -> Unit | None:
    scores = [_target_score(unit, numbers) for unit in units]
    best = max(scores, default=0.0)
    return units[scores.index(best)] if best > 0 else None


def _target_score(unit: Unit, numbers: Sequence[Unit]) -> float:
    """How much a name, and then values, speak for a target; not above 0 where nothing does."""
    if not unit.words & names.TARGET or unit.words & names.PREDICTED or _is_helper(unit):
        return 0.0
    if unit.words & names.TARGET == {"y"} and unit.words & (names.SHARES | {"decision"}):
        return 0.0
    score = 4.0 if unit.words & {"target", "targets", "label", "labels", "truth", "true", "gt"} else 3.0
    if len(unit.parts) > 1:
        # Columns class_0, class_1, ... beside a label are logits; with 0 and 1 in them they are the target.
        of_the_class = not unit.words - {"class", "category", "true", "t"}
        is_share = unit.is_bits or unit.sums_to_one()
        score += (2.0 if is_share else -2.0) - (3.0 if of_the_class and not is_share else 0.0)
    elif unit.is_words:
        score -= 0.5 if any(other.words & names.TARGET for other in numbers) else 0.0
        score -= 3.0 if len(unit.shape) != 1 else 0.0
    elif unit.is_whole is False and not _is_probability(unit):
        score -= 2.5
    return score


def _is_probability(unit: Unit) -> bool:
    values = unit.values
    return values is not None and bool(((values >= 0) & (values <= 1)).all())


def _last_that_fits(rest: Sequence[Unit], logits: Unit) -> Unit | None:
    """Of unnamed data the last: labels are last in files of columns, and smaller than the logits."""
    others = [unit for unit in rest if unit is not logits and not unit.words & names.PREDICTED]
    fitting = [unit for unit in others if _fits(logits.shape, unit.shape)]
    labels = [unit for unit in fitting if unit.is_whole is not False or _is_probability(unit)]
    whole = [unit for unit in labels if unit.is_whole]
    return (whole or labels)[-1] if labels else None


def _fits(logits: Shape, target: Shape) -> bool:
    if agree(plain(target), plain(logits)):
        return True
    return bool(class_axes(logits, target))


# -- the logits -------------------------------------------------------------------------------------------


def _logits(rest: Sequence[Unit], target: Unit | None) -> Unit | None:
    if not rest:
        return None
    usable = [unit for unit in rest if not _is_predicted_class(unit)] or list(rest)
    named = [unit for unit in usable if unit.words & names.LOGITS]
    first = max(named or usable, key=lambda unit: (_logits_score(unit, target), -usable.index(unit)))
    if len(first.shape) != 1:
        return first
    # Columns that stand alone are classes side by side: all that are named as logits, or all there are.
    side = [unit for unit in named or usable if unit.shape == first.shape or len(unit.parts) > 1]
    side = [unit for unit in side if unit.shape[:1] == first.shape[:1]]
    return first if len(side) == 1 else together(side)


def _logits_score(unit: Unit, target: Unit | None) -> float:
    score = 2.0 if unit.words & {"logit", "logits"} else 1.0 if unit.words & names.LOGITS else 0.0
    score -= 0.25 if "x" in unit.words else 0.0  # beside others the model's input
    if target is not None and _fits(unit.shape, target.shape):
        score += 4.0
    score += 1.0 if len(unit.shape) > 1 else 0.0
    return score - (0.5 if unit.is_whole else 0.0) - (0.5 if unit.sums_to_one() else 0.0)


def _is_predicted_class(unit: Unit) -> bool:
    if not unit.words & names.PREDICTED or len(plain(unit.shape)) != 1:
        return False
    return bool(unit.words & names.TARGET) or (unit.is_whole is True and not unit.words & {"logit", "logits"})


def _kind(logits: Unit, target: Unit | None) -> Kind:
    shape = plain(logits.shape)
    if len(shape) < 2:
        return "binary"
    if target is None or not agree(plain(target.shape), shape) or target.is_words:
        return "multiclass"
    if target.values is None or target.sums_to_one():
        return "multiclass"
    return "multilabel"


# -- what stands beside -----------------------------------------------------------------------------------


def _with_helpers(choice: Choice, logits: Unit, target: Unit | None, units: Sequence[Unit]) -> Choice:
    axes = class_axes(logits.shape, None if target is None else target.shape)
    classes = logits.shape[axes[0]] if axes and choice.kind != "binary" else 1
    rows = plain(logits.shape)[:1]
    for unit in units:
        if set(unit.indices) & set(choice.used):
            continue
        if unit.is_words:
            choice = _with_names(choice, unit, classes, rows)
        elif unit.words & names.WEIGHT:
            wanted = (classes,) if choice.kind == "multiclass" else plain(logits.shape)
            if agree(plain(unit.shape), wanted):
                choice = replace(choice, weight=unit.indices)
        elif unit.words & (names.MASK | names.LEFT_OUT) and unit.is_bits is not False:
            is_mask = not unit.words & names.LEFT_OUT
            if target is None or any(agree(plain(unit.shape), each) for each in (plain(target.shape), rows)):
                choice = (
                    replace(choice, mask=unit.indices) if is_mask else replace(choice, left_out=unit.indices)
                )
    return _with_words_and_ignored(choice, target, classes, units)


def _with_names(choice: Choice, unit: Unit, classes: int | None, rows: Shape) -> Choice:
    is_beside_columns = len(choice.logits) > choice.parts  # which has a word a row
    is_named = bool(unit.words & names.NAMES | {"class", "label"})
    if unit.shape == (classes,) and not choice.names and is_named and not is_beside_columns:
        return replace(choice, names=unit.indices)
    if unit.name == "row_name" and agree(unit.shape, rows):
        return replace(choice, row_names=unit.indices)
    return choice


def _with_words_and_ignored(
    choice: Choice, target: Unit | None, classes: int | None, units: Sequence[Unit]
) -> Choice:
    if target is None:
        return choice
    if target.is_words:
        column_names = [part.name for unit in units for part in unit.parts if part.index in choice.logits]
        orders = word_orders(target.parts[0].values, column_names)
        return replace(choice, words=orders.value.words if orders else ())
    if (
        choice.kind == "multiclass"
        and target.values is not None
        and target.is_whole
        and len(target.parts) == 1
    ):
        return replace(choice, ignore_index=_recurring(target, classes))
    return choice


def _recurring(target: Unit, classes: int | None) -> int | None:
    """A label outside the classes that recurs where rows are left out; None where it is PyTorch's own."""
    assert target.values is not None
    for value in IGNORE_VALUES:
        outside = classes is None or not 0 <= value < classes
        if outside and np.count_nonzero(target.values == value) > 1:
            return None if value == IGNORE_VALUES[0] else value
    return None


def word_orders(values: NDArray[Any] | None, column_names: Sequence[str] = ()) -> Guess[Order] | None:
    """Which class each word of a target stands for; None where there are no words or too many."""
    if values is None or values.dtype.kind != "U":
        return None
    words = np.unique(values)
    if not any(word.strip() for word in words) or len(words) > MOST_WORDS:
        return None
    return order_of(values.reshape(-1), column_names)
