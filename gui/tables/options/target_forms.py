"""One problem's targets in PyTorch's two forms, class indices and class probabilities, both ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine import IGNORE_INDEX, MulticlassProblem

TargetForm = Literal["index", "probabilities"]
TARGET_FORMS: tuple[TargetForm, ...] = ("index", "probabilities")

NO_ROWS: NDArray[np.intp] = np.empty(0, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class Converted:
    """A problem with its targets in another form.

    Attributes
    ----------
    problem : MulticlassProblem
    altered : int array
        The rows that the form cannot hold as they were: ignored ones among probabilities, spread
        probabilities among indices.
    """

    problem: MulticlassProblem
    altered: NDArray[np.intp]


def form_of(problem: MulticlassProblem) -> TargetForm:
    """The form that the problem's targets have."""
    return "probabilities" if problem.has_probabilities else "index"


def as_form(problem: MulticlassProblem, form: TargetForm) -> Converted:
    """The problem with its targets in this form."""
    return as_probabilities(problem) if form == "probabilities" else as_indices(problem)


def as_probabilities(problem: MulticlassProblem) -> Converted:
    """One-hot targets in place of class indices.

    Notes
    -----
    Class probabilities know no ignored rows. A row of zeros comes nearest: it adds nothing to the
    sum, though the mean still counts it. `as_indices` turns it back. An `ignore_index` of 0 or above
    goes to its default, as PyTorch refuses it beside probabilities.
    """
    if problem.has_probabilities:
        return Converted(problem, NO_ROWS)
    ignored = problem.ignored
    one_hot = np.zeros(problem.logits.shape)
    counted = np.flatnonzero(~ignored)
    one_hot[counted, problem.target[counted]] = 1.0
    return Converted(
        problem.replace(target=one_hot, ignore_index=_outside(problem.ignore_index)), np.flatnonzero(ignored)
    )


def as_indices(problem: MulticlassProblem) -> Converted:
    """The likeliest class in place of each row's probabilities; a row of zeros is ignored."""
    if not problem.has_probabilities:
        return Converted(problem, NO_ROWS)
    target = problem.target
    empty = ~target.any(axis=1)
    # nan is larger than anything to argmax; it is no class's probability.
    likeliest = np.argmax(np.where(np.isnan(target), -np.inf, target), axis=1)
    one_hot = np.count_nonzero(target, axis=1) == 1
    one_hot &= target[np.arange(problem.rows), likeliest] == 1.0
    ignore_index = _outside(problem.ignore_index)
    indices = np.where(empty, ignore_index, likeliest)
    return Converted(
        problem.replace(target=indices, ignore_index=ignore_index), np.flatnonzero(~(one_hot | empty))
    )


def with_smoothing_in_targets(problem: MulticlassProblem) -> Converted:
    """Class probabilities that hold the label smoothing, with `label_smoothing` 0.

    Notes
    -----
    PyTorch smooths ``y * (1 - eps) + eps / C``. A row that was ignored stays one of zeros.

    References
    ----------
    aten/src/ATen/native/LossNLL.cpp, ``cross_entropy_loss_prob_target``
    """
    eps = problem.label_smoothing
    spread = as_probabilities(problem)
    smoothed = spread.problem.target * (1.0 - eps) + eps / problem.classes
    smoothed[spread.altered] = 0.0
    return Converted(spread.problem.replace(target=smoothed, label_smoothing=0.0), spread.altered)


def _outside(ignore_index: int) -> int:
    """An index that names no class, in either form."""
    return ignore_index if ignore_index < 0 else IGNORE_INDEX
