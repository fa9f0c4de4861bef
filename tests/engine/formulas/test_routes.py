"""Two classes with the logits (0, z) are a binary sample with the logit z: on paper, and nearly in floats."""

from __future__ import annotations

import numpy as np
import pytest

from engine import (
    FEEDINGS,
    FORMATS,
    ROUTES,
    BinaryProblem,
    Regime,
    as_two_classes,
    evaluate,
    evaluate_routes,
    floats_apart,
    from_ordinals,
    ordinals,
)

HALVES = [form for form in FORMATS if form.is_half]
WIDE = [form for form in FORMATS if not form.is_half]
APART = 1.1
"""In eps times the larger of 1 and |z|: two roundings of the same true loss."""


def every_float(form):
    largest = int(ordinals(form.round(np.array(form.max))))
    return from_ordinals(np.arange(-largest, largest + 1), form).astype(np.float64)


def many_floats(form):
    rng = np.random.default_rng(20)
    small = rng.normal(size=20_000) * 10.0 ** rng.integers(-12, 1, 20_000)
    return np.concatenate((rng.uniform(-120, 120, 20_000), rng.uniform(-3000, 3000, 2000), small))


def both(form, target):
    z = every_float(form) if form.is_half else many_floats(form)
    binary = BinaryProblem(logits=z, target=np.full(z.shape, target), format=form, reduction="none")
    return evaluate(binary), evaluate(as_two_classes(binary))


def column_pair(form, target, first="bce_with_logits", second="cross_entropy"):
    binary, two = both(form, target)
    return binary.column(first), two.column(second)


@pytest.mark.parametrize("target", [0.0, 1.0, 0.3])
@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_the_true_losses_are_one_number(form, target):
    binary, two = both(form, target)
    # A soft target's two probabilities are rounded to the format apart from each other.
    if target in (0.0, 1.0):
        np.testing.assert_array_equal(binary.exact.loss, two.exact.loss)
    else:
        size = np.maximum(1.0, np.abs(binary.exact.loss))
        assert (np.abs(binary.exact.loss - two.exact.loss) <= form.eps * size).all()


@pytest.mark.parametrize("target", [0.0, 1.0])
@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_cross_entropy_of_two_classes_is_bce_with_logits_within_two_roundings(form, target):
    binary, two = column_pair(form, target)
    z = np.abs(binary.values["z"].astype(np.float64))
    apart = np.abs(binary.loss.astype(np.float64) - two.loss.astype(np.float64))
    assert (apart <= APART * form.eps * np.maximum(1.0, z)).all()
    slopes = np.abs(binary.gradient.astype(np.float64) - two.gradient[:, 1].astype(np.float64))
    assert (slopes <= APART * form.eps).all()


@pytest.mark.parametrize("target", [0.0, 1.0])
@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_of_two_right_losses_none_is_further_than_a_digit_from_the_other(form, target):
    binary, two = column_pair(form, target)
    right = (binary.regimes == Regime.EXACT) & (two.regimes == Regime.EXACT)
    assert right.mean() > 0.25
    assert floats_apart(binary.loss, two.loss)[right].max() <= 32.0


@pytest.mark.parametrize("target", [0.0, 1.0])
@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_nll_of_log_softmax_is_cross_entropy_to_the_bit(form, target):
    _, two = both(form, target)
    nll, whole = two.column("nll_log_softmax"), two.column("cross_entropy")
    assert (floats_apart(nll.loss, whole.loss) == 0.0).all()
    assert (floats_apart(nll.gradient, whole.gradient) == 0.0).all()


@pytest.mark.parametrize("target", [0.0, 1.0])
@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_the_gradients_of_the_two_classes_cancel(form, target):
    _, two = column_pair(form, target)
    assert (np.abs(two.gradient.astype(np.float64).sum(axis=1)) <= form.eps).all()


def test_targets_and_logits_of_two_classes():
    hard = as_two_classes(BinaryProblem(logits=[2.0, -3.0], target=[1.0, 0.0]))
    assert hard.logits.tolist() == [[0.0, 2.0], [0.0, -3.0]]
    assert hard.target.tolist() == [1, 0]
    soft = as_two_classes(BinaryProblem(logits=[2.0, -3.0], target=[1.0, 0.25]))
    assert soft.target.tolist() == [[0.0, 1.0], [0.75, 0.25]]


@pytest.mark.parametrize(
    ("options", "words"),
    [({"target": [1.5]}, "target"), ({"target": [np.nan]}, "target"), ({"pos_weight": 2.0}, "weight")],
)
def test_what_two_classes_cannot_say_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        as_two_classes(BinaryProblem(**({"logits": [1.0], "target": [1.0]} | options)))


def test_the_four_routes_and_the_four_wrong_feedings_of_the_tutorials_breaking_row():
    routes = evaluate_routes(BinaryProblem(logits=[17.0], target=[0.0]), FEEDINGS)
    losses = {formula.key: float(routes.find(formula.key)[1].loss[0]) for formula in (*ROUTES, *FEEDINGS)}
    assert losses["bce_sigmoid"] == 100.0
    assert {losses[key] for key in ("bce_with_logits", "nll_log_softmax", "cross_entropy")} == {17.0}
    assert losses["bce_with_logits_of_sigmoid"] == pytest.approx(1.31326, rel=1e-5)
    assert losses["cross_entropy_of_softmax"] == pytest.approx(1.31326, rel=1e-5)
    assert losses["nll_softmax"] == pytest.approx(-4.14e-8, rel=1e-3)
    assert np.isnan(losses["bce_of_logits"])


def test_a_logit_between_0_and_1_is_taken_for_a_probability_without_a_word():
    _, column = evaluate_routes(BinaryProblem(logits=[0.5], target=[1.0]), FEEDINGS).find("bce_of_logits")
    assert column.refusal is None
    assert float(column.loss[0]) == pytest.approx(np.log(2.0))
    assert column.regimes[0] == Regime.MISTAKEN


@pytest.mark.parametrize("form", FORMATS, ids=str)
@pytest.mark.parametrize("target", [0.0, 1.0, 0.3])
def test_routes_give_the_numbers_of_the_two_families_pages(form, target):
    problem = BinaryProblem(logits=[-3.25], target=[target], format=form)
    routes = evaluate_routes(problem)
    pages = evaluate(problem), evaluate(as_two_classes(problem))
    for route in ROUTES:
        evaluation, column = routes.find(route.key)
        page = pages[0] if evaluation.problem.family == "binary" else pages[1]
        expected = page.column(route.key)
        assert floats_apart(column.loss, expected.loss)[0] == 0.0
        assert (floats_apart(column.gradient, expected.gradient) == 0.0).all()
        assert column.refusal == expected.refusal
