"""nan, inf and 0: the rows that give them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from engine.floats.formats import FLOAT16, FLOAT32
from engine.formulas.binary_stabilisers import clipped_probability, epsilon_in_log
from engine.loss_values.answer import Candidate, Cause
from engine.loss_values.asked import Asked
from engine.loss_values.rows import FAR, Rows, alike, binary, mean_of_equals, multiclass

ALL_IGNORED = Cause(
    "all_ignored",
    "Every target is ignored",
    "Every target equals ignore_index, so the mean divides 0 by 0.",
    "Do all targets of this batch equal ignore_index?",
    repeats=True,
)
EMPTY = Cause(
    "empty_batch",
    "An empty batch",
    "The mean of no rows divides 0 by 0, for all four losses.",
    "Has this batch no rows, for example after a filter?",
    repeats=True,
)
NO_WEIGHT = Cause(
    "weights_of_0",
    "The weights of all classes present are 0",
    "The mean divides by the sum of the rows' weights, and that is 0.",
    "Is the class weight 0 for every class in this batch?",
    repeats=True,
)
ZERO_TIMES_INF = Cause(
    "soft_target_of_a_mask",
    "Soft targets with a logit of -inf",
    "With class probabilities 0 · inf is nan, where class indices give a finite loss.",
    "Are the targets probabilities, and is a logit masked with -inf?",
    repeats=True,
)
INF_LOGIT = Cause(
    "infinite_logit",
    "A logit of +inf",
    "log_softmax subtracts the largest logit: inf - inf is nan.",
    "Is a logit +inf (torch.isinf(logits).any())?",
    repeats=True,
)
ALL_MASKED = Cause(
    "all_masked",
    "Every logit of a row is -inf",
    "A row whose classes are all masked has no largest logit: -inf - -inf is nan.",
    "Is a whole row masked with -inf?",
    repeats=True,
)
NAN_LOGIT = Cause(
    "nan_logit",
    "A logit is nan",
    "nan comes in from the model, and every mean over it is nan.",
    "Are the logits nan before the loss (torch.isnan(logits).any())?",
    repeats=True,
)
ZERO_LOG_ZERO = Cause(
    "zero_times_log_zero",
    "0 · log(0) in a loss written by hand",
    "p is exactly 0 or 1 and right: the term that should vanish is 0 · -inf.",
    "Is the loss written by hand with sigmoid and log?",
    repeats=True,
)
ROWS_OVERFLOW = Cause(
    "float16_count",
    "A float16 mean over more rows than 65504",
    "Sum and number of rows overflow in float16: inf / inf.",
    "Are there more than 65504 rows or tokens, in float16?",
    repeats=True,
)
TARGET_MASKED = Cause(
    "target_of_minus_inf",
    "The target's logit is -inf",
    "The class that the target names is masked with -inf: the loss is inf.",
    "Is a logit masked with -inf, and may the mask hit the target?",
    repeats=True,
)
SMOOTHED_INF = Cause(
    "smoothing_of_a_mask",
    "Label smoothing with a logit of -inf",
    "Smoothing gives every class a share, the masked one too: share · inf is inf.",
    "Is label_smoothing used with logits masked with -inf?",
    repeats=True,
)
SUM_OVERFLOW = Cause(
    "float16_sum_of_exponentials",
    "float16 cannot hold the sum of {classes} exponentials",
    "log_softmax adds up {classes} exponentials, and their sum passes 65504 in float16.",
    "Are there more than 65519 classes, in float16?",
    repeats=True,
)
LOST_EPSILON = Cause(
    "epsilon_rounded_to_0",
    "An epsilon that the format rounds to 0",
    "float16 has nothing between 0 and 6e-8: an epsilon of 1e-8 is 0 there, and log(0) is -inf.",
    "Is there an epsilon of 3e-8 or less in the loss, in float16?",
    repeats=True,
)
LOST_CLIP = Cause(
    "clip_rounded_to_1",
    "A clip whose upper end rounds to 1",
    "1 - 1e-8 is 1 in float32, so p = 1 is not clipped, and log(1 - p) is -inf for y = 0.",
    "Is p clipped at 3e-8 or less in float32, and is y 0?",
    repeats=True,
)
LOG_ZERO = Cause(
    "log_of_0",
    "log(0) in a loss written by hand",
    "p is exactly 0 or 1 and wrong: the logarithm is -inf.",
    "Is the loss written by hand with sigmoid or softmax and log?",
    repeats=True,
)
ONE_OUTPUT = Cause(
    "one_output",
    "CrossEntropyLoss with one output",
    "With one class its probability is always 1, as in a contrastive loss with one pair: always 0.",
    "Has the output layer one class, or the batch one pair?",
    repeats=True,
)
SATURATED = Cause(
    "saturated",
    "Every row is right beyond the last digit",
    "The target's logit is so far above the others that the loss rounds to 0.",
    "Do the logits of right classes stand 17 or more above the others?",
    repeats=True,
)
IGNORED_SUM = Cause(
    "all_ignored_sum",
    "Every target is ignored, under 'sum'",
    "Every target equals ignore_index, and the sum of no rows is 0.",
    "Is reduction='sum', and do all targets equal ignore_index?",
    repeats=True,
)
NO_TARGET = Cause(
    "targets_all_0",
    "Soft targets that are all 0",
    "Every class has the probability 0: nothing is asked of the model, and the loss is 0.",
    "Do the target probabilities of a row sum to 0?",
    repeats=True,
)

CAUSES = (
    ALL_IGNORED, EMPTY, NO_WEIGHT, ZERO_TIMES_INF, INF_LOGIT, ALL_MASKED, NAN_LOGIT, ZERO_LOG_ZERO,
    ROWS_OVERFLOW, TARGET_MASKED, SMOOTHED_INF, SUM_OVERFLOW, LOST_EPSILON, LOST_CLIP, LOG_ZERO,
    ONE_OUTPUT, SATURATED, IGNORED_SUM, NO_TARGET,
)  # fmt: skip

MANY_ROWS = 100_000
MANY_CLASSES = 65_520

CE = frozenset({"CrossEntropyLoss", "NLLLoss"})
SOFT = frozenset({"CrossEntropyLoss"})
HOME_MADE = frozenset({"scratch"})
ANY: frozenset[str] = frozenset()

Make = tuple[Cause, Callable[[], Rows], frozenset[str]]


def candidates(asked: Asked) -> Iterator[Candidate]:
    """Nothing but for nan, inf and 0."""
    value = asked.typed.value
    if math.isnan(value):
        yield from _all(math.nan, _nans())
        if asked.options.format in {None, FLOAT16}:
            yield Candidate(
                cause=ROWS_OVERFLOW,
                about=math.nan,
                rows=lambda: alike(2, MANY_ROWS, form=FLOAT16),
                measure=lambda: mean_of_equals(math.log(2), MANY_ROWS, FLOAT16),
                core=True,
                losses=CE,
                form=FLOAT16,
            )
    elif value == math.inf:
        yield from _all(math.inf, _infinities(asked))
    elif value == 0.0:
        classes = asked.options.classes
        yield from _all(0.0, [each for each in _zeros() if classes is None or each[0] is not ONE_OUTPUT])
        if classes == 1:
            yield from _all(0.0, [each for each in _zeros() if each[0] is ONE_OUTPUT], named=True)


def _all(about: float, makes: list[Make], *, named: bool = False) -> Iterator[Candidate]:
    for cause, rows, losses in makes:
        form = FLOAT16 if cause in {SUM_OVERFLOW, LOST_EPSILON} else FLOAT32
        yield Candidate(
            cause=cause,
            about=about,
            rows=rows,
            fields={"classes": MANY_CLASSES},
            core=True,
            named=named,
            losses=losses,
            form=form,
        )


def _nans() -> list[Make]:
    soft = np.array([[1.0, 0.0]])
    return [
        (ALL_IGNORED, lambda: multiclass("cross_entropy", [[0.0, 0.0]], [-100]), CE),
        (EMPTY, lambda: multiclass("cross_entropy", np.zeros((0, 2)), np.zeros(0, np.int64)), ANY),
        (NO_WEIGHT, lambda: multiclass("cross_entropy", [[0.0, 0.0]], [0], weight=[0.0, 1.0]), CE),
        (ZERO_TIMES_INF, lambda: multiclass("cross_entropy", [[0.0, -np.inf]], soft), SOFT),
        (INF_LOGIT, lambda: multiclass("cross_entropy", [[np.inf, 0.0]], [0]), ANY),
        (ALL_MASKED, lambda: multiclass("cross_entropy", [[-np.inf, -np.inf]], [0]), CE),
        (NAN_LOGIT, lambda: binary("bce_with_logits", [np.nan], [1.0]), ANY),
        (ZERO_LOG_ZERO, lambda: binary("binary_scratch", [FAR], [1.0]), HOME_MADE),
    ]


def _infinities(asked: Asked) -> list[Make]:
    made: list[Make] = [
        (TARGET_MASKED, lambda: multiclass("cross_entropy", [[-np.inf, 0.0]], [0]), CE),
        (SMOOTHED_INF, lambda: multiclass("cross_entropy", [[0.0, -np.inf]], [0], smoothing=0.1), SOFT),
        (LOG_ZERO, lambda: binary("binary_scratch", [-FAR], [1.0]), HOME_MADE),
        (LOST_CLIP, lambda: binary(clipped_probability(1e-8), [FAR], [0.0]), HOME_MADE),
        (LOST_EPSILON, lambda: binary(epsilon_in_log(1e-8), [-FAR], [1.0], form=FLOAT16), HOME_MADE),
    ]
    classes = asked.options.classes
    if classes is None or classes >= MANY_CLASSES:
        made.append((SUM_OVERFLOW, lambda: alike(classes or MANY_CLASSES, form=FLOAT16), CE))
    return made


def _zeros() -> list[Make]:
    return [
        (ONE_OUTPUT, lambda: alike(1), CE),
        (SATURATED, lambda: multiclass("cross_entropy", [[FAR, 0.0]], [0]), ANY),
        (IGNORED_SUM, lambda: multiclass("cross_entropy", [[0.0, 0.0]], [-100], reduction="sum"), CE),
        (NO_TARGET, lambda: multiclass("cross_entropy", [[0.0, 0.0]], np.zeros((1, 2))), SOFT),
    ]
