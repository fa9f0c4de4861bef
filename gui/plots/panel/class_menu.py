"""The menu of the class whose logit the plots move."""

from __future__ import annotations

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from engine import MulticlassProblem
from gui.document.selection import Selection


class ClassMenu(QMenu):
    """One choice a class."""

    def __init__(self, problem: MulticlassProblem, selection: Selection, parent: QWidget) -> None:
        super().__init__(parent)
        self._selection = selection
        self.setTitle(self.tr("&Move the logit of class"))
        group, moved = QActionGroup(self), selection.moved_class()
        for index in range(problem.classes):
            name = str(index) if problem.class_names is None else problem.class_names[index]
            action = group.addAction(name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(index == moved)
            action.setData(index)
        self.addActions(group.actions())
        group.triggered.connect(self._choose)

    def _choose(self, action: QAction) -> None:
        row = self._selection.place("multiclass").row
        self._selection.select("multiclass", row, action.data())
