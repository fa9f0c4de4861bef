"""A block summarised by evaluating each of its rows in the four formats: the meaning of every count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Event
from time import thread_time
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis.gradients import LEAST_TO_LEARN
from engine.evaluation.column import Column
from engine.evaluation.evaluate import evaluate
from engine.floats.formats import FORMATS, FloatArray, Format, format_of
from engine.floats.rounding import failures_are_results
from engine.floats.verdicts import GradientRegime, Regime, ranks_of
from engine.formulas.formula import Role
from engine.problem import BinaryProblem, MulticlassProblem, Problem
from engine.scan.block import Block, Options, check
from engine.scan.exact_sums import exact_sum
from engine.scan.summary import Named, OneByOne, Summary, logit_histogram, loss_histogram, places_of
from engine.scan.worst import worst_of

Mask = NDArray[np.bool_]

STALLED = "gradient:stalled"

NUMBERS, ROWS = 2**15, 2**14
"""Logits and rows evaluated together, which takes less than a tenth of a second."""

HARD = tuple(kind for kind in Regime if kind not in {Regime.EXACT, Regime.LOSING_DIGITS})
HARD_GRADIENT = tuple(
    kind for kind in GradientRegime if kind not in {GradientRegime.EXACT, GradientRegime.LOSING_DIGITS}
)


@failures_are_results
def evaluated(block: Block, options: Options, stop: Event | None = None) -> Summary:
    """What evaluating every row of a block says.

    Parameters
    ----------
    block : Block
    options : Options
    stop : Event, optional
        Ends it once it is set.

    Returns
    -------
    Summary

    Raises
    ------
    CancelledError
        If it was stopped.
    """
    rows, begun = max(1, min(ROWS, NUMBERS // max(block.width, 1))), thread_time()
    made = Summary.empty(options.family, options.keys)
    for start in range(0, len(block.logits), rows):
        check(stop)
        made = made.merged(_of_part(block.part(slice(start, start + rows)), options))
    return replace(made, one_by_one=OneByOne(len(block.logits), thread_time() - begun))


@dataclass(frozen=True, eq=False)
class Judged:
    """One formula's losses and verdicts over all rows; rows without a class have no truth.

    A row is stalled if a gradient is dead that is worth learning from: the row is still wrong.
    """

    loss: FloatArray
    of_loss: NDArray[np.uint8]
    of_gradient: NDArray[np.uint8]
    is_stalled: Mask

    @property
    def verdicts(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Of loss and gradient."""
        return self.of_loss, self.of_gradient

    def copied(self) -> Judged:
        """The same in arrays of its own."""
        return Judged(self.loss, self.of_loss.copy(), self.of_gradient.copy(), self.is_stalled.copy())


def _of_part(block: Block, options: Options) -> Summary:
    problem = problem_of(block, options)
    ignored, outside, refusing = apart(problem)
    kept = ~ignored
    made = Summary.empty(options.family, options.keys)
    losses, gradients = made.losses.copy(), made.gradients.copy()
    told: dict[str, Any] = {}
    for place, fmt in enumerate(FORMATS):
        judged, truth = judge(problem.replace(format=fmt), options, refusing)
        for each in judged:
            each.of_loss[outside] = Regime.NO_TRUTH
            each.of_gradient[outside] = GradientRegime.NO_TRUTH
        for at, each in enumerate(judged):
            losses[place, at] = np.bincount(each.of_loss[kept], minlength=len(Regime))
            gradients[place, at] = np.bincount(each.of_gradient[kept], minlength=len(GradientRegime))
        if fmt == options.format:
            told = _told(block, options, problem, judged, kept)
            if options.losses:
                told |= sums_of(options, judged, truth, kept & ~outside)
    return replace(
        made,
        rows=problem.rows,
        ignored=int(np.count_nonzero(ignored)),
        losses=losses,
        gradients=gradients,
        logits=_histogram(problem, kept),
        **told,
    )


def apart(problem: Problem) -> tuple[Mask, Mask, Mask]:
    """The rows that do not count, those whose label is no class, and those for which PyTorch would raise."""
    none = np.zeros(problem.rows, dtype=bool)
    if isinstance(problem, MulticlassProblem):
        if problem.has_probabilities:
            return none, none, none
        outside = none if problem.outside is None else problem.outside
        return problem.target == problem.ignore_index, outside, none
    return none, none, ~((problem.target >= 0) & (problem.target <= 1)) | np.isnan(problem.logits)


