"""The tutorial's two problems, and what a first start shows: the same with rows that break them."""

from __future__ import annotations

import numpy as np

from engine import BinaryProblem, Problem
from gui.document.changes import Page
from gui.document.selection import Place
from gui.services.resources import PRESETS
from gui.session.problem_file import ProblemFile, read_problem_file

FIRST = (PRESETS / "00-tutorial-binary.json", PRESETS / "01-tutorial-multiclass.json")


def tutorial_problems() -> dict[Page, ProblemFile]:
    """One problem a page.

    Raises
    ------
    ProblemFileError
        If the presets are not where they belong.
    """
    files = (read_problem_file(path) for path in FIRST)
    return {file.page: file for file in files}


BREAKING = ((0.0, 17.0), (0.0, -20.0), (1.0, -200.0))
"""Targets and logits of the rows that a first start adds: there formulas that are equal on paper part."""


def first_problems() -> dict[Page, ProblemFile]:
    """One problem a page, as a first start shows them: on the binary page the tutorial's rows come first.

    Raises
    ------
    ProblemFileError
        If the presets are not where they belong.
    """
    files = tutorial_problems()
    binary = files["binary"].problem
    assert isinstance(binary, BinaryProblem)
    targets, logits = zip(*BREAKING, strict=True)
    longer = binary.replace(logits=np.append(binary.logits, logits), target=np.append(binary.target, targets))
    return {**files, "binary": files["binary"]._replace(problem=longer)}


def first_places() -> dict[Page, Place]:
    """The selected place of a first start: the first row that parts the formulas."""
    return {"binary": Place(tutorial_problems()["binary"].problem.rows)}


def is_first(problem: Problem) -> bool:
    """Whether a problem holds the numbers of a first start."""
    first = first_problems()[problem.family].problem
    return np.array_equal(problem.logits, first.logits)
