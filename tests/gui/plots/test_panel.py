"""The picture in a real window: it follows the document, and nothing is dropped."""

from __future__ import annotations

import math

import numpy as np
import pytest
from plots_bench import PlotBench, pixel_of
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from engine import FLOAT16, FLOAT32, FLOAT64, BinaryProblem, MulticlassProblem, Regime, evaluate, regime_bands
from gui.plots.canvas.curve_item import CurveItem
from gui.plots.canvas.rails import short_count
from gui.plots.content.quantities import PlotKind
from gui.plots.parts.switch import Switch
from gui.plots.parts.words import float_text
from gui.services.theme import palette


class Bench(PlotBench):
    """A low panel, with logits that are no float32."""

    SIZE = (850, 450)
    OPEN = (PlotKind.LOSS,)
    LOGITS, TARGET = (1.3, -0.7, 2.1), (0, 1, 1)
    CLASS_LOGITS = ((1.0, 2.0, 0.5), (0.1, -0.3, 0.9))

    def edit(self, logit: float, row: int = 0) -> None:
        self.document.set_cells("binary", "logits", (row,), logit, "edit")
        self.settle()

    def low_rails(self) -> tuple[str, ...]:
        return self.section().low_rails.content.rails

    def own_lane(self) -> int:
        return self.panel.subject.own

    def marker(self) -> tuple[float, float]:
        marker = self.plot.selected.markers[-1]
        return marker.x, marker.y


@pytest.fixture
def bench(qtbot) -> Bench:
    return Bench(qtbot)


@pytest.mark.parametrize("page", ["binary", "multiclass"])
def test_curves_hold_the_engines_values(bench, page) -> None:
    bench.document.set_page(page)
    bench.settle()
    subject = bench.panel.subject
    assert len(bench.plot.layer.curves) == len(subject.lanes) * len(subject.formulas)
    for (lane, key), curve in bench.plot.layer.curves.items():
        problem, moved = subject.lanes[lane].problem, subject.lanes[lane].moved
        along = problem.along(0, curve.logits) if moved is None else problem.along(0, curve.logits, moved)
        expected = evaluate(along).column(key).loss.astype(np.float64)
        np.testing.assert_array_equal(curve.values, expected)


def test_there_is_a_point_for_about_two_device_pixels(bench) -> None:
    curve = bench.plot.layer.curves[0, "bce_sigmoid"]
    pixels = bench.plot.span.width * bench.panel.devicePixelRatioF()
    assert pixels / 2 <= len(curve.logits) <= pixels / 2 + 60


def test_a_jump_is_drawn_between_neighbouring_floats(bench) -> None:
    curve = bench.plot.layer.curves[bench.own_lane(), "bce_sigmoid"]
    jump = int(np.argmax(np.abs(np.diff(curve.values))))
    assert curve.values[jump + 1] == 100.0
    assert np.nextafter(np.float32(curve.logits[jump]), np.float32(np.inf)) == np.float32(
        curve.logits[jump + 1]
    )


def test_strips_show_the_engines_bands_in_every_lane(bench) -> None:
    for lane, target in enumerate((1.0, 0.0)):
        problem = BinaryProblem(logits=[0.0], target=[target])
        for strip in bench.strips.strips:
            expected = tuple(b for b in regime_bands(problem, 0) if b.formula == strip.key)
            assert (strip.bands[lane] if strip.bands else ()) == expected


def test_the_first_sight_has_bceloss_clamped_on_both_sides_and_scratch_on_its_rails(bench) -> None:
    span = bench.plot.span
    for (_, key), curve in bench.plot.layer.curves.items():
        if key == "bce_sigmoid":
            assert 100.0 in curve.values
    rails = {line.run.rail for line in bench.rails.content.lines}
    assert rails == {"nan", "inf"}
    assert span.low < -88.72284 < 16.635532 < span.high
    assert bench.plot.value_span[1] > 100.0


def test_an_edit_moves_the_selected_marker(bench) -> None:
    bench.edit(-3.5)
    logit, loss = bench.marker()
    assert logit == -3.5
    assert loss == pytest.approx(math.log1p(math.exp(-3.5)))


def test_selecting_a_row_shows_that_row(bench) -> None:
    bench.selection.select("binary", 2)
    bench.settle()
    assert bench.marker()[0] == pytest.approx(2.1)
    assert bench.panel.subject.lanes[bench.own_lane()].label == "y = 1"
    assert "Row 3 along its logit; shaded: scratch" in bench.header.title
    assert bench.panel.gutter.selected == ("row 3: y = 1", "z = 2.1", "p = 0.890903")


