"""Which arrays or columns of a file are logits and which are the target, and the problem they make."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.entries import MAX_COLUMNS, DataFile, Entry, Progress, check_size
from engine.data.faults import DataError, Fault, fault, refusal
from engine.floats.formats import FORMATS, Format
from engine.problem import IGNORE_INDEX, BinaryProblem, Family, MulticlassProblem, Problem

_LOGITS = re.compile(r"logit|score|pred|output|input|^z\d*$|^x\d*$", re.IGNORECASE)
_NUMBERED = re.compile(r"\D*\d+\W*")
"""Names that say no more than a number does: z0, logit[3], column 1."""
_TARGET = re.compile(r"target|label|truth|class|^y\d*$|^t\d*$", re.IGNORECASE)

Shape = tuple[int | None, ...]
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a user chose of a file.

    Attributes
    ----------
    family : str
        Of the problem to make, ``binary`` or ``multiclass``.
    logits, target : tuple of int
        Indices of entries. Several of one dimension stand side by side, a class each. Without a target
        every row's is 0.
    """

    family: Family
    logits: tuple[int, ...]
    target: tuple[int, ...]


def suggested(entries: Sequence[Entry]) -> Choice:
    """A sensible first choice, by names and then by shapes."""
    usable = [index for index, entry in enumerate(entries) if entry.fault is None]
    target = next((i for i in usable if _TARGET.search(entries[i].name)), None)
    named = [i for i in usable if i != target and _LOGITS.search(entries[i].name)]
    others = named or [i for i in usable if i != target]
    if target is None and not named and len(others) > 1:
        target = others.pop()  # unnamed data have their labels last
    first = others[:1]
    if first and len(entries[first[0]].shape) == 1:
        first = [i for i in others if entries[i].shape == entries[first[0]].shape][:MAX_COLUMNS]
    chosen = Choice("multiclass", tuple(first), () if target is None else (target,))
    is_binary = len(first) == 1 and len(entries[first[0]].shape) == 1
    return replace(chosen, family="binary") if is_binary else chosen


def fault_of(choice: Choice, entries: Sequence[Entry]) -> Fault | None:
    """Why a choice makes no problem, as far as shapes tell; None if it does."""
    if not choice.logits:
        return fault("no_logits", "Choose the logits.")
    if set(choice.logits) & set(choice.target):
        return fault("same_twice", "Logits and target must be different columns or arrays.")
    try:
        logits = _joined_shape([entries[i].shape for i in choice.logits])
        target = _joined_shape([entries[i].shape for i in choice.target]) if choice.target else None
        _check_shapes(choice.family, logits, target)
    except DataError as error:
        return error.fault
    return None


def read_problem(file: DataFile, choice: Choice, fmt: Format, progress: Progress) -> Problem:
    """Read what was chosen of a file and make a problem of it.

    Parameters
    ----------
    fmt : Format
        For logits that have none of their own (integers, text); otherwise theirs is taken.

    Raises
    ------
    DataFileError
        If the file is damaged.
    ValueError
        If its numbers make no problem.
    """
    if (reason := fault_of(choice, file.entries)) is not None:
        raise DataError(reason)
    arrays = file.read((*choice.logits, *choice.target), progress)
    logits = _joined(arrays[: len(choice.logits)])
    target = _joined(arrays[len(choice.logits) :]) if choice.target else None
    _check_shapes(choice.family, logits.shape, None if target is None else target.shape)
    if file.has_own_formats:
        fmt = next((each for each in FORMATS if each.dtype == logits.dtype.newbyteorder("=")), fmt)
    if choice.family == "binary":
        return _binary(logits, target, fmt)
    return _multiclass(logits, target, fmt).replace(class_names=_class_names(file, choice))


def _class_names(file: DataFile, choice: Choice) -> tuple[str, ...] | None:
    """The names of the columns that are classes, where they say something."""
    names = tuple(file.entries[index].name for index in choice.logits)
    plain = len(set(names)) < len(names) or all(map(_NUMBERED.fullmatch, names))
    return None if len(names) == 1 or plain else names


