"""Gradients of the class losses in the few rows where they can break, found without computing all."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis.finding import Rows
from engine.diagnosis.inputs import class_name
from engine.diagnosis.subject import Floats, Subject, rounds_to_a_number, values_at
from engine.evaluation.column import Column, truth_of
from engine.floats.formats import FloatArray
from engine.floats.rounding import failures_are_results
from engine.problem import MulticlassProblem

NEAR = 4.0
"""Losses below this many times eps belong to rows whose 1 - p has few bits left."""

FIFTH = 0.2
"""A half format that misses a gradient by more than this has lost it."""

BAND = 1.0
"""Natural logarithms around a format's least number in which a probability may be 0 by rounding alone."""

MARGIN = 3.0
"""Natural logarithms that the estimate of a steep logarithm leaves for weights and rounding."""


class ClassGradients:
    """One column's gradients where they may be nan, infinite or lost.

    A gradient and its truth cost as much as an evaluation. What can go wrong shows in the losses and
    probabilities: the gradient of a logarithm breaks where a probability is 0 or its inverse leaves the
    format, that of the true class is lost where the loss is a few eps, and any gradient overflows only
    under weights or targets that come near the largest number.
    """

    def __init__(self, subject: Subject, column: Column, other: ClassGradients | None = None) -> None:
        problem = subject.problem
        assert isinstance(problem, MulticlassProblem)
        self.subject = subject
        self.problem = problem
        self.column = column
        self._band = (np.inf, -np.inf)
        self._nowhere = np.zeros(problem.rows, dtype=bool)
        self._other = other if other is not None and self._is_like(other) else None
        self._smoothing = problem.label_smoothing if "label_smoothing" in column.formula.honours else 0.0

    def _is_like(self, other: ClassGradients) -> bool:
        """Whether another column has the same gradients: CrossEntropyLoss is NLLLoss after log_softmax."""
        own, others = self.column.values, other.column.values
        same_steps = own.get("log_p") is others.get("log_p") and "p" not in own and "p" not in others
        return same_steps and self.problem.label_smoothing == 0 and not self.problem.has_probabilities

    # -- which rows to look at ----------------------------------------------------------------------

    @cached_property
    def _scale(self) -> Floats:
        """What multiplies each row's loss at most."""
        if not self.problem.has_probabilities:
            return np.abs(self.subject.row_weight)
        weight = self.subject.weight
        share = np.abs(self.problem.target).sum(axis=1)
        return np.asarray(share if weight is None else share * np.abs(weight).max(initial=0.0))

    @property
    def _bounds(self) -> tuple[float, float]:
        """The least above 0 and the largest of what may multiply a row's loss, 1 included.

        With class indices of any row: one slice of a problem is looked at as the others are.
        """
        weight = self.subject.weight
        by_row = self.problem.has_probabilities or weight is None
        scale = self._scale if by_row or weight is None else np.abs(weight)
        scale = scale[scale > 0]
        return float(scale.min(initial=1.0)), float(scale.max(initial=1.0))

    @cached_property
    def _sure(self) -> Rows:
        """Rows with one true class and a loss of a few eps: p is all but 1."""
        if self._smoothing:
            return self._nowhere
        loss = self.column.truth.loss
        sure = np.asarray((loss <= NEAR * self.problem.format.eps * self._scale) & (loss > 0))
        if self.problem.has_probabilities and sure.any():
            shares = self.subject.shares[sure]
            sure[sure] = (shares == 1).any(axis=1) & ((shares != 0).sum(axis=1) == 1)
        return sure

    @cached_property
    def _far(self) -> Rows:
        """Rows in which a probability is 0 where it should not be, or the edge of that near."""
        form, z = self.problem.format, self.subject.z
        edge = math.log(form.smallest_subnormal) - math.log(2)
        light, heavy = self._bounds
        if z.size == 0 or z.max() - z.min() < -edge - MARGIN + math.log(light):
            return self._nowhere
        if "p" in self.column.values:
            return np.asarray((self.column.values["p"] == 0).any(axis=1))
        self._band = edge - math.log(heavy) - BAND, edge - math.log(light) + BAND
        return np.asarray(self._in_band(self.column.values["log_p"]).any(axis=1))

    def _in_band(self, log_p: FloatArray) -> NDArray[np.bool_]:
        """Where a probability is so near the format's least number that it may be 0 by rounding alone."""
        logs = log_p.astype(np.float64)
        return np.asarray((logs > self._band[0]) & (logs < self._band[1]))

    @cached_property
    def _steep(self) -> Rows:
        """Rows where the inverse of the target's probability may leave the format."""
        if "p" not in self.column.values:
            return self._nowhere
        limit = math.log(self.problem.format.max) - MARGIN
        limit -= math.log(self._bounds[1])
        loss = self.column.loss.astype(np.float64)
        return np.asarray(~(loss < limit * self._scale) & (self._scale > 0))

    @cached_property
    def _heavy(self) -> bool:
        """Whether weights or targets come near the largest number."""
        most = float(self._scale.max(initial=0.0))
        if self.subject.weight is not None:
            most = max(most, float(np.abs(self.subject.weight).sum()))
        return not most < self.problem.format.max / 8

    @cached_property
    def _rows(self) -> NDArray[np.intp]:
        """The rows that are looked at."""
        looked = self._sure | self._far | self._steep | self._heavy
        if not self.subject.is_finite:
            looked = looked | ~np.isfinite(self.subject.z).all(axis=1)
        return np.flatnonzero(looked)

    @cached_property
    @failures_are_results
    def _gradient(self) -> Floats:
        """The column's gradient in those rows, (K, C)."""
        if self._other is not None:
            return self._other._gradient  # noqa: SLF001  # one of its own kind
        values = values_at(self.problem, self.column.values, self._rows)
        return np.asarray(self.column.formula.gradient(values).astype(np.float64))

    def _truth(self, rows: NDArray[np.intp]) -> Floats:
        """The true gradient of some rows of the problem."""
        if "gradient" in vars(self.column.truth):
            return np.asarray(self.column.truth.gradient[rows])
        return truth_of(self.problem.family, values_at(self.problem, self.column.values, rows)).gradient

    def _spread(self, of_rows: Rows) -> Rows:
        whole = self._nowhere.copy()
        whole[self._rows[of_rows]] = True
        return whole

    # -- nan and infinite ---------------------------------------------------------------------------

    @cached_property
    def _not_finite(self) -> Rows:
        """Rows with a nan or infinite gradient where the true one is finite."""
        if not len(self._rows):
            return self._nowhere
        bad: Rows = np.asarray(~np.isfinite(self._gradient).all(axis=1))
        if bad.any():
            bad[bad] = self._truth_is_finite(self._rows[bad])
        return self._spread(bad)

    def _truth_is_finite(self, rows: NDArray[np.intp]) -> Rows:
        """Whether the true gradient of some rows is: it is where it has a limit, unless weights are huge."""
        if self._heavy:
            return np.asarray(np.isfinite(self._truth(rows)).all(axis=1))
        z = self.subject.z[rows]
        several = (np.isposinf(z).sum(axis=1) > 1) | (np.isneginf(z).all(axis=1) & (self.problem.classes > 1))
        return np.asarray(~(np.isnan(z).any(axis=1) | several) | ~self.subject.counted[rows])

    @cached_property
    def divided_by_zero(self) -> Rows:
        """Rows in which the gradient of a logarithm divided by too small a probability."""
        if "p" not in self.column.values or not self._not_finite.any():
            return self._nowhere
        p = self.column.values["p"][self._not_finite].astype(np.float64)
        at = self._not_finite.copy()
        # A row of nan comes from an infinite logit.
        at[at] = p.min(axis=1) * (1 - 1e-3) * self.problem.format.max < np.maximum(1.0, self._scale[at])
        return at

    @cached_property
    def broken(self) -> Rows:
        """Other rows with a nan or infinite gradient; infinite logits and weights are told of elsewhere."""
        weight = self.subject.weight
        if weight is not None and not np.isfinite(weight).all():
            return self._nowhere
        explained = self.divided_by_zero
        if not self.subject.is_finite:
            z = self.subject.z
            undecided = np.isposinf(z).any(axis=1) | np.isneginf(z).all(axis=1)
            explained = explained | undecided | self.subject.nan_rows
        return self._not_finite & ~explained

    def facts_of_broken(self, at: Rows) -> dict[str, Any]:
        """The numbers of the first of these rows."""
        row = int(np.argmax(at))
        gradient = self._gradient[int(np.searchsorted(self._rows, row))]
        bad = int(np.argmax(~np.isfinite(gradient)))
        if self.divided_by_zero[row]:
            p = self.column.values["p"][row].astype(np.float64)
            name = class_name(self.problem, int(np.argmin(p)))
            return {"gradient": float(gradient[bad]), "name": name, "p": float(p.min())}
        return {"gradient": float(gradient[bad]), "truth": float(self._truth(np.array([row]))[0, bad])}

    # -- lost and vanished --------------------------------------------------------------------------

    @cached_property
    def _own(self) -> tuple[NDArray[np.intp], Floats, Floats]:
        """Sure rows with the gradient of their true class and its truth, w (p - 1) = w expm1(-loss / w)."""
        rows = np.flatnonzero(self._sure & ~self._not_finite)
        target = self.problem.target[rows]
        classes = target.argmax(axis=1) if target.ndim == 2 else target
        weight = np.ones(len(rows)) if self.subject.weight is None else self.subject.weight[classes]
        truth = weight * np.expm1(-self.column.truth.loss[rows] / weight)
        return rows, self._gradient[np.searchsorted(self._rows, rows), classes], truth

    @cached_property
    def lost(self) -> Rows:
        """Rows that are right whose true class's gradient a half format misses by a fifth or more."""
        if not self._sure.any() or not self.problem.format.is_half:
            return self._nowhere
        rows, gradient, truth = self._own
        whole = self._nowhere.copy()
        there = rounds_to_a_number(self.problem.format, truth)
        whole[rows[(np.abs(gradient - truth) >= FIFTH * np.abs(truth)) & there]] = True
        return whole

    @cached_property
    def vanished(self) -> Rows:
        """Other rows with a gradient of 0 where the true one is a number of the format."""
        whole = self._nowhere.copy()
        if self._sure.any():
            rows, gradient, truth = self._own
            there = rounds_to_a_number(self.problem.format, truth)
            whole[rows[(gradient == 0) & there]] = True
        at_edge = np.flatnonzero(self._far & ~self._not_finite & self.subject.counted)
        if len(at_edge):
            gone = self._gradient[np.searchsorted(self._rows, at_edge)] == 0
            gone &= self._in_band(self.column.values["log_p"][at_edge])
            at_edge, gone = at_edge[gone.any(axis=1)], gone[gone.any(axis=1)]
        if len(at_edge):
            there = rounds_to_a_number(self.problem.format, self._truth_at_edge(at_edge))
            whole[at_edge[(there & gone).any(axis=1)]] = True
        return whole & ~self.lost

    def _truth_at_edge(self, rows: NDArray[np.intp]) -> Floats:
        """The true gradient of classes far from the target: w p, and p is what the true loss leaves."""
        loss, weight = self.column.truth.loss[rows], self.subject.row_weight[rows]
        is_plain = not (self.problem.has_probabilities or self._smoothing)
        if not (is_plain and np.isfinite(loss).all() and (weight > 0).all()):
            return self._truth(rows)
        z = self.subject.z[rows]
        own = z[np.arange(len(rows)), self.problem.target[rows]]
        lower = own + loss / weight - np.log(weight)
        return np.asarray(np.exp(z - lower[:, None]))

    def facts_of_lost(self, at: Rows) -> dict[str, Any]:
        """The numbers of the first of these rows: of its true class if that is sure, else what vanished."""
        row = int(np.argmax(at))
        if self._sure[row]:
            rows, gradient, truth = self._own
            place = int(np.searchsorted(rows, row))
            return {"gradient": float(gradient[place]) + 0.0, "truth": float(truth[place])}
        of_row = self._gradient[int(np.searchsorted(self._rows, row))]
        true_one = self._truth(np.array([row]))[0]
        gone = (of_row == 0) & (self.problem.format.nearest(true_one).astype(np.float64) != 0)
        class_ = int(np.argmax(gone))
        return {"gradient": float(of_row[class_]) + 0.0, "truth": float(true_one[class_])}
