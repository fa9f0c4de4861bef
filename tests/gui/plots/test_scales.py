"""Scales and ticks as values: every logit and value has one place, and numbers can be read."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import (
    FLOAT32,
    FLOAT64,
    FORMATS,
    SPACINGS,
    Band,
    BinaryProblem,
    Regime,
    formulas_of,
    next_float,
    regime_bands,
)
from gui.plots.content.curve_points import runs, stepped
from gui.plots.parts.joined import joined
from gui.plots.scales.axes import power_text
from gui.plots.scales.logit_scale import LogitScale, floats_between
from gui.plots.scales.logit_span import LogitSpan, workable
from gui.plots.scales.logit_ticks import float_ticks, ordinal_ticks, roundest
from gui.plots.scales.value_scale import ValueScale

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
@given(number=FINITE)
def test_an_ordinal_place_leads_back_to_its_float(fmt, number) -> None:
    value = min(max(float(fmt.round(number)), -fmt.max), fmt.max)
    scale = LogitScale("ordinal", fmt, value)
    assert scale.place(value) == 0.0
    assert scale.logit(0.0) == value
    above = float(next_float(fmt.round(np.array(value))))
    assert scale.place(above) == 1.0


@pytest.mark.parametrize("spacing", SPACINGS)
@given(first=FINITE, second=FINITE)
def test_places_keep_the_order_of_logits(spacing, first, second) -> None:
    scale = LogitScale(spacing, FLOAT64, 1.0)
    low, high = sorted((first, second))
    assert scale.place(low) <= scale.place(high)


def test_places_of_infinities_and_nan() -> None:
    for spacing in SPACINGS:
        places = LogitScale(spacing, FLOAT32).places(np.array([-np.inf, np.inf, np.nan]))
        assert places[0] < -FLOAT32.max or spacing == "ordinal"
        assert places[0] < 0 < places[1]
        assert math.isnan(places[2])


@pytest.mark.parametrize("kind", ["linear", "symlog"])
@given(value=st.floats(-1e30, 1e30))
def test_a_value_scale_leads_back(kind, value) -> None:
    scale = ValueScale(kind, 1e-3)
    assert scale.value(scale.place(value)) == pytest.approx(value, rel=1e-9, abs=1e-12)


@given(values=st.lists(st.floats(), min_size=1, max_size=6))
def test_a_logarithm_has_no_place_for_0_and_below(values) -> None:
    places = ValueScale("log").places(np.array(values))
    for value, place in zip(values, places, strict=True):
        assert (place == -math.inf) == (value <= 0)
        assert math.isnan(place) == math.isnan(value)


@pytest.mark.parametrize("kind", ["log", "symlog"])
@given(ends=st.tuples(st.floats(-330, 330), st.floats(0.5, 600)), most=st.integers(1, 20))
def test_numbers_fit_and_are_in_view(kind, ends, most) -> None:
    low, high = ends[0], min(ends[0] + ends[1], 330.0)
    numbered, _ = ValueScale(kind, 1e-3).ticks(low, high, most)
    assert all(low <= place <= high for place, _ in numbered)
    assert len(numbered) <= most + 2


@given(low=st.floats(-320, 290), decades=st.floats(3, 600), most=st.integers(2, 20))
def test_a_logarithmic_axis_over_many_decades_has_numbers_all_along(low, decades, most) -> None:
    high = min(low + decades, 308.0)
    numbered, rest = ValueScale("log").ticks(low, high, most)
    places = np.array([low, *(place for place, _ in numbered), high])
    apart = (high - low) / most
    if len(numbered) > 1:
        assert np.diff(places[1:-1]).min() > apart * 0.99
    assert np.diff(places).max() < 2.6 * max(apart, 1.0)
    assert len(rest) <= 10 * (len(numbered) + 1)


def test_a_symmetric_axis_has_0_and_both_signs() -> None:
    scale = ValueScale("symlog", 1e-3)
    numbered, _ = scale.ticks(scale.place(-100.0), scale.place(100.0), 20)
    values = {value for _, value in numbered}
    assert {0.0, 1.0, -1.0, 100.0, -100.0} <= values


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.01, "0.01"), (-100.0, "−100"), (1e3, "1000"), (1e6, "1e6"), (1e-30, "1e−30")],
)
def test_powers_are_short(value, text) -> None:
    assert power_text(value) == text


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_an_ordinal_axis_numbers_0_the_edges_and_round_floats_apart(fmt) -> None:
    scale = LogitScale("ordinal", fmt)
    edge = float(fmt.round(16.635532))
    ticks = ordinal_ticks(scale, -scale.limit, scale.limit, 800.0, (edge,))
    logits = [logit for _, logit in ticks]
    assert {0.0, edge} <= set(logits)
    assert logits == sorted(logits)
    places = np.array([place for place, _ in ticks])
    assert np.diff(places).min() > 40.0 / 800.0 * 2 * scale.limit


@given(low=st.floats(1e-300, 1e300), factor=st.floats(1.0, 1e6))
def test_the_roundest_number_lies_between(low, factor) -> None:
    assert low <= roundest(low, low * factor) <= low * factor
    assert -low * factor <= roundest(-low * factor, -low) <= -low


def test_the_roundest_number_has_few_digits() -> None:
    assert roundest(0.07, 0.3) == 0.1
    assert roundest(16.11, 16.9) == 16.2
    assert roundest(-1.0, 2.0) == 0.0


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_single_floats_are_counted_from_the_origin(fmt, spacing) -> None:
    origin = float(fmt.round(88.7))
    scale = LogitScale(spacing, fmt, origin)
    low, high = (float(next_float(fmt.round(np.array(origin)), step)) for step in (-5, 5))
    ticks = float_ticks(scale, scale.place(low), scale.place(high), 800.0)
    assert [count for _, count in ticks] == list(range(-5, 6))
    for place, count in ticks:
        assert scale.logit(place) == float(next_float(fmt.round(np.array(origin)), count))


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("fmt", FORMATS, ids=str)
@given(middle=st.floats(-1e3, 1e3), width=st.floats(1e-320, 1e3))
def test_every_view_is_workable(fmt, spacing, middle, width) -> None:
    scale = LogitScale(spacing, fmt)
    start, stop = scale.place(middle - width / 2), scale.place(middle + width / 2)
    span = workable(LogitSpan(start, stop, 0.0, 700.0, scale), fmt)
    assert span.start < span.stop
    assert floats_between(span.low, span.high, fmt) >= 3
    again = workable(span, fmt)
    assert (again.start, again.stop, again.scale) == (span.start, span.stop, span.scale)


def test_steps_are_level_and_meet_half_way() -> None:
    xs, ys = stepped(np.array([0.0, 1.0, 2.0]), np.array([5.0, 6.0, 7.0]))
    np.testing.assert_array_equal(xs, [-0.5, 0.5, 0.5, 1.5, 1.5, 2.5])
    np.testing.assert_array_equal(ys, [5, 5, 6, 6, 7, 7])


def test_zeros_have_runs_only_where_they_are_asked_for() -> None:
    values = np.array([0.0, 0.0, 1.0, -2.0])
    assert runs(np.arange(4.0), values) == ()
    assert [(r.start, r.stop) for r in runs(np.arange(4.0), values, ("zero",))] == [(0, 1), (3, 3)]


def test_where_a_clamp_cuts_the_true_loss_itself_a_picture_of_the_whole_has_no_edge() -> None:
    problem = BinaryProblem(logits=[17.0], target=[0.0], format=FLOAT32)
    clamped = [
        band
        for band in regime_bands(problem, 0, formulas=formulas_of("binary"))
        if band.formula == "bce_sigmoid" and band.regime is Regime.CLAMPED
    ]
    assert len(clamped) > 1, "at z = 100 the clamp is right"
    (whole,) = joined(clamped)
    assert (whole.start, whole.stop) == (clamped[0].start, clamped[-1].stop)


def test_bands_of_two_kinds_or_far_apart_stay_two() -> None:
    near = Band("bce_sigmoid", "loss", Regime.CLAMPED, 16.0, 100.0, 20.0)
    assert joined([near, replace(near, start=110.0, stop=200.0)]) != [replace(near, stop=200.0)]
    assert len(joined([near, replace(near, regime=Regime.INFINITE, start=100.5, stop=200.0)])) == 2
