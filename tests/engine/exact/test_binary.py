"""The exact binary loss and gradient against multi-precision, over the whole float range."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from multiprecision import binary_coefficients, row_gradient, row_loss, ulps_apart

from engine.exact import (
    binary,
    exact_binary_loss,
    exact_binary_loss_grad,
    exact_binary_loss_then_grad,
    slices,
)
from engine.floats.formats import FORMATS, Format, floats_apart

PROMISED_ULP = 2.0
WORST_FOUND_ULP = 0.76
"""The worst of some 4e5 searched points is 0.73, where a result just below normal is rounded twice."""

INF, NAN = math.inf, math.nan

EDGES = [
    0.0,
    -0.0,
    5e-324,
    2.2250738585072014e-308,
    math.log(2) / 256,
    16.635532,
    36.7368005696771,
    500.0,
    math.nextafter(500.0, INF),
    708.3964185322641,
    709.782712893384,
    744.4400719213812,
    745.1332191019412,
    8192.0,
    1.7976931348623157e308,
]

logits = st.one_of(
    st.floats(-45, 45),
    st.floats(-800, 800),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-1e-3, 1e-3),
    st.sampled_from([sign * edge for edge in EDGES for sign in (1, -1)]),
)
shares = st.one_of(
    st.sampled_from([0.0, 1.0, 0.5, 5e-324, 1 - 2**-53, 2**-53]),
    st.floats(0, 1),
    st.floats(0, 1).map(lambda x: 1 - x),
)
factors = st.one_of(st.just(1.0), st.floats(1e-3, 1e3), st.floats(0, 1e300))


def loss_and_gradient(z: float, y: float, weight: float, pos_weight: float) -> tuple[float, float]:
    options = {"weight": weight, "pos_weight": pos_weight}
    return float(exact_binary_loss(z, y, **options)), float(exact_binary_loss_grad(z, y, **options))


@given(z=logits, y=shares, weight=factors, pos_weight=factors)
@example(z=-1e308, y=1e-300, weight=1.0, pos_weight=1e-5)
def test_every_finite_input_is_within_the_promise(
    z: float, y: float, weight: float, pos_weight: float
) -> None:
    loss, gradient = loss_and_gradient(z, y, weight, pos_weight)
    coefficients = binary_coefficients(y, weight, pos_weight)
    assert ulps_apart(loss, row_loss([z, 0.0], coefficients)) <= PROMISED_ULP
    assert ulps_apart(gradient, row_gradient([z, 0.0], coefficients, 0)) <= PROMISED_ULP


@given(z=st.floats(-700, 40), floats_off=st.integers(-3, 3))
def test_a_soft_target_next_to_the_prediction_keeps_every_digit(z: float, floats_off: int) -> None:
    prediction = math.exp(z) / (1 + math.exp(z))
    target = min(prediction + floats_off * math.ulp(prediction), 1.0)
    gradient = float(exact_binary_loss_grad(z, target))
    truth = row_gradient([z, 0.0], binary_coefficients(target, 1.0, 1.0), 0)
    assert ulps_apart(gradient, truth) <= PROMISED_ULP


# z, y, weight, pos_weight, loss, gradient: mpmath at 3,000 bits; the worst found and what broke drafts.
WORST_CASES = [
    (40.0, 1.0, 1.0, 1.0, "4.248354255291588986304978e-18", "-4.248354255291588977280721e-18"),
    (-20.0, 0.0, 1.0, 1.0, "2.061153620314380703238983e-9", "2.061153618190203581430862e-9"),
    (-200.0, 1.0, 1.0, 1.0, "200.0", "-1.0"),
    (-200.0, 0.0, 1.0, 1.0, "1.383896526736737530648681e-87", "1.383896526736737530648681e-87"),
    (0.0, 0.5, 1.0, 1.0, "0.6931471805599453094172321", "0.0"),
    (-0.0, 1.0, 1.0, 1.0, "0.6931471805599453094172321", "-0.5"),
    (5e-324, 0.5, 1.0, 1.0, "0.6931471805599453094172321", "1.235164114603116360441422e-324"),
    (708.4, 1.0, 1.0, 1.0, "2.21711908166426510305661e-308", "-2.21711908166426510305661e-308"),
    (744.4, 1.0, 1.0, 1.0, "5.142658327288919640248522e-324", "-5.142658327288919640248522e-324"),
    (-745.2, 0.0, 1.0, 1.0, "2.310745339009376163139974e-324", "2.310745339009376163139974e-324"),
    (1.7976931348623157e308, 0.0, 1.0, 1.0, "1.797693134862315708145274e+308", "1.0"),
    (
        1.7976931348623157e308,
        0.9999999999999999,
        1.0,
        1.0,
        "1.995840309534719590073586e+292",
        "1.110223024625156540423632e-16",
    ),
    (-1e308, 1e-300, 1.0, 1e-05, "1000.000000000000117841209", "-1.000000000000000106862146e-305"),
    (29.5, 0.9999999999998457, 1.0, 1.0, "4.706750632794631275972268e-12", "3.988010373177848576153752e-17"),
    (
        -0.1154207484151073,
        0.4711768038940738,
        303357933265923.25,
        0.9625721022092285,
        "205741556159204.6092355251",
        "2829079848849.201170860253",
    ),
    (0.0023757429618482696, 0.5, 1.0, 1.0, "0.6931478860791069867543458", "0.0005939354611067955664068346"),
    (
        708.4,
        1.0,
        381.07805484470026,
        0.0014893812533805393,
        "1.258371410040278745619892e-308",
        "-1.258371410040278745619892e-308",
    ),
    (
        -8.676536925497716e51,
        9.859676524630763e-305,
        0.0866364156078767,
        0.0015378042672595093,
        "1.139752684982808596835919e-256",
        "-1.31360322069675107524712e-308",
    ),
    (
        -500.0000001,
        0.6063280114175319,
        6.51218408371407e-277,
        5.674395780535504e-36,
        "1.12027315532857065871895e-309",
        "-2.24054631020903195463921e-312",
    ),
    (2.0, 0.8807970779778823, 1.0, 1.0, "0.3653338550872078674590879", "1.295674097035981149137548e-16"),
    (2.0, 0.8807970779778824, 1.0, 1.0, "0.365333855087207645414483", "1.854510724108246087139161e-17"),
    (-1.0, 0.2689414213699951, 3.0, 1.0, "1.746609326664653814001687", "5.039182198949534754008187e-17"),
    (1e-12, 0.50000000000025, 1.0, 1.0, "0.693147180559945309417232", "-2.222514558525793173996517e-17"),
    (
        -700.0,
        9.85967654375977e-305,
        1.0,
        1.0,
        "6.911633257175599311136494e-302",
        "8.487710333495073503478519e-322",
    ),
    (2000.0, 1.0, 1e300, 1e300, "2.576535872961149922750947e-269", "-2.576535872961149922750947e-269"),
    (600.0, 1.0, 1e250, 1.0, "2.650396553004310607213998e-11", "-2.650396553004310607213998e-11"),
    (-50.0, 1.0, 1e-300, 1e-20, "4.999999999999999851061836e-319", "-9.999999999999999702121704e-321"),
]


@pytest.mark.parametrize(("z", "y", "weight", "pos_weight", "true_loss", "true_gradient"), WORST_CASES)
def test_the_worst_cases_found_stay_below_one_ulp(
    z: float, y: float, weight: float, pos_weight: float, true_loss: str, true_gradient: str
) -> None:
    loss, gradient = loss_and_gradient(z, y, weight, pos_weight)
    assert ulps_apart(loss, true_loss) <= WORST_FOUND_ULP
    assert ulps_apart(gradient, true_gradient) <= WORST_FOUND_ULP


def test_one_extreme_element_changes_no_other() -> None:
    z = np.array([-20.0, 3.5, 700.0, 499.0, 0.0])
    y = np.array([0.0, 0.3, 1.0, 1.0, 0.5])
    alone = [exact_binary_loss(z[i : i + 1], y[i : i + 1])[0] for i in range(5)]
    slopes = [exact_binary_loss_grad(z[i : i + 1], y[i : i + 1])[0] for i in range(5)]
    np.testing.assert_array_equal(exact_binary_loss(z, y), alone)
    np.testing.assert_array_equal(exact_binary_loss_grad(z, y), slopes)


@pytest.mark.parametrize(
    ("z", "y", "loss", "gradient"),
    [
        (INF, 0.0, INF, 1.0),
        (INF, 1.0, 0.0, 0.0),
        (INF, 0.25, INF, 0.75),
        (-INF, 0.0, 0.0, 0.0),
        (-INF, 1.0, INF, -1.0),
        (-INF, 0.25, INF, -0.25),
        (NAN, 0.0, NAN, NAN),
        (1.0, NAN, NAN, NAN),
    ],
)
def test_infinite_logits_give_the_limit_and_nan_gives_nan(
    z: float, y: float, loss: float, gradient: float
) -> None:
    np.testing.assert_array_equal(exact_binary_loss([z], [y]), [loss])
    np.testing.assert_array_equal(exact_binary_loss_grad([z], [y]), [gradient])


def test_a_weight_of_zero_silences_an_infinite_logit() -> None:
    assert exact_binary_loss(INF, 0.0, weight=0.0) == 0.0
    assert exact_binary_loss(-INF, 1.0, pos_weight=0.0) == 0.0


def test_an_infinite_weight_has_no_true_value() -> None:
    assert np.isnan(exact_binary_loss([1.0], [1.0], weight=[INF])).all()
    assert np.isnan(exact_binary_loss_grad([1.0], [1.0], pos_weight=[INF])).all()


def test_a_target_outside_0_and_1_is_used_linearly() -> None:
    # As BCEWithLogitsLoss of 0.5 and 2 in PyTorch.
    assert exact_binary_loss(0.5, 2.0) == pytest.approx(-0.0259230, abs=1e-7)
    assert exact_binary_loss_grad(0.5, 2.0) == pytest.approx(-1.3775407, abs=1e-7)


@given(z=logits, y=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]))
def test_turning_logit_and_target_round_changes_only_the_gradients_sign(z: float, y: float) -> None:
    assert exact_binary_loss(z, y) == exact_binary_loss(-z, 1 - y)
    # A tie, as of z / 4 among subnormals at y = 0.5, may be broken either way.
    assert floats_apart(exact_binary_loss_grad(z, y), -exact_binary_loss_grad(-z, 1 - y)) <= 1


def test_arguments_broadcast_and_scalars_give_arrays_without_axes() -> None:
    z = np.linspace(-3, 3, 6).reshape(2, 3)
    loss = exact_binary_loss(z, 1.0, weight=[1.0, 2.0, 3.0], pos_weight=[[2.0], [0.5]])
    assert loss.shape == exact_binary_loss_grad(z, 1.0, pos_weight=[[2.0], [0.5]]).shape == (2, 3)
    assert loss[1, 2] == exact_binary_loss(z[1, 2], 1.0, weight=3.0, pos_weight=0.5)
    assert isinstance(exact_binary_loss(1.0, 1.0), np.ndarray)
    assert isinstance(exact_binary_loss_grad(1.0, 1.0), np.ndarray)
    assert exact_binary_loss([], []).shape == exact_binary_loss_grad([], []).shape == (0,)


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_every_format_is_taken_at_its_exact_value_and_left_untouched(fmt: Format) -> None:
    z, y = fmt.round([-9.7, 0.1, 8.3]), fmt.round([0.0, 0.3, 1.0])
    z.flags.writeable = y.flags.writeable = False
    expected = exact_binary_loss(z.astype(np.float64), y.astype(np.float64))
    loss, gradient = exact_binary_loss(z, y), exact_binary_loss_grad(z, y)
    assert loss.dtype == gradient.dtype == np.float64
    np.testing.assert_array_equal(loss, expected)


def test_loss_and_then_gradient_are_the_two_by_themselves() -> None:
    z, y = np.array([-INF, -900.0, -3.0, 0.2, 40.0]), np.array([0.0, 1.0, 0.3, 0.5, 1.0])
    for kept in (slice(2, None), slice(None)):
        options = {"weight": 0.3, "pos_weight": y[kept] + 1.0}
        loss, gradient = exact_binary_loss_then_grad(z[kept], y[kept], **options)
        np.testing.assert_array_equal(loss, exact_binary_loss(z[kept], y[kept], **options))
        np.testing.assert_array_equal(gradient(), exact_binary_loss_grad(z[kept], y[kept], **options))


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize(("weight", "pos_weight"), [(1.0, 1.0), (0.3, 7.0), (3e-150, 1e20), (7e70, 0.1)])
def test_a_target_that_is_another_models_output_is_within_the_promise_and_seldom_settled_alone(
    weight: float, pos_weight: float, dtype: type, monkeypatch
) -> None:
    alone = []
    residuals = binary.softmax_residuals
    monkeypatch.setattr(binary, "softmax_residuals", lambda *of: alone.append(of) or residuals(*of))
    z = np.random.default_rng(4).normal(size=2000) * 4
    y = (1 / (1 + pos_weight * np.exp(-z))).astype(dtype).astype(np.float64)
    gradient = exact_binary_loss_grad(z, y, weight=weight, pos_weight=pos_weight)
    assert len(alone) <= 2
    for each in range(0, 2000, 50):
        truth = row_gradient([z[each], 0.0], binary_coefficients(y[each], weight, pos_weight), 0)
        assert ulps_apart(float(gradient[each]), truth) <= WORST_FOUND_ULP


def test_slices_are_the_whole_batch_bit_for_bit_and_bound_the_memory(monkeypatch) -> None:
    z = np.random.default_rng(5).normal(size=(40, 300)).astype(np.float32)
    near = (1 / (1 + np.exp(-z.astype(np.float64)))).astype(np.float32)
    pos_weight = np.linspace(0.5, 2.0, 300)
    monkeypatch.setattr(slices, "ELEMENTS", z.size)
    for form in (exact_binary_loss, exact_binary_loss_grad):
        for y, options in ((near, {}), (np.float64(0.3), {"pos_weight": pos_weight})):
            at_once = form(z, y, **options)
            with monkeypatch.context() as patch:
                patch.setattr(slices, "ELEMENTS", 1007)
                tracemalloc.start()
                result = form(z, y, **options)
                beyond = tracemalloc.get_traced_memory()[1] - result.nbytes
                tracemalloc.stop()
            np.testing.assert_array_equal(result, at_once)
            assert beyond < 700 * 1007
