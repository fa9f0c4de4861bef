"""The evaluation of a large problem: slice after slice, of which one number a row is kept.

A million rows of twenty classes have twenty million logits; every step of every formula and every gradient
would take thirty times their memory, and nobody reads them. Tables, filters, counts and findings read of each
row its loss, the true loss and what floating point did to it, and these are kept: of binary problems, whose
gradients have one number a row too, also those. What else there is of a row (its steps, its gradient) is
computed from that row alone when it is asked for (`LargeEvaluation.of_row`).

The rows of a slice do not depend on the others, so that what is kept equals what `evaluate` gives float for
float; a refusal of the whole call, by which nan is judged, is found beforehand. Ledgers are made of the kept
losses of all rows by the formulas' own `ledger`, in PyTorch's order. Label smoothing and class probabilities
add parts of the rows that are not kept: there a formula's steps are computed once more, for all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.column import Column, Truth
from engine.evaluation.evaluate import Evaluation, honoured_values, truth_for
from engine.evaluation.rows import evaluate_rows, refusals_of, rows_of
from engine.floats.formats import FloatArray
from engine.formulas.catalogue import Catalogue, formulas_of
from engine.formulas.formula import Formula, Role
from engine.problem import MulticlassProblem, Problem

Look = Callable[[Evaluation], Any]
"""From the evaluation of a slice to what somebody wants to know of its rows."""

Report = Callable[[int, int], None]
"""Told how many rows are done, and of how many; what it raises ends the work."""

ELEMENTS = 2**15
"""Logits of a slice: what is computed of them stays in the processor's cache."""

REMEMBERED_ROWS = 16
"""Rows looked at last whose steps are at hand."""

KEPT = {
    "binary": ("loss", "regimes", "gradient", "gradient_regimes"),
    "multiclass": ("loss", "regimes"),
}
"""A column's results that are kept, by family."""


