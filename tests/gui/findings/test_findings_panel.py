"""The findings: quiet where nothing is wrong, one line in the status, all of them with reasons in a list."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine import BinaryProblem, MulticlassProblem, evaluate, findings
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.findings.current_findings import CurrentFindings
from gui.findings.finding_words import _titles, finding_lines
from gui.findings.findings_panel import FindingsPanel
from gui.findings.status_words import status_words
from gui.session.problem_file import read_problem_file

PRESETS = Path(__file__).resolve().parents[3] / "resources" / "presets"
SOUND = BinaryProblem(logits=[-1.5, 2.5, 1.0], target=[0, 1, 1])
OUTSIDE = BinaryProblem(logits=[-1.5, 2.5, 1.0], target=[0, 2, -1])


@pytest.fixture
def opened(qtbot):
    def open_panel(binary):
        document = Document(binary, MulticlassProblem(logits=np.eye(2), target=[0, 1]))
        evaluator, selection = Evaluator(document), Selection(document)
        current = CurrentFindings(evaluator)
        panel = FindingsPanel(current, selection)
        qtbot.addWidget(panel)
        panel.resize(900, 160)
        panel.show()

        def follow():
            evaluator.flush()
            current.look()

        follow()
        return SimpleNamespace(
            panel=panel, current=current, document=document, selection=selection, follow=follow
        )

    return open_panel


def test_a_sound_problem_has_no_lines_and_says_so(opened):
    app = opened(SOUND)
    assert app.panel.lines == ()
    assert app.panel.list.count() == 0
    assert app.panel.details.placeholderText()
    assert status_words(app.current.found).mark == "right"


def test_a_doubtful_target_has_one_line_with_its_rows(opened):
    texts = [line.text for line in opened(OUTSIDE).panel.lines]
    assert "Target outside [0, 1] · rows 2, 3" in texts


def test_lines_come_and_go_with_the_numbers_and_are_counted(qtbot, opened):
    app = opened(SOUND)
    counts = []
    app.panel.count_changed.connect(counts.append)
    app.document.set_cells("binary", "target", (1,), 2.0, "x")
    app.follow()
    assert app.panel.lines
    app.document.undo_stack.undo()
    app.follow()
    assert app.panel.lines == ()
    assert app.panel.details.toPlainText() == ""
    assert counts[0] > 0
    assert counts[-1] == 0


def test_a_click_selects_the_first_row(qtbot, opened):
    app = opened(OUTSIDE)
    listed = app.panel.list
    keys = [line.key for line in app.panel.lines]
    place = listed.visualItemRect(listed.item(keys.index("target_outside"))).center()
    qtbot.mouseClick(listed.viewport(), Qt.LeftButton, pos=place)
    assert app.selection.place("binary").row == 1


def test_the_findings_are_read_round_and_round(opened):
    app = opened(BinaryProblem(logits=[1.0, -2.5, 20.0], target=[1, 0, 0]))
    assert app.panel.lines[0].text == "Logarithm clamped at -100 · BCELoss(sigmoid(z)) · row 3"
    app.panel.next_finding(0)
    assert app.selection.place("binary").row == 2
    seen = []
    for _ in app.panel.lines:
        app.panel.next_finding(1)
        seen.append(app.panel.list.currentRow())
    assert sorted(seen) == list(range(len(app.panel.lines)))
    app.panel.next_finding(-1)
    assert app.panel.list.currentRow() == len(app.panel.lines) - 1


def test_the_details_are_whole_sentences_of_the_line_that_is_read(opened):
    app = opened(OUTSIDE)
    keys = [line.key for line in app.panel.lines]
    app.panel.list.setCurrentRow(keys.index("target_outside"))
    assert "PyTorch does not check this" in app.panel.details.toPlainText()
    app.document.set_cells("binary", "target", (0,), 3.0, "x")
    app.follow()
    assert app.panel.list.currentItem().data(Qt.UserRole) == "target_outside"
    assert "3 of 3 rows" in app.panel.details.toPlainText()


def test_a_large_problem_is_looked_at_when_the_edits_pause(qtbot, opened):
    rows = 30_000
    app = opened(SOUND)
    large = BinaryProblem(logits=np.linspace(-5, 5, rows), target=np.full(rows, 2.0))
    app.current.follow(evaluate(large))
    assert app.panel.lines == ()
    qtbot.waitUntil(lambda: bool(app.panel.lines))
    assert f"{rows} rows from row 1" in "".join(line.text for line in app.panel.lines)


@pytest.mark.parametrize("path", sorted(PRESETS.glob("*.json")), ids=lambda path: path.stem)
def test_the_worst_of_every_preset_is_said_in_one_line(path):
    found = findings(evaluate(read_problem_file(path).problem))
    words = status_words(found)
    assert words.kind
    assert words.text.endswith(".")
    assert "{" not in words.text
    assert "\n" not in words.text
    assert words.more == max(0, len(finding_lines(found)) - 1)


def test_the_worst_finding_of_a_row_is_the_first_that_is_about_it(opened):
    app = opened(BinaryProblem(logits=[1.0, -2.5, 20.0], target=[1, 0, 0]))
    assert app.current.of_row(2).key == "clamped"
    assert app.current.of_row(0) is None


@pytest.mark.parametrize("path", sorted(PRESETS.glob("*.json")), ids=lambda path: path.stem)
def test_every_finding_of_every_preset_has_a_title_and_a_sentence(path):
    found = findings(evaluate(read_problem_file(path).problem))
    assert {each.key for each in found} <= set(_titles())
    for line in finding_lines(found):
        assert line.text != line.key
        assert line.details
        assert "{" not in line.details
