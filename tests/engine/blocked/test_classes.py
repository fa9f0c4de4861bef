"""NLLLoss and CrossEntropyLoss on large arrays against the readable forms: the same failures, values near."""

from __future__ import annotations

import os

import numpy as np
import pytest
from blocked_cases import LOGIT_EDGES, agree, with_neighbours
from same_bits import same_bits

import engine
from engine import blocked
from engine.blocked import blocks, classes, softmax
from engine.blocked.blocks import SERVED_FROM, block_of
from engine.floats.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64
from engine.pytorch import backward, forward

BOTH = pytest.mark.parametrize("fmt", [FLOAT32, FLOAT64], ids=str)
ALL = pytest.mark.parametrize("fmt", [FLOAT16, BFLOAT16, FLOAT32, FLOAT64], ids=str)
REDUCTIONS = pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
CLASSES = pytest.mark.parametrize("classes", [1, 2, 10, 63, 64, 65, 1000])


@pytest.fixture
def small_blocks(monkeypatch):
    for module in (blocks, classes):
        monkeypatch.setattr(module, "BLOCK", 500)


def _rows(fmt, classes_, *, ignored, planted):
    rng = np.random.default_rng(classes_)
    block = classes._rows_a_block(classes_, block_of(fmt.dtype))
    n = max(2 * block + 7, SERVED_FROM // classes_ + 1)
    z = (rng.standard_normal((n, classes_)) * 5).astype(fmt.dtype)
    y = rng.integers(0, classes_, n)
    if planted:
        edges = with_neighbours(LOGIT_EDGES, fmt)
        edges = edges[: min(len(edges), n // 2)]
        for border in (*range(0, n, block), n):
            start = min(max(border - len(edges) // 2, 0), n - len(edges))
            rows = slice(start, start + len(edges))
            z[rows] = 0
            z[rows, 0] = edges
            y[rows] = np.arange(len(edges)) % min(classes_, 2)
        z[3] = -np.inf
    if ignored:
        y[rng.random(n) < 0.1] = -100
        y[[0, block - 1, block, n - 1]] = -100
    return z, y


def _row_scale(z):
    finite = np.where(np.isfinite(z), z, 0).astype(np.float64)
    return np.clip(finite.max(axis=1) - finite.min(axis=1), 1, 1e300)


def _cross_entropy(z, y, w=None, ignored=-100, reduction="none", smoothing=0.0):
    """The blocked loss and gradient, and the readable ones."""
    options = (z, y, w, ignored, smoothing, reduction)
    fast, fast_grad = blocked.cross_entropy(*options), blocked.cross_entropy_grad(*options)
    return (fast, forward.cross_entropy(*options)), (fast_grad, backward.cross_entropy_grad(*options))


def _nll_loss(x, y, w=None, ignored=-100, reduction="none"):
    options = (x, y, w, ignored, reduction)
    fast, fast_grad = blocked.nll_loss(*options), blocked.nll_loss_grad(*options)
    return (fast, forward.nll_loss(*options)), (fast_grad, backward.nll_loss_grad(*options))


# ------------------------------------------------------------------ softmax without the largest logit


@BOTH
@CLASSES
@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("with_weight", [False, True])
def test_cross_entropy_fails_in_the_same_rows(fmt, classes, ignored, with_weight):
    z, y = _rows(fmt, classes, ignored=ignored, planted=True)
    w = np.random.default_rng(1).uniform(0.5, 2, classes).astype(fmt.dtype) if with_weight else None
    loss, grad = _cross_entropy(z, y, w)
    agree(*loss, 10, _row_scale(z), fmt, zeros="same" if classes <= 2 else "free")
    weights = 1 if w is None else np.where(y < 0, 1, w[np.maximum(y, 0)])
    agree(*grad, 4, (_row_scale(z) * weights)[:, None], fmt, zeros="free")
    if classes <= 2:
        np.testing.assert_array_equal(grad[0] == 0, grad[1] == 0)


@BOTH
@CLASSES
@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("with_weight", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_class_losses_reduce_to_the_same(fmt, classes, ignored, with_weight, reduction):
    z, y = _rows(fmt, classes, ignored=ignored, planted=False)
    w = np.random.default_rng(1).uniform(0.5, 2, classes).astype(fmt.dtype) if with_weight else None
    loss, grad = _cross_entropy(z, y, w, reduction=reduction)
    agree(*loss, 4, np.abs(loss[1]), fmt)
    agree(*grad, 4, np.max(np.abs(grad[1])) * _row_scale(z)[:, None], fmt, zeros="free")


@BOTH
@pytest.mark.parametrize("classes", [64, 65, 1000, 2048, 5000])
def test_a_large_term_swallows_no_more_of_a_long_row_than_half_a_dozen_roundings(fmt, classes):
    largest = np.log(2.0**fmt.precision)
    z = np.zeros((40_000 // classes + 7, classes), fmt.dtype)
    y = np.arange(len(z)) % classes
    z[np.arange(len(z)), y] = np.linspace(largest - 2, largest + 1, len(z))
    true_grad = engine.exact_multiclass_loss_grad(z.astype(np.float64), y)
    grad = blocked.cross_entropy_grad(z, y, None, -100, 0.0, "none").astype(np.float64)
    assert np.all(np.abs(grad - true_grad) <= 10 * fmt.eps)
    wrong = y[::-1].copy()
    loss = blocked.cross_entropy(z, wrong, None, -100, 0.0, "none").astype(np.float64)
    true = engine.exact_multiclass_loss(z.astype(np.float64), wrong)
    assert np.all(np.abs(loss - true) <= 10 * fmt.eps * largest)


@BOTH
@pytest.mark.parametrize("offset", [-500.0, 0.0, 40.0, 60.0, 500.0])
@pytest.mark.parametrize("classes", [2, 10])
def test_rows_far_from_zero_lose_nothing(fmt, offset, classes):
    rng = np.random.default_rng(11)
    z = (3 * rng.standard_normal((SERVED_FROM // classes + 1, classes)) + offset).astype(fmt.dtype)
    z[::5] -= fmt.dtype.type(offset)
    y = rng.integers(0, classes, len(z))
    loss, grad = _cross_entropy(z, y)
    agree(*loss, 10, _row_scale(z), fmt)
    agree(*grad, 4, _row_scale(z)[:, None], fmt)


@BOTH
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_losses_that_no_longer_add_up_in_the_format_are_infinite(fmt, reduction):
    z = np.zeros((SERVED_FROM, 2), fmt.dtype)
    y = np.zeros(SERVED_FROM, np.int64)
    z[:2, 0] = -fmt.max / 2  # one such loss is finite, and so is the sum of two
    loss, _ = _cross_entropy(z, y, reduction=reduction)
    agree(*loss, 4, loss[1], fmt)
    z[2, 0] = -fmt.max / 2
    loss, _ = _cross_entropy(z, y, reduction=reduction)
    assert loss[0] == loss[1] == np.inf


@BOTH
@pytest.mark.parametrize("target", [0, 1])
def test_two_classes_are_certain_from_the_same_gap_on(fmt, target):
    edge = {FLOAT32: 16.63553237915039, FLOAT64: 36.73680056967711}[fmt]
    steps = np.arange(SERVED_FROM) - SERVED_FROM // 2
    gap = (fmt.dtype.type(edge).view(f"i{fmt.dtype.itemsize}") + steps).view(fmt.dtype)
    gap = np.concatenate([gap, np.linspace(edge - 1, edge + 1, SERVED_FROM).astype(fmt.dtype)])
    for offset in (0, 10, -10):
        z = np.full((len(gap), 2), offset, fmt.dtype)
        z[:, target] += gap
        certain = z[:, target] - z[:, 1 - target] >= fmt.dtype.type(edge)
        (loss, _), (grad, _) = _cross_entropy(z, np.full(len(z), target))
        np.testing.assert_array_equal(loss == 0, certain)
        np.testing.assert_array_equal(np.signbit(loss), certain)
        np.testing.assert_array_equal(grad[:, target] == 0, certain)
        assert np.all(grad[:, 1 - target] > 0)


@BOTH
@pytest.mark.parametrize("classes", [2, 3, 7, 100])
@pytest.mark.parametrize("other", ["usual", "nan"])
def test_a_class_far_below_a_negative_largest_logit_keeps_its_gradient(fmt, classes, other):
    gap = 70.0 if fmt is FLOAT32 else 450.0
    z = np.full((SERVED_FROM, classes), -gap * 0.6, fmt.dtype)
    z[:, -1] = -gap * 1.6  # its exponential is 0 but for the largest logit that is subtracted first
    if other == "nan":
        z[7, 0] = np.nan
    y = np.zeros(SERVED_FROM, np.int64)
    grad = blocked.cross_entropy_grad(z, y, None, -100, 0.0, "sum")
    expected = backward.cross_entropy_grad(z[:1], y[:1], None, -100, 0.0, "sum")
    assert expected[0, -1] > 0
    np.testing.assert_allclose(grad[[0, -1]], expected[[0, 0]], rtol=100 * fmt.eps)
    assert np.isnan(grad[7]).all() == (other == "nan")


@BOTH
@pytest.mark.parametrize("weight", [None, 0.5, 5.0, 1e12])
def test_a_subnormal_share_of_a_class_is_rounded_as_it_is_in_the_readable_form(fmt, weight):
    least = float(np.log(np.finfo(fmt.dtype).tiny))
    z = np.zeros((SERVED_FROM, 3), fmt.dtype)
    z[:, 1] = np.linspace(least - 40, least + 5, len(z))
    z[::3] += 20
    w = None if weight is None else np.full(3, weight, fmt.dtype)
    _, (fast, readable) = _cross_entropy(z, np.zeros(len(z), np.int64), w)
    few_places = 4 * np.finfo(fmt.dtype).smallest_subnormal
    np.testing.assert_allclose(fast[:, 1], readable[:, 1], rtol=-2 * least * fmt.eps, atol=few_places)


@BOTH
@pytest.mark.parametrize("size", [1e-30, 1e-12, 1e12, 1e30])
def test_weights_far_from_one_scale_the_gradient(fmt, size):
    z, y = _rows(fmt, 4, ignored=True, planted=False)
    z -= fmt.dtype.type(30)
    _, grad = _cross_entropy(z, y, np.full(4, size, fmt.dtype), reduction="sum")
    agree(*grad, 4, size * _row_scale(z)[:, None], fmt, zeros="free")
    if fmt is FLOAT32 and size in (1e-30, 1e30):
        assert same_bits(*grad), "such factors are left to the readable form"


@BOTH
def test_factors_are_safe_between_the_square_roots_of_the_formats_ends(fmt):
    root = np.sqrt(fmt.dtype.type(fmt.max))
    safe = np.array([0, 1, -3, root / 8, 8 / root], fmt.dtype)
    assert softmax.scales(safe)
    for wrong in (root * 8, 1 / root / 8, np.inf, np.nan, -root * 8):
        assert not softmax.scales(np.append(safe, fmt.dtype.type(wrong)))


@BOTH
def test_only_plain_row_major_tables_without_smoothing_need_no_largest_logit(fmt):
    table = np.zeros((5, 3), fmt.dtype)
    assert softmax.serves(table, 0.0)
    assert not softmax.serves(table, 0.1)
    assert not softmax.serves(np.asfortranarray(table), 0.0)
    assert not softmax.serves(table[:, None], 0.0)
    assert not softmax.serves(table.astype(np.float16), 0.0)


@BOTH
def test_a_class_that_is_ignored_leaves_its_rows_out(fmt):
    z, y = _rows(fmt, 4, ignored=False, planted=False)
    loss, grad = _cross_entropy(z, y, ignored=2)
    agree(*loss, 10, _row_scale(z), fmt, zeros="free")
    assert np.all(loss[0][y == 2] == 0)
    assert np.all(grad[0][y == 2] == 0)
    assert not np.signbit(grad[0][y == 2]).any()


@BOTH
def test_an_ignored_row_that_fails_has_a_loss_of_0_and_a_gradient_of_nan(fmt):
    z, y = _rows(fmt, 3, ignored=False, planted=False)
    z[9, 1], y[9] = np.inf, -100
    (loss, _), (grad, _) = _cross_entropy(z, y)
    assert loss[9] == 0
    assert np.isnan(grad[9]).all()
    assert np.isfinite(np.delete(grad, 9, axis=0)).all()


@BOTH
def test_wrong_rows_of_every_block_are_corrected(fmt, small_blocks):
    z, y = _rows(fmt, 5, ignored=False, planted=False)
    z[::90] += fmt.dtype.type(400 if fmt is FLOAT64 else 60)
    loss, grad = _cross_entropy(z, y)
    assert same_bits(loss[0][::90], loss[1][::90])
    assert same_bits(grad[0][::90], grad[1][::90])


def test_bytes_are_class_indices_too():
    z, y = _rows(FLOAT32, 4, ignored=False, planted=False)
    expected = blocked.cross_entropy(z, y, None, -100, 0.0, "none")
    assert same_bits(blocked.cross_entropy(z, y.astype(np.uint8), None, -100, 0.0, "none"), expected)


# ------------------------------------------------------------------ the readable form in blocks


def _problem(fmt, shape, *, ignored=True):
    rng = np.random.default_rng(shape[1])
    z = (4 * rng.standard_normal(shape)).astype(fmt.dtype)
    y = rng.integers(0, shape[1], (shape[0], *shape[2:]))
    if ignored:
        y[rng.random(y.shape) < 0.2] = -100
    return z, y, rng.uniform(0.5, 2, shape[1]).astype(fmt.dtype)


SHAPES = pytest.mark.parametrize(
    "shape", [(2000, 3), (300, 20), (7, 1000), (400, 3, 4), (2, 20, 150), (1, 3, 30, 50), (3, 5, 2, 70, 3)]
)


@pytest.mark.usefixtures("small_blocks")
@ALL
@SHAPES
@REDUCTIONS
@pytest.mark.parametrize("with_weight", [False, True])
def test_nll_loss_is_the_readable_form_to_the_bit(fmt, shape, reduction, with_weight):
    x, y, w = _problem(fmt, shape)
    loss, grad = _nll_loss(-np.abs(x), y, w if with_weight else None, reduction=reduction)
    assert same_bits(*loss)
    assert same_bits(*grad)
    assert loss[0].shape == loss[1].shape


@pytest.mark.usefixtures("small_blocks")
@ALL
@SHAPES
@REDUCTIONS
@pytest.mark.parametrize("with_weight", [False, True])
def test_label_smoothing_is_the_readable_form_to_the_bit(fmt, shape, reduction, with_weight):
    z, y, w = _problem(fmt, shape)
    loss, grad = _cross_entropy(z, y, w if with_weight else None, reduction=reduction, smoothing=0.1)
    assert same_bits(*loss)
    assert same_bits(*grad)
    assert loss[0].dtype == grad[0].dtype == fmt.dtype


@pytest.mark.usefixtures("small_blocks")
@ALL
@SHAPES
@REDUCTIONS
@pytest.mark.parametrize("target", ["same", "float64"])
def test_class_probabilities_are_the_readable_form_to_the_bit(fmt, shape, reduction, target):
    z, _, w = _problem(fmt, shape)
    share = np.random.default_rng(2).random(shape).astype(fmt.dtype if target == "same" else np.float64)
    for weight, smoothing in ((None, 0.0), (w, 0.1)):
        loss, grad = _cross_entropy(z, share, weight, reduction=reduction, smoothing=smoothing)
        assert loss[0].dtype == loss[1].dtype
        assert same_bits(*loss)
        assert grad[0].dtype == fmt.dtype
        assert same_bits(*grad)


@pytest.mark.usefixtures("small_blocks")
@ALL
@REDUCTIONS
@pytest.mark.parametrize("shape", [(2000, 3), (300, 20), (400, 3, 4)])
def test_another_layout_or_format_is_the_readable_form_to_the_bit(fmt, reduction, shape):
    z, y, w = _problem(fmt, shape)
    loss, grad = _cross_entropy(np.asfortranarray(z), y, w, reduction=reduction)
    assert same_bits(*loss)
    assert same_bits(*grad)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_bytes_are_ignored_as_the_readable_form_ignores_them(smoothing):
    z, y, _ = _problem(FLOAT64, (2000, 160), ignored=False)
    loss, grad = _cross_entropy(z, y.astype(np.uint8), ignored=-100, reduction="sum", smoothing=smoothing)
    agree(*loss, 4, np.abs(loss[1]), FLOAT64)
    agree(*grad, 4, _row_scale(z)[:, None], FLOAT64, zeros="free")


@BOTH
@pytest.mark.parametrize("with_weight", [False, True])
def test_nll_loss_copies_every_special_value(fmt, with_weight):
    z, y = _rows(fmt, 3, ignored=True, planted=True)
    loss, grad = _nll_loss(z, y, np.array([0.0, 1.0, np.inf], fmt.dtype) if with_weight else None)
    assert same_bits(*loss)
    assert same_bits(*grad)


@BOTH
@pytest.mark.parametrize("weight", [None, 0.0])
@pytest.mark.parametrize("target", [-100, 1])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_no_row_that_counts_makes_the_same_nan(fmt, weight, target, smoothing):
    z = np.random.default_rng(5).standard_normal((SERVED_FROM, 2)).astype(fmt.dtype)
    y = np.full(SERVED_FROM, target)
    w = None if weight is None else np.full(2, weight, fmt.dtype)
    pairs = [*_nll_loss(z, y, w, reduction="mean")]
    pairs += _cross_entropy(z, y, w, reduction="mean", smoothing=smoothing)
    for fast, readable in pairs:
        np.testing.assert_allclose(fast, readable, rtol=8 * fmt.eps, atol=4 * fmt.eps / SERVED_FROM)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@BOTH
@pytest.mark.parametrize("weight", [None, 1.0])
@pytest.mark.parametrize("far", [64, 100_000])
def test_a_sum_that_leaves_the_format_on_its_way_ends_as_pytorchs(reduction, fmt, weight, far):
    x, y = np.zeros((150_000, 2), fmt.dtype), np.zeros(150_000, np.int64)
    x[:64], x[far : far + 64] = fmt.max / 2, -fmt.max / 2
    w = None if weight is None else np.full(2, weight, fmt.dtype)
    loss, _ = _nll_loss(x, y, w, reduction=reduction)
    assert not np.isfinite(loss[1])
    assert same_bits(*loss)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("cores", [1, 2, 64])
@REDUCTIONS
def test_neither_threads_nor_their_number_change_a_bit(monkeypatch, cores, reduction):
    z, y, w = _problem(FLOAT32, (4000, 3))
    share = np.random.default_rng(2).random(z.shape).astype(np.float32)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    cases = [
        (z, y, w, -100, 0.0, reduction),
        (z, y, w, -100, 0.1, reduction),
        (z, share, w, -1, 0.0, reduction),
    ]
    expected = [(blocked.cross_entropy(*case), blocked.cross_entropy_grad(*case)) for case in cases]
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert len(z) * 3 > blocks._THREADED_FROM * 500
    for case, (loss, grad) in zip(cases, expected, strict=True):
        assert same_bits(blocked.cross_entropy(*case), loss)
        assert same_bits(blocked.cross_entropy_grad(*case), grad)