class LargeValues(Mapping[str, Any]):
    """What `Column.values` holds: the losses are kept, all else is computed for all rows when asked for."""

    def __init__(self, problem: Problem, formula: Formula, loss: FloatArray) -> None:
        self._problem, self._formula, self._loss = problem, formula, loss

    @cached_property
    def _options(self) -> dict[str, Any]:
        return honoured_values(rows_of(self._problem, slice(0, 0)), self._formula)

    def __getitem__(self, name: str) -> Any:
        problem = self._problem
        if name == "loss":
            return self._loss
        if name == "y":
            if isinstance(problem, MulticlassProblem) and not problem.has_probabilities:
                return problem.labels
            return problem.format.round(problem.target)
        if name in self._options and name != "z":
            option = self._options[name]
            is_of_rows = problem.family == "binary" and name == "weight" and option is not None
            return honoured_values(problem, self._formula)[name] if is_of_rows else option
        values = honoured_values(problem, self._formula)
        return values[name] if name in values else self._formula.run(values)[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._options
        yield from (step.name for step in self._formula.steps)

    def __len__(self) -> int:
        return len(self._options) + len(self._formula.steps)


@dataclass(frozen=True, eq=False)
class LargeEvaluation(Evaluation):
    """An `Evaluation` with one number a row; `activation` is that of the target's class, (N,).

    Attributes
    ----------
    slices : tuple of slice
        The rows of each slice.
    looks : dict
        What has been found in the slices by their number: kept from one edit to the next.
    """

    slices: tuple[slice, ...]
    looks: dict[int, Any]
    is_large: ClassVar[bool] = True
    _rows: dict[int, Evaluation] = field(init=False, default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether all slices have been evaluated."""
        return len(self.activation) == self.problem.rows

    def of_row(self, row: int) -> tuple[Evaluation, int]:
        """The evaluation of a row alone, and 0."""
        if row not in self._rows:
            if len(self._rows) >= REMEMBERED_ROWS:
                self._rows.pop(next(iter(self._rows)))
            self._rows[row] = self.of_rows(slice(row, row + 1))
        return self._rows[row], 0

    def of_rows(self, rows: slice | NDArray[np.intp]) -> Evaluation:
        """The evaluation of some rows alone, in their order, judged as rows of this problem."""
        formulas = tuple(column.formula for column in self.columns)
        return evaluate_rows(self.problem, rows, formulas, [column.refusal for column in self.columns])

    def look(self, look: Look, progress: Report = lambda *_: None) -> list[Any]:
        """What is found in each slice; looked for only where that is not known."""
        for number, rows in enumerate(self.slices):
            if number not in self.looks:
                progress(rows.start, self.problem.rows)
                self.looks[number] = look(self.of_rows(rows))
        return [self.looks[number] for number in range(len(self.slices))]


def evaluate_large(
    problem: Problem,
    *,
    formulas: Catalogue | None = None,
    look: Look | None = None,
    progress: Report = lambda *_: None,
    elements: int = ELEMENTS,
) -> LargeEvaluation:
    """Evaluate a large problem by every formula of its family, slice after slice.

    Parameters
    ----------
    problem : BinaryProblem or MulticlassProblem
    formulas : tuple of Formula, optional
        As for `evaluate`.
    look : callable, optional
        Called with the evaluation of each slice, which has every step and gradient of its rows.
    progress : callable, optional
    elements : int
        Logits of a slice, one row at least.

    Returns
    -------
    LargeEvaluation

    Examples
    --------
    >>> from engine import BinaryProblem
    >>> evaluation = evaluate_large(BinaryProblem(logits=[0.0, 17.0], target=[0.0, 0.0]), elements=1)
    >>> evaluation.column("bce_sigmoid").loss.tolist()
    [0.6931471824645996, 100.0]
    """
    chosen = formulas_of(problem.family) if formulas is None else formulas
    refusals = refusals_of(problem, chosen)
    kept, looks = _Kept(problem, refusals), dict[int, Any]()
    slices = _slices(problem, elements)
    for number, rows in enumerate(slices):
        progress(rows.start, problem.rows)
        part = evaluate_rows(problem, rows, chosen, refusals)
        kept.put(rows, part)
        if look is not None:
            looks[number] = look(part)
    return kept.evaluation(slices, looks)


def begin_large(problem: Problem, *, formulas: Catalogue | None = None) -> LargeEvaluation:
    """What there is before any slice has been evaluated: single rows can be had, and arrays are empty.

    Parameters
    ----------
    problem : BinaryProblem or MulticlassProblem
    formulas : tuple of Formula, optional
        As for `evaluate`.
    """
    none = rows_of(problem, slice(0, 0))
    begun = evaluate_large(none, formulas=formulas)
    return replace(begun, problem=problem, slices=())


def reevaluate_large(
    evaluation: LargeEvaluation, problem: Problem, rows: NDArray[np.intp]
) -> LargeEvaluation:
    """The evaluation of a problem that differs from an evaluated one in a few rows, as `reevaluate`.

    Parameters
    ----------
    evaluation : LargeEvaluation
        Stays as it is.
    problem : Problem
    rows : integer array, shape (K,)
        Without repetition.

    Returns
    -------
    LargeEvaluation
        What was found in slices without any of these rows is carried over.
    """
    formulas = tuple(column.formula for column in evaluation.columns)
    refusals = refusals_of(problem, formulas)
    for column, refusal in zip(evaluation.columns, refusals, strict=True):
        if (column.refusal is None) is not (refusal is None):  # every nan is then judged otherwise
            rows = np.union1d(rows, np.flatnonzero(np.isnan(column.loss)))
    kept = _Kept.of(evaluation, problem, refusals)
    kept.put(rows, evaluate_rows(problem, rows, formulas, refusals))
    starts = [each.start for each in evaluation.slices]
    touched = set((np.searchsorted(starts, rows, side="right") - 1).tolist())
    looks = {number: found for number, found in evaluation.looks.items() if number not in touched}
    return kept.evaluation(evaluation.slices, looks)


def _slices(problem: Problem, elements: int) -> tuple[slice, ...]:
    classes = problem.classes if isinstance(problem, MulticlassProblem) else 1
    step = max(1, elements // max(1, classes))
    starts = range(0, max(1, problem.rows), step)
    return tuple(slice(start, min(start + step, problem.rows)) for start in starts)


class _Kept:
    """The arrays of all rows, into which slices are put."""

    def __init__(self, problem: Problem, refusals: Sequence[str | None]) -> None:
        self._problem = problem
        self._refusals = refusals
        self._formulas: Catalogue = ()
        self._arrays: dict[tuple[str, int], FloatArray] = {}
        """By name and, beside the activation, number of the column."""
        self._truths: list[int] = []
        """Each column's first with the same truth."""

    @classmethod
    def of(cls, evaluation: LargeEvaluation, problem: Problem, refusals: Sequence[str | None]) -> Self:
        """Copies of an evaluation's arrays."""
        kept = cls(problem, refusals)
        kept._begin(evaluation)
        kept._arrays = {key: array.copy() for key, array in kept._results(evaluation).items()}
        return kept

    def _begin(self, like: Evaluation) -> None:
        truths = [id(column.truth) for column in like.columns]
        self._truths = [truths.index(truth) for truth in truths]
        self._formulas = tuple(column.formula for column in like.columns)

    def _results(self, part: Evaluation) -> dict[tuple[str, int], FloatArray]:
        """What is kept of an evaluation, sliced or whole."""
        found = {("activation", 0): _of_target(part)}
        for number, column in enumerate(part.columns):
            for name in KEPT[self._problem.family]:
                found[name, number] = getattr(column, name)
            if self._truths[number] == number:
                found["truth", number] = column.truth.loss
                if self._problem.family == "binary":
                    found["true_gradient", number] = column.truth.gradient
        return found

    def put(self, rows: slice | NDArray[np.intp], part: Evaluation) -> None:
        """Take the results of some rows."""
        if not self._truths:
            self._begin(part)
        for key, values in self._results(part).items():
            if key not in self._arrays:
                self._arrays[key] = np.empty(self._problem.rows, dtype=values.dtype)
            self._arrays[key][rows] = values

    def evaluation(self, slices: tuple[slice, ...], looks: dict[int, Any]) -> LargeEvaluation:
        """All that was put."""
        truths = {number: self._truth(number) for number in set(self._truths)}
        columns = tuple(
            self._column(number, formula, truths[self._truths[number]])
            for number, formula in enumerate(self._formulas)
        )
        return LargeEvaluation(self._problem, self._arrays["activation", 0], columns, slices, looks)

    def _truth(self, number: int) -> Truth:
        loss, gradient = self._arrays["truth", number], self._arrays.get(("true_gradient", number))
        problem, formula = self._problem, self._formulas[number]
        if gradient is not None:
            return Truth(loss, lambda: gradient)
        return Truth(loss, lambda: truth_for(problem, formula).gradient)

    def _column(self, number: int, formula: Formula, truth: Truth) -> Column:
        problem, loss = self._problem, self._arrays["loss", number]
        outside = problem.outside if isinstance(problem, MulticlassProblem) else None
        own = loss
        if outside is not None and formula.role is not Role.EXACT:
            own = np.where(outside, loss.dtype.type(0), loss)  # as ignored rows have before they are told of
        values, refusal = LargeValues(problem, formula, own), self._refusals[number]
        column = Column(formula, values, loss, truth, problem.reduction, refusal, outside)
        kept = {name: self._arrays[name, number] for name in KEPT[problem.family] if name != "loss"}
        vars(column).update(kept)
        return column


def _of_target(evaluation: Evaluation) -> FloatArray:
    """The activation of each row's target class, (N,); class 0's where the target is ignored."""
    problem, activation = evaluation.problem, evaluation.activation
    if activation.ndim == 1 or not isinstance(problem, MulticlassProblem):
        return activation
    if problem.has_probabilities:
        classes = problem.target.argmax(axis=1)
    else:
        classes = np.where(problem.ignored, 0, problem.target)
    return np.take_along_axis(activation, classes[:, np.newaxis], axis=1)[:, 0]
