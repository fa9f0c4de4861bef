"""From a typed loss to ranked answers: what fits its digits, how sure that is, and what does not fit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from engine.floats.formats import FLOAT32, FLOAT64, Format
from engine.floats.rounding import failures_are_results
from engine.loss_values import (
    chance,
    denominators,
    edges,
    feedings,
    floors,
    grids,
    libraries,
    limits,
    specials,
)
from engine.loss_values.answer import Answer, Candidate, Cause, Explanation
from engine.loss_values.asked import Asked, LossOptions, Typed, read_typed
from engine.loss_values.ruled_out import ORDINARY, ordinary, ruled_out

SEARCHED = (chance, feedings, edges, limits, floors, denominators, specials, libraries)
CAUSES: tuple[Cause, ...] = (
    *(cause for module in SEARCHED for cause in module.CAUSES), *grids.CAUSES, ORDINARY
)  # fmt: skip
"""Every cause that an answer may have."""


@failures_are_results
def explain_loss(text: str, options: LossOptions | None = None) -> Explanation:
    """What makes a loss that somebody has read.

    Parameters
    ----------
    text : str
        As it was typed: its decimals say how exactly it is known.
    options : LossOptions, optional
        What is known of the run. What contradicts it is left out.

    Returns
    -------
    Explanation

    Raises
    ------
    ValueError
        If the text is no number.

    Notes
    -----
    A candidate fits when it lies within half a unit of the last digit and `PLAY` ULP of its format. It
    is claimed with confidence only with four significant digits (or for numbers that mean something by
    themselves), and only if it is one of few numbers or an option names it: of 10,000 random losses of
    four decimals some 8 are claimed by accident.

    Examples
    --------
    >>> [answer.title for answer in explain_loss("2.3979", LossOptions(classes=10)).first]
    ['Chance, with the output one class too wide']
    >>> explain_loss("1.9105").is_confident
    False
    """
    asked = Asked(read_typed(text), LossOptions() if options is None else options)
    answers = list(ranked(_matching(asked, _candidates(asked)), asked))
    if asked.options.loss in {None, ORDINARY_LOSS} and (nothing_wrong := ordinary(asked)) is not None:
        answers += _after(answers, nothing_wrong)
    return Explanation((asked.typed,), tuple(answers), ruled_out(asked, answers))


ORDINARY_LOSS = "BCEWithLogitsLoss"


@failures_are_results
def explain_losses(texts: Sequence[str], options: LossOptions | None = None) -> Explanation | None:
    """What several losses, read one after the other, say together: a 16-bit grid, or their mean.

    Parameters
    ----------
    texts : sequence of str
    options : LossOptions, optional

    Returns
    -------
    Explanation or None
        None where they say no more than each by itself.

    Examples
    --------
    >>> [answer.title for answer in explain_losses(["4.75", "5.0625", "4.4375"]).answers]
    ["Losses on bfloat16's grid"]
    """
    options = LossOptions() if options is None else options
    typed = tuple(read_typed(text) for text in texts)
    answers = [
        Answer(each, typed[0].value, confident=True, rank=1)
        for each in grids.candidates(typed)
        if options.format in {None, each.form}
    ]
    mean = grids.mean_of(typed)
    if mean is not None:
        asked = Asked(mean, options)
        # What repeats to the last digit does not wobble.
        wobbling = (each for each in _candidates(asked, near=False) if not each.cause.repeats)
        fitting = ranked(_matching(asked, wobbling), asked)
        # A mean of a few steps is known to its spread only: it is never more than possible.
        after = max((answer.rank for answer in answers), default=0)
        answers += [Answer(each.candidate, each.value, False, each.rank + after) for each in fitting]
    return Explanation(typed, tuple(answers)) if answers else None


def _candidates(asked: Asked, *, near: bool = True) -> Iterator[Candidate]:
    for module in SEARCHED:
        yield from module.candidates(asked)
    if near and asked.typed.value > 0:
        yield from chance.near(asked)


def _matching(asked: Asked, candidates: Iterable[Candidate]) -> Iterator[tuple[Candidate, float]]:
    """Those that fit, with what they give."""
    loss = asked.options.loss
    for candidate in candidates:
        if loss is not None and candidate.losses and loss not in candidate.losses:
            continue
        if candidate.cause is chance.NEAR_CHANCE:
            yield candidate, candidate.about
            continue
        if not asked.is_near(candidate.about, candidate.slack, candidate.allowance):
            continue
        value = _value(candidate)
        if _fits(asked.typed, value, candidate):
            yield candidate, value


def _value(candidate: Candidate) -> float:
    if candidate.measure is not None:
        return candidate.measure()
    assert candidate.rows is not None
    return candidate.rows().value


def _fits(typed: Typed, value: float, candidate: Candidate) -> bool:
    if not (math.isfinite(typed.value) and math.isfinite(value)):
        return _same(typed.value, value)
    return (
        abs(value - typed.value)
        <= typed.half * (1 + 1e-6) + play(value, candidate.form) + candidate.allowance
    )


PLAY = 0.5
"""ULP that a loss may be off by its own rounding."""


def play(value: float, form: Format) -> float:
    """How far a loss may be off in its format; a 16-bit one lies on a grid, and its text is float32's."""
    eps = FLOAT64.eps if form is FLOAT64 else FLOAT32.eps
    return PLAY * eps * 2.0 ** math.floor(math.log2(abs(value))) if value else 0.0


