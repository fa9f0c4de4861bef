"""Home-made repairs: what an epsilon inside a logarithm, or a clip of p, makes of a row that is all wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.floats.formats import FLOAT32, FLOAT64, FORMATS, Format
from engine.formulas.binary_stabilisers import clipped_probability, epsilon_in_log
from engine.loss_values.answer import Candidate, Cause
from engine.loss_values.asked import Asked
from engine.loss_values.formulas import clip_and_add
from engine.loss_values.rows import Rows, binary, far

ADDED = Cause(
    "epsilon_added",
    "Epsilon {epsilon} in the logarithm, or p clipped at it",
    "-log(p + {epsilon}) of p = 0 in {format} (or y = 0 and p = 1), or p clipped to at least {epsilon}: "
    "the loss ends at -log({epsilon}).",
    "Is there an epsilon of {epsilon} in the loss, and did the loss jump here from smaller values?",
    repeats=True,
)
CLIPPED = Cause(
    "clip_above",
    "p clipped to 1 - {epsilon}, y = 0",
    "p = 1 was clipped to 1 - {epsilon}, which {format} rounds before it is subtracted from 1.",
    "Is p clipped to [{epsilon}, 1 - {epsilon}], and does a wrong row with y = 1 give {other:.7g}?",
    repeats=True,
)
BOTH_POSITIVE = Cause(
    "clip_and_add",
    "p clipped at {epsilon} and {epsilon} added, y = 1",
    "p is clipped to [{epsilon}, 1 - {epsilon}] and {epsilon} is added inside the logarithm once more, "
    "as TensorFlow-Keras 2 did.",
    "Is the epsilon {epsilon} used twice, as a clip and inside the logarithm?",
    repeats=True,
)
BOTH_NEGATIVE = Cause(
    "clip_and_add_above",
    "p clipped at 1 - {epsilon} and {epsilon} added, y = 0",
    "p is clipped to [{epsilon}, 1 - {epsilon}] and {epsilon} is added inside the logarithm once more, "
    "as TensorFlow-Keras 2 did.",
    "Is the epsilon {epsilon} used twice, as a clip and inside the logarithm?",
    repeats=True,
)
FLOOR_ADDED = Cause(
    "epsilon_floor",
    "The floor of an epsilon of {epsilon} in the logarithm",
    "Every row is right: log(1 + {epsilon}) is above 0, so the loss ends just below 0.",
    "Is an epsilon of {epsilon} added inside the logarithm, and is every row right?",
    repeats=True,
)
FLOOR_CLIPPED = Cause(
    "clip_floor",
    "The floor of a clip at {epsilon}",
    "Every row is right: p = 1 is clipped to 1 - {epsilon}, so the loss cannot reach 0.",
    "Is p clipped to [{epsilon}, 1 - {epsilon}], and is every row right?",
    repeats=True,
)

CAUSES = (ADDED, CLIPPED, BOTH_POSITIVE, BOTH_NEGATIVE, FLOOR_ADDED, FLOOR_CLIPPED)

POWERS = tuple(range(3, 21))
RARE = (1, 2)
"""Powers of ten that are tried as a possible answer."""

SLACK = 0.02
DECIMALS_OF_A_GRID = 5
HOME_MADE = frozenset({"scratch"})


def candidates(asked: Asked) -> Iterator[Candidate]:
    """Every power of ten and the formats' own epsilons, both sides of a clip, and their floors."""
    for form in _formats(asked):
        for epsilon, text in _epsilons(form):
            core = epsilon <= 1e-3
            yield from _wrong(epsilon, text, form, core=core)
            yield from _right(epsilon, text, form)


def _formats(asked: Asked) -> tuple[Format, ...]:
    """float32 and float64; the half formats for numbers that lie on their grids."""
    if asked.options.format is not None:
        return (asked.options.format,)
    long = asked.typed.decimals >= DECIMALS_OF_A_GRID
    halves = tuple(form for form in FORMATS if form.is_half and long and asked.fits_grid(form))
    return (FLOAT32, FLOAT64, *halves)


def _epsilons(form: Format) -> Iterator[tuple[float, str]]:
    for power in (*RARE, *POWERS):
        yield float(f"1e-{power}"), f"1e-{power}"
    for own in FORMATS:
        if own.is_half == form.is_half:
            yield own.eps, f"2^{round(math.log2(own.eps))}"


def wrong_row(epsilon: float, form: Format = FLOAT32) -> Rows:
    """A row that is all wrong, with an epsilon in the logarithm."""
    return binary(epsilon_in_log(epsilon), [-far(form)], [1.0], form=form)


def _wrong(epsilon: float, text: str, form: Format, *, core: bool) -> Iterator[Candidate]:
    z, about = far(form), -math.log(epsilon)
    named = {"epsilon": text, "format": form.name, "other": about}
    kinds = (
        (ADDED, about, lambda: wrong_row(epsilon, form), core),
        (CLIPPED, about, lambda: binary(clipped_probability(epsilon), [z], [0.0], form=form), core),
        (
            BOTH_POSITIVE,
            about - math.log(2),
            lambda: binary(clip_and_add(epsilon), [-z], [1.0], form=form),
            False,
        ),
        (
            BOTH_NEGATIVE,
            about - math.log(2),
            lambda: binary(clip_and_add(epsilon), [z], [0.0], form=form),
            False,
        ),
    )
    if epsilon >= 0.5:
        return
    for cause, expected, rows, may_be_claimed in kinds:
        yield Candidate(
            cause=cause,
            about=expected,
            rows=rows,
            fields=named,
            core=may_be_claimed,
            slack=0.1 if cause is BOTH_NEGATIVE else SLACK,
            losses=HOME_MADE,
            form=form,
        )


def _right(epsilon: float, text: str, form: Format) -> Iterator[Candidate]:
    z = far(form)
    fields = {"epsilon": text, "format": form.name}
    if epsilon < 0.5 and epsilon >= form.eps / 2:
        yield Candidate(
            cause=FLOOR_ADDED,
            about=-epsilon,
            rows=lambda: binary(epsilon_in_log(epsilon), [z], [1.0], form=form),
            fields=fields,
            slack=0.6,
            losses=HOME_MADE,
            form=form,
        )
        yield Candidate(
            cause=FLOOR_CLIPPED,
            about=epsilon,
            rows=lambda: binary(clipped_probability(epsilon), [z], [1.0], form=form),
            fields=fields,
            slack=0.6,
            losses=HOME_MADE,
            form=form,
        )
