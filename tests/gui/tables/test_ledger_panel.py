"""The ledger's dock: all formulas side by side, or one, and the two ledgers of one problem."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from engine import BinaryProblem, MulticlassProblem, epsilon_in_log, evaluate, formulas_of
from gui.session.problem_file import read_problem_file
from gui.tables.options.target_forms import as_form
from gui.tables.results.ledger_overview import OverviewModel, SumsModel
from gui.tables.results.ledger_panel import MOST_COMPARED, LedgerPanel
from gui.tables.results.ledger_text import ledger_line

PRESETS = Path(__file__).resolve().parents[3] / "resources" / "presets"

TUTORIAL = BinaryProblem(
    logits=[1.51, -0.405, 1.4392, 1.0609, -0.6046, 17.0, -20.0, -200.0], target=[0, 1, 1, 0, 1, 0, 0, 1]
)


def preset(name):
    return read_problem_file(next(PRESETS.glob(f"*-{name}.json"))).problem


def cells(model):
    """The model's texts: a list a row, headed by its name."""
    return [
        [model.headerData(row, Qt.Orientation.Vertical)]
        + [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


@pytest.fixture
def ledger(qtbot):
    """A panel that shows a formula's ledger, by default the first one's; '' is all of them."""

    def show(problem, key=None):
        panel = LedgerPanel()
        qtbot.addWidget(panel)
        panel.resize(1100, 300)
        panel.show()
        panel.show_evaluation(evaluate(problem))
        panel.show_formula(panel.formula.itemData(1) if key is None else key)
        return panel

    return show


# -- all formulas -----------------------------------------------------------------------------------


def test_all_formulas_stand_side_by_side_with_their_sums_below(ledger):
    panel = ledger(TUTORIAL, "")
    rows = cells(panel.overview.model)
    assert len(rows) == 8
    assert rows[5] == ["6", "1", "17", "100", "inf", "17"]
    assert cells(panel.overview.sums_model) == [
        ["sum", None, "222.24", "205.24", "inf", "222.24"],
        ["divided by", None, "8", "8", "8", "8"],
        ["mean", None, "27.78", "25.655", "inf", "27.78"],
    ]
    assert panel.sentence.text() == "Without a weight, mean divides by the number of rows: 8."
    assert panel.standing.text().startswith("BCEWithLogitsLoss(z): least 0 · now 27.78 · ")


@pytest.mark.parametrize(("reduction", "lines"), [("mean", 3), ("sum", 1), ("none", 0)])
def test_the_lines_below_are_those_of_the_reduction(ledger, reduction, lines):
    panel = ledger(TUTORIAL.replace(reduction=reduction), "")
    assert panel.overview.sums_model.rowCount() == lines
    assert panel.overview.sums.isVisible() == bool(lines)
    titles = [
        panel.overview.model.headerData(n, Qt.Orientation.Horizontal)
        for n in range(panel.overview.model.columnCount())
    ]
    assert ("counts" in titles) == (reduction == "mean")
    assert panel.overview.model.columnCount() == 4 + (reduction == "mean")


def test_refused_and_ignored_say_so_in_their_cells(ledger):
    problem = MulticlassProblem(logits=np.eye(3), target=[0, -100, 2], weight=[1.0, 2.0, 4.0])
    panel = ledger(problem, "")
    assert cells(panel.overview.model)[1][1:3] == ["0", "ignored"]
    assert [row[1] for row in cells(panel.overview.model)] == ["1", "0", "4"]
    panel.show_evaluation(evaluate(problem.replace(target=np.eye(3))))
    titles = [
        panel.overview.model.headerData(n, Qt.Orientation.Horizontal)
        for n in range(panel.overview.model.columnCount())
    ]
    at = next(n for n, title in enumerate(titles) if "log_softmax" in title)
    assert panel.overview.model.index(0, at).data() == "refused"
    tip = panel.overview.sums_model.index(0, at).data(Qt.ItemDataRole.ToolTipRole)
    assert "multi-target not supported" in tip


@pytest.mark.parametrize(
    "problem",
    [TUTORIAL, TUTORIAL.replace(reduction="sum"), BinaryProblem(logits=[], target=[])],
)
def test_the_overviews_models_keep_qts_rules(qtbot, problem):
    models = (OverviewModel(), SumsModel())
    testers = [
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        for model in models
    ]
    for each in (TUTORIAL, problem, problem, TUTORIAL.replace(reduction="none"), TUTORIAL):
        columns = evaluate(each).columns
        models[0].show_columns(columns, each.rows)
        models[1].show_columns(columns)
    assert len(testers) == 2


def test_the_reduced_value_is_bold_and_every_cell_tells_all_its_digits(ledger):
    panel = ledger(TUTORIAL, "")
    sums = panel.overview.sums_model
    bold = [sums.index(line, 1).data(Qt.ItemDataRole.FontRole) is not None for line in range(3)]
    assert bold == [False, False, True]
    column = evaluate(TUTORIAL).column("bce_with_logits")
    tips = [sums.index(line, 1).data(Qt.ItemDataRole.ToolTipRole) for line in range(3)]
    assert tips == [repr(column.ledger.numerator), "8.0", repr(column.ledger.value)]
    cell = panel.overview.model.index(0, 1)
    assert cell.data(Qt.ItemDataRole.ToolTipRole) == repr(column.ledger.row_numerators.item(0))


def test_a_row_of_the_overview_is_told_and_the_selected_one_is_marked(qtbot, ledger):
    panel = ledger(TUTORIAL, "")
    chosen = []
    panel.row_chosen.connect(chosen.append)
    view = panel.overview.view
    view.setCurrentIndex(view.model().index(4, 2))
    assert chosen == [4]
    panel.show_row(6)
    assert view.currentIndex().row() == 6
    panel.show_row(99)
    assert view.currentIndex().row() == 6


@pytest.mark.parametrize(("width", "height"), [(1350, 150), (660, 300), (980, 300), (300, 200)])
def test_the_sums_stand_under_their_columns_and_nothing_is_cut(qtbot, ledger, width, height):
    panel = ledger(TUTORIAL, "")
    panel.resize(width, height)
    panel.grab()
    rows, sums = panel.overview.view, panel.overview.sums
    assert rows.geometry().bottom() < sums.geometry().top()
    metrics = rows.fontMetrics()
    for number in range(panel.overview.model.columnCount()):
        assert rows.columnViewportPosition(number) == sums.columnViewportPosition(number)
        title = panel.overview.model.headerData(number, Qt.Orientation.Horizontal)
        words = max(map(metrics.horizontalAdvance, title.split("\n")))
        assert rows.columnWidth(number) == sums.columnWidth(number) > words
    sums.horizontalScrollBar().setValue(sums.horizontalScrollBar().maximum())
    assert rows.columnViewportPosition(0) == sums.columnViewportPosition(0)
    assert rows.viewport().height() >= 2 * rows.verticalHeader().defaultSectionSize()
    parts = [panel.sentence, panel.standing, panel.formula, panel.overview]
    places = [part.geometry() for part in parts if part.isVisible()]
    for number, place in enumerate(places):
        assert not any(place.intersects(other) for other in places[:number])


def test_an_empty_table_says_what_to_do(ledger):
    panel = ledger(BinaryProblem(logits=[], target=[]), "")
    assert panel.sentence.text() == "The mean divides 0 by 0: mean of nothing."
    assert panel.standing.text() == "No rows: type a logit, paste, or open a file."


def test_tab_goes_from_the_chooser_to_the_rows(ledger):
    panel = ledger(preset("class-indices"))
    chain = (panel.formula, panel.compare, panel.own.view)
    order = [panel.formula]
    while len(order) < 30:
        order.append(order[-1].nextInFocusChain())
    places = [order.index(widget) for widget in chain]
    assert all(before < after for before, after in pairwise(places))


# -- one formula ------------------------------------------------------------------------------------


def test_question_8_shows_two_ledgers_of_one_problem_side_by_side(qtbot, ledger):
    widget = ledger(preset("class-indices"))
    panel = widget
    panel.show_formula("cross_entropy")
    assert panel.compare.text() == "Compare with class probabilities"
    assert not panel.other.isVisible()
    qtbot.mouseClick(panel.compare, Qt.LeftButton)
    assert panel.own.caption.text() == "class indices: 108.81 / (25 + 100) = 0.87048"
    assert panel.other.caption.text() == "class probabilities: 108.81 / 2 = 54.405"
    assert [row[2] for row in cells(panel.own.model)] == ["125", "25", "100"]
    assert [row[2] for row in cells(panel.other.model)] == ["2", "1", "1"]
    widget.show_evaluation(evaluate(preset("one-hot-targets")))
    assert panel.compare.text() == "Compare with class indices"
    assert panel.own.caption.text() == "class probabilities: 108.81 / 2 = 54.405"
    assert panel.other.caption.text() == "class indices: 108.81 / (25 + 100) = 0.87048"


@pytest.mark.parametrize("name", ["class-indices", "one-hot-targets", "three-options-at-once", "all-ignored"])
def test_the_other_ledger_is_that_of_the_converted_problem(qtbot, ledger, name):
    problem = preset(name)
    widget = ledger(problem)
    widget.compare.click()
    other = "index" if problem.has_probabilities else "probabilities"
    expected = evaluate(as_form(problem, other).problem)
    for column in expected.columns:
        if column.refusal is None:
            widget.show_formula(column.formula.key)
            assert widget.other.caption.text().endswith(ledger_line(column.ledger))


def test_nllloss_refuses_the_other_ledger_in_pytorchs_words(qtbot, ledger):
    widget = ledger(preset("class-indices"))
    widget.compare.click()
    widget.show_formula("nll_log_softmax")
    assert "multi-target not supported" in widget.other.caption.text()
    assert not widget.other.view.isVisible()


def test_a_chosen_row_is_told_and_the_total_is_none(qtbot, ledger):
    widget = ledger(preset("weighted-mean"))
    chosen = []
    widget.row_chosen.connect(chosen.append)
    view = widget.own.view
    for row in (0, 2):
        view.setCurrentIndex(view.model().index(row, 0))
    assert chosen == [1]
    view.setCurrentIndex(QModelIndex())
    assert chosen == [1]


def test_the_chosen_formula_stays_while_numbers_change(qtbot, ledger):
    widget = ledger(BinaryProblem(logits=[-200.0], target=[1]))
    widget.show_formula("bce_sigmoid")
    assert widget.own.caption.text() == "100 / 1 = 100"
    widget.show_evaluation(evaluate(BinaryProblem(logits=[-200.0, -300.0], target=[1, 1])))
    assert widget.formula.currentText() == "BCELoss(sigmoid(z))"
    assert widget.own.caption.text() == "200 / 2 = 100"


def test_a_formula_chosen_by_hand_shows_its_ledger(qtbot, ledger):
    panel = ledger(BinaryProblem(logits=[-200.0], target=[1]))
    titles = [panel.formula.itemText(number) for number in range(panel.formula.count())]
    assert titles[-1] == "exact"
    panel.formula.setFocus()
    qtbot.keyClick(panel.formula, Qt.Key.Key_Home)
    assert panel.overview.isVisible()
    assert not panel.own.isVisible()
    evaluation = evaluate(BinaryProblem(logits=[-200.0], target=[1]))
    lines = {column.formula.title: ledger_line(column.ledger) for column in evaluation.columns}
    for title in titles[1:]:
        qtbot.keyClick(panel.formula, Qt.Key.Key_Down)
        assert panel.formula.currentText() == title
        assert panel.own.caption.text() == lines[title]
        assert not panel.overview.isVisible()


def test_the_true_value_comes_last_even_below_a_stabiliser_of_ones_own(qtbot, ledger):
    problem = BinaryProblem(logits=[-200.0], target=[1])
    widget = ledger(problem)
    panel = widget
    tried = epsilon_in_log(1e-7)
    widget.show_evaluation(evaluate(problem, formulas=(*formulas_of("binary"), tried)))
    titles = [panel.formula.itemText(number) for number in range(panel.formula.count())]
    assert titles[0] == "all formulas"
    assert titles[-2:] == [tried.title, "exact"]


def test_a_formula_that_is_no_longer_there_gives_way_to_all(qtbot, ledger):
    problem = BinaryProblem(logits=[-200.0], target=[1])
    widget = ledger(problem)
    panel = widget
    panel.show_formula("bce_sigmoid")
    others = [formula for formula in formulas_of("binary") if formula.key != "bce_sigmoid"]
    widget.show_evaluation(evaluate(problem, formulas=tuple(others)))
    assert panel.formula.currentIndex() == 0
    assert panel.formula.findText("BCELoss(sigmoid(z))") < 0
    assert panel.overview.isVisible()
    assert panel.overview.model.columnCount() == len(others) + 1


def test_numbers_that_change_keep_the_place_in_the_ledger_and_other_rows_begin_anew(qtbot, ledger):
    problem = BinaryProblem(logits=np.arange(20.0), target=np.ones(20))
    widget = ledger(problem)
    view = widget.own.view
    view.setCurrentIndex(view.model().index(12, 0))
    widget.show_evaluation(evaluate(problem.replace(logits=np.arange(20.0) - 5.0)))
    assert view.currentIndex().row() == 12
    assert view.model().index(1, 0).data() == "5.0067"
    widget.show_evaluation(evaluate(BinaryProblem(logits=[-5.0], target=[1.0])))
    assert view.model().rowCount() == 2
    assert view.currentIndex().row() == -1


@pytest.mark.parametrize("width", [420, 720, 1100])
def test_the_columns_fill_the_ledgers_width_and_cut_no_title(qtbot, ledger, width):
    widget = ledger(preset("three-options-at-once"))
    widget.resize(width, 400)
    view = widget.own.view
    qtbot.waitUntil(lambda: view.width() > width // 2)
    header, metrics = view.horizontalHeader(), view.fontMetrics()
    assert 0 <= view.viewport().width() - header.length() < header.count() or header.length() > width
    for section in range(header.count()):
        lines = view.model().headerData(section, Qt.Orientation.Horizontal).split("\n")
        assert header.sectionSize(section) >= max(map(metrics.horizontalAdvance, lines))


def test_only_targets_that_have_another_form_and_are_few_are_compared(qtbot, ledger):
    widget = ledger(BinaryProblem(logits=[1.0], target=[1]))
    panel = widget
    assert not panel.compare.isVisible()
    widget.show_evaluation(evaluate(preset("class-indices")))
    panel.show_formula("cross_entropy")
    panel.compare.click()
    assert panel.compare.isVisible()
    assert panel.other.isVisible()
    rows = MOST_COMPARED // 2 + 1
    widget.show_evaluation(evaluate(MulticlassProblem(logits=np.zeros((rows, 2)), target=np.zeros(rows))))
    assert not panel.compare.isVisible()
    assert not panel.other.isVisible()
    assert panel.own.caption.text().endswith("= 0.69315")  # no title beside nothing to tell it from
    assert not panel.own.caption.text().startswith("class")


def test_a_row_of_either_ledger_is_told_and_becomes_the_selected_one(qtbot, window):
    window.document.set_page("multiclass")
    window.evaluator.flush()
    page = window.panel("multiclass")
    window.docks.bring_to_front("ledger")
    qtbot.waitUntil(lambda: window.docks.in_sight("ledger"))
    qtbot.waitUntil(lambda: window.late.ledger.formula.count() > 0)
    panel = window.late.ledger
    panel.show_formula("cross_entropy")
    panel.compare.click()
    for view, row in ((panel.own.view, 2), (panel.other.view, 1)):
        view.setCurrentIndex(view.model().index(row, 0))
        assert page.view.currentIndex().row() == row - 1


def test_a_refused_formula_has_pytorchs_words_and_no_rows_until_it_is_taken(qtbot, ledger):
    refused = BinaryProblem(logits=[0.5, 1.0], target=[2.0, 1.0])
    widget = ledger(refused)
    panel = widget
    panel.show_formula("bce_sigmoid")
    assert panel.own.caption.text().startswith("PyTorch refuses: all elements of target")
    assert not panel.own.view.isVisible()
    widget.show_evaluation(evaluate(refused.replace(target=[1.0, 1.0])))
    assert panel.own.view.isVisible()
    assert panel.own.model.rowCount() == 3


def test_the_ledger_says_where_the_loss_stands(ledger):
    widget = ledger(MulticlassProblem(logits=[[9.0, 0.0, 0.0]], target=[0], label_smoothing=0.1))
    widget.show_formula("cross_entropy")
    standing = widget.own.standing.text()
    assert standing.startswith("least 0.29114 · now 0.600")
    assert standing.endswith("chance 1.0986")
    widget.show_formula("nll_log_softmax")
    assert "NLLLoss(log_softmax(z)) has no label_smoothing" in widget.own.standing.text()


def test_without_a_reduced_value_nothing_stands_anywhere(ledger):
    widget = ledger(MulticlassProblem(logits=[[9.0, 0.0]], target=[0], reduction="none"))
    assert widget.own.standing.isHidden()
    widget.show_formula("")
    assert widget.standing.isHidden()


@pytest.mark.parametrize("height", [150, 300, 500])
def test_the_ledger_takes_the_height_of_its_dock(ledger, height):
    panel = ledger(BinaryProblem(logits=np.ones(50), target=np.ones(50)))
    panel.resize(1100, height)
    panel.grab()
    view = panel.own.view
    assert panel.height() - 12 <= view.mapTo(panel, view.rect().bottomLeft()).y() < panel.height()
    assert view.verticalScrollBar().maximum() > 0


def test_the_selected_row_is_marked_in_the_windows_ledger(qtbot, window):
    window.docks.bring_to_front("ledger")
    qtbot.waitUntil(lambda: window.docks.in_sight("ledger"))
    qtbot.waitUntil(lambda: window.late.ledger.formula.count() > 0)
    window.selection.select("binary", 3)
    assert window.late.ledger.overview.view.currentIndex().row() == 3
