"""The page's panel with its real widgets: keys, buttons, options, selection and reduced values."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QStyleOptionViewItem, QToolTip

from engine import FLOAT16, FLOAT32, FLOAT64, BinaryProblem, MulticlassProblem
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Place, Selection
from gui.tables.grid import problem_model
from gui.tables.grid.cell_reader import CellReader
from gui.tables.grid.columns import Kind
from gui.tables.page_panel import PagePanel

Key = Qt.Key


@pytest.fixture
def opened(qtbot):
    """Open a page's panel; `opened()` for the binary page, `opened("multiclass")` for the other."""

    def open_page(page="binary", binary=None, multiclass=None):
        document = Document(
            binary
            or BinaryProblem(
                logits=[-200.0, 17.0, -20.0, 0.5, 2.0], target=[1, 0, 0, 1, 1], reduction="mean"
            ),
            multiclass
            or MulticlassProblem(
                logits=[[2.0, -1.0, 0.5], [200.0, 0.0, 1.0], [0.1, 0.2, 0.3]], target=[0, 1, 2]
            ),
        )
        document.set_page(page)
        selection, evaluator = Selection(document), Evaluator(document)
        panel = PagePanel(page, document, selection, evaluator)
        qtbot.addWidget(panel)
        panel.resize(1000, 500)
        panel.show()
        qtbot.waitExposed(panel)
        messages = []
        panel.message.connect(messages.append)
        return SimpleNamespace(
            panel=panel,
            view=panel.view,
            model=panel.model,
            document=document,
            selection=selection,
            evaluator=evaluator,
            messages=messages,
        )

    return open_page


@pytest.fixture(autouse=True)
def tips(monkeypatch):
    """The tips shown at cells, as texts: the platform without a screen cannot raise a window."""
    told = []
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, _widget: told.append(text))
    return told


Y, Z = 0, 1
"""The numbers of the binary page's target and logit."""


def go_to(app, row, column):
    app.view.setFocus()
    app.view.setCurrentIndex(app.model.index(row, column))


def editor_of(app) -> QLineEdit:
    return app.view.viewport().findChild(QLineEdit)


def type_in(qtbot, app, text, end=Key.Key_Return):
    """Type over the current cell, as a person does, and end with a key."""
    qtbot.keyClicks(app.view.viewport(), text[0])
    editor = editor_of(app)
    qtbot.keyClicks(editor, text[1:])
    qtbot.keyClick(editor, end)
    settle(app)


def settle(app):
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    app.evaluator.flush()


def shown(app, row, kind, key=None):
    for number, column in enumerate(app.model.columns):
        if column.kind is kind and (column.formula and column.formula.key) == key:
            return app.model.index(row, number).data()
    raise KeyError(kind)


def test_a_typed_logit_is_computed_and_enter_goes_down(qtbot, opened):
    app = opened()
    go_to(app, 1, Z)
    type_in(qtbot, app, "-89")
    assert app.document.binary.logits[1] == -89.0
    exact = app.evaluator.current().exact.loss.item(1)
    assert shown(app, 1, Kind.LOSS, "binary_exact") == f"{exact:.6g}" == "2.22736e-39"
    assert app.view.currentIndex().row() == 2
    assert app.view.currentIndex().column() == Z


def test_tab_goes_on_to_the_next_editable_cell_with_an_editor(qtbot, opened):
    app = opened()
    go_to(app, 0, Y)
    type_in(qtbot, app, "1", end=Key.Key_Tab)
    assert (app.view.currentIndex().row(), app.view.currentIndex().column()) == (0, Z)
    editor = editor_of(app)
    assert editor.text() == "-200.0"
    qtbot.keyClick(editor, Key.Key_Tab)
    settle(app)
    assert (app.view.currentIndex().row(), app.view.currentIndex().column()) == (1, Y)
    qtbot.keyClick(editor_of(app), Key.Key_Backtab)
    settle(app)
    assert (app.view.currentIndex().row(), app.view.currentIndex().column()) == (0, Z)


