"""Losses that were given what another loss wants: probabilities for logits, logits for logarithms."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

from engine.floats.formats import FLOAT32
from engine.loss_values.answer import Candidate, Cause
from engine.loss_values.asked import Asked
from engine.loss_values.chance import SIZES
from engine.loss_values.formulas import NLL_OF_LOGITS
from engine.loss_values.rows import Rows, binary, multiclass, one_hot

SOFTMAX_TWICE = Cause(
    "softmax_twice",
    "Softmax twice, every row right",
    "CrossEntropyLoss was given probabilities of {classes} classes: even when all are right it stays at "
    "ln(1 + {others}/e).",
    "Are the inputs of CrossEntropyLoss within [0, 1], with the sum 1 in each row?",
    repeats=True,
)
SOFTMAX_TWICE_WRONG = Cause(
    "softmax_twice_wrong",
    "Softmax twice, every row wrong",
    "CrossEntropyLoss was given probabilities of {classes} classes: when all are wrong it stays at "
    "ln(e + {others}).",
    "Are the inputs of CrossEntropyLoss within [0, 1], with the sum 1 in each row?",
    repeats=True,
)
SIGMOID_BEFORE = Cause(
    "sigmoid_before_cross_entropy",
    "Sigmoid before CrossEntropyLoss, every row right",
    "CrossEntropyLoss was given the sigmoid of {classes} logits: at best it reaches ln(1 + {others}/e).",
    "Are the inputs of CrossEntropyLoss within [0, 1], without the sum 1?",
    repeats=True,
)
SIGMOID_BEFORE_WORST = Cause(
    "sigmoid_before_cross_entropy_worst",
    "Sigmoid before CrossEntropyLoss, at its worst",
    "The target's input is 0 and the other {others} are 1: ln(1 + {others}·e) is the most it can be.",
    "Are the inputs of CrossEntropyLoss within [0, 1], without the sum 1?",
    repeats=True,
)
BOUNDED = Cause(
    "tanh_before_cross_entropy",
    "tanh or cosine logits without a scale",
    "Logits within [-1, 1] of {classes} classes: at best the loss is ln(1 + {others}/e²).",
    "Are the logits within [-1, 1], as from tanh or a cosine similarity?",
    repeats=True,
)
SIGMOID_TWICE = Cause(
    "sigmoid_twice",
    "Sigmoid twice: y = {target}, p = {p}",
    "BCEWithLogitsLoss was given p = {p} for a row with y = {target}, and took it for a logit.",
    "Is sigmoid applied before BCEWithLogitsLoss?",
    repeats=True,
)
SIGMOID_TWICE_RIGHT = Cause(
    "sigmoid_twice_all_right",
    "Sigmoid twice, every row right",
    "BCEWithLogitsLoss was given probabilities, {share} of the rows positive and all rows right: "
    "it cannot fall lower.",
    "Is sigmoid applied before BCEWithLogitsLoss, and are {share} of the rows positive?",
    repeats=True,
)
SIGMOID_TWICE_HALF = Cause(
    "sigmoid_twice_at_a_half",
    "Sigmoid twice, every p at a half",
    "BCEWithLogitsLoss was given p = 0.5 for rows of which half are positive.",
    "Is sigmoid applied before BCEWithLogitsLoss, and are all logits 0?",
)
LOG_FORGOTTEN = Cause(
    "log_forgotten",
    "NLLLoss fed with probabilities, at chance",
    "NLLLoss was given softmax's probabilities without their logarithm: at chance it is -1/{classes}.",
    "Are NLLLoss's inputs within [0, 1], and are there {classes} classes?",
)
LOG_FORGOTTEN_RIGHT = Cause(
    "log_forgotten_right",
    "NLLLoss fed with probabilities, every row right",
    "NLLLoss was given softmax's probabilities without their logarithm: at best it is -1.",
    "Are NLLLoss's inputs within [0, 1]?",
    repeats=True,
)
LOGITS_AS_LOGS = Cause(
    "nll_of_logits",
    "NLLLoss fed with logits",
    "NLLLoss returns minus the target's input, and was given logits: it falls without end.",
    "Is there no log_softmax before NLLLoss?",
)
TARGETS_OUTSIDE = Cause(
    "targets_outside",
    "Targets outside [0, 1]",
    "BCEWithLogitsLoss falls without end where a target is above 1 or below 0, as from masks of 0 to 255.",
    "Is the largest target above 1?",
)

CAUSES = (
    SOFTMAX_TWICE, SOFTMAX_TWICE_WRONG, SIGMOID_BEFORE, SIGMOID_BEFORE_WORST, BOUNDED,
    SIGMOID_TWICE, SIGMOID_TWICE_RIGHT, SIGMOID_TWICE_HALF,
    LOG_FORGOTTEN, LOG_FORGOTTEN_RIGHT, LOGITS_AS_LOGS, TARGETS_OUTSIDE,
)  # fmt: skip

CE, BCE, NLL = (frozenset({name}) for name in ("CrossEntropyLoss", "BCEWithLogitsLoss", "NLLLoss"))

FLOORS = (2, 3, 4, 5, 10, 100, 1000)
CEILINGS = (2, 10)
"""Classes for which the bounds of softmax twice are claimed without --classes."""

SHARES = ((1, 2), (1, 4), (3, 4), (1, 10), (1, 5))
"""Positive and all rows of the mixtures that are tried."""


def candidates(asked: Asked) -> Iterator[Candidate]:
    """Every wrong feeding."""
    if asked.typed.value < 0:
        yield from _negative(asked)
        return
    stated = asked.options.classes
    sizes = tuple(size for size in SIZES if size <= FLOORS[-1] or size == stated)
    for classes in sizes if stated is None else (stated,):
        yield from _softmax_twice(classes, asked)
    if asked.options.classes in {None, 2}:
        yield from _sigmoid_twice(asked)


def _softmax_twice(classes: int, asked: Asked) -> Iterator[Candidate]:
    named, others = classes == asked.options.classes, classes - 1
    if others < 1:
        return
    e, form = math.e, asked.formats[0]
    slack = 0.02 if form.is_half else 1e-6
    bounds = (
        (SOFTMAX_TWICE, others / e, (0, 1.0, 0.0), classes in FLOORS),
        (SOFTMAX_TWICE_WRONG, (e + others) - 1, (1, 1.0, 0.0), classes in CEILINGS),
        (SIGMOID_BEFORE, others / e, (0, 1.0, 0.0), False),
        (SIGMOID_BEFORE_WORST, others * e, (0, 0.0, 1.0), False),
        (BOUNDED, others / e**2, (0, 1.0, -1.0), False),
    )
    for cause, ratio, (hot, on, off), core in bounds:
        about = math.log1p(ratio)
        if not asked.is_near(about, slack, _ulp(about)):
            continue

        def rows(hot: int = hot, on: float = on, off: float = off) -> Rows:
            return one_hot(classes, hot, on=on, off=off, form=form)

        yield Candidate(
            cause=cause,
            about=about,
            rows=rows,
            fields={"classes": classes, "others": others},
            core=core or (cause is SIGMOID_BEFORE and classes in FLOORS),
            named=named,
            slack=slack,
            allowance=_ulp(about),
            losses=CE,
            form=form,
        )


def _sigmoid_twice(asked: Asked) -> Iterator[Candidate]:
    form = asked.formats[0]
    slack = 0.02 if form.is_half else 1e-6
    for target in (1, 0):
        for p in (1.0, 0.5, 0.0):
            yield Candidate(
                cause=SIGMOID_TWICE,
                about=_twice(target, p),
                rows=partial(binary, "bce_with_logits", [p], [float(target)], form=form),
                fields={"target": target, "p": f"{p:g}"},
                core=p != 0.5,
                slack=slack,
                losses=BCE,
                form=form,
            )
    for positive, total in SHARES:
        share = positive / total
        targets = [1.0] * positive + [0.0] * (total - positive)
        yield Candidate(
            cause=SIGMOID_TWICE_RIGHT,
            about=share * _twice(1, 1.0) + (1 - share) * _twice(0, 0.0),
            rows=partial(binary, "bce_with_logits", targets, targets, form=form),
            fields={"share": f"{share:g}"},
            core=total == 2,
            slack=slack,
            allowance=_ulp(0.5),
            losses=BCE,
            form=form,
        )
    yield Candidate(
        cause=SIGMOID_TWICE_HALF,
        about=(_twice(1, 0.5) + _twice(0, 0.5)) / 2,
        rows=lambda: binary("bce_with_logits", [0.5, 0.5], [1.0, 0.0], form=form),
        slack=slack,
        losses=BCE,
        form=form,
    )


def _ulp(value: float) -> float:
    """By which PyTorch's sums part from the engine's, whose order depends on the processor."""
    return FLOAT32.eps * 2.0 ** max(0, math.floor(math.log2(value)))


def _twice(target: int, p: float) -> float:
    return math.log1p(math.exp(-p)) + (1 - target) * p


def _negative(asked: Asked) -> Iterator[Candidate]:
    stated, value = asked.options.classes, asked.typed.value
    for classes in SIZES if stated is None else (stated,):
        yield Candidate(
            cause=LOG_FORGOTTEN,
            about=-1 / classes,
            rows=partial(multiclass, "nll_softmax", [[0.0] * classes], [0]),
            fields={"classes": classes},
            named=classes == stated,
            losses=NLL,
        )
    yield Candidate(
        cause=LOG_FORGOTTEN_RIGHT,
        about=-1.0,
        rows=lambda: multiclass("nll_softmax", [[200.0, 0.0]], [0]),
        core=True,
        losses=NLL,
    )
    if math.isfinite(value):
        yield Candidate(
            cause=LOGITS_AS_LOGS,
            about=value,
            rows=lambda: multiclass(NLL_OF_LOGITS, [[-value, 0.0]], [0]),
            allowance=FLOAT32.eps * abs(value),
            free=1,
            losses=NLL,
        )
        yield from _targets_outside(value)


def _targets_outside(value: float) -> Iterator[Candidate]:
    # softplus(z) - 2·z = value has one root above 0: the left side falls there.
    target, low, high = 2.0, 0.0, 1.0

    def loss(z: float) -> float:
        return math.log1p(math.exp(-z)) + z - target * z

    while loss(high) > value:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if loss(middle) > value else (low, middle)
    yield Candidate(
        cause=TARGETS_OUTSIDE,
        about=value,
        rows=lambda: binary("bce_with_logits", [high], [target]),
        allowance=FLOAT32.eps * abs(value),
        free=1,
        losses=BCE,
    )
