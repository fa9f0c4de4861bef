"""A class more or less: the problems that come of it."""

from __future__ import annotations

import numpy as np

from engine import MulticlassProblem

FEWEST_CLASSES = 2
"""With one class every softmax is 1 and every loss 0."""


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
    return np.where(problem.target == problem.ignore_index, problem.target, target)


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