def test_dragging_a_logit_sweeps_nothing(bench) -> None:
    before = bench.plot.layer.curves
    bench.edit(0.25)
    assert all(bench.plot.layer.curves[key] is curve for key, curve in before.items())


def test_another_target_takes_the_other_lane_as_its_own(bench) -> None:
    assert bench.own_lane() == 1
    bench.document.set_cells("binary", "target", (0,), 1.0, "edit")
    bench.settle()
    assert bench.own_lane() == 0
    assert bench.plot.layer.curves[0, "binary_exact"].own


def test_another_format_moves_the_edges(bench) -> None:
    bench.document.set_format(FLOAT16, "format")
    bench.settle()
    scratch = next(s for s in bench.strips.strips if s.key == "binary_scratch")
    infinite = next(b for b in scratch.bands[1] if b.regime is Regime.INFINITE)
    assert infinite.start == 8.3203125
    assert bench.plot.span.high < 40


def test_rows_that_are_not_finite_stand_on_the_rails_with_their_count(qtbot) -> None:
    bench = Bench(qtbot, logits=(-200.0, 17.0, math.nan, 1.0), target=(1, 0, 1, 0))
    dots = {(dot.rail, dot.logit) for dot in bench.rails.content.dots if dot.logit == dot.logit}
    assert {("inf", -200.0), ("inf", 17.0)} <= dots
    assert bench.rails.count_text("inf") == "scratch: 2 of 4 rows"
    assert "1 of 4 rows" in bench.rails.count_text("nan")


@pytest.mark.parametrize(
    ("rows", "words"),
    [(7, "7"), (999, "999"), (1000, "1.0k"), (49_967, "50k"), (999_999, "1.0M"), (12_345_678, "12M")],
)
def test_a_count_beside_a_rail_is_whole_or_shortened(rows, words) -> None:
    assert short_count(rows) == words


def test_minus_infinity_has_its_rail_below_only_when_it_occurs(qtbot) -> None:
    bench = Bench(qtbot, logits=(1.0, 2.0), target=(1, 0))
    assert not bench.low_rails()
    bench.document.set_cells("binary", "target", (0,), 2.0, "edit")
    bench.edit(math.inf)
    values = [float(c.loss[0]) for c in bench.panel.subject.evaluation.columns]
    assert bool(bench.low_rails()) == any(v == -math.inf for v in values)


@pytest.mark.parametrize("logit", [1e38, -3.4e38, math.inf, -math.inf, math.nan, 5e-324, 1e308, -1e308])
@pytest.mark.parametrize("fmt", [FLOAT16, FLOAT32], ids=str)
def test_an_extreme_logit_neither_moves_the_range_nor_blanks_the_plot(bench, capfd, logit, fmt) -> None:
    bench.document.set_format(fmt, "format")
    bench.settle()
    before = bench.plot.span, bench.plot.value_span
    bench.edit(logit)
    bench.panel.grab()
    assert (bench.plot.span, bench.plot.value_span) == before
    assert len(bench.plot.layer.curves) == 8
    assert capfd.readouterr().err == ""


def test_a_sample_out_of_view_is_pinned_to_the_edge_as_an_arrow(bench) -> None:
    bench.edit(1e30)
    spot = bench.plot.selected.markers[-1]
    assert spot.x == bench.plot.span.high
    assert spot.symbol == "t2"


def test_huge_weights_do_not_break_the_value_axis(bench, capfd) -> None:
    weight = np.array([1e308, 1.0, 1.0])
    bench.document.set_options("binary", "weight", weight=weight)
    bench.settle()
    bench.panel.grab()
    low, high = bench.plot.value_span
    assert -math.inf < low < high < math.inf
    assert capfd.readouterr().err == ""


def test_zooming_samples_the_new_range(bench) -> None:
    bench.plot.show_range((16.6, 16.7), bench.plot.value_span)
    bench.settle()
    curve = bench.plot.layer.curves[1, "bce_sigmoid"]
    assert curve.logits[0] == np.float32(16.6)
    assert curve.logits[-1] == np.float32(16.7)
    assert len(curve.logits) > 250
    assert bench.rails.span == bench.plot.span
    assert (bench.strips.span.low, bench.strips.span.high) == (bench.plot.span.low, bench.plot.span.high)


