"""The findings: quiet where nothing is wrong, one line in the status, all of them with reasons in a list."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontInfo, QGuiApplication

from engine import (
    CATALOGUE,
    FINDING_KEYS,
    BinaryProblem,
    MulticlassProblem,
    Role,
    evaluate,
    findings,
    formulas_of,
)
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.findings.current_findings import CurrentFindings
from gui.findings.finding_words import TITLES, finding_lines
from gui.findings.findings_panel import FindingsPanel
from gui.findings.reproduction import MOST_NUMBERS, reproduction
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
        panel.grab()  # everything laid out
        return SimpleNamespace(
            panel=panel, current=current, document=document, selection=selection, follow=follow
        )

    return open_panel


def test_a_sound_problem_has_no_lines_and_says_so(opened):
    app = opened(SOUND)
    assert app.panel.lines == ()
    assert app.panel.list.count() == 0
    assert not app.panel.list.isVisible()
    assert app.panel.empty.isVisible()
    assert app.panel.empty.text() == "Nothing found: every formula is within its rounding."
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
    assert app.panel.lines[0].text == "BCELoss(sigmoid(z)) is clamped · row 3"
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
    assert f"rows 1, 2, 3, 4, 5 and {rows - 5} more" in "".join(line.text for line in app.panel.lines)


def finding(app, key):
    app.panel.list.setCurrentRow([line.key for line in app.panel.lines].index(key))
    return app.panel.line


BROKEN = BinaryProblem(logits=[1.51, 17.0, -20.0, -200.0, 18.0], target=[0, 0, 0, 1, 0])


def test_a_finding_about_one_formula_says_what_it_is(opened):
    app = opened(BROKEN)
    titles = [(line.title, line.about, line.mark) for line in app.panel.lines]
    assert ("BCELoss(sigmoid(z)) is clamped", "rows 2, 4, 5", "beware") in titles
    assert ("BCEWithLogitsLoss(z) gives 0", "row 3", "note") in titles


def test_a_finding_about_several_formulas_names_them_beside_its_rows():
    evaluation = evaluate(BROKEN, formulas=tuple(f for f in CATALOGUE if f.family == "binary"))
    found = next(each for each in findings(evaluation) if each.key == "clamped")
    (line,) = finding_lines([found, found._replace(formula="binary_scratch", rows=(0, 1))])
    assert line.title == "Logarithm clamped at -100"
    assert line.about == "BCELoss(sigmoid(z)), scratch · rows 1, 2, 4, 5"


def test_the_detail_tells_cause_rows_evidence_and_change(opened):
    app = opened(BROKEN)
    finding(app, "clamped")
    text = app.panel.details.toPlainText()
    places = [text.index(word) for word in ("Cause", "Rows", "Evidence", "Change")]
    assert places == sorted(places)
    assert "rows 2, 4, 5: 3 of 5" in text
    assert app.panel.details.accessibleDescription() == text


def test_of_many_rows_five_are_named(opened):
    app = opened(BinaryProblem(logits=np.full(9, 20.0), target=np.zeros(9)))
    finding(app, "clamped")
    assert "rows 1, 2, 3, 4, 5 and 4 more: 9 of 9" in app.panel.details.toPlainText()


def test_the_replacement_line_is_copied(qtbot, opened):
    app = opened(BROKEN)
    said = []
    app.panel.message.connect(said.append)
    line = finding(app, "clamped")
    assert app.panel.change.code.toPlainText() == line.code
    assert QFontInfo(app.panel.change.code.font()).fixedPitch() or app.panel.change.code.font().fixedPitch()
    qtbot.mouseClick(app.panel.change.copy, Qt.LeftButton)
    assert QGuiApplication.clipboard().text() == line.code
    assert said == ["Copied: the replacement line"]


def test_go_to_row_steps_through_the_rows_round_and_round(qtbot, opened):
    app = opened(BROKEN)
    finding(app, "clamped")
    seen = []
    for _ in range(4):
        qtbot.mouseClick(app.panel.change.go, Qt.LeftButton)
        seen.append(app.selection.place("binary").row)
    assert seen == [1, 3, 4, 1]


def test_a_finding_about_the_whole_problem_leads_to_no_row(opened):
    app = opened(BinaryProblem(logits=[], target=[]))
    finding(app, "empty_batch")
    assert not app.panel.change.go.isEnabled()
    assert "Rows" not in app.panel.details.toPlainText()


@pytest.mark.parametrize("weight", [None, [1.0, 2.0, 3.0, 4.0, 5.0]])
def test_the_reproduction_is_a_script_of_the_findings_rows(qtbot, opened, weight):
    app = opened(BROKEN.replace(weight=weight))
    said = []
    app.panel.message.connect(said.append)
    finding(app, "clamped")
    qtbot.mouseClick(app.panel.change.reproduce, Qt.LeftButton)
    assert said == ["Copied: a PyTorch script of 3 rows"]
    script = QGuiApplication.clipboard().text()
    assert "z = torch.tensor([17.0, -200.0, 18.0], dtype=torch.float32)" in script
    assert ("weight = torch.tensor([2.0, 4.0, 5.0]" in script) == (weight is not None)
    assert 'show("BCELoss(sigmoid(z))"' in script


def test_the_reproduction_of_very_many_rows_holds_the_first(opened):
    rows = 2 * MOST_NUMBERS
    problem = BinaryProblem(logits=np.full(rows, 20.0), target=np.zeros(rows))
    script, count = reproduction(evaluate(problem), range(rows))
    assert count == MOST_NUMBERS
    assert f"rows: {MOST_NUMBERS}" in script


@pytest.mark.parametrize(("width", "points"), [(1350, 9), (1350, 13.5), (660, 9), (1100, 9), (2000, 18)])
def test_everything_has_its_place_and_no_button_is_cut(opened, width, points):
    app = opened(BROKEN)
    font = app.panel.font()
    font.setPointSizeF(points)
    app.panel.setFont(font)
    app.panel.resize(width, 280)
    app.panel.grab()
    parts = (app.panel.list, app.panel.details, app.panel.change)
    places = [part.geometry() for part in parts]
    for number, place in enumerate(places):
        assert app.panel.rect().contains(place)  # nothing scrolls at these sizes
        assert not any(place.intersects(other) for other in places[:number])
    assert places[0].left() < places[1].left() <= places[2].left()
    change = app.panel.change
    for button in (change.copy, change.go, change.reproduce):
        assert button.width() >= button.sizeHint().width()
        assert change.rect().contains(button.geometry())
    assert app.panel.list.horizontalScrollBar().maximum() == 0


def test_findings_that_come_and_go_move_nothing(opened):
    app = opened(BROKEN)

    def places():
        parts = (app.panel.list, app.panel.details, app.panel.change)
        return [part.geometry() for part in parts]

    before = places()
    for logit in (np.nan, np.inf, 3.0, -1e5, 17.0):
        app.document.set_cells("binary", "logits", (0,), logit, "x")
        app.follow()
        assert places() == before


def test_what_is_hidden_counts_and_is_shown_later(opened):
    app = opened(SOUND)
    counts = []
    app.panel.count_changed.connect(counts.append)
    app.panel.hide()
    app.document.set_cells("binary", "target", (1,), 2.0, "x")
    app.follow()
    assert counts == [len(app.panel.lines)]
    app.panel.show()
    assert app.panel.list.count() == counts[0]
    assert app.panel.details.toPlainText()


def test_every_part_is_named_for_a_screen_reader(opened):
    panel = opened(BROKEN).panel
    for part in (panel, panel.list, panel.details, panel.change.code):
        assert part.accessibleName()
    assert panel.list.item(0).text() == panel.lines[0].text


@pytest.mark.parametrize("path", sorted(PRESETS.glob("*.json")), ids=lambda path: path.stem)
def test_the_worst_of_every_preset_is_said_in_one_line(path):
    found = findings(evaluate(read_problem_file(path).problem))
    words = status_words(found)
    assert words.kind
    assert words.text.endswith(".")
    assert "{" not in words.text
    assert "\n" not in words.text
    assert words.more == max(0, len(finding_lines(found)) - 1)


@pytest.mark.parametrize(
    ("problem", "kind", "of"),
    [
        (BinaryProblem(logits=[17.0], target=[0]), "inf", "scratch is inf in row 1, so its mean is inf."),
        (BinaryProblem(logits=[17.0], target=[1]), "nan", "scratch is nan in row 1, so its mean is nan."),
        (
            BinaryProblem(logits=[17.0, 0.0], target=[0, 1], reduction="none"),
            "inf",
            "scratch is inf in row 1.",
        ),
        (MulticlassProblem(logits=[[0.0, 200.0]], target=[0]), "inf", "NLLLoss(log(softmax(z))) is inf"),
        (BinaryProblem(logits=[np.nan, 17.0], target=[0, 0]), "input not finite", "nan logit in row 1"),
    ],
)
def test_the_worst_counts_formulas_that_are_not_pytorch_s_after_those_that_are(problem, kind, of):
    evaluation = evaluate(problem)
    found = findings(evaluation)
    words = status_words(found, evaluation)
    assert words.kind == kind
    assert words.text.startswith(of)
    others = of.startswith("scratch")
    assert words.row == (0 if others else None)
    assert words.more == len(finding_lines(found)) - (not others)


def test_hidden_formulas_do_not_speak_in_the_status_line():
    problem = BinaryProblem(logits=[17.0], target=[0])
    shown = formulas_of("binary", roles=frozenset({Role.PYTORCH, Role.EXACT}))
    evaluation = evaluate(problem, formulas=shown)
    assert status_words(findings(evaluation), evaluation).kind == "clamped"


def test_the_worst_finding_of_a_row_is_the_first_that_is_about_it(opened):
    app = opened(BinaryProblem(logits=[1.0, -2.5, 20.0], target=[1, 0, 0]))
    assert app.current.of_row(2).key == "clamped"
    assert app.current.of_row(0) is None


def test_every_sort_of_finding_has_a_title():
    assert set(TITLES) == set(FINDING_KEYS)


def test_a_nan_batch_ends_with_the_line_that_names_its_rows():
    line = finding_lines(findings(evaluate(BinaryProblem(logits=[np.nan, 1.0], target=[1.0, 0.0]))))[0]
    assert line.cause[0].startswith("nan logit in row 1: every mean is nan")
    assert line.code == "assert torch.isfinite(logits).all(), (~torch.isfinite(logits)).nonzero()"


def test_a_weight_that_no_row_meets_is_said_to_meet_none():
    problem = MulticlassProblem(logits=[[1.0, 0.0]], target=[0], weight=[1.0, np.inf])
    assert "meets no row" in finding_lines(findings(evaluate(problem)))[0].evidence[0]


@pytest.mark.parametrize("path", sorted(PRESETS.glob("*.json")), ids=lambda path: path.stem)
def test_every_finding_of_every_preset_has_a_title_and_a_sentence(path):
    found = findings(evaluate(read_problem_file(path).problem))
    assert {each.key for each in found} <= set(TITLES)
    for line in finding_lines(found):
        assert line.text != line.key
        assert line.cause
        assert line.change
        assert line.code
        assert "{" not in "".join((line.title, line.about, *line.cause, *line.evidence, *line.change))


def test_the_window_says_what_was_copied_and_the_first_finding_is_read_first(qtbot, window):
    window.actions_.next_finding.trigger()
    qtbot.waitUntil(lambda: window.docks.in_sight("findings"))
    panel = window.late.findings
    assert panel.list.currentRow() == 0
    window.actions_.next_finding.trigger()
    assert panel.list.currentRow() == 1
    qtbot.mouseClick(panel.change.copy, Qt.LeftButton)
    assert window.status.currentMessage() == "Copied: the replacement line"


def test_the_line_says_what_follows_and_what_to_do():
    nan = evaluate(MulticlassProblem(logits=[[1, np.nan], [0, 1]], target=[0, 1]))
    assert status_words(findings(nan), nan).text == (
        "nan logit in row 1: every mean is nan. Look for what made it before the loss."
    )


def test_the_line_of_a_refused_call_says_what_is_refused():
    refused = evaluate(BinaryProblem(logits=[1, 2], target=[-100, 1]))
    assert status_words(findings(refused), refused).text.startswith(
        "BCELoss(sigmoid(z)): PyTorch refuses the whole call: "
    )


@pytest.mark.parametrize(("bad", "at"), [(np.nan, 2), (np.inf, 1)])
def test_a_finding_leads_to_the_class_whose_logit_is_unsound(opened, bad, at):
    app = opened(SOUND)
    logits = np.zeros((4, 3))
    logits[3, at] = bad
    problem = MulticlassProblem(logits=logits, target=[0, 0, 0, 0])
    app.document.replace_problem("multiclass", problem, "paste")
    app.document.set_page("multiclass")
    app.follow()
    app.panel.show_finding(0)
    place = app.selection.place("multiclass")
    assert (place.row, place.moved) == (3, at)
