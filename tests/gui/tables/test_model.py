"""The table's model: what cells say, which signals an edit sends, what a refusal leaves behind."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from engine import (
    FLOAT16,
    BinaryProblem,
    MulticlassProblem,
    Regime,
    Role,
    evaluate,
    formulas_of,
)
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.services.numbers.number_display import NumberDisplay
from gui.services.numbers.number_text import format_number
from gui.tables.grid import problem_model
from gui.tables.grid.cell_reader import TITLE_ROLE
from gui.tables.grid.columns import Kind, columns_of
from gui.tables.grid.heat import HeatMap
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.snapshot import Snapshot

Display, Edit = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole


def make(page="binary", binary=None, multiclass=None):
    """A document with its model on `page`, evaluated, under Qt's own model tester."""
    binary = binary or BinaryProblem(logits=[-200.0, 17.0, -20.0, 0.5, 2.0], target=[1, 0, 0, 1, 1])
    multiclass = multiclass or MulticlassProblem(
        logits=[[2.0, -1.0, 0.5], [200.0, 0.0, 1.0], [0.1, 0.2, 0.3]], target=[0, 1, -100]
    )
    document = Document(binary, multiclass)
    document.set_page(page)
    selection, evaluator = Selection(document), Evaluator(document)
    model = ProblemModel(page, document, selection)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    evaluator.evaluated.connect(model.show_evaluation)
    evaluator.flush()
    refusals = []
    model.refused.connect(refusals.append)
    return SimpleNamespace(
        document=document,
        selection=selection,
        evaluator=evaluator,
        model=model,
        tester=tester,
        refusals=refusals,
    )


def cell(app, kind, row, *, key=None, index=None):
    """The model index of the column of this kind (formula, class)."""
    for number, column in enumerate(app.model.columns):
        formula = column.formula and column.formula.key
        if (column.kind, formula, column.index) == (kind, key, index):
            return app.model.index(row, number)
    raise KeyError(kind)


def rectangles(app):
    """Every dataChanged from now on, as (top, left, bottom, right)."""
    seen = []
    app.model.dataChanged.connect(
        lambda first, last: seen.append((first.row(), first.column(), last.row(), last.column()))
    )
    return seen


@pytest.fixture(autouse=True)
def application(qapp):
    return qapp


@pytest.mark.parametrize("family", ["binary", "multiclass"])
def test_the_columns_are_derived_from_the_formulas(family):
    problems = {
        "binary": BinaryProblem(logits=[0.0], target=[1.0]),
        "multiclass": MulticlassProblem(logits=[[0.0, 1.0]], target=[1]),
    }
    formulas = formulas_of(family)
    columns = columns_of(problems[family], formulas)
    judged = [f for f in formulas if f.role is not Role.EXACT]
    assert [c.formula for c in columns if c.kind is Kind.ERROR] == judged
    assert {c.formula for c in columns if c.kind is Kind.LOSS} == set(formulas)
    assert [c for c in columns if c.kind is Kind.LOSS][-1].formula.role is Role.EXACT
    assert {c.formula for c in columns if c.kind is Kind.GRADIENT} == set(formulas)


@pytest.mark.parametrize("page", ["binary", "multiclass"])
def test_every_number_shown_is_the_engines(page):
    app = make(page)
    evaluation = evaluate(app.document.problem(page))
    for column in evaluation.columns:
        key = column.formula.key
        for row in range(app.document.problem(page).rows):
            assert cell(app, Kind.LOSS, row, key=key).data() == f"{column.loss.item(row):.6g}"
            if column.formula.role is not Role.EXACT:
                assert cell(app, Kind.ERROR, row, key=key).data() == f"{column.error_ulp.item(row):.4g}"


def test_binary_gradients_are_the_engines():
    app = make()
    for column in evaluate(app.document.binary).columns:
        shown = [cell(app, Kind.GRADIENT, row, key=column.formula.key).data() for row in range(5)]
        assert shown == [format_number(value) for value in column.gradient.tolist()]


def test_multiclass_gradients_are_to_the_targets_logit_until_a_class_is_chosen():
    app = make("multiclass")
    gradient = app.evaluator.current().column("cross_entropy").gradient
    shown = [cell(app, Kind.GRADIENT, row, key="cross_entropy").data() for row in range(3)]
    assert shown == [f"{gradient.item(0, 0):.6g}", f"{gradient.item(1, 1):.6g}", "–"]
    app.selection.select("multiclass", 0, 2)
    shown = [cell(app, Kind.GRADIENT, row, key="cross_entropy").data() for row in range(3)]
    assert shown == [f"{value:.6g}" for value in gradient[:, 2].tolist()]
    header = app.model.headerData(cell(app, Kind.GRADIENT, 0, key="cross_entropy").column(), Qt.Horizontal)
    assert "z[2]" in header


