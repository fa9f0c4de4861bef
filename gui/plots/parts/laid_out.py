"""Widgets at a size of their own that are never on the screen: what pictures are taken of."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from gui.services.theme import palette


def laid_out(widget: QWidget, size: QSize) -> None:
    """Lay a widget out at a size without showing it."""
    widget.setWindowFlag(Qt.WindowType.Window)  # its parent only owns it
    widget.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    widget.resize(size)
    widget.show()
    for _ in range(3):  # hints of what stands inside may change those of what it stands in
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)


def dress(widget: QWidget, font: QFont, *, dark: bool) -> None:
    """Give a widget the application's colours, with one background for all of a picture, and a font."""
    colours = palette(dark=dark)
    colours.setColor(QPalette.ColorRole.Window, colours.color(QPalette.ColorRole.Base))
    widget.setFont(font)
    widget.setPalette(colours)
