"""What colours owe to eyes: contrast against the background, of edges against their fill, of text on it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPalette

from engine import CATALOGUE, FEEDINGS, ROUTES, GradientRegime, Regime
from gui.services.colours import (
    formula_style,
    is_filled,
    regime_colour,
    regime_fill,
    regime_hatch,
    route_style,
)
from gui.services.theme import palette

GRAPHICS, TEXT = 3.0, 4.5
"""WCAG 2.2, 1.4.11 and 1.4.3."""

REGIMES = [regime for kind in (Regime, GradientRegime) for regime in kind if regime.name != "EXACT"]
in_both_themes = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


def luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: QColor, second: QColor) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def background(dark: bool) -> QColor:
    return palette(dark=dark).color(QPalette.ColorRole.Base)


@in_both_themes
@pytest.mark.parametrize("formula", CATALOGUE, ids=lambda formula: formula.key)
def test_a_curve_stands_out_from_the_background_and_from_every_fill(formula, dark):
    colour = formula_style(formula, dark).colour
    assert contrast(colour, background(dark)) >= GRAPHICS
    if formula.key in {"bce_with_logits", "bce_sigmoid", "cross_entropy", "nll_log_softmax"}:
        weakest = min(contrast(colour, regime_fill(regime, dark)) for regime in REGIMES)
        assert weakest >= GRAPHICS


@in_both_themes
@pytest.mark.parametrize("regime", REGIMES, ids=str)
def test_an_area_s_edge_stands_out_from_the_background_and_from_its_own_fill(regime, dark):
    edge = regime_colour(regime, dark)
    assert contrast(edge, background(dark)) >= GRAPHICS
    assert contrast(edge, regime_fill(regime, dark)) >= GRAPHICS


@in_both_themes
@pytest.mark.parametrize("regime", REGIMES, ids=str)
def test_text_reads_on_every_fill_as_well_as_beside_it(regime, dark):
    text = palette(dark=dark).color(QPalette.ColorRole.Text)
    assert contrast(text, regime_fill(regime, dark)) >= 7.0


@in_both_themes
def test_selected_text_reads(dark):
    colours = palette(dark=dark)
    ground = colours.color(QPalette.ColorRole.Highlight)
    assert contrast(colours.color(QPalette.ColorRole.HighlightedText), ground) >= TEXT


def test_no_two_fills_of_losses_look_alike_and_the_rest_is_told_by_the_pattern():
    looks = {
        (regime_fill(regime, False).name(), regime_hatch(regime), is_filled(regime))
        for regime in Regime
        if regime not in {Regime.BEYOND, Regime.REFUSED}  # the same with a denser pattern
    }
    assert len(looks) == len(Regime) - 2


@pytest.mark.parametrize("dark", [False, True])
def test_where_all_four_losses_share_an_axis_each_has_a_look_of_its_own(dark):
    styles = [route_style(formula, dark) for formula in (*ROUTES, *FEEDINGS)]
    assert len({(style.colour.name(), style.dash) for style in styles}) == len(styles)
    assert len({style.colour.name() for style in styles[:4]}) == 4
    for style in styles:
        assert contrast(style.colour, background(dark)) >= 4.5
    own = route_style(ROUTES[3], dark).colour
    assert own.name() == ("#d9a94a" if dark else "#8a5a00")
