"""NLLLoss of large tables without weights: the way past the checks, and what it leaves to them."""

from __future__ import annotations

import numpy as np
import pytest

import engine
from engine.blocked import fast_nll
from engine.pytorch import forward

REDUCTIONS = pytest.mark.parametrize("reduction", engine.REDUCTIONS)


def _table(rows, classes, dtype):
    rng = np.random.default_rng(rows)
    return rng.standard_normal((rows, classes)).astype(dtype), rng.integers(0, classes, rows)


@REDUCTIONS
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("rows", "classes"), [(5000, 1), (4097, 2), (300_001, 3), (500, 1000)])
def test_it_gives_the_readable_forms_loss(rows, classes, dtype, reduction):
    x, y = _table(rows, classes, dtype)
    result = fast_nll.loss(x, y, -100, reduction)
    assert result is not None
    assert result.dtype == dtype
    expected = forward.nll_loss(x, y, None, -100, reduction)
    if reduction == "none":
        np.testing.assert_array_equal(result, expected)
    else:
        np.testing.assert_allclose(result, expected, rtol=200 * np.finfo(dtype).eps)


def test_infinite_and_nan_log_probabilities_go_through():
    x, y = _table(5000, 3, np.float32)
    x[0], x[4999] = -np.inf, np.nan
    result = fast_nll.loss(x, y, -100, "none")
    assert result[0] == np.inf
    assert np.isnan(result[4999])


@REDUCTIONS
@pytest.mark.parametrize("place", [0, 299_999])
def test_an_ignored_row_is_left_to_the_form_that_counts_rows(reduction, place):
    x, y = _table(300_000, 2, np.float32)
    y[place] = -100
    assert fast_nll.loss(x, y, -100, reduction) is None
    counted = y != -100
    if reduction == "mean":
        result = engine.nll_loss(x, y)
        np.testing.assert_allclose(result, engine.nll_loss(x[counted], y[counted]), rtol=1e-5)


def test_a_class_out_of_bounds_is_refused_by_its_place():
    x, y = _table(300_000, 2, np.float32)
    y[200_000] = 2
    with pytest.raises(IndexError, match=r"target\[200000\]: expected a class from 0 to 1"):
        engine.nll_loss(x, y)


class _Subclass(np.ndarray):
    pass


@pytest.mark.parametrize(
    "change",
    [
        lambda x, y: (x.view(_Subclass), y, -100, "none"),
        lambda x, y: (x, y.tolist(), -100, "none"),
        lambda x, y: (x, y.astype(np.uint8), -100, "none"),
        lambda x, y: (np.asfortranarray(x), y, -100, "none"),
        lambda x, y: (x.astype(np.float16), y, -100, "none"),
        lambda x, y: (x, y[1:], -100, "none"),
        lambda x, y: (x, y, 1, "none"),
        lambda x, y: (x, y, True, "none"),
        lambda x, y: (x, y, -100, "average"),
        lambda x, y: (x, y, -100, ["none"]),
        lambda x, y: (x[:3], y[:3], -100, "none"),
    ],
    ids=["subclass", "list", "uint8", "column-major", "float16", "rows", "class ignored", "bool", "word",
         "no word", "small"],
)  # fmt: skip
def test_any_other_case_is_left_to_the_checked_way(change):
    assert fast_nll.loss(*change(*_table(5000, 3, np.float32))) is None


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weight", [None, 1.0])
@pytest.mark.parametrize("far", [64, 200_000])
def test_a_sum_that_leaves_the_format_on_its_way_ends_as_pytorchs(reduction, dtype, weight, far):
    x, y = np.zeros((250_000, 2), dtype), np.zeros(250_000, np.int64)
    x[:64], x[far : far + 64] = np.finfo(dtype).max / 2, -np.finfo(dtype).max / 2
    w = None if weight is None else np.full(2, weight, dtype)
    expected = forward.nll_loss(x, y, w, -100, reduction)
    assert not np.isfinite(expected)
    np.testing.assert_array_equal(engine.nll_loss(x, y, w, reduction=reduction), expected)


def test_one_infinite_loss_makes_the_sum_infinite():
    x, y = _table(5000, 3, np.float32)
    x[17] = -np.inf
    assert engine.nll_loss(x, y) == np.inf
