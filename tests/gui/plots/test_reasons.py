"""A band says why it fails: in a tooltip, and on a card with its exact edge."""

from __future__ import annotations

import math

import numpy as np
import pytest
from plots_bench import PlotBench
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from engine import (
    CATALOGUE,
    FLOAT32,
    FORMATS,
    BinaryProblem,
    MulticlassProblem,
    Regime,
    Role,
    epsilon_in_log,
    evaluate,
    formulas_of,
    regime_bands,
)
from gui.plots.content.lanes import lanes_of
from gui.plots.content.subject import edge_of
from gui.plots.parts.joined import joined
from gui.plots.parts.words import sentence
from gui.plots.reasons.reasons import reason_of

SCRATCH_EDGE = float(np.float32(16.635532))
"""From here on PyTorch's float32 sigmoid is 1."""


@pytest.fixture
def bench(qtbot) -> PlotBench:
    return PlotBench(qtbot)


def reason(key: str, regime: Regime, target: float, logit: float, fmt=FORMATS[2]):
    problem = BinaryProblem(logits=[0.0], target=[target], format=fmt)
    lane = next(lane for lane in lanes_of(problem, 0, None) if lane.own)
    formulas = formulas_of("binary")
    bands = regime_bands(lane.problem, 0, formulas=formulas)
    band = next(b for b in bands if b.formula == key and b.regime is regime and b.start <= logit <= b.stop)
    return reason_of(lane, formulas, band, logit)


# -- the words ------------------------------------------------------------------------------------------


def test_infinite_scratch_names_the_sigmoid_that_rounds_to_one() -> None:
    found = reason("binary_scratch", Regime.INFINITE, 0.0, 17.0)
    assert found.cause == (
        "At z = 17: sigmoid(z) = 1, log(p) = 0, 1 − p = 0, log(1 − p) = −inf; "
        "the loss is inf where 17 is right."
    )
    assert found.what == "Infinite where the true value is finite."
    assert found.edge.inside == SCRATCH_EDGE
    assert found.edge.outside == float(np.nextafter(np.float32(SCRATCH_EDGE), np.float32(0)))


def test_nan_names_the_product_of_zero_and_infinity() -> None:
    found = reason("binary_scratch", Regime.NAN, 1.0, 20.0)
    assert found.cause.endswith("0 · inf is nan, where 2.06115e−09 is right.")


def test_a_clamp_says_that_the_formula_limits_it() -> None:
    found = reason("bce_sigmoid", Regime.CLAMPED, 0.0, 40.0)
    assert "log1p(−p) = −inf" in found.cause
    assert found.cause.endswith("the formula limits it and gives 100 where 40 is right.")


def test_lost_digits_name_the_first_step_that_lost_them() -> None:
    found = reason("binary_scratch", Regime.LOSING_DIGITS, 1.0, 10.0)
    assert "log(p) has lost" in found.cause
    assert "of 24 bits" in found.cause


def test_a_logarithm_that_the_target_multiplies_by_0_is_not_at_fault() -> None:
    found = reason("binary_scratch", Regime.LOSING_DIGITS, 0.0, 10.0)
    assert "1 − p has lost" in found.cause
    assert "log(p) has lost" not in found.cause


def test_values_that_differ_late_are_written_until_they_differ() -> None:
    found = reason("binary_scratch", Regime.LOSING_DIGITS, 1.0, 10.0, fmt=FORMATS[3])
    value, truth = found.cause.split("the loss is ")[1].split(" where ")
    assert value != truth.removesuffix(" is right.")


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
@pytest.mark.parametrize("family", ["binary", "multiclass"])
def test_every_band_of_every_formula_has_a_reason(family, fmt) -> None:
    formulas = formulas_of(family, roles=frozenset(Role), catalogue=(*CATALOGUE, epsilon_in_log(1e-7)))
    if family == "binary":
        problem, moved = BinaryProblem(logits=[1.0], target=[0.5], format=fmt), None
    else:
        problem, moved = MulticlassProblem(logits=[[1.0, 2.0, 0.5]], target=[1], format=fmt), 0
    for lane in lanes_of(problem, 0, moved):
        for quantity in ("loss", "gradient"):
            for band in regime_bands(lane.problem, 0, lane.moved, formulas=formulas, quantity=quantity):
                found = reason_of(lane, formulas, band, 0.0)
                assert found.cause.startswith("At z = ")
                assert found.cause.endswith(" is right.")
                assert band.start <= found.logit <= band.stop
                assert (found.edge is None) == (not found.sides)


