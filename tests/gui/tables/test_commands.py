"""Rows, classes, generated logits, sorting, failing rows: one step each, and the selection right."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit
from same_bits import same_bits
from table_page import LOGIT, LOSS, TARGET, open_page

from engine import BinaryProblem, MulticlassProblem
from gui.services.numbers.number_display import NumberDisplay
from gui.tables.editing.generate import Constant, Line, Normal, Saturating
from gui.tables.editing.generate_dialog import GenerateDialog
from gui.tables.editing.row_edits import moved_rows
from gui.tables.grid.columns import Kind
from gui.tables.grid.sorting import RowOrder, sorted_rows

UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


def test_rows_are_inserted_above_and_below_the_selected_ones(qtbot):
    app = open_page(qtbot)
    app.select((1, 0, 2, 0))
    app.commands.insert_above()
    assert app.problem.logits.tolist() == [-200, 0, 17, -20, 0.5, 2]
    assert app.selection.place().row == 1
    app.select((2, 0, 3, 0))
    app.commands.insert_below()
    assert app.problem.logits.tolist() == [-200, 0, 17, -20, 0, 0.5, 2]
    assert app.steps == 2


def test_copies_of_rows_stand_below_them_and_are_selected(qtbot):
    app = open_page(qtbot)
    app.select((0, 0, 0, 0), (2, 0, 2, 0))
    app.commands.duplicate()
    assert app.problem.logits.tolist() == [-200, 17, -20, -200, -20, 0.5, 2]
    assert app.view.selected_rows().tolist() == [3, 4]
    assert app.steps == 1


def test_rows_move_with_their_targets_and_stay_selected(qtbot):
    app = open_page(qtbot)
    app.select((1, 0, 1, 0), (3, 0, 3, 0))
    app.commands.move_up()
    assert app.problem.logits.tolist() == [17, -200, 0.5, -20, 2]
    assert app.problem.target.tolist() == [0, 1, 1, 0, 1]
    assert app.view.selected_rows().tolist() == [0, 2]
    assert app.steps == 1
    app.commands.move_down()
    assert app.problem.logits.tolist() == [-200, 17, -20, 0.5, 2]


def test_rows_at_the_edge_stay(qtbot):
    app = open_page(qtbot)
    app.select((0, 0, 1, 0))
    app.commands.move_up()
    assert app.steps == 0


@given(st.sets(st.integers(0, 9)), st.sampled_from([-1, 1]))
def test_moved_rows_keep_their_order_and_go_one_place_at_most(rows, step):
    before = np.array(sorted(rows), dtype=np.intp)
    after = moved_rows(before, step, 10)
    assert (np.diff(after) > 0).all()
    assert ((after >= 0) & (after < 10)).all()
    assert set((after - before).tolist()) <= {0, step}


def test_a_sorted_table_does_not_move_rows(qtbot):
    app = open_page(qtbot)
    app.view.sortByColumn(1, UP)
    app.commands.move_up()
    assert "original order" in app.messages[-1]


def test_many_scattered_rows_are_removed_in_one_step(qtbot):
    problem = BinaryProblem(logits=np.arange(300.0), target=np.ones(300))
    app = open_page(qtbot, binary=problem)
    app.select(*((row, 0, row, 0) for row in range(0, 300, 2)))
    app.commands.remove_rows()
    assert app.problem.logits.tolist() == list(range(1, 300, 2))
    app.undo()
    assert app.problem.rows == 300


# -- sorting ----------------------------------------------------------------------------------------


def test_a_header_click_sorts_up_then_down_then_not_at_all(qtbot):
    app = open_page(qtbot)
    header = app.view.header_of(1)
    spot = QPoint(header.sectionViewportPosition(1) + 20, header.height() - 8)
    orders = []
    for _ in range(3):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        orders.append(app.shown(LOGIT))
    assert orders == [
        ["-200", "-20", "0.5", "2", "17"],
        ["17", "2", "0.5", "-20", "-200"],
        ["-200", "17", "-20", "0.5", "2"],
    ]
    assert app.model.order.is_natural
    assert app.steps == 0


def test_row_headers_keep_the_documents_numbers(qtbot):
    app = open_page(qtbot)
    app.view.sortByColumn(1, UP)
    numbers = [app.model.headerData(place, Qt.Orientation.Vertical) for place in range(5)]
    assert numbers == ["1", "3", "4", "5", "2"]


def test_an_edit_of_a_sorted_table_writes_to_the_row_it_shows(qtbot):
    app = open_page(qtbot)
    app.view.sortByColumn(1, UP)
    assert app.model.setData(app.model.index(4, 1), "3")
    assert app.problem.logits.tolist() == [-200, 3, -20, 0.5, 2]
    assert app.shown(LOGIT) == ["-200", "-20", "0.5", "2", "3"]


def test_the_selected_sample_stays_when_places_change(qtbot):
    app = open_page(qtbot)
    app.view.setCurrentIndex(app.model.index(1, 0))
    app.view.sortByColumn(1, UP)
    assert app.view.currentIndex().row() == 4
    assert app.selection.place().row == 1
    app.view.setCurrentIndex(app.model.index(0, 0))
    assert app.selection.place().row == 0
    app.selection.select("binary", 2)
    assert app.view.currentIndex().row() == 1


def test_rows_come_and_go_in_a_sorted_table(qtbot):
    app = open_page(qtbot)
    app.view.sortByColumn(1, UP)
    app.select((0, 0, 1, 0))
    app.commands.remove_rows()
    assert app.shown(LOGIT) == ["0.5", "2", "17"]
    assert app.problem.logits.tolist() == [17, 0.5, 2]
    app.undo()
    assert sorted(app.shown(LOGIT)) == sorted(["-200", "17", "-20", "0.5", "2"])
    app.select((0, 0, 0, 0))
    app.commands.insert_below()
    assert len(app.shown(LOGIT)) == 6


def test_rows_without_a_meaning_are_last(qtbot):
    app = open_page(qtbot, "multiclass")
    number = app.number(Kind.ACTIVATION)
    for order in (UP, DOWN):
        app.view.sortByColumn(number, order)
        assert app.shown(Kind.ACTIVATION)[-1] == "–"


@given(st.lists(st.floats(width=64) | st.sampled_from([0.0, -0.0, np.nan, np.inf])), st.booleans())
def test_sorting_is_stable_with_nan_and_inf_at_one_end(values, descending):
    array = np.array(values, dtype=np.float64)
    rows = sorted_rows(array, descending=descending)
    assert sorted(rows.tolist()) == list(range(len(values)))
    known = array[rows][np.isfinite(array[rows])]
    rest = array[rows][len(known) :]
    assert not np.isfinite(rest).any()
    infinities = rest[~np.isnan(rest)]
    assert np.isnan(rest[len(infinities) :]).all()
    assert infinities.tolist() == sorted(infinities, reverse=descending)
    steps = [(b - a if not descending else a - b) for a, b in itertools.pairwise(known) if a != b]
    assert all(step > 0 for step in steps)
    for a, b in itertools.pairwise(rows):
        assert array[a] != array[b] or a < b


@given(st.permutations(range(6)), st.integers(0, 6), st.integers(1, 3), st.data())
def test_an_order_stays_a_permutation_when_rows_come_and_go(rows, first, count, data):
    order = RowOrder(6, np.array(rows))
    place, more = order.with_inserted(first, count)
    assert sorted(more.rows(slice(None)).tolist()) == list(range(6 + count))
    assert more.row(place) == first
    gone = data.draw(st.integers(0, 5))
    span = data.draw(st.integers(1, 6 - gone))
    runs = order.runs_of(gone, span)
    after = order.without(gone, span)
    for top, bottom in runs:
        order = order.without_places(top, bottom)
    left = order.rows(slice(None))
    assert np.where(left > gone, left - span, left).tolist() == after.rows(slice(None)).tolist()
    assert sorted(after.rows(slice(None)).tolist()) == list(range(6 - span))


# -- failing rows -----------------------------------------------------------------------------------


def test_f3_goes_round_the_rows_that_fail_in_the_columns_shown(qtbot):
    problem = BinaryProblem(logits=[0.0, 17.0, 1.0, -200.0, 0.5], target=[1, 0, 1, 1, 1])
    app = open_page(qtbot, binary=problem)
    app.view.setCurrentIndex(app.model.index(0, 0))
    seen = []
    for _ in range(3):
        app.commands.next_failing()
        seen.append(app.selection.place().row)
    assert seen == [1, 3, 1]
    app.commands.previous_failing()
    assert app.selection.place().row == 3


def test_f3_goes_to_the_worst_kind_first_and_to_lost_digits_last(qtbot):
    logits = [10.0, 0.0, -200.0, np.nan, 18.0, 60.0, 12.0]
    app = open_page(qtbot, binary=BinaryProblem(logits=logits, target=[1, 1, 1, 1, 0, 1, 1]))
    app.view.show_kind(Kind.GRADIENT, False)
    app.view.setCurrentIndex(app.model.index(1, 0))
    seen = []
    for _ in range(6):
        app.commands.next_failing()
        seen.append(app.selection.place().row)
    nan_input, nan_loss, infinite, digits = [3], [5], [2, 4], [0, 6]
    assert seen == nan_input + nan_loss + infinite + digits
    app.commands.next_failing()
    app.commands.previous_failing()
    assert app.selection.place().row == digits[-1]


def test_probabilities_that_nllloss_does_not_take_make_no_row_fail(qtbot):
    problem = MulticlassProblem(logits=[[1.0, 2.0], [0.0, 1.0]], target=[[0.5, 0.5], [0.0, 1.0]])
    app = open_page(qtbot, "multiclass", multiclass=problem)
    app.commands.next_failing()
    assert app.messages == ["No row fails in the columns shown"]


def test_without_a_failure_it_says_so(qtbot):
    app = open_page(qtbot, binary=BinaryProblem(logits=[0.0, 0.5], target=[1, 0]))
    app.commands.next_failing()
    assert app.messages == ["No row fails in the columns shown"]


def test_an_infinite_true_loss_is_a_failing_row(qtbot):
    app = open_page(qtbot, binary=BinaryProblem(logits=[0.0, -np.inf], target=[1, 1]))
    app.view.show_kind(Kind.GRADIENT, False)
    app.commands.next_failing()
    assert app.selection.place().row == 1


# -- classes ----------------------------------------------------------------------------------------


def test_a_class_is_renamed_in_its_header(qtbot):
    app = open_page(qtbot, "multiclass")
    app.view.setCurrentIndex(app.model.index(0, 2))
    app.panel.editing.rename_class()
    editor = app.view.header_of(2).viewport().findChild(QLineEdit)
    editor.setText(" cat  fish ")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert app.problem.class_names == ("0", "cat fish", "2")
    assert app.model.headerData(2, Qt.Orientation.Horizontal).endswith("cat fish")
    assert app.steps == 1
    app.undo()
    assert app.problem.class_names is None


def test_a_double_click_on_a_class_renames_it_and_does_not_sort(qtbot):
    app = open_page(qtbot, "multiclass")
    header = app.view.header_of(2)
    spot = QPoint(header.sectionViewportPosition(2) + 20, header.height() - 8)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    qtbot.mouseDClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    editor = header.viewport().findChild(QLineEdit)
    assert app.model.order.is_natural
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert app.steps == 0


def test_a_double_click_on_a_class_leaves_a_sort_by_a_column_of_another_part(qtbot):
    app = open_page(qtbot, "multiclass")
    app.view.sortByColumn(app.number(TARGET), DOWN)
    before = app.model.order.rows(slice(None)).tolist()
    header = app.view.header_of(2)
    spot = QPoint(header.sectionViewportPosition(2) + 20, header.height() - 8)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert app.view.sorted_column == 2
    qtbot.mouseDClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert app.model.order.rows(slice(None)).tolist() == before
    assert app.view.sorted_column == app.number(TARGET)
    qtbot.keyClick(header.viewport().findChild(QLineEdit), Qt.Key.Key_Escape)


def test_an_empty_name_takes_the_name_away(qtbot):
    problem = MulticlassProblem(logits=[[1.0, 2.0]], target=[0], class_names=("0", "dog"))
    app = open_page(qtbot, "multiclass", multiclass=problem)
    app.panel.editing.classes.rename_class(1, "  ")
    assert app.problem.class_names is None


# -- made by rule -----------------------------------------------------------------------------------


def test_selected_rows_are_filled_by_a_line(qtbot):
    app = open_page(qtbot)
    app.select((1, 0, 3, 0))
    app.commands.generate(Line(-1.0, 1.0), 0, ())
    assert app.problem.logits.tolist() == [-200, -1, 0, 1, 2]
    assert app.steps == 1


def test_new_rows_are_made_at_the_end(qtbot):
    app = open_page(qtbot, "multiclass")
    app.commands.generate(Constant(5.0), 2, (1,))
    assert app.problem.logits[-2:].tolist() == [[0, 5, 0], [0, 5, 0]]
    assert app.problem.target[-2:].tolist() == [0, 0]
    assert app.steps == 1


def test_one_seed_gives_the_same_numbers_again():
    assert same_bits(Normal(0.0, 4.0, 7).logits(5, 2), Normal(0.0, 4.0, 7).logits(5, 2))
    assert not same_bits(Normal(0.0, 4.0, 7).logits(5, 2), Normal(0.0, 4.0, 8).logits(5, 2))


def test_saturating_logits_alternate_down_and_across():
    assert Saturating(100.0).logits(2, 2).tolist() == [[100, -100], [-100, 100]]


@pytest.mark.parametrize("generator", [Line(-np.inf, np.inf), Line(1e308, -1e308), Normal(0, np.inf, 1)])
def test_infinite_wishes_warn_nobody(generator):
    assert generator.logits(3, 1).shape == (3, 1)


def test_the_dialog_makes_what_it_says(qtbot):
    app = open_page(qtbot)
    app.select((0, 0, 2, 0))
    app.panel.editing.generate()
    dialog = app.panel.findChild(GenerateDialog)
    first, last = dialog.numbers()
    first.setText("1,5")
    last.setText("3")
    dialog.accept()
    assert "write 1.5 with a point" in dialog.error.text()
    first.setText("1")
    dialog.accept()
    assert app.problem.logits.tolist() == [1, 2, 3, 0.5, 2]


# -- how numbers are shown --------------------------------------------------------------------------


def test_the_menu_chooses_how_numbers_are_shown(qtbot):
    app = open_page(qtbot, binary=BinaryProblem(logits=[0.1], target=[1]))
    chosen = []
    app.panel.number_display_chosen.connect(chosen.append)
    hexadecimal = next(a for a in app.panel.bar.numbers.actions() if a.text() == "Hexadecimal")
    hexadecimal.trigger()
    assert app.shown(LOGIT) == ["0x1.99999ap-4"]
    assert chosen == [NumberDisplay("hexadecimal")]
    app.panel.set_number_display(NumberDisplay("digits", 3))
    assert app.shown(LOGIT) == ["0.1"]
    assert not hexadecimal.isChecked()


def test_class_targets_are_whole_numbers_in_every_display(qtbot):
    app = open_page(qtbot, "multiclass")
    app.panel.set_number_display(NumberDisplay("hexadecimal"))
    assert app.shown(TARGET) == ["0", "1", "-100"]


def test_a_cells_tip_shows_its_bits(qtbot):
    app = open_page(qtbot, binary=BinaryProblem(logits=[16.0], target=[1]))
    for number in (app.number(LOGIT), app.number(LOSS, "bce_with_logits")):
        tip = app.model.index(0, number).data(Qt.ItemDataRole.ToolTipRole)
        assert "Bits (sign, exponent, significand): 0 " in tip
    assert "0 10000011 00000000000000000000000" in app.model.index(0, 1).data(Qt.ItemDataRole.ToolTipRole)


def test_every_action_of_the_edit_menu_has_its_own_shortcut(qtbot):
    app = open_page(qtbot, "multiclass")
    actions = [action for action in app.panel.edit_actions if not action.isSeparator()]
    keys = [key.toString() for action in actions for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    assert len(actions) == 24
    menu = app.panel.editing.actions.menu()
    assert menu.actions() == app.panel.edit_actions
    menu.deleteLater()


@pytest.mark.parametrize("rows", [[1], [0, 1, 2, 3, 4]])
def test_no_arrow_claims_an_order_that_rows_brought_back_do_not_have(qtbot, rows):
    app = open_page(qtbot)
    app.view.sortByColumn(1, UP)
    app.document.remove_rows("binary", rows, "remove")
    assert app.view.sorted_column == 1
    before = app.document.binary.rows
    app.undo()
    assert app.view.sorted_column == -1
    assert app.model.rowCount() == before + len(rows)
    app.view.sortByColumn(1, UP)
    assert app.model.order.rows(range(5)).tolist() == [0, 2, 3, 4, 1]
    app.evaluator.flush()