def _same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def ranked(matches: Iterable[tuple[Candidate, float]], asked: Asked) -> Iterator[Answer]:
    """The answers in their order: sure ones first, then by what was stated, then by free numbers."""
    rated = [(_rating(candidate, asked), candidate, value) for candidate, value in _distinct(matches)]
    rated.sort(key=lambda each: (each[0], _finer(each[1])))
    ranks = sorted({rating for rating, _, _ in rated})
    for rating, candidate, value in rated:
        yield Answer(candidate, value, confident=rating[0] == 0, rank=ranks.index(rating) + 1)


Rating = tuple[int, int, int, int]


def _rating(candidate: Candidate, asked: Asked) -> Rating:
    sure = asked.typed.can_be_sure and (candidate.core or candidate.named)
    near = candidate.cause is chance.NEAR_CHANCE
    return (0 if sure and not near else 1, int(near), 0 if candidate.named else 1, candidate.free)


def _finer(candidate: Candidate) -> tuple[int, int, int]:
    """Among equals: what repeats before what wobbles, PyTorch before others, float32 first."""
    return (
        int(bool(candidate.source)),
        0 if candidate.cause.repeats else 1,
        int(candidate.form is not FLOAT32),
    )


def _distinct(matches: Iterable[tuple[Candidate, float]]) -> list[tuple[Candidate, float]]:
    """One of each cause with the same numbers: what holds in two formats is said once."""
    found: dict[tuple[str, str], tuple[Candidate, float]] = {}
    for candidate, value in matches:
        told = {name: each for name, each in candidate.fields.items() if name not in {"z", "other"}}
        if candidate.cause.key not in OF_A_FORMAT:
            told.pop("format", None)
        found.setdefault((candidate.cause.key, str(told)), (candidate, value))
    return list(found.values())


OF_A_FORMAT = frozenset(
    {
        *(cause.key for cause in edges.CAUSES),
        chance.CHANCE_IN_FORMAT.key,
        *(cause.key for cause in grids.CAUSES),
    }
)
"""Causes that are told apart by their format."""


def _after(answers: Sequence[Answer], candidate: Candidate) -> Iterator[Answer]:
    value = _value(candidate)
    rank = max((answer.rank for answer in answers), default=0) + 1
    yield Answer(candidate, value, confident=False, rank=rank)