def test_the_header_marks_the_class_that_moves():
    app = make("multiclass")
    titles = [app.model.headerData(n, Qt.Horizontal, TITLE_ROLE) for n in range(1, 4)]
    assert titles == ["z[0] ↔", "z[1]", "z[2]"]
    app.selection.select("multiclass", 1, 2)
    titles = [app.model.headerData(n, Qt.Horizontal, TITLE_ROLE) for n in range(1, 4)]
    assert titles == ["z[0]", "z[1]", "z[2] ↔"]


def test_an_ignored_row_has_no_target_class_to_show():
    app = make("multiclass")
    assert cell(app, Kind.ACTIVATION, 2).data() == "–"
    assert "ignore" in cell(app, Kind.ACTIVATION, 2).data(Qt.ToolTipRole)


def test_a_clamped_cell_is_coloured_named_and_explained():
    app = make()
    index = cell(app, Kind.LOSS, 0, key="bce_sigmoid")
    assert index.data() == "100"
    assert index.data(Qt.BackgroundRole).color().alpha() < 255
    tip = index.data(Qt.ToolTipRole)
    for words in ("clamped", "True value: 200.0", "ULP", "bits lost", "absolute 100"):
        assert words in tip
    assert "row 1: 100, clamped" in index.data(Qt.AccessibleTextRole)


def test_a_right_cell_has_no_colour():
    app = make()
    index = cell(app, Kind.LOSS, 0, key="bce_with_logits")
    assert index.data(Qt.BackgroundRole) is None
    assert index.data(Qt.AccessibleTextRole).endswith("row 1: 200")


def test_the_dark_theme_has_its_own_colours():
    app = make(binary=BinaryProblem(logits=[np.inf], target=[1.0]))
    index = cell(app, Kind.LOSS, 0, key="bce_with_logits")
    light = index.data(Qt.BackgroundRole).color()
    app.model.set_dark(True)
    assert index.data(Qt.BackgroundRole).color() != light


def repainted(app, change):
    """The columns of which a change has every row painted anew, at once or with its evaluation."""
    seen = rectangles(app)
    change(app)
    app.evaluator.flush()
    last = app.model.rowCount() - 1
    return {
        number
        for top, left, bottom, right in seen
        if (top, bottom) == (0, last)
        for number in range(left, right + 1)
    }


def columns_of_kinds(app, *kinds):
    return {number for number, column in enumerate(app.model.columns) if not kinds or column.kind in kinds}


@pytest.mark.parametrize("page", ["binary", "multiclass"])
@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        (lambda app: app.model.set_display(NumberDisplay("shortest")), ()),
        (lambda app: app.model.set_dark(True), ()),
        (lambda app: app.model.show_heat(True), (Kind.LOGIT,)),
        (lambda app: app.document.set_format(FLOAT16, "format"), ()),
    ],
    ids=["numbers", "theme", "heat", "format"],
)
def test_what_changes_the_look_of_every_row_has_all_of_them_painted_anew(page, change, kinds):
    app = make(page)
    app.evaluator.flush()
    assert repainted(app, change) >= columns_of_kinds(app, *kinds)


def test_another_class_has_all_gradients_painted_anew_and_the_headers_with_them(qtbot):
    app = make("multiclass")
    seen = rectangles(app)
    with qtbot.waitSignal(app.model.headerDataChanged) as headers:
        app.selection.select("multiclass", 0, 2)
    gradients = columns_of_kinds(app, Kind.GRADIENT)
    assert seen == [(0, min(gradients), app.model.rowCount() - 1, max(gradients))]
    assert headers.args == [Qt.Horizontal, 0, app.model.columnCount() - 1]


def test_an_edit_under_a_heat_map_has_all_logits_painted_anew():
    app = make("multiclass")
    app.model.show_heat(True)
    before = cell(app, Kind.LOGIT, 0, index=0).data(Qt.BackgroundRole).color()
    logits = columns_of_kinds(app, Kind.LOGIT)
    edit = lambda app: app.model.setData(cell(app, Kind.LOGIT, 1, index=0), "0.5")  # noqa: E731
    assert repainted(app, edit) >= logits
    assert cell(app, Kind.LOGIT, 0, index=0).data(Qt.BackgroundRole).color() != before


