"""What a scan knows of the rows it has seen: a value that merges in any order and cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FORMATS
from engine.floats.verdicts import GradientRegime, Regime
from engine.problem import Family
from engine.scan.block import Block
from engine.scan.exact_sums import ExactSum
from engine.scan.worst import Sample, Worst

Counts = NDArray[np.int64]
T = TypeVar("T")

PLACES = 10
"""Rows a name remembers, the first ones."""

LOGIT_STEP, LOGIT_BINS = 0.5, 220
"""Bins of the histogram of logits on either side of 0; the last one has all that lies further out."""

LOSS_EXPONENTS = (-64, 12)
"""Powers of two that bins of the histogram of losses begin with; the first and the last take what lies
outside, and 0 and inf."""


@dataclass(frozen=True, slots=True)
class Named:
    """Rows of which one thing is said.

    Attributes
    ----------
    count : int
    places : tuple of (shard, row)
        The first ones, from 0 on.
    """

    count: int = 0
    places: tuple[tuple[int, int], ...] = ()

    def __add__(self, other: Named) -> Named:
        return Named(self.count + other.count, tuple(sorted(self.places + other.places)[:PLACES]))


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Rows that were evaluated one by one, and the seconds that threads took for them."""

    rows: int = 0
    seconds: float = 0.0

    def __add__(self, other: OneByOne) -> OneByOne:
        return OneByOne(self.rows + other.rows, self.seconds + other.seconds)


@dataclass(frozen=True, eq=False, kw_only=True)
class Summary:
    """Counts, sums, histograms and the worst rows.

    Attributes
    ----------
    family : {'binary', 'multiclass'}
    formulas : tuple of str
        Keys of PyTorch's formulas and of the scratch form.
    rows, ignored : int
        All rows, and those of them whose target is `ignore_index`, of which nothing more is told.
    losses, gradients : int64 arrays, shape (formats, formulas, regimes)
        Rows by `Regime` and `GradientRegime`; a row of several classes by the worst of its gradients.
    inside : int64 array, shape (formats, 2 * formulas)
        Rows counted under LOSING_DIGITS because they lie where digits are lost, and not for a computed loss
        (then gradient).
    sample : Sample
        Some of the rows that were counted without computing, evenly taken (`engine.scan.luck`).
    logits : int64 array, shape (2, 2 * LOGIT_BINS)
        Histogram of finite logits by target: of target 0, then of 1. Of several classes: each row's largest
        logit, then its target's.
    true_losses : int64 array
        Histogram of the true losses by powers of two, where losses were computed.
    sums : mapping of str to ExactSum
        By formula, and under 'exact' the true one: weighted losses in the format that decides, where they
        were computed.
    named : mapping of str to Named
        ``nan_logit``, ``inf_logit``, ``target_outside``, ``nan_target``, and ``formula:regime`` for the
        format that decides.
    worst : Worst
    one_by_one : OneByOne
        How rows came to be counted, which hangs on how the data are cut.
    """

    family: Family
    formulas: tuple[str, ...]
    rows: int
    ignored: int
    losses: Counts
    gradients: Counts
    inside: Counts
    logits: Counts
    true_losses: Counts
    sums: Mapping[str, ExactSum] = field(default_factory=lambda: MappingProxyType({}))
    named: Mapping[str, Named] = field(default_factory=lambda: MappingProxyType({}))
    sample: Sample = field(default_factory=Sample.none)
    worst: Worst = field(default_factory=Worst.none)
    one_by_one: OneByOne = field(default_factory=OneByOne)

    @classmethod
    def empty(cls, family: Family, formulas: tuple[str, ...]) -> Summary:
        """Of no rows: what merges with any other of the family and changes nothing."""
        shape = (len(FORMATS), len(formulas))
        low, high = LOSS_EXPONENTS

        def none(*sides: int) -> Counts:
            return np.zeros(sides, dtype=np.int64)

        return cls(
            family=family,
            formulas=formulas,
            rows=0,
            ignored=0,
            losses=none(*shape, len(Regime)),
            gradients=none(*shape, len(GradientRegime)),
            inside=none(shape[0], 2 * shape[1]),
            logits=none(2, 2 * LOGIT_BINS),
            true_losses=none(high - low + 1),
        )

    def merged(self, other: Summary) -> Summary:
        """Of the rows of both, in whatever order.

        Raises
        ------
        ValueError
            If the two count different things.
        """
        if (self.family, self.formulas) != (other.family, other.formulas):
            raise ValueError("summaries of different families or formulas do not merge")
        return Summary(
            family=self.family,
            formulas=self.formulas,
            rows=self.rows + other.rows,
            ignored=self.ignored + other.ignored,
            losses=self.losses + other.losses,
            gradients=self.gradients + other.gradients,
            inside=self.inside + other.inside,
            logits=self.logits + other.logits,
            true_losses=self.true_losses + other.true_losses,
            sums=_added(self.sums, other.sums, ExactSum.__add__),
            named=_added(self.named, other.named, Named.__add__),
            sample=self.sample.merged(other.sample),
            worst=self.worst.merged(other.worst),
            one_by_one=self.one_by_one + other.one_by_one,
        )

    def tells(self, name: str, block: Block) -> bool:
        """Whether enough rows before a block's are known to which a name belongs."""
        places = self.named[name].places if name in self.named else ()
        return block.rows is None and len(places) == PLACES and places[-1] < (block.shard, block.first)

    def plain(self) -> dict[str, Any]:
        """The same as lists, numbers and texts, but for `one_by_one`: equal where two summaries are."""
        made: dict[str, Any] = {}
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray):
                made[name] = value.tolist()
            elif isinstance(value, OneByOne):
                continue
            elif isinstance(value, Worst | Sample):
                # As texts: nan is not equal to itself.
                made[name] = {each: [*map(str, array.tolist())] for each, array in vars(value).items()}
            else:
                made[name] = dict(value) if isinstance(value, Mapping) else value
        return made


