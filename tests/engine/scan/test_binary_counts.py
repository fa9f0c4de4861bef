"""Counts by the edge table are those of evaluating every row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.floats.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FORMATS, from_ordinals, ordinals
from engine.floats.verdicts import GradientRegime, Regime
from engine.scan.binary_counts import counted
from engine.scan.block import Block, Options
from engine.scan.edges import binary_edges
from engine.scan.evaluated import evaluated
from engine.scan.half_counts import counted_halves
from engine.scan.luck import luck_of
from engine.scan.summary import Summary

LAST = int(ordinals(np.float32([np.inf]))[0])


def soft(counts: np.ndarray) -> np.ndarray:
    """Counts with lost digits and right ones as one: which of them a row is is not told by its cell."""
    joined = counts.copy()
    joined[..., Regime.EXACT] += joined[..., Regime.LOSING_DIGITS]
    joined[..., Regime.LOSING_DIGITS] = 0
    return joined


def assert_same(fast: Summary, plain: Summary) -> None:
    assert Regime.LOSING_DIGITS == GradientRegime.LOSING_DIGITS == 1
    np.testing.assert_array_equal(soft(fast.losses), soft(plain.losses))
    np.testing.assert_array_equal(soft(fast.gradients), soft(plain.gradients))
    # No row outside the cells that lose digits loses any.
    assert (fast.losses[..., 1] >= plain.losses[..., 1]).all()
    assert (fast.gradients[..., 1] >= plain.gradients[..., 1]).all()
    left_out = {"losses", "gradients", "inside", "sample"}
    one, other = fast.plain(), plain.plain()
    for name in one.keys() - left_out:
        assert one[name] == other[name], name


def hostile(seed: int, n: int) -> np.ndarray:
    """Logits where verdicts turn, float by float, and floats of every kind between."""
    rng = np.random.default_rng(seed)
    kind = seed % 6
    if kind == 0:
        cuts = np.concatenate([binary_edges(target).cuts for target in (0, 1)])
        numbers = rng.choice(cuts, n) + rng.integers(-6, 7, n)
        return from_ordinals(np.clip(numbers, -LAST, LAST), FLOAT32)
    if kind == 1:
        return rng.integers(0, 2**32, n, dtype=np.uint64).astype(np.uint32).view(np.float32)
    if kind == 2:
        halves = rng.choice([FLOAT16, BFLOAT16])
        some = rng.integers(0, 2**16, n).astype(np.uint16).view(halves.dtype).astype(np.float32)
        middles = ordinals(some) + (2**15 if halves == BFLOAT16 else 2**12) + rng.integers(-1, 2, n)
        return from_ordinals(np.clip(middles, -LAST, LAST), FLOAT32)
    if kind == 3:
        some = np.float32([0.0, -0.0, 1e-45, -1e-45, 1e-39, np.inf, -np.inf, np.nan, 100, -100, 3.4028235e38])
        return rng.choice(some, n)
    if kind == 4:
        return np.full(n, rng.choice(np.float32([-200.0, 17.0, -30.0, 0.0])))
    return rng.normal(0, rng.choice([1, 4, 20, 60, 800]), n).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(0, 3000), own=st.sampled_from(FORMATS))
def test_hostile_float32_logits_are_counted_as_if_each_were_computed(seed, n, own):
    z = hostile(seed, n)
    y = np.random.default_rng(seed).integers(0, 2, n).astype(np.float32)
    block = Block(logits=z, target=y, shard=1, first=50)
    options = Options(family="binary", format=own)
    assert_same(counted(block, options), evaluated(block, options))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(0, 2000), own=st.sampled_from(FORMATS))
def test_hostile_float64_logits_are_counted_as_if_each_were_computed(seed, n, own):
    rng = np.random.default_rng(seed)
    with np.errstate(invalid="ignore"):  # signalling nans
        z = hostile(seed, n).astype(np.float64)
    # As if rounded to float32 from beside it, from between two of them, and from what float32 does not reach.
    z = np.where(rng.random(n) < 0.5, from_ordinals(ordinals(z) + rng.integers(-3, 4, n), FLOAT64), z)
    with np.errstate(over="ignore", invalid="ignore"):
        z = np.where(rng.random(n) < 0.3, z * (1 + rng.uniform(-(2.0**-24), 2.0**-24, n)), z)
    z = np.where(rng.random(n) < 0.05, rng.choice([1e300, -1e300, 1e-320, -1e-50, 5e38], n), z)
    y = rng.integers(0, 2, n).astype(np.float64)
    block, options = Block(logits=z, target=y, shard=1, first=50), Options(family="binary", format=own)
    assert_same(counted(block, options), evaluated(block, options))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(0, 3000), fmt=st.sampled_from([FLOAT16, BFLOAT16]))
def test_half_logits_are_counted_and_added_up_as_if_each_were_computed(seed, n, fmt):
    rng = np.random.default_rng(seed)
    some = rng.integers(0, 2**16, rng.integers(1, 3000)).astype(np.uint16)
    z = rng.choice(some, n).view(fmt.dtype)
    y = rng.choice([0.0, 1.0] if seed % 2 else [0.0, 1.0, 0.5, -1.0, np.nan], n)
    block = Block(logits=z, target=y.astype(fmt.dtype), shard=1, first=50)
    options = Options(family="binary", format=FORMATS[seed % 4])
    plain = evaluated(block, options)
    assert counted_halves(block, options).plain() == plain.plain()
    # What is known of rows before it leaves out what cannot enter any more.
    known = evaluated(replace(block, first=0, shard=0), options)
    later = counted_halves(block, options, known)
    assert known.merged(later).plain() == known.merged(plain).plain()


@pytest.mark.parametrize("fmt", [FLOAT16, BFLOAT16], ids=str)
@pytest.mark.parametrize("target", [0, 1])
def test_every_half_float_is_counted_as_if_it_were_computed(fmt, target):
    z = np.arange(2**16, dtype=np.uint16).view(fmt.dtype)
    block = Block(logits=z, target=np.full(2**16, target))
    options = Options(family="binary", format=fmt, losses=False)
    assert_same(counted(block, options), evaluated(block, options))


def test_rows_with_soft_targets_are_evaluated():
    rng = np.random.default_rng(3)
    z, y = rng.normal(0, 30, 3000).astype(np.float32), rng.choice([0.0, 1.0, 0.3, -1.0, np.nan], 3000)
    block, options = Block(logits=z, target=y), Options(family="binary")
    assert_same(counted(block, options), evaluated(block, options))


def test_the_sample_tells_how_many_of_the_rows_inside_are_right_by_luck():
    z = np.linspace(3.2, 16.6, 300_000, dtype=np.float32)
    block, options = Block(logits=z, target=np.zeros(len(z))), Options(family="binary", losses=False)
    summary = counted(block, options)
    place, formula = FORMATS.index(FLOAT32), options.keys.index("bce_sigmoid")
    assert summary.inside[place, formula] == len(z)
    inside, lucky = luck_of(summary, options)[place, formula].tolist()
    right = evaluated(block, options).losses[place, formula, Regime.EXACT]
    assert inside == len(range(0, len(z), 2039))
    assert lucky / inside == pytest.approx(right / len(z), abs=0.15)
