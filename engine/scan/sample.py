"""Rows taken evenly out of a scan, to be computed when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from engine.scan.block import Block

EVERY = 2039
"""One row of so many, from a shard's first on; a prime, so that no period of the data falls in with it."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Binary rows with targets 0 and 1, ordered by shard and row.

    Attributes
    ----------
    shard, row : int64 arrays, shape (n,)
    logit, target : float64 arrays, shape (n,)
    """

    shard: NDArray[np.int64]
    row: NDArray[np.int64]
    logit: NDArray[np.float64]
    target: NDArray[np.float64]

    @classmethod
    def none(cls) -> Sample:
        """No rows."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0))

    @classmethod
    def joined(cls, samples: Sequence[Sample]) -> Sample:
        """The rows of all."""
        arrays = [np.concatenate([getattr(each, f.name) for each in samples]) for f in fields(cls)]
        order = np.lexsort((arrays[1], arrays[0]))
        return cls(*(array[order] for array in arrays))

    def merged(self, other: Sample) -> Sample:
        """The rows of both."""
        if not len(self.row) or not len(other.row):
            return self if len(self.row) else other
        return self.joined((self, other))


def sampled(block: Block) -> Sample:
    """The rows of a block that belong to the sample."""
    if block.rows is None:
        rows = np.arange(-block.first % EVERY, len(block.logits), EVERY)
    else:
        rows = np.flatnonzero(block.rows % EVERY == 0)
    return Sample(
        np.full(len(rows), block.shard),
        rows + block.first if block.rows is None else block.rows[rows],
        block.logits[rows].astype(np.float64),
        block.target[rows].astype(np.float64),
    )
