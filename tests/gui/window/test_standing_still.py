"""Everything has its place: nothing outside, nothing over another, and nothing moves unasked."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QTabBar, QWidget

from engine import FORMATS
from gui.document.changes import PAGES
from gui.files.pasted import Pasted
from gui.window.docks.arrangement import DOCKS, arrangement_for

SIZES = [(1100, 640), (1366, 738), (1920, 1050), (2560, 1410)]
NASTY = (0.0, -0.0, 1.0, 17.0, -20.0, -200.0, 1e30, float("inf"), float("-inf"), float("nan"), 0.5)


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()


def place(window: QWidget, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def parts(window) -> dict[str, QRect]:
    """The window's parts that can be seen, by name."""
    named = {
        "menu": window.menuBar(),
        "page bar": window.page_bar,
        "option bar": window.option_bar,
        "sentence": window.sentence.parentWidget(),
        "table": window.docks.table,
        "picture": window.picture,
        "status": window.status,
    }
    named |= {name: window.docks.dock(name) for name in DOCKS if window.docks.in_sight(name)}
    return {name: place(window, widget) for name, widget in named.items()}


def insides(window) -> dict[str, QRect]:
    """What stands inside the bars, and the fixed parts inside the docks' places."""
    found = {}
    for bar in (window.page_bar, window.option_bar, window.sentence, window.status):
        for number, child in enumerate(bar.findChildren(QWidget)):
            if child.isVisible():
                found[f"{bar.accessibleName() or bar.objectName()} {number}"] = place(window, child)
    for dock in window.docks.all:
        if dock.place.content is not None and dock.place.content.isVisible():
            found[f"in {dock.objectName()}"] = place(window, dock.place.content)
    found["in picture"] = place(window, window.plots)
    for number, tabs in enumerate(window.findChildren(QTabBar)):
        if tabs.isVisible():
            found[f"tabs {number}"] = place(window, tabs)
    return found


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_outside_or_over_another_part(open_window, size, page):
    window = open_window(size=size, page=page, theme="light")
    for theme in ("light", "dark"):
        window.choose_theme(theme)
        settle()
        assert window.size().toTuple() == size
        assert_all_stand_apart(window)
    window.choose_theme("light")


def assert_all_stand_apart(window) -> None:
    found = parts(window)
    assert {"table", "picture", "steps"} <= set(found)
    for name, rect in found.items():
        assert window.rect().contains(rect), (name, rect)
        assert rect.width() > 0, name
        assert rect.height() > 0, name
    for (name, rect), (other, beside) in combinations(found.items(), 2):
        assert not rect.intersects(beside), (name, other)
    for bar in (window.page_bar, window.sentence.currentWidget(), window.status):
        inside = [
            place(window, child)
            for child in bar.findChildren(QWidget)
            if child.isVisible() and child.parentWidget() is bar
        ]
        for rect in inside:
            assert place(window, bar).contains(rect)
        for rect, beside in combinations(inside, 2):
            assert not rect.intersects(beside)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("size", SIZES)
def test_the_parts_have_the_sizes_of_the_grid(open_window, size, page):
    window = open_window(size=size, page=page)
    settle()
    arrangement = arrangement_for(window.size())
    found = parts(window)
    assert found["table"].width() == pytest.approx(arrangement.table[page], abs=3)
    tabs_and_dock = found["status"].top() - found["picture"].bottom()
    assert tabs_and_dock == pytest.approx(arrangement.bottom_height, abs=12)  # the separator stands between
    below = [name for group in arrangement.under for name in group[:1]]
    heights = [found[name].top() for name in ("table", *below)]
    assert heights == sorted(heights)
    for name in below:
        assert found[name].left() == found["table"].left()


