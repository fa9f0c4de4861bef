"""The linked plots in a real window: one axis for all, each shown or not, each with its own scale."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from plots_bench import PlotBench
from pyqtgraph import Point
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtTest import QTest

from engine import (
    FLOAT16,
    FLOAT32,
    FLOAT64,
    FORMATS,
    SPACINGS,
    MulticlassProblem,
    Regime,
    absolute_error,
    evaluate,
    next_float,
    regime_bands,
    relative_error,
)
from gui.plots.content import band_finder
from gui.plots.content.panel_state import PanelState
from gui.plots.content.quantities import Measure, PlotKind
from gui.plots.panel.plot_panel import PlotPanel
from gui.plots.scales.axes import LogitAxis
from gui.plots.scales.value_scale import SCALE_KINDS
from gui.plots.strip.strip_paint import lane_words
from gui.plots.strip.strip_panel import StripPanel

ALL = tuple(PlotKind)


class Bench(PlotBench):
    """A panel high enough for all plots, with logits that are no float32."""

    SIZE = (850, 760)
    LOGITS, TARGET = (1.3, -0.7, 2.1), (0, 1, 1)
    CLASS_LOGITS = ((1.0, 2.0, 0.5), (0.1, -0.3, 0.9))

    def set_up(self, **choices) -> None:
        self.panel.set_up(PanelState(**choices))
        self.settle()

    def column_along(self, curve, key):
        subject = self.panel.subject
        lane = subject.lanes[curve.key[0]]
        moved = () if lane.moved is None else (lane.moved,)
        return evaluate(lane.problem.along(0, curve.logits, *moved)).column(key)


@pytest.fixture
def bench(qtbot) -> Bench:
    return Bench(qtbot)


def own_curves(bench, kind):
    own = bench.panel.subject.own
    return {key: curve for (lane, key), curve in bench.plot_of(kind).layer.curves.items() if lane == own}


@pytest.mark.parametrize(
    ("width", "shown"),
    [(1366, ALL[:1]), (1919, ALL[:1]), (1920, ALL[:2]), (2559, ALL[:2]), (2560, ALL)],
)
def test_a_wide_window_shows_more_plots_until_the_user_chooses(bench, width, shown) -> None:
    bench.panel.reset()
    bench.panel.resize(width, 760)
    bench.settle()
    assert bench.panel.stack.open == shown
    assert bench.plot.height() >= 110
    bench.panel.stack.choose(ALL[1:])
    bench.panel.resize(1366, 760)
    bench.settle()
    assert bench.panel.stack.open == ALL[1:]
    assert bench.panel.setup.open == ALL[1:]


def chip(bench, number):
    return bench.header.chips.chips[number]


@pytest.mark.parametrize("number", range(3))
def test_a_chip_takes_its_plot_away_and_brings_it_back(bench, number) -> None:
    kind, button = ALL[number], chip(bench, number)
    for expected in (False, True):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.rect().center())
        bench.settle()
        assert bench.plot_of(kind).isVisible() == button.isChecked() == expected
    bench.panel.resize(850, 900)
    bench.settle()
    assert bench.panel.stack.open == ALL


def test_the_keys_1_to_4_switch_the_panels(bench) -> None:
    bench.plot.setFocus()
    for key, number in zip((Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4), (1, 2, 3), strict=True):
        bench.key(key)
        assert not chip(bench, number).isChecked()
    assert bench.panel.stack.open == (PlotKind.LOSS,)
    assert not bench.strips.isVisible()
    bench.key(Qt.Key.Key_4)
    assert bench.strips.isVisible()


def test_in_a_narrow_window_the_chips_fold_into_one_menu(bench) -> None:
    assert not bench.header.chips.menu.isVisible()
    bench.panel.resize(560, 760)
    bench.settle()
    assert bench.header.chips.menu.isVisible()
    assert not chip(bench, 0).isVisible()
    menu = bench.header.chips.menu.menu()
    assert [action.iconText() for action in menu.actions()] == ["Loss", "Error", "Gradient", "Strip"]
    menu.actions()[1].trigger()
    assert PlotKind.ERROR not in bench.panel.stack.open


def test_the_plots_share_the_height_as_3_to_2_to_2(bench) -> None:
    bench.panel.resize(850, 1400)
    bench.settle()
    heights = [bench.section(kind).height() for kind in ALL]
    assert heights[0] / sum(heights) == pytest.approx(3 / 7, abs=0.01)
    assert heights[1] == pytest.approx(heights[2], abs=2)


def test_where_the_plots_would_be_too_low_the_strips_lose_the_other_target(bench) -> None:
    bench.panel.stack.choose(ALL[:1])
    bench.settle()
    assert not bench.strips.lane_rect("bce_sigmoid", 0).isEmpty()
    bench.panel.resize(850, bench.panel.minimumSizeHint().height())
    bench.settle()
    other, own = (bench.strips.lane_rect("bce_sigmoid", lane) for lane in (0, 1))
    assert other.isEmpty()
    assert not own.isEmpty()
    assert bench.strips.geometry().bottom() <= bench.panel.rect().bottom()


def test_only_the_lowest_plot_numbers_the_logits(bench) -> None:
    def numbered(kind):
        axis = next(item for item in bench.plot_of(kind).scene().items() if isinstance(item, LogitAxis))
        return axis.style["showValues"]

    assert [numbered(kind) for kind in ALL] == [False, False, True]
    chip(bench, 2).click()
    bench.settle()
    assert [numbered(kind) for kind in ALL[:2]] == [False, True]


@pytest.mark.parametrize("kind", ALL)
def test_a_zoom_in_one_plot_moves_all(bench, kind) -> None:
    bench.plot_of(kind).zoom(0.25)
    bench.settle()
    spans = [bench.plot_of(each).span for each in ALL]
    assert len({(span.start, span.stop) for span in spans}) == 1
    assert len({span.left for span in spans}) == len({span.width for span in spans}) == 1
    assert bench.strips.span.low == spans[0].low
    shift = bench.panel.gutter.width()
    assert bench.strips.span.left == spans[0].left + shift, "strips stand below the plots"


@pytest.mark.parametrize(
    ("measure", "error"),
    [
        (Measure.BITS, lambda column: column.error_bits),
        (Measure.ULP, lambda column: column.error_ulp),
        (Measure.ABSOLUTE, lambda column: absolute_error(column.loss, column.truth.loss)),
        (Measure.RELATIVE, lambda column: relative_error(column.loss, column.truth.loss)),
    ],
)
def test_error_curves_hold_the_engines_errors(bench, measure, error) -> None:
    bench.set_up(measure=measure)
    curves = own_curves(bench, PlotKind.ERROR)
    assert set(curves) == {"bce_with_logits", "bce_sigmoid", "binary_scratch"}
    for key, curve in curves.items():
        np.testing.assert_array_equal(curve.values, error(bench.column_along(curve, key)))


@pytest.mark.parametrize("page", ["binary", "multiclass"])
def test_gradient_curves_are_those_to_the_moved_logit(bench, page) -> None:
    bench.document.set_page(page)
    bench.settle()
    for key, curve in own_curves(bench, PlotKind.GRADIENT).items():
        expected = bench.column_along(curve, key).gradient.astype(np.float64)
        if expected.ndim == 2:
            expected = expected[:, bench.panel.subject.moved]
        np.testing.assert_array_equal(curve.values, expected)


def test_the_caption_defines_the_measure_in_place(bench) -> None:
    assert "log2(1 + floats apart)" in bench.section(PlotKind.ERROR).caption.title


def test_each_plot_shades_its_own_quantity(bench) -> None:
    bench.panel.shade("bce_sigmoid")
    own = bench.panel.subject.lanes[bench.panel.subject.own].problem
    for kind, quantity in zip(ALL, ("loss", "loss", "gradient"), strict=True):
        bands = regime_bands(own, 0, quantity=quantity)
        expected = tuple(band for band in bands if band.formula == "bce_sigmoid")
        assert bench.plot_of(kind).shades.bands == expected


def test_other_rows_stand_on_the_shaded_formulas_error(qtbot) -> None:
    bench = Bench(qtbot, logits=(1.3, 17.0, 2.1, -12.0), target=(0, 0, 1, 0))
    bench.panel.shade("binary_scratch")
    errors = bench.panel.subject.evaluation.column("binary_scratch").error_bits
    assert errors[1:].any()
    places = bench.plot_of(PlotKind.ERROR)._others_at
    np.testing.assert_array_equal(places[1], errors[1:])


def test_errors_of_0_stand_on_a_rail_where_the_axis_is_logarithmic(bench) -> None:
    bench.set_up(measure=Measure.ABSOLUTE)
    rails = bench.section(PlotKind.ERROR).low_rails.content
    assert rails.rails == ("zero",)
    assert {line.run.rail for line in rails.lines} == {"zero"}


@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize("height", [500, 760, 1400])
def test_the_error_axis_has_a_name_and_numbers_that_can_be_read(bench, measure, height) -> None:
    bench.panel.stack.choose(ALL)
    bench.panel.resize(850, height)
    bench.set_up(measure=measure, open=ALL)
    plot = bench.plot_of(PlotKind.ERROR)
    axis = plot._value_axis
    margins = 2 * axis.label.document().documentMargin()
    assert axis.labelText
    assert axis.label.boundingRect().width() - margins <= axis.size().height()
    low, high = plot.value_span
    (_, numbered), *_ = axis.tickValues(low, high, axis.size().height())
    assert sum(low < place < high for place in numbered) >= 2


def test_a_logarithmic_axis_says_that_it_is_one(bench) -> None:
    bench.panel.resize(850, 1400)
    for measure, name in ((Measure.ABSOLUTE, "absolute error (log)"), (Measure.BITS, "bits lost")):
        bench.set_up(measure=measure, loss_scale="log")
        assert bench.plot_of(PlotKind.ERROR)._value_axis.labelText == name
        assert bench.plot._value_axis.labelText == "loss (log)"
    (measures,) = bench.section(PlotKind.ERROR).caption.switches()
    assert [action.text() for action in measures.menu().actions()] == [
        "bits lost",
        "ULP, log ±",
        "absolute, log",
        "relative, log",
    ]


def test_a_logarithmic_loss_axis_has_rails_for_what_it_cannot_show(bench) -> None:
    bench.set_up(loss_scale="log")
    section = bench.section(PlotKind.LOSS)
    assert "zero" in section.low_rails.content.rails
    low, high = section.plot.value_span
    assert -400 < low < high < 400


def test_a_symmetric_logarithmic_axis_shows_losses_below_0(qtbot) -> None:
    bench = Bench(qtbot, logits=(3.0,), target=(2.0,))
    bench.set_up(loss_scale="symlog")
    low, _ = bench.plot.value_span
    loss = float(bench.panel.subject.evaluation.column("bce_with_logits").loss[0])
    assert loss < 0
    assert low < bench.plot.view.scale.place(loss) < 0
    assert "zero" not in bench.section(PlotKind.LOSS).low_rails.content.rails


LOOKS = tuple(itertools.product(SPACINGS, SCALE_KINDS))
"""Every spacing of logits with every scale of losses."""


def every_change(states):
    """A walk that leads from each state to each other."""
    for at, first in enumerate(states):
        yield first
        for second in states[at + 1 :]:
            yield from (second, first)


@pytest.mark.parametrize(
    ("page", "fmt"), [*(("binary", fmt) for fmt in FORMATS), ("multiclass", FLOAT32)], ids=str
)
def test_scales_lead_to_the_same_view_whichever_was_there_before(bench, page, fmt) -> None:
    bench.document.set_page(page)
    bench.document.set_format(fmt, "format")
    bench.settle()
    measures = itertools.cycle(Measure)
    seen = {}
    for spacing, kind in every_change(LOOKS):
        measure = next(measures)
        bench.set_up(spacing=spacing, loss_scale=kind, measure=measure)
        view, error = bench.plot.view, bench.plot_of(PlotKind.ERROR).view
        assert view.bottom < view.top
        assert view == seen.setdefault((spacing, kind), view)
        assert error == seen.setdefault((spacing, measure), error)
        assert bench.plot.selected.markers


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_an_ordinal_axis_gives_every_float_equal_room(bench, fmt) -> None:
    bench.document.set_format(fmt, "format")
    bench.set_up(spacing="ordinal")
    span = bench.plot.span
    assert (span.low, span.high) == (-fmt.max, fmt.max)
    middle = span.left + span.width / 2
    assert span.to_pixel(0.0) == pytest.approx(middle)
    assert span.to_pixel(1.0) - middle == pytest.approx(span.width / 4, rel=0.1), (
        "half of all floats are below 1"
    )
    bench.panel.grab()


@pytest.mark.parametrize("spacing", ["linear", "ordinal"])
@pytest.mark.parametrize("fmt", [FLOAT16, FLOAT64], ids=str)
def test_zooming_to_an_edge_shows_single_floats_as_steps(bench, fmt, spacing) -> None:
    bench.document.set_format(fmt, "format")
    bench.set_up(spacing=spacing)
    bands = bench.panel.subject.bands_of("binary_scratch", bench.panel.subject.own)
    infinite = next(band for band in bands if band.regime is Regime.INFINITE)
    bench.panel.zoom_to_edge(infinite, "start")
    bench.settle()
    plot = bench.plot
    assert plot.span.shows(infinite.start)
    assert plot.span.steps
    curve = plot.layer.curves[bench.panel.subject.own, "bce_sigmoid"]
    rounded = fmt.round(curve.logits)
    np.testing.assert_array_equal(next_float(rounded[:-1]), rounded[1:])
    xs, ys = plot.layer.items[curve.key].logits, plot.layer.items[curve.key].values
    slopes = (np.diff(xs) != 0) & (np.diff(ys) != 0)
    assert not slopes.any(), "a line across neighbouring floats would show values that no float has"
    label = plot._logit_axis.offset_text(plot.span.start, plot.span.stop, plot.span.width)
    assert "floats of" in label


def test_zooming_in_stops_at_a_few_floats(bench) -> None:
    for _ in range(30):
        bench.plot.zoom(0.1)
        bench.settle()
    span = bench.plot.span
    assert span.low < span.high
    assert span.steps


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("spacing", SPACINGS)
def test_a_fast_zoom_far_from_0_never_makes_both_ends_one(bench, spacing, kind) -> None:
    bench.set_up(spacing=spacing, measure=Measure.ULP)
    plot = bench.plot_of(kind)
    for _ in range(30):
        start, stop = plot.span.start, plot.span.stop
        plot.box.scaleBy(x=0.1, y=0.1, center=Point(start + 0.9 * (stop - start), plot.view.top))
        assert plot.span.start < plot.span.stop
        assert plot.view.bottom < plot.view.top
    bench.settle()


def test_strips_compare_formats(bench) -> None:
    bench.set_up(strips="format")
    title, *strips = bench.strips.strips
    assert title.key == bench.panel.shaded
    assert [strip.key for strip in strips] == [fmt.name for fmt in FORMATS]
    for strip in strips:
        for bands, lane in zip(strip.bands, bench.panel.subject.lanes, strict=True):
            found = regime_bands(lane.problem.replace(format=strip.format), 0)
            assert bands == tuple(band for band in found if band.formula == title.key)


def test_the_set_up_outlives_the_panel(bench, qtbot) -> None:
    chosen = PanelState((PlotKind.GRADIENT,), Measure.ULP, "symlog", "ordinal", "format", strip_shown=False)
    bench.panel.restore_state(QByteArray(chosen.to_text().encode()))
    other = PlotPanel(bench.document, bench.selection, bench.evaluator)
    qtbot.addWidget(other)
    other.restore_state(bench.panel.state())
    assert other.setup == chosen


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"[]", b'{"measure": 3, "open": 1, "spacing": null}'])
def test_a_set_up_that_cannot_be_read_is_that_of_a_first_start(bench, text) -> None:
    bench.panel.reset()
    bench.panel.restore_state(QByteArray(text))
    assert bench.panel.setup == PanelState()


def test_a_held_logit_keeps_the_last_bands_dimmed_until_the_edits_pause(bench, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(band_finder, "QUIET_MS", 700)  # longer than a slow machine takes to paint
    bench.document.set_page("multiclass")
    bench.settle()
    before = bench.panel.subject.bands
    bench.document.set_cells("multiclass", "logits", (0, 1), 7.25, "edit")
    bench.turn()
    assert not bench.panel.subject.settled
    assert bench.panel.subject.bands == before
    qtbot.waitUntil(lambda: bench.panel.subject.settled)
    lane = bench.panel.subject.lanes[0]
    assert bench.panel.subject.bands[0].loss == regime_bands(lane.problem, 0, lane.moved)


# -- what pyqtgraph is known to fail at --------------------------------------------------------------


def painted_curves(plot) -> int:
    """How many different colours of the loss's curves are in the picture."""
    image = plot.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(image.height())}
    return sum(curve.style.colour.name() in seen for curve in plot.layer.curves.values())


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_pyqtgraph_1057_a_value_that_is_not_finite_does_not_take_the_whole_path_along(
    qtbot, capfd, value
) -> None:
    bench = Bench(qtbot, logits=(value, 1.0), target=(1, 0))
    assert painted_curves(bench.plot) >= 2
    assert capfd.readouterr().err == ""


