"""What every test stands on: no display, no settings of the user's, nothing left behind."""

from __future__ import annotations

import gc
import itertools
import os
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Before Qt is imported: the platform plugin and the standard paths are read once.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
_HOME = tempfile.TemporaryDirectory(prefix="logitscope-tests-")
for _name in ("CONFIG", "STATE", "DATA", "CACHE"):
    os.environ[f"XDG_{_name}_HOME"] = str(Path(_HOME.name) / _name.lower())

REFREEZE_AFTER = 16
"""GUI tests. Freezing after each would keep its window, which fixtures still hold, for good."""

_gui_tests = itertools.count()

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["logitscope"]


@pytest.fixture(scope="session")
def qapp(qapp_args: list[str]) -> object:
    """The application of all tests: standard paths in test mode, the theme that pictures have."""
    from PySide6.QtCore import QStandardPaths
    from PySide6.QtWidgets import QApplication

    from gui.services.theme import Theme

    QStandardPaths.setTestModeEnabled(True)
    application = QApplication.instance() or QApplication(qapp_args)
    application.setApplicationName("logitscope-tests")
    application.setCursorFlashTime(0)
    Theme(application).choose("light")
    gc.freeze()  # what is loaded by now: the collection after every test does not walk through it
    return application


@pytest.fixture(autouse=True)
def every_drag_is_seen() -> None:
    """Pyqtgraph thins mouse moves by the clock, which swallows synthetic drags."""
    if "pyqtgraph" in sys.modules:
        sys.modules["pyqtgraph"].setConfigOption("mouseRateLimit", 0)


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a GUI test that leaves a window, a running timer or a thread.

    Autouse fixtures are set up before `qtbot` and so look again after it has closed its widgets.
    """
    if not {"qtbot", "qapp"} & set(request.fixturenames):
        yield
        return
    application = request.getfixturevalue("qapp")
    from PySide6.QtCore import QEvent, QThread, QTimer

    # A window that only a cycle holds must not be freed while the next one is painted.
    gc.disable()
    if next(_gui_tests) % REFREEZE_AFTER == 0:
        # What modules and caches have gathered since: walked through once, and not after every test.
        gc.collect()
        gc.freeze()
    windows = set(application.topLevelWidgets())
    threads = set(threading.enumerate())
    started: list[weakref.ref[QTimer | QThread]] = []

    def recording(kind: type[QTimer | QThread]) -> None:
        start = kind.start

        def record(self, *arguments: object) -> None:
            started.append(weakref.ref(self))
            start(self, *arguments)

        monkeypatch.setattr(kind, "start", record)

    recording(QTimer)
    recording(QThread)
    yield
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    application.processEvents()
    gc.collect()
    gc.enable()
    left = [repr(w) for w in application.topLevelWidgets() if w not in windows and w.isVisible()]
    left += [repr(t) for t in threading.enumerate() if t not in threads and not t.daemon]
    left += [repr(each) for each in _still_active(started)]
    assert not left, f"the test left behind: {', '.join(left)}"


def _still_active(started: list[weakref.ref]) -> list[object]:
    from shiboken6 import isValid

    alive = [each for each in (ref() for ref in started) if each is not None and isValid(each)]
    return [each for each in alive if (each.isActive() if hasattr(each, "isActive") else each.isRunning())]