def test_resizing_samples_more_points(bench) -> None:
    before = len(bench.plot.layer.curves[0, "bce_sigmoid"].logits)
    bench.panel.resize(1350, 450)
    bench.settle()
    assert len(bench.plot.layer.curves[0, "bce_sigmoid"].logits) > 1.4 * before


def test_zooming_down_to_single_floats_keeps_the_plot(bench, capfd) -> None:
    edge = 16.63553237915039
    bench.plot.show_range((edge - 1e-5, edge + 1e-5), bench.plot.value_span)
    bench.settle()
    bench.panel.grab()
    assert len(bench.plot.layer.curves[1, "binary_scratch"].logits) >= 5
    assert capfd.readouterr().err == ""


def test_the_wheel_zooms_the_logit_only_and_home_brings_the_whole_back(bench, qtbot) -> None:
    whole, values = bench.plot.span, bench.plot.value_span
    bench.wheel(pixel_of(bench.plot, 0.0, 50.0).toPoint(), 120)
    assert bench.plot.span.high - bench.plot.span.low < whole.high - whole.low
    assert bench.plot.value_span == values
    bench.edit(0.1)
    assert bench.plot.span != whole, "an edit leaves the user's zoom alone"
    QTest.keyClick(bench.plot, Qt.Key.Key_Home)
    bench.settle()
    assert bench.plot.span == whole


def test_a_double_click_brings_the_whole_back(bench) -> None:
    whole = bench.plot.span
    bench.plot.zoom(0.1)
    bench.settle()
    where = pixel_of(bench.plot, -40.0, 50.0).toPoint()
    view, left = bench.plot.viewport(), Qt.MouseButton.LeftButton
    QTest.mouseClick(view, left, pos=where)
    QTest.mouseDClick(view, left, pos=where)
    QTest.mouseRelease(view, left, pos=where)
    bench.settle()
    assert bench.plot.span == whole


@pytest.mark.parametrize("key", ["+", "-"])
def test_plus_and_minus_zoom(bench, key) -> None:
    before = bench.plot.span
    QTest.keyClick(bench.plot, QKeySequence(key)[0].key())
    narrower = bench.plot.span.high - bench.plot.span.low < before.high - before.low
    assert narrower == (key == "+")


def test_a_drag_pans(bench) -> None:
    before = bench.plot.span
    view = bench.plot.viewport()
    start = pixel_of(bench.plot, -40.0, 60.0).toPoint()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(view, start + QPoint(10 * step, 0))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(50, 0))
    bench.settle()
    assert bench.plot.span.low < before.low


def test_hovering_reads_every_formula_at_that_logit(bench, qtbot) -> None:
    readout = bench.interaction.readout
    assert readout.edit.placeholderText() == "point at the picture"
    assert not readout.on
    bench.hover(pixel_of(bench.plot, 17.5, 60.0).toPoint())
    qtbot.waitUntil(lambda: readout.edit.placeholderText().startswith("z = 17."))
    read = {line.title: (line.value, line.mark) for line in readout.rows}
    assert read["BCELoss(sigmoid(z))"] == ("100", "beware")
    assert read["scratch"] == ("inf", "wrong")
    value, mark = read["BCEWithLogitsLoss(z)"]
    assert (value[:3], mark) == ("17.", "right")
    assert "scratch: loss inf, bits lost 32.0" in bench.panel.gutter.accessibleDescription()


def test_the_legend_keeps_to_the_selected_row_while_the_pointer_moves(bench) -> None:
    bench.edit(17.0)
    before = dict(bench.strips.readings)
    bench.hover(pixel_of(bench.plot, -40.0, 60.0).toPoint())
    assert bench.strips.readings == before
    assert before["bce_with_logits"].value == "17"
    assert before["bce_sigmoid"].regime is Regime.CLAMPED


def test_a_call_that_pytorch_refuses_is_read_as_refused(qtbot) -> None:
    bench = Bench(qtbot, logits=(1.0, math.nan), target=(1, 1))
    assert not bench.strips.readings["bce_sigmoid"].refused
    bench.selection.select("binary", 1)
    bench.settle()
    assert bench.strips.readings["bce_sigmoid"].refused
    assert not bench.strips.readings["bce_with_logits"].refused


