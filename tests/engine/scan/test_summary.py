"""Summaries merge in any order and cut, and their sums are exact."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.floats.formats import FORMATS
from engine.scan.block import Block, Options
from engine.scan.evaluated import evaluated
from engine.scan.exact_sums import exact_sum
from engine.scan.run import scan, summarised
from engine.scan.sources import open_data
from engine.scan.summary import Summary
from engine.scan.worst import EVERY, MOST, worst_of

KINDS = ("binary", "half", "soft", "weighted", "classes", "many", "probabilities")
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 100.0, -100.0, 17.0, -90.0, 1e-45, 1e300])


def data(kind: str, seed: int, n: int) -> tuple[Block, Options]:
    """Logits and targets with everything that happens to them."""
    rng = np.random.default_rng(seed)
    shape = {"classes": (n, 4), "probabilities": (n, 4), "many": (n, 40)}.get(kind, (n,))
    share, spread = 0.2 / shape[-1] if len(shape) > 1 else 0.1, rng.choice([3, 40])
    z = np.where(rng.random(shape) < share, rng.choice(SPECIAL, shape), rng.normal(0, spread, shape))
    with np.errstate(over="ignore"):
        z = z.astype(rng.choice([np.float16] if kind == "half" else [np.float32, np.float64]))
    if kind in {"classes", "many"}:
        target = rng.choice([0, 1, 2, 3, -100, 77], n)
        return Block(logits=z, target=target), Options(family="multiclass", format=FORMATS[seed % 4])
    if kind == "probabilities":
        target = rng.dirichlet(np.ones(4), n)
        return Block(logits=z, target=target), Options(family="multiclass", probabilities=True)
    binary = Options(family="binary", format=FORMATS[seed % 4])
    if kind in {"binary", "half"}:
        return Block(logits=z, target=rng.integers(0, 2, n)), binary
    y = rng.choice([0.0, 1.0, 0.25, 1e-9, -0.5, 2.0, np.nan], n)
    weight = rng.choice([0.0, 1.0, 3.0, np.inf], n) if kind == "weighted" else None
    return Block(logits=z, target=y, weight=weight), binary


@settings(max_examples=25, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    seed=st.integers(0, 10**6),
    cuts=st.lists(st.integers(0, 120), max_size=4),
    order=st.randoms(use_true_random=False),
)
def test_any_cut_and_any_order_give_the_same_summary(kind, seed, cuts, order):
    block, options = data(kind, seed, 120)
    rows = np.arange(120) * np.random.default_rng(seed).choice([1, EVERY])  # few or all of the sample
    block = Block(logits=block.logits, target=block.target, weight=block.weight, rows=rows)
    ends = sorted({0, 120, *cuts})
    parts = [summarised(block.part(slice(start, end)), options) for start, end in pairwise(ends)]
    whole = summarised(block, options).plain()
    order.shuffle(parts)
    left = Summary.empty(options.family, options.keys)
    for part in parts:
        left = left.merged(part)
    right = Summary.empty(options.family, options.keys)
    for part in parts:
        right = part.merged(right)
    assert left.plain() == right.plain() == whole
    nested = (
        [parts[0].merged(parts[1].merged(parts[2])), parts[0].merged(parts[1]).merged(parts[2])]
        if (len(parts) > 2)
        else []
    )
    assert all(each.plain() == nested[0].plain() for each in nested)


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_is_judged_alike_alone_and_among_others(kind):
    block, options = data(kind, 5, 40)
    made = Summary.empty(options.family, options.keys)
    for row in range(40):
        made = made.merged(evaluated(block.part(slice(row, row + 1)), options))
    assert made.plain() == evaluated(block, options).plain()


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_is_counted_once_for_each_formula_and_format(kind):
    block, options = data(kind, 9, 200)
    summary = evaluated(block, options)
    assert summary.rows == 200
    assert (summary.losses.sum(axis=2) == 200 - summary.ignored).all()
    assert (summary.gradients.sum(axis=2) == 200 - summary.ignored).all()


@pytest.mark.parametrize("kind", ["multilabel", "multiclass", "probabilities"])
def test_files_of_several_logits_a_row_give_the_same_however_they_are_cut(kind, tmp_path):
    rng = np.random.default_rng(3)
    z = rng.normal(0, 30, (60, 5)).astype(np.float32)
    y = {
        "multilabel": rng.integers(0, 2, (60, 5)),
        "multiclass": rng.integers(0, 5, 60),
        "probabilities": rng.dirichlet(np.ones(5), 60),
    }[kind]
    np.savez(tmp_path / "both.npz", logits=z, targets=y)
    data = open_data([tmp_path / "both.npz"])
    assert data.kind == kind
    family = "binary" if kind == "multilabel" else "multiclass"
    options = Options(family=family, probabilities=kind == "probabilities")
    found = [scan(data.blocks(numbers), options, jobs=2).plain() for numbers in (5, 70, 10**6)]
    assert found[0] == found[1] == found[2]
    assert found[0]["rows"] == data.rows == (300 if kind == "multilabel" else 60)


def test_a_scan_gives_the_same_on_any_number_of_threads():
    rng = np.random.default_rng(1)
    z, y = rng.normal(0, 30, 40_000).astype(np.float32), rng.integers(0, 2, 40_000)
    options = Options(family="binary")
    blocks = [
        Block(logits=z[at : at + 3000], target=y[at : at + 3000], first=at) for at in range(0, 40_000, 3000)
    ]
    one, three = scan(blocks, options, jobs=1), scan(blocks[::-1], options, jobs=3)
    assert one.plain() == three.plain()
    assert one.rows == 40_000


FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(FLOATS | st.floats(-1e-300, 1e-300), max_size=30))
def test_a_sum_is_rounded_once(numbers):
    expected = sum(map(Fraction, numbers), Fraction())
    total = exact_sum(np.array(numbers))
    assert Fraction(total.units, 2**1074) == expected
    if abs(expected) < 2**1023:
        assert total.value == float(expected)


@given(st.lists(FLOATS, max_size=20), st.integers(0, 20))
def test_sums_add_in_any_cut(numbers, at):
    array = np.array(numbers)
    assert exact_sum(array[:at]) + exact_sum(array[at:]) == exact_sum(array)


def test_infinities_and_nans_are_counted_and_told():
    total = exact_sum(np.array([1.0, np.inf, 2.0]))
    assert total.value == math.inf
    assert total.finite_mean == 1.5
    assert math.isnan((total + exact_sum(np.array([-np.inf]))).value)
    assert math.isnan(exact_sum(np.array([np.nan])).mean)


def test_the_worst_rows_are_kept_though_millions_share_a_value():
    n = 5 * MOST
    none = np.zeros(n)
    some = worst_of(np.full(n, 3, np.uint8), none, np.zeros(n, np.int64), np.arange(n)[::-1], none, none)
    assert some.row.tolist() == list(range(MOST))
