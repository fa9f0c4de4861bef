"""Rows that a scan keeps: the worst, by an order in which no two are equal, and some taken evenly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from engine.scan.block import Block

MOST = 1_000

EVERY = 2039
"""One row of so many is in the sample, from a shard's first on; a prime, so that no period of the data falls
in with it."""


@dataclass(frozen=True, eq=False)
class Worst:
    """At most `MOST` rows, the worst first.

    Attributes
    ----------
    severity : uint8 array, shape (n,)
        `engine.floats.verdicts.rank_of` the worst that PyTorch's own formulas do to the row.
    margin : float64 array, shape (n,)
        By how much the logits speak for what the target is not: orders rows of one severity, nan first.
    shard, row : int64 arrays, shape (n,)
        Where it is, from 0 on.
    logit, target : float64 arrays, shape (n,)
        The logit (of the target's class, where there are several), and the target.
    """

    severity: NDArray[np.uint8]
    margin: NDArray[np.float64]
    shard: NDArray[np.int64]
    row: NDArray[np.int64]
    logit: NDArray[np.float64]
    target: NDArray[np.float64]

    @classmethod
    def none(cls) -> Worst:
        """No rows."""
        whole, real = np.zeros(0, dtype=np.int64), np.zeros(0)
        return cls(np.zeros(0, dtype=np.uint8), real, whole, whole, real, real)

    @property
    def is_full(self) -> bool:
        """Whether only worse rows could still enter."""
        return len(self.row) == MOST

    def merged(self, other: Worst) -> Worst:
        """The worst of both."""
        if not len(other.row) or not len(self.row):
            return self if len(self.row) else other
        joined = [
            np.concatenate((getattr(self, field.name), getattr(other, field.name))) for field in fields(self)
        ]
        return worst_of(*joined)


def worst_of(
    severity: NDArray[np.uint8],
    margin: NDArray[np.float64],
    shard: NDArray[np.int64],
    row: NDArray[np.int64],
    logit: NDArray[np.float64],
    target: NDArray[np.float64],
) -> Worst:
    """The worst of rows given by `Worst`'s arrays; those of severity 0 are left out."""
    weight = np.where(np.isnan(margin), np.inf, margin)
    chosen = np.flatnonzero(severity)
    if len(chosen) > MOST:  # leave out what cannot enter before anything is sorted
        counts = np.cumsum(np.bincount(severity[chosen], minlength=256)[::-1])[::-1]
        least = int(np.flatnonzero(counts >= MOST)[-1])
        above, level = chosen[severity[chosen] > least], chosen[severity[chosen] == least]
        room = MOST - len(above)
        bound = -np.partition(-weight[level], room - 1)[room - 1]
        chosen = np.concatenate((above, level[weight[level] >= bound]))
    order = np.lexsort((row[chosen], shard[chosen], -weight[chosen], -severity[chosen].astype(np.int64)))
    kept = chosen[order[:MOST]]
    return Worst(severity[kept], margin[kept], shard[kept], row[kept], logit[kept], target[kept])


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows with targets 0 and 1, or with class indices, ordered by shard and row.

    Attributes
    ----------
    shard, row : int64 arrays, shape (n,)
    logit : float64 array, shape (n,) or (n, C)
    target : float64 array, shape (n,)
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
        """The rows of all; none of them is empty."""
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
