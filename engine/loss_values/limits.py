"""Where a row that is all wrong ends: at an epsilon, a clip or the clamp; and few such rows in a mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

from engine.floats.formats import FLOAT32, FLOAT64, FORMATS, Format
from engine.formulas.binary_stabilisers import clipped_probability, epsilon_in_log
from engine.loss_values.answer import Candidate, Cause
from engine.loss_values.asked import Asked, Typed
from engine.loss_values.chance import DECIMALS_OF_A_GRID
from engine.loss_values.edges import CLAMPED_AT, SIGMOIDS, edge_negative
from engine.loss_values.formulas import clip_and_add
from engine.loss_values.rows import FAR, Rows, binary, far

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

K_OF_N = Cause(
    "rows_at_a_limit",
    "{k} of {rows} rows at {limit:.7g}",
    "{k} of {rows} rows are all wrong and stand at {limit:.7g} ({of}); the rest are near 0.",
    "Is the loss {limit:.7g} where one row is taken alone ({of})?",
    repeats=True,
)
SHARE_AT_LIMIT = Cause(
    "share_at_a_limit",
    "A share of {share:g} of the rows at {limit:.7g}",
    "A share of {share:g} of the rows is all wrong and stands at {limit:.7g} ({of}); the rest are near 0.",
    "Is the loss {limit:.7g} where one row is taken alone ({of})?",
    repeats=True,
)
MEAN_LABEL = Cause(
    "labels_beyond_1",
    "Labels with a mean of {mean:g} under a binary loss",
    "Labels 0, 1, 2, ... were given to a binary loss whose p is 1: its mean is {limit:.7g}·(1 - {mean:g}).",
    "Do the labels count classes, and is the loss a binary one?",
    repeats=True,
)
CAUSES = (
    ADDED, CLIPPED, BOTH_POSITIVE, BOTH_NEGATIVE, FLOOR_ADDED, FLOOR_CLIPPED,
    K_OF_N, SHARE_AT_LIMIT, MEAN_LABEL,
)  # fmt: skip

POWERS = tuple(range(3, 21))
RARE = (1, 2)
"""Powers of ten that are tried as a possible answer."""

KERAS = 1e-7
CLIPPED_TWICE = frozenset({KERAS, FLOAT32.eps})
"""Those of which both sides are claimed."""
TINY = 1e-6
"""Floors up to here are claimed: no loss of four digits lies there by accident."""

SLACK = 0.02
FLOOR_SLACK = 0.6
HOME_MADE = frozenset({"scratch"})

BATCHES = (8, 16, 32, 64, 128, 256)

MOST_ROWS = 32
"""With more rows other limits than 100 fit by accident: so they are tried up to here."""

EPSILONS_OF_ROWS = ("1e-7", "1e-6", "1e-8", "1e-10", "1e-12", "1e-15")
MOST_EVALUATED = 10_000
"""Rows from which on a mean is not worked out row by row to be compared."""

MOST_IN_A_SHARE = 10_000
"""Rows that a share is shown by."""

SHARE_KNOWN_TO = 5e-4
"""A share of fewer digits is meant as it stands: 0.9 is nine of ten, and not anything up to 0.95."""


Limit = tuple[str, float, float, Callable[[int, int], Rows], frozenset[str]]
"""In words, its paper value, a sharper one's slack, rows of k wrong among N, and the losses."""

SCRATCH = frozenset({"scratch", "other"})


def candidates(asked: Asked) -> Iterator[Candidate]:
    """Every power of ten and the formats' own epsilons, both sides of a clip, and rows at a limit."""
    for form in _formats(asked):
        for epsilon, text in _epsilons(form):
            core = epsilon <= 1e-3
            yield from _wrong(asked, epsilon, text, form, core=core)
            yield from _right(asked, epsilon, text, form)
    yield from _at_limits(asked)
    if asked.options.share is not None:
        yield from _shares(asked.options.share)
    if asked.options.mean_label is not None:
        yield _labels(asked.options.mean_label)


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


def _wrong(asked: Asked, epsilon: float, text: str, form: Format, *, core: bool) -> Iterator[Candidate]:
    z, about = far(form), -math.log(epsilon)
    named = {"epsilon": text, "format": form.name, "other": about}
    # Where 1 - epsilon rounds to 1, the clip does nothing, and what is left is the epsilon.
    same = epsilon <= form.eps / 4
    twice = about if same else about - math.log(2)
    kinds = (
        (ADDED, about, lambda: wrong_row(epsilon, form), core),
        (CLIPPED, about, lambda: binary(clipped_probability(epsilon), [z], [0.0], form=form), core),
        (BOTH_POSITIVE, about - math.log(2), lambda: _both(epsilon, -z, 1.0, form), epsilon in CLIPPED_TWICE),
        (BOTH_NEGATIVE, twice, lambda: _both(epsilon, z, 0.0, form), same or epsilon in CLIPPED_TWICE),
    )
    if epsilon >= 0.5:
        return
    for cause, expected, rows, may_be_claimed in kinds:
        if not asked.is_near(expected, SLACK):
            continue
        yield Candidate(
            cause=cause,
            about=expected,
            rows=rows,
            fields=named,
            core=may_be_claimed,
            slack=SLACK,
            losses=HOME_MADE,
            form=form,
        )


