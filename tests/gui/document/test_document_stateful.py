"""Random work on a page: table, evaluation and undo history agree at every step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from same_bits import same_bits
from table_page import Page

from engine import FORMATS, BinaryProblem, MulticlassProblem, evaluate
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.services.numbers.number_text import parse_number
from gui.session.session_file import Session, parse_session, session_pieces
from gui.tables.editing.generate import Normal
from gui.tables.page_panel import PagePanel

NUMBERS = st.sampled_from([0.0, -0.0, 0.5, 1.0, 2.0, 17.0, -89.0, -200.0, 1e-46, np.inf, -np.inf, np.nan])
TEXTS = st.one_of(
    st.lists(NUMBERS, min_size=1, max_size=8).map(lambda numbers: "\n".join(map(repr, numbers))),
    st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=4).map(
        lambda rows: "\n".join(f"{a!r}\t{b!r}" for a, b in rows)
    ),
    st.lists(NUMBERS, min_size=1, max_size=4).map(lambda numbers: f"tensor({numbers!r})"),
    st.sampled_from(["", "1,5", "x\n1", "1\t2\n3", "[1, ..., 2]", "-100", "1\n2\n0\n1\n2\n0\n1"]),
)
PLACES = st.integers(0, 9)
MOST_ROWS = 30


def content(problem):
    """What a problem says, comparable: bits, options and names."""
    arrays = {name: getattr(problem, name, None) for name in ("logits", "target", "weight")}
    bits = tuple((None if a is None else (a.shape, a.dtype.str, a.tobytes())) for a in arrays.values())
    return bits, problem.format, problem.reduction, getattr(problem, "class_names", None)


class Work(RuleBasedStateMachine):
    """A person at one page, and a list of what the problem was after every step."""

    @initialize(page=st.sampled_from(["binary", "multiclass", "probabilities"]), rows=st.integers(0, 4))
    def begin(self, page, rows):
        binary = BinaryProblem(logits=np.arange(rows), target=np.ones(rows), weight=np.ones(rows))
        multiclass = MulticlassProblem(logits=np.arange(3.0 * rows).reshape(rows, 3), target=np.zeros(rows))
        if page == "probabilities":
            page, multiclass = "multiclass", multiclass.replace(target=np.full((rows, 3), 0.25))
        document = Document(binary, multiclass)
        document.set_page(page)
        self.evaluator = Evaluator(document)
        selection = Selection(document)
        panel = PagePanel(page, document, selection, self.evaluator)
        tester = QAbstractItemModelTester(panel.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        self.app = Page(panel, document, selection, self.evaluator, tester)
        self.stack = document.undo_stack
        self.states = [content(self.app.problem)]
        self.at = 0

    # -- what a person does -------------------------------------------------------------------------

    @rule(top=PLACES, left=PLACES, height=st.integers(1, 4), width=st.integers(1, 3))
    def select(self, top, left, height, width):
        rows, columns = self.app.model.rowCount(), self.app.model.columnCount()
        if rows:
            top, left = top % rows, left % columns
            self.app.select((top, left, min(top + height, rows) - 1, min(left + width, columns) - 1))

    @rule(place=PLACES, number=PLACES, value=NUMBERS | st.sampled_from(["", "1,5", "2", "-100", "x"]))
    def type(self, place, number, value):
        if self.app.model.rowCount():
            index = self.app.model.index(place % self.app.model.rowCount(), number % 7)
            self.app.model.setData(index, str(value))
            self.note()

    @rule(text=TEXTS)
    @precondition(lambda self: self.app.model.rowCount() < MOST_ROWS)
    def paste(self, text):
        self.app.paste(text)
        self.note()

    @rule(
        name=st.sampled_from(
            ["clear", "fill_down", "move_up", "move_down", "remove_rows", "next_failing", "select_rows"]
        )
    )
    def command(self, name):
        getattr(self.app.commands, name)()
        self.note()

    @rule(name=st.sampled_from(["copy", "cut", "copy_with_headers"]))
    def use_clipboard(self, name):
        getattr(self.app.clipboard, name)()
        self.note()

    @rule(name=st.sampled_from(["insert_above", "insert_below", "duplicate"]))
    @precondition(lambda self: self.app.model.rowCount() < MOST_ROWS)
    def grow(self, name):
        getattr(self.app.commands, name)()
        self.note()

    @rule(fresh=st.integers(0, 3))
    def generate(self, fresh):
        self.app.commands.generate(Normal(0.0, 4.0, 1), fresh, (0, 1))
        self.note()

    @rule(name=st.sampled_from(["add_class", "remove_class"]), title=st.sampled_from(["cat", "", "7"]))
    @precondition(lambda self: self.app.document.page == "multiclass" and self.app.problem.classes < 6)
    def change_classes(self, name, title):
        getattr(self.app.panel.editing.classes, name)()
        self.note()
        self.app.panel.editing.classes.rename_class(0, title)
        self.note()

    @rule(fmt=st.sampled_from(FORMATS))
    def choose_format(self, fmt):
        self.app.document.set_format(fmt, "format")
        self.note()

    @rule(number=PLACES, order=st.sampled_from(Qt.SortOrder))
    def sort(self, number, order):
        self.evaluator.flush()
        self.app.view.sortByColumn(number - 1, order)

    @rule()
    def undo(self):
        self.stack.undo()
        self.at = max(self.at - 1, 0)

    @rule()
    def redo(self):
        self.stack.redo()
        self.at = min(self.at + 1, len(self.states) - 1)

    @rule()
    def save_and_open(self):
        document = self.app.document
        saved = Session.of(document.page, (document.binary, document.multiclass), {})
        opened = parse_session("".join(session_pieces(saved)))
        binary, multiclass = (opened.problems[page].problem for page in ("binary", "multiclass"))
        document.load(binary, multiclass, opened.page)
        assert content(self.app.problem) == self.states[self.at]
        self.states, self.at = [self.states[self.at]], 0

    @rule()
    def evaluate_now(self):
        self.evaluator.flush()

    def note(self):
        """Remember the state after a command, which is one step or none."""
        assert self.stack.index() in {self.at, self.at + 1}
        if self.stack.index() == self.at:
            return
        self.at += 1
        self.states[self.at :] = [content(self.app.problem)]

    # -- what must hold -----------------------------------------------------------------------------

    @invariant()
    def the_history_leads_to_what_is_shown(self):
        assert (self.stack.index(), self.stack.count()) == (self.at, len(self.states) - 1)
        assert content(self.app.problem) == self.states[self.at]

    @invariant()
    def the_table_says_what_the_document_holds(self):
        model, problem = self.app.model, self.app.problem
        rows = model.order.rows(slice(None))
        assert sorted(rows.tolist()) == list(range(problem.rows))
        assert model.rowCount() == problem.rows
        for number, column in enumerate(model.columns):
            if column.field is None:
                continue
            values = getattr(problem, column.field)
            values = values if column.index is None else values[:, column.index]
            typed = [
                parse_number(model.index(p, number).data(Qt.ItemDataRole.EditRole)) for p in range(len(rows))
            ]
            rounded = problem.format.round
            if values.dtype.kind == "i":
                assert typed == values[rows].tolist()
            else:
                assert same_bits(rounded(np.array(typed, dtype=np.float64)), rounded(values[rows]))

    @invariant()
    def the_evaluation_is_that_of_the_problem(self):
        kept = self.evaluator.current()
        whole = evaluate(self.app.problem, formulas=self.app.document.formulas.of(self.app.document.page))
        assert kept.problem is self.app.problem
        for mine, theirs in zip(kept.columns, whole.columns, strict=True):
            assert same_bits(mine.loss, theirs.loss)
            assert same_bits(mine.gradient, theirs.gradient)
            np.testing.assert_array_equal(mine.regimes, theirs.regimes)
            assert repr(mine.ledger.value) == repr(theirs.ledger.value)

    @invariant()
    def the_selected_row_exists(self):
        row, rows = self.app.selection.place().row, self.app.problem.rows
        assert 0 <= row < max(rows, 1)
        if self.app.view.currentIndex().isValid():
            assert self.app.model.order.row(self.app.view.currentIndex().row()) == row

    def teardown(self):
        if hasattr(self, "app"):
            self.app.evaluator.close()
            self.app.panel.deleteLater()
            QGuiApplication.clipboard().clear()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.usefixtures("qapp")
class TestWork(Work.TestCase):
    settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
