"""What a pair of eyes finds wrong with a window: outside, over another, cut."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QDockWidget,
    QLabel,
    QLineEdit,
    QStyle,
    QStyleOptionComboBox,
    QTabBar,
    QToolBar,
    QWidget,
)

from gui.plots.header.caption_line import CaptionLine
from gui.services.actions import without_mnemonic
from gui.tables.view.table_part import TablePart
from gui.window.bars.elided import ElidedText

SLACK = 1
"""Pixels by which letters may stand out of their box: sizes are whole numbers."""


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()


def place(window: QWidget, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def in_sight(window: QWidget) -> Iterator[QWidget]:
    """Every widget of the window that can be seen; what stands behind a tab is outside of it."""
    return _in_sight(window, window)


def _in_sight(window: QWidget, parent: QWidget) -> Iterator[QWidget]:
    for child in parent.children():
        if not isinstance(child, QWidget) or child.isWindow() or not child.isVisible():
            continue
        is_behind = isinstance(child, (QDockWidget, QTabBar)) and child.parentWidget() is window
        if is_behind and not window.rect().intersects(child.geometry()):
            continue
        yield child
        yield from _in_sight(window, child)


def named(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    said = text() if callable(text) else widget.accessibleName()
    return f"{type(widget).__name__} {said or widget.objectName() or widget.accessibleName()!r}"


def scrolls(widget: QWidget) -> bool:
    """Whether a widget lies in what can be scrolled: there all of it can be seen, if not at once."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QAbstractScrollArea):
            return True
        parent = parent.parentWidget()
    return False


def outside(window: QWidget) -> list[str]:
    """What sticks out of what it lies in."""
    found = []
    for widget in in_sight(window):
        parent = widget.parentWidget()
        if parent is None or scrolls(widget) or widget.size().isEmpty():
            continue
        if not parent.rect().contains(widget.geometry()):
            found.append(f"{named(widget)} {widget.geometry()} in {named(parent)} {parent.rect()}")
    return found


def overlapping(window: QWidget) -> list[str]:
    """Pairs of neighbours of which one covers a part of the other."""
    beside: dict[QWidget | None, list[QWidget]] = {}
    for widget in in_sight(window):
        beside.setdefault(widget.parentWidget(), []).append(widget)
    return [
        f"{named(one)} {one.geometry()} over {named(other)} {other.geometry()}"
        for parent, widgets in beside.items()
        if not isinstance(parent, (QAbstractScrollArea, QTabBar, QLineEdit))  # Qt's own parts lie in layers
        for one, other in combinations(widgets, 2)
        if one.geometry().intersects(other.geometry())
    ]


def cut(window: QWidget) -> list[str]:
    """Words that have less room than they need, and may not have less."""
    return [f"{named(widget)}: {why}" for widget in in_sight(window) for why in _cut(widget)]


def _cut(widget: QWidget) -> Iterator[str]:
    for kind, why in (
        (QLabel, _cut_label),
        (ElidedText, _cut_halves),
        (CaptionLine, _cut_caption),
        (QAbstractButton, _cut_button),
        (QComboBox, _cut_choice),
        (QLineEdit, _cut_field),
        (QTabBar, _cut_tabs),
        (TablePart, _cut_titles),
    ):
        if isinstance(widget, kind):
            yield from why(widget)


def _cut_halves(line: ElidedText) -> Iterator[str]:
    if line.lead_width() > line.width():
        yield "its first half"


def _cut_button(button: QAbstractButton) -> Iterator[str]:
    is_of_qt = button.objectName().startswith("qt_")
    if button.text() and not is_of_qt and not _holds(button):
        yield f"{button.size()} of {button.sizeHint()}"


def _holds(widget: QWidget) -> bool:
    room, needed = widget.size(), widget.sizeHint()
    # A bar squeezes what stands in it by a few pixels of the style's margin; the words stay whole.
    margin = 6 if isinstance(widget.parentWidget(), QToolBar) else SLACK
    return room.width() >= needed.width() - SLACK and room.height() >= needed.height() - margin


def _cut_label(label: QLabel) -> Iterator[str]:
    if label.text() and label.wordWrap():
        if label.heightForWidth(label.width()) > label.height() + SLACK and not scrolls(label):
            yield f"{label.size()}"
    elif label.text() and label.sizeHint().width() > label.width() + SLACK:
        yield f"{label.width()} of {label.sizeHint().width()}"


def _cut_caption(line: CaptionLine) -> Iterator[str]:
    if line.shown_title not in (line.title, line.short_title):
        yield f"{line.shown_title!r} of {line.title!r}"


def _cut_choice(box: QComboBox) -> Iterator[str]:
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    room = box.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, box
    )
    if box.fontMetrics().horizontalAdvance(box.currentText()) > room.width() + SLACK:
        yield f"{box.currentText()!r} in {room.width()}"


def _cut_field(field: QLineEdit) -> Iterator[str]:
    words = field.text() or field.placeholderText()
    if field.fontMetrics().horizontalAdvance(words) > field.contentsRect().width() + SLACK:
        yield f"{words!r} in {field.contentsRect().width()}"


def _cut_tabs(tabs: QTabBar) -> Iterator[str]:
    for number in range(tabs.count()):
        wide = tabs.fontMetrics().horizontalAdvance(without_mnemonic(tabs.tabText(number)))
        room = tabs.tabRect(number)
        if wide > room.width() or not tabs.rect().contains(room):
            yield f"{tabs.tabText(number)!r} in {room}"


def _cut_titles(part: TablePart) -> Iterator[str]:
    for section in range(part.header.count()):
        if not part.isColumnHidden(section) and part.header.width_for(section) > part.columnWidth(section):
            yield f"the head {part.header.width_for(section)} of {part.columnWidth(section)}"


def in_font(factor: float) -> QFont:
    """The application's font, so much larger."""
    font = QFont(QApplication.font())
    if font.pixelSize() > 0:
        font.setPixelSize(round(font.pixelSize() * factor))
    else:
        font.setPointSizeF(font.pointSizeF() * factor)
    return font
