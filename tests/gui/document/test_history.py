"""The history: what it keeps, and the bound on its memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import BinaryProblem, MulticlassProblem
from gui.document.document import Document
from gui.document.edits import InsertRows, ReplaceProblem, Rows, SetCells, SetOptions
from gui.document.history import History, array_bytes

ROWS = 2000
STEP = 2 * ROWS * 8
"""Bytes of a step that sets every logit: the old ones and the new ones."""


def new_document(limit=None, rows=ROWS):
    document = Document(
        BinaryProblem(logits=np.arange(rows), target=np.zeros(rows)),
        MulticlassProblem(logits=np.zeros((rows, 3)), target=np.zeros(rows), class_names=("a", "b", "c")),
    )
    if limit is not None:
        document._history = History(document, limit)
    return document


def set_logits(document, value, gesture=None):
    document.set_cells("binary", "logits", (slice(None),), value, f"set {value}", gesture)


def steps(document):
    stack = document.undo_stack
    return [stack.text(number) for number in range(stack.count())]


def test_the_oldest_steps_are_forgotten_and_the_others_come_back(qtbot):
    document = new_document(limit=3 * STEP)
    for value in range(10):
        set_logits(document, float(value))
    assert steps(document) == ["set 7.0", "set 8.0", "set 9.0"]
    for value in (8.0, 7.0, 6.0):
        document.undo_stack.undo()
        assert (document.binary.logits == value).all()
    assert not document.undo_stack.canUndo()
    while document.undo_stack.canRedo():
        document.undo_stack.redo()
    assert (document.binary.logits == 9.0).all()


def test_steps_of_several_edits_are_forgotten_as_a_whole_and_stay_one_step(qtbot):
    document = new_document(limit=5 * STEP)
    for name in ("first", "second"):
        with document.one_step(name):
            for value in range(3):
                set_logits(document, float(value))
    set_logits(document, 7.0)
    assert steps(document) == ["second", "set 7.0"]
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert (document.binary.logits == 2.0).all()
    assert not document.undo_stack.canUndo()
    document.undo_stack.redo()
    document.undo_stack.redo()
    assert (document.binary.logits == 7.0).all()


def test_the_newest_step_is_kept_however_large_it_is(qtbot):
    document = new_document(limit=1)
    set_logits(document, 1.0)
    set_logits(document, 2.0)
    assert steps(document) == ["set 2.0"]
    document.undo_stack.undo()
    assert (document.binary.logits == 1.0).all()


def test_a_gesture_goes_on_after_the_oldest_steps_were_forgotten(qtbot):
    document, drag = new_document(limit=2 * STEP), object()
    for value in range(3):
        set_logits(document, float(value))
    for value in range(10, 20):
        set_logits(document, float(value), drag)
    assert len(steps(document)) == 2
    document.undo_stack.undo()
    assert (document.binary.logits == 2.0).all()


@pytest.mark.parametrize("saved_after", range(5))
def test_the_saved_state_is_known_again_while_it_can_be_reached(qtbot, saved_after):
    document = new_document(limit=2 * STEP)
    for value in range(4):
        if value == saved_after:
            document.undo_stack.setClean()
        set_logits(document, float(value))
    if saved_after == 4:
        document.undo_stack.setClean()
    assert document.undo_stack.isClean() == (saved_after == 4)
    reached = [document.undo_stack.isClean()]
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
        reached.append(document.undo_stack.isClean())
    assert reached == [saved_after == number for number in (4, 3, 2)]


def test_a_forgotten_step_is_told_to_who_lists_them(qtbot):
    document = new_document(limit=2 * STEP)
    told = []
    telling = document.undo_stack.indexChanged.connect(lambda _: told.append(steps(document)))
    for value in range(3):
        set_logits(document, float(value))
    assert told[-1] == ["set 1.0", "set 2.0"]
    document.disconnect(telling)  # a QUndoStack tells even of its own destruction


def test_an_edit_is_applied_once_and_its_redo_gives_the_same(qtbot, monkeypatch):
    applied = []
    apply = SetCells.apply
    monkeypatch.setattr(SetCells, "apply", lambda edit, *given: applied.append(1) or apply(edit, *given))
    document = new_document()
    document.set_cells("binary", "logits", (0,), 5.0, "one")
    assert len(applied) == 1
    document.undo_stack.undo()
    assert document.binary.logits[0] == 0.0
    document.undo_stack.redo()
    assert document.binary.logits[0] == 5.0


def test_the_arrays_of_every_kind_of_edit_are_counted():
    values = np.zeros(ROWS)
    problem = BinaryProblem(logits=values, target=values)
    where = (np.arange(ROWS),)
    assert array_bytes(SetCells("binary", "logits", where, values, values, 0, 1)) == 24 * ROWS
    assert array_bytes(InsertRows("binary", 3, Rows({"logits": values, "target": values}))) == 16 * ROWS
    assert array_bytes(SetOptions("binary", {"weight": None}, {"weight": values})) == 8 * ROWS
    assert array_bytes(ReplaceProblem("binary", problem, problem)) == 32 * ROWS


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.floats(allow_nan=False)),
        st.tuples(st.just("insert"), st.integers(0, 3)),
        st.tuples(st.just("remove"), st.integers(0, 3)),
        st.tuples(st.just("undo"), st.just(0)),
        st.tuples(st.just("redo"), st.just(0)),
    ),
    max_size=25,
)


def act(document, step):
    kind, value = step
    if kind == "set":
        set_logits(document, value)
    elif kind == "insert":
        document.insert_rows("binary", value, Rows.of(document.binary, slice(0, 2)), "insert")
    elif kind == "remove":
        document.remove_rows("binary", [value], "remove")
    elif kind == "undo":
        document.undo_stack.undo()
    else:
        document.undo_stack.redo()


@given(STEPS)
def test_a_bounded_history_tells_the_end_of_the_same_story(work):
    bounded, free = new_document(20_000, rows=600), new_document(rows=600)
    for step in work:
        if step[0] == "undo" and not bounded.undo_stack.canUndo():
            continue
        act(bounded, step)
        act(free, step)
        assert np.array_equal(bounded.binary.logits, free.binary.logits)
        assert np.array_equal(bounded.binary.target, free.binary.target)
        known = steps(bounded)
        assert known == steps(free)[len(steps(free)) - len(known) :]


DOCUMENTS_LEFT_TO_THE_GARBAGE_COLLECTOR = """
import gc, random, weakref
gc.set_threshold(500, 2, 2)
from engine import BinaryProblem, MulticlassProblem
from gui.document.document import Document
chance, left = random.Random(1), []
binary = BinaryProblem(logits=[0.5], target=[1])
for _ in range(100):
    document = Document(binary, MulticlassProblem(logits=[[0.5, 1.0]], target=[0]))
    for value in range(12):
        step = chance.random()
        if step < 0.5:
            document.set_cells("binary", "logits", (0,), float(value), "set")
        elif step < 0.7:
            with document.one_step("three"):
                for more in range(3):
                    document.set_cells("binary", "logits", (0,), float(value + more), "set")
        else:
            document.undo_stack.undo()
    left.append(weakref.ref(document))
    del document
gc.collect()
assert not any(document() for document in left)
"""


def test_a_document_takes_its_history_along_when_it_is_garbage():
    subprocess.run(
        [sys.executable, "-c", DOCUMENTS_LEFT_TO_THE_GARBAGE_COLLECTOR],
        cwd=Path(__file__).parents[3],
        env=os.environ | {"MALLOC_PERTURB_": "165"},  # glibc overwrites what is freed: a second use shows
        check=True,
        timeout=60,
    )
