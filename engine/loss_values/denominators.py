"""What the batch makes of a loss: a few rows at a limit among right ones, sums, masks and weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from engine.floats.formats import FLOAT16, FLOAT32
from engine.formulas.binary_stabilisers import epsilon_in_log
from engine.loss_values.answer import Candidate, Cause
from engine.loss_values.asked import Asked
from engine.loss_values.chance import BINARY
from engine.loss_values.edges import CLAMPED_AT, SIGMOIDS, edge_negative
from engine.loss_values.rows import FAR, Rows, alike, binary, multiclass

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
SUM = Cause(
    "sum_of_rows",
    "The sum of {rows} rows at chance",
    "{rows} rows of equal logits and {classes} classes are added up, not averaged: {rows} times {each:.7g}.",
    "Is reduction='sum', and does the loss follow the batch size?",
)
ACCUMULATED = Cause(
    "accumulated_steps",
    "{rows} accumulation steps added up, at chance",
    "{rows} losses of equal logits and {classes} classes are added without dividing: {rows} times {each:.7g}.",
    "Are {rows} steps accumulated before the loss is printed?",
)
BCE_SUM = Cause(
    "bce_summed_over_classes",
    "BCE summed over {classes} classes, at chance",
    "{classes} outputs a row at p = 1/2 are added up instead of averaged: {classes} times ln 2.",
    "Is the loss summed over the classes before it is averaged over the rows?",
)
IGNORED = Cause(
    "ignored_rows_in_the_mean",
    "{k} of {rows} rows ignored, but counted",
    "{k} of {rows} targets are ignored, and a mean taken after reduction='none' divides by all {rows}: "
    "chance of {classes} classes times {share:g}.",
    "Is reduction='none' followed by .mean()?",
)
POS_WEIGHT = Cause(
    "pos_weight_at_chance",
    "pos_weight {weight:g} at chance, {which}",
    "Logits of 0 with pos_weight = {weight:g}, {which}: ln 2 times {factor:g}.",
    "Is pos_weight {weight:g}?",
)
MASKED = Cause(
    "masked_target",
    "The target's own logit is masked with {mask}",
    "The mask hits the class that the target names: the loss is minus the mask.",
    "Is a mask of {mask} added to the logits, and may it hit the target?",
    repeats=True,
)
SMOOTHED_MASK = Cause(
    "smoothing_reaches_a_mask",
    "Label smoothing reaches a class masked with {mask}",
    "Smoothing 0.1 gives the masked class its share of {classes}: ln {others} plus the mask's 1/{tenth}.",
    "Is label_smoothing 0.1 used with masked logits?",
)
GAN = Cause(
    "gan_at_chance",
    "A GAN's discriminator at chance",
    "The losses of real and of generated rows are added, each at ln 2.",
    "Are two losses added, one of real rows and one of generated ones?",
)

CAUSES = (
    K_OF_N, SHARE_AT_LIMIT, MEAN_LABEL, SUM, ACCUMULATED, BCE_SUM, IGNORED, POS_WEIGHT, MASKED, SMOOTHED_MASK, GAN
)  # fmt: skip

MOST_ROWS = 32
"""With more rows other limits than 100 fit by accident: so they are tried up to here."""

EPSILONS = ("1e-7", "1e-6", "1e-8", "1e-10", "1e-12", "1e-15")
BATCHES = (8, 16, 32, 64, 128, 256)
STEPS = (2, 4, 8, 16, 32)
WEIGHTS = (2.0, 3.0, 5.0, 10.0, 100.0)
MASKS = ("-1e4", "-1e9", "-100")

Limit = tuple[str, float, float, Callable[[int, int], Rows], frozenset[str]]
"""In words, its paper value, a sharper one's slack, rows of k wrong among N, and the losses."""

SCRATCH = frozenset({"scratch", "other"})


def candidates(asked: Asked) -> Iterator[Candidate]:
    """Everything that a denominator or a weight makes."""
    options, value = asked.options, asked.typed.value
    if value < 0:
        if options.mean_label is not None:
            yield _labels(options.mean_label.value, options.mean_label.half)
        return
    yield from _at_limits(asked)
    if options.share is not None:
        yield from _shares(options.share.value, options.share.half)
    if options.mean_label is not None:
        yield _labels(options.mean_label.value, options.mean_label.half)
    yield from _sums(asked)
    yield from _weights(asked)
    yield from _masks(asked)


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
        *((f"epsilon {e}", -math.log(float(e)), 1e-3, with_epsilon(e), SCRATCH) for e in EPSILONS),
    )


def _at_limits(asked: Asked) -> Iterator[Candidate]:
    stated, value = asked.options.rows, asked.typed.value
    if not math.isfinite(value) or value <= 0:
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
                rows=lambda k=k, n=n, rows=rows: rows(k, n),
                fields={"k": k, "rows": n, "limit": limit, "of": of},
                core=number in {1, 2} and (k, n) == (1, 2),
                named=stated is not None,
                free=1 if stated is not None else 2 if number == 0 else 0,
                slack=slack,
                losses=losses,
            )


def _shares(share: float, half: float) -> Iterator[Candidate]:
    for of, limit, slack, rows, losses in limits():
        total = 1000
        k = round(share * total)
        alone = rows(1, 1).value if 0 < share else 0.0
        yield Candidate(
            cause=SHARE_AT_LIMIT,
            about=share * limit,
            rows=lambda k=k, n=total, rows=rows: rows(k, n),
            measure=lambda alone=alone: share * alone,
            fields={"share": share, "limit": limit, "of": of},
            named=True,
            free=1,
            slack=slack,
            allowance=half * limit,
            losses=losses,
        )


