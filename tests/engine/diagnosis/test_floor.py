"""Least, frequencies and chance, against a search for the least loss."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import (
    CATALOGUE,
    FLOAT64,
    BinaryProblem,
    LossLevels,
    MulticlassProblem,
    Role,
    evaluate,
    loss_levels,
)

GRID, ZOOMS = np.linspace(-1.0, 1.0, 41), 12
"""A grid around the best point so far, and how often it is made three times smaller."""


def levels(problem, key) -> LossLevels:
    evaluation = evaluate(problem)
    found = loss_levels(evaluation, evaluation.column(key))
    assert found is not None
    return found


def cross_entropies(z, shares):
    """sum_c a_c (log sum_k e^z_k - z_c) of every point z, (..., C), by definition."""
    top = z.max(axis=-1, keepdims=True)
    log_sum = top[..., 0] + np.log(np.exp(z - top).sum(axis=-1))
    return shares.sum() * log_sum - z @ shares


def searched(shares):
    """The least cross-entropy of shares of up to 3 classes, by brute force: no derivative, no formula."""
    free = len(shares) - 1
    centre, reach = np.zeros(free), 12.0
    best = np.inf
    for _ in range(ZOOMS):
        grids = np.meshgrid(*(c + reach * GRID for c in centre), indexing="ij")
        points = np.stack([np.zeros_like(grids[0]), *grids], axis=-1).reshape(-1, free + 1)
        losses = cross_entropies(points, shares)
        at = int(np.argmin(losses))
        best, centre, reach = min(best, losses[at]), points[at, 1:], reach / 3
    return best


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("soft", [False, True])
def test_no_multiclass_logits_do_better_and_a_search_gets_there(seed, soft):
    rng = np.random.default_rng(seed)
    rows, classes = 5, int(rng.integers(2, 4))
    target = rng.dirichlet(np.full(classes, 3.0), rows) if soft else rng.integers(0, classes, rows)
    weight, smoothing = rng.uniform(0.2, 2, classes), 0.2
    problem = MulticlassProblem(
        logits=rng.normal(size=(rows, classes)),
        target=target,
        weight=weight,
        label_smoothing=smoothing,
        format=FLOAT64,
    )
    plain = target if soft else np.eye(classes)[target]
    shares = weight * (plain * (1 - smoothing) + smoothing / classes)
    divisor = rows if soft else weight[target].sum()
    found = levels(problem, "cross_entropy")
    assert found.least == pytest.approx(sum(map(searched, shares)) / divisor, rel=1e-8)
    assert found.frequencies == pytest.approx(searched(shares.sum(axis=0)) / divisor, rel=1e-8)
    assert found.chance == pytest.approx(shares.sum() * math.log(classes) / divisor, rel=1e-12)
    assert found.now == evaluate(problem).column("cross_entropy").ledger.value


@pytest.mark.parametrize("seed", range(8))
def test_no_binary_logits_do_better_and_a_search_gets_there(seed):
    rng = np.random.default_rng(seed)
    target, weight, positive = rng.uniform(0.1, 0.9, 6), rng.uniform(0.2, 2, 6), 3.0
    target[:2] = rng.integers(0, 2, 2)
    problem = BinaryProblem(
        logits=rng.normal(size=6), target=target, weight=weight, pos_weight=positive, format=FLOAT64
    )
    shares = weight[:, None] * np.stack([1 - target, positive * target], axis=1)
    found = levels(problem, "bce_with_logits")
    # A hard target's least loss is 0, at an infinite logit that no search reaches.
    assert found.least == pytest.approx(sum(map(searched, shares)) / 6, abs=1e-4)
    assert found.frequencies == pytest.approx(searched(shares.sum(axis=0)) / 6, rel=1e-8)
    assert found.chance == pytest.approx(shares.sum() * math.log(2) / 6)
    without = levels(problem.replace(pos_weight=None), "bce_sigmoid")
    assert levels(problem, "bce_sigmoid").least == pytest.approx(without.least)


@given(seed=st.integers(0, 2**32 - 1))
def test_levels_stand_in_order_and_random_logits_never_go_below(seed):
    rng = np.random.default_rng(seed)
    rows, classes = int(rng.integers(1, 6)), int(rng.integers(1, 6))
    soft = rng.random() < 0.5
    target = rng.dirichlet(np.ones(classes), rows) if soft else rng.integers(0, classes, rows)
    problem = MulticlassProblem(
        logits=rng.normal(size=(rows, classes)) * 10 ** rng.uniform(-2, 1),
        target=target,
        weight=rng.uniform(0, 2, classes) if rng.random() < 0.5 else None,
        label_smoothing=float(rng.choice([0, 0.1, 1])),
        reduction=str(rng.choice(["mean", "sum"])),
        format=FLOAT64,
    )
    evaluation = evaluate(problem)
    found = loss_levels(evaluation, evaluation.exact)
    slack = 1e-9 * max(1.0, abs(found.chance), abs(found.now))
    assert -slack <= found.least <= found.frequencies + slack
    assert found.frequencies <= found.chance + slack
    assert found.now >= found.least - slack


def test_smoothing_s_floors_are_the_well_known_ones():
    for classes, floor in ((2, 0.19851528), (3, 0.29113981), (10, 0.50028819), (1000, 1.0148484)):
        problem = MulticlassProblem(logits=np.zeros((1, classes)), target=[0], label_smoothing=0.1)
        assert levels(problem, "cross_entropy").least == pytest.approx(floor, rel=2e-6)
        assert levels(problem, "nll_log_softmax").least == 0.0


def test_a_target_outside_lets_the_loss_fall_without_end():
    assert levels(BinaryProblem(logits=[1.0, 2.0], target=[2.0, 0.0]), "bce_with_logits").least == -math.inf


def test_ignored_rows_are_in_no_level_and_an_empty_batch_has_none():
    problem = MulticlassProblem(logits=np.zeros((3, 4)), target=[0, -100, 1])
    assert levels(problem, "cross_entropy").chance == pytest.approx(math.log(4))
    assert levels(problem.replace(reduction="sum"), "cross_entropy").chance == pytest.approx(2 * math.log(4))
    ignored = levels(problem.replace(target=np.full(3, -100)), "cross_entropy")
    assert all(math.isnan(value) for value in (ignored.least, ignored.now, ignored.chance))


def test_mistakes_refused_calls_and_unreduced_losses_have_no_levels():
    soft = MulticlassProblem(logits=np.zeros((2, 3)), target=np.full((2, 3), 1 / 3))
    evaluation = evaluate(soft, formulas=CATALOGUE)
    for column in evaluation.columns:
        none = column.refusal is not None or column.formula.role is Role.MISTAKE
        assert (loss_levels(evaluation, column) is None) == none
    unreduced = evaluate(soft.replace(reduction="none"))
    assert all(loss_levels(unreduced, column) is None for column in unreduced.columns)