def _both(epsilon: float, z: float, target: float, form: Format) -> Rows:
    return binary(clip_and_add(epsilon), [z], [target], form=form)


def _right(asked: Asked, epsilon: float, text: str, form: Format) -> Iterator[Candidate]:
    z = far(form)
    fields = {"epsilon": text, "format": form.name}
    if form.eps / 2 <= epsilon and asked.is_near(math.copysign(epsilon, asked.typed.value), FLOOR_SLACK):
        yield Candidate(
            cause=FLOOR_ADDED,
            about=-epsilon,
            rows=lambda: binary(epsilon_in_log(epsilon), [z], [1.0], form=form),
            fields=fields,
            core=epsilon <= TINY,
            slack=FLOOR_SLACK,
            losses=HOME_MADE,
            form=form,
        )
        yield Candidate(
            cause=FLOOR_CLIPPED,
            about=epsilon,
            rows=lambda: binary(clipped_probability(epsilon), [z], [1.0], form=form),
            fields=fields,
            core=epsilon <= TINY,
            slack=FLOOR_SLACK,
            losses=HOME_MADE,
            form=form,
        )


def limits() -> tuple[Limit, ...]:
    """The losses that a row which is all wrong stands at."""

    def clamped(k: int, n: int) -> Rows:
        return binary("bce_sigmoid", [-FAR] * k + [FAR] * (n - k), [1.0] * n)

    def at_edge(k: int, n: int) -> Rows:
        z = float(edge_negative(FLOAT32)[0].problem.logits[0])
        return binary("bce_sigmoid", [z] * k + [-FAR] * (n - k), [0.0] * n)

    def with_epsilon(text: str) -> Callable[[int, int], Rows]:
        formula = epsilon_in_log(float(text))
        return lambda k, n: binary(formula, [-FAR] * k + [FAR] * (n - k), [1.0] * n)

    return (
        ("BCELoss's clamp", CLAMPED_AT, 1e-6, clamped, frozenset({"BCELoss"})),
        ("the last step before the clamp, y = 0", 23 * math.log(2), 1e-3, at_edge, SIGMOIDS),
        *((f"epsilon {e}", -math.log(float(e)), 1e-3, with_epsilon(e), SCRATCH) for e in EPSILONS_OF_ROWS),
    )


def _at_limits(asked: Asked) -> Iterator[Candidate]:
    stated, value = asked.options.rows, asked.typed.value
    if not 0 < value <= CLAMPED_AT:  # the highest of the limits
        return
    for number, (of, limit, slack, rows, losses) in enumerate(limits()):
        if stated is not None:
            if number and stated > MOST_ROWS:
                continue
            k = round(value * stated / limit)
            pairs = [(k, stated)] if 1 <= k < stated else []
        elif number == 0:
            pairs = [(1, n) for n in (2, 4, *BATCHES)]
        elif number <= 2:
            pairs = [(1, 2)]  # half of the rows wrong, as from a constant output
        else:
            pairs = []
        for k, n in pairs:
            yield Candidate(
                cause=K_OF_N,
                about=k * limit / n,
                rows=partial(rows, k, n),
                measure=partial(float, k * limit / n) if n > MOST_EVALUATED else None,
                fields={"k": k, "rows": n, "limit": limit, "of": of},
                core=number in {1, 2} and (k, n) == (1, 2),
                named=stated is not None,
                free=1 if stated is not None else 2 if number == 0 else 0,
                slack=slack,
                losses=losses,
            )


def _shares(share: Typed) -> Iterator[Candidate]:
    half = min(share.half, SHARE_KNOWN_TO)
    k, n = _smallest_fraction(share.value, half)
    for of, limit, slack, rows, losses in limits():
        yield Candidate(
            cause=SHARE_AT_LIMIT,
            about=share.value * limit,
            rows=partial(rows, k, n),
            fields={"share": share.value, "limit": limit, "of": of},
            named=True,
            free=1,
            slack=slack,
            allowance=2 * half * limit,
            losses=losses,
        )


def _smallest_fraction(share: float, half: float) -> tuple[int, int]:
    """The smallest k of n that is the share within half a unit."""
    whole = range(1, MOST_IN_A_SHARE)
    n = next((n for n in whole if abs(round(share * n) / n - share) <= half), MOST_IN_A_SHARE)
    return round(share * n), n


def _labels(label: Typed) -> Candidate:
    limit, mean = edge_negative(FLOAT32)[0].value, label.value

    return Candidate(
        cause=MEAN_LABEL,
        about=limit * (1 - mean),
        measure=partial(float, limit * (1 - mean)),
        fields={"mean": mean, "limit": limit},
        named=True,
        allowance=label.half * limit,
        losses=frozenset({"other", "scratch"}),
        source="Keras 3.15.1 clips p at 1e-7 and takes any label (run in 2026)",
    )
