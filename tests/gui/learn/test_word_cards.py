"""F1, a click on a dotted word and Help lead to cards, beside what they are about and never over it."""

from __future__ import annotations

import pytest
from looking import in_sight, named, place, settle
from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTranslator
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from gui.document.changes import PAGES
from gui.learn.asking import asked_word
from gui.learn.term_card import place_beside
from gui.services.terms.dotting import dotted_words
from gui.services.terms.words import said, words
from gui.tables.grid.columns import Kind
from gui.window.docks.arrangement import DOCKS, FINDINGS, NOTES, STEPS


@pytest.fixture
def window(open_window):
    """On the row (17, 0), in which BCELoss is clamped."""
    window = open_window(size=(1366, 738))
    window.selection.select("binary", 5)
    settle()
    return window


def press_f1(window) -> None:
    window.actions_.ask_word.trigger()
    settle()


def card_of(window):
    return window.late.teaching.words.card


def takes_keyboard(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isEnabled()


@pytest.mark.parametrize("page", PAGES)
def test_f1_leads_somewhere_from_every_control(open_window, page):
    window = open_window(size=(1920, 1050), page=page)
    window.plots.stack.choose(tuple(window.plots.stack.sections))
    asked = 0
    for dock in DOCKS:
        window.docks.bring_to_front(dock, focus=False)
        settle()
        for widget in filter(takes_keyboard, in_sight(window)):
            found = asked_word(widget)
            assert found is not None, named(widget)
            assert found[0] in words(), (named(widget), found)
            asked += 1
    assert asked > 100


def test_f1_leads_somewhere_on_the_page_with_all_four_losses(open_window):
    window = open_window(size=(1366, 738))
    window.document.set_front("all-four")
    settle()
    keys = [asked_word(widget) for widget in filter(takes_keyboard, in_sight(window))]
    assert None not in keys
    assert {key for key, _ in keys} >= {"all_four", "loss_value", "pages", "status"}


def test_a_control_has_the_card_of_what_it_is(window):
    options = window.panel("binary").options
    for widget, key in (
        (options.format, "number_format"),
        (options.reduction, "reduction"),
        (options.pos_weight, "pos_weight"),
        (window.option_bar.baseline, "baseline"),
        (window.page_bar.tabs, "pages"),
        (window.plots.stack.leader, "picture"),
        (window.panel("binary").footer, "footer"),
        (window.docks.dock(NOTES).place, "lessons"),
    ):
        assert asked_word(widget)[0] == key


@pytest.mark.parametrize(
    ("kind", "formula", "key"),
    [
        (Kind.LOGIT, None, "logit"),
        (Kind.TARGET, None, "target"),
        (Kind.LOSS, "bce_sigmoid", "clamp"),
        (Kind.LOSS, "binary_scratch", "inf"),
        (Kind.LOSS, "bce_with_logits", "bce_with_logits"),
    ],
)
def test_a_cell_has_the_card_of_what_fails_in_it_or_of_its_column(window, kind, formula, key):
    panel = window.panel("binary")
    number = next(
        at
        for at, column in enumerate(panel.model.columns)
        if column.kind is kind and (formula is None or column.formula.key == formula)
    )
    panel.view.setCurrentIndex(panel.model.index(5, number))
    assert asked_word(panel.view.current_part())[0] == key


def test_f1_on_a_step_card_opens_its_word_s_card_over_the_neighbour(window):
    view = window.late.explanation.views[1]
    view.setFocus()
    press_f1(window)
    card = card_of(window)
    assert card.title.text() == "Clamp, and why -100"
    assert "clamped to 100: the true loss is 17" in card.words
    assert not card.geometry().intersects(place(window, view))
    assert window.rect().contains(card.geometry())


def test_a_click_on_a_dotted_word_opens_its_card_and_esc_gives_the_keyboard_back(window):
    view = window.late.explanation.views[1]
    view.setFocus()
    word = view.words[1]
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=word.area.center())
    card = card_of(window)
    assert card.word.key == word.key == "dead_gradient"
    assert card.isVisible()
    QTest.keyClick(card, Qt.Key.Key_Escape)
    assert not card.isVisible()
    assert QApplication.focusWidget() is view


