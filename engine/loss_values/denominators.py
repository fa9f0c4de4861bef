"""What the batch makes of a loss: sums, ignored rows, masks and weights."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from engine.floats.formats import FLOAT16, FLOAT32
from engine.formulas.multiclass_stabilisers import epsilon_in_log_of_softmax
from engine.loss_values.answer import Candidate, Cause
from engine.loss_values.asked import Asked
from engine.loss_values.chance import BINARY
from engine.loss_values.limits import BATCHES, EPSILONS_OF_ROWS, MOST_ROWS
from engine.loss_values.rows import FAR, Rows, alike, binary, multiclass

SUM = Cause(
    "sum_of_rows",
    "The sum of {rows} rows at chance",
    "{rows} rows of equal logits and {classes} classes are added up, not averaged: {rows} times {each:.7g}.",
    "Is reduction='sum', and does the loss follow the batch size?",
)
ACCUMULATED = Cause(
    "accumulated_steps",
    "{rows} accumulation steps added up, at chance",
    "{rows} losses of equal logits and {classes} classes are added, not averaged: {rows} times {each:.7g}.",
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

ONE_CLASS_ALWAYS = Cause(
    "one_class_always",
    "One class is always predicted, of {classes}",
    "The softmax gives one class the probability 1 in every row: of {classes} classes that are equally "
    "frequent the rows of all others stand at {limit:.7g}, where p is held at {epsilon}.",
    "Is the accuracy 1/{classes} and constant, and is p held at {epsilon}, as Keras does?",
    repeats=True,
)

CAUSES = (
    SUM, ACCUMULATED, BCE_SUM, IGNORED, POS_WEIGHT,
    MASKED, SMOOTHED_MASK, GAN, ONE_CLASS_ALWAYS,
)  # fmt: skip

KERAS_EPSILON = "1e-7"
MOST_CLASSES = 200
"""With as many rows, one a class, that one class is always predicted is shown."""

STEPS = (2, 4, 8, 16, 32)
WEIGHTS = (2.0, 3.0, 5.0, 10.0, 100.0)
MASKS = ("-1e4", "-1e9", "-100")


def candidates(asked: Asked) -> Iterator[Candidate]:
    """Everything that a denominator or a weight makes."""
    if asked.typed.value < 0:
        return
    yield from _sums(asked)
    yield from _weights()
    yield from _masks(asked)


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
            rows=partial(_outputs, c),
            fields={"classes": c},
            named=classes is not None,
            free=0 if classes is not None else 1,
            losses=BINARY,
        )
    yield from _one_class_always(asked)
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


def _one_class_always(asked: Asked) -> Iterator[Candidate]:
    """(C - 1) / C of where a wrong row ends: without a number of classes only Keras's 10 are claimed."""
    stated = asked.options.classes
    for classes in range(3, 11) if stated is None else range(stated, stated + 1):
        for epsilon in EPSILONS_OF_ROWS:
            limit, is_keras = -math.log(float(epsilon)), (classes, epsilon) == (10, KERAS_EPSILON)
            about = limit * (classes - 1) / classes
            if not 3 <= classes <= MOST_CLASSES or not asked.is_near(about, slack=1e-3):
                continue
            yield Candidate(
                cause=ONE_CLASS_ALWAYS,
                about=about,
                rows=partial(_all_the_same, classes, float(epsilon)),
                fields={"classes": classes, "epsilon": epsilon, "limit": limit},
                core=is_keras,
                named=stated is not None,
                slack=1e-3,
                free=0 if stated is not None or is_keras else 1,
                losses=frozenset({"scratch", "other"}),
            )


def _all_the_same(classes: int, epsilon: float) -> Rows:
    """One row of each class, all of them taken for the first one."""
    logits = np.zeros((classes, classes))
    logits[:, 0] = FAR
    return multiclass(epsilon_in_log_of_softmax(epsilon), logits, np.arange(classes))


def _outputs(classes: int) -> Rows:
    """One row of equal outputs, one of them positive, added up."""
    target = np.zeros(classes)
    target[0] = 1.0
    return binary("bce_with_logits", np.zeros(classes), target, reduction="sum")


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


def _weights() -> Iterator[Candidate]:
    for weight in WEIGHTS:
        for which, targets, factor in (
            ("y = 1", [1.0], weight),
            ("half of the rows positive", [1.0, 0.0], (weight + 1) / 2),
        ):
            yield Candidate(
                cause=POS_WEIGHT,
                about=factor * math.log(2),
                rows=partial(binary, "bce_with_logits", [0.0] * len(targets), targets, pos_weight=weight),
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
            rows=partial(multiclass, "cross_entropy", [[-value, 0.0]], [0], form=form),
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
