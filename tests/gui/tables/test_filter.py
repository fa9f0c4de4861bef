"""Chips and form of the filter: which rows are shown, what is said of them, what is done with them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from table_page import LOGIT, LOSS, open_page

from engine import FLOAT16, BinaryProblem, MulticlassProblem, evaluate, formulas_of
from gui.document import evaluator
from gui.tables.editing.shown_rows import problem_of
from gui.tables.filter.filter_form import FilterForm
from gui.tables.filter.row_filter import Range, RowFilter, failure_bits, rows_named
from gui.tables.grid.columns import Kind, columns_of
from gui.tables.grid.counts import short_count
from gui.tables.grid.failures import Failure
from gui.tables.grid.snapshot import Snapshot
from gui.tables.grid.sorting import RowOrder

MIXED = BinaryProblem(
    logits=[1.5, -0.4, 17.0, -20.0, -200.0, np.nan, 2.0, 0.5], target=[0, 1, 0, 0, 1, 0, 1, 1]
)
"""Rows 3 and 5 are clamped in BCELoss and infinite from scratch, row 4 underflows, row 6 is nan."""


@pytest.fixture
def app(qtbot):
    app = open_page(qtbot, binary=MIXED)
    app.chips = app.panel.filter_chips.chips
    app.panel.filter_chips.show_counts()  # or a moment later
    return app


def shown(app):
    """The shown rows' numbers, as their heads say."""
    return [
        int(app.model.headerData(place, Qt.Orientation.Vertical)) for place in range(app.model.rowCount())
    ]


def test_how_wide_the_chips_with_words_are_is_known_without_the_words(app):
    chips = app.panel.filter_chips
    chips.set_compact(False)
    with_words = chips.sizeHint().width()
    chips.set_compact(True)
    assert chips.sizeHint().width() < with_words
    assert chips.width_with_words() == pytest.approx(with_words, abs=len(app.chips))


def count(app, failure):
    return int(app.chips[failure].text().rpartition(" ")[2])


def test_counts_of_rows_that_are_being_evaluated_are_not_yet_told(app, qtbot, monkeypatch):
    monkeypatch.setattr(evaluator, "LARGE", 4)
    logits = np.where(np.arange(9) < 7, np.nan, 1.0)
    app.document.replace_problem("binary", BinaryProblem(logits=logits, target=np.zeros(9)), "open")
    app.panel.filter_chips.show_counts()
    assert {chip.text().split()[-1] for chip in app.chips.values()} == {"…"}
    qtbot.waitUntil(lambda: app.chips[Failure.NAN].text().split()[-1] == "7")


# -- chips --------------------------------------------------------------------------------------------


def test_the_chips_stand_in_the_order_of_severity_with_their_counts(app):
    texts = [chip.text() for chip in app.chips.values()]
    assert [text.partition(" ")[0] for text in texts] == ["nan", "inf", "clamped", "underflow", "digits"]
    assert app.panel.filter_chips.all.text() == "All 8"
    expected = {
        failure: sum(
            any(_failure(column.loss.item(row), column.regimes.item(row)) is failure for column in columns)
            for row in range(8)
        )
        for columns in [evaluate(MIXED).columns]
        for failure in app.chips
    }
    assert {failure: count(app, failure) for failure in app.chips} == expected


def _failure(loss, regime):
    from gui.tables.grid.failures import OF_REGIMES

    if np.isnan(loss):
        return Failure.NAN
    return Failure.INFINITE if np.isinf(loss) else OF_REGIMES[regime]


def test_a_loss_that_takes_no_probabilities_is_no_row_s_failure(qtbot):
    target = [[0.7, 0.3], [0.2, 0.8]]
    problem = MulticlassProblem(logits=[[1.5, 0.25], [0.5, 1.0]], target=target)
    app = open_page(qtbot, "multiclass", multiclass=problem)
    columns = app.model.cells.columns
    bits = failure_bits(app.model.cells.snapshot, columns, None, gradients=False)
    assert not bits.any()
    assert failure_bits(app.model.cells.snapshot, columns, "nll_log_softmax", gradients=False).all()


def test_a_chip_shows_its_rows_and_a_second_one_those_of_both(qtbot, app):
    qtbot.mouseClick(app.chips[Failure.INFINITE], Qt.MouseButton.LeftButton)
    assert shown(app) == [3, 5]
    qtbot.mouseClick(app.chips[Failure.NAN], Qt.MouseButton.LeftButton)
    assert shown(app) == [3, 5, 6]
    assert not app.panel.filter_chips.all.isChecked()
    qtbot.mouseClick(app.chips[Failure.INFINITE], Qt.MouseButton.LeftButton)
    assert shown(app) == [6]
    qtbot.mouseClick(app.panel.filter_chips.all, Qt.MouseButton.LeftButton)
    assert len(shown(app)) == 8
    assert not any(chip.isChecked() for chip in app.chips.values())


