"""Some rows of a scan read once more, as a problem."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.data.arrays.number_types import numbers_of
from engine.data.entries.unchanged import check_unchanged
from engine.data.faults import reading, refusal, short
from engine.problem import BinaryProblem, Problem
from engine.scan.block import Block, Options
from engine.scan.evaluated import problem_of
from engine.scan.sources import Data, Shard
from engine.scan.streams import BROKEN, Stream

Array = NDArray[Any]
Floats = NDArray[np.float64]

READ_TOGETHER = 2**16
"""Rows of what cannot be sought in."""
Rows = NDArray[np.int64]


class KnownRows(Protocol):
    """Rows with their places, as `engine.scan.worst.Worst` has them."""

    @property
    def shard(self) -> Rows:
        """Each one's shard."""

    @property
    def row(self) -> Rows:
        """Its place in the shard, from 0 on."""

    @property
    def logit(self) -> Floats:
        """Its logit, of the target's class where there are several."""

    @property
    def target(self) -> Floats:
        """Its target."""


def problem_of_rows(data: Data, options: Options, shard: Rows, row: Rows) -> Problem:
    """The problem that some rows make, in the order in which they are given.

    Parameters
    ----------
    data : Data
    options : Options
    shard, row : int64 arrays, shape (n,)
        Where each is, from 0 on, as `engine.scan.worst.Worst` has it; of several labels each is a row.

    Raises
    ------
    ValueError
        If none are given; DataFileError if a file is not what it was when it was opened.
    """
    order, blocks = [], []
    for number in np.unique(shard).tolist():
        order.append(np.flatnonzero(shard == number))
        blocks.append(_block_of(data, number, row[order[-1]]))
    if not blocks:
        raise ValueError("expected at least one row")
    back = np.argsort(np.concatenate(order), kind="stable")
    weights = [block.weight for block in blocks if block.weight is not None]
    joined = Block(
        logits=np.concatenate([block.logits for block in blocks])[back],
        target=np.concatenate([block.target for block in blocks])[back],
        weight=np.concatenate(weights)[back] if weights else None,
    )
    return problem_of(joined, options).replace(format=options.format, reduction="mean")


def worst_problem(
    data: Data, options: Options, worst: KnownRows, places: NDArray[np.intp] | None = None
) -> Problem:
    """The problem that the worst rows make, or those of them at some places.

    Files are read for it only where `worst` does not hold the rows: of classes, and with weights.

    Raises
    ------
    ValueError
        As `problem_of_rows` does.
    """
    chosen = np.arange(len(worst.row)) if places is None else places
    if options.family != "binary" or data.shards[0].weight is not None:
        return problem_of_rows(data, options, worst.shard[chosen], worst.row[chosen])
    return BinaryProblem(
        logits=worst.logit[chosen],
        target=worst.target[chosen],
        pos_weight=options.pos_weight,
        format=options.format,
    )


def _block_of(data: Data, shard: int, rows: Rows) -> Block:
    """Rows of one shard as a scan's blocks have them."""
    source, wide = data.shards[shard], data.width if data.kind == "multilabel" else 1
    logits, target, weight = (
        None if each is None else _picked(each, rows // wide)
        for each in (source.logits, source.target, source.weight)
    )
    assert logits is not None
    read = replace(data, shards=(Shard(logits, target, weight),), paths=data.paths[shard : shard + 1])
    (block,) = read.blocks(max(1, logits.size))
    return block if wide == 1 else block.chosen(np.arange(len(rows)) * wide + rows % wide)


def _picked(source: Any, rows: Rows) -> Array:
    """Rows of an array, or of what is read row after row."""
    if isinstance(source, np.ndarray):
        return np.asarray(source[rows])
    wanted, back = np.unique(rows, return_inverse=True)
    found = _sought(source, wanted) if isinstance(source, Stream) else _passed(source, wanted)
    return np.asarray(found[back])


def _sought(source: Stream, wanted: Rows) -> Array:
    size = math.prod(source.shape[1:]) * source.dtype.itemsize
    raw = np.empty((len(wanted), size), dtype=np.uint8)
    with reading(source.path, *BROKEN), source.opened() as file:
        check_unchanged(source.path.stat(), source.listed)
        start = file.tell()
        for place, number in enumerate(wanted.tolist()):
            file.seek(start + number * size)
            came = file.read(size)
            if len(came) < size:
                raise refusal("ends_early_rows", "{name} ends before its last row", name=short(source.name))
            raw[place] = np.frombuffer(came, dtype=np.uint8)
    numbers = numbers_of(raw.reshape(-1), source.dtype, swapped=source.swapped)
    return numbers.reshape(len(wanted), *source.shape[1:])


def _passed(source: Any, wanted: Rows) -> Array:
    """Rows of what can only be read from the first one on."""
    found, at = [], 0
    with source.reader() as read:
        while at <= wanted[-1]:
            count = min(READ_TOGETHER, source.shape[0] - at)
            here = wanted[(wanted >= at) & (wanted < at + count)] - at
            found.append(read(count)[here])
            at += count
    return np.concatenate(found)
