"""What the plots draw, as values: lanes, ranges, rails, words."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from engine import (
    CATALOGUE,
    FLOAT16,
    FLOAT32,
    FORMATS,
    BinaryProblem,
    GradientRegime,
    MulticlassProblem,
    Regime,
    rank_of,
    regime_bands,
)
from gui.plots.content.curve_points import drawable, runs
from gui.plots.content.lanes import lanes_of
from gui.plots.parts.joined import joined
from gui.plots.parts.painting import fill_regime
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.parts.words import float_text, reach_text, sentence
from gui.plots.scales.axes import tick_text
from gui.plots.scales.logit_span import LogitSpan, value_range, whole_range
from gui.services.colours import (
    formula_style,
    is_dense,
    is_filled,
    regime_colour,
    regime_hatch,
    regime_name,
)
from gui.services.verdicts.words import meaning

BINARY = BinaryProblem(logits=[1.0, -2.0, 0.5], target=[1, 0, 0.25])
MULTICLASS = MulticlassProblem(logits=[[0.0, 1.0, 2.0], [3.0, 2.0, 1.0]], target=[0, -100])


def contrast(first: QColor, second: QColor) -> float:
    """WCAG 2.2's contrast ratio."""

    def luminance(colour: QColor) -> float:
        parts = (colour.redF(), colour.greenF(), colour.blueF())
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    bright, dim = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize(("dark", "background"), [(False, "#ffffff"), (True, "#17181a")])
@pytest.mark.parametrize("formula", [f for f in CATALOGUE if f.role != "exact"], ids=lambda f: f.key)
def test_a_formula_keeps_3_to_1_against_the_background(formula, dark, background) -> None:
    assert contrast(formula_style(formula, dark).colour, QColor(background)) >= 3.0


@pytest.mark.parametrize("family", ["binary", "multiclass"])
def test_formulas_shown_first_differ_in_dash_and_in_marker(family) -> None:
    shown = [f for f in CATALOGUE if f.family == family and f.role in ("pytorch", "scratch")]
    styles = [formula_style(f, dark=False) for f in shown]
    assert len({s.dash for s in styles}) == len({s.marker for s in styles}) == len(shown)


@pytest.mark.parametrize("kind", [Regime, GradientRegime])
def test_regimes_differ_in_name_and_in_what_is_painted(kind) -> None:
    failures = [regime for regime in kind if regime]
    assert len({regime_name(r) for r in failures}) == len(failures)
    for dark in (False, True):
        assert len({painted(r, dark) for r in failures}) == len(failures)
    patterns = {(regime_hatch(r), is_dense(r), is_filled(r)) for r in failures}
    assert len(patterns) == len(failures), "what colours tell, patterns tell as well"
    assert Qt.BrushStyle.NoBrush not in {regime_hatch(r) for r in failures}


def painted(regime, dark):
    """The bytes of an area of this regime."""
    picture = QImage(32, 32, QImage.Format.Format_RGB32)
    picture.fill(0xFF808080)
    grey = QColor(128, 128, 128)
    theme = PlotTheme(dark, background=grey, text=grey, muted=grey, grid=grey, accent=grey)
    painter = QPainter(picture)
    fill_regime(painter, regime, QRectF(0, 0, 32, 32), theme)
    painter.end()
    return bytes(picture.constBits())


@pytest.mark.parametrize(
    ("like", "other"),
    [
        (Regime.BEYOND, Regime.INFINITE),
        (Regime.TRUE_INFINITY, Regime.INFINITE),
        (Regime.NO_TRUTH, Regime.NAN),
        (GradientRegime.EXPLODED, GradientRegime.DEAD),
    ],
)
def test_kindred_regimes_share_their_colour(like, other) -> None:
    for dark in (False, True):
        assert regime_colour(like, dark) == regime_colour(other, dark)


@pytest.mark.parametrize("kind", [Regime, GradientRegime])
def test_every_regime_has_words_and_a_look(kind) -> None:
    for regime in kind:
        assert regime_name(regime)
        assert meaning(regime).endswith(".")
        assert regime_colour(regime, dark=True).isValid()
        assert (rank_of(regime) > 0) == bool(regime)


@pytest.mark.parametrize(
    ("row", "labels", "own"),
    [(0, ["y = 1", "y = 0"], 0), (1, ["y = 1", "y = 0"], 1), (2, ["y = 0.25", "y = 1", "y = 0"], 0)],
)
def test_a_binary_row_has_a_lane_for_each_side(row, labels, own) -> None:
    lanes = lanes_of(BINARY, row, None)
    assert [lane.label for lane in lanes] == labels
    assert [lane.own for lane in lanes].index(True) == own
    assert sum(lane.own for lane in lanes) == 1


@pytest.mark.parametrize(
    ("row", "moved", "labels"),
    [(0, 0, ["y = 0", "y = 2"]), (0, 1, ["y = 1", "y = 0"]), (1, 0, ["ignored", "y = 0", "y = 1"])],
)
def test_a_multiclass_row_has_the_moved_class_and_another_as_lanes(row, moved, labels) -> None:
    assert [lane.label for lane in lanes_of(MULTICLASS, row, moved)] == labels


