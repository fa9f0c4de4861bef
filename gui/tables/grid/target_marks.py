"""Targets that PyTorch takes in silence though they make no sense: which, and the words for them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine import MulticlassProblem, Problem
from gui.services.numbers.number_text import format_number

_translate = QCoreApplication.translate


def unchecked_target(problem: Problem, row: int, index: int | None) -> str:
    """Why a target makes no sense, in a sentence; nothing if it does.

    `index` is the class of a probability, None for a target that stands alone in its row.
    """
    if isinstance(problem, MulticlassProblem):
        return (
            _unchecked_label(problem, row) if index is None else _unchecked_probability(problem, row, index)
        )
    if 0.0 <= problem.target.item(row) <= 1.0:
        return ""
    return _translate(
        "target_marks",
        "Outside [0, 1]. PyTorch does not check this for BCEWithLogitsLoss,\n"
        "whose loss can then fall below 0. BCELoss refuses it.",
    )


def _unchecked_label(problem: MulticlassProblem, row: int) -> str:
    if problem.outside is None or not problem.outside[row]:
        return ""
    return _translate(
        "target_marks",
        "{label} is no class 0 to {last} and not ignore_index {ignored}: PyTorch refuses the whole batch.\n"
        "Type a class, or set ignore_index to {label} if such rows should not count.",
    ).format(label=problem.target.item(row), last=problem.classes - 1, ignored=problem.ignore_index)


def _unchecked_probability(problem: MulticlassProblem, row: int, index: int) -> str:
    from engine import SUM_TOLERANCE  # noqa: PLC0415  # not needed to start

    probabilities = problem.target[row]
    if not 0.0 <= probabilities.item(index) <= 1.0:
        return _translate("target_marks", "Outside [0, 1]. PyTorch does not check this.")
    total = float(probabilities.sum())
    if abs(total - 1.0) <= max(SUM_TOLERANCE, problem.classes * problem.format.eps):
        return ""
    return _translate(
        "target_marks", "The row's probabilities sum to {total}, not to 1. PyTorch does not check this."
    ).format(total=format_number(total))
