"""The binary losses on large arrays against the readable forms: the same failures, values within k."""

from __future__ import annotations

import os

import numpy as np
import pytest
from blocked_cases import LOGIT_EDGES, agree, planted, with_neighbours
from same_bits import same_bits

import engine
from engine import blocked
from engine.blocked import binary, blocks
from engine.blocked.blocks import SERVED_FROM, block_of
from engine.floats.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64
from engine.pytorch import backward, forward

BOTH = pytest.mark.parametrize("fmt", [FLOAT32, FLOAT64], ids=str)
REDUCTIONS = pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
NAMES = ("binary_cross_entropy", "binary_cross_entropy_with_logits")


@pytest.fixture(params=[True, False], ids=["vector log1p", "log1p by way of log"], autouse=True)
def vector_log1p(request, monkeypatch):
    """Both forms of log1p, whatever this processor has."""
    monkeypatch.setattr(binary, "has_vector_log1p", lambda: request.param)


def _length(fmt):
    """Two whole blocks and a short one."""
    return 2 * block_of(fmt.dtype) + 777


def _logits_and_targets(fmt, *, plant=True):
    rng = np.random.default_rng(7)
    n = _length(fmt)
    z = (rng.standard_normal(n) * rng.choice([1.0, 10.0, 60.0], n)).astype(fmt.dtype)
    y = rng.choice([0.0, 1.0, 0.25, 0.999], n, p=[0.4, 0.4, 0.1, 0.1]).astype(fmt.dtype)
    if plant:
        edges = with_neighbours(LOGIT_EDGES, fmt)
        z = planted(z, np.repeat(edges, 3), block_of(fmt.dtype))
        y = planted(y, np.tile(np.array([0, 1, 0.5], fmt.dtype), len(edges)), block_of(fmt.dtype))
    return z, y


def _probabilities(z, fmt):
    p = engine.sigmoid(np.where(np.isnan(z), 0, z).astype(fmt.dtype))
    one = fmt.dtype.type(1)
    edges = np.array([0, -0.0, 1, np.nextafter(one, 0), 1e-300, 1e-45, 1e-8], fmt.dtype)
    return planted(p, edges, block_of(fmt.dtype))


@BOTH
@REDUCTIONS
def test_logits_lose_the_same_digits_at_the_same_floats(fmt, reduction):
    z, y = _logits_and_targets(fmt, plant=reduction == "none")
    fast = blocked.binary_cross_entropy_with_logits(z, y, None, None, reduction)
    readable = forward.binary_cross_entropy_with_logits(z, y, None, None, reduction)
    if reduction == "none":
        # Where z - (z - tiny) rounds to 0 or to one place of z hangs on tiny's last digit.
        cancels = (y != 1) & (z < 0)
        agree(fast, readable, 2, np.maximum(np.abs(z), 1), fmt, zeros="free")
        np.testing.assert_array_equal((fast == 0)[~cancels], (readable == 0)[~cancels])
        if fmt is FLOAT64:
            assert same_bits(fast, readable)
    else:
        agree(fast, readable, 4, np.abs(readable), fmt)


def test_the_loss_of_a_confident_right_logit_keeps_its_digits():
    z = np.linspace(0, 102, SERVED_FROM, dtype=np.float32)
    y = np.ones_like(z)
    fast = blocked.binary_cross_entropy_with_logits(z, y, None, None, "none")
    true = np.log1p(np.exp(-z.astype(np.float64)))
    normal = true > 1e-37
    assert np.max(np.abs(fast[normal] / true[normal] - 1)) < 4 * FLOAT32.eps


@BOTH
@REDUCTIONS
def test_probabilities_clamp_at_the_same_floats(fmt, reduction):
    z, y = _logits_and_targets(fmt)
    p = _probabilities(z, fmt)
    fast = blocked.binary_cross_entropy(p, y, None, reduction)
    readable = forward.binary_cross_entropy(p, y, None, reduction)
    agree(fast, readable, 4, np.maximum(np.abs(readable), 1e-300), fmt)
    if reduction == "none":
        np.testing.assert_array_equal(fast == 100, readable == 100)
        assert (readable == 100).any()
        np.testing.assert_array_equal(np.signbit(fast), np.signbit(readable))
        if fmt is FLOAT64:
            assert same_bits(fast, readable)


