"""The true value of CrossEntropyLoss and of its gradient, rounded to float64, row by row.

Class indices, probabilities, weights and label smoothing all become one coefficient a class,
a_c = weight_c * t_c. With m the row's largest logit, e_c = exp(z_c - m) and r the sum of e_c over
all classes but the one that attains m,

    loss       = sum_c a_c (m - z_c) + (sum_c a_c) log1p(r)
    gradient_j = (e_j * sum of the other a_c - a_j * sum of the other e_c) / (1 + r)

For non-negative coefficients the loss is a sum of non-negative terms: nothing cancels.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.exact import one_hot
from engine.exact.close_targets import close_residuals
from engine.exact.double_double import DoubleDouble, Floats, where
from engine.exact.exp_log1p import log1p
from engine.exact.hard_cases import cancels, softmax_residuals
from engine.exact.rows import ExactRows, Mask, check_indices, exact_rows, is_first_largest
from engine.exact.slices import slices
from engine.floats.rounding import failures_are_results


@failures_are_results
def exact_multiclass_loss(
    logits: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> Floats:
    """The true cross-entropy of each row of logits, as CrossEntropyLoss with 'none' defines it.

    Parameters
    ----------
    logits : (N, C) array of any of the four formats
    target : (N,) integers or (N, C) floats
        Class indices, or class probabilities, each in [0, 1]; a row need not sum to 1. Outside
        [0, 1] the same linear formula is used, with no promise of accuracy.
    weight : (C,) array, optional
        Non-negative weight of each class.
    ignore_index : int
        Rows with this class index give 0.
    label_smoothing : float
        Share of the target that is spread evenly over the classes. PyTorch takes a negative one as 0.

    Returns
    -------
    (N,) float64 array
        Within 2 ULP of the true value for all finite logits. Infinite logits give the limit: a
        class at -inf counts only if its coefficient is not 0 (then inf); one class at inf gives 0 if
        all other coefficients are 0, else inf; where there is no limit (several at inf, all at
        -inf) and for nan the row is nan.

    Raises
    ------
    IndexError
        If a class index is neither in [0, C) nor `ignore_index`.
    ValueError
        If logits and target have not as many rows.

    Notes
    -----
    sum_c a_c * (log(sum_k e^z_k) - z_c), in the form at the top of this module; the rounding errors
    of m - z_c, of the products and of the sums are carried along.

    Rows are evaluated some 30,000 elements at a time, in some 10 MB beyond the result; a longer row
    is evaluated at once.

    References
    ----------
    PyTorch, aten/src/ATen/native/LossNLL.cpp, cross_entropy_loss.

    Examples
    --------
    >>> exact_multiclass_loss([[40.0, 0.0, 0.0]], [0])
    array([8.49670851e-18])
    """
    z, given = _checked(logits, target, ignore_index)
    result = np.empty(len(z))
    for rows in slices(*z.shape):
        if _is_one_hot(given, label_smoothing):
            result[rows] = one_hot.loss(one_hot.one_hot_rows(z[rows], given[rows], weight, ignore_index))
        else:
            result[rows] = _loss(exact_rows(z[rows], given[rows], weight, ignore_index, label_smoothing))
    return result


@failures_are_results
def exact_multiclass_loss_grad(
    logits: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> Floats:
    """The true derivative of each row's `exact_multiclass_loss` with respect to its own logits.

    Parameters
    ----------
    logits, target, weight, ignore_index, label_smoothing
        As for `exact_multiclass_loss`.

    Returns
    -------
    (N, C) float64 array
        Within 2 ULP of the true value for all finite logits; ignored rows are 0, also where their
        logits are nan. Infinite logits give the limit, where there is one.

    Raises
    ------
    IndexError, ValueError
        As `exact_multiclass_loss`.

    Notes
    -----
    softmax_j * sum(a) - a_j, in the form at the top of this module, which has no difference to take
    for a one-hot target. Rows with elements whose two terms agree in their first 12 bits, as with
    targets that are another model's softmax (distillation), are computed again in more digits, at
    about twice to three times the cost.

    Rows are evaluated some 30,000 elements at a time, in up to some 20 MB beyond the result; a longer row
    is evaluated at once.

    Examples
    --------
    >>> exact_multiclass_loss_grad([[40.0, 0.0, 0.0]], [0])
    array([[-8.49670851e-18,  4.24835426e-18,  4.24835426e-18]])
    """
    z, given = _checked(logits, target, ignore_index)
    result = np.empty(z.shape)
    for rows in slices(*z.shape):
        if _is_one_hot(given, label_smoothing):
            result[rows] = one_hot.gradient(one_hot.one_hot_rows(z[rows], given[rows], weight, ignore_index))
        else:
            result[rows] = _gradient(exact_rows(z[rows], given[rows], weight, ignore_index, label_smoothing))
    return result


@failures_are_results
def exact_multiclass_loss_then_grad(
    logits: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> tuple[Floats, Callable[[], Floats]]:
    """`exact_multiclass_loss`, and its gradient to be called for: both begin with the same terms.

    These are kept for the whole batch until the gradient is let go, some 300 bytes an element.
    """
    if _is_one_hot(target, label_smoothing):
        hot = one_hot.one_hot_rows(logits, target, weight, ignore_index)
        return one_hot.loss(hot), lambda: one_hot.gradient(hot)
    rows = exact_rows(logits, target, weight, ignore_index, label_smoothing)
    return _loss(rows), failures_are_results(lambda: _gradient(rows))


def _checked(logits: ArrayLike, target: ArrayLike, ignore_index: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Logits and target as arrays whose rows belong together and can be evaluated apart."""
    z, given = np.asarray(logits), np.asarray(target)
    count, classes = z.shape
    if len(given) != count:
        raise ValueError(f"{count} rows of logits, but {len(given)} of targets.")
    if given.ndim == 1:
        check_indices(given, given == ignore_index, classes)
    return z, given


