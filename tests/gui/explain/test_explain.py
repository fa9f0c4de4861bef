"""The explanation of a row: each formula's steps, where it breaks, and how far it ends from the truth."""

import re
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QLabel

from engine import (
    CATALOGUE,
    FIRST_TRY,
    FLOAT32,
    BinaryProblem,
    GradientRegime,
    MulticlassProblem,
    Regime,
    Role,
    evaluate,
    stabilisers_of,
)
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.explain.card_layout import MAY_BREAK
from gui.explain.card_text import card_text
from gui.explain.cards import Line, cards_of
from gui.explain.explain_panel import ExplainPanel
from gui.services.resources import PRESETS
from gui.session.problem_file import read_problem_file


def card_of(problem, key, row=0, moved=None):
    return next(c for c in cards_of(evaluate(problem), row, moved) if c.formula.key == key)


@pytest.mark.parametrize(
    ("logit", "target", "key", "breaks_at", "regime"),
    [
        (-200.0, 1.0, "bce_sigmoid", "p", Regime.CLAMPED),
        (-200.0, 1.0, "binary_scratch", "p", Regime.INFINITE),
        (17.0, 1.0, "binary_scratch", "p", Regime.NAN),
        (-20.0, 0.0, "binary_scratch", "one_minus_p", Regime.UNDERFLOWED),
        (-200.0, 1.0, "bce_with_logits", None, Regime.EXACT),
    ],
)
def test_a_card_marks_the_step_at_which_the_format_gives_out(logit, target, key, breaks_at, regime):
    card = card_of(BinaryProblem(logits=[logit], target=[target]), key)
    assert [line.name for line in card.lines if line.breaks] == ([breaks_at] if breaks_at else [])
    assert card.regime is regime


def test_a_card_ends_with_the_loss_the_table_shows():
    problem = BinaryProblem(logits=[-20.0, 3.0], target=[0.0, 1.0])
    column = evaluate(problem).column("bce_sigmoid")
    card = card_of(problem, "bce_sigmoid", row=1)
    assert card.lines[-1].value == (float(column.loss[1]),) == (card.loss,)


def test_a_dead_gradient_is_named_beside_the_true_one():
    card = card_of(BinaryProblem(logits=[-50.0], target=[1.0]), "bce_sigmoid")
    assert card.gradient_regime is GradientRegime.DEAD
    assert card.gradient == pytest.approx(-1.92875e-10, rel=1e-5)
    assert card.true_gradient == -1.0


def test_an_infinite_logit_marks_no_step_since_the_input_itself_is_infinite():
    card = card_of(BinaryProblem(logits=[np.inf], target=[1.0]), "bce_with_logits")
    assert not any(line.breaks for line in card.lines)
    assert card.regime is Regime.NAN


def test_a_multiclass_card_shows_a_number_a_class_and_the_moved_classs_gradient():
    problem = MulticlassProblem(logits=[[1.0, 2.0, 3.0]], target=[0])
    card = card_of(problem, "cross_entropy", moved=2)
    assert len(card.lines[0].value) == 3
    assert card.gradient == pytest.approx(0.66524, rel=1e-4)


@pytest.fixture
def panel(qtbot):
    binary = BinaryProblem(logits=[-200.0, 1.0, np.nan], target=[1.0, 0.0, 0.0])
    return shown(qtbot, binary, MulticlassProblem(logits=np.zeros((2, 3)), target=[0, 1]))


def shown(qtbot, binary=None, multiclass=None, size=(1200, 180)):
    binary = binary or BinaryProblem(logits=[16.0], target=[0.0])
    multiclass = multiclass or MulticlassProblem(logits=[[1.0, 2.0]], target=[0])
    document = Document(binary, multiclass)
    selection = Selection(document)
    evaluator = Evaluator(document)
    panel = ExplainPanel(document, selection, evaluator)
    panel.test_parts = (document, selection, evaluator)
    qtbot.addWidget(panel)
    panel.resize(*size)
    panel.show()
    evaluator.flush()
    return panel


def texts_of(panel):
    return [f"{view.accessibleName()}\n{view.accessibleDescription()}" for view in panel.views]


def titles_of(panel):
    return [view.card.title for view in panel.views]


def test_the_panel_follows_the_selection(panel):
    _, selection, _ = panel.test_parts
    assert any("clamped to 100: the true loss is 200" in text for text in texts_of(panel))
    selection.select("binary", 1)
    assert panel.accessibleDescription().startswith("Row 2 in float32:  z = 1,  y = 0,")
    assert not any("clamped" in text for text in texts_of(panel))


