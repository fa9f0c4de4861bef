"""The denominator ledger: what was added, and what it was divided by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.arguments.checks import Reduction
from engine.floats.formats import FORMATS, FloatArray, Format
from engine.losses import binary_cross_entropy, cross_entropy, nll_loss
from engine.pytorch.activations import log_softmax
from engine.pytorch.reduction import Ledger, binary_ledger, ledger_from_log_p


def nll_ledger(
    log_p: FloatArray,
    target: NDArray[Any],
    weight: FloatArray | None = None,
    *,
    reduction: Reduction = "mean",
    label_smoothing: float = 0.0,
) -> Ledger:
    return ledger_from_log_p(log_p, target, weight, -100, label_smoothing, reduction)


def cross_entropy_ledger(z: FloatArray, target: NDArray[Any], *weight: Any, **options: Any) -> Ledger:
    return nll_ledger(log_softmax(z), target, *weight, **options)


def _rows_agree(ledger: Ledger) -> None:
    assert ledger.numerator == pytest.approx(ledger.row_numerators.sum(), rel=1e-6)
    if ledger.reduction == "mean":
        assert ledger.denominator == pytest.approx(ledger.row_denominators.sum(), rel=1e-6)


def test_a_weighted_mean_is_divided_by_the_weights() -> None:
    # pytorch/pytorch issues 25571 and 40560: the mean is not the mean of 'none'.
    log_p = np.array([[-5.639 / 6, -9.0], [-9.0, -4.959 / 4]])
    ledger = nll_ledger(log_p, np.array([0, 1]), np.array([6.0, 4.0]))
    np.testing.assert_allclose(ledger.row_numerators, [5.639, 4.959])
    assert ledger.row_denominators.tolist() == [6.0, 4.0]
    assert ledger.numerator == pytest.approx(10.598)
    assert ledger.denominator == 10
    assert ledger.value == pytest.approx(1.0598)


def test_indices_and_probabilities_of_one_problem_have_two_denominators() -> None:
    z, y, w = np.array([[0.3, -1.0], [2.0, 0.1]]), np.array([0, 1]), np.array([25.0, 100.0])
    by_index = cross_entropy_ledger(z, y, w)
    by_probability = cross_entropy_ledger(z, np.eye(2)[y], w)
    assert (by_index.denominator, by_probability.denominator) == (125, 2)
    assert by_index.numerator == pytest.approx(by_probability.numerator)
    assert by_probability.value == pytest.approx(by_index.value * 62.5)


def test_with_no_row_counted_it_is_0_over_0() -> None:
    ledger = cross_entropy_ledger(np.zeros((3, 2)), np.full(3, -100))
    assert (ledger.numerator, ledger.denominator) == (0, 0)
    assert ledger.value is not None
    assert np.isnan(ledger.value)
    assert not ledger.counted.any()


def test_smoothing_shows_both_parts_of_every_row() -> None:
    rng = np.random.default_rng(0)
    z, y, w = rng.normal(size=(5, 3)), np.array([0, 2, -100, 1, 1]), np.array([1.0, 2.0, 4.0])
    ledger = cross_entropy_ledger(z, y, w, label_smoothing=0.1)
    assert ledger.row_nll is not None
    assert ledger.row_smooth is not None
    np.testing.assert_allclose(ledger.row_nll + ledger.row_smooth, ledger.row_numerators)
    assert ledger.row_denominators.tolist() == [1, 4, 0, 2, 2]
    assert ledger.counted.tolist() == [True, True, False, True, True]
    assert ledger.value == pytest.approx(ledger.numerator / ledger.denominator)
    _rows_agree(ledger)


def test_smoothed_probabilities_show_both_parts_of_every_row() -> None:
    rng = np.random.default_rng(0)
    z, y, w = rng.normal(size=(5, 3)), rng.random((5, 3)), np.array([1.0, 2.0, 4.0])
    ledger = cross_entropy_ledger(z, y, w, label_smoothing=0.1)
    assert ledger.row_nll is not None
    assert ledger.row_smooth is not None
    np.testing.assert_allclose(ledger.row_nll + ledger.row_smooth, ledger.row_numerators)
    assert ledger.denominator == 5
    _rows_agree(ledger)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_its_value_is_the_loss(fmt: Format, reduction: Any) -> None:
    rng = np.random.default_rng(1)
    z, y, w = fmt.round(rng.normal(size=(40, 3))), rng.integers(0, 3, 40), fmt.round([1, 2, 3])
    y[::7] = -100
    for ledger, loss in (
        (nll_ledger(z, y, w, reduction=reduction), nll_loss(z, y, w, reduction=reduction)),
        (cross_entropy_ledger(z, y, reduction=reduction), cross_entropy(z, y, reduction=reduction)),
    ):
        assert ledger.value == (None if reduction == "none" else float(loss))
        assert ledger.reduction == reduction
        assert ledger.row_denominators[0] == 0
        if reduction != "mean":
            assert ledger.denominator == 1


def test_a_binary_mean_is_divided_by_the_number_of_elements() -> None:
    p, y, w = np.array([0.25, 0.5]), np.array([1.0, 1.0]), np.array([0.0, 8.0])
    ledger = binary_ledger(binary_cross_entropy(p, y, w, reduction="none"), reduction="mean")
    assert ledger.denominator == 2
    assert ledger.value == float(binary_cross_entropy(p, y, w))
    assert ledger.row_denominators.tolist() == [1, 1]
    _rows_agree(ledger)


def test_a_float16_denominator_that_overflows_is_shown_as_inf() -> None:
    ledger = nll_ledger(np.full((70_000, 1), -0.5, dtype=np.float16), np.zeros(70_000, dtype=np.int64))
    assert ledger.denominator == np.inf
    assert ledger.value == 0


def test_the_mean_of_no_element_is_nan() -> None:
    ledger = binary_ledger(np.zeros(0), reduction="mean")
    assert ledger.denominator == 0
    assert ledger.value is not None
    assert np.isnan(ledger.value)
