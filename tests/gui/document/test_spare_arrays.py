"""Memory of arrays that edits have replaced is written over only where nobody looks at it any more."""

from __future__ import annotations

import random

import numpy as np
import pytest

from engine import BinaryProblem, MulticlassProblem
from gui.document import evaluator, spare_arrays
from gui.document.document import Document
from gui.document.edits import Rows
from gui.document.evaluator import Evaluator
from gui.document.spare_arrays import SpareArrays


@pytest.fixture(autouse=True)
def _all_is_large(monkeypatch):
    monkeypatch.setattr(spare_arrays, "LARGE_BYTES", 0)


def document_of(rows: int) -> Document:
    logits = np.arange(rows * 3, dtype=np.float64).reshape(rows, 3)
    return Document(
        BinaryProblem(logits=[0.0], target=[0.0]), MulticlassProblem(logits=logits, target=np.zeros(rows))
    )


def test_an_array_that_nobody_holds_is_written_over():
    spares, shown = SpareArrays(), np.zeros((16, 3))
    before = np.ones((16, 3))
    before.setflags(write=False)
    place = before.ctypes.data
    spares.keep(before, shown)
    del before
    assert not spares.needs_one_for(shown)
    given = spares.empty((15, 3), shown.dtype)
    assert given.ctypes.data == place
    assert given.shape == (15, 3)
    assert given.flags.writeable


@pytest.mark.parametrize("hold", [lambda array: array, lambda array: array[2:5], lambda array: array.T])
def test_an_array_that_somebody_looks_at_is_left(hold):
    spares, shown = SpareArrays(), np.zeros((16, 3))
    before = np.ones((16, 3))
    held = hold(before)
    spares.keep(before, shown)
    del before
    spares.empty((16, 3), shown.dtype)[...] = 7.0
    assert (held == 1.0).all()


def test_nothing_is_kept_for_arrays_of_another_shape():
    spares = SpareArrays()
    spares.keep(np.ones((16, 3)), np.ones((16, 4)))
    assert spares.needs_one_for(np.ones((16, 4)))


def test_the_second_edit_takes_the_memory_of_the_first(qapp):
    document = document_of(20)
    document.set_cells("multiclass", "logits", (0, 0), 1.0, "")
    first = document.multiclass.logits.ctypes.data
    document.set_cells("multiclass", "logits", (0, 0), 2.0, "")
    document.set_cells("multiclass", "logits", (0, 0), 3.0, "")
    assert document.multiclass.logits.ctypes.data == first


@pytest.mark.parametrize("seed", range(3))
def test_whoever_holds_a_problem_never_sees_it_change(qapp, seed):
    document, chance = document_of(40), random.Random(seed)
    held: list[tuple[MulticlassProblem, np.ndarray]] = []
    for _ in range(120):
        rows, deed = document.multiclass.rows, chance.randrange(5)
        if deed == 0:
            document.set_cells("multiclass", "logits", (chance.randrange(rows), 1), chance.random(), "")
        elif deed == 1 and rows > 30:
            document.remove_rows("multiclass", [chance.randrange(rows)], "")
        elif deed == 2:
            row = Rows({"logits": np.full((1, 3), chance.random()), "target": np.ones(1, dtype=np.int64)})
            document.insert_rows("multiclass", chance.randrange(rows + 1), row, "")
        elif deed == 3:
            document.undo_stack.undo()
        else:
            document.undo_stack.redo()
        if chance.random() < 0.5:
            held.append((document.multiclass, document.multiclass.logits.copy()))
        if len(held) > 3:
            held.pop(0)
        for problem, logits in held:
            np.testing.assert_array_equal(problem.logits, logits)
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    np.testing.assert_array_equal(document.multiclass.logits.ravel(), np.arange(120.0))


def test_memory_for_the_first_edit_of_a_large_table_is_made_ready(qtbot, monkeypatch):
    monkeypatch.setattr(evaluator, "CALM_MS", 0)
    document = document_of(7000)
    document.set_page("multiclass")
    follower = Evaluator(document)
    logits = document.multiclass.logits
    assert document.spares.needs_one_for(logits)
    assert follower.ready() is None
    spares, like = document.spares, (logits.shape, logits.dtype)
    qtbot.waitUntil(lambda: spares._free(*like) is not None)  # the worker, too, has let go of it
    ready = spares._kept[0].ctypes.data
    document.set_cells("multiclass", "logits", (0, 0), 9.0, "")
    assert document.multiclass.logits.ctypes.data == ready
    np.testing.assert_array_equal(document.multiclass.logits[1:], logits[1:])
    follower.close()
