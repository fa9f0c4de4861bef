"""The findings bar: quiet where nothing is wrong, short where something is, in full on request."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from gui.findings.findings_bar import FindingsBar
from PySide6.QtCore import Qt

from engine import BinaryProblem, MulticlassProblem, evaluate, findings
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.findings.finding_words import _titles, finding_lines
from gui.session.problem_file import read_problem_file

PRESETS = Path(__file__).resolve().parents[3] / "resources" / "presets"
SOUND = BinaryProblem(logits=[-1.5, 2.5, 1.0], target=[0, 1, 1])
OUTSIDE = BinaryProblem(logits=[-1.5, 2.5, 1.0], target=[0, 2, -1])


@pytest.fixture
def opened(qtbot):
    def open_bar(binary):
        document = Document(binary, MulticlassProblem(logits=np.eye(2), target=[0, 1]))
        evaluator, selection = Evaluator(document), Selection(document)
        bar = FindingsBar(document, selection, evaluator)
        qtbot.addWidget(bar)
        bar.resize(900, 30)
        evaluator.flush()
        return SimpleNamespace(bar=bar, document=document, evaluator=evaluator, selection=selection)

    return open_bar


def test_a_sound_problem_has_no_bar(opened):
    app = opened(SOUND)
    assert app.bar.lines == ()
    assert app.bar.isHidden()


def test_a_doubtful_target_has_one_line_with_its_rows(opened):
    app = opened(OUTSIDE)
    assert not app.bar.isHidden()
    assert app.bar.summary.text() == app.bar.lines[0].text
    texts = [line.text for line in app.bar.lines]
    assert "Target outside [0, 1] · rows 2, 3" in texts
    assert app.bar.unfold.text() == f"{len(texts)} findings"


def test_the_bar_comes_and_goes_with_the_numbers(opened):
    app = opened(SOUND)
    app.document.set_cells("binary", "target", (1,), 2.0, "x")
    app.evaluator.flush()
    assert not app.bar.isHidden()
    app.document.undo_stack.undo()
    app.evaluator.flush()
    assert app.bar.isHidden()


def test_a_click_selects_the_first_row(qtbot, opened):
    app = opened(OUTSIDE)
    app.bar.show()
    app.bar.unfold.setChecked(True)
    keys = [line.key for line in app.bar.lines]
    item = app.bar.list.item(keys.index("target_outside"))
    qtbot.mouseClick(app.bar.list.viewport(), Qt.LeftButton, pos=app.bar.list.visualItemRect(item).center())
    assert app.selection.place("binary").row == 1


def test_the_summary_goes_to_the_first_row_too(qtbot, opened):
    app = opened(BinaryProblem(logits=[1.0, -2.5, 20.0], target=[1, 0, 0]))
    app.bar.show()
    assert app.bar.summary.text() == "Logarithm clamped at -100 · BCELoss(sigmoid(z)) · row 3"
    qtbot.mouseClick(app.bar.summary, Qt.LeftButton)
    assert app.selection.place("binary").row == 2


def test_the_details_are_whole_sentences_of_the_line_that_is_read(qtbot, opened):
    app = opened(OUTSIDE)
    app.bar.show()
    app.bar.unfold.click()
    keys = [line.key for line in app.bar.lines]
    app.bar.list.setCurrentRow(keys.index("target_outside"))
    assert "PyTorch does not check this" in app.bar.details.toPlainText()
    app.document.set_cells("binary", "target", (0,), 3.0, "x")
    app.evaluator.flush()
    assert app.bar.list.currentItem().data(Qt.UserRole) == "target_outside"
    assert "3 of 3 rows" in app.bar.details.toPlainText()


def test_a_large_problem_is_looked_at_when_the_edits_pause(qtbot, opened):
    rows = 30_000
    app = opened(SOUND)
    large = BinaryProblem(logits=np.linspace(-5, 5, rows), target=np.full(rows, 2.0))
    app.bar.show_evaluation(evaluate(large))
    assert app.bar.lines == ()
    qtbot.waitUntil(lambda: bool(app.bar.lines))
    assert f"{rows} rows from row 1" in "".join(line.text for line in app.bar.lines)


@pytest.mark.parametrize("path", sorted(PRESETS.glob("*.json")), ids=lambda path: path.stem)
def test_every_finding_of_every_preset_has_a_title_and_a_sentence(path):
    found = findings(evaluate(read_problem_file(path).problem))
    assert {each.key for each in found} <= set(_titles())
    for line in finding_lines(found):
        assert line.text != line.key
        assert line.details
        assert "{" not in line.details
