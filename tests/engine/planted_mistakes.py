"""Batches with one known mistake each, by the key of the finding that should name it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from engine import (
    BFLOAT16,
    CATALOGUE,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    BinaryProblem,
    Evaluation,
    MulticlassProblem,
    Role,
    evaluate,
    formulas_of,
    softmax,
)

Rng = np.random.Generator
Make = Callable[[Rng], BinaryProblem | MulticlassProblem]

INF, NAN = np.inf, np.nan
MASKS = (-1e9, -1e4, -3e4, -65504.0, float(np.finfo(np.float32).min))


def _binary(rng: Rng, **changes: object) -> BinaryProblem:
    """A sound binary batch in float32 with some fields of its own."""
    rows = int(rng.integers(8, 65))
    target = rng.integers(0, 2, rows).astype(float)
    logits = rng.normal(size=rows) * 2 + 2 * target - 1
    return BinaryProblem(**{"logits": logits, "target": target, **changes})


def _multiclass(rng: Rng, classes: int | None = None, rows: int | None = None, **changes: object):
    count = int(rng.integers(8, 65)) if rows is None else rows
    c = int(rng.integers(3, 13)) if classes is None else classes
    labels = rng.integers(0, c, count)
    logits = rng.normal(size=(count, c)) * 2 + np.eye(c)[labels]
    return MulticlassProblem(**{"logits": logits, "target": labels, **changes})


def _some(rng: Rng, count: int) -> np.ndarray:
    """One to three places."""
    return rng.choice(count, size=int(rng.integers(1, 4)), replace=False)


def _with(problem, name: str, at, value):
    array = getattr(problem, name).copy()
    array[at] = value
    return problem.replace(**{name: array})


def _bad_logits(rng: Rng, values: tuple[float, ...], *, binary: bool | None = None, **changes: object):
    is_binary = rng.random() < 0.5 if binary is None else binary
    problem = _binary(rng, **changes) if is_binary else _multiclass(rng, **changes)
    rows = _some(rng, problem.rows)
    at = rows if is_binary else (rows, rng.integers(0, problem.classes, len(rows)))
    return _with(problem, "logits", at, rng.choice(values, size=len(rows)))


def _softmaxed(rng: Rng, digits: int | None) -> MulticlassProblem:
    problem = _multiclass(rng)
    shares = softmax(problem.logits * rng.uniform(0.3, 2))
    return problem.replace(logits=shares if digits is None else np.round(shares, digits))


def _masked(rng: Rng, mask: float, *, own: bool, **changes: object) -> MulticlassProblem:
    problem = _multiclass(rng, **changes)
    rows = _some(rng, problem.rows)
    step = 0 if own else rng.integers(1, problem.classes)
    return _with(problem, "logits", (rows, (problem.target[rows] + step) % problem.classes), mask)


def _soft(rng: Rng) -> MulticlassProblem:
    problem = _multiclass(rng)
    return problem.replace(target=rng.dirichlet(np.ones(problem.classes), problem.rows))


def _shifted_labels(rng: Rng) -> MulticlassProblem:
    classes = int(rng.integers(4, 8))
    problem = _multiclass(rng, classes, rows=int(rng.integers(30 * classes, 40 * classes)))
    return problem.replace(target=1 + rng.integers(0, classes - 1, problem.rows))


def _beyond(rng: Rng) -> BinaryProblem:
    problem = _binary(rng, format=FLOAT16, pos_weight=float(rng.uniform(2e4, 6e4)))
    row = int(rng.integers(problem.rows))
    return _with(_with(problem, "logits", row, -rng.uniform(5, 8)), "target", row, 1.0)


def _sure(rng: Rng) -> BinaryProblem | MulticlassProblem:
    """A row that is right, at a p where bfloat16 has two bits for 1 - p or none."""
    gap = rng.uniform(6.4, 9)
    if rng.random() < 0.5:
        problem = _binary(rng, format=BFLOAT16)
        return _with(_with(problem, "logits", 0, gap), "target", 0, 1.0)
    problem = _multiclass(rng, format=BFLOAT16)
    problem = _with(problem, "logits", 0, 0.0)
    return _with(problem, "logits", (0, problem.target[0]), gap + np.log(problem.classes - 1))


def _one_row(rng: Rng, logit: float, target: float, **changes: object) -> BinaryProblem:
    problem = _binary(rng, **changes)
    row = int(rng.integers(problem.rows))
    return _with(_with(problem, "logits", row, logit), "target", row, target)


def _far_class(rng: Rng, *, own: bool) -> MulticlassProblem:
    """A class so far below the others that its softmax is 0 in float32."""
    return _masked(rng, -rng.uniform(125, 900), own=own)


def _sums(rng: Rng, **changes: object) -> MulticlassProblem:
    return _multiclass(rng, format=FLOAT16, **changes)


def _ignored_nan(rng: Rng) -> MulticlassProblem:
    problem = _multiclass(rng)
    rows = _some(rng, problem.rows)
    problem = _with(problem, "target", rows, -100)
    return _with(problem, "logits", (rows, 0), float(rng.choice([NAN, INF])))


def _ignored(rng: Rng, reduction: str) -> MulticlassProblem:
    problem = _multiclass(rng, reduction=reduction)
    return problem.replace(target=np.full(problem.rows, -100))


def _ignore_values(rng: Rng) -> BinaryProblem:
    problem = _binary(rng)
    problem = _with(problem, "target", [0, 1], [0.0, 1.0])
    return _with(problem, "target", 2 + _some(rng, 6), float(rng.choice([-100, 255, -1])))


def _signed(rng: Rng) -> BinaryProblem:
    problem = _binary(rng)
    return _with(problem.replace(target=2 * problem.target - 1), "target", [0, 1], [-1.0, 1.0])


def _scaled_target(rng: Rng) -> MulticlassProblem:
    problem = _soft(rng)
    rows = _some(rng, problem.rows)
    return _with(problem, "target", rows, problem.target[rows] * rng.uniform(0.3, 0.9))


def _one_hot(problem: MulticlassProblem) -> MulticlassProblem:
    return problem.replace(target=np.eye(problem.classes)[problem.target])


def _sigmoided(rng: Rng) -> BinaryProblem:
    problem = _binary(rng)
    return problem.replace(logits=1 / (1 + np.exp(-problem.logits * rng.uniform(0.5, 4))))


def _logarithms(rng: Rng) -> MulticlassProblem:
    problem = _multiclass(rng)
    return problem.replace(logits=np.log(softmax(problem.logits)))


def _narrowed(rng: Rng) -> BinaryProblem | MulticlassProblem:
    problem = _multiclass(rng)
    if rng.random() < 0.5:
        problem = _binary(rng, logits=rng.normal(size=40), target=np.ones(40))
    narrow = (BFLOAT16, FLOAT16)[rng.integers(2)]
    wide = (FLOAT32, FLOAT64)[rng.integers(2)]
    return problem.replace(logits=narrow.round(problem.logits).astype(np.float64), format=wide)


def _spike(rng: Rng) -> np.ndarray:
    logits = np.zeros((3, 1000))
    logits[:, 0] = rng.uniform(67, 100, 3)
    return logits


def _weighted_nothing(rng: Rng) -> BinaryProblem:
    """An infinite loss times a weight of 0: nan where the truth is 0."""
    problem = _beyond(rng)
    return problem.replace(weight=np.zeros(problem.rows))


def _heavy_gradient(rng: Rng) -> BinaryProblem:
    """A weight that takes the gradient of BCELoss past float32 where its denominator is cut at 1e-12."""
    problem = _one_row(rng, float(rng.uniform(20, 90)), 0.0)
    return problem.replace(weight=np.full(problem.rows, 3e38), pos_weight=2.0)


def _rare(rng: Rng) -> BinaryProblem:
    """A mean over many rows of which one has a loss, smaller than float16's least number."""
    rows = int(rng.integers(3000, 4000))
    logits = np.full(rows, 30.0)
    logits[0] = rng.uniform(9.5, 10.5)
    return BinaryProblem(logits=logits, target=np.ones(rows), format=FLOAT16)


