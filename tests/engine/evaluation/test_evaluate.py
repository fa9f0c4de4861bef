"""An evaluation's columns are the plain functions, to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine import FORMATS, BinaryProblem, Format, MulticlassProblem, evaluate

every_format = pytest.mark.parametrize("fmt", FORMATS, ids=str)
every_reduction = pytest.mark.parametrize("reduction", engine.REDUCTIONS)


def _same(first: Any, second: Any) -> None:
    first, second = (np.ascontiguousarray(each) for each in (first, second))
    assert first.dtype == second.dtype
    assert first.tobytes() == second.tobytes()


@every_format
@pytest.mark.parametrize("classes", [1, 2, 3, 7, 8, 10, 15, 16, 40])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("kind", ["indices", "probabilities"])
@pytest.mark.parametrize("weighted", [False, True])
def test_cross_entropy_of_a_table(
    fmt: Format, classes: int, smoothing: float, kind: str, weighted: bool
) -> None:
    rng = np.random.default_rng(classes)
    z, y = 6 * rng.standard_normal((37, classes)), rng.integers(0, classes, 37)
    y[::5] = -100
    target = y if kind == "indices" else rng.dirichlet(np.ones(classes), 37)
    weight = rng.uniform(0.5, 2, classes) if weighted else None
    problem = MulticlassProblem(
        logits=z, target=target, weight=weight, label_smoothing=smoothing, format=fmt, reduction="none"
    )
    values = engine.values_of(problem)
    evaluation = evaluate(problem)
    column = evaluation.column("cross_entropy")
    expected = engine.cross_entropy(
        problem.input, values["y"], values["weight"], reduction="none", label_smoothing=smoothing
    )
    _same(column.loss, expected)
    _same(evaluation.activation, engine.softmax(problem.input))


@every_format
@every_reduction
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_reduced_cross_entropy_in_the_ledger(fmt: Format, reduction: Any, smoothing: float) -> None:
    rng = np.random.default_rng(3)
    z, y = 6 * rng.standard_normal((37, 10)), rng.integers(0, 10, 37)
    problem = MulticlassProblem(
        logits=z, target=y, label_smoothing=smoothing, format=fmt, reduction=reduction
    )
    value = evaluate(problem).column("cross_entropy").ledger.value
    plain = engine.cross_entropy(problem.input, y, reduction=reduction, label_smoothing=smoothing)
    assert value is None if reduction == "none" else value == float(plain)


@every_format
@pytest.mark.parametrize("weighted", [False, True])
def test_the_binary_losses(fmt: Format, weighted: bool) -> None:
    rng = np.random.default_rng(4)
    z, y = 12 * rng.standard_normal(50), rng.uniform(0, 1, 50)
    problem = BinaryProblem(
        logits=z, target=y, weight=rng.uniform(0, 2, 50) if weighted else None, format=fmt, reduction="none"
    )
    values = engine.values_of(problem)
    evaluation = evaluate(problem)
    arguments = values["y"], values["weight"]
    p = engine.sigmoid(problem.input)
    _same(evaluation.activation, p)
    _same(
        evaluation.column("bce_with_logits").loss,
        engine.binary_cross_entropy_with_logits(problem.input, *arguments, reduction="none"),
    )
    _same(evaluation.column("bce_sigmoid").loss, engine.binary_cross_entropy(p, *arguments, reduction="none"))