def _is_one_hot(target: ArrayLike, label_smoothing: float) -> bool:
    return np.ndim(target) == 1 and not label_smoothing > 0


def _loss(rows: ExactRows) -> Floats:
    coefficients = rows.coefficients
    tail = log1p(rows.powers.without(rows.top).sum())
    slope = (coefficients * -rows.below_top).sum(of_one=rows.one_hot)
    loss = (slope + coefficients.sum(of_one=rows.one_hot) * tail).to_float64()
    counted = rows.absent & (coefficients.high != 0.0)
    infinite = np.where(counted, np.copysign(np.inf, coefficients.high), 0.0)
    return rows.masked(loss + infinite.sum(axis=0))


def _gradient(rows: ExactRows) -> Floats:
    coefficients, powers = rows.coefficients, rows.powers
    total, mass = powers.sum(), coefficients.sum(of_one=rows.one_hot)
    heaviest = is_first_largest(coefficients.to_float64())
    gain = powers * _sum_of_others(coefficients, heaviest, mass)
    numerator = gain - coefficients * _sum_of_others(powers, rows.top, total)
    gradient = (numerator / total).to_float64()
    doubtful = cancels(numerator, gain) & ~(rows.ignored | rows.undefined | rows.absent)
    _settle(rows, doubtful, gradient)
    return np.ascontiguousarray(rows.masked(gradient).T)


def _settle(rows: ExactRows, doubtful: Mask, gradient: Floats) -> None:
    """Compute the doubtful elements of a gradient, their rows in three floats a number where these do."""
    close = np.flatnonzero(doubtful.any(axis=0) & rows.is_regular())
    if len(close):
        logits = np.take(rows.logits, close, axis=1)
        values, trusted = close_residuals(logits, rows.triple_coefficients(close))
        trusted &= np.take(doubtful, close, axis=1)
        gradient[:, close] = np.where(trusted, values, np.take(gradient, close, axis=1))
        doubtful[:, close] &= ~trusted
    _settle_one_by_one(rows, doubtful, gradient)


def _settle_one_by_one(rows: ExactRows, doubtful: Mask, gradient: Floats) -> None:
    """Compute elements of a gradient in as many digits as they need, some 30 microseconds each.

    Classes of a row with one logit, target and weight share their result, rows with one target its
    coefficients: level rows and even targets, where most is doubtful, are the commonest ones.
    """
    exactly: dict[bytes, tuple[list[Fraction], Fraction]] = {}
    for row in np.flatnonzero(doubtful.any(axis=0)).tolist():
        logits, target = rows.logits[:, row].tolist(), rows.target[:, row]
        of_target = target.tobytes()
        if of_target not in exactly:
            fractions = rows.fractions(row)
            exactly[of_target] = fractions, sum(fractions, Fraction(0))
        coefficients, total = exactly[of_target]
        kinds: dict[tuple[float, float, float], list[int]] = {}
        for column in np.flatnonzero(doubtful[:, row]).tolist():
            kind = (logits[column], target.item(column), rows.weight.item(column))
            kinds.setdefault(kind, []).append(column)
        own = {columns[0]: coefficients[columns[0]] for columns in kinds.values()}
        settled = softmax_residuals(logits, own, total)
        for columns in kinds.values():
            gradient[columns, row] = settled[columns[0]]


def _sum_of_others(terms: DoubleDouble, largest: Mask, total: DoubleDouble) -> DoubleDouble:
    """For each term the sum of all other terms of its row.

    Notes
    -----
    The total less the term loses a bit at most, unless the term is the row's largest: its others
    are summed apart.
    """
    return where(largest, terms.without(largest).sum(), total - terms)
