"""Random problems: any at all, and healthy ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine import (
    FORMATS,
    REDUCTIONS,
    BinaryProblem,
    Evaluation,
    GradientRegime,
    MulticlassProblem,
    Regime,
    Role,
    evaluate,
)

Rng = np.random.Generator
Make = Callable[[Rng], BinaryProblem | MulticlassProblem]

INF, NAN = np.inf, np.nan
EDGES = (0, 1, -1, 8.3, 16.6, 17, 20, 88.7, 90, 104, 710, 1e4, 65504, 1e9, 3e38)


# -- any problem ----------------------------------------------------------------------------------


@np.errstate(all="ignore")
def any_problem(rng: Rng) -> BinaryProblem | MulticlassProblem:
    """A problem of any format, size, option and scale, failures among its numbers included."""
    form, rows = FORMATS[rng.integers(4)], int(rng.integers(1, 7))
    common = {"format": form, "reduction": str(rng.choice(REDUCTIONS))}
    if rng.random() < 0.45:
        target = rng.integers(0, 2, rows).astype(float) if rng.random() < 0.6 else rng.random(rows)
        if rng.random() < 0.1:
            target[rng.integers(rows)] = rng.choice([2.0, -1.0, -100.0, 255.0, NAN, INF, 1e30])
        positive = None if rng.random() < 0.6 else float(rng.choice([0, 0.5, 3, 1e4, 6e4, 1e30, INF, NAN]))
        logits, weight = _numbers(rng, rows, form.max), _weights(rng, rows, form.max)
        return BinaryProblem(logits=logits, target=target, weight=weight, pos_weight=positive, **common)
    classes = int(rng.choice([1, 2, 3, 5, 12, 20]))
    ignore_index = -100
    if rng.random() < 0.4:
        target = _any_shares(rng, rows, classes)
        ignore_index = -100 if rng.random() < 0.9 else 0
    else:
        ignore_index = int(rng.choice([-100, 0, 1, 255])) if rng.random() < 0.5 else -100
        target = np.where(rng.random(rows) < 0.2, ignore_index, rng.integers(0, classes, rows))
    return MulticlassProblem(
        logits=_numbers(rng, (rows, classes), form.max),
        target=target,
        weight=_weights(rng, classes, form.max),
        ignore_index=ignore_index,
        label_smoothing=0.0 if rng.random() < 0.6 else float(rng.choice([1e-3, 0.1, 0.5, 1.0])),
        **common,
    )


def _any_shares(rng: Rng, rows: int, classes: int) -> np.ndarray:
    kind, shares = rng.random(), rng.dirichlet(np.full(classes, rng.choice([0.05, 1.0])), rows)
    if kind < 0.2:
        return np.eye(classes)[rng.integers(0, classes, rows)]
    if kind < 0.3:
        return shares * 10 ** rng.uniform(-3, 5)
    if kind < 0.35:
        shares[0] = 0
    elif kind < 0.4:
        shares[0, 0] = rng.choice([NAN, INF, -1.0])
    return shares


def _numbers(rng: Rng, shape: int | tuple[int, int], largest: float) -> np.ndarray:
    normal, some = rng.normal(size=shape), rng.random(shape)
    kinds: tuple[Callable[[], np.ndarray], ...] = (
        lambda: normal * 3,
        lambda: normal * 10 ** rng.uniform(-4, 2),
        lambda: normal * 10 ** rng.uniform(0, 3),
        lambda: (2 * some - 1) * largest * 10 ** rng.uniform(-3, 0.1),
        lambda: rng.choice(EDGES, size=shape) * rng.choice([1, -1], size=shape),
        lambda: np.where(some < 0.2, -INF, normal * 10),
        lambda: np.where(some < 0.15, rng.choice([INF, -INF, NAN], size=shape), normal * 30),
    )
    return kinds[rng.integers(len(kinds))]()


def _weights(rng: Rng, count: int, largest: float) -> np.ndarray | None:
    match rng.integers(7):
        case 0 | 1:
            return None
        case 2:
            return rng.random(count)
        case 3:
            return rng.choice([0.0, 1.0, 2.0], size=count)
        case 4:
            return rng.random(count) * largest * 10 ** rng.uniform(-3, 0.2)
        case 5:
            return 10.0 ** rng.uniform(-12, 6, size=count)
    return np.where(rng.random(count) < 0.3, rng.choice([INF, NAN, 0.0], size=count), 1.0)


# -- healthy ones ---------------------------------------------------------------------------------


def healthy_problem(rng: Rng, *, family: str | None = None) -> BinaryProblem | MulticlassProblem:
    """A batch in which every PyTorch formula is right or loses digits, in loss and gradient."""
    kind = family or str(rng.choice(["binary", "multiclass"]))
    while True:
        problem = _ordinary_binary(rng) if kind == "binary" else _ordinary_multiclass(rng)
        if is_healthy(evaluate(problem)):
            return problem


def is_healthy(evaluation: Evaluation) -> bool:
    """Whether no PyTorch formula leaves 'right' or 'losing digits'."""
    for column in evaluation.columns:
        if column.formula.role is Role.PYTORCH and column.refusal is None:
            if (column.regimes > Regime.LOSING_DIGITS).any():
                return False
            if (column.gradient_regimes > GradientRegime.LOSING_DIGITS).any():
                return False
    return True


def _common(rng: Rng) -> dict:
    return {"format": FORMATS[rng.integers(4)], "reduction": str(rng.choice(REDUCTIONS))}


def _ordinary_binary(rng: Rng) -> BinaryProblem:
    rows = int(rng.integers(1, 65))
    hard = rng.random() < 0.6
    target = (rng.random(rows) < rng.uniform(0.1, 0.9)).astype(float) if hard else rng.random(rows)
    learnt = rng.uniform(0, 4) * (2 * target - 1)
    return BinaryProblem(
        logits=rng.normal(size=rows) * 10 ** rng.uniform(-2, 0.7) + learnt,
        target=target,
        weight=rng.uniform(0.1, 3, rows) if rng.random() < 0.3 else None,
        pos_weight=float(rng.uniform(0.2, 10)) if rng.random() < 0.3 else None,
        **_common(rng),
    )


def _ordinary_multiclass(rng: Rng) -> MulticlassProblem:
    rows, classes = int(rng.integers(1, 65)), int(rng.integers(2, 21))
    labels = rng.integers(0, classes, rows)
    one_hot = np.eye(classes)[labels]
    soft = rng.random() < 0.3
    target = rng.dirichlet(np.ones(classes), rows) if soft else labels
    if not soft and rng.random() < 0.3:
        target = np.where(rng.random(rows) < 0.3, -100, labels)
        target[0] = labels[0]
    return MulticlassProblem(
        logits=rng.normal(size=(rows, classes)) * 10 ** rng.uniform(-2, 0.7) + one_hot * rng.uniform(0, 4),
        target=target,
        weight=rng.uniform(0.1, 3, classes) if rng.random() < 0.3 else None,
        label_smoothing=float(rng.uniform(0.01, 0.3)) if rng.random() < 0.3 else 0.0,
        **_common(rng),
    )
