"""A batch that was captured in training, as a session of one page: its problem, the verdict as its note."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from engine import Capture, Judgement, captured_problem, judge, read_capture
from gui.document.selection import Place
from gui.session.problem_file import ProblemFile
from gui.session.session_file import Session

translate = QCoreApplication.translate


def captured_session(path: Path) -> Session:
    """Read a captured batch and judge it; the row at fault is selected.

    Raises
    ------
    DataFileError
        If it is damaged, of a later version, or larger than a table can be.
    """
    capture = read_capture(path)
    problem, told = captured_problem(capture), judge(capture)
    file = ProblemFile(path.stem, _note(capture, told), problem)
    places = {file.page: Place(told.rows[0])} if told.rows else {}
    return Session(file.page, {file.page: file}, places)


def verdict_words(told: Judgement) -> str:
    """The verdict's sentence."""
    return translate("Judgement", told.text).format(**told.values)


def _note(capture: Capture, told: Judgement) -> str:
    about = translate(
        "Captured", "{criterion}, step {step}, captured for its {reason} on {device}, PyTorch {torch}."
    )
    fields = {"device": "?", "torch": "?", **capture.about}
    lines = [verdict_words(told), about.format(**fields)]
    if capture.criterion == "BCELoss":
        lines.append(
            translate(
                "Captured", "The table shows logits whose sigmoid is the probability that was captured."
            )
        )
    if capture.criterion == "NLLLoss":
        lines.append(translate("Captured", "The table's logits are the logarithms that NLLLoss was given."))
    return "\n".join(lines)
