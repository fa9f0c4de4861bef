"""What pandas keeps in a block or an index: numbers, texts, categories and numbers that may be missing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.entries import MAX_NUMBERS
from engine.data.guesses.header import flat_name
from engine.data.pickled.array_values import array_values, has_numbers
from engine.data.pickled.records import Array, Name, Pairs, Record

Cells = NDArray[Any] | list[Any]
"""Numbers, or what else a column holds."""

Take = Callable[[int], None]
"""Counts numbers that take room; raises NotReadError where they are too many."""

_OFFSETS: dict[str, np.dtype[Any]] = {
    "string": np.dtype("<i4"),
    "utf8": np.dtype("<i4"),
    "large_string": np.dtype("<i8"),
}


class NotReadError(Exception):
    """A part of a kind that is not read."""


def attribute(record: Any, *names: str) -> Any:
    """An attribute by the first of its names that an object has; None without."""
    states: tuple[Any, ...] = ()
    if type(record) is Record:
        states = (*record.args, record.state, *(record.state if type(record.state) is tuple else ()))
    for state in states:
        if type(state) is Pairs:
            found = {key: value for key, value in state.pairs if type(key) is str}
            for name in names:
                if name in found:
                    return found[name]
    return None


def cells_of(values: Any, take: Take) -> Cells:
    """What a block or a column holds.

    Raises
    ------
    NotReadError
        If it is of a kind that is not read: dates, intervals, sparse numbers.
    """
    if type(values) is Array:
        return _of_array(values, take)
    if type(values) is not Record:
        raise NotReadError
    name = values.args[0].name if values.args and type(values.args[0]) is Name else values.kind.name
    if name == "Categorical":
        return _categorical(values, take)
    if name in ("IntegerArray", "FloatingArray", "BooleanArray"):
        return _masked(attribute(values, "_data"), attribute(values, "_mask"), take)
    if name.startswith("Arrow") and (arrow := attribute(values, "_pa_array", "_data")) is not None:
        return _arrow_texts(arrow, take)
    if name in ("StringArray", "NumpyExtensionArray", "PandasArray"):
        return cells_of(_array_in(values), take)
    raise NotReadError


def _array_in(values: Record) -> Any:
    """The array that pandas' own wraps."""
    state = values.state if type(values.state) is tuple else ()
    return next((each for each in state if type(each) is Array), attribute(values, "_ndarray"))


def _of_array(array: Array, take: Take) -> Cells:
    if has_numbers(array):
        numbers = array_values(array)
        take(numbers.size)
        return numbers
    if array.cells is None:
        raise NotReadError
    take(len(array.cells))
    if array.fortran and len(array.shape) > 1:
        rows, length = array.shape[0], int(np.prod(array.shape[1:]))
        return [array.cells[row + rows * at] for row in range(rows) for at in range(length)]
    return array.cells


def _categorical(values: Record, take: Take) -> Cells:
    codes = _array_in(values) or attribute(values, "_codes")
    kind = (
        next((each for each in values.state if type(each) is Record), None)
        if type(values.state) is tuple
        else attribute(values, "_dtype")
    )
    categories = index_labels(attribute(kind, "categories"))
    if type(codes) is not Array or not has_numbers(codes):
        raise NotReadError
    numbers = array_values(codes).reshape(-1)
    take(numbers.size)
    if numbers.size and not -1 <= int(numbers.min()) <= int(numbers.max()) < len(categories):
        raise NotReadError
    return [None if code < 0 else categories[code] for code in numbers.tolist()]


def _masked(data: Any, mask: Any, take: Take) -> Cells:
    if type(data) is not Array or type(mask) is not Array or not has_numbers(data) or not has_numbers(mask):
        raise NotReadError
    numbers, missing = array_values(data), array_values(mask).astype(bool)
    take(numbers.size)
    return np.where(missing, np.nan, numbers.astype(np.float64)) if missing.any() else numbers


# -- texts as Arrow keeps them --------------------------------------------------------------------------


def _arrow_texts(arrow: Any, take: Take) -> list[Any]:
    if type(arrow) is not Record or not arrow.args:
        raise NotReadError
    if arrow.kind.name == "chunked_array" and type(arrow.args[0]) is list:
        return [text for part in arrow.args[0] for text in _arrow_texts(part, take)]
    parts = arrow.args[0]
    if arrow.kind.name != "_restore_array" or type(parts) is not tuple or len(parts) < 5:
        raise NotReadError
    kind, length, _, offset, buffers = parts[:5]
    alias = kind.args[0] if type(kind) is Record and kind.args else None
    numbers = _OFFSETS.get(alias) if type(alias) is str else None
    if numbers is None or type(buffers) is not list or len(buffers) != 3:
        raise NotReadError
    if type(length) is not int or type(offset) is not int or not 0 <= length <= MAX_NUMBERS or offset < 0:
        raise NotReadError
    take(length)
    known, starts, text = (_bytes(each) for each in buffers)
    if length == 0:
        return []
    if starts is None:
        raise NotReadError
    places = np.frombuffer(starts, numbers, length + 1, offset * numbers.itemsize).tolist()
    raw = text or b""
    if any(not 0 <= one <= two <= len(raw) for one, two in pairwise(places)):
        raise NotReadError
    found: list[Any] = [raw[one:two].decode("utf-8", "replace") for one, two in pairwise(places)]
    if known is not None:
        bits = np.unpackbits(np.frombuffer(known, np.uint8), bitorder="little")[offset : offset + length]
        found = [each if bit else None for each, bit in zip(found, bits.tolist(), strict=True)]
    return found


def _bytes(buffer: Any) -> bytes | None:
    if buffer is None:
        return None
    if type(buffer) is not Record or len(buffer.args) != 1 or type(buffer.args[0]) is not bytes:
        raise NotReadError
    return buffer.args[0]


# -- an index -------------------------------------------------------------------------------------------


def is_range(index: Any) -> bool:
    """Whether an index only counts the rows."""
    return type(index) is Record and any(
        type(each) is Name and each.name == "RangeIndex" for each in index.args
    )


def index_labels(index: Any) -> list[Any]:
    """The labels of an index; those of several levels as one name."""
    if type(index) is not Record:
        raise NotReadError
    if is_range(index):
        start, stop, step = (attribute(index, name) for name in ("start", "stop", "step"))
        if any(type(each) is not int for each in (start, stop, step)) or step == 0:
            raise NotReadError
        return list(map(str, range(start, stop, step)[: MAX_NUMBERS + 1]))
    levels, codes = attribute(index, "levels"), attribute(index, "codes", "labels")
    if levels is not None:
        return _of_levels(levels, codes)
    cells = cells_of(attribute(index, "data"), _no_limit)
    labels = cells.tolist() if isinstance(cells, np.ndarray) else cells
    return [_label(each) for each in labels]


def _no_limit(_count: int) -> None:
    """An index has no more labels than its bytes say."""


def _label(label: Any) -> Any:
    if type(label) is tuple:
        return flat_name([str(each) for each in label if type(each) in (str, int, float)])
    return label


def _of_levels(levels: Any, codes: Any) -> list[str]:
    if type(levels) is not list or type(codes) is not list or not 1 <= len(levels) == len(codes) <= 10:
        raise NotReadError
    names = [index_labels(level) for level in levels]
    numbers = []
    for code in codes:
        if type(code) is not Array or not has_numbers(code):
            raise NotReadError
        numbers.append(array_values(code).reshape(-1).tolist())
    return [
        flat_name(
            [str(level[at]) if 0 <= at < len(level) else "" for level, at in zip(names, row, strict=True)]
        )
        for row in zip(*numbers, strict=True)
    ]