def test_a_refused_call_is_explained_in_pytorchs_words(panel):
    assert any("all elements of input should be between 0 and 1 (row 3 is nan)" in t for t in texts_of(panel))


def test_the_panel_survives_the_last_row_and_a_change_of_page(panel, qtbot):
    document, _, evaluator = panel.test_parts
    document.remove_rows("binary", [0, 1, 2], "remove")
    evaluator.flush()
    qtbot.waitUntil(lambda: texts_of(panel) == [])
    empty = next(label for label in panel.findChildren(QLabel) if label.isVisible())
    assert empty.text() == "No rows: type a logit, paste, or open a file."
    document.set_page("multiclass")
    evaluator.flush()
    qtbot.waitUntil(lambda: any("CrossEntropyLoss(z)" in text for text in texts_of(panel)))
    assert not empty.isVisible()


def test_where_not_all_cards_fit_the_worst_are_shown_and_the_rest_is_told_of(qtbot):
    panel = shown(qtbot, BinaryProblem(logits=[17.0], target=[0.0]))
    told = []
    panel.cards_shown.connect(lambda *counts: told.append(counts))
    panel.add_last_card(QLabel("Why"))
    panel.resize(4 * panel.narrowest, 180)
    assert titles_of(panel) == ["BCELoss(sigmoid(z))", "scratch"]
    assert told[-1] == (2, 3)
    menu = panel.menu(panel.views[0])
    next(action for action in menu.actions() if "BCEWithLogitsLoss(z): 17" in action.text()).trigger()
    assert titles_of(panel) == ["BCEWithLogitsLoss(z)", "scratch"]
    panel.resize(5 * panel.narrowest, 180)
    assert titles_of(panel) == ["BCEWithLogitsLoss(z)", "BCELoss(sigmoid(z))", "scratch"]
    assert told[-1] == (3, 3)


def test_the_docks_title_says_how_many_cards_there_is_room_for(open_window):
    window = open_window(size=(1100, 640), page="binary")
    window.selection.select("binary", 5)
    if window.late.explanation.last_card is None:
        window.late.explanation.add_last_card(QLabel("Why"))
    dock = window.docks.dock("steps")
    assert dock.windowTitle() == "Row step by step (2 of 3 cards)"
    assert titles_of(window.late.explanation) == ["BCELoss(sigmoid(z))", "scratch"]
    window.resize(1366, 738)
    assert dock.windowTitle() == "Row step by step"


def test_of_equally_bad_cards_those_in_sight_stay(qtbot):
    panel = shown(qtbot, BinaryProblem(logits=[17.0, 1.0], target=[0.0, 0.0]))
    panel.resize(2 * panel.narrowest + 60, 180)
    worst = titles_of(panel)
    panel.test_parts[1].select("binary", 1)
    assert titles_of(panel) == worst == ["BCELoss(sigmoid(z))", "scratch"]


@pytest.mark.parametrize("width", [500, 700, 1084, 1350, 2544])
def test_all_cards_are_alike_wide_and_the_last_one_stands_at_the_right_end(qtbot, width):
    panel = shown(qtbot, size=(width, 180))
    last = QLabel("Why")
    panel.add_last_card(last)
    places = [view.geometry() for view in panel.views]
    for left, right in pairwise(places):
        assert right.left() - left.right() >= 8
    at_end = last.mapTo(panel, last.rect().bottomRight()).x()
    assert width - 10 <= at_end < width
    widths = [place.width() for place in places]
    assert max(widths) - min(widths) <= 1
    assert abs(last.width() - widths[0]) <= 1


def test_a_drag_moves_no_card(qtbot):
    panel = shown(qtbot, BinaryProblem(logits=[-200.0], target=[1.0]))
    document, _, evaluator = panel.test_parts
    before = [view.geometry() for view in panel.views]
    for logit in (-90.0, -3.0, 0.0, 4.0, 17.0, 1e6, np.nan):
        document.set_cells("binary", "logits", (0,), logit, "x")
        panel.show_evaluation(evaluator.current())
        assert [view.geometry() for view in panel.views] == before


def placed_texts(view):
    return (*view.laid.texts, *view.laid.verdicts)


