"""The document: every change is one undoable step, and an illegal one changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from engine import FLOAT16, FLOAT32, BinaryProblem, MulticlassProblem, epsilon_in_log, evaluate
from gui.document.changes import CellsChanged, OptionsChanged, ProblemReplaced, RowsInserted, RowsRemoved
from gui.document.document import Document
from gui.document.edits import Rows
from gui.document.evaluator import LARGE, Evaluator
from gui.document.selection import Selection


@pytest.fixture
def document(qapp):
    binary = BinaryProblem(logits=[-2.0, -1.0, 0.0, 1.0, 2.0], target=[0, 1, 1, 0, 1])
    multiclass = MulticlassProblem(logits=np.arange(15.0).reshape(5, 3), target=[0, 1, 0, 2, 1])
    return Document(binary, multiclass)


@pytest.fixture
def changes(document):
    seen = []
    document.changed.connect(seen.append)
    return seen


def test_setting_a_cell_is_one_step_that_undo_takes_back(document, changes):
    document.set_cells("binary", "logits", (2,), -200.0, "set")
    assert document.binary.logits.tolist() == [-2, -1, -200, 1, 2]
    document.undo_stack.undo()
    assert document.binary.logits.tolist() == [-2, -1, 0, 1, 2]
    assert changes == [CellsChanged("binary", "logits", 2, 2)] * 2


def test_a_rectangle_of_cells_names_the_rows_it_spans(document, changes):
    document.set_cells("multiclass", "logits", (slice(1, 4), slice(0, 2)), [[7.0, 8.0]] * 3, "paste")
    assert document.multiclass.logits[1:4, :2].tolist() == [[7, 8]] * 3
    assert document.multiclass.logits[1:4, 2].tolist() == [5, 8, 11]
    assert changes == [CellsChanged("multiclass", "logits", 1, 3)]


def test_an_illegal_class_is_refused_and_nothing_changes(document, changes):
    before = document.multiclass
    with pytest.raises(ValueError, match=r"class index 0\.\.2 .* got 3 in row 2"):
        document.set_cells("multiclass", "target", (1,), 3, "set")
    assert document.multiclass is before
    assert document.undo_stack.count() == 0
    assert changes == []


def test_rows_scattered_over_the_table_go_in_one_step_and_come_back(document, changes):
    document.remove_rows("binary", [4, 0, 1], "remove")
    assert document.binary.logits.tolist() == [0, 1]
    assert changes == [RowsRemoved("binary", 4, 1), RowsRemoved("binary", 0, 2)]
    document.undo_stack.undo()
    assert document.binary.logits.tolist() == [-2, -1, 0, 1, 2]
    assert document.binary.target.tolist() == [0, 1, 1, 0, 1]
    assert document.undo_stack.count() == 1


def test_inserted_rows_carry_weights_along(document, changes):
    document.set_options("binary", "weigh", weight=np.arange(5.0))
    document.insert_rows("binary", 1, Rows.of(document.binary, slice(3, 5)), "duplicate")
    assert document.binary.weight.tolist() == [0, 3, 4, 1, 2, 3, 4]
    assert changes == [OptionsChanged("binary", frozenset({"weight"})), RowsInserted("binary", 1, 2)]


def test_steps_of_one_gesture_merge_and_steps_of_another_do_not(document):
    drag, next_drag = object(), object()
    for value in (1.5, 2.5, 3.5):
        document.set_cells("binary", "logits", (0,), value, "drag", gesture=drag)
    document.set_cells("binary", "logits", (0,), 9.0, "drag", gesture=next_drag)
    assert document.undo_stack.count() == 2
    document.undo_stack.undo()
    assert document.binary.logits[0] == 3.5
    document.undo_stack.undo()
    assert document.binary.logits[0] == -2.0


def test_the_format_is_chosen_for_both_pages_in_one_step(document):
    document.set_format(FLOAT16, "format")
    assert document.binary.format is document.multiclass.format is FLOAT16
    document.undo_stack.undo()
    assert document.binary.format is document.multiclass.format is FLOAT32


def test_choosing_what_is_chosen_already_is_no_step(document):
    document.set_format(FLOAT32, "format")
    document.set_reduction("mean", "reduction")
    document.set_options("multiclass", "options", label_smoothing=0.0, weight=None)
    assert document.undo_stack.count() == 0


def test_a_change_of_format_loses_no_typed_digit(document):
    document.set_cells("binary", "logits", (0,), 0.1, "set")
    document.set_format(FLOAT16, "format")
    assert float(document.binary.input[0]) == 0.0999755859375
    document.set_format(FLOAT32, "format")
    assert document.binary.logits[0] == 0.1


def test_loading_a_session_begins_a_new_history(document, changes):
    document.set_cells("binary", "logits", (0,), 1.0, "set")
    document.load(BinaryProblem(logits=[1.0], target=[1]), document.multiclass, "multiclass")
    assert document.page == "multiclass"
    assert not document.undo_stack.canUndo()
    assert changes[1:] == [ProblemReplaced("binary"), ProblemReplaced("multiclass")]


def test_a_burst_of_edits_is_evaluated_once(document, qtbot):
    evaluator = Evaluator(document)
    seen = []
    evaluator.evaluated.connect(seen.append)
    with qtbot.waitSignal(evaluator.evaluated):
        for value in range(100):
            document.set_cells("binary", "logits", (0,), float(value), "set")
    assert len(seen) == 1
    assert float(seen[0].problem.input[0]) == 99.0


def test_the_page_behind_is_evaluated_when_it_comes_to_the_front(document, qtbot):
    evaluator = Evaluator(document)
    document.set_cells("multiclass", "logits", (0, 0), 50.0, "set")
    with qtbot.waitSignal(evaluator.evaluated) as shown:
        document.set_page("multiclass")
    assert shown.args[0].problem is document.multiclass


def test_the_selection_follows_its_row_when_rows_come_and_go(document):
    selection = Selection(document)
    selection.select("binary", 3)
    document.insert_rows("binary", 0, Rows.of(document.binary, slice(0, 2)), "insert")
    assert selection.place("binary").row == 5
    document.undo_stack.undo()
    assert selection.place("binary").row == 3
    document.remove_rows("binary", [0, 1, 2, 3, 4], "remove all")
    assert selection.place("binary").row == 0


def test_the_moved_class_is_the_targets_until_one_is_chosen(document):
    selection = Selection(document)
    document.set_page("multiclass")
    selection.select("multiclass", 3)
    assert selection.moved_class() == 2
    selection.select("multiclass", 3, moved=1)
    assert selection.moved_class() == 1


def test_a_formula_added_by_the_user_is_evaluated_and_one_removed_is_not(document, qtbot):
    evaluator = Evaluator(document)
    with qtbot.waitSignal(evaluator.evaluated) as shown:
        document.show_formulas(document.formulas.with_added(epsilon_in_log(1e-7)))
    assert shown.args[0].columns[-1].formula.title == "log(p + 1e-07)"
    document.show_formulas(document.formulas.without("epsilon_in_log_1e-07"))
    assert "epsilon_in_log_1e-07" not in [c.formula.key for c in evaluator.current().columns]


def large_document():
    rng = np.random.default_rng(0)
    count = LARGE + 1
    return Document(
        BinaryProblem(logits=rng.normal(0, 6, count), target=np.ones(count)),
        MulticlassProblem(logits=[[0.0, 1.0]], target=[0]),
    )


def test_a_large_problem_is_evaluated_beside_the_gui(qtbot):
    document = large_document()
    evaluator = Evaluator(document)
    assert evaluator.ready() is None
    with qtbot.waitSignal(evaluator.evaluated) as shown:
        document.set_cells("binary", "target", (slice(None),), 0.0, "all")
        assert evaluator.ready() is None
    assert shown.args[0].problem is document.binary
    assert evaluator.ready() is shown.args[0]
    evaluator.close()


def test_single_rows_of_a_large_problem_can_be_had_at_once(qtbot):
    document = large_document()
    evaluator = Evaluator(document)
    with qtbot.waitSignal(evaluator.begun) as begun:
        assert evaluator.ready() is None
    assert evaluator.at_hand() is begun.args[0]
    assert not begun.args[0].is_complete
    part, at = evaluator.at_hand().of_row(5)
    assert part.column("bce_sigmoid").loss[at] == evaluate(document.binary).column("bce_sigmoid").loss[5]
    with qtbot.waitSignal(evaluator.evaluated) as shown:
        pass
    assert evaluator.at_hand() is shown.args[0]
    assert shown.args[0].is_complete
    evaluator.close()


@pytest.mark.parametrize("rows", [1, 3])
def test_an_edit_of_a_large_problem_evaluates_its_rows_alone(qtbot, rows):
    document = large_document()
    evaluator = Evaluator(document)
    evaluator.flush()
    before = evaluator.current()
    assert before.is_large
    document.set_cells("binary", "logits", (slice(7, 7 + rows),), -33.0, "edit")
    after = evaluator.ready()  # no worker: a few rows are put in place at once
    assert after.problem is document.binary
    whole = evaluate(document.binary)
    for mine, theirs in zip(after.columns, whole.columns, strict=True):
        np.testing.assert_array_equal(mine.loss, theirs.loss)
        np.testing.assert_array_equal(mine.regimes, theirs.regimes)
        assert repr(mine.ledger.value) == repr(theirs.ledger.value)
    kept = set(before.looks) - {0}
    assert {number for number in kept if after.looks[number] is before.looks[number]} == kept
    evaluator.close()


def test_another_large_problem_is_never_evaluated_by_whoever_asks_first(qtbot):
    document = large_document()
    asked = []
    document.changed.connect(lambda _: asked.append(evaluator.ready()))  # hears of it before the evaluator
    evaluator = Evaluator(document)
    evaluator.flush()
    problem = document.binary
    document.replace_problem("binary", problem.replace(logits=problem.logits + 1), "other")
    assert asked == [None]
    evaluator.close()


def test_whoever_asks_for_a_large_problem_is_sent_it(qtbot):
    evaluator = Evaluator(large_document())
    with qtbot.waitSignal(evaluator.evaluated):
        assert evaluator.ready() is None
    assert evaluator.ready() is not None
    evaluator.close()


def test_of_several_large_problems_only_the_newest_is_shown(qtbot):
    document = large_document()
    evaluator = Evaluator(document)
    seen = []
    evaluator.evaluated.connect(seen.append)
    for value in (0.0, 0.25, 0.5):
        document.set_cells("binary", "target", (slice(None),), value, "all")
        QApplication.processEvents()
    qtbot.waitUntil(lambda: bool(seen))
    evaluator.close()
    assert [evaluation.problem for evaluation in seen] == [document.binary]


def test_an_edit_of_a_large_table_evaluates_its_row_at_once():
    document = large_document()
    evaluator = Evaluator(document)
    before = evaluator.current()
    document.set_cells("binary", "logits", (7,), -89.0, "one")
    after = evaluator.ready()
    assert after is not None
    assert after.problem is document.binary
    changed = np.flatnonzero(after.exact.loss != before.exact.loss)
    assert changed.tolist() == [7]
    assert after.exact.loss.item(7) == 89.0


def test_an_edit_and_its_undo_give_the_numbers_there_were(document):
    evaluator = Evaluator(document)
    before = evaluator.current()
    document.set_cells("binary", "logits", (1,), 17.0, "one")
    evaluator.current()
    document.undo_stack.undo()
    np.testing.assert_array_equal(evaluator.current().exact.loss, before.exact.loss)


def test_who_hears_of_a_change_before_the_evaluator_is_told_the_truth(document, qtbot):
    asked = []
    document.changed.connect(lambda _: asked.append(evaluator.current()))  # connected first
    evaluator = Evaluator(document)
    document.set_page("multiclass")
    evaluator.flush()
    document.set_cells("multiclass", "logits", (1, 0), 40.0, "set")
    document.set_cells("multiclass", "logits", (2, 0), -40.0, "set")
    two_classes = MulticlassProblem(logits=np.zeros((7, 2)), target=[0] * 7)
    document.replace_problem("multiclass", two_classes, "replace")
    assert [len(each.exact.loss) for each in asked] == [5, 5, 7]
    for each in asked:
        assert np.array_equal(each.exact.loss, evaluate(each.problem).exact.loss)
    assert evaluator.current() is asked[-1]


def test_an_edited_problem_that_an_undo_brings_back_is_evaluated_as_a_whole(document, qtbot):
    is_asking = False

    def ask(_change):  # hears of it before the evaluator
        if is_asking:
            evaluator.current()

    document.changed.connect(ask)
    evaluator = Evaluator(document)
    evaluator.flush()
    document.set_cells("binary", "logits", (2,), -200.0, "set")
    evaluator.flush()
    document.replace_problem("binary", BinaryProblem(logits=np.zeros(8), target=np.zeros(8)), "replace")
    evaluator.flush()
    is_asking = True
    document.undo_stack.undo()
    assert evaluator.current().problem is document.binary
    assert len(evaluator.current().activation) == 5


def test_a_step_of_the_users_taken_back_while_others_are_on_loan_changes_the_users_alone(document):
    own, others = document.multiclass, MulticlassProblem(logits=[[0.0, 1.0]], target=[0])
    document.set_cells("multiclass", "logits", (4, 2), 7.0, "set")
    document.set_sample(replace(document.sample, number=5.0), "sample")
    document.lend(document.binary, others, "binary")
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.multiclass is others
    assert np.array_equal(document.own_problem("multiclass").logits, own.logits)
    assert document.own_sample.number == 17.0
    document.undo_stack.redo()
    document.take_back()
    assert document.multiclass.logits[4, 2] == 7.0
    assert document.sample.number == 17.0
    assert (document.undo_stack.index(), document.undo_stack.count()) == (1, 2)


def test_a_sample_set_while_others_are_on_loan_is_no_step_of_the_users(document):
    document.lend(document.binary, document.multiclass, "binary")
    document.set_sample(replace(document.sample, number=5.0), "sample")
    assert document.undo_stack.count() == 0
    document.undo_group.activeStack().undo()
    assert document.sample.number == 17.0


@pytest.mark.parametrize("front", ["binary", "multiclass"])
def test_where_both_problems_are_replaced_the_row_selected_in_front_always_exists(document, front):
    document.set_page(front)
    selection, seen = Selection(document), []
    for page in ("binary", "multiclass"):
        selection.select(page, 4)
    selection.changed.connect(lambda _: seen.append(selection.place().row < document.problem().rows))
    one = (BinaryProblem(logits=[0.0], target=[1]), MulticlassProblem(logits=[[0.0, 1.0]], target=[0]))
    document.lend(*one, front)
    assert seen == [True, True]
