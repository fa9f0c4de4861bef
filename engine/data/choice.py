"""Which arrays or columns of a file are logits and which are the target, and whether their shapes fit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from engine.data.choosing.choice import Choice, Kind, Role
from engine.data.choosing.class_axis import Shape, agree, class_axes, plain
from engine.data.choosing.own_export import page_of
from engine.data.choosing.parts import STORED, parts_of
from engine.data.choosing.suggestion import suggested_choice
from engine.data.choosing.units import Candidate
from engine.data.entries import Entry, check_size
from engine.data.faults import DataError, Fault, fault, refusal
from engine.data.guesses.guess import Guess

MORE = "more_entries"
"""The fault of the entry that stands for all those which are not listed."""

WORDS = "words"
"""The type name of entries that are texts."""

Array = NDArray[Any]


def suggested(
    entries: Sequence[Entry],
    values: Sequence[Array | None] | None = None,
    options: str = "",
    files: Sequence[int] = (),
) -> Choice:
    """A sensible first choice: the value of `suggestion`."""
    return suggestion(entries, values, options, files).value


def suggestion(
    entries: Sequence[Entry],
    values: Sequence[Array | None] | None = None,
    options: str = "",
    files: Sequence[int] = (),
) -> Guess[Choice]:
    """A sensible first choice, by names, shapes and, where given, values; and how sure it is.

    Parameters
    ----------
    entries : sequence of Entry
    values : sequence of array or None, optional
        What the entries hold, for those that have been looked at.
    options : str
        What an export of Logitscope's own says of its problem.
    files : sequence of int, optional
        The number of each entry's file; by default all are of one.
    """
    if options:
        return Guess(
            _own_choice(entries, options), True, fault("own_export", "an export of Logitscope's own")
        )
    looked = values or [None] * len(entries)
    owners = files or [0] * len(entries)
    candidates = [
        Candidate(
            index,
            entry.name,
            entry.shape,
            entry.type_name == WORDS,
            looked[index],
            owners[index],
            entry.type_name in STORED,
        )
        for index, entry in enumerate(entries)
        if entry.fault is None
    ]
    parts = parts_of(candidates)
    guess = None if parts is None else parts.spread(suggested_choice(parts.candidates))
    guess = guess or suggested_choice(candidates)
    more = next((entry.fault for entry in entries if entry.fault and entry.fault.key == MORE), None)
    return guess if more is None else Guess(guess.value, False, more)


def _own_choice(entries: Sequence[Entry], options: str) -> Choice:
    """The choice that an export's names and options tell."""
    kind: Kind = "multiclass" if page_of(options) == "multiclass" else "binary"

    def named(name: str) -> tuple[int, ...]:
        usable = [(index, entry.name) for index, entry in enumerate(entries) if entry.fault is None]
        return tuple(index for index, each in usable if each == name or each.startswith(f"{name}["))

    return Choice(
        kind,
        named("logits"),
        named("target"),
        weight=named("weight") if kind == "binary" else (),
        row_names=tuple(index for index in named("row_name") if entries[index].type_name == WORDS),
        options=options,
    )


# -- what fits --------------------------------------------------------------------------------------------


def fault_of(choice: Choice, entries: Sequence[Entry]) -> Fault | None:
    """Why a choice makes no problem, as far as shapes tell; None if it does."""
    if not choice.logits:
        return _why_none(entries)
    if len(set(choice.used)) < len(choice.used):
        return fault("same_twice", "Logits and target must be different columns or arrays.")
    if any(entries[index].type_name == WORDS for index in (*choice.logits, *choice.weight)):
        return fault("words_as_logits", "Words can be a target or names, not logits or weights.")
    try:
        logits = chosen_shape(choice, "logits", entries)
        target = chosen_shape(choice, "target", entries) if choice.target else None
        check_shapes(choice, logits, target)
        _check_helpers(choice, entries, logits)
    except DataError as error:
        return error.fault
    return None


def _why_none(entries: Sequence[Entry]) -> Fault:
    """Why there are no logits: nothing here can be any, or none has been chosen yet."""
    usable = [entry for entry in entries if entry.fault is None]
    if entries and not usable:
        return fault("refused_entry", "{name}: {reason}", name=entries[0].name, reason=entries[0].fault)
    if usable and all(entry.type_name == WORDS for entry in usable):
        return fault("only_words", "There are words here and no numbers.")
    return fault("no_logits", "Choose the logits.")


def chosen_shape(choice: Choice, role: Role, entries: Sequence[Entry]) -> Shape:
    """Of what was chosen for a role, columns side by side and parts one after another; raises DataError."""
    shapes = [side_by_side([entries[index].shape for index in run]) for run in choice.runs(role)]
    return one_after_another([(1, *shape) for shape in shapes] if are_rows(choice, role, shapes) else shapes)


