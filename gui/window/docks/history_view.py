"""What docks hold that Qt makes ready: the list of edits; and none of it takes a file's drop."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QAbstractScrollArea, QUndoView, QWidget

_translate = QCoreApplication.translate


def history_view(steps: QUndoGroup, parent: QWidget) -> QUndoView:
    """The edits, each of which can be gone back to."""
    view = QUndoView(steps, parent)
    view.setEmptyLabel(_translate("History", "As opened"))
    view.setUniformItemSizes(True)
    view.setAlternatingRowColors(True)
    view.setAccessibleName(_translate("History", "History of edits"))
    return view


def leave_drops_to_the_window(panel: QWidget) -> None:
    """Take no drops, so that a file dropped here is the window's."""
    views = panel.findChildren(QAbstractScrollArea)
    if isinstance(panel, QAbstractScrollArea):
        views.append(panel)
    for view in views:
        view.viewport().setAcceptDrops(False)
        view.setAcceptDrops(False)