def judge(problem: Problem, options: Options, refusing: Mask) -> tuple[list[Judged], NDArray[np.float64]]:
    """Each formula's verdicts, and the true losses.

    A refusal is one of the whole call. Here it must not hang on which rows are evaluated together, and so
    the rows that are its reason are evaluated by themselves.
    """
    if refusing.any() and not refusing.all():
        rows = (np.flatnonzero(refusing), np.flatnonzero(~refusing))
        parts = [judge(_rows_of(problem, some), options, refusing[some]) for some in rows]
        back = np.argsort(np.concatenate(rows), kind="stable")
        pairs = zip(*(judged for judged, _ in parts), strict=True)
        joined = [
            Judged(*(np.concatenate((getattr(a, n), getattr(b, n)))[back] for n in vars(a))) for a, b in pairs
        ]
        return joined, np.concatenate([truth for _, truth in parts])[back]
    labels = None
    if isinstance(problem, MulticlassProblem) and not problem.has_probabilities:
        problem = problem.replace(target=problem.labels)
        labels = problem.target
    evaluation = evaluate(problem, formulas=options.formulas)
    judged: list[Judged] = []
    for at, column in enumerate(evaluation.columns):
        # Formulas that come to the same bits of the same truth share their verdicts, which cost the most.
        earlier = zip(evaluation.columns[:at], judged, strict=True)
        twin = next((each for other, each in earlier if _come_to_the_same(column, other)), None)
        judged.append(Judged(column.loss, *_regimes(column, labels)) if twin is None else twin.copied())
    # pos_weight is not for all of them: the truth is that of the formula with most options.
    return judged, max(evaluation.columns, key=lambda column: len(column.formula.honours)).truth.loss


def _come_to_the_same(one: Column, other: Column) -> bool:
    if (
        one.truth is not other.truth
        or one.refusal != other.refusal
        or one.formula.clamped != other.formula.clamped
    ):
        return False
    pairs = ((one.loss, other.loss), (one.gradient, other.gradient))
    return all(_same_bits(mine, theirs) for mine, theirs in pairs)


def _same_bits(mine: FloatArray, theirs: FloatArray) -> bool:
    whole = format_of(mine.dtype).integer
    return np.array_equal(np.ascontiguousarray(mine).view(whole), np.ascontiguousarray(theirs).view(whole))


def _rows_of(problem: Problem, rows: NDArray[np.intp]) -> Problem:
    assert isinstance(problem, BinaryProblem)
    weight = None if problem.weight is None else problem.weight[rows]
    return problem.replace(logits=problem.logits[rows], target=problem.target[rows], weight=weight)


def problem_of(block: Block, options: Options) -> Problem:
    """A block's rows as a problem in float64."""
    logits = block.logits.astype(np.float64)
    if options.family == "binary":
        return BinaryProblem(
            logits=logits,
            target=block.target.astype(np.float64),
            weight=None if block.weight is None else block.weight.astype(np.float64),
            pos_weight=options.pos_weight,
            reduction="none",
        )
    return MulticlassProblem(
        logits=logits,
        target=block.target,
        weight=options.weight,
        ignore_index=options.ignore_index,
        takes_any_label=True,
        reduction="none",
    )


def _regimes(
    column: Column, labels: NDArray[Any] | None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Mask]:
    gradients = column.gradient_regimes
    dead = gradients == GradientRegime.DEAD
    stalled = dead
    if dead.any():
        size = np.abs(column.truth.gradient)
        stalled = dead & (size > LEAST_TO_LEARN)
        if labels is not None:
            gradients = _without_tiny(gradients, dead, size, labels, format_of(column.gradient.dtype))
    if gradients.ndim > 1:
        gradients, stalled = gradients.max(axis=1), stalled.any(axis=1)
    return column.regimes.copy(), gradients.copy(), stalled


def _without_tiny(
    gradients: NDArray[np.uint8], dead: Mask, size: NDArray[np.float64], labels: NDArray[Any], fmt: Format
) -> NDArray[np.uint8]:
    """Gradients too small for all digits of the format lose some where they are 0: they stop no learning.

    The label's own is the sum of the others, and is dead all the same.
    """
    tiny = dead & (size < fmt.smallest_normal)
    rows = np.arange(len(gradients))
    known = (labels >= 0) & (labels < gradients.shape[1])
    tiny[rows[known], labels[known]] = False
    told: NDArray[np.uint8] = np.where(tiny, GradientRegime.LOSING_DIGITS, gradients).astype(np.uint8)
    return told


def _told(
    block: Block, options: Options, problem: Problem, judged: list[Judged], kept: Mask
) -> dict[str, Any]:
    """What is told of the format that decides alone."""
    severity = severities(options, [each.verdicts for each in judged])
    severity[~kept] = 0
    logit, margin = margins_of(problem)
    target = problem.target if problem.target.ndim == 1 else problem.target.argmax(axis=1)
    named = {
        name: places_of(holds & kept, block)
        for name, holds in (_named_inputs(problem) | named_regimes(options, judged)).items()
    }
    worst = worst_of(
        severity,
        margin,
        np.full(problem.rows, block.shard),
        block.numbers,
        logit,
        target.astype(np.float64),
    )
    return {"named": only_counted(named), "worst": worst}


def only_counted(named: dict[str, Named]) -> MappingProxyType[str, Named]:
    """The names that hold for a row at all, in order."""
    return MappingProxyType({name: each for name, each in sorted(named.items()) if each.count})


