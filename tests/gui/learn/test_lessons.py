"""Lessons in the real window: asked before it shows, noticed when done, and everything as it was after."""

from __future__ import annotations

import pytest
from looking import cut, outside, overlapping, place, settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from engine import FLOAT32, FLOAT64
from gui.document.covering import COVERED
from gui.learn.lesson_files import lessons
from gui.learn.lesson_panel import NO_CHOICE
from gui.services.resources import PRESETS
from gui.services.settings import Settings
from gui.window.docks.arrangement import LEDGER, NOTES, STEPS

SIZES = [(1366, 738), (1100, 640)]


def set_logit(window, row, value, *column) -> None:
    window.document.set_cells(window.document.page, "logits", (row, *column), value, "edit")


DEEDS = {
    "agree": lambda window: set_logit(window, 0, 17),
    "saturation": lambda window: set_logit(window, 4, 17),
    "clamp": lambda window: window.document.set_format(FLOAT64, "format"),
    "dead_gradient": lambda window: set_logit(window, 4, -20),
    "log_sum_exp": lambda window: set_logit(window, 1, 20, 1),
    "weak_side": lambda window: window.document.set_cells("binary", "target", (6,), 1, "edit"),
    "half_precision": lambda window: window.document.set_format(FLOAT32, "format"),
    "softmax_twice": lambda window: set_logit(window, 0, 60, 0),
    "denominators": lambda window: window.document.set_options("multiclass", "weight", weight=None),
    "broken_row": lambda window: set_logit(window, 6, 4),
}
"""What each lesson asks to do at its end."""


def stage_of(window):
    return window.late.teaching.stage


def panel_of(window):
    return window.lesson_dock.lesson


def refresh(window) -> None:
    window.evaluator.flush()
    window.late.current.look()
    settle()


def begin(window, key) -> None:
    stage_of(window).begin(key)
    refresh(window)


def give(window, number) -> None:
    """Answer with the keyboard: a digit, and the button."""
    QTest.keyClick(panel_of(window), Qt.Key(Qt.Key.Key_1 + number))
    assert panel_of(window).choices[number].isChecked()
    panel_of(window).answer.click()
    refresh(window)


def wrong_with(window) -> dict[str, object]:
    return {"outside": outside(window), "over another": overlapping(window), "cut": cut(window)}


def cells_of(window, key) -> list[str]:
    """What the table says of a formula's losses."""
    model = window.panel(window.document.page).model
    columns = [each for each in model.columns if each.formula is not None and each.formula.key == key]
    return [model.cells.text(row, column) for column in columns for row in range(model.order.count)]


def is_covered(window, lesson) -> None:
    """Table, footer, chips, strip, cards, findings and status tell nothing of what is asked for."""
    panel = window.panel(window.document.page)
    rows = lesson.cover.rows
    for key in lesson.cover.formulas:
        column = next(each for each in panel.model.columns if each.formula and each.formula.key == key)
        for row in range(panel.model.order.count) if rows is None else rows:
            assert panel.model.cells.text(row, column) == COVERED
            assert panel.model.cells.failure(row, column) is None
            assert panel.model.cells.background(row, column) is None
        line = next(each for each in panel.footer.lines if each.formula.key == key)
        assert line.value == COVERED
        strip = next(each for each in window.plots._strips.strips if each.key == key)
        assert strip.covered
        assert not any(strip.bands)
        assert window.plots._strips.readings[key].value == COVERED
        for section in window.plots.stack.sections.values():
            assert key not in {formula for _, formula in section.plot.layer.curves}
    for card in window.late.explanation.views:
        if window.document.cover.hides(card.card.formula.key, window.selection.place().row):
            assert card.card.loss == COVERED
            assert {line.value for line in card.card.lines} == {COVERED}
    if lesson.cover.means:
        assert {line.value for line in panel.footer.lines} == {COVERED}
    for failure, chip in panel.filter_chips.chips.items():
        assert chip.text().endswith(COVERED) is (failure.name.lower() in lesson.cover.failures)
    assert window.late.findings.lines == ()
    assert window.status.text.text.startswith(f"Lesson {lesson.number} of 10:")


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("key", list(lessons()))
def test_a_lesson_asks_shows_explains_and_notices(open_window, tmp_path, key, width, height):
    """Each lesson in both sizes, and each size in both themes: the lessons take turns."""
    theme = ("light", "dark")[(lessons()[key].number + (width > 1200)) % 2]
    settings = Settings(tmp_path / "settings.ini")
    window = open_window(settings, size=(width, height), theme=theme)
    lesson = lessons()[key]
    begin(window, key)
    is_covered(window, lesson)
    assert not any(wrong_with(window).values()), wrong_with(window)
    give(window, (lesson.answer + 1) % len(lesson.choices))
    assert panel_of(window).verdict.text().startswith("Not quite")
    assert not window.document.cover.is_up
    for formula in lesson.cover.formulas:
        assert COVERED not in cells_of(window, formula)
    assert not any(wrong_with(window).values()), wrong_with(window)
    begin(window, key)  # once more
    is_covered(window, lesson)
    give(window, lesson.answer)
    assert panel_of(window).verdict.text().startswith("Right")
    assert not panel_of(window).done.text()
    DEEDS[key](window)
    refresh(window)
    assert panel_of(window).done.text()
    assert not any(wrong_with(window).values()), wrong_with(window)
    assert settings.lessons_done == {key}
    stage_of(window).leave()
    window.choose_theme("light")


