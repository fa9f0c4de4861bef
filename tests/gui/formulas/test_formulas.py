"""The dialog of formulas: what is ticked is evaluated, and stabilisers come and go."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine import CATALOGUE, FIRST_TRY, SHOWN_FIRST, Role, formula_named, formulas_of, stabilisers_of
from gui.app import first_problems
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.shown_formulas import ShownFormulas
from gui.formulas.formulas_dialog import FormulasDialog
from gui.services.colours import formula_style
from gui.start.command_line import Arguments

MISTAKE = formula_named("nll_softmax")
OTHER_MISTAKE = formula_named("cross_entropy_of_softmax")
LOSS = formula_named("bce_with_logits")


@pytest.fixture
def document(qapp):
    return Document(*first_problems(Arguments())[0])


@pytest.fixture
def evaluator(qtbot, document):
    evaluator = Evaluator(document)
    yield evaluator
    evaluator.close()


@pytest.fixture
def dialog(qtbot, document, evaluator):
    dialog = FormulasDialog(document)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def keys(document):
    return [formula.key for formula in document.formulas.of(document.page)]


def tick(item, checked):
    item.setCheckState(0, Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)


def try_stabiliser(dialog, name, text):
    dialog.form.kind.setCurrentIndex(dialog.form.kind.findData(name))
    dialog.form.number.clear()
    QTest.keyClicks(dialog.form.number, text)
    QTest.mouseClick(dialog.form.add, Qt.MouseButton.LeftButton)


# -- the choice as a value ---------------------------------------------------------------------------------


def test_the_exact_formula_is_always_shown():
    assert ShownFormulas(CATALOGUE, frozenset(), frozenset({"binary_exact"})).has(
        formula_named("binary_exact")
    )


def test_one_formula_of_a_kind_that_is_off_brings_no_others():
    chosen = ShownFormulas().with_formula(MISTAKE, shown=True)
    assert chosen.has(MISTAKE)
    assert not chosen.has(OTHER_MISTAKE)


def test_a_whole_kind_brings_also_what_was_hidden_of_it():
    hidden = ShownFormulas(CATALOGUE, SHOWN_FIRST, frozenset({MISTAKE.key}))
    assert hidden.with_role(Role.MISTAKE, shown=True).has(MISTAKE)


def test_a_formula_taken_out_leaves_the_others_of_its_kind():
    chosen = ShownFormulas().with_formula(LOSS, shown=False)
    assert not chosen.has(LOSS)
    assert chosen.has(formula_named("bce_sigmoid"))


# -- the dialog --------------------------------------------------------------------------------------------


def test_a_tick_off_takes_a_formula_out_of_the_evaluation(qtbot, document, dialog, evaluator):
    with qtbot.waitSignal(evaluator.evaluated) as evaluated:
        tick(dialog.item("bce_with_logits"), checked=False)
    assert "bce_with_logits" not in [column.formula.key for column in evaluated.args[0].columns]
    qtbot.waitUntil(lambda: dialog.item(Role.PYTORCH.value).checkState(0) is Qt.CheckState.PartiallyChecked)


def test_a_tick_on_the_heading_shows_the_whole_kind(qtbot, document, dialog, evaluator):
    with qtbot.waitSignal(evaluator.evaluated):
        tick(dialog.item(Role.MISTAKE.value), checked=True)
    assert "bce_with_logits_of_sigmoid" in keys(document)


def test_the_exact_formula_has_no_tick(dialog):
    assert dialog.item("binary_exact").data(0, Qt.ItemDataRole.CheckStateRole) is None


@pytest.mark.parametrize("page", ["binary", "multiclass"])
@pytest.mark.parametrize("name", FIRST_TRY)
def test_a_stabiliser_is_added_shown_and_removed(qtbot, document, dialog, evaluator, page, name):
    document.set_page(page)
    key = stabilisers_of(page)[name](FIRST_TRY[name]).key
    with qtbot.waitSignal(evaluator.evaluated) as evaluated:
        try_stabiliser(dialog, name, repr(FIRST_TRY[name]))
    assert evaluated.args[0].columns[-1].formula.key == key
    assert dialog.tree.currentItem() is dialog.item(key)
    with qtbot.waitSignal(evaluator.evaluated):
        QTest.mouseClick(dialog.remove, Qt.MouseButton.LeftButton)
    assert key not in keys(document)


def test_only_stabilisers_can_be_removed(document, dialog):
    dialog.tree.setCurrentItem(dialog.item("bce_with_logits"))
    assert not dialog.remove.isEnabled()
    dialog.remove_current()
    assert "bce_with_logits" in keys(document)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("epsilon_in_log", "-3", "expected a positive number, got -3"),
        ("clipped_probability", "0.5", "expected a number between 0 and 0.5"),
        ("clipped_log", "1", "expected a negative number"),
        ("epsilon_in_log", "1,5", "1.5"),
        ("epsilon_in_log", "", "expected"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused_in_words(document, dialog, name, text, words):
    before = keys(document)
    try_stabiliser(dialog, name, text)
    assert words in dialog.form.words.text()
    assert keys(document) == before


def test_the_note_returns_with_the_next_key(dialog):
    try_stabiliser(dialog, "epsilon_in_log", "x")
    refusal = dialog.form.words.text()
    QTest.keyClicks(dialog.form.number, "1")
    assert dialog.form.words.text() != refusal


def test_the_page_in_front_decides_which_formulas_are_listed(document, dialog):
    document.set_page("multiclass")
    dialog.item("cross_entropy")
    with pytest.raises(KeyError):
        dialog.item("bce_with_logits")


def test_a_hidden_formula_is_shown_again_when_it_is_added_anew(document, dialog):
    try_stabiliser(dialog, "epsilon_in_log", "1e-7")
    key = keys(document)[-1]
    tick(dialog.item(key), checked=False)
    assert key not in keys(document)
    try_stabiliser(dialog, "epsilon_in_log", "1e-7")
    assert keys(document).count(key) == 1


# -- looks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("family", ["binary", "multiclass"])
def test_no_two_formulas_look_alike(family, dark):
    known = formulas_of(family, roles=frozenset(Role))
    tried = [make(FIRST_TRY[name]) for name, make in stabilisers_of(family).items()]
    looks = [(formula_style(f, dark).colour.name(), formula_style(f, dark).dash) for f in (*known, *tried)]
    assert all(one != other for one, other in combinations(looks, 2))


def test_the_window_opens_one_dialog_beside_it(qtbot, window):
    window.actions_.formulas.trigger()
    first = window.dialogs.formulas
    assert first.isVisible()
    assert not first.isModal()
    window.actions_.formulas.trigger()
    assert window.dialogs.formulas is first
    first.close()
