"""Light and dark: what Fusion outlines can be seen on both."""

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QCheckBox, QDialog, QTreeWidget

from gui.services.theme import Theme, palette

Role = QPalette.ColorRole


@pytest.fixture
def theme(qapp):
    theme = Theme(qapp)
    yield theme
    theme.choose("light")


def window_colour(widget):
    widget.ensurePolished()
    return widget.palette().color(Role.Window)


def test_outlines_stand_out_from_a_dark_theme_and_follow_back_to_the_light_one(theme, qtbot):
    dialog = QDialog()
    qtbot.addWidget(dialog)
    box = QCheckBox(dialog)
    dialog.show()
    for name in ("dark", "light"):
        theme.choose(name)
        plain = palette(dark=name == "dark")
        outline, base = window_colour(box).darker(140), plain.color(Role.Base)
        assert abs(outline.lightness() - base.lightness()) > 70
        assert box.palette().color(Role.WindowText) == plain.color(Role.WindowText)


def test_the_grooves_of_scroll_bars_keep_the_windows_colour(theme, qtbot):
    tree = QTreeWidget()
    qtbot.addWidget(tree)
    theme.choose("dark")
    assert window_colour(tree.verticalScrollBar()) == palette(dark=True).color(Role.Window)
    assert window_colour(tree) != palette(dark=True).color(Role.Window)