def test_what_is_asked_can_be_shown_without_an_answer(window):
    begin(window, "clamp")
    panel_of(window).pass_on.click()
    assert panel_of(window).verdict.text() == "It is 100"


def test_a_lesson_leaves_everything_of_the_user_s_as_it_was(window):
    document = window.document
    document.set_cells("binary", "logits", (2,), 3.25, "mine")
    document.set_page("multiclass")
    window.selection.select("multiclass", 1, 2)
    window.selection.select("binary", 4)
    problems = [document.problem(page) for page in ("binary", "multiclass")]
    formulas, steps = document.formulas, document.undo_stack.count()
    begin(window, "softmax_twice")
    assert document.problem("multiclass") is not problems[1]
    DEEDS["softmax_twice"](window)
    assert document.undo_stack.count() == steps
    stage_of(window).leave()
    settle()
    assert document.binary is problems[0]
    assert document.multiclass is problems[1]
    assert (document.page, document.formulas) == ("multiclass", formulas)
    assert window.selection.place("multiclass").row == 1
    assert window.selection.place("binary").row == 4
    assert window.actions_.undo.text().endswith("mine")
    window.actions_.undo.trigger()
    assert document.binary.logits[2] != 3.25
    window.actions_.redo.trigger()
    assert document.binary.logits[2] == 3.25


def test_a_lesson_begun_on_the_page_with_all_four_losses_comes_back_there(window):
    window.document.set_front("all-four")
    settle()
    sample = window.document.sample
    begin(window, "clamp")
    assert window.document.front == "binary"
    assert window.lesson_dock.is_at_lesson
    stage_of(window).leave()
    settle()
    assert (window.document.front, window.document.sample) == ("all-four", sample)


def test_a_lesson_has_a_history_of_its_own(window):
    begin(window, "clamp")
    set_logit(window, 0, 5)
    assert window.document.binary.logits[0] == 5
    window.actions_.undo.trigger()
    assert window.document.binary.logits[0] != 5
    assert not window.actions_.undo.isEnabled()


def test_saving_during_a_lesson_saves_the_user_s_numbers(window, qtbot, tmp_path):
    window.document.set_cells("binary", "logits", (0,), 7.5, "mine")
    begin(window, "saturation")
    set_logit(window, 0, -3)
    path = tmp_path / "mine.json"
    with qtbot.waitSignal(window.session.keeper.saved):
        window.session.keeper.save(path)
    assert "7.5" in path.read_text(encoding="utf-8")
    assert window.document.undo_stack.isClean()
    stage_of(window).leave()
    assert window.document.binary.logits[0] == 7.5


def test_what_is_opened_ends_the_lesson_first(window):
    begin(window, "clamp")
    window.files.open_path(PRESETS / "11-dead-gradient.json")
    assert stage_of(window).lesson is None
    assert not window.document.is_lent
    assert window.document.binary.logits.tolist() == [-25, -28, -30, -40, -50]
    window.actions_.undo.trigger()
    assert window.document.binary.logits[0] == 1.51


def test_the_dock_and_the_bar_say_that_a_lesson_is_under_way(window):
    begin(window, "clamp")
    assert window.docks.dock(NOTES).windowTitle() == "Lesson 3 of 10"
    assert "(held)" in window.docks.dock("findings").windowTitle()
    assert window.sentence.text.lead == "Row 6: z = 17, y = 0, and the true loss is 17."
    window.actions_.leave_lesson.trigger()
    settle()
    assert window.docks.dock(NOTES).windowTitle() == "Lesson and notes"
    assert not window.lesson_dock.is_at_lesson
    assert not window.actions_.leave_lesson.isEnabled()


def test_nothing_moves_at_an_answer(window):
    begin(window, "clamp")
    parts = (window.docks.table, window.picture, window.docks.dock(NOTES), window.sentence)
    before = [place(window, each) for each in parts]
    give(window, 1)
    assert [place(window, each) for each in parts] == before


def test_the_ledger_tells_nothing_before_the_answer(window):
    window.docks.bring_to_front(LEDGER)
    begin(window, "denominators")
    window.docks.bring_to_front(LEDGER)
    settle()
    assert window.late.ledger.covered.isVisible()
    stage_of(window).answer(NO_CHOICE)
    settle()
    assert not window.late.ledger.covered.isVisible()


