"""Every verdict by an example of it, and what 'right' means in every format."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.floats.formats import (
    BFLOAT16,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    FORMATS,
    Format,
    from_ordinals,
    next_float,
    ordinals,
)
from engine.floats.verdicts import (
    DESCRIPTIONS,
    GRADIENT_DESCRIPTIONS,
    KINDS,
    LOST_DIGIT,
    GradientRegime,
    Kind,
    Regime,
    classify_gradient,
    classify_loss,
    kind_of,
    rank_of,
    ranks_of,
)

INF, NAN = math.inf, math.nan

every_format = pytest.mark.parametrize("fmt", FORMATS, ids=str)
formats = st.sampled_from(FORMATS)


@st.composite
def floats_of(draw: st.DrawFn, fmt: Format) -> float:
    """Any finite float of a format, each order of magnitude as likely as any other."""
    largest = int(ordinals(fmt.round(np.array(fmt.max))))
    return float(from_ordinals(draw(st.integers(-largest, largest)), fmt).astype(np.float64))


@st.composite
def neighbours(draw: st.DrawFn) -> tuple[Format, float, float]:
    """A format, a true value and a float of the format near it, in floats or in size."""
    fmt = draw(formats)
    computed = draw(floats_of(fmt))
    steps = draw(st.integers(-24, 24))
    beside = next_float(fmt.round(np.array(computed)), steps).astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        truth = float(np.clip(beside * draw(st.floats(0.98, 1.02)), -1e308, 1e308))
    return fmt, computed, truth


@given(neighbours())
@example((BFLOAT16, 4.84375, 5.13093))
@example((BFLOAT16, 1.0078125, 0.997))
def test_more_than_a_per_cent_off_is_never_right(case: tuple[Format, float, float]) -> None:
    fmt, computed, truth = case
    off = abs(truth) >= fmt.smallest_normal and abs(computed - truth) > 0.01 * abs(truth)
    if off:
        value, exact = fmt.round([computed]), np.array([truth])
        assert classify_loss(value, exact) != Regime.EXACT
        assert classify_gradient(value, exact) != GradientRegime.EXACT


@given(formats, st.sampled_from([INF, -INF, NAN]), st.floats())
def test_neither_nan_nor_inf_is_ever_right(fmt: Format, computed: float, truth: float) -> None:
    value, exact = fmt.round([computed]), np.array([truth])
    assert classify_loss(value, exact) != Regime.EXACT
    assert classify_gradient(value, exact) != GradientRegime.EXACT


@given(st.data(), formats, st.sampled_from([-1, 0, 1]), st.floats(0.0, 0.5))
def test_within_one_float_is_always_right(data: st.DataObject, fmt: Format, steps: int, share: float) -> None:
    computed = fmt.round(np.array([data.draw(floats_of(fmt))]))
    beside = next_float(computed, steps)
    if not np.isfinite(beside).all() or (computed == 0 and beside != 0):
        return  # a 0 in place of a number has underflowed, however small the number
    near, far = computed.astype(np.float64), beside.astype(np.float64)
    exact = far + share * (near - far)  # no further off than one float
    assert classify_loss(computed, exact) == Regime.EXACT
    assert classify_gradient(computed, exact) == GradientRegime.EXACT


@given(computed=st.floats(), exact=st.floats(), mistaken=st.booleans())
def test_any_two_numbers_have_a_verdict(computed: float, exact: float, *, mistaken: bool) -> None:
    for fmt in FORMATS:
        value, truth = fmt.round([computed]), np.array([exact])
        assert classify_loss(value, truth, mistaken=mistaken)[0] in list(Regime)
        assert classify_gradient(value, truth, mistaken=mistaken)[0] in list(GradientRegime)


def test_verdicts_broadcast() -> None:
    computed, exact = np.ones((2, 1), np.float32), np.array([1.0, 2.0, NAN])
    for classify in (classify_loss, classify_gradient):
        assert classify(computed, exact).shape == (2, 3)
        assert classify(np.float32(1.0), np.float64(2.0)).shape == ()


# float32: what the formula gives, the true value, its clamp.
LOSSES = [
    pytest.param(200.0, 200.0, False, Regime.EXACT, id="BCEWithLogitsLoss(-200, 1)"),
    pytest.param(INF, 200.0, False, Regime.INFINITE, id="scratch(-200, 1)"),
    pytest.param(100.0, 200.0, True, Regime.CLAMPED, id="BCELoss(-200, 1)"),
    pytest.param(-0.0, 2.0611536e-9, False, Regime.UNDERFLOWED, id="scratch(-20, 0)"),
    pytest.param(0.0, 2.0611536e-9, False, Regime.UNDERFLOWED, id="BCEWithLogitsLoss(-20, 0)"),
    pytest.param(15.9424, 16.0000001125, False, Regime.LOSING_DIGITS, id="scratch(16, 0)"),
    pytest.param(NAN, 4.1399377e-8, False, Regime.NAN, id="scratch(17, 1)"),
    pytest.param(0.0, 1.4e-87, False, Regime.EXACT, id="0 is right where the format has nothing else"),
    pytest.param(0.0, 1.4e-45, False, Regime.UNDERFLOWED, id="0 beside the smallest subnormal"),
    pytest.param(0.0, 1.4e-45, True, Regime.CLAMPED, id="0 made by the clamp"),
    pytest.param(1.4e-45, 2.8e-45, False, Regime.EXACT, id="one float off, where that is half"),
    pytest.param(1.4e-45, 4.2e-45, False, Regime.LOSING_DIGITS, id="two floats off: two thirds"),
    pytest.param(100.0, 100.0, True, Regime.EXACT, id="a clamp that changes nothing"),
    pytest.param(INF, 200.0, True, Regime.INFINITE, id="a clamp elsewhere in the row"),
    pytest.param(INF, INF, False, Regime.TRUE_INFINITY, id="the limit at an infinite logit"),
    pytest.param(-INF, INF, False, Regime.INFINITE, id="the other infinity"),
    pytest.param(100.0, INF, True, Regime.CLAMPED, id="BCELoss(-inf, 1)"),
    pytest.param(NAN, INF, False, Regime.NAN, id="nan where the limit is inf"),
    pytest.param(NAN, NAN, False, Regime.NO_TRUTH, id="nan where there is no limit"),
    pytest.param(1.0, NAN, False, Regime.NO_TRUTH, id="a number where there is no limit"),
    pytest.param(INF, 1e39, False, Regime.BEYOND, id="a true value too large for the format"),
    pytest.param(-INF, 1e39, False, Regime.INFINITE, id="too large, and of the wrong sign"),
    pytest.param(3.4028235e38, 3.41e38, False, Regime.EXACT, id="the largest number, a float off"),
    pytest.param(3.4028235e38, 1e39, False, Regime.LOSING_DIGITS, id="the largest number, far too small"),
]


@pytest.mark.parametrize(("computed", "exact", "clamped", "regime"), LOSSES)
def test_a_losss_regime_names_what_happened(
    computed: float, exact: float, regime: Regime, *, clamped: bool
) -> None:
    value = np.array([computed], np.float32)
    assert classify_loss(value, np.array([exact]), clamped=np.array([clamped])) == regime


GRADIENTS = [
    pytest.param(-1.0, -1.0, GradientRegime.EXACT, id="BCEWithLogitsLoss(-200, 1)"),
    pytest.param(-0.0, -1.0, GradientRegime.DEAD, id="BCELoss(-200, 1)"),
    pytest.param(-1.93e-10, -1.0, GradientRegime.DEAD, id="BCELoss(-50, 1)"),
    pytest.param(0.0, -4.14e-8, GradientRegime.DEAD, id="BCEWithLogitsLoss(17, 1)"),
    pytest.param(0.0, 1.4e-45, GradientRegime.DEAD, id="0 beside the smallest subnormal"),
    pytest.param(0.0, 1e-60, GradientRegime.EXACT, id="0 is right where the format has nothing else"),
    pytest.param(-0.7, -1.0, GradientRegime.LOSING_DIGITS, id="digits lost, more than half left"),
    pytest.param(-2.5, -1.0, GradientRegime.EXPLODED, id="more than twice"),
    pytest.param(INF, 1.0, GradientRegime.EXPLODED, id="inf"),
    pytest.param(-INF, 3e-8, GradientRegime.EXPLODED, id="-inf"),
    pytest.param(1e-3, 0.0, GradientRegime.EXPLODED, id="a gradient where there is none"),
    pytest.param(1.0, -1.0, GradientRegime.EXPLODED, id="the wrong sign"),
    pytest.param(0.1, -1.0, GradientRegime.DEAD, id="the wrong sign, but small"),
    pytest.param(NAN, 1.0, GradientRegime.NAN, id="nan"),
    pytest.param(NAN, NAN, GradientRegime.NO_TRUTH, id="nan where there is no limit"),
    pytest.param(INF, 1e39, GradientRegime.BEYOND, id="a true gradient too large for the format"),
    pytest.param(-INF, 1e39, GradientRegime.EXPLODED, id="too large, and of the wrong sign"),
    pytest.param(3e38, 4e38, GradientRegime.LOSING_DIGITS, id="short of a gradient too large"),
    pytest.param(1.4e-45, 2.8e-45, GradientRegime.EXACT, id="one float off, where that is half"),
]


@pytest.mark.parametrize(("computed", "exact", "regime"), GRADIENTS)
def test_a_gradients_regime_names_what_happened(
    computed: float, exact: float, regime: GradientRegime
) -> None:
    assert classify_gradient(np.array([computed], np.float32), np.array([exact])) == regime


@pytest.mark.parametrize("fmt", [FLOAT16, FLOAT32, FLOAT64], ids=str)
def test_digits_are_lost_from_ten_floats_on(fmt: Format) -> None:
    right, wrong = int(LOST_DIGIT) - 1, int(LOST_DIGIT)
    _assert_the_last_right_value(fmt, 1.0, right, wrong)


@pytest.mark.parametrize(("exact", "right", "wrong"), [(1.0, 1, 2), (1.984375, 2, 3), (-1.984375, 2, 3)])
def test_bfloat16_is_right_within_a_per_cent(exact: float, right: int, wrong: int) -> None:
    _assert_the_last_right_value(BFLOAT16, exact, right, wrong)


def _assert_the_last_right_value(fmt: Format, exact: float, right: int, wrong: int) -> None:
    truth = np.array([exact])
    for steps, loss, gradient in (
        (right, Regime.EXACT, GradientRegime.EXACT),
        (wrong, Regime.LOSING_DIGITS, GradientRegime.LOSING_DIGITS),
    ):
        value = next_float(fmt.round(truth), steps)
        assert classify_loss(value, truth) == loss
        assert classify_gradient(value, truth) == gradient
        assert classify_loss(value, truth).dtype == classify_gradient(value, truth).dtype == np.uint8


def test_a_bfloat16_loss_some_per_cent_off_loses_digits() -> None:
    assert classify_loss(BFLOAT16.round([4.84375]), np.array([5.13093])) == Regime.LOSING_DIGITS


@pytest.mark.parametrize("fmt", [FLOAT16, BFLOAT16, FLOAT32], ids=str)
def test_inf_is_beyond_where_the_true_value_is_too_large_for_the_format(fmt: Format) -> None:
    truth = np.array([fmt.max * 4.0])
    assert classify_loss(fmt.round([INF]), truth) == Regime.BEYOND
    assert classify_gradient(fmt.round([INF]), truth) == GradientRegime.BEYOND


def test_in_float64_the_caller_tells_a_limit_from_a_value_too_large() -> None:
    both, overflowed = np.array([INF, INF]), np.array([True, False])
    verdicts = classify_loss(both, both, overflowed=overflowed)
    assert verdicts.tolist() == [Regime.BEYOND, Regime.TRUE_INFINITY]


def test_a_mistaken_formula_is_wrong_by_design_wherever_it_gives_a_wrong_number() -> None:
    computed = np.array([1.0, 1.5, 0.0, INF, NAN, NAN], np.float32)
    exact = np.array([1.0, 1.0, 1.0, 1.0, 1.0, NAN])
    losses = classify_loss(computed, exact, clamped=np.ones(6, bool), mistaken=True)
    right, wrong = Regime.EXACT, Regime.MISTAKEN
    assert losses.tolist() == [right, wrong, wrong, Regime.INFINITE, Regime.NAN, Regime.NO_TRUTH]
    slopes = classify_gradient(computed, exact, mistaken=True)
    kind = GradientRegime
    assert slopes.tolist() == [
        kind.EXACT,
        kind.MISTAKEN,
        kind.MISTAKEN,
        kind.EXPLODED,
        kind.NAN,
        kind.NO_TRUTH,
    ]


def test_a_refused_row_is_refused_unless_its_input_is_at_fault() -> None:
    computed, exact = np.array([NAN, NAN], np.float32), np.array([1.0, NAN])
    refused = np.array([True, True])
    assert classify_loss(computed, exact, refused=refused).tolist() == [Regime.REFUSED, Regime.NO_TRUTH]
    slopes = classify_gradient(computed, exact, refused=refused)
    assert slopes.tolist() == [GradientRegime.REFUSED, GradientRegime.NO_TRUTH]


@pytest.mark.parametrize("kind", [Regime, GradientRegime])
def test_regimes_count_up_with_how_bad_they_are(kind: type[Regime] | type[GradientRegime]) -> None:
    ranks = [rank_of(regime) for regime in sorted(kind)]
    assert ranks == sorted(ranks)
    assert ranks[0] == 0 < ranks[1]
    assert ranks_of(np.array(list(kind), np.uint8), kind).tolist() == ranks


def test_failures_are_told_in_one_order() -> None:
    told = (
        Regime.NO_TRUTH,
        Regime.REFUSED,
        Regime.NAN,
        Regime.INFINITE,
        Regime.CLAMPED,
        GradientRegime.DEAD,
        Regime.MISTAKEN,
        Regime.UNDERFLOWED,
        Regime.LOSING_DIGITS,
    )
    assert [kind_of(regime) for regime in told] == list(KINDS)
    assert list(told) == sorted(told, key=rank_of, reverse=True)
    assert kind_of(Regime.EXACT) is kind_of(GradientRegime.EXACT) is None
    assert kind_of(Regime.BEYOND) is kind_of(GradientRegime.BEYOND) is Kind.INFINITE
    assert kind_of(GradientRegime.EXPLODED) is Kind.GRADIENT


def test_a_gradient_that_fails_comes_after_losses_that_do_whatever_it_is() -> None:
    ranks = {rank_of(each) for each in (GradientRegime.NAN, GradientRegime.BEYOND, GradientRegime.DEAD)}
    assert ranks == {rank_of(GradientRegime.EXPLODED)}
    assert rank_of(Regime.CLAMPED) > ranks.pop() > rank_of(Regime.MISTAKEN) > rank_of(Regime.LOSING_DIGITS)


def test_every_regime_is_described_in_one_line() -> None:
    assert set(DESCRIPTIONS) == set(Regime)
    assert set(GRADIENT_DESCRIPTIONS) == set(GradientRegime)
    for line in (*DESCRIPTIONS.values(), *GRADIENT_DESCRIPTIONS.values()):
        assert line.endswith(".")
        assert "\n" not in line