@pytest.mark.parametrize("page", PAGES)
def test_the_sentence_and_the_options_are_whole_in_the_least_window(open_window, page):
    window = open_window(size=(1100, 640), page=page)
    if page == "binary":
        window.selection.select(page, 5)
    settle()
    text = window.sentence.text
    assert text.lead_width() <= text.width()
    for label, field in window.panel(page).options.widgets():
        assert label.isVisible(), label.text()
        assert field.isVisible(), label.text()


@pytest.mark.parametrize("page", PAGES)
def test_nothing_moves_unless_it_is_asked_to(open_window, tmp_path, page):
    window = open_window(size=(1366, 738), page=page)
    settle()
    document, choose = window.document, random.Random(14)
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    before, inside = parts(window), insides(window)
    rows = document.problem(page).rows

    def edit() -> None:
        row = choose.randrange(rows)
        where = (row,) if page == "binary" else (row, choose.randrange(document.multiclass.classes))
        document.set_cells(page, "logits", where, choose.choice(NASTY), "edit")

    def select() -> None:
        window.selection.select(page, choose.randrange(rows))

    deeds = [
        *[edit] * 6,
        select,
        document.undo_stack.undo,
        document.undo_stack.redo,
        lambda: document.set_format(choose.choice(FORMATS), "format"),
        lambda: window.choose_theme(choose.choice(["light", "dark"])),
        lambda: window.files.open_path(bad),
        lambda: window.show_message("something in passing"),
        window.late.show_reason,
        window.late.copy_fix,
        lambda: window.plots.shade(choose.choice([f.key for f in window.plots.subject.formulas])),
    ]
    for step in range(80):
        deed = choose.choice(deeds)
        deed()
        window.evaluator.flush()
        window.late.current.look()
        settle()
        assert parts(window) == before, (step, deed)
        moved = {name: rect for name, rect in insides(window).items() if inside.get(name, rect) != rect}
        assert not moved, (step, deed, moved, [inside[name] for name in moved])
    window.choose_theme("light")


def test_findings_come_and_go_without_a_move(window):
    settle()
    before = parts(window)
    window.document.set_cells("binary", "logits", (slice(None),), 1.0, "sound")
    window.evaluator.flush()
    window.late.current.look()
    settle()
    assert window.status.mark.mark == "right"
    assert window.docks.dock("findings").windowTitle().endswith(" (0)")
    assert parts(window) == before
    window.document.set_cells("binary", "logits", (0,), float("nan"), "unsound")
    window.evaluator.flush()
    window.late.current.look()
    settle()
    assert window.status.mark.mark == "wrong"
    assert not window.docks.dock("findings").windowTitle().endswith(" (0)")
    assert parts(window) == before
    assert window.docks.in_sight("steps"), "no tab is raised by a finding"


def test_a_count_moves_no_tab(window):
    tabs = next(tabs for tabs in window.findChildren(QTabBar) if tabs.count() == len(DOCKS))
    places = []
    for count in (0, 7, 12, 99):
        window.docks.set_count("findings", count)
        settle()
        assert any(f" ({count})" in tabs.tabText(number) for number in range(tabs.count()))
        places.append([tabs.tabRect(number) for number in range(tabs.count())])
    assert all(each == places[0] for each in places)


def test_opening_plots_and_tables_in_the_picture_moves_no_other_part(window):
    settle()
    before = parts(window)
    window.plots.stack.choose(tuple(window.plots.stack.sections))
    window.plots.interaction.actions.readout.trigger()
    window.plots.interaction.actions.pin_baseline.trigger()
    settle()
    assert parts(window) == before


def test_what_is_pasted_is_a_table_for_the_import(qapp):
    qapp.clipboard().setText("z\ty\n17\t0\n-200\t1\n")
    pasted = Pasted.of_clipboard()
    assert [entry.name for entry in pasted.file.entries] == ["z", "y"]
    pasted.close()
    assert not pasted.file.path.exists()
    qapp.clipboard().setText("no numbers at all")
    with pytest.raises(ValueError, match="clipboard"):
        Pasted.of_clipboard()
