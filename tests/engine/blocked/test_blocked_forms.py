"""The blocked forms against the readable ones: the same failures, values within torch_agreement's k."""

from __future__ import annotations

import os
import threading
import tracemalloc

import numpy as np
import pytest

import engine
from engine.blocked import binary as fast_binary
from engine.blocked import elements as fast_elements
from engine.blocked import multiclass as fast_multiclass
from engine.blocked import rows as fast_rows
from engine.blocked import two_classes as fast_two_classes
from engine.blocked.blocks import FAST_FROM, block_length, run_blocks
from engine.floats.formats import FLOAT32, FLOAT64, next_float
from engine.pytorch import backward, forward

BOTH = pytest.mark.parametrize("fmt", [FLOAT32, FLOAT64], ids=str)
REDUCTIONS = pytest.mark.parametrize("reduction", ["none", "mean", "sum"])

LOGIT_EDGES = (
    0.0, -0.0, 1e-45, -1e-45, 1e-320, -1e-320, 14.556, -14.556, 15.942384719848633, 16.63553237915039,
    36.04365340911715, 36.73680056967711, 87.3365478515625, 88.72283172607422, 88.72283935546875, 89.0, 100.0,
    102.87346649169922, 103.97208404541016, 104.0, 708.3964185322642, 709.782712893384, 709.7827128933841,
    744.0346068132732, 745.1332191019412, 1e4, 1e30, 1e300, np.inf, np.nan,
)  # fmt: skip
"""Where a form of PyTorch has a threshold; each is tried with both signs and both neighbours."""


def _with_neighbours(values, fmt):
    with np.errstate(over="ignore"):
        plain = np.array(values, dtype=fmt.dtype)
    signed = np.concatenate([plain, -plain])
    return np.concatenate([signed, next_float(signed), next_float(signed, -1)])


