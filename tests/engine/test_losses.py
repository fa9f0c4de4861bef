"""The four losses: PyTorch's values at the edges, shapes, formats and denominators."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.floats.formats import FLOAT16, FORMATS, FloatArray, Format
from engine.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    nll_loss,
)
from engine.pytorch.activations import log_softmax, sigmoid

LN2 = float(np.log(2))

any_logits = hnp.arrays(np.float32, st.integers(0, 30), elements=st.floats(width=32))


def _each(function: Any, *arguments: Any, **options: Any) -> list[float]:
    return np.asarray(function(*arguments, reduction="none", **options)).astype(float).tolist()


def test_bce_clamps_its_logarithms_at_100() -> None:
    p, y = [0.0, 1.0, 0.0, 1.0, 0.0, 1.0], [1.0, 0.0, 0.0, 1.0, 0.5, 0.25]
    assert _each(binary_cross_entropy, p, y) == [100.0, 100.0, 0.0, 0.0, 50.0, 75.0]


def test_a_logit_of_minus_200_is_clamped_at_100_by_bce_alone() -> None:
    z, y = np.array([-200.0], dtype=np.float32), np.array([1.0], dtype=np.float32)
    assert _each(binary_cross_entropy, sigmoid(z), y) == [100.0]
    assert _each(binary_cross_entropy_with_logits, z, y) == [200.0]


def test_bce_with_logits_loses_every_digit_of_a_right_negative_row() -> None:
    z, y = np.array([-17.0], dtype=np.float32), np.array([0.0], dtype=np.float32)
    assert _each(binary_cross_entropy_with_logits, z, y) == [0.0]
    assert _each(binary_cross_entropy, sigmoid(z), y)[0] == pytest.approx(4.13994e-08, rel=1e-5)


def test_an_infinite_logit_is_nan_but_for_target_0() -> None:
    losses = _each(binary_cross_entropy_with_logits, [np.inf, np.inf, -np.inf, -np.inf], [0.0, 1.0, 0.0, 1.0])
    assert losses[0] == np.inf
    assert np.isnan(losses[1:]).all()


def test_the_logits_loss_has_the_format_of_its_target() -> None:
    z, y = np.zeros(2, dtype=np.float32), np.zeros(2, dtype=ml_dtypes.bfloat16)
    assert binary_cross_entropy_with_logits(z, y).dtype == y.dtype


def test_pos_weight_multiplies_the_positive_part() -> None:
    losses = _each(binary_cross_entropy_with_logits, [0.0, 0.0], [1.0, 0.0], pos_weight=[3.0, 3.0])
    assert losses == [3 * LN2, LN2]


@pytest.mark.parametrize("function", [binary_cross_entropy, binary_cross_entropy_with_logits])
def test_weights_never_enter_the_binary_denominator(function: Any) -> None:
    half = 0.5 if function is binary_cross_entropy else 0.0
    mean = function(np.full((2, 2), half), np.ones((2, 2)), np.array([[0.0, 10.0]]))
    assert float(mean) == pytest.approx(5 * LN2)


def test_an_unsmoothed_mean_divides_by_the_weights_of_the_targets() -> None:
    log_p = np.array([[-1.0, -2.0], [-3.0, -0.5]])
    assert float(nll_loss(log_p, [0, 1], [6.0, 4.0])) == pytest.approx((6 * 1 + 4 * 0.5) / 10)


def test_indices_and_one_hot_probabilities_have_other_means_and_the_same_sum() -> None:
    z, y, w = np.array([[1.0, 2.0], [0.5, -1.0]]), np.array([0, 1]), np.array([5.0, 20.0])
    one_hot = np.eye(2)[y]
    by_index, by_probability = cross_entropy(z, y, w), cross_entropy(z, one_hot, w)
    assert float(by_probability / by_index) == pytest.approx(25 / 2)
    assert float(cross_entropy(z, y, w, reduction="sum")) == pytest.approx(
        float(cross_entropy(z, one_hot, w, reduction="sum"))
    )


@pytest.mark.parametrize("logit", [1.0, 0.0, -np.inf])
def test_an_ignored_class_still_stands_in_the_softmax(logit: float) -> None:
    loss = cross_entropy(np.array([[1.0, 1.0, logit]]), np.array([0]), ignore_index=2)
    assert float(loss) == pytest.approx(np.log(2 * np.e + np.exp(logit)) - 1)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_all_ignored_is_0_over_0(smoothing: float) -> None:
    z, y = np.zeros((2, 3)), np.full(2, -100)
    assert np.isnan(cross_entropy(z, y, label_smoothing=smoothing))
    assert cross_entropy(z, y, reduction="sum", label_smoothing=smoothing) == 0
    assert _each(cross_entropy, z, y, label_smoothing=smoothing) == [0, 0]


def test_smoothing_spreads_the_target_over_the_classes() -> None:
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    target = 0.9 * np.eye(4)[y] + 0.1 / 4
    smoothed = cross_entropy(z, y, label_smoothing=0.1)
    assert float(smoothed) == pytest.approx(float(cross_entropy(z, target)))


@pytest.mark.parametrize("smoothing", [-0.5, np.nan])
def test_smoothing_below_0_counts_as_0(smoothing: float) -> None:
    z, y = np.array([[1.0, 2.0]]), np.array([0])
    assert cross_entropy(z, y, label_smoothing=smoothing) == cross_entropy(z, y)


def test_a_masked_class_is_nan_with_probabilities_and_inf_with_smoothing() -> None:
    z = np.array([[0.0, 0.0, -np.inf]])
    assert float(cross_entropy(z, [0])) == pytest.approx(LN2)
    assert np.isnan(cross_entropy(z, [[1.0, 0.0, 0.0]]))
    assert cross_entropy(z, [0], label_smoothing=0.1) == np.inf


@pytest.mark.parametrize(
    ("shape", "target"),
    [((3,), ()), ((3,), (1,)), ((2, 3), (2,)), ((2, 3, 4), (2, 4)), ((2, 3, 2, 2), (2, 2, 2))],
)
def test_rows_have_the_targets_shape_and_one_unbatched_sample_has_none(
    shape: tuple[int, ...], target: tuple[int, ...]
) -> None:
    loss = cross_entropy(np.zeros(shape), np.zeros(target, dtype=np.int64), reduction="none")
    assert loss.shape == (target if len(shape) > 1 else ())
    assert cross_entropy(np.zeros(shape), np.zeros(target, dtype=np.int64)).shape == ()


@pytest.mark.parametrize(
    ("function", "input", "target"),
    [
        (binary_cross_entropy, np.zeros(0), np.zeros(0)),
        (binary_cross_entropy_with_logits, np.zeros((0, 2)), np.zeros((0, 2))),
        (cross_entropy, np.zeros((0, 3)), np.zeros(0, dtype=np.int64)),
        (cross_entropy, np.zeros((0, 3)), np.zeros((0, 3))),
        (nll_loss, np.zeros((0, 3)), np.zeros(0, dtype=np.int64)),
    ],
)
def test_the_mean_of_nothing_is_nan_and_its_sum_0(function: Any, input: FloatArray, target: Any) -> None:
    assert np.isnan(function(input, target))
    assert function(input, target, reduction="sum") == 0
    assert function(input, target, reduction="none").size == 0


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_the_format_is_kept_and_arguments_are_only_read(fmt: Format, reduction: Any) -> None:
    z, w = np.zeros((2, 3), dtype=fmt.dtype), np.ones(3, dtype=fmt.dtype)
    y, t = np.array([0, 2]), np.full((2, 3), 0.5).astype(fmt.dtype)
    for array in (z, w, y, t):
        array.flags.writeable = False
    assert cross_entropy(z, y, w, reduction=reduction, label_smoothing=0.1).dtype == fmt.dtype
    assert cross_entropy(z, t, w, reduction=reduction, label_smoothing=0.1).dtype == fmt.dtype
    assert nll_loss(z, y, w, reduction=reduction).dtype == fmt.dtype
    assert binary_cross_entropy(t, t, w, reduction=reduction).dtype == fmt.dtype
    loss = binary_cross_entropy_with_logits(z, t, w, pos_weight=w, reduction=reduction)
    assert loss.dtype == fmt.dtype


def test_a_float16_mean_over_70000_rows_is_0() -> None:
    log_p = np.full((70_000, 2), -0.5, dtype=np.float16)
    assert nll_loss(log_p, np.zeros(70_000, dtype=np.int64)) == 0


def test_a_float16_sum_is_inf_with_no_bad_row_and_its_mean_is_right() -> None:
    p, y = np.full(70_000, 0.25, dtype=np.float16), np.ones(70_000, dtype=np.float16)
    assert binary_cross_entropy(p, y, reduction="sum") == np.inf
    assert float(binary_cross_entropy(p, y)) == pytest.approx(np.log(4), rel=FLOAT16.eps)


def test_promotion_follows_torch_for_half_formats() -> None:
    z, y = np.zeros((1, 2), dtype=np.float16), np.full((1, 2), 0.5).astype(ml_dtypes.bfloat16)
    assert cross_entropy(z, y).dtype == np.float32


@given(any_logits)
def test_cross_entropy_is_nll_loss_of_log_softmax(z: FloatArray) -> None:
    rows = np.stack([z, np.zeros_like(z)], axis=1)
    target = np.zeros(len(z), dtype=np.int64)
    np.testing.assert_array_equal(
        cross_entropy(rows, target, reduction="none"), nll_loss(log_softmax(rows), target, reduction="none")
    )


@given(any_logits, st.sampled_from([0.0, 0.25, 1.0]))
def test_every_finite_logit_has_a_loss_without_a_warning(z: FloatArray, target: float) -> None:
    z = np.where(np.isfinite(z), z, 0).astype(np.float32)
    y = np.full_like(z, target)
    clamped = binary_cross_entropy(sigmoid(z), y, reduction="none")
    assert ((clamped >= 0) & (clamped <= 100)).all()
    assert not np.isnan(binary_cross_entropy_with_logits(z, y, reduction="none")).any()