def test_the_look_stays_when_another_problem_is_opened():
    app = make()
    app.model.set_display(NumberDisplay("hexadecimal"))
    app.model.show_heat(True)
    app.model.set_dark(True)
    app.document.replace_problem("binary", BinaryProblem(logits=[1.0], target=[0.0]), "open")
    app.evaluator.flush()
    assert cell(app, Kind.LOGIT, 0).data() == "0x1p+0"
    assert cell(app, Kind.LOGIT, 0).data(Qt.BackgroundRole) == HeatMap([1.0], dark=True).brush(1.0)


def test_an_edit_repaints_its_cells_and_then_the_computed_ones_of_its_row():
    app = make()
    seen = rectangles(app)
    assert app.model.setData(cell(app, Kind.LOGIT, 3), "-5")
    assert seen == [(3, 1, 3, 1)]
    seen.clear()
    app.evaluator.flush()
    assert seen == [(3, 2, 3, app.model.columnCount() - 1)]


def test_edits_before_one_evaluation_repaint_all_their_rows():
    app = make()
    for row in (1, 3):
        app.model.setData(cell(app, Kind.LOGIT, row), "1")
    seen = rectangles(app)
    app.evaluator.flush()
    assert [(top, bottom) for top, _, bottom, _ in seen] == [(1, 3)]


def test_no_edit_of_a_cell_resets_the_model(qtbot):
    app = make()
    with qtbot.assertNotEmitted(app.model.modelReset), qtbot.assertNotEmitted(app.model.layoutChanged):
        app.model.setData(cell(app, Kind.LOGIT, 0), "1")
        app.document.set_format(FLOAT16, "format")
        app.evaluator.flush()


def test_a_new_format_shows_the_logits_as_it_holds_them():
    app = make(binary=BinaryProblem(logits=[70000.0, 0.1], target=[0, 1]))
    assert cell(app, Kind.LOGIT, 0).data() == "70000"
    app.document.set_format(FLOAT16, "format")
    app.evaluator.flush()
    assert cell(app, Kind.LOGIT, 0).data() == "inf"
    assert cell(app, Kind.LOGIT, 0).data(Edit) == "70000.0"
    assert "typed as 70000.0" in cell(app, Kind.LOGIT, 0).data(Qt.ToolTipRole)


@pytest.mark.parametrize("text", ["inf", "-inf", "nan", "1e38", "-0.0", "1e-46"])
def test_what_is_not_an_ordinary_number_is_a_legal_logit(text):
    app = make()
    assert app.model.setData(cell(app, Kind.LOGIT, 0), text)
    np.testing.assert_equal(app.document.binary.logits[0], float(text))
    app.evaluator.flush()
    assert app.refusals == []


@pytest.mark.parametrize("text", ["abc", "", "1,5", "2 3", "−"])
def test_a_refused_logit_keeps_the_old_one_and_names_the_cell(text):
    app = make()
    before = app.document.binary
    assert not app.model.setData(cell(app, Kind.LOGIT, 2), text)
    assert app.document.binary is before
    assert len(app.refusals) == 1
    assert app.refusals[0].startswith("Row 3, logit: expected a number")
    assert "got" in app.refusals[0]


@pytest.mark.parametrize("text", ["3", "-1", "0.5", "cat"])
def test_a_refused_class_says_which_are_legal(text):
    app = make("multiclass")
    assert not app.model.setData(cell(app, Kind.TARGET, 1), text)
    assert app.refusals == [f"Row 2, target: expected a class 0 to 2 or ignore_index -100, got '{text}'"]


def test_a_logit_of_a_class_is_named_in_refusal_and_undo():
    app = make("multiclass")
    app.model.setData(cell(app, Kind.LOGIT, 0, index=2), "x")
    assert app.refusals[0].startswith("Row 1, logit of class 2:")
    app.model.setData(cell(app, Kind.LOGIT, 0, index=2), "4")
    assert app.document.undo_stack.undoText() == "Set logit of class 2 of row 1"
    assert app.document.multiclass.logits[0, 2] == 4.0


def test_computed_cells_cannot_be_edited():
    app = make()
    index = cell(app, Kind.LOSS, 0, key="binary_exact")
    assert not index.flags() & Qt.ItemIsEditable
    assert not app.model.setData(index, "1")


