"""'What makes my loss …?' in the window: the field, the dock with the answers, and the rows they open."""

from __future__ import annotations

import pytest
from looking import cut, outside, overlapping, place, settle
from PySide6.QtCore import QCoreApplication, Qt, QTranslator
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from engine import evaluate, explain_loss
from gui.loss_value.answer_words import answer_lines, headline, questions_html
from gui.loss_value.loss_value_panel import LossValuePanel, can_be_opened
from gui.window.docks.arrangement import DOCKS, STEPS
from gui.window.loss_values import LOSS_VALUE

SIZES = [(1100, 640), (1366, 738), (1920, 1050), (2560, 1410)]
Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def panel(qtbot) -> LossValuePanel:
    panel = LossValuePanel()
    qtbot.addWidget(panel)
    panel.resize(1200, 170)
    panel.show()
    return panel


def ask(window, text: str) -> LossValuePanel:
    window.page_bar.loss_field.setText(text)
    QTest.keyClick(window.page_bar.loss_field, Key.Key_Return)
    settle()
    return window.late.loss_values.panel


def titles(panel: LossValuePanel) -> list[str]:
    return [panel.list.item(number).text().split(" · ")[0] for number in range(panel.list.count())]


def test_ctrl_l_and_enter_show_what_makes_a_loss(qtbot, window):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    before = window.document.problem()
    qtbot.keyClick(window, Key.Key_L, Modifier.ControlModifier)
    assert window.page_bar.loss_field.hasFocus()
    qtbot.keyClicks(window.page_bar.loss_field, "100")
    qtbot.keyClick(window.page_bar.loss_field, Key.Key_Return)
    settle()
    assert window.docks.in_sight(LOSS_VALUE)
    assert window.docks.dock(LOSS_VALUE).windowTitle() == "Loss value 100"
    panel = window.late.loss_values.panel
    assert panel.heading.text() == "100 has one explanation"
    assert titles(panel)[0] == "1. BCELoss's clamp"
    assert window.page_bar.loss_field.hasFocus()
    assert window.document.problem() is before
    assert not window.document.undo_stack.canUndo()


def test_the_answer_stands_in_the_sentence_and_in_the_picture_until_one_goes_on(window):
    window.docks.bring_to_front(STEPS, focus=False)
    shaded, sentence = window.plots.shaded, window.sentence.text.lead
    panel = ask(window, "15.9424")
    assert window.sentence.text.lead == "15.9424 has 6 explanations, equally likely."
    assert window.sentence.sentence.rest.startswith("Answer 1 is marked in the picture.")
    mark = window.late.loss_values.shown.item
    assert mark.marked.words == "1: 15.942385 from z = 15.536921 to 16.63553"
    box = mark.box(mark.plot.view)
    assert mark.boundingRect().contains(box)
    assert box.width() > 20
    assert window.plots.shaded == "binary_scratch"
    panel.list.setCurrentRow(1)  # whose formula has no curve
    assert mark.marked is None
    assert window.sentence.sentence.rest == "Nothing in the table has changed."
    window.actions_.close_answers.trigger()
    settle()
    assert (window.plots.shaded, window.sentence.text.lead) == (shaded, sentence)
    assert window.docks.in_sight(STEPS)
    ask(window, "100")
    assert mark.marked.words == "1: 100 up to z = -88.722839"
    window.selection.select("binary", 3)
    settle()
    assert mark.marked is None
    assert window.sentence.text.lead.startswith("Row 4")


def test_the_sentence_s_button_opens_the_answer(window):
    ask(window, "100")
    window.actions_.open_answer.trigger()
    settle()
    assert window.document.binary.logits.tolist() == [-200]
    assert window.sentence.text.lead.startswith("Row 1: ")


@pytest.mark.parametrize("loss", ["1.2345", "nan", "0.1985", "8.0590", "65504", "-7.25", "-0", "1e-7"])
def test_any_loss_is_told_in_the_sentence_marked_or_not(window, loss):
    panel = ask(window, loss)
    lead = window.sentence.text.lead
    assert loss in lead
    for number in range(panel.list.count()):
        panel.list.setCurrentRow(number)
        mark = window.late.loss_values.shown.item
        assert mark.marked is None or f"{number + 1}: " in mark.marked.words
    window.actions_.close_answers.trigger()
    assert window.sentence.text.lead != lead


