"""The commands on a multiclass table's classes (add, remove, rename), and the problems that come of them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine import MulticlassProblem
from gui.document.document import Document
from gui.tables.grid import wording
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.view.problem_view import ProblemView

FEWEST_CLASSES = 2
"""With one class every softmax is 1 and every loss 0."""


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


def with_class_added(problem: MulticlassProblem) -> MulticlassProblem:
    """One more class at the end, with logit 0, weight 1 and no row's target."""
    zeros = np.zeros((problem.rows, 1))
    names = problem.class_names
    return problem.replace(
        logits=np.hstack([problem.logits, zeros]),
        target=np.hstack([problem.target, zeros]) if problem.has_probabilities else problem.target,
        weight=None if problem.weight is None else np.append(problem.weight, 1.0),
        class_names=None if names is None else (*names, str(problem.classes)),
    )


def rows_of_class(problem: MulticlassProblem, index: int) -> int:
    """How many rows have this class as their target index."""
    if problem.has_probabilities or index == problem.ignore_index:
        return 0
    return int(np.count_nonzero(problem.target == index))


def with_class_removed(problem: MulticlassProblem, index: int) -> MulticlassProblem:
    """The problem without class `index`; targets that named it name class 0, later ones move down.

    Raises
    ------
    ValueError
        If too few classes would be left.
    """
    if problem.classes <= FEWEST_CLASSES:
        raise ValueError(f"classes: expected at least {FEWEST_CLASSES} to be left")
    names = problem.class_names
    return problem.replace(
        logits=np.delete(problem.logits, index, axis=1),
        target=_target_without(problem, index),
        weight=None if problem.weight is None else np.delete(problem.weight, index),
        class_names=None if names is None else names[:index] + names[index + 1 :],
    )


def _target_without(problem: MulticlassProblem, index: int) -> np.ndarray:
    if problem.has_probabilities:
        return np.delete(problem.target, index, axis=1)
    target = np.where(problem.target == index, 0, problem.target - (problem.target > index))
    return np.where(problem.ignored, problem.target, target)


def with_class_renamed(problem: MulticlassProblem, index: int, name: str) -> tuple[str, ...] | None:
    """The classes' names with another one for class `index`; its index where `name` is empty.

    Returns
    -------
    tuple of str or None
        None where no class has a name of its own.
    """
    plain = tuple(map(str, range(problem.classes)))
    names = list(problem.class_names or plain)
    names[index] = " ".join(name.split()) or plain[index]
    return None if tuple(names) == plain else tuple(names)
