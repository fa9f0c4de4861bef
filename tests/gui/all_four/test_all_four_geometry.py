"""Nothing on the page is outside, over another or cut, in every size, theme and font."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from looking import cut, in_font, outside, overlapping, settle
from PySide6.QtWidgets import QApplication

from gui.document.sample import FEEDING_KEYS, Sample

SIZES = [(1100, 640), (1366, 738), (1920, 1050), (2560, 1410)]
SAMPLES = (
    Sample(),
    Sample(-16.635532, target=0.3, feedings=frozenset(FEEDING_KEYS)),
    Sample(1.0 - 2.0**-24, given="p", target=1.0, feedings=frozenset()),
)


def look(window, of: object = "") -> None:
    settle()
    wrong = {"outside": outside(window), "over another": overlapping(window), "cut": cut(window)}
    assert not any(wrong.values()), (of, wrong)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_page_is_whole_in_every_size(open_window, size, theme):
    window = open_window(size=size, page="all-four", theme=theme)
    page = window.late.all_four.page
    for sample in SAMPLES:
        window.document.set_sample(sample, "")
        look(window, sample)
    assert window.size().toTuple() == size
    assert page.verticalScrollBar().maximum() == 0, "nothing has to be scrolled"
    assert page.horizontalScrollBar().maximum() == 0
    parts = [page.bar, page.headings, *page.lanes, page.wrong, *page.feedings, page.curves]
    for part, beside in combinations(parts, 2):
        assert not part.geometry().intersects(beside.geometry())
    assert page.curves.plot.height() >= 90
    window.choose_theme("light")


@pytest.fixture
def larger_font(qapp, request) -> Iterator[None]:
    before = QApplication.font()
    qapp.setFont(in_font(request.param))
    yield
    qapp.setFont(before)


@pytest.mark.parametrize(
    ("size", "larger_font"),
    [((1366, 738), 1.5), ((1920, 1050), 2.0)],
    ids=["150% at 1366", "200% at 1920"],
    indirect=["larger_font"],
)
def test_the_page_is_whole_in_larger_letters(open_window, larger_font, size):
    window = open_window(size=size, page="all-four")
    for sample in SAMPLES:
        window.document.set_sample(sample, "")
        look(window, sample)
    assert window.late.all_four.page.horizontalScrollBar().maximum() == 0