def test_pyqtgraph_1011_a_huge_value_does_not_make_the_others_invisible(qtbot, capfd) -> None:
    bench = Bench(qtbot, logits=(1e38, -1e38, 1.0), target=(0, 1, 0))
    assert painted_curves(bench.plot) >= 2
    assert bench.plot.value_span[1] < 1e3
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("scale", ["log", "symlog"])
def test_pyqtgraph_1988_losses_of_0_and_below_have_a_place_under_a_logarithm(qtbot, capfd, scale) -> None:
    bench = Bench(qtbot, logits=(50.0, -50.0, 3.0), target=(1, 0, 2))
    bench.set_up(loss_scale=scale)
    assert painted_curves(bench.plot) >= 2
    low, high = bench.plot.value_span
    assert math.isfinite(low)
    assert math.isfinite(high)
    assert capfd.readouterr().err == ""


def test_pyqtgraph_2000_rows_at_infinity_leave_the_other_dots_in_place(qtbot, capfd) -> None:
    bench = Bench(qtbot, logits=(1.0, math.inf, -math.inf, math.nan, -2.0), target=(1, 1, 0, 1, 0))
    bench.plot.zoom(0.01)
    bench.plot.zoom(100.0)
    bench.settle()
    for kind in ALL:
        places = bench.plot_of(kind)._others_at
        assert np.isfinite(places).all()
        assert -2.0 in places[0]
    bench.panel.grab()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("span", [(-1e30, 1e30), (1e29, 1e30), (-1e-30, 1e-30)])
