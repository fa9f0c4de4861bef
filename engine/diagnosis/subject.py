"""An evaluation as the findings look at it: what several of them ask, computed once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis.finding import Rows
from engine.evaluation.column import Column
from engine.evaluation.evaluate import Evaluation
from engine.floats.formats import Format
from engine.formulas.formula import Formula, Role, Values
from engine.problem import BinaryProblem, MulticlassProblem, Problem

Floats = NDArray[np.float64]

AnyProblem = BinaryProblem | MulticlassProblem


@dataclass(frozen=True, eq=False)
class Subject:
    """An evaluation and what is asked of it again and again."""

    evaluation: Evaluation

    @cached_property
    def problem(self) -> AnyProblem:
        """The problem."""
        problem = self.evaluation.problem
        assert isinstance(problem, AnyProblem)
        return problem

    @cached_property
    def z(self) -> Floats:
        """The logits as every loss sees them, rounded to the format."""
        columns = self.evaluation.columns
        rounded = columns[0].values["z"] if columns else self.problem.input
        return np.asarray(rounded.astype(np.float64, order="C"))

    @cached_property
    def counted(self) -> Rows:
        """False where the target is ignored."""
        problem = self.problem
        if isinstance(problem, BinaryProblem) or problem.has_probabilities:
            return np.ones(problem.rows, dtype=bool)
        return np.asarray(problem.target != problem.ignore_index)

    @cached_property
    def extremes(self) -> tuple[float, float]:
        """The least and the largest of `z`, which rounding keeps such; nan where one is, 0 of none."""
        z = self.problem.logits
        ends = np.array([z.min(), z.max()] if z.size else [0.0, 0.0])
        least, most = self.problem.format.round(ends).astype(np.float64).tolist()
        return least, most

    @cached_property
    def is_finite(self) -> bool:
        """Whether every logit is."""
        return all(map(math.isfinite, self.extremes))

    @cached_property
    def nan_rows(self) -> Rows:
        """Rows with a nan among their logits."""
        return self.any_class(np.isnan(self.z))

    def any_class(self, at: NDArray[np.bool_]) -> Rows:
        """Rows where it holds for some class; of a binary problem the rows themselves."""
        return np.asarray(at.any(axis=1) if at.ndim == 2 else at)

    @cached_property
    def weight(self) -> Floats | None:
        """`weight` rounded to the format: one a row of a binary problem, else one a class."""
        weight = self.problem.weight
        return None if weight is None else self.problem.format.round(weight).astype(np.float64)

    @cached_property
    def row_weight(self) -> Floats:
        """What multiplies each row's loss: its weight, or that of its target's class."""
        problem, weight = self.problem, self.weight
        if weight is None:
            return np.ones(problem.rows)
        if isinstance(problem, BinaryProblem):
            return weight
        if problem.has_probabilities:
            return np.asarray(problem.target @ weight)
        return np.where(self.counted, weight[np.where(self.counted, problem.target, 0)], 0.0)

    @cached_property
    def shares(self) -> Floats:
        """Each class's share of each row's target before smoothing, (N, C); 0 in ignored rows."""
        problem = self.problem
        assert isinstance(problem, MulticlassProblem)
        if problem.has_probabilities:
            return problem.format.round(problem.target).astype(np.float64)
        shares = np.zeros(problem.logits.shape)
        rows = np.flatnonzero(self.counted)
        shares[rows, problem.target[rows]] = 1.0
        return shares

    def columns(self, *roles: Role) -> Iterator[Column]:
        """The columns of these roles; none that PyTorch refuses whatever the data."""
        return (column for column in self._columns if column.formula.role in roles)

    @cached_property
    def _columns(self) -> tuple[Column, ...]:
        problem = self.problem
        return tuple(c for c in self.evaluation.columns if not refuses_by_nature(c.formula, problem))


def rounds_to_a_number(form: Format, truth: Floats) -> Rows:
    """Where a true value rounds to something else than 0 in the format."""
    if not len(truth):
        return np.zeros(truth.shape, dtype=bool)
    return np.asarray(form.nearest(truth).astype(np.float64) != 0)


def refuses_by_nature(formula: Formula, problem: AnyProblem) -> bool:
    """Whether the loss refuses this form of target whatever the numbers: sound ones, too."""
    if isinstance(problem, BinaryProblem) or not problem.has_probabilities or formula.refusal is None:
        return False
    even = np.full((1, problem.classes), 1.0 / max(1, problem.classes))
    sound = MulticlassProblem(logits=np.zeros_like(even), target=even)
    return formula.refusal(sound) is not None


def passed_over(formula: Formula, problem: Problem) -> tuple[str, ...]:
    """The options in force that a formula has no argument for: its loss is another one than the rest's.

    Parameters
    ----------
    formula : Formula
    problem : BinaryProblem or MulticlassProblem

    Returns
    -------
    tuple of str
        For example ``("label_smoothing",)`` for NLLLoss beside a CrossEntropyLoss that smooths.

    Examples
    --------
    >>> from engine.formulas.multiclass import NLL_LOG_SOFTMAX
    >>> smoothed = MulticlassProblem(logits=[[1.0, 0.0]], target=[0], label_smoothing=0.1)
    >>> passed_over(NLL_LOG_SOFTMAX, smoothed)
    ('label_smoothing',)
    """
    in_force = {
        "weight": getattr(problem, "weight", None) is not None,
        "pos_weight": getattr(problem, "pos_weight", None) not in {None, 1.0},
        "label_smoothing": getattr(problem, "label_smoothing", 0.0) > 0.0,
    }
    return tuple(name for name, holds in in_force.items() if holds and name not in formula.honours)


def values_at(problem: AnyProblem, values: Values, rows: NDArray[np.intp]) -> dict[str, Any]:
    """A column's values for some of its rows; options stay what they are."""
    # The weight of a multiclass problem has one entry a class, perhaps as many as there are rows.
    options = {"weight"} if isinstance(problem, MulticlassProblem) else set()

    def at(name: str, value: Any) -> Any:
        has_rows = isinstance(value, np.ndarray) and value.ndim > 0 and len(value) == problem.rows
        return value[rows] if has_rows and name not in options else value

    return {name: at(name, value) for name, value in values.items()}
