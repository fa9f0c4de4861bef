"""Nothing on the scan page is outside, over another or cut, in every size and theme; and nothing moves."""

from __future__ import annotations

import numpy as np
import pytest
from looking import cut, in_font, outside, overlapping, settle
from PySide6.QtWidgets import QApplication

from engine import Kind

SIZES = [(1100, 640), (1366, 738), (1920, 1050), (2560, 1410)]


@pytest.fixture
def files(tmp_path):
    rng = np.random.default_rng(8)
    z, y = rng.normal(0, 9, 3000).astype(np.float32), rng.integers(0, 2, 3000).astype(np.float32)
    z[:3] = np.nan, np.inf, -np.inf
    z[10:20], y[10:20] = 25.0, 0.0
    for name, array in (("logits", z), ("targets", y)):
        np.save(tmp_path / f"{name}.npy", array)
    return [tmp_path / "logits.npy", tmp_path / "targets.npy"]


def scanned(qtbot, window, files):
    page = window.late.scan.page
    with qtbot.waitSignal(page.scanner.ended):
        window.scan(files)
    settle()
    return page


def look(window, of: object = "") -> None:
    settle()
    wrong = {"outside": outside(window), "over another": overlapping(window), "cut": cut(window)}
    assert not any(wrong.values()), (of, wrong)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_is_whole_in_every_size(qtbot, open_window, files, theme):
    window = open_window(size=SIZES[0], page="scan", theme=theme)
    look(window, "empty")
    page = scanned(qtbot, window, files)
    for size in (*SIZES, SIZES[0]):
        window.resize(*size)
        look(window, size)
        assert window.size().toTuple() == size
        histogram = page.histogram.histogram
        assert histogram.bars.height() >= 5 * histogram.fontMetrics().height() - 2
        assert page.worst.table.viewport().height() >= 3 * page.worst.table.rowHeight(0)
        assert page.counts.columnWidth(0) >= 100
    window.choose_theme("light")


@pytest.fixture
def larger_font(qapp):
    before = QApplication.font()
    qapp.setFont(in_font(1.5))
    yield
    qapp.setFont(before)


def test_the_page_is_whole_in_larger_letters(qtbot, larger_font, open_window, files):
    window = open_window(size=(1366, 738), page="scan")
    scanned(qtbot, window, files)
    look(window)


def test_nothing_moves_whatever_is_found(qtbot, open_window, files):
    window = open_window(size=(1366, 738), page="scan")
    page = scanned(qtbot, window, files)
    parts = [page.progress, page.cancel, page.histogram, page.counts, page.means, page.worst]
    parts += [page.worst.table, page.worst.open, *page.worst.chips.values()]

    def places() -> list[tuple[int, ...]]:
        settle()
        return [each.geometry().getRect() for each in parts]

    before = places()
    page.worst.chips[Kind.CLAMPED].click()
    page.worst.table.selectAll()
    assert places() == before
    page.next_finding()
    assert places() == before
    files[0].unlink()
    scanned(qtbot, window, files)
    assert page.sentence.mark == "wrong"
    assert places() == before


def test_everything_has_a_name_and_can_be_reached_by_tab(qtbot, open_window, files):
    from gui.window.focus_round import takers_of_tab

    window = open_window(size=(1920, 1050), page="scan")
    page = scanned(qtbot, window, files)
    page.worst.table.selectRow(0)
    settle()
    window.late.chain_tabs()
    bar = page.bar
    reached = [each for each in takers_of_tab(window) if each.isVisible()]
    needed = [bar.logits, bar.targets, bar.kind, bar.format, bar.files, bar.copy, page.histogram.histogram]
    needed += [page.counts, page.means, page.worst.table, page.worst.open]
    for widget in needed:
        assert widget in reached, widget
        text = getattr(widget, "text", None)
        assert widget.accessibleName() or (text() if callable(text) else ""), widget
    assert reached.index(bar.logits) < reached.index(page.counts) < reached.index(page.worst.table)
