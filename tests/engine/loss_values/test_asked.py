"""Losses as they are typed, and what can be said beside them."""

from __future__ import annotations

import math

import pytest

from engine.loss_values.asked import LossOptions, loss_named, read_typed
from engine.loss_values.explain import explain_losses


@pytest.mark.parametrize(
    ("text", "value", "half"),
    [
        ("0.6931", 0.6931, 5e-5),
        (" 15.942385 ", 15.942385, 5e-7),
        ("1.1920928e-07", 1.1920928e-07, 5e-15),
        ("-55.1361", -55.1361, 5e-5),
        (".5", 0.5, 0.05),
        ("82", 82.0, 0.5),
        ("100", 100.0, 0.0),
        ("100.0", 100.0, 0.05),
        ("-0", 0.0, 0.0),
        ("inf", math.inf, 0.0),
    ],
)
def test_digits_say_how_exactly_a_loss_is_known(text, value, half):
    typed = read_typed(text)
    assert typed.value == value
    assert typed.half == pytest.approx(half, rel=1e-12)


def test_nan_is_a_loss_too():
    assert math.isnan(read_typed("NaN").value)
    assert read_typed("nan").can_be_sure


@pytest.mark.parametrize("text", ["", "loss", "1,5", "1e999", "0x10", "1.2.3", ".", "4.8y"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=r"expected a number|beyond float64"):
        read_typed(text)


def test_zeros_of_four_decimals_are_any_small_number():
    assert not read_typed("0.0000").can_be_sure
    assert read_typed("0.0").can_be_sure


@pytest.mark.parametrize(
    "wrong", [{"rows": 0}, {"classes": -1}, {"loss": "hinge"}, {"share": read_typed("1.5")}]
)
def test_options_that_no_run_has_are_refused(wrong):
    with pytest.raises(ValueError, match="expected"):
        LossOptions(**wrong)


def test_a_loss_goes_by_many_names():
    assert {loss_named(name) for name in ("bce", "BCELoss", "binary_cross_entropy")} == {"BCELoss"}
    with pytest.raises(ValueError, match="expected one of"):
        loss_named("hinge")


def test_a_grid_takes_three_losses_and_the_coarsest_is_named():
    assert explain_losses(["4.75", "5.0625"]) is None
    answers = explain_losses(["4.75", "5.0625", "4.4375"])
    assert answers is not None
    assert [answer.fields["format"] for answer in answers.answers] == ["bfloat16"]
    assert explain_losses(["4.7513", "5.0621", "4.4392"]) is None


def test_losses_that_wobble_are_explained_by_their_mean_as_possible():
    together = explain_losses(["2.297", "2.3027", "2.309"])
    assert together is not None
    assert not together.is_confident
    assert together.answers[0].title == "Chance of 10 classes"