def test_a_failure_that_no_row_has_is_greyed(qtbot):
    app = open_page(qtbot, binary=BinaryProblem(logits=[0.5, 17.0], target=[1, 0]))
    app.panel.filter_chips.show_counts()
    chips = app.panel.filter_chips.chips
    assert not chips[Failure.NAN].isEnabled()
    assert chips[Failure.CLAMPED].isEnabled()


def test_the_last_line_says_how_many_rows_are_shown_and_why(app):
    app.chips[Failure.NAN].click()
    app.chips[Failure.INFINITE].click()
    line = app.view.last_line.field
    assert line.placeholderText() == "3 of 8 rows: nan or inf in any loss. Show all: Esc"
    assert line.isReadOnly()
    app.panel.rows.clear()
    assert app.panel.shown_rows() is None
    assert "to add a row" in line.placeholderText()


def test_escape_shows_all_rows_again(qtbot, app):
    app.chips[Failure.NAN].click()
    app.view.setFocus()
    qtbot.keyClick(app.view.viewport(), Qt.Key.Key_Escape)
    assert len(shown(app)) == 8
    app.chips[Failure.NAN].click()
    qtbot.keyClick(app.view.last_line.field, Qt.Key.Key_Escape)
    assert len(shown(app)) == 8


def test_a_count_that_changes_moves_no_line(qtbot, app):
    heights = lambda: (app.panel.bar.height(), app.view.geometry(), app.panel.footer.geometry())  # noqa: E731
    before = heights()
    app.chips[Failure.INFINITE].click()
    app.document.set_cells("binary", "logits", (slice(0, 8),), np.nan, "x")
    app.evaluator.flush()
    QApplication.processEvents()
    assert heights() == before


def test_the_chips_leave_their_words_out_where_the_table_is_narrow(qtbot, app):
    app.panel.resize(320, 300)
    QApplication.processEvents()
    assert next(chip.text() for chip in app.chips.values()).isdigit()
    assert "nan" in app.chips[Failure.NAN].accessibleName()
    app.panel.resize(900, 300)
    QApplication.processEvents()
    assert app.chips[Failure.NAN].text().startswith("nan")


# -- rows that come, go and change under a filter -----------------------------------------------------


def test_the_shown_row_stays_shown_while_it_is_hidden(app):
    app.selection.select("binary", 0)
    app.chips[Failure.INFINITE].click()
    assert app.selection.place().row == 0
    assert app.model.shown_place() == -1
    app.panel.rows.clear()
    assert app.model.shown_place() == 0


def test_an_edit_leaves_its_row_where_it_is(app):
    app.chips[Failure.INFINITE].click()
    app.model.setData(app.model.index(0, app.number(LOGIT)), "1")
    app.evaluator.flush()
    assert shown(app) == [3, 5]
    assert app.problem.logits[2] == 1.0
    QApplication.processEvents()
    app.panel.filter_chips.show_counts()
    assert count(app, Failure.INFINITE) == 1


def test_another_format_chooses_the_rows_anew(app):
    app.panel.rows.want(RowFilter(frozenset({Failure.UNDERFLOW})))
    before = shown(app)
    app.document.set_format(FLOAT16, "x")
    app.evaluator.flush()
    columns = evaluate(app.problem).columns
    expected = [
        row + 1
        for row in range(8)
        if any(_failure(c.loss.item(row), c.regimes.item(row)) is Failure.UNDERFLOW for c in columns)
    ]
    assert shown(app) == expected != before


def test_another_problem_is_filtered_as_well(app):
    app.chips[Failure.INFINITE].click()
    app.document.replace_problem("binary", BinaryProblem(logits=[0.0, 17.0, 1.0], target=[0, 0, 0]), "open")
    app.evaluator.flush()
    assert shown(app) == [2]


def test_new_rows_are_shown_and_removed_ones_go(app):
    app.chips[Failure.INFINITE].click()
    app.select((0, 0, 0, 0))
    app.commands.insert_below()
    assert shown(app) == [3, 4, 6]
    app.evaluator.flush()
    app.document.remove_rows("binary", [0, 1], "x")
    assert shown(app) == [1, 2, 4]
    app.undo()
    app.evaluator.flush()
    assert set(shown(app)) >= {3, 4, 6}