@pytest.mark.parametrize("page", ["binary", "multiclass"])
@pytest.mark.parametrize(("points", "width"), [(9, 1350), (9, 500), (13.5, 1350), (18, 1900)])
def test_no_word_of_a_card_is_broken_or_cut(panel, qtbot, page, points, width):
    document, _, evaluator = panel.test_parts
    document.set_page(page)
    document.show_formulas(document.formulas.with_roles(frozenset(Role)))
    font = panel.font()
    font.setPointSizeF(points)
    panel.setFont(font)
    panel.resize(width, 200)
    evaluator.flush()
    qtbot.waitUntil(lambda: any("softmax" in text for text in texts_of(panel)) == (page == "multiclass"))
    for view in panel.views:
        assert view.horizontalScrollBar().maximum() == 0
        assert view.laid.height <= view.viewport().height() + view.verticalScrollBar().maximum()
        for placed in placed_texts(view):
            metrics = QFontMetrics(placed.font)
            words = placed.text.replace(MAY_BREAK, " ").split()
            assert max(map(metrics.horizontalAdvance, words)) <= placed.area.width(), placed.text
            needed = metrics.boundingRect(placed.area, placed.flags, placed.text)
            assert needed.height() <= placed.area.height(), placed.text
            assert view.viewport().rect().contains(placed.area.topLeft().x(), 0)
            assert placed.area.right() < view.viewport().width()


def test_no_texts_of_a_card_overlap(panel):
    for view in panel.views:
        areas = [placed.area for placed in placed_texts(view)]
        for number, area in enumerate(areas):
            assert not any(area.intersects(other) for other in areas[:number])


@pytest.mark.parametrize("classes", [10, 200])
def test_of_many_classes_the_targets_entry_and_the_moved_one_are_shown(qtbot, classes):
    logits = np.zeros((1, classes))
    logits[0, [classes - 2, 4]] = 5.0, -3.0
    panel = shown(qtbot, multiclass=MulticlassProblem(logits=logits, target=[classes - 2]))
    document, selection, evaluator = panel.test_parts
    document.set_page("multiclass")
    selection.select("multiclass", 0, 4)
    evaluator.flush()
    qtbot.waitUntil(lambda: "z = [" in panel.accessibleDescription())
    assert f"z = [{classes - 2}] 5, [4] -3, …" in panel.accessibleDescription()
    line = next(line for line in panel.views[0].card.lines if line.name == "log_p")
    loss = panel.views[0].card.loss
    assert line.value.startswith(f"[{classes - 2}] -{loss}, [4] -")


def test_the_entry_that_breaks_is_shown_whichever_it_is(qtbot):
    logits = np.zeros((1, 12))
    logits[0, 9] = -200.0
    card = card_of(MulticlassProblem(logits=logits, target=[0]), "nll_log_of_softmax", moved=1)
    value = (*[0.1] * 9, 0.0, 0.1, 0.1)
    broken = card._replace(lines=(Line("p", "softmax(z)", value, breaks=True),))
    assert card_text(broken, FLOAT32, (0, 1)).lines[0].value == "[9] 0, …"
    assert card_text(broken, FLOAT32, (9, 1)).lines[0].value == "[9] 0, …"


def test_a_card_can_be_read_aloud_and_copied_as_a_whole(qtbot):
    panel = shown(qtbot, BinaryProblem(logits=[17.0], target=[0.0]))
    view = next(view for view in panel.views if view.card.title == "scratch")
    assert view.accessibleName() == "scratch: inf"
    lines = view.accessibleDescription().split("\n")
    assert lines[0] == "p = sigmoid(z) = 1 / (1 + exp(−z)) = 1 ◂ breaks here"
    assert "inf: the true loss is 17" in lines
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "scratch: inf\n" + view.accessibleDescription()


def test_the_step_that_breaks_is_filled_and_every_verdict_has_its_mark(qtbot):
    panel = shown(qtbot, BinaryProblem(logits=[17.0], target=[0.0]))
    filled = {view.card.title: len(view.laid.filled) for view in panel.views}
    assert filled == {"BCEWithLogitsLoss(z)": 0, "BCELoss(sigmoid(z))": 1, "scratch": 1}
    marks = {view.card.title: [each.mark for each in view.card.verdicts] for view in panel.views}
    assert marks["BCEWithLogitsLoss(z)"] == ["right", "right"]
    assert marks["BCELoss(sigmoid(z))"] == ["beware", "beware"]
    assert marks["scratch"] == ["wrong", "wrong"]