def _planted(base, special, block):
    """`base` with the special values at its first and last places and around every block's border."""
    planted = base.copy()
    flat = planted.reshape(-1)
    for border in (*range(0, flat.size, block), flat.size):
        start = min(max(border - len(special) // 2, 0), flat.size - len(special))
        flat[start : start + len(special)] = special
    return planted


def _same_failures(fast, readable):
    np.testing.assert_array_equal(np.isnan(fast), np.isnan(readable))
    np.testing.assert_array_equal(np.isinf(fast), np.isinf(readable))
    infinite = np.isinf(readable)
    np.testing.assert_array_equal(fast[infinite], readable[infinite])


def _agree(fast, readable, k, scale, fmt, zeros="same"):
    """Within k * eps * scale, with the same nan, inf and, unless told otherwise, zeros."""
    assert fast.dtype == readable.dtype == fmt.dtype
    assert fast.shape == readable.shape
    _same_failures(fast, readable)
    if zeros == "same":
        np.testing.assert_array_equal(fast == 0, readable == 0)
    finite = np.isfinite(readable)
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(fast.astype(np.float64) - readable.astype(np.float64))
        allowed = np.broadcast_to(k * fmt.eps * np.asarray(scale, dtype=np.float64), distance.shape)
    assert np.all(distance[finite] <= allowed[finite])


def _length(fmt):
    """Two whole blocks and a short one."""
    return 2 * block_length(fmt.dtype.itemsize) + 777


def _logits_and_targets(fmt, *, plant=True):
    rng = np.random.default_rng(7)
    n = _length(fmt)
    block = block_length(fmt.dtype.itemsize)
    z = (rng.standard_normal(n) * rng.choice([1.0, 10.0, 60.0], n)).astype(fmt.dtype)
    y = rng.choice([0.0, 1.0, 0.25, 0.999], n, p=[0.4, 0.4, 0.1, 0.1]).astype(fmt.dtype)
    if plant:
        edges = _with_neighbours(LOGIT_EDGES, fmt)
        z = _planted(z, np.repeat(edges, 3), block)
        y = _planted(y, np.tile(np.array([0, 1, 0.5], fmt.dtype), len(edges)), block)
    return z, y


def _binary_options(shape, fmt, rng):
    draw = lambda s: rng.uniform(-0.5, 3, s).astype(fmt.dtype)  # noqa: E731
    return {
        "none": None,
        "one number": draw(()),
        "each element": draw(shape),
        "last axis": draw(shape[-1:]),
    }


@BOTH
@REDUCTIONS
def test_blocked_logits_lose_the_same_digits_at_the_same_floats(fmt, reduction):
    z, y = _logits_and_targets(fmt, plant=reduction == "none")
    fast = fast_binary.with_logits(z, y, None, None, reduction)
    readable = forward.binary_cross_entropy_with_logits(z, y, None, None, reduction)
    if reduction == "none":
        # Where z - (z - tiny) rounds to 0 or to one place of z hangs on tiny's last digit.
        cancels = (y != 1) & (z < 0)
        _agree(fast, readable, 2, np.maximum(np.abs(z), 1), fmt, zeros="free")
        np.testing.assert_array_equal((fast == 0)[~cancels], (readable == 0)[~cancels])
    else:
        _agree(fast, readable, 4, np.abs(readable), fmt)


@BOTH
@REDUCTIONS
def test_blocked_probabilities_clamp_at_the_same_floats(fmt, reduction):
    z, y = _logits_and_targets(fmt)
    p = engine.sigmoid(np.where(np.isnan(z), 0, z).astype(fmt.dtype))
    fast = fast_binary.on_probabilities(p, y, None, reduction)
    readable = forward.binary_cross_entropy(p, y, None, reduction)
    _agree(fast, readable, 4, np.maximum(np.abs(readable), 1e-300), fmt)
    if reduction == "none":
        np.testing.assert_array_equal(fast == 100, readable == 100)
        assert (readable == 100).any()
        np.testing.assert_array_equal(np.signbit(fast), np.signbit(readable))


@BOTH
@REDUCTIONS
def test_blocked_gradients_die_at_the_same_floats(fmt, reduction):
    z, y = _logits_and_targets(fmt)
    fast = fast_binary.with_logits_grad(z, y, None, None, reduction)
    readable = backward.binary_cross_entropy_with_logits_grad(z, y, None, None, reduction)
    _agree(fast, readable, 2, 1 / z.size if reduction == "mean" else 1, fmt, zeros="free")
    saturated = ~(np.abs(z) < 15)
    np.testing.assert_array_equal((fast == 0)[saturated], (readable == 0)[saturated])

    p = engine.sigmoid(np.where(np.isnan(z), 0, z).astype(fmt.dtype))
    fast = fast_binary.on_probabilities_grad(p, y, None, reduction)
    readable = backward.binary_cross_entropy_grad(p, y, None, reduction)
    np.testing.assert_array_equal(fast, readable)


@BOTH
@pytest.mark.parametrize("weight", ["none", "one number", "each element", "last axis"])
@pytest.mark.parametrize("pos_weight", ["none", "one number", "each element", "last axis"])
def test_binary_weights_reach_every_block(fmt, weight, pos_weight):
    rng = np.random.default_rng(3)
    z, y = _logits_and_targets(fmt, plant=False)
    shape = (len(z) // 37, 37)
    z, y = (a[: shape[0] * 37].reshape(shape) for a in (z, y))
    options = _binary_options(shape, fmt, rng)
    w, positive = options[weight], options[pos_weight]
    assert fast_elements.serves(z, y, w, positive)
    scale = np.maximum(np.abs(z), 1) * 4 * (1 if w is None else np.maximum(np.abs(w), 1))
    fast = fast_binary.with_logits(z, y, w, positive, "none")
    readable = forward.binary_cross_entropy_with_logits(z, y, w, positive, "none")
    _agree(fast, readable, 2, scale, fmt, zeros="free")
    fast = fast_binary.with_logits_grad(z, y, w, positive, "mean")
    readable = backward.binary_cross_entropy_with_logits_grad(z, y, w, positive, "mean")
    _agree(fast, readable, 2, scale / z.size, fmt, zeros="free")
    stretched = None if w is None else np.broadcast_to(w, shape)
    p = engine.sigmoid(z)
    assert fast_elements.serves(p, y, stretched)
    fast = fast_binary.on_probabilities(p, y, stretched, "none")
    readable = forward.binary_cross_entropy(p, y, stretched, "none")
    _agree(fast, readable, 4, np.abs(readable), fmt)
    fast = fast_binary.on_probabilities_grad(p, y, stretched, "sum")
    readable = backward.binary_cross_entropy_grad(p, y, stretched, "sum")
    np.testing.assert_array_equal(fast, readable)


def _rows(fmt, classes, *, ignored, planted):
    rng = np.random.default_rng(classes)
    block = fast_rows.rows_a_block(classes, fmt.dtype.itemsize)
    n = max(2 * block + 7, FAST_FROM // classes + 1)
    z = (rng.standard_normal((n, classes)) * 5).astype(fmt.dtype)
    y = rng.integers(0, classes, n)
    if planted:
        edges = _with_neighbours(LOGIT_EDGES, fmt)
        edges = edges[: min(len(edges), n // 2)]
        for border in (*range(0, n, block), n):
            start = min(max(border - len(edges) // 2, 0), n - len(edges))
            rows = slice(start, start + len(edges))
            z[rows] = 0
            z[rows, 0] = edges
            y[rows] = np.arange(len(edges)) % min(classes, 2)
        z[3] = -np.inf
    if ignored:
        y[rng.random(n) < 0.1] = -100
        y[[0, block - 1, block, n - 1]] = -100
    return z, y


def _row_scale(z):
    finite = np.where(np.isfinite(z), z, 0).astype(np.float64)
    return np.clip(finite.max(axis=1) - finite.min(axis=1), 1, 1e300)


CLASSES = pytest.mark.parametrize("classes", [1, 2, 10, 63, 64, 65, 1000])


@BOTH
@CLASSES
@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("with_weight", [False, True])
def test_blocked_cross_entropy_fails_in_the_same_rows(fmt, classes, ignored, with_weight):
    z, y = _rows(fmt, classes, ignored=ignored, planted=True)
    w = np.random.default_rng(1).uniform(0.5, 2, classes).astype(fmt.dtype) if with_weight else None
    assert fast_rows.serves(z, y)
    rows = fast_rows.rows_of(z, y, w, -100, whole_rows=True)
    fast = fast_multiclass.cross_entropy(rows, "none")
    readable = forward.cross_entropy(z, y, w, -100, 0.0, "none")
    _agree(fast, readable, 10, _row_scale(z), fmt, zeros="same" if classes <= 2 else "free")

    fast_grad = fast_multiclass.cross_entropy_grad(rows, "none")
    readable_grad = backward.cross_entropy_grad(z, y, w, -100, 0.0, "none")
    weights = 1 if w is None else np.where(y < 0, 1, w[np.maximum(y, 0)])
    _agree(fast_grad, readable_grad, 4, (_row_scale(z) * weights)[:, None], fmt, zeros="free")
    if classes <= 2:
        np.testing.assert_array_equal(fast_grad == 0, readable_grad == 0)


@BOTH
@pytest.mark.parametrize("classes", [64, 65, 1000, 2048, 5000])
def test_a_large_term_swallows_no_more_of_a_long_row_than_half_a_dozen_roundings(fmt, classes):
    largest = np.log(2.0**fmt.precision)
    z = np.zeros((40_000 // classes + 7, classes), fmt.dtype)
    y = np.arange(len(z)) % classes
    z[np.arange(len(z)), y] = np.linspace(largest - 2, largest + 1, len(z))
    rows = fast_rows.rows_of(z, y, None, -100, whole_rows=True)
    true_grad = engine.exact_multiclass_loss_grad(z.astype(np.float64), y)
    grad = fast_multiclass.cross_entropy_grad(rows, "none").astype(np.float64)
    assert np.all(np.abs(grad - true_grad) <= 10 * fmt.eps)
    wrong = y[::-1].copy()
    rows = fast_rows.rows_of(z, wrong, None, -100, whole_rows=True)
    loss = fast_multiclass.cross_entropy(rows, "none").astype(np.float64)
    assert np.all(
        np.abs(loss - engine.exact_multiclass_loss(z.astype(np.float64), wrong)) <= 10 * fmt.eps * largest
    )


@BOTH
@CLASSES
@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("with_weight", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_blocked_class_losses_reduce_to_the_same(fmt, classes, ignored, with_weight, reduction):
    z, y = _rows(fmt, classes, ignored=ignored, planted=False)
    w = np.random.default_rng(1).uniform(0.5, 2, classes).astype(fmt.dtype) if with_weight else None
    rows = fast_rows.rows_of(z, y, w, -100, whole_rows=True)
    for name, fast, readable in [
        ("cross_entropy", fast_multiclass.cross_entropy, forward.cross_entropy),
        ("nll_loss", fast_multiclass.nll_loss, forward.nll_loss),
    ]:
        if name == "nll_loss":
            rows = fast_rows.rows_of(-np.abs(z), y, w, -100, whole_rows=False)
            expected = readable(rows.input, y, w, -100, reduction)
        else:
            expected = readable(z, y, w, -100, 0.0, reduction)
        _agree(fast(rows, reduction), expected, 4, np.abs(expected), fmt)
    fast_grad = fast_multiclass.cross_entropy_grad(
        fast_rows.rows_of(z, y, w, -100, whole_rows=True), reduction
    )
    readable_grad = backward.cross_entropy_grad(z, y, w, -100, 0.0, reduction)
    scale = np.max(np.abs(readable_grad)) * _row_scale(z)[:, None]
    _agree(fast_grad, readable_grad, 4, scale, fmt, zeros="free")
    fast_grad = fast_multiclass.nll_loss_grad(rows, reduction)
    readable_grad = backward.nll_loss_grad(rows.input, y, w, -100, reduction)
    _agree(fast_grad, readable_grad, 4, np.abs(readable_grad), fmt)


@BOTH
@pytest.mark.parametrize("offset", [-500.0, 0.0, 40.0, 60.0, 500.0])
@pytest.mark.parametrize("classes", [2, 10])
def test_rows_far_from_zero_lose_nothing(fmt, offset, classes):
    rng = np.random.default_rng(11)
    z = (3 * rng.standard_normal((FAST_FROM // classes + 1, classes)) + offset).astype(fmt.dtype)
    z[::5] -= fmt.dtype.type(offset)
    y = rng.integers(0, classes, len(z))
    rows = fast_rows.rows_of(z, y, None, -100, whole_rows=True)
    readable = forward.cross_entropy(z, y, None, -100, 0.0, "none")
    _agree(fast_multiclass.cross_entropy(rows, "none"), readable, 10, _row_scale(z), fmt)
    readable = backward.cross_entropy_grad(z, y, None, -100, 0.0, "none")
    _agree(fast_multiclass.cross_entropy_grad(rows, "none"), readable, 4, _row_scale(z)[:, None], fmt)


@BOTH
@pytest.mark.parametrize("target", [0, 1])
def test_two_classes_are_certain_from_the_same_gap_on(fmt, target):
    edge = {FLOAT32: 16.63553237915039, FLOAT64: 36.73680056967711}[fmt]
    steps = np.arange(FAST_FROM) - FAST_FROM // 2
    gap = (fmt.dtype.type(edge).view(f"i{fmt.dtype.itemsize}") + steps).view(fmt.dtype)
    gap = np.concatenate([gap, np.linspace(edge - 1, edge + 1, FAST_FROM).astype(fmt.dtype)])
    z = np.zeros((len(gap), 2), fmt.dtype)
    z[:, target] = gap
    rows = fast_rows.rows_of(z, np.full(len(z), target), None, -100, whole_rows=True)
    certain = gap >= fmt.dtype.type(edge)
    np.testing.assert_array_equal(fast_multiclass.cross_entropy(rows, "none") == 0, certain)
    grad = fast_multiclass.cross_entropy_grad(rows, "none")
    np.testing.assert_array_equal(grad[:, target] == 0, certain)
    assert np.all(grad[:, 1 - target] > 0)


@BOTH
@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("with_weight", [False, True])
def test_two_classes_column_by_column_are_the_readable_operations(fmt, ignored, with_weight):
    z, y = _rows(fmt, 2, ignored=ignored, planted=False)
    w = np.array([0.3, 1.7], fmt.dtype) if with_weight else None
    rows = fast_rows.rows_of(z, y, w, -100, whole_rows=True)
    assert fast_two_classes.TwoClasses(rows).loss(slice(0, rows.block), np.empty(rows.block, fmt.dtype))
    fast = fast_multiclass.cross_entropy(rows, "none")
    readable = forward.cross_entropy(z, y, w, -100, 0.0, "none")
    _agree(fast, readable, 4, np.maximum(np.abs(readable), 1), fmt)
    np.testing.assert_array_equal(np.signbit(fast), np.signbit(readable))
    if fmt is FLOAT64:
        np.testing.assert_array_equal(fast, readable)


@BOTH
@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_weights_far_from_one_scale_the_gradient(fmt, size):
    z, y = _rows(fmt, 4, ignored=True, planted=False)
    w = np.full(4, size, fmt.dtype)
    rows = fast_rows.rows_of(z - fmt.dtype.type(30), y, w, -100, whole_rows=True)
    fast = fast_multiclass.cross_entropy_grad(rows, "sum")
    readable = backward.cross_entropy_grad(rows.input, y, w, -100, 0.0, "sum")
    _agree(fast, readable, 4, size * _row_scale(z)[:, None], fmt, zeros="free")


def test_rows_ignored_at_every_sixteenth_place_cost_the_blocked_sum_no_digits():
    rng = np.random.default_rng(4)
    x = -rng.random((100_000, 2), dtype=np.float32)
    y = np.zeros(len(x), np.int64)
    y[::16] = -100
    exact = np.sum(-x[y == 0, 0], dtype=np.float64)
    rows = fast_rows.rows_of(x, y, None, -100, whole_rows=False)
    error = abs(float(fast_multiclass.nll_loss(rows, "sum")) - exact) / exact
    pytorch_error = abs(float(forward.nll_loss(x, y, None, -100, "sum")) - exact) / exact
    assert error < 2 * FLOAT32.eps < 10 * FLOAT32.eps < pytorch_error


@BOTH
@pytest.mark.parametrize("with_weight", [False, True])
def test_blocked_nll_loss_copies_every_special_value(fmt, with_weight):
    z, y = _rows(fmt, 3, ignored=True, planted=True)
    w = np.array([0.0, 1.0, np.inf], fmt.dtype) if with_weight else None
    rows = fast_rows.rows_of(z, y, w, -100, whole_rows=True)
    fast = fast_multiclass.nll_loss(rows, "none")
    readable = forward.nll_loss(z, y, w, -100, "none")
    np.testing.assert_array_equal(fast, readable)
    np.testing.assert_array_equal(np.signbit(fast), np.signbit(readable))
    fast = fast_multiclass.nll_loss_grad(rows, "none")
    np.testing.assert_array_equal(fast, backward.nll_loss_grad(z, y, w, -100, "none"))


@BOTH
@pytest.mark.parametrize("weight", [None, 0.0])
@pytest.mark.parametrize("target", [-100, 1])
def test_no_row_that_counts_makes_the_same_nan(fmt, weight, target):
    z = np.random.default_rng(5).standard_normal((FAST_FROM, 2)).astype(fmt.dtype)
    y = np.full(FAST_FROM, target)
    w = None if weight is None else np.full(2, weight, fmt.dtype)
    rows = fast_rows.rows_of(z, y, w, -100, whole_rows=True)
    with np.errstate(all="ignore"):
        for fast, readable in [
            (fast_multiclass.nll_loss(rows, "mean"), forward.nll_loss(z, y, w, -100, "mean")),
            (
                fast_multiclass.cross_entropy(rows, "mean"),
                forward.cross_entropy(z, y, w, -100, 0.0, "mean"),
            ),
            (
                fast_multiclass.cross_entropy_grad(rows, "mean"),
                backward.cross_entropy_grad(z, y, w, -100, 0.0, "mean"),
            ),
            (
                fast_multiclass.nll_loss_grad(rows, "mean"),
                backward.nll_loss_grad(z, y, w, -100, "mean"),
            ),
        ]:
            np.testing.assert_allclose(fast, readable, rtol=8 * fmt.eps, atol=4 * fmt.eps / FAST_FROM)


def test_a_class_that_is_ignored_leaves_its_rows_out():
    z, y = _rows(FLOAT32, 4, ignored=False, planted=False)
    fast = fast_multiclass.cross_entropy(fast_rows.rows_of(z, y, None, 2, whole_rows=True), "none")
    readable = forward.cross_entropy(z, y, None, 2, 0.0, "none")
    _agree(fast, readable, 10, _row_scale(z), FLOAT32, zeros="free")
    assert np.all(fast[y == 2] == 0)


def test_large_calls_take_the_blocked_form_and_small_or_odd_ones_do_not(monkeypatch):
    calls = []
    original = fast_binary.with_logits

    def counting(*arguments):
        calls.append(arguments[0].shape)
        return original(*arguments)

    monkeypatch.setattr(fast_binary, "with_logits", counting)
    z = np.zeros(FAST_FROM, np.float32)
    engine.binary_cross_entropy_with_logits(z, z)
    assert calls == [(FAST_FROM,)]
    engine.binary_cross_entropy_with_logits(z[1:], z[1:])
    engine.binary_cross_entropy_with_logits(z.astype(np.float16), z.astype(np.float16))
    engine.binary_cross_entropy_with_logits(z, z.astype(np.float64))
    square = np.zeros((256, 256))
    engine.binary_cross_entropy_with_logits(square.T[:, ::2], square.T[:, ::2])
    assert len(calls) == 1


@pytest.mark.parametrize("place", [0, FAST_FROM // 2, FAST_FROM - 1])
def test_a_large_call_refuses_what_a_small_one_does(place):
    p = np.full(FAST_FROM, 0.5)
    wrong = p.copy()
    wrong[place] = np.nextafter(1, 2)
    with pytest.raises(ValueError, match=rf"input\[{place}\].*between 0 and 1"):
        engine.binary_cross_entropy(wrong, p)
    y = np.zeros(FAST_FROM, np.int64)
    y[place] = 2
    with pytest.raises(IndexError, match=rf"target\[{place}\].*Target 2 is out of bounds"):
        engine.cross_entropy(np.zeros((FAST_FROM, 2)), y)
    y[:] = -100
    y[place] = -1
    with pytest.raises(IndexError, match="Target -1 is out of bounds"):
        engine.nll_loss_grad(np.zeros((FAST_FROM, 2)), y)


@BOTH
@pytest.mark.parametrize("classes", [2, 3, 7, 100])
def test_a_class_far_below_a_negative_largest_logit_keeps_its_gradient(fmt, classes):
    gap = 70.0 if fmt is FLOAT32 else 450.0
    z = np.full((FAST_FROM, classes), -gap * 0.6, fmt.dtype)
    z[:, -1] = -gap * 1.6  # its exponential is 0 but for the largest logit that is subtracted first
    y = np.zeros(FAST_FROM, np.int64)
    if classes == 2:
        z[7, 0] = np.inf  # keeps the block from being computed column by column
    grad = engine.cross_entropy_grad(z, y, reduction="sum")
    expected = engine.cross_entropy_grad(z[:1], y[:1], reduction="sum")
    assert expected[0, -1] > 0
    np.testing.assert_allclose(grad[:1], expected, rtol=100 * fmt.eps)


def test_negative_zero_is_a_probability():
    p = np.full(FAST_FROM, -0.0, np.float32)
    assert engine.binary_cross_entropy(p, p, reduction="sum") == 0


def _peak_beyond_result(call):
    tracemalloc.start()
    try:
        result = call()
        return tracemalloc.get_traced_memory()[1] - np.asarray(result).nbytes
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("reduction", ["none", "mean"])
def test_memory_beyond_the_result_stays_within_16_mib(reduction):
    rng = np.random.default_rng(0)
    z = rng.standard_normal(3_000_000, dtype=np.float32)
    y = (z > 0).astype(np.float32)
    table, target = z.reshape(-1, 2), (z[::2] > 0).astype(np.int64)
    wide, wide_target = z[:2_000_000].reshape(-1, 100_000), np.arange(20)
    target[::7] = -100
    for call in (
        lambda: engine.binary_cross_entropy_with_logits(z, y, reduction=reduction),
        lambda: engine.binary_cross_entropy_with_logits_grad(z, y, reduction=reduction),
        lambda: engine.binary_cross_entropy(y, y, reduction=reduction),
        lambda: engine.binary_cross_entropy_grad(y, y, reduction=reduction),
        lambda: engine.cross_entropy(table, target, reduction=reduction),
        lambda: engine.cross_entropy_grad(table, target, reduction=reduction),
        lambda: engine.cross_entropy_grad(wide, wide_target, reduction=reduction),
        lambda: engine.nll_loss(table, target, reduction=reduction),
        lambda: engine.nll_loss_grad(table, target, reduction=reduction),
    ):
        assert _peak_beyond_result(call) < 16 * 2**20


def test_a_weight_along_a_long_last_axis_needs_no_block_of_that_length():
    z = np.random.default_rng(0).standard_normal((3, 700_001), dtype=np.float32)
    y, w = (z > 0).astype(np.float32), np.linspace(0, 2, 700_001, dtype=np.float32)
    assert _peak_beyond_result(lambda: engine.binary_cross_entropy_with_logits(z, y, w, pos_weight=w)) < 2**23
    for name in ("binary_cross_entropy_with_logits", "binary_cross_entropy_with_logits_grad"):
        function, readable = getattr(engine, name), getattr(forward, name, None)
        result = function(z, y, w, pos_weight=w, reduction="none")
        whole = np.broadcast_to(w, z.shape).copy()
        np.testing.assert_array_equal(result, function(z, y, whole, pos_weight=whole, reduction="none"))
        if readable is not None:
            np.testing.assert_allclose(result, readable(z, y, w, w, "none"), rtol=1e-5, atol=1e-6)


def test_inputs_are_not_written_to():
    z, y = _logits_and_targets(FLOAT32, plant=False)
    for array in (z, y):
        array.flags.writeable = False
    fast_binary.with_logits(z, y, None, None, "mean")
    fast_binary.with_logits_grad(z, y, None, None, "mean")


def test_threads_share_the_blocks_and_the_result_does_not_depend_on_them():
    z = np.random.default_rng(2).standard_normal(1_000_003, dtype=np.float32)
    y = np.zeros_like(z)
    first = fast_binary.with_logits(z, y, None, None, "mean")
    for _ in range(5):
        assert fast_binary.with_logits(z, y, None, None, "mean") == first
    helpers = [thread for thread in threading.enumerate() if thread.name.startswith("engine-blocks")]
    assert all(thread.daemon for thread in helpers)
    assert len(helpers) <= min((os.cpu_count() or 1) - 1, 2)


def test_calls_from_several_threads_at_once_each_get_their_own_result():
    z = np.random.default_rng(2).standard_normal(1_000_003)
    y = np.zeros_like(z)
    expected = [fast_binary.with_logits(z * k, y, None, None, "sum") for k in range(4)]
    results = [None] * 4

    def call(k):
        results[k] = fast_binary.with_logits(z * k, y, None, None, "sum")

    threads = [threading.Thread(target=call, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == expected


def test_an_error_in_a_block_reaches_the_caller():
    def work(part):
        if part.start == 30:
            raise ZeroDivisionError
        return part.start

    with pytest.raises(ZeroDivisionError):
        run_blocks(100, 10, lambda: work, elements=1_000_000)
    assert run_blocks(25, 10, lambda: work, elements=1_000_000) == [0, 10, 20]


@BOTH
def test_results_begin_at_a_cache_line(fmt):
    def begins(array):
        return array.__array_interface__["data"][0] % 64 == 0

    z, y = np.zeros((FAST_FROM, 3), fmt.dtype), np.zeros(FAST_FROM, np.int64)
    results = [
        engine.binary_cross_entropy_with_logits(z, z, reduction="none"),
        engine.binary_cross_entropy_grad(z, z, reduction="none"),
        engine.cross_entropy(z, y, reduction="none"),
        engine.nll_loss_grad(z, y, reduction="none"),
    ]
    assert all(map(begins, results))
    assert all(result.flags.c_contiguous and result.flags.writeable for result in results)
