"""The options of a page: what each does, what it refuses, and targets in both of PyTorch's forms."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLineEdit

from engine import FLOAT64, BinaryProblem, MulticlassProblem, evaluate, formulas_of
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.tables.grid.columns import Kind
from gui.tables.options.option_words import option_tip
from gui.tables.options.options_bar import OptionsBar
from gui.tables.options.target_forms import as_indices, as_probabilities, with_smoothing_in_targets
from gui.tables.page_panel import PagePanel

Key = Qt.Key
BINARY = BinaryProblem(logits=[-2.0, 3.0], target=[1, 0])
CLASSES = MulticlassProblem(logits=[[1.0, 2.0, 3.0], [0.0, -1.0, 1.0]], target=[2, -100])


@pytest.fixture
def opened(qtbot):
    def open_bar(page, problem):
        given = {"binary": BINARY, "multiclass": CLASSES, page: problem}
        document = Document(given["binary"], given["multiclass"])
        document.set_page(page)
        bar = OptionsBar(page, document)
        qtbot.addWidget(bar)
        bar.resize(720, 60)
        bar.show()
        messages = []
        bar.message.connect(messages.append)
        return SimpleNamespace(bar=bar, document=document, messages=messages)

    return open_bar


@pytest.fixture
def panel(qtbot):
    def open_panel(page, problem):
        given = {"binary": BINARY, "multiclass": CLASSES, page: problem}
        document = Document(given["binary"], given["multiclass"])
        document.set_page(page)
        evaluator = Evaluator(document)
        opened = PagePanel(page, document, Selection(document), evaluator)
        qtbot.addWidget(opened)
        opened.resize(720, 500)
        opened.show()
        qtbot.waitExposed(opened)
        messages = []
        opened.message.connect(messages.append)
        return SimpleNamespace(panel=opened, document=document, evaluator=evaluator, messages=messages)

    return open_panel


def choose(qtbot, box, key):
    box.setFocus()
    qtbot.keyClick(box, key)


def test_weights_of_rows_are_a_column_that_comes_and_goes(qtbot, panel):
    app = panel("binary", BINARY)
    kinds = lambda: [column.kind for column in app.panel.model.columns]  # noqa: E731
    assert Kind.WEIGHT not in kinds()
    choose(qtbot, app.panel.options.weight, Key.Key_Down)
    assert app.document.binary.weight.tolist() == [1.0, 1.0]
    assert Kind.WEIGHT in kinds()
    app.document.set_cells("binary", "weight", (0,), 5.0, "x")
    choose(qtbot, app.panel.options.weight, Key.Key_Up)
    assert app.document.binary.weight is None
    assert Kind.WEIGHT not in kinds()
    choose(qtbot, app.panel.options.weight, Key.Key_Down)
    assert app.document.binary.weight.tolist() == [5.0, 1.0]
    app.evaluator.flush()


def test_weights_of_another_length_are_not_brought_back(qtbot, opened):
    app = opened("binary", BINARY.replace(weight=[2.0, 3.0]))
    choose(qtbot, app.bar.weight, Key.Key_Up)
    app.document.remove_rows("binary", [0], "x")
    choose(qtbot, app.bar.weight, Key.Key_Down)
    assert app.document.binary.weight.tolist() == [1.0]


def test_switching_weights_is_one_step_that_can_be_undone(qtbot, opened):
    app = opened("multiclass", CLASSES)
    choose(qtbot, app.bar.weight, Key.Key_Down)
    assert app.document.multiclass.weight.tolist() == [1.0] * 3
    assert app.document.undo_stack.count() == 1
    app.document.undo_stack.undo()
    assert app.document.multiclass.weight is None
    assert app.bar.weight.currentIndex() == 0


def weight_editor(qtbot, weights, section, text):
    view = weights.view
    view.setFocus()
    view.setCurrentIndex(view.model().index(0, section))
    qtbot.keyClicks(view.viewport(), text[0])
    editor = view.viewport().findChild(QLineEdit)
    qtbot.keyClicks(editor, text[1:])
    qtbot.keyClick(editor, Key.Key_Return)
    QApplication.processEvents()  # the delegate commits once the key has been dealt with


def test_a_weight_of_a_class_is_typed_over_its_column(qtbot, panel):
    app = panel("multiclass", CLASSES.replace(weight=[1.0, 2.0, 3.0]))
    weights = app.panel.weights
    QAbstractItemModelTester(weights.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert weights.isVisible()
    weight_editor(qtbot, weights, 1, "0.25")
    assert app.document.multiclass.weight.tolist() == [1.0, 0.25, 3.0]
    app.document.undo_stack.undo()
    assert weights.model.index(0, 1).data() == "2"
    app.evaluator.flush()


def test_a_refused_weight_keeps_the_old_one_and_names_its_class(qtbot, panel):
    app = panel("multiclass", CLASSES.replace(weight=[1.0, 2.0, 3.0], class_names=("cat", "dog", "owl")))
    weight_editor(qtbot, app.panel.weights, 1, "1,5")
    assert app.document.multiclass.weight.tolist() == [1.0, 2.0, 3.0]
    assert app.messages == ["weight of class dog: expected a number, got '1,5': write 1.5 with a point"]


def test_the_weights_stand_over_their_logits_also_when_scrolled_and_resized(qtbot, panel):
    app = panel("multiclass", CLASSES.replace(weight=[1.0, 2.0, 3.0]))
    table, weights = app.panel.view, app.panel.weights
    table.setColumnWidth(2, 93)
    for scrolled in (0, 40):
        table.horizontalScrollBar().setValue(scrolled)
        for section in range(3):
            over = weights.view.viewport().mapTo(app.panel, weights.view.viewport().rect().topLeft()).x()
            under = table.mapTo(app.panel, table.rect().topLeft()).x()
            assert over + weights.view.columnViewportPosition(section) == (
                under + table.columnViewportPosition(section + 1)
            )
            assert weights.view.columnWidth(section) == table.columnWidth(section + 1)


def test_the_line_of_weights_follows_the_number_of_classes(qtbot, panel):
    app = panel("multiclass", CLASSES)
    assert not app.panel.weights.isVisible()
    app.document.set_options("multiclass", "x", weight=np.ones(3))
    assert app.panel.weights.isVisible()
    app.panel.add_class()
    assert app.panel.weights.model.columnCount() == 5
    app.evaluator.flush()


def test_a_thousand_classes_are_aligned_one_by_one_only_when_shown(qtbot, panel, monkeypatch):
    classes = 1000
    wide = MulticlassProblem(logits=np.zeros((1, classes)), target=[0])
    app = panel("multiclass", wide)
    weights, calls = app.panel.weights, []
    real = weights.view.setColumnWidth
    monkeypatch.setattr(weights.view, "setColumnWidth", lambda *args: calls.append(args) or real(*args))
    app.panel.view.fit_columns()
    assert not calls
    app.document.set_options("multiclass", "x", weight=np.ones(classes))
    app.panel.view.setColumnWidth(8, 99)
    assert len(calls) < 3 * classes
    assert weights.view.columnWidth(7) == 99
    app.evaluator.flush()


@pytest.mark.parametrize(
    ("page", "name", "taken", "not_taken"),
    [
        ("binary", "pos_weight", "BCEWithLogitsLoss(z)", "BCELoss(sigmoid(z))"),
        ("multiclass", "label_smoothing", "CrossEntropyLoss(z)", "NLLLoss(log_softmax(z))"),
        ("multiclass", "ignore_index", "NLLLoss(log_softmax(z))", None),
    ],
)
def test_a_tooltip_says_which_formulas_take_the_option(page, name, taken, not_taken):
    tip = option_tip(page, name)
    takes, _, passes = tip.partition("Not taken by")
    assert taken in takes.partition("Taken by")[2]
    assert not_taken is None or not_taken in passes
    for formula in formulas_of(page):
        assert formula.title in (takes if name in formula.honours else passes)


def test_every_option_has_a_tooltip_and_a_name(opened):
    for page, problem in (("binary", BINARY), ("multiclass", CLASSES)):
        bar = opened(page, problem).bar
        for name in ("format", "reduction", "weight", "pos_weight", "targets", "ignore_index"):
            widget = getattr(bar, name, None)
            if widget is not None:
                assert len(widget.toolTip()) > 40
                assert widget.accessibleName()


@pytest.mark.parametrize(("page", "problem"), [("binary", BINARY), ("multiclass", CLASSES)])
def test_every_option_has_a_label_that_leads_to_its_field(opened, page, problem):
    app = opened(page, problem)
    for label, field in app.bar.widgets():
        assert field is label.buddy() or field.isAncestorOf(label.buddy())
        assert "&" in label.text()


# -- targets ------------------------------------------------------------------------------------------


def test_class_indices_become_one_hot_rows_and_an_ignored_row_zeros(qtbot, opened):
    app = opened("multiclass", CLASSES)
    choose(qtbot, app.bar.targets, Key.Key_Down)
    assert app.document.multiclass.target.tolist() == [[0, 0, 1], [0, 0, 0]]
    assert "row 2" in app.messages[0]
    assert app.document.undo_stack.count() == 1
    choose(qtbot, app.bar.targets, Key.Key_Up)
    assert app.document.multiclass.target.tolist() == [2, -100]
    assert len(app.messages) == 1
    app.document.undo_stack.undo()
    app.document.undo_stack.undo()
    assert app.document.multiclass.target.tolist() == [2, -100]
    assert app.bar.targets.currentIndex() == 0


def test_the_way_back_keeps_the_likeliest_class_and_warns(qtbot, opened):
    spread = CLASSES.replace(target=[[0.2, 0.5, 0.3], [0.0, 0.0, 1.0]])
    app = opened("multiclass", spread)
    choose(qtbot, app.bar.targets, Key.Key_Up)
    assert app.document.multiclass.target.tolist() == [1, 2]
    assert app.messages == ["Targets: only the likeliest class was kept in row 1; undo brings the rest back"]
    app.document.undo_stack.undo()
    assert app.document.multiclass.target.tolist() == spread.target.tolist()


def test_an_ignore_index_that_is_a_class_goes_to_the_default_beside_probabilities():
    problem = MulticlassProblem(logits=np.zeros((2, 3)), target=[2, 0], ignore_index=2)
    converted = as_probabilities(problem)
    assert converted.problem.ignore_index == -100
    assert converted.problem.target.tolist() == [[0, 0, 0], [1, 0, 0]]
    assert converted.altered.tolist() == [0]


def test_nan_is_no_likeliest_class():
    problem = MulticlassProblem(logits=np.zeros((1, 3)), target=[[np.nan, 0.2, 0.1]])
    converted = as_indices(problem)
    assert converted.problem.target.tolist() == [1]
    assert converted.altered.tolist() == [0]


def test_label_smoothing_is_shown_as_the_smoothed_targets(qtbot, opened):
    app = opened("multiclass", CLASSES.replace(label_smoothing=0.3))
    assert app.bar.bake.isEnabled()
    qtbot.mouseClick(app.bar.bake, Qt.LeftButton)
    problem = app.document.multiclass
    np.testing.assert_allclose(problem.target, [[0.1, 0.1, 0.8], [0, 0, 0]], rtol=1e-15)
    assert problem.label_smoothing == 0.0
    assert not app.bar.bake.isEnabled()
    assert app.document.undo_stack.count() == 1
    app.document.undo_stack.undo()
    assert app.document.multiclass.label_smoothing == 0.3


def problems_with(draw, target):
    rows, classes = draw(st.integers(1, 5)), draw(st.integers(2, 4))
    logits = draw(hnp.arrays(float, (rows, classes), elements=st.floats(-50, 50)))
    return MulticlassProblem(
        logits=logits,
        target=draw(hnp.arrays(np.int64, rows, elements=st.integers(0, classes - 1))),
        weight=draw(st.none() | hnp.arrays(float, classes, elements=st.floats(0.1, 10))),
        label_smoothing=target,
        format=FLOAT64,
        reduction="sum",
    )


@given(st.data(), st.sampled_from([0.0, 0.1, 0.5, 1.0]))
def test_a_conversion_keeps_every_rows_loss(data, smoothing):
    problem = problems_with(data.draw, smoothing)
    before = evaluate(problem).column("cross_entropy").loss
    for convert in (as_probabilities, with_smoothing_in_targets):
        after = evaluate(convert(problem).problem).column("cross_entropy").loss
        np.testing.assert_allclose(after, before, rtol=1e-12, atol=1e-12 * (1 + np.abs(problem.logits).max()))


@given(st.data())
def test_one_hot_and_back_is_the_same_target(data):
    problem = problems_with(data.draw, 0.0)
    back = as_indices(as_probabilities(problem).problem)
    assert back.problem.target.tolist() == problem.target.tolist()
    assert not back.altered.size


def test_tab_goes_from_the_options_down_to_the_footer(qtbot, panel):
    app = panel("multiclass", CLASSES.replace(weight=[1.0, 2.0, 3.0], label_smoothing=0.1))
    opened = app.panel
    opened.options.show()  # where no window takes the fields
    app.evaluator.flush()
    options = opened.options
    visited, widget = [options.format], options.format.nextInFocusChain()
    while widget is not options.format:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            visited.append(widget)
        widget = widget.nextInFocusChain()
    expected = [
        options.format,
        options.reduction,
        options.targets,
        options.weight,
        options.ignore_index,
        options.label_smoothing,
        opened.weights.view,
        opened.view.current_part(),
        opened.view.last_line.field,
        opened.footer,
    ]
    places = [visited.index(each) for each in expected]
    assert places == sorted(places)