# -- hovering -------------------------------------------------------------------------------------------


@pytest.fixture
def told(monkeypatch) -> list[str]:
    """The texts of tooltips: the offscreen platform cannot raise their windows."""
    texts: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, _widget: texts.append(text))
    return texts


def ask_help(widget, where: QPoint) -> None:
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, where, widget.mapToGlobal(where)))


def test_hovering_a_shade_names_the_regime_and_its_reach(bench, told) -> None:
    ask_help(bench.plot.viewport(), bench.at(40.0))
    assert told == ["scratch, y = 0: inf at z ≥ 16.635532.\nClick for the reason."]


def test_hovering_a_formula_in_the_strip_lists_where_it_fails_in_every_lane(bench, told) -> None:
    ask_help(bench.strips, QPoint(20, round(bench.strips.lane_rect("bce_sigmoid", 0).center().y())))
    (words,) = told
    title, *lanes, last = words.splitlines()
    assert (title, last) == ("BCELoss(sigmoid(z))", "Click to shade these in the plot.")
    bands = [bench.panel.subject.bands_of("bce_sigmoid", lane) for lane in (0, 1)]
    assert lanes == [
        f"y = {y}: {sentence(joined(each), FLOAT32)}" for y, each in zip((1, 0), bands, strict=True)
    ]
    assert lanes[0].startswith("y = 1: clamped at z ≤ −88.72284")


def test_hovering_the_exact_line_of_the_strip_tells_nothing(bench, told) -> None:
    ask_help(bench.strips, QPoint(120, 8))
    assert told == [""]


def test_hovering_a_rail_says_what_stands_there_and_how_many(bench, told) -> None:
    ask_help(bench.rails, QPoint(200, bench.rails.height() - 3))
    (words,) = told
    assert words.startswith("Where a value is inf: it has no place on the axis.")
    assert words.endswith(bench.rails.count_text("inf"))
    assert bench.rails.count_text("inf")


def test_hovering_a_lane_names_its_band(bench, told) -> None:
    ask_help(bench.strips, bench.on_strip("bce_sigmoid", 1, 40.0))
    assert told[0].startswith("BCELoss(sigmoid(z)), y = 0: clamped at z ≥ 16.635532")


def test_hovering_what_is_right_tells_nothing(bench, told) -> None:
    ask_help(bench.plot.viewport(), bench.at(0.0, 0.2))
    assert told == []


# -- the card -------------------------------------------------------------------------------------------


def test_a_click_pins_the_reason_with_both_neighbours_values(bench) -> None:
    bench.click(bench.at(40.0))
    card = bench.interaction.reason.card
    assert card.isVisible()
    assert card.reason.edge.inside == SCRATCH_EDGE
    rows = {row.title: row.cells for row in card.table.rows}
    assert rows["scratch"] == ("15.942385", "inf")
    assert rows["BCELoss(sigmoid(z))"] == ("15.942385", "100")
    assert rows["BCEWithLogitsLoss(z)"] == ("16.63553", "16.635532")
    assert card.title.text() == "Why: inf from z = 16.635532 on"
    assert bench.panel.reason_panel.isAncestorOf(card)


def test_a_click_where_nothing_fails_takes_the_card_away(bench) -> None:
    bench.click(bench.at(40.0))
    bench.click(bench.at(0.0, 0.2))
    assert not bench.interaction.reason.card.isVisible()


def test_escape_takes_the_card_away(bench) -> None:
    bench.click(bench.at(40.0))
    bench.key(Qt.Key.Key_Escape)
    assert not bench.interaction.reason.card.isVisible()


