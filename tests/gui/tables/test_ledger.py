"""The denominator ledger in words: its line, its rows, and what the mean divides by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from engine import (
    FLOAT16,
    FLOAT32,
    FLOAT64,
    BinaryProblem,
    MulticlassProblem,
    evaluate,
)
from gui.session.problem_file import read_problem_file
from gui.tables.footer.reduced_lines import reduced_lines
from gui.tables.results.ledger_model import LedgerModel
from gui.tables.results.ledger_text import amount, divisor_sentence, ledger_line, row_shares

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


def lines_of(problem):
    """What the footer says of each formula, by its key."""
    return {line.formula.key: line for line in reduced_lines(evaluate(problem))}


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
def test_the_footer_reads_each_questions_division(number, name, line):
    problem = preset(name)
    key = "cross_entropy" if problem.family == "multiclass" else "bce_with_logits"
    assert lines_of(problem)[key].origin == line
    assert line in lines_of(problem)[key].tip


@pytest.mark.parametrize(("number", "name", "line"), LINES)
def test_the_real_window_reads_it_after_opening_the_preset(open_window, number, name, line):
    window = open_window(size=(1366, 768))
    problem = preset(name)
    window.document.replace_problem(problem.family, problem, "open")
    window.document.set_page(problem.family)
    window.evaluator.flush()
    footer = window.panel(window.document.page).footer
    assert footer.isVisible()
    assert line in [each.origin for each in footer.lines]


def test_question_11_reads_the_loss_as_the_ignored_classs_logit_goes():
    losses = ledger_of(preset("ignored-class")).row_numerators
    assert [f"{loss:.4f}" for loss in losses] == ["1.0986", "0.8620", "0.6931"]


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


def test_a_formulas_tip_says_where_its_value_stands_and_what_it_leaves_out():
    problem = MulticlassProblem(logits=[[9.0, 0.0, 0.0]], target=[0], label_smoothing=0.1)
    tips = {key: line.tip for key, line in lines_of(problem).items()}
    assert "least 0.29114" in tips["cross_entropy"]
    assert "has no label_smoothing" in tips["nll_log_softmax"]
    assert "has no label_smoothing" not in tips["cross_entropy"]


def test_without_a_reduced_value_no_tip_says_where_it_stands():
    problem = MulticlassProblem(logits=[[9.0, 0.0]], target=[0], reduction="none")
    assert all("least" not in line.tip for line in lines_of(problem).values())


SENTENCES = [
    ({}, "Without a weight, mean divides by the number of rows: 3."),
    ({"reduction": "sum"}, "The rows are added up and divided by nothing."),
    ({"reduction": "none"}, "Nothing is added up: none keeps one value a row."),
    ({"weight": [1.0, 3.0]}, "With class weights, mean divides by the weights of the rows' targets: 7."),
    ({"target": [0, 1, -100]}, "Mean divides by the number of rows that are not ignored: 2 of 3."),
    ({"target": [-100] * 3}, "The mean divides 0 by 0: no row counted."),
    ({"target": np.full((3, 2), 0.5)}, "With class probabilities, mean divides by the number of rows: 3."),
]


@pytest.mark.parametrize(("options", "sentence"), SENTENCES)
def test_one_sentence_says_what_the_mean_divides_by(options, sentence):
    problem = MulticlassProblem(**{"logits": np.eye(3, 2), "target": [0, 1, 1], **options})
    assert divisor_sentence(evaluate(problem)) == sentence


def test_a_weight_a_row_is_said_to_leave_the_divisor_alone():
    problem = BinaryProblem(logits=[1.0, 2.0], target=[0, 1], weight=[5.0, 7.0])
    said = divisor_sentence(evaluate(problem))
    assert said == "A weight scales each row's loss; mean still divides by the number of rows: 2."
