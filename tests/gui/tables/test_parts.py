"""The table's three parts: what stays in view, how the caret and a selection go across them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QLineEdit
from table_page import LOGIT, LOSS, TARGET, open_page

from engine import BinaryProblem, MulticlassProblem
from gui.tables.grid.columns import Kind, Part
from gui.tables.view.part_layout import share_spare, share_width

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def wide(classes, rows=40):
    logits = np.random.default_rng(0).normal(size=(rows, classes))
    return MulticlassProblem(logits=logits, target=np.arange(rows) % classes)


def whole(app, number):
    """Whether all of a column is seen, and nothing beside it covers it."""
    room = app.view.room_of(number)
    return room.width() == app.view.columnWidth(number) > 0 and room.right() < app.view.width()


def press(qtbot, app, key, modifiers=Modifier.NoModifier):
    qtbot.keyClick(app.view.viewport(), key, modifiers)


def place(app):
    index = app.view.currentIndex()
    return index.row(), index.column()


# -- what stays in view -------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [10, 200, 1000])
def test_target_and_losses_stay_in_view_while_logits_scroll(qtbot, classes):
    app = open_page(qtbot, "multiclass", multiclass=wide(classes))
    app.panel.resize(690, 370)
    stays = [app.number(TARGET), *app.model.cells.numbers_of(LOSS)]
    last = app.number(LOGIT, index=classes - 1)
    assert not whole(app, last)
    for scrolled in (0, app.view.horizontalScrollBar().maximum()):
        app.view.horizontalScrollBar().setValue(scrolled)
        assert all(whole(app, number) for number in stays)
    app.view.setCurrentIndex(app.model.index(0, last))
    assert whole(app, last)
    assert all(whole(app, number) for number in stays)


def test_the_exact_loss_is_the_last_column(qtbot):
    app = open_page(qtbot, "multiclass", multiclass=wide(10))
    rooms = {number: app.view.room_of(number).left() for number in app.view.shown_columns()}
    assert max(rooms, key=rooms.get) == app.number(LOSS, "multiclass_exact")


def test_all_parts_scroll_down_as_one(qtbot):
    app = open_page(qtbot, "multiclass", multiclass=wide(10, 500))
    views = list(app.view.parts.values())
    for view, row in zip(views, (100, 300, 20), strict=True):
        view.verticalScrollBar().setValue(row)
        assert {each.rowAt(0) for each in views} == {row}
        assert {each.verticalScrollBar().maximum() for each in views} == {view.verticalScrollBar().maximum()}
    app.view.setCurrentIndex(app.model.index(499, app.number(LOSS, "cross_entropy")))
    assert len({each.rowViewportPosition(499) for each in views}) == 1


def test_in_a_narrow_binary_table_what_lies_between_gives_way(qtbot):
    app = open_page(qtbot)
    app.panel.resize(540, 300)
    QApplication.processEvents()
    assert app.view.middle.isHidden()
    assert all(whole(app, number) for number in app.model.cells.numbers_of(LOSS))
    app.panel.resize(1400, 300)
    QApplication.processEvents()
    assert whole(app, app.number(Kind.ACTIVATION))


def test_columns_asked_for_by_hand_get_room_in_a_narrow_table(qtbot):
    app = open_page(qtbot)
    app.panel.resize(540, 300)
    app.panel.bar.show_gradients.setChecked(False)
    app.panel.bar.show_gradients.setChecked(True)
    assert app.view.middle.isVisible()
    assert app.view.middle.width() >= 100


def test_a_column_that_is_hidden_from_between_leaves_no_gap(qtbot):
    app = open_page(qtbot)
    app.panel.resize(1600, 300)
    for kind in (Kind.ACTIVATION, Kind.ERROR, Kind.GRADIENT):
        app.view.show_kind(kind, False)
    assert app.view.middle.isHidden()
    edges = [app.view.parts[part].geometry() for part in (Part.HEAD, Part.RESULTS)]
    assert edges[1].left() - edges[0].right() <= 2


@pytest.mark.parametrize("width", [200, 400, 700, 1500])
@pytest.mark.parametrize("needed", [True, False])
def test_the_parts_share_the_whole_width_and_no_more(width, needed):
    shared = share_width(width, 150, [60] * 20, 400, needed=needed)
    assert shared.head + shared.middle + shared.results == width
    assert min(shared.head, shared.middle, shared.results, shared.spare) >= 0
    if not needed:
        assert shared.middle % 60 == 0


def test_a_width_given_by_hand_stays_when_the_table_is_resized(qtbot):
    app = open_page(qtbot, "multiclass", multiclass=wide(10))
    number = app.number(LOGIT, index=2)
    app.view.header_of(number).resizeSection(number, 123)
    app.panel.resize(800, 400)
    assert app.view.columnWidth(number) == 123


def test_titles_say_class_or_formula_in_two_lines(qtbot):
    app = open_page(qtbot, "multiclass", multiclass=wide(3))
    titles = [app.view.header_of(n)._words(n, Qt.ItemDataRole.UserRole + 1) for n in app.view.shown_columns()]
    assert titles[:4] == ["y", "z[0] ↔", "z[1]", "z[2]"]
    assert titles[-5:] == [
        "CrossEntropy\nLoss(z)",
        "NLLLoss\n(log_softmax(z))",
        "NLLLoss\n(log(softmax(z)))",
        "scratch",
        "exact",
    ]


def test_under_a_formulas_title_stands_a_piece_of_its_curve(qtbot):
    from gui.services.colours import formula_style

    app = open_page(qtbot)
    for number in app.model.cells.numbers_of(LOSS):
        header = app.view.header_of(number)
        left = header.sectionViewportPosition(number)
        image = header.viewport().grab().toImage()
        colours = {
            image.pixelColor(x, y).name()
            for x in range(left + 6, left + header.sectionSize(number) - 6)
            for y in range(header.height() - 12, header.height() - 1)
        }
        style = formula_style(app.model.columns[number].formula, dark=False)
        assert style.colour.name() in colours


# -- the caret ----------------------------------------------------------------------------------------


def test_the_arrow_keys_walk_through_all_parts_and_back(qtbot):
    app = open_page(qtbot, "multiclass", multiclass=wide(3))
    shown = list(app.view.shown_columns())
    app.view.setFocus()
    app.view.setCurrentIndex(app.model.index(1, 0))
    walked = []
    for _ in shown:
        walked.append(app.view.currentIndex().column())
        assert app.view.part_with(walked[-1]) is app.view.focusProxy()
        press(qtbot, app, Key.Key_Right)
    assert walked == shown
    for number in reversed(shown[:-1]):
        press(qtbot, app, Key.Key_Left)
        assert place(app) == (1, number)
    assert app.selection.place().row == 1


def test_the_keyboard_goes_along_with_the_caret(qtbot):
    app = open_page(qtbot, "multiclass", multiclass=wide(3))
    app.panel.activateWindow()
    app.view.setFocus()
    qtbot.waitUntil(app.view.hasFocus)
    app.view.setCurrentIndex(app.model.index(0, 0))
    assert app.view.parts[Part.HEAD].hasFocus()
    press(qtbot, app, Key.Key_Right)
    assert app.view.parts[Part.MIDDLE].hasFocus()
    press(qtbot, app, Key.Key_End)
    assert app.view.parts[Part.RESULTS].hasFocus()
    stops = [view for view in app.view.parts.values() if view.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops == [app.view.parts[Part.RESULTS]]


def test_home_and_end_lead_to_the_rows_ends_and_with_ctrl_to_the_tables(qtbot):
    app = open_page(qtbot)
    app.panel.resize(1600, 400)
    last = app.model.columnCount() - 1
    app.view.setCurrentIndex(app.model.index(2, 1))
    for key, modifiers, expected in (
        (Key.Key_End, Modifier.NoModifier, (2, last)),
        (Key.Key_Home, Modifier.NoModifier, (2, 0)),
        (Key.Key_End, Modifier.ControlModifier, (4, last)),
        (Key.Key_Home, Modifier.ControlModifier, (0, 0)),
    ):
        press(qtbot, app, key, modifiers)
        assert place(app) == expected


def test_a_selection_with_shift_spans_the_parts(qtbot):
    app = open_page(qtbot, "multiclass", multiclass=wide(3))
    app.view.setCurrentIndex(app.model.index(1, 0))
    for _ in range(3):
        press(qtbot, app, Key.Key_Right, Modifier.ShiftModifier)
    press(qtbot, app, Key.Key_Down, Modifier.ShiftModifier)
    area = app.view.selected_area()
    assert (area.places.tolist(), area.columns) == ([1, 2], (0, 1, 2, 3))
    press(qtbot, app, Key.Key_Left, Modifier.ShiftModifier)
    assert app.view.selected_area().columns == (0, 1, 2)
    press(qtbot, app, Key.Key_Down)
    assert len(app.view.selected_area().places) == 1


def click(qtbot, app, row, number, modifiers=Modifier.NoModifier):
    view = app.view.part_with(number)
    spot = view.visualRect(app.model.index(row, number)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifiers, spot)


def test_a_click_with_shift_selects_from_one_part_into_another(qtbot):
    app = open_page(qtbot, "multiclass", multiclass=wide(3))
    click(qtbot, app, 0, 0)
    click(qtbot, app, 2, app.number(LOSS, "cross_entropy"), Modifier.ShiftModifier)
    area = app.view.selected_area()
    assert area.places.tolist() == [0, 1, 2]
    assert area.columns[0] == 0
    assert area.columns[-1] == app.number(LOSS, "cross_entropy")


def test_the_mouse_drags_a_selection_from_one_part_into_another(qtbot):
    app = open_page(qtbot, "multiclass", multiclass=wide(3))
    head, target = app.view.parts[Part.HEAD], app.number(LOGIT, index=0)
    start = head.visualRect(app.model.index(0, 0)).center()
    qtbot.mousePress(head.viewport(), Qt.MouseButton.LeftButton, pos=start)
    view = app.view.part_with(target)
    spot = view.viewport().mapToGlobal(view.visualRect(app.model.index(2, target)).center())
    local = QPointF(head.viewport().mapFromGlobal(spot))
    left = Qt.MouseButton.LeftButton
    move = QMouseEvent(QEvent.Type.MouseMove, local, QPointF(spot), left, left, Modifier.NoModifier)
    QApplication.sendEvent(head.viewport(), move)
    qtbot.mouseRelease(head.viewport(), left, pos=QPoint(int(local.x()), int(local.y())))
    area = app.view.selected_area()
    assert (area.places.tolist(), area.columns) == ([0, 1, 2], (0, target))


# -- Enter --------------------------------------------------------------------------------------------


def type_over(qtbot, app, text):
    qtbot.keyClicks(app.view.viewport(), text[0])
    editor = app.view.viewport().findChild(QLineEdit)
    qtbot.keyClicks(editor, text[1:])
    qtbot.keyClick(editor, Key.Key_Return)
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    app.evaluator.flush()


def test_after_enter_the_caret_is_below_and_what_changed_stays_shown(qtbot):
    app = open_page(qtbot)
    app.view.setFocus()
    app.view.setCurrentIndex(app.model.index(1, 1))
    type_over(qtbot, app, "-89")
    assert place(app) == (2, 1)
    assert app.selection.place().row == 1
    assert app.model.shown_place() == 1


def test_another_row_is_shown_once_the_caret_is_moved_by_itself_or_it_is_edited(qtbot):
    app = open_page(qtbot)
    app.view.setFocus()
    app.view.setCurrentIndex(app.model.index(0, 1))
    type_over(qtbot, app, "10")
    type_over(qtbot, app, "20")
    assert (place(app), app.selection.place().row) == ((2, 1), 1)
    press(qtbot, app, Key.Key_Down)
    assert (place(app), app.selection.place().row) == ((3, 1), 3)
    press(qtbot, app, Key.Key_Return)
    assert app.selection.place().row == 4


def test_a_refused_number_leaves_the_shown_row_alone(qtbot, monkeypatch):
    monkeypatch.setattr("PySide6.QtWidgets.QToolTip.showText", lambda *_: None)
    app = open_page(qtbot)
    app.view.setFocus()
    app.view.setCurrentIndex(app.model.index(0, 1))
    type_over(qtbot, app, "10")
    qtbot.keyClicks(app.view.viewport(), "a")
    editor = app.view.viewport().findChild(QLineEdit)
    qtbot.keyClick(editor, Key.Key_Return)
    assert app.selection.place().row == 0
    qtbot.keyClick(editor, Key.Key_Escape)


def test_the_frame_is_around_the_shown_row_and_not_around_the_caret(qtbot):
    app = open_page(qtbot, binary=BinaryProblem(logits=np.zeros(8), target=np.ones(8)))
    app.view.setFocus()
    app.view.setCurrentIndex(app.model.index(2, 1))
    type_over(qtbot, app, "5")
    view = app.view.parts[Part.RESULTS]
    image = view.viewport().grab().toImage()
    blue = view.palette().highlight().color().name()
    framed = [row for row in range(8) if image.pixelColor(2, view.rowViewportPosition(row)).name() == blue]
    assert framed == [2]


@pytest.mark.parametrize(
    ("spare", "lacking", "given"),
    [(21, (0, 10, 6), [1, 11, 7]), (12, (0, 10, 6), [0, 10, 2]), (0, (0, 10), [0, 0]), (9, (), [])],
)
def test_spare_pixels_go_first_where_a_word_has_no_room(spare, lacking, given):
    assert share_spare(spare, lacking) == given