def are_rows(choice: Choice, role: Role, shapes: Sequence[Shape]) -> bool:
    """Whether each part of the logits is one sample without an axis for the batch, as PyTorch takes it."""
    is_logits = role == "logits" and choice.kind != "binary"
    return is_logits and len(shapes) > 1 and all(len(shape) == 1 for shape in shapes)


def one_after_another(shapes: Sequence[Shape]) -> Shape:
    """Of parts one after another; raises DataError."""
    first, *others = shapes
    if any(len(each) != len(first) or not agree(each[1:], first[1:]) for each in others):
        raise refusal("unlike_parts", "Parts one after another must be alike but for their numbers of rows.")
    if not others:
        return first
    rows = [each[0] if each else None for each in shapes]
    return (None if None in rows else sum(side for side in rows if side is not None), *first[1:])


def side_by_side(shapes: Sequence[Shape]) -> Shape:
    """Of columns side by side, or of one array; raises DataError."""
    if len(shapes) == 1:
        return shapes[0]
    if any(len(shape) != 1 or not agree(shape, shapes[0]) for shape in shapes):
        raise refusal(
            "not_columns", "Several can be chosen only if each is one column, all of the same length."
        )
    return (*shapes[0], len(shapes))


def check_shapes(choice: Choice, logits: Shape, target: Shape | None) -> None:
    """Refuse logits and a target that do not belong together; raises DataError."""
    shapes = {"target": shape_text(target), "logits": shape_text(logits)}
    if choice.kind != "multiclass":
        samples, classes = logits, 1
        if target is not None and not agree(plain(target), plain(logits)):
            raise refusal(
                "binary_shape",
                "The target's shape is {target}; expected the logits' shape, {logits}.",
                **shapes,
            )
    else:
        if len(logits) == 1 and choice.options:  # an export of a problem of one class
            logits = (*logits, 1)
        if len(logits) < 2:
            raise refusal(
                "one_column",
                "Multiclass logits need a column for each class; this is one column. Choose more, "
                "or the binary page.",
            )
        axis = axis_of(choice, logits, target)
        if axis is None:
            raise refusal(
                "multiclass_shape",
                "The target's shape is {target}; expected one class index a row, or the logits' shape "
                "(a probability a class), {logits}.",
                **shapes,
            )
        samples, classes = (*logits[:axis], *logits[axis + 1 :]), logits[axis] or 0
    check_size("logits", math.prod(1 if side is None else side for side in samples), classes)
    if classes == 0:
        raise refusal("no_classes", "There are no classes.")


def axis_of(choice: Choice, logits: Shape, target: Shape | None) -> int | None:
    """The logits' axis of classes: the chosen one if it fits, else the likeliest; None if none fits."""
    axes = class_axes(logits, target)
    if choice.class_axis is not None:
        return choice.class_axis if choice.class_axis in axes or target is None else None
    return axes[0] if axes else None


def _check_helpers(choice: Choice, entries: Sequence[Entry], logits: Shape) -> None:
    target = chosen_shape(choice, "target", entries) if choice.target else None
    axis = axis_of(choice, logits, target) if choice.kind == "multiclass" else None
    rows = plain(logits) if axis is None else (*logits[:axis], *logits[axis + 1 :])
    classes: Shape = (None,) if axis is None else (logits[axis],)
    helpers: Mapping[Role, tuple[int, ...]] = {
        "weight": choice.weight,
        "mask": choice.mask,
        "left_out": choice.left_out,
    }
    for role, chosen in helpers.items():
        if not chosen:
            continue
        shape = chosen_shape(choice, role, entries)
        wanted = classes if role == "weight" and axis is not None else rows
        if not agree(plain(shape), wanted) and not (role != "weight" and agree(plain(shape), rows[:1])):
            raise refusal(
                "helper_shape",
                "The shape of {name} is {shape}; expected {wanted}.",
                name=entries[chosen[0]].name,
                shape=shape_text(shape),
                wanted=shape_text(wanted),
            )
    for role in ("names", "row_names"):
        for index in getattr(choice, role):
            if entries[index].type_name != WORDS:
                raise refusal("names_are_words", "{name} holds no words.", name=entries[index].name)


def shape_text(shape: Shape | None) -> str:
    """A shape as NumPy writes it, with N for a side that is not known yet."""
    sides = ["N" if side is None else str(side) for side in shape or ()]
    return f"({', '.join(sides)}{',' if len(sides) == 1 else ''})"
