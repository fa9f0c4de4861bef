"""What holds for all tools together: actions, the moved class, themes, focus, nothing left behind."""

from __future__ import annotations

import pytest
from plots_bench import SHIFT, PlotBench
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QMenu

from gui.plots.content.quantities import PlotKind
from gui.plots.tools.single_keys import SingleKey
from gui.services.theme import palette


@pytest.fixture
def bench(qtbot) -> PlotBench:
    return PlotBench(qtbot)


def test_every_action_has_a_tip_and_is_offered_by_the_panel(bench) -> None:
    offered = bench.panel.actions()
    for action in bench.interaction.actions.all:
        assert action in offered
        assert action.toolTip()
        assert action.statusTip() == action.toolTip()


def test_shortcuts_and_mnemonics_are_unique(bench) -> None:
    keys = {single.key().toString(): single.action for single in bench.panel.findChildren(SingleKey)}
    assert {action.text().partition("\t")[2]: action for action in bench.interaction.actions.all} == {
        **keys,
        "": bench.interaction.actions.clear_baseline,
    }
    menu = bench.panel.context_menu()
    letters = [QKeySequence.mnemonic(action.text()).toString() for action in menu.actions()]
    letters = [each for each in letters if each]
    assert len(letters) == len(set(letters))
    menu.close()


@pytest.mark.qt_log_ignore("does not support", extend=True)
@pytest.mark.parametrize(("key", "title"), [(Qt.Key.Key_V, "Values"), (Qt.Key.Key_P, "Pin")])
def test_a_letter_in_a_menu_over_the_plots_chooses_from_it(bench, key, title) -> None:
    bench.plot.setFocus()
    menu = QMenu(bench.panel)
    chosen = []
    menu.addAction(f"&{title} of the menu", lambda: chosen.append(title))
    menu.popup(bench.panel.mapToGlobal(QPoint(5, 5)))
    bench.key(key, widget=bench.plot)
    assert chosen == [title]
    assert not menu.isVisible()
    assert not bench.interaction.actions.readout.isChecked()
    assert bench.interaction.baseline.subject is None


def test_the_context_menu_moves_another_class(bench) -> None:
    bench.document.set_page("multiclass")
    bench.settle()
    menu = bench.panel.context_menu()
    classes = next(each for each in menu.findChildren(QMenu) if "class" in each.title())
    assert [a.text() for a in classes.actions()] == ["0", "1", "2"]
    assert [a.isChecked() for a in classes.actions()] == [True, False, False]
    classes.actions()[2].trigger()
    bench.settle()
    assert bench.selection.moved_class() == 2
    assert "class 2" in bench.header.title
    menu.close()


def test_the_menu_offers_every_edge_of_the_shaded_formula_and_goes_there(bench) -> None:
    menu = bench.panel.context_menu()
    edges = next(each for each in menu.findChildren(QMenu) if "edge" in each.title())
    assert edges.isEnabled()
    subject = bench.panel.subject
    assert [action.data() for action in edges.actions()] == [
        (band, side)
        for band in subject.bands_of("binary_scratch", subject.own)
        for side in ("start", "stop")
        if abs(getattr(band, side)) < subject.problem.format.max
    ]
    infinite = next(action for action in edges.actions() if action.text().startswith("inf, from"))
    assert infinite.text() == "inf, from z = 16.635532 on"
    infinite.trigger()
    bench.settle()
    assert 16.6355 < bench.plot.span.low < 16.635532 < bench.plot.span.high < 16.6356
    menu.close()


def test_without_rows_the_menu_offers_no_edge(bench) -> None:
    bench.document.remove_rows("binary", [0, 1, 2], "remove")
    bench.settle()
    menu = bench.panel.context_menu()
    edges = next(each for each in menu.findChildren(QMenu) if "edge" in each.title())
    assert not edges.isEnabled()
    menu.close()


def test_the_binary_menu_offers_no_classes(bench) -> None:
    menu = bench.panel.context_menu()
    assert not any("class" in action.text() for action in menu.actions())
    menu.close()


def test_escape_undoes_one_thing_a_press_the_last_opened_first(bench) -> None:
    bench.interaction.crosshair.hold(30.0)
    bench.drag(bench.at(5.0), bench.at(50.0), SHIFT)
    bench.click(bench.at(-120.0))
    assert bench.interaction.reason.card.isVisible()
    bench.key(Qt.Key.Key_Escape)
    assert not bench.interaction.reason.card.isVisible()
    assert bench.interaction.brushed.brush.range is not None
    bench.key(Qt.Key.Key_Escape)
    assert bench.interaction.brushed.brush.range is None
    assert bench.interaction.crosshair.held == 30.0
    bench.key(Qt.Key.Key_Escape)
    assert bench.interaction.crosshair.held is None


