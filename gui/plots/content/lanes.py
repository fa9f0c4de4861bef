"""What the plots show of a selected row: its own curve, and those of the targets it does not have.

A row with y = 1 shows how log(sigmoid(z)) fails; log(1 - sigmoid(z)) fails elsewhere, and only a row with
y = 0 sees it. So the picture has a *lane* for each: the same row with the target changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine import BinaryProblem, Line, MulticlassProblem, Problem, line_of


@dataclass(frozen=True, eq=False)
class Lane:
    """One row whose logit is moved.

    Attributes
    ----------
    label : str
        Its target, for example ``y = 1``.
    problem : Problem
        Of this one row, so that every sweep's row is 0, with a moved logit of 0, which no sweep looks at.
    moved : int or None
        The class whose logit moves.
    own : bool
        Whether the target is the one that the row has in the table.
    """

    label: str
    problem: Problem
    moved: int | None
    own: bool

    @cached_property
    def line(self) -> Line:
        """All that its curves depend on: lanes with equal lines have the same curves."""
        return line_of(self.problem, 0, self.moved or 0)


def lanes_of(problem: Problem, row: int, moved: int | None) -> tuple[Lane, ...]:
    """The lanes of a row, in an order that does not depend on its own target.

    Parameters
    ----------
    problem : BinaryProblem or MulticlassProblem
    row : int
    moved : int or None
        The class whose logit moves; None on a binary problem.

    Returns
    -------
    tuple of Lane
        Binary: the row's own target if it is neither 0 nor 1, then y = 1, then y = 0. Multiclass: the
        row's own target if it is ignored or has class probabilities, then the moved class as target,
        then another class: the row's own, else the one with the largest logit. Empty without rows.
    """
    if row >= problem.rows:
        return ()
    if isinstance(problem, BinaryProblem):
        return _binary_lanes(problem, row)
    assert isinstance(problem, MulticlassProblem)
    return _multiclass_lanes(problem, row, moved or 0)


def _binary_lanes(problem: BinaryProblem, row: int) -> tuple[Lane, ...]:
    own = float(problem.target[row])
    targets = [1.0, 0.0] if own in (0.0, 1.0) else [own, 1.0, 0.0]
    weight = None if problem.weight is None else problem.weight[row : row + 1]
    single = problem.replace(logits=np.zeros(1), target=problem.target[row : row + 1], weight=weight)
    first_is_own = own not in (0.0, 1.0)
    return tuple(
        Lane(
            f"y = {target:.4g}",
            single.replace(target=np.array([target])),
            None,
            own=index == 0 if first_is_own else target == own,
        )
        for index, target in enumerate(targets)
    )


def _multiclass_lanes(problem: MulticlassProblem, row: int, moved: int) -> tuple[Lane, ...]:
    logits = problem.logits[row : row + 1].copy()
    logits[0, moved] = 0.0
    single = problem.replace(logits=logits, target=problem.target[row : row + 1])
    target = problem.target_class(row)
    lanes = []
    if problem.has_probabilities or target is None:
        label = "y given" if problem.has_probabilities else "ignored"
        lanes.append(Lane(label, single, moved, own=True))
        target = None
    for index in (moved, _other_class(problem, row, moved, target)):
        if index is None:
            continue
        own = index == target
        lanes.append(Lane(f"y = {index}", single if own else _with_target(single, index), moved, own))
    return tuple(lanes)


def _other_class(problem: MulticlassProblem, row: int, moved: int, target: int | None) -> int | None:
    if target is not None and target != moved:
        return target
    logits = problem.logits[row]
    others = np.arange(problem.classes)
    others = others[(others != moved) & (others != problem.ignore_index)]
    if not others.size:
        return None
    return int(others[np.argmax(np.nan_to_num(logits[others], nan=-np.inf))])


def _with_target(single: MulticlassProblem, index: int) -> MulticlassProblem:
    if single.has_probabilities:
        return single.replace(target=np.eye(single.classes)[index : index + 1])
    return single.replace(target=np.array([index]))
