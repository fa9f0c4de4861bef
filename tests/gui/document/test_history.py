"""The history: what it keeps, and the bound on its memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import BFLOAT16, BinaryProblem, MulticlassProblem
from gui.document.changes import PAGES
from gui.document.document import Document
from gui.document.edits import InsertRows, RemoveRows, ReplaceProblem, Rows, SetCells, SetOptions
from gui.document.history import History
from gui.document.spill import Spilled, SpillFile, array_bytes

ROWS = 2000
"""Rows of an edit that is worth the disk: 16 kB an array."""


def new_document(limit=None, rows=4):
    document = Document(
        BinaryProblem(logits=np.arange(rows), target=np.zeros(rows)),
        MulticlassProblem(logits=np.zeros((rows, 3)), target=np.zeros(rows), class_names=("a", "b", "c")),
    )
    if limit is not None:
        document._history = History(document.undo_stack, limit)
    return document


def commands(document):
    return list(document._history._commands())


def set_logits(document, value):
    document.set_cells("binary", "logits", (slice(None),), value, f"set {value}")


def test_old_steps_go_to_the_disk_and_come_back(qtbot):
    step = 2 * ROWS * 8
    document = new_document(limit=3 * step, rows=ROWS)
    for value in range(10):
        set_logits(document, float(value))
    assert [command.memory > 0 for command in commands(document)] == [False] * 7 + [True] * 3
    assert sum(command.memory for command in commands(document)) <= 3 * step
    for value in reversed(range(9)):
        document.undo_stack.undo()
        assert (document.binary.logits == value).all()
    document.undo_stack.undo()
    assert (document.binary.logits == np.arange(ROWS)).all()
    while document.undo_stack.canRedo():
        document.undo_stack.redo()
    assert (document.binary.logits == 9.0).all()
    assert sum(command.memory for command in commands(document)) <= 3 * step


def test_steps_inside_a_macro_are_bounded_too(qtbot):
    document = new_document(limit=1, rows=ROWS)
    with document.one_step("three"):
        for value in range(3):
            set_logits(document, float(value))
    set_logits(document, 7.0)
    assert [command.memory > 0 for command in commands(document)] == [False, False, False, True]
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert (document.binary.logits == np.arange(ROWS)).all()


def test_the_newest_step_stays_in_memory_however_large_it_is(qtbot):
    document = new_document(limit=1, rows=ROWS)
    set_logits(document, 1.0)
    assert commands(document)[-1].memory > 0


def test_small_steps_are_not_worth_the_disk(qtbot):
    document = new_document(limit=1)
    for value in range(3):
        document.set_cells("binary", "logits", (0,), value, "one cell")
    assert not any(isinstance(command._edit, Spilled) for command in commands(document))


def test_a_full_disk_keeps_the_step_in_memory(qtbot, monkeypatch):
    def full(**_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    document = new_document(limit=1, rows=ROWS)
    for value in range(3):
        set_logits(document, float(value))
    document.undo_stack.undo()
    assert (document.binary.logits == 1.0).all()


def test_a_new_session_forgets_the_file(qtbot):
    document = new_document(limit=1, rows=ROWS)
    for value in range(3):
        set_logits(document, float(value))
    assert document._history._file._file is not None
    document.load(document.binary, document.multiclass, "binary")
    assert document._history._file._file is None
    set_logits(document, 4.0)
    set_logits(document, 5.0)
    document.undo_stack.undo()
    assert (document.binary.logits == 4.0).all()


def edits():
    values = np.random.default_rng(1).normal(size=ROWS)
    rows = Rows({"logits": values, "target": np.zeros(ROWS)})
    binary = BinaryProblem(logits=values, target=values, weight=values, pos_weight=2.0, format=BFLOAT16)
    classes = MulticlassProblem(
        logits=values.reshape(-1, 2), target=np.zeros(ROWS // 2), class_names=("x", "y"), ignore_index=1
    )
    where = (np.arange(ROWS), 0)
    return {
        "cells": SetCells("multiclass", "logits", where, values, -values, 0, ROWS - 1),
        "inserted": InsertRows("binary", 3, rows),
        "removed": RemoveRows("binary", 3, rows),
        "options": SetOptions("binary", {"weight": None}, {"weight": values}),
        "replaced": ReplaceProblem("multiclass", classes, classes.replace(ignore_index=-1)),
        "binary": ReplaceProblem("binary", binary, binary),
    }


def same(one, other):
    """Whether two values agree to the bit, down to their arrays."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one.view("u8"), other.view("u8"))
    if isinstance(one, tuple | dict):
        items = one.items() if isinstance(one, dict) else enumerate(one)
        return type(one) is type(other) and all(same(item, other[name]) for name, item in items)
    if hasattr(one, "__dataclass_fields__"):
        return type(one) is type(other) and all(
            same(getattr(one, name), getattr(other, name)) for name in one.__dataclass_fields__
        )
    return one == other


@pytest.mark.parametrize("name", list(edits()))
def test_every_edit_survives_the_disk_to_the_bit(name):
    edit = edits()[name]
    spilled = SpillFile().write(edit)
    assert isinstance(spilled, Spilled)
    assert same(spilled.read(), edit)


def test_formats_stay_themselves():
    read = SpillFile().write(edits()["binary"]).read()
    assert read.old.format is BFLOAT16


def test_bytes_are_counted_in_old_and_new():
    assert array_bytes(edits()["options"]) == 8 * ROWS
    assert array_bytes(edits()["inserted"]) == 16 * ROWS


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


def act(app, step):
    kind, value = step
    document = app.document
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
def test_a_bounded_history_tells_the_same_story_as_an_unbounded_one(steps):
    bounded, free = (SimpleNamespace(document=new_document(limit, rows=600)) for limit in (20_000, None))
    for step in steps:
        act(bounded, step)
        act(free, step)
        for page in PAGES:
            one, other = bounded.document.problem(page), free.document.problem(page)
            assert np.array_equal(one.logits, other.logits)
            assert np.array_equal(one.target, other.target)


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
