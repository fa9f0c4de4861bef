"""A piece of the data, and what is asked of it."""

from __future__ import annotations

from concurrent.futures import CancelledError
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FLOAT32, FORMATS, Format
from engine.formulas.catalogue import formulas_of
from engine.formulas.formula import Formula, Role
from engine.problem import IGNORE_INDEX, Family

TOGETHER = 2**14
"""Keys that are looked through together."""

JUDGED = frozenset({Role.PYTORCH, Role.SCRATCH})


@dataclass(frozen=True, eq=False, kw_only=True)
class Options:
    """What holds for all rows of a scan.

    Attributes
    ----------
    family : {'binary', 'multiclass'}
    format : Format
        The one that decides; the others are counted beside it.
    ignore_index : int
    weight : float64 array, shape (C,), optional
        Of the classes.
    pos_weight : float, optional
        Binary only.
    probabilities : bool
        Whether the target holds a probability for each class, which NLLLoss does not take.
    losses : bool
        Whether each formula's own losses and the true ones are computed and added up.
    """

    family: Family
    format: Format = FLOAT32
    ignore_index: int = IGNORE_INDEX
    weight: NDArray[np.float64] | None = None
    pos_weight: float | None = None
    probabilities: bool = False
    losses: bool = True

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """PyTorch's and the textbook form, in the catalogue's order."""
        found = formulas_of(self.family, roles=JUDGED)
        return tuple(f for f in found if not (self.probabilities and f.key.startswith("nll_")))

    @property
    def keys(self) -> tuple[str, ...]:
        """The formulas' keys."""
        return tuple(formula.key for formula in self.formulas)


@dataclass(frozen=True, eq=False, kw_only=True)
class Block:
    """Rows of one shard.

    Attributes
    ----------
    logits : array, shape (n,) of a binary problem, else (n, C)
        In the type that the file has.
    target : array, shape (n,), or (n, C) of class probabilities
    weight : array, shape (n,), optional
        Of the rows; binary only.
    shard, first : int
        Where the first row is, from 0 on; the others follow it.
    rows : int64 array, shape (n,), optional
        Where each row is, in place of `first`.
    """

    logits: NDArray[Any]
    target: NDArray[Any]
    weight: NDArray[Any] | None = None
    shard: int = 0
    first: int = 0
    rows: NDArray[np.int64] | None = None

    @property
    def width(self) -> int:
        """Logits of a row."""
        return int(np.prod(self.logits.shape[1:]))

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Where each row is."""
        return np.arange(self.first, self.first + len(self.logits)) if self.rows is None else self.rows

    def numbers_at(self, places: NDArray[np.intp]) -> NDArray[np.int64]:
        """Where the rows at these places are."""
        return places + self.first if self.rows is None else self.rows[places]

    def chosen(self, places: NDArray[np.intp]) -> Block:
        """Those of its rows at these places."""
        return Block(
            logits=self.logits[places],
            target=self.target[places],
            weight=None if self.weight is None else self.weight[places],
            shard=self.shard,
            rows=self.numbers_at(places),
        )

    def part(self, rows: slice) -> Block:
        """Some of its rows."""
        start = rows.indices(len(self.logits))[0]
        return Block(
            logits=self.logits[rows],
            target=self.target[rows],
            weight=None if self.weight is None else self.weight[rows],
            shard=self.shard,
            first=self.first + start,
            rows=None if self.rows is None else self.rows[rows],
        )


def check(stop: Event | None) -> None:
    """Raise CancelledError once a scan is stopped."""
    if stop is not None and stop.is_set():
        raise CancelledError


def places_with(
    keys: NDArray[np.int32], wanted: NDArray[np.bool_], most: int | None = None
) -> NDArray[np.intp]:
    """The places of the keys that are wanted, each by its number, or the first so many of them."""
    found, count = [np.zeros(0, dtype=np.intp)], 0
    if most != 0 and wanted.any():
        for at in range(0, len(keys), TOGETHER):
            # "wrap" does not check the keys first.
            found.append(np.flatnonzero(wanted.take(keys[at : at + TOGETHER], mode="wrap")) + at)
            count += len(found[-1])
            if most is not None and count >= most:
                break
    return np.concatenate(found)[:most]


def ones_and_zeros(target: NDArray[Any]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where targets are 1 and where they are 0."""
    half = next((fmt for fmt in FORMATS if fmt.is_half and fmt.dtype == target.dtype), None)
    if half is None:
        return target == 1, target == 0
    bits = np.ascontiguousarray(target).view(np.uint16)  # many times as fast to compare as half floats
    return bits == np.ones(1, half.dtype).view(np.uint16)[0], (bits & 0x7FFF) == 0
