"""Gradients of the class losses in the few rows where they can break, found without computing all."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis.finding import Rows
from engine.diagnosis.inputs import class_name
from engine.diagnosis.subject import Floats, Subject, gradient_of_own, rounds_to_a_number, values_at
from engine.evaluation.column import Column, Truth, truth_of
from engine.floats.formats import FloatArray
from engine.floats.rounding import failures_are_results
from engine.problem import MulticlassProblem

NEAR = 4.0
"""Losses below this many times eps belong to rows whose 1 - p has few bits left."""

FIFTH = 0.2
"""A half format that misses a gradient by more than this has lost it."""

BAND = 1.0
"""Natural logarithms around a format's least number in which a probability may be 0 by rounding alone."""

_NO_ROWS = np.zeros(0, dtype=np.intp)
MARGIN = 3.0
"""Natural logarithms that the estimate of a steep logarithm leaves for weights and rounding."""


class ClassScale:
    """What multiplies the rows' losses, and what follows for the rows whose gradient can break.

    The columns of a problem have it in common.
    """

    def __init__(self, subject: Subject) -> None:
        problem = subject.problem
        assert isinstance(problem, MulticlassProblem)
        self.subject = subject
        self.problem = problem
        self._sure: dict[Truth, NDArray[np.intp]] = {}

    @cached_property
    def of_rows(self) -> Floats:
        """What multiplies each row's loss at most."""
        if not self.problem.has_probabilities:
            return np.abs(self.subject.row_weight)
        weight = self.subject.weight
        share = np.abs(self.problem.target).sum(axis=1)
        return np.asarray(share if weight is None else share * np.abs(weight).max(initial=0.0))

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The least, or 1, and the greatest, or 1, of what may be above 0.

        With class indices of any row: one slice of a problem is looked at as the others are.
        """
        weight = self.subject.weight
        scale = (
            self.of_rows
            if self.problem.has_probabilities
            else np.abs(np.ones(1) if weight is None else weight)
        )
        scale = scale[scale > 0]
        return float(scale.min(initial=1.0)), float(scale.max(initial=1.0))

    @cached_property
    def is_heavy(self) -> bool:
        """Whether weights or targets come near the largest number."""
        most = float(self.of_rows.max(initial=0.0))  # nan if one is
        if self.subject.weight is not None:
            most = max(most, float(np.abs(self.subject.weight).sum()))
        return not most < self.problem.format.max / 8

    @cached_property
    def band(self) -> tuple[float, float] | None:
        """Log-probabilities so near the format's least number that rounding alone may make 0 of them.

        None where the logits are too near one another for any.
        """
        form, z = self.problem.format, self.subject.z
        edge = math.log(form.smallest_subnormal) - math.log(2)
        light, heavy = self.ends
        if z.size == 0 or z.max() - z.min() < -edge - MARGIN + math.log(light):
            return None
        return edge - math.log(heavy) - BAND, edge - math.log(light) + BAND

    def sure(self, truth: Truth) -> NDArray[np.intp]:
        """Rows with one true class and a loss of a few eps: p is all but 1."""
        if truth not in self._sure:
            near = NEAR * self.problem.format.eps * self.of_rows
            rows = np.flatnonzero((truth.loss <= near) & (truth.loss > 0))
            if self.problem.has_probabilities and len(rows):
                shares = self.subject.shares[rows]
                rows = rows[(shares == 1).any(axis=1) & ((shares != 0).sum(axis=1) == 1)]
            self._sure[truth] = rows
        return self._sure[truth]


class ClassGradients:
    """One column's suspects: the rows whose gradient may be nan, infinite or lost.

    A gradient and its truth cost as much as an evaluation. What can go wrong shows in the losses and
    probabilities: the gradient of a logarithm breaks where a probability is 0 or its inverse leaves the
    format, that of the true class is lost where the loss is a few eps, and any gradient overflows only
    under weights or targets that come near the largest number. Only shares of a target can cancel a
    probability: where there are any, the gradient itself is looked at.
    """

    def __init__(self, scale: ClassScale, column: Column) -> None:
        self.scale = scale
        self.subject = scale.subject
        self.problem = scale.problem
        self.column = column
        self._smoothing = self.problem.label_smoothing if "label_smoothing" in column.formula.honours else 0.0
        looked = np.zeros(self.problem.rows, dtype=bool)
        looked[self._sure_rows] = True
        looked[self._far_rows] = True
        looked[self._cancelled_rows] = True
        if "p" in column.values:
            looked |= self._steep()
        if scale.is_heavy:
            looked[:] = True
        elif not self.subject.is_finite:
            looked |= ~np.isfinite(self.subject.z).all(axis=1)
        self.rows = np.flatnonzero(looked)

    # -- which rows to look at ----------------------------------------------------------------------

    @cached_property
    def _sure_rows(self) -> NDArray[np.intp]:
        return _NO_ROWS if self._smoothing else self.scale.sure(self.column.truth)

    @cached_property
    def _far_rows(self) -> NDArray[np.intp]:
        """Rows in which a probability is 0 where it should not be, or the edge of that near; some repeat."""
        if self.scale.band is None:
            return _NO_ROWS
        p = self.column.values.get("p")
        return np.nonzero(self._in_band(self.column.values["log_p"]) if p is None else p == 0)[0]

    @property
    def _is_plain(self) -> bool:
        """Whether each target is one whole class."""
        return not (self.problem.has_probabilities or self._smoothing)

    @cached_property
    def _cancelled_rows(self) -> NDArray[np.intp]:
        """Rows in which a class's two terms, p and its share of the target, cancel to 0; some repeat."""
        if self._is_plain:
            return _NO_ROWS
        return np.nonzero((self.column.gradient == 0) & self._shared(self.subject.counted))[0]

    def _shared(self, counted: Rows, rows: NDArray[np.intp] | slice = slice(None)) -> NDArray[np.bool_]:
        """Where a class has a share in the target of a row."""
        shared = counted[:, np.newaxis]
        if not self._smoothing:
            shared = shared & (self.problem.target[rows] != 0)
        return shared if self.subject.weight is None else shared & (self.subject.weight != 0)

    def _in_band(self, log_p: FloatArray) -> NDArray[np.bool_]:
        assert self.scale.band is not None
        low, high = self.scale.band
        logs = log_p.astype(np.float64, copy=False)
        return np.asarray((logs > low) & (logs < high))

    def _steep(self) -> Rows:
        """Rows where the inverse of the target's probability may leave the format."""
        limit = math.log(self.problem.format.max) - MARGIN - math.log(self.scale.ends[1])
        loss, scale = self.subject.loss_of(self.column), self.scale.of_rows
        return np.asarray(~(loss < limit * scale) & (scale > 0))

    def _among(self, rows: NDArray[np.intp]) -> Rows:
        """Which suspects are among some rows."""
        at = np.zeros(len(self.rows), dtype=bool)
        at[np.searchsorted(self.rows, rows)] = True
        return at

    @cached_property
    @failures_are_results
    def _gradient(self) -> Floats:
        """The column's gradient in the suspects, (K, C)."""
        if "gradient" in vars(self.column):
            return np.asarray(self.column.gradient[self.rows].astype(np.float64))
        values = values_at(self.problem, self.column.values, self.rows)
        return np.asarray(self.column.formula.gradient(values).astype(np.float64))

    def _truth(self, rows: NDArray[np.intp]) -> Floats:
        """The true gradient of some rows of the problem."""
        if "gradient" in vars(self.column.truth):
            return np.asarray(self.column.truth.gradient[rows])
        return truth_of(self.problem.family, values_at(self.problem, self.column.values, rows)).gradient

    # -- nan and infinite ---------------------------------------------------------------------------

    @cached_property
    def _not_finite(self) -> Rows:
        """Suspects with a nan or infinite gradient where the true one is finite."""
        finite = np.isfinite(self._gradient)
        if finite.all():
            return np.zeros(len(self.rows), dtype=bool)
        bad: Rows = np.asarray(~finite.all(axis=1))
        bad[bad] = self._truth_is_finite(self.rows[bad])
        return bad

    def _truth_is_finite(self, rows: NDArray[np.intp]) -> Rows:
        """Whether the true gradient of some rows is: where it has a limit, though float64 may not hold it."""
        if self.scale.is_heavy:
            truth, sound = self._truth(rows), self.subject.are_finite(rows, self.column.formula)[:, None]
            return np.asarray((np.isfinite(truth) | (np.isinf(truth) & sound)).all(axis=1))
        if self.subject.is_finite:
            return np.ones(len(rows), dtype=bool)
        z = self.subject.z[rows]
        several = (np.isposinf(z).sum(axis=1) > 1) | (np.isneginf(z).all(axis=1) & (self.problem.classes > 1))
        return np.asarray(~(np.isnan(z).any(axis=1) | several) | ~self.subject.counted[rows])

    @cached_property
    def has_nan(self) -> Rows:
        """Suspects with a nan in their gradient."""
        return np.asarray(np.isnan(self._gradient).any(axis=1))

    @cached_property
    def _divisors(self) -> tuple[NDArray[np.intp], Floats]:
        """What each suspect's gradient of a logarithm breaks on: a class and its probability.

        The gradient of the loss is 0 beside the target's class, and 0 / p is nan where p is 0 alone.
        """
        p = self.column.values["p"][self.rows].astype(np.float64)
        every = np.arange(len(p))
        own = np.where(self.subject.counted[self.rows], self.column.values["y"][self.rows], 0)
        classes = np.where((p == 0).any(axis=1), p.argmin(axis=1), own)
        return classes, p[every, classes]

    @cached_property
    def divided_by_zero(self) -> Rows:
        """Suspects in which the gradient of a logarithm divided by a probability that is 0, or all but 0."""
        return self._divided(np.ones(len(self.rows)))

    @cached_property
    def weight_over_p(self) -> Rows:
        """Others in which it divided the weight of the target's class by too small a probability."""
        return self._divided(self.scale.of_rows[self.rows]) & ~self.divided_by_zero

    def _divided(self, dividend: Floats) -> Rows:
        """Suspects that broke where the quotient leaves the format, give or take its rounding."""
        if "p" not in self.column.values or not self._not_finite.any():
            return np.zeros(len(self.rows), dtype=bool)
        return self._not_finite & (self._divisors[1] * self.problem.format.max * (1 - 1e-3) < dividend)

    @cached_property
    def broken(self) -> Rows:
        """Others with a nan or infinite gradient; infinite logits and weights are told of elsewhere."""
        weight = self.subject.weight
        if weight is not None and not np.isfinite(weight).all():
            return np.zeros(len(self.rows), dtype=bool)
        explained = self.divided_by_zero | self.weight_over_p
        if not self.subject.is_finite:
            z = self.subject.z[self.rows]
            undecided = np.isposinf(z).any(axis=1) | np.isneginf(z).all(axis=1)
            explained = explained | undecided | np.isnan(z).any(axis=1)
        return self._not_finite & ~explained

    def facts_of_broken(self, at: Rows) -> dict[str, Any]:
        """The numbers of the first of these suspects."""
        place = int(np.argmax(at))
        row = self.rows[place]
        if self.divided_by_zero[place] or self.weight_over_p[place]:
            (class_, p), weight = (each[place] for each in self._divisors), float(self.scale.of_rows[row])
            name, largest = class_name(self.problem, int(class_)), self.problem.format.max
            quotient = weight / float(p) if p else np.inf
            return {"name": name, "p": float(p), "weight": weight, "quotient": quotient, "largest": largest}
        bad = int(np.argmax(~np.isfinite(self._gradient[place])))
        return {"truth": float(self._truth(np.array([row]))[0, bad])}

    # -- lost and vanished --------------------------------------------------------------------------

    @cached_property
    def _own(self) -> tuple[NDArray[np.intp], Floats, Floats]:
        """Sure suspects, the gradient of their true class and its truth."""
        places = np.flatnonzero(self._among(self._sure_rows) & ~self._not_finite)
        rows = self.rows[places]
        target = self.problem.target[rows]
        classes = target.argmax(axis=1) if target.ndim == 2 else target
        weight = np.ones(len(rows)) if self.subject.weight is None else self.subject.weight[classes]
        return places, self._gradient[places, classes], gradient_of_own(weight, self.column.truth.loss[rows])

    @cached_property
    def lost(self) -> Rows:
        """Suspects that are right whose true class's gradient a half format misses by a fifth or more."""
        lost = np.zeros(len(self.rows), dtype=bool)
        if len(self._sure_rows) and self.problem.format.is_half:
            places, gradient, truth = self._own
            missed = np.abs(gradient - truth) >= FIFTH * np.abs(truth)
            lost[places[missed & rounds_to_a_number(self.problem.format, truth)]] = True
        return lost

    @cached_property
    def vanished(self) -> Rows:
        """Others with a gradient of 0 where the true one is a number of the format."""
        form, vanished = self.problem.format, np.zeros(len(self.rows), dtype=bool)
        if len(self._sure_rows):
            places, gradient, truth = self._own
            vanished[places[(gradient == 0) & rounds_to_a_number(form, truth)]] = True
        if len(self._far_rows) and "p" not in self.column.values:
            at = self._among(self._far_rows) & ~self._not_finite & self.subject.counted[self.rows]
            at_edge = np.flatnonzero(at)
            log_p = self.column.values["log_p"][self.rows[at_edge]]
            gone = (self._gradient[at_edge] == 0) & self._in_band(log_p)
            some = gone.any(axis=1)
            at_edge, gone = at_edge[some], gone[some]
            if len(at_edge):
                there = rounds_to_a_number(form, self._truth_at_edge(self.rows[at_edge]))
                vanished[at_edge[(there & gone).any(axis=1)]] = True
        if len(self._cancelled_rows):
            cancelled = np.flatnonzero(self._among(self._cancelled_rows) & ~self._not_finite & ~vanished)
            rows = self.rows[cancelled]
            gone = (self._gradient[cancelled] == 0) & self._shared(self.subject.counted[rows], rows)
            truth = self._truth(rows)
            there = gone & np.isfinite(truth) & rounds_to_a_number(form, truth)
            vanished[cancelled[there.any(axis=1)]] = True
        return vanished & ~self.lost

    def _truth_at_edge(self, rows: NDArray[np.intp]) -> Floats:
        """The true gradient: w p beside the target, and p is what the true loss leaves; w (p - 1) there."""
        loss, weight = self.column.truth.loss[rows], self.subject.row_weight[rows]
        if not (self._is_plain and np.isfinite(loss).all() and (weight > 0).all()):
            return self._truth(rows)
        z, own = self.subject.z[rows], (np.arange(len(rows)), self.problem.target[rows])
        truth = np.exp(z - (z[own] + loss / weight - np.log(weight))[:, None])
        truth[own] = gradient_of_own(weight, loss)
        return np.asarray(truth)

    def facts_of_lost(self, at: Rows) -> dict[str, Any]:
        """The numbers of the first of these suspects: of its true class if sure, else what vanished."""
        place = int(np.argmax(at))
        if len(self._sure_rows):
            places, gradient, truth = self._own
            of_own = int(np.searchsorted(places, place))
            if of_own < len(places) and places[of_own] == place:
                return {"gradient": float(gradient[of_own]) + 0.0, "truth": float(truth[of_own])}
        of_row = self._gradient[place]
        true_one = self._truth(self.rows[[place]])[0]
        gone = (of_row == 0) & np.isfinite(true_one) & rounds_to_a_number(self.problem.format, true_one)
        class_ = int(np.argmax(gone))
        return {"gradient": float(of_row[class_]) + 0.0, "truth": float(true_one[class_])}
