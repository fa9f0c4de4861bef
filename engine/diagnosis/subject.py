"""An evaluation as the findings look at it: what several of them ask, computed once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis import remedies
from engine.diagnosis.finding import Finding, Rows
from engine.evaluation.column import Column, Truth
from engine.evaluation.evaluate import Evaluation
from engine.floats.formats import FLOAT64, Format
from engine.formulas.formula import Formula, Role, Values
from engine.problem import BinaryProblem, MulticlassProblem, Problem

Floats = NDArray[np.float64]

AnyProblem = BinaryProblem | MulticlassProblem


PER_CENT_OFF = 0.01
"""A finite loss farther from the true one than this is told of."""


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
        return ~problem.ignored

    @cached_property
    def all_count(self) -> bool:
        """Whether no target is ignored."""
        return bool(self.counted.all())

    @cached_property
    def some_count(self) -> bool:
        """Whether there is a row whose target is not ignored."""
        return bool(self.counted.any())

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

    def are_finite(self, rows: NDArray[np.intp], formula: Formula) -> Rows:
        """Which of some rows have finite logits, targets and weights; masked classes count nothing."""
        problem, bad = self.problem, ~np.isfinite(self.z[rows])
        smoothed = getattr(problem, "label_smoothing", 0.0) and "label_smoothing" in formula.honours
        if isinstance(problem, MulticlassProblem) and not (problem.has_probabilities or smoothed):
            bad &= ~(np.isneginf(self.z[rows]) & (self.shares[rows] == 0))
        sound = np.isfinite(problem.target[rows]) & np.isfinite(getattr(problem, "pos_weight", None) or 0.0)
        return ~self.any_class(bad) & ~self.any_class(~sound) & np.isfinite(self.row_weight[rows])

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

    @cached_property
    def refused_rows(self) -> Rows:
        """The rows for which BCELoss raises: a nan probability, or a target outside [0, 1]."""
        problem = self.problem
        assert isinstance(problem, BinaryProblem)
        target = problem.format.round(problem.target).astype(np.float64)
        return self.nan_rows | ~((target >= 0) & (target <= 1))

    @cached_property
    def stable_line(self) -> str:
        """The problem's stable loss as a line of PyTorch."""
        return remedies.line(self.problem)

    @cached_property
    def wider_line(self) -> str:
        """The same in the next format that reaches further."""
        return remedies.wider(self.problem)

    @property
    def no_further(self) -> str | None:
        """What to do in place of taking a format that reaches further, where there is none."""
        return remedies.NO_FORMAT_REACHES_FURTHER if self.problem.format is FLOAT64 else None

    @property
    def no_finer(self) -> str | None:
        """The same in place of one with more digits."""
        return remedies.NO_FORMAT_HAS_MORE_DIGITS if self.problem.format is FLOAT64 else None

    # -- columns ------------------------------------------------------------------------------------

    def loss_of(self, column: Column) -> Floats:
        """A column's losses in float64."""
        if column not in self._losses:
            self._losses[column] = column.loss.astype(np.float64, copy=False)
        return self._losses[column]

    @cached_property
    def _losses(self) -> dict[Column, Floats]:
        return {}

    def per_cent_of(self, truth: Truth) -> Floats:
        """How far from a row's true loss one is told of."""
        if truth not in self._per_cents:
            self._per_cents[truth] = PER_CENT_OFF * np.abs(truth.loss)
        return self._per_cents[truth]

    @cached_property
    def _per_cents(self) -> dict[Truth, Floats]:
        return {}

    @cached_property
    def pytorch(self) -> dict[Column, Column]:
        """PyTorch's columns, each with the first that computes the same: itself, as a rule.

        Of a large problem each is itself: the steps to compare by are not kept.
        """
        known: dict[Column, Column] = {}
        for column in self.columns(Role.PYTORCH):
            others = () if self.evaluation.is_large else tuple(known)
            known[column] = next((other for other in others if _is_same(other, column)), column)
        return known

    def columns(self, *roles: Role) -> Iterator[Column]:
        """The columns of these roles; none that PyTorch refuses whatever the data."""
        return (column for column in self._columns if column.formula.role in roles)

    @cached_property
    def _columns(self) -> tuple[Column, ...]:
        problem = self.problem
        return tuple(c for c in self.evaluation.columns if not refuses_by_nature(c.formula, problem))


def of_pytorch(subject: Subject, look: Callable[[Column], Iterator[Finding]]) -> Iterator[Finding]:
    """What a look finds in PyTorch's columns; those that compute the same it looks at once."""
    known: dict[Column, tuple[Finding, ...]] = {}
    for column, alike in subject.pytorch.items():
        if alike is column:
            known[column] = tuple(look(column))
            yield from known[column]
        else:
            formula = column.formula
            yield from (found.of_formula(formula.key, formula.title) for found in known[alike])


def _is_same(one: Column, other: Column) -> bool:
    """Whether two columns compute the same, as CrossEntropyLoss is NLLLoss after log_softmax."""
    formulas = one.formula, other.formula
    if one.truth is not other.truth or one.refusal is not None or other.refusal is not None:
        return False
    if any(formula.clamped is not None for formula in formulas):
        return False
    steps, others = ([(step.name, step.expression) for step in formula.steps] for formula in formulas)
    names = one.values.keys() - {"loss"}
    return (
        steps == others
        and all(name in other.values and one.values[name] is other.values[name] for name in names)
        and one.loss.tobytes() == other.loss.tobytes()
    )


def rounds_to_a_number(form: Format, truth: Floats) -> Rows:
    """Where a true value rounds to something else than 0 in the format; half its least number is even, 0."""
    return np.asarray(~(np.abs(truth) <= form.smallest_subnormal / 2))


def gradient_of_own(weight: Floats, loss: Floats) -> Floats:
    """The true class's gradient, w (p - 1), of rows whose loss is -w log p."""
    ratio = loss / weight
    return np.where(ratio < 1e-17, -loss, weight * np.expm1(-ratio))


def refuses_by_nature(formula: Formula, problem: Problem) -> bool:
    """Whether the loss refuses this form of target whatever the numbers: sound ones, too.

    Examples
    --------
    >>> from engine.formulas.multiclass import CROSS_ENTROPY, NLL_LOG_SOFTMAX
    >>> soft = MulticlassProblem(logits=[[1.0, 0.0]], target=[[0.5, 0.5]])
    >>> [refuses_by_nature(formula, soft) for formula in (CROSS_ENTROPY, NLL_LOG_SOFTMAX)]
    [False, True]
    """
    if not isinstance(problem, MulticlassProblem) or not problem.has_probabilities:
        return False
    if formula.refusal is None:
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
    option = "weight" if isinstance(problem, MulticlassProblem) else ""
    count = problem.rows
    return {
        name: value[rows]
        if name != option and isinstance(value, np.ndarray) and value.ndim and len(value) == count
        else value
        for name, value in values.items()
    }
