"""A screen reader finds a name, a role and an order for everything that takes the keyboard."""

from __future__ import annotations

import pytest
from looking import in_sight, named, settle
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QTabBar, QWidget

from gui.document.changes import PAGES
from gui.plots.canvas.logit_plot import LogitPlot
from gui.services.speech import announcement
from gui.window.docks.arrangement import DOCKS
from gui.window.late_parts import takers_of_tab

Role = QAccessible.Role


def takes_keyboard(widget: QWidget) -> bool:
    """Whether a widget can have the focus itself, and not for another."""
    takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(takes) and widget.isEnabled() and widget.focusProxy() is None


def name_of(window: QWidget, widget: QWidget) -> str:
    """A widget's own name or its label's; what a choice or a field holds is not its name."""
    labels = (label.text() for label in window.findChildren(QLabel) if label.buddy() is widget)
    own = widget.accessibleName() or next(labels, "")
    if own or isinstance(widget, (QComboBox, QLineEdit, QTabBar)):
        return own
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def reached(window: QWidget) -> list[QWidget]:
    """What a reader's focus can come to, the plots' own canvas left to the plot that it belongs to."""
    canvases = {plot.viewport() for plot in window.findChildren(LogitPlot)}
    return [each for each in in_sight(window) if takes_keyboard(each) and each not in canvases]


@pytest.mark.parametrize("page", PAGES)
def test_everything_that_takes_the_keyboard_has_a_name_and_a_role(open_window, page):
    window = open_window(size=(1920, 1050), page=page)
    window.plots.stack.choose(tuple(window.plots.stack.sections))
    looked_at = 0
    for dock in DOCKS:
        window.docks.bring_to_front(dock, focus=False)
        settle()
        for widget in reached(window):
            role = QAccessible.queryAccessibleInterface(widget).role()
            assert name_of(window, widget), (dock, named(widget), role)
            assert role not in (Role.NoRole, Role.Client), (dock, named(widget))
            looked_at += 1
    assert looked_at > 100


def test_plots_are_charts_and_cards_are_groups_with_values(window):
    role = {each: QAccessible.queryAccessibleInterface(each).role() for each in reached(window)}
    plot = window.plots.stack.leader
    assert role[plot] is Role.Chart
    assert plot.accessibleName() == "Loss against the logit"
    for card in window.late.explanation.views:
        assert role[card] is Role.Grouping
        assert card.accessibleDescription()
    assert role[window.status.text] is Role.Button


def test_tab_comes_to_everything_in_sight(open_window):
    window = open_window(size=(1366, 738))
    window.late.chain_tabs()
    chain = takers_of_tab(window)
    for widget in reached(window):
        assert widget in chain, named(widget)
    panel, plots = window.panel("binary"), window.plots
    eye = [
        panel.options.format,
        panel.view.current_part(),
        plots.gutter.readout.edit,
        plots.stack.leader,
        window.late.explanation.views[0],
        window.status.text,
    ]
    places = [chain.index(each) for each in eye]
    assert places == sorted(places)


def test_another_worst_finding_is_said_and_the_same_one_is_not(window, monkeypatch):
    said = []
    monkeypatch.setattr(
        announcement.QAccessible, "updateAccessibility", lambda event: said.append(event.message())
    )
    window.document.set_cells("binary", "logits", (0,), float("nan"), "unsound")
    window.evaluator.flush()
    window.late.current.look()
    assert said == [window.status.text.text]
    window.document.set_cells("binary", "logits", (1,), 0.25, "edit")
    window.evaluator.flush()
    window.late.current.look()
    assert len(said) == 1