def test_a_double_click_shows_the_whole_and_pins_nothing(bench, qtbot) -> None:
    whole = bench.plot.span
    bench.plot.zoom(0.25)
    bench.settle()
    bench.click(bench.at(-40.0, 0.8))
    qtbot.mouseDClick(bench.plot.viewport(), Qt.MouseButton.LeftButton, pos=bench.at(-40.0, 0.8))
    bench.release(bench.at(-40.0, 0.8))  # which QTest leaves out of a double click
    assert (bench.plot.span.low, bench.plot.span.high) == (whole.low, whole.high)
    assert not bench.interaction.reason.card.isVisible()


def test_keyboard_focus_is_seen(bench) -> None:
    bench.plot.setFocus(Qt.FocusReason.TabFocusReason)
    assert bench.plot.box.border.style() is not Qt.PenStyle.NoPen
    bench.plot.clearFocus()


def test_tools_work_in_every_plot(bench) -> None:
    for kind in PlotKind:
        plot = bench.plot_of(kind)
        area = plot.box.sceneBoundingRect().center().toPoint()
        bench.drag(area, area + (bench.at(20.0) - bench.at(0.0)), SHIFT, plot.viewport())
        assert bench.interaction.brushed.brush.range is not None
        bench.interaction.brushed.clear()


def test_cards_and_tables_follow_the_theme(bench) -> None:
    bench.interaction.actions.readout.trigger()
    bench.click(bench.at(40.0))
    before = bench.interaction.reason.card.grab().toImage().pixelColor(4, 4)
    application = QApplication.instance()
    light = application.palette()
    application.setPalette(palette(dark=True))
    bench.settle()
    after = bench.interaction.reason.card.grab().toImage().pixelColor(4, 4)
    application.setPalette(light)
    bench.settle()
    assert before.lightness() > 200
    assert after.lightness() < 60


def test_a_table_without_rows_leaves_nothing_to_work_on(bench) -> None:
    bench.document.remove_rows("binary", [0, 1, 2], "remove")
    bench.settle()
    for action in bench.interaction.actions.all:
        action.trigger()
        bench.settle()
    bench.click(bench.at(0.0))
    bench.key(Qt.Key.Key_Right)
    bench.hover(bench.at(10.0))
    assert bench.document.binary.rows == 0
    assert bench.steps == 1


def test_nothing_that_is_asked_for_moves_plots_rails_or_strips(bench) -> None:
    def places():
        parts = [bench.panel.gutter, bench.panel.stack, bench.strips, bench.header]
        for kind in PlotKind:
            section = bench.section(kind)
            parts += [section, section.plot, section.rails, section.low_rails]
        return [(part.geometry(), part.isVisible()) for part in parts]

    before = places()
    for deed in (
        bench.interaction.actions.readout.trigger,
        bench.interaction.actions.pin_baseline.trigger,
        lambda: bench.hover(bench.at(40.0)),
        lambda: bench.click(bench.at(40.0)),
        lambda: bench.drag(bench.at(5.0), bench.at(50.0), SHIFT),
        lambda: bench.document.set_cells("binary", "logits", (0,), float("nan"), "edit"),
        lambda: bench.document.set_cells("binary", "logits", (0,), 200.0, "edit"),
        lambda: bench.interaction.crosshair.hold(3.0),
    ):
        deed()
        bench.settle()
        assert places() == before


def test_the_axes_stand_still_under_a_drag_and_follow_when_it_is_let_go(bench) -> None:
    views = [bench.plot_of(kind).view for kind in PlotKind]
    bench.press(bench.marker(0))
    for logit in (20.0, 50.0, 60.0):
        bench.hover(bench.at(logit))
        assert [bench.plot_of(kind).view for kind in PlotKind] == views
    bench.document.set_cells("binary", "logits", (1,), -170.0, "edit")
    bench.settle()
    assert [bench.plot_of(kind).view for kind in PlotKind] == views
    bench.release(bench.at(60.0))
    assert bench.plot.span.low < views[0].span.low


def test_the_other_page_starts_without_a_held_crosshair(bench) -> None:
    bench.interaction.crosshair.hold(30.0)
    bench.document.set_page("multiclass")
    bench.settle()
    assert bench.interaction.crosshair.held is None
