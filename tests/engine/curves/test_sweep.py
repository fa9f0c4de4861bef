"""A sweep: what the plots draw, and what a click on a band's edge tells."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.curves.bands import regime_bands
from engine.curves.sweep import SPACINGS, edge_report, sweep
from engine.evaluation.evaluate import evaluate
from engine.floats.formats import FORMATS, floats_apart, format_of, next_float, ordinals
from engine.floats.verdicts import GradientRegime, Regime
from engine.formulas.catalogue import formula_named, formulas_of
from engine.problem import BinaryProblem, MulticlassProblem

TUTORIAL = BinaryProblem(logits=[-200.0, 0.5, 17.0], target=[1.0, 0.0, 0.0])
ROW = MulticlassProblem(logits=[[0.0, 1.0, -2.0]], target=[1])


def test_a_curve_passes_through_the_tables_own_value():
    swept = sweep(TUTORIAL, 2, low=0.0, high=17.0, points=35)
    table = evaluate(TUTORIAL)
    for column, cell in zip(swept.columns, table.columns, strict=True):
        assert swept.logits[-1] == 17.0
        np.testing.assert_array_equal(column.loss[-1], cell.loss[2])
        np.testing.assert_array_equal(swept.slope(column)[-1], cell.gradient[2])


def test_both_floats_at_every_edge_inside_are_swept():
    swept = sweep(TUTORIAL, 0, low=-120.0, high=120.0, points=100)
    assert swept.bands
    for band in swept.bands:
        for edge, step in ((band.start, -1), (band.stop, 1)):
            if abs(edge) < 120.0:
                outside = float(next_float(np.float32(edge), step))
                assert {edge, outside} <= set(swept.logits.tolist())


def test_a_sweep_holds_the_bands_of_losses_and_of_gradients():
    swept = sweep(TUTORIAL, 0, low=-1.0, high=1.0, points=10)
    losses = regime_bands(TUTORIAL, 0)
    assert swept.bands == losses + regime_bands(TUTORIAL, 0, quantity="gradient")


def test_zero_is_swept_as_positive_zero():
    swept = sweep(TUTORIAL, 0, low=-0.0, high=1.0, points=4)
    assert swept.logits[0] == 0.0
    assert not np.signbit(swept.logits[0])
    assert 0.0 in sweep(TUTORIAL, 0, low=-1.0, high=2.0, points=2).logits


@pytest.mark.parametrize("spacing", SPACINGS)
@settings(max_examples=30, deadline=None)
@given(
    form=st.sampled_from(FORMATS),
    ends=st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False)),
    points=st.integers(2, 40),
)
def test_logits_ascend_within_the_range_and_are_floats_of_the_format(spacing, form, ends, points):
    problem = TUTORIAL.replace(format=form)
    swept = sweep(problem, 1, low=ends[0], high=ends[1], points=points, spacing=spacing)
    logits = swept.logits
    assert len(logits) >= 1
    assert np.all(np.diff(logits) > 0)
    assert np.isfinite(logits).all()
    np.testing.assert_array_equal(form.round(logits).astype(np.float64), logits)
    cut = np.clip(sorted(ends), -form.max, form.max)
    np.testing.assert_array_equal(logits[[0, -1]], form.round(cut).astype(np.float64))


@pytest.mark.parametrize("form", FORMATS, ids=str)
@pytest.mark.parametrize("spacing", SPACINGS)
def test_the_whole_line_can_be_swept(form, spacing):
    problem = TUTORIAL.replace(format=form)
    swept = sweep(problem, 0, low=-math.inf, high=math.inf, points=101, spacing=spacing)
    assert swept.logits[0] == -form.max
    assert swept.logits[-1] == form.max
    assert len(swept.logits) >= 101


def test_one_float_and_its_neighbour_are_a_range():
    below = float(next_float(np.float32(16.63553237915039), -1))
    swept = sweep(TUTORIAL, 1, low=below, high=16.63553237915039, points=600)
    assert swept.logits.tolist() == [below, 16.63553237915039]
    column = next(c for c in swept.columns if c.formula.key == "bce_sigmoid")
    assert column.loss.tolist() == pytest.approx([15.942385, 100.0])
    assert sweep(TUTORIAL, 1, low=2.0, high=2.0, points=9).logits.tolist() == [2.0]


def test_ordinal_spacing_gives_every_float_equal_room():
    swept = sweep(TUTORIAL, 0, low=1e-30, high=1e30, points=65, spacing="ordinal", formulas=())
    steps = floats_apart(np.float32(swept.logits[1:]), np.float32(swept.logits[:-1]))
    assert steps.max() - steps.min() <= 1
    numbers = ordinals(np.float32(swept.logits))
    assert numbers[-1] - numbers[0] == steps.sum()


def test_linear_spacing_is_even():
    swept = sweep(TUTORIAL, 0, low=-8.0, high=8.0, points=33, formulas=())
    np.testing.assert_array_equal(swept.logits, np.linspace(-8.0, 8.0, 33))


def test_a_multiclass_sweep_holds_the_other_logits():
    swept = sweep(ROW, 0, 2, low=-50.0, high=50.0, points=50)
    z = swept.evaluation.problem.logits
    np.testing.assert_array_equal(z[:, 2], swept.logits)
    np.testing.assert_array_equal(z[:, :2], np.broadcast_to([0.0, 1.0], (len(z), 2)))
    for column in swept.columns:
        np.testing.assert_array_equal(swept.slope(column), column.gradient[:, 2].astype(np.float64))
        np.testing.assert_array_equal(swept.true_slope(column), column.truth.gradient[:, 2])
        np.testing.assert_array_equal(swept.slope_regimes(column), column.gradient_regimes[:, 2])


def test_a_formula_added_to_the_tuple_is_swept_like_any_other():
    scratch = formula_named("binary_scratch")
    own = replace(scratch, key="my_own", title="my own")
    swept = sweep(TUTORIAL, 0, low=-90.0, high=20.0, points=20, formulas=(*formulas_of("binary"), own))
    assert [c.formula.key for c in swept.columns][-1] == "my_own"
    bands = {
        key: [replace(b, formula="") for b in swept.bands if b.formula == key]
        for key in ("my_own", scratch.key)
    }
    assert bands["my_own"] == bands[scratch.key] != []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"low": math.nan}, "two logits"),
        ({"points": 1}, "at least 2"),
        ({"spacing": "log"}, "linear, ordinal"),
    ],
)
def test_a_senseless_range_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        sweep(TUTORIAL, 0, **{"low": -1.0, "high": 1.0, "points": 5, **arguments})


def test_an_edge_tells_both_sides_of_it():
    # Beyond -100, where the clamp is right, there is a second one.
    band, _ = (
        b for b in regime_bands(TUTORIAL, 1) if (b.formula, b.regime) == ("bce_sigmoid", Regime.CLAMPED)
    )
    edge = edge_report(TUTORIAL, 1, band=band)
    assert edge.inside == 16.63553237915039
    assert edge.outside == 16.635530471801758
    values = {value.formula: value for value in edge.values}
    assert values["bce_sigmoid"].loss == pytest.approx((100.0, 15.942385))
    assert values["bce_sigmoid"].gradient == pytest.approx((0.0, 1.0))
    assert values["binary_scratch"].loss == pytest.approx((math.inf, 15.942385))
    assert values["bce_with_logits"].loss == pytest.approx((16.635532, 16.635530))
    assert values["bce_sigmoid"].true_loss == pytest.approx((16.635532, 16.635530))


def test_an_edge_at_the_end_of_the_line_has_infinity_outside():
    problem = ROW.replace(format=format_of("float16"))
    (*_, band) = regime_bands(
        problem, 0, 0, formulas=(formula_named("multiclass_scratch"),), quantity="gradient"
    )
    assert band.regime == GradientRegime.NAN
    edge = edge_report(problem, 0, 0, band=band, side="stop")
    assert (edge.inside, edge.outside) == (65504.0, math.inf)
    assert [value.formula for value in edge.values] == [f.key for f in formulas_of("multiclass")]