def test_a_drag_pins_nothing(bench) -> None:
    bench.drag(bench.at(-120.0), bench.at(-100.0))
    assert not bench.interaction.reason.card.isVisible()


def test_zoom_shows_single_floats_around_the_edge(bench) -> None:
    bench.click(bench.at(40.0))
    bench.click(QPoint(5, 5), bench.interaction.reason.card.zoom)
    span = bench.plot.span
    assert span.low < SCRATCH_EDGE < span.high
    assert span.high - span.low < 1e-4


def test_put_sets_the_selected_logit_to_the_first_failing_float_as_one_step(bench) -> None:
    bench.click(bench.at(40.0))
    bench.click(QPoint(5, 5), bench.interaction.reason.card.put)
    assert bench.logits[0] == SCRATCH_EDGE
    assert bench.steps == 1
    assert math.isinf(evaluate(bench.document.problem()).column("binary_scratch").loss[0])
    bench.document.undo_stack.undo()
    assert bench.logits[0] == 1.25


def test_a_band_with_two_ends_shows_the_nearer_and_on_demand_the_other(bench) -> None:
    bench.click(bench.at(-30.0, 0.4))
    card = bench.interaction.reason.card
    near, band = card.reason.edge, card.reason.band
    assert near.side == "stop"
    bench.click(QPoint(5, 5), card.other)
    assert card.reason.edge.side == "start"
    assert card.reason.edge.inside == band.start


def test_a_lane_of_another_target_pins_its_own_reason(bench) -> None:
    bench.click(bench.on_strip("bce_sigmoid", 0, -120.0), bench.strips)
    found = bench.interaction.reason.card.reason
    assert (found.lane.label, found.band.formula, found.band.regime) == (
        "y = 1",
        "bce_sigmoid",
        Regime.CLAMPED,
    )


def test_put_at_another_targets_edge_takes_that_target_along_as_one_step(bench) -> None:
    bench.click(bench.on_strip("binary_scratch", 0, -120.0), bench.strips)
    card = bench.interaction.reason.card
    assert card.put.text().replace("&", "") == "Put row here with y = 1"
    bench.click(QPoint(5, 5), card.put)
    problem = bench.document.problem()
    assert problem.target[0] == 1.0
    assert problem.logits[0] == card.reason.edge.inside
    assert math.isinf(evaluate(problem).column("binary_scratch").loss[0])
    assert card.put.text().replace("&", "") == "Put row here"
    assert bench.steps == 1
    bench.document.undo_stack.undo()
    assert (bench.logits[0], bench.document.problem().target[0]) == (1.25, 0.0)


@pytest.mark.parametrize("target", [[0, 1], [[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]]], ids=["classes", "given"])
def test_put_takes_another_class_as_target(bench, target) -> None:
    problem = MulticlassProblem(logits=[[1.0, 2.0, 0.5], [0.25, -0.5, 1.0]], target=target)
    bench.document.replace_problem("multiclass", problem, "load")
    bench.document.set_page("multiclass")
    bench.selection.select("multiclass", 0, 2)
    bench.settle()
    subject = bench.panel.subject
    at = next(index for index, lane in enumerate(subject.lanes) if lane.label == "y = 2")
    band = next(
        band
        for each in subject.formulas
        for band in subject.bands_of(each.key, at)
        if band.regime > Regime.EXACT
    )
    bench.interaction.reason.pin(subject.lanes[at], band, band.start)
    bench.click(QPoint(5, 5), bench.interaction.reason.card.put)
    after = bench.document.problem()
    assert after.target_class(0) == 2
    assert after.has_probabilities == problem.has_probabilities
    assert after.logits[0, 2] == bench.interaction.reason.card.reason.edge.inside


def test_a_click_on_the_line_above_the_formats_that_only_names_the_formula_explains_nothing(bench) -> None:
    bench.panel.set_up(bench.panel.setup._replace(strips="format"))
    bench.settle()
    named = bench.strips.strips[0]
    assert not named.bands
    bench.click(bench.on_strip(named.key, 0, 40.0), bench.strips)
    assert not bench.interaction.reason.close()  # none is pinned


