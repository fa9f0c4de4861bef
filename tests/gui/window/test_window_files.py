"""The real window with files: its name, its close, what is dropped on it and what it starts with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QMessageBox

from engine import BinaryProblem, MulticlassProblem
from gui.files.first_session import first_session, start_from
from gui.services.autosave import LostWork, Slot
from gui.session.session_file import Session, session_pieces

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def session(tmp_path) -> Path:
    path = tmp_path / "session.json"
    binary = BinaryProblem(logits=[1.0, 2.0, 3.0], target=[0, 1, 0])
    multiclass = MulticlassProblem(logits=[[0.0, 1.0]], target=[0])
    path.write_text("".join(session_pieces(Session.of("binary", (binary, multiclass), {}))))
    return path


def edit(window) -> None:
    window.document.set_cells("binary", "logits", (0,), 7.5, "edit")


def test_the_title_names_the_file_and_marks_what_is_unsaved(window, session, qtbot):
    qtbot.waitUntil(lambda: window.windowTitle() == "Untitled[*]")
    window.files.open_path(session)
    assert window.windowTitle() == "session.json[*]"
    assert window.windowFilePath() == str(session)
    edit(window)
    assert window.isWindowModified()
    window.actions_.undo.trigger()
    assert not window.isWindowModified()


def test_cancel_keeps_the_window_and_discard_closes_it(qtbot, window):
    edit(window)
    window.close()
    assert window.isVisible()
    window.findChild(QMessageBox).button(QMessageBox.StandardButton.Cancel).click()
    assert window.isVisible()
    QApplication.processEvents()
    window.close()
    question = next(box for box in window.findChildren(QMessageBox) if box.isVisible())
    question.button(QMessageBox.StandardButton.Discard).click()
    assert not window.isVisible()


# PySide6 6.12 has another constructor, 6.11 has this one alone.
@pytest.mark.filterwarnings("ignore:.*QDragEnterEvent:DeprecationWarning")
def test_a_dropped_file_is_opened(window, session):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(session))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), copy, data, left, none)
    enter.ignore()
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPoint(9, 9), copy, data, left, none))
    assert window.document.binary.rows == 3


def test_plots_and_explanation_leave_drops_to_the_window(window):
    for panel in (window.plots, window.late.explanation):
        views = panel.findChildren(QAbstractScrollArea)
        assert views
        assert not any(view.acceptDrops() or view.viewport().acceptDrops() for view in views)


def test_lost_work_is_offered_in_the_place_of_the_sentence_and_blocks_nothing(window, session, tmp_path):
    slot = Slot(tmp_path / "1-dead.json")
    session.rename(slot.file)
    window.offer_recovery([LostWork(slot, 0.0)])
    edit(window)
    window.document.undo_stack.undo()
    bar = window.sentence.currentWidget()
    assert bar.isVisible()
    bar.recover_button.click()
    assert window.document.binary.rows == 3
    assert window.isWindowModified()
    assert not bar.isVisible()
    assert window.sentence.text.isVisible()


# -- the command line's file ----------------------------------------------------------------------------


def test_a_session_on_the_command_line_is_the_session(session):
    start = start_from([session])
    assert start.path == session
    assert start.session.problems["binary"].problem.rows == 3


def test_a_preset_on_the_command_line_takes_one_page(tmp_path):
    path = tmp_path / "one.json"
    path.write_text('{"page": "multiclass", "logits": [[0, 1]], "target": [1]}')
    start = start_from([path])
    assert start.path is None
    assert start.session.page == "multiclass"
    assert start.session.problems["multiclass"].problem.rows == 1
    assert start.session.problems["binary"].problem.rows == first_session().problems["binary"].problem.rows


def run_main(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_data_on_the_command_line_is_imported(tmp_path):
    np.savez(tmp_path / "a.npz", logits=np.eye(3), labels=np.arange(3))
    run = run_main(str(tmp_path / "a.npz"), "--screenshot", str(tmp_path / "a.png"))
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "a.png").exists()


@pytest.mark.parametrize(
    ("name", "said"), [("a.npz", "savez"), ("a.csv", "empty"), ("a.xyz", "expected a session")]
)
def test_a_file_that_cannot_be_imported_ends_with_one_line_and_status_2(tmp_path, name, said):
    (tmp_path / name).write_bytes(b"")
    run = run_main(str(tmp_path / name), "--screenshot", str(tmp_path / "a.png"))
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert said in run.stderr


def test_trouble_with_autosave_stays_in_the_status_line_until_it_works_again(window):
    window.evaluator.flush()
    window.late.current.look()
    worst = window.status.text.text
    window.session.keeper.autosave_trouble.emit("/full: No space left on device")
    edit(window)
    window.evaluator.flush()
    assert "No space left on device" in window.status.text.text
    assert not [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    window.actions_.undo.trigger()
    window.evaluator.flush()
    window.session.keeper.autosave_trouble.emit("")
    assert window.status.text.text == worst