def _labels(mean: float, half: float) -> Candidate:
    limit = edge_negative(FLOAT32)[0].value

    def measure() -> float:
        return limit * (1 - mean)

    return Candidate(
        cause=MEAN_LABEL,
        about=limit * (1 - mean),
        measure=measure,
        fields={"mean": mean, "limit": limit},
        named=True,
        allowance=half * limit,
        losses=frozenset({"other", "scratch"}),
        source="Keras 3.15.1 clips p at 1e-7 and takes any label (run in 2026)",
    )


def _sums(asked: Asked) -> Iterator[Candidate]:
    rows, classes = asked.options.rows, asked.options.classes
    for n in BATCHES if rows is None else (rows,):
        for c in (2, 10) if classes is None else (classes,):
            yield _sum(SUM, n, c, named=rows is not None, free=0 if rows is not None else 1)
    if classes is not None:
        for steps in STEPS:
            yield _sum(ACCUMULATED, steps, classes, named=rows is None, free=1)
    for c in (10, 20, 100, 1000) if classes is None else (classes,):
        yield Candidate(
            cause=BCE_SUM,
            about=c * math.log(2),
            rows=lambda c=c: binary("bce_with_logits", [0.0] * c, [1.0] + [0.0] * (c - 1), reduction="sum"),
            fields={"classes": c},
            named=classes is not None,
            free=0 if classes is not None else 1,
            losses=BINARY,
        )
    yield Candidate(
        cause=GAN,
        about=2 * math.log(2),
        rows=lambda: binary("bce_with_logits", [0.0, 0.0], [1.0, 0.0], reduction="sum"),
        losses=BINARY,
        free=1,
    )
    if rows is not None:
        for c in (2, 10) if classes is None else (classes,):
            yield from _ignored(asked, rows, c)


def _sum(cause: Cause, n: int, classes: int, *, named: bool, free: int) -> Candidate:
    each = math.log(classes)
    return Candidate(
        cause=cause,
        about=n * each,
        rows=lambda: alike(classes, n, reduction="sum"),
        measure=lambda: float(FLOAT32.round(n * alike(classes).value)),
        fields={"rows": n, "classes": classes, "each": each},
        named=named,
        free=free,
        slack=3e-6,
        allowance=2e-7 * n * each,
        losses=frozenset({"CrossEntropyLoss", "NLLLoss"}) | (BINARY if classes == 2 else frozenset()),
    )


def _ignored(asked: Asked, rows: int, classes: int) -> Iterator[Candidate]:
    chance = math.log(classes)
    if not chance or not 0 < asked.typed.value < chance:
        return
    k = rows - round(asked.typed.value * rows / chance)
    if not 0 < k < rows or rows > MOST_ROWS:
        return

    def make() -> Rows:
        target = np.zeros(rows, np.int64)
        target[:k] = -100
        return multiclass("cross_entropy", np.zeros((rows, classes)), target, reduction="none")

    yield Candidate(
        cause=IGNORED,
        about=(1 - k / rows) * chance,
        rows=make,
        fields={"k": k, "rows": rows, "classes": classes, "share": 1 - k / rows},
        named=asked.options.classes is not None,
        free=1,
        losses=frozenset({"CrossEntropyLoss", "NLLLoss"}),
    )


def _weights(asked: Asked) -> Iterator[Candidate]:
    for weight in WEIGHTS:
        for which, targets, factor in (
            ("y = 1", [1.0], weight),
            ("half of the rows positive", [1.0, 0.0], (weight + 1) / 2),
        ):
            yield Candidate(
                cause=POS_WEIGHT,
                about=factor * math.log(2),
                rows=lambda y=targets, w=weight: binary("bce_with_logits", [0.0] * len(y), y, pos_weight=w),
                fields={"weight": weight, "which": which, "factor": factor},
                free=1,
                losses=frozenset({"BCEWithLogitsLoss"}),
            )


def _masks(asked: Asked) -> Iterator[Candidate]:
    lowest = (
        ("finfo.min of float32", FLOAT32.max, FLOAT32),
        ("-65504, float16's lowest", FLOAT16.max, FLOAT16),
    )
    known = ((mask, -float(mask), FLOAT32) for mask in MASKS)
    for mask, value, form in (*known, *lowest):
        if asked.options.format not in {None, form}:
            continue
        yield Candidate(
            cause=MASKED,
            about=value,
            rows=lambda v=value, f=form: multiclass("cross_entropy", [[-v, 0.0]], [0], form=f),
            fields={"mask": mask},
            core=mask != "-100",
            free=0 if mask != "-100" else 1,
            slack=1e-4,
            losses=frozenset({"CrossEntropyLoss", "NLLLoss"}),
            form=form,
        )
    classes = asked.options.classes
    if classes is None or classes < 2:
        return
    for mask in MASKS:
        yield _smoothed(mask, classes)


def _smoothed(mask: str, classes: int) -> Candidate:
    share = 0.1 / classes

    def rows() -> Rows:
        logits = np.zeros((1, classes))
        logits[0, -1] = float(mask)
        return multiclass("cross_entropy", logits, [0], smoothing=0.1)

    about = math.log(classes - 1) - share * float(mask) if classes > 1 else 0.0
    return Candidate(
        cause=SMOOTHED_MASK,
        about=about,
        rows=rows,
        fields={"mask": mask, "classes": classes, "others": classes - 1, "tenth": f"{10 * classes}"},
        named=True,
        free=1,
        slack=1e-5,
        losses=frozenset({"CrossEntropyLoss"}),
    )