def test_a_row_is_not_put_at_the_edge_of_a_format_that_it_does_not_have(bench) -> None:
    bench.panel.set_up(bench.panel.setup._replace(strips="format"))
    bench.settle()
    for name, offered in (("float16", False), ("float32", True)):
        bench.click(bench.on_strip(name, 1, 55.0), bench.strips)
        assert bench.interaction.reason.card.isVisible()
        assert bench.interaction.reason.card.put.isVisible() is offered


def test_dragging_along_the_line_keeps_the_card_and_another_format_closes_it(bench) -> None:
    bench.click(bench.at(40.0))
    bench.document.set_cells("binary", "logits", (0,), 2.0, "edit")
    bench.settle()
    assert bench.interaction.reason.card.isVisible()
    bench.selection.select("binary", 1)
    bench.settle()
    put = bench.interaction.reason.card.put
    assert put.text().replace("&", "") == "Put row here with y = 0"
    assert put.toolTip().startswith("Set row 2 to y = 0")
    bench.document.set_options("binary", "weight", weight=np.array([2.0, 2.0, 2.0]))
    bench.settle()
    assert not bench.interaction.reason.card.isVisible()


def test_a_gradient_band_tells_of_the_gradient(bench) -> None:
    from gui.plots.content.quantities import PlotKind

    plot = bench.plot_of(PlotKind.GRADIENT)
    area = plot.box.sceneBoundingRect()
    bench.click(QPoint(round(plot.span.to_pixel(40.0)), round(area.bottom() - 6)), plot.viewport())
    card = bench.interaction.reason.card
    assert card.reason.band.quantity == "gradient"
    assert "the gradient is nan where" in card.reason.cause


def test_at_first_the_place_of_the_card_says_why_the_selected_row_fails(bench, qtbot) -> None:
    card = bench.interaction.reason.card
    assert not card.isVisible(), "row 1 is right"
    bench.selection.select("binary", 2)
    qtbot.waitUntil(card.isVisible)
    assert (card.reason.formula.key, card.reason.band.regime) == ("binary_scratch", Regime.INFINITE)
    bench.panel.shade("bce_sigmoid")
    qtbot.waitUntil(lambda: card.reason.band.regime is Regime.CLAMPED)
    bench.selection.select("binary", 0)
    qtbot.waitUntil(lambda: not card.isVisible())


def test_the_fix_is_offered_while_there_is_one(bench, qtbot) -> None:
    action, copied = QAction("Copy"), []
    action.setEnabled(False)
    action.triggered.connect(lambda: copied.append(True))
    bench.panel.reason_panel.offer_fix(action)
    bench.click(bench.at(40.0))
    fix = bench.interaction.reason.card.fix
    assert not fix.isVisible()
    action.setEnabled(True)
    assert fix.isVisible()
    fix.click()
    assert copied == [True]


def test_page_up_and_page_down_go_from_edge_to_edge(bench) -> None:
    bench.key(Qt.Key.Key_PageDown)
    edges = [edge_of(*edge) for edge in bench.panel.subject.edges_of("binary_scratch")]
    right = [edge for edge in edges if edge > 1.25]
    assert bench.plot.span.shows(right[0])
    assert bench.plot.span.steps
    for edge in right[1:]:
        bench.key(Qt.Key.Key_PageDown)
        assert bench.plot.span.shows(edge)
    bench.key(Qt.Key.Key_PageUp)
    assert bench.plot.span.shows(right[-2] if len(right) > 1 else edges[0])


def test_why_explains_the_selected_row(bench) -> None:
    bench.selection.select("binary", 2)
    bench.settle()
    bench.interaction.actions.why.trigger()
    assert bench.interaction.reason.card.reason.logit == 17.0


def test_the_nearest_edge_is_zoomed_to_by_key(bench) -> None:
    bench.interaction.crosshair.hold(30.0)
    bench.interaction.actions.nearest_edge.trigger()
    bench.settle()
    assert bench.plot.span.low < SCRATCH_EDGE < bench.plot.span.high
    assert bench.plot.span.high - bench.plot.span.low < 1e-4