def test_a_lesson_keeps_its_sentence_and_its_picture(window):
    window.late.teaching.stage.begin("saturation")
    settle()
    before = window.sentence.text.lead
    ask(window, "15.9424")
    assert window.sentence.text.lead == before
    assert window.late.loss_values.shown.item.marked is None


def test_rows_are_opened_as_one_step_that_undo_takes_back(window):
    before = window.document.problem()
    panel = ask(window, "15.9424")
    panel.open.click()
    problem = window.document.problem()
    assert problem.rows == 1
    column = evaluate(problem).column("bce_sigmoid")
    assert f"{column.ledger.value:.4f}" == "15.9424"
    assert window.document.undo_stack.undoText() == "open rows of 15.9424"
    window.document.undo_stack.undo()
    assert window.document.problem() is before
    assert not window.document.undo_stack.canUndo()


def test_rows_of_classes_open_on_their_page_and_double_clicks_open_too(window):
    panel = ask(window, "1.0986")
    number = next(n for n, title in enumerate(titles(panel)) if "Chance of 3 classes" in title)
    panel.list.setCurrentRow(number)
    panel.list.itemActivated.emit(panel.list.item(number))
    assert window.document.page == "multiclass"
    assert window.document.multiclass.classes == 3


def test_the_formula_that_gives_a_loss_is_shown_with_its_rows(window):
    panel = ask(window, "27.6310")
    assert titles(panel)[0].startswith("1. Epsilon 1e-12")
    panel.open.click()
    shown = {formula.key for formula in window.document.formulas.of("binary")}
    assert "epsilon_in_log_1e-12" in shown


@pytest.mark.parametrize("text", ["0.1732868", "88.722832", "16.635532", "15.424949"])
def test_formulas_that_only_answers_use_are_columns_too(window, text):
    panel = ask(window, text)
    own = ("focal", "log_of_1_plus_exp", "scratch_of_given_p", "clip_and_add")
    answers = panel.explanation.answers
    number = next(n for n, a in enumerate(answers) if a.rows and a.rows.formula.key.startswith(own))
    panel.list.setCurrentRow(number)
    panel.open.click()
    settle()
    key = answers[number].rows.formula.key
    assert key in {formula.key for formula in window.document.formulas.of("binary")}
    evaluation = window.evaluator.ready()
    assert evaluation.column(key).ledger.value == pytest.approx(float(text), rel=1e-6)
    assert not (outside(window) + overlapping(window) + cut(window))


def test_another_librarys_number_has_no_rows_and_says_why(panel):
    panel.explain("36.8414")
    number = next(n for n, title in enumerate(titles(panel)) if "XGBoost" in title)
    panel.list.setCurrentRow(number)
    assert not panel.open.isEnabled()
    assert "no rows" in panel.open.toolTip()
    assert "XGBoost 3.2.0" in panel.details.toPlainText()


def test_rows_beyond_a_table_are_told_and_not_opened(panel):
    panel.explain("10.8249")
    answer = panel.answer
    assert answer is not None
    assert answer.fields["classes"] == 50257
    assert not can_be_opened(answer)
    assert not panel.open.isEnabled()


def test_without_a_sure_answer_the_heading_says_so_and_possible_ones_follow(panel):
    panel.explain("1.9105")
    assert panel.heading.text() == "No confident explanation of 1.9105"
    assert all(panel.list.item(number).text().endswith("possible") for number in range(panel.list.count()))


def test_rows_and_classes_beside_it_narrow_the_answers(qtbot, panel):
    panel.explain("2.3979")
    assert not any("too wide" in title for title in titles(panel))
    qtbot.keyClicks(panel.classes, "10")
    qtbot.keyClick(panel.classes, Key.Key_Return)
    assert "too wide" in titles(panel)[0]
    panel.classes.setText("ten")
    panel.classes.editingFinished.emit()
    assert not any("too wide" in title for title in titles(panel))


