"""Which floats a probability stands for: looked for, never assumed."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import (
    BFLOAT16,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    FORMATS,
    Regime,
    evaluate_probability,
    from_ordinals,
    logits_of,
    next_float,
    ordinals,
    sigmoid,
)


@pytest.mark.parametrize("form", [FLOAT16, BFLOAT16], ids=str)
def test_every_probability_of_the_half_formats(form):
    largest = int(ordinals(form.round(np.array(form.max))))
    logits = from_ordinals(np.arange(-largest, largest + 1), form)
    made = sigmoid(logits).astype(np.float64)
    values, at = np.unique(made, return_inverse=True)
    lowest, highest = np.full(len(values), np.inf), np.full(len(values), -np.inf)
    np.minimum.at(lowest, at, logits.astype(np.float64))
    np.maximum.at(highest, at, logits.astype(np.float64))
    known = dict(zip(values.tolist(), zip(lowest.tolist(), highest.tolist(), strict=True), strict=True))
    one = int(ordinals(form.round(np.array(1.0))))
    every = from_ordinals(np.arange(0, one + 1, 7), form).astype(np.float64)
    for p in (0.0, 1.0, *every):
        found = logits_of(float(p), form)
        assert (None if found is None else (found.low, found.high)) == known.get(float(p))


def test_one_minus_two_to_the_minus_24_comes_from_no_float32():
    assert logits_of(1.0 - 2.0**-24, FLOAT32) is None
    neighbours = np.float32(1.0 - 2.0**-23), np.float32(1.0)
    assert all(logits_of(float(each), FLOAT32) is not None for each in neighbours)


@pytest.mark.parametrize(
    ("form", "from_one", "to_zero"),
    [
        (FLOAT16, 8.3203125, -17.34375),
        (BFLOAT16, 6.25, -89.0),
        (FLOAT32, 16.635532, -88.722839),
        (FLOAT64, 36.736801, -709.78271),
    ],
    ids=str,
)
def test_one_and_zero_stand_for_everything_beyond_an_edge(form, from_one, to_zero):
    one, zero = logits_of(1.0, form), logits_of(0.0, form)
    assert one.nearest == one.low == pytest.approx(from_one, rel=1e-7)
    assert zero.nearest == zero.high == pytest.approx(to_zero, rel=1e-7)
    assert (zero.low, one.high) == (-form.max, form.max)


@given(st.floats(-100.0, 100.0), st.sampled_from([FLOAT32, FLOAT64]))
def test_the_logit_of_a_sigmoid_is_found_again(z, form):
    logit = form.round(np.array([z]))
    p = sigmoid(logit)
    found = logits_of(float(p[0]), form)
    assert found.low <= float(logit[0]) <= found.high
    for end in (found.low, found.nearest, found.high):
        assert sigmoid(form.round(np.array([end])))[0] == p[0]
    outside = (
        next_float(form.round(np.array([found.low, found.high])))[1:],
        next_float(form.round(np.array([found.low])), -1),
    )
    assert all(sigmoid(each)[0] != p[0] for each in outside if np.isfinite(each[0]))


def test_a_probability_outside_0_to_1_is_refused():
    for p in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match="from 0 to 1"):
            logits_of(p, FLOAT32)


@pytest.mark.parametrize("form", FORMATS, ids=str)
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_a_given_probability_has_its_own_true_loss(form, target):
    p = float(form.round(np.array(0.3)))
    evaluation = evaluate_probability(p, target, form)
    true = -mpmath.log(mpmath.mpf(p) if target else 1 - mpmath.mpf(p))
    for column in evaluation.columns:
        assert float(column.truth.loss[0]) == pytest.approx(float(true), rel=4e-16)
        assert column.regimes[0] == Regime.EXACT
        slope = -1.0 / p if target else 1.0 / (1.0 - p)
        assert float(column.gradient[0]) == pytest.approx(slope, rel=4 * form.eps)
        assert float(column.truth.gradient[0]) == pytest.approx(slope)


def test_bce_loss_is_clamped_at_a_probability_of_0_where_nll_loss_is_not():
    bce, nll = evaluate_probability(0.0, 1.0, FLOAT32).columns
    assert float(bce.loss[0]) == 100.0
    assert bce.regimes[0] == Regime.CLAMPED
    assert np.isposinf(nll.loss[0])


def test_nll_loss_refuses_a_soft_target_beside_a_given_probability():
    bce, nll = evaluate_probability(0.5, 0.25, FLOAT64).columns
    assert bce.refusal is None
    assert float(bce.loss[0]) == pytest.approx(np.log(2.0))
    assert nll.refusal is not None
    assert np.isnan(nll.loss[0])
