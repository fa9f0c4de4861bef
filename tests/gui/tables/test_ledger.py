"""The denominator ledger: its line, its rows, and the two ledgers of one problem side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel

from engine import (
    FLOAT16,
    FLOAT32,
    FLOAT64,
    BinaryProblem,
    MulticlassProblem,
    epsilon_in_log,
    evaluate,
    formulas_of,
)
from gui.session.problem_file import read_problem_file
from gui.tables.options.target_forms import as_form
from gui.tables.results.ledger_model import LedgerModel
from gui.tables.results.ledger_panel import MOST_COMPARED
from gui.tables.results.ledger_text import amount, ledger_line, row_shares
from gui.tables.results.reduced_values import ReducedValues

PRESETS = Path(__file__).resolve().parents[3] / "resources" / "presets"


def preset(name):
    return read_problem_file(next(PRESETS.glob(f"*-{name}.json"))).problem


def ledger_of(problem, key=None):
    key = key or ("cross_entropy" if problem.family == "multiclass" else "bce_with_logits")
    return evaluate(problem).column(key).ledger


def cells(model: LedgerModel):
    """The model's texts: a list a row, headed by its name."""
    return [
        [model.headerData(row, Qt.Orientation.Vertical)]
        + [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def titles_of(model: LedgerModel):
    titles = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(model.columnCount())]
    return [title.replace("\n", " ") for title in titles]


@pytest.fixture
def reduced(qtbot):
    kept = []  # a test may hold no more than a part of it

    def show(problem):
        widget = ReducedValues()
        kept.append(widget)
        qtbot.addWidget(widget)
        widget.resize(720, 400)
        widget.show()
        widget.show_evaluation(evaluate(problem))
        return widget

    return show


def shown_line(widget: ReducedValues, title: str) -> str:
    return next(line.origin for line in widget.lines if line.title == title)


# The number of the question that the preset answers, the preset, and what the window must read.
LINES = [
    (7, "weighted-mean", "10.598 / (6 + 4) = 1.0598"),
    (8, "class-indices", "108.81 / (25 + 100) = 0.87048"),
    (8, "one-hot-targets", "108.81 / 2 = 54.405"),
    (9, "all-ignored", "0 / 0 = nan   no row counted"),
    (10, "three-options-at-once", "0.76214 / 0.3 = 2.5405   (1 ignored)"),
    (11, "ignored-class", "none: one value a row"),
    (17, "empty-batch", "0 / 0 = nan   mean of nothing"),
]


@pytest.mark.parametrize(("number", "name", "line"), LINES)
def test_the_window_reads_each_questions_division(qtbot, reduced, number, name, line):
    problem = preset(name)
    title = "CrossEntropyLoss(z)" if problem.family == "multiclass" else "BCEWithLogitsLoss(z)"
    widget = reduced(problem)
    assert shown_line(widget, title) == line
    assert line in [label.text() for label in widget.findChildren(QLabel)]


@pytest.mark.parametrize(("number", "name", "line"), LINES)
def test_the_real_window_reads_it_after_opening_the_preset(open_window, number, name, line):
    window = open_window(size=(1366, 768))
    problem = preset(name)
    window.document.replace_problem(problem.family, problem, "open")
    window.document.set_page(problem.family)
    window.evaluator.flush()
    labels = window.panel(window.document.page).reduced.findChildren(QLabel)
    assert line in [label.text() for label in labels if label.isVisible()]


def test_question_11_reads_the_loss_as_the_ignored_classs_logit_goes():
    losses = ledger_of(preset("ignored-class")).row_numerators
    assert [f"{loss:.4f}" for loss in losses] == ["1.0986", "0.8620", "0.6931"]


def test_question_8_shows_two_ledgers_of_one_problem_side_by_side(qtbot, reduced):
    widget = reduced(preset("class-indices"))
    qtbot.mouseClick(widget.unfold, Qt.LeftButton)
    panel = widget.ledger
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
def test_the_other_ledger_is_that_of_the_converted_problem(qtbot, reduced, name):
    problem = preset(name)
    widget = reduced(problem)
    widget.unfold.click()
    widget.ledger.compare.click()
    other = "index" if problem.has_probabilities else "probabilities"
    expected = evaluate(as_form(problem, other).problem)
    for column in expected.columns:
        if column.refusal is None:
            widget.ledger.show_formula(column.formula.key)
            assert widget.ledger.other.caption.text().endswith(ledger_line(column.ledger))


def test_nllloss_refuses_the_other_ledger_in_pytorchs_words(qtbot, reduced):
    widget = reduced(preset("class-indices"))
    widget.unfold.click()
    widget.ledger.compare.click()
    widget.ledger.show_formula("nll_log_softmax")
    assert "multi-target not supported" in widget.ledger.other.caption.text()
    assert not widget.ledger.other.view.isVisible()


def test_smoothing_has_two_parts_in_every_row_and_an_ignored_row_says_so(qtbot):
    model = LedgerModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_ledger(ledger_of(preset("three-options-at-once")))
    assert titles_of(model) == ["numerator", "nll part", "smooth part", "denominator", "share of the loss"]
    total, ignored, counted = cells(model)
    assert total[0] == "Σ"
    assert ignored == ["1", *["ignored"] * 5]
    assert counted[1:] == total[1:] == ["0.76214", "0.72134", "0.040791", "0.3", "2.5405"]


@pytest.mark.parametrize(
    ("reduction", "titles"),
    [
        ("mean", ["numerator", "denominator", "share of the loss"]),
        ("sum", ["numerator", "share of the loss"]),
        ("none", ["numerator"]),
    ],
)
def test_only_a_mean_has_a_denominator(reduction, titles):
    model = LedgerModel()
    model.show_ledger(ledger_of(BinaryProblem(logits=[1.0, 2.0], target=[0, 1], reduction=reduction)))
    assert titles_of(model) == titles


def test_a_chosen_row_is_told_and_the_total_is_none(qtbot, reduced):
    widget = reduced(preset("weighted-mean"))
    widget.unfold.click()
    chosen = []
    widget.row_chosen.connect(chosen.append)
    view = widget.ledger.own.view
    for row in (0, 2):
        view.setCurrentIndex(view.model().index(row, 0))
    assert chosen == [1]
    view.setCurrentIndex(QModelIndex())
    assert chosen == [1]


def test_the_unfolded_ledger_takes_the_place_of_the_lines(qtbot, reduced):
    widget = reduced(preset("weighted-mean"))
    folded = widget.sizeHint().height()
    label = next(each for each in widget.findChildren(QLabel) if each.text() == "scratch")
    assert label.isVisible()
    widget.unfold.click()
    assert not label.isVisible()
    assert widget.sizeHint().height() < folded + 120
    widget.unfold.click()
    assert label.isVisible()


def test_the_chosen_formula_stays_while_numbers_change(qtbot, reduced):
    widget = reduced(BinaryProblem(logits=[-200.0], target=[1]))
    widget.unfold.click()
    widget.ledger.show_formula("bce_sigmoid")
    assert widget.ledger.own.caption.text() == "100 / 1 = 100"
    widget.show_evaluation(evaluate(BinaryProblem(logits=[-200.0, -300.0], target=[1, 1])))
    assert widget.ledger.formula.currentText() == "BCELoss(sigmoid(z))"
    assert widget.ledger.own.caption.text() == "200 / 2 = 100"


def unfolded(widget: ReducedValues):
    widget.unfold.click()
    return widget.ledger


def test_a_formula_chosen_by_hand_shows_its_ledger(qtbot, reduced):
    panel = unfolded(reduced(BinaryProblem(logits=[-200.0], target=[1])))
    titles = [panel.formula.itemText(number) for number in range(panel.formula.count())]
    assert titles[-1] == "exact"
    panel.formula.setFocus()
    qtbot.keyClick(panel.formula, Qt.Key.Key_Home)
    for title in titles[1:]:
        qtbot.keyClick(panel.formula, Qt.Key.Key_Down)
        assert panel.formula.currentText() == title
        expected = next(line.origin for line in panel.parent().lines if line.title == title)
        assert panel.own.caption.text() == expected


def test_the_true_value_comes_last_even_below_a_stabiliser_of_ones_own(qtbot, reduced):
    problem = BinaryProblem(logits=[-200.0], target=[1])
    widget = reduced(problem)
    panel = unfolded(widget)
    tried = epsilon_in_log(1e-7)
    widget.show_evaluation(evaluate(problem, formulas=(*formulas_of("binary"), tried)))
    titles = [panel.formula.itemText(number) for number in range(panel.formula.count())]
    assert titles == [line.title for line in widget.lines]
    assert titles[-2:] == [tried.title, "exact"]


def test_a_formula_that_is_no_longer_there_gives_way_to_the_first(qtbot, reduced):
    problem = BinaryProblem(logits=[-200.0], target=[1])
    widget = reduced(problem)
    panel = unfolded(widget)
    panel.show_formula("bce_sigmoid")
    others = [formula for formula in formulas_of("binary") if formula.key != "bce_sigmoid"]
    widget.show_evaluation(evaluate(problem, formulas=tuple(others)))
    assert panel.formula.currentIndex() == 0
    assert panel.formula.findText("BCELoss(sigmoid(z))") < 0
    assert panel.own.caption.text() == widget.lines[0].origin


def test_the_total_is_bold_and_every_cell_tells_all_its_digits_and_its_column_what_it_is(qtbot):
    model = LedgerModel()
    ledger = ledger_of(preset("weighted-mean"))
    model.show_ledger(ledger)
    bold = [model.index(row, 0).data(Qt.ItemDataRole.FontRole) is not None for row in range(3)]
    assert bold == [True, False, False]
    assert model.index(0, 0).data(Qt.ItemDataRole.FontRole).bold()
    tips = [model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole) for row in range(3)]
    assert tips == [repr(ledger.numerator), *map(repr, ledger.row_numerators.tolist())]
    assert [model.headerData(row, Qt.Orientation.Vertical) for row in range(3)] == ["Σ", "1", "2"]
    told = [model.headerData(n, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) for n in range(3)]
    assert ["adds" in told[0], "weight of its target class" in told[1], "add up to the loss" in told[2]] == [
        True
    ] * 3