def severities(
    options: Options, judged: list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]
) -> NDArray[np.uint8]:
    """The rank of the worst hard regime that PyTorch's own formulas give each row; 0 where there is none."""
    ranks = [np.zeros(len(judged[0][0]), dtype=np.uint8)]
    for formula, (of_loss, of_gradient) in zip(options.formulas, judged, strict=True):
        if formula.role is Role.PYTORCH:
            ranks.append(ranks_of(np.where(of_loss == Regime.LOSING_DIGITS, 0, of_loss).astype(np.uint8)))
            soft = of_gradient == GradientRegime.LOSING_DIGITS
            ranks.append(ranks_of(np.where(soft, 0, of_gradient).astype(np.uint8), GradientRegime))
    return np.asarray(np.max(ranks, axis=0))


def sums_of(options: Options, judged: list[Judged], truth: NDArray[np.float64], kept: Mask) -> dict[str, Any]:
    """The sums of each formula's own losses and of the true ones, and the histogram of these."""
    sums = {key: exact_sum(each.loss[kept]) for key, each in zip(options.keys, judged, strict=True)}
    sums["exact"] = exact_sum(truth[kept])
    return {"sums": MappingProxyType(dict(sorted(sums.items()))), "true_losses": loss_histogram(truth[kept])}


def added_up(block: Block, options: Options) -> Summary:
    """The losses of rows that all count, added up, and nothing else of them."""
    problem = problem_of(block, options).replace(format=options.format)
    columns = evaluate(problem, formulas=options.formulas).columns
    none = np.zeros(0, dtype=np.uint8)
    judged = [Judged(column.loss, none, none, none.astype(bool)) for column in columns]
    sums = sums_of(options, judged, columns[0].truth.loss, np.ones(problem.rows, dtype=bool))
    return replace(Summary.empty(options.family, options.keys), **sums)


def named_regimes(options: Options, judged: list[Judged]) -> dict[str, Mask]:
    """By name the rows whose loss or gradient has a hard regime, of those that occur."""
    found: dict[str, Mask] = {}
    for key, each in zip(options.keys, judged, strict=True):
        of_loss, of_gradient = ("loss", each.of_loss, HARD), ("gradient", each.of_gradient, HARD_GRADIENT)
        for quantity, codes, kinds in (of_loss, of_gradient):
            counts = np.bincount(codes, minlength=max(kinds) + 1)
            found |= {f"{key}:{quantity}:{k.name.lower()}": codes == k for k in kinds if counts[k]}
        if each.is_stalled.any():
            found[f"{key}:{STALLED}"] = each.is_stalled
    return found


def _named_inputs(problem: Problem) -> dict[str, Mask]:
    z, y = problem.logits, problem.target
    classes = tuple(range(1, z.ndim))
    nan, infinite = np.asarray(np.isnan(z).any(axis=classes)), np.asarray(np.isinf(z).any(axis=classes))
    if isinstance(problem, MulticlassProblem) and not problem.has_probabilities:
        none = np.zeros(problem.rows, dtype=bool)
        outside, unknown = none if problem.outside is None else problem.outside, none
    else:
        sides = tuple(range(1, y.ndim))
        outside = np.asarray(((y < 0) | (y > 1)).any(axis=sides))
        unknown = np.asarray(np.isnan(y).any(axis=sides))
    return {"nan_logit": nan, "inf_logit": infinite, "target_outside": outside, "nan_target": unknown}


def margins_of(problem: Problem) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each row's logit (of the target's class), and by how much the logits speak against the target."""
    if isinstance(problem, BinaryProblem):
        return problem.logits, (1.0 - 2.0 * problem.target) * problem.logits
    own, largest = own_and_largest(problem)
    return own, np.where(np.isneginf(largest), -np.inf, largest - own)


def own_and_largest(problem: Problem) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The logit of each row's class, nan without one, and the largest of the others, -inf without any."""
    assert isinstance(problem, MulticlassProblem)
    z = problem.logits
    rows = np.arange(problem.rows)
    labels = problem.target.argmax(axis=1) if problem.has_probabilities else problem.labels
    known = (labels >= 0) & (labels < problem.classes)
    place = np.where(known, labels, 0)
    own = np.where(known, z[rows, place], np.nan)
    others = z.copy()
    others[rows, place] = np.where(known, -np.inf, others[rows, place])
    return own, others.max(axis=1) if problem.classes else own


def _histogram(problem: Problem, kept: Mask) -> NDArray[np.int64]:
    if isinstance(problem, BinaryProblem):
        return logit_histogram(problem.logits[kept], problem.target[kept] >= 0.5)
    own, largest = own_and_largest(problem)[0], problem.logits.max(axis=1, initial=-np.inf)
    # Which of 0 and -0 is the larger hangs on their order.
    logits = np.concatenate((largest[kept].astype(np.float32) + np.float32(0), own[kept]))
    return logit_histogram(logits, np.repeat([False, True], np.count_nonzero(kept)))