def test_class_probabilities_have_their_own_lane_beside_the_classes() -> None:
    problem = MulticlassProblem(logits=[[0.0, 1.0]], target=[[0.3, 0.7]])
    lanes = lanes_of(problem, 0, 1)
    assert [lane.label for lane in lanes] == ["y given", "y = 1", "y = 0"]
    np.testing.assert_array_equal(lanes[1].problem.target, [[0.0, 1.0]])


def test_a_nan_target_still_has_an_own_lane() -> None:
    lanes = lanes_of(BinaryProblem(logits=[0.0], target=[math.nan]), 0, None)
    assert [lane.own for lane in lanes] == [True, False, False]


def test_no_row_has_no_lane() -> None:
    assert lanes_of(BinaryProblem(logits=[], target=[]), 0, None) == ()


def test_lines_are_equal_whatever_the_moved_logit() -> None:
    moved = MULTICLASS.replace(logits=[[9.0, 1.0, 2.0], [3.0, 2.0, 1.0]])
    held = MULTICLASS.replace(logits=[[0.0, 9.0, 2.0], [3.0, 2.0, 1.0]])
    line = lanes_of(MULTICLASS, 0, 0)[0].line
    assert line == lanes_of(moved, 0, 0)[0].line
    assert line != lanes_of(held, 0, 0)[0].line


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_the_whole_range_shows_where_bceloss_clamps_on_both_sides(fmt) -> None:
    bands = [
        band
        for target in (0.0, 1.0)
        for band in regime_bands(BinaryProblem(logits=[0.0], target=[target], format=fmt), 0)
        if band.regime in (Regime.CLAMPED, Regime.INFINITE)
    ]
    low, high = whole_range(bands, np.zeros(0), fmt)
    edges = [edge for band in bands for edge in (band.start, band.stop) if abs(edge) < fmt.max]
    assert low < min(edges) < 0 < max(edges) < high


def test_a_sample_far_away_does_not_widen_the_range() -> None:
    alone = whole_range((), np.array([1.0]), FLOAT32)
    assert whole_range((), np.array([1.0, 1e38, -np.inf, np.nan]), FLOAT32) == alone


def test_a_sample_near_by_does() -> None:
    low, high = whole_range((), np.array([20.0, -25.0]), FLOAT32)
    assert low < -25 < 20 < high


@given(st.lists(st.floats(width=64), max_size=5))
def test_a_value_range_is_finite_and_not_empty(values) -> None:
    low, high = value_range([np.array(values)])
    assert -math.inf < low < high < math.inf


@given(st.lists(st.floats(), min_size=1, max_size=8))
def test_drawn_values_are_near_the_view_or_nan(values) -> None:
    drawn = drawable(np.array(values), -1.0, 3.0)
    assert np.array_equal(np.isnan(drawn), np.isnan(values))
    assert not (np.abs(drawn) > 20).any()


def test_runs_name_every_stretch_that_is_not_finite() -> None:
    found = runs(np.arange(7.0), np.array([np.nan, np.nan, 1, np.inf, 2, -np.inf, np.nan]))
    assert [(r.rail, r.start, r.stop) for r in found] == [
        ("nan", 0, 1),
        ("nan", 6, 6),
        ("inf", 3, 3),
        ("-inf", 5, 5),
    ]


def test_a_span_maps_there_and_back_within_a_pixel() -> None:
    span = LogitSpan(-130.0, 60.0, 58.0, 640.0)
    for logit in (-130.0, -88.7, 0.0, 16.6):
        assert span.to_logit(span.to_pixel(logit)) == pytest.approx(logit, abs=190 / 640)
    assert span.to_pixel(-math.inf) == span.to_pixel(-1e38) == 58.0
    assert span.to_pixel(math.inf) == 698.0


@pytest.mark.parametrize(
    ("value", "spacing", "text"),
    [
        (0.0, 50, "0"),
        (-1e-17, 0.1, "0"),
        (-100.0, 50, "−100"),
        (16.635532, 0.000002, "16.635532"),
        (0.5, 0.5, "0.5"),
        (2e38, 1e38, "2e38"),
        (1.5e-9, 5e-10, "1.5e−9"),
    ],
)
def test_ticks_are_plain_numbers(value, spacing, text) -> None:
    assert tick_text(value, spacing) == text


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
@given(number=st.floats(-100, 100))
def test_a_float_in_words_names_just_that_float(fmt, number) -> None:
    value = float(fmt.round(number))
    assert float(fmt.round(float(float_text(value, fmt).replace("−", "-")))) == value


def test_a_band_in_words_says_where_it_starts() -> None:
    problem = BinaryProblem(logits=[0.0], target=[0.0])
    clamped = next(b for b in joined(regime_bands(problem, 0)) if b.regime is Regime.CLAMPED)
    assert reach_text(clamped, FLOAT32) == "z ≥ 16.635532"
    assert sentence([clamped], FLOAT32) == "clamped at z ≥ 16.635532"
    assert sentence([], FLOAT16) == "right everywhere"