def _added(first: Mapping[str, T], second: Mapping[str, T], add: Callable[[T, T], T]) -> Mapping[str, T]:
    added = {**first, **second} | {name: add(first[name], second[name]) for name in {*first} & {*second}}
    return MappingProxyType(dict(sorted(added.items())))


def logit_bins(logits: NDArray[Any]) -> Counts:
    """The bins of finite logits, by sign and magnitude: numbers of one upper half of a float32 share one."""
    with np.errstate(over="ignore", under="ignore"):
        size = np.abs(logits.astype(np.float32))
    place = np.minimum(size.astype(np.float64) / LOGIT_STEP, LOGIT_BINS - 1).astype(np.int64)
    return np.where(np.signbit(logits), LOGIT_BINS - 1 - place, LOGIT_BINS + place)


def logit_histogram(logits: NDArray[Any], is_one: NDArray[np.bool_], counts: Counts | None = None) -> Counts:
    """Finite logits by target and bin, each once or so many times."""
    finite = np.isfinite(logits)
    bins = logit_bins(logits[finite]) + 2 * LOGIT_BINS * is_one[finite]
    often = None if counts is None else counts[finite]
    return _binned(bins, often, 4 * LOGIT_BINS).reshape(2, 2 * LOGIT_BINS)


def _binned(bins: Counts, counts: Counts | None, length: int) -> Counts:
    if counts is None:
        return np.bincount(bins, minlength=length)
    found = np.zeros(length, dtype=np.int64)
    np.add.at(found, bins, counts)
    return found


def loss_histogram(losses: NDArray[np.float64], counts: Counts | None = None) -> Counts:
    """True losses by the power of two below them, each once or so many times."""
    low, high = LOSS_EXPONENTS
    defined = ~np.isnan(losses)
    known = losses[defined]
    exponents = np.frexp(known)[1] - 1
    exponents[known == 0] = low
    exponents[np.isinf(known)] = high
    often = None if counts is None else counts[defined]
    return _binned(np.clip(exponents, low, high) - low, often, high - low + 1)


def places_of(holds: NDArray[np.bool_], block: Block) -> Named:
    """The rows of a block for which something holds."""
    found = np.flatnonzero(holds)
    first = found[:PLACES] + block.first if block.rows is None else block.rows[found[:PLACES]]
    return Named(len(found), tuple((block.shard, row) for row in first.tolist()))
