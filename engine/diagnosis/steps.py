"""Which operation broke: a formula's steps, and the sums and products inside the last one, in order.

The steps of a formula end in ``loss``, which hides what options put into it: weights, label smoothing, a
sum over classes. Here these are parts like any other, so that the first one whose result is not finite,
or 0 where its true value is not, can be named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis.finding import Rows
from engine.diagnosis.subject import AnyProblem, values_at
from engine.evaluation.column import Column
from engine.floats.formats import FLOAT16, FLOAT64, FloatArray
from engine.floats.rounding import LOG_CLAMP, combine, constant, failures_are_results
from engine.formulas.formula import Formula, Values
from engine.problem import BinaryProblem, MulticlassProblem
from engine.pytorch.class_reduction import along_classes, index_rows, mix, probability_terms, smoothed_target
from engine.pytorch.forward import log_weight


class Part(NamedTuple):
    """One operation's result in some rows.

    Attributes
    ----------
    name, expression : str
    values : array (K,), or (K, C) where the whole row enters the loss
    is_sum : bool
        Whether it adds up over the classes: then it may leave the format though no term does.
    never_zero : bool
        Whether a 0 is a fall: the true value is not 0, and what follows makes nan, inf or 0 of it.
    """

    name: str
    expression: str
    values: FloatArray
    is_sum: bool = False
    never_zero: bool = False

    @property
    def vanished(self) -> Rows:
        """The rows in which it is 0 though it should not be."""
        at = np.asarray((self.values == 0) & self.never_zero)
        return np.asarray(at.any(axis=1) if at.ndim == 2 else at)

    @property
    def fallen(self) -> Rows:
        """The rows in which it is not finite, or 0 where its true value is not."""
        numbers = self.values.astype(np.float64)
        at = ~np.isfinite(numbers) | (self.never_zero & (numbers == 0))
        return np.asarray(at.any(axis=1) if at.ndim == 2 else at)


class Break(NamedTuple):
    """Where a formula broke.

    Attributes
    ----------
    name, expression : str
        The operation.
    is_sum : bool
    rows : integer array
        The rows that broke there.
    numbers : callable
        From one of these rows to the operation's result and to what it is in float64; that is nan where it
        is not finite either, and for what has vanished.
    """

    name: str
    expression: str
    is_sum: bool
    rows: NDArray[np.intp]
    numbers: Callable[[int], tuple[float, float]]


@failures_are_results
def breaks(
    problem: AnyProblem, column: Column, rows: NDArray[np.intp], *, vanished: bool = False
) -> Iterator[Break]:
    """Where a column's loss broke in these rows, one `Break` for each operation that was the first.

    Parameters
    ----------
    problem : BinaryProblem or MulticlassProblem
    column : Column
    rows : integer array, shape (K,)
        Rows whose loss is not finite though what went in is.
    vanished : bool
        Whether the losses are 0 instead, where the true ones are not.
    """
    values = values_at(problem, column.values, rows)
    left = np.ones(len(rows), dtype=bool)
    for number, part in enumerate(_parts(problem, column.formula, values, vanished=vanished)):
        if vanished and not part.never_zero:  # no inf or nan on the way would have left a loss of 0
            continue
        at = left & (part.vanished if vanished else part.fallen)
        left &= ~at
        if at.any():
            numbers = _vanished if vanished else partial(_numbers, problem, column, number)
            yield Break(part.name, part.expression, part.is_sum, rows[at], numbers)
            if not left.any():
                break
    if left.any():
        expression = column.formula.steps[-1].expression
        yield Break("loss", expression, False, rows[left], partial(_result, column))


def _vanished(_row: int) -> tuple[float, float]:
    return 0.0, np.nan


def _result(column: Column, row: int) -> tuple[float, float]:
    return float(column.loss[row].astype(np.float64)) + 0.0, np.nan


@failures_are_results
def _numbers(problem: AnyProblem, column: Column, number: int, row: int) -> tuple[float, float]:
    """The numbered part's entry that fell in a row, and what it is in float64."""
    of_row = values_at(problem, column.values, np.array([row]))
    own = next(islice(_parts(problem, column.formula, of_row, vanished=False), number, None))
    there = np.atleast_1d(own.values[0].astype(np.float64))
    index = int(np.argmax(~np.isfinite(there) | (there == 0)))
    fallen = float(there[index]) + 0.0
    if problem.format is FLOAT64:
        return fallen, np.nan
    steps = {step.name for step in column.formula.steps}
    wide = {name: _widened(value) for name, value in of_row.items() if name not in steps}
    values = column.formula.run(wide)
    part = next(islice(_parts(problem, column.formula, values, vanished=False), number, None))
    truth = float(np.atleast_1d(part.values[0])[index])
    return fallen, truth if np.isfinite(truth) else np.nan