def test_escape_drops_what_was_typed(qtbot, opened):
    app = opened()
    go_to(app, 0, Z)
    type_in(qtbot, app, "77", end=Key.Key_Escape)
    assert app.document.binary.logits[0] == -200.0
    assert app.view.currentIndex().row() == 0
    assert not app.document.undo_stack.count()


def test_f2_opens_the_exact_text_and_leaving_it_is_no_edit(qtbot, opened):
    typed = 0.30000000000000004
    app = opened(binary=BinaryProblem(logits=[typed, 1.0], target=[1, 0]))
    go_to(app, 0, Z)
    qtbot.keyClick(app.view.viewport(), Key.Key_F2)
    assert editor_of(app).text() == "0.30000000000000004"
    qtbot.keyClick(editor_of(app), Key.Key_Return)
    settle(app)
    assert app.document.binary.logits[0] == typed
    assert not app.document.undo_stack.count()


def test_a_double_click_opens_the_editor(qtbot, opened):
    app = opened()
    place = app.view.visualRect(app.model.index(2, Z)).center()
    qtbot.mouseClick(app.view.viewport(), Qt.LeftButton, pos=place)
    qtbot.mouseDClick(app.view.viewport(), Qt.LeftButton, pos=place)
    assert editor_of(app).text() == "-20.0"
    qtbot.keyClick(editor_of(app), Key.Key_Escape)
    settle(app)


@pytest.mark.parametrize("text", ["inf", "-inf", "nan"])
def test_inf_and_nan_are_typed_like_any_number(qtbot, opened, text):
    app = opened()
    go_to(app, 3, Z)
    type_in(qtbot, app, text)
    np.testing.assert_equal(app.document.binary.logits[3], float(text))
    assert shown(app, 3, Kind.LOGIT) == text
    assert app.messages == []


def test_a_refused_number_keeps_the_old_one_and_says_why(qtbot, opened):
    app = opened()
    go_to(app, 2, Z)
    type_in(qtbot, app, "1,5")
    assert app.document.binary.logits[2] == -20.0
    assert app.messages == ["Row 3, logit: expected a number, got '1,5': write 1.5 with a point"]
    assert not app.document.undo_stack.count()


@pytest.mark.parametrize("end", [Key.Key_Return, Key.Key_Tab, Key.Key_Backtab])
def test_a_refused_text_stays_in_its_editor_with_the_reason_at_the_cell(qtbot, opened, tips, end):
    app = opened()
    go_to(app, 2, Z)
    type_in(qtbot, app, "1,5", end=end)
    editor = editor_of(app)
    assert editor.isVisible()
    assert editor.text() == "1,5"
    assert "write 1.5 with a point" in tips[0]
    qtbot.keyClick(editor, Key.Key_Left)
    qtbot.keyClick(editor, Key.Key_Backspace)
    qtbot.keyClicks(editor, ".")
    qtbot.keyClick(editor, Key.Key_Return)
    settle(app)
    assert app.document.binary.logits[2] == 1.5
    assert editor_of(app) is None


@pytest.mark.parametrize("end", [Key.Key_Return, Key.Key_Tab])
@pytest.mark.parametrize("text", ["-89", "1,5"])
def test_a_typed_text_is_read_once_and_is_one_step_or_none(qtbot, opened, monkeypatch, text, end):
    app = opened()
    read = []
    parse = problem_model.parse_cell
    monkeypatch.setattr(problem_model, "parse_cell", lambda *typed: read.append(typed[0]) or parse(*typed))
    go_to(app, 2, Z)
    type_in(qtbot, app, text, end=end)
    assert read == [text]
    assert app.document.undo_stack.count() == len(app.messages) ^ 1
    assert (app.view.currentIndex().row(), app.view.currentIndex().column()) != (2, Z) or app.messages