def test_the_picture_is_as_it_was_after_a_lesson(window):
    window.plots.shade("bce_with_logits")
    before = window.plots.setup
    begin(window, "dead_gradient")
    assert window.plots.setup != before
    stage_of(window).leave()
    assert window.plots.setup == before
    assert window.plots.shaded == "bce_with_logits"


def test_lessons_follow_one_another_and_the_last_one_ends(window):
    begin(window, "denominators")
    stage_of(window).answer(0)
    panel_of(window).next.click()
    assert stage_of(window).lesson.key == "broken_row"
    stage_of(window).answer(0)
    panel_of(window).next.click()
    assert stage_of(window).lesson is None


def test_progress_is_kept_for_the_next_run(open_window, tmp_path):
    settings = Settings(tmp_path / "settings.ini")
    settings.lessons_done = frozenset({"agree", "clamp"})
    window = open_window(settings, size=(1366, 738))
    assert window.lesson_dock.count.text() == "10 lessons, 2 done"
    ticked = [
        action.text().replace("&", "") for action in window.actions_.lessons.actions() if action.isChecked()
    ]
    assert ticked == ["1  Where they agree", "3  The clamp"]


def test_a_lesson_s_words_lead_to_their_cards(window):
    begin(window, "clamp")
    assert not panel_of(window).words.isVisible()  # 'Clamp, and why -100' would tell
    give(window, 0)
    for key in lessons()["clamp"].words:
        panel_of(window).words.linkActivated.emit(key)
        settle()
        card = window.late.teaching.words.card
        assert card.isVisible()
        assert card.word.key == key


def test_on_another_page_the_row_there_is_spoken_of(window):
    begin(window, "clamp")
    window.document.set_page("multiclass")
    refresh(window)
    assert not window.sentence.text.lead.startswith("Row 6")
    window.document.set_page("binary")
    refresh(window)
    assert window.sentence.text.lead == "Row 6: z = 17, y = 0, and the true loss is 17."


def test_after_the_answer_the_broken_row_is_in_front_and_the_last_lesson_finishes(window):
    begin(window, "broken_row")
    give(window, 0)
    assert window.selection.place("binary").row == 6
    assert window.sentence.text.lead.startswith("Row 7: ")
    assert panel_of(window).next.text() == "&Finish"


def test_another_lesson_from_within_a_lesson_keeps_what_was_before_the_first(window):
    document, mine = window.document, window.document.binary
    window.selection.select("binary", 3)
    window.actions_.lessons.actions()[2].trigger()
    give(window, 0)
    window.actions_.lessons.actions()[4].trigger()
    refresh(window)
    assert stage_of(window).lesson.key == "log_sum_exp"
    assert document.page == "multiclass"
    window.actions_.leave_lesson.trigger()
    settle()
    assert (document.binary, document.page) == (mine, "binary")
    assert window.selection.place("binary").row == 3


def test_work_in_progress_is_the_user_s_and_not_the_lesson_s(window):
    keeper = window.session.keeper
    window.document.set_cells("binary", "logits", (0,), 7.5, "mine")
    begin(window, "saturation")
    set_logit(window, 0, -3.0625)
    kept = b"".join(keeper._content()).decode()
    assert "7.5" in kept
    assert "-3.0625" not in kept
    assert keeper.session().problems["binary"].problem.logits[0] == 7.5


def test_rows_taken_away_during_a_lesson_harm_nothing(window):
    for key in ("broken_row", "softmax_twice"):
        begin(window, key)
        page = window.document.page
        window.document.remove_rows(page, range(window.document.problem(page).rows), "remove")
        refresh(window)
        stage_of(window).answer(0)
        refresh(window)
        window.actions_.undo.trigger()
        refresh(window)
    stage_of(window).leave()


def test_a_new_session_ends_the_lesson(window):
    begin(window, "clamp")
    window.files.new()
    settle()
    assert stage_of(window).lesson is None
    assert not window.document.is_lent


def test_a_window_closed_during_a_lesson_asks_nothing_where_nothing_is_unsaved(window):
    begin(window, "clamp")
    set_logit(window, 0, -3)
    assert window.close()


def test_a_window_closed_during_a_lesson_asks_about_the_user_s_own_changes(window):
    window.document.set_cells("binary", "logits", (0,), 7.5, "mine")
    begin(window, "clamp")
    assert not window.close()
    question = window.findChild(QMessageBox)
    assert question.isVisible()
    question.reject()
    assert stage_of(window).lesson.key == "clamp"


def test_a_card_leads_to_its_lesson(window):
    window.late.teaching.words.lesson_asked.emit("clamp")
    assert stage_of(window).lesson.key == "clamp"


def test_the_card_of_a_covered_formula_tells_nothing_here(window):
    begin(window, "clamp")
    window.docks.bring_to_front(STEPS, focus=False)
    settle()
    view = next(each for each in window.late.explanation.views if each.card.formula.key == "bce_sigmoid")
    window.late.teaching.words.show_word("clamp", view.asked_word()[1])
    assert "clamped to 100" not in window.late.teaching.words.card.words