def test_words_in_the_plot_do_not_overlap(bench) -> None:
    notes = bench.plot.notes
    boxes = [box for _, _, box in notes.placed()]
    assert len(boxes) == 3
    boxes += [box for *_, box in bench.plot.shades.named(bench.plot.free_room())]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])
    clash = notes.notes[0]
    notes.show_notes((clash, clash, clash))
    boxes = [box for _, _, box in notes.placed()]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_rows_beyond_the_view_are_counted_at_its_edges(qtbot) -> None:
    bench = Bench(qtbot, logits=(1.0, -300.0, -400.0, 5e5, math.nan), target=(0, 1, 1, 0, 1))
    texts = {text for _, text, _ in bench.plot.notes.placed()}
    assert {"\N{BLACK LEFT-POINTING SMALL TRIANGLE} 2 further left"} <= texts
    assert {"1 further right \N{BLACK RIGHT-POINTING SMALL TRIANGLE}"} <= texts


def words_placed(plot):
    room = plot.free_room()
    return [box for *_, box in plot.shades.named(room)] + [box for *_, box in plot.notes.placed()]


@pytest.mark.parametrize("size", [(560, 330), (850, 450), (1500, 900)])
@pytest.mark.parametrize("page", ["binary", "multiclass"])
@pytest.mark.parametrize("edge", [False, True])
def test_words_lie_on_no_curve_and_on_no_marker(qtbot, size, page, edge) -> None:
    bench = Bench(qtbot, logits=(17.0, -90.0, 2.1, -20.0), target=(0, 1, 1, 0))
    bench.panel.stack.choose(tuple(PlotKind))
    bench.document.set_page(page)
    bench.panel.resize(*size)
    bench.settle()
    if edge:
        bench.interaction.zoom_to_nearest_edge()
        bench.settle()
    for kind in PlotKind:
        plot = bench.plot_of(kind)
        view = plot.view
        for box in words_placed(plot):
            for item in plot.layer.items.values():
                xs = (item.logits - view.span.start) / (view.span.stop - view.span.start) * view.span.width
                ys = (view.top - item.values) / (view.top - view.bottom) * view.height
                along = np.linspace(box.left(), box.right(), 200)
                passing = np.interp(along, xs[np.isfinite(ys)], ys[np.isfinite(ys)], left=1e9, right=1e9)
                assert not ((passing > box.top()) & (passing < box.bottom())).any()
            for marker in plot.selected.markers:
                x = (marker.x - view.span.start) / (view.span.stop - view.span.start) * view.span.width
                assert not box.contains(x, view.y(marker.y))


def test_words_give_way_to_a_marker_that_is_dragged_below_them(bench) -> None:
    (note, text, box), *_ = bench.plot.notes.placed()
    view = bench.plot.view
    x, y = view.x(bench.panel.subject.logits[0]), box.center().y()
    moved = bench.plot.free_room()
    moved.marks = (np.array([box.center().x()]), np.array([y]))
    assert moved.is_marked(box)
    assert (note, text, box) not in bench.plot.notes.placed(moved)
    assert x != box.center().x()


def test_a_click_on_a_strip_shades_that_formula(bench) -> None:
    assert bench.panel.shaded == "binary_scratch"
    where = bench.strips.lane_rect("bce_sigmoid", 0).center().toPoint()
    QTest.mouseClick(bench.strips, Qt.MouseButton.LeftButton, pos=where)
    assert bench.panel.shaded == "bce_sigmoid"
    assert {band.formula for band in bench.plot.shades.bands} == {"bce_sigmoid"}


def test_shades_lie_where_the_engine_says(bench) -> None:
    infinite = next(b for b in bench.plot.shades.bands if b.regime is Regime.INFINITE)
    assert infinite.start == np.float32(16.635532)
    bench.plot.notes.show_notes(())
    image = bench.plot.grab().toImage()
    scale = image.devicePixelRatio()
    row = int(scale * (pixel_of(bench.plot, 0.0, 100.0).y() - 12))
    edge = pixel_of(bench.plot, infinite.start, 0.0).x()
    plain = bench.plot.theme.background
    assert image.pixelColor(int(scale * pixel_of(bench.plot, 0.0, 0.0).x()), row) == plain
    assert image.pixelColor(int(scale * (edge + 6)), row) != plain


