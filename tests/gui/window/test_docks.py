"""Docks are raised, floated, remembered and reset; keys go round; failures stand where the eye is."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QTabBar, QWidget

from engine import MulticlassProblem
from gui.app import select_first
from gui.document.changes import PAGES
from gui.plots.strip.strip_panel import StripPanel
from gui.services.settings import Settings
from gui.tables.grid.columns import Part
from gui.window.docks.arrangement import DOCKS, LARGE, MEDIUM, SMALL, arrangement_for
from gui.window.window_layout import FIRST_SIZE

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()


@pytest.fixture
def active(qtbot, window):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


@pytest.mark.parametrize("number", range(1, 6))
def test_alt_and_a_number_bring_a_dock_to_the_front(qtbot, active, number):
    qtbot.keyClick(active, Key(Key.Key_0 + number), Modifier.AltModifier)
    settle()
    assert [name for name in DOCKS if active.docks.in_sight(name)] == [DOCKS[number - 1]]
    assert active.docks.dock(DOCKS[number - 1]).place.isAncestorOf(QApplication.focusWidget())


def test_f6_goes_round_the_parts_as_the_eye_does(qtbot, active):
    active.panel("binary").options.format.setFocus()
    parts = [active.docks.table, active.picture, active.docks.dock("steps"), active.status, active.option_bar]
    for part in parts:
        qtbot.keyClick(active, Key.Key_F6)
        assert part.isAncestorOf(QApplication.focusWidget()), part
    for part in reversed(parts[:-1]):
        qtbot.keyClick(active, Key.Key_F6, Modifier.ShiftModifier)
        assert part.isAncestorOf(QApplication.focusWidget()), part


def test_tab_goes_through_the_window_in_the_order_of_the_eye(active):
    order, widget = [], active.page_bar.tabs
    for _ in range(2000):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            order.append(widget)
        widget = widget.nextInFocusChain()
        if widget is active.page_bar.tabs:
            break
    panel = active.panel("binary")
    expected = [
        active.page_bar.tabs,
        panel.options.format,
        panel.options.weight,
        active.option_bar.formulas,
        panel.view.current_part(),
        next(iter(active.plots.stack.sections.values())).plot,
        active.status.text,
    ]
    places = [order.index(each) for each in expected]
    assert places == sorted(places)


def test_f8_shows_one_finding_after_the_other_and_goes_to_its_row(qtbot, active):
    findings = active.late.findings
    qtbot.keyClick(active, Key.Key_F8)
    settle()
    assert active.docks.in_sight("findings")
    assert findings.list.currentRow() == 0
    assert active.selection.place().row == findings.lines[0].rows[0]
    qtbot.keyClick(active, Key.Key_F8)
    assert findings.list.currentRow() == 1
    qtbot.keyClick(active, Key.Key_F8, Modifier.ShiftModifier)
    assert findings.list.currentRow() == 0


def test_the_status_line_says_the_worst_and_how_many_more(qtbot, window):
    findings, status = window.late.findings, window.status
    assert status.text.lead == "inf:"
    assert status.text.rest == "scratch is inf in rows 6, 8, so its mean is inf. Use BCEWithLogitsLoss(z)."
    assert status.more.text() == f"{len(findings.lines)} more findings (F8)"
    qtbot.mouseClick(status.text, Qt.MouseButton.LeftButton)
    settle()
    assert window.docks.in_sight("steps")
    assert window.selection.place().row == 5
    assert window.sentence.worst == "binary_scratch", "of that row the sentence says the same"
    qtbot.mouseClick(status.more, Qt.MouseButton.LeftButton)
    settle()
    assert window.docks.in_sight("findings")


def test_a_finding_that_is_the_worst_is_shown_from_the_status_line(qtbot, window):
    findings, status = window.late.findings, window.status
    window.document.set_cells("binary", "logits", (3,), float("nan"), "unsound")
    window.evaluator.flush()
    window.late.current.look()
    assert status.text.lead == "input not finite:"
    assert status.more.text() == f"{len(findings.lines) - 1} more findings (F8)"
    qtbot.mouseClick(status.text, Qt.MouseButton.LeftButton)
    settle()
    assert window.docks.in_sight("findings")
    assert window.selection.place().row == 3


def test_a_message_takes_the_findings_place_until_the_next_edit(window):
    window.show_message("something in passing")
    assert window.status.currentMessage() == "something in passing"
    assert not window.status.text.isVisible()
    window.document.set_cells("binary", "logits", (0,), 1.0, "edit")
    assert window.status.currentMessage() == ""
    assert window.status.text.isVisible()


def test_a_failed_open_says_so_where_the_eye_is_until_something_is_chosen(window, tmp_path):
    before = window.sentence.text.lead
    window.files.open_path(tmp_path / "gone.npz")
    assert "gone.npz" in window.sentence.text.lead
    assert window.sentence.mark.mark == "wrong"
    assert "gone.npz" in window.status.currentMessage()
    assert not window.findChildren(QMessageBox)
    window.selection.select("binary", 1)
    assert window.sentence.text.lead.startswith("Row 2")
    window.selection.select("binary", 0)
    assert window.sentence.text.lead == before


def test_the_first_start_begins_with_a_surprise(window):
    select_first(window)
    settle()
    assert window.sentence.text.lead == (
        "Row 6: scratch says inf where the true loss is 17, and its gradient is nan."
    )
    assert "BCELoss(sigmoid(z)) says 100" in window.sentence.text.rest
    assert window.plots.shaded == "binary_scratch"
    assert window.document.binary.logits.tolist()[5:] == [17.0, -20.0, -200.0]
    assert window.document.binary.target.tolist()[5:] == [0.0, 0.0, 1.0]
    assert window.actions_.own_numbers in [b.defaultAction() for b in visible_buttons(window)]


def visible_buttons(window) -> list:
    return [button for button in window.sentence._buttons.values() if button.isVisible()]


def test_with_numbers_of_ones_own_the_fix_is_offered_and_copied(window, tmp_path):
    path = tmp_path / "own.json"
    path.write_text('{"page": "binary", "logits": [1, 17], "target": [0, 0]}')
    window.files.open_path(path)
    window.evaluator.flush()
    window.late.current.look()
    settle()
    assert window.actions_.copy_fix in [b.defaultAction() for b in visible_buttons(window)]
    assert not window.actions_.copy_fix.isEnabled()  # row 1 is right
    window.selection.select("binary", 1)
    assert window.actions_.copy_fix.isEnabled()
    window.actions_.copy_fix.trigger()
    assert "binary_cross_entropy_with_logits" in QGuiApplication.clipboard().text()


def test_the_reason_shades_the_worst_formula_and_shows_the_steps(window):
    window.selection.select("binary", 5)
    window.plots.shade("bce_sigmoid")
    assert "BCELoss(sigmoid(z))" in window.sentence.text.text
    window.docks.bring_to_front("ledger")
    settle()
    window.actions_.show_reason.trigger()
    settle()
    assert window.plots.shaded == "binary_scratch"
    assert window.docks.in_sight("steps")


def test_the_reason_is_that_of_the_formula_that_was_clicked_where_it_fails(window):
    window.selection.select("binary", 5)
    strips = window.plots.findChild(StripPanel)
    strips.formula_chosen.emit("bce_sigmoid")
    settle()
    window.actions_.show_reason.trigger()
    settle()
    assert window.plots.shaded == "bce_sigmoid"
    assert "clamped" in window.plots.interaction.reason.card.title.text()
    strips.formula_chosen.emit("bce_with_logits")  # which is right here
    settle()
    window.actions_.show_reason.trigger()
    assert window.plots.shaded == "binary_scratch"


def test_the_ledger_follows_while_it_is_in_sight(window):
    window.docks.bring_to_front("ledger")
    settle()
    ledger = window.late.ledger
    assert ledger.overview.model.rowCount() == window.document.binary.rows
    window.document.set_cells("binary", "logits", (0,), 3.0, "edit")
    window.evaluator.flush()
    overview = ledger.overview.model
    cells = [overview.index(0, column).data() for column in range(overview.columnCount())]
    assert "3.0486" in " ".join(map(str, cells))


def test_a_baseline_is_pinned_from_the_option_bar(qtbot, window):
    qtbot.mouseClick(window.option_bar.baseline, Qt.MouseButton.LeftButton)
    assert window.plots.interaction.baseline.subject is not None


# -- arrangement ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "arrangement"),
    [((1100, 640), SMALL), ((1366, 738), SMALL), ((1920, 1050), MEDIUM), ((2560, 1410), LARGE)],
)
def test_a_larger_window_has_findings_and_ledger_under_the_table(open_window, size, arrangement):
    window = open_window(size=size)
    settle()
    assert arrangement_for(window.size()) is arrangement
    area = {name: window.dockWidgetArea(window.docks.dock(name)) for name in DOCKS}
    below = {name for group in arrangement.under for name in group}
    assert {name for name in DOCKS if area[name] is Qt.DockWidgetArea.LeftDockWidgetArea} == below
    seen = {name for name in DOCKS if window.docks.in_sight(name)}
    assert seen == {"steps", *(group[0] for group in arrangement.under)}


def test_the_first_window_fits_a_small_screen_with_its_title_bar(open_window):
    window = open_window()
    room = window.screen().availableGeometry()
    assert window.width() <= room.width()
    assert window.height() <= room.height() - 30
    assert FIRST_SIZE.height() <= 768 - 30


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_a_dock_floats_with_a_title_and_comes_back(window):
    dock = window.docks.dock("ledger")
    window.docks.floating.actions()[1 + DOCKS.index("ledger")].trigger()
    settle()
    assert dock.isFloating()
    assert dock.titleBarWidget() is None  # Qt's own
    assert window.docks.floating.actions()[1 + DOCKS.index("ledger")].isChecked()
    window.actions_.reset_layout.trigger()
    settle()
    assert not dock.isFloating()
    assert dock.titleBarWidget().height() == 0
    assert not window.docks.floating.actions()[1 + DOCKS.index("ledger")].isChecked()


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_a_tab_can_be_dragged_out_of_the_window(window):
    settle()
    tabs = next(bar for bar in window.findChildren(QTabBar) if bar.count() == len(DOCKS))
    assert [tabs.tabText(n).partition(" (")[0] for n in range(5)] == [
        window.docks.dock(name).windowTitle().partition(" (")[0] for name in DOCKS
    ]
    at = tabs.tabRect(2).center()
    QTest.mousePress(tabs, Qt.MouseButton.LeftButton, Modifier.NoModifier, at)
    for up in range(0, 250, 10):
        drag(tabs, at - QPoint(0, up))
    QTest.mouseRelease(tabs, Qt.MouseButton.LeftButton, Modifier.NoModifier, at - QPoint(0, 250))
    settle()
    assert window.docks.dock("ledger").isFloating()
    window.actions_.reset_layout.trigger()
    settle()
    assert not window.docks.dock("ledger").isFloating()


def drag(widget: QWidget, to: QPoint) -> None:
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    where = QPointF(widget.mapToGlobal(to))
    move = QMouseEvent(QEvent.Type.MouseMove, QPointF(to), where, none, left, Modifier.NoModifier)
    QApplication.sendEvent(widget, move)
    QApplication.processEvents()


def test_a_closed_dock_is_brought_back_by_its_key_and_by_the_reset(qtbot, active):
    active.docks.dock("history").close()
    settle()
    assert not active.docks.dock("history").isVisible()
    qtbot.keyClick(active, Key.Key_4, Modifier.AltModifier)
    settle()
    assert active.docks.in_sight("history")
    active.docks.dock("history").close()
    active.actions_.reset_layout.trigger()
    settle()
    assert active.docks.dock("history").isVisible()


def test_docks_are_remembered_where_they_were(open_window, tmp_path):
    path = tmp_path / "settings.ini"
    first = open_window(Settings(path), size=(1366, 738))
    area = Qt.DockWidgetArea.RightDockWidgetArea
    first.addDockWidget(area, first.docks.dock("findings"))
    first.docks.bring_to_front("notes")
    settle()
    first.close()
    second = open_window(Settings(path))
    settle()
    assert second.dockWidgetArea(second.docks.dock("findings")) is area
    assert second.docks.in_sight("findings")
    assert second.docks.in_sight("notes")
    second.actions_.reset_layout.trigger()
    assert second.dockWidgetArea(second.docks.dock("findings")) is Qt.DockWidgetArea.BottomDockWidgetArea


def test_the_table_has_a_width_for_each_page_and_keeps_what_is_chosen(window):
    widths = []
    for page in (*PAGES, "binary"):
        window.document.set_page(page)
        settle()
        widths.append(window.docks.table.width())
    assert widths[0] == widths[2]
    assert widths[1] - widths[0] == 150
    window.resizeDocks([window.docks.table], [600], Qt.Orientation.Horizontal)
    settle()
    chosen = window.docks.table.width()
    for page in ("multiclass", "binary"):
        window.document.set_page(page)
        settle()
    assert window.docks.table.width() == chosen


@pytest.mark.qt_log_ignore("does not support", extend=True)
@pytest.mark.parametrize("name", ["steps", "findings", "notes"])
def test_a_dock_in_a_window_of_its_own_is_over_the_window_it_left(window, name):
    window.docks.floating.actions()[1 + DOCKS.index(name)].trigger()
    settle()
    dock = window.docks.dock(name)
    assert dock.isFloating()
    assert window.frameGeometry().contains(dock.geometry().center())


def test_the_count_of_formulas_outlives_the_page_with_all_four(window):
    before = window.option_bar.formulas.text()
    for front in ("all-four", "binary"):
        window.document.set_front(front)
        settle()
    assert "3 of 4" in before
    assert window.option_bar.formulas.text() == before


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_reset_layout_opens_the_panels_that_a_larger_window_has_room_for(window, monkeypatch):
    few = window.plots.stack.open
    monkeypatch.setattr(window.layout_, "_room", lambda: QRect(0, 0, 2560, 1410))
    window.actions_.reset_layout.trigger()
    settle()
    assert len(window.plots.stack.open) > len(few)


def test_the_card_of_a_band_with_two_edges_and_long_numbers_is_whole(window):
    window.selection.select("binary", 6)  # (-20, 0): scratch has underflowed, in a band with two edges
    window.plots.interaction.explain_here()
    settle()
    card = window.plots.reason_panel.reason
    assert card.other.isVisible()
    for button in (card.zoom, card.put, card.other, card.fix):
        shown = button.visibleRegion().boundingRect()
        words = button.fontMetrics().horizontalAdvance(button.text().replace("&", ""))
        assert shown.width() >= words, button.text()
    assert card.visibleRegion().boundingRect().width() == card.width()


def test_a_press_on_a_title_sorts_and_leaves_the_row_that_is_shown(window):
    window.selection.select("binary", 5)
    view = window.panel("binary").view
    results = view.parts[Part.RESULTS]
    header = results.header
    number = next(n for n in range(header.count()) if not results.isColumnHidden(n))
    at = header.title_rect(number).center()
    for _ in range(2):
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, Modifier.NoModifier, at)
        settle()
        assert window.selection.place("binary").row == 5
    assert view.sorted_column == number


def test_the_table_scrolls_to_the_class_that_a_finding_leads_to(window):
    logits = np.zeros((30, 10))
    logits[20, 8] = np.nan
    window.document.replace_problem(
        "multiclass", MulticlassProblem(logits=logits, target=np.zeros(30, dtype=int)), "paste"
    )
    window.document.set_page("multiclass")
    window.evaluator.flush()
    window.late.current.look()
    window.late.findings.show_finding(0)
    settle()
    view = window.panel("multiclass").view
    current = view.currentIndex()
    assert (current.row(), view.model().columns[current.column()].index) == (20, 8)
    assert view.parts[Part.MIDDLE].viewport().rect().intersects(view.parts[Part.MIDDLE].visualRect(current))


def test_the_first_start_says_clamped_in_the_cell(window):
    results = window.panel("binary").view.parts[Part.RESULTS]
    columns = window.panel("binary").view.model().columns
    shown = [n for n in range(len(columns)) if not results.isColumnHidden(n)]
    clamping = next(n for n in shown if columns[n].formula is not None and columns[n].formula.clamped)
    assert results.columnWidth(clamping) >= results.width_to_say(clamping)


def test_findings_behind_another_tab_are_shown_when_it_is_raised(window):
    panel = window.late.findings
    window.docks.bring_to_front("findings", focus=False)
    settle()
    assert panel.list.count() == len(panel.lines) > 0
    window.docks.bring_to_front("steps", focus=False)
    settle()
    window.document.set_cells("binary", "logits", (slice(None),), 1.0, "sound")
    window.evaluator.flush()
    window.late.current.look()
    assert panel.list.count(), "nothing is laid out that cannot be seen"
    window.docks.bring_to_front("findings", focus=False)
    settle()
    assert panel.list.count() == 0
    assert not panel.empty.isHidden()
