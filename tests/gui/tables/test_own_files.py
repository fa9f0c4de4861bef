"""What comes with files and no table makes: labels that are no class, and rows with names."""

from __future__ import annotations

import json

import numpy as np
from PySide6.QtCore import Qt
from table_page import TARGET, open_page

from engine import BinaryProblem, MulticlassProblem
from gui.session.session_file import Session, parse_session, session_pieces

ODD = MulticlassProblem(
    logits=np.eye(3)[[0, 1, 2, 0]], target=[0, 255, 2, 1], class_names=("a", "b", "c"), takes_any_label=True
)
NAMED = BinaryProblem(
    logits=[3.0, 1.0, 2.0, 0.5], target=[1, 0, 0, 1], row_names=["1 cat", "1 dog", "2 cat", "2 dog"]
)


def heads(app) -> list[str]:
    model = app.model
    return [model.headerData(n, Qt.Orientation.Vertical) for n in range(model.rowCount())]


def test_a_label_that_is_no_class_is_marked_and_says_what_to_do(qtbot):
    app = open_page(qtbot, "multiclass", multiclass=ODD)
    number = app.number(TARGET)
    marked = [app.model.cells.unchecked(row, app.model.columns[number]) for row in range(4)]
    assert [bool(words) for words in marked] == [False, True, False, False]
    assert "255 is no class 0 to 2" in marked[1]
    assert "ignore_index" in marked[1]


def test_a_marked_label_is_mended_by_typing_a_class(qtbot):
    app = open_page(qtbot, "multiclass", multiclass=ODD)
    index = app.model.index(1, app.number(TARGET))
    assert app.model.setData(index, "1", Qt.ItemDataRole.EditRole)
    assert app.problem.outside is None
    app.undo()
    assert app.problem.target.tolist() == [0, 255, 2, 1]


def test_names_stand_before_their_rows_through_sort_and_removal(qtbot):
    app = open_page(qtbot, binary=NAMED)
    assert heads(app) == ["1 cat", "1 dog", "2 cat", "2 dog"]
    app.model.sort(1, Qt.SortOrder.AscendingOrder)
    assert heads(app) == ["2 dog", "1 dog", "2 cat", "1 cat"]
    app.model.sort(-1)
    app.select((1, 0, 1, 0))
    app.commands.remove_rows()
    assert heads(app) == ["1 cat", "2 cat", "2 dog"]
    app.undo()
    assert heads(app) == ["1 cat", "1 dog", "2 cat", "2 dog"]


def test_a_session_keeps_names_and_labels_that_are_no_class():
    text = "".join(session_pieces(Session.of("binary", (NAMED, ODD), {})))
    assert json.loads(text)["multiclass"]["takes_any_label"] is True
    again = parse_session(text).problems
    assert again["binary"].problem.row_names.tolist() == NAMED.row_names.tolist()
    assert again["multiclass"].problem.target.tolist() == [0, 255, 2, 1]


def test_the_mean_over_elements_is_pytorchs_over_a_batch_of_several_labels(qtbot):
    app = open_page(qtbot, binary=NAMED)
    column = app.evaluator.current().column("bce_with_logits")
    assert column.ledger.denominator == 4
