"""The tutorial's two problems, which a first start shows."""

from __future__ import annotations

from gui.document.changes import Page
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
