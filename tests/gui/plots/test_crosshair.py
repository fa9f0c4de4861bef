"""The crosshair reads every formula at any float: hovering, held, dragged and typed in."""

from __future__ import annotations

import numpy as np
import pytest
from plots_bench import PlotBench
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine import (
    FLOAT16,
    BinaryProblem,
    GradientRegime,
    MulticlassProblem,
    Regime,
    absolute_error,
    evaluate,
    next_float,
)
from gui.plots.content.gutter_lines import true_text
from gui.plots.content.readings import readings_at


@pytest.fixture
def bench(qtbot) -> PlotBench:
    return PlotBench(qtbot)


def typed(bench: PlotBench, text: str) -> None:
    bench.interaction.readout.edit.setText(text)
    bench.key(Qt.Key.Key_Return, widget=bench.interaction.readout.edit)


def shown(bench: PlotBench) -> dict[str, tuple[str, ...]]:
    return {row.title: row.cells for row in bench.interaction.readout.rows}


# -- what is read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("logit", [-200.0, -88.72284, 0.0, 5.0, 16.635532, 17.0, 104.0])
def test_readings_are_the_engines_at_exactly_that_float(bench, logit) -> None:
    readings = readings_at(bench.panel.subject, logit)
    column_of = evaluate(BinaryProblem(logits=[logit], target=[0.0])).column
    for reading in readings:
        column = column_of(reading.formula.key)
        expected = column.loss[0], column.gradient[0], column.error_bits[0]
        np.testing.assert_array_equal((reading.loss, reading.gradient, reading.bits), expected)
        np.testing.assert_array_equal(reading.absolute, absolute_error(column.loss, column.truth.loss)[0])
        assert reading.regime == Regime(column.regimes[0])
        assert reading.gradient_regime == GradientRegime(column.gradient_regimes[0])
    assert readings[0].exact
    assert len(readings) == 4


def test_multiclass_readings_move_the_chosen_class_and_hold_the_others(bench) -> None:
    bench.document.set_page("multiclass")
    bench.selection.select("multiclass", 0, 2)
    bench.settle()
    problem = MulticlassProblem(logits=[[1.0, 2.0, 30.0]], target=[0])
    for reading in readings_at(bench.panel.subject, 30.0):
        column = evaluate(problem).column(reading.formula.key)
        assert reading.loss == float(column.loss[0])
        assert reading.gradient == float(column.gradient[0, 2])


def test_without_a_crosshair_the_selected_rows_values_are_read(bench) -> None:
    subject = bench.panel.subject
    for reading in readings_at(subject, None):
        assert reading.loss == float(subject.evaluation.column(reading.formula.key).loss[0])


# -- hovering, holding, dragging ------------------------------------------------------------------------


def test_the_crosshair_follows_the_pointer_and_leaves_with_it(bench) -> None:
    bench.hover(bench.at(40.0))
    assert bench.interaction.crosshair.logit == pytest.approx(40.0, abs=0.3)
    assert shown(bench)["BCELoss(sigmoid(z))"][0] == "100"
    QApplication.sendEvent(bench.plot, QEvent(QEvent.Type.Leave))
    bench.settle()
    assert bench.interaction.crosshair.logit is None


@pytest.mark.parametrize("how", ["wheel", "key", "edge", "spacing"])
def test_it_is_below_a_pointer_that_stands_still_while_the_view_moves(bench, how) -> None:
    where = bench.at(40.0)
    bench.hover(where)
    bench.interaction.actions.readout.trigger()
    bench.settle()
    bench.hover(where)
    before = bench.interaction.crosshair.logit
    if how == "wheel":
        bench.wheel(bench.at(-50.0), 360)
    elif how == "key":
        bench.key(Qt.Key.Key_Plus)
    elif how == "edge":
        bench.interaction.actions.nearest_edge.trigger()
    else:
        bench.panel.set_up(bench.panel.setup._replace(spacing="ordinal"))
    bench.settle()
    below = float(np.float32(bench.plot.span.to_logit(where.x())))
    assert below != before
    assert bench.interaction.crosshair.logit == below
    reading = readings_at(bench.panel.subject, below)[0]
    assert shown(bench)["exact"][0] == true_text(reading.loss)


def test_after_a_drag_it_waits_for_the_pointer_to_move(bench) -> None:
    bench.drag(bench.marker(0), bench.at(5.0))
    bench.panel.show_whole()
    bench.settle()
    assert bench.interaction.crosshair.logit is None


def test_it_stands_on_floats_of_the_format(bench) -> None:
    bench.document.set_format(FLOAT16, "format")
    bench.settle()
    bench.hover(bench.at(7.7))
    logit = bench.interaction.crosshair.logit
    assert logit == float(np.float16(logit))


def test_held_it_stays_and_can_be_dragged(bench) -> None:
    bench.hover(bench.at(30.0))
    bench.interaction.actions.hold.trigger()
    held = bench.interaction.crosshair.held
    bench.hover(bench.at(-30.0))
    assert bench.interaction.crosshair.logit == held
    bench.drag(bench.at(held, 0.2), bench.at(45.0, 0.2))
    assert bench.interaction.crosshair.held == pytest.approx(45.0, abs=0.4)
    assert bench.steps == 0
    bench.key(Qt.Key.Key_Escape)
    assert bench.interaction.crosshair.held is None
    assert not bench.interaction.actions.hold.isChecked()


