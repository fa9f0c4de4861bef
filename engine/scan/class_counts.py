"""Rows of several classes with class indices, told by two numbers of each (`engine.scan.class_rules`).

One pass over the logits gives them. Rows in doubt are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from threading import Event
from time import thread_time
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis.gradients import LEAST_TO_LEARN
from engine.floats.formats import FORMATS, Format
from engine.floats.rounding import failures_are_results
from engine.floats.verdicts import GradientRegime, Regime, classify_gradient, classify_loss
from engine.formulas.values import values_of
from engine.problem import MulticlassProblem
from engine.scan.block import Block, Options, check
from engine.scan.class_rules import (
    EVALUATED,
    KEYS,
    Passed,
    Told,
    passed,
    route,
    sums_of_keys,
    told_of,
    told_of_rounded,
)
from engine.scan.evaluated import (
    Judged,
    added_up,
    evaluated,
    margins_of,
    named_regimes,
    only_counted,
    problem_of,
    severities,
)
from engine.scan.summary import PLACES, Counts, Named, OneByOne, Summary, places_of
from engine.scan.tables import histogram_of_logits
from engine.scan.worst import MOST, Worst, sampled, worst_of

Mask = NDArray[np.bool_]
Codes = NDArray[np.uint8]
Rows = NDArray[np.intp]

NUMBERS = 2**17
"""Logits looked at together."""


def is_of_classes(block: Block, options: Options) -> bool:
    """Whether the rules can say what a block's rows do."""
    return (
        options.family == "multiclass"
        and options.weight is None
        and block.target.ndim == 1
        and block.logits.shape[1] > 1
        and all(route(formula) is not None for formula in options.formulas)
    )


@failures_are_results
def counted_classes(
    block: Block, options: Options, known: Summary | None = None, stop: Event | None = None
) -> Summary:
    """The summary of a block that `is_of_classes`, but for lost digits as `evaluated` gives it.

    Arguments and lost digits are as `engine.scan.binary_counts.counted` has them: rows that lie where digits
    may be lost count as losing some.
    """
    classes, target = block.logits.shape[1], block.target
    others = Summary.empty(options.family, options.keys)
    is_ignored = target == options.ignore_index
    is_plain = (target >= 0) & (target < classes) & ~is_ignored
    if not is_plain.all():
        ignored = int(np.count_nonzero(is_ignored))
        others = replace(others, rows=ignored, ignored=ignored)
        outside = np.flatnonzero(~is_plain & ~is_ignored)
        if outside.size:
            others = others.merged(evaluated(block.chosen(outside), options, stop))
        block = block.chosen(np.flatnonzero(is_plain))
    made = passed(block)
    odd = made.with_keys(np.arange(KEYS) == EVALUATED)
    if odd.size:
        others = others.merged(evaluated(block.chosen(odd), options, stop))
    occupied, often = made.occupied()
    plain = occupied != EVALUATED
    occupied, often = occupied[plain], often[plain]
    count = _Count(block, options, made, occupied, often, told_of(occupied, classes, made.size), stop)
    return others.merged(count.summary(known or others, odd))


@dataclass(frozen=True, eq=False)
class _Look:
    """Rows in doubt in one format, those of them that were evaluated, and what their hard verdicts are."""

    rows: Rows
    evaluated: Rows
    judged: list[Judged]


