"""The picture of a row of a large table: all about the row, of other rows what is kept of them."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from plots_bench import PlotBench

from engine import BinaryProblem, MulticlassProblem, begin_large, evaluate, evaluate_large, regime_bands
from gui.plots.content import captions
from gui.plots.content.lanes import lanes_of
from gui.plots.content.look import Look
from gui.plots.content.marks import MOST_SAMPLES
from gui.plots.content.quantities import Measure, PlotKind, loss_scale
from gui.plots.content.samples import samples_of
from gui.plots.content.subject import MOST_LOGITS, Subject
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.tools.brush import brush_report

KINDS = list(PlotKind)


def problem_of(family):
    rng = np.random.default_rng(0)
    if family == "binary":
        logits = rng.normal(0, 30, 30_000)
        logits[[5, 6, 7]] = np.nan, np.inf, -np.inf
        return BinaryProblem(logits=logits, target=rng.integers(0, 2, 30_000))
    return MulticlassProblem(logits=rng.normal(0, 30, (9000, 4)), target=rng.integers(0, 4, 9000))


def subject_of(evaluation, row=17):
    moved = None if evaluation.problem.family == "binary" else 1
    return Subject(evaluation, row, moved, lanes_of(evaluation.problem, row, moved), ())


@pytest.fixture
def look(qapp):
    return Look(Measure.BITS, loss_scale("linear"), None, PlotTheme.of(qapp.palette()), "linear", "formula")


@pytest.mark.parametrize("family", ["binary", "multiclass"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("made", [evaluate_large, begin_large], ids=["known", "under way"])
def test_the_selected_row_is_drawn_as_in_a_small_table(look, family, kind, made):
    problem = problem_of(family)
    mine, theirs = subject_of(made(problem)), subject_of(evaluate(problem))
    values = [[sample.value for sample in samples_of(each, kind, look).selected] for each in (mine, theirs)]
    np.testing.assert_array_equal(*values)
    assert mine.logit == theirs.logit
    own = [[value for _, value in each.own_values(kind, Measure.ULP)] for each in (mine, theirs)]
    np.testing.assert_array_equal(*own)


@pytest.mark.parametrize("family", ["binary", "multiclass"])
@pytest.mark.parametrize("kind", KINDS)
def test_some_of_the_other_rows_are_marked_with_their_numbers(look, family, kind):
    problem = problem_of(family)
    marked = samples_of(subject_of(evaluate_large(problem)), kind, look)
    whole = samples_of(subject_of(evaluate(problem)), kind, look)
    assert len(marked.rows) <= min(MOST_SAMPLES, MOST_LOGITS)
    assert marked.number(3) == marked.rows[3]
    np.testing.assert_array_equal(marked.values, whole.values[marked.rows])
    np.testing.assert_array_equal(marked.logits, whole.logits[marked.rows])
    logits, _ = marked.others()
    assert len(logits) == len(marked.rows) - (17 in marked.rows)


def test_losses_on_rails_are_counted_in_all_rows(look):
    problem = problem_of("binary")
    rails = ("nan", "inf")
    counts = [
        captions.rail_counts(subject_of(made(problem)), PlotKind.LOSS, look, rails)
        for made in (evaluate_large, evaluate)
    ]
    assert counts[0] == counts[1]
    assert counts[0]["inf"].rows > MOST_SAMPLES / 10


def test_a_brush_tells_of_all_rows_once_they_are_known():
    problem = problem_of("binary")
    whole = brush_report(subject_of(evaluate(problem)), 10.0, 40.0)
    large = brush_report(subject_of(evaluate_large(problem)), 10.0, 40.0)
    assert (large.worst_row, large.worst_bits) == (whole.worst_row, whole.worst_bits)
    assert [each.counts for each in large.failures] == [each.counts for each in whole.failures]
    underway = brush_report(subject_of(begin_large(problem)), 10.0, 40.0)
    np.testing.assert_array_equal(underway.rows, whole.rows)
    assert underway.worst_row is None


def test_strips_by_format_of_classes_are_searched_beside_the_gui(qtbot):
    problem = MulticlassProblem(logits=[[17.0, -2.0, 0.5]], target=[1])
    bench = PlotBench(qtbot)
    bench.document.replace_problem("multiclass", problem, "set")
    bench.document.set_page("multiclass")
    bench.settle()
    qtbot.waitUntil(lambda: bench.panel.subject.settled)
    with qtbot.waitSignal(bench.panel._drawing.formats.found):
        bench.panel.set_up(bench.panel.setup._replace(strips="format"))
        assert not any(any(strip.bands) for strip in bench.strips.strips)
    subject = bench.panel.subject
    formulas = (subject.evaluation.column(bench.panel.shaded).formula,)
    for strip in bench.strips.strips[1:]:
        for bands, lane in zip(strip.bands, subject.lanes, strict=True):
            problem = lane.problem.replace(format=strip.format)
            assert bands == regime_bands(problem, 0, lane.moved, formulas=formulas)


def test_a_subject_that_is_shown_no_more_is_freed_without_a_collection():
    evaluation = evaluate(problem_of("binary"))
    gc.disable()
    try:
        subject = subject_of(evaluation)
        assert subject.told is subject
        shown = weakref.ref(subject)
        del subject
        assert shown() is None
    finally:
        gc.enable()


def test_another_row_of_the_same_rows_need_not_be_looked_for_again():
    evaluation = evaluate(problem_of("binary"))
    before = subject_of(evaluation, row=17)
    logits, found = before.logits, before.rows_on("inf", PlotKind.LOSS, Measure.BITS)
    assert found
    after = subject_of(evaluation, row=18).with_what_is_known_by(before)
    assert after.logits is logits
    assert after.rows_on("inf", PlotKind.LOSS, Measure.BITS) is found
    other = subject_of(evaluate(problem_of("multiclass"))).with_what_is_known_by(before)
    assert other.logits.shape == (9000,)


def test_what_is_shown_is_not_drawn_again(qtbot, monkeypatch):
    bench, drawn = PlotBench(qtbot), []
    drawing = bench.panel._drawing
    monkeypatch.setattr(drawing, "draw", lambda *_: drawn.append(True))
    bench.evaluator.flush()
    bench.selection.changed.emit("binary")
    assert not drawn
    bench.document.set_cells("binary", "logits", (0,), 3.0, "edit")
    bench.evaluator.flush()
    assert len(drawn) == 1