def test_the_context_menu_offers_the_whole_and_every_formula(bench) -> None:
    menu = bench.panel.context_menu()
    texts = [action.text().replace("&", "") for action in menu.actions()]
    assert texts[:3] == ["Show the whole picture", "Zoom to the edge of", "Shade the failures of"]
    # Not `QAction.menu()`: PySide6 6.8 deletes the menu with the answer.
    shades = next(each for each in menu.findChildren(QMenu) if "Shade" in each.title()).actions()
    assert [a.data() for a in shades if a.isChecked()] == ["binary_scratch"]
    shades[0].trigger()
    assert bench.panel.shaded == shades[0].data()
    menu.close()


def test_a_theme_is_followed_at_run_time(bench) -> None:
    light = bench.plot.grab().toImage().pixelColor(2, 2)
    before = bench.plot.layer.curves[0, "bce_sigmoid"].style.colour
    application = QApplication.instance()
    try:
        application.setPalette(palette(dark=True))
        bench.settle()
        dark = bench.plot.grab().toImage().pixelColor(2, 2)
        assert light.lightness() > 200
        assert dark.lightness() < 60
        assert bench.plot.layer.curves[0, "bce_sigmoid"].style.colour != before
        strip = bench.strips.grab().toImage()
        assert strip.pixelColor(1, 1).lightness() < 60
    finally:
        application.setPalette(palette(dark=False))
        bench.settle()
    assert bench.plot.layer.curves[0, "bce_sigmoid"].style.colour == before


def test_the_description_says_what_the_picture_shows(bench) -> None:
    text = bench.plot.accessibleDescription()
    assert "row 1 (y = 0, float32)" in text
    assert "scratch: nan at z ≤ −88.72284, inf at z ≥ 16.635532" in text
    assert "BCEWithLogitsLoss(z): 1.54101" in text
    assert "y = 1: clamped at z ≤ −88.72284" in bench.strips.accessibleDescription()


def test_every_plot_is_a_chart_with_a_name_that_is_read_whatever_was_drawn_since(bench) -> None:
    bench.panel.stack.choose(tuple(PlotKind))
    bench.settle()
    for kind, words in zip(PlotKind, ("Loss", "Error", "Gradient"), strict=True):
        plot = bench.plot_of(kind)
        for _ in range(2):
            chart = QAccessible.queryAccessibleInterface(plot)
            assert chart.role() is QAccessible.Role.Chart
            assert chart.childCount() == 0
            assert words in chart.text(QAccessible.Text.Name)
            assert f"{words} at the sample" in chart.text(QAccessible.Text.Description)
            plot.grab()
        assert plot.viewport().accessibleName()
    other = QAccessible.queryAccessibleInterface(bench.strips)
    assert other.role() is not QAccessible.Role.Chart


def test_what_can_be_reached_has_a_name(bench) -> None:
    for place in (bench.panel, bench.panel.reason_panel):
        for widget in (place, *place.findChildren(QWidget)):
            if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus and widget.isVisible():
                told = QAccessible.queryAccessibleInterface(widget)
                assert told.text(QAccessible.Text.Name), widget


# -- single floats ----------------------------------------------------------------------------------


def labels(axis, low: float, high: float, size: float) -> list[str]:
    spacing, values = axis.tickValues(low, high, size)[0]
    return axis.tickStrings(values, 1.0, spacing)


@pytest.mark.parametrize("edge", [16.63553237915039, 8.0, -88.72283935546875])
def test_among_single_floats_the_loss_axis_follows_and_digits_tell_neighbours_apart(bench, edge) -> None:
    whole = bench.plot.value_span
    bench.plot.show_range((edge - 1e-5, edge + 1e-5), bench.plot.value_span)
    bench.settle()
    low, high = bench.plot.value_span
    own = [c for c in bench.plot.layer.curves.values() if c.own]
    values = np.concatenate([c.values[np.isfinite(c.values)] for c in own])
    assert low < values.min() <= values.max() < high
    assert high - low < 3.0 * max(np.ptp(values), 0.5)
    span = bench.plot.span
    for axis, ends, size in (
        (bench.plot._logit_axis, (span.start, span.stop), span.width),
        (bench.plot._value_axis, (low, high), bench.plot.box.height()),
    ):
        found = labels(axis, *ends, size)
        assert len(found) == len(set(found)) > 1
    bench.hover(bench.at(edge))
    read = bench.interaction.readout.edit.placeholderText()
    assert read == f"z = {float_text(bench.interaction.crosshair.logit, FLOAT32)}"
    bench.plot.zoom(1e5)
    bench.settle()
    assert bench.plot.value_span == whole, "with the single floats the values' stretch is left, too"


