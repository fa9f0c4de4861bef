"""What a formula's first step may use of a problem."""

from __future__ import annotations

from typing import Any

from engine.problem import BinaryProblem, MulticlassProblem, Problem
from engine.pytorch.activations import class_major


def values_of(problem: Problem) -> dict[str, Any]:
    """The names a formula's first step may use, in the problem's format.

    Returns
    -------
    dict
        Binary: `z` (N,), `y` (N,), `weight` (N,) or None, `pos_weight` () or None. Multiclass: `z`
        (N, C), `y` int64 (N,) or (N, C), `weight` (C,) or None, `ignore_index`, `label_smoothing`.
    """
    rounded = problem.format.round
    if isinstance(problem, BinaryProblem):
        return {
            "z": problem.input,
            "y": rounded(problem.target),
            "weight": None if problem.weight is None else rounded(problem.weight),
            "pos_weight": None if problem.pos_weight is None else rounded(problem.pos_weight),
        }
    assert isinstance(problem, MulticlassProblem)
    return {
        "z": problem.input if problem.has_probabilities else class_major(problem.input),
        "y": rounded(problem.target) if problem.has_probabilities else problem.labels,
        "weight": None if problem.weight is None else rounded(problem.weight),
        "ignore_index": problem.ignore_index,
        "label_smoothing": problem.label_smoothing,
    }