def test_hidden_rows_are_removed_without_a_gap(app):
    app.chips[Failure.INFINITE].click()
    app.document.remove_rows("binary", [5, 6, 7], "x")
    assert shown(app) == [3, 5]
    app.document.remove_rows("binary", [0], "x")
    assert shown(app) == [2, 4]
    assert [app.model.index(place, app.number(LOGIT)).data() for place in (0, 1)] == ["17", "-200"]


def test_a_filtered_table_is_sorted_and_stays_filtered(app):
    app.chips[Failure.INFINITE].click()
    app.view.sortByColumn(app.number(LOGIT), Qt.SortOrder.AscendingOrder)
    assert shown(app) == [5, 3]
    app.chips[Failure.NAN].click()
    assert shown(app) == [5, 3, 6]
    app.panel.rows.clear()
    assert shown(app)[0] == 5


def test_the_next_failing_row_is_one_that_is_shown(app):
    app.chips[Failure.UNDERFLOW].click()
    seen = set()
    for _ in range(4):
        app.commands.next_failing()
        seen.add(app.selection.place().row + 1)
    assert seen <= set(shown(app))


# -- what is shown can be taken along -----------------------------------------------------------------


def test_what_is_shown_is_selected_copied_and_pasted_into(app):
    app.chips[Failure.INFINITE].click()
    number = app.number(LOGIT)
    app.select((0, number, 1, number))
    assert app.view.selected_rows().tolist() == [2, 4]
    assert app.copied() == "17.0\n-200.0\n"
    app.paste("3\n4")
    assert app.problem.logits[[2, 4]].tolist() == [3, 4]
    assert app.panel.shown_rows().tolist() == [2, 4]
    assert app.problem.logits[3] == -20.0


def test_the_shown_rows_are_copied_as_a_pytorch_script_of_their_own(app):
    app.chips[Failure.INFINITE].click()
    app.panel.copy_reproduction()
    script = QGuiApplication.clipboard().text()
    assert "17.0" in script
    assert "-200.0" in script
    assert "-20.0" not in script
    assert "import torch" in script
    assert "PyTorch script of" in app.messages[-1]


def test_the_problem_of_the_shown_rows_has_them_in_their_order():
    problem = MulticlassProblem(logits=np.arange(12.0).reshape(4, 3), target=[0, 1, -100, 2])
    order = RowOrder(4, np.array([3, 2, 1, 0]), np.array([True, False, True, True]))
    part = problem_of(problem, order)
    assert part.logits[:, 0].tolist() == [9, 6, 0]
    assert part.target.tolist() == [2, -100, 0]
    assert problem_of(problem, RowOrder(4)) is problem


# -- the form -----------------------------------------------------------------------------------------


popup = pytest.mark.qt_log_ignore("does not support", extend=True)
"""The platform without a screen says so of what opens in front."""


def opened_form(app):
    app.panel.bar.open_filter()
    return app.panel.findChild(FilterForm)


@popup
def test_the_form_narrows_failures_to_one_formula(app):
    form = opened_form(app)
    form.failures[Failure.NAN].click()
    form.failures[Failure.INFINITE].click()
    form.formula.setCurrentIndex(form.formula.findText("BCELoss(sigmoid(z))"))
    form.formula.activated.emit(form.formula.currentIndex())
    assert shown(app) == [6]
    assert "nan or inf in BCELoss(sigmoid(z))" in app.view.last_line.field.placeholderText()
    assert app.panel.bar.filter.isChecked()
    form.clear.click()
    assert len(shown(app)) == 8


@popup
def test_the_form_filters_by_target_range_and_row_numbers(qtbot, app):
    form = opened_form(app)
    form.target.setCurrentIndex(form.target.findText("y = 1"))
    form.target.activated.emit(form.target.currentIndex())
    assert shown(app) == [2, 5, 7, 8]
    form.low.setText("0")
    form.low.editingFinished.emit()
    assert shown(app) == [7, 8]
    assert "y = 1, z ≥ 0" in app.view.last_line.field.placeholderText()
    form.numbers.setText("1-7")
    form.numbers.editingFinished.emit()
    assert shown(app) == [7]


@popup
@pytest.mark.parametrize(("field", "text"), [("low", "1,5"), ("numbers", "0"), ("numbers", "5, x")])
def test_what_is_no_condition_is_refused_at_the_form_and_changes_nothing(app, field, text):
    form = opened_form(app)
    getattr(form, field).setText(text)
    getattr(form, field).editingFinished.emit()
    assert "expected" in form.reason.text()
    assert len(shown(app)) == 8


