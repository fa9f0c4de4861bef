"""Unexpected exceptions: printed, shown once with details to copy, and the window lives on."""

from __future__ import annotations

import sys
import threading

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from gui.services.error_dialog import MOST_REPORTS
from gui.services.errors import ErrorReporter


@pytest.fixture
def reporter(qtbot):
    made = ErrorReporter()
    yield made
    if made.dialog is not None:
        made.dialog.close()


def fail(message: str) -> None:
    raise RuntimeError(message)


def report(reporter: ErrorReporter, message: str) -> None:
    try:
        fail(message)
    except RuntimeError as error:
        reporter.report(type(error), error, error.__traceback__)


def test_an_exception_is_printed_and_shown_with_its_details(reporter, qtbot, capsys):
    report(reporter, "a wheel came off")
    assert reporter.dialog is None, "no dialog inside the failing call"
    qtbot.waitUntil(lambda: reporter.dialog is not None)
    assert reporter.dialog.isVisible()
    assert not reporter.dialog.isModal()
    details = reporter.dialog.details.toPlainText()
    assert "RuntimeError: a wheel came off" in details
    assert "in report" in details
    assert "RuntimeError: a wheel came off" in capsys.readouterr().err


def test_the_details_can_be_copied(reporter, qtbot, capsys):
    report(reporter, "copy me")
    qtbot.waitUntil(lambda: reporter.dialog is not None)
    reporter.dialog.copy_button.click()
    assert "RuntimeError: copy me" in QGuiApplication.clipboard().text()


def test_the_same_error_at_every_repaint_is_shown_once(reporter, qtbot, capsys):
    for _ in range(5):
        report(reporter, "again")
    report(reporter, "another")
    qtbot.waitUntil(
        lambda: reporter.dialog is not None and "another" in reporter.dialog.details.toPlainText()
    )
    assert reporter.dialog.details.toPlainText().count("RuntimeError: again") == 1


def test_a_flood_of_errors_is_cut(reporter, qtbot, capsys):
    for number in range(MOST_REPORTS + 10):
        report(reporter, f"error {number:03}")
    report(reporter, "last")
    qtbot.waitUntil(
        lambda: reporter.dialog is not None and "error 019" in reporter.dialog.details.toPlainText()
    )
    assert reporter.dialog.details.toPlainText().count("Traceback") == MOST_REPORTS


def test_a_closed_dialog_comes_back_for_the_next_error(reporter, qtbot, capsys):
    report(reporter, "first")
    qtbot.waitUntil(lambda: reporter.dialog is not None)
    reporter.dialog.reject()
    qtbot.waitUntil(lambda: reporter.dialog is None)
    report(reporter, "second")
    qtbot.waitUntil(lambda: reporter.dialog is not None)
    assert "first" not in reporter.dialog.details.toPlainText()


def test_an_error_in_another_thread_reaches_the_dialog(reporter, qtbot, capsys, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    reporter.install()

    thread = threading.Thread(target=fail, args=["from elsewhere"])
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: reporter.dialog is not None)
    assert "from elsewhere" in reporter.dialog.details.toPlainText()


def test_the_window_lives_on(reporter, qtbot, capsys):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    report(reporter, "behind a window")
    qtbot.waitUntil(lambda: reporter.dialog is not None)
    reporter.dialog.reject()
    assert window.isVisible()
    assert window.isEnabled()