def test_the_last_row_removed_leaves_an_empty_plot(bench) -> None:
    bench.document.remove_rows("binary", [0, 1, 2], "remove")
    bench.settle()
    bench.panel.grab()
    assert bench.plot.layer.curves == {}
    assert bench.header.title == "No rows"
    assert bench.rails.content.lines == bench.plot.shades.bands == ()
    bench.document.undo_stack.undo()
    bench.settle()
    assert len(bench.plot.layer.curves) == 8


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("binary", BinaryProblem(logits=[1.0], target=[0.3], pos_weight=5.0)),
        ("binary", BinaryProblem(logits=[-3.0], target=[math.nan])),
        ("binary", BinaryProblem(logits=[2.0], target=[-4.0], weight=[-1.0])),
        ("binary", BinaryProblem(logits=[2.0], target=[1.0], weight=[0.0])),
        ("binary", BinaryProblem(logits=[2.0], target=[1.0], weight=[math.inf])),
        ("binary", BinaryProblem(logits=[2.0], target=[1e300], pos_weight=1e308)),
        ("binary", BinaryProblem(logits=[2.0], target=[math.inf], pos_weight=math.nan)),
        ("multiclass", MulticlassProblem(logits=[[2.0]], target=[0])),
        ("multiclass", MulticlassProblem(logits=[[2.0, 1.0]], target=[-100])),
        ("multiclass", MulticlassProblem(logits=[[2.0, math.nan, 1.0]], target=[0])),
        ("multiclass", MulticlassProblem(logits=[[2.0, math.inf, -math.inf]], target=[2])),
        ("multiclass", MulticlassProblem(logits=[[1e308, -1e308]], target=[1], format=FLOAT64)),
        ("multiclass", MulticlassProblem(logits=[[2.0, 1.0]], target=[[0.25, 0.75]])),
        ("multiclass", MulticlassProblem(logits=[[2.0, 1.0]], target=[[math.nan, 9.0]])),
        ("multiclass", MulticlassProblem(logits=[[0.0, 1.0]], target=[1], weight=[0.0, 1e30])),
        ("multiclass", MulticlassProblem(logits=[[0.0, 1.0]], target=[1], label_smoothing=1.0)),
    ],
)
def test_odd_problems_are_drawn_without_complaint(bench, capfd, page, problem) -> None:
    bench.document.set_page(page)
    bench.document.replace_problem(page, problem, "replace")
    bench.settle()
    bench.panel.grab()
    bench.panel._move_cursor(1.5)
    bench.settle()
    bench.panel.grab()
    subject = bench.panel.subject
    assert subject.problem is problem
    assert len(bench.plot.layer.curves) == len(subject.lanes) * len(subject.formulas)
    assert capfd.readouterr().err == ""


def test_changing_the_page_shows_the_other_problem_whole(bench) -> None:
    bench.plot.zoom(0.01)
    bench.document.set_page("multiclass")
    bench.settle()
    assert "class 0" in bench.header.title
    assert bench.plot.span.low < -100
    assert {key for _, key in bench.plot.layer.curves} >= {"cross_entropy", "nll_log_of_softmax"}


def test_moving_another_class_changes_the_curves(bench) -> None:
    bench.document.set_page("multiclass")
    bench.selection.select("multiclass", 0, 2)
    bench.settle()
    assert "class 2" in bench.header.title
    assert bench.marker()[0] == 0.5


# -- what must not happen ---------------------------------------------------------------------------


def test_an_exception_while_a_curve_is_painted_is_reported_and_survived(bench, monkeypatch) -> None:
    reported: list[type[BaseException]] = []

    def report(kind: type[BaseException], *_: object) -> None:
        reported.append(kind)

    monkeypatch.setattr("sys.excepthook", report)
    curves = [item for item in bench.plot.scene().items() if isinstance(item, CurveItem)]
    for curve in curves:
        monkeypatch.setattr(curve, "pen", None)  # what no painter takes
    bench.plot.grab()
    assert reported == [TypeError] * len(curves)


def test_the_switches_take_a_dark_theme_s_colours(bench) -> None:
    dark = palette(dark=True)
    bench.panel.setPalette(dark)
    for switch in bench.panel.findChildren(Switch):
        words = switch.palette().color(switch.foregroundRole())
        assert words == dark.color(switch.foregroundRole())
        assert switch.styleSheet() == ""
