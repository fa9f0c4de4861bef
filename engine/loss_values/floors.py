"""The least that soft and smoothed targets allow, and focal loss at chance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from engine.floats.formats import FLOAT32
from engine.loss_values.answer import Candidate, Cause
from engine.loss_values.asked import Asked
from engine.loss_values.chance import BINARY
from engine.loss_values.formulas import focal
from engine.loss_values.rows import Rows, Unit, binary, multiclass

SMOOTHING = Cause(
    "smoothing_floor",
    "The floor of label smoothing {smoothing:g}",
    "With label_smoothing = {smoothing:g} and {classes} classes the best logits leave this much: "
    "the entropy of the smoothed targets.",
    "Is label_smoothing {smoothing:g} set, and is every row right?",
)
SMOOTHING_OTHERS = Cause(
    "smoothing_floor_over_others",
    "The floor of label smoothing {smoothing:g} over the other classes",
    "Smoothing by hand that spreads {smoothing:g} over the other {others} classes leaves the entropy of "
    "such targets.",
    "Is the smoothing written by hand, with s/(C - 1) for the other classes?",
)
SMOOTHING_TENS = Cause(
    "smoothing_floor_in_base_10",
    "The floor of label smoothing {smoothing:g} over the other classes, in base 10",
    "The entropy of targets that spread {smoothing:g} over the other {others} classes, divided by ln 10.",
    "Is the loss divided by ln 10, or taken with log10?",
)
SOFT_TARGET = Cause(
    "soft_target_floor",
    "The entropy of a share of {share:g}",
    "Binary targets of {share:g}, or a share of {share:g} positive rows under one constant output: "
    "the loss cannot be lower.",
    "Are the targets soft, or are {share:g} of the rows positive under a constant output?",
)
ONE_HOT_BCE = Cause(
    "one_hot_through_bce",
    "One-hot targets of {classes} classes through a binary loss",
    "{classes} outputs a row, one of them positive, and all probabilities at 1/{classes}: "
    "the mean over all outputs.",
    "Are one-hot targets given to a binary loss with {classes} outputs a row?",
)
FOCAL = Cause(
    "focal_at_chance",
    "Focal loss at p = 1/2{detail}",
    "Focal loss with gamma 2 weighs ln 2 by (1 - 1/2)² when p is a half{detail}.",
    "Is it a focal loss, in the first step?",
)

CAUSES = (SMOOTHING, SMOOTHING_OTHERS, SMOOTHING_TENS, SOFT_TARGET, ONE_HOT_BCE, FOCAL)

SMOOTHINGS = (0.1, 0.05, 0.2)
SHARES = (0.05, 0.1, 0.2, 0.25, 0.5)
ALPHA = 0.25

EXACT_UP_TO = 10_000
"""With more classes a float32 floor is off by up to 1e-3."""

ALLOWANCE = 3e-4
CE = frozenset({"CrossEntropyLoss"})


def candidates(asked: Asked) -> Iterator[Candidate]:
    """Floors, of the usual smoothings and shares."""
    classes = asked.options.classes
    if classes is not None and classes > 1:
        for smoothing in SMOOTHINGS:
            yield from _smoothing(classes, smoothing)
        yield _one_hot(classes, named=True)
    elif classes is None:
        for smoothing in SMOOTHINGS:
            yield from _smoothing(2, smoothing, named=False)
        for count in (5, 10, 20):
            yield _one_hot(count, named=False)
    if classes in {None, 2}:
        if asked.options.share is not None:
            yield _soft(asked.options.share.value, half=asked.options.share.half)
        for share in SHARES:
            yield _soft(share)
        yield from _focal()


def entropy(shares: tuple[float, ...], counts: tuple[int, ...]) -> float:
    """Of `counts` classes that have each of the shares."""
    return -sum(n * p * math.log(p) for p, n in zip(shares, counts, strict=True) if p > 0)


def _smoothing(classes: int, smoothing: float, *, named: bool = True) -> Iterator[Candidate]:
    each, others = smoothing / classes, classes - 1
    own = 1 - smoothing + each
    many = classes > EXACT_UP_TO

    def rows() -> Rows:
        logits = np.full((1, classes), math.log(each / own))
        logits[0, 0] = 0.0
        return multiclass("cross_entropy", logits, [0], smoothing=smoothing)

    fields = {"smoothing": smoothing, "classes": classes, "others": others}
    about = entropy((own, each), (1, others))
    yield Candidate(
        cause=SMOOTHING,
        about=about,
        rows=rows,
        # The floor itself is what a mean over many rows comes to.
        measure=partial(float, about) if many else None,
        fields=fields,
        named=named,
        slack=2e-6 * max(1.0, classes / 100),
        allowance=ALLOWANCE * about if many else FLOAT32.eps * abs(math.log(each)),
        free=1,
        losses=CE,
    )
    share = smoothing / others
    for cause, unit in ((SMOOTHING_OTHERS, Unit.NATS), (SMOOTHING_TENS, Unit.TENS)):

        def by_hand(unit: Unit = unit) -> Rows:
            target = np.full((1, classes), share)
            target[0, 0] = 1 - smoothing
            return multiclass("cross_entropy", np.log(target), target, unit=unit)

        exact = entropy((1 - smoothing, share), (1, others)) / (math.log(10) if unit is Unit.TENS else 1)
        yield Candidate(
            cause=cause,
            about=exact,
            rows=by_hand,
            measure=partial(float, exact) if many else None,
            fields=fields,
            named=named,
            slack=2e-6 * max(1.0, classes / 100),
            allowance=ALLOWANCE * exact if many else FLOAT32.eps * abs(math.log(each)),
            free=1 if unit is Unit.NATS else 2,
            losses=CE,
        )


def _soft(share: float, half: float = 0.0) -> Candidate:
    logit = math.log(share / (1 - share)) if 0 < share < 1 else 0.0
    return Candidate(
        cause=SOFT_TARGET,
        about=entropy((share, 1 - share), (1, 1)),
        rows=lambda: binary("bce_with_logits", [logit], [share]),
        fields={"share": share},
        named=half > 0,
        allowance=half * abs(logit),
        losses=BINARY,
        free=1,
    )


def _one_hot(classes: int, *, named: bool) -> Candidate:
    share = 1 / classes

    def rows() -> Rows:
        target = np.zeros(classes)
        target[0] = 1.0
        return binary("bce_with_logits", np.full(classes, -math.log(classes - 1)), target)

    return Candidate(
        cause=ONE_HOT_BCE,
        about=entropy((share, 1 - share), (1, 1)),
        rows=rows,
        fields={"classes": classes},
        named=named,
        slack=1e-4,
        allowance=FLOAT32.eps * math.log(classes) / 4,
        free=1,
        losses=BINARY,
    )


def _focal() -> Iterator[Candidate]:
    for target, alpha in ((1.0, None), (1.0, ALPHA), (0.0, ALPHA)):
        weight = 1.0 if alpha is None else alpha if target else 1 - alpha
        yield Candidate(
            cause=FOCAL,
            about=weight * math.log(2) / 4,
            rows=partial(binary, focal(alpha), [0.0], [target]),
            fields={"detail": "" if alpha is None else f", alpha {alpha:g}, y = {target:g}"},
            losses=frozenset({"other"}),
            free=1,
        )
