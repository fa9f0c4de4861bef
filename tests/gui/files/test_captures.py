"""A captured batch opens as its problem, with the verdict as its note; and the script that captures one."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication

from engine import BinaryProblem, MulticlassProblem, evaluate, watch_script
from gui.files.first_session import read_files, start_from
from gui.session.session_file import Session

CAPTURES = Path(__file__).resolve().parents[2] / "engine" / "captures"
SAMPLE = CAPTURES / "version-1.safetensors"


def kept() -> list[str]:
    return list(json.loads(zipfile.ZipFile(CAPTURES / "captures.zip").read("expected.json")))


def test_a_capture_opens_without_a_question_and_the_note_says_the_verdict(window):
    window.files.open_path(SAMPLE)
    problem = window.document.problem()
    assert isinstance(problem, MulticlassProblem)
    assert (problem.rows, problem.classes, problem.format.name) == (32, 4, "float32")
    assert window.selection.place().row == 5
    note = window.lesson_dock.notes.text.toPlainText()
    assert note.startswith("reproduced: nan, row 6, inf - inf in log_softmax: every class is at -inf")
    assert "step 20" in note
    window.actions_.undo.trigger()
    assert not window.lesson_dock.notes.is_told


def test_a_start_with_a_capture_shows_it_with_the_row_at_fault():
    start = start_from([SAMPLE])
    assert start.data is None
    assert start.session.front == "multiclass"
    assert start.session.places["multiclass"].row == 5


@pytest.mark.parametrize("name", kept()[::3])
def test_every_capture_becomes_a_problem_whose_rows_are_the_batchs(name, tmp_path):
    with zipfile.ZipFile(CAPTURES / "captures.zip") as archive:
        session = read_files([Path(archive.extract(name, tmp_path))])
    assert isinstance(session, Session)
    problem = session.problems[session.page].problem
    assert problem.rows == 24
    evaluate(problem)


def test_probabilities_come_back_as_logits_whose_sigmoid_they_are(tmp_path):
    expected = json.loads(zipfile.ZipFile(CAPTURES / "captures.zip").read("expected.json"))
    name = next(each for each, said in expected.items() if said[0].startswith("BCELoss gradient at 1"))
    with zipfile.ZipFile(CAPTURES / "captures.zip") as archive:
        path = Path(archive.extract(name, tmp_path))
    session = read_files([path])
    problem = session.problems[session.page].problem
    assert isinstance(problem, BinaryProblem)
    (row,) = expected[name][2]
    p = evaluate(problem).activation.astype(np.float64)
    assert p[row] == 1.0
    assert session.problems[session.page].look_at.startswith("reproduced: a gradient of ")


def test_the_script_is_copied_from_its_dialog(window, qtbot):
    code = window.session.code
    assert code.capture in code.actions
    code.capture.trigger()
    dialog = code.script_dialog
    qtbot.waitUntil(dialog.isVisible)
    with qtbot.waitSignal(dialog.copied):
        dialog.copy.click()
    text = QGuiApplication.clipboard().text()
    assert text.startswith(watch_script())
    compile(f"import sys\n\n{text}", "pasted", "exec")  # wherever in a script it stands
    dialog.close()