def test_escape_and_leaving_give_a_refused_text_up(qtbot, opened):
    app = opened()
    app.panel.window().activateWindow()
    qtbot.waitUntil(app.panel.window().isActiveWindow)
    for leave in (lambda: qtbot.keyClick(editor_of(app), Key.Key_Escape), app.panel.bar.columns.setFocus):
        go_to(app, 2, Z)
        type_in(qtbot, app, "abc")
        leave()
        settle(app)
        assert editor_of(app) is None
        assert app.document.binary.logits[2] == -20.0
    assert "expected a number" in app.messages[-1]


def test_a_refused_class_keeps_the_old_one_and_says_why(qtbot, opened):
    app = opened("multiclass")
    go_to(app, 1, Y)
    type_in(qtbot, app, "7")
    assert app.document.multiclass.target.tolist() == [0, 1, 2]
    assert app.messages == ["Row 2, target: expected a class 0 to 2 or ignore_index -100, got '7'"]


def test_delete_sets_the_selected_cells_to_0_in_one_step(qtbot, opened):
    app = opened()
    go_to(app, 0, Z)
    app.view.selectAll()
    qtbot.keyClick(app.view.viewport(), Key.Key_Delete)
    settle(app)
    assert not app.document.binary.logits.any()
    assert not app.document.binary.target.any()
    app.document.undo_stack.undo()
    assert app.document.binary.logits[0] == -200.0
    assert app.document.binary.target.tolist() == [1, 0, 0, 1, 1]


def test_enter_without_an_editor_goes_down_and_with_shift_up(qtbot, opened):
    app = opened()
    go_to(app, 1, Z)
    qtbot.keyClick(app.view.viewport(), Key.Key_Return)
    assert app.view.currentIndex().row() == 2
    qtbot.keyClick(app.view.viewport(), Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert app.view.currentIndex().row() == 1


def test_undo_brings_the_numbers_back(qtbot, opened):
    app = opened()
    go_to(app, 0, Z)
    before = shown(app, 0, Kind.LOSS, "bce_with_logits")
    type_in(qtbot, app, "5")
    assert shown(app, 0, Kind.LOSS, "bce_with_logits") != before
    app.document.undo_stack.undo()
    settle(app)
    assert shown(app, 0, Kind.LOSS, "bce_with_logits") == before


@pytest.mark.parametrize("page", ["binary", "multiclass"])
def test_a_row_is_added_below_the_current_one_and_removed_again(qtbot, opened, page):
    app = opened(page)
    rows = app.model.rowCount()
    go_to(app, 1, Z)
    app.panel.add_row()
    settle(app)
    assert app.model.rowCount() == rows + 1
    assert app.selection.place(page).row == app.view.currentIndex().row() == 2
    assert not app.document.problem(page).logits[2].any()
    app.panel.remove_selected_rows()
    settle(app)
    assert app.model.rowCount() == rows
    assert app.selection.place(page).row == app.view.currentIndex().row()


def test_all_rows_can_be_removed_and_the_mean_of_nothing_is_nan(qtbot, opened):
    app = opened()
    app.view.selectAll()
    app.panel.remove_selected_rows()
    settle(app)
    assert app.model.rowCount() == 0
    assert {(line.value, line.origin) for line in app.panel.footer.lines} == {
        ("nan", "0 / 0 = nan   mean of nothing")
    }
    app.document.undo_stack.undo()
    settle(app)
    assert app.model.rowCount() == 5


def test_several_selected_rows_are_one_step(opened):
    app = opened()
    app.view.setCurrentIndex(app.model.index(0, 0))
    selection = app.view.selectionModel()
    for row in (0, 3):
        selection.select(app.model.index(row, 0), selection.SelectionFlag.Select)
    app.panel.remove_selected_rows()
    settle(app)
    assert app.document.binary.logits.tolist() == [17.0, -20.0, 2.0]
    assert app.document.undo_stack.count() == 1
    app.document.undo_stack.undo()
    assert app.document.binary.logits.tolist() == [-200.0, 17.0, -20.0, 0.5, 2.0]
    settle(app)


def test_a_class_is_added_and_removed(qtbot, opened):
    app = opened("multiclass")
    app.panel.add_class()
    settle(app)
    assert app.document.multiclass.classes == 4
    assert app.model.columns[4].index == 3
    go_to(app, 0, 2)
    app.panel.remove_class()
    settle(app)
    assert app.document.multiclass.logits.tolist()[0] == [2.0, 0.5, 0.0]
    assert app.document.multiclass.target.tolist() == [0, 0, 1]
    assert "target" in app.messages[0]
    app.document.undo_stack.undo()
    assert app.document.multiclass.target.tolist() == [0, 1, 2]
    settle(app)


def test_two_classes_are_the_fewest(opened):
    app = opened("multiclass", multiclass=MulticlassProblem(logits=[[1.0, 2.0]], target=[0]))
    app.panel.remove_class()
    assert app.document.multiclass.classes == 2
    assert "at least 2 classes" in app.messages[0]


def test_the_current_row_is_the_selected_sample_both_ways(opened):
    app = opened()
    go_to(app, 3, Z)
    assert app.selection.place("binary").row == 3
    app.selection.select("binary", 1)
    assert app.view.currentIndex().row() == 1


def test_a_click_on_a_logit_chooses_the_class_that_moves_and_others_keep_it(opened):
    app = opened("multiclass")
    go_to(app, 1, 3)
    assert app.selection.place("multiclass") == Place(1, 2)
    go_to(app, 2, app.model.columnCount() - 1)
    assert app.selection.place("multiclass") == Place(2, 2)


def test_format_and_reduction_are_chosen_for_both_pages_at_once(qtbot, opened):
    app = opened()
    box = app.panel.options.format
    qtbot.keyClick(box, Key.Key_Up)
    qtbot.keyClick(app.panel.options.reduction, Key.Key_Down)
    settle(app)
    for problem in (app.document.binary, app.document.multiclass):
        assert (problem.format.name, problem.reduction) == ("bfloat16", "sum")
    app.document.undo_stack.undo()
    app.document.undo_stack.undo()
    settle(app)
    assert (box.currentText(), app.document.multiclass.format.name) == ("float32", "float32")


def enter(qtbot, field, text):
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text) if text else field.clear()
    qtbot.keyClick(field, Key.Key_Return)


