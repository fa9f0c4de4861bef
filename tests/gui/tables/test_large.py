"""A table too large to be evaluated at once: its rows in sight are there all the same."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from table_page import GRADIENT, LOGIT, LOSS, open_page

from engine import BinaryProblem, MulticlassProblem, evaluate
from gui.document.edits import with_rows
from gui.document.evaluator import LARGE
from gui.services.numbers.number_text import exact_text
from gui.tables.grid.columns import Kind
from gui.tables.grid.failures import Failure
from gui.tables.grid.sorting import PACKED_FROM, sorted_rows

ROWS = LARGE + 500


def binary_problem():
    rng = np.random.default_rng(0)
    return BinaryProblem(logits=rng.normal(0, 12, ROWS), target=rng.integers(0, 2, ROWS))


def multiclass_problem():
    rng = np.random.default_rng(1)
    count = ROWS // 2
    return MulticlassProblem(logits=rng.normal(0, 30, (count, 3)), target=rng.integers(0, 3, count))


def row_text(page, row, kind, key):
    """A cell's exact text by an evaluation of its row alone."""
    column = evaluate(with_rows(page.problem, np.array([row]))).column(key)
    values = column.loss if kind is LOSS else column.gradient
    moved = page.model.snapshot.moved
    if values.ndim == 1:
        return exact_text(float(values[0]), page.problem.format)
    value = values[0, page.problem.target_class(row) if moved is None else moved]
    return exact_text(float(value), page.problem.format)


def cell(page, place, kind, key):
    column = page.model.columns[page.number(kind, key)]
    return page.model.cells.edit_text(place, column)


@pytest.fixture
def binary(qtbot):
    page = open_page(qtbot, binary=binary_problem(), tested=False)
    yield page
    page.evaluator.close()


@pytest.fixture
def multiclass(qtbot):
    page = open_page(qtbot, "multiclass", multiclass=multiclass_problem(), tested=False)
    yield page
    page.evaluator.close()


def test_rows_in_sight_have_their_results_before_the_table_is_evaluated(binary):
    assert binary.model.snapshot.evaluation is None
    for place in (0, 7, ROWS - 1):
        assert cell(binary, place, LOSS, "bce_sigmoid") == row_text(binary, place, LOSS, "bce_sigmoid")
        assert binary.model.index(place, binary.number(LOSS, "bce_sigmoid")).data() != "…"


def test_gradients_of_classes_are_shown_though_none_are_kept(multiclass):
    multiclass.evaluator.flush()
    assert multiclass.model.snapshot.evaluation.is_large
    for place in (0, 40, 9000):
        shown = cell(multiclass, place, GRADIENT, "cross_entropy")
        assert shown == row_text(multiclass, place, GRADIENT, "cross_entropy")
    column = multiclass.model.columns[multiclass.number(GRADIENT, "cross_entropy")]
    assert "gradient of CrossEntropyLoss" in multiclass.model.cells.tip(40, column)


def test_an_edited_row_shows_its_results_at_once(binary):
    binary.evaluator.flush()
    logit = binary.model.index(3, binary.number(LOGIT))
    assert binary.model.setData(logit, "-40.5")
    assert binary.model.snapshot.evaluation.problem is not binary.problem
    assert cell(binary, 3, LOSS, "bce_sigmoid") == row_text(binary, 3, LOSS, "bce_sigmoid")
    binary.undo()
    assert cell(binary, 3, LOSS, "bce_sigmoid") == row_text(binary, 3, LOSS, "bce_sigmoid")


def test_a_sorted_and_filtered_table_shows_the_rows_that_a_small_one_would(binary):
    binary.evaluator.flush()
    whole = evaluate(binary.problem)
    number = binary.number(LOSS, "bce_sigmoid")
    binary.view.sortByColumn(number, Qt.SortOrder.DescendingOrder)
    loss = whole.column("bce_sigmoid").loss.astype(np.float64)
    expected = np.argsort(-loss, kind="stable")
    np.testing.assert_array_equal(binary.model.order.rows(slice(None)), expected)
    row = int(expected[10])
    assert cell(binary, 10, LOSS, "bce_sigmoid") == row_text(binary, row, LOSS, "bce_sigmoid")
    binary.panel.rows.toggle(Failure.DEAD, True)
    dead = {int(row) for row in binary.model.order.rows(slice(None))}
    regimes = [column.gradient_regimes for column in whole.columns]
    assert dead == set(np.flatnonzero(np.any(np.array(regimes) == 3, axis=0)).tolist())
    assert dead


def test_what_is_not_known_of_all_rows_is_refused_in_words(multiclass):
    multiclass.evaluator.flush()
    multiclass.view.sortByColumn(multiclass.number(GRADIENT, "cross_entropy"), Qt.SortOrder.AscendingOrder)
    assert multiclass.model.order.is_natural
    multiclass.panel.rows.toggle(Failure.DEAD, True)
    assert multiclass.model.order.is_whole
    assert [words.split(":")[0] for words in multiclass.messages] == [
        "Of a table as large as this the gradients are computed row by row"
    ] * 2


def test_gradients_of_some_rows_can_be_copied_all_the_same(multiclass):
    multiclass.evaluator.flush()
    number = multiclass.number(GRADIENT, "cross_entropy")
    multiclass.view.show_kind(Kind.GRADIENT, True)
    multiclass.select((4, number, 6, number))
    copied = multiclass.copied().split("\n")
    assert [float(text) for text in copied[:3]] == [
        float(row_text(multiclass, row, GRADIENT, "cross_entropy")) for row in (4, 5, 6)
    ]


def test_counts_follow_an_edit(binary, qtbot):
    binary.evaluator.flush()
    number = binary.number(LOGIT)
    strip = binary.panel.footer
    strip.health(number)
    qtbot.waitUntil(lambda: strip.health(number) is not None)
    before = sum(count for _, count in strip.health(number).sorts())
    assert before == ROWS
    assert binary.model.setData(binary.model.index(2, number), "nan")
    strip.health(number)
    qtbot.waitUntil(lambda: "1 nan" in strip.words(number))


@pytest.mark.parametrize("descending", [False, True])
def test_many_values_are_sorted_as_few_are(descending):
    rng = np.random.default_rng(2)
    count = PACKED_FROM + 1000
    for values in (
        rng.normal(size=count),
        rng.normal(size=count).astype(np.float32),
        rng.integers(-5, 5, count),
        rng.choice([0.0, -0.0, np.nan, -np.nan, np.inf, -np.inf, 1.5, -1e300], count),
        rng.normal(size=count).astype(np.float16),
    ):
        wide = values if values.dtype.kind == "i" else values.astype(np.float64)
        expected = np.argsort(-wide if descending else wide, kind="stable")
        finite = np.isfinite(wide[expected])
        expected = np.concatenate((expected[finite], expected[~finite]))
        found = sorted_rows(values, descending=descending)
        kinds = [np.isnan(wide[rows]) * 2 + np.isposinf(wide[rows]) for rows in (found, expected)]
        np.testing.assert_array_equal(*kinds)
        np.testing.assert_array_equal(found, expected)