def test_numbers_that_change_keep_the_place_in_the_ledger_and_other_rows_begin_anew(qtbot, reduced):
    problem = BinaryProblem(logits=np.arange(20.0), target=np.ones(20))
    widget = reduced(problem)
    view = unfolded(widget).own.view
    view.setCurrentIndex(view.model().index(12, 0))
    widget.show_evaluation(evaluate(problem.replace(logits=np.arange(20.0) - 5.0)))
    assert view.currentIndex().row() == 12
    assert view.model().index(1, 0).data() == "5.0067"
    widget.show_evaluation(evaluate(BinaryProblem(logits=[-5.0], target=[1.0])))
    assert view.model().rowCount() == 2
    assert view.currentIndex().row() == -1


@pytest.mark.parametrize(("rows", "lines"), [(1, 2), (2, 3), (5, 6), (50, 6)])
def test_the_ledger_is_as_high_as_its_rows_up_to_six(qtbot, reduced, rows, lines):
    view = unfolded(reduced(BinaryProblem(logits=np.ones(rows), target=np.ones(rows)))).own.view
    inside = view.height() - 2 * view.frameWidth() - view.horizontalHeader().height()
    assert inside == lines * view.verticalHeader().defaultSectionSize()


@pytest.mark.parametrize("width", [420, 720, 1100])
def test_the_columns_fill_the_ledgers_width_and_cut_no_title(qtbot, reduced, width):
    widget = reduced(preset("three-options-at-once"))
    widget.resize(width, 400)
    view = unfolded(widget).own.view
    header, metrics = view.horizontalHeader(), view.fontMetrics()
    assert 0 <= view.viewport().width() - header.length() < header.count() or header.length() > width
    for section in range(header.count()):
        lines = view.model().headerData(section, Qt.Orientation.Horizontal).split("\n")
        assert header.sectionSize(section) >= max(map(metrics.horizontalAdvance, lines))