def test_pos_weight_is_set_refused_and_taken_away(qtbot, opened):
    app = opened()
    field = app.panel.options.pos_weight
    enter(qtbot, field, "3")
    assert app.document.binary.pos_weight == 3.0
    enter(qtbot, field, "three")
    assert app.document.binary.pos_weight == 3.0
    assert field.text() == "3.0"
    assert app.messages[0].startswith("pos_weight: expected a number")
    enter(qtbot, field, "")
    assert app.document.binary.pos_weight is None
    settle(app)


def test_label_smoothing_lies_between_0_and_1(qtbot, opened):
    app = opened("multiclass")
    field = app.panel.options.label_smoothing
    enter(qtbot, field, "0.1")
    assert app.document.multiclass.label_smoothing == 0.1
    enter(qtbot, field, "1.5")
    assert app.document.multiclass.label_smoothing == 0.1
    assert app.messages == ["label_smoothing: expected a number from 0 to 1, got '1.5'"]
    settle(app)


def test_ignored_rows_stay_ignored_when_ignore_index_moves(qtbot, opened):
    app = opened("multiclass", multiclass=MulticlassProblem(logits=np.zeros((2, 3)), target=[-100, 1]))
    enter(qtbot, app.panel.options.ignore_index, "-1")
    settle(app)
    assert app.document.multiclass.target.tolist() == [-1, 1]
    enter(qtbot, app.panel.options.ignore_index, "x")
    assert app.document.multiclass.ignore_index == -1
    assert app.messages == ["ignore_index: expected a whole number, got 'x'"]
    assert app.document.undo_stack.count() == 1


