"""The page with all four losses: exactly the numbers of the other pages, live, undone and remembered."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from looking import settle
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from engine import (
    BFLOAT16,
    FEEDINGS,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    FORMATS,
    ROUTES,
    BinaryProblem,
    MulticlassProblem,
    evaluate,
)
from gui.all_four import painted
from gui.all_four.state import shown_of
from gui.document.sample import FEEDING_KEYS, Sample
from gui.plots.export.picture_choice import PictureChoice
from gui.plots.parts.words import value_text
from gui.services.look.marks import DRAWINGS
from gui.session.session_file import parse_session, session_pieces

NASTY = (0.0, -0.0, 17.0, -20.0, -200.0, 1e30, math.inf, -math.inf, math.nan, 0.5)


@pytest.fixture
def window(open_window):
    window = open_window(size=(1366, 738), page="all-four")
    settle()
    return window


@pytest.fixture
def page(window):
    return window.late.all_four.page


def values(page) -> list[str]:
    return [view.lane.value for view in page.lanes]


def type_number(page, text: str) -> None:
    page.bar.number.selectAll()
    QTest.keyClicks(page.bar.number, text)
    QTest.keyClick(page.bar.number, Qt.Key.Key_Return)
    settle()


# -- numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS, ids=str)
@pytest.mark.parametrize("target", [0.0, 1.0, 0.3])
@pytest.mark.parametrize("z", [17.0, -200.0, 0.7, math.inf])
def test_the_lanes_have_the_numbers_of_the_pages_of_tables(form, target, z):
    shown = shown_of(Sample(z, target=target, format=form, feedings=frozenset(FEEDING_KEYS)))
    binary = BinaryProblem(logits=[z], target=[target], format=form)
    k = [int(target)] if target in (0.0, 1.0) else [[1.0 - target, target]]
    multiclass = MulticlassProblem(logits=[[0.0, z]], target=k, format=form)
    for formula in (*ROUTES, *FEEDINGS[:3]):
        problem = binary if formula.family == "binary" else multiclass
        column = evaluate(problem, formulas=(formula,)).columns[0]
        card = shown.card(formula.key)
        np.testing.assert_equal(card.loss, float(column.loss[0]))
        slope = column.gradient[0] if problem is binary else column.gradient[0, 1]
        np.testing.assert_equal(card.gradient, float(slope))
        assert (card.regime, card.refusal) == (column.regimes[0], column.refusal)


def test_the_page_begins_with_the_row_that_parts_the_losses(window, page):
    assert values(page) == ["100", "17", "17", "17"]
    assert window.sentence.text.lead == "One sample, four routes: three give 17, BCELoss gives 100."
    assert [view.lane.mark for view in page.lanes] == ["beware", "right", "right", "right"]
    assert "dead" in page.lanes[0].lane.gradient
    assert window.status.text.text.startswith("clamped: BCELoss gives 100 where the true loss is 17")
    assert "16.635532" in window.status.text.text
    assert window.status.more.text() == "3 wrong feedings shown"
    assert [place.feeding.value for place in page.feedings] == ["1.31326", "1.31326", "−4.14e−08", ""]


def test_two_class_routes_say_how_many_floats_they_are_from_bce_with_logits():
    shown = shown_of(Sample(2.0, target=0.3))
    assert shown.apart("cross_entropy") == 1.0
    assert shown.apart("bce_sigmoid") == 0.0


def test_where_the_routes_are_apart_the_page_says_by_how_much(window, page):
    window.document.set_sample(Sample(2.0, target=0.3), "")
    settle()
    assert page.lanes[3].lane.verdict == "right, 1 float from BCEWithLogitsLoss"
    assert "1 float from BCEWithLogitsLoss" in window.sentence.text.text


def test_soft_targets_are_for_those_that_take_them(window, page):
    page.bar.choices[2].click()
    settle()
    assert window.document.sample.target == 0.5
    refused = page.lanes[2].lane
    assert refused.mark == "wrong"
    assert "multi-target not supported" in refused.verdict
    assert {lane.lane.mark for lane in page.lanes} >= {"wrong", "right"}
    assert "NLLLoss is refused" in window.sentence.text.lead


# -- what is given ----------------------------------------------------------------------------------------


def test_z_is_typed_and_undone(window, page):
    type_number(page, "-3.25")
    assert window.document.sample.number == -3.25
    assert values(page)[1] == value_text(float(np.float32(np.log1p(np.exp(-3.25)))))
    window.document.undo_stack.undo()
    settle()
    assert values(page) == ["100", "17", "17", "17"]
    assert page.bar.number.text() == "17"


def test_what_is_no_number_is_refused_in_words_and_changes_nothing(window, page):
    type_number(page, "1,5")
    assert window.document.sample.number == 17.0
    assert "1.5" in window.status.currentMessage()
    assert page.bar.number.text() == "17"


def test_the_special_numbers_can_be_typed(page):
    for text in ("inf", "-inf", "nan", "1e30"):
        type_number(page, text)
        assert page.lanes[1].lane.value


def test_a_drag_of_the_slider_is_one_step(window, page):
    slider, stack = page.bar.slider, window.document.undo_stack
    slider.setSliderDown(True)
    for position in (100, 50, -35):
        slider.setValue(position)
    slider.setSliderDown(False)
    assert window.document.sample.number == -3.5
    assert stack.count() == 1
    slider.setValue(20)
    assert stack.count() == 2
    stack.undo()
    stack.undo()
    assert window.document.sample.number == 17.0


def test_what_is_said_follows_a_drag_to_its_end(window, page, qtbot):
    slider = page.bar.slider
    slider.setSliderDown(True)
    for position in (100, 150, 170):
        slider.setValue(position)
    slider.setSliderDown(False)
    assert values(page)[1] == "17"
    qtbot.waitUntil(lambda: "three give 17, BCELoss gives 100" in window.sentence.text.lead)
    assert window.status.text.text.startswith("clamped: BCELoss gives 100")


def test_the_slider_goes_past_every_loud_edge_of_the_format(window, page):
    for target, form, reach in ((0.0, FLOAT32, 40.0), (1.0, FLOAT32, 120.0), (1.0, FLOAT64, 160.0)):
        window.document.set_sample(Sample(target=target, format=form), "")
        settle()
        assert page.bar.slider.maximum() == reach * 10


def test_the_marker_is_dragged_as_one_step_while_the_axes_stand_still(window, page):
    plot, stack = page.curves.plot, window.document.undo_stack
    span = plot.span
    at = QPoint(round(span.to_pixel(17.0)), round(plot.area.center().y()))
    viewport = plot.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=at)
    for step in (-30, -60, -90):
        QTest.mouseMove(viewport, at + QPoint(step, 0))
        settle()
    during = plot.span
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=at + QPoint(-90, 0))
    settle()
    assert window.document.sample.number == pytest.approx(span.to_logit(span.to_pixel(17.0) - 90), abs=0.2)
    assert (during.start, during.stop) == (span.start, span.stop)
    assert stack.count() == 1


def test_keys_move_the_marker_a_pixel_a_float_and_from_edge_to_edge(window, page):
    plot = page.curves.plot
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert window.document.sample.number == float(np.nextafter(np.float32(17.0), np.float32(18.0)))
    QTest.keyClick(plot, Qt.Key.Key_PageUp)
    assert window.document.sample.number == pytest.approx(16.635532)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert 16.0 < window.document.sample.number < 16.6356


def test_the_edges_menu_offers_the_edges_of_the_format(window, page):
    edges = page.bar.edges
    words = [choice.words for choice in edges.choices()]
    assert "z = 16.635532: BCELoss is clamped from here on" in words
    edges._fill()
    action = next(each for each in edges.menu().actions() if each.text() == words[words.index(words[-1])])
    action.trigger()
    settle()
    assert window.document.sample.number == edges.choices()[-1].logit
    window.document.set_format(FLOAT16, "")
    settle()
    assert any("8.3203125" in choice.words or "8.32" in choice.words for choice in edges.choices())


def test_wrong_feedings_are_switched_on_and_off_in_their_places(window, page):
    places = [place.geometry() for place in page.feedings]
    page.feedings[3].box.click()
    page.feedings[0].box.click()
    settle()
    assert window.document.sample.feedings == frozenset(FEEDING_KEYS[1:])
    assert page.feedings[3].feeding.words == "refused"
    assert page.feedings[0].feeding.words == "switched off"
    assert [place.geometry() for place in page.feedings] == places
    assert "no sigmoid" in page.curves.legend.names()
    assert "sigmoid twice" not in page.curves.legend.names()
    window.document.undo_stack.undo()
    window.document.undo_stack.undo()
    assert window.document.sample.feedings == frozenset(FEEDING_KEYS[:3])


# -- probabilities in -------------------------------------------------------------------------------------


def test_a_given_probability_goes_to_bce_loss_and_nll_loss_just_as_it_is(window, page):
    page.bar.given.setCurrentIndex(1)
    page.bar.given.activated.emit(1)
    type_number(page, "0.9")
    assert window.document.sample.given == "p"
    assert "z = 2.1972244" in page.headings.words
    lanes = [view.lane for view in page.lanes]
    assert (lanes[0].takes, lanes[2].takes) == ("p = 0.9", "(1 − p, p), p = 0.9")
    assert lanes[1].takes == "z = 2.1972244"
    assert lanes[0].gradient.endswith("(to p)")


def test_one_minus_two_to_the_minus_24_is_said_to_come_from_no_float32(window, page):
    window.document.set_sample(Sample(1.0 - 2.0**-24, given="p", target=0.0), "")
    settle()
    assert page.headings.words == "p = 0.99999994 comes from no float32 z: no sigmoid gives it"
    assert values(page) == ["16.6355", "", "16.6355", ""]
    assert window.sentence.text.lead.startswith("No float32 z gives p = 0.99999994")
    window.document.set_format(FLOAT64, "")
    settle()
    assert "no float" not in page.headings.words or "float64" in page.headings.words


def test_a_probability_outside_0_to_1_is_refused(window, page):
    window.document.set_sample(Sample(0.5, given="p"), "")
    settle()
    type_number(page, "1.5")
    assert window.document.sample.number == 0.5
    assert "from 0 to 1" in window.status.currentMessage()


def test_given_z_becomes_its_sigmoid_and_p_its_logit(window, page):
    type_number(page, "2")
    page.bar.given.activated.emit(1)
    settle()
    assert window.document.sample.number == pytest.approx(1.0 / (1.0 + math.exp(-2.0)), rel=1e-6)
    page.bar.given.activated.emit(0)
    settle()
    assert window.document.sample.number == pytest.approx(2.0, rel=1e-6)


# -- the window around it ---------------------------------------------------------------------------------


def test_the_way_here_from_a_row_stands_beside_the_binary_pages_options(open_window):
    window = open_window(size=(1366, 738))
    button = window.option_bar.two_classes
    assert button.isVisible()
    window.document.set_page("multiclass")
    settle()
    assert not button.isVisible()
    window.document.set_page("binary")
    settle()
    button.click()
    settle()
    assert (window.document.front, button.isVisible()) == ("all-four", False)
    window.actions_.back_to_row.trigger()
    settle()
    assert button.isVisible()


def test_a_row_comes_as_two_classes_and_one_goes_back_to_it(open_window):
    window = open_window(size=(1366, 738))
    settle()
    window.selection.select("binary", 2)
    before = window.docks.state()
    window.actions_.two_classes.trigger()
    settle()
    problem = window.document.binary
    sample = window.document.sample
    assert window.document.front == "all-four"
    assert (sample.number, sample.target, sample.row) == (problem.logits[2], problem.target[2], 2)
    assert not window.docks.table.isVisible()
    assert window.actions_.back_to_row.text() == "&Back to row 3"
    window.selection.select("binary", 0)
    window.actions_.back_to_row.trigger()
    settle()
    assert window.document.front == "binary"
    assert window.selection.place("binary").row == 2
    assert window.docks.state() == before
    assert window.sentence.text.lead.startswith("Row 3:")


def test_the_tutorials_rows_are_followed_one_by_one(open_window):
    window = open_window(size=(1366, 738))
    page_of = window.late.all_four
    for row in range(5):
        window.selection.select("binary", row)
        window.actions_.two_classes.trigger()
        settle()
        column = evaluate(window.document.binary.replace(reduction="none")).column("bce_with_logits")
        assert values(page_of.page)[1] == value_text(float(column.loss[row]))
        window.actions_.back_to_row.trigger()
        settle()


def docks_in_sight(window) -> dict:
    """Qt keeps what is behind a tab outside of the window, in any size."""
    seen = [dock for dock in window.docks.all if window.rect().intersects(dock.geometry())]
    return {dock.objectName(): dock.geometry() for dock in seen if dock.isVisible()}


def test_keys_bring_the_page_to_the_front_and_another_back(open_window):
    window = open_window(size=(1366, 738))
    settle()
    before = docks_in_sight(window)
    window.actions_.page("all-four").trigger()
    settle()
    assert window.tabs.currentIndex() == 2
    window.actions_.page("multiclass").trigger()
    settle()
    assert window.docks.table.isVisible()
    assert window.docks.table.width() == 690
    window.actions_.page("binary").trigger()
    settle()
    assert docks_in_sight(window) == before


def test_resetting_the_layout_keeps_the_docks_away(window):
    window.reset_layout()
    settle()
    assert not window.docks.table.isVisible()
    window.document.set_page("binary")
    settle()
    assert window.docks.table.isVisible()
    assert window.late.plots.isVisible()


def test_a_format_chosen_here_is_everywhere_and_one_step(window, page):
    window.late.all_four._format.field.activated.emit(1)
    settle()
    assert {window.document.binary.format, window.document.multiclass.format} == {BFLOAT16}
    assert window.document.sample.format is BFLOAT16
    assert window.document.undo_stack.count() == 1
    window.document.undo_stack.undo()
    assert window.document.sample.format is FLOAT32


def test_the_code_of_all_four_is_copied(window, page):
    page.bar.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert copied == page.code()
    assert 'show("CrossEntropyLoss(z)"' in copied
    QGuiApplication.clipboard().clear()
    window.session.code.torch.trigger()
    assert QGuiApplication.clipboard().text() == copied


def test_the_sample_and_the_page_in_front_are_kept_in_the_session(window, page):
    sample = Sample(0.9, given="p", target=0.3, format=FLOAT16, row=4)
    window.document.set_sample(sample, "")
    keeper = window.session.keeper
    kept = parse_session("".join(session_pieces(keeper.session())))
    assert not keeper.is_saved
    window.document.load(window.document.binary, window.document.multiclass, "multiclass")
    settle()
    assert window.document.sample.same_as(Sample())
    keeper.load(kept, None)
    settle()
    assert window.document.front == "all-four"
    assert window.document.sample.same_as(sample)
    assert page.bar.number.text() == "0.9"


def test_the_next_finding_leaves_the_docks_away(window):
    window.actions_.next_finding.trigger()
    settle()
    assert not any(dock.isVisible() for dock in window.docks.all)


def test_the_picture_of_the_page_has_its_parts_alone(window, page):
    exporter = window.late.exporter
    whole = exporter.figure()
    curves = exporter.figure(PictureChoice(panels={"all-four": ("curves",)}))
    assert whole.panel.bar.isHidden()
    assert [lane.isHidden() for lane in curves.panel.lanes] == [True] * 4
    assert curves.panel.curves.height() > whole.panel.curves.height()
    assert whole.caption.sample == "z = 17 · y = 0 · float32"
    assert b"<image" not in curves.svg()
    window.late.export_actions.copy_picture.trigger()
    assert QGuiApplication.clipboard().image() == whole.image()


def geometries(page) -> dict[str, tuple[int, int, int, int]]:
    inside = [each for each in page.content.findChildren(QWidget) if each.isVisible()]
    return {
        f"{number} {type(each).__name__}": each.geometry().getRect() for number, each in enumerate(inside)
    }


def test_nothing_moves_whatever_the_sample_is(window, page):
    window.document.set_sample(Sample(), "")
    settle()
    before, size = geometries(page), window.size()
    for number in NASTY:
        for target in (0.0, 1.0, 0.3):
            sample = Sample(number, target=target, feedings=frozenset(FEEDING_KEYS[1:3]))
            window.document.set_sample(sample, "")
            settle()
            assert geometries(page) == before, (number, target)
    for p in (0.0, 1.0, 1.0 - 2.0**-24):
        window.document.set_sample(replace(Sample(), number=p, given="p"), "")
        settle()
        assert geometries(page) == before, p
    assert window.size() == size


def test_everything_has_a_name_and_can_be_reached_by_tab(window, page):
    from gui.window.late_parts import takers_of_tab

    window.late.chain_tabs()
    reached = [each for each in takers_of_tab(window) if page.isAncestorOf(each) and each.isVisible()]
    for needed in (page.bar.number, page.bar.slider, page.bar.edges, page.bar.copy, page.curves.plot):
        assert needed in reached
    assert [place.box for place in page.feedings] == [
        each for each in reached if each in {p.box for p in page.feedings}
    ]
    for widget in reached:
        text = getattr(widget, "text", None)
        said = widget.accessibleName() or (text() if callable(text) else "")
        assert said, widget
    assert "clamped" in page.lanes[0].accessibleDescription()


def test_words_without_room_end_in_an_ellipsis_and_others_are_whole(qapp):
    drawn = QPixmap(200, 30)
    painter = QPainter(drawn)
    font, colour = qapp.font(), QColor("black")
    room = painted.QFontMetricsF(font).horizontalAdvance("BCEWithLogitsLoss")
    assert painted.write(painter, QRectF(0, 0, room + 1, 30), "BCEWithLogitsLoss", font, colour)
    assert not painted.write(painter, QRectF(0, 0, room - 9, 30), "BCEWithLogitsLoss", font, colour)
    painter.end()


def test_all_marks_have_drawings(page):
    assert {view.lane.mark for view in page.lanes} <= set(DRAWINGS)


def test_what_would_act_on_the_hidden_table_picture_and_docks_is_not_offered(window):
    offered = window.actions_.rows_menu, window.docks.floating.menuAction(), window.actions_.next_finding
    of_picture = window.plots.interaction.actions.all
    assert not any(action.isEnabled() for action in offered)
    assert not any(action.isVisible() for action in of_picture)
    window.document.set_front("binary")
    settle()
    assert all(action.isEnabled() for action in offered)
    assert all(action.isVisible() for action in of_picture)
    assert not window.plots.interaction.actions.clear_baseline.isEnabled()


def test_a_loss_that_underflows_is_no_reason_to_take_the_loss_that_clamps(window, page):
    type_number(page, "-16.7")
    said = page.status
    assert said.kind == "underflow"
    assert "Use BCELoss" not in said.text
    assert said.text.endswith("Nothing to mend: the error is tiny.")
