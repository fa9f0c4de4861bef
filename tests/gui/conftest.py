"""The real window on the tutorial's two problems."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from gui.app import first_problems, make_window
from gui.document.document import Document
from gui.services.settings import Settings
from gui.services.theme import Theme
from gui.start.command_line import Arguments
from gui.window.window import MainWindow

PATIENCE_MS = 60_000
"""How long a test waits for what must happen: a busy machine takes its time, and none fails for that."""


class PatientBot(QtBot):
    """pytest-qt's, which would give up after five seconds."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: object, *, timeout: int = PATIENCE_MS, **more: object) -> object:
        return super().waitSignal(signal, timeout=timeout, **more)

    def waitSignals(self, signals: object, *, timeout: int = PATIENCE_MS, **more: object) -> object:
        return super().waitSignals(signals, timeout=timeout, **more)


@pytest.fixture
def qtbot(qapp, request: pytest.FixtureRequest) -> PatientBot:
    return PatientBot(request)


def give_up_changes(window: MainWindow) -> None:
    """Close without being asked what becomes of unsaved changes."""
    window.document.undo_stack.setClean()


@pytest.fixture
def open_window(qtbot, qapp) -> Callable[..., MainWindow]:
    """Open the window as `main.py` does, with settings only where a test gives some."""

    def opened(settings: Settings | None = None, **said: object) -> MainWindow:
        problems, page = first_problems(Arguments(**said))
        document = Document(*problems)
        document.set_front(page)
        window = make_window(document, Theme(qapp), settings, Arguments(**({"theme": "light"} | said)))
        qtbot.addWidget(window, before_close_func=give_up_changes)
        with qtbot.waitSignal(window.completed):
            window.show()
        qtbot.waitExposed(window)
        window.late.current.look()  # which a moment later happens by itself
        return window

    return opened


@pytest.fixture
def window(open_window) -> MainWindow:
    return open_window(size=(1366, 738))