def test_a_panel_nobody_sees_waits_until_it_is_shown(qtbot):
    panel = shown(qtbot)
    document, _, evaluator = panel.test_parts
    panel.hide()
    document.set_cells("binary", "logits", (0,), 2.5, "x")
    evaluator.flush()
    assert "z = 16," in panel.accessibleDescription()
    panel.show()
    assert "z = 2.5," in panel.accessibleDescription()


PRESET_PROBLEMS = [read_problem_file(path).problem for path in sorted(PRESETS.glob("*.json"))]
WITH_OPTIONS = [
    BinaryProblem(logits=[-2.0, 0.5, 3.0], target=[1.0, 0.0, 0.25], weight=[2.0, 0.5, 6.0]),
    BinaryProblem(logits=[-2.0, 0.5, 3.0], target=[1.0, 0.0, 0.25], pos_weight=4.0),
    BinaryProblem(logits=[-2.0, 0.5], target=[1.0, 0.5], weight=[2.0, 3.0], pos_weight=4.0),
    BinaryProblem(logits=[-2.0, 0.5], target=[1.5, 0.5], weight=[2.0, 3.0]),
    *(
        MulticlassProblem(
            logits=[[1.0, 2.0, 3.0], [0.5, -1.0, 0.0]], target=target, weight=weight, label_smoothing=epsilon
        )
        for target in ([0, -100], [[0.2, 0.3, 0.5], [0.0, 1.0, 0.0]])
        for weight in (None, [2.0, 0.5, 6.0])
        for epsilon in (0.0, 0.1)
    ),
]


def told_loss(card, problem, row):
    """What a reader gets who puts the card's own numbers into the expression of its loss."""
    names = {"y": problem.target[row], "log": np.log, "C": problem.logits.shape[-1], "np": np, "nan": np.nan}
    if problem.family == "binary":
        names["z"] = problem.input[row]
    for line in card.lines[:-1]:
        name = line.name.replace("[y]", "_of_y")
        names[name] = np.array(line.value) if len(line.value) > 1 else line.value[0]
    told = card.lines[-1].expression.partition(":")[0].replace("weight[y]", "weight_of_y")
    for shown, code in (("−", "-"), ("·", "*"), ("[arange(N), y]", "[y]")):
        told = told.replace(shown, code)
    told = re.sub(r"\bmax\(", "np.maximum(", told)
    told = re.sub(r"Σ (\w+|\(.*?\))", r"np.sum(\1)", told)
    with np.errstate(all="ignore"):
        return float(eval(told, names))


@pytest.mark.parametrize("problem", [*PRESET_PROBLEMS, *WITH_OPTIONS])
def test_the_numbers_of_a_card_put_into_its_expression_give_its_loss(problem):
    repairs = tuple(make(FIRST_TRY[name]) for name, make in stabilisers_of(problem.family).items())
    evaluation = evaluate(problem, formulas=(*CATALOGUE, *repairs))
    moved = 0 if problem.family == "multiclass" else None
    for row in range(min(problem.rows, 20)):
        for card in cards_of(evaluation, row, moved):
            near = pytest.approx(card.loss, rel=8 * problem.format.eps, abs=1e-7, nan_ok=True)
            assert told_loss(card, problem, row) == near, (card.formula.title, row, card.lines)


def test_a_card_without_options_keeps_the_plain_expression():
    card = card_of(BinaryProblem(logits=[-2.0], target=[1.0]), "bce_with_logits")
    assert [line.expression for line in card.lines][-1] == "linear − log_p"
    assert len(card.lines) == len(card.formula.steps)


def test_a_card_names_the_weights_that_enter_its_loss():
    card = card_of(BinaryProblem(logits=[1.0], target=[1.0], weight=[2.0], pos_weight=4.0), "bce_with_logits")
    named = [(line.name, line.expression, line.value) for line in card.lines[2:-1]]
    assert named == [
        ("pos_weight", "", (4.0,)),
        ("log_weight", "(pos_weight − 1)·y + 1", (4.0,)),
        ("weight", "", (2.0,)),
    ]
    assert card.lines[-1].expression == "(linear − log_p·log_weight)·weight"


def test_an_ignored_row_is_told_as_ignored():
    problem = MulticlassProblem(logits=[[1.0, 2.0]], target=[-100], weight=[2.0, 3.0])
    assert card_of(problem, "cross_entropy", moved=0).lines[-1].expression == "0: y is ignore_index"