def _many(rng: Rng) -> MulticlassProblem:
    """Equal losses, so many that the running sum of bfloat16 rounds every one of them the same way."""
    rows = int(rng.integers(128, 200))
    return MulticlassProblem(logits=np.zeros((rows, 10)), target=rng.integers(0, 10, rows), format=BFLOAT16)


def _unlucky_logit(rng: Rng) -> float:
    """A logit for target 0 at which z - log_sigmoid(z) misses e^z by more than 1 % in float32."""
    while True:
        z = np.float32(-rng.uniform(10, 14))
        loss, truth = float(z - (z - np.log1p(np.exp(z)))), float(np.log1p(np.exp(np.float64(z))))
        if loss and abs(loss - truth) > 0.02 * truth:
            return float(z)


def _untrained(rng: Rng) -> MulticlassProblem:
    problem = _multiclass(rng)
    return problem.replace(logits=rng.normal(size=problem.logits.shape) * 0.01)


PLANTED: Mapping[str, Make] = {
    "nan_logit": lambda rng: _bad_logits(rng, (NAN,)),
    "inf_logit": lambda rng: _bad_logits(rng, (INF, -INF), binary=True),
    "infinite_logit": lambda rng: _one_row(rng, -INF, float(rng.integers(2))),
    "overflowed_logit": lambda rng: _bad_logits(rng, (7e4, 1e5, 1e9), format=FLOAT16),
    "nan_target": lambda rng: _with(_binary(rng), "target", _some(rng, 8), NAN),
    "nan_weight": lambda rng: _binary(rng).replace(pos_weight=NAN),
    "infinite_weight": lambda rng: _binary(rng).replace(pos_weight=INF),
    "ignored_not_finite": _ignored_nan,
    "refused": lambda rng: _with(_binary(rng), "target", _some(rng, 8), rng.uniform(1.1, 9)),
    "all_ignored": lambda rng: _ignored(rng, "mean"),
    "nothing_counted": lambda rng: _ignored(rng, "sum"),
    "target_outside": lambda rng: _with(_binary(rng), "target", _some(rng, 8), rng.uniform(1.1, 9)),
    "ignore_index_in_bce": _ignore_values,
    "target_signed": _signed,
    "zero_target": lambda rng: _with(_soft(rng), "target", _some(rng, 8), 0.0),
    "target_sum": _scaled_target,
    "labels_from_one": _shifted_labels,
    "ignored_class": lambda rng: _multiclass(rng, ignore_index=int(rng.integers(3))),
    "target_masked": lambda rng: _masked(rng, float(rng.choice([-INF, *MASKS])), own=True),
    "smoothing_leak": lambda rng: _masked(
        rng, float(rng.choice([-INF, *MASKS])), own=False, label_smoothing=0.1
    ),
    "zero_times_inf": lambda rng: _one_hot(_masked(rng, -INF, own=False)),
    "inf_minus_inf": lambda rng: _with(_multiclass(rng), "logits", _some(rng, 8), -INF),
    "sigmoid_twice": _sigmoided,
    "softmax_twice": lambda rng: _softmaxed(rng, None),
    "softmax_twice, 2 decimals": lambda rng: _softmaxed(rng, 2),
    "softmax_twice, 3 decimals": lambda rng: _softmaxed(rng, 3),
    "softmax_twice, 4 decimals": lambda rng: _softmaxed(rng, 4),
    "log_probabilities": _logarithms,
    "one_class": lambda rng: _multiclass(rng, classes=1),
    "negative_loss": _multiclass,
    "cast_before_loss": _narrowed,
    "beyond_format": _beyond,
    "log_of_zero": lambda rng: _far_class(rng, own=True),
    "inner_sum": lambda rng: _multiclass(
        rng, classes=1000, rows=3, logits=_spike(rng), format=FLOAT16, label_smoothing=0.1
    ),
    "broken_step": _weighted_nothing,
    "clamped": lambda rng: _one_row(rng, float(rng.uniform(17, 99)), 0.0),
    "dead_gradient": lambda rng: _one_row(rng, -float(rng.uniform(29, 400)), 1.0),
    "half_gradient": lambda rng: _one_row(
        rng, float(rng.uniform(8.4, 30)), float(rng.integers(2)), format=FLOAT16
    ),
    "gradient_of_log_zero": lambda rng: _far_class(rng, own=False),
    "broken_gradient": _heavy_gradient,
    "confident_gradient": _sure,
    "underflow": lambda rng: _one_row(rng, -float(rng.uniform(17, 80)), 0.0),
    "gradient_underflow": lambda rng: _one_row(rng, float(rng.uniform(17, 80)), 1.0),
    "digits": lambda rng: _one_row(rng, _unlucky_logit(rng), 0.0),
    "no_weight": lambda rng: _multiclass(rng, classes=3, weight=np.zeros(3)),
    "count_overflow": lambda rng: _sums(rng, classes=2, rows=int(rng.integers(65_520, 66_000))),
    "weight_sum_overflow": lambda rng: _sums(rng, classes=3, weight=rng.uniform(2e4, 6e4, 3)),
    "sum_overflow": lambda rng: _binary(
        rng, logits=np.full(700, 99.0), target=np.zeros(700), format=FLOAT16, reduction="sum"
    ),
    "mean_underflow": _rare,
    "mean_digits": _many,
    "chance": _untrained,
    "smoothing_optimum": lambda rng: _multiclass(
        rng, classes=3, weight=rng.uniform(0.01, 0.1, 3) + np.eye(3)[0], label_smoothing=0.1
    ),
}
"""From a finding's key, perhaps with a variant after a comma, to a batch with just that mistake planted."""

SHOWING_MISTAKES = frozenset({"negative_loss"})
"""Found where the columns of wrong feedings are shown."""


def planted(name: str, rng: Rng) -> tuple[str, Evaluation]:
    """The key that should be found, and the evaluation that it should be found in."""
    problem = PLANTED[name](rng)
    roles = frozenset(Role) if name in SHOWING_MISTAKES else None
    formulas = None if roles is None else formulas_of(problem.family, roles=roles, catalogue=CATALOGUE)
    return name.split(",", maxsplit=1)[0], evaluate(problem, formulas=formulas)
