"""A failing stretch is seen for what it is: its colour and hatch, its edges, its name; and nothing more."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from plots_bench import PlotBench
from PySide6.QtGui import QColor

from engine import FLOAT32, Band, GradientRegime, Regime, next_float
from gui.plots.canvas.pixel_items import UNSETTLED
from gui.plots.content.marks import Samples, Shades
from gui.plots.parts.painting import PATTERN
from gui.services.colours import is_dense, is_filled, regime_colour, regime_fill

FAILURES = [r for r in (*Regime, *GradientRegime) if r.name != "EXACT"]


class Bench(PlotBench):
    """A plot that shows nothing but shades."""

    def shade(self, *bands: Band, settled: bool = True) -> None:
        self.plot.layer.show((), self.plot.view, self.plot.theme)
        self.plot.show_samples(Samples())
        self.plot.notes.show_notes(())
        self.plot.shades.show_shades(Shades(bands, FLOAT32, settled))
        self.image = self.plot.grab().toImage()
        self.scale = self.image.devicePixelRatio()

    def columns(self, low: float, high: float) -> range:
        """The columns of pixels between two logits, without those at either."""
        left, right = (self.plot.span.to_pixel(logit) * self.scale for logit in (low, high))
        return range(round(left) + 3, round(right) - 2)

    def colours(self, low: float, high: float, top: float = 0.5, bottom: float = 0.95) -> Counter:
        """The pixels between two logits, by default below the names."""
        area = self.plot.area
        rows = range(
            round((area.top() + top * area.height()) * self.scale),
            round((area.top() + bottom * area.height()) * self.scale),
        )
        return Counter(self.image.pixelColor(x, y).name() for x in self.columns(low, high) for y in rows)

    def names(self, low: float, high: float) -> bool:
        """Whether words stand at the top between two logits."""
        return self.plot.theme.text.name() in self.colours(low, high, 0.0, 0.5)

    def fill(self, regime) -> str:
        filled = is_filled(regime)
        return (regime_fill(regime, dark=False) if filled else self.plot.theme.background).name()

    def pattern(self, regime) -> str:
        return mixed(regime_colour(regime, dark=False), regime_fill(regime, dark=False), PATTERN)

    def has_line(self, regime, logit: float) -> bool:
        """Whether there is a line at a logit, from top to bottom."""
        area, x = self.plot.area, round(self.plot.span.to_pixel(logit) * self.scale)
        rows = [round((area.top() + share * area.height()) * self.scale) for share in (0.02, 0.5, 0.9)]
        colour = regime_colour(regime, dark=False).name()
        return any(
            all(self.image.pixelColor(at, y).name() == colour for y in rows) for at in range(x - 2, x + 3)
        )


def mixed(colour: QColor, into: QColor, share: float) -> str:
    parts = (
        a * (1 - share) + b * share for a, b in zip(colour.getRgbF()[:3], into.getRgbF()[:3], strict=True)
    )
    return QColor.fromRgbF(*parts).name()


def band(regime, start: float, stop: float) -> Band:
    quantity = "loss" if isinstance(regime, Regime) else "gradient"
    return Band("binary_scratch", quantity, regime, start, stop, 24.0)


@pytest.fixture
def bench(qtbot) -> Bench:
    return Bench(qtbot)


@pytest.mark.parametrize("regime", FAILURES, ids=repr)
def test_a_failing_stretch_has_its_regime_s_colour_and_hatch(bench, regime) -> None:
    bench.shade(band(regime, -60.0, 40.0))
    found = bench.colours(-60.0, 40.0)
    assert set(found) == {bench.fill(regime), bench.pattern(regime)}
    if not is_dense(regime):
        assert found.most_common(1)[0][0] == bench.fill(regime)


def test_beside_a_failing_stretch_the_plot_is_plain(bench) -> None:
    bench.shade(band(Regime.INFINITE, 10.0, 30.0))
    plain = {bench.plot.theme.background.name()}
    assert set(bench.colours(-100.0, 10.0, 0.02, 0.98)) == plain
    assert set(bench.colours(30.0, 60.0, 0.02, 0.98)) == plain


@pytest.mark.parametrize("side", [-1, 1])
def test_a_stretch_out_of_view_is_not_shaded_at_the_edge(bench, side) -> None:
    span = bench.plot.span
    far = sorted((side * 300.0, side * 400.0))
    bench.shade()
    area, middle = bench.plot.area, round(bench.plot.area.center().y() * bench.scale)
    edges = [round(x * bench.scale) + by for x in (area.left(), area.right()) for by in range(-3, 4)]
    before = [bench.image.pixel(x, middle) for x in edges]
    bench.shade(band(Regime.NAN, *far))
    assert set(bench.colours(span.low, span.high, 0.02, 0.98)) == {bench.plot.theme.background.name()}
    assert [bench.image.pixel(x, middle) for x in edges] == before


def test_each_edge_in_view_is_a_line_and_no_other(bench) -> None:
    bench.shade(band(Regime.CLAMPED, -60.0, 40.0))
    assert bench.has_line(Regime.CLAMPED, -60.0)
    assert bench.has_line(Regime.CLAMPED, 40.0)
    span = bench.plot.span
    bench.shade(band(Regime.CLAMPED, -FLOAT32.max, FLOAT32.max))
    assert not bench.has_line(Regime.CLAMPED, span.low)
    assert not bench.has_line(Regime.CLAMPED, span.high)


def test_bands_of_the_problem_before_an_edit_are_dimmed(bench) -> None:
    bench.shade(band(Regime.LOSING_DIGITS, -60.0, 40.0), settled=False)
    ((found, _count),) = bench.colours(-60.0, 40.0).most_common(1)
    full, background = QColor(bench.fill(Regime.LOSING_DIGITS)), bench.plot.theme.background
    expected = QColor(mixed(full, background, 1.0 - UNSETTLED))
    off = (a - b for a, b in zip(QColor(found).getRgb(), expected.getRgb(), strict=True))
    assert max(map(abs, off)) <= 1


def test_a_stretch_is_named_where_its_name_fits(bench) -> None:
    wide, narrow = band(Regime.INFINITE, -60.0, 40.0), band(Regime.INFINITE, 0.0, 1.5)
    bench.shade(wide)
    assert bench.names(-60.0, 40.0)
    bench.shade(narrow)
    assert not bench.names(-60.0, 40.0)


def test_a_stretch_of_one_float_is_still_seen(bench) -> None:
    bench.shade(band(Regime.INFINITE, 17.0, 17.0))
    assert set(bench.colours(10.0, 24.0)) > {bench.plot.theme.background.name()}


def test_at_single_floats_an_edge_stands_half_way_to_its_neighbour(bench) -> None:
    inside = next(b for b in bench.plot.shades.bands if b.regime is Regime.INFINITE)
    bench.panel.zoom_to_edge(inside, "start")
    bench.settle()
    bench.shade(replace(inside))
    before = float(next_float(FLOAT32.round([inside.start]), -1)[0])
    left, right = (bench.plot.span.to_pixel(each) for each in (before, inside.start))
    halves = before, (before + inside.start) / 2.0, inside.start
    assert right - left > 10.0
    assert set(bench.colours(*halves[:2])) == {bench.plot.theme.background.name()}
    assert bench.plot.theme.background.name() not in bench.colours(*halves[1:])
