"""The curves of all routes along z, swept only where they are not known, and the marker on them."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from engine import (
    ROUTES,
    Band,
    Catalogue,
    Formula,
    Role,
    Sweep,
    as_two_classes,
    formulas_of,
    sweep,
)
from gui.all_four.state import Shown, route_bands
from gui.document.sample import Sample
from gui.plots.content.curve_points import Rail, as_floats
from gui.plots.content.marks import Curve, RailContent, Samples, Shades
from gui.plots.content.marks import Sample as Mark
from gui.plots.content.samples import rail_lines
from gui.plots.panel.plot_section import PlotContent
from gui.plots.scales.logit_span import LogitSpan, value_range
from gui.services.colours import FormulaStyle, formula_style, route_style

PIXELS_A_POINT = 2.0
RAILS: tuple[Rail, ...] = ("nan", "inf")
STRETCH = 0.02
"""Share of the visible logits that a sweep goes beyond them."""


def drawn_formulas(sample: Sample) -> Catalogue:
    """What has a curve, in the order of the legend: the routes, the wrong feedings, the true loss."""
    exact = formulas_of("binary", roles=frozenset({Role.EXACT}))
    return (*ROUTES, *sample.wrong, *exact)


def style_of(formula: Formula, dark: bool) -> FormulaStyle:
    """The look of a curve."""
    return formula_style(formula, dark) if formula.role is Role.EXACT else route_style(formula, dark)


class RouteCurves:
    """Makes the picture's content; what does not change from one sample to the next is the same object."""

    def __init__(self) -> None:
        self._asked: Hashable = None
        self._curves: tuple[Curve, ...] = ()

    def curves(self, sample: Sample, span: LogitSpan, ratio: float, dark: bool) -> tuple[Curve, ...]:
        """Every curve over the visible logits."""
        points = max(2, round(span.width * ratio / PIXELS_A_POINT))
        asked = (sample.target, sample.format, sample.feedings, span.low, span.high, points, dark)
        if asked != self._asked:
            self._asked = asked
            self._curves = tuple(_swept(sample, span, points, dark))
        return self._curves

    def content(self, shown: Shown, curves: tuple[Curve, ...], shaded: str, dark: bool) -> PlotContent:
        """The curves, the stretches of one formula, and the marker."""
        sample = shown.sample
        formulas = drawn_formulas(sample)
        bands = bands_of(sample, shaded)
        lines = rail_lines(curves, formulas, RAILS)
        return PlotContent(
            Shades(bands, sample.format),
            RailContent(RAILS, lines, slots=len(formulas)),
            curves,
            Samples(selected=_marks(shown, formulas, dark)),
        )


def bands_of(sample: Sample, key: str) -> tuple[Band, ...]:
    """Where one of the routes fails."""
    return tuple(band for band in route_bands(sample) if band.formula == key)


def fitted(curves: tuple[Curve, ...], headroom: float) -> tuple[float, float]:
    """The values that show all of the curves."""
    return value_range((curve.values for curve in curves), headroom)


def _swept(sample: Sample, span: LogitSpan, points: int, dark: bool) -> list[Curve]:
    problem, formulas = sample.problem(0.0), drawn_formulas(sample)
    room = STRETCH * (span.high - span.low)
    low, high, bands = span.low - room, span.high + room, route_bands(sample)
    sweeps = [
        sweep(each, 0, moved, low=low, high=high, points=points, formulas=formulas, bands=bands)
        for each, moved in ((problem, None), (as_two_classes(problem), 1))
    ]
    made = {key: curve for swept in sweeps for key, curve in _curves_of(swept, dark)}
    return [made[formula.key] for formula in formulas if formula.key in made]


def _curves_of(swept: Sweep, dark: bool) -> list[tuple[str, Curve]]:
    return [
        (
            column.formula.key,
            Curve(
                key=(0, column.formula.key),
                logits=swept.logits,
                values=as_floats(column.loss),
                style=style_of(column.formula, dark),
                exact=column.formula.role is Role.EXACT,
                own=True,
                thin=column.formula.role is Role.MISTAKE,
            ),
        )
        for column in swept.columns
    ]


def _marks(shown: Shown, formulas: Catalogue, dark: bool) -> tuple[Mark, ...]:
    """The true loss first, and so below the others."""
    if shown.z is None:
        return ()
    found = []
    for formula in reversed(formulas):
        exact = formula.role is Role.EXACT
        result = shown.result(ROUTES[1].key if exact else formula.key)
        if result is None:
            continue
        value = result.truth if exact else result.loss
        if not np.isnan(value):
            found.append(Mark(shown.z, value, style_of(formula, dark), exact))
    return tuple(found)