def test_every_answer_is_told_apart_by_a_question_that_names_it():
    explanation = explain_loss("15.9424")
    html = questions_html(explanation)
    assert html.count("then ") == len({answer.question for answer in explanation.answers})
    assert "Is the loss computed by scikit-learn" in html


@pytest.mark.parametrize("text", ["1,5", "loss", "0x1"])
def test_what_is_no_loss_is_said_where_the_eye_is_and_answers_stay(window, text):
    panel = ask(window, "0.6931")
    before = titles(panel)
    ask(window, text)
    assert text in window.sentence.text.text
    assert titles(panel) == before


def test_escape_gives_the_keyboard_back_and_close_takes_the_dock_away(qtbot, window):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    panel = ask(window, "nan")
    window.page_bar.loss_field.take_keyboard()
    qtbot.keyClick(window.page_bar.loss_field, Key.Key_Escape)
    assert window.docks.table.isAncestorOf(QApplication.focusWidget())
    panel.leave.click()
    settle()
    assert not window.docks.in_sight(LOSS_VALUE)
    ask(window, "inf")
    assert window.docks.in_sight(LOSS_VALUE)


def test_f6_reaches_the_answers(qtbot, window):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    panel = ask(window, "0.6931")
    window.plots.setFocus()
    reached = []
    for _ in range(6):
        qtbot.keyClick(window, Key.Key_F6)
        reached.append(QApplication.focusWidget())
    assert any(panel.isAncestorOf(widget) for widget in reached)


def test_resetting_the_layout_takes_the_answers_away_and_they_come_back(window):
    ask(window, "0.6931")
    window.reset_layout()
    settle()
    assert not window.docks.in_sight(LOSS_VALUE)
    assert [name for name in DOCKS if window.docks.in_sight(name)]
    ask(window, "0.6931")
    assert window.docks.in_sight(LOSS_VALUE)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_outside_over_another_or_cut(open_window, size, theme):
    window = open_window(size=size, theme=theme)
    for text in ("15.9424", "nan", "1.9105"):
        ask(window, text)
        assert not (outside(window) + overlapping(window) + cut(window)), text


def test_nothing_moves_when_answers_come_and_change(window):
    def places():
        named = (window.page_bar, window.option_bar, window.docks.table, window.picture, window.status)
        return [place(window, part) for part in named]

    before = places()
    panel = ask(window, "15.9424")
    assert places() == before
    inside = [place(window, part) for part in (panel.list, panel.details, panel.questions, panel.open)]
    for text in ("nan", "1.9105", "100"):
        ask(window, text)
        assert places() == before
        assert [place(window, p) for p in (panel.list, panel.details, panel.questions, panel.open)] == inside


def test_the_field_and_its_parts_have_names_for_a_screen_reader(window):
    panel = ask(window, "0.6931")
    assert window.page_bar.loss_field.accessibleName()
    for part in (panel, panel.list, panel.details, panel.questions, *panel.findChildren(QLineEdit)):
        assert part.accessibleName()
    assert "What" in panel.details.accessibleDescription()


class Marked(QTranslator):
    """Marks what it translates."""

    def translate(self, context, text, _disambiguation=None, _n=-1):
        return f"«{text}»" if context == "loss_value" else ""

    def isEmpty(self):
        return False


def test_all_words_of_the_answers_go_through_the_translator(qapp):
    translator = Marked()
    QCoreApplication.installTranslator(translator)
    try:
        explanation = explain_loss("8.0590")
        assert all(line.title.startswith("«") for line in answer_lines(explanation))
        assert headline(explanation).startswith("«")
        assert any("«Keras 3.15.1»" in line.title for line in answer_lines(explanation))
    finally:
        QCoreApplication.removeTranslator(translator)


def test_answers_asked_for_on_the_page_of_all_four_come_beside_the_table(window):
    window.document.set_front("all-four")
    settle()
    panel = ask(window, "0.6931")
    settle()
    assert window.document.front == "binary"
    assert window.docks.in_sight(LOSS_VALUE)
    panel.open.click()
    assert window.document.undo_stack.undoText() == "open rows of 0.6931"
