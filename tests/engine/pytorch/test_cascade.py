"""NLLLoss's cascade sum against its definition, row by row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.floats.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FORMATS, FloatArray, Format
from engine.pytorch.cascade import cascade_sum


def _row_by_row(terms: FloatArray, counted: NDArray[np.bool_]) -> object:
    """The loop of ``nll_loss_out_frame``: add to level 0, close every level that `row` completes."""
    zero = terms.dtype.type(0)
    levels = [zero] * 8
    for row, term in enumerate(terms):
        if not counted[row]:
            continue
        levels[0] = levels[0] + term
        for level in range(7):
            if row & (15 << (4 * level)):
                break
            levels[level + 1], levels[level] = levels[level + 1] + levels[level], zero
    total = zero
    for partial in levels:
        total = total + partial
    return total


@given(
    fmt=st.sampled_from(FORMATS),
    count=st.one_of(st.integers(0, 40), st.integers(0, 700)),
    ignored=st.sampled_from([0.0, 0.1, 0.9, 1.0]),
    seed=st.integers(0, 2**32 - 1),
)
def test_it_adds_as_the_row_by_row_loop_does(fmt: Format, count: int, ignored: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    terms = rng.normal(size=count).astype(fmt.dtype)
    counted = rng.random(count) >= ignored
    assert cascade_sum(terms, counted) == _row_by_row(terms, counted)


@pytest.mark.parametrize("fmt", [FLOAT16, FLOAT32], ids=str)
@pytest.mark.parametrize("ignored", [0.0, 0.1, 0.99])
def test_rows_beyond_those_added_at_a_time_are_added_the_same(fmt: Format, ignored: float) -> None:
    rng = np.random.default_rng(3)
    terms = rng.normal(size=140_000).astype(fmt.dtype)
    counted = rng.random(len(terms)) >= ignored
    counted[65_536] = False
    assert cascade_sum(terms, counted) == _row_by_row(terms, counted)


@pytest.mark.parametrize("fmt", [FLOAT16, FLOAT64], ids=str)
def test_blocks_run_on_where_every_closing_row_is_ignored(fmt: Format) -> None:
    terms = np.random.default_rng(0).random(1000).astype(fmt.dtype)
    counted = np.arange(1000) % 16 != 0
    assert cascade_sum(terms, counted) == _row_by_row(terms, counted)


def test_one_long_block_among_short_ones() -> None:
    terms = np.random.default_rng(0).random(3000).astype(np.float16)
    counted = np.ones(3000, dtype=bool)
    counted[160:2800:16] = False
    assert cascade_sum(terms, counted) == _row_by_row(terms, counted)


@pytest.mark.parametrize(("fmt", "expected"), [(BFLOAT16, 4096), (FLOAT16, 4096), (FLOAT32, 4096)], ids=str)
def test_ones_add_up_where_a_plain_half_sum_would_stop(fmt: Format, expected: int) -> None:
    assert cascade_sum(np.ones(4096, dtype=fmt.dtype)) == expected


def test_a_sum_of_nothing_is_positive_zero() -> None:
    for terms in (np.zeros(0), np.full(20, -0.0)):
        total = cascade_sum(terms)
        assert total == 0
        assert not np.signbit(total)


def test_a_float16_sum_overflows_to_inf_without_a_warning() -> None:
    assert cascade_sum(np.full(70_000, 2.0, dtype=np.float16)) == np.inf
