"""Malformed files at File > Open: a clear line each time, nothing changed, and bounded memory.

A thousand by default; `LOGITSCOPE_THOROUGH=1` makes it ten thousand.
"""

from __future__ import annotations

import os
import random
import tracemalloc
from collections import Counter

import pytest
from hostile_files import LARGE, hostile_file
from PySide6.QtWidgets import QWidget

from engine import BinaryProblem, MulticlassProblem
from engine.data import fault_of, no_progress, read_problem, suggested
from gui.document.document import Document
from gui.document.selection import Selection
from gui.files.data_words import error_words, fault_words
from gui.files.files import Files
from gui.files.first_session import Found
from gui.files.recent_menu import RecentMenu
from gui.session.session_keeper import SessionKeeper

FILES = 10_000 if os.environ.get("LOGITSCOPE_THOROUGH") else 1_000
BATCHES = 10

LONGEST_MESSAGE = 500
"""Characters, the path included."""

BASE_BYTES, TIMES = 12 * 2**20, 40
"""Memory that opening a file may take: this much, and this many times the file."""


class QuietFiles(Files):
    """Imports what a person who only presses Enter would."""

    def import_data(self, found: Found) -> None:
        file = found.files
        choice = suggested(file.entries, found.looked.values, file.options)
        fault = fault_of(choice, file.entries)
        said = "" if fault is None else fault_words(fault)
        try:
            if fault is None:
                fmt = self._document.problem().format
                problem = read_problem(file, choice, fmt, no_progress, found.looked.whole)
                self._was_imported(file.paths, problem)
        except ValueError as error:
            said = error_words(error)
        if said:
            self.message.emit(f"{file.path}: {said}")


@pytest.fixture
def opener(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    document = Document(
        BinaryProblem(logits=[0.5], target=[1]), MulticlassProblem(logits=[[0.5, 1.0]], target=[0])
    )
    keeper = SessionKeeper(document, Selection(document))
    files = QuietFiles(document, keeper, RecentMenu("recent", None, window), window)
    yield files, document
    files.close()


def open_and_judge(qtbot, files, document, path) -> str:
    """Open a file and say how it went: refused, or harmless after all."""
    before = (document.binary, document.multiclass, document.page, document.undo_stack.count())
    messages: list[str] = []
    files.message.connect(messages.append)
    try:
        files.open_path(path)
        qtbot.waitUntil(lambda: not files.busy)
    finally:
        files.message.disconnect(messages.append)
    said = [message for message in messages if not message.startswith("Reading ")]
    if not said:
        assert (document.binary, document.multiclass) != before[:2]
        document.undo_stack.setClean()
        return "harmless"
    assert (document.binary, document.multiclass, document.page, document.undo_stack.count()) == before
    (message,) = said
    assert message.startswith(str(path)) or path.name in message
    assert len(message) - len(str(path)) < LONGEST_MESSAGE, message
    assert message.isprintable(), message
    return "refused"


@pytest.fixture
def traced():
    tracemalloc.start()
    yield
    tracemalloc.stop()


def judged_within_bounds(qtbot, opener, path, content: bytes) -> str:
    path.write_bytes(content)
    tracemalloc.reset_peak()
    held = tracemalloc.get_traced_memory()[0]
    verdict = open_and_judge(qtbot, *opener, path)
    peak = tracemalloc.get_traced_memory()[1] - held
    assert peak <= BASE_BYTES + TIMES * len(content), (path.suffix, content[:200])
    return verdict


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_malformed_file_changes_nothing_and_is_explained(qtbot, opener, tmp_path, traced, batch):
    draw = random.Random(f"hostile {batch}")
    verdicts: Counter[str] = Counter()
    for _ in range(FILES // BATCHES):
        suffix, content = hostile_file(draw)
        verdicts[judged_within_bounds(qtbot, opener, tmp_path / f"file{suffix}", content)] += 1
    assert verdicts["refused"] > 3 * verdicts["harmless"]


@pytest.mark.parametrize(("_name", "suffix", "made"), LARGE, ids=[name for name, *_ in LARGE])
def test_a_file_made_to_fill_the_memory_is_refused(qtbot, opener, tmp_path, traced, _name, suffix, made):
    assert judged_within_bounds(qtbot, opener, tmp_path / f"file{suffix}", made()) == "refused"
