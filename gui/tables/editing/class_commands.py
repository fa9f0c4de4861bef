"""The commands on a multiclass table's classes: add, remove, rename."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from gui.document.document import Document
from gui.tables.editing.classes import (
    FEWEST_CLASSES,
    rows_of_class,
    with_class_added,
    with_class_removed,
    with_class_renamed,
)
from gui.tables.grid import wording
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.problem_view import ProblemView


class ClassCommands(QObject):
    """Each command is one step of the history."""

    message = Signal(str)
    """A refusal or a remark in words."""

    def __init__(self, document: Document, model: ProblemModel, view: ProblemView) -> None:
        super().__init__(view)
        self._document = document
        self._model = model
        self._view = view

    def add_class(self) -> None:
        """Add a class at the end."""
        problem = with_class_added(self._document.multiclass)
        self._document.replace_problem("multiclass", problem, self.tr("Add class"))

    def remove_class(self) -> None:
        """Remove the class of the current logit column, else the last one."""
        problem = self._document.multiclass
        if problem.classes <= FEWEST_CLASSES:
            text = self.tr("Remove class: expected at least {count} classes to be left")
            self.message.emit(text.format(count=FEWEST_CLASSES))
            return
        index = self.current_class()
        name = wording.class_name(problem, index)
        retargeted = rows_of_class(problem, index)
        text = self.tr("Remove class {name}").format(name=name)
        self._document.replace_problem("multiclass", with_class_removed(problem, index), text)
        if retargeted:
            text = self.tr("Removed class {name}; rows that had it as target name the first class instead")
            self.message.emit(text.format(name=name))

    def current_class(self) -> int:
        """The class of the current column, else the last one."""
        number = self._view.currentIndex().column()
        index = self._model.columns[number].index if number >= 0 else None
        return self._document.multiclass.classes - 1 if index is None else index

    def rename_class(self, index: int, name: str) -> None:
        """Name a class; nothing takes its name away."""
        problem = self._document.multiclass
        names = with_class_renamed(problem, index, name)
        text = self.tr("Rename class {name}").format(name=wording.class_name(problem, index))
        self._document.set_options("multiclass", text, class_names=names)