def test_escape_during_its_drag_puts_it_back(bench) -> None:
    bench.interaction.crosshair.hold(30.0)
    bench.press(bench.at(30.0, 0.2))
    bench.hover(bench.at(50.0, 0.2))
    assert bench.interaction.crosshair.held != 30.0
    bench.key(Qt.Key.Key_Escape)
    assert bench.interaction.crosshair.held == 30.0
    bench.release(bench.at(50.0, 0.2))
    assert bench.interaction.crosshair.held == 30.0


# -- typing ---------------------------------------------------------------------------------------------


def test_a_typed_logit_is_read_at_exactly_its_float(bench) -> None:
    bench.interaction.actions.type_logit.trigger()
    bench.settle()
    typed(bench, "16.635532")
    assert bench.interaction.crosshair.held == float(np.float32(16.635532))
    assert shown(bench)["scratch"][0] == "inf"
    assert shown(bench)["BCELoss(sigmoid(z))"][0] == "100"
    assert shown(bench)["BCEWithLogitsLoss(z)"][0] == "16.635532"
    typed(bench, "16.63553")
    assert shown(bench)["scratch"][0] == "15.942385"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("abc", "expected a number such as -1.5, 1e-46, inf or nan, got 'abc'"),
        ("1,5", "expected a number, got '1,5': write 1.5 with a point"),
        ("nan", "expected a finite logit of float32, at most 3.4028235e38 in size, got nan"),
        ("1e39", "expected a finite logit of float32, at most 3.4028235e38 in size, got 1e39"),
    ],
)
def test_a_refused_text_says_why_and_changes_nothing(bench, text, words) -> None:
    bench.interaction.actions.readout.trigger()
    typed(bench, "3")
    typed(bench, text)
    assert bench.interaction.readout.refusal.replace("e+38", "e38") == words
    assert bench.interaction.readout.edit.accessibleDescription() == bench.interaction.readout.refusal
    assert bench.interaction.crosshair.held == 3.0


def test_an_empty_text_lets_it_follow_the_pointer_again(bench) -> None:
    bench.interaction.actions.readout.trigger()
    typed(bench, "3")
    typed(bench, " ")
    assert bench.interaction.crosshair.held is None


def test_up_and_down_in_the_line_step_it_with_ctrl_by_one_float(bench) -> None:
    bench.interaction.actions.readout.trigger()
    typed(bench, "3")
    edit = bench.interaction.readout.edit
    bench.key(Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier, edit)
    assert bench.interaction.crosshair.held == float(next_float(np.float32([3.0]))[0])
    bench.key(Qt.Key.Key_Down, widget=edit)
    assert 1.0 < bench.interaction.crosshair.held < 3.0
    assert edit.text() == "2.5000002"


@pytest.mark.parametrize("key", [Qt.Key.Key_Up, Qt.Key.Key_Down])
@pytest.mark.parametrize("keys", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier])
def test_a_step_without_a_held_crosshair_holds_it_at_the_selected_row_first(bench, key, keys) -> None:
    bench.interaction.actions.readout.trigger()
    edit = bench.interaction.readout.edit
    bench.key(key, keys, edit)
    assert bench.interaction.crosshair.held == 1.25
    assert edit.text() == "1.25"
    assert bench.interaction.actions.hold.isChecked()
    bench.key(key, keys, edit)
    assert (bench.interaction.crosshair.held > 1.25) == (key is Qt.Key.Key_Up)


def test_a_step_without_a_held_crosshair_holds_it_below_the_pointer(bench) -> None:
    bench.interaction.actions.readout.trigger()
    bench.settle()
    bench.hover(bench.at(40.0))
    below = bench.interaction.crosshair.logit
    bench.key(Qt.Key.Key_Up, widget=bench.interaction.readout.edit)
    assert bench.interaction.crosshair.held == below


def test_the_readout_follows_edits_and_says_everything_aloud(bench) -> None:
    bench.interaction.actions.readout.trigger()
    bench.settle()
    before = shown(bench)
    bench.document.set_cells("binary", "logits", (0,), 3.0, "edit")
    bench.settle()
    assert shown(bench) != before
    described = bench.panel.gutter.accessibleDescription()
    assert all(title in described for title in shown(bench))


def test_errors_and_gradients_are_shown_on_demand_in_their_own_place(bench) -> None:
    plots, strips = bench.panel.stack.geometry(), bench.strips.geometry()
    bench.interaction.actions.readout.trigger()
    bench.settle()
    assert bench.interaction.readout.full
    exact, scratch = (line.fuller for line in bench.interaction.readout.rows[:2])
    assert exact.startswith("gradient ")
    assert "bits lost, gradient" in scratch
    bench.interaction.actions.readout.trigger()
    bench.settle()
    assert not bench.interaction.readout.full
    assert not bench.interaction.readout.on
    assert (bench.panel.stack.geometry(), bench.strips.geometry()) == (plots, strips)


def test_another_format_moves_a_held_crosshair_to_its_floats(bench) -> None:
    bench.interaction.crosshair.hold(float(np.float32(16.635532)))
    bench.document.set_format(FLOAT16, "format")
    bench.settle()
    assert bench.interaction.crosshair.held == float(np.float16(16.635532))


def test_single_keys_are_shortcuts_beside_the_plots(bench) -> None:
    bench.plot.setFocus()
    QTest.keyClick(bench.plot, Qt.Key.Key_V)
    bench.settle()
    assert bench.interaction.actions.readout.isChecked()


def test_the_pointer_says_that_a_held_crosshair_moves_sideways(bench) -> None:
    bench.interaction.crosshair.hold(30.0)
    bench.hover(bench.at(30.0, 0.2) + QPoint(2, 0))
    assert bench.plot.viewport().cursor().shape() is Qt.CursorShape.SplitHCursor
