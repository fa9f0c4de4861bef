"""Viewports that PySide6 knows, so that a start makes no classes it does not use."""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractScrollArea, QWidget


def take_own_viewport(
    area: QAbstractScrollArea,
    role: QPalette.ColorRole = QPalette.ColorRole.Base,
    *,
    mouse_tracking: bool = False,
) -> None:
    """Give a scroll area a viewport made in Python, as Qt makes it, before anybody asks for Qt's own.

    PySide6 looks for the class of a widget that it has not made itself among all subclasses of QWidget,
    and makes every one of them with its enums for it: the first `viewport()` of a process takes 20 ms.
    """
    viewport = QWidget(area)
    viewport.setObjectName("qt_scrollarea_viewport")
    viewport.setBackgroundRole(role)
    viewport.setAutoFillBackground(True)
    viewport.setMouseTracking(mouse_tracking)
    area.setViewport(viewport)
