"""What a document keeps of the user's while it shows other problems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoStack

from engine import Problem
from gui.document.changes import Front, Page
from gui.document.sample import Sample
from gui.document.shown_formulas import ShownFormulas

if TYPE_CHECKING:
    from gui.document.history import History


@dataclass(eq=False)
class Loan:
    """The user's state, and the history of the problems that are shown.

    The user's own steps can be undone meanwhile, by code alone: they change what is kept here.
    """

    problems: dict[Page, Problem]
    front: Front
    sample: Sample
    formulas: ShownFormulas
    history: History
    stack: QUndoStack