def test_only_targets_that_have_another_form_and_are_few_are_compared(qtbot, reduced):
    widget = reduced(BinaryProblem(logits=[1.0], target=[1]))
    panel = unfolded(widget)
    assert not panel.compare.isVisible()
    widget.show_evaluation(evaluate(preset("class-indices")))
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
    page.reduced.unfold.click()
    panel = page.reduced.ledger
    panel.compare.click()
    for view, row in ((panel.own.view, 2), (panel.other.view, 1)):
        view.setCurrentIndex(view.model().index(row, 0))
        assert page.view.currentIndex().row() == row - 1


def test_a_refused_formula_has_pytorchs_words_and_no_rows_until_it_is_taken(qtbot, reduced):
    refused = BinaryProblem(logits=[0.5, 1.0], target=[2.0, 1.0])
    widget = reduced(refused)
    panel = unfolded(widget)
    panel.show_formula("bce_sigmoid")
    assert panel.own.caption.text().startswith("PyTorch refuses: all elements of target")
    assert not panel.own.view.isVisible()
    widget.show_evaluation(evaluate(refused.replace(target=[1.0, 1.0])))
    assert panel.own.view.isVisible()
    assert panel.own.model.rowCount() == 3


def test_the_ledger_follows_what_was_evaluated_while_it_was_folded(qtbot, reduced):
    widget = reduced(BinaryProblem(logits=[-200.0], target=[1]))
    assert widget.unfold.arrowType() is Qt.ArrowType.RightArrow
    panel = unfolded(widget)
    assert widget.unfold.arrowType() is Qt.ArrowType.DownArrow
    widget.unfold.click()
    widget.show_evaluation(evaluate(BinaryProblem(logits=[-300.0], target=[1])))
    widget.unfold.click()
    assert panel.own.caption.text() == "300 / 1 = 300"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (125.0, "125"),
        (100_000.0, "100\u202f000"),
        (10.598300457, "10.598"),
        (1e20, "1e+20"),
        (0.0, "0"),
        (-0.0, "0"),
        (-0.9, "-0.9"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
    ],
)
def test_counts_are_written_in_full_and_amounts_with_five_digits(value, text):
    assert amount(value) == text