def test_undo_and_redo_bring_the_numbers_back():
    app = make()
    app.model.setData(cell(app, Kind.LOGIT, 0), "3")
    app.document.undo_stack.undo()
    app.evaluator.flush()
    assert cell(app, Kind.LOGIT, 0).data() == "-200"
    assert cell(app, Kind.LOSS, 0, key="bce_sigmoid").data() == "100"
    app.document.undo_stack.redo()
    app.evaluator.flush()
    assert cell(app, Kind.LOGIT, 0).data() == "3"


def test_rows_come_and_go_without_a_reset(qtbot):
    app = make()
    with qtbot.assertNotEmitted(app.model.modelReset):
        app.document.remove_rows("binary", [0, 3], "remove")
        assert app.model.rowCount() == 3
        assert cell(app, Kind.LOSS, 0, key="bce_sigmoid").data() == "…"
        app.evaluator.flush()
        assert cell(app, Kind.LOSS, 0, key="bce_sigmoid").data() == "100"
        app.document.undo_stack.undo()
        app.evaluator.flush()
    assert app.model.rowCount() == 5
    assert cell(app, Kind.LOGIT, 3).data() == "0.5"


def test_another_problem_has_its_own_columns():
    app = make("multiclass")
    app.document.replace_problem("multiclass", MulticlassProblem(logits=np.zeros((2, 7)), target=[0, 6]), "x")
    app.evaluator.flush()
    assert sum(column.kind is Kind.LOGIT for column in app.model.columns) == 7
    assert cell(app, Kind.LOSS, 1, key="cross_entropy").data() == "1.94591"


def test_class_probabilities_have_a_column_a_class():
    probabilities = MulticlassProblem(logits=np.zeros((1, 2)), target=[[0.25, 0.75]])
    app = make("multiclass", multiclass=probabilities)
    assert [cell(app, Kind.TARGET, 0, index=i).data() for i in (0, 1)] == ["0.25", "0.75"]
    assert app.model.setData(cell(app, Kind.TARGET, 0, index=0), "0.5")
    assert app.document.multiclass.target.tolist() == [[0.5, 0.75]]


def test_a_binary_weight_has_a_column_that_comes_and_goes():
    app = make()
    app.document.set_options("binary", "weight", weight=np.full(5, 2.0))
    app.evaluator.flush()
    assert app.model.setData(cell(app, Kind.WEIGHT, 0), "3")
    assert app.document.binary.weight.tolist() == [3, 2, 2, 2, 2]
    app.document.undo_stack.undo()
    app.document.undo_stack.undo()
    app.evaluator.flush()
    assert all(column.kind is not Kind.WEIGHT for column in app.model.columns)


def test_cells_are_reset_to_0_in_one_step():
    app = make("multiclass")
    width = app.model.columnCount()
    app.model.clear_cells((range(2), column) for column in range(width))
    assert not app.document.multiclass.logits[:2].any()
    assert app.document.multiclass.target.tolist() == [0, 0, -100]
    app.document.undo_stack.undo()
    assert app.document.multiclass.logits[1, 0] == 200.0


def test_the_other_pages_results_are_passed_over():
    app = make()
    before = app.model.snapshot
    app.model.show_evaluation(evaluate(app.document.multiclass))
    assert app.model.snapshot is before


def test_results_of_an_edited_problem_are_passed_over():
    app = make()
    late = evaluate(app.document.binary)
    app.document.remove_rows("binary", [0], "remove")
    app.model.show_evaluation(late)
    assert app.model.snapshot.evaluation is None


def test_regimes_of_the_snapshot_carry_their_errors():
    problem = BinaryProblem(logits=[-200.0], target=[1.0])
    evaluation = evaluate(problem)
    columns = columns_of(problem, formulas_of("binary"))
    loss = next(c for c in columns if c.kind is Kind.LOSS and c.formula.key == "bce_sigmoid")
    judged = Snapshot(problem, evaluation).judged(loss)
    assert judged.regime(0) is Regime.CLAMPED
    assert judged.errors(0)[2] == 100.0


def test_a_model_has_no_children():
    app = make()
    assert app.model.rowCount(app.model.index(0, 0)) == 0
    assert app.model.columnCount(app.model.index(0, 0)) == 0
    assert app.model.flags(QModelIndex()) == Qt.NoItemFlags


def test_a_typed_text_is_read_once(monkeypatch):
    app = make()
    read = []
    parse = problem_model.parse_cell
    monkeypatch.setattr(problem_model, "parse_cell", lambda *typed: read.append(typed[0]) or parse(*typed))
    app.model.setData(cell(app, Kind.LOGIT, 0), "3")
    assert read == ["3"]
    app.evaluator.flush()