def test_a_card_is_never_over_a_word_of_the_sentence(window):
    text = window.sentence.text
    key, area = text.asked_word()
    text.word_asked.emit(key, area)
    settle()
    corner = window.mapFromGlobal(area.topLeft())
    assert not card_of(window).geometry().intersects(QRect(corner, area.size()))


def test_words_of_a_finding_are_links_that_look_like_text_but_for_dots(window):
    window.docks.bring_to_front(FINDINGS, focus=False)
    window.late.findings.show_finding(0)
    settle()
    details = window.late.findings.details
    key, area = details.asked_word()
    assert key in words()
    details.anchorClicked.emit(key)
    settle()
    corner = window.mapFromGlobal(area.topLeft())
    assert card_of(window).word.key == key
    assert not card_of(window).geometry().intersects(QRect(corner, area.size()))


def test_a_press_elsewhere_closes_the_card(window):
    window.late.explanation.views[1].setFocus()
    press_f1(window)
    QTest.mouseClick(window.plots.gutter, Qt.MouseButton.LeftButton)
    assert not card_of(window).isVisible()


def test_a_link_leads_to_another_card_and_f1_again_to_all_words(window):
    window.late.explanation.views[1].setFocus()
    press_f1(window)
    card_of(window).links.linkActivated.emit("saturation")
    assert card_of(window).word.key == "saturation"
    press_f1(window)
    dialog = window.late.teaching.words.dialog
    assert dialog.isVisible()
    assert dialog.shown == "saturation"
    dialog.search.setText("clamp")
    assert dialog.shown == "clamp"
    assert "-88.722839" in dialog.card.toPlainText()
    dialog.search.setText("no such word")
    assert dialog.shown == ""
    dialog.close()


def test_the_whole_card_fits_in_the_least_window_for_every_word(open_window):
    window = open_window(size=(1100, 640))
    view = window.late.explanation.views[0]
    area = QRect(view.mapToGlobal(QPoint(0, 0)), view.size())
    for key in words():
        window.late.teaching.words.show_word(key, area)
        settle()
        card = card_of(window)
        assert window.rect().contains(card.geometry()), key
        for label in (card.title, card.text, card.links):
            assert label.heightForWidth(label.width()) <= label.height() + 1, key
        assert not card.geometry().intersects(place(window, view)), key


def test_a_card_stands_beside_or_where_it_hides_least():
    room = QRect(0, 0, 1000, 600)
    size = QSize(400, 200)
    for about in (QRect(10, 10, 50, 20), QRect(900, 10, 90, 20), QRect(10, 570, 980, 20)):
        found = place_beside(size, about, room)
        assert room.contains(found)
        assert not found.intersects(about)
    assert room.contains(place_beside(size, room, room))


def test_a_wrapped_word_is_dotted_in_its_own_line(qapp):
    font = qapp.font()
    line = dotted_words("the loss is clamped", font, QRect(0, 0, 1000, 20))[0]
    wrapped = dotted_words("the loss is clamped", font, QRect(0, 0, line.area.left() + 4, 60))[0]
    assert wrapped.area.top() >= line.area.height()
    assert wrapped.area.left() == 0


def test_cards_are_said_in_the_language_of_the_window(qapp):
    class Korean(QTranslator):
        def translate(self, context, text, *_more):
            return "로짓" if (context, text) == ("words", "Logit") else ""

    translator = Korean()
    qapp.installTranslator(translator)
    assert said(words()["logit"].title) == "로짓"
    qapp.removeTranslator(translator)
    assert said(words()["logit"].title) == "Logit"


def test_nothing_moves_when_a_card_opens(window):
    before = {name: place(window, window.docks.dock(name)) for name in (STEPS,)}
    view = window.late.explanation.views[1]
    view.setFocus()
    press_f1(window)
    assert {name: place(window, window.docks.dock(name)) for name in (STEPS,)} == before
