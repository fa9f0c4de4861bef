"""Rows of several classes told by two numbers of each are judged as if each were evaluated."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.floats.formats import FORMATS
from engine.floats.verdicts import Regime
from engine.scan import class_counts
from engine.scan.block import Block, Options
from engine.scan.class_counts import counted_classes
from engine.scan.evaluated import evaluated
from engine.scan.luck import luck_of
from engine.scan.worst import EVERY
from tests.engine.scan.test_binary_counts import assert_same


def hostile(rng: np.random.Generator, n: int, classes: int, kind: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose label leads or trails by what turns verdicts, and logits of every kind between."""
    y = rng.integers(0, classes, n)
    if kind == 0:
        z = rng.normal(0, rng.choice([0.5, 2, 4, 15, 40]), (n, classes))
    elif kind == 1:  # about where r is a half, a whole and a few units of each format
        z = rng.normal(0, rng.choice([0.01, 1, 3]), (n, classes))
        lead = rng.choice([5.5, 6.2, 7.6, 8.3, 11.1, 14, 16.6, 17.3, 33, 36, 88.7, 92.9, 104], n)
        z[np.arange(n), y] += lead + np.log(classes) + rng.normal(0, 0.3, n)
    elif kind == 2:  # about where a probability becomes 0, or 1 over it infinite
        z = rng.normal(0, 0.5, (n, classes))
        some = rng.integers(0, classes, n)
        gap = rng.choice([9.7, 11.09, 17.33, 87.3, 88.72, 92.9, 103.97], n) + rng.normal(0, 0.3, n)
        z[np.arange(n), some] -= gap - np.log(classes)
        y = np.where(rng.random(n) < 0.5, some, y)
    elif kind == 3:
        z = rng.choice(
            [0.0, -0.0, 1.0, 17.0, -17.0, 8.3125, 100.0, -100.0, 255.5, 300.0, 1e-40], (n, classes)
        )
    else:
        z = rng.normal(0, 5, (n, classes))
        bad = rng.choice([np.nan, np.inf, -np.inf, 1e30, -3e38, 70000.0, -1e9], (n, classes))
        z = np.where(rng.random((n, classes)) < 0.1 / classes, bad, z)
        y = np.where(rng.random(n) < 0.2, rng.choice([-100, -1, classes, 2**40], n), y)
    return z.astype(np.float32), y


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    classes=st.sampled_from([2, 3, 7, 10, 15, 16, 33, 40, 130]),
    kind=st.integers(0, 4),
    own=st.sampled_from(FORMATS),
    dtype=st.sampled_from(FORMATS),
)
def test_hostile_rows_are_counted_as_if_each_were_computed(seed, classes, kind, own, dtype):
    rng = np.random.default_rng(seed)
    z, y = hostile(rng, 1000 // classes + 1, classes, kind)
    wide = z.astype(np.float64) * (1 + rng.uniform(-(2.0**-24), 2.0**-24, z.shape))
    block = Block(logits=dtype.round(wide), target=y, shard=1, first=50)
    options = Options(family="multiclass", format=own, losses=seed % 4 == 0)
    assert_same(counted_classes(block, options), evaluated(block, options))


def test_few_rows_are_in_doubt_and_no_plain_one_is_evaluated(monkeypatch):
    rng = np.random.default_rng(0)
    z, y = rng.normal(0, 4, (30_000, 10)).astype(np.float32), rng.integers(0, 10, 30_000)
    seen = []
    real = class_counts.looked
    monkeypatch.setattr(class_counts, "evaluated", None)
    monkeypatch.setattr(class_counts, "looked", lambda block, *more: seen.append(block) or real(block, *more))
    summary = counted_classes(Block(logits=z, target=y), Options(family="multiclass", losses=False))
    assert summary.rows == 30_000
    assert sum(len(block.logits) for block in seen) < 600


def test_a_sample_tells_how_many_of_the_rows_inside_are_right_by_luck():
    rng = np.random.default_rng(0)
    z, y = rng.normal(0, 2, (600, 5)).astype(np.float32), rng.integers(0, 5, 600)
    rows = np.arange(600) * EVERY
    options = Options(family="multiclass", losses=False)
    block = Block(logits=z, target=y, rows=rows)
    summary, plain = counted_classes(block, options), evaluated(block, options)
    width, luck = len(options.keys), luck_of(summary, options)
    for quantity, counts in ((0, plain.losses), (width, plain.gradients)):
        inside, lucky = np.moveaxis(luck[:, quantity : quantity + width], -1, 0)
        np.testing.assert_array_equal(inside, summary.inside[:, quantity : quantity + width])
        np.testing.assert_array_equal(inside - lucky, counts[..., Regime.LOSING_DIGITS])
