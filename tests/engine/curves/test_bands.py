"""Bands along a logit: their edges against PyTorch's measured ones, and what holds of every band."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.curves.bands import QUANTITIES, Band, Quantity, regime_bands
from engine.curves.bisection import stretches
from engine.evaluation.evaluate import evaluate
from engine.floats.formats import FLOAT16, FLOAT32, FORMATS, format_of, next_float
from engine.floats.verdicts import GradientRegime, Regime
from engine.formulas.catalogue import CATALOGUE, formula_named
from engine.formulas.formula import Role
from engine.problem import BinaryProblem, MulticlassProblem, Problem

INF = math.inf

# Bisected on PyTorch 2.13.0: the outermost float of each regime.
# Formula, quantity, target, regime, then the edge in float16, bfloat16, float32 and float64.
ONE = (8.3203125, 6.25, 16.63553237915039, 36.73680056967711)  # sigmoid rounds to 1
ZERO = (-17.34375, -89.0, -88.72283935546875, -709.7827128933841)  # sigmoid is 0
BINARY_STARTS = [
    ("binary_scratch", "loss", 0.0, Regime.INFINITE, ONE),
    ("binary_scratch", "loss", 1.0, Regime.NAN, ONE),
    ("binary_scratch", "gradient", 0.0, GradientRegime.NAN, ONE),
    ("binary_scratch", "gradient", 1.0, GradientRegime.NAN, ONE),
    ("bce_sigmoid", "loss", 0.0, Regime.CLAMPED, ONE),
    ("bce_sigmoid", "loss", 1.0, Regime.UNDERFLOWED, ONE),
    ("bce_with_logits", "gradient", 1.0, GradientRegime.DEAD, ONE),
    ("bce_sigmoid", "gradient", 0.0, GradientRegime.NAN, (8.3203125, None, None, None)),
    ("bce_sigmoid", "gradient", 0.0, GradientRegime.DEAD, (None, 6.25, 16.63553237915039, None)),
]
BINARY_STOPS = [
    ("binary_scratch", "loss", 0.0, Regime.NAN, ZERO),
    ("binary_scratch", "loss", 1.0, Regime.INFINITE, ZERO),
    ("binary_scratch", "gradient", 0.0, GradientRegime.NAN, ZERO),
    ("bce_sigmoid", "loss", 1.0, Regime.CLAMPED, (*ZERO[:3], None)),
    ("bce_sigmoid", "gradient", 1.0, GradientRegime.NAN, (-17.34375, None, None, None)),
    ("bce_sigmoid", "gradient", 1.0, GradientRegime.EXPLODED, (-11.09375, None, None, None)),
    ("binary_scratch", "gradient", 1.0, GradientRegime.EXPLODED, (-11.09375, None, None, None)),
    ("bce_with_logits", "loss", 0.0, Regime.UNDERFLOWED, (-6.23828125, -4.15625, -14.55609130859375, None)),
    ("bce_with_logits", "loss", 0.0, Regime.UNDERFLOWED, (None, None, None, -33.27106466687738)),
]
EVERY_LINE = [(form, target) for form in FORMATS for target in (0.0, 1.0, 0.5, 0.3, 1e-3, 1.5)]


def binary(form: str, target: float, **options: object) -> BinaryProblem:
    return BinaryProblem(logits=[0.0], target=[target], format=format_of(form), **options)


def bands_in(
    problem: Problem, key: str, quantity: Quantity, regime: int, moved: int | None = None
) -> list[Band]:
    found = regime_bands(problem, 0, moved, formulas=(formula_named(key),), quantity=quantity)
    return [band for band in found if band.regime == regime]


def in_every_format(table):
    names = ("float16", "bfloat16", "float32", "float64")
    return [
        pytest.param(key, quantity, target, regime, form, edge, id=f"{key}-{quantity}-{target:g}-{form}")
        for key, quantity, target, regime, edges in table
        for form, edge in zip(names, edges, strict=True)
        if edge is not None
    ]


@pytest.mark.parametrize(
    ("key", "quantity", "target", "regime", "form", "edge"), in_every_format(BINARY_STARTS)
)
def test_a_binary_band_above_0_starts_where_pytorch_breaks(key, quantity, target, regime, form, edge):
    starts = [band.start for band in bands_in(binary(form, target), key, quantity, regime)]
    assert edge in starts


@pytest.mark.parametrize(
    ("key", "quantity", "target", "regime", "form", "edge"), in_every_format(BINARY_STOPS)
)
def test_a_binary_band_below_0_ends_where_pytorch_breaks(key, quantity, target, regime, form, edge):
    stops = [band.stop for band in bands_in(binary(form, target), key, quantity, regime)]
    assert edge in stops


def test_the_clamp_of_float64_sets_in_at_minus_100_continuously():
    (band,) = bands_in(binary("float64", 1.0), "bce_sigmoid", "loss", Regime.CLAMPED)
    # At -100 itself the clamped loss is right; a digit is lost ten floats further.
    assert band.stop == pytest.approx(-100.0, abs=20 * math.ulp(100.0))
    assert band.stop < -100.0


@pytest.mark.parametrize(
    ("form", "lost", "dead"),
    [("bfloat16", -27.75, -28.25), ("float32", -27.632, -28.324167), ("float64", -27.632, -28.324168)],
)
def test_the_gradient_of_bceloss_dies_long_before_its_loss_goes_wrong(form, lost, dead):
    problem = binary(form, 1.0)
    (losing, *_) = bands_in(problem, "bce_sigmoid", "gradient", GradientRegime.LOSING_DIGITS)
    (died, *_) = bands_in(problem, "bce_sigmoid", "gradient", GradientRegime.DEAD)
    assert losing.stop == pytest.approx(lost, abs=2e-3)
    # From here on less than half of the gradient is left; before it at least half.
    assert died.stop == pytest.approx(dead, rel=5e-3)
    assert next_float(format_of(form).round(np.array(died.stop))) == losing.start
    assert died.start == -format_of(form).max


@pytest.mark.parametrize(
    ("form", "start"), [("float16", 2.35), ("bfloat16", 0.85), ("float32", 2.1), ("float64", 2.3)]
)
def test_bce_with_logits_loses_digits_for_a_confident_no(form, start):
    (band,) = bands_in(binary(form, 0.0), "bce_with_logits", "loss", Regime.LOSING_DIGITS)
    assert band.stop == pytest.approx(-start, abs=0.5)
    (next_band,) = bands_in(binary(form, 0.0), "bce_with_logits", "loss", Regime.UNDERFLOWED)
    assert next_float(format_of(form).round(np.array(next_band.stop))) == band.start


# Measured on PyTorch 2.13.0, logits [z, 0]: the last float that is right and the first that is not.
@pytest.mark.parametrize(
    ("form", "inf_from", "bad_gradient_from"),
    [
        ("float16", 17.34375, 11.09375),
        ("bfloat16", 93.0, 89.0),
        ("float32", 103.97208404541016, 88.72283935546875),
        ("float64", 745.1332191019412, 709.7827128933841),
    ],
)
def test_log_of_softmax_is_inf_once_the_target_is_far_enough_below(form, inf_from, bad_gradient_from):
    problem = MulticlassProblem(logits=[[0.0, 0.0]], target=[1], format=format_of(form))
    key = "nll_log_of_softmax"
    (band,) = bands_in(problem, key, "loss", Regime.INFINITE, 0)
    assert (band.start, band.stop) == (inf_from, problem.format.max)
    (band,) = bands_in(problem, key, "gradient", GradientRegime.EXPLODED, 0)
    assert band.start == bad_gradient_from
    (*_, band) = bands_in(problem, key, "gradient", GradientRegime.NAN, 0)
    assert (band.start, band.stop) == (inf_from, problem.format.max)


@pytest.mark.parametrize(
    ("form", "gap"),
    [
        ("float16", 7.625),
        ("bfloat16", 5.5625),
        ("float32", 16.63553237915039),
        ("float64", 36.73680056967711),
    ],
)
def test_a_confident_and_correct_cross_entropy_underflows(form, gap):
    problem = MulticlassProblem(logits=[[0.0, 0.0]], target=[0], format=format_of(form))
    (band,) = bands_in(problem, "cross_entropy", "loss", Regime.UNDERFLOWED, 0)
    assert band.start == gap


@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_smoothing_sums_logits_past_the_largest_float(form):
    problem = MulticlassProblem(logits=[[0.0, 2.0, -1.0]], target=[1], format=form, label_smoothing=0.1)
    (band,) = bands_in(problem, "cross_entropy", "loss", Regime.INFINITE, 0)
    # Two of the three log-probabilities are about -z, and their sum is taken before it is divided by 3.
    assert band.start == pytest.approx(form.max / 2, rel=2 * form.eps)
    assert band.stop == form.max


@pytest.mark.parametrize("logit", [-104.0, -90.0, 17.0, 90.0, 104.0])
@pytest.mark.parametrize("target", [0, 1])
def test_bands_agree_with_the_evaluation_of_the_row(logit, target):
    problem = MulticlassProblem(logits=[[logit, 0.0, 0.0]], target=[target])
    for column in evaluate(problem).columns:
        if column.formula.role is Role.EXACT:
            continue
        for quantity, regime in (("loss", column.regimes[0]), ("gradient", column.gradient_regimes[0, 0])):
            bands = regime_bands(problem, 0, 0, formulas=(column.formula,), quantity=quantity)
            inside = [band.regime for band in bands if band.start <= logit <= band.stop]
            assert inside == ([regime] if regime else []), (column.formula.key, quantity)


def test_bands_of_a_multiclass_row_follow_its_other_logits():
    near = MulticlassProblem(logits=[[0.0, 0.0]], target=[1])
    far = MulticlassProblem(logits=[[0.0, 1000.0]], target=[1])
    (here,) = bands_in(near, "nll_log_of_softmax", "loss", Regime.INFINITE, 0)
    (there,) = bands_in(far, "nll_log_of_softmax", "loss", Regime.INFINITE, 0)
    assert there.start - 1000.0 == pytest.approx(here.start, abs=1e-4)


def test_the_exact_form_has_no_bands():
    assert regime_bands(binary("float32", 1.0), 0, formulas=(formula_named("binary_exact"),)) == ()


def test_bands_do_not_depend_on_the_moved_logit_and_are_looked_up():
    one = regime_bands(BinaryProblem(logits=[3.0, -1.0], target=[1.0, 0.0]), 0)
    other = regime_bands(BinaryProblem(logits=[-50.0], target=[1.0]), 0)
    assert one is other


def test_a_nan_among_the_held_logits_is_found_again():
    problem = MulticlassProblem(logits=[[0.0, math.nan, 1.0]], target=[0])
    first = regime_bands(problem, 0, 0)
    assert regime_bands(problem.replace(reduction="sum"), 0, 0) is first


def test_soft_targets_lose_the_gradient_where_the_prediction_equals_the_target():
    target = 0.3
    level = math.log(target / (1 - target))
    bands = regime_bands(
        binary("float32", target), 0, formulas=(formula_named("bce_with_logits"),), quantity="gradient"
    )
    below, dead, above = bands[-3:]
    assert below.regime is above.regime is GradientRegime.LOSING_DIGITS
    assert dead.regime is GradientRegime.DEAD
    assert level - 1e-6 < dead.start <= dead.stop < level + 1e-6
    assert below.start < level < above.stop
    assert above.stop - below.start < 0.5


def test_half_a_target_leaves_a_dead_gradient_around_0():
    below, above = bands_in(binary("float32", 0.5), "bce_with_logits", "gradient", GradientRegime.DEAD)
    assert -1e-6 < below.start < 0.0 < above.stop < 1e-6
    # Nearest to 0 the true gradient rounds to 0, and 0 is right.
    assert below.stop == -above.start == -3 * FLOAT32.smallest_subnormal


def test_a_float_is_judged_the_same_in_a_search_of_thousands_as_by_itself():
    # From 4,096 floats on the gradient once took the blocked form, whose digits are others: this band
    # began at a float that was right.
    check_bands(binary("float32", 0.10104616773688838), None)


@pytest.mark.parametrize("weight", [3.0, 11.0])
def test_a_clamp_that_is_right_by_luck_at_thousands_of_floats_spoils_no_other_edge(weight):
    problem = binary("float64", 9.385906655421014e-230, weight=[weight])
    check_bands(problem, None)
    bands = [band for band in regime_bands(problem, 0) if band.formula == "bce_sigmoid"]
    assert bands[-1].start == 36.73680056967711


NOT_OFF = {"BEYOND", "TRUE_INFINITY", "NO_TRUTH", "REFUSED"}
"""Regimes in which no bits are lost: the format has no better value, or there is no true one."""


def check_bands(problem: Problem, moved: int | None) -> None:
    """What holds of every band of every formula."""
    form = problem.format
    width = 8.0 * form.dtype.itemsize
    for quantity in QUANTITIES:
        bands = regime_bands(problem, 0, moved, formulas=CATALOGUE, quantity=quantity)
        for band in bands:
            assert band.regime != 0
            assert 0.0 <= band.bits <= width
            assert band.bits > 0.0 or band.regime.name in NOT_OFF
        for key in {band.formula for band in bands}:
            check_edges(problem, moved, [band for band in bands if band.formula == key])


def check_edges(problem: Problem, moved: int | None, bands: list[Band]) -> None:
    """Ascending, disjoint, and the worse regime of two neighbours ends at one of its own floats."""
    form = problem.format
    assert -form.max <= bands[0].start
    assert bands[-1].stop <= form.max
    assert all(band.start <= band.stop for band in bands)
    assert all(before.stop < after.start for before, after in pairwise(bands))
    starts = form.round(np.array([band.start for band in bands]))
    stops = form.round(np.array([band.stop for band in bands]))
    below, above = next_float(starts, -1).astype(float), next_float(stops).astype(float)
    at_start, at_stop = (
        regimes_at(problem, moved, bands[0], starts),
        regimes_at(problem, moved, bands[0], stops),
    )
    before, after = regimes_at(problem, moved, bands[0], below), regimes_at(problem, moved, bands[0], above)
    for index, band in enumerate(bands):
        previous = next((b.regime for b in bands if b.stop == below[index]), 0)
        following = next((b.regime for b in bands if b.start == above[index]), 0)
        check_edge(band.regime, previous, at_start[index], before[index], below[index])
        check_edge(band.regime, following, at_stop[index], after[index], above[index])


def check_edge(own: int, neighbour: int, inside: int, outside: int, beyond: float) -> None:
    if not math.isfinite(beyond):
        return
    assert own != neighbour
    if own > neighbour:
        assert outside < own <= inside
    else:
        assert inside < neighbour <= outside


def regimes_at(problem: Problem, moved: int | None, band: Band, logits: np.ndarray) -> list[int]:
    line = problem.along(0, logits) if moved is None else problem.along(0, logits, moved)
    (column,) = evaluate(line, formulas=(formula_named(band.formula),)).columns
    if band.quantity == "loss":
        return column.regimes.tolist()
    return (column.gradient_regimes if moved is None else column.gradient_regimes[:, moved]).tolist()


@pytest.mark.parametrize(("form", "target"), EVERY_LINE, ids=str)
def test_binary_bands_are_ascending_disjoint_and_end_at_their_edges(form, target):
    check_bands(binary(form.name, target), None)


@settings(max_examples=15, deadline=None)
@given(
    form=st.sampled_from(FORMATS),
    target=st.floats(0.0, 1.0),
    weight=st.none() | st.floats(1e-3, 1e3),
    pos_weight=st.none() | st.floats(1e-3, 1e3),
)
def test_weighted_binary_bands_keep_their_invariants(form, target, weight, pos_weight):
    weights = None if weight is None else [weight]
    check_bands(binary(form.name, target, weight=weights, pos_weight=pos_weight), None)


@settings(max_examples=15, deadline=None)
@given(
    form=st.sampled_from(FORMATS),
    logits=st.lists(st.floats(-1e3, 1e3) | st.sampled_from([INF, -INF, math.nan]), min_size=2, max_size=5),
    data=st.data(),
)
def test_multiclass_bands_keep_their_invariants(form, logits, data):
    classes = len(logits)
    target = data.draw(st.integers(0, classes - 1) | st.just(-100))
    moved = data.draw(st.integers(0, classes - 1))
    smoothing = data.draw(st.sampled_from([0.0, 0.1, 1.0]))
    problem = MulticlassProblem(logits=[logits], target=[target], format=form, label_smoothing=smoothing)
    check_bands(problem, moved)


@pytest.mark.parametrize("target", [0.5, -3.0, 7.0, INF, math.nan])
@pytest.mark.parametrize("pos_weight", [0.0, -1.0, INF, math.nan])
def test_senseless_options_give_bands_and_no_warning(target, pos_weight):
    problem = binary("float32", target, pos_weight=pos_weight, weight=[-2.0])
    for quantity in QUANTITIES:
        bands = regime_bands(problem, 0, quantity=quantity)
        assert all(band.start <= band.stop for band in bands)


@pytest.mark.parametrize("weight", [[0.0, 0.0, 0.0], [INF, 1.0, 1.0], [math.nan, -1.0, 1.0]])
def test_senseless_class_weights_give_bands_and_no_warning(weight):
    target = np.array([[0.5, 0.5, 0.0]])
    problem = MulticlassProblem(logits=[[0.0, 1.0, 2.0]], target=target, weight=weight, label_smoothing=0.1)
    assert all(band.start <= band.stop for band in regime_bands(problem, 0, 1, quantity="gradient"))


def test_a_held_logit_however_far_away_is_searched_without_a_warning():
    problem = MulticlassProblem(logits=[[0.0, 1.79e308, -1.79e308]], target=[[0.5, 0.25, 0.25]])
    for moved in range(3):
        assert regime_bands(problem, 0, moved)


def test_class_probabilities_have_bands_too():
    problem = MulticlassProblem(logits=[[0.0, 1.0, 2.0]], target=[[0.2, 0.5, 0.3]])
    check_bands(problem, 1)
    assert bands_in(problem, "multiclass_scratch", "loss", Regime.INFINITE, 1)


def threshold(at: int, below: int = 0, above: int = 1):
    return lambda numbers: np.where(numbers < at, below, above).astype(np.uint8)[None]


@pytest.mark.parametrize("at", [-(2**62), -5, 0, 1, 12345, 2**62])
@pytest.mark.parametrize(("below", "above"), [(0, 3), (3, 0), (2, 1)])
def test_bisection_finds_a_threshold_to_the_float(at, below, above):
    top = 0x7FEF_FFFF_FFFF_FFFF
    (found,) = stretches(threshold(at, below, above), np.array([-top, -7, 9, 2**40, top]), luck=0)
    assert found == [(below, -top, at - 1), (above, at, top)]


def test_bisection_finds_a_regime_between_two_grid_points():
    def profile(numbers):
        return np.select([numbers < 700, numbers < 720], [0, 1], 2).astype(np.uint8)[None]

    (found,) = stretches(profile, np.array([0, 1000]), luck=0)
    assert found == [(0, 0, 699), (1, 700, 719), (2, 720, 1000)]


def test_an_interruption_by_luck_is_bridged_and_a_longer_one_is_not():
    def profile(numbers):
        exact = (numbers < 10) | ((numbers >= 50) & (numbers < 53)) | (numbers >= 90)
        return np.where(exact, 0, 1).astype(np.uint8)[None]

    gradual = [1]
    bridged = stretches(profile, np.arange(100), luck=3, gradual=gradual)
    assert bridged == [[(0, 0, 9), (1, 10, 89), (0, 90, 99)]]
    assert len(stretches(profile, np.arange(100), luck=2, gradual=gradual)[0]) == 5
    assert len(stretches(profile, np.arange(100), luck=3)[0]) == 5, "a hard regime has no luck"


def test_curves_without_a_turn_are_one_stretch():
    def profile(numbers):
        return np.repeat(np.array([[0], [4]], dtype=np.uint8), len(numbers), axis=1)

    assert stretches(profile, np.array([-9, 9]), luck=1) == [[(0, -9, 9)], [(4, -9, 9)]]


@pytest.mark.parametrize(("y", "logit"), [(0.3, 37440.0), (1e-4, 26208.0)])
def test_a_single_float_at_which_a_formula_leaves_the_format_before_the_truth_has_a_band(y, logit):
    problem = BinaryProblem(
        logits=np.array([logit]), target=np.array([y]), weight=np.array([2.5]), pos_weight=3.0, format=FLOAT16
    )
    assert evaluate(problem).column("bce_with_logits").regimes[0] == Regime.INFINITE
    infinite = [b for b in regime_bands(problem, 0) if b.formula == "bce_with_logits" and b.bits == 16]
    assert [(b.start, b.stop) for b in infinite] == [(logit, logit)]