@dataclass(frozen=True, eq=False)
class _Count:
    """A block's rows, their keys, and what these say.

    Attributes
    ----------
    occupied, counts : int64 arrays, shape (keys,)
        The keys that occur, and how often.
    told : Told
        Of the occupied keys.
    """

    block: Block
    options: Options
    passed: Passed
    occupied: Counts
    counts: Counts
    told: Told
    stop: Event | None

    def summary(self, known: Summary, odd: Rows) -> Summary:
        """Of all rows but the odd ones."""
        options, made = self.options, Summary.empty(self.options.family, self.options.keys)
        losses, gradients = made.losses.copy(), made.gradients.copy()
        begun = thread_time()
        wanted = np.zeros(KEYS, dtype=bool)
        wanted[self.occupied[self.told.doubt.any(axis=0)]] = True
        rows = self.passed.with_keys(wanted)
        keys = np.searchsorted(self.occupied, self.passed.keys[rows])
        looks = [self._look(place, rows, keys) for place in range(len(FORMATS))]
        one_by_one = OneByOne(
            len(np.unique(np.concatenate([e.evaluated for e in looks]))), thread_time() - begun
        )
        for place, look in enumerate(looks):
            often = np.where(self.told.doubt[place], 0, self.counts)
            for at, way in enumerate(self._ways):
                np.add.at(losses[place, at], self.told.losses[place, way], often)
                np.add.at(gradients[place, at], self.told.gradients[place, way], often)
                losses[place, at] += np.bincount(look.judged[at].of_loss, minlength=len(Regime))
                gradients[place, at] += np.bincount(
                    look.judged[at].of_gradient, minlength=len(GradientRegime)
                )
        inside = np.concatenate((losses[..., Regime.LOSING_DIGITS], gradients[..., 1]), axis=1)
        own = FORMATS.index(options.format)
        kept = np.ones(len(self.block.logits), dtype=bool)
        kept[odd] = False
        return replace(
            made,
            rows=int(self.counts.sum()),
            losses=losses,
            gradients=gradients,
            inside=inside,
            logits=self._logits(),
            sample=sampled(self.block.chosen(np.flatnonzero(kept)) if odd.size else self.block),
            named=self._named(own, looks[own], known),
            worst=self._worst(own, looks[own], known.worst),
            one_by_one=one_by_one,
            **(self._sums(np.flatnonzero(kept)) if options.losses and len(self.block.logits) else {}),
        )

    def _logits(self) -> Counts:
        occupied = np.flatnonzero(self.passed.logits)
        return histogram_of_logits(occupied, self.passed.logits[occupied])

    @property
    def _ways(self) -> list[int]:
        return [way for each in self.options.formulas if (way := route(each)) is not None]

    def _look(self, place: int, rows: Rows, keys: Counts) -> _Look:
        """At those of some rows that are in doubt in a format; their keys are places in the occupied ones."""
        is_doubt = self.told.doubt[place][keys]
        rows, keys, fmt = rows[is_doubt], keys[is_doubt], FORMATS[place]
        losses = self.told.losses[place][:, keys]
        gradients = np.full_like(losses, GradientRegime.LOSING_DIGITS)
        stalled = np.zeros(losses.shape, dtype=bool)
        left, step = np.arange(len(rows)), max(1, NUMBERS // self.block.width)
        if fmt.is_half and rows.size:
            left = self._rounded(rows, place, losses, gradients)
        for at in range(0, len(left), step):
            check(self.stop)
            part = left[at : at + step]
            found = looked(self.block.chosen(rows[part]), fmt, self.options)
            _harden(losses, found[0], part)
            _harden(gradients, found[1], part)
            stalled[:, part] = found[2]
        none = np.zeros(0, dtype=np.float32)
        return _Look(
            rows, rows[left], [Judged(none, losses[way], gradients[way], stalled[way]) for way in self._ways]
        )

    def _rounded(self, rows: Rows, place: int, losses: Codes, gradients: Codes) -> Rows:
        """Tell rows anew from logits rounded to a format; gives those that are still in doubt."""
        some, doubt = self.block.chosen(rows), np.zeros(len(rows), dtype=bool)
        step = max(1, NUMBERS // some.width)
        for at in range(0, len(rows), step):
            part = slice(at, at + step)
            z = FORMATS[place].round(some.logits[part]).astype(np.float32)
            found = told_of_rounded(z, some.target[part], place)
            _harden(losses, found[0], part)
            _harden(gradients, found[1], part)
            doubt[part] = found[2]
        return np.flatnonzero(doubt)

    def _settled(self, place: int) -> list[Judged]:
        """What the occupied keys say of each formula."""
        none, never = np.zeros(0, dtype=np.float32), np.zeros(len(self.occupied), dtype=bool)
        told = self.told
        return [
            Judged(none, told.losses[place, way], told.gradients[place, way], never) for way in self._ways
        ]

    def _named(self, place: int, look: _Look, known: Summary) -> MappingProxyType[str, Named]:
        some = self.block.chosen(look.rows)
        named = {
            name: places_of(holds, some) for name, holds in named_regimes(self.options, look.judged).items()
        }
        for name, holds in named_regimes(self.options, self._settled(place)).items():
            settled = holds & ~self.told.doubt[place]
            if settled.any():
                wanted = np.zeros(KEYS, dtype=bool)
                wanted[self.occupied[settled]] = True
                count = int(self.counts[settled].sum())
                most = 0 if known.tells(name, self.block) else min(count, PLACES)
                first = self.block.numbers_at(self.passed.with_keys(wanted, most))
                named[name] = named.get(name, Named()) + Named(
                    count, tuple((self.block.shard, row) for row in first.tolist())
                )
        return only_counted(named)

    def _worst(self, place: int, look: _Look, known: Worst) -> Worst:
        """The worst rows, of those alone whose keys may hold one."""
        settled = self._settled(place)
        severity = severities(self.options, [each.verdicts for each in settled])
        severity[self.told.doubt[place]] = 0
        wanted = np.zeros(KEYS, dtype=bool)
        wanted[self.occupied[self._may_enter(severity, known)]] = True
        by_key = np.zeros(KEYS, dtype=np.uint8)
        by_key[self.occupied] = severity
        of_looked = severities(self.options, [each.verdicts for each in look.judged])
        chosen = self.passed.with_keys(wanted)
        bad = np.flatnonzero(of_looked)
        rows = np.concatenate((chosen, look.rows[bad]))
        return self._ordered(rows, np.concatenate((by_key[self.passed.keys[chosen]], of_looked[bad])))

    def _may_enter(self, severity: NDArray[np.uint8], known: Worst) -> Mask:
        """The occupied keys with rows that may be among the worst."""
        least, most = sums_of_keys(self.occupied)
        # The largest of the others is at most their sum, and at least their mean; float32 rounds a little.
        highest, lowest = np.log(most) + 0.01, np.log(least / (self.block.logits.shape[1] - 1)) - 0.01
        enters = severity > 0
        order = np.lexsort((-lowest, -severity.astype(np.int64)))
        before = np.cumsum(self.counts[order])
        if len(before) and before[-1] >= MOST:
            last = order[int(np.searchsorted(before, MOST))]
            enters &= (severity > severity[last]) | ((severity == severity[last]) & (highest >= lowest[last]))
        if known.is_full:
            bound = known.margin[-1]
            enters &= (severity > known.severity[-1]) | (
                (severity == known.severity[-1]) & ~(highest < bound)
            )
        return np.asarray(enters)

    def _ordered(self, rows: Rows, severity: NDArray[np.uint8]) -> Worst:
        if not rows.size:
            return Worst.none()
        parts = []
        step = max(1, NUMBERS // self.block.logits.shape[1])
        for at in range(0, len(rows), step):
            some = self.block.chosen(rows[at : at + step])
            logit, margin = margins_of(problem_of(some, self.options))
            shard = np.full(len(some.logits), self.block.shard)
            parts.append(
                worst_of(
                    severity[at : at + step],
                    margin,
                    shard,
                    some.numbers,
                    logit,
                    some.target.astype(np.float64),
                )
            )
        return reduce(Worst.merged, parts)

    def _sums(self, rows: Rows) -> dict[str, Any]:
        """The losses added up."""
        step = max(1, NUMBERS // self.block.logits.shape[1])
        made = Summary.empty(self.options.family, self.options.keys)
        for at in range(0, len(rows), step):
            check(self.stop)
            made = made.merged(added_up(self.block.chosen(rows[at : at + step]), self.options))
        return {"sums": made.sums, "true_losses": made.true_losses}


def _harden(known: Codes, found: Codes, at: Rows | slice) -> None:
    """Put hard verdicts, shape (2, n), in their places; in a key alone stands whether digits may be lost."""
    known[:, at] = np.where(found > Regime.LOSING_DIGITS, found, known[:, at])


def looked(block: Block, fmt: Format, options: Options) -> tuple[Codes, Codes, Mask]:
    """The verdicts of finite rows in a format, by computing what they hang on alone.

    Returns
    -------
    losses, gradients : uint8 arrays, shape (2, n)
        By `route`; a gradient's as `engine.scan.evaluated` joins those of the classes, but for lost digits.
    is_stalled : bool array, shape (2, n)
    """
    rows, y = np.arange(len(block.logits)), block.target
    problem = MulticlassProblem(
        logits=block.logits.astype(np.float64), target=y, format=fmt, reduction="none"
    )
    values = values_of(problem)
    wide = problem.input.astype(np.float64)
    wide -= wide[rows, y][:, np.newaxis]
    wide[rows, y] = -np.inf
    r = np.exp(wide).sum(axis=1)
    slope = -r / (1 + r)
    losses, gradients = (np.empty((2, len(rows)), dtype=np.uint8) for _ in range(2))
    for formula in {route(each): each for each in options.formulas}.values():
        at: Any = route(formula)
        results = formula.run(values)
        losses[at] = classify_loss(results["loss"], np.log1p(r))
        # The other classes send back nothing, or nan where 0 is divided by a probability of 0.
        alone = results | {"y": np.zeros_like(y)}
        for name in {"z", "p", "log_p"}.intersection(results):
            alone[name] = results[name][rows, y][:, np.newaxis]
        own = formula.gradient(alone)[:, 0]
        gradients[at] = classify_gradient(own, slope)
        if "p" in results:
            gradients[at, (results["p"] == 0).any(axis=1)] = GradientRegime.NAN
    return losses, gradients, (gradients == GradientRegime.DEAD) & (slope < -LEAST_TO_LEARN)