def _widened(value: Any) -> Any:
    is_number = isinstance(value, np.ndarray | np.generic) and value.dtype.kind not in "iub"
    return np.asarray(value).astype(np.float64) if is_number else value


def _parts(problem: AnyProblem, formula: Formula, values: Values, *, vanished: bool) -> Iterator[Part]:
    """A formula's operations in their order, for a problem whose logits and options are finite."""
    if isinstance(problem, BinaryProblem):
        yield from _binary_parts(formula, values, vanished)
    else:
        yield from _class_steps(problem, formula, values, vanished)
        if vanished:
            return  # sums and products of what is there
        if problem.has_probabilities:
            yield from _probability_parts(values)
        else:
            yield from _index_parts(problem, formula, values)


def _binary_parts(formula: Formula, v: Values, vanished: bool) -> Iterator[Part]:
    y, weight, one = v["y"], v["weight"], constant(1, v["z"])
    uses = {"log_p": y != 0, "log_1mp": y != 1}
    for step in formula.steps[:-1]:
        result = v[step.name]
        if step.name in uses and "p" in v:
            # A factor of 0 or BCELoss's clamp keeps the rest from the loss.
            result = np.where(uses[step.name], np.maximum(result, constant(LOG_CLAMP, result)), one)
        never = step.name == "p" or (vanished and step.name in uses)
        yield Part(step.name, step.expression, result, never_zero=never and (vanished or "log_1mp" not in v))
    if "linear" in v:
        log_p = v["log_p"]
        if v["pos_weight"] is not None:
            factor = log_weight(y, v["pos_weight"])
            yield Part("log_weight", "(pos_weight − 1)·y + 1", factor)
            log_p = combine(np.multiply, log_p, factor, out=log_p.dtype)
            yield Part("log_p·log_weight", "log_sigmoid(z)·((pos_weight − 1)·y + 1)", log_p)
        difference = combine(np.subtract, v["linear"], log_p)
        yield Part("linear − log_p", "(1 − y)·z − log_p", difference, never_zero=vanished)
    if weight is not None:
        yield Part("loss·weight", "loss·weight", v["loss"], never_zero=vanished)


def _class_steps(problem: MulticlassProblem, formula: Formula, v: Values, vanished: bool) -> Iterator[Part]:
    """Softmax and logarithm, each class of which counts only where the loss reads it."""
    if problem.format is FLOAT16 and problem.classes > problem.format.max:
        shifted = v["z"].astype(np.float32)
        shifted = shifted - shifted.max(axis=1, keepdims=True)
        total = np.exp(shifted).sum(axis=1)
        yield Part("Σ exp", "Σ exp(z − max z)", total.astype(v["z"].dtype), is_sum=True)
    y = v["y"]
    smoothing = v["label_smoothing"] if "label_smoothing" in formula.honours else 0.0
    if y.ndim == 2:
        used = (y != 0) | bool(smoothing)
    else:
        used = y != problem.ignore_index
        own = np.arange(len(y)), np.where(used, y, 0)
    for step in formula.steps[:-1]:
        result = v[step.name]
        if y.ndim == 1:
            result = result if smoothing else result[own]
        never = step.name == "p" or (vanished and step.name == "log_p")
        at = used if result.ndim == used.ndim else used[:, np.newaxis]
        yield Part(step.name, step.expression, np.where(at, result, constant(1, result)), never_zero=never)


def _index_parts(problem: MulticlassProblem, formula: Formula, v: Values) -> Iterator[Part]:
    log_p, weight = v["log_p"], v["weight"]
    smoothing = v["label_smoothing"] if "label_smoothing" in formula.honours else 0.0
    rows = index_rows(log_p, v["y"], weight, problem.ignore_index, smoothing)
    yield Part("nll", "−log_p[y]" if weight is None else "−log_p[y]·weight[y]", rows.nll)
    if rows.smooth is None:
        return
    every = "log_p"
    if weight is not None:
        every = "(log_p·weight)"
        yield Part("log_p·weight", "log_p·weight of every class", log_p * along_classes(weight, 2))
    yield Part("smooth", f"−Σ {every}", rows.smooth, is_sum=True)
    yield Part("mixed", "(1 − ε)·nll + ε/C·smooth", mix(rows, rows.nll, rows.smooth))


def _probability_parts(v: Values) -> Iterator[Part]:
    log_p, weight, smoothing = v["log_p"], v["weight"], v["label_smoothing"]
    share = smoothed_target(v["y"], smoothing, log_p.shape[1])
    yield Part("t", "y·(1 − ε) + ε/C", share)
    yield Part("log_p·t", "log_p·t", combine(np.multiply, log_p, share))
    terms = "log_p·t"
    if weight is not None:
        terms = "log_p·t·weight"
        yield Part(terms, terms, probability_terms(log_p, share, weight))
    yield Part("sum over classes", f"−Σ ({terms})", v["loss"], is_sum=True)
