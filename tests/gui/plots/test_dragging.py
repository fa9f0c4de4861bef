"""Samples are dragged in the plots and moved by keys; the table follows, and one gesture is one step."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plots_bench import PlotBench, pixel_of
from pyqtgraph import ScatterPlotItem
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from engine import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FORMATS, next_float
from gui.plots.content.quantities import PlotKind
from gui.plots.scales.logit_span import LogitSpan
from gui.plots.tools.dragging import row_at
from gui.plots.tools.gestures import Pointer
from gui.plots.tools.logit_moves import even_step, floats_away, stepped


@pytest.fixture
def bench(qtbot) -> PlotBench:
    return PlotBench(qtbot)


# -- by pointer -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(PlotKind))
def test_dragging_the_selected_marker_moves_its_logit_as_one_step(bench, kind) -> None:
    viewport = bench.plot_of(kind).viewport()
    start = bench.marker(0, kind)
    if kind is PlotKind.ERROR:  # the exact form has no error: the marker is that of a formula
        subject = bench.panel.subject
        errors = subject.values(subject.evaluation.column("bce_with_logits"), kind, bench.panel.setup.measure)
        start = pixel_of(bench.plot_of(kind), 1.25, errors[0]).toPoint()
    bench.drag(start, start + QPoint(60, 0), widget=viewport)
    span = bench.plot.span
    assert abs(span.to_pixel(bench.logits[0]) - span.to_pixel(1.25) - 60) <= 1.5
    assert bench.steps == 1
    assert bench.logits[1:] == [-40.5, 17.0]
    bench.document.undo_stack.undo()
    assert bench.logits[0] == 1.25


@pytest.mark.parametrize("shaded", ["binary_scratch", "bce_with_logits"])
@pytest.mark.parametrize("kind", list(PlotKind))
def test_every_marker_is_taken_where_it_is_drawn(qtbot, kind, shaded) -> None:
    bench = PlotBench(qtbot, logits=(1.25, -40.5, 17.0, -12.0), target=(0, 1, 0, 0))
    bench.panel.shade(shaded)
    bench.settle()
    plot = bench.plot_of(kind)
    drawn = [
        spot.pos()
        for item in plot.scene().items()
        if isinstance(item, ScatterPlotItem)
        for spot in item.points()
    ]
    assert drawn
    for spot in drawn:
        at = plot.area.topLeft() + QPointF(plot.view.x(spot.x()), plot.view.y(spot.y()))
        row = row_at(Pointer(plot, at))
        assert row is not None
        assert bench.logits[row] == spot.x()


def test_the_logit_changes_in_the_table_as_the_marker_moves(bench) -> None:
    seen = []
    bench.document.changed.connect(lambda change: seen.append((change.field, change.first, bench.logits[0])))
    start = bench.marker(0)
    bench.press(start)
    for step in range(1, 5):
        bench.hover(start + QPoint(10 * step, 0))
    assert [field for field, *_ in seen] == ["logits"] * 4
    assert sorted(logit for *_, logit in seen) == [logit for *_, logit in seen]
    bench.release(start + QPoint(40, 0))


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_a_dragged_logit_is_a_float_of_the_format(bench, fmt) -> None:
    bench.document.set_format(fmt, "format")
    bench.settle()
    start = bench.marker(0)
    bench.drag(start, start + QPoint(41, 0))
    assert bench.logits[0] != 1.25
    assert bench.logits[0] == float(fmt.round(bench.logits[0]))


def test_another_rows_marker_is_selected_by_the_press_and_moves(bench) -> None:
    start = bench.marker(2)
    bench.drag(start, start + QPoint(30, 0))
    assert bench.selection.place("binary").row == 2
    assert bench.logits[2] > 17.0
    assert bench.logits[:2] == [1.25, -40.5]


def test_escape_during_a_drag_restores_the_logit_and_leaves_no_step(bench) -> None:
    start = bench.marker(0)
    bench.press(start)
    bench.hover(start + QPoint(50, 0))
    assert bench.logits[0] != 1.25
    bench.key(Qt.Key.Key_Escape)
    assert bench.logits[0] == 1.25
    assert bench.steps == 0
    assert not bench.document.undo_stack.canRedo()
    bench.hover(start + QPoint(70, 0))
    bench.release(start + QPoint(70, 0))
    assert bench.logits[0] == 1.25


def test_a_drag_back_to_its_start_leaves_no_step(bench) -> None:
    start = bench.marker(0)
    bench.press(start)
    bench.hover(start + QPoint(50, 0))
    bench.hover(start)
    offset = bench.logits[0] - 1.25
    bench.release(start)
    assert abs(offset) <= 0.06  # the pixel's own rounded logit
    assert bench.steps == (0 if offset == 0.0 else 1)


def test_a_press_on_a_marker_alone_changes_nothing(bench) -> None:
    bench.click(bench.marker(1))
    assert bench.selection.place("binary").row == 1
    assert bench.steps == 0


def test_a_press_beside_every_marker_pans_the_plot(bench) -> None:
    before = bench.plot.span
    bench.drag(bench.at(-100.0), bench.at(-60.0))
    assert bench.plot.span.low < before.low
    assert bench.steps == 0


def test_on_the_multiclass_page_the_moved_class_is_dragged(bench) -> None:
    bench.document.set_page("multiclass")
    bench.selection.select("multiclass", 0, 2)
    bench.settle()
    start = bench.marker(0)
    bench.drag(start, start + QPoint(30, 0))
    ((first, second, moved), other) = bench.logits
    assert (first, second, other) == (1.0, 2.0, [0.25, -0.5, 1.0])
    assert moved > 0.5
    assert bench.document.undo_stack.undoText() == "move logit of row 1, class 2"


def test_a_marker_pinned_to_the_edge_can_be_dragged_back_into_view(qtbot) -> None:
    bench = PlotBench(qtbot, logits=(1e30, 2.0), target=(1, 0))
    edge = bench.marker(0)
    edge.setX(round(bench.plot.span.left + bench.plot.span.width))
    bench.drag(edge, edge - QPoint(100, 0))
    assert bench.plot.span.low < bench.logits[0] < bench.plot.span.high


@pytest.mark.parametrize("logit", [math.nan, math.inf, -math.inf])
def test_rows_without_a_place_are_left_alone(qtbot, logit) -> None:
    bench = PlotBench(qtbot, logits=(logit, 2.0), target=(1, 0))
    bench.hover(bench.at(0.0))
    bench.drag(bench.marker(1), bench.marker(1) + QPoint(20, 0))
    assert bench.logits[1] > 2.0


def test_the_pointer_is_a_hand_over_a_marker(bench) -> None:
    bench.hover(bench.marker(2))
    assert bench.plot.viewport().cursor().shape() is Qt.CursorShape.OpenHandCursor
    bench.hover(bench.at(-100.0))
    assert bench.plot.viewport().cursor().shape() is not Qt.CursorShape.OpenHandCursor


def test_dragging_works_on_an_ordinal_axis(bench) -> None:
    bench.panel.set_up(bench.panel.setup._replace(spacing="ordinal"))
    bench.settle()
    start = bench.marker(0)
    bench.drag(start, start + QPoint(40, 0))
    span = bench.plot.span
    assert abs(span.to_pixel(bench.logits[0]) - span.to_pixel(1.25) - 40) <= 1.5
    assert bench.steps == 1


# -- by keys --------------------------------------------------------------------------------------------


def test_arrows_move_the_selected_logit_by_an_even_step_a_press_a_step(bench) -> None:
    step = even_step(bench.plot.span, 1.25)
    bench.key(Qt.Key.Key_Right)
    assert bench.logits[0] == pytest.approx(1.25 + step)
    bench.key(Qt.Key.Key_Left)
    assert bench.logits[0] == 1.25
    assert bench.steps == 2


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier])
def test_arrows_with_alt_or_ctrl_move_it_by_one_float(bench, modifier) -> None:
    bench.key(Qt.Key.Key_Right, modifier)
    assert bench.logits[0] == float(np.nextafter(np.float32(1.25), np.float32(2)))
    bench.key(Qt.Key.Key_Left, modifier | Qt.KeyboardModifier.ShiftModifier)
    assert bench.logits[0] == float(next_float(np.float32([1.25]), -9)[0])


def test_shift_makes_ten_steps_of_one(bench) -> None:
    step = even_step(bench.plot.span, 1.25)
    bench.key(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert bench.logits[0] == pytest.approx(1.25 + 10 * step)


def test_a_held_key_is_one_step_of_the_history(bench) -> None:
    def send(kind: QEvent.Type, repeated: bool) -> None:
        key = QKeyEvent(kind, Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, "", repeated)
        QApplication.sendEvent(bench.plot, key)

    send(QEvent.Type.KeyPress, False)
    for _ in range(5):
        send(QEvent.Type.KeyRelease, True)
        send(QEvent.Type.KeyPress, True)
    send(QEvent.Type.KeyRelease, False)
    assert bench.logits[0] == pytest.approx(1.25 + 6 * even_step(bench.plot.span, 1.25))
    assert bench.steps == 1
    bench.key(Qt.Key.Key_Right)
    assert bench.steps == 2


def test_up_and_down_change_the_row(bench) -> None:
    bench.key(Qt.Key.Key_Down)
    bench.key(Qt.Key.Key_Down)
    bench.key(Qt.Key.Key_Down)
    assert bench.selection.place("binary").row == 2
    bench.key(Qt.Key.Key_Up)
    assert bench.selection.place("binary").row == 1
    assert bench.steps == 0


# -- how far a step goes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("logit", "steps", "size", "fmt", "expected"),
    [
        (1.3, 1, 0.1, FLOAT64, 1.4),
        (0.1, 2, 0.1, FLOAT64, 0.3),
        (-0.2, 1, 0.2, FLOAT64, 0.0),
        (float(np.float32(1.2)), 1, 0.1, FLOAT32, float(np.float32(1.3))),
        (1.0, 1, 1e-9, FLOAT32, float(np.nextafter(np.float32(1), np.float32(2)))),
        (256.0, 1, 0.1, BFLOAT16, 258.0),
        (0.0, -1, 0.0, FLOAT16, -(2.0**-24)),
        (math.inf, -1, 0.5, FLOAT16, 65504.0),
        (65504.0, 1, 0.5, FLOAT16, math.inf),
    ],
)
def test_a_step_is_added_in_decimals_and_is_a_float_at_least(logit, steps, size, fmt, expected) -> None:
    assert stepped(logit, steps, size, fmt) == expected


def test_a_step_from_nan_stays_nan() -> None:
    assert math.isnan(stepped(math.nan, 1, 0.5, FLOAT32))


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.sampled_from([1, -1, 10, -10]))
def test_a_step_always_moves_the_way_it_points(logit, steps) -> None:
    moved = stepped(logit, steps, 0.01, FLOAT32)
    assert (moved > logit) if steps > 0 else (moved < logit)
    assert moved == float(np.float32(moved))


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.integers(-1000, 1000))
def test_floats_away_and_back_is_where_it_was(logit, count) -> None:
    away = floats_away(logit, count, FLOAT32)
    if math.isfinite(away):
        assert floats_away(away, -count, FLOAT32) == logit


@pytest.mark.parametrize("width", [1e-6, 0.3, 8.0, 231.0, 1e9])
def test_an_even_step_is_about_a_pixel(width) -> None:
    span = LogitSpan(16.0, 16.0 + width, 58.0, 600.0)
    step = even_step(span, 16.0 + width / 3)
    pixel = width / 600.0
    assert pixel * 0.5 <= step <= pixel * 3.0