@popup
def test_ignored_rows_are_shown_alone_or_left_out(qtbot):
    app = open_page(qtbot, "multiclass")
    form = opened_form(app)
    for text, expected in (("ignored", [3]), ("not ignored", [1, 2]), ("ignored and not", [1, 2, 3])):
        form.ignored.setCurrentIndex(form.ignored.findText(text))
        form.ignored.activated.emit(form.ignored.currentIndex())
        assert shown(app) == expected


@popup
def test_dead_gradients_are_found_by_the_form(qtbot):
    app = open_page(qtbot, binary=BinaryProblem(logits=[0.5, 200.0], target=[1, 0]))
    form = opened_form(app)
    form.failures[Failure.DEAD].click()
    assert shown(app) == [2]
    assert "dead in any gradient" in app.view.last_line.field.placeholderText()


# -- the values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rows"),
    [("5", [5]), ("2-4", [2, 3, 4]), ("1, 3 5", [1, 3, 5]), ("4 – 6; 9", [4, 5, 6, 9]), ("8-99", [8, 9, 10])],
)
def test_row_numbers_are_read_as_people_write_them(text, rows):
    assert (np.flatnonzero(rows_named(text, 10)) + 1).tolist() == rows


LOGITS = st.sampled_from([-200.0, -20.0, -1.0, 0.0, 0.5, 17.0, np.inf, -np.inf, np.nan])


@given(
    st.lists(st.tuples(LOGITS, st.sampled_from([0.0, 1.0])), min_size=1, max_size=8),
    st.sets(st.sampled_from([Failure.NAN, Failure.INFINITE, Failure.CLAMPED, Failure.UNDERFLOW])),
    st.none() | st.sampled_from([0.0, 1.0]),
    st.none() | st.sampled_from([-30.0, 0.0]),
)
def test_a_mask_is_what_every_row_by_itself_would_give(rows, failures, target, low):
    logits, targets = zip(*rows, strict=True)
    problem = BinaryProblem(logits=logits, target=targets)
    evaluation, columns = evaluate(problem), columns_of(problem, formulas_of("binary"))
    within = None if low is None else Range(Kind.LOGIT, None, low, None)
    wanted = RowFilter(frozenset(failures), target=target, within=within)
    mask = wanted.mask(Snapshot(problem, evaluation), columns)
    expected = [
        (
            not failures
            or any(_failure(c.loss.item(n), c.regimes.item(n)) in failures for c in evaluation.columns)
        )
        and (target is None or y == target)
        and (low is None or z >= low)
        for n, (z, y) in enumerate(rows)
    ]
    assert ([True] * len(rows) if mask is None else mask.tolist()) == expected


@given(st.data())
def test_places_and_rows_stay_each_others_inverse_under_sort_and_filter(data):
    total = data.draw(st.integers(1, 7))
    permutation = data.draw(st.none() | st.permutations(range(total)).map(np.array))
    shown = data.draw(st.none() | st.lists(st.booleans(), min_size=total, max_size=total).map(np.array))
    order = RowOrder(total, permutation, shown)
    first, count = data.draw(st.integers(0, total)), data.draw(st.integers(1, 3))
    place, more = order.with_inserted(first, count)
    assert [more.row(place + step) for step in range(count)] == list(range(first, first + count))
    gone = data.draw(st.integers(0, total - 1))
    less = order.without(gone, data.draw(st.integers(1, total - gone)))
    for each in (order, more, less):
        rows = each.rows(slice(None)).tolist()
        assert len(set(rows)) == len(rows) == each.count
        assert [each.place(row) for row in rows] == list(range(each.count))
        hidden = set(range(each.total)) - set(rows)
        assert all(each.place(row) == -1 for row in hidden)
    # What is left keeps its order and is still shown or hidden.
    span = total - less.total
    kept = [row for row in order.rows(slice(None)).tolist() if not gone <= row < gone + span]
    assert less.rows(slice(None)).tolist() == [row - span if row > gone else row for row in kept]


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (512, "512"), (9999, "9\u202f999"), (10_000, "10k"), (49_967, "50k"), (999_700, "1M"),
     (1_250_000, "1.2M"), (12_500_000, "12M")],
)  # fmt: skip
def test_large_counts_are_shortened(count, text):
    assert short_count(count) == text
    assert len(text) <= 5


def test_losses_that_are_not_finite_are_told_by_their_number(app):
    number = app.number(LOSS, "binary_exact")
    app.panel.rows.want(RowFilter(frozenset({Failure.NAN}), formula="binary_exact"))
    assert [app.model.index(place, number).data() for place in range(app.model.rowCount())] == ["nan"]
