"""Tensors, arrays and lists in .pt, .pth, .ckpt, .bin and .pkl files, as torch.save and pickle write them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.data.arrays.nested_lists import WORDS, list_array, list_entry
from engine.data.arrays.number_types import (
    AS_BFLOAT16,
    UINT16,
    numbers_of,
    read_as,
    read_bytes,
    sample_text,
    type_words,
)
from engine.data.entries import Entry, Progress, check_array, check_chosen, no_progress
from engine.data.entries.unchanged import Stamp, check_unchanged, stamp
from engine.data.faults import fault, reading, refusal, short
from engine.data.pickled import bounds
from engine.data.pickled.array_values import array_values
from engine.data.pickled.containers import load
from engine.data.pickled.records import Array, RefusedTensor, Stack, Tensor
from engine.data.pickled.walk import Leaf, Walk
from engine.floats.formats import BFLOAT16

SAMPLED_VALUES = 3
COLUMN = "column of "
"""Before the type of a table's column, which stands beside others as no tensor does."""


@dataclass(frozen=True)
class PickledFile:
    """What an interpreted pickle holds.

    Attributes
    ----------
    leaves : tuple of Leaf
        One for each entry that can be read.
    swapped : bool
        Whether the bytes of the storages' numbers stand the other way round.
    """

    path: Path
    entries: tuple[Entry, ...]
    leaves: tuple[Leaf, ...] = field(repr=False)
    as_bfloat16: tuple[bool, ...] = field(repr=False)
    """For each entry whether its uint16 numbers are the bits of bfloat16."""
    swapped: bool
    listed: Stamp
    has_own_formats: ClassVar[bool] = True

    @classmethod
    def inspect(cls, path: Path, progress: Progress = no_progress) -> PickledFile:
        """Interpret the pickle; raises DataFileError."""
        with reading(path, RecursionError), path.open("rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            contents = load(file, status.st_size, progress)
            walk = Walk(bounds.MOST_LISTED)
            walk.through(contents.root)
            _check_found(walk)
            reader = _Values(file, contents.swapped)
            listed = [each for leaf in walk.leaves for each in _listed(leaf, path.stem, reader)]
            entries, leaves, readings = (tuple(column) for column in zip(*listed, strict=True))
            if walk.omitted:
                entries, leaves, readings = (
                    (*entries, _omitted(walk)),
                    (*leaves, leaves[-1]),
                    (*readings, False),
                )
            return cls(path, entries, leaves, readings, contents.swapped, stamp(status))

    def read(self, chosen: Sequence[int], progress: Progress) -> list[NDArray[Any]]:
        """Read these entries; raises DataFileError."""
        arrays = []
        with reading(self.path), self.path.open("rb", buffering=0) as file:
            check_unchanged(os.fstat(file.fileno()), self.listed)
            check_chosen(self.entries, chosen)
            reader = _Values(file, self.swapped)
            sizes = [_span(self.leaves[index].value) for index in chosen]
            for place, index in enumerate(chosen):
                so_far = partial(_shifted, progress, sum(sizes[:place]), sum(sizes))
                array = reader.values(self.leaves[index], so_far)
                arrays.append(array.view(BFLOAT16.dtype) if self.as_bfloat16[index] else array)
        return arrays


def _shifted(progress: Progress, before: int, total: int, done: int, _size: int, /) -> None:
    """The progress of one of several arrays as that of all."""
    progress(before + done, total)


def _span(value: object) -> int:
    """The bytes that are read for a value; 0 of what the pickle itself holds."""
    if not isinstance(value, Tensor) or value.dtype is None or 0 in value.shape:
        return 0
    sides = zip(value.shape, value.strides, strict=True)
    return value.dtype.itemsize * (1 + sum((side - 1) * step for side, step in sides))


def _check_found(walk: Walk) -> None:
    if walk.leaves:
        return
    if walk.too_deep:
        raise refusal("deep_pickle", "its tensors lie deeper than {most} containers", most=bounds.DEEPEST)
    raise refusal("no_tensors", "expected tensors, arrays or lists of numbers, got none")


def _omitted(walk: Walk) -> Entry:
    reason = fault("more_entries", "{count} more, not listed", count=walk.omitted)
    return Entry("…", (), "", reason)


def _listed(leaf: Leaf, stem: str, reader: _Values) -> list[tuple[Entry, Leaf, bool]]:
    """A leaf's entry, and beside it another reading where it is raw bits."""
    name = leaf.path or stem
    entry = _entry(name, leaf)
    if leaf.of_frame:
        entry = entry._replace(type_name=entry.type_name if leaf.is_words else COLUMN + entry.type_name)
    if entry.fault is not None or not isinstance(leaf.value, (Tensor, Array)):
        return [(entry, leaf, False)]
    first = reader.first(leaf.value)
    listed = [(_sampled(entry, first), leaf, False)]
    if first.dtype == UINT16:
        other = Entry(short(name) + AS_BFLOAT16, entry.shape, "bfloat16 (uint16)")
        listed.append((_sampled(other, first.view(BFLOAT16.dtype)), leaf, True))
    return listed


def _sampled(entry: Entry, values: NDArray[Any]) -> Entry:
    return Entry(entry.name, entry.shape, entry.type_name, entry.fault, sample_text(values))


def _entry(name: str, leaf: Leaf) -> Entry:
    value = leaf.value
    if isinstance(value, RefusedTensor):
        return Entry(short(name), (), value.type_name, value.fault)
    if isinstance(value, Tensor):
        reason = check_array(value.shape, read_as(value.dtype))
        return Entry(short(name), value.shape, short(type_words(value.type_name, value.dtype)), reason)
    if isinstance(value, Array):
        return _array_entry(name, value)
    if isinstance(value, Stack):
        first, shape = value.tensors[0], (len(value.tensors),)
        return Entry(short(name), shape, first.type_name, check_array(shape, read_as(first.dtype)))
    assert leaf.shape is not None
    return list_entry(name, value, leaf.shape)


def _array_entry(name: str, array: Array) -> Entry:
    kind = array.type
    if kind is None:
        return Entry(short(name), (), "?", fault("damaged", "the file is damaged"))
    if kind.dtype is not None and kind.dtype.kind == "U":
        reason = None if len(array.shape) == 1 else fault("word_table", "a table of words")
        return Entry(short(name), array.shape, WORDS, reason)
    if kind.code.startswith("O"):
        objects = fault("objects", "Python objects, which are pickles and never read")
        return Entry(short(name), array.shape, "object", objects)
    type_name = short(kind.code if kind.dtype is None else type_words(kind.dtype.name, kind.dtype))
    return Entry(short(name), array.shape, type_name, check_array(array.shape, read_as(kind.dtype)))


@dataclass(frozen=True)
class _Values:
    """Reads the values of leaves from an open file."""

    file: BinaryIO
    swapped: bool

    def values(self, leaf: Leaf, progress: Progress) -> NDArray[Any]:
        """All values of a leaf."""
        if isinstance(leaf.value, Tensor):
            return self._tensor(leaf.value, leaf.path, progress)
        if isinstance(leaf.value, Array):
            return array_values(leaf.value)
        if isinstance(leaf.value, Stack):
            return np.concatenate(
                [self._elements(each, 0, 1, "", no_progress) for each in leaf.value.tensors]
            )
        assert isinstance(leaf.value, list)
        assert leaf.shape is not None
        return list_array(leaf.value, leaf.shape)

    def first(self, value: Tensor | Array) -> NDArray[Any]:
        """The first values of a tensor or array."""
        if isinstance(value, Array):
            return array_values(value).reshape(-1)[:SAMPLED_VALUES]
        count = min(int(np.prod(value.shape, dtype=np.int64)), SAMPLED_VALUES)
        places = np.unravel_index(np.arange(count), value.shape)
        steps = sum(place * step for place, step in zip(places, value.strides, strict=True))
        return np.concatenate(
            [self._elements(value, int(step), 1, "", no_progress) for step in np.broadcast_to(steps, count)]
            or [self._elements(value, 0, 0, "", no_progress)]
        )

    def _tensor(self, tensor: Tensor, name: str, progress: Progress) -> NDArray[Any]:
        if 0 in tensor.shape:
            return self._elements(tensor, 0, 0, name, progress).reshape(tensor.shape)
        assert tensor.dtype is not None
        span = _span(tensor) // tensor.dtype.itemsize
        elements = self._elements(tensor, 0, span, name, progress)
        strides = [step * elements.itemsize for step in tensor.strides]
        return np.array(np.lib.stride_tricks.as_strided(elements, tensor.shape, strides, writeable=False))

    def _elements(
        self, tensor: Tensor, begin: int, count: int, name: str, progress: Progress
    ) -> NDArray[Any]:
        """So many elements of a tensor's storage, from one of the tensor's own on."""
        dtype = tensor.dtype
        assert dtype is not None
        self.file.seek(tensor.storage.offset + (tensor.offset + begin) * dtype.itemsize)
        raw = read_bytes(self.file, count * dtype.itemsize, name, progress)
        numbers = numbers_of(raw, dtype, swapped=self.swapped)
        return -numbers if tensor.negative else numbers