def test_class_probabilities_take_no_ignore_index_of_a_class(qtbot, opened):
    app = opened("multiclass", multiclass=MulticlassProblem(logits=np.zeros((1, 2)), target=[[0.5, 0.5]]))
    enter(qtbot, app.panel.options.ignore_index, "1")
    settle(app)
    assert app.document.multiclass.ignore_index == -100
    assert app.messages[0].startswith("ignore_index: expected a number below 0")


def reduced(app, title):
    return next(line for line in app.panel.footer.lines if line.title == title)


def test_the_reduced_value_comes_with_its_ledger(opened):
    app = opened()
    line = reduced(app, "BCELoss(sigmoid(z))")
    ledger = app.evaluator.current().column("bce_sigmoid").ledger
    assert line.value == f"{ledger.value:.7g}"
    assert line.origin == f"{ledger.numerator:.5g} / 5 = {ledger.value:.5g}"
    assert "row 1: 100, counts 1" in line.tip


def test_weights_stand_in_the_denominator(opened):
    problem = MulticlassProblem(
        logits=[[1.0, -2.0], [3.0, 0.5]], target=[1, 0], weight=[6.0, 4.0], reduction="mean"
    )
    app = opened("multiclass", multiclass=problem)
    assert reduced(app, "CrossEntropyLoss(z)").origin == "12.668 / (4 + 6) = 1.2668"


def test_ignored_rows_are_counted_beside_the_denominator(opened):
    problem = MulticlassProblem(logits=np.zeros((3, 2)), target=[-100, 0, 1])
    app = opened("multiclass", multiclass=problem)
    assert reduced(app, "CrossEntropyLoss(z)").origin == "1.3863 / 2 = 0.69315   (1 ignored)"


def test_a_refused_call_says_so_in_pytorchs_words(opened):
    app = opened(binary=BinaryProblem(logits=[0.5, 1.0], target=[2.0, 1.0]))
    line = reduced(app, "BCELoss(sigmoid(z))")
    assert line.value == "refused"
    assert "all elements of target should be between 0 and 1" in line.tip


def test_ignore_index_of_a_class_beside_probabilities_is_refused_in_pytorchs_words(opened):
    problem = MulticlassProblem(logits=[[1.0, 2.0]], target=[[0.25, 0.75]], ignore_index=0)
    app = opened("multiclass", multiclass=problem)
    line = reduced(app, "CrossEntropyLoss(z)")
    assert line.value == "refused"
    assert "ignore_index is not supported for floating point target" in line.tip
    app.document.set_options("multiclass", "allow", ignore_index=-100)
    settle(app)
    assert reduced(app, "CrossEntropyLoss(z)").value.startswith("0.56326")


def test_without_a_reduction_there_is_one_value_a_row(opened):
    app = opened(binary=BinaryProblem(logits=[0.5], target=[1.0], reduction="none"))
    assert {line.origin for line in app.panel.footer.lines} == {"none: one value a row"}


def test_error_and_gradient_columns_can_be_hidden(opened):
    app = opened()
    app.panel.bar.show_errors.setChecked(False)
    hidden = [c.kind for n, c in enumerate(app.model.columns) if app.view.isColumnHidden(n)]
    assert set(hidden) == {Kind.ERROR}
    app.document.replace_problem("binary", BinaryProblem(logits=[1.0], target=[0.0]), "x")
    settle(app)
    hidden = [c.kind for n, c in enumerate(app.model.columns) if app.view.isColumnHidden(n)]
    assert set(hidden) == {Kind.ERROR}


def test_only_visible_cells_of_a_large_table_are_asked_for(opened, monkeypatch):
    rows = 100_000
    asked = set()
    app = opened(binary=BinaryProblem(logits=np.linspace(-200, 200, rows), target=np.ones(rows)))
    text = CellReader.text
    monkeypatch.setattr(CellReader, "text", lambda cells, *cell: asked.add(cell[0]) or text(cells, *cell))
    app.view.grab()
    assert 5 < len(asked) < 100
    asked.clear()
    app.view.scrollToBottom()
    app.view.grab()
    assert min(asked) > rows - 100