def _joined_shape(shapes: Sequence[Shape]) -> Shape:
    if len(shapes) == 1:
        return shapes[0]
    if any(len(shape) != 1 or shape != shapes[0] for shape in shapes):
        raise refusal(
            "not_columns", "Several can be chosen only if each is one column, all of the same length."
        )
    return (*shapes[0], len(shapes))


def _joined(arrays: Sequence[Array]) -> Array:
    _joined_shape([array.shape for array in arrays])
    return arrays[0] if len(arrays) == 1 else np.stack(arrays, axis=1)


def _check_shapes(family: Family, logits: Shape, target: Shape | None) -> None:
    shapes = {"target": shape_text(target), "logits": shape_text(logits)}
    if family == "binary":
        samples, classes = logits, 1
        if target not in (None, logits):
            raise refusal(
                "binary_shape",
                "The target's shape is {target}; expected the logits' shape, {logits}.",
                **shapes,
            )
    else:
        if len(logits) < 2:
            raise refusal(
                "one_column",
                "Multiclass logits need a column for each class; this is one column. Choose more, "
                "or the binary page.",
            )
        samples, classes = (logits[0], *logits[2:]), logits[1] or 0
        if target not in (None, logits, samples):
            raise refusal(
                "multiclass_shape",
                "The target's shape is {target}; expected one class index a row, or the logits' shape "
                "(a probability a class), {logits}.",
                **shapes,
            )
    check_size("logits", math.prod(1 if side is None else side for side in samples), classes)
    if classes == 0:
        raise refusal("no_classes", "There are no classes.")


def shape_text(shape: Shape | None) -> str:
    """A shape as NumPy writes it, with N for a side that is not known yet."""
    sides = ["N" if side is None else str(side) for side in shape or ()]
    return f"({', '.join(sides)}{',' if len(sides) == 1 else ''})"


def _binary(logits: Array, target: Array | None, fmt: Format) -> Problem:
    values = _float64(logits.reshape(-1))
    wanted = np.zeros(values.shape) if target is None else _float64(target.reshape(-1))
    return BinaryProblem(logits=values, target=wanted, format=fmt)


def _multiclass(logits: Array, target: Array | None, fmt: Format) -> MulticlassProblem:
    values = _float64(_class_last(logits))
    if target is None:
        wanted: Array = np.zeros(len(values), dtype=np.int64)
    elif target.shape == logits.shape:
        wanted = _float64(_class_last(target))
    else:
        wanted = _class_indices(target.reshape(-1))
    return MulticlassProblem(logits=values, target=wanted, format=fmt, ignore_index=IGNORE_INDEX)


def _float64(array: Array) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):  # a signalling nan becomes a quiet one, which is what it means here
        return _held(array.astype(np.float64))


def _held(array: Array) -> Array:
    """An array that nobody writes into: a problem copies others, and of a large one every copy counts."""
    array.setflags(write=False)
    return array


def _class_last(array: Array) -> Array:
    """From PyTorch's (N, C, d1, ..., dK) to a row for each sample."""
    return np.moveaxis(array, 1, -1).reshape(-1, array.shape[1])


def _class_indices(target: Array) -> NDArray[np.int64]:
    if target.dtype.kind in "iub" and target.dtype != np.uint64:
        return _held(target.astype(np.int64))
    numbers = _float64(target)
    with np.errstate(invalid="ignore"):  # nan and inf are no whole numbers, which is what is asked
        whole = (np.abs(numbers) < 2**53) & (numbers == np.floor(numbers))
    if not whole.all():
        row = int(np.argmin(whole))
        raise refusal(
            "no_class",
            "target, row {row}: expected a class index, got {value!r}",
            row=row + 1,
            value=numbers.item(row),
        )
    return _held(numbers.astype(np.int64))
