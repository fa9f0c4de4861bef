"""A pinned baseline stays as a ghost, and every edit shows what it changes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from plots_bench import PlotBench

from engine import FLOAT16, Role, evaluate
from gui.plots.baseline.changes import Change, changes_since
from gui.plots.content.quantities import PlotKind


@pytest.fixture
def bench(qtbot) -> PlotBench:
    return PlotBench(qtbot)


def pin(bench: PlotBench):
    bench.interaction.actions.pin_baseline.trigger()
    bench.settle()
    return bench.interaction.baseline


def edit(bench: PlotBench, field: str, value: float, row: int = 0) -> None:
    bench.document.set_cells(bench.document.page, field, (row,), value, "edit")
    bench.settle()


@pytest.mark.parametrize(
    ("before", "now", "difference"),
    [
        (1.0, 3.5, 2.5),
        (math.inf, math.inf, 0.0),
        (math.nan, math.nan, 0.0),
        (math.inf, 1.0, -math.inf),
        (None, 1.0, None),
        (1.0, None, None),
    ],
)
def test_a_change_knows_equal_infinities_and_what_is_missing(before, now, difference) -> None:
    assert Change(before, now).difference == difference


def test_changes_are_differences_of_the_engines_values(bench) -> None:
    before = evaluate(bench.document.problem())
    baseline = pin(bench)
    edit(bench, "logits", 3.0)
    now = evaluate(bench.document.problem())
    for change in changes_since(baseline.subject, bench.panel.subject):
        key = change.formula.key
        pairs = (
            (change.reduced, before.column(key).ledger.value, now.column(key).ledger.value),
            (change.loss, before.column(key).loss[0], now.column(key).loss[0]),
            (change.gradient, before.column(key).gradient[0], now.column(key).gradient[0]),
        )
        for got, was, is_ in pairs:
            np.testing.assert_array_equal((got.before, got.now), (was, is_))


def test_the_gutter_shows_values_with_their_change(bench) -> None:
    baseline = pin(bench)
    assert baseline.rows
    edit(bench, "logits", 3.25)
    rows = {row.title: row.cells for row in baseline.rows}
    before, now = (math.log1p(math.exp(logit)) for logit in (1.25, 3.25))
    assert rows["exact"][1] == f"{now:.6g} ({now - before:+.6g})"
    assert rows["BCEWithLogitsLoss(z)"][1].startswith(f"{now:.6g} (+1.78")
    assert rows["exact"][1] in {line.value for line in baseline.rows}
    assert "Since the baseline" in bench.panel.gutter.accessibleDescription()


def test_a_low_gutter_leaves_the_baseline_to_its_tooltip(bench) -> None:
    pin(bench)
    assert bench.panel.gutter.baseline_in_sight
    bench.panel.stack.choose((PlotKind.LOSS,))
    bench.panel.resize(910, bench.panel.minimumSizeHint().height())
    bench.settle()
    assert not bench.panel.gutter.baseline_in_sight
    assert "exact: " in bench.panel.gutter.words


def test_what_ceases_to_be_finite_is_told_in_words(bench) -> None:
    baseline = pin(bench)
    edit(bench, "logits", -100.0)
    rows = {row.title: row.cells for row in baseline.rows}
    assert rows["scratch"][1] == "nan (was 1.50193)"


def test_the_ghost_keeps_the_old_curves_in_view(bench) -> None:
    baseline = pin(bench)
    bench.document.set_options("binary", "pos_weight", weight=np.array([0.5, 1.0, 1.0]))
    bench.settle()
    swept = baseline._ghost.swept(bench.plot.span)
    assert swept.logits[0] == np.float32(bench.plot.span.low)
    column = next(c for c in swept.columns if c.formula.role is Role.EXACT)
    own = bench.panel.subject.own
    now = bench.plot.layer.curves[own, "binary_exact"]
    half = np.interp(swept.logits, now.logits, now.values)
    np.testing.assert_allclose(column.loss, 2.0 * half, rtol=0.02, atol=0.02)


def test_the_ghost_is_painted(bench) -> None:
    baseline = pin(bench)
    bench.document.set_options("binary", "weight", weight=np.array([0.5, 1.0, 1.0]))
    bench.settle()
    item = baseline._items[0]
    shown = bench.plot.grab().toImage()
    item.hide()
    assert bench.plot.grab().toImage() != shown


def test_another_format_is_compared_with_the_baselines_own(bench) -> None:
    baseline = pin(bench)
    bench.document.set_format(FLOAT16, "format")
    bench.settle()
    rows = {row.title: row.cells for row in baseline.rows}
    assert "(" in rows["BCEWithLogitsLoss(z)"][0]


def test_each_page_has_a_baseline_of_its_own(bench) -> None:
    baseline = pin(bench)
    bench.document.set_page("multiclass")
    bench.settle()
    assert baseline.subject is None
    assert not baseline.rows
    assert not bench.interaction.actions.clear_baseline.isEnabled()
    bench.document.set_page("binary")
    bench.settle()
    assert baseline.rows


def test_rows_and_classes_that_are_gone_leave_blanks(bench) -> None:
    bench.document.remove_rows("binary", [1, 2], "remove")
    bench.settle()
    baseline = pin(bench)
    bench.document.undo_stack.undo()
    bench.selection.select("binary", 2)
    bench.settle()
    rows = {row.title: row.cells for row in baseline.rows}
    assert "(" not in rows["exact"][1]


def test_clearing_takes_ghost_and_changes_away(bench) -> None:
    baseline = pin(bench)
    assert bench.interaction.actions.clear_baseline.isEnabled()
    bench.interaction.actions.clear_baseline.trigger()
    bench.settle()
    assert baseline.subject is None
    assert not baseline.rows
    assert baseline._ghost.swept(bench.plot.span) is None
