"""Nothing is outside, over another or cut: on every page, with every dock, in every size and font."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product

import pytest
from looking import cut, in_font, outside, overlapping, settle
from PySide6.QtWidgets import QApplication

from gui.document.changes import PAGES
from gui.services.resources import PRESETS
from gui.window.docks.arrangement import DOCKS

SIZES = [(1100, 640), (1366, 738), (1920, 1050), (2560, 1410)]
LARGER = [((1366, 738), 1.5), ((1920, 1050), 2.0)]
THEMES = ("light", "dark")
EVERYTHING = bool(os.environ.get("LOGITSCOPE_GEOMETRY"))
"""Whether to look at every preset in every size, which takes minutes."""

ALL_PRESETS = sorted(path.stem for path in PRESETS.glob("*.json"))
SOME_PRESETS = (
    ALL_PRESETS
    if EVERYTHING
    else [
        "22-one-hot-targets",
        "25-empty-batch",
        "30-target-outside",
        "34-label-smoothing",
        "54-sigmoid-twice",
    ]
)


def look(window, of: object = "") -> None:
    """Fail with all that is wrong with the window as it is now."""
    settle()
    wrong = {"outside": outside(window), "over another": overlapping(window), "cut": cut(window)}
    assert not any(wrong.values()), (of, wrong)
    assert all(window.rect().contains(bar.geometry()) for bar in (window.page_bar, window.status))


def look_at_docks(window) -> None:
    for name in DOCKS:
        window.docks.bring_to_front(name, focus=False)
        look(window, name)


@pytest.fixture
def larger_font(qapp, request) -> Iterator[None]:
    before = QApplication.font()
    qapp.setFont(in_font(request.param))
    yield
    qapp.setFont(before)


@pytest.mark.parametrize(
    ("size", "page", "theme"),
    list(product(SIZES, PAGES, THEMES))
    if EVERYTHING
    else [
        ((1100, 640), "binary", "light"),
        ((1100, 640), "multiclass", "dark"),
        ((1366, 738), "binary", "dark"),
        ((1366, 738), "multiclass", "light"),
        ((1920, 1050), "binary", "light"),
        ((2560, 1410), "multiclass", "dark"),
    ],
)
def test_every_dock_is_whole_in_every_size(open_window, size, page, theme):
    window = open_window(size=size, page=page, theme=theme)
    look(window, "first")
    look_at_docks(window)
    window.choose_theme("light")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("size", "larger_font"), LARGER, ids=["150% at 1366", "200% at 1920"], indirect=["larger_font"]
)
def test_every_dock_is_whole_in_larger_letters(open_window, larger_font, size, page):
    window = open_window(size=size, page=page)
    if page == "binary":
        window.selection.select(page, 5)
    look(window, "first")
    look_at_docks(window)


@pytest.mark.parametrize("size", SIZES if EVERYTHING else [(1100, 640)])
def test_presets_are_whole(open_window, size):
    window = open_window(size=size)
    for preset in SOME_PRESETS:
        window.document.undo_stack.setClean()
        window.files.open_path(PRESETS / f"{preset}.json")
        window.evaluator.flush()
        window.late.current.look()
        look(window, preset)


@pytest.mark.parametrize("larger_font", [1.5], indirect=True)
def test_larger_letters_give_the_table_more_room(open_window, larger_font):
    window = open_window(size=(1366, 738))
    assert 600 < window.docks.table.width() < 640
    assert window.picture.width() > window.docks.table.width()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("larger_font", [1.5], indirect=True)
def test_options_without_room_are_behind_a_button_that_can_be_seen(open_window, larger_font, theme):
    window = open_window(size=(1366, 738), page="multiclass", theme=theme)
    settle()
    more = window.option_bar.more
    assert more.isVisible()
    picture = more.grab().toImage()
    inside = [
        picture.pixelColor(x, y).lightness() for x in range(picture.width()) for y in range(picture.height())
    ]
    assert max(inside) - min(inside) > 120
    window.choose_theme("light")
