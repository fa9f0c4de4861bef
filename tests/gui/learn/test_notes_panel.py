"""The notes: each page's own, for as long as its problem is there; else words on what will stand there."""

from __future__ import annotations

import numpy as np
import pytest

from engine import BinaryProblem, MulticlassProblem
from gui.document.document import Document
from gui.learn.notes_panel import MOST_COMPARED, NotesPanel
from gui.session.problem_file import ProblemFile

BINARY = BinaryProblem(logits=[1.0, np.nan], target=[0.0, 1.0])
MULTICLASS = MulticlassProblem(logits=np.eye(2), target=[0, 1])
NOTE = ProblemFile("Clamped", "Look at row 1.", BINARY, "Failures")
LONG = ProblemFile("Long", "Look. " * 200, MULTICLASS, "Others")


@pytest.fixture
def panel(qtbot):
    document = Document(BINARY, MULTICLASS)
    panel = NotesPanel(document)
    panel.test_document = document
    qtbot.addWidget(panel)
    panel.resize(700, 140)
    panel.show()
    return panel


def opened(panel, note):
    panel.test_document.replace_problem(note.problem.family, note.problem, "open")
    panel.show_note(note)


def test_without_a_note_it_says_what_will_stand_there(panel):
    assert panel.empty.isVisible()
    assert panel.empty.text() == "Open a preset: its note stands here."
    assert not panel.text.isVisible()


def test_a_note_has_its_title_group_and_text(panel):
    opened(panel, NOTE)
    assert not panel.empty.isVisible()
    assert (panel.title.text(), panel.group.text()) == ("Clamped", "Failures")
    assert panel.text.toPlainText() == "Look at row 1."


def test_each_page_keeps_its_own_note(panel):
    opened(panel, NOTE)
    opened(panel, LONG)
    assert panel.title.text() == "Clamped"
    panel.test_document.set_page("multiclass")
    assert panel.title.text() == "Long"
    panel.test_document.set_page("binary")
    assert panel.title.text() == "Clamped"


def test_the_first_edit_is_told_without_moving_anything(panel, qtbot):
    opened(panel, NOTE)
    qtbot.waitUntil(lambda: panel.title.width() >= panel.title.sizeHint().width())
    places = (panel.title.geometry(), panel.text.geometry())
    assert not panel.edited.isVisible()
    panel.test_document.set_cells("binary", "logits", (0,), 3.0, "x")
    panel.grab()
    assert panel.edited.isVisible()
    assert (panel.title.geometry(), panel.text.geometry()) == places
    panel.test_document.set_cells("binary", "logits", (0,), 1.0, "x")
    assert not panel.edited.isVisible()  # by its numbers, nan among them


def test_a_large_problem_is_known_by_being_the_same_alone(panel):
    rows = MOST_COMPARED + 1
    large = BinaryProblem(logits=np.zeros(rows), target=np.zeros(rows))
    opened(panel, ProblemFile("Large", "Look.", large))
    assert not panel.edited.isVisible()
    panel.test_document.set_cells("binary", "logits", (0,), 0.0, "x")
    assert panel.edited.isVisible()


def test_a_note_that_is_too_long_scrolls_and_is_wrapped(panel):
    opened(panel, LONG)
    panel.test_document.set_page("multiclass")
    panel.grab()
    assert panel.text.verticalScrollBar().maximum() > 0
    assert panel.text.horizontalScrollBar().maximum() == 0
    assert panel.rect().contains(panel.text.geometry())


def test_a_problem_without_a_note_clears_the_place(panel):
    opened(panel, NOTE)
    opened(panel, ProblemFile("Own", "", BINARY.replace(logits=[2.0, 3.0])))
    assert panel.empty.isVisible()
    assert not panel.is_told
    panel.test_document.undo_stack.undo()
    assert panel.empty.isVisible()