@pytest.mark.parametrize("scale", ["linear", "log", "symlog"])
def test_pyqtgraph_1538_numbers_of_a_wide_axis_neither_overflow_nor_warn(bench, capfd, span, scale) -> None:
    bench.set_up(loss_scale=scale)
    for values in ((-307.0, 307.0), (-1e30, 1e30)):
        bench.plot.show_range(span, values)
        bench.settle()
        bench.panel.grab()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_a_span_over_the_float_maximum_keeps_every_plot(bench, capfd, fmt) -> None:
    bench.document.set_format(fmt, "format")
    bench.plot.show_range((-1e30, 1e30), bench.plot.value_span)
    bench.settle()
    bench.panel.grab()
    for kind in ALL:
        assert bench.plot_of(kind).layer.curves
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("classes", [3, 100])
def test_bands_of_classes_are_looked_for_and_then_in_view(qtbot, classes) -> None:
    bench = PlotBench(qtbot)
    logits = [[0.5 * (number % 3) for number in range(classes)]]
    many = MulticlassProblem(logits=logits, target=[0], format=FLOAT16)
    bench.document.load(bench.document.binary, many, "multiclass")
    bench.evaluator.flush()
    strips = bench.panel.findChild(StripPanel)
    told = strips.strips[1]
    assert not bench.panel.subject.settled
    assert lane_words(told, told.bands[0]) == "looking for where it fails…"
    qtbot.waitUntil(lambda: bench.panel.subject.settled)
    low, high = bench.panel.subject.whole()
    assert bench.panel.stack.span.low <= low < high <= bench.panel.stack.span.high
    assert "looking" not in lane_words(strips.strips[1], strips.strips[1].bands[0])
