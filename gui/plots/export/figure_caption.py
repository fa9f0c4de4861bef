"""The caption under an exported picture: what a reader who has only the picture needs to know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine import IGNORE_INDEX, BinaryProblem, Formula, MulticlassProblem, Spacing
from gui.plots.content.subject import Subject
from gui.plots.parts.words import float_text, value_text
from gui.start.command_line import VERSION

COMPARED_WITH = "PyTorch 2.13"
"""Whose recorded results the formulas are held to (tests/golden)."""

SEPARATOR = " · "

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Caption:
    """What an exported picture says of itself, one thing a line.

    Attributes
    ----------
    sample : str
        The row, its target and logit, the format, and every option that is in the curves.
    shaded : str
        The formula whose failures are shaded, written out; empty if none is.
    """

    sample: str
    shaded: str
    versions: str

    @property
    def lines(self) -> tuple[str, ...]:
        """What there is to say, in order."""
        return tuple(line for line in (self.sample, self.shaded, self.versions) if line)


def caption_of(subject: Subject, shaded: str | None = None, spacing: Spacing = "linear") -> Caption:
    """The caption of a picture of `subject` in which the formula with the key `shaded` is shaded."""
    formula = next((known for known in subject.formulas if known.key == shaded), None)
    sample = _sample(subject)
    if spacing == "ordinal":
        sample.append(translate("figure_caption", "every float equally wide"))
    return Caption(
        sample=SEPARATOR.join(sample),
        shaded="" if formula is None else _shaded(formula),
        versions=versions(),
    )


def versions() -> str:
    """What made the picture, and what its numbers are compared with."""
    made_by = translate("figure_caption", "Logitscope {0}").format(VERSION)
    compared = translate("figure_caption", "compares with {0}").format(COMPARED_WITH)
    return SEPARATOR.join((made_by, f"NumPy {np.__version__}", compared))


def _shaded(formula: Formula) -> str:
    return translate("figure_caption", "Shaded: {0} = {1}").format(formula.title, formula.expression)


def _sample(subject: Subject) -> list[str]:
    problem = subject.problem
    if not subject.lanes:
        return [translate("figure_caption", "No rows"), problem.format.name]
    logit = float_text(subject.logit, problem.format)
    label = subject.lanes[subject.own].label
    if subject.moved is None:
        row = translate("figure_caption", "Row {0}: z = {1}, {2}").format(subject.row + 1, logit, label)
    else:
        row = translate("figure_caption", "Row {0}: z of class {1} = {2}, {3}").format(
            subject.row + 1, subject.moved, logit, label
        )
    reduction = translate("figure_caption", "reduction {0}").format(problem.reduction)
    return [row, problem.format.name, *_options(subject), reduction]


def _options(subject: Subject) -> list[str]:
    """The options that differ from PyTorch's defaults, by PyTorch's names."""
    problem = subject.problem
    if isinstance(problem, BinaryProblem):
        weight = None if problem.weight is None else float(problem.weight[subject.row])
        found = {"weight": weight, "pos_weight": problem.pos_weight}
        return [f"{name} {value_text(value)}" for name, value in found.items() if value is not None]
    assert isinstance(problem, MulticlassProblem)
    words = []
    if problem.weight is not None:
        words.append(f"weight {_listed(problem.weight)}")
    if problem.ignore_index != IGNORE_INDEX:
        words.append(f"ignore_index {problem.ignore_index}")
    if problem.label_smoothing:
        words.append(f"label_smoothing {value_text(problem.label_smoothing)}")
    return words


LISTED = 8
"""Class weights to write out; of more, only how many there are."""


def _listed(weights: np.ndarray) -> str:
    if len(weights) <= LISTED:
        return "[{}]".format(", ".join(value_text(float(each)) for each in weights))
    return translate("figure_caption", "of {0} classes").format(len(weights))
