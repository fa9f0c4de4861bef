"""The problem that the chosen arrays or columns make."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.choice import are_rows, axis_of, check_shapes, fault_of, one_after_another, side_by_side
from engine.data.choosing.choice import Choice, Role
from engine.data.choosing.names import OF_CLASS, last_part
from engine.data.choosing.own_export import options_of, page_of
from engine.data.choosing.suggestion import word_orders
from engine.data.entries import DataFile, Entry, Progress
from engine.data.faults import DataError, refusal
from engine.data.guesses.label_words import NO_CLASS, Order, class_numbers
from engine.floats.formats import FORMATS, Format
from engine.problem import IGNORE_INDEX, BinaryProblem, MulticlassProblem, Problem

_NUMBERED = re.compile(r"\D*\d+\W*")
"""Names that say no more than a number does: z0, logit[3], column 1."""

Array = NDArray[Any]


def read_problem(
    file: DataFile,
    choice: Choice,
    fmt: Format,
    progress: Progress,
    values: Sequence[Array | None] | None = None,
) -> Problem:
    """Read what was chosen of a file and make a problem of it.

    Parameters
    ----------
    fmt : Format
        For logits that have none of their own (integers, text); otherwise theirs is taken.
    values : sequence of array or None, optional
        What the entries hold, for those that have been read; only others are read again.

    Raises
    ------
    DataFileError
        If the file is damaged.
    ValueError
        If its numbers make no problem.
    """
    if (reason := fault_of(choice, file.entries)) is not None:
        raise DataError(reason)
    known = {index: array for index, array in enumerate(values or ()) if array is not None}
    arrays = {index: known[index] for index in choice.used if index in known}
    missing = [index for index in choice.used if index not in arrays]
    arrays |= dict(zip(missing, file.read(missing, progress), strict=True))
    return made_problem(choice, file.entries, arrays, format_of_choice(file, choice, arrays, fmt))


def format_of_choice(file: DataFile, choice: Choice, arrays: dict[int, Array], fmt: Format) -> Format:
    """The format that the problem of a choice gets: the chosen one, the stored one, else `fmt`."""
    logits = arrays[choice.logits[0]]
    stored = next((each for each in FORMATS if each.dtype == logits.dtype.newbyteorder("=")), fmt)
    files = getattr(file, "file_of", lambda _index: file)
    own = stored if files(choice.logits[0]).has_own_formats else fmt
    return next((each for each in FORMATS if each.name == choice.format), own)


def made_problem(choice: Choice, entries: Sequence[Entry], arrays: dict[int, Array], fmt: Format) -> Problem:
    """The problem of what was chosen and read.

    Parameters
    ----------
    choice : Choice
    entries : sequence of Entry
    arrays : dict
        The chosen entries' values by their indices.
    fmt : Format
        Of the problem.

    Raises
    ------
    DataError
        If shapes or values make no problem.
    """

    def part(role: Role) -> Array | None:
        runs = [_side_by_side([arrays[index] for index in run]) for run in choice.runs(role)]
        if are_rows(choice, role, [array.shape for array in runs]):
            runs = [array[None] for array in runs]
        return _one_after_another(runs) if runs else None

    logits, target = part("logits"), part("target")
    assert logits is not None
    check_shapes(choice, logits.shape, None if target is None else target.shape)
    kept = _kept(part("mask"), part("left_out"))
    names = tuple(map(str, arrays[choice.names[0]].tolist())) if choice.names else None
    problem: Problem
    if choice.kind == "multiclass":
        problem = _multiclass(choice, logits, target, part("weight"), fmt)
        own = names if names and len(names) == problem.classes else _class_names(choice, entries)
        problem = problem.replace(class_names=own or _names_by_words(choice, target, problem.classes))
    else:
        row_names = part("row_names")
        if choice.kind == "multilabel":
            row_names = _element_names(logits.shape, names or _class_names(choice, entries))
        problem = _binary(choice, logits, target, part("weight"), fmt).replace(row_names=row_names)
    return _with_options(_of_rows(problem, kept), choice)


def _side_by_side(arrays: Sequence[Array]) -> Array:
    side_by_side([array.shape for array in arrays])
    return arrays[0] if len(arrays) == 1 else np.stack(arrays, axis=1)


def _one_after_another(parts: Sequence[Array]) -> Array:
    one_after_another([array.shape for array in parts])
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _float64(array: Array) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):  # a signalling nan becomes a quiet one, which is what it means here
        return array.astype(np.float64)


def _class_names(choice: Choice, entries: Sequence[Entry]) -> tuple[str, ...] | None:
    """The names of the columns that are classes, where they say something."""
    names = tuple(entries[index].name for index in choice.runs("logits")[0])
    ends = tuple(map(last_part, names))
    if len({name.removesuffix(end) for name, end in zip(names, ends, strict=True)}) == 1:
        names = ends  # all of one sheet, or of one object
    of_class = [OF_CLASS.fullmatch(name) for name in names]
    if all(of_class):
        names = tuple(match[2] for match in of_class if match)
        if names == tuple(map(str, range(len(names)))):
            return None
    plain_names = len(set(names)) < len(names) or all(map(_NUMBERED.fullmatch, names))
    return None if len(names) == 1 or plain_names else names


def _names_by_words(choice: Choice, target: Array | None, classes: int) -> tuple[str, ...] | None:
    """What a target's words call the classes, where each has one."""
    is_words = target is not None and target.dtype.kind == "U"
    return choice.words if is_words and len(choice.words) == classes else None