@BOTH
@REDUCTIONS
def test_gradients_die_at_the_same_floats(fmt, reduction):
    z, y = _logits_and_targets(fmt)
    fast = blocked.binary_cross_entropy_with_logits_grad(z, y, None, None, reduction)
    readable = backward.binary_cross_entropy_with_logits_grad(z, y, None, None, reduction)
    agree(fast, readable, 2, 1 / z.size if reduction == "mean" else 1, fmt, zeros="free")
    saturated = ~(np.abs(z) < 15)
    np.testing.assert_array_equal((fast == 0)[saturated], (readable == 0)[saturated])

    p = _probabilities(z, fmt)
    fast = blocked.binary_cross_entropy_grad(p, y, None, reduction)
    readable = backward.binary_cross_entropy_grad(p, y, None, reduction)
    assert same_bits(fast, readable)


WEIGHTS = ("none", "one number", "each element", "last axis", "first axis", "one of two axes")


def _weight(kind, shape, dtype):
    if kind == "none":
        return None
    size = {
        "one number": (),
        "each element": shape,
        "last axis": shape[-1:],
        "first axis": (*shape[:1], 1),
        "one of two axes": (1, 1),
    }[kind]
    return np.random.default_rng(3).uniform(-0.5, 3, size).astype(dtype)


