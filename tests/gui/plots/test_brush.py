"""Brushing a range of logits says what lies in it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plots_bench import SHIFT, PlotBench
from PySide6.QtCore import QPoint, Qt

from engine import BinaryProblem, MulticlassProblem, Regime, Role, evaluate
from gui.plots.content.lanes import lanes_of
from gui.plots.content.subject import Subject
from gui.plots.tools.brush import BrushReport, brush_report

FLOATS = st.floats(width=32)


@pytest.fixture
def bench(qtbot) -> PlotBench:
    return PlotBench(qtbot)


def subject_of(problem, row: int = 0, moved: int | None = None) -> Subject:
    return Subject(evaluate(problem), row, moved, lanes_of(problem, row, moved), ())


# -- what lies in a range -------------------------------------------------------------------------------


@given(st.lists(FLOATS, min_size=1, max_size=8), FLOATS, FLOATS)
def test_a_report_counts_what_the_evaluation_holds(logits, one, other) -> None:
    problem = BinaryProblem(logits=logits, target=[float(i % 2) for i in range(len(logits))])
    report = brush_report(subject_of(problem), one, other)
    low, high = sorted((one, other))
    inside = [row for row, logit in enumerate(logits) if low <= logit <= high]
    assert report.rows.tolist() == inside
    columns = [c for c in evaluate(problem).columns if c.formula.role is not Role.EXACT]
    for column in columns:
        counted = {f.formula.key: dict(f.counts) for f in report.failures}.get(column.formula.key, {})
        for regime in Regime:
            if regime is not Regime.EXACT:
                assert counted.get(regime, 0) == np.count_nonzero(column.regimes[inside] == regime)
    worst = max((np.nan_to_num(c.error_bits[inside]).max() for c in columns if inside), default=0.0)
    assert report.worst_bits == worst


def test_a_multiclass_report_goes_by_the_moved_class() -> None:
    problem = MulticlassProblem(logits=[[1.0, 50.0], [2.0, -3.0]], target=[0, 1])
    assert brush_report(subject_of(problem, 0, 1), -5.0, 0.0).rows.tolist() == [1]
    assert brush_report(subject_of(problem, 0, 0), 0.0, 5.0).rows.tolist() == [0, 1]


def test_the_worst_failure_is_named_first() -> None:
    problem = BinaryProblem(logits=[17.0, 10.0, 12.0], target=[0.0, 0.0, 0.0])
    report: BrushReport = brush_report(subject_of(problem), 0.0, 100.0)
    scratch = next(f for f in report.failures if f.formula.key == "binary_scratch")
    assert scratch.counts == ((Regime.INFINITE, 1), (Regime.LOSING_DIGITS, 2))
    assert (report.worst_row, report.worst_formula.key, report.worst_bits) == (0, "binary_scratch", 32.0)


# -- in the plot ----------------------------------------------------------------------------------------


def test_shift_and_drag_brushes_and_says_what_lies_there(bench) -> None:
    bench.drag(bench.at(5.0), bench.at(30.0), SHIFT)
    low, high = bench.interaction.brushed.brush.range
    assert (low, high) == (pytest.approx(5.0, abs=0.4), pytest.approx(30.0, abs=0.4))
    card = bench.interaction.brushed.card
    assert card.isVisible()
    assert "1 of 3 rows" in card.text
    assert "Worst: 32.0 bits lost by scratch in row 3." in card.text
    assert "scratch: 1 inf" in card.text
    assert bench.steps == 0


def test_a_brush_may_be_drawn_from_right_to_left(bench) -> None:
    bench.drag(bench.at(30.0), bench.at(5.0), SHIFT)
    low, high = bench.interaction.brushed.brush.range
    assert low < high


def test_the_brush_can_be_switched_on(bench) -> None:
    bench.interaction.actions.brush.trigger()
    bench.drag(bench.at(-120.0), bench.at(-100.0))
    assert bench.interaction.brushed.brush.range is not None
    assert bench.interaction.brushed.card.text.startswith("−")
    bench.interaction.actions.brush.trigger()
    bench.interaction.actions.clear_brush.trigger()
    assert bench.interaction.brushed.brush.range is None


def test_the_card_follows_edits(bench) -> None:
    bench.drag(bench.at(5.0), bench.at(30.0), SHIFT)
    bench.document.set_cells("binary", "logits", (0,), 20.0, "edit")
    bench.settle()
    assert "2 of 3 rows" in bench.interaction.brushed.card.text


def test_escape_clears_it_and_so_does_closing_the_card(bench) -> None:
    bench.drag(bench.at(5.0), bench.at(30.0), SHIFT)
    bench.key(Qt.Key.Key_Escape)
    assert bench.interaction.brushed.brush.range is None
    assert not bench.interaction.brushed.card.isVisible()
    bench.drag(bench.at(5.0), bench.at(30.0), SHIFT)
    bench.key(Qt.Key.Key_Escape, widget=bench.interaction.brushed.card)
    assert bench.interaction.brushed.brush.range is None


def test_escape_during_a_brush_brings_back_the_one_before(bench) -> None:
    bench.drag(bench.at(5.0), bench.at(30.0), SHIFT)
    before = bench.interaction.brushed.brush.range
    bench.press(bench.at(-100.0), SHIFT)
    bench.hover(bench.at(-50.0))
    bench.key(Qt.Key.Key_Escape)
    assert bench.interaction.brushed.brush.range == before
    bench.release(bench.at(-50.0), SHIFT)
    assert bench.interaction.brushed.brush.range == before


def test_a_click_with_shift_clears_it(bench) -> None:
    bench.drag(bench.at(5.0), bench.at(30.0), SHIFT)
    bench.press(bench.at(-100.0), SHIFT)
    bench.release(bench.at(-100.0), SHIFT)
    assert bench.interaction.brushed.brush.range is None


def test_its_rows_are_selected_one_after_the_other(bench) -> None:
    bench.drag(bench.at(-60.0), bench.at(30.0), SHIFT)
    card, seen = bench.interaction.brushed.card, []
    for _ in range(4):
        bench.click(QPoint(5, 5), card.next)
        seen.append(bench.selection.place("binary").row)
    assert seen == [1, 2, 0, 1]
    bench.click(QPoint(5, 5), card.worst)
    assert bench.selection.place("binary").row == card.report.worst_row


def test_it_can_be_zoomed_to(bench) -> None:
    bench.drag(bench.at(5.0), bench.at(30.0), SHIFT)
    low, high = bench.interaction.brushed.brush.range
    bench.click(QPoint(5, 5), bench.interaction.brushed.card.zoom)
    assert (bench.plot.span.low, bench.plot.span.high) == (pytest.approx(low), pytest.approx(high))


def test_the_other_page_starts_without_a_brush(bench) -> None:
    bench.drag(bench.at(5.0), bench.at(30.0), SHIFT)
    bench.document.set_page("multiclass")
    bench.settle()
    assert bench.interaction.brushed.brush.range is None