def _kept(mask: Array | None, left_out: Array | None) -> NDArray[np.bool_] | None:
    """Which rows count; None for all."""
    kept = None if mask is None else _float64(mask.reshape(-1)) != 0
    if left_out is not None:
        others = _float64(left_out.reshape(-1)) == 0
        kept = others if kept is None else kept & others
    return kept


def _of_rows(problem: Problem, kept: NDArray[np.bool_] | None) -> Problem:
    if kept is None or kept.all():
        return problem
    if problem.rows % len(kept):
        raise refusal(
            "mask_rows", "The mask has {mask} rows, the logits {rows}.", mask=len(kept), rows=problem.rows
        )
    rows = np.repeat(kept, problem.rows // len(kept))
    fields = {"logits": problem.logits[rows], "target": problem.target[rows]}
    if isinstance(problem, BinaryProblem):
        given = (("weight", problem.weight), ("row_names", problem.row_names))
        fields |= {name: values[rows] for name, values in given if values is not None}
    return problem.replace(**fields)


def _element_names(shape: tuple[int, ...], labels: Sequence[str] | None) -> NDArray[np.str_]:
    """A name for each element of (N, C) logits: its sample, from 1, and its label."""
    samples, each = shape[0], math.prod(shape[1:])
    ends = labels if labels and len(labels) == each else [f"[{label}]" for label in range(each)]
    return np.array([f"{sample} {end}" for sample in range(1, samples + 1) for end in ends], dtype=np.str_)


def _binary(
    choice: Choice, logits: Array, target: Array | None, weight: Array | None, fmt: Format
) -> BinaryProblem:
    values = _float64(logits.reshape(-1))
    if target is None:
        wanted = np.zeros(values.shape)
    elif target.dtype.kind == "U":
        classes = _of_words(target.reshape(-1), choice.words)
        wanted = np.where(classes == NO_CLASS, np.nan, classes.astype(np.float64))
    else:
        wanted = _float64(target.reshape(-1))
    own = None if weight is None else _float64(weight.reshape(-1))
    return BinaryProblem(logits=values, target=wanted, weight=own, format=fmt)


def _multiclass(
    choice: Choice, logits: Array, target: Array | None, weight: Array | None, fmt: Format
) -> MulticlassProblem:
    logits = logits[:, None] if logits.ndim == 1 else logits
    axis = axis_of(choice, logits.shape, None if target is None else target.shape)
    assert axis is not None
    values = _float64(_class_last(logits, axis))
    if target is None:
        wanted: Array = np.zeros(len(values), dtype=np.int64)
    elif target.dtype.kind == "U":
        wanted = _of_words(target.reshape(-1), choice.words)
        if choice.ignore_index is not None:
            wanted = np.where(wanted == NO_CLASS, choice.ignore_index, wanted)
    elif target.shape == logits.shape:
        wanted = _float64(_class_last(target, axis))
    else:
        wanted = _class_indices(target.reshape(-1), choice.ignore_index)
    return MulticlassProblem(
        logits=values,
        target=wanted,
        weight=None if weight is None else _float64(weight.reshape(-1)),
        format=fmt,
        ignore_index=IGNORE_INDEX if choice.ignore_index is None else choice.ignore_index,
        takes_any_label=True,
    )


def _class_last(array: Array, axis: int) -> Array:
    """A row for each sample, the classes along it."""
    return np.moveaxis(array, axis, -1).reshape(-1, array.shape[axis])


def _of_words(target: Array, words: Sequence[str]) -> NDArray[np.int64]:
    """The class of each word; `NO_CLASS` where it is none of them."""
    if not words:
        orders = word_orders(target)
        words = orders.value.words if orders else ()
    return class_numbers(target, Order("first_seen", tuple(words)))


def no_class_indices(target: Array) -> NDArray[np.bool_]:
    """Which numbers of a target of one dimension are no class indices, being fractions, nan, inf or huge."""
    if target.dtype.kind in "iub" and target.dtype != np.uint64:
        return np.zeros(target.shape, dtype=bool)
    numbers = _float64(target)
    with np.errstate(invalid="ignore"):  # nan and inf are no whole numbers, which is what is asked
        return np.asarray(~((np.abs(numbers) < 2**53) & (numbers == np.floor(numbers))))


def _class_indices(target: Array, ignore_index: int | None) -> NDArray[np.int64]:
    """The labels; what is none stands as a negative number of no other row, and so comes in marked."""
    odd = no_class_indices(target)
    if not odd.any():
        return target.astype(np.int64)
    if 2 * np.count_nonzero(odd) > odd.size:
        row = int(np.argmax(odd))
        raise refusal(
            "no_class",
            "target, row {row}: expected a class index, got {value!r}",
            row=row + 1,
            value=float(target[row]),
        )
    labels = np.where(odd, 0, target).astype(np.int64)
    taken = {IGNORE_INDEX, ignore_index, *labels[labels < 0].tolist()}
    labels[odd] = next(number for number in itertools.count(-1, -1) if number not in taken)
    return labels


def _with_options(problem: Problem, choice: Choice) -> Problem:
    """A problem with what its export said; options that do not fit it are passed over."""
    options = options_of(choice.options) if choice.options else {}
    if not options or page_of(choice.options) != problem.family:
        return problem
    if choice.format:
        options.pop("format", None)
    if isinstance(options.get("weight"), list):
        options["weight"] = np.array(options["weight"], dtype=np.float64)
    try:
        return problem.replace(**options)
    except (TypeError, ValueError):
        return problem