def test_the_page_behind_is_filled_when_it_comes_to_the_front(qtbot, opened):
    app = opened()
    other = PagePanel("multiclass", app.document, app.selection, app.evaluator)
    qtbot.addWidget(other)
    assert other.model.index(0, 4).data() == "…"
    app.document.set_page("multiclass")
    settle(app)
    assert other.model.index(0, 4).data() == f"{app.evaluator.current().activation.item(0, 0):.6g}"


@pytest.mark.parametrize("page", ["binary", "multiclass"])
def test_an_empty_batch_is_shown_and_takes_a_row(qtbot, opened, page):
    app = opened(
        page,
        binary=BinaryProblem(logits=[], target=[]),
        multiclass=MulticlassProblem(logits=np.zeros((0, 3)), target=[]),
    )
    assert {line.value for line in app.panel.footer.lines} == {"nan"}
    app.panel.remove_selected_rows()
    app.view.selectAll()
    qtbot.keyClick(app.view.viewport(), Key.Key_Delete)
    app.panel.add_row()
    settle(app)
    assert app.model.rowCount() == 1
    assert app.view.currentIndex().row() == 0
    app.document.undo_stack.undo()
    settle(app)
    assert app.model.rowCount() == 0


def painted_texts(app, kind):
    """What the delegate writes into each cell of a kind of columns, from top to bottom."""
    texts = []
    for number in app.model.cells.numbers_of(kind):
        for place in range(app.model.rowCount()):
            index = app.model.index(place, number)
            option = QStyleOptionViewItem()
            option.rect = app.view.visualRect(index)
            app.view.itemDelegate().initStyleOption(option, index)
            texts.append(option.text)
            assert app.view.fontMetrics().horizontalAdvance(option.text) <= option.rect.width() - 2
    return texts


@pytest.mark.parametrize("form", [FLOAT16, FLOAT32, FLOAT64], ids=str)
@pytest.mark.parametrize("page", ["binary", "multiclass"])
def test_ordinary_numbers_are_shown_with_all_their_digits(opened, page, form):
    logits = np.random.default_rng(0).normal(size=(20, 3)) * 10.0 ** np.arange(-2, 1)
    app = opened(
        page,
        BinaryProblem(logits=logits.ravel(), target=np.ones(60)),
        MulticlassProblem(logits=logits, target=np.zeros(20, dtype=int)),
    )
    app.document.set_options(page, "x", format=form)
    shown = [
        app.model.index(place, number).data()
        for number in app.model.cells.numbers_of(Kind.LOGIT)
        for place in range(app.model.rowCount())
    ]
    assert painted_texts(app, Kind.LOGIT) == shown
    app.evaluator.flush()


def test_a_small_number_typed_into_a_cell_widens_its_column(opened):
    app = opened()
    app.model.setData(app.model.index(0, Z), "-1.23456e-10")
    assert painted_texts(app, Kind.LOGIT)[0] == "-1.23456e-10"
    app.evaluator.flush()


def test_a_narrow_column_shows_fewer_digits_and_never_a_number_without_its_exponent(opened):
    app = opened(binary=BinaryProblem(logits=[-1.23456e-10, 123456.0, 0.9999999], target=[1, 0, 1]))
    seen = set()
    for width in range(110, 40, -1):
        app.view.setColumnWidth(Z, width)
        texts = painted_texts(app, Kind.LOGIT)
        seen.add(texts[0])
        assert all(text == "#" or text.endswith("e-10") for text in texts[:1])
        assert "1" not in texts
    assert {"-1.23456e-10", "-1.2e-10", "-1e-10"} <= seen
    app.evaluator.flush()


def test_a_sigmoid_beside_one_does_not_read_one(opened):
    app = opened(binary=BinaryProblem(logits=[16.0, 17.0], target=[1, 1]))
    app.evaluator.flush()
    assert painted_texts(app, Kind.ACTIVATION) == ["1 - 1.2e-07", "1"]
