"""The last line of the table: rows typed and pasted into it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from table_page import open_page

from engine import BinaryProblem, MulticlassProblem

Key = Qt.Key


def type_row(qtbot, app, text):
    field = app.view.last_line.field
    field.setFocus()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Key.Key_Return)
    app.evaluator.flush()


def paste_rows(qtbot, app, text):
    QGuiApplication.clipboard().setText(text)
    qtbot.keyClick(app.view.last_line.field, Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    app.evaluator.flush()


def test_a_typed_logit_becomes_the_last_row_in_one_step_and_is_shown(qtbot):
    app = open_page(qtbot)
    type_row(qtbot, app, "-89")
    assert app.problem.logits.tolist() == [-200, 17, -20, 0.5, 2, -89]
    assert app.problem.target[-1] == 0.0
    assert app.selection.place().row == 5
    assert app.view.last_line.field.text() == ""
    assert app.steps == 1
    app.undo()
    assert app.problem.rows == 5


@pytest.mark.parametrize(("text", "words"), [("1,5", "write 1.5 with a point"), ("x", "expected a number")])
def test_what_is_no_number_stays_to_be_mended(qtbot, text, words):
    app = open_page(qtbot)
    type_row(qtbot, app, text)
    assert app.problem.rows == 5
    assert app.view.last_line.field.text() == text
    assert words in app.messages[-1]
    assert app.steps == 0


@pytest.mark.parametrize(
    ("text", "logits"), [("7", [7, 0, 0]), ("1 -inf 3", [1, -np.inf, 3]), ("1, 2, 3", [1, 2, 3])]
)
def test_the_logits_of_a_row_are_typed_one_after_the_other(qtbot, text, logits):
    app = open_page(qtbot, "multiclass")
    type_row(qtbot, app, text)
    assert app.problem.logits[-1].tolist() == logits
    assert app.problem.target[-1] == 0
    assert app.steps == 1


def test_more_logits_than_classes_are_refused(qtbot):
    app = open_page(qtbot, "multiclass")
    type_row(qtbot, app, "1 2 3 4")
    assert app.problem.rows == 3
    assert "at most 3 logits, got 4" in app.messages[-1]


def test_pasted_logits_are_added_below_in_one_step(qtbot):
    app = open_page(qtbot)
    paste_rows(qtbot, app, "5\n6\n7")
    assert app.problem.logits.tolist() == [-200, 17, -20, 0.5, 2, 5, 6, 7]
    assert app.selection.place().row == 5
    assert app.steps == 1


@pytest.mark.parametrize("text", ["0\t-3\n1\t4", "-3\t0\n4\t1"])
def test_pasted_rows_may_have_their_targets_first_or_last(qtbot, text):
    app = open_page(qtbot)
    paste_rows(qtbot, app, text)
    assert app.problem.logits[-2:].tolist() == [-3, 4]
    assert app.problem.target[-2:].tolist() == [0, 1]


@pytest.mark.parametrize("text", ["2\t1.5\t-1\t0.25", "1.5\t-1\t0.25\t2"])
def test_a_class_is_told_from_logits(qtbot, text):
    app = open_page(qtbot, "multiclass")
    paste_rows(qtbot, app, text)
    assert app.problem.logits[-1].tolist() == [1.5, -1, 0.25]
    assert app.problem.target[-1] == 2


def test_a_paste_of_other_columns_says_how_many_are_expected(qtbot):
    app = open_page(qtbot, "multiclass")
    paste_rows(qtbot, app, "1\t2\n3\t4")
    assert app.problem.rows == 3
    assert "expected 3 columns of logits, or targets beside them, got 2" in app.messages[-1]


def test_down_from_the_last_row_leads_to_the_new_one_and_up_leads_back(qtbot):
    app = open_page(qtbot)
    app.panel.activateWindow()
    app.view.setFocus()
    qtbot.waitUntil(app.view.hasFocus)
    app.view.setCurrentIndex(app.model.index(4, 1))
    qtbot.keyClick(app.view.viewport(), Key.Key_Down)
    assert app.view.last_line.field.hasFocus()
    for key in (Key.Key_Up, Key.Key_Escape):
        app.view.last_line.field.setFocus()
        qtbot.keyClick(app.view.last_line.field, key)
        assert app.view.hasFocus()
        assert app.view.currentIndex().row() == 4


@pytest.mark.parametrize("page", ["binary", "multiclass"])
def test_an_empty_table_says_how_to_begin_and_takes_its_first_row(qtbot, page):
    empty = MulticlassProblem(logits=np.zeros((0, 3)), target=[])
    app = open_page(qtbot, page, binary=BinaryProblem(logits=[], target=[]), multiclass=empty)
    field = app.view.last_line.field
    assert field.placeholderText() == "Type a logit, paste, or open a file."
    type_row(qtbot, app, "3")
    assert np.ravel(app.problem.logits)[0] == 3.0
    assert "to add a row, or paste" in field.placeholderText()


def test_the_line_stands_below_the_last_row_and_covers_none(qtbot):
    app = open_page(qtbot)
    line, head = app.view.last_line, app.view.parts
    for rows in (5, 300):
        problem = BinaryProblem(logits=np.zeros(rows), target=np.ones(rows))
        app.document.replace_problem("binary", problem, "x")
        QApplication.processEvents()
        for view in head.values():
            if view.isVisible():
                assert view.geometry().bottom() < line.y()
        assert line.geometry().bottom() <= app.view.height()
    app.view.scrollToBottom()
    last = app.view.parts[next(iter(head))]
    bottom = last.visualRect(app.model.index(299, 0)).bottomLeft()
    assert last.viewport().mapTo(app.view, QPoint(bottom)).y() < line.y()
