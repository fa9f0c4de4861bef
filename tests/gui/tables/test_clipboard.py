"""Copy, cut, paste and fill down, as people do them in spreadsheets."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from same_bits import same_bits
from table_page import GRADIENT, LOSS, TARGET, open_page

from engine import BFLOAT16, FLOAT16, FLOAT32, FORMATS, BinaryProblem, MulticlassProblem
from engine.data import parse_block
from gui.session.tutorial import first_problems
from gui.tables.editing.batch import BatchQuestion
from gui.tables.grid.columns import Kind

ODD = [0.1, -0.0, 1e-46, np.inf, -np.inf, np.nan, 16.635532379150391, 1e300]


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_copied_numbers_come_back_bit_for_bit(qtbot, fmt):
    app = open_page(qtbot, binary=BinaryProblem(logits=ODD, target=np.linspace(0, 1, 8), format=fmt))
    before = app.problem
    app.select((0, 0, 7, 1))
    text = app.copied()
    app.commands.clear()
    assert not app.problem.logits.any()
    app.paste(text)
    assert same_bits(fmt.round(app.problem.logits), fmt.round(before.logits))
    assert same_bits(fmt.round(app.problem.target), fmt.round(before.target))


@pytest.mark.parametrize("fmt", [FLOAT16, BFLOAT16, FLOAT32], ids=str)
def test_computed_columns_are_copied_with_every_digit_of_their_format(qtbot, fmt):
    app = open_page(qtbot, binary=BinaryProblem(logits=[0.1, 3.7, -20.0], target=[1, 0, 0], format=fmt))
    number = app.number(LOSS, "bce_with_logits")
    app.select((0, number, 2, number))
    copied = parse_block(app.copied()).values[:, 0]
    np.testing.assert_array_equal(
        fmt.round(copied).astype(np.float64),
        app.evaluator.current().column("bce_with_logits").loss.astype(np.float64),
    )


def test_a_copy_is_tabs_and_newlines_as_spreadsheets_take_them(qtbot):
    app = open_page(qtbot)
    app.select((0, 0, 1, 1))
    assert app.copied() == "1.0\t-200.0\n0.0\t17.0\n"


def test_headers_are_copied_on_demand_and_passed_over_when_pasted(qtbot):
    app = open_page(qtbot, "multiclass")
    app.select((0, 0, 2, 3))
    text = app.copied(headers=True)
    assert text.splitlines()[0] == "target\tlogit of class 0\tlogit of class 1\tlogit of class 2"
    before = app.problem
    app.select((0, 0, 2, 3))
    app.paste(text)
    assert same_bits(app.problem.logits, before.logits)
    assert app.problem.target.tolist() == [0, 1, -100]


def test_hidden_columns_are_neither_copied_nor_pasted_into(qtbot):
    app = open_page(qtbot)
    app.view.show_kind(Kind.TARGET, False)
    app.select((0, 0, 0, 2))
    assert len(app.copied().split("\t")) == 2


def test_ranges_with_the_same_rows_close_up_and_others_are_refused(qtbot):
    app = open_page(qtbot)
    app.select((0, 0, 0, 1), (2, 0, 2, 1))
    assert app.copied() == "1.0\t-200.0\n0.0\t-20.0\n"
    app.select((0, 0, 0, 0), (2, 1, 2, 1))
    assert app.copied() == ""
    assert "no rectangle" in app.messages[-1]


def test_cut_copies_and_sets_to_0_in_one_step(qtbot):
    app = open_page(qtbot)
    app.select((0, 1, 1, 1))
    app.clipboard.cut()
    assert QGuiApplication.clipboard().text() == "-200.0\n17.0\n"
    assert app.problem.logits.tolist() == [0, 0, -20, 0.5, 2]
    assert app.steps == 1


def test_a_block_is_pasted_from_the_selected_cell_on_as_one_step(qtbot):
    app = open_page(qtbot)
    app.select((1, 0, 1, 0))
    app.paste("0.25\t1.5\r\n1\t−2\r\n")
    assert app.problem.logits.tolist() == [-200, 1.5, -2, 0.5, 2]
    assert app.problem.target.tolist() == [1, 0.25, 1, 1, 1]
    assert app.steps == 1
    app.undo()
    assert app.problem.logits.tolist() == [-200, 17, -20, 0.5, 2]


def test_one_number_fills_the_selection(qtbot):
    app = open_page(qtbot)
    app.select((0, 1, 1, 1), (3, 0, 3, 4))
    app.paste("7")
    assert app.problem.logits.tolist() == [7, 7, -20, 7, 2]
    assert app.problem.target.tolist() == [1, 0, 0, 7, 1]
    assert app.steps == 1
    assert "1 targets are not between 0 and 1" in app.messages[-1]


def test_a_block_repeats_where_the_selection_is_a_multiple(qtbot):
    app = open_page(qtbot)
    app.select((0, 1, 3, 1))
    app.paste("1\n2")
    assert app.problem.logits.tolist() == [1, 2, 1, 2, 2]
    app.select((0, 1, 2, 1))
    app.paste("8\n9")
    assert app.problem.logits.tolist() == [8, 9, 1, 2, 2]


@pytest.mark.parametrize("page", ["binary", "multiclass"])
def test_rows_past_the_end_are_added_in_the_same_step(qtbot, page):
    app = open_page(qtbot, page)
    rows = app.problem.rows
    app.select((rows - 1, 1, rows - 1, 1))
    app.paste("5\n6\n7")
    assert app.problem.rows == rows + 2
    assert np.ravel(app.problem.logits[-3:].T)[:3].tolist() == [5, 6, 7]
    assert app.problem.target[-1] == 0
    assert app.steps == 1
    app.undo()
    assert app.problem.rows == rows


def test_an_empty_table_takes_a_paste_from_its_first_column_on(qtbot):
    app = open_page(qtbot, binary=BinaryProblem(logits=[], target=[]))
    app.paste("1\t0\n2\t1")
    assert app.problem.logits.tolist() == [1, 2]
    assert app.problem.target.tolist() == [0, 1]


def test_new_rows_of_class_probabilities_and_weights_are_whole(qtbot):
    problem = MulticlassProblem(logits=[[1.0, 2.0]], target=[[0.5, 0.5]])
    app = open_page(qtbot, "multiclass", multiclass=problem)
    app.select((0, 0, 0, 0))
    app.paste("1\n2")
    assert app.problem.target.tolist() == [[0.5, 0.5], [1, 0]]
    weighted = open_page(qtbot, binary=BinaryProblem(logits=[1.0], target=[0], weight=[2.0]))
    weighted.select((0, 1, 0, 1))
    weighted.paste("1\n2")
    assert weighted.problem.weight.tolist() == [2, 1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0\n1.5", "row 2, column 1 of the pasted text: expected a class 0 to 2 or ignore_index -100"),
        ("0\n3", "got '3'"),
        ("nan\n0", "row 1, column 1"),
        ("0\nx", "row 2, column 1 of the pasted text: expected a number"),
        ("0\t1\t2\t3\t4", "5 columns do not fit: 4 can be edited"),
        ("1,5", "write 1.5 with a point"),
    ],
)
def test_a_refused_paste_changes_nothing_and_says_where(qtbot, text, words):
    app = open_page(qtbot, "multiclass")
    number = app.number(TARGET)
    app.select((0, number, 0, number))
    app.paste(text)
    assert words in app.messages[-1]
    assert app.problem.target.tolist() == [0, 1, -100]
    assert app.steps == 0


def test_ignore_index_is_pasted_as_a_class(qtbot):
    app = open_page(qtbot, "multiclass")
    number = app.number(TARGET)
    app.select((0, number, 0, number))
    app.paste("tensor([-100, 2])")
    assert app.problem.target.tolist() == [-100, 2, -100]


def test_a_printed_tensor_is_pasted_into_the_logits(qtbot):
    app = open_page(qtbot, "multiclass")
    app.select((1, 1, 1, 1))
    app.paste("tensor([[1.5, -inf, nan],\n        [1., 2., 3.]], device='cuda:0')")
    assert same_bits(app.problem.logits[1:], [[1.5, -np.inf, np.nan], [1, 2, 3]])


def test_a_vector_goes_down_and_lies_down_in_a_selected_row(qtbot):
    app = open_page(qtbot, "multiclass")
    app.select((0, 1, 0, 1))
    app.paste("[7, 8, 9]")
    assert app.problem.logits[:, 0].tolist() == [7, 8, 9]
    app.select((1, 1, 1, 3))
    app.paste("[4, 5, 6]")
    assert app.problem.logits[1].tolist() == [4, 5, 6]


def test_computed_cells_take_no_paste(qtbot):
    app = open_page(qtbot)
    number = app.number(GRADIENT, "bce_sigmoid")
    app.select((0, number, 0, number))
    app.paste("1")
    assert app.messages[-1] == "Paste: no selected cell can be edited"
    assert app.steps == 0


def test_fill_down_copies_the_first_selected_cell_of_each_column(qtbot):
    app = open_page(qtbot)
    app.select((1, 0, 3, 1))
    app.commands.fill_down()
    assert app.problem.logits.tolist() == [-200, 17, 17, 17, 2]
    assert app.problem.target.tolist() == [1, 0, 0, 0, 1]
    assert app.steps == 1


def test_fill_down_in_one_row_takes_the_cell_above(qtbot):
    app = open_page(qtbot)
    app.select((1, 1, 1, 1))
    app.commands.fill_down()
    assert app.problem.logits.tolist() == [-200, -200, -20, 0.5, 2]


def test_a_sorted_table_is_copied_as_it_is_shown_and_pasted_where_it_shows(qtbot):
    app = open_page(qtbot)
    app.view.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    app.select((0, 1, 4, 1))
    assert app.copied().split() == ["-200.0", "-20.0", "0.5", "2.0", "17.0"]
    app.select((0, 1, 1, 1))
    app.paste("1\n2")
    assert app.problem.logits.tolist() == [1, 17, 2, 0.5, 2]


def test_the_shortcuts_reach_the_table_with_the_keyboard(qtbot):
    app = open_page(qtbot)
    app.panel.activateWindow()
    app.view.setFocus()
    qtbot.waitUntil(app.view.hasFocus)
    app.select((1, 1, 2, 1))
    qtbot.keyClick(app.view.viewport(), Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "17.0\n-20.0\n"
    app.select((3, 1, 3, 1))
    qtbot.keyClick(app.view.viewport(), Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert app.problem.logits.tolist() == [-200, 17, -20, 17, -20]
    qtbot.keyClick(app.view.viewport(), Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert app.problem.logits.tolist() == [-200, 17, -20, -20, -20]


# -- a batch over the sample ----------------------------------------------------------------------------


@pytest.fixture
def sample(qtbot):
    app = open_page(qtbot, binary=first_problems()["binary"].problem)
    app.select((0, 1, 0, 1))
    return app


def question(app):
    return next(box for box in app.view.findChildren(BatchQuestion) if box.isVisible())


def test_a_batch_over_the_sample_may_take_its_place(qtbot, sample):
    before = sample.problem
    sample.paste("1.5\t1\n-2\t0\n3\t1\n")
    with qtbot.waitSignal(sample.clipboard.import_wanted):
        question(sample).replace.click()
    assert sample.problem is before


def test_a_batch_over_the_sample_may_go_into_its_cells_all_the_same(sample):
    rows = sample.problem.rows
    sample.paste("1.5\n-2\n3\n")
    question(sample).into_cells.click()
    assert sample.problem.logits[:3].tolist() == [1.5, -2, 3]
    assert sample.problem.rows == rows


def test_numbers_of_ones_own_are_pasted_over_without_a_question(qtbot, sample):
    sample.paste("7.5")
    assert sample.problem.logits[0] == 7.5
    sample.paste("1.5\n-2\n")
    assert sample.problem.logits[:2].tolist() == [1.5, -2]
