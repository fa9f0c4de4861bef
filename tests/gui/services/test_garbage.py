"""Garbage is collected by the event loop's clock alone."""

from __future__ import annotations

import gc
import weakref

import pytest

from gui.services import garbage
from gui.services.garbage import GarbageCollector


class Held:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector(qapp, monkeypatch):
    monkeypatch.setattr(garbage, "INTERVAL_MS", 10)
    gc.collect()
    gc.enable()
    made = GarbageCollector()
    yield made
    made.deleteLater()


def test_python_collects_no_longer_by_itself(collector):
    held = weakref.ref(Held())
    _ = [Held() for _ in range(5 * gc.get_threshold()[0])]
    assert not gc.isenabled()
    assert held() is not None


def test_the_event_loop_collects_what_is_due(qtbot, collector):
    held = weakref.ref(Held())
    many = [Held() for _ in range(2 * gc.get_threshold()[0])]
    qtbot.waitUntil(lambda: held() is None)
    assert all(each.itself is each for each in many)


def test_little_is_left_for_later(qtbot, collector):
    held = weakref.ref(Held())
    with qtbot.waitSignals([collector._timer.timeout] * 3):
        pass
    assert held() is not None
