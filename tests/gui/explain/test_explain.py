"""The explanation of a row: each formula's steps, where it breaks, and how far it ends from the truth."""

import re
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtWidgets import QLineEdit, QTextBrowser

from engine import (
    CATALOGUE,
    FIRST_TRY,
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
from gui.explain.cards import cards_of
from gui.explain.explain_panel import NARROWEST_CARD, ExplainPanel
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
    document = Document(binary, MulticlassProblem(logits=np.zeros((2, 3)), target=[0, 1]))
    selection = Selection(document)
    evaluator = Evaluator(document)
    panel = ExplainPanel(document, selection, evaluator)
    panel.test_parts = (document, selection, evaluator)
    qtbot.addWidget(panel)
    evaluator.flush()
    return panel


def heading_of(panel):
    return panel.findChild(QLineEdit).text()


def texts_of(panel):
    return [card.toPlainText() for card in panel.findChildren(QTextBrowser) if not card.isHidden()]


def test_the_panel_follows_the_selection(panel):
    _, selection, _ = panel.test_parts
    assert any("clamped to 100: the true loss is 200" in text for text in texts_of(panel))
    selection.select("binary", 1)
    assert heading_of(panel).startswith("Row 2 in float32:  z = 1,  y = 0,")
    assert not any("clamped" in text for text in texts_of(panel))


def test_a_refused_call_is_explained_in_pytorchs_words(panel):
    assert any("all elements of input should be between 0 and 1 (row 3 is nan)" in t for t in texts_of(panel))


def test_the_panel_survives_the_last_row_and_a_change_of_page(panel, qtbot):
    document, _, evaluator = panel.test_parts
    document.remove_rows("binary", [0, 1, 2], "remove")
    evaluator.flush()
    qtbot.waitUntil(lambda: heading_of(panel) == "No rows")
    assert texts_of(panel) == []
    document.set_page("multiclass")
    evaluator.flush()
    qtbot.waitUntil(lambda: any("CrossEntropyLoss(z)" in text for text in texts_of(panel)))


def test_more_cards_than_fit_scroll_sideways_instead_of_getting_narrow(panel, qtbot):
    document, _, _ = panel.test_parts
    document.show_formulas(document.formulas.with_roles(frozenset(Role)))
    document.show_formulas(document.formulas.with_added(stabilisers_of("binary")["epsilon_in_log"](1e-7)))
    panel.resize(700, 200)
    panel.show()
    cards = [card for card in panel.findChildren(QTextBrowser) if not card.isHidden()]
    qtbot.waitUntil(lambda: len(texts_of(panel)) >= 5)
    qtbot.waitUntil(lambda: min(card.width() for card in cards) >= NARROWEST_CARD)
    assert panel.width() == 700


def lines_of(card):
    """The lines of a card's text as they are laid out, block by block."""
    block = card.document().begin()
    while block.isValid():
        layout = block.layout()
        places = [layout.lineAt(number) for number in range(layout.lineCount())]
        yield [block.text()[line.textStart() : line.textStart() + line.textLength()] for line in places]
        block = block.next()


@pytest.mark.parametrize("page", ["binary", "multiclass"])
def test_no_word_of_a_narrow_card_is_broken(panel, qtbot, page):
    document, _, evaluator = panel.test_parts
    document.set_page(page)
    document.show_formulas(document.formulas.with_roles(frozenset(Role)))
    panel.resize(700, 200)
    panel.show()
    evaluator.flush()
    qtbot.waitUntil(lambda: any("softmax" in text for text in texts_of(panel)) == (page == "multiclass"))
    for card in panel.findChildren(QTextBrowser):
        if card.isHidden():
            continue
        for lines in lines_of(card):
            for line, following in pairwise(lines):
                assert not re.search(r"\w$", line) or not re.match(r"\w", following), (line, following)


def test_a_card_makes_room_for_its_longest_words(qtbot):
    document = Document(
        BinaryProblem(logits=[16.0], target=[0.0]), MulticlassProblem(logits=[[1.0, 2.0]], target=[0])
    )
    evaluator = Evaluator(document)
    panel = ExplainPanel(document, Selection(document), evaluator)
    qtbot.addWidget(panel)
    panel.resize(800, 200)
    panel.show()
    evaluator.flush()
    qtbot.waitUntil(lambda: any("one_minus_p" in text for text in texts_of(panel)))
    cards = panel.findChildren(QTextBrowser)
    qtbot.waitUntil(lambda: all(card.horizontalScrollBar().maximum() == 0 for card in cards))


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