@BOTH
@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("pos_weight", WEIGHTS)
def test_weights_reach_every_block(fmt, weight, pos_weight):
    shape = (SERVED_FROM // 37 + 3, 37)
    z, y = (a[: shape[0] * shape[1]].reshape(shape) for a in _logits_and_targets(fmt, plant=False))
    w, positive = _weight(weight, shape, fmt.dtype), _weight(pos_weight, shape, fmt.dtype)
    scale = np.maximum(np.abs(z), 1) * 4 * (1 if w is None else np.maximum(np.abs(w), 1))
    fast = blocked.binary_cross_entropy_with_logits(z, y, w, positive, "none")
    readable = forward.binary_cross_entropy_with_logits(z, y, w, positive, "none")
    agree(fast, readable, 2, scale, fmt, zeros="free")
    fast = blocked.binary_cross_entropy_with_logits_grad(z, y, w, positive, "mean")
    readable = backward.binary_cross_entropy_with_logits_grad(z, y, w, positive, "mean")
    agree(fast, readable, 2, scale / z.size, fmt, zeros="free")
    stretched = None if w is None else np.broadcast_to(w, shape)
    p = engine.sigmoid(z)
    fast = blocked.binary_cross_entropy(p, y, stretched, "none")
    readable = forward.binary_cross_entropy(p, y, stretched, "none")
    agree(fast, readable, 4, np.abs(readable), fmt)
    fast = blocked.binary_cross_entropy_grad(p, y, stretched, "sum")
    assert same_bits(fast, backward.binary_cross_entropy_grad(p, y, stretched, "sum"))


def test_a_weight_along_an_axis_runs_on_from_block_to_block(monkeypatch):
    shape = (SERVED_FROM // 37 + 3, 37)
    z, y = (a[: shape[0] * shape[1]].reshape(shape) for a in _logits_and_targets(FLOAT64, plant=False))
    monkeypatch.setattr(blocks, "BLOCK", 100)
    w = _weight("last axis", shape, z.dtype)
    fast = blocked.binary_cross_entropy_with_logits(z, y, w, w, "none")
    assert same_bits(fast, forward.binary_cross_entropy_with_logits(z, y, w, w, "none"))


# ------------------------------------------------------------------ what has no operations of its own

LAYOUTS = {
    "every second": lambda a: np.repeat(a, 2)[::2],
    "column-major": lambda a: np.asfortranarray(a.reshape(-1, 7)),
    "backwards": lambda a: a[::-1],
}


def _is_the_readable_form(name, arguments, dtype):
    for reduction in ("none", "mean", "sum"):
        fast = getattr(blocked, name)(*arguments, reduction)
        readable = getattr(forward, name)(*arguments, reduction)
        assert fast.dtype == readable.dtype == dtype
        assert same_bits(fast, readable)
        fast = getattr(blocked, f"{name}_grad")(*arguments, reduction)
        readable = getattr(backward, f"{name}_grad")(*arguments, reduction)
        assert fast.dtype == readable.dtype == arguments[0].dtype
        assert same_bits(fast, readable)


def _factors(name, *factors):
    return factors if name == NAMES[1] else factors[:1]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_another_layout_gives_the_readable_forms_bits(monkeypatch, name, layout):
    monkeypatch.setattr(blocks, "BLOCK", 1000)
    rng = np.random.default_rng(1)
    x, y = (LAYOUTS[layout](rng.random(7 * 701, dtype=np.float32)) for _ in range(2))
    _is_the_readable_form(name, (x, y, *_factors(name, None, None)), np.float32)
    contiguous = (np.ascontiguousarray(x), y)
    _is_the_readable_form(name, (*contiguous, *_factors(name, None, None)), np.float32)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fmt", [FLOAT16, BFLOAT16], ids=str)
@pytest.mark.parametrize("weight", ["none", "one number", "last axis", "each element"])
def test_half_formats_give_the_readable_forms_bits(monkeypatch, name, fmt, weight):
    monkeypatch.setattr(blocks, "BLOCK", 1000)
    rng = np.random.default_rng(1)
    shape = (701, 7)
    x, y = (rng.random(shape).astype(fmt.dtype) for _ in range(2))
    w = _weight(weight, shape, fmt.dtype)
    if name == NAMES[0] and w is not None:
        w = np.broadcast_to(w, shape)
    _is_the_readable_form(name, (x, y, *_factors(name, w, w)), fmt.dtype)


@pytest.mark.parametrize("input_fmt", [FLOAT16, BFLOAT16, FLOAT32, FLOAT64], ids=str)
@pytest.mark.parametrize("target_fmt", [FLOAT16, BFLOAT16, FLOAT32, FLOAT64], ids=str)
@pytest.mark.parametrize("kind", ["none", "one number", "last axis"])
def test_logits_targets_and_weights_of_several_formats_promote_alike(
    monkeypatch, input_fmt, target_fmt, kind
):
    if input_fmt is target_fmt and kind == "none" and input_fmt.precision > 20:
        pytest.skip("this has operations of its own")
    monkeypatch.setattr(blocks, "BLOCK", 1000)
    rng = np.random.default_rng(1)
    shape = (701, 7)
    z = (5 * rng.standard_normal(shape)).astype(input_fmt.dtype)
    y = rng.random(shape).astype(target_fmt.dtype)
    w, positive = _weight(kind, shape, np.dtype(np.float16)), _weight(kind, shape, np.dtype(np.float64))
    _is_the_readable_form(NAMES[1], (z, y, w, positive), target_fmt.dtype)


def test_integer_weights_are_taken_as_the_readable_form_takes_them():
    p = np.random.default_rng(1).random((SERVED_FROM, 2), dtype=np.float32)
    w = np.broadcast_to(np.array([2, 3]), p.shape)
    _is_the_readable_form(NAMES[0], (p, p, w), np.float32)


# ------------------------------------------------------------------ reduction


def test_a_sum_that_leaves_float32_in_a_block_and_comes_back_is_the_readable_one():
    z = np.zeros(block_of(FLOAT32.dtype) + 5000, np.float32)
    z[:4], z[4:8] = 3e38, -3e38
    y = np.full_like(z, -1.0)  # the loss is 2 z and more, of both signs
    fast = blocked.binary_cross_entropy_with_logits(z / 4, y, None, None, "sum")
    readable = forward.binary_cross_entropy_with_logits(z / 4, y, None, None, "sum")
    agree(fast, readable, 4, np.abs(readable), FLOAT32)


@REDUCTIONS
@pytest.mark.parametrize("cores", [1, 2, 64])
def test_neither_threads_nor_their_number_change_a_bit(monkeypatch, reduction, cores):
    z, y = _logits_and_targets(FLOAT32, plant=False)
    z, y = np.tile(z, 6), np.tile(y, 6)
    expected = blocked.binary_cross_entropy_with_logits(z, y, None, None, reduction)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert same_bits(blocked.binary_cross_entropy_with_logits(z, y, None, None, reduction), expected)


def test_nan_and_infinity_pass_through_a_sum():
    z = np.zeros(SERVED_FROM, np.float32)
    y = np.zeros_like(z)
    z[5] = np.inf
    assert blocked.binary_cross_entropy_with_logits(z, y, None, None, "mean") == np.inf
    z[7] = np.nan
    assert np.isnan(blocked.binary_cross_entropy_with_logits(z, y, None, None, "sum"))