def test_many_rows_have_a_short_form():
    problem = MulticlassProblem(logits=np.zeros((1000, 2)), target=np.ones(1000), weight=[1.0, 3.0])
    assert ledger_line(ledger_of(problem)) == "2079.4 / 3\u202f000 = 0.69315"
    summed = problem.replace(reduction="sum")
    assert ledger_line(ledger_of(summed)) == "sum of 1\u202f000 rows = 2079.4"


def test_a_sum_of_few_rows_is_written_out_with_its_signs():
    problem = BinaryProblem(logits=[0.5, 0.0], target=[2.0, 0.5], reduction="sum")
    ledger = ledger_of(problem)
    assert ledger_line(ledger) == "-0.025923 + 0.69315 = 0.66722"


def test_weights_that_add_up_to_nothing_are_explained():
    problem = MulticlassProblem(logits=[[1.0, 2.0]], target=[0], weight=[0.0, 1.0])
    assert ledger_line(ledger_of(problem)) == "0 / 0 = nan   the weights of the counted rows add up to 0"


def test_a_half_sum_that_overflows_is_shown_as_it_is():
    problem = BinaryProblem(logits=[60000.0, 60000.0], target=[0, 0], format=FLOAT16, reduction="sum")
    assert ledger_line(ledger_of(problem)) == "60\u202f000 + 60\u202f000 = inf"


LOGITS = st.floats(-80, 80)
WEIGHTS = st.floats(0.01, 100)


@st.composite
def problems(draw):
    rows, classes = draw(st.integers(1, 6)), draw(st.integers(2, 4))
    logits = draw(st.lists(LOGITS, min_size=rows * classes, max_size=rows * classes))
    weight = draw(st.none() | st.lists(WEIGHTS, min_size=classes, max_size=classes))
    smoothing = draw(st.sampled_from([0.0, 0.1, 1.0]))
    if draw(st.booleans()):
        target = draw(st.lists(st.sampled_from([-100, *range(classes)]), min_size=rows, max_size=rows))
    else:
        shares = st.lists(st.floats(0, 1), min_size=rows * classes, max_size=rows * classes)
        target = np.reshape(draw(shares), (rows, classes))
    return MulticlassProblem(
        logits=np.reshape(logits, (rows, classes)),
        target=target,
        weight=weight,
        label_smoothing=smoothing,
        format=draw(st.sampled_from([FLOAT32, FLOAT64])),
        reduction=draw(st.sampled_from(["mean", "sum"])),
    )


@given(problems())
def test_the_rows_shares_sum_to_the_shown_loss(problem):
    ledger = ledger_of(problem)
    shares = row_shares(ledger)
    if ledger.denominator == 0:
        assert np.isnan(ledger.value)
        assert not ledger.counted.any()
        return
    # Every row, the sum and the quotient are each rounded in the problem's format.
    slack = 4 * (problem.rows + 4) * problem.format.eps * (np.abs(shares).sum() + np.finfo(np.float32).tiny)
    scale = slack + problem.format.eps * np.abs(problem.logits).max() * problem.rows
    assert abs(shares.sum() - ledger.value) <= scale
    if ledger.row_nll is not None:
        parts = (ledger.row_nll + ledger.row_smooth)[ledger.counted]
        # 'none' rounds each row's two parts and their sum.
        scale = problem.format.eps * np.abs(ledger.row_nll + np.abs(ledger.row_smooth)).sum()
        assert np.abs(parts - ledger.row_numerators[ledger.counted]).max(initial=0) <= 4 * scale + slack


def test_the_ledger_says_where_the_loss_stands(reduced):
    widget = reduced(MulticlassProblem(logits=[[9.0, 0.0, 0.0]], target=[0], label_smoothing=0.1))
    widget.unfold.setChecked(True)
    widget.ledger.show_formula("cross_entropy")
    standing = widget.ledger.own.standing.text()
    assert standing.startswith("least 0.29114 · now 0.600")
    assert standing.endswith("chance 1.0986")
    widget.ledger.show_formula("nll_log_softmax")
    assert "NLLLoss(log_softmax(z)) has no label_smoothing" in widget.ledger.own.standing.text()
    tips = {line.formula.key: line.tip for line in widget.lines}
    assert "least 0.29114" in tips["cross_entropy"]
    assert "has no label_smoothing" in tips["nll_log_softmax"]
    assert "has no label_smoothing" not in tips["cross_entropy"]


def test_without_a_reduced_value_nothing_stands_anywhere(reduced):
    widget = reduced(MulticlassProblem(logits=[[9.0, 0.0]], target=[0], reduction="none"))
    widget.unfold.setChecked(True)
    assert widget.ledger.own.standing.isHidden()
    assert all("least" not in line.tip for line in widget.lines)
